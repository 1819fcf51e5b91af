// Cilium in the place of kube-proxy. The agents need to know where the API server is.
(import '../base.libsonnet') {
  controlPlaneEndpoint: 'api.example.com:6443',
  cilium+: {
    values: {
      kubeProxyReplacement: true,
      loadBalancer: { mode: 'dsr', algorithm: 'maglev', acceleration: 'best-effort' },
      maglev: { tableSize: 65521 },
      bpf: { masquerade: true },
      socketLB: { hostNamespaceOnly: true },
    },
  },
}
