// Each of the user's values by itself: does the version know it, and is it of the right type? Only what the user gave is
// looked at. Nothing is computed from values before this has found nothing to refuse.
local duration = import '../duration.libsonnet';
local freeForm = import '../free-form.libsonnet';
local k = import '../kube.libsonnet';
local expectedOf = import 'expected.libsonnet';
local finding = import 'finding.libsonnet';

local isWhole(value) = std.isNumber(value) && value == std.floor(value);
local types = {
  array: { fits: std.isArray, called: 'a list' },
  // Agents that find a wrong one do not start.
  duration: { fits(value): value == '' || std.isString(value) && duration.isDuration(value), called: "a duration such as '30s' or '1h30m'" },
  boolean: { fits: std.isBoolean, called: 'true or false' },
  integer: { fits: isWhole, called: 'a whole number' },
  number: { fits: std.isNumber, called: 'a number' },
  object: { fits: std.isObject, called: 'a map' },
  string: { fits: std.isString, called: 'a string' },
};

local called(value) =
  if value == null || std.isBoolean(value) then std.toString(value)
  else if std.isNumber(value) then 'the number ' + std.toString(value)
  else types[std.type(value)].called;

// Whether a value is of one of the types; mostly there is but one.
local fits(value, expected) =
  if std.isArray(expected) then std.member(expected, value)
  else if expected in types then types[expected].fits(value)
  else std.length([type for type in std.split(expected, ' or ') if types[type].fits(value)]) > 0;

local problemWith(value, path, name, expected) =
  if fits(value, expected) then []
  else if std.isArray(expected) then [finding.at(
    'CNI101',
    'refusal',
    ['cilium', 'values'] + path,
    '`' + name + '` must be one of ' + std.join(', ', expected),
    known=expected,
    got=if std.isString(value) then value else std.toString(value)
  )]
  else
    local allowed = std.split(expected, ' or ');
    [finding.at(
      'CNI101',
      'refusal',
      ['cilium', 'values'] + path,
      '`' + name + '` must be ' + std.join(' or ', [types[type].called for type in allowed]) + ', not ' + called(value),
      if std.member(allowed, 'string') && !std.isArray(value) && !std.isObject(value) then "write it in quotes: '" + std.toString(value) + "'"
    )];

// Lists by their last name, of whose items something is made: what an item must be, and have.
local items = {
  clusters: { type: 'object', has: ['name'] },
  content: { type: 'object', has: [] },
  extraDnsNames: { type: 'string', has: [] },
  extraHostPathMounts: { type: 'object', has: ['name', 'mountPath', 'hostPath'] },
  extraIpAddresses: { type: 'string', has: [] },
  topologySpreadConstraints: { type: 'object', has: [] },
};
local anyString = { type: 'string', has: [] };

local problemsWithin(item, path, name, expected) =
  local wrong = problemWith(item, path, name, expected.type);
  if wrong != [] then wrong
  else [
    finding.at('CNI101', 'refusal', ['cilium', 'values'] + path, '`' + name + '` has no `' + field + '`', 'give it one')
    for field in expected.has
    if !(field in item)
  ];

local checkItems(value, default, path, name) =
  local expected =
    // Most values are neither, and cost nothing here.
    if std.isArray(value) || std.isObject(value) then std.get(
      items,
      path[std.length(path) - 1],
      if std.isArray(default) && std.length(default) > 0 && std.isString(default[0]) then anyString
    );
  if expected == null then []
  else if std.isArray(value) then std.flattenArrays([
    problemsWithin(value[i], path + [std.toString(i)], name + '.' + i, expected)
    for i in std.range(0, std.length(value) - 1)
  ])
  // The other clusters of a mesh may be a map by their names.
  else std.flattenArrays([
    problemWith(value[key], path + [key], name + '.' + key, expected.type)
    for key in std.objectFields(value)
    if value[key] != null
  ]);

