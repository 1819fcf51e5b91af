local example = import 'example.libsonnet';

// Each: what differs from the example cluster, and all that is found, as [severity, path, message].
local cases = {
  'a word from another system': [
    { settings: { backend: 'host-gw' } },
    [['note', 'calico.backend', "calico.backend: 'host-gw' is a word from elsewhere, read as backend: 'bird', encapsulation: 'None'"]],
  ],
  'an encapsulation of its own wins over the word': [
    { settings: { backend: 'ipip', encapsulation: 'IPIPCrossSubnet' } },
    [['note', 'calico.backend', "calico.backend: 'ipip' is a word from elsewhere, read as backend: 'bird', encapsulation: 'IPIP'"]],
  ],
  "the chart's and the operator's words": [
    { cluster: { controlPlaneEndpoint: 'api:6443' }, settings: { vxlan: true, bpf: false, linuxDataplane: 'BPF' } },
    [
      ['note', 'calico.bpf', 'calico.bpf is a word from elsewhere, and says nothing here'],
      ['note', 'calico.linuxDataplane', "calico.linuxDataplane is a word from elsewhere, read as dataplane: 'BPF'"],
      ['note', 'calico.vxlan', "calico.vxlan is a word from elsewhere, read as backend: 'vxlan'"],
    ],
  ],
  'settings that are no object': [
    { settings: { typha: true, imagePullSecrets: 'mirror', cniPlugins: { tuning: true }, images: { nodes: 'x' } } },
    [
      ['refusal', 'calico.cniPlugins.tuning', 'calico.cniPlugins.tuning has to be an object, not a boolean'],
      ['refusal', 'calico.imagePullSecrets', 'calico.imagePullSecrets has to be an array, not a string'],
      ['refusal', 'calico.images.nodes', "calico.images has no 'nodes'"],
      ['refusal', 'calico.typha', 'calico.typha has to be an object, not a boolean'],
    ],
  ],
  'an image that another version has': [
    { cluster: example.old, settings: { version: '3.14.2', images: { 'pod2daemon-flexvol': 'x' } } },
    [],
  ],
  'fractions and negative numbers': [
    { settings: { mtu: 1500.5, typha: { enabled: true, replicas: -1 } } },
    [
      ['refusal', 'calico.mtu', 'calico.mtu has to be a whole number from 0 to 65535, not 1500.5'],
      ['refusal', 'calico.typha.replicas', 'calico.typha.replicas has to be a whole number of at least 0, not -1'],
    ],
  ],

  'Kubernetes older than tested': [
    { cluster: { kubernetesVersion: '1.31.0' } },
    [['note', 'calico.version', 'Calico 3.32.1 is tested from Kubernetes 1.34 on; this is 1.31.0']],
  ],
  'Kubernetes too old': [
    { cluster: { kubernetesVersion: '1.30.9' } },
    [[
      'error',
      'calico.version',
      'Calico 3.32.1 needs Kubernetes 1.31; 1.30.9 refuses one of its CustomResourceDefinitions',
    ]],
  ],
  'Kubernetes too new': [
    { cluster: { kubernetesVersion: '1.34.1' }, settings: { version: '3.14.2' } },
    [[
      'refusal',
      'calico.version',
      'Calico 3.14.2 cannot run on Kubernetes 1.34.1: its CustomResourceDefinitions are of a version that 1.22 dropped',
    ]],
  ],
  'the last Kubernetes for Calico 3.14': [
    { cluster: { kubernetesVersion: '1.21.4-tke.3' }, settings: { version: '3.14.2' } },
    [],
  ],

  'eBPF in Calico 3.14': [
    { cluster: example.old { controlPlaneEndpoint: 'api:6443' }, settings: { version: '3.14.2', dataplane: 'eBPF' } },
    [['refusal', 'calico.dataplane', "Calico 3.14.2 has no dataplane 'eBPF' that cniforge installs"]],
  ],

  'vxlan with IP-in-IP': [
    { settings: { backend: 'vxlan', encapsulation: 'IPIP' } },
    [['error', 'calico.backend', "backend 'vxlan' runs no BGP, which spreads the routes of IP-in-IP (IPv4)"]],
  ],
  'vxlan with IP-in-IP, where Felix spreads routes': [
    { settings: { backend: 'vxlan', encapsulation: 'IPIP', felix: { ProgramClusterRoutes: 'Enabled' } } },
    [],
  ],
  'vxlan with a plain pool': [
    { cluster: example.dualStack, settings: { backend: 'vxlan', ipPools: { ipv6: { encapsulation: 'None' } } } },
    [[
      'error',
      'calico.backend',
      "backend 'vxlan' runs no BGP, which spreads the routes of pools without encapsulation (IPv6)",
    ]],
  ],
  'bird with VXLAN only': [
    { settings: { backend: 'bird', encapsulation: 'VXLAN' } },
    [['warning', 'calico.backend', "all pools are VXLAN, so backend 'bird' runs BGP for nothing"]],
  ],
  'bird with VXLAN and a plain pool': [
    { cluster: example.dualStack, settings: { ipPools: { ipv4: { encapsulation: 'VXLAN' } } } },
    [],
  ],
  'IP-in-IP for IPv6': [
    { cluster: example.dualStack, settings: { ipPools: { ipv6: { encapsulation: 'IPIP' } } } },
    [[
      'error',
      'calico.ipPools.ipv6.encapsulation',
      'IP-in-IP carries IPv4 only: the IPv6 pool cannot have it',
    ]],
  ],
  'VXLAN for IPv6 in Calico 3.14': [
    {
      cluster: example.old + example.dualStack,
      settings: { version: '3.14.2', ipPools: { ipv6: { encapsulation: 'VXLAN' } } },
    },
    [['error', 'calico.ipPools.ipv6.encapsulation', 'Calico 3.14.2 has no VXLAN for IPv6']],
  ],
  'policies only, with pools': [
    { settings: { backend: 'none', encapsulation: 'VXLAN', ipPools: { ipv4: { blockSize: 24 } } } },
    [
      ['error', 'calico.encapsulation', "calico.encapsulation has no effect with backend 'none', where Calico makes no pools"],
      ['error', 'calico.ipPools', "calico.ipPools has no effect with backend 'none', where Calico makes no pools"],
    ],
  ],

  'a pool of the other family': [
    { settings: { ipPools: { ipv4: { cidr: 'fd00::/64' } } } },
    [['refusal', 'calico.ipPools.ipv4.cidr', 'fd00::/64 is no IPv4 CIDR']],
  ],
  'a pool that is no CIDR': [
    { settings: { ipPools: { ipv4: { cidr: '10.244.0.0' } } } },
    [['refusal', 'calico.ipPools.ipv4.cidr', "'10.244.0.0' is not a CIDR: it is an address, a slash and a prefix length"]],
  ],
  'a pool that is too small for one block': [
    { cluster: { podCIDRs: ['10.244.0.0/27'] } },
    [['error', 'podCIDRs', 'blocks of /26 do not fit into 10.244.0.0/27']],
  ],
  'services among the pods, as TKEStack carves them': [
    { cluster: { serviceCIDRs: ['10.244.255.0/24'] } },
    [[
      'error',
      'serviceCIDRs',
      '10.244.255.0/24 overlaps the pool 10.244.0.0/16: a pod could get the address of a service',
    ]],
  ],
  'services among the pods, and a pool that leaves them out': [
    { cluster: { serviceCIDRs: ['10.244.255.0/24'] }, settings: { ipPools: { ipv4: { cidr: '10.244.0.0/17' } } } },
    [],
  ],
  'a setting of pools that Calico 3.14 lacks': [
    { cluster: example.old, settings: { version: '3.14.2', ipPools: { ipv4: { disableBGPExport: true } } } },
    [[
      'refusal',
      'calico.ipPools.ipv4.disableBGPExport',
      'Calico 3.14.2 has no disableBGPExport for the pools that it makes',
    ]],
  ],

  'IPv6 only with Calico 3.14': [
    { cluster: example.old + example.ipv6, settings: { version: '3.14.2' } },
    [[
      'note',
      'podCIDRs',
      'calico-node looks for an IPv4 address of each node, and does not start on one that has none',
    ]],
  ],
  'IPv6 only with Calico 3.14, for nodes without IPv4': [
    {
      cluster: example.old + example.ipv6,
      settings: { version: '3.14.2' },
      networkArgs: { IP: 'none', CALICO_ROUTER_ID: 'hash' },
    },
    [],
  ],

  'replicas without Typha': [
    { settings: { typha: { replicas: 3 } } },
    [['warning', 'calico.typha.replicas', 'typha.replicas has no effect while Typha is off']],
  ],
  'an MTU that is too small': [
    { settings: { mtu: 500 } },
    [['error', 'calico.mtu', 'an MTU of 500 is too small: IPv4 needs 576']],
  ],

  'kinds of values of networkArgs': [
    {
      networkArgs: {
        AS: '64512.5',
        CALICO_IPV4POOL_IPIP: 'Sometimes',
        DISABLE_NODE_IP_CHECK: 'perhaps',
        NATOutgoingAddress: 'fd00::1',
        IptablesRefreshInterval: '90s',
        ExternalNodesCIDRList: '10.0.0.0/8,10',
        HealthPort: '70000',
      },
    },
    [
      ['refusal', 'networkArgs.AS', "networkArgs.AS cannot be '64512.5'"],
      ['refusal', 'networkArgs.CALICO_IPV4POOL_IPIP', "networkArgs.CALICO_IPV4POOL_IPIP cannot be 'Sometimes'"],
      ['refusal', 'networkArgs.DISABLE_NODE_IP_CHECK', "networkArgs.DISABLE_NODE_IP_CHECK cannot be 'perhaps'"],
      ['refusal', 'networkArgs.ExternalNodesCIDRList', "networkArgs.ExternalNodesCIDRList cannot be '10.0.0.0/8,10'"],
      ['refusal', 'networkArgs.HealthPort', "networkArgs.HealthPort cannot be '70000'"],
      ['refusal', 'networkArgs.IptablesRefreshInterval', "networkArgs.IptablesRefreshInterval cannot be '90s'"],
      ['refusal', 'networkArgs.NATOutgoingAddress', "networkArgs.NATOutgoingAddress cannot be 'fd00::1'"],
    ],
  ],
  'good values of networkArgs': [
    {
      networkArgs: {
        AS: '64512',
        CALICO_IPV4POOL_IPIP: 'crosssubnet',
        NATOutgoingAddress: '10.0.0.1',
        IptablesRefreshInterval: '90.5',
        ExternalNodesCIDRList: '10.0.0.0/8,fd00::/64',
        GoGCThreshold: '-1',
      },
    },
    [],
  ],
  "a parameter of Felix's that came later": [
    { cluster: example.old, settings: { version: '3.14.2', felix: { FloatingIPs: 'Enabled' } } },
    [['refusal', 'calico.felix.FloatingIPs', "Felix has no parameter 'FloatingIPs' in this version of Calico"]],
  ],
  'what Felix alone does not decide': [
    { networkArgs: { bpfEnabled: 'true', FELIX_TYPHAK8SSERVICENAME: 'x' }, settings: { felix: { DatastoreType: 'etcdv3' } } },
    [
      ['refusal', 'calico.felix.DatastoreType', 'calico.felix.DatastoreType is not decided by Felix alone'],
      ['refusal', 'networkArgs.FELIX_TYPHAK8SSERVICENAME', 'networkArgs.FELIX_TYPHAK8SSERVICENAME is not decided by calico-node alone'],
      ['refusal', 'networkArgs.bpfEnabled', 'networkArgs.bpfEnabled is not decided by calico-node alone'],
    ],
  ],
  'a value that is no text': [
    { settings: { felix: { LogPrefix: [[1]] } } },
    [['refusal', 'calico.felix.LogPrefix', 'calico.felix.LogPrefix cannot be [[1]]']],
  ],
  'networkArgs that are a list': [
    { networkArgs: ['IP'] },
    [['refusal', 'networkArgs', 'networkArgs has to be an object']],
  ],
};

local found(case) = [
  [finding.severity, std.join('.', [std.toString(part) for part in finding.path]), finding.message]
  for finding in example.new(
    std.get(case, 'cluster', {}),
    std.get(case, 'settings', {}),
    std.get(case, 'networkArgs', {})
  ).findings
];

{
  [name]: { actual: found(cases[name][0]), expected: cases[name][1] }
  for name in std.objectFields(cases)
}
