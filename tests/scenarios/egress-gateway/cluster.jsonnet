(import '../base.libsonnet') {
  controlPlaneEndpoint: '10.0.0.1:6443',
  cilium+: {
    values: {
      kubeProxyReplacement: true,
      bpf: { masquerade: true },
      egressGateway: { enabled: true, reconciliationTriggerInterval: '2s' },
    },
  },
}
