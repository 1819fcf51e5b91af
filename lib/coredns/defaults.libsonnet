// Every knob of `coredns+:` in a definition, with what it is when a definition leaves it out. null stands for what
// depends on the cluster; the comment says what that is.
//
// A knob is here only if `manifests+:` cannot do it, or not without replacing a text as a whole.
{
  // Off: kubeadm installs CoreDNS when it makes a cluster, and whoever upgrades it must be one and the same.
  enabled: false,

  // CoreDNS's own version, '1.12.1'; that of kubeadm at kubernetesVersion. TKEStack takes 1.7.0 for most of its clusters.
  version: null,

  // The full reference, in place of `registry` and the version: 'registry.example.com/dns/coredns@sha256:…'.
  image: null,

  replicas: 2,

  // The address of the Service kube-dns, which kubelets hand to pods (clusterDNS): the tenth of the first serviceCIDR.
  clusterIP: null,

  // Whether that Service has an address of each family: 'SingleStack', 'PreferDualStack' or 'RequireDualStack'. kubeadm
  // says nothing, which is SingleStack.
  ipFamilyPolicy: null,

  // Where names outside of the cluster are asked for: the node's own servers, or addresses.
  upstreams: ['/etc/resolv.conf'],

  // Domains with servers of their own: { 'corp.example.com': ['10.0.0.53', '10.0.0.54'] }.
  stubDomains: {},

  // Plugins of the default server block, by name: what stands behind the name in the Corefile. null takes one away.
  //   { log: '', cache: '60', hosts: '{\n  10.0.0.1 registry.internal\n  fallthrough\n}' }
  plugins: {},

  // Further server blocks, by their zones: { 'example.org:53': 'errors\nfile /etc/coredns/example.org.db' }.
  servers: {},

  // A Corefile of one's own, instead of all that.
  corefile: null,

  // Hands over to NodeLocal DNSCache: a further Service, kube-dns-upstream, leads to CoreDNS where the caches on the nodes
  // have taken the address of kube-dns.
  nodeLocalCache: false,
}
