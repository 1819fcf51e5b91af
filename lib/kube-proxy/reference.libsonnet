// What kube-proxy can be told, and what it is for. The names and types are those that the checks go by.
local reference = import '../knobs/reference.libsonnet';
local kubeadm = import '../kubeadm/main.libsonnet';
local configs = import 'config.libsonnet';
local defaults = import 'defaults.libsonnet';
local main = import 'main.libsonnet';

local minors = std.range(kubeadm.oldest, kubeadm.newest);

// Versions by their minors, ascending: null if all have it.
local versionsText(having) =
  local first = having[0];
  local last = having[std.length(having) - 1];
  if having == minors then null
  else if last == kubeadm.newest then 'kube-proxy 1.' + first + ' and later'
  else if first == kubeadm.oldest then 'kube-proxy 1.' + last + ' and earlier'
  else 'kube-proxy 1.' + first + ' to 1.' + last;

// Fields of KubeProxyConfiguration that `config` may hold, of any version, as a shape: those with a knob of their own are not here.
local offered(types) = { [key]: types[key] for key in std.objectFields(types) if !(key in configs.ownKnobs) };
local shapeOf(types) = { fields: std.mapWithKey(function(_, type) if std.isObject(type) then shapeOf(type) else type, types) };
local typesOf = { [std.toString(minor)]: offered(configs.types(minor)) for minor in minors };
local allTypes = std.foldl(function(all, types) std.mergePatch(all, types), std.objectValues(typesOf), {});

local pathsOf(types) = std.flatMap(
  function(key)
    [[key]] + (if std.isObject(types[key]) then [[key] + rest for rest in pathsOf(types[key])] else []),
  std.objectFields(types)
);
local has(types, path) =
  path[0] in types && (std.length(path) == 1 || std.isObject(types[path[0]]) && has(types[path[0]], path[1:]));

local mode(name) =
  local rule = configs.modes[name];
  name + (if rule.since > 0 then ' from 1.' + rule.since + ' on' else '')
  + (if 'until' in rule then ' up to 1.' + rule.until else '')
  + (if 'gate' in rule then ', before 1.' + rule.ungated + ' behind the gate ' + rule.gate else '');

// By the names of the fields; one that says it by its name needs none.
local fieldWords = {
  bindAddressHardFail: 'kube-proxy stops where it cannot take its port, instead of going on without',
  clientConnection: 'how kube-proxy talks to the API server',
  'clientConnection.acceptContentTypes': 'the forms in which it takes answers, the first first',
  'clientConnection.burst': 'how many requests it may send at once',
  'clientConnection.contentType': 'the form in which it sends',
  'clientConnection.kubeconfig': 'the file that says where the API server is and who asks',
  'clientConnection.qps': 'how many requests a second it may send',
  configSyncPeriod: 'how often it asks the API server for everything again',
  conntrack: "limits of the kernel's table of connections",
  'conntrack.maxPerCore': 'entries of the table for each core; 0 leaves the limit as it is',
  'conntrack.min': 'entries of the table at least',
  'conntrack.tcpBeLiberal': 'packets outside of the TCP window are not taken for invalid',
  'conntrack.tcpCloseWaitTimeout': 'how long a half-closed connection of TCP is kept',
  'conntrack.tcpEstablishedTimeout': 'how long an idle connection of TCP is kept',
  'conntrack.udpStreamTimeout': 'how long an idle stream of UDP with answers is kept',
  'conntrack.udpTimeout': 'how long an idle stream of UDP without answers is kept',
  detectLocal: "by what traffic of the node's own pods is known, for those ways that need a name",
  'detectLocal.bridgeInterface': 'the bridge of the pods, with detectLocalMode BridgeInterface',
  'detectLocal.interfaceNamePrefix': 'how interfaces of pods begin, with detectLocalMode InterfaceNamePrefix',
  detectLocalMode: "how traffic of the node's own pods is known: ClusterCIDR, NodeCIDR, BridgeInterface, InterfaceNamePrefix",
  enableProfiling: 'it can be profiled, on the port of its metrics',
  healthzBindAddress: 'where it says that it is well: address and port',
  hostnameOverride: "the node's name, where it is not the host's",
  iptables: 'settings of the mode iptables',
  'iptables.localhostNodePorts': 'node ports answer on localhost too',
  ipvs: 'settings of the mode ipvs',
  'ipvs.excludeCIDRs': 'services of IPVS that kube-proxy leaves alone, by their addresses',
  'ipvs.scheduler': 'how backends are chosen: rr, lc, dh, sh, sed, nq',
  'ipvs.strictARP': 'the node answers ARP only for addresses of the interface that was asked; MetalLB needs it',
  'ipvs.tcpFinTimeout': 'how long a connection is kept after its FIN',
  'ipvs.tcpTimeout': 'how long an idle connection of TCP is kept',
  'ipvs.udpTimeout': 'how long an idle stream of UDP is kept',
  logging: 'how it logs',
  'logging.flushFrequency': 'how often lines are written, in nanoseconds',
  'logging.format': 'text or json',
  'logging.options': 'settings of the formats',
  'logging.options.json': 'settings of the format json',
  'logging.options.text': 'settings of the format text',
  'logging.verbosity': 'how much it logs: the higher, the more',
  'logging.vmodule': 'how much single source files log',
  metricsBindAddress: 'where its metrics are: address and port',
  nftables: 'settings of the mode nftables',
  nodePortAddresses: "on which of the node's addresses node ports answer, as CIDRs",
  oomScoreAdj: 'how likely the kernel ends it when memory is short: the lower, the less',
  portRange: 'ports of the node that it may use; does nothing since the user space mode is gone',
  showHiddenMetricsForVersion: 'metrics that were hidden after this version are shown',
  udpIdleTimeout: 'how long an idle stream of UDP is kept, in the mode userspace',
  winkernel: 'settings on Windows, where kubeadm does not install it',
  'winkernel.enableDSR': 'answers go back without the load balancer, on Windows',
  'winkernel.forwardHealthCheckVip': 'probes of a load balancer reach the node, on Windows',
  'winkernel.networkName': 'the network that it works on, on Windows',
  'winkernel.rootHnsEndpointName': "the node's own endpoint, on Windows",
  'winkernel.sourceVip': 'the address that Services send from, on Windows',
};
// What means the same wherever it stands.
local lastWords = {
  infoBufferSize: 'how much is gathered before it is written; 0 writes each line at once',
  masqueradeAll: "everything that goes to a Service gets the node's address",
  masqueradeBit: 'the bit of the mark that means it, 0 to 31',
  minSyncPeriod: 'rules are written this seldom at most, however much changes',
  syncPeriod: 'rules are written this often at least',
};

