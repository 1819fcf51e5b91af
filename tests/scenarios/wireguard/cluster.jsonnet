(import '../base.libsonnet') {
  cilium+: {
    values: {
      encryption: { enabled: true, type: 'wireguard', nodeEncryption: true, wireguard: { persistentKeepalive: '30s' } },
    },
  },
}
