local example = import 'example.libsonnet';

local backends = ['ali-vpc', 'alloc', 'aws-vpc', 'extension', 'gce', 'host-gw', 'ipip', 'udp', 'vxlan'];
local networks = ['galaxy-flannel', 'galaxy-k8s-sriov', 'galaxy-k8s-vlan', 'tke-route-eni'];
local knobs = ['backendOptions', 'defaultNetworks', 'flags', 'images', 'networks', 'version'];
local ipv6Hint = "set cni: 'calico' or 'cilium', or leave the IPv6 CIDRs out";

// Each: what differs from the example cluster, and all that is found.
local cases = {
  'an unknown network arg': [
    { networkArgs: { backendTyp: 'vxlan' } },
    [{
      severity: 'refusal',
      path: ['networkArgs', 'backendTyp'],
      message: 'galaxy does not know networkArgs.backendTyp',
      known: ['backendType'],
    }],
  ],
  "Cilium's network arg": [
    { networkArgs: { networkMode: 'overlay' } },
    [{
      severity: 'refusal',
      path: ['networkArgs', 'networkMode'],
      message: 'galaxy does not know networkArgs.networkMode',
      hint: "networkMode is for TKEStack's Cilium: set cni: 'cilium', or leave it out",
      known: ['backendType'],
    }],
  ],
  'a network arg that is a number': [
    { networkArgs: { backendType: 1 } },
    [{
      severity: 'refusal',
      path: ['networkArgs', 'backendType'],
      message: 'networkArgs.backendType has to be of type string, not number',
      hint: 'put it in quotes',
    }],
  ],
  'a network arg that is null': [
    { networkArgs: { backendType: null } },
    [{
      severity: 'refusal',
      path: ['networkArgs', 'backendType'],
      message: 'networkArgs.backendType has to be of type string, not null',
      hint: 'leave it out',
    }],
  ],
  'network args that are a list': [
    { networkArgs: ['vxlan'] },
    [{
      severity: 'refusal',
      path: ['networkArgs'],
      message: 'networkArgs has to be of type object, not array',
      hint: 'write { name: value, … }',
    }],
  ],
  'a backend that came later': [
    { networkArgs: { backendType: 'wireguard' } },
    [{
      severity: 'refusal',
      path: ['networkArgs', 'backendType'],
      message: "flannel v0.10.0 has no backend 'wireguard'",
      known: backends,
      got: 'wireguard',
    }],
  ],
  'a backend that came later, with another flannel': [
    { networkArgs: { backendType: 'wireguard' }, settings: { images: { flannel: 'example.com/flannel:v0.27.0' } } },
    [{
      severity: 'warning',
      path: ['networkArgs', 'backendType'],
      message: "flannel v0.10.0 has no backend 'wireguard'",
      known: backends,
      got: 'wireguard',
    }],
  ],
  'flannel does not mind case': [{ networkArgs: { backendType: 'VXLAN' } }, []],
  'an empty backend': [
    { networkArgs: { backendType: '' } },
    [{
      severity: 'refusal',
      path: ['networkArgs', 'backendType'],
      message: "flannel v0.10.0 has no backend ''",
      known: backends,
      got: '',
    }],
  ],
  'a backend with a caution': [
    { networkArgs: { backendType: 'alloc' } },
    [{
      severity: 'warning',
      path: ['networkArgs', 'backendType'],
      message: "backend 'alloc': it forwards no packets: something else has to route between the nodes",
      hint: 'vxlan works on any network',
    }],
  ],
  'an option of another backend': [
    { networkArgs: { backendType: 'ipip' }, settings: { backendOptions: { VNI: 1 } } },
    [{
      severity: 'refusal',
      path: ['galaxy', 'backendOptions', 'VNI'],
      message: 'galaxy does not know galaxy.backendOptions.VNI',
      known: ['DirectRouting'],
    }],
  ],
  'an option of a backend without any': [
    { networkArgs: { backendType: 'host-gw' }, settings: { backendOptions: { Type: 'vxlan' } } },
    [{
      severity: 'refusal',
      path: ['galaxy', 'backendOptions', 'Type'],
      message: 'galaxy does not know galaxy.backendOptions.Type',
      hint: "the backend's type is networkArgs.backendType",
      known: [],
    }],
  ],
  'an option of the wrong type': [
    { settings: { backendOptions: { VNI: '1' } } },
    [{
      severity: 'refusal',
      path: ['galaxy', 'backendOptions', 'VNI'],
      message: 'galaxy.backendOptions.VNI has to be of type number, not string',
      hint: 'write a number, without quotes',
    }],
  ],

  'no pod network': [
    // Said by lib/cniforge, which requires the key.
    { cluster: { podCIDRs: [] } },
    [],
  ],
  'IPv6 pods': [
    { cluster: { podCIDRs: ['fd00:10:16::/64'] } },
    [{
      severity: 'refusal',
      path: ['podCIDRs'],
      message: 'galaxy has no IPv6, nor has flannel v0.10.0: pods cannot have addresses of fd00:10:16::/64',
      hint: ipv6Hint,
    }],
  ],
  'both families of pods': [
    { cluster: { podCIDRs: ['10.244.0.0/16', 'fd00:10:16::/64'] } },
    [{
      severity: 'refusal',
      path: ['podCIDRs'],
      message: 'galaxy has no IPv6, nor has flannel v0.10.0: pods cannot have addresses of fd00:10:16::/64',
      hint: ipv6Hint,
    }],
  ],
  'IPv6 services': [
    { cluster: { serviceCIDRs: ['10.96.0.0/16', 'fd00:10:96::/112'] } },
    [{
      severity: 'error',
      path: ['serviceCIDRs'],
      message: 'galaxy has no IPv6: no pod can stand behind an address of fd00:10:96::/112',
      hint: ipv6Hint,
    }],
  ],
  'two pod networks': [
    { cluster: { podCIDRs: ['10.244.0.0/16', '10.245.0.0/16'] } },
    [{
      severity: 'refusal',
      path: ['podCIDRs'],
      message: 'flannel has one network, and here are 2: 10.244.0.0/16, 10.245.0.0/16',
      hint: 'give one CIDR that is large enough for all nodes',
    }],
  ],
  'a small pod network': [
    { cluster: { podCIDRs: ['10.244.0.0/29'] } },
    [{
      severity: 'refusal',
      path: ['podCIDRs'],
      message: '10.244.0.0/29 is too small: flannel v0.10.0 takes /28 and larger',
      hint: 'it has to hold a block of addresses for each node',
    }],
  ],
  'the smallest pod network': [{ cluster: { podCIDRs: ['10.244.0.0/28'] } }, []],
  'a pod network that is none is not for this library to report': [{ cluster: { podCIDRs: ['ten'] } }, []],

  'an unknown knob': [
    { settings: { verison: 'v1.0.0' } },
    [{
      severity: 'refusal',
      path: ['galaxy', 'verison'],
      message: 'galaxy does not know galaxy.verison',
      known: knobs,
    }],
  ],
  'a knob of the wrong type': [
    { settings: { images: 'example.com/galaxy', defaultNetworks: 'galaxy-flannel' } },
    [
      {
        severity: 'refusal',
        path: ['galaxy', 'defaultNetworks'],
        message: 'galaxy.defaultNetworks has to be of type array, not string',
        hint: "write ['…', …]",
      },
      {
        severity: 'refusal',
        path: ['galaxy', 'images'],
        message: 'galaxy.images has to be of type object, not string',
        hint: 'write { name: value, … }',
      },
    ],
  ],
  'settings that are a string': [
    { settings: 'v1.0.0' },
    [{
      severity: 'refusal',
      path: ['galaxy'],
      message: 'galaxy has to be of type object, not string',
      hint: 'write { name: value, … }',
    }],
  ],
  'an unknown version': [
    { settings: { version: 'v1.0.6' } },
    [{
      severity: 'refusal',
      path: ['galaxy', 'version'],
      message: "there is no version 'v1.0.6'",
      known: ['v1.0.0'],
      got: 'v1.0.6',
    }],
  ],
  'an unknown image': [
    { settings: { images: { flanel: 'example.com/flannel:v1' } } },
    [{
      severity: 'refusal',
      path: ['galaxy', 'images', 'flanel'],
      message: 'galaxy does not know galaxy.images.flanel',
      known: ['flannel', 'galaxy', 'tke-bridge-agent'],
    }],
  ],
  'a flag of the wrong type': [
    { settings: { flags: { 'network-policy': 'true' } } },
    [{
      severity: 'refusal',
      path: ['galaxy', 'flags', 'network-policy'],
      message: 'galaxy.flags.network-policy has to be of type boolean, not string',
      hint: 'write true or false, without quotes',
    }],
  ],
  'a network that is no object': [
    { settings: { networks: { storage: 'galaxy-bridge' } } },
    [{
      severity: 'refusal',
      path: ['galaxy', 'networks', 'storage'],
      message: 'galaxy.networks.storage has to be of type object, not string',
      hint: 'write { name: value, … }',
    }],
  ],
  'a default network from elsewhere': [
    { settings: { defaultNetworks: ['galaxy-flanel'] } },
    [{
      severity: 'warning',
      path: ['galaxy', 'defaultNetworks'],
      message: "there is no network 'galaxy-flanel' in galaxy.networks",
      hint: 'galaxy will look for it in /etc/cni/net.d of each node; known: ' + std.join(', ', networks),
      known: networks,
    }],
  ],
  'a default network that is a number': [
    { settings: { defaultNetworks: [1] } },
    [{
      severity: 'refusal',
      path: ['galaxy', 'defaultNetworks'],
      message: 'a network is named by a string, not by number',
      known: networks,
    }],
  ],
  'no default network': [
    { settings: { defaultNetworks: [] } },
    [{
      severity: 'refusal',
      path: ['galaxy', 'defaultNetworks'],
      message: 'pods would have no network at all',
      hint: 'leave it out, or name one; known: ' + std.join(', ', networks),
      known: networks,
    }],
  ],
};

