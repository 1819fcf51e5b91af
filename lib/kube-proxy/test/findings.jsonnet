local example = import 'example.libsonnet';

local refusal(path, message, hint=null, known=null, got=null) = {
  severity: 'refusal',
  path: path,
  message: message,
  [if hint != null then 'hint']: hint,
  [if known != null then 'known']: known,
  [if got != null then 'got']: got,
};
local knobs = std.objectFields(import '../defaults.libsonnet');
local ipvsFields = [
  'excludeCIDRs',
  'minSyncPeriod',
  'scheduler',
  'strictARP',
  'syncPeriod',
  'tcpFinTimeout',
  'tcpTimeout',
  'udpTimeout',
];
local noMode(version, mode, why, known) = refusal(
  ['kubeProxy', 'mode'],
  'kube-proxy ' + version + " has no mode '" + mode + "'" + why,
  'the modes are ' + std.join(', ', known),
  known,
  mode
);

// Each: what differs from the example cluster, and all that is found.
local cases = {
  nothing: [{}, []],
  'an unknown knob': [
    { settings: { mod: 'ipvs' } },
    [refusal(['kubeProxy', 'mod'], 'cniforge does not know kubeProxy.mod', known=knobs)],
  ],
  'an unknown knob while it is off': [
    { settings: { enabled: false, enable: true } },
    [refusal(['kubeProxy', 'enable'], 'cniforge does not know kubeProxy.enable', known=knobs)],
  ],
  'a field in place of a knob': [
    { settings: { ipvs: { scheduler: 'lc' } } },
    [refusal(
      ['kubeProxy', 'ipvs'],
      'cniforge does not know kubeProxy.ipvs',
      'fields of KubeProxyConfiguration belong into config: config: { ipvs: {…} }',
      knobs
    )],
  ],
  'what is off may be unfinished': [
    { settings: { enabled: false, mode: 'ipsv' }, cluster: { controlPlaneEndpoint: null }, replacedBy: { name: 'x', hint: 'y' } },
    [],
  ],
  'null is as if left out': [{ settings: { [knob]: null for knob in knobs } { enabled: true } }, []],
  'wrong types': [
    { settings: { version: 1.34, config: [] } },
    [
      refusal(['kubeProxy', 'config'], 'kubeProxy.config has to be of type object, not array', 'write { name: value, … }'),
      refusal(['kubeProxy', 'version'], 'kubeProxy.version has to be of type string, not number', 'put it in quotes'),
    ],
  ],

  'something else does its work': [
    { replacedBy: { name: 'Cilium', hint: 'leave kubeProxy out' } },
    [refusal(['kubeProxy', 'enabled'], 'kube-proxy is replaced by Cilium', 'leave kubeProxy out')],
  ],
  'no way to the API server': [
    { cluster: { controlPlaneEndpoint: null } },
    [refusal(
      ['kubeProxy', 'enabled'],
      'kube-proxy has to reach the API server before there are Services, and nothing says where that is',
      "write controlPlaneEndpoint: '10.0.0.1:6443'"
    )],
  ],
  'a way of its own': [{ cluster: { controlPlaneEndpoint: null }, settings: { endpoint: '10.0.0.1:6443' } }, []],
  'an endpoint with a scheme': [
    { settings: { endpoint: 'https://10.0.0.1:6443' } },
    [refusal(
      ['kubeProxy', 'endpoint'],
      "'https://10.0.0.1:6443' is not an endpoint: leave out the scheme: it is a host and a port",
      "write it as 'host:6443', '10.0.0.1:6443' or '[fd00::1]:6443'"
    )],
  ],
  'no pod network': [
    { cluster: { podCIDRs: [] } },
    [refusal(['podCIDRs'], 'kube-proxy needs to know which addresses are pods', "write podCIDRs: ['10.244.0.0/16']")],
  ],
  'a cluster CIDR that is none': [
    { settings: { clusterCIDR: '10.244.0.0/16,ten' } },
    [refusal(
      ['kubeProxy', 'clusterCIDR'],
      "'ten' is not a CIDR: it is an address, a slash and a prefix length",
      'leave it out for 10.244.0.0/16'
    )],
  ],
  'a bind address that is none': [
    { settings: { bindAddress: 'eth0' } },
    [refusal(
      ['kubeProxy', 'bindAddress'],
      (import '../../net/main.libsonnet').parseIP('eth0').problem,
      "leave it out for all of the node's addresses"
    )],
  ],

  'an unknown mode': [
    { settings: { mode: 'ivps' } },
    [noMode('1.34', 'ivps', '', ['iptables', 'ipvs', 'nftables'])],
  ],
  'a mode that came later': [
    { settings: { mode: 'nftables' }, cluster: { kubernetesVersion: '1.28.4' } },
    [noMode('1.28', 'nftables', ': it came with 1.29', ['iptables', 'ipvs'])],
  ],
  'a mode that went': [
    { settings: { mode: 'userspace' } },
    [noMode('1.34', 'userspace', ': it went with 1.26', ['iptables', 'ipvs', 'nftables'])],
  ],
  'a mode behind a gate': [
    { settings: { mode: 'nftables' }, cluster: { kubernetesVersion: '1.30.1' } },
    [refusal(
      ['kubeProxy', 'mode'],
      "in kube-proxy 1.30 the mode 'nftables' is behind a feature gate",
      'open it: featureGates: { NFTablesProxyMode: true }'
    )],
  ],
  'a mode whose gate is open': [
    { settings: { mode: 'nftables', featureGates: { NFTablesProxyMode: true } }, cluster: { kubernetesVersion: '1.30.1' } },
    [],
  ],
  'nftables without a gate': [{ settings: { mode: 'nftables' }, cluster: { kubernetesVersion: '1.31.0' } }, []],
  'a gate that is text': [
    { settings: { featureGates: { A: 'true' } } },
    [refusal(
      ['kubeProxy', 'featureGates', 'A'],
      'kubeProxy.featureGates.A has to be of type boolean, not string',
      'write true or false, without quotes'
    )],
  ],

  'an unknown field': [
    { settings: { config: { ipvs: { schedule: 'lc' } } } },
    [refusal(['kubeProxy', 'config', 'ipvs', 'schedule'], 'kube-proxy 1.34 does not know kubeProxy.config.ipvs.schedule', known=ipvsFields)],
  ],
  'a field of the wrong type': [
    { settings: { config: { ipvs: { strictARP: 'true' }, conntrack: { maxPerCore: '0' } } } },
    [
      refusal(
        ['kubeProxy', 'config', 'conntrack', 'maxPerCore'],
        'kubeProxy.config.conntrack.maxPerCore has to be of type number, not string',
        'write a number, without quotes'
      ),
      refusal(
        ['kubeProxy', 'config', 'ipvs', 'strictARP'],
        'kubeProxy.config.ipvs.strictARP has to be of type boolean, not string',
        'write true or false, without quotes'
      ),
    ],
  ],
  'fields that kubeadm leaves out': [
    { settings: { config: { logging: { format: 'json' }, nodePortAddresses: ['primary'], oomScoreAdj: -998 } } },
    [],
  ],
  'a field with a knob of its own': [
    { settings: { config: { mode: 'ipvs' } } },
    [refusal(['kubeProxy', 'config', 'mode'], 'kubeProxy.config.mode cannot be set there', 'write kubeProxy.mode')],
  ],

  'a newer kube-proxy than the API server': [
    { settings: { version: '1.34.0' }, cluster: { kubernetesVersion: '1.33.1' } },
    [refusal(
      ['kubeProxy', 'version'],
      'kube-proxy 1.34.0 is newer than the API server of Kubernetes 1.33.1, which must not be',
      'upgrade the control plane and kubernetesVersion first'
    )],
  ],
  'no patch version': [
    { cluster: { kubernetesVersion: '1.34' } },
    [refusal(
      ['kubernetesVersion'],
      "the image of kube-proxy has a patch version, and '1.34' has none",
      "write it as '1.34.1'"
    )],
  ],
  "a vendor's version without its registry": [
    { cluster: { kubernetesVersion: '1.21.4-tke.3' } },
    [refusal(
      ['kubernetesVersion'],
      'k8s.gcr.io has no kube-proxy of the version 1.21.4-tke.3',
      'set registry to where it is, or kubeProxy.version to the one that it is built from'
    ) { severity: 'warning' }],
  ],
  'an old cluster': [
    { cluster: { kubernetesVersion: '1.17.4' } },
    [refusal(
      ['kubernetesVersion'],
      'kube-proxy is known here from Kubernetes 1.18 on, not of 1.17.4',
      'write its manifests into extraObjects'
    )],
  ],
  'a version that is none': [
    { settings: { version: 'stable' } },
    [refusal(
      ['kubeProxy', 'version'],
      "'stable' is not a version: it is two or three numbers with dots between",
      "write it as '1.34.1'"
    )],
  ],
};

