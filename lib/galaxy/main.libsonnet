// Galaxy, TKEStack's default CNI, as TKEStack installs it: flannel for the pod network, galaxy in front of it, and the
// bridge agent that cleans up. README.md says what it puts into a cluster.
//
//   defaults.libsonnet   every knob of `galaxy+:`; args.libsonnet: networkArgs; reference.libsonnet: what each is for
//   versions.libsonnet   what each version installs and what those programs understand
//   findings.libsonnet   what can be wrong
//   flannel.libsonnet, galaxy.libsonnet   the objects; objects.libsonnet is what they have in common
local args = import 'args.libsonnet';
local defaultsFor = import 'defaults.libsonnet';
local findings = import 'findings.libsonnet';
local flannel = import 'flannel.libsonnet';
local galaxy = import 'galaxy.libsonnet';
local releases = import 'versions.libsonnet';

// The version's default does not depend on the cluster.
local defaultVersion = defaultsFor({}).version;

// Where TKEStack publishes its images.
local officialRegistry = 'docker.io/tkestack';

{
  // What a definition gets that names no version, and all that it may name.
  defaultVersion: defaultVersion,
  versions: std.objectFields(releases),

  // params:
  //   cluster      podCIDRs, serviceCIDRs, networkDevice, registry (null: TKEStack's own)
  //   settings     the definition's `galaxy`
  //   networkArgs  backendType, flannel's: 'vxlan' if left out
  // The result is lazy: its version and findings can be read without building an object. Nothing raises on bad
  // params, but the objects are meant to be used only if no finding is a refusal.
  new(params)::
    local cluster = params.cluster;
    local defaults = defaultsFor(cluster);

    // A knob of the wrong type is a finding; for the rest of the work it counts as left out.
    local settings = if std.isObject(params.settings) then params.settings else {};
    local usable = {
      [knob]: settings[knob]
      for knob in std.objectFields(settings)
      if std.objectHas(defaults, knob) && std.type(settings[knob]) == std.type(defaults[knob])
    };
    local knobs = std.mergePatch(defaults, usable);

    local networkArgs = if std.isObject(params.networkArgs) then params.networkArgs else {};
    local backendType = std.get(networkArgs, 'backendType', args.backendType);

    local release = std.get(releases, knobs.version, releases[defaultVersion]);
    local registry = if cluster.registry == null then officialRegistry else std.rstripChars(cluster.registry, '/');
    local image(name) = std.get(knobs.images, name, registry + '/' + name + ':' + release.images[name]);

    {
      version: knobs.version,

      findings: findings(params {
        backendType: backendType,
        defaults: defaults,
        knobs: knobs,
        release: release,
        releases: releases,
      }),

      components: {
        // Apart from galaxy: another project's program, which a cluster may replace by itself.
        flannel: flannel({
          podCIDRs: cluster.podCIDRs,
          networkDevice: cluster.networkDevice,
          backendType: backendType,
          backendOptions: knobs.backendOptions,
          image: image('flannel'),
        }),
        galaxy: galaxy({
          networks: knobs.networks,
          defaultNetworks: knobs.defaultNetworks,
          flags: knobs.flags,
          image: image('galaxy'),
          agentImage: image('tke-bridge-agent'),
        }),
      },
    },
}