// Which rules the findings of a case are of; those of the cases that are not here are of none.
local rules = {
  'IPv6 pods': ['CNI131'],
  'IPv6 services': ['CNI131'],
  'a backend that came later': ['CNI130'],
  'a backend that came later, with another flannel': ['CNI130'],
  'a backend with a caution': ['CNI130'],
  'a default network from elsewhere': ['CNI132'],
  'a default network that is a number': ['CNI132'],
  'a network that is no object': ['CNI132'],
  'a small pod network': ['CNI131'],
  'an empty backend': ['CNI130'],
  'an option of a backend without any': ['CNI130'],
  'an option of another backend': ['CNI130'],
  'an option of the wrong type': ['CNI130'],
  'both families of pods': ['CNI131'],
  'no default network': ['CNI132'],
  'two pod networks': ['CNI131'],
};

// The rest of them.
local withoutRules(findings) = [std.mergePatch(finding, { rule: null }) for finding in findings];

{
  [name]: {
    local changes = { cluster: {}, settings: {}, networkArgs: {} } + cases[name][0],
    actual: withoutRules(example(changes.cluster, changes.settings, changes.networkArgs).findings),
    expected: cases[name][1],
  }
  for name in std.objectFields(cases)
} + {
  ['backend ' + backend]: {
    actual: [finding.severity for finding in example(networkArgs={ backendType: backend }).findings],
    expected: if std.member(['host-gw', 'ipip', 'vxlan'], backend) then [] else ['warning'],
  }
  for backend in backends
} + {
  'all at once': {
    actual: [
      std.join('.', finding.path)
      for finding in example(
        { podCIDRs: ['10.244.0.0/16', '10.245.0.0/16', 'fd00::/64'], serviceCIDRs: ['fd00:10:96::/112'] },
        settings={ version: 'v9', flags: { verbose: true }, bridge: true },
        networkArgs={ backendType: 'ipsec', tunnel: 'vxlan' }
      ).findings
    ],
    expected: [
      'networkArgs.tunnel',
      'networkArgs.backendType',
      'podCIDRs',
      'serviceCIDRs',
      'podCIDRs',
      'galaxy.bridge',
      'galaxy.version',
      'galaxy.flags.verbose',
    ],
  },
} + {
  'the rules of all cases': {
    actual: {
      [name]: ids
      for name in std.objectFields(cases)
      for ids in [
        local changes = { cluster: {}, settings: {}, networkArgs: {} } + cases[name][0];
        [std.get(finding, 'rule') for finding in example(changes.cluster, changes.settings, changes.networkArgs).findings],
      ]
      if std.length([id for id in ids if id != null]) > 0
    },
    expected: rules,
  },
}
