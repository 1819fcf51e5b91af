// What CoreDNS can be told, and what it is for. The names and types are those that the checks go by.
local reference = import '../knobs/reference.libsonnet';
local defaults = import 'defaults.libsonnet';
local main = import 'main.libsonnet';
local plugins = import 'plugins.libsonnet';
local versions = import 'versions.libsonnet';

local last(list) = list[std.length(list) - 1];

{
  settings: reference(
    {
      fields: main.types {
        ipFamilyPolicy: { words: versions.ipFamilyPolicies.known },
        upstreams: { list: 'string' },
        stubDomains: { map: 'array' },
        plugins: { map: 'string' },
        servers: { map: 'string' },
      },
    },
    defaults,
    {
      enabled: {
        meaning: 'CoreDNS is installed from here',
        note: 'kubeadm installs it too: whoever upgrades it must be one and the same',
      },
      version: {
        meaning: "CoreDNS's own version",
        otherwise: 'that of kubeadm at kubernetesVersion, from ' + versions.releases[0].coredns + ' (1.' + versions.releases[0].since[0]
                   + ') to ' + last(versions.releases).coredns + ' (1.' + last(versions.releases).since[0] + ')',
        note: 'TKEStack takes 1.7.0 for most of its clusters',
        example: '1.11.3',
      },
      image: {
        meaning: 'the full reference, in the place of `registry` and the version',
        otherwise: "kubeadm's, or that of `registry`",
        example: 'registry.example.com/dns/coredns:v1.12.1',
      },
      replicas: 'how many pods of it run; two survive the loss of a node',
      clusterIP: {
        meaning: 'the address of the Service kube-dns, which kubelets hand to pods (clusterDNS)',
        otherwise: 'the tenth of the first of serviceCIDRs',
        example: '10.96.0.53',
      },
      ipFamilyPolicy: {
        meaning: 'whether that Service has an address of each family',
        otherwise: 'none, which is SingleStack',
        versions: 'Kubernetes 1.' + versions.ipFamilyPolicies.since + ' and later',
      },
      upstreams: {
        meaning: 'where names outside of the cluster are asked for: addresses, or a file that names them',
        example: ['10.0.0.53'],
      },
      stubDomains: {
        meaning: 'domains with servers of their own, by domain',
        example: { 'corp.example.com': ['10.0.0.53', '10.0.0.54'] },
      },
      plugins: {
        meaning: 'plugins of the default server block by name: what stands behind the name in the Corefile',
        note: 'null takes one away; known: ' + std.join(', ', plugins),
        example: { log: '', cache: '60' },
        known: plugins,
      },
      servers: {
        meaning: 'further server blocks, by their zones',
        example: { 'example.org:53': 'errors\nfile /etc/coredns/example.org.db' },
      },
      corefile: {
        meaning: 'a Corefile of your own, in the place of all that is made of the other settings',
        otherwise: 'made of the other settings',
        example: '.:53 {\n    forward . 10.0.0.53\n}\n',
      },
      nodeLocalCache: {
        meaning: 'hands over to NodeLocal DNSCache: caches on the nodes have the address of kube-dns',
        note: 'a further Service, kube-dns-upstream, leads from them to CoreDNS',
      },
    }
  ),

  ground: { coredns: { enabled: true } },
}
