// What is wrong with a cluster of TKEStack's Cilium, all at once. TKEStack itself checks none of this: it renders something
// for any mode, ignores what it does not know, and the pods are without a network.
local knobs = import '../knobs/main.libsonnet';
local net = import '../net/main.libsonnet';
local modes = import 'modes.libsonnet';
local types = import 'types.libsonnet';

local modeNames = std.objectFields(modes);
local argNames = std.objectFields(types.networkArgs);
local argHints = {
  asn: "name its autonomous system, asn: '64512'",
  'switch-ip': "name its address, 'switch-ip': '10.0.0.1'",
};
local path = ['networkArgs'];

// Keys that users bring from elsewhere: where they belong.
local argAdvice = {
  ans: "TKEStack's own documentation misspells it: asn",
  backendType: "backendType is galaxy's: set networkArgs.networkMode here, or cni: 'galaxy'",
};
local settingAdvice = {
  networkMode: 'the mode is networkArgs.networkMode',
};
local configAdvice(key) =
  "TKEStack's templates take no other key; to set one of cilium-config, patch it: manifests+: { cilium+: { config+: "
  + "{ data+: { '" + key + "': '…' } } } }";

// Four bytes, as BGP has them since RFC 6793.
local mostASN = 4294967295;
local isASN(text) =
  text != '' && std.length(text) <= std.length(std.toString(mostASN))
  && std.stripChars(text, '0123456789') == '' && text[0] != '0' && std.parseInt(text) <= mostASN;

local values = {
  asn(text): if isASN(text) then null else {
    message: "'" + text + "' is no number of an autonomous system",
    hint: "a whole number from 1 to 4294967295, in quotes: '64512'",
  },
  'switch-ip'(text):
    local family = net.family(text);
    if family == 4 && net.isIP(text) then null
    else if family == 6 && net.isIP(text) then {
      message: "the switch has to be named by an IPv4 address: TKEStack's Cilium has no IPv6, and a node's label cannot hold '" + text + "'",
      hint: "write it as '10.0.0.1'",
    }
    else {
      message: "'" + text + "' is no address of a switch",
      hint: "write it as '10.0.0.1'",
    },
};

local argFindings(args) =
  local problem(key) =
    local value = args[key];
    if !std.member(argNames, key) then
      [knobs.refusal(
        path + [key],
        "TKEStack's Cilium does not know networkArgs." + key,
        std.get(argAdvice, key, configAdvice(key)),
        argNames
      )]
    else if !std.isString(value) then knobs.ofType(path + [key], value, 'string')
    else if !std.objectHas(values, key) then []
    else
      local found = values[key](value);
      if found == null then [] else [knobs.refusal(path + [key], found.message, found.hint)];
  std.flatMap(problem, std.objectFields(args));

// mode: the name as it is given, or null
local modeFindings(args, mode) =
  if !std.isString(mode) then []
  else if !std.objectHas(modes, mode) then [knobs.refusal(
    path + ['networkMode'],
    "there is no network mode '" + mode + "'",
    "TKEStack's modes are " + std.join(' and ', modeNames),
    modeNames,
    mode
  )]
  else
    local needed = modes[mode].args;
    [
      knobs.refusal(
        path,
        'the mode ' + mode + ' needs networkArgs.' + key,
        'cilium-router speaks BGP with the switch: ' + argHints[key]
      )
      for key in needed
      if !std.objectHas(args, key)
    ] + [
      knobs.refusal(
        path + [key],
        'networkArgs.' + key + ' has no effect in the mode ' + mode,
        "leave it out, or set networkMode: 'underlay'"
      )
      for key in ['asn', 'switch-ip']
      if std.objectHas(args, key) && !std.member(needed, key)
    ];

local cidrFindings(cluster) =
  local ipv6(cidrs) = [cidr for cidr in cidrs if net.family(cidr) == 6];
  local hint = "choose a version of Cilium's own, such as version: '1.20.0', or leave the IPv6 CIDRs out";
  [
    knobs.refusal(['podCIDRs'], "TKEStack's Cilium has no IPv6: pods cannot have addresses of " + cidr, hint)
    for cidr in ipv6(cluster.podCIDRs)
  ] + [
    knobs.refusal(
      ['serviceCIDRs'],
      "TKEStack's Cilium has no IPv6: no pod can stand behind an address of " + cidr,
      hint
    )
    for cidr in ipv6(cluster.serviceCIDRs)
  ];

local settingFindings(settings, release) =
  local values = std.get(settings, 'values');
  local namespace = std.get(settings, 'namespace');
  knobs.ofKeys(['cilium'], settings, types.settings, "TKEStack's Cilium", settingAdvice)
  + knobs.when(
    std.isObject(values) && values != {},
    knobs.refusal(
      ['cilium', 'values'],
      "TKEStack's Cilium is no Helm chart: it takes no values",
      "leave them out, or choose a version of Cilium's own, such as version: '1.20.0'"
    )
  )
  + knobs.when(
    std.isString(namespace) && namespace != 'kube-system',
    knobs.refusal(['cilium', 'namespace'], "TKEStack's Cilium runs in kube-system and nowhere else", 'leave it out')
  )
  + (if !std.isObject(std.get(settings, 'images')) then []
     else knobs.ofKeys(
       ['cilium', 'images'],
       settings.images,
       std.mapWithKey(function(_, tag) 'string', release.images),
       "TKEStack's Cilium"
     ));

// What the cluster needs beside its manifests. Only a list says it.
local notes(args, mode, settings) =
  knobs.when(
    !modes[mode].routed,
    knobs.finding(
      'note',
      path,
      'the overlay mode needs kube-controller-manager with --allocate-node-cidrs=false and --configure-cloud-routes=false',
      'TKEStack sets both only if networkArgs.networkMode was given when it made the cluster'
    )
  )
  + knobs.when(
    modes[mode].routed,
    knobs.finding(
      'note',
      path,
      'each node needs the labels infra.tce.io/as=' + args.asn + ' and infra.tce.io/switch-ip=' + args['switch-ip']
      + '; cilium-router does not run on a node without them',
      'give them to the kubelet (--node-labels), or set them with kubectl label node; TKEStack v1.9.2 loses them itself'
    )
  )
  + knobs.when(
    !std.objectHas(settings, 'vpcID'),
    knobs.finding(
      'note',
      ['cilium'],
      "tke-eni-ipamd works in the VPC that TKEStack's template names",
      "set cilium.vpcID: 'vpc-…' if the machines are in another"
    )
  );

// params: the cluster; settings and networkArgs as they are, without nulls; the mode's name; the release that the version
// names
function(params)
  local args = if std.isObject(params.networkArgs) then params.networkArgs else {};
  local found =
    argFindings(args)
    + knobs.ofRule('CNI170', modeFindings(args, params.mode))
    + knobs.ofRule('CNI171', cidrFindings(params.cluster))
    + settingFindings(params.settings, params.release);
  found + (if knobs.refuses(found) then [] else notes(args, params.mode, params.settings))
