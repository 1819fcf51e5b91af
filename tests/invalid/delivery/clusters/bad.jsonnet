local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'bad',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  delivery: {
    engine: 'flux',
    repository: 'git@git.example.com:fleet.git',
    path: '../rendered',
    applications: 'component',
    interval: '5',
  },
}
