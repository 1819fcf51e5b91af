// networkArgs: keys of cilium-config by name, laid over the generated ones. They win, so each is checked: a misspelt key
// would be ignored by the agents without a word.
local dropped = import 'versions/dropped-keys.libsonnet';
local versions = import 'versions/main.libsonnet';

// Keys with a few words for values; an agent that is told another does not start. A value that changed its name is
// translated.
local switch = { words: ['false', 'true'] };
local choices = {
  'enable-policy': { words: ['always', 'default', 'never'] },
  'kube-proxy-replacement': switch { old: { strict: 'true', disabled: 'false' } },
  'routing-mode': { words: ['native', 'tunnel'] },
  'tunnel-protocol': { words: ['geneve', 'vxlan'] },
};

local written(args) = std.join(' and ', ["'" + key + "': '" + args[key] + "'" for key in std.objectFields(args)]);
local isDropped(version, key) =
  key in dropped && (!('since' in dropped[key]) || version.minor >= std.parseInt(std.split(dropped[key].since, '.')[1]));
local since(rule) = if 'since' in rule then ' since Cilium ' + rule.since else '';

// By default of the rule that every argument is one which the agents read.
local finding(severity, key, message, hint, extra={}) = {
  rule: 'CNI100',
  severity: severity,
  path: ['networkArgs', key],
  message: message,
  hint: hint,
} + extra;
local refusal(key, message, hint, extra={}) = { findings: [finding('refusal', key, message, hint, extra)] };
// What was understood is of no rule.
local note(key, args, message, hint) = { args: args, findings: [std.mergePatch(finding('note', key, message, hint), { rule: null })] };

// A value that is none of `words`: with the nearest one.
local noWord(key, value, words, more='') = refusal(
  key,
  "'" + value + "' is no value of `" + key + '`' + more,
  'its values are ' + std.join(', ', words),
  { rule: 'CNI101', known: words, got: value },
);

local readKnown(key, value) =
  local choice = std.get(choices, key);
  if choice == null || std.member(choice.words, value) then { args: { [key]: value } }
  else if value in std.get(choice, 'old', {}) then
    local args = { [key]: choice.old[value] };
    note(key, args, "'" + value + "' became " + written(args), 'write ' + written(args) + ' instead')
  else noWord(key, value, choice.words);

local readDropped(key, value) =
  local rule = dropped[key];
  local gone = '`' + key + '` is gone' + since(rule);
  local replaced(args) = note(key, args, gone + "; '" + value + "' became " + written(args), 'write ' + written(args) + ' instead');
  if 'renamed' in rule then replaced({ [rule.renamed]: value })
  else if 'values' in rule then
    if value in rule.values then replaced(rule.values[value])
    else noWord(key, value, std.objectFields(rule.values), ', which is gone' + since(rule))
  else if 'always' in rule then
    if value == rule.always then note(key, {}, gone + ": it is always '" + value + "'", 'remove it')
    else refusal(key, gone + ": it is always '" + rule.always + "'", rule.hint + '; remove it')
  else refusal(key, gone, rule.hint);

local readUnknown(version, key) =
  local later = versions.minorsWithKey(key);
  if later != [] then refusal(
    key,
    'Cilium ' + version.minorVersion + ' does not know `' + key + '` yet: it came with Cilium ' + later[0],
    'remove it, or take a later Cilium: cilium+: { version: … }',
  )
  else refusal(
    key,
    'Cilium ' + version.minorVersion + ' knows no key `' + key + '` of cilium-config',
    'a key of your own belongs in cilium.values.extraConfig; networkArgs may name it as well then',
    { known: std.objectFields(version.configKeys) },
  );

// One argument: what it puts into the ConfigMap, and what there is to say about it.
local read(version, extraKeys, key, value) =
  if !std.isString(value) then refusal(
    key,
    '`' + key + '` is a ' + std.type(value) + ', and cilium-config holds only strings',
    "write it in quotes: '" + key + "': '" + std.toString(value) + "'",
    { rule: 'CNI101' },
  )
  else if key in version.configKeys then readKnown(key, value)
  else if key in extraKeys then { args: { [key]: value } }
  else if isDropped(version, key) then readDropped(key, value)
  else readUnknown(version, key);

// Two arguments for one key, one of them by an old name. Whichever won, somebody would be surprised.
local contradictions(networkArgs, all) = [
  finding(
    'refusal',
    key,
    '`' + key + "` says '" + all[key].args[target] + "' for `" + target + '`, and networkArgs.' + target + " says '" + networkArgs[target] + "'",
    'remove `' + key + '`, which is the old name',
  )
  for key in std.objectFields(all)
  if !(key in std.get(all[key], 'args', {}))
  for target in std.objectFields(std.get(all[key], 'args', {}))
  if target in networkArgs && networkArgs[target] != all[key].args[target]
];

// extraConfig: the user's own keys
function(version, networkArgs, extraConfig)
  local all = { [key]: read(version, extraConfig, key, networkArgs[key]) for key in std.objectFields(networkArgs) };
  local each = [all[key] for key in std.objectFields(all)];
  {
    args: std.foldl(function(args, one) args + std.get(one, 'args', {}), each, {}),
    findings: std.flattenArrays([std.get(one, 'findings', []) for one in each]) + contradictions(networkArgs, all),
  }
