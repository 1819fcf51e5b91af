(import '../base.libsonnet') {
  cilium+: {
    values: {
      encryption: {
        enabled: true,
        type: 'ipsec',
        ipsec: { secretName: 'cilium-ipsec-keys', keyRotationDuration: '10m', keyWatcher: true },
      },
    },
  },
}
