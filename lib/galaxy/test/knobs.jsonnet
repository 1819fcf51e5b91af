local galaxy = import '../main.libsonnet';
local example = import 'example.libsonnet';

local container(daemonset) = daemonset.spec.template.spec.containers[0];
local netConf(result) = std.parseJson(result.components.flannel.config.data['net-conf.json']);
local galaxyConf(result) = std.parseJson(result.components.galaxy.config.data['galaxy.json']);
local networks(result) = { [network.name]: network for network in galaxyConf(result).NetworkConf };
local images(result) = [
  container(result.components.flannel.daemonset).image,
  container(result.components.galaxy.daemonset).image,
  container(result.components.galaxy.bridgeAgentDaemonset).image,
];
local galaxyCommand(result) =
  local commands = std.split(container(result.components.galaxy.daemonset).args[1], '; ');
  commands[std.length(commands) - 1];

{
  versions: { actual: galaxy.versions, expected: ['v1.0.0'] },
  'the default version is one of them': {
    actual: std.member(galaxy.versions, galaxy.defaultVersion),
    expected: true,
  },
  'version in use': {
    actual: [example().version, example(settings={ version: 'v1.0.0' }).version],
    expected: ['v1.0.0', 'v1.0.0'],
  },
  'version and findings build no object': {
    local result = example({ networkDevice: error 'an object was built', registry: error 'an object was built' }),
    actual: [result.version, result.findings],
    expected: ['v1.0.0', []],
  },

  'podCIDRs reach flannel': {
    actual: netConf(example({ podCIDRs: ['172.20.0.0/14'] })).Network,
    expected: '172.20.0.0/14',
  },
  'backendType reaches flannel': {
    actual: netConf(example(networkArgs={ backendType: 'host-gw' })).Backend,
    expected: { Type: 'host-gw' },
  },
  'backendOptions stand beside the type': {
    actual: netConf(example(settings={ backendOptions: { DirectRouting: true, VNI: 2, Port: null } })).Backend,
    expected: { Type: 'vxlan', DirectRouting: true, VNI: 2 },
  },
  'networkDevice reaches flannel and the networks': {
    local result = example({ networkDevice: 'bond0' }),
    actual: [
      container(result.components.flannel.daemonset).args,
      networks(result)['galaxy-k8s-vlan'].device,
      networks(result)['galaxy-k8s-sriov'].device,
      networks(result)['tke-route-eni'].eni,
    ],
    expected: [['--ip-masq', '--kube-subnet-mgr', '--iface=bond0'], 'bond0', 'bond0', 'eth1'],
  },

  'official images': {
    actual: images(example()),
    expected: [
      'docker.io/tkestack/flannel:v0.10.0',
      'docker.io/tkestack/galaxy:v1.0.6',
      'docker.io/tkestack/tke-bridge-agent:v0.1.5',
    ],
  },
  'images of another registry': {
    actual: images(example({ registry: 'registry.tke.com/library' })),
    expected: [
      'registry.tke.com/library/flannel:v0.10.0',
      'registry.tke.com/library/galaxy:v1.0.6',
      'registry.tke.com/library/tke-bridge-agent:v0.1.5',
    ],
  },
  'a registry with a slash at its end': {
    actual: images(example({ registry: 'registry.tke.com/library/' })),
    expected: images(example({ registry: 'registry.tke.com/library' })),
  },
  "images of one's own": {
    actual: images(example(
      { registry: 'registry.tke.com/library' },
      settings={ images: { flannel: 'example.com/flannel@sha256:0', galaxy: null } }
    )),
    expected: [
      'example.com/flannel@sha256:0',
      'registry.tke.com/library/galaxy:v1.0.6',
      'registry.tke.com/library/tke-bridge-agent:v0.1.5',
    ],
  },

  'networks: one is changed, one goes, one comes': {
    local result = example(settings={
      networks: {
        'galaxy-k8s-sriov': { vf_num: 4 },
        'tke-route-eni': null,
        'galaxy-underlay-veth': { device: 'eth1' },
        storage: { type: 'galaxy-bridge' },
      },
    }),
    actual: [
      [network.name for network in galaxyConf(result).NetworkConf],
      networks(result)['galaxy-k8s-sriov'],
      networks(result)['galaxy-underlay-veth'],
      networks(result).storage,
    ],
    expected: [
      ['galaxy-flannel', 'galaxy-k8s-vlan', 'galaxy-k8s-sriov', 'galaxy-underlay-veth', 'storage'],
      { name: 'galaxy-k8s-sriov', type: 'galaxy-k8s-sriov', device: 'eth0', vf_num: 4 },
      { name: 'galaxy-underlay-veth', type: 'galaxy-underlay-veth', device: 'eth1' },
      { name: 'storage', type: 'galaxy-bridge' },
    ],
  },
  defaultNetworks: {
    actual: galaxyConf(example(settings={ defaultNetworks: ['galaxy-flannel', 'galaxy-k8s-vlan'] })).DefaultNetworks,
    expected: ['galaxy-flannel', 'galaxy-k8s-vlan'],
  },

  'flags by default': {
    actual: galaxyCommand(example()),
    expected: '/usr/bin/galaxy --logtostderr=true --v=3',
  },
  'flags: one is changed, one goes, one comes, text is quoted for the shell': {
    actual: galaxyCommand(example(settings={
      flags: { v: 5, logtostderr: null, 'network-policy': true, 'cni-paths': "/opt/it's here" },
    })),
    expected: "/usr/bin/galaxy --cni-paths='/opt/it'\"'\"'s here' --network-policy=true --v=5",
  },

  'null is as if left out': {
    local names = ['version', 'images', 'backendOptions', 'networks', 'defaultNetworks', 'flags'],
    local result = example(settings={ [name]: null for name in names }),
    actual: [result.findings, result.components],
    expected: [[], example().components],
  },
}
