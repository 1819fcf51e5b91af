// What is decided before any object is written: which families, backend and pools a cluster has, and what objects and
// findings ask of that.
local shapes = import '../knobs/shapes.libsonnet';
local net = import '../net/main.libsonnet';
local encapsulations = import 'encapsulations.libsonnet';

local isVXLAN(encapsulation) = encapsulations[encapsulation].vxlan != 'Never';
local isIPIP(encapsulation) = encapsulations[encapsulation].ipip != 'Never';

local encapsulationNames = std.objectFields(encapsulations);

// A family's first CIDR of a list; null if there is none.
local cidrOf(cidrs, family) =
  local own = [cidr for cidr in cidrs if net.family(cidr) == family];
  if own == [] then null else own[0];

// release   from versions.libsonnet
// knobs     defaults.libsonnet with the definition's own laid over, all of their proper types
// cluster   the cluster's keys
// userEnv   calico-node's environment by `felix` and networkArgs
function(release, knobs, cluster, userEnv) {
  local c = self,

  release:: release,
  knobs:: knobs,
  userEnv:: userEnv,

  podCIDR:: { ipv4: cidrOf(cluster.podCIDRs, 4), ipv6: cidrOf(cluster.podCIDRs, 6) },
  ipv4:: c.podCIDR.ipv4 != null,
  ipv6:: c.podCIDR.ipv6 != null,

  dataplane:: shapes.word(knobs.dataplane, ['iptables', 'nftables', 'eBPF']),
  bpf:: c.dataplane == 'eBPF',

  // What the definition asks for, before the backend fills the gaps.
  local asked(family) =
    local word(text) = shapes.word(text, encapsulationNames);
    local own = word(std.get(knobs.ipPools[family], 'encapsulation'));
    local all = word(knobs.encapsulation);
    if own != null then own
    else if all == null then null
    else if family == 'ipv6' && isIPIP(all) then 'None'
    else all,
  local askedEverywhere = [
    asked(family)
    for family in ['ipv4', 'ipv6']
    if c.podCIDR[family] != null
  ],

  backend::
    if knobs.backend != null then std.asciiLower(knobs.backend)
    else if askedEverywhere != [] && std.all([e != null && isVXLAN(e) for e in askedEverywhere]) then 'vxlan'
    else 'bird',
  bgp:: c.backend == 'bird',
  networking:: c.backend != 'none',

  encapsulation:: {
    ipv4:
      if asked('ipv4') != null then asked('ipv4')
      else if c.backend == 'vxlan' then release.vxlan
      else if c.bpf then 'None'
      else 'IPIP',
    ipv6:
      if asked('ipv6') != null then asked('ipv6')
      else if c.backend == 'vxlan' && std.member(release.vxlanFamilies, 6) then release.vxlan
      else 'None',
  },
  pools:: { [family]: encapsulations[c.encapsulation[family]] for family in ['ipv4', 'ipv6'] },

  mtu:: if knobs.mtu == null then release.mtu else knobs.mtu,
  typha:: knobs.typha.enabled,

  // calico-node refuses to start when it is told both to make no pools and what they are.
  makesPools:: c.networking && std.asciiLower(std.get(userEnv, 'NO_DEFAULT_POOLS', 'false')) != 'true',
  // The pools that calico-node makes, as its environment.
  poolEnv::
    local keys = {
      blockSize: 'BLOCK_SIZE',
      natOutgoing: 'NAT_OUTGOING',
      nodeSelector: 'NODE_SELECTOR',
      disableBGPExport: 'DISABLE_BGP_EXPORT',
    };
    local pool(family, prefix) =
      local given = knobs.ipPools[family];
      local cidr = std.get(given, 'cidr');
      if c.podCIDR[family] == null then {}
      else { [prefix + 'CIDR']: if cidr == null then c.podCIDR[family] else cidr }
           + {
             [prefix + keys[setting]]: std.toString(given[setting])
             for setting in release.poolSettings
             if std.get(given, setting) != null
           };
    if !c.makesPools then {}
    else
      {
        CALICO_IPV4POOL_IPIP: c.pools.ipv4.ipip,
        CALICO_IPV4POOL_VXLAN: c.pools.ipv4.vxlan,
        [if std.member(release.vxlanFamilies, 6) then 'CALICO_IPV6POOL_VXLAN']: c.pools.ipv6.vxlan,
      }
      + pool('ipv4', 'CALICO_IPV4POOL_')
      + pool('ipv6', 'CALICO_IPV6POOL_'),

  // The card whose address a node has towards the others. The default says nothing about a cluster, so calico-node looks
  // for itself then.
  device::
    if cluster.networkDevice != 'eth0' then cluster.networkDevice,

  // Where the API server is reached without kube-proxy; empty, as in Calico's manifest, where nobody said.
  apiServer::
    if cluster.controlPlaneEndpoint == null then { host: '', port: '' }
    else
      local parsed = net.parseEndpoint(cluster.controlPlaneEndpoint);
      { host: parsed.host, port: std.toString(if parsed.port == null then 6443 else parsed.port) },
  apiServerEnv::
    local key(name) = { configMapKeyRef: { name: 'calico-config', key: name } };
    if !c.bpf then {}
    else {
      KUBERNETES_SERVICE_HOST: key('kubernetes_service_host'),
      KUBERNETES_SERVICE_PORT: key('kubernetes_service_port'),
    },

  local prefix =
    if cluster.registry == null then release.repository
    else std.rstripChars(cluster.registry, '/') + '/calico/',
  image(name):: std.get(knobs.images, name, prefix + release.images[name]),
  pullPolicy:: if knobs.imagePullPolicy == null then release.pullPolicy else knobs.imagePullPolicy,
  pullSecrets::
    if knobs.imagePullSecrets == [] then {}
    else { imagePullSecrets: [{ name: secret } for secret in knobs.imagePullSecrets] },

  isVXLAN(family):: isVXLAN(c.encapsulation[family]),
  isIPIP(family):: isIPIP(c.encapsulation[family]),
}
