(import '../base.libsonnet') {
  cilium+: {
    values: { authentication: { enabled: true, mutual: { spire: { enabled: true, install: { enabled: true } } } } },
  },
}
