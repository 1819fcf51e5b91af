// Each value by itself.
local cluster = (import 'cniforge/main.libsonnet').cluster {
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
};
[
  cluster { name: 'unknown', cilium+: { values: { hubble: { relayy: { enabled: true } } } } },
  cluster { name: 'of-the-wrong-type', cilium+: { values: { MTU: '1400', debug: { enabled: 'yes' }, operator: { replicas: 1.5 } } } },
  cluster { name: 'none-of-the-words', cilium+: { values: { routingMode: 'tunel' } } },
  cluster { name: 'no-duration', cilium+: { values: { conntrackGCInterval: '5 minutes' } } },
  cluster { name: 'dropped', cilium+: { values: { tunnel: 'vxlan', encryption: { keyFile: 'x' } } } },
  cluster { name: 'no-string', cilium+: { values: { extraConfig: { mtu: 1400 } } } },
  cluster { name: 'came-later', cilium+: { version: '1.19.6', values: { minReadySeconds: 3 } } },
  cluster { name: 'no-values', cilium+: { values: 'x' } },
]
