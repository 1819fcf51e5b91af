// An old install whose values have been carried along.
(import '../base.libsonnet') {
  cilium+: {
    version: '1.18.12',
    values: {
      upgradeCompatibility: '1.15',
      nodeinit: { enabled: true },
      hubble: { relay: { enabled: true }, ui: { enabled: true } },
      rollOutCiliumPods: true,
    },
  },
}
