// One of three clusters. Their certificates come from a common authority that is in the cluster already.
(import '../base.libsonnet') {
  cilium+: {
    values: {
      cluster: { id: 3 },
      clustermesh: {
        useAPIServer: true,
        apiserver: {
          service: { type: 'LoadBalancer', annotations: { 'example.com/internal': 'true' } },
          kvstoremesh: { enabled: true },
          metrics: { serviceMonitor: { enabled: true } },
        },
        config: {
          enabled: true,
          clusters: {
            north: { address: 'mesh.north.example.com', port: 2379 },
            south: { ips: ['10.20.0.10', '10.20.0.11'], port: 32379 },
          },
        },
      },
    },
  },
}
