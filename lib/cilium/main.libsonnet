// Cilium as its official Helm chart installs it, from the chart's own values. README.md says where to find what.
local tkestack = import '../tkestack-cilium/main.libsonnet';
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
  cilium: [namespaces, quotas, authority, agent, operator, function(c) c.pieces.envoy, nodeinit, servicemesh, dnsproxy, ztunnel],
  hubble: [hubble],
  clustermesh: [clustermesh],
  spire: [spire],
  preflight: [preflight],
  dashboards: [dashboards],
};

// Installs that nobody gave any values, to borrow from: a release → its context.
local plainInstalls = {
  [release]:
    local version = versions.of(release);
    context(version, version.values, {}, { kubernetesVersion: '1.34.0', registry: null }, 'kube-system', {}, null)
  for release in versions.releases
};

{
  defaultVersion: versions.default,
  versions: versions.releases + tkestack.versions,

  // TKEStack's own Cilium is not the chart's: another library renders it.
  new(params):: if tkestack.knows(std.get(params.settings, 'version')) then tkestack.new(params) else self.chart(params),

  chart(params)::
    local cluster = params.cluster;
    local settings = params.settings;

    // Each step needs the one before it to have refused nothing; see checks/main.libsonnet.
    local ofSettings = checks.ofSettings(settings);
    local version = versions.of(settings.version, std.get(settings, 'images', {}));
    local ofValues = checks.ofValues(version, settings.values);
    local given = version.readable(settings.values);
    local extraConfig = std.get(settings.values, 'extraConfig');
    local networkArgs = readNetworkArgs(version, params.networkArgs, if std.isObject(extraConfig) then extraConfig else {});
    local ofCluster = facts(cluster, given, networkArgs.args);
    local own = ofCluster + given;
    local values = merge(merge(version.values, ofCluster), given);
    local plain = if versions.knows(settings.version) && !('images' in settings) then plainInstalls[settings.version];
    local c = context(version, values, own, cluster, settings.namespace, networkArgs.args, plain);

    // networkArgs win over values, here as in cilium-config.
    local replacement = std.get(networkArgs.args, 'kube-proxy-replacement', values.kubeProxyReplacement);

    {
      version: settings.version,

      // What does kube-proxy's work, if anything does.
      replacesKubeProxy:: if replacement == true || replacement == 'true' then {
        name: 'Cilium: kubeProxyReplacement is true',
        hint: 'leave kubeProxy out, or set cilium.values.kubeProxyReplacement to false',
      },

      findings: ofSettings + (
        if checks.refuses(ofSettings) then []
        else ofValues + networkArgs.findings + (
          if checks.refuses(ofValues) then []
          else checks.ofCluster(c)
        )
      ),

      components: {
        [component]: k.compact(std.foldl(function(objects, part) objects + part(c), components[component], {}))
        for component in std.objectFields(components)
      },
    },
}
