local calico = import '../main.libsonnet';
local example = import 'example.libsonnet';

local data(result) = result.components.calico.config.data;
local poolModes = ['CALICO_IPV4POOL_IPIP', 'CALICO_IPV4POOL_VXLAN', 'CALICO_IPV6POOL_VXLAN'];
local modes(result) =
  local env = example.env(result);
  [data(result).calico_backend] + [std.get(env, mode) for mode in poolModes];
local probes(result) = [
  example.container(result).livenessProbe.exec.command,
  example.container(result).readinessProbe.exec.command,
];
local images(result) = std.set([
  container.image
  for workload in std.objectValues(result.components.calico)
  if std.member(['DaemonSet', 'Deployment'], workload.kind)
  for container in std.get(workload.spec.template.spec, 'initContainers', []) + workload.spec.template.spec.containers
]);
local pools(result) = {
  [name]: value
  for entry in std.objectKeysValues(example.env(result))
  for name in [entry.key]
  for value in [entry.value]
  if std.startsWith(name, 'CALICO_IPV') && !std.member(poolModes, name)
};
local ofIPv6Only = ['IP', 'IP6', 'CALICO_ROUTER_ID', 'CALICO_IPV4POOL_CIDR', 'CALICO_IPV6POOL_CIDR', 'FELIX_IPV6SUPPORT'];
local ipam(result) = example.plugins(result)[0].ipam;

