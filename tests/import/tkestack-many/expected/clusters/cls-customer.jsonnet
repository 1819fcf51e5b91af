// Imported from TKEStack's Cluster `cls-customer`.
//
// Not carried over:
// - spec.features.enableCilium has no effect on an Imported cluster
// - what is TKEStack's and stays there: spec.clusterCredentialRef
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'cls-customer',
  type: 'Imported',
  kubernetesVersion: '1.33.5',
  controlPlaneEndpoint: '[2001:db8::5]:443',
}
