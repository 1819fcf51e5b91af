// Cilium 1.19.6, imported from the values of its Helm chart.
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'cls-a',
  type: 'Baremetal',
  // Assumed; the values do not say it.
  kubernetesVersion: '1.34.0',
  podCIDRs: ['10.20.0.0/16', 'fd00:20::/56'],
  // Assumed; the values do not say it.
  serviceCIDRs: ['10.96.0.0/12'],

  cni: 'cilium',
  cilium+: {
    version: '1.19.6',
    namespace: 'cilium',
    values: {
      cluster: { name: 'default' },
      ipam: { mode: 'kubernetes' },
      ipv4NativeRoutingCIDR: '10.20.0.0/16',
      ipv6NativeRoutingCIDR: 'fd00:20::/56',
      routingMode: 'native',
    },
  },
}
