local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'bad'
  type: 'Baremetal',
}
