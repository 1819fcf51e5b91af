// Every knob of `kubeProxy+:` in a definition, with what it is when a definition leaves it out. null stands for what
// depends on the cluster; the comment says what that is.
{
  // Off: kubeadm installs kube-proxy when it makes a cluster, and whoever upgrades it must be one and the same.
  enabled: false,

  // kube-proxy's own version, '1.34.1'; kubernetesVersion. It must not be newer than the API servers.
  version: null,

  // The full reference, in place of `registry` and the version.
  image: null,

  // 'iptables', 'ipvs' or 'nftables'; kube-proxy's own choice, which is iptables.
  mode: null,

  // Which source addresses are pods': all podCIDRs, joined with a comma.
  clusterCIDR: null,

  // Where the API server is reached, 'host:port', without any Service; controlPlaneEndpoint.
  endpoint: null,

  // Every address of the node, of the cluster's first family: '0.0.0.0' or '::'.
  bindAddress: null,

  // { NFTablesProxyMode: true }
  featureGates: {},

  // Other fields of KubeProxyConfiguration, merged over kubeadm's: { ipvs: { scheduler: 'lc' }, conntrack: { min: 0 } }.
  config: {},
}
