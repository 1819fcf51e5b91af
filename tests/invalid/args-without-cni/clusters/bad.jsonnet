local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'bad',
  type: 'Imported',
  kubernetesVersion: '1.30.0',
  networkArgs: { tunnel: 'vxlan' },
}
