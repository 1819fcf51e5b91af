// What is told of a component's settings, for `cniforge explain` and the book: the shapes that its checks use, its defaults,
// and in words what each is for. Nothing that renders a cluster reads this.
//
// Words are, by the setting's name within the component, a text or an object of
//   meaning    what it is for
//   otherwise  what it is when left out, where the default does not say it
//   example    a value that is right and not the default's; where it is missing, one is made up from the shape
//   ground     keys of a cluster in which it has an effect
//   beside     keys that have to come with the example
//   versions   which versions have it, where not all do
//   note       what else there is to know
//   known      for an object with names of one's own: the names that are right, if not all are
local shapes = import 'shapes.libsonnet';

local quoted(words) = std.join(', ', ["'" + word + "'" for word in words]);

local typeText(shape) =
  if std.isString(shape) then shape
  else if 'whole' in shape then 'whole number' + shapes.limitText(shape.whole)
  else if 'words' in shape then 'one of ' + quoted(shape.words)
  else if 'addresses' in shape then 'IPv' + shape.addresses + ' address'
  else if 'cidrs' in shape then 'CIDRs, with commas between'
  else if 'list' in shape then 'array of ' + typeText(shape.list) + 's'
  else if 'map' in shape then 'object of ' + typeText(shape.map) + 's'
  else 'object';

local hasFields(shape) = std.isObject(shape) && 'fields' in shape;

// Every setting of a shape with fields, sections before what is in them.
local flat(path, shape) = std.flatMap(
  function(name)
    local here = path + [name];
    local inner = shape.fields[name];
    [{ path: here, shape: inner }] + (if hasFields(inner) then flat(here, inner) else []),
  std.objectFields(shape.fields)
);

local at(value, path) = std.foldl(function(inner, key) if std.isObject(inner) then std.get(inner, key), path, value);

// A right value that is not this one; null if the shape does not say enough.
local another(shape, default) =
  if shape == 'boolean' then default != true
  else if shape == 'number' then if default == null then 7 else default + 1
  else if std.isString(shape) then null
  else if 'words' in shape then [word for word in shape.words if word != default][0]
  else if 'whole' in shape then
    local from = if shape.whole[0] == null then 7 else shape.whole[0];
    if default == from then from + 1 else from
  else if 'addresses' in shape then if shape.addresses == 4 then '192.0.2.7' else '2001:db8::7'
  else if 'cidrs' in shape then '192.0.2.0/24';

local asObject(words) = if std.isString(words) then { meaning: words } else words;

// shape     of the whole component: { fields: … }
// defaults  what the settings are when nothing is said
function(shape, defaults, words) {
  local all = flat([], shape),

  // Name → { type, shape, default, and of the words all that there is }.
  entries: {
    [std.join('.', one.path)]:
      local default = at(defaults, one.path);
      local said = asObject(std.get(words, std.join('.', one.path), {}));
      {
        path: one.path,
        type: typeText(one.shape),
        default: default,
        meaning: null,
        otherwise: null,
        example: another(one.shape, default),
        beside: {},
        ground: {},
        versions: null,
        note: null,
        // Any name may stand below it, or one of these.
        isOpen: !hasFields(one.shape) && (one.shape == 'object' || std.isObject(one.shape) && 'map' in one.shape),
        known: null,
      } + said
    for one in all
  },

  // Settings without words, and words for settings that there are not.
  lacking: std.setDiff(std.objectFields(self.entries), std.objectFields(words)),
  stale: std.setDiff(std.objectFields(words), std.objectFields(self.entries)),
}