// Which rules the findings of a case are of; those of the cases that are not here are of none.
local rules = {
  'a mode behind a gate': ['CNI151'],
  'a mode that came later': ['CNI151'],
  'a mode that went': ['CNI151'],
  'a newer kube-proxy than the API server': ['CNI151'],
  "a vendor's version without its registry": ['CNI151'],
  'an endpoint with a scheme': ['CNI151'],
  'an old cluster': ['CNI152'],
  'an unknown mode': ['CNI151'],
  'no patch version': ['CNI151'],
  'no way to the API server': ['CNI151'],
  'something else does its work': ['CNI111'],
};

// The rest of them.
local withoutRules(findings) = [std.mergePatch(finding, { rule: null }) for finding in findings];

{
  [name]: {
    local changes = { cluster: {}, settings: {}, replacedBy: null } + cases[name][0],
    actual: withoutRules(example(changes.cluster, changes.settings, changes.replacedBy).findings),
    expected: cases[name][1],
  }
  for name in std.objectFields(cases)
} + {
  'the rules of all cases': {
    actual: {
      [name]: ids
      for name in std.objectFields(cases)
      for ids in [
        local changes = { cluster: {}, settings: {}, replacedBy: null } + cases[name][0];
        [std.get(finding, 'rule') for finding in example(changes.cluster, changes.settings, changes.replacedBy).findings],
      ]
      if std.length([id for id in ids if id != null]) > 0
    },
    expected: rules,
  },
}
