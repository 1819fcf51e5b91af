// What the cluster's definition says outside of cilium.values, and where the values say otherwise.
local example = import 'example.libsonnet';

local config(cluster, values={}, networkArgs={}) = example.config(example.new(values, networkArgs, cluster));
// family → its pools and the prefix length of a node's block
local pools(cluster, values={}) =
  local data = config(cluster, values);
  {
    [family]: [data['cluster-pool-' + family + '-cidr'], data['cluster-pool-' + family + '-mask-size']]
    for family in ['ipv4', 'ipv6']
    if 'cluster-pool-' + family + '-cidr' in data
  };
local ipv6Pool(cidr, nodes=256) = pools({ podCIDRs: [cidr], maxNodePodNum: nodes }).ipv6;
local ipv4Pool(cidr, nodes=256) = pools({ podCIDRs: [cidr], maxNodePodNum: nodes }).ipv4;
local apiServer(cluster, values={}, networkArgs={}) =
  local rendered = example.new(values, networkArgs, cluster);
  {
    [variable.name]: variable.value
    for variable in rendered.components.cilium.daemonset.spec.template.spec.containers[0].env
    if std.startsWith(variable.name, 'KUBERNETES_SERVICE')
  };
local replaced = { kubeProxyReplacement: true };

{
  'podCIDRs are the cluster pool': {
    actual: pools({ podCIDRs: ['10.50.0.0/16'] }),
    expected: { ipv4: ['10.50.0.0/16', '24'] },
  },
  'in both families': {
    actual: pools({ podCIDRs: ['10.50.0.0/16', 'fd00:10:244::/56'] }),
    expected: { ipv4: ['10.50.0.0/16', '24'], ipv6: ['fd00:10:244::/56', '64'] },
  },
  'or in IPv6 alone': {
    local only = { podCIDRs: ['fd00:10:244::/56'] },
    actual: [pools(only), config(only)['enable-ipv4'], config(only)['enable-ipv6']],
    expected: [{ ipv6: ['fd00:10:244::/56', '64'] }, 'false', 'true'],
  },
  'a node of IPv6 gets what the operator can still number': {
    actual: { [cidr]: ipv6Pool(cidr)[1] for cidr in ['fd00::/40', 'fd00::/48', 'fd00::/56', 'fd00::/60', 'fd00::/64', 'fd00::/104', 'fd00::/112', 'fd00::/122'] },
    expected: {
      'fd00::/40': '56',
      'fd00::/48': '64',
      'fd00::/56': '64',
      'fd00::/60': '76',
      'fd00::/64': '80',
      'fd00::/104': '120',
      'fd00::/112': '120',
      'fd00::/122': '122',
    },
  },
  'maxNodePodNum is the size of a node': {
    actual: [ipv4Pool('10.0.0.0/8', nodes)[1] for nodes in [64, 256, 1024]] + [ipv6Pool('fd00::/104', nodes)[1] for nodes in [64, 256, 1024]],
    expected: ['26', '24', '22', '120', '120', '118'],
  },
  'a pool that is smaller than a node goes to one node': {
    actual: ipv4Pool('10.0.0.0/26'),
    expected: ['10.0.0.0/26', '26'],
  },
  'values win over both': {
    actual: pools({ podCIDRs: ['10.50.0.0/16', 'fd00::/56'] }, { ipam: { operator: { clusterPoolIPv4MaskSize: 25, clusterPoolIPv6MaskSize: 66 } } }),
    expected: { ipv4: ['10.50.0.0/16', '25'], ipv6: ['fd00::/56', '66'] },
  },
  'pools of the values bring their own masks': {
    actual: pools({ podCIDRs: ['10.50.0.0/16', 'fd00::/56'] }, { ipam: { operator: { clusterPoolIPv6PodCIDRList: ['fd01::/104'] } } }).ipv6,
    expected: ['fd01::/104', '120'],
  },
  'other ways of giving out addresses need no pool': {
    actual: pools({ podCIDRs: ['10.50.0.0/16'] }, { ipam: { mode: 'kubernetes' } }),
    expected: {},
  },
  'no pool of a definition stops the operator': {
    actual: [
      cidr + ' ' + nodes
      for cidr in ['10.0.0.0/8', '10.0.0.0/16', '10.0.0.0/25'] + ['fd00::/' + prefix for prefix in std.range(8, 126)]
      for nodes in [16, 256, 4096]
      if example.said(example.new(cluster={ podCIDRs: [cidr], maxNodePodNum: nodes })) != []
    ],
    expected: [],
  },
  'a pool of the values that stops it is an error': {
    local said(operator) = example.said(example.new({ ipam: { operator: operator } }, cluster={ podCIDRs: ['10.0.0.0/16', 'fd00::/56'] })),
    actual: [
      said({ clusterPoolIPv6MaskSize: 120 }),
      said({ clusterPoolIPv4MaskSize: 12 }),
      said({ clusterPoolIPv4PodCIDRList: ['fd00::/104'] }),
      said({ clusterPoolIPv4PodCIDRList: ['10.0.0.0'] }),
      said({ clusterPoolIPv4PodCIDRList: ['10.0.0.0/x'] }),
    ],
    expected: [
      ['error: the operator stops at fd00::/56 in blocks of /120: it can number 65536 blocks at most'],
      ['error: a node would get a /12, and the whole pool 10.0.0.0/16 is smaller'],
      ["error: 'fd00::/104' is no range of IPv4"],
      ["error: '10.0.0.0' is no range of IPv4"],
      ["error: '10.0.0.0/x' is no range of IPv4"],
    ],
  },
  'the API server is where controlPlaneEndpoint says, once kube-proxy is replaced': {
    actual: [
      apiServer({ controlPlaneEndpoint: 'api.example.com:8443' }, replaced),
      apiServer({ controlPlaneEndpoint: '[fd00::1]:6443' }, { kubeProxyReplacement: 'true' }),
      apiServer({ controlPlaneEndpoint: '10.0.0.1:6443' }, {}, { 'kube-proxy-replacement': 'true' }),
      apiServer({ controlPlaneEndpoint: '10.0.0.1:6443' }, {}, { 'kube-proxy-replacement': 'strict' }),
      apiServer({ controlPlaneEndpoint: '10.0.0.1:6443' }),
      apiServer({ controlPlaneEndpoint: '10.0.0.1:6443' }, { kubeProxyReplacement: false }),
    ],
    expected: [
      { KUBERNETES_SERVICE_HOST: 'api.example.com', KUBERNETES_SERVICE_PORT: '8443' },
      { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' },
      { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '6443' },
      { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '6443' },
      {},
      {},
    ],
  },
  'or where the values say': {
    actual: apiServer({ controlPlaneEndpoint: '10.0.0.1:6443' }, replaced { k8sServiceHost: 'own', k8sServicePort: 1 }),
    expected: { KUBERNETES_SERVICE_HOST: 'own', KUBERNETES_SERVICE_PORT: '1' },
  },
  'nobody saying it is a warning': {
    actual: example.said(example.new(replaced)),
    expected: ['warning: kube-proxy is replaced, and nothing says how the agents reach the API server without it'],
  },
  'the name and the number in the mesh': {
    local who(data) = [data['cluster-name'], data['cluster-id']],
    actual: [
      who(config({ name: 'north' })),
      who(config({ name: 'north', meshID: 7 })),
      who(config({ name: 'north', meshID: 7 }, { cluster: { name: 'south', id: 9 } })),
    ],
    expected: [['north', '0'], ['north', '7'], ['south', '9']],
  },
  'a number that the mesh has no room for': {
    actual: [
      example.said(example.new(cluster={ meshID: 300 })),
      example.said(example.new({ clustermesh: { maxConnectedClusters: 511 } }, cluster={ meshID: 300 })),
    ],
    expected: [['error: a mesh for 255 clusters has no number 300, and no agent would start'], []],
  },
  'the DNS domain': {
    local relay = example.new({ hubble: { relay: { enabled: true } } }, cluster={ dnsDomain: 'example.org' }),
    actual: std.length(std.findSubstr('hubble-peer.kube-system.svc.example.org', relay.components.hubble.relayConfig.data['config.yaml'])),
    expected: 1,
  },
}
