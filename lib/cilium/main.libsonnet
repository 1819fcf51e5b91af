// Cilium as its official Helm chart installs it, from the chart's own values. README.md says where to find what.
local context = import 'context.libsonnet';
local k = import 'kube.libsonnet';
local merge = import 'merge.libsonnet';
local readNetworkArgs = import 'network-args.libsonnet';
local versions = import 'versions/main.libsonnet';

local agent = import 'agent/main.libsonnet';
local authority = import 'certificates/authority.libsonnet';
local clustermesh = import 'clustermesh/main.libsonnet';
local dashboards = import 'dashboards/main.libsonnet';
local dnsproxy = import 'dnsproxy/main.libsonnet';
local envoy = import 'envoy/main.libsonnet';
local hubble = import 'hubble/main.libsonnet';
local namespaces = import 'namespaces.libsonnet';
local nodeinit = import 'nodeinit/main.libsonnet';
local operator = import 'operator/main.libsonnet';
local preflight = import 'preflight/main.libsonnet';
local quotas = import 'quotas.libsonnet';
local servicemesh = import 'servicemesh/main.libsonnet';
local spire = import 'spire/main.libsonnet';
local ztunnel = import 'ztunnel/main.libsonnet';

// What is applied together: component → the parts that make it up. Every part is function(context) → { key: object }.
local components = {
  cilium: [namespaces, quotas, authority, agent, operator, envoy, nodeinit, servicemesh, dnsproxy, ztunnel],
  hubble: [hubble],
  clustermesh: [clustermesh],
  spire: [spire],
  preflight: [preflight],
  dashboards: [dashboards],
};

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
        [component]: k.compact(std.foldl(function(objects, part) objects + part(c), components[component], {}))
        for component in std.objectFields(components)
      },
    },
}
