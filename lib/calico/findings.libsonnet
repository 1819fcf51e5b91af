// What contradicts what in a cluster with Calico: questions that more than one knob, or the cluster, has to answer.
//
// An `error` is written with --allow-findings; a `refusal` never, since Kubernetes or calico-node would refuse it.
local base = import '../knobs/main.libsonnet';
local net = import '../net/main.libsonnet';

local finding = base.finding;
local refusal = base.refusal;
local when = base.when;

local families = { ipv4: 4, ipv6: 6 };

local kubernetes(c, cluster) =
  local release = c.release;
  local calico = 'Calico ' + c.knobs.version;
  local version = cluster.kubernetesVersion;
  local path = ['calico', 'version'];
  local wants = release.kubernetes;
  if wants.before != null && net.atLeast(version, wants.before) then [refusal(
    path,
    calico + ' cannot run on Kubernetes ' + version + ': its CustomResourceDefinitions are of a version that '
    + wants.before + ' dropped',
    if net.atLeast(version, '1.31') then "set calico+: { version: '3.32.1' }"
    else "upgrade to Kubernetes 1.31 and set calico+: { version: '3.32.1' }; no Calico from here runs in between"
  )]
  else if !net.atLeast(version, wants.from) then [finding(
    'error',
    path,
    calico + ' needs Kubernetes ' + wants.from + '; ' + version + ' refuses one of its CustomResourceDefinitions',
    if net.atLeast(version, '1.22') then 'upgrade Kubernetes first' else "set calico+: { version: '3.14.2' }"
  )]
  else when(!net.atLeast(version, wants.tested), finding(
    'note',
    path,
    calico + ' is tested from Kubernetes ' + wants.tested + ' on; this is ' + version
  ));

local dataplane(c, cluster) =
  local path = ['calico', 'dataplane'];
  if !std.member(c.release.dataplanes, c.dataplane) then [refusal(
    path,
    'Calico ' + c.knobs.version + " has no dataplane '" + c.dataplane + "' that cniforge installs",
    null,
    c.release.dataplanes
  )]
  else when(c.bpf && cluster.controlPlaneEndpoint == null, finding(
    'error',
    ['controlPlaneEndpoint'],
    'eBPF stands in for kube-proxy, so calico-node has to know where the API server is',
    "set controlPlaneEndpoint: 'host:6443'"
  ));

local backend(c) =
  local path = ['calico', 'backend'];
  local used = [family for family in ['ipv4', 'ipv6'] if c.podCIDR[family] != null];
  local named(test) = std.join(' and ', [if family == 'ipv4' then 'IPv4' else 'IPv6' for family in used if test(family)]);
  // Felix can spread routes by itself, without BIRD.
  local felixRoutes = std.asciiLower(std.get(c.userEnv, 'FELIX_PROGRAMCLUSTERROUTES', 'disabled')) == 'enabled';
  local ipip = named(c.isIPIP);
  local plain = named(function(family) !c.isIPIP(family) && !c.isVXLAN(family));
  local vxlan = named(c.isVXLAN);
  if c.backend == 'none' then
    [
      finding(
        'error',
        ['calico', knob],
        'calico.' + knob + " has no effect with backend 'none', where Calico makes no pools",
        "leave it out, or set backend: 'bird'"
      )
      for knob in ['encapsulation', 'ipPools']
      if c.knobs[knob] != null && c.knobs[knob] != { ipv4: {}, ipv6: {} }
    ]
  else if c.backend == 'vxlan' then
    when(ipip != '' && !felixRoutes, finding(
      'error',
      path,
      "backend 'vxlan' runs no BGP, which spreads the routes of IP-in-IP (" + ipip + ')',
      "set backend: 'bird', or encapsulation: '" + c.release.vxlan + "'"
    ))
    + when(plain != '' && !felixRoutes, finding(
      'error',
      path,
      "backend 'vxlan' runs no BGP, which spreads the routes of pools without encapsulation (" + plain + ')',
      if plain == 'IPv6' && !std.member(c.release.vxlanFamilies, 6)
      then 'Calico ' + c.knobs.version + " has no VXLAN for IPv6: set backend: 'bird'"
      else "set backend: 'bird', or encapsulation: '" + c.release.vxlan + "'"
    ))
  else when(vxlan != '' && ipip == '' && plain == '', finding(
    'warning',
    path,
    "all pools are VXLAN, so backend 'bird' runs BGP for nothing",
    "set backend: 'vxlan', unless other BGP peers shall learn the routes"
  ));

local encapsulation(c) =
  local given(family) = std.get(c.knobs.ipPools[family], 'encapsulation');
  local path = if given('ipv6') != null then ['calico', 'ipPools', 'ipv6', 'encapsulation'] else ['calico', 'encapsulation'];
  local onlyIPv6 = c.ipv6 && !c.ipv4 && c.knobs.encapsulation != null
                   && std.startsWith(std.asciiUpper(c.knobs.encapsulation), 'IPIP') && given('ipv6') == null;
  when(c.isIPIP('ipv6') || onlyIPv6, finding(
    'error',
    path,
    'IP-in-IP carries IPv4 only: the IPv6 pool cannot have it',
    if std.member(c.release.vxlanFamilies, 6) then "set 'VXLAN' or 'None' for IPv6" else "set 'None' for IPv6"
  ))
  + when(c.ipv6 && c.isVXLAN('ipv6') && !std.member(c.release.vxlanFamilies, 6), finding(
    'error',
    path,
    'Calico ' + c.knobs.version + ' has no VXLAN for IPv6',
    "set ipPools+: { ipv6+: { encapsulation: 'None' } }, or a newer version"
  ));

