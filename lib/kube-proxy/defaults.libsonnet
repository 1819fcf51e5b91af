// Every knob of `kubeProxy+:` in a definition, with what it is when a definition leaves it out. null stands for what
// depends on the cluster; reference.libsonnet says what that is, and what each is for.
{
  // Off: kubeadm installs kube-proxy when it makes a cluster, and whoever upgrades it must be one and the same.
  enabled: false,

  version: null,
  image: null,
  mode: null,
  clusterCIDR: null,
  endpoint: null,
  bindAddress: null,
  featureGates: {},
  config: {},
}
