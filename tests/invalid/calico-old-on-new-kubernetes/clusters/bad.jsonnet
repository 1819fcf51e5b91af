local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'bad',
  type: 'Baremetal',
  kubernetesVersion: '1.22.0',
  podCIDRs: ['10.244.0.0/16', 'fd00:10:16::/64'],
  serviceCIDRs: ['10.96.0.0/16', 'fd00:10:96::/112'],
  cni: 'calico',
  calico+: { version: '3.14.2', backend: 'vxlan', mtu: 0 },
}
