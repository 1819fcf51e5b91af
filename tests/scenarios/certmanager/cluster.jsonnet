(import '../base.libsonnet') {
  cilium+: {
    local issuer = { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'cilium' },
    values: {
      hubble: { relay: { enabled: true }, tls: { auto: { method: 'certmanager', certManagerIssuerRef: issuer } } },
      clustermesh: {
        useAPIServer: true,
        apiserver: { tls: { auto: { method: 'certmanager', certManagerIssuerRef: issuer } } },
      },
      cluster: { id: 7 },
    },
  },
}
