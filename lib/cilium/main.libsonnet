// Cilium as its official Helm chart installs it, from the chart's own values. README.md says where to find what.
local context = import 'context.libsonnet';
local k = import 'kube.libsonnet';
local merge = import 'merge.libsonnet';
local readNetworkArgs = import 'network-args.libsonnet';
local versions = import 'versions/main.libsonnet';

local agent = import 'agent/main.libsonnet';
local envoy = import 'envoy/main.libsonnet';
local hubble = import 'hubble/main.libsonnet';
local namespaces = import 'namespaces.libsonnet';
local nodeinit = import 'nodeinit/main.libsonnet';
local operator = import 'operator/main.libsonnet';
local quotas = import 'quotas.libsonnet';

// What the cluster's definition says outside of `cilium.values`, as values between the defaults and the user's own.
local clusterFacts(cluster) = {
  cluster: { name: cluster.name },
  // Never the chart's `helm`: it makes keys while rendering.
  hubble: { tls: { auto: { method: 'cronJob' } } },
  clustermesh: { apiserver: { tls: { auto: { method: 'cronJob' } } } },
};

{
  defaultVersion: versions.default,
  versions: versions.releases,

  new(params)::
    local release = params.settings.version;
    local version = versions.of[release];
    local values = merge(merge(version.values, clusterFacts(params.cluster)), params.settings.values);
    local networkArgs = readNetworkArgs(version, params.networkArgs, k.orEmptyMap(values.extraConfig));
    local c = context(version, release, values, params.cluster, params.settings, networkArgs.args);
    {
      version: release,
      findings: networkArgs.findings,
      components: {
        cilium: k.compact(namespaces(c) + quotas(c) + agent(c) + operator(c) + envoy(c) + nodeinit(c)),
        hubble: k.compact(hubble(c)),
      },
    },
}
