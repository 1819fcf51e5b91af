// What the cluster's definition says outside of `cilium.values`, as values. They stand between the chart's defaults and
// the user's own values: a definition states a fact once, and cilium.values can still say otherwise. Only facts that
// differ from the defaults are named, so that clusters stay alike where they are (pieces.libsonnet).
local net = import '../net/main.libsonnet';
local k = import 'kube.libsonnet';

local isIPv6(cidr) = std.length(std.findSubstr(':', cidr)) > 0;

local prefixOf(cidr) = std.parseInt(std.split(cidr, '/')[1]);

// 'host:6443' or '[fd00::1]:6443'
local endpoint(text) =
  local parts = std.split(text, ':');
  local last = std.length(parts) - 1;
  { host: std.stripChars(std.join(':', parts[:last]), '[]'), port: parts[last] };

// Without kube-proxy the address of the Service `kubernetes` leads nowhere until the agents run.
local apiServer(cluster, values, networkArgs) =
  local replacement = std.get(networkArgs, 'kube-proxy-replacement', std.get(values, 'kubeProxyReplacement'));
  local replaced = replacement == true || replacement == 'true';
  local known = k.isSet(std.get(values, 'k8sServiceHost')) || k.isSet(std.get(values, 'k8sServiceHostRef'));
  if cluster.controlPlaneEndpoint == null || !replaced || known then {}
  else
    local at = endpoint(cluster.controlPlaneEndpoint);
    { k8sServiceHost: at.host, k8sServicePort: at.port };

// The prefix length of a node's block. The operator numbers the blocks of an IPv6 pool with 16 bits and stops at a pool
// that has more; so a large pool is cut into /64, which Kubernetes does too, or as finely as it may.
local finest = 16;
local defaultMask = { ipv4: 24, ipv6: 120 };
local nodeMask(cluster, family, pool) =
  local prefix = prefixOf(pool);
  local wanted = if cluster.maxNodePodNum == 256 then defaultMask[family]
  else defaultMask[family] - 24 + net.nodeMask(cluster.maxNodePodNum);
  if prefix > wanted then prefix
  else if family == 'ipv4' || wanted - prefix <= finest then wanted
  else if prefix >= 48 && prefix <= 56 then 64
  else prefix + finest;

// One family's share of `ipam.operator`. Masks are those of these pools: whoever brings pools of his own brings his own mask.
local clusterPool(cluster, given, family, name, pools) =
  if pools == [] then {}
  else
    local mask = nodeMask(cluster, family, pools[0]);
    {
      ['clusterPool' + name + 'PodCIDRList']: pools,
      [if mask != defaultMask[family] && !k.isSet(std.get(given, 'clusterPool' + name + 'PodCIDRList')) then 'clusterPool' + name + 'MaskSize']: mask,
    };

// values, networkArgs: the user's, for what depends on them
function(cluster, values, networkArgs)
  local pools = [cidr for cidr in cluster.podCIDRs if !isIPv6(cidr)];
  local pools6 = [cidr for cidr in cluster.podCIDRs if isIPv6(cidr)];
  local given = k.orEmptyMap(std.get(k.orEmptyMap(std.get(values, 'ipam')), 'operator'));
  local otherDomain = cluster.dnsDomain != 'cluster.local';
  {
    cluster: { name: cluster.name, [if cluster.meshID != null then 'id']: cluster.meshID },
    [if pools == [] && pools6 != [] then 'ipv4']: { enabled: false },
    [if pools6 != [] then 'ipv6']: { enabled: true },
    ipam: { operator: clusterPool(cluster, given, 'ipv4', 'IPv4', pools) + clusterPool(cluster, given, 'ipv6', 'IPv6', pools6) },
    [if otherDomain then 'hubble']: { peerService: { clusterDomain: cluster.dnsDomain } },
    [if otherDomain then 'clustermesh']: {
      mcsapi: { corednsAutoConfigure: { coredns: { clusterDomain: cluster.dnsDomain } } },
    },
  } + apiServer(cluster, values, networkArgs)
