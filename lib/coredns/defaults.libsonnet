// Every knob of `coredns+:` in a definition, with what it is when a definition leaves it out. null stands for what
// depends on the cluster; reference.libsonnet says what that is, and what each is for.
//
// A knob is here only if `manifests+:` cannot do it, or not without replacing a text as a whole.
{
  // Off: kubeadm installs CoreDNS when it makes a cluster, and whoever upgrades it must be one and the same.
  enabled: false,

  version: null,
  image: null,
  replicas: 2,
  clusterIP: null,
  ipFamilyPolicy: null,
  upstreams: ['/etc/resolv.conf'],
  stubDomains: {},
  plugins: {},
  servers: {},
  corefile: null,
  nodeLocalCache: false,
}
