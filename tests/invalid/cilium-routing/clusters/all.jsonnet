// Routes, masquerading and where addresses come from.
local cluster = (import 'cniforge/main.libsonnet').cluster {
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
};
[
  cluster { name: 'google-tunnel', cilium+: { values: { gke: { enabled: true }, routingMode: 'tunnel' } } },
  cluster { name: 'azure-native', cilium+: { values: { aksbyocni: { enabled: true }, routingMode: 'native' } } },
  cluster { name: 'masquerade-ipv4', cilium+: { values: { routingMode: 'native', enableIPv4Masquerade: true } } },
  cluster { name: 'masquerade-ipv6', cilium+: { values: { routingMode: 'native', ipv6: { enabled: true }, ipv4NativeRoutingCIDR: '10.0.0.0/8' } } },
  cluster { name: 'two-pools', cilium+: { values: { routingMode: 'native', nativeRoutingCIDRFromClusterPool: true, ipam: { operator: { clusterPoolIPv4PodCIDRList: ['10.0.0.0/16', '10.1.0.0/16'] } } } } },
  cluster { name: 'addresses-from-aws', cilium+: { values: { ipam: { mode: 'eni' } } } },
  cluster { name: 'netkit', cilium+: { values: { bpf: { tproxy: true, datapathMode: 'netkit' } } } },
  cluster { name: 'ip-option', cilium+: { values: { bpf: { monitorTraceIPOption: 300 } } } },
  cluster { name: 'too-many-blocks', podCIDRs: ['fd00:10:244::/56'], cilium+: { values: { ipam: { operator: { clusterPoolIPv6MaskSize: 120 } } } } },
  cluster { name: 'pool-of-no-node', cilium+: { values: { ipam: { operator: { clusterPoolIPv4MaskSize: 14 } } } } },
]
