// The Cilium that TKEStack installs: 1.9.5 in one of two modes, with Tencent's address management. README.md says what it
// puts into a cluster.
//
//   modes.libsonnet      what networkArgs.networkMode changes
//   config.libsonnet     the rest of cilium-config
//   versions.libsonnet   what each version installs
//   types.libsonnet      what may be said; reference.libsonnet: what it is for; findings.libsonnet: what can be wrong
//   cilium.libsonnet, ipamd.libsonnet, masquerade.libsonnet, router.libsonnet   the objects; objects.libsonnet is what
//                        they have in common
local knobs = import '../knobs/main.libsonnet';
local cilium = import 'cilium.libsonnet';
local findings = import 'findings.libsonnet';
local ipamd = import 'ipamd.libsonnet';
local masquerade = import 'masquerade.libsonnet';
local modes = import 'modes.libsonnet';
local router = import 'router.libsonnet';
local types = import 'types.libsonnet';
local releases = import 'versions.libsonnet';

// Where TKEStack publishes its images.
local officialRegistry = 'docker.io/tkestack';

// The VPC in TKEStack's template.
local templateVPC = 'vpc-k4l6pld3';

{
  // All versions that a definition may name, and whether this is one of them.
  versions: std.objectFields(releases),
  knows(version):: std.isString(version) && std.objectHas(releases, version),

  // params:
  //   cluster      podCIDRs (one, of IPv4), maxNodePodNum, registry (null: TKEStack's own)
  //   settings     the definition's `cilium`; its version is one of these
  //   networkArgs  networkMode, and for underlay asn and switch-ip
  // The result is lazy, and its objects are meant to be used only if no finding is a refusal.
  new(params)::
    local cluster = params.cluster;
    local settings = knobs.given(params.settings);
    local usable = knobs.usable(settings, types.settings);
    local release = releases[settings.version];

    local modeName = std.get(knobs.given(params.networkArgs), 'networkMode', 'overlay');
    local mode = modes[modeName];

    local registry = if cluster.registry == null then officialRegistry else std.rstripChars(cluster.registry, '/');
    local images = std.get(usable, 'images', {});
    local image(name) = std.get(images, name, registry + '/' + name + ':' + release.images[name]);

    local podCIDR = std.join(',', cluster.podCIDRs);

    {
      version: settings.version,

      findings: findings({
        cluster: cluster,
        settings: settings,
        networkArgs: params.networkArgs,
        mode: modeName,
        release: release,
      }),

      components: {
        cilium: cilium({ mode: mode, image: image('cilium'), operatorImage: image('cilium-operator-generic') }),
        ipamd: ipamd({
          mode: mode,
          podCIDR: podCIDR,
          maxNodePodNum: cluster.maxNodePodNum,
          vpcID: std.get(usable, 'vpcID', templateVPC),
          image: image('tke-eni-ipamd'),
        }),
        [if mode.routed then 'masquerade']: masquerade({ podCIDR: podCIDR, image: image('ip-masq-agent') }),
        [if mode.routed then 'router']: router({ podCIDR: podCIDR, image: image('cilium-router') }),
      },
    },
}