{
  versions: { actual: calico.versions, expected: ['3.14.2', '3.32.1'] },
  'version and findings build no object': {
    local result = example.new({ registry: error 'an object was built' }),
    actual: [result.version, result.findings],
    expected: ['3.32.1', []],
  },

  // How packets travel

  'by default': { actual: modes(example.new()), expected: ['bird', 'Always', 'Never', 'Never'] },
  vxlan: {
    actual: modes(example.new({}, { backend: 'vxlan' })),
    expected: ['vxlan', 'Never', 'CrossSubnet', 'CrossSubnet'],
  },
  'VXLAN pools need no BGP': {
    actual: modes(example.new({}, { encapsulation: 'VXLAN' })),
    expected: ['vxlan', 'Never', 'Always', 'Always'],
  },
  'no encapsulation': {
    actual: modes(example.new({}, { encapsulation: 'none' })),
    expected: ['bird', 'Never', 'Never', 'Never'],
  },
  'IP-in-IP between subnets': {
    actual: modes(example.new({}, { encapsulation: 'IPIPCrossSubnet' })),
    expected: ['bird', 'CrossSubnet', 'Never', 'Never'],
  },
  'IP-in-IP leaves IPv6 plain': {
    actual: modes(example.new(example.dualStack, { encapsulation: 'IPIP' })),
    expected: ['bird', 'Always', 'Never', 'Never'],
  },
  'a family of its own': {
    actual: modes(example.new(example.dualStack, { ipPools: { ipv6: { encapsulation: 'VXLAN' } } })),
    expected: ['bird', 'Always', 'Never', 'Always'],
  },
  'eBPF has no encapsulation': {
    actual: modes(example.new({ controlPlaneEndpoint: 'api:6443' }, { dataplane: 'ebpf' })),
    expected: ['bird', 'Never', 'Never', 'Never'],
  },
  'eBPF with VXLAN': {
    actual: modes(example.new({ controlPlaneEndpoint: 'api:6443' }, { dataplane: 'BPF', backend: 'VXLAN' })),
    expected: ['vxlan', 'Never', 'CrossSubnet', 'CrossSubnet'],
  },
  'Calico 3.14 has no VXLAN for IPv6': {
    actual: modes(example.new(example.old, { version: '3.14.2', backend: 'vxlan' })),
    expected: ['vxlan', 'Never', 'Always', null],
  },
  'probes ask BIRD where it runs': {
    actual: [probes(example.new()), probes(example.new({}, { backend: 'vxlan' }))],
    expected: [
      [['/bin/calico-node', '-felix-live', '-bird-live'], ['/bin/calico-node', '-felix-ready', '-bird-ready']],
      [['/bin/calico-node', '-felix-live'], ['/bin/calico-node', '-felix-ready']],
    ],
  },
  "other systems' words": {
    actual: [
      modes(example.new({ controlPlaneEndpoint: 'api:6443' }, { backend: word }))
      for word in ['ipip', 'host-gw', 'eBPF']
    ],
    expected: [['bird', 'Always', 'Never', 'Never'], ['bird', 'Never', 'Never', 'Never'], ['bird', 'Never', 'Never', 'Never']],
  },
  "the chart's and the operator's words": {
    actual: [
      [example.env(result).FELIX_BPFENABLED] + modes(result)
      for settings in [{ bpf: true }, { ebpf: { enabled: true }, vxlan: true }, { linuxDataplane: 'BPF', encapsulation: 'IPIP' }]
      for result in [example.new({ controlPlaneEndpoint: 'api:6443' }, settings)]
    ],
    expected: [
      ['true', 'bird', 'Never', 'Never', 'Never'],
      ['true', 'vxlan', 'Never', 'CrossSubnet', 'CrossSubnet'],
      ['true', 'bird', 'Always', 'Never', 'Never'],
    ],
  },
  'policies only: no pools, addresses of the node': {
    local result = example.new(example.dualStack, { backend: 'none' }),
    actual: [
      std.objectHas(data(result), 'calico_backend'),
      pools(result),
      example.some(example.env(result), ['CALICO_NETWORKING_BACKEND', 'USE_POD_CIDR', 'IP']),
      ipam(result),
      example.plugins(result)[0].mtu,
    ],
    expected: [
      false,
      {},
      { CALICO_NETWORKING_BACKEND: 'none', USE_POD_CIDR: 'true', IP: null },
      { type: 'host-local', ranges: [[{ subnet: 'usePodCidr' }], [{ subnet: 'usePodCidrIPv6' }]] },
      1500,
    ],
  },

  // Families

  'IPv4 only': {
    local result = example.new(),
    actual: [ipam(result), example.some(example.env(result), ofIPv6Only)],
    expected: [{ type: 'calico-ipam' }, {
      IP: 'autodetect',
      IP6: null,
      CALICO_ROUTER_ID: null,
      CALICO_IPV4POOL_CIDR: '10.244.0.0/16',
      CALICO_IPV6POOL_CIDR: null,
      FELIX_IPV6SUPPORT: 'false',
    }],
  },
  'dual stack': {
    local result = example.new(example.dualStack),
    actual: [ipam(result), example.some(example.env(result), ofIPv6Only)],
    expected: [{ type: 'calico-ipam', assign_ipv4: 'true', assign_ipv6: 'true' }, {
      IP: 'autodetect',
      IP6: 'autodetect',
      CALICO_ROUTER_ID: null,
      CALICO_IPV4POOL_CIDR: '10.244.0.0/16',
      CALICO_IPV6POOL_CIDR: 'fd00:10:244::/56',
      FELIX_IPV6SUPPORT: 'true',
    }],
  },
  'IPv6 only': {
    local result = example.new(example.ipv6),
    actual: [ipam(result), example.some(example.env(result), ofIPv6Only)],
    expected: [{ type: 'calico-ipam', assign_ipv4: 'false', assign_ipv6: 'true' }, {
      IP: 'none',
      IP6: 'autodetect',
      CALICO_ROUTER_ID: 'hash',
      CALICO_IPV4POOL_CIDR: 'none',
      CALICO_IPV6POOL_CIDR: 'fd00:10:244::/56',
      FELIX_IPV6SUPPORT: 'true',
    }],
  },
  'IPv6 only, VXLAN: calico-node reads its mode only with an IPv4 pool': {
    actual: example.some(example.env(example.new(example.ipv6, { backend: 'vxlan' })), ofIPv6Only),
    expected: {
      IP: 'none',
      IP6: 'autodetect',
      CALICO_ROUTER_ID: null,
      CALICO_IPV4POOL_CIDR: null,
      CALICO_IPV6POOL_CIDR: 'fd00:10:244::/56',
      FELIX_IPV6SUPPORT: 'true',
    },
  },
  "IPv6 only, Calico 3.14: as in TKEStack's manifest": {
    local result = example.new(example.old + example.ipv6, { version: '3.14.2' }),
    actual: [ipam(result), example.some(example.env(result), ofIPv6Only), modes(result)],
    expected: [
      { type: 'calico-ipam', assign_ipv4: 'false', assign_ipv6: 'true' },
      {
        IP: 'autodetect',
        IP6: 'autodetect',
        CALICO_ROUTER_ID: null,
        CALICO_IPV4POOL_CIDR: null,
        CALICO_IPV6POOL_CIDR: 'fd00:10:244::/56',
        FELIX_IPV6SUPPORT: 'true',
      },
      ['bird', 'Always', 'Never', null],
    ],
  },

  // Pools

  'settings of pools': {
    actual: pools(example.new(example.dualStack, {
      ipPools: {
        ipv4: { cidr: '10.244.128.0/17', blockSize: 24, natOutgoing: false, nodeSelector: "rack == '1'" },
        ipv6: { natOutgoing: true, disableBGPExport: true, blockSize: null },
      },
    })),
    expected: {
      CALICO_IPV4POOL_CIDR: '10.244.128.0/17',
      CALICO_IPV4POOL_BLOCK_SIZE: '24',
      CALICO_IPV4POOL_NAT_OUTGOING: 'false',
      CALICO_IPV4POOL_NODE_SELECTOR: "rack == '1'",
      CALICO_IPV6POOL_CIDR: 'fd00:10:244::/56',
      CALICO_IPV6POOL_NAT_OUTGOING: 'true',
      CALICO_IPV6POOL_DISABLE_BGP_EXPORT: 'true',
    },
  },
  'no pools at all': {
    local env = example.env(example.new(example.ipv6, {}, { NO_DEFAULT_POOLS: 'true' })),
    actual: [name for name in std.objectFields(env) if std.startsWith(name, 'CALICO_IPV')] + [env.NO_DEFAULT_POOLS],
    expected: ['true'],
  },

  // MTU, Typha, eBPF, nftables

  mtu: {
    actual: [
      data(example.new({}, settings)).veth_mtu
      for settings in [{}, { mtu: 8950 }, { version: '3.14.2' }, { version: '3.14.2', mtu: 1400 }]
    ],
    expected: ['0', '8950', '1440', '1400'],
  },
  'the MTU stays a word in the CNI configuration': {
    actual: std.length(std.findSubstr('"mtu": __CNI_MTU__,', data(example.new({}, { mtu: 8950 })).cni_network_config)),
    expected: 1,
  },
  typha: {
    local result = example.new({}, { typha: { enabled: true, replicas: 3 } }),
    actual: [
      data(result).typha_service_name,
      result.components.calico.typhaDeployment.spec.replicas,
      example.env(result).FELIX_TYPHAK8SSERVICENAME,
      data(example.new()).typha_service_name,
      std.objectHas(example.new().components.calico, 'typhaDeployment'),
    ],
    expected: ['calico-typha', 3, '<typha_service_name>', 'none', false],
  },
  'eBPF reaches the API server by itself': {
    local of(endpoint) = data(example.new({ controlPlaneEndpoint: endpoint }, { dataplane: 'eBPF' })),
    actual: [
      [of(endpoint).kubernetes_service_host, of(endpoint).kubernetes_service_port]
      for endpoint in ['10.0.0.1:8443', 'api.example.com', '[fd00::1]:6443']
    ],
    expected: [['10.0.0.1', '8443'], ['api.example.com', '6443'], ['fd00::1', '6443']],
  },
  'eBPF in all programs on the host network': {
    local result = example.new({ controlPlaneEndpoint: 'api:6443' }, { dataplane: 'eBPF', typha: { enabled: true } }),
    local told(workload) = [
      container.name
      for container in std.get(workload.spec.template.spec, 'initContainers', []) + workload.spec.template.spec.containers
      if std.length([one for one in std.get(container, 'env', []) if one.name == 'KUBERNETES_SERVICE_HOST']) == 1
    ],
    actual: [told(result.components.calico.nodeDaemonset), told(result.components.calico.typhaDeployment)],
    expected: [['upgrade-ipam', 'install-cni', 'calico-node'], ['calico-typha']],
  },
  'eBPF replaces kube-proxy': {
    actual: [
      example.new({ controlPlaneEndpoint: 'api:6443' }, { dataplane: dataplane }).replacesKubeProxy != null
      for dataplane in ['iptables', 'nftables', 'eBPF']
    ],
    expected: [false, false, true],
  },
  dataplanes: {
    actual: [
      example.some(
        example.env(example.new({ controlPlaneEndpoint: 'api:6443' }, { dataplane: dataplane })),
        ['FELIX_BPFENABLED', 'FELIX_NFTABLESMODE']
      )
      for dataplane in ['iptables', 'nftables', 'eBPF']
    ],
    expected: [
      { FELIX_BPFENABLED: null, FELIX_NFTABLESMODE: null },
      { FELIX_BPFENABLED: null, FELIX_NFTABLESMODE: 'Enabled' },
      { FELIX_BPFENABLED: 'true', FELIX_NFTABLESMODE: null },
    ],
  },

  // Environment

  'felix: booleans, numbers, lists and pairs': {
    actual: example.some(
      example.env(example.new({}, {
        felix: {
          WireguardEnabled: true,
          wireguardListeningPort: 51821,
          LogSeverityScreen: 'Warning',
          InterfaceExclude: ['kube-ipvs0', '/veth.*/'],
          FeatureDetectOverride: { ChecksumOffloadBroken: true },
        },
      })),
      [
        'FELIX_WIREGUARDENABLED',
        'FELIX_WIREGUARDLISTENINGPORT',
        'FELIX_LOGSEVERITYSCREEN',
        'FELIX_INTERFACEEXCLUDE',
        'FELIX_FEATUREDETECTOVERRIDE',
      ]
    ),
    expected: {
      FELIX_WIREGUARDENABLED: 'true',
      FELIX_WIREGUARDLISTENINGPORT: '51821',
      FELIX_LOGSEVERITYSCREEN: 'Warning',
      FELIX_INTERFACEEXCLUDE: 'kube-ipvs0,/veth.*/',
      FELIX_FEATUREDETECTOVERRIDE: 'ChecksumOffloadBroken=true',
    },
  },
  'networkArgs: variables and parameters, and they win': {
    actual: example.some(
      example.env(example.new({}, { felix: { LogSeverityScreen: 'Info', HealthPort: 9199 } }, {
        LogSeverityScreen: 'Debug',
        FELIX_HEALTHPORT: '9299',
        IP_AUTODETECTION_METHOD: 'can-reach=10.0.0.1',
        IP: 'none',
      })),
      ['FELIX_LOGSEVERITYSCREEN', 'FELIX_HEALTHPORT', 'IP_AUTODETECTION_METHOD', 'IP']
    ),
    expected: {
      FELIX_LOGSEVERITYSCREEN: 'Debug',
      FELIX_HEALTHPORT: '9299',
      IP_AUTODETECTION_METHOD: 'can-reach=10.0.0.1',
      IP: 'none',
    },
  },
  "the cluster's card": {
    local methods = ['IP_AUTODETECTION_METHOD', 'IP6_AUTODETECTION_METHOD'],
    actual: [
      example.some(example.env(example.new({ networkDevice: 'bond0.100' }, {}, args)), methods)
      for args in [{}, { IP_AUTODETECTION_METHOD: 'first-found' }]
    ] + [example.some(example.env(example.new(example.ipv6 { networkDevice: 'bond0' })), methods)],
    expected: [
      { IP_AUTODETECTION_METHOD: @'interface=^bond0\.100$', IP6_AUTODETECTION_METHOD: null },
      { IP_AUTODETECTION_METHOD: 'first-found', IP6_AUTODETECTION_METHOD: null },
      { IP_AUTODETECTION_METHOD: null, IP6_AUTODETECTION_METHOD: 'interface=^bond0$' },
    ],
  },

  // The CNI plugins

  'CNI: settings, a plugin more, a plugin less': {
    local result = example.new({}, {
      cniConfig: { log_level: 'debug', log_file_path: null, container_settings: { allow_ip_forwarding: true } },
      cniPlugins: { tuning: { sysctl: { 'net.core.somaxconn': '500' } }, bandwidth: {}, portmap: null },
    }),
    actual: [
      [plugin.type for plugin in example.plugins(result)],
      example.some(example.plugins(result)[0], ['log_level', 'log_file_path', 'container_settings']),
      example.plugins(result)[2],
    ],
    expected: [
      ['calico', 'bandwidth', 'tuning'],
      { log_level: 'debug', log_file_path: null, container_settings: { allow_ip_forwarding: true } },
      { type: 'tuning', sysctl: { 'net.core.somaxconn': '500' } },
    ],
  },

  // Images

  'official images': {
    actual: [images(example.new()), images(example.new(example.old, { version: '3.14.2', typha: { enabled: true } }))],
    expected: [
      ['quay.io/calico/cni:v3.32.1', 'quay.io/calico/kube-controllers:v3.32.1', 'quay.io/calico/node:v3.32.1'],
      [
        'calico/cni:v3.14.2',
        'calico/kube-controllers:v3.14.2',
        'calico/node:v3.14.2',
        'calico/pod2daemon-flexvol:v3.14.2',
        'calico/typha:v3.14.2',
      ],
    ],
  },
  'images of another registry, one by its digest': {
    actual: images(example.new({ registry: 'example.com/mirror/' }, { images: { node: 'example.com/n@sha256:0', cni: null } })),
    expected: ['example.com/mirror/calico/cni:v3.32.1', 'example.com/mirror/calico/kube-controllers:v3.32.1', 'example.com/n@sha256:0'],
  },
  'how images are pulled': {
    local result = example.new({}, { imagePullPolicy: 'Always', imagePullSecrets: ['mirror'], typha: { enabled: true } }),
    local pods = [
      object.spec.template.spec
      for object in std.objectValues(result.components.calico)
      if std.member(['DaemonSet', 'Deployment'], object.kind)
    ],
    actual: std.set([
      [pod.imagePullSecrets, container.imagePullPolicy]
      for pod in pods
      for container in std.get(pod, 'initContainers', []) + pod.containers
    ], std.toString) + [std.length(pods)],
    expected: [[[{ name: 'mirror' }], 'Always'], 3],
  },

  'null is as if left out': {
    local names = [name for name in std.objectFields(import '../defaults.libsonnet')],
    local result = example.new({}, { [name]: null for name in names }),
    actual: [result.version, result.findings, result.components.calico],
    expected: ['3.32.1', [], example.new().components.calico],
  },
}
