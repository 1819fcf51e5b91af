local cniforge = import '../../cniforge/main.libsonnet';

local cluster(migration, changes={}) = cniforge.cluster {
  name: 'example',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.245.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
  cilium+: { values+: { tunnelPort: 8473, policyEnforcementMode: 'always' } },
  networkArgs: { 'enable-policy': 'always', debug: 'true' },
  migration+: migration,
} + changes;

local at(from, phase, changes={}) = cluster({ from: from, phase: phase, podCIDRs: ['10.244.0.0/16'] }, changes);
local phases = [1, 2, 3, 4];
local sources = ['calico', 'galaxy'];

local data(result, keys) = { [key]: std.get(result.manifests.cilium.config.data, key) for key in keys };
local filled(result) = [
  component
  for component in std.objectFields(result.manifests)
  if std.length(result.manifests[component]) > 0
];
local found(result) = [
  [finding.severity, std.join('.', [std.toString(part) for part in finding.path]), finding.message]
  for finding in result.findings
];
local keptOff(daemonset) =
  local spec = daemonset.spec.template.spec;
  if !std.objectHas(spec, 'affinity') then null
  else spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0];
local off = { key: 'io.cilium.migration/cilium-default', operator: 'NotIn', values: ['true'] };
local calicoEnv(result) = {
  [one.name]: std.get(one, 'value')
  for one in result.manifests.calico.nodeDaemonset.spec.template.spec.containers[0].env
};

// Each: from, what differs in phase 1, and all that is found.
local wrong = {
  'another target': [
    'calico',
    { cni: 'galaxy', networkArgs: {}, podCIDRs: ['10.245.0.0/16'] },
    [['refusal', 'migration', "a cluster can be moved to Cilium only, not to 'galaxy'"]],
  ],
  'no CNI at all': [
    'galaxy',
    { cni: 'none', networkArgs: {} },
    [['refusal', 'migration', 'migration has no effect: this cluster gets no CNI from here']],
  ],
  'keys that are missing': [
    'galaxy',
    { migration: { networkArgs: {} } },
    [
      ['refusal', 'migration', 'migration.from is missing'],
      ['refusal', 'migration', 'migration.phase is missing'],
      ['refusal', 'migration', 'migration.podCIDRs is missing'],
    ],
  ],
  'keys that are wrong': [
    'galaxy',
    { migration+: { from: 'flannel', phase: 5, podCIDRs: ['10.244.0.0'], fase: 1 } },
    [
      ['refusal', 'migration.fase', "migration has no 'fase'"],
      ['refusal', 'migration.from', "migration.from cannot be 'flannel'"],
      ['refusal', 'migration.phase', 'migration.phase has to be a whole number from 1 to 4, not 5'],
    ],
  ],
  'a CIDR that is none': [
    'galaxy',
    { migration+: { podCIDRs: ['10.244.0.0'] } },
    [['refusal', 'migration.podCIDRs', "'10.244.0.0' is not a CIDR: it is an address, a slash and a prefix length"]],
  ],
  'the same pods': [
    'galaxy',
    { migration+: { podCIDRs: ['10.240.0.0/12'] } },
    [[
      'refusal',
      'podCIDRs',
      '10.245.0.0/16 overlaps 10.240.0.0/12 of galaxy: nodes could not tell whose pods these are',
    ]],
  ],
  'the same port': [
    'galaxy',
    { cilium: { values: {} } },
    [[
      'refusal',
      'cilium.values.tunnelPort',
      'the tunnels of Cilium and of galaxy would both use UDP port 8472',
    ]],
  ],
  'the same port, by networkArgs': [
    'galaxy',
    { networkArgs: { 'tunnel-port': '9000' }, galaxy: { backendOptions: { Port: 9000 } } },
    [[
      'refusal',
      'cilium.values.tunnelPort',
      'the tunnels of Cilium and of galaxy would both use UDP port 9000',
    ]],
  ],
  'geneve has a port of its own': ['galaxy', { cilium: { values: { tunnelProtocol: 'geneve' } } }, []],
  'host-gw has no tunnel': ['galaxy', { cilium: { values: {} }, migration+: { networkArgs: { backendType: 'host-gw' } } }, []],
  'no tunnel': [
    'galaxy',
    { cilium: { values: { routingMode: 'native', ipv4NativeRoutingCIDR: '10.0.0.0/8', autoDirectNodeRoutes: true } } },
    [[
      'error',
      'cilium.values.routingMode',
      'Cilium has no tunnel of its own, by which its pods and those of galaxy reach each other',
    ]],
  ],
  'addresses from the node': [
    'galaxy',
    { cilium+: { values+: { ipam: { mode: 'kubernetes' } } } },
    [['error', 'cilium.values.ipam.mode', "with ipam 'kubernetes' Cilium's pods get addresses of galaxy"]],
  ],
  'another family': [
    'galaxy',
    { podCIDRs: ['10.245.0.0/16', 'fd00:10:245::/56'], serviceCIDRs: ['10.96.0.0/16', 'fd00:10:96::/112'] },
    [
      ['error', 'serviceCIDRs', 'galaxy has no IPv6: no pod can stand behind an address of fd00:10:96::/112'],
      [
        'error',
        'podCIDRs',
        'Cilium and galaxy have other families of addresses: their pods cannot all reach each other',
      ],
    ],
  ],
  "the old CNI's own findings": [
    'galaxy',
    { migration+: { networkArgs: { backendTyp: 'udp' } } },
    [['refusal', 'migration.networkArgs.backendTyp', 'galaxy does not know networkArgs.backendTyp']],
  ],
  'policies of galaxy': [
    'galaxy',
    { galaxy: { flags: { 'network-policy': true } } },
    [[
      'warning',
      'migration.phase',
      "galaxy enforces NetworkPolicies, and does not know the pods on nodes that are Cilium's",
    ]],
  ],
  'policies of Calico': [
    'calico',
    {},
    [[
      'warning',
      'migration.phase',
      "Calico enforces NetworkPolicies, and does not know the pods on nodes that are Cilium's",
    ]],
  ],
  'the port of Calico': [
    'calico',
    { cilium: { values: { tunnelPort: 4789 } }, calico: { backend: 'vxlan' } },
    [[
      'refusal',
      'cilium.values.tunnelPort',
      'the tunnels of Cilium and of Calico would both use UDP port 4789',
    ], [
      'warning',
      'migration.phase',
      "Calico enforces NetworkPolicies, and does not know the pods on nodes that are Cilium's",
    ]],
  ],
};

