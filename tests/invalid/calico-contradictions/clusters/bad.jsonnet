local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'bad',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['fd00:10:16::/64'],
  serviceCIDRs: ['10.96.0.0/16', 'fd00:10:16::/112'],
  cni: 'calico',
  calico+: {
    backend: 'vxlan',
    encapsulation: 'IPIP',
    mtu: 1200,
    typha: { enabled: true, replicas: 0 },
    ipPools: { ipv4: { natOutgoing: false } },
  },
}
