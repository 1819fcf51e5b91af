local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'bad',
  type: 'Baremetal',
  kubernetesVersion: '1.21.4',
  podCIDRs: ['fd00:10:16::/64'],
  serviceCIDRs: ['fd00:10:96::/112'],
}
