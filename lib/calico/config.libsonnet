// The ConfigMap calico-config: what calico-node's containers share, and the configuration of the CNI plugins.
local o = import 'objects.libsonnet';

// Plugins are called in the order in which they stand.
local pluginOrder = ['portmap', 'bandwidth', 'tuning'];

// install-cni puts the MTU in place of this word, and it has to be a number then.
local mtuWord = '__CNI_MTU__';

local ipam(c) =
  if !c.networking then
    local subnets = [{ subnet: 'usePodCidr' } for _ in [1] if c.ipv4] + [{ subnet: 'usePodCidrIPv6' } for _ in [1] if c.ipv6];
    { type: 'host-local' }
    + (if std.length(subnets) == 1 then subnets[0] else { ranges: [[subnet] for subnet in subnets] })
  else
    { type: 'calico-ipam' }
    + (if c.ipv6 then { assign_ipv4: std.toString(c.ipv4), assign_ipv6: 'true' } else {});

local calicoPlugin(c) = {
  type: 'calico',
  log_level: 'info',
  datastore_type: 'kubernetes',
  nodename: '__KUBERNETES_NODE_NAME__',
  mtu: if c.networking then mtuWord else if c.mtu == 0 then 1500 else c.mtu,
  ipam: ipam(c),
  policy: { type: 'k8s' },
  kubernetes: { kubeconfig: '__KUBECONFIG_FILEPATH__' },
} + c.release.cniConfig;

local pluginList(plugins) =
  local others = std.setDiff(std.objectFields(plugins), std.set(pluginOrder));
  [
    { type: plugin } + plugins[plugin]
    for plugin in [name for name in pluginOrder if std.objectHas(plugins, name)] + others
  ];

local cniNetworkConfig(c) = std.strReplace(
  std.manifestJsonEx({
    name: 'k8s-pod-network',
    cniVersion: '0.3.1',
    plugins:
      [std.mergePatch(calicoPlugin(c), c.knobs.cniConfig)]
      + pluginList(std.mergePatch(c.release.cniPlugins, c.knobs.cniPlugins)),
  }, '  '),
  '"' + mtuWord + '"',
  mtuWord
);

function(c) {
  config: o.configMap('calico-config', {
    [if c.networking then 'calico_backend']: c.backend,
    typha_service_name: if c.typha then 'calico-typha' else 'none',
    veth_mtu: std.toString(c.mtu),
    cni_network_config: cniNetworkConfig(c),
    // With eBPF nothing else leads from a pod on the host network to the API server.
    [if c.bpf then 'kubernetes_service_host']: c.apiServer.host,
    [if c.bpf then 'kubernetes_service_port']: c.apiServer.port,
  }),
}
