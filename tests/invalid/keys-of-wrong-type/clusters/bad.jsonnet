local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'bad',
  type: 'Baremetal',
  kubernetesVersion: 1.21,
  podCIDRs: '10.244.0.0/16',
  serviceCIDRs: ['10.96.0.0/16'],
  networkArgs: ['vxlan'],
  apiVersions: [1],
  maxNodePodNum: '256',
  labels: { tier: 1 },
}
