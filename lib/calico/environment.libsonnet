// calico-node's environment as a definition gives it: Felix's parameters by `felix`, and by networkArgs these and the
// variables of calico-node itself. A name that calico-node does not know would be ignored there without a word, so each
// is checked here.
local base = import '../knobs/main.libsonnet';
local shapes = import '../knobs/shapes.libsonnet';
local net = import '../net/main.libsonnet';
local variables = import 'variables.libsonnet';

local truths = ['true', 'false', '1', '0', 'yes', 'no', 'y', 'n', 't', 'f'];

// What more than one object has to agree on, or calico-node alone cannot decide: the key that does.
local elsewhere = {
  backendType: "backendType is galaxy's: Calico's is calico.backend",
  networkMode: "networkMode is for TKEStack's Cilium: Calico's is calico.backend",
  tunnel: "tunnel is Cilium's: Calico's is calico.encapsulation",
  CALICO_NETWORKING_BACKEND: 'that is calico.backend',
  CALICO_IPV4POOL_CIDR: 'that is podCIDRs, or a part of it: calico.ipPools.ipv4.cidr',
  CALICO_IPV6POOL_CIDR: 'that is podCIDRs, or a part of it: calico.ipPools.ipv6.cidr',
  CNI_MTU: 'that is calico.mtu',
  DATASTORE_TYPE: 'cniforge installs Calico on the Kubernetes API only',
  ETCD_ENDPOINTS: self.DATASTORE_TYPE,
  FELIX_BPFENABLED: "that is calico.dataplane: 'eBPF'",
  FELIX_DATASTORETYPE: self.DATASTORE_TYPE,
  FELIX_FELIXHOSTNAME: self.NODENAME,
  FELIX_TYPHAK8SSERVICENAME: 'that is calico.typha: { enabled: true }',
  KUBERNETES_SERVICE_HOST: 'that is controlPlaneEndpoint',
  KUBERNETES_SERVICE_PORT: 'that is controlPlaneEndpoint',
  NODENAME: 'each node has its own',
};

local isNumber(text) =
  local halves = std.split(if std.startsWith(text, '-') then text[1:] else text, '.');
  local digits(s) = s != '' && std.all([c >= '0' && c <= '9' for c in std.stringChars(s)]);
  std.length(halves) <= 2 && std.all([digits(half) for half in halves]);

// What is wrong with a text as a value of this kind: null, or what it has to be and the words that it could be.
local valueProblem(text, kind) =
  if kind == 'text' then null
  else if kind == 'boolean' then
    if shapes.matches(text, truths) then null else { is: "'true' or 'false'", known: ['true', 'false'] }
  else if kind == 'number' then
    if isNumber(text) then null else { is: 'a number' }
  else if 'whole' in kind then
    if isNumber(text) && shapes.within(std.parseJson(text), kind.whole) then null
    else { is: 'a whole number' + shapes.limitText(kind.whole) }
  else if 'words' in kind then
    if shapes.matches(text, kind.words) then null else { is: 'one of ' + std.join(', ', kind.words), known: kind.words }
  else if 'addresses' in kind then
    if net.isIP(text) && net.family(text) == kind.addresses then null else { is: 'an IPv' + kind.addresses + ' address' }
  else
    if std.all([net.isCIDR(part) for part in std.split(text, ',')]) then null else { is: 'CIDRs with commas between' };

// A value of `felix` as the text that Felix reads; null if it is none.
local textOf(value) =
  if std.isString(value) then value
  else if std.isNumber(value) || std.isBoolean(value) then std.toString(value)
  else if std.isArray(value) && std.all([std.isString(v) || std.isNumber(v) for v in value]) then
    std.join(',', [std.toString(v) for v in value])
  else if std.isObject(value) && std.all([!std.isArray(v) && !std.isObject(v) for v in std.objectValues(value)]) then
    std.join(',', [key + '=' + value[key] for key in std.objectFields(value)]);

// One name with its value, which is a text: { env } or { findings }. `label` is what the name is called in messages.
local read(path, variable, kind, text, label) =
  local problem = valueProblem(text, kind);
  if problem == null then { env: { [variable]: text } }
  else {
    findings: [base.refusal(
      path,
      label + " cannot be '" + text + "'",
      'it has to be ' + problem.is,
      std.get(problem, 'known'),
      text
    )],
  };

local felixVariable(parameter) = 'FELIX_' + std.asciiUpper(parameter);

// parameters: Felix's, by name. Felix does not mind their case.
local parameterOf(parameters, name) = shapes.word(name, std.objectFields(parameters));

local fromFelix(parameters, felix) = [
  local path = ['calico', 'felix', name];
  local parameter = parameterOf(parameters, name);
  local text = textOf(felix[name]);
  local variable = felixVariable(name);
  if felix[name] == null then {}
  else if std.objectHas(elsewhere, variable) then {
    findings: [base.refusal(path, 'calico.felix.' + name + ' is not decided by Felix alone', elsewhere[variable])],
  }
  else if parameter == null then {
    findings: [base.refusal(
      path,
      "Felix has no parameter '" + name + "' in this version of Calico",
      null,
      std.objectFields(parameters),
      name
    )],
  }
  else if text == null then {
    findings: [base.refusal(
      path,
      'calico.felix.' + name + ' cannot be ' + std.toString(felix[name]),
      'write a string, a number, true or false; a list becomes text with commas'
    )],
  }
  else read(path, variable, parameters[parameter], text, 'calico.felix.' + name)
  for name in std.objectFields(felix)
];

local fromNetworkArgs(parameters, networkArgs) = [
  local path = ['networkArgs', name];
  local value = networkArgs[name];
  local label = 'networkArgs.' + name;
  local bare = if std.startsWith(name, 'FELIX_') then name[6:] else name;
  local parameter = parameterOf(parameters, bare);
  if std.objectHas(elsewhere, name) || std.objectHas(elsewhere, felixVariable(bare)) then {
    findings: [base.refusal(
      path,
      label + ' is not decided by calico-node alone',
      std.get(elsewhere, name, std.get(elsewhere, felixVariable(bare)))
    )],
  }
  else if !std.objectHas(variables, name) && parameter == null then {
    findings: [base.refusal(
      path,
      "calico-node knows no variable '" + name + "', and Felix no such parameter, in this version of Calico",
      null,
      std.objectFields(variables) + std.objectFields(parameters)
      + (if std.startsWith(name, 'FELIX_') then [felixVariable(p) for p in std.objectFields(parameters)] else []),
      name
    )],
  }
  else if !std.isString(value) then {
    findings: [base.refusal(
      path,
      label + ' has to be a string, not ' + std.type(value),
      if value == null then 'leave it out' else "write it in quotes: '" + std.toString(value) + "'"
    )],
  }
  else if std.objectHas(variables, name) then read(path, name, variables[name], value, label)
  else read(path, felixVariable(bare), parameters[parameter], value, label)
  for name in std.objectFields(networkArgs)
];

// parameters: Felix's of the release. networkArgs win over `felix`.
function(parameters, felix, networkArgs)
  local all =
    (if std.isObject(felix) then fromFelix(parameters, felix) else [])
    + (
      if std.isObject(networkArgs) then fromNetworkArgs(parameters, networkArgs)
      else [{ findings: [base.refusal(['networkArgs'], 'networkArgs has to be an object', 'write { name: value, … }')] }]
    );
  {
    env: std.foldl(function(env, one) env + std.get(one, 'env', {}), all, {}),
    findings: std.flattenArrays([std.get(one, 'findings', []) for one in all]),
  }
