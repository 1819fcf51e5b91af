// Imported from TKEStack's Cluster `cls-cilium01`.
//
// Not carried over:
// - spec.networkArgs.debugMode: TKEStack reads no such argument here
// - what is TKEStack's and stays there: spec.machines
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'cls-cilium01',
  type: 'Baremetal',
  kubernetesVersion: '1.21.4-tke.3',
  podCIDRs: ['172.20.0.0/16'],
  serviceCIDRs: ['172.21.0.0/20'],
  controlPlaneEndpoint: '192.168.50.100:8443',
  maxNodePodNum: 128,

  cni: 'cilium',
  cilium+: { version: '1.9.5-tkestack' },
  networkArgs: { asn: '64512', networkMode: 'underlay', 'switch-ip': '192.168.60.2' },
}
