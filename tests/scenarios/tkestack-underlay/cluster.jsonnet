// TKEStack's own Cilium, routed by the network's own switches.
(import '../base.libsonnet') {
  kubernetesVersion: '1.21.4',
  registry: 'registry.example.com/tkestack',
  cilium+: { version: '1.9.5-tkestack' },
  networkArgs: { networkMode: 'underlay', asn: '64512', 'switch-ip': '10.0.0.1' },
}
