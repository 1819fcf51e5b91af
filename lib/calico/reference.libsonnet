// What Calico can be told, and what it is for. The names and types are those that the checks go by.
local reference = import '../knobs/reference.libsonnet';
local defaults = import 'defaults.libsonnet';
local felixWords = import 'felix-meanings.libsonnet';
local shapeOfKnobs = import 'knobs.libsonnet';
local variables = import 'variables.libsonnet';
local releases = import 'versions.libsonnet';

local versions = std.objectFields(releases);
local newest = releases[defaults.version];

// The versions with something, as a text; null if all have it.
local having(part, name) =
  local found = [version for version in versions if name in part(releases[version])];
  if found == versions then null else 'Calico ' + std.join(', ', found);
local of(part) = std.foldl(function(all, version) part(releases[version]) + all, versions, {});

local images(release) = release.images;
local felix(release) = release.felix;
// What only one of them has, has the newest say of what both have.
local parameters = of(felix) + newest.felix;

// What Felix and calico-node read are texts, each of a kind that felix.libsonnet explains.
local shapeOfKind(kind) = if kind == 'text' then 'string' else kind;

// A cluster that runs it: the newest Kubernetes that its oldest release takes is long gone.
local inVersion(version) = { kubernetesVersion: '1.18.4', calico: { version: version } };

local parameterWords(name) = {
  meaning: std.get(felixWords, name),
  otherwise: "Felix's own choice",
  versions: having(felix, name),
  [if parameters[name] == 'text' then 'example']: 'other',
  [if !(name in newest.felix) then 'ground']: inVersion([version for version in versions if name in releases[version].felix][0]),
};

local onlySome(title, part) =
  std.join('; ', [
    version + ' has ' + std.join(', ', part(releases[version])) + ' only'
    for version in versions
    if std.length(part(releases[version])) < std.length(part(newest))
  ]);

// The pool of a family: what its CIDR may be, and blocks and NAT if nothing is said.
local pool(family, cidr, block, nat) =
  local name = if family == 'ipv4' then 'IPv4' else 'IPv6';
  {
    ['ipPools.' + family]: 'the pool of ' + name,
    ['ipPools.' + family + '.cidr']: {
      meaning: 'where pods get their addresses of ' + name + ': podCIDRs, or a part of it',
      otherwise: 'that of podCIDRs',
      example: cidr,
    },
    ['ipPools.' + family + '.blockSize']: {
      meaning: "the prefix of a node's block of addresses; a node may have several",
      otherwise: std.toString(block),
    },
    ['ipPools.' + family + '.encapsulation']: {
      meaning: 'how packets between nodes travel, for ' + name,
      otherwise: 'calico.encapsulation',
      example: { ipv4: 'IPIPCrossSubnet', ipv6: 'VXLAN' }[family],
      note: { ipv4: null, ipv6: 'IPv6 has no IP-in-IP' }[family],
    },
    ['ipPools.' + family + '.natOutgoing']: {
      meaning: "packets that leave the pools get the node's address",
      otherwise: std.toString(nat),
      example: !nat,
    },
    ['ipPools.' + family + '.nodeSelector']: {
      meaning: 'which nodes may use the pool',
      otherwise: 'all()',
      example: "rack == 'a'",
    },
    ['ipPools.' + family + '.disableBGPExport']: {
      meaning: 'routes of the pool are kept from BGP peers',
      otherwise: 'false',
      versions: 'Calico ' + std.join(', ', [version for version in versions if std.member(releases[version].poolSettings, 'disableBGPExport')]),
    },
  };

