// What is wrong with a cluster's kube-proxy settings, all at once.
local knobs = import '../knobs/main.libsonnet';
local kubeadm = import '../kubeadm/main.libsonnet';
local net = import '../net/main.libsonnet';
local config = import 'config.libsonnet';

local path(knob) = ['kubeProxy', knob];

// Keys that users bring from elsewhere: where they belong.
local advice = {
  registry: 'the registry is the key registry of the cluster; image names this image alone',
  imageTag: 'version names it',
  proxyMode: "mode names it: mode: 'ipvs'",
  ipvs: 'fields of KubeProxyConfiguration belong into config: config: { ipvs: {…} }',
  iptables: self.ipvs,
  nftables: self.ipvs,
  conntrack: self.ipvs,
  resources: "patch it: manifests+: { 'kube-proxy'+: { daemonset+: {…} } }",
  tolerations: self.resources,
  nodeSelector: self.resources,
};

local treeFindings(at, given, types, minor) = std.flatMap(
  function(key)
    local value = given[key];
    local here = at + [key];
    if !std.objectHas(types, key) then [knobs.refusal(
      here,
      'kube-proxy 1.' + minor + ' does not know ' + knobs.dotted(here),
      known=std.objectFields(types)
    )]
    else if value == null then []
    else if std.isString(types[key]) then knobs.ofType(here, value, types[key])
    else if !std.isObject(value) then knobs.ofType(here, value, 'object')
    else treeFindings(here, value, types[key], minor),
  std.objectFields(given)
);

local configFindings(given, minor) =
  [
    knobs.refusal(path('config') + [key], 'kubeProxy.config.' + key + ' cannot be set there', config.ownKnobs[key])
    for key in std.objectFields(given)
    if std.objectHas(config.ownKnobs, key)
  ] + treeFindings(
    path('config'),
    { [key]: given[key] for key in std.objectFields(given) if !std.objectHas(config.ownKnobs, key) },
    config.types(minor),
    minor
  );

local modeFindings(settings, minor) =
  local mode = settings.mode;
  local known = [
    name
    for name in std.objectFields(config.modes)
    if minor >= config.modes[name].since && minor <= std.get(config.modes[name], 'until', minor)
  ];
  if mode == null then []
  else if !std.member(known, mode) then [knobs.refusal(
    path('mode'),
    'kube-proxy 1.' + minor + " has no mode '" + mode + "'" + (
      if !std.objectHas(config.modes, mode) then ''
      else if minor < config.modes[mode].since then ': it came with 1.' + config.modes[mode].since
      else ': it went with 1.' + (config.modes[mode].until + 1)
    ),
    'the modes are ' + std.join(', ', known),
    known,
    mode
  )]
  else
    local rule = config.modes[mode];
    local gate = std.get(rule, 'gate');
    knobs.when(
      gate != null && minor < rule.ungated && std.get(settings.featureGates, gate, false) != true,
      knobs.refusal(
        path('mode'),
        'in kube-proxy 1.' + minor + " the mode '" + mode + "' is behind a feature gate",
        'open it: featureGates: { ' + gate + ': true }'
      )
    );

local gateFindings(gates) = std.flatMap(
  function(gate) knobs.ofType(path('featureGates') + [gate], gates[gate], 'boolean'),
  std.objectFields(gates)
);

local cidrFindings(cluster, settings) =
  if settings.clusterCIDR == null then []
  else [
    knobs.refusal(path('clusterCIDR'), net.parseCIDR(cidr).problem, 'leave it out for ' + std.join(',', cluster.podCIDRs))
    for cidr in std.split(settings.clusterCIDR, ',')
    if !net.isCIDR(cidr)
  ];

local bindFindings(settings) = knobs.when(
  settings.bindAddress != null && !net.isIP(settings.bindAddress),
  knobs.refusal(path('bindAddress'), net.parseIP(settings.bindAddress).problem, "leave it out for all of the node's addresses")
);

