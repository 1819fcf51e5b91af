// What libraries of components say about their settings: findings, and the checks that all settings have in common.
//
// Nothing here raises: a wrong setting is a finding, and counts as left out for the rest of the work.
local hints = {
  string: 'put it in quotes',
  number: 'write a number, without quotes',
  boolean: 'write true or false, without quotes',
  object: 'write { name: value, … }',
  array: "write ['…', …]",
};

local finding(severity, path, message, hint=null, known=null, got=null) = {
  severity: severity,
  path: path,
  message: message,
  [if hint != null then 'hint']: hint,
  [if known != null then 'known']: known,
  [if got != null then 'got']: got,
};

local refusal(path, message, hint=null, known=null, got=null) = finding('refusal', path, message, hint, known, got);

local dotted(path) = std.join('.', path);

local typeFindings(path, value, type) =
  if std.type(value) == type then []
  else [refusal(
    path,
    dotted(path) + ' has to be of type ' + type + ', not ' + std.type(value),
    if value == null then 'leave it out' else hints[type]
  )];

{
  // finding(severity, path, message, hint=null, known=null, got=null), the same as a refusal, and a path with dots.
  finding:: finding,
  refusal:: refusal,
  dotted:: dotted,

  // Findings with the id of the rule that they are of (docs/src/rules.md), unless they have one.
  ofRule(rule, findings):: [{ rule: rule } + one for one in findings],

  // A list with this finding, or without.
  when(condition, found):: if condition then [found] else [],

  // What is at the end of a path of keys; null where there is nothing.
  at(value, path):: std.foldl(function(inner, key) if std.isObject(inner) then std.get(inner, key) else null, path, value),

  // What is wrong with (path, value, type): a type as std.type names it.
  ofType:: typeFindings,

  // An object that may have these keys only, each with a value of the type given.
  //   types   key → type
  //   who     what does not know any other key: 'kubeadm'
  //   advice  key → where it belongs, for keys that users bring from elsewhere
  ofKeys(path, object, types, who, advice={})::
    local known = std.objectFields(types);
    if !std.isObject(object) then typeFindings(path, object, 'object')
    else std.flatMap(
      function(key)
        if std.objectHas(types, key) then typeFindings(path + [key], object[key], types[key])
        else [refusal(path + [key], who + ' does not know ' + dotted(path + [key]), std.get(advice, key), known)],
      std.objectFields(object)
    ),

  // The elements of a list, all of one type.
  ofElements(path, list, type)::
    if !std.isArray(list) then typeFindings(path, list, 'array')
    else std.flatMap(
      function(i)
        if std.type(list[i]) == type then []
        else [refusal(
          path + [i],
          'each element of ' + dotted(path) + ' has to be of type ' + type + ', not ' + std.type(list[i]),
          hints[type]
        )],
      std.range(0, std.length(list) - 1)
    ),

  // Whether any of these keeps a cluster from being written, whatever is allowed.
  refuses(findings):: std.length([one for one in findings if one.severity == 'refusal']) > 0,

  // The settings that can be worked with: known ones of the right type. null is as if left out.
  usable(given, types):: if !std.isObject(given) then {} else {
    [key]: given[key]
    for key in std.objectFields(given)
    if std.objectHas(types, key) && std.type(given[key]) == types[key]
  },

  // The settings without those that are null: as if they were left out.
  given(settings):: if !std.isObject(settings) then settings else {
    [key]: settings[key]
    for key in std.objectFields(settings)
    if settings[key] != null
  },
}