local pool(c, cluster, family) =
  local path = ['calico', 'ipPools', family];
  local given = c.knobs.ipPools[family];
  local podCIDR = c.podCIDR[family];
  local cidr = if std.get(given, 'cidr') == null then podCIDR else given.cidr;
  local blockSize =
    if std.get(given, 'blockSize') != null then given.blockSize else { ipv4: 26, ipv6: 122 }[family];
  local parsed = net.parseCIDR(cidr);
  local unsupported = [
    setting
    for setting in ['disableBGPExport']
    if std.get(given, setting) != null && !std.member(c.release.poolSettings, setting)
  ];
  if podCIDR == null then
    when(given != {}, finding(
      'error',
      path,
      'podCIDRs has no IPv' + families[family] + ' CIDR, so there is no such pool',
      'add one to podCIDRs, or leave calico.ipPools.' + family + ' out'
    ))
  else if parsed.problem != null then [refusal(
    path + ['cidr'],
    parsed.problem,
    'write it as ' + (if family == 'ipv4' then "'10.244.0.0/16'" else "'fd00:10:244::/56'")
  )]
  else if net.family(cidr) != families[family] then [refusal(
    path + ['cidr'],
    cidr + ' is no IPv' + families[family] + ' CIDR'
  )]
  else
    when(!net.contains(podCIDR, cidr), finding(
      'error',
      path + ['cidr'],
      cidr + ' is not within ' + podCIDR + ' of podCIDRs: kube-proxy would take these pods for outsiders',
      'choose a part of podCIDRs, or change podCIDRs'
    ))
    + when(parsed.prefix > blockSize, finding(
      'error',
      if std.get(given, 'blockSize') != null then path + ['blockSize'] else ['podCIDRs'],
      'blocks of /' + blockSize + ' do not fit into ' + cidr,
      'each node needs a block of its own, so the pool has to be larger'
    ))
    + [
      finding(
        'error',
        ['serviceCIDRs'],
        service + ' overlaps the pool ' + cidr + ': a pod could get the address of a service',
        'give services a range of their own, or calico.ipPools.' + family + '.cidr the rest of podCIDRs'
      )
      for service in cluster.serviceCIDRs
      if net.isCIDR(service) && net.family(service) == families[family] && net.overlap(service, cidr)
    ]
    + [
      refusal(
        path + [setting],
        'Calico ' + c.knobs.version + ' has no ' + setting + ' for the pools that it makes',
        'leave it out; set it on the IPPool afterwards'
      )
      for setting in unsupported
    ];

local services(c, cluster) = [
  finding(
    'error',
    ['serviceCIDRs'],
    'no pod can stand behind an address of ' + cidr + ': podCIDRs has no IPv' + net.family(cidr) + ' CIDR',
    'add one to podCIDRs, or leave this one out'
  )
  for cidr in cluster.serviceCIDRs
  if net.isCIDR(cidr) && cluster.podCIDRs != [] && !(if net.family(cidr) == 4 then c.ipv4 else c.ipv6)
];

local typha(c, given) =
  local own = std.get(given, 'typha', {});
  local replicas = c.knobs.typha.replicas;
  when(c.typha && replicas == 0, finding(
    'error',
    ['calico', 'typha', 'replicas'],
    'with Typha on and no replica of it, no node gets anything from the API server',
    'set replicas to 1 or more, or enabled: false'
  ))
  + when(!c.typha && std.isObject(own) && std.get(own, 'replicas') != null, finding(
    'warning',
    ['calico', 'typha', 'replicas'],
    'typha.replicas has no effect while Typha is off',
    'set typha+: { enabled: true }'
  ));

local mtu(c) =
  local path = ['calico', 'mtu'];
  local least = if c.ipv6 then 1280 else 576;
  when(c.mtu == 0 && c.release.mtu != 0, finding(
    'error',
    path,
    'Calico ' + c.knobs.version + ' cannot find out the MTU by itself',
    'leave it out for ' + c.release.mtu + ', or set the MTU of the nodes less 20 for IP-in-IP, less 50 for VXLAN'
  ))
  + when(c.mtu != 0 && c.mtu < least, finding(
    'error',
    path,
    'an MTU of ' + c.mtu + ' is too small: IPv' + (if c.ipv6 then '6' else '4') + ' needs ' + least,
    if c.release.mtu == 0 then 'leave it out: each node finds it out by itself' else 'leave it out for ' + c.release.mtu
  ));

local addresses(c) =
  when(
    c.ipv6 && !c.ipv4 && c.networking && c.release.withoutIPv4(c) == {} && !('IP' in c.userEnv),
    finding(
      'note',
      ['podCIDRs'],
      'calico-node looks for an IPv4 address of each node, and does not start on one that has none',
      "for such nodes: networkArgs: { IP: 'none', CALICO_ROUTER_ID: 'hash' }"
    )
  );

// c: the plan; given: the definition's `calico`
function(c, cluster, given)
  base.ofRule('CNI140', kubernetes(c, cluster))
  + base.ofRule('CNI146', dataplane(c, cluster))
  + base.ofRule('CNI141', backend(c) + encapsulation(c))
  + base.ofRule('CNI142', if c.networking then pool(c, cluster, 'ipv4') + pool(c, cluster, 'ipv6') else [])
  + base.ofRule('CNI143', services(c, cluster) + addresses(c))
  + base.ofRule('CNI144', typha(c, given))
  + base.ofRule('CNI145', mtu(c))
