// What the scenarios have in common. A scenario says what somebody with that wish writes, and no more.
(import 'cniforge/main.libsonnet').cluster {
  name: 'cluster',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
  cilium+: { version: '1.20.0' },
}
