// TKEStack's own Cilium, with a tunnel.
(import '../base.libsonnet') {
  kubernetesVersion: '1.21.4',
  maxNodePodNum: 64,
  cilium+: { version: '1.9.5-tkestack' },
}
