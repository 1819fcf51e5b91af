// 集群：é
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'bad', /* é */ type: 'Baremetal' kubernetesVersion: '1.21.4',
}
