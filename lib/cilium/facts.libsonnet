// What the cluster's definition says outside of `cilium.values`, as values. They stand between the chart's defaults and
// the user's own values: a definition states a fact once, and cilium.values can still say otherwise.
local k = import 'kube.libsonnet';

local isIPv6(cidr) = std.length(std.findSubstr(':', cidr)) > 0;

// 'host:6443' or '[fd00::1]:6443'
local endpoint(text) =
  local parts = std.split(text, ':');
  local last = std.length(parts) - 1;
  { host: std.stripChars(std.join(':', parts[:last]), '[]'), port: parts[last] };

local replacesKubeProxy(values) =
  local replacement = std.get(values, 'kubeProxyReplacement');
  replacement == true || replacement == 'true';

// Without kube-proxy the address of the Service `kubernetes` leads nowhere until the agents run.
local apiServer(cluster, values) =
  if cluster.controlPlaneEndpoint == null || !replacesKubeProxy(values)
     || k.isSet(std.get(values, 'k8sServiceHost')) || k.isSet(std.get(values, 'k8sServiceHostRef'))
  then {}
  else
    local at = endpoint(cluster.controlPlaneEndpoint);
    { k8sServiceHost: at.host, k8sServicePort: at.port };

// values: the user's, for what depends on them
function(cluster, values)
  local pools = [cidr for cidr in cluster.podCIDRs if !isIPv6(cidr)];
  local pools6 = [cidr for cidr in cluster.podCIDRs if isIPv6(cidr)];
  {
    cluster: { name: cluster.name },
    ipv4: { enabled: std.length(pools) > 0 || std.length(pools6) == 0 },
    ipv6: { enabled: std.length(pools6) > 0 },
    ipam: { operator: {
      [if std.length(pools) > 0 then 'clusterPoolIPv4PodCIDRList']: pools,
      [if std.length(pools6) > 0 then 'clusterPoolIPv6PodCIDRList']: pools6,
    } },
    // Never the chart's `helm`: it makes keys while rendering.
    hubble: {
      tls: { auto: { method: 'cronJob' } },
      peerService: { clusterDomain: cluster.dnsDomain },
    },
    clustermesh: {
      apiserver: { tls: { auto: { method: 'cronJob' } } },
      mcsapi: { corednsAutoConfigure: { coredns: { clusterDomain: cluster.dnsDomain } } },
    },
  } + apiServer(cluster, values)
