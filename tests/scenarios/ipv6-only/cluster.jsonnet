// The CIDRs say it: there is no IPv4 here.
(import '../base.libsonnet') {
  podCIDRs: ['fd00:10:244::/56'],
  serviceCIDRs: ['fd00:10:96::/112'],
  controlPlaneEndpoint: '[fd00::1]:6443',
  cilium+: { values: { kubeProxyReplacement: true } },
}
