// staging, hall 2. Imported from TKEStack's Cluster `cls-galaxy01`.
//
// Not carried over:
// - spec.features.ipvs: kubeadm has installed kube-proxy in IPVS mode; say so if kube-proxy is to come from
//   here
// - spec.kubeletExtraArgs.max-pods overrules what TKEStack derives; see that the definition says the same
// - what is TKEStack's and stays there: spec.kubeletExtraArgs, spec.machines, spec.features.containerRuntime
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'cls-galaxy01',
  type: 'Baremetal',
  kubernetesVersion: '1.20.6-tke.2',
  podCIDRs: ['10.180.0.0/16'],
  // TKEStack cuts these addresses from the end of the pod CIDR.
  serviceCIDRs: ['10.180.252.0/22'],
  dnsDomain: 'staging.local',
  networkDevice: 'bond1',
  maxNodePodNum: 64,
  labels+: { env: 'staging' },

  networkArgs: { backendType: 'host-gw' },
}
