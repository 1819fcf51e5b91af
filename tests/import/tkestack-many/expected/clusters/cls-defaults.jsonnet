// Imported from TKEStack's Cluster `cls-defaults`.
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'cls-defaults',
  type: 'Baremetal',
  kubernetesVersion: '1.21.4-tke.3',
  podCIDRs: ['10.244.0.0/16'],
  // TKEStack cuts these addresses from the end of the pod CIDR.
  serviceCIDRs: ['10.244.255.0/24'],
}
