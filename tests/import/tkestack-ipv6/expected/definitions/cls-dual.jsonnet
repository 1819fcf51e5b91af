// Imported from TKEStack's Cluster `cls-dual`.
//
// Not carried over:
// - status.serviceCIDR is 200.200.0.0/16, not what spec.serviceCIDR says: on dual stack TKEStack writes pod
//   CIDRs there; spec was carried over, so look at --service-cluster-ip-range of the API server
// - on dual stack TKEStack gives each node a /24 of IPv4, whatever spec.properties.maxNodePodNum says
// - TKEStack skips the CNI of this cluster (spec.features.skipConditions): what runs was applied by hand
// - spec.controllerManagerExtraArgs.node-cidr-mask-size-ipv4 overrules what TKEStack derives; see that the
//   definition says the same
// - what is TKEStack's and stays there: spec.controllerManagerExtraArgs
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'cls-dual',
  type: 'Baremetal',
  kubernetesVersion: '1.18.3',
  podCIDRs: ['200.200.0.0/16', 'fd00:10:16::/64'],
  serviceCIDRs: ['10.200.0.0/16', 'fd00:10:96::/112'],
  maxNodePodNum: 64,

  // If this is the Calico of TKEStack's IPv6 documents: cni: 'calico', calico+: { version: '3.14.2' }
  cni: 'none',
}
