// kube-proxy as kubeadm installs it when it makes a cluster, here as an ordinary component. README.md says what it puts
// into a cluster.
//
//   defaults.libsonnet   every knob of `kubeProxy+:`; reference.libsonnet: what each is for
//   config.libsonnet     KubeProxyConfiguration by version; yaml.libsonnet writes it
//   findings.libsonnet   what can be wrong
//   objects.libsonnet    the objects
local knobs = import '../knobs/main.libsonnet';
local kubeadm = import '../kubeadm/main.libsonnet';
local net = import '../net/main.libsonnet';
local configs = import 'config.libsonnet';
local defaults = import 'defaults.libsonnet';
local findings = import 'findings.libsonnet';
local objects = import 'objects.libsonnet';

// The types of the knobs whose default is null.
local types = std.mapWithKey(function(_, default) if default == null then 'string' else std.type(default), defaults);

local defaultPort = 6443;
local allAddresses = { '4': '0.0.0.0', '6': '::' };

// A cluster of two families needed a gate until 1.21.
local dualStackGates(cluster, minor) =
  if minor < 21 && std.length(cluster.serviceCIDRs) > 1 then { IPv6DualStack: true } else {};

local merged(base, changes) = base + {
  [key]:
    if std.isObject(changes[key]) && std.isObject(std.get(base, key)) then merged(base[key], changes[key])
    else changes[key]
  for key in std.objectFields(changes)
};

{
  // Knob → type.
  types:: types,

  // params:
  //   cluster     kubernetesVersion, podCIDRs, serviceCIDRs, controlPlaneEndpoint, registry (null: kubeadm's)
  //   settings    the definition's `kubeProxy`
  //   replacedBy  what does kube-proxy's work in this cluster, { name, hint }, or null
  // The result is lazy, and its objects are meant to be used only if no finding is a refusal.
  new(params)::
    local cluster = params.cluster;
    local given = knobs.given(params.settings);
    local settings = defaults + knobs.usable(given, types);
    local or(setting, otherwise) = if setting == null then otherwise else setting;

    local version = kubeadm.version(or(settings.version, cluster.kubernetesVersion));
    local official = kubeadm.officialRegistry(version);
    local registry = if cluster.registry == null then official else std.rstripChars(cluster.registry, '/');

    // The API server listens on the family of the first service network.
    local networks = cluster.serviceCIDRs + cluster.podCIDRs;
    local family = if networks == [] then 4 else net.family(networks[0]);

    local endpoint = net.parseEndpoint(or(settings.endpoint, cluster.controlPlaneEndpoint));
    local gates = dualStackGates(cluster, version.minor) + settings.featureGates;

    {
      enabled: settings.enabled,

      findings: findings({
        cluster: cluster,
        settings: settings,
        given: given,
        types: types,
        version: version,
        ofCluster: kubeadm.version(cluster.kubernetesVersion),
        registry: official,
        replacedBy: params.replacedBy,
      }),

      components: {
        'kube-proxy': objects({
          minor: version.minor,
          image: or(settings.image, registry + '/kube-proxy:' + kubeadm.tag(version.text)),
          server: 'https://' + net.hostPort(endpoint.host, or(endpoint.port, defaultPort)),
          config: merged(
            configs.of(version.minor) {
              bindAddress: or(settings.bindAddress, allAddresses[std.toString(family)]),
              clusterCIDR: or(settings.clusterCIDR, std.join(',', cluster.podCIDRs)),
              mode: or(settings.mode, ''),
              [if gates != {} then 'featureGates']: gates,
            },
            settings.config
          ),
        }),
      },
    },
}
