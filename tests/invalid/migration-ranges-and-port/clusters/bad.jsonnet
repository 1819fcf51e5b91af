local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'bad',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
  cilium+: { values+: { ipam: { mode: 'kubernetes' } } },
  migration+: { from: 'galaxy', phase: 1, podCIDRs: ['10.244.0.0/16'] },
}
