// What galaxy can be told, and what it is for. The names and types are those that the checks go by.
local reference = import '../knobs/reference.libsonnet';
local args = import 'args.libsonnet';
local defaultsFor = import 'defaults.libsonnet';
local main = import 'main.libsonnet';
local releases = import 'versions.libsonnet';

local newest = releases[main.defaultVersion];
// The versions with something, as a text; null if all have it.
local having(part, name) =
  local found = [version for version in std.objectFields(releases) if name in part(releases[version])];
  if found == std.objectFields(releases) then null else std.join(', ', found);
local fieldsOf(part) = std.foldl(function(all, release) all + part(release), std.objectValues(releases), {});

// As a definition with the key networkDevice at its default has it.
local defaults = defaultsFor({ networkDevice: 'eth0' });
local types = std.mapWithKey(function(_, default) std.type(default), defaults);

local images(release) = release.images;
local flags(release) = release.flags;
local options(release) = std.foldl(function(all, backend) all + backend.options, std.objectValues(release.backends), {});

local backendsWith(option) = [
  backend
  for backend in std.objectFields(newest.backends)
  if option in newest.backends[backend].options
];

local optionWords = {
  VNI: { meaning: "the number of flannel's network in VXLAN", otherwise: '1', example: 7 },
  Port: { meaning: 'the UDP port of the tunnel', otherwise: '8472 for vxlan, 8285 for udp', example: 8473 },
  GBP: { meaning: 'packets carry the group of their policy, an extension of VXLAN', otherwise: 'false' },
  DirectRouting: { meaning: 'packets between nodes of one subnet go without encapsulation', otherwise: 'false' },
  RouteTableID: { meaning: 'the route table of the VPC that gets the routes', otherwise: "the table of the node's subnet", example: 'rtb-0a1b2c3d' },
  PreStartupCommand: { meaning: 'what flannel runs before it takes its subnet', otherwise: 'none', example: 'true' },
  PostStartupCommand: { meaning: 'what flannel runs once it has its subnet', otherwise: 'none', example: 'true' },
  SubnetAddCommand: { meaning: 'what flannel runs for each node that comes', otherwise: 'none', example: 'true' },
  SubnetRemoveCommand: { meaning: 'what flannel runs for each node that goes', otherwise: 'none', example: 'true' },
};

local flagWords = {
  alsologtostderr: 'logs go to standard error beside files',
  'bridge-nf-call-iptables': 'galaxy lets iptables see what crosses bridges of the node',
  'cni-paths': { meaning: 'where galaxy looks for CNI plugins on the node, with commas between', example: '/opt/cni/galaxy/bin' },
  'ip-forward': 'galaxy lets the node forward packets',
  'json-config-path': { meaning: "galaxy's own configuration", example: '/etc/galaxy/other.json' },
  kubeconfig: { meaning: "how galaxy reaches the API server, in the place of its ServiceAccount's token", example: '/etc/galaxy/kubeconfig' },
  logtostderr: 'logs go to standard error instead of files',
  master: { meaning: 'the address of the API server, in the place of that in kubeconfig', example: 'https://10.0.0.1:6443' },
  'network-conf-dir': { meaning: 'where on the node more networks are described', example: '/etc/cni/net.d' },
  'network-policy': 'NetworkPolicy objects are enforced; without it they have no effect',
  pprof: 'galaxy can be profiled',
  'route-eni': 'galaxy writes the routes of further network cards',
  v: 'how much galaxy logs: the higher, the more',
  vmodule: { meaning: 'how much single source files log', example: 'server=5' },
};

local settings = reference(
  {
    fields: types {
      images: { fields: std.mapWithKey(function(_, tag) 'string', fieldsOf(images)) },
      backendOptions: { fields: fieldsOf(options) },
      networks: { map: 'object' },
      defaultNetworks: { list: 'string' },
      flags: { fields: fieldsOf(flags) },
    },
  },
  defaults { images: { [name]: 'docker.io/tkestack/' + name + ':' + newest.images[name] for name in std.objectFields(newest.images) } },
  {
    version: {
      meaning: "the set of programs to install: TKEStack's number, not galaxy's own",
      note: 'known: ' + std.join(', ', std.objectFields(releases)),
      example: main.defaultVersion,
    },
    images: "full references in the place of `registry` and the version's tag, by image",
    backendOptions: {
      meaning: 'settings of the flannel backend that networkArgs.backendType names, beside its type',
      note: 'all nodes must agree on them; a change reaches a node when its flannel restarts',
    },
    networks: {
      meaning: 'the networks that a pod may ask for by name in its annotation k8s.v1.cni.cncf.io/networks',
      note: 'an entry is the configuration of a CNI plugin; its type is its name unless it says otherwise; null takes one away',
      example: { 'galaxy-k8s-sriov': { vf_num: 4 } },
    },
    defaultNetworks: {
      meaning: 'what a pod without that annotation gets: the first network is its eth0',
      example: ['galaxy-flannel', 'tke-route-eni'],
    },
    flags: 'what galaxy is started with',
  }
  + {
    ['images.' + name]: {
      meaning: 'the image of ' + name,
      example: 'registry.example.com/' + name + ':fixed',
      versions: having(images, name),
    }
    for name in std.objectFields(fieldsOf(images))
  }
  + {
    ['backendOptions.' + option]: optionWords[option] {
      versions: having(options, option),
      note: 'for backendType ' + std.join(', ', backendsWith(option)),
      ground: { networkArgs: { backendType: backendsWith(option)[std.length(backendsWith(option)) - 1] } },
    }
    for option in std.objectFields(optionWords)
  }
  + {
    ['flags.' + flag]:
      (if std.isString(flagWords[flag]) then { meaning: flagWords[flag] } else flagWords[flag])
      + { versions: having(flags, flag), [if !(flag in defaults.flags) then 'otherwise']: "galaxy's own choice" }
    for flag in std.objectFields(flagWords)
  }
);

local backends = newest.backends;

{
  settings: settings,

  networkArgs: reference({ fields: std.mapWithKey(function(_, default) std.type(default), args) }, args, {
    backendType: {
      meaning: "flannel's backend, which carries packets between nodes",
      note: 'known: ' + std.join(', ', std.objectFields(backends)) + '; with a warning: '
            + std.join(', ', [name for name in std.objectFields(backends) if backends[name].caution != null]),
      example: 'host-gw',
    },
  }),

  // A cluster in which they have their effect.
  ground: { cni: 'galaxy' },
}
