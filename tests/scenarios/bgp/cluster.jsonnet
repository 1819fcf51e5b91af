(import '../base.libsonnet') {
  networkArgs: { 'routing-mode': 'native' },
  cilium+: {
    values: {
      bgpControlPlane: { enabled: true, secretsNamespace: { create: true, name: 'bgp-secrets' } },
      ipv4NativeRoutingCIDR: '10.0.0.0/8',
      autoDirectNodeRoutes: true,
    },
  },
}
