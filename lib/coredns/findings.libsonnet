// What is wrong with a cluster's CoreDNS settings, all at once. A wrong Corefile is found when its pods do not start, and
// then the cluster has no DNS: what can be seen here is refused here.
local knobs = import '../knobs/main.libsonnet';
local kubeadm = import '../kubeadm/main.libsonnet';
local net = import '../net/main.libsonnet';
local builtPlugins = import 'plugins.libsonnet';
local policies = (import 'versions.libsonnet').ipFamilyPolicies;

local mostUpstreams = 15;

// The Deployment or the cluster does not work without these.
local neededPlugins = {
  health: "the Deployment's liveness probe asks it",
  kubernetes: "it answers for the cluster's own names",
  ready: "the Deployment's readiness probe asks it",
};

// Keys that users bring from elsewhere: where they belong.
local advice = {
  domain: 'the domain is the key dnsDomain of the cluster',
  dnsDomain: 'the domain is the key dnsDomain of the cluster',
  registry: 'the registry is the key registry of the cluster; image names this image alone',
  imageTag: 'version names it',
  hosts: "it is a plugin: plugins: { hosts: '{…}' }",
  resources: 'patch it: manifests+: { coredns+: { deployment+: {…} } }',
  tolerations: self.resources,
  affinity: self.resources,
  nodeSelector: self.resources,
};

local path(knob) = ['coredns', knob];

local versionFindings(settings) =
  if settings.version == null then []
  else
    local problem = net.parseVersion(settings.version).problem;
    knobs.when(problem != null, knobs.refusal(path('version'), problem, "write it as '1.12.1'"));

local imageFindings(settings) = knobs.when(
  settings.image != null && (settings.image == '' || std.length(std.findSubstr(' ', settings.image)) > 0),
  knobs.refusal(path('image'), "'" + settings.image + "' is no image", "write the full reference: 'registry.example.com/coredns:v1.12.1'")
);

local replicaFindings(settings) = knobs.when(
  settings.replicas < 1 || settings.replicas != std.floor(settings.replicas),
  knobs.refusal(path('replicas'), settings.replicas + ' is no number of replicas', 'a whole number from 1 on; two survive the loss of a node')
);

local addressFindings(cluster, settings, tenth) =
  local own = settings.clusterIP;
  local inCluster = [cidr for cidr in cluster.serviceCIDRs if net.contains(cidr, own)];
  if cluster.serviceCIDRs == [] then [knobs.refusal(
    ['serviceCIDRs'],
    'CoreDNS needs to know the service network: its Service has the tenth address of it',
    "write serviceCIDRs: ['10.96.0.0/16']"
  )]
  else if own != null && !net.isIP(own) then [knobs.refusal(
    path('clusterIP'),
    net.parseIP(own).problem,
    'leave it out for ' + tenth[0]
  )]
  else if own != null && inCluster == [] then [knobs.refusal(
    path('clusterIP'),
    own + ' is not in the service network ' + std.join(', ', cluster.serviceCIDRs),
    'leave it out for ' + tenth[0]
  )]
  else [
    knobs.refusal(
      ['serviceCIDRs'],
      cluster.serviceCIDRs[i] + ' has no tenth address, which is where kubeadm puts cluster DNS',
      'a service network has room for at least 16 addresses; coredns.clusterIP names another address'
    )
    for i in std.range(0, std.length(tenth) - 1)
    if net.isCIDR(cluster.serviceCIDRs[i]) && tenth[i] == null && (i > 0 || own == null)
  ];

local policyFindings(cluster, settings, version) =
  local policy = settings.ipFamilyPolicy;
  if policy == null then []
  else if !std.member(policies.known, policy) then [knobs.refusal(
    path('ipFamilyPolicy'),
    "'" + policy + "' is no policy of IP families",
    known=policies.known,
    got=policy
  )]
  else if version.minor < policies.since then [knobs.refusal(
    path('ipFamilyPolicy'),
    'a Service of Kubernetes ' + version.text + ' has no ipFamilyPolicy: it came with 1.' + policies.since,
    'leave it out'
  )]
  else knobs.when(
    policy == 'RequireDualStack' && std.length(cluster.serviceCIDRs) < 2,
    knobs.refusal(
      path('ipFamilyPolicy'),
      'RequireDualStack needs a service network of each family, and here is ' + std.join(', ', cluster.serviceCIDRs),
      'give serviceCIDRs of both families, or leave the policy out'
    )
  );

// Where names can be asked for: a file of servers, or an address, with a port or a protocol before it.
local isUpstream(text) =
  local parts = std.split(text, '://');
  local server = parts[std.length(parts) - 1];
  local endpoint = net.parseEndpoint(server);
  if std.length(parts) > 2 || std.length(parts) == 2 && !std.member(['dns', 'tls'], parts[0]) then false
  else if std.startsWith(text, '/') then std.length(std.findSubstr(' ', text)) == 0
  else net.isIP(server) || endpoint.problem == null && endpoint.family != null;

