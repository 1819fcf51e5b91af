// A customer's cluster that TKEStack only manages. It brought its CNI with it, so there is nothing to render and no tree;
// it is listed, and its name is taken.
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'cls-m3w8zt6h',
  type: 'Imported',
  kubernetesVersion: '1.33.5',
  labels: { env: 'customer' },
}
