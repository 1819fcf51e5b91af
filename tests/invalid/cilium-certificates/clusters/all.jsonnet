// Certificates: what would make keys while rendering, and what is missing of one's own.
local cluster = (import 'cniforge/main.libsonnet').cluster {
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
};
[
  cluster { name: 'hubble-by-helm', cilium+: { values: { hubble: { tls: { auto: { method: 'helm' } } } } } },
  cluster { name: 'mesh-by-helm', cilium+: { values: { clustermesh: { useAPIServer: true, apiserver: { tls: { auto: { method: 'helm' } } } } } } },
  cluster { name: 'no-issuer', cilium+: { values: { hubble: { tls: { auto: { method: 'certmanager' } } } } } },
  cluster { name: 'nothing-given', cilium+: { values: { hubble: { tls: { auto: { enabled: false } } } } } },
  cluster { name: 'not-allowed', cilium+: { values: { hubble: { tls: { auto: { enabled: false }, server: { cert: 'Y2VydA==', key: 'a2V5' } } } } } },
  cluster { name: 'no-authority', cilium+: { values: { tls: { ca: { cert: 'x', key: 'y' } } } } },
  cluster { name: 'mesh-certificates-of-old', cilium+: { values: { clustermesh: { useAPIServer: true, apiserver: { tls: { auto: { enabled: false }, server: { cert: 'x', key: 'y' } } } } } } },
]
