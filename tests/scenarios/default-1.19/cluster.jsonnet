(import '../base.libsonnet') {
  cilium+: { version: '1.19.6' },
}
