// Every key of a cluster: what it is for and what is wrong with a value. Their defaults are in defaults.libsonnet.
//
// `meaning`   what the book and `cniforge explain` say of it
// `example`   a right value that is not the default, to see what it makes different
// `page`      the page of the book that says more
// `required`  always: must be given; network: must be given if a CNI is installed from here; else it may be left out
// `type`      std.type of a good value; null is good as well where it is the default
// `each`      for arrays and objects: std.type of every element
// `problem`   function(value) null, or { message, hint?, known?, got?, at? }; asked only if the types are right
// `fallback`  stands in for a missing or bad value, so that the other checks can still be made
local net = import '../net/main.libsonnet';

local text = { type: 'string', fallback: '' };
local texts = { type: 'array', each: 'string', fallback: [] };
local settings = { type: 'object', fallback: {} };

local isDNSLabel(s) =
  local length = std.length(s);
  // Made of these characters alone: stripped of them, nothing is left.
  length > 0 && length <= 63 && std.stripChars(s, 'abcdefghijklmnopqrstuvwxyz0123456789-') == '' && s[0] != '-' && s[length - 1] != '-';

local isDNSName(s) = std.length(s) <= 253 && std.all([isDNSLabel(part) for part in std.split(s, '.')]);

// The first problem among an array's elements, with the element's index for the finding's path.
local firstProblem(values, problem) =
  local problems = std.filter(function(p) p.problem != null, std.mapWithIndex(function(i, v) { at: i, problem: problem(v) }, values));
  if problems == [] then null else problems[0].problem { at: [problems[0].at] };

local badCIDR(values) = firstProblem(values, function(v)
  local parsed = net.parseCIDR(v);
  if parsed.problem == null then null else {
    message: parsed.problem,
    hint: "write it as '10.244.0.0/16' or 'fd00:10:244::/56'",
  });

local isKernel(v) =
  local parts = std.split(v, '.');
  local isNumber(part) = part != '' && std.stripChars(part, '0123456789') == '';
  std.length(parts) >= 2 && isNumber(parts[0]) && isNumber(std.split(parts[1], '-')[0]);

local cidrs = texts {
  required: 'network',
  problem(values):
    local families = [net.family(v) for v in values];
    local bad = badCIDR(values);
    if bad != null then bad
    else if values == [] then { message: 'the list is empty', hint: 'name one CIDR, or one of each family' }
    else if std.length(values) > 2 || std.length(values) == 2 && families[0] == families[1] then {
      message: 'there are ' + std.length(values) + ' CIDRs, ' + std.count(families, 4) + ' of IPv4 and ' + std.count(families, 6) + ' of IPv6',
      hint: 'a cluster has one CIDR, or one of each family (dual stack)',
    }
    else null,
};