{
  'components by phase': {
    actual: { [from]: [filled(at(from, phase)) for phase in phases] for from in sources },
    expected: {
      calico: [
        ['calico', 'calico-crds', 'cilium', 'hubble'],
        ['calico', 'calico-crds', 'cilium', 'hubble', 'migration'],
        ['calico', 'calico-crds', 'cilium', 'hubble', 'migration'],
        ['cilium', 'hubble'],
      ],
      galaxy: [
        ['cilium', 'flannel', 'galaxy', 'hubble'],
        ['cilium', 'flannel', 'galaxy', 'hubble', 'migration'],
        ['cilium', 'flannel', 'galaxy', 'hubble', 'migration'],
        ['cilium', 'hubble'],
      ],
    },
  },
  'Cilium keeps to itself until phase 3': {
    local keys = ['custom-cni-conf', 'enable-policy', 'enable-host-legacy-routing', 'debug', 'tunnel-port'],
    local beside = {
      'custom-cni-conf': 'true',
      'enable-policy': 'never',
      'enable-host-legacy-routing': 'true',
      debug: 'true',
      'tunnel-port': '8473',
    },
    local everywhere = beside {
      'custom-cni-conf': 'false',
      'enable-policy': 'always',
      'enable-host-legacy-routing': data(cluster({}), ['enable-host-legacy-routing'])['enable-host-legacy-routing'],
    },
    actual: [data(at('galaxy', phase), keys) for phase in phases],
    expected: [beside, beside, everywhere, everywhere],
  },
  'the last phase is the cluster without a migration': {
    actual: { [from]: at(from, 4).manifests for from in sources },
    expected: { [from]: cluster({}).manifests for from in sources },
  },
  'the switch on a node': {
    local config = at('galaxy', 2).manifests.migration.nodeConfig,
    actual: [config.kind, config.metadata.namespace, config.spec.nodeSelector.matchLabels, config.spec.defaults['custom-cni-conf']],
    expected: ['CiliumNodeConfig', 'kube-system', { 'io.cilium.migration/cilium-default': 'true' }, 'false'],
  },
  'the switch is where Cilium is': {
    actual: at('galaxy', 2, { cilium+: { namespace: 'cilium' } }).manifests.migration.nodeConfig.metadata.namespace,
    expected: 'cilium',
  },
  "galaxy is off the nodes that are Cilium's, flannel is not": {
    local of(phase) =
      local manifests = at('galaxy', phase).manifests;
      [
        keptOff(daemonset)
        for daemonset in [manifests.galaxy.daemonset, manifests.galaxy.bridgeAgentDaemonset, manifests.flannel.daemonset]
      ],
    actual: [of(phase) for phase in [1, 2, 3]],
    expected: [[null, null, null], [off, off, null], [off, off, null]],
  },
  'the old CNI keeps its pods and arguments': {
    local netConf(result) = std.parseJson(result.manifests.flannel.config.data['net-conf.json']),
    actual: netConf(at('galaxy', 1, {
      migration+: { networkArgs: { backendType: 'ipip' } },
      galaxy+: { backendOptions: { DirectRouting: true } },
    })),
    expected: { Network: '10.244.0.0/16', Backend: { Type: 'ipip', DirectRouting: true } },
  },
  "Calico looks past Cilium's interface": {
    actual: [
      std.get(calicoEnv(at('calico', 1, changes)), 'IP_AUTODETECTION_METHOD')
      for changes in [
        {},
        { networkDevice: 'bond0' },
        { migration+: { networkArgs: { IP_AUTODETECTION_METHOD: 'can-reach=10.0.0.1' } } },
      ]
    ],
    expected: ['skip-interface=^cilium_.*', 'interface=^bond0$', 'can-reach=10.0.0.1'],
  },
  'a guide says which phase it is': {
    local now(result) = [
      line
      for line in std.split(result.summary.guides.migration, '\n')
      if std.startsWith(line, 'Phase')
    ],
    actual: now(at('calico', 3)),
    expected: [
      'Phase 1: Cilium beside it (done)',
      'Phase 2: node by node (done)',
      'Phase 3: Cilium everywhere (now)',
      'Phase 4: clean-up',
    ],
  },
  'no guide without a migration': { actual: cluster({}).summary.guides, expected: {} },
  'nothing to find': {
    actual: [found(at('galaxy', phase)) for phase in phases] + [found(at('calico', phase)) for phase in [3, 4]],
    expected: [[], [], [], [], [], []],
  },
} + {
  [name]: { actual: found(at(wrong[name][0], 1, wrong[name][1])), expected: wrong[name][2] }
  for name in std.objectFields(wrong)
}