// A value that Cilium had once. The chart stops at it unless it is empty.
local dropped(removed, value, name) =
  local say(severity, message, hint) = [finding.at('CNI100', severity, ['cilium', 'values'] + std.split(name, '.'), message, hint)];
  if value == null then []
  else if !k.isSet(value) then say('warning', '`' + name + '` was dropped in Cilium ' + removed.since + ' and has no effect', 'remove it')
  else say(
    'refusal',
    '`' + name + '` was dropped in Cilium ' + removed.since,
    if removed.instead == null then 'remove it' else 'use ' + removed.instead,
  );

// A null takes a default away, and there are values that something has to be decided by.
local takenAway(version, default, values, here, fullName) =
  local name = here[std.length(here) - 1];
  local useDigest = std.get(values, 'useDigest', std.get(default, 'useDigest'));
  local unnamed =
    'repository' in default && !k.isSet(std.get(values, 'override'))
    && (name == 'repository' || std.endsWith(std.asciiLower(name), 'digest') && name != 'useDigest' && k.isSet(useDigest));
  if fullName in version.types.needed then [finding.at(
    'CNI101',
    'refusal',
    ['cilium', 'values'] + here,
    '`' + fullName + '` must be a map, and null takes it away',
    'leave it out',
  )]
  else if unnamed then [finding.at(
    'CNI101',
    'error',
    ['cilium', 'values'] + here,
    'without `' + fullName + '` the image has no name that could be pulled',
    if name == 'repository' then 'leave it out' else 'leave it out, or set useDigest to false',
  )]
  else [];

// Text that the chart writes without quotes and YAML takes for something else.
local unquoted(version, value, here, fullName) =
  if fullName in version.types.plain && std.isString(value) && value != '' && !std.isString(k.plain(value)) then [finding.at(
    'CNI101',
    'error',
    ['cilium', 'values'] + here,
    "'" + value + "' is no text to YAML, and the official chart writes it without quotes: the API server will refuse the object",
    'choose another word',
  )]
  else [];

// What stands at `path`, which `prefix` has as the beginning of a name: 'hubble.relay.'.
// open: below a map whose names belong to Kubernetes or the user
local check(version, default, gone, values, path, prefix, open) = std.flattenArrays([
  local here = path + [name];
  local value = values[name];
  local fullName = prefix + name;
  local usual = default[name];
  local within = check(
    version,
    usual,
    std.get(gone, name, {}),
    value,
    here,
    fullName + '.',
    open || std.length(usual) == 0 || name in freeForm,
  );
  local onlyTyped = name in default && !(fullName in version.special || name in gone && gone[name] == null);
  // Most values are one of these two.
  if onlyTyped && std.isObject(value) && std.isObject(usual) then within
  else if onlyTyped && !(name in version.types.names)
          && (std.isBoolean(value) && std.isBoolean(usual) || std.isString(value) && std.isString(usual)) then []
  else if fullName in version.removed then dropped(version.removed[fullName], value, fullName)
  else if name in gone && gone[name] == null then [finding.at(
    'CNI100',
    'error',
    ['cilium', 'values'] + here,
    'Cilium ' + version.minorVersion + ' does not have the value `' + fullName + '` yet',
    'remove it, or take a later Cilium: cilium+: { version: … }',
  )]
  else if !(name in default) then
    if open then []
    else [finding.at(
      'CNI100',
      'error',
      ['cilium', 'values'] + here,
      'Cilium ' + version.minorVersion + ' has no value `' + fullName + '`',
      known=[other for other in std.objectFields(default) if !(other in gone && gone[other] == null)],
    )]
  else if value == null then takenAway(version, default, values, here, fullName)
  else
    local expected = expectedOf(version, fullName, name, usual);
    local wrong = if expected == null then [] else problemWith(value, here, fullName, expected);
    local note =
      unquoted(version, value, here, fullName)
      + if fullName in version.notes && value != usual
      then [finding.at('CNI106', 'warning', ['cilium', 'values'] + here, '`' + fullName + '` ' + version.notes[fullName])]
      else [];
    local inside =
      if std.isObject(value) && std.isObject(usual) then within
      else checkItems(value, usual, here, fullName);
    if wrong != [] then wrong
    else note + inside
  for name in std.objectFields(values)
]);

function(version, values) check(version, version.values, version.gone, values, [], '', false)
