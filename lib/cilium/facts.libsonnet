// What the cluster's definition says outside of `cilium.values`, as values. They stand between the chart's defaults and
// the user's own values: a definition states a fact once, and cilium.values can still say otherwise. Only facts that
// differ from the defaults are named, so that clusters stay alike where they are (pieces.libsonnet).
local k = import 'kube.libsonnet';

local isIPv6(cidr) = std.length(std.findSubstr(':', cidr)) > 0;

// 'host:6443' or '[fd00::1]:6443'
local endpoint(text) =
  local parts = std.split(text, ':');
  local last = std.length(parts) - 1;
  { host: std.stripChars(std.join(':', parts[:last]), '[]'), port: parts[last] };

// Without kube-proxy the address of the Service `kubernetes` leads nowhere until the agents run.
local apiServer(cluster, values) =
  local replacement = std.get(values, 'kubeProxyReplacement');
  local replaced = replacement == true || replacement == 'true';
  local known = k.isSet(std.get(values, 'k8sServiceHost')) || k.isSet(std.get(values, 'k8sServiceHostRef'));
  if cluster.controlPlaneEndpoint == null || !replaced || known then {}
  else
    local at = endpoint(cluster.controlPlaneEndpoint);
    { k8sServiceHost: at.host, k8sServicePort: at.port };

// values: the user's, for what depends on them
function(cluster, values)
  local pools = [cidr for cidr in cluster.podCIDRs if !isIPv6(cidr)];
  local pools6 = [cidr for cidr in cluster.podCIDRs if isIPv6(cidr)];
  local otherDomain = cluster.dnsDomain != 'cluster.local';
  {
    cluster: { name: cluster.name },
    [if pools == [] && pools6 != [] then 'ipv4']: { enabled: false },
    [if pools6 != [] then 'ipv6']: { enabled: true },
    ipam: { operator: {
      [if pools != [] then 'clusterPoolIPv4PodCIDRList']: pools,
      [if pools6 != [] then 'clusterPoolIPv6PodCIDRList']: pools6,
    } },
    [if otherDomain then 'hubble']: { peerService: { clusterDomain: cluster.dnsDomain } },
    [if otherDomain then 'clustermesh']: {
      mcsapi: { corednsAutoConfigure: { coredns: { clusterDomain: cluster.dnsDomain } } },
    },
  } + apiServer(cluster, values)
