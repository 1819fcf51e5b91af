(import '../base.libsonnet') {
  cilium+: { version: '1.18.12' },
}
