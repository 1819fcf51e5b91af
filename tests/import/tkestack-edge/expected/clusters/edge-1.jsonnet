// Imported from TKEStack's Cluster `edge-1`.
//
// Not carried over:
// - TKEStack has put Cilium on this Edge cluster, which cniforge does not do; cni is 'none' so that no second
//   CNI comes beside it
// - spec.networkArgs: no CNI comes from here that could take them
// - spec.newField: cniforge does not know this field
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'edge-1',
  type: 'Edge',
  kubernetesVersion: '1.21.4-tke.3',
  podCIDRs: ['10.30.0.0/16'],
  // TKEStack cuts these addresses from the end of the pod CIDR.
  serviceCIDRs: ['10.30.255.0/24'],

  cni: 'none',
}
