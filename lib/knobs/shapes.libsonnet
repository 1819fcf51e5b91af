// What a value may look like, and what is wrong with one that does not.
//
// A shape is one of
//   'string' 'boolean' 'number' 'array' 'object'   a type
//   { whole: [from, to] }                          a whole number; null is no limit
//   { words: [...] }                               one of these strings, in any case
//   { fields: { name: shape } }                    an object with no other fields
//   { list: shape }  { map: shape }                an array or an object of such values
// null fits every shape: it is as if left out.
local base = import 'main.libsonnet';

local hints = {
  string: 'put it in quotes',
  number: 'write a number, without quotes',
  boolean: 'write true or false, without quotes',
  object: 'write { name: value, … }',
  array: "write ['…', …]",
};

local article(type) = (if std.member('aeio', type[0]) then 'an ' else 'a ') + type;

local dotted(path) = std.join('.', [std.toString(part) for part in path]);

local refusal = base.refusal;

local typed(path, value, type) =
  if std.type(value) == type then []
  else [refusal(path, dotted(path) + ' has to be ' + article(type) + ', not ' + article(std.type(value)), hints[type])];

// Whether a text is one of these words, in any case.
local matches(word, words) = std.member([std.asciiLower(w) for w in words], std.asciiLower(word));

local limitText(limits) =
  local from = limits[0];
  local to = limits[1];
  if from == null && to == null then ''
  else if to == null then ' of at least ' + from
  else if from == null then ' of at most ' + to
  else ' from ' + from + ' to ' + to;

local within(value, limits) =
  std.floor(value) == value && (limits[0] == null || value >= limits[0]) && (limits[1] == null || value <= limits[1]);

local problems(path, value, shape) =
  if value == null then []
  else if std.isString(shape) then typed(path, value, shape)
  else if 'whole' in shape then
    local wrong = typed(path, value, 'number');
    if wrong != [] then wrong
    else if within(value, shape.whole) then []
    else [refusal(path, dotted(path) + ' has to be a whole number' + limitText(shape.whole) + ', not ' + value)]
  else if 'words' in shape then
    local wrong = typed(path, value, 'string');
    if wrong != [] then wrong
    else if matches(value, shape.words) then []
    else [refusal(path, dotted(path) + " cannot be '" + value + "'", null, shape.words, value)]
  else if 'fields' in shape then
    local wrong = typed(path, value, 'object');
    if wrong != [] then wrong
    else std.flattenArrays([
      if std.objectHas(shape.fields, name) then problems(path + [name], value[name], shape.fields[name])
      else [refusal(path + [name], dotted(path) + " has no '" + name + "'", null, std.objectFields(shape.fields), name)]
      for name in std.objectFields(value)
    ])
  else if 'list' in shape then
    local wrong = typed(path, value, 'array');
    if wrong != [] then wrong
    else std.flattenArrays(std.mapWithIndex(function(i, v) problems(path + [i], v, shape.list), value))
  else
    local wrong = typed(path, value, 'object');
    if wrong != [] then wrong
    else std.flattenArrays([problems(path + [name], value[name], shape.map) for name in std.objectFields(value)]);

{
  // Whether (text, words) are one of the other, in any case; whether a number is whole and within limits, (value, limits); the
  // limits as text.
  matches:: matches,
  within:: within,
  limitText:: limitText,

  // What is wrong with (path, value, shape): a list of refusals.
  problems:: problems,

  // The word of a list that a text is, as the list writes it; null if it is none.
  word(text, words)::
    local same = if std.isString(text) then [w for w in words if std.asciiLower(w) == std.asciiLower(text)] else [];
    if same == [] then null else same[0],
}
