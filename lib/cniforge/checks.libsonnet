// What is wrong with the keys of a cluster, as findings.
//
// Nothing here raises: a value of the wrong type is a finding, and what is computed from it uses the key's fallback, so
// that all of a cluster's errors come at once.
local defaults = import 'defaults.libsonnet';
local keys = import 'keys.libsonnet';

local refusal(path, message, hint=null, known=null, got=null) = {
  severity: 'refusal',
  path: path,
  message: message,
  [if hint != null then 'hint']: hint,
  [if known != null then 'known']: known,
  [if got != null then 'got']: got,
};

local article(type) = (if std.member('aeio', type[0]) then 'an ' else 'a ') + type;

local typeNames(types) = std.join(' or ', [article(t) for t in types]);

local typeProblem(key, value) =
  local rule = keys[key];
  local types = if std.isArray(rule.type) then rule.type else [rule.type];
  local actual = std.type(value);
  if !std.member(types, actual) then [refusal([key], '`' + key + '` must be ' + typeNames(types) + ', not ' + (if actual == 'null' then 'null' else article(actual)))]
  else if !('each' in rule) then []
  else if actual == 'array' then [
    refusal([key, i], 'every element of `' + key + '` must be ' + article(rule.each) + ', not ' + article(std.type(value[i])))
    for i in std.range(0, std.length(value) - 1)
    if std.type(value[i]) != rule.each
  ]
  else [
    refusal([key, name], '`' + key + '.' + name + '` must be ' + article(rule.each) + ', not ' + article(std.type(value[name])))
    for name in std.objectFields(value)
    if std.type(value[name]) != rule.each
  ];

// The findings of one key that was given.
local valueProblems(key, value) =
  local types = typeProblem(key, value);
  if types != [] || !('problem' in keys[key]) then types
  else
    local problem = keys[key].problem(value);
    if problem == null then []
    else [refusal([key] + std.get(problem, 'at', []), problem.message, std.get(problem, 'hint'), std.get(problem, 'known'), std.get(problem, 'got'))];

local keyNames = std.objectFields(keys);
local required = { [key]: keys[key].required for key in keyNames if 'required' in keys[key] };

{
  refusal:: refusal,

  // Whether any of these keeps a cluster from being written, whatever is allowed.
  refuses(findings):: std.length([finding for finding in findings if finding.severity == 'refusal']) > 0,

  // What is wrong with each key of `cluster`: key → array of findings, without the keys that are fine. Only what was given is
  // looked at. `installed`: a CNI is installed from here.
  ofKeys(cluster, installed)::
    {
      [key]: found
      for key in keyNames
      if cluster[key] != defaults[key]
      for found in [valueProblems(key, cluster[key])]
      if std.length(found) > 0
    } + {
      [key]: [refusal([key], 'the required key `' + key + '` is missing', hints[key])]
      for key in std.objectFields(required)
      if cluster[key] == defaults[key] && (required[key] == 'always' || installed)
    },

  local hints = {
    name: "give the cluster its name: name: 'cls-7q46p7mt'",
    type: "say what the cluster is: type: 'Baremetal'",
    kubernetesVersion: "say what the cluster runs: kubernetesVersion: '1.34.1'",
    podCIDRs: "say where pods get their addresses: podCIDRs: ['10.244.0.0/16']",
    serviceCIDRs: "say where services get their addresses: serviceCIDRs: ['10.96.0.0/16']",
  },

  // Keys that are none. Hidden fields (`::`) are the user's own variables.
  unknownKeys(cluster, outputs):: [
    refusal([key], 'unknown key `' + key + '`', known=std.objectFields(keys))
    for key in std.objectFields(cluster)
    if !std.objectHas(keys, key) && !std.member(outputs, key)
  ],
}