local upstreamFindings(at, servers) =
  local types = knobs.ofElements(at, servers, 'string');
  if types != [] then types
  else [
    knobs.refusal(
      at + [i],
      "CoreDNS cannot ask '" + servers[i] + "'",
      "write an address, '10.0.0.53', '10.0.0.53:5353' or 'tls://10.0.0.53', or a file, '/etc/resolv.conf'"
    )
    for i in std.range(0, std.length(servers) - 1)
    if !isUpstream(servers[i])
  ] + knobs.when(
    servers == [],
    knobs.refusal(at, knobs.dotted(at) + ' names no server', 'name at least one, or leave it out')
  ) + knobs.when(
    std.length(servers) > mostUpstreams,
    knobs.refusal(at, 'CoreDNS forwards to ' + mostUpstreams + ' servers at most, and here are ' + std.length(servers))
  );

local count(text, what) = std.length(std.findSubstr(what, text));

// A block that does not end, or ends twice, swallows what stands behind it.
local braceFindings(at, text) =
  local opened = count(text, '{');
  local closed = count(text, '}');
  knobs.when(
    opened != closed,
    knobs.refusal(at, knobs.dotted(at) + " opens '{' " + opened + " times and closes '}' " + closed + ' times', 'CoreDNS would not start')
  );

local zoneFindings(at, zones) = knobs.when(
  std.stripChars(zones, ' ') == '' || count(zones, '{') + count(zones, '}') + count(zones, '\n') > 0,
  knobs.refusal(at, "'" + zones + "' names no zones", "write them as in a Corefile: 'example.org:53'")
);

local stubFindings(domains) = std.flatMap(
  function(domain) zoneFindings(path('stubDomains'), domain) + upstreamFindings(path('stubDomains') + [domain], domains[domain]),
  std.objectFields(domains)
);

local serverFindings(servers) = std.flatMap(
  function(zones)
    local at = path('servers') + [zones];
    local types = knobs.ofType(at, servers[zones], 'string');
    zoneFindings(path('servers'), zones) + (if types != [] then types else braceFindings(at, servers[zones])),
  std.objectFields(servers)
);

local pluginFindings(settings) =
  local plugins = settings.plugins;
  std.flatMap(
    function(name)
      local at = path('plugins') + [name];
      local text = plugins[name];
      // An image of one's own may have been built with others.
      knobs.when(
        settings.image == null && !std.setMember(name, builtPlugins),
        knobs.refusal(
          at,
          "CoreDNS has no plugin '" + name + "'",
          'set coredns.image if yours was built with it',
          builtPlugins
        )
      ) + (
        if text == null then knobs.when(
          std.objectHas(neededPlugins, name),
          knobs.refusal(at, "the plugin '" + name + "' cannot be taken away", std.get(neededPlugins, name))
        )
        else if !std.isString(text) then [knobs.refusal(
          at,
          knobs.dotted(at) + ' has to be of type string, not ' + std.type(text),
          "write what stands behind the name in the Corefile, '' for nothing, or null to take it away"
        )]
        else braceFindings(at, text)
      ),
    std.objectFields(plugins)
  );

// A whole Corefile leaves no room for parts of one.
local corefileFindings(settings, given) =
  if settings.corefile == null then []
  else braceFindings(path('corefile'), settings.corefile)
       + knobs.when(
         std.stripChars(settings.corefile, ' \n') == '',
         knobs.refusal(path('corefile'), 'the Corefile is empty', 'leave it out for that of kubeadm')
       )
       + [
         knobs.refusal(path(knob), 'coredns.' + knob + ' has no effect beside a Corefile of its own', 'write it into coredns.corefile, or leave that out')
         for knob in ['plugins', 'servers', 'stubDomains', 'upstreams']
         if std.objectHas(given, knob)
       ];

// params: the cluster; the settings as they are given, and with defaults in place of what is missing or wrong; the types
// of the knobs; the cluster's version; the tenth address of each service network
function(params)
  local cluster = params.cluster;
  local settings = params.settings;
  knobs.ofKeys(['coredns'], params.given, params.types, 'cniforge', advice)
  + (
    // What is off may be unfinished: an overlay sets a version, and the cluster switches it on.
    if !settings.enabled then []
    else
      kubeadm.versionFindings('CoreDNS', params.version, ['kubernetesVersion'])
      + versionFindings(settings)
      + imageFindings(settings)
      + replicaFindings(settings)
      + knobs.ofRule(
        'CNI150',
        addressFindings(cluster, settings, params.tenth) + policyFindings(cluster, settings, params.version)
      )
      + (if std.objectHas(params.given, 'upstreams') then upstreamFindings(path('upstreams'), settings.upstreams) else [])
      + stubFindings(settings.stubDomains)
      + pluginFindings(settings)
      + serverFindings(settings.servers)
      + corefileFindings(settings, params.given)
  )
