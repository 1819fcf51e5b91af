// What a definition can say, each by its full name: what `cniforge explain` prints and the reference in the book lists.
//
// A description is rows of { label, text }; a section has the names of what is in it instead of a type.
local cilium = import '../cilium/reference.libsonnet';
local defaults = import 'defaults.libsonnet';
local keys = import 'keys.libsonnet';

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
  + row('more', if 'page' in key then 'docs/src/' + key.page);

local ofValue(value) =
  row('type', typeText(value.type))
  + row('default', literal(value.default))
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
  + row('instead', if removed.instead != null then 'cilium.values.' + removed.instead);

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

// Full name → rows.
local entries =
  { [name]: ofKey(name) for name in std.objectFields(keys) }
  + prefixed('cilium.', cilium.settings, ofSetting)
  + prefixed('cilium.values.', cilium.removed, ofRemoved)
  + prefixed('cilium.values.', cilium.values, ofValue)
  + prefixed('networkArgs.', cilium.networkArgs, ofArgument);

local below(name) = [entry for entry in std.objectFields(entries) if std.startsWith(entry, name + '.')];

{
  entries: entries,

  // null if there is nothing of that name. Values may be named as in a file of Helm's values, too.
  describe(asked)::
    local exact(name) = name in entries || below(name) != [];
    local name = if exact(asked) then asked else if exact('cilium.values.' + asked) then 'cilium.values.' + asked;
    if name != null then {
      name: name,
      rows: std.get(entries, name, []),
      // What stands below, one step at a time.
      inside: std.set([
        local rest = std.split(entry[std.length(name) + 1:], '.');
        name + '.' + rest[0] + (if std.length(rest) > 1 then '.…' else '')
        for entry in below(name)
      ]),
      touches: std.startsWith(name, 'cilium.values.') && name[14:] in cilium.values,
    },

  touched(name):: cilium.touched(name[14:]),
}
