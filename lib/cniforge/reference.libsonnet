// What a definition can say, each by its full name: what `cniforge explain` prints and the reference in the book lists.
//
// A description is rows of { label, text }; a section has the names of what is in it instead of a type.
local cilium = import '../cilium/reference.libsonnet';
local defaults = import 'defaults.libsonnet';
local keys = import 'keys.libsonnet';
local others = import 'settings.libsonnet';

local row(label, text) = if text == null || text == '' then [] else [{ label: label, text: text }];

// As one writes it in a definition.
local literal(value) =
  if std.isString(value) then "'" + value + "'"
  else if value == null then 'none'
  else std.manifestJsonMinified(value);

local typeText(type) =
  if type == null then 'any'
  else if std.isArray(type) then 'one of ' + std.join(', ', ["'" + word + "'" for word in type])
  else type;

local last(list) = list[std.length(list) - 1];
local since(versions) = if versions == [] then null else 'Cilium ' + versions[0] + (if versions[0] == cilium.minors[0] then ' or earlier' else '');
local until(versions) = if versions != [] && last(versions) != last(cilium.minors) then 'Cilium ' + last(versions);

local ofKey(name) =
  local key = keys[name];
  local types = if std.isArray(key.type) then key.type else [key.type];
  row('type', std.join(' or ', types) + (if 'each' in key then ' of ' + key.each + 's' else ''))
  + (
    if 'required' in key then row('required', if key.required == 'always' then 'yes' else 'for a CNI')
    else row('default', literal(defaults[name]))
  )
  + row('meaning', key.meaning)
  + row('example', if key.example != defaults[name] then literal(key.example))
  + row('more', if 'page' in key then 'docs/src/' + key.page);

// A setting of any library but Cilium's, as lib/knobs/reference.libsonnet has it.
local ofOther(entry) =
  row('for', std.get(entry, 'of'))
  + row('type', entry.type)
  + row('default', if entry.default == null && entry.otherwise != null then entry.otherwise else literal(entry.default))
  + row('versions', entry.versions)
  + row('meaning', entry.meaning)
  + row('note', entry.note)
  + row('example', if entry.example != entry.default && entry.example != null then literal(entry.example));

local ofValue(value) =
  row('type', typeText(value.type))
  + row('default', if value.default == null && value.otherwise != null then value.otherwise else literal(value.default))
  + std.flatMap(function(minor) row('in ' + minor, literal(value.otherDefaults[minor])), std.objectFields(value.otherDefaults))
  + row('since', since(value.versions))
  + row('until', until(value.versions))
  + row('meaning', value.meaning)
  // Mostly what is said of one version holds in the next.
  + std.flatMap(function(text) row('note', text + ' (Cilium ' + std.join(', ', [
    minor
    for minor in std.objectFields(value.notes)
    if value.notes[minor] == text
  ]) + ')'), std.set(std.objectValues(value.notes)));

local ofSetting(setting) =
  row('type', setting.type) + row('default', literal(setting.default)) + row('meaning', setting.meaning);

local ofRemoved(removed) =
  row('gone', 'since Cilium ' + removed.since)
  + row('instead', if removed.instead != null then std.join(' and ', ['cilium.values.' + name for name in std.split(removed.instead, ' and ')]));

local ofArgument(argument) =
  local dropped = argument.dropped;
  row('type', 'string')
  + row('since', since(argument.versions))
  + row('until', until(argument.versions))
  + (if dropped == null then [] else
       row('gone', if 'since' in dropped then 'since Cilium ' + dropped.since else if argument.versions == [] then 'yes')
       + row('instead', std.get(dropped, 'renamed', std.get(dropped, 'hint')))
       + (if 'values' in dropped then std.flatMap(
            function(value) row("'" + value + "'", 'is ' + std.join(', ', [
              key + ": '" + dropped.values[value][key] + "'"
              for key in std.objectFields(dropped.values[value])
            ])),
            std.objectFields(dropped.values)
          ) else []))
  + row('values', std.join(', ', ['cilium.values.' + name for name in argument.values]));

local prefixed(prefix, table, describe) = { [prefix + name]: describe(table[name]) for name in std.objectFields(table) };

local valuesPrefix = 'cilium.values.';
local bare(name) = std.substr(name, std.length(valuesPrefix), std.length(name));
local isValue(name) = std.startsWith(name, valuesPrefix) && bare(name) in cilium.values;

// Full name → rows.
local entries =
  { [name]: ofKey(name) for name in std.objectFields(keys) }
  + prefixed('cilium.', cilium.settings, ofSetting)
  + prefixed('cilium.values.', cilium.removed, ofRemoved)
  + prefixed('cilium.values.', cilium.values, ofValue)
  + prefixed('networkArgs.', cilium.networkArgs, ofArgument)
  + prefixed('', others.entries, ofOther);

local sorted = std.objectFields(entries);

// Where the first name stands that does not come before a text.
local firstFrom(text, low=0, high=std.length(sorted)) =
  local middle = std.floor((low + high) / 2);
  if low == high then low
  else if sorted[middle] < text then firstFrom(text, middle + 1, high)
  else firstFrom(text, low, middle);

// The names within a name stand together; the character after a dot ends them.
local below(name) = sorted[firstFrom(name + '.'):firstFrom(name + '/')];

// Values, keys and settings in which any name, or any of these, may stand: { known } or null.
local openness(name) =
  local ofType(type) =
    if type == null || std.isString(type) && [word for word in ['array', 'object'] if std.length(std.findSubstr(word, type)) > 0] != []
    then { known: null };
  if below(name) != [] then null
  else if name in others.entries then if others.entries[name].isOpen then { known: others.entries[name].known } else null
  else if isValue(name) then ofType(cilium.values[bare(name)].type)
  else if name in keys then ofType(std.toString(keys[name].type));

// The setting around what is asked for, if names of one's own may stand in it.
local around(asked) =
  local parts = std.split(asked, '.');
  local outer = [
    name
    for depth in std.range(1, std.length(parts) - 1)
    for name in [std.join('.', parts[:std.length(parts) - depth])]
    if name in entries
  ];
  if outer == [] then null
  else
    local open = openness(outer[0]);
    local next = std.split(asked[std.length(outer[0]) + 1:], '.')[0];
    if open != null && (open.known == null || std.member(open.known, next)) then outer[0];

{
  entries: entries,

  // null if there is nothing of that name. Values may be named as in a file of Helm's values, too; of what stands in a list, or in
  // an object with names of one's own, the whole is described.
  describe(asked)::
    local plain = std.split(asked, '[')[0];
    local spelled = [plain, valuesPrefix + plain];
    local exact = [name for name in spelled if name in entries || below(name) != []];
    local found = exact + [outer for outer in std.map(around, spelled) if outer != null];
    if found != [] then {
      local name = found[0],
      name: name,
      rows: std.get(entries, name, []),
      // What stands below, one step at a time.
      inside: std.set([
        local rest = std.split(entry[std.length(name) + 1:], '.');
        name + '.' + rest[0] + (if std.length(rest) > 1 then '.…' else '')
        for entry in below(name)
      ]),
      touches: isValue(name) || others.touches(name),
    },

  touched(name):: if isValue(name) then cilium.touched(bare(name)) else { config: [], objects: others.touched(name) },
}
