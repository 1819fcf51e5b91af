// Cilium as its official Helm chart installs it, from the chart's own values. README.md says where to find what.
local checks = import 'checks/main.libsonnet';
local context = import 'context.libsonnet';
local facts = import 'facts.libsonnet';
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

{
  defaultVersion: versions.default,
  versions: versions.releases,

  new(params)::
    local cluster = params.cluster;
    local settings = params.settings;

    // Each step needs the one before it to have refused nothing; see checks/main.libsonnet.
    local ofSettings = checks.ofSettings(settings);
    local version = versions.of(settings.version, std.get(settings, 'images', {}));
    local ofValues = checks.ofValues(version, settings.values);
    local values = merge(merge(version.values, facts(cluster, settings.values)), settings.values);
    local networkArgs = readNetworkArgs(version, params.networkArgs, k.orEmptyMap(values.extraConfig));
    local c = context(version, values, cluster, settings.namespace, networkArgs.args);

    {
      version: settings.version,

      findings:
        ofSettings
        + (if checks.refuses(ofSettings) then [] else ofValues
                                                      + (if checks.refuses(ofValues) then [] else networkArgs.findings + checks.ofCluster(c))),

      components: {
        [component]: k.compact(std.foldl(function(objects, part) objects + part(c), components[component], {}))
        for component in std.objectFields(components)
      },
    },
}
