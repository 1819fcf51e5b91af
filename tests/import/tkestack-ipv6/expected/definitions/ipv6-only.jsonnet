// IPv6 only. Imported from TKEStack's Cluster `ipv6-only`.
//
// Not carried over:
// - TKEStack skips the CNI of this cluster (spec.features.skipConditions): what runs was applied by hand
// - what is TKEStack's and stays there: spec.hostnameAsNodename, spec.machines
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'ipv6-only',
  type: 'Baremetal',
  kubernetesVersion: '1.21.4-tke.3',
  podCIDRs: ['fd00:10:16::/64'],
  serviceCIDRs: ['fd00:10:96::/112'],

  // If this is the Calico of TKEStack's IPv6 documents: cni: 'calico', calico+: { version: '3.14.2' }
  cni: 'none',
}