{
  name: text {
    meaning: "the cluster's name, its file's name and its folder's in `rendered/`: a DNS label",
    example: 'other',
    required: 'always',
    problem(v): if isDNSLabel(v) then null else {
      message: "'" + v + "' is no name for a cluster",
      hint: 'at most 63 lower case letters, digits and -, with a letter or digit at both ends',
    },
  },

  type: text {
    meaning: "TKEStack's cluster type, which decides what CNI may run: `Baremetal`, `Edge` or `Imported`",
    example: 'Edge',
    required: 'always',
    fallback: 'Baremetal',
    local types = std.objectFields(import 'types.libsonnet'),
    problem(v): if std.member(types, v) then null else { message: "'" + v + "' is no cluster type", known: types, got: v },
  },

  kubernetesVersion: text {
    meaning: "what the cluster runs: `'1.34.1'`, or TKEStack's `'1.21.4-tke.3'`; decides which API versions are rendered",
    example: '1.31.0',
    required: 'always',
    fallback: '1.34.0',
    problem(v):
      local parsed = net.parseVersion(v);
      if parsed.problem == null then null else {
        message: parsed.problem,
        hint: "write it as '1.34.1'",
      },
  },

  podCIDRs: cidrs {
    meaning: 'where pods get their addresses: one CIDR, or one of each family; cannot be changed in place',
    example: ['10.245.0.0/16'],
  },
  serviceCIDRs: cidrs {
    meaning: 'where services get their addresses: one CIDR, or one of each family',
    example: ['10.97.0.0/16'],
  },

  nodeCIDRs: texts {
    meaning: "the nodes' own networks; only compared with the others",
    example: ['192.168.0.0/24'],
    page: 'rules.md',
    problem: badCIDR,
  },

  kernelVersion: text {
    meaning: 'what `uname -r` says on the oldest node; only compared with what the CNI needs',
    example: '5.15.0-91-generic',
    page: 'rules.md',
    fallback: null,
    problem(v): if isKernel(v) then null else {
      message: "'" + v + "' is no version of a kernel",
      hint: "write what `uname -r` says on the oldest node: '5.15.0-91-generic'",
    },
  },

  // Which CNI runs; left out, the cluster type decides. Checked in cluster.libsonnet, since that depends on the type.
  cni: text {
    meaning: 'which CNI runs: `galaxy`, `cilium`, `calico` or `none`; left out, the type decides',
    example: 'calico',
  },

  networkArgs: settings {
    meaning: "the CNI's own arguments by name, as strings; they win over everything else",
    example: { 'enable-hubble': 'true' },
  },

  // What the cluster serves beyond Kubernetes' own APIs: 'monitoring.coreos.com/v1', or with the kind behind it,
  // 'gateway.networking.k8s.io/v1/GatewayClass'. Decides whether ServiceMonitors, GatewayClasses, … are rendered.
  apiVersions: texts {
    meaning: "what the cluster serves beyond Kubernetes' own APIs: `'monitoring.coreos.com/v1'`",
    example: ['monitoring.coreos.com/v1'],
    problem(values): firstProblem(values, function(v) if std.length(std.findSubstr('/', v)) > 0 then null else {
      message: "'" + v + "' is no API version",
      hint: "write group/version or group/version/Kind: 'monitoring.coreos.com/v1'",
    }),
  },

  allowSecrets: texts {
    meaning: 'names of Secrets that may be rendered with data',
    example: ['hubble-ca'],
  },

  // Findings that are known and accepted, each with the reason that reviewers read:
  // { rule: 'CNI031', object: 'DaemonSet kube-system/agent', reason: 'the Secret is made by Vault' }. Without `object`, every
  // finding of the rule.
  allowFindings: {
    meaning: 'findings that are known and accepted: `{ rule, object, reason }`',
    example: [{ rule: 'CNI031', object: 'DaemonSet kube-system/agent', reason: 'the Secret is made by Vault' }],
    page: 'validate.md',
    type: 'array',
    each: 'object',
    fallback: [],
    problem(values): firstProblem(values, function(v)
      local unknown = std.setDiff(std.objectFields(v), ['object', 'reason', 'rule']);
      local lacking = [name for name in ['rule', 'reason'] if !std.isString(std.get(v, name)) || v[name] == ''];
      if unknown != [] then {
        message: 'an allowance has no field `' + unknown[0] + '`',
        hint: "write { rule: 'CNI031', object: 'DaemonSet kube-system/agent', reason: '…' }",
      }
      else if lacking != [] then {
        message: 'an allowance names its ' + lacking[0] + ', as a string',
        hint: "write { rule: 'CNI031', reason: '…' }; `cniforge validate --list-rules` lists the rules",
      }
      else if !std.isString(std.get(v, 'object', '')) then {
        message: 'the object of an allowance is a string',
        hint: "write it as findings show it: 'DaemonSet kube-system/agent'",
      }
      else null),
  },

  controlPlaneEndpoint: text {
    meaning: "where the API server is reached from outside the pod network: `'host:port'`; needed when kube-proxy is replaced",
    example: '10.0.0.2:6443',
    fallback: null,
    problem(v):
      local parsed = net.parseEndpoint(v);
      if parsed.problem == null then null else {
        message: parsed.problem,
        hint: "write it as 'host:6443', '10.0.0.1:6443' or '[fd00::1]:6443'",
      },
  },

  dnsDomain: text {
    meaning: 'the DNS domain of services',
    example: 'example.org',
    problem(v): if isDNSName(v) then null else { message: "'" + v + "' is no DNS domain", hint: "write it as 'cluster.local'" },
  },

  registry: text {
    meaning: "where images come from instead of each project's own registry: host and path, without a scheme",
    example: 'registry.example.com/mirror',
    fallback: null,
    problem(v):
      if v == '' || std.length(std.findSubstr(' ', v)) > 0 || std.length(std.findSubstr('://', v)) > 0
         || std.startsWith(v, '/') || std.endsWith(v, '/') then {
        message: "'" + v + "' is no image prefix",
        hint: "write host and path without scheme and final slash: 'registry.example.com/mirror'",
      } else null,
  },

  networkDevice: text {
    meaning: "the nodes' card that carries pod traffic",
    example: 'eth1',
    problem(v): if v != '' && std.length(v) <= 15 && std.all([c > ' ' && c != '/' && c != '"' && c != '\\' && c != "'" for c in std.stringChars(v)]) then null else {
      message: "'" + v + "' cannot be a network device",
      hint: 'a device of Linux has up to 15 characters without blanks, slashes and quotes',
    },
  },

  maxNodePodNum: {
    meaning: "pods on a node, a power of two from 16 to 4096; decides a node's share of the pod CIDR: 256 is a /24",
    example: 128,
    type: 'number',
    fallback: 256,
    problem(v): if std.member([std.pow(2, e) for e in std.range(4, 12)], v) then null else {
      message: v + ' is no size for a node',
      hint: 'a power of two from 16 to 4096; 256 gives each node a /24',
    },
  },

  meshID: {
    meaning: "the cluster's number in a mesh of clusters, 1 to 511",
    example: 7,
    type: 'number',
    fallback: null,
    problem(v): if v == std.floor(v) && v >= 1 && v <= 511 then null else {
      message: v + ' is no number of a cluster in a mesh',
      hint: 'a whole number from 1 to 255; up to 511 with clustermesh.maxConnectedClusters: 511',
    },
  },

  labels: settings {
    meaning: 'strings of your own, for lists; they reach no manifest',
    example: { region: 'north' },
    each: 'string',
  },

  extraObjects: {
    meaning: 'Kubernetes objects of your own, applied with the rest; as an object, its names can be patched by overlays',
    example: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tools' } }],
    type: ['array', 'object'],
    fallback: [],
  },

  galaxy: settings {
    meaning: 'settings of galaxy: `version`, `images`, `backendOptions`, `networks`, `defaultNetworks`, `flags`',
    example: { flags: { 'network-policy': true } },
  },
  cilium: settings {
    meaning: 'settings of Cilium: `version`, `namespace`, `values`, `images`',
    example: { values: { hubble: { relay: { enabled: true } } } },
    page: 'cilium.md',
  },
  calico: settings {
    meaning: 'settings of Calico: `version`, `backend`, `dataplane`, …',
    example: { backend: 'vxlan' },
    page: 'calico.md',
  },

  coredns: settings {
    meaning: 'CoreDNS as kubeadm installs it, off until `enabled: true`',
    example: { enabled: true },
    page: 'coredns-and-kube-proxy.md',
  },
  kubeProxy: settings {
    meaning: 'kube-proxy as kubeadm installs it, off until `enabled: true`',
    example: { enabled: true },
    page: 'coredns-and-kube-proxy.md',
  },

  migration: settings {
    meaning: 'from one CNI to another: `from`, `phase`, `podCIDRs`, `networkArgs`',
    example: { from: 'galaxy', phase: 1, podCIDRs: ['10.246.0.0/16'] },
    page: 'migration.md',
  },

  delivery: settings {
    meaning: "who applies the tree from git, and from where: `engine: 'argocd'` or `'flux'`, `repository`, …",
    example: { engine: 'flux', repository: 'https://git.example.com/fleet.git' },
    page: 'delivery.md',
  },
}
