local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster + (import '../overlays/lab.libsonnet') {
  name: 'bad2',
  type: 'Baremetal',
  kubernetesVersion: '1.21.4',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
}
