// CoreDNS as kubeadm installs it when it makes a cluster, here as an ordinary component. README.md says what it puts into
// a cluster.
//
//   defaults.libsonnet   every knob of `coredns+:`; reference.libsonnet: what each is for
//   versions.libsonnet   which kubeadm installs which CoreDNS, and how
//   findings.libsonnet   what can be wrong; plugins.libsonnet is what CoreDNS is built with
//   corefile.libsonnet, objects.libsonnet   the Corefile and the objects
local knobs = import '../knobs/main.libsonnet';
local kubeadm = import '../kubeadm/main.libsonnet';
local net = import '../net/main.libsonnet';
local corefile = import 'corefile.libsonnet';
local defaults = import 'defaults.libsonnet';
local findings = import 'findings.libsonnet';
local objects = import 'objects.libsonnet';
local versions = import 'versions.libsonnet';

// The types of the knobs whose default is null.
local unsetTypes = { version: 'string', image: 'string', clusterIP: 'string', ipFamilyPolicy: 'string', corefile: 'string' };
local types = std.mapWithKey(function(knob, default) std.get(unsetTypes, knob, std.type(default)), defaults);

// kubeadm puts cluster DNS at this address of the service network.
local dnsIndex = 10;

local releaseAt(version) =
  local reached = [release.coredns for release in versions.releases if release.since <= version.at];
  reached[std.length(reached) - 1];

local featuresAt(version, coredns) = std.mapWithKey(
  function(feature, range)
    local kubernetes = version.minor >= std.get(range, 'since', 0) && version.minor <= std.get(range, 'until', version.minor);
    local needed = std.get(versions.needs, feature);
    // A newer CoreDNS than kubeadm's still has to read EndpointSlices; an older one stops at an option it does not know.
    if needed == null then kubernetes
    else if feature == 'endpointSlices' then kubernetes || net.atLeast(coredns, needed)
    else kubernetes && net.atLeast(coredns, needed),
  versions.features
);

{
  // Knob → type.
  types:: types,

  // params:
  //   cluster   kubernetesVersion, serviceCIDRs, dnsDomain, registry (null: kubeadm's)
  //   settings  the definition's `coredns`
  // The result is lazy, and its objects are meant to be used only if no finding is a refusal.
  new(params)::
    local cluster = params.cluster;
    local given = knobs.given(params.settings);
    local settings = defaults + knobs.usable(given, types);

    local version = kubeadm.version(cluster.kubernetesVersion);
    local coredns = if settings.version == null then releaseAt(version) else std.lstripChars(settings.version, 'v');
    local isNested = net.atLeast(coredns, versions.nestedSince);
    local tag = if isNested then kubeadm.tag(coredns) else coredns;
    // A registry of one's own has the image at its root: that is how kubeadm asks for it.
    local repository =
      if cluster.registry != null then std.rstripChars(cluster.registry, '/') + '/coredns'
      else kubeadm.officialRegistry(version) + (if isNested then '/coredns/coredns' else '/coredns');
    local has = featuresAt(version, coredns);

    local tenth = [net.nthAddress(cidr, dnsIndex) for cidr in cluster.serviceCIDRs];
    local first = if settings.clusterIP != null then settings.clusterIP else tenth[0];
    local isDual = settings.ipFamilyPolicy != null && settings.ipFamilyPolicy != 'SingleStack';

    {
      enabled: settings.enabled,

      findings: findings({
        cluster: cluster,
        settings: settings,
        given: given,
        types: types,
        version: version,
        tenth: tenth,
      }),

      components: {
        coredns: objects({
          has: has,
          allCapabilities: versions.allCapabilities(version.minor),
          image: if settings.image != null then settings.image else repository + ':' + tag,
          replicas: settings.replicas,
          corefile: if settings.corefile != null then settings.corefile else corefile({
            dnsDomain: cluster.dnsDomain,
            upstreams: settings.upstreams,
            stubDomains: settings.stubDomains,
            plugins: settings.plugins,
            servers: settings.servers,
            has: has,
          }),
          addresses: [first] + (if isDual then tenth[1:] else []),
          ipFamilyPolicy: settings.ipFamilyPolicy,
          nodeLocalCache: settings.nodeLocalCache,
        }),
      },
    },
}
