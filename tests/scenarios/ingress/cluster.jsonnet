(import '../base.libsonnet') {
  controlPlaneEndpoint: '10.0.0.1:6443',
  cilium+: {
    values: {
      kubeProxyReplacement: true,
      ingressController: {
        enabled: true,
        default: true,
        loadbalancerMode: 'shared',
        service: { externalTrafficPolicy: 'Local', annotations: { 'example.com/pool': 'edge' } },
      },
    },
  },
}
