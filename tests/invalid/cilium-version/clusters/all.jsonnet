// Releases and their images.
local cluster = (import 'cniforge/main.libsonnet').cluster {
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
};
[
  cluster { name: 'unknown-minor', cilium+: { version: '1.17.3' } },
  cluster { name: 'misspelt', cilium+: { version: '1.20.o' } },
  cluster { name: 'unknown-patch', cilium+: { version: '1.20.3' } },
  cluster { name: 'unknown-patch-of-1-19', cilium+: { version: '1.19.99', values: { hubble: { relay: { enabled: true } } } } },
  cluster { name: 'unknown-patch-of-1-18', cilium+: { version: '1.18.99', images: { cilium: {} } } },
  cluster { name: 'unknown-image', cilium+: { images: { agent: { digest: 'sha256:x' } } } },
  cluster { name: 'no-digest', cilium+: { images: { cilium: { digest: 'x' } } } },
  cluster { name: 'unknown-key', cilium+: { vresion: '1.20.0' } },
]