local exampleOf(path, type) =
  if type == 'array' then ['10.0.0.0/8']
  else if type != 'string' then null
  else if std.endsWith(path[std.length(path) - 1], 'Timeout') || std.endsWith(path[std.length(path) - 1], 'Period') then '30s'
  else 'other';
local typeAt(types, path) = std.foldl(function(inner, key) inner[key], path, types);


local wordsOf(path) =
  local type = typeAt(allTypes, path);
  local example = if std.isString(type) then exampleOf(path, type);
  local having = [minor for minor in minors if has(typesOf[std.toString(minor)], path)];
  local last = having[std.length(having) - 1];
  {
    meaning: std.get(fieldWords, std.join('.', path), std.get(lastWords, path[std.length(path) - 1])),
    versions: versionsText(having),
    [if example != null then 'example']: example,
    [if std.isString(type) then 'otherwise']: "kube-proxy's own choice",
    // In a version that has it.
    [if last != kubeadm.newest then 'ground']: { kubernetesVersion: '1.' + last + '.1' },
  };

{
  settings: reference(
    {
      fields: main.types {
        mode: { words: std.objectFields(configs.modes) },
        featureGates: { map: 'boolean' },
        config: shapeOf(allTypes),
      },
    },
    defaults { config: configs.of(kubeadm.newest) },
    {
      enabled: {
        meaning: 'kube-proxy is installed from here',
        note: 'kubeadm installs it too: whoever upgrades it must be one and the same',
      },
      version: {
        meaning: "kube-proxy's own version; it must not be newer than the API servers",
        otherwise: 'kubernetesVersion',
        example: '1.33.1',
      },
      image: {
        meaning: 'the full reference, in the place of `registry` and the version',
        otherwise: "kubeadm's, or that of `registry`",
        example: 'registry.example.com/kube-proxy:v1.34.1',
      },
      mode: {
        meaning: 'how it leads traffic of Services to pods',
        otherwise: "kube-proxy's own choice, which is iptables",
        note: std.join('; ', [mode(name) for name in std.objectFields(configs.modes)]),
        example: 'ipvs',
      },
      clusterCIDR: {
        meaning: "which source addresses are pods'",
        otherwise: 'all podCIDRs, joined with a comma',
        example: '10.0.0.0/8',
      },
      endpoint: {
        meaning: "where the API server is reached without any Service: 'host:port'",
        otherwise: 'controlPlaneEndpoint',
        example: '10.0.0.2:6443',
      },
      bindAddress: {
        meaning: "on which of the node's addresses it serves",
        otherwise: "all of the cluster's first family: '0.0.0.0' or '::'",
        example: '10.0.0.3',
      },
      featureGates: { meaning: 'features of Kubernetes that are open or closed, by name', example: { NFTablesProxyMode: true } },
      config: { meaning: 'other fields of KubeProxyConfiguration, merged over those of kubeadm', example: { ipvs: { scheduler: 'lc' } } },
    }
    + { ['config.' + std.join('.', path)]: wordsOf(path) for path in pathsOf(allTypes) }
  ),

  // Words for fields that there are not.
  stale: std.setDiff(std.objectFields(fieldWords), std.set([std.join('.', path) for path in pathsOf(allTypes)])),

  ground: { kubeProxy: { enabled: true } },
}
