// Cilium as its official Helm chart installs it, from the chart's own values. README.md says where to find what.
local tkestack = import '../tkestack-cilium/main.libsonnet';
local checks = import 'checks/main.libsonnet';
local components = import 'components.libsonnet';
local context = import 'context.libsonnet';
local facts = import 'facts.libsonnet';
local k = import 'kube.libsonnet';
local merge = import 'merge.libsonnet';
local readNetworkArgs = import 'network-args.libsonnet';
local sharing = import 'sharing.libsonnet';
local versions = import 'versions/main.libsonnet';

// Installs that nobody gave any values, to borrow from: a release → its context.
local plainCluster = { kubernetesVersion: '1.34.0', registry: null, apiVersions: [] };
local plainInstalls = {
  [release]:
    local version = versions.of(release);
    context(version, version.values, plainCluster, 'kube-system', {})
  for release in versions.releases
};

// What is different from there beside the values, as the tests call it that watch an install being made.
local differencesBesideValues(cluster, namespace, networkArgs) =
  (if namespace == 'kube-system' then [] else ['definition.namespace'])
  + (if networkArgs == {} then [] else ['definition.networkArgs'])
  + (if cluster.apiVersions == [] then [] else ['definition.apiVersions'])
  + (if cluster.registry == null then [] else ['definition.registry'])
  // The last release of Kubernetes that made a difference.
  + (if k.minorNumber(cluster.kubernetesVersion) >= 1033 then [] else ['definition.kubernetesVersion']);

{
  // What a definition gets that names no version, and all that it may name; chartVersions are those of the official chart.
  defaultVersion: versions.default,
  versions: versions.releases + tkestack.versions,
  chartVersions: versions.releases,

  // params:
  //   cluster      name, podCIDRs, serviceCIDRs, kubernetesVersion, controlPlaneEndpoint, registry, apiVersions, dnsDomain,
  //                maxNodePodNum, meshID
  //   settings     the definition's `cilium`, with version, namespace and values
  //   networkArgs  keys of cilium-config; they win over everything else
  // The result is lazy: its version and findings can be read without building an object. TKEStack's own Cilium is not the
  // chart's: another library renders it.
  new(params):: if tkestack.knows(std.get(params.settings, 'version')) then tkestack.new(params) else self.chart(params),

  // The same for the versions of the official chart. shares: borrows from the plain install; the result is the same without.
  chart(params, shares=true)::
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
    local values = merge(merge(version.values, ofCluster), given);
    local plain = if shares && versions.knows(settings.version) && !('images' in settings) then plainInstalls[settings.version];
    local differences =
      ['*'] + sharing.differences(version.values, ofCluster) + sharing.differences(version.values, given)
      + differencesBesideValues(cluster, settings.namespace, networkArgs.args);
    local c = context(version, values, cluster, settings.namespace, networkArgs.args, plain, differences);

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

      components: { [component]: c.made[component] for component in std.objectFields(components) },
    },
}
