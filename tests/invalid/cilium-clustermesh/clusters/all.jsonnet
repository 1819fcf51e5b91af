// A mesh and its API server.
local cluster = (import 'cniforge/main.libsonnet').cluster {
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
};
[
  cluster { name: 'no-mode', cilium+: { values: { clustermesh: { apiserver: { kvstoremesh: { kvstoreMode: 'outside' } } } } } },
  cluster { name: 'no-api-server', cilium+: { values: { clustermesh: { apiserver: { kvstoremesh: { kvstoreMode: 'external' } } } } } },
  cluster { name: 'external-etcd', cilium+: { values: { clustermesh: { useAPIServer: true, apiserver: { replicas: 2, kvstoremesh: { kvstoreMode: 'external', enabled: false } } } } } },
  cluster { name: 'no-endpoints', cilium+: { values: { clustermesh: { useAPIServer: true }, disableEndpointCRD: true } } },
  cluster { name: 'identities-in-etcd', cilium+: { values: { clustermesh: { useAPIServer: true, apiserver: { kvstoremesh: { enabled: false } } }, identityAllocationMode: 'kvstore' } } },
  cluster { name: 'no-users', cilium+: { values: { clustermesh: { useAPIServer: true, apiserver: { tls: { authMode: 'none' } } } } } },
  cluster { name: 'size', cilium+: { values: { clustermesh: { maxConnectedClusters: 300 } } } },
  cluster { name: 'no-address', cilium+: { values: { clustermesh: { config: { enabled: true, clusters: [{ name: 'north' }] } } } } },
]
