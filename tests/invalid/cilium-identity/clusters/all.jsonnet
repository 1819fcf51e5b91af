// What a cluster is called, and where its API server is.
local cluster = (import 'cniforge/main.libsonnet').cluster {
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
};
[
  cluster { name: 'no-name', cilium+: { values: { cluster: { name: '' } } } },
  cluster { name: 'a-name-that-is-longer-than-cilium-allows' },
  cluster { name: 'upper-case', cilium+: { values: { cluster: { name: 'Upper' } } } },
  cluster { name: 'default-in-a-mesh', cilium+: { values: { cluster: { name: 'default', id: 3 } } } },
  cluster { name: 'id-marks-packets', cilium+: { values: { cluster: { id: 200 }, eni: { enabled: true } } } },
  cluster { name: 'id-out-of-the-mesh', meshID: 300 },
  cluster { name: 'id-is-none', meshID: 0 },
  cluster { name: 'two-api-servers', cilium+: { values: { k8sServiceHost: '10.0.0.1', k8sServiceHostRef: { name: 'x', key: 'y' } } } },
  cluster { name: 'asks-the-cluster', cilium+: { values: { k8sServiceHost: 'auto' } } },
  cluster { name: 'backoff-twice', cilium+: { values: { k8sClientExponentialBackoff: { enabled: true }, extraEnv: [{ name: 'KUBE_CLIENT_BACKOFF_BASE', value: '1' }] } } },
  cluster { name: 'taints-stay', cilium+: { values: { operator: { setNodeTaints: true, removeNodeTaints: false } } } },
  cluster { name: 'slices-of-nothing', cilium+: { values: { ciliumEndpointSlice: { enabled: true }, disableEndpointCRD: true } } },
  cluster { name: 'google-deletes-it', cilium+: { values: { keepDeprecatedLabels: true, gke: { enabled: true } } } },
  cluster { name: 'old-kubernetes', kubernetesVersion: '1.20.4' },
]
