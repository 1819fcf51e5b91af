(import '../base.libsonnet') {
  apiVersions: ['gateway.networking.k8s.io/v1/GatewayClass'],
  controlPlaneEndpoint: '10.0.0.1:6443',
  cilium+: {
    values: {
      kubeProxyReplacement: true,
      gatewayAPI: { enabled: true, hostNetwork: { enabled: true, nodes: { matchLabels: { role: 'edge' } } } },
      envoy: { securityContext: { capabilities: { keepCapNetBindService: true } } },
    },
  },
}