{
  settings: reference(
    shapeOfKnobs(null, versions) {
      fields+: {
        images: { fields: std.mapWithKey(function(_, image) 'string', of(images)) },
        felix: { fields: std.mapWithKey(function(_, kind) shapeOfKind(kind), parameters) },
      },
    },
    defaults { images: { [name]: newest.repository + newest.images[name] for name in std.objectFields(newest.images) } },
    {
      version: {
        meaning: 'the release that runs',
        note: std.join('; ', [
          local wants = releases[version].kubernetes;
          version + ' is for Kubernetes ' + wants.from + (if wants.before == null then ' and later' else ', before ' + wants.before)
          for version in versions
        ]),
        ground: { kubernetesVersion: '1.18.4' },
        example: [version for version in versions if version != defaults.version][0],
      },
      backend: {
        meaning: 'who tells the nodes where the pods of the others are: the BGP daemon in calico-node (bird), Felix alone (vxlan), or '
                 + 'nobody (none)',
        otherwise: 'vxlan if all pools are VXLAN, and otherwise bird',
        note: 'bird is needed for IP-in-IP and for pools without encapsulation; with none, Calico only enforces policies, takes pod '
              + "addresses from each node's own pod CIDR, and something else must route them",
        example: 'vxlan',
      },
      dataplane: {
        meaning: 'what forwards and filters; eBPF stands in for kube-proxy as well, and needs controlPlaneEndpoint',
        note: onlySome('dataplanes', function(release) release.dataplanes),
        ground: { controlPlaneEndpoint: '10.0.0.1:6443' },
      },
      encapsulation: {
        meaning: 'how packets travel between nodes; CrossSubnet leaves packets within a subnet as they are, None needs a network that '
                 + 'knows the routes',
        otherwise: 'IPIP, VXLANCrossSubnet with the backend vxlan, None with eBPF',
        note: "IPv6 has no IP-in-IP, so 'IPIP' leaves IPv6 plain; 3.14.2 has no VXLAN for IPv6",
        example: 'VXLAN',
      },
      mtu: {
        meaning: 'the MTU of pods and tunnels; 0 lets each node find out',
        otherwise: std.join('; ', [releases[version].mtu + ' in ' + version for version in versions]),
        note: std.join('; ', [version + ' cannot find out' for version in versions if releases[version].mtu != 0]),
        example: 1400,
      },
      typha: 'Typha stands between the nodes and the API server',
      'typha.enabled': 'Typha runs; wanted from about 50 nodes on',
      'typha.replicas': {
        meaning: 'how many pods of it run: one for each 200 nodes, and three at least',
        ground: { calico: { typha: { enabled: true } } },
        example: 3,
      },
      ipPools: {
        meaning: 'the pools that calico-node makes in a cluster that has none, a family each',
        note: 'later changes do not reach a pool that is there; whatever else is wanted of pools is an IPPool among extraObjects',
        example: { ipv4: { blockSize: 24 } },
      },
      felix: { meaning: "parameters of Felix, by their name in Felix's reference", example: { LogSeverityScreen: 'Warning' } },
      cniConfig: {
        meaning: 'further settings of the CNI plugin `calico`, laid over its own',
        example: { container_settings: { allow_ip_forwarding: true } },
      },
      cniPlugins: {
        meaning: 'the CNI plugins after it, by type, with their settings; null takes one away',
        note: std.join('; ', [
          version + ' has ' + std.join(' and ', std.objectFields(releases[version].cniPlugins))
          for version in versions
        ]) + ' by itself',
        example: { tuning: { sysctl: { 'net.core.somaxconn': '1024' } } },
      },
      images: "full references in the place of `registry` and the version's tag, by image",
      imagePullPolicy: {
        meaning: 'when images are pulled',
        otherwise: std.join('; ', [
          local policy = releases[version].pullPolicy;
          (if policy == null then "Kubernetes' choice" else policy) + ' in ' + version
          for version in versions
        ]),
        example: 'Always',
      },
      imagePullSecrets: {
        meaning: 'names of Secrets in kube-system with which they are pulled',
        example: ['registry'],
      },
    }
    + pool('ipv4', '10.244.128.0/17', 26, true)
    + pool('ipv6', 'fd00:10:244:8000::/65', 122, false)
    + {
      ['images.' + name]: {
        meaning: 'the image of ' + name,
        example: 'registry.example.com/calico/' + name + ':fixed',
        versions: having(images, name),
        // In a version that has it, with the objects that use it.
        ground:
          if name in newest.images then { calico: { typha: { enabled: true } } }
          else inVersion([version for version in versions if name in releases[version].images][0]),
      }
      for name in std.objectFields(of(images))
    }
    + { ['felix.' + name]: parameterWords(name) for name in std.objectFields(parameters) }
  ),

  networkArgs: reference(
    { fields: std.mapWithKey(function(_, kind) shapeOfKind(kind), variables) },
    {},
    std.mapWithKey(function(_, words) { otherwise: "calico-node's own choice" } + words, {
      AS: { meaning: "the nodes' number as an autonomous system, for BGP", otherwise: '64512', example: '64513' },
      AUTODETECT_POLL_INTERVAL: { meaning: "how often a node looks for its address again, such as '60s'", example: '30s' },
      BGP_LOGSEVERITYSCREEN: { meaning: 'how much the BGP daemon logs', example: 'debug' },
      CALICO_DISABLE_FILE_LOGGING: { meaning: 'logs go to standard output and not to files', example: 'false' },
      CALICO_K8S_NODE_REF: { meaning: 'the Node that belongs to it, where it has another name', example: 'node-1' },
      CALICO_MANAGE_CNI: { meaning: "calico-node renews the token in the CNI plugin's kubeconfig", example: 'false' },
      CALICO_ROUTER_ID: { meaning: "the node's router ID in BGP: an address, or hash for one made of the node's name", example: 'hash' },
      CALICO_STARTUP_LOGLEVEL: { meaning: 'how much is logged while it starts', example: 'DEBUG' },
      CLUSTER_TYPE: { meaning: 'what kind of cluster it is, for usage reports', example: 'k8s' },
      DISABLE_NODE_IP_CHECK: { meaning: 'two nodes may have the same address, as nobody compares', example: 'true' },
      IP: { meaning: "the node's IPv4 address: autodetect, none, or an address", example: 'none' },
      IP_AUTODETECTION_METHOD: { meaning: 'how it finds its IPv4 address: first-found, interface=…, can-reach=…, cidr=…', example: 'interface=eth1' },
      IP6: { meaning: "the node's IPv6 address: autodetect, none, or an address", example: 'none' },
      IP6_AUTODETECTION_METHOD: { meaning: 'how it finds its IPv6 address', example: 'interface=eth1' },
      NO_DEFAULT_POOLS: { meaning: 'calico-node makes no pools; they come as IPPools among extraObjects', example: 'true' },
      USE_POD_CIDR: { meaning: "BGP announces each node's own pod CIDR as one route", example: 'true' },
      WAIT_FOR_DATASTORE: { meaning: 'calico-node waits for the API server instead of stopping', example: 'false' },
    } + {
      CALICO_IPV4POOL_BLOCK_SIZE: { meaning: 'that of calico.ipPools.ipv4.blockSize', example: '24' },
      CALICO_IPV4POOL_DISABLE_BGP_EXPORT: { meaning: 'that of calico.ipPools.ipv4.disableBGPExport', example: 'true' },
      CALICO_IPV4POOL_IPIP: { meaning: 'IP-in-IP between nodes; calico.encapsulation says it for all that is concerned', example: 'CrossSubnet' },
      CALICO_IPV4POOL_NAT_OUTGOING: { meaning: 'that of calico.ipPools.ipv4.natOutgoing', example: 'false' },
      CALICO_IPV4POOL_NODE_SELECTOR: { meaning: 'that of calico.ipPools.ipv4.nodeSelector', example: "rack == 'a'" },
      CALICO_IPV4POOL_VXLAN: { meaning: 'VXLAN between nodes; calico.encapsulation says it for all that is concerned', example: 'CrossSubnet' },
      CALICO_IPV6POOL_BLOCK_SIZE: { meaning: 'that of calico.ipPools.ipv6.blockSize', example: '120' },
      CALICO_IPV6POOL_DISABLE_BGP_EXPORT: { meaning: 'that of calico.ipPools.ipv6.disableBGPExport', example: 'true' },
      CALICO_IPV6POOL_NAT_OUTGOING: { meaning: 'that of calico.ipPools.ipv6.natOutgoing', example: 'true' },
      CALICO_IPV6POOL_NODE_SELECTOR: { meaning: 'that of calico.ipPools.ipv6.nodeSelector', example: "rack == 'a'" },
      CALICO_IPV6POOL_VXLAN: { meaning: 'VXLAN between nodes, for IPv6', example: 'CrossSubnet' },
    })
  ),

  // Meanings of parameters that Felix does not have.
  stale: std.setDiff(std.objectFields(felixWords), std.objectFields(parameters)),

  ground: {
    cni: 'calico',
    podCIDRs: ['10.244.0.0/16', 'fd00:10:244::/64'],
    serviceCIDRs: ['10.96.0.0/16', 'fd00:10:96::/112'],
  },
}
