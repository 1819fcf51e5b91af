// What is wrong with a cluster's galaxy settings, all at once: a list of
//   { severity, path, message, hint, known, got }
//   known: the names that would have been right, where there are such; got: the wrong one, if it is not the path's last part
//
// A `refusal` is something that galaxy or flannel cannot do at all.
local shared = import '../knobs/main.libsonnet';
local net = import '../net/main.libsonnet';
local args = import 'args.libsonnet';

// Flannel cuts the network into at least four subnets of at least four addresses.
local longestNetworkPrefix = 28;

// Keys that users bring from elsewhere: where they belong.
local advice = {
  networkMode: "networkMode is for TKEStack's Cilium: set cni: 'cilium', or leave it out",
  asn: "asn is for TKEStack's Cilium underlay: set cni: 'cilium', or leave it out",
  'switch-ip': "switch-ip is for TKEStack's Cilium underlay: set cni: 'cilium', or leave it out",
  Type: "the backend's type is networkArgs.backendType",
  AccessKeyID: 'a key must not be in a ConfigMap: give it to the DaemonSet flannel as environment, from a Secret',
  AccessKeySecret: self.AccessKeyID,
};

local finding = shared.finding;
local refusal = shared.refusal;
local when = shared.when;
local typeFindings = shared.ofType;
local keyFindings(path, object, types) = shared.ofKeys(path, object, types, 'galaxy', advice);

local listed(names) = if names == [] then 'there are none' else 'known: ' + std.join(', ', names);

local backendFindings(type, knobs, release) =
  local flannel = 'flannel ' + release.images.flannel;
  local path = ['networkArgs', 'backendType'];
  local known = std.objectFields(release.backends);
  local backend = std.get(release.backends, std.asciiLower(type));
  local all =
    if backend == null then [refusal(path, "%s has no backend '%s'" % [flannel, type], null, known, type)]
    else
      when(
        backend.caution != null,
        finding('warning', path, "backend '%s': %s" % [type, backend.caution], 'vxlan works on any network')
      )
      + keyFindings(['galaxy', 'backendOptions'], knobs.backendOptions, backend.options);
  // With another image nobody here knows what that flannel can do.
  local ownImage = std.objectHas(knobs.images, 'flannel');
  [each { [if ownImage then 'severity']: 'warning' } for each in all];

local cidrFindings(cluster, release) =
  local flannel = 'flannel ' + release.images.flannel;
  local ipv6(cidrs) = [cidr for cidr in cidrs if net.family(cidr) == 6];
  local list(cidrs) = std.join(', ', [std.toString(cidr) for cidr in cidrs]);
  local ipv6Pods = ipv6(cluster.podCIDRs);
  local ipv6Services = ipv6(cluster.serviceCIDRs);
  local otherPods = [cidr for cidr in cluster.podCIDRs if !std.member(ipv6Pods, cidr)];
  local ipv6Hint = "set cni: 'calico' or 'cilium', or leave the IPv6 CIDRs out";
  when(
    ipv6Pods != [],
    refusal(
      ['podCIDRs'],
      'galaxy has no IPv6, nor has %s: pods cannot have addresses of %s' % [flannel, list(ipv6Pods)],
      ipv6Hint
    )
  )
  + when(
    ipv6Services != [],
    finding(
      'error',
      ['serviceCIDRs'],
      'galaxy has no IPv6: no pod can stand behind an address of ' + list(ipv6Services),
      ipv6Hint
    )
  )
  + when(
    std.length(otherPods) > 1,
    refusal(
      ['podCIDRs'],
      'flannel has one network, and here are %d: %s' % [std.length(otherPods), list(otherPods)],
      'give one CIDR that is large enough for all nodes'
    )
  )
  + [
    refusal(
      ['podCIDRs'],
      '%s is too small: %s takes /%d and larger' % [cidr, flannel, longestNetworkPrefix],
      'it has to hold a block of addresses for each node'
    )
    for cidr in otherPods
    if net.isCIDR(cidr) && net.parseCIDR(cidr).prefix > longestNetworkPrefix
  ];

local networkFindings(knobs) =
  local path = ['galaxy', 'defaultNetworks'];
  local known = std.objectFields(knobs.networks);
  local defaultFindings(name) =
    if !std.isString(name) then
      [refusal(path, 'a network is named by a string, not by ' + std.type(name), null, known)]
    else when(
      !std.objectHas(knobs.networks, name),
      finding(
        'warning',
        path,
        "there is no network '%s' in galaxy.networks" % name,
        'galaxy will look for it in /etc/cni/net.d of each node; ' + listed(known),
        known
      )
    );
  std.flatMap(function(name) typeFindings(['galaxy', 'networks', name], knobs.networks[name], 'object'), known)
  + std.flatMap(defaultFindings, knobs.defaultNetworks)
  + when(
    knobs.defaultNetworks == [],
    refusal(path, 'pods would have no network at all', 'leave it out, or name one; ' + listed(known), known)
  );

// params: the cluster, the user's settings and networkArgs as they are, and what new() made of them: the backend's
// type, the knobs and their defaults, the release that the version names, and all releases.
function(params)
  local knobs = params.knobs;
  local release = params.release;
  local versions = std.objectFields(params.releases);
  local knobTypes = std.mapWithKey(function(_, default) std.type(default), params.defaults);
  local imageTypes = std.mapWithKey(function(_, tag) 'string', release.images);
  // null in settings is as if left out.
  local given = std.mergePatch({}, params.settings);

  keyFindings(['networkArgs'], params.networkArgs, std.mapWithKey(function(_, default) std.type(default), args))
  + shared.ofRule('CNI130', if std.isString(params.backendType) then backendFindings(params.backendType, knobs, release) else [])
  + shared.ofRule('CNI131', cidrFindings(params.cluster, release))
  + keyFindings(['galaxy'], given, knobTypes)
  + when(
    !std.member(versions, knobs.version),
    refusal(['galaxy', 'version'], "there is no version '%s'" % knobs.version, null, versions, if std.isString(knobs.version) then knobs.version)
  )
  + keyFindings(['galaxy', 'images'], knobs.images, imageTypes)
  + keyFindings(['galaxy', 'flags'], knobs.flags, release.flags)
  + shared.ofRule('CNI132', networkFindings(knobs))
