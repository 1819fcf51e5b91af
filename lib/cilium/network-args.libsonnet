// networkArgs: keys of cilium-config by name, laid over the generated ones. They win, so each is checked: a misspelt key
// would be ignored by the agents without a word.

// Keys that Cilium dropped, and what each of their values is called now.
local tunnelModes = {
  disabled: { 'routing-mode': 'native' },
  vxlan: { 'routing-mode': 'tunnel', 'tunnel-protocol': 'vxlan' },
  geneve: { 'routing-mode': 'tunnel', 'tunnel-protocol': 'geneve' },
};
local renamed = {
  tunnel: { since: '1.15', values: tunnelModes },
};

local written(args) = std.join(' and ', [key + '=' + args[key] for key in std.objectFields(args)]);

// One argument: what it puts into the ConfigMap, and what there is to say about it.
local read(version, extraKeys, key, value) =
  local finding(severity, message, hint, extra={}) = {
    severity: severity,
    path: ['networkArgs', key],
    message: 'networkArgs.' + key + ' ' + message,
    hint: hint,
  } + extra;
  local replacement = renamed[key].values[value];
  if !std.isString(value) then {
    findings: [finding(
      'refusal',
      'is a ' + std.type(value) + ', and cilium-config holds only strings',
      "write it in quotes: '" + key + "': '" + std.toString(value) + "'",
    )],
  }
  else if std.objectHas(version.configKeys, key) || std.objectHas(extraKeys, key) then { args: { [key]: value } }
  else if !std.objectHas(renamed, key) then {
    findings: [finding(
      'refusal',
      'Cilium ' + version.minorVersion + ' knows no such key of cilium-config',
      'a key of your own belongs in cilium.values.extraConfig; networkArgs may name it as well then',
      { known: std.objectFields(version.configKeys) },
    )],
  }
  else if std.objectHas(renamed[key].values, value) then {
    args: replacement,
    findings: [finding(
      'note',
      'is gone since Cilium ' + renamed[key].since + "; '" + value + "' became " + written(replacement),
      'write ' + written(replacement) + ' instead',
    )],
  }
  else {
    findings: [finding(
      'refusal',
      'is gone since Cilium ' + renamed[key].since + ", and '" + value + "' is none of the values that it had",
      'its values were ' + std.join(', ', std.objectFields(renamed[key].values)),
      { known: std.objectFields(renamed[key].values) },
    )],
  };

function(version, networkArgs, extraConfig)
  local all = [
    read(version, extraConfig, key, networkArgs[key])
    for key in std.objectFields(networkArgs)
  ];
  {
    args: std.foldl(function(args, one) args + std.get(one, 'args', {}), all, {}),
    findings: std.flattenArrays([std.get(one, 'findings', []) for one in all]),
  }
