local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'bad',
  type: 'Baremetal',
  kubernetesVersion: '1.21.4',
  podCIDRs: ['10.244.0.0/16', 'fd00:10:16::/64'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
  cilium+: { version: '1.9.5-tkestack', values: { debug: { enabled: true } } },
  networkArgs: { networkMode: 'underlay', ans: '64512' },
}