local endpointFindings(cluster, settings) =
  if settings.endpoint != null then
    local problem = net.parseEndpoint(settings.endpoint).problem;
    knobs.when(problem != null, knobs.refusal(path('endpoint'), problem, "write it as 'host:6443', '10.0.0.1:6443' or '[fd00::1]:6443'"))
  else knobs.when(
    cluster.controlPlaneEndpoint == null,
    knobs.refusal(
      path('enabled'),
      'kube-proxy has to reach the API server before there are Services, and nothing says where that is',
      "write controlPlaneEndpoint: '10.0.0.1:6443'"
    )
  );

local imageFindings(cluster, settings, version, registry) =
  if settings.image != null then knobs.when(
    settings.image == '' || std.length(std.findSubstr(' ', settings.image)) > 0,
    knobs.refusal(path('image'), "'" + settings.image + "' is no image", "write the full reference: 'registry.example.com/kube-proxy:v1.34.1'")
  )
  else
    local at = if settings.version == null then ['kubernetesVersion'] else path('version');
    knobs.when(
      !version.hasPatch,
      knobs.refusal(at, "the image of kube-proxy has a patch version, and '" + version.text + "' has none", "write it as '" + version.text + ".1'")
    ) + knobs.when(
      version.isVendors && cluster.registry == null,
      knobs.finding(
        'warning',
        at,
        registry + ' has no kube-proxy of the version ' + version.text,
        'set registry to where it is, or kubeProxy.version to the one that it is built from'
      )
    );

local skewFindings(settings, version, ofCluster) = knobs.when(
  settings.version != null && version.minor > ofCluster.minor,
  knobs.refusal(
    path('version'),
    'kube-proxy ' + version.text + ' is newer than the API server of Kubernetes ' + ofCluster.text + ', which must not be',
    'upgrade the control plane and kubernetesVersion first'
  )
);

// Two programs that both carry the traffic of Services get in each other's way.
local replacedFindings(replacedBy) = knobs.when(
  replacedBy != null,
  knobs.refusal(
    path('enabled'),
    'kube-proxy is replaced by ' + std.get(replacedBy, 'name', ''),
    std.get(replacedBy, 'hint')
  )
);

// params: the cluster; the settings as they are given, and with defaults in place of what is missing or wrong; the types
// of the knobs; the versions of kube-proxy and of the cluster; the registry; what replaces kube-proxy, or null
function(params)
  local cluster = params.cluster;
  local settings = params.settings;
  local problem = params.version.problem;
  knobs.ofKeys(['kubeProxy'], params.given, params.types, 'cniforge', advice)
  + (
    // What is off may be unfinished: an overlay sets a mode, and the cluster switches it on.
    if !settings.enabled then []
    else
      knobs.ofRule('CNI111', replacedFindings(params.replacedBy))
      + knobs.ofRule('CNI151', endpointFindings(cluster, settings))
      + knobs.when(
        settings.clusterCIDR == null && cluster.podCIDRs == [],
        knobs.refusal(['podCIDRs'], 'kube-proxy needs to know which addresses are pods', "write podCIDRs: ['10.244.0.0/16']")
      )
      + cidrFindings(cluster, settings)
      + bindFindings(settings)
      + gateFindings(settings.featureGates)
      + (
        if problem != null then
          knobs.when(settings.version != null, knobs.refusal(path('version'), problem, "write it as '1.34.1'"))
        else
          kubeadm.versionFindings('kube-proxy', params.version, if settings.version == null then ['kubernetesVersion'] else path('version'))
          + knobs.ofRule(
            'CNI151',
            skewFindings(settings, params.version, params.ofCluster)
            + imageFindings(cluster, settings, params.version, params.registry)
            + modeFindings(settings, params.version.minor)
          )
          + configFindings(settings.config, params.version.minor)
      )
  )
