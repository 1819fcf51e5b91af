// Calico's own policies, their staged variants, the sets they name and tiers.
local s = import 'schema.libsonnet';

local portOrName = s.intOrString { pattern: '^.*' };

local side = s.object({
  namespaceSelector: s.string,
  nets: s.set(s.string),
  notNets: s.list(s.string),
  notPorts: s.list(portOrName),
  notSelector: s.string,
  ports: s.list(portOrName),
  selector: s.string,
  serviceAccounts: s.object({ names: s.set(s.string), selector: s.string }),
  services: s.object({ name: s.string, namespace: s.string }),
});

local icmp = s.checked(
  s.object({ code: s.range(s.integer, 0, 255), type: s.range(s.integer, 0, 254) }),
  [s.invalid('ICMP code specified without an ICMP type', '!has(self.code) || has(self.type)')]
);

local rule = s.checked(s.object({
  action: s.enum(['Allow', 'Deny', 'Log', 'Pass']),
  destination: side,
  http: s.object({
    methods: s.list(s.string) { maxItems: 20 },
    paths: s.list(s.object({ exact: s.text(1024), prefix: s.text(1024) })) { maxItems: 20 },
  }),
  icmp: icmp,
  ipVersion: s.integer { enum: [4, 6] },
  metadata: s.object({ annotations: s.map(s.string) }),
  notICMP: icmp,
  notProtocol: portOrName,
  protocol: portOrName,
  source: side,
}, ['action']), [
  s.invalid(
    'rules with HTTP match must have protocol TCP or unset',
    "!has(self.http) || !has(self.protocol) || self.protocol == 'TCP' || self.protocol == 6"
  ),
  s.forbidden('HTTP match is only valid on Allow rules', "self.action == 'Allow' || !has(self.http)"),
  s.forbidden(
    'ports and notPorts cannot be specified with services',
    '!has(self.destination) || !has(self.destination.services)'
    + ' || (!has(self.destination.ports) || size(self.destination.ports) == 0)'
    + ' && (!has(self.destination.notPorts) || size(self.destination.notPorts) == 0)'
  ),
]);

local policy = {
  egress: s.list(rule),
  ingress: s.list(rule),
  order: s.number,
  performanceHints: s.list(s.enum(['AssumeNeededOnEveryNode'])),
  selector: s.string,
  serviceAccountSelector: s.string,
  tier: s.string { default: 'default' },
  types: s.set(s.enum(['Ingress', 'Egress'])) { minItems: 1, maxItems: 2 },
};

local globalPolicy = policy {
  applyOnForward: s.boolean,
  doNotTrack: s.boolean,
  namespaceSelector: s.string,
  preDNAT: s.boolean,
};

local globalRules =
  local isOff(field) = '(!has(self.' + field + ') || !self.' + field + ')';
  local isOn(field) = '(has(self.' + field + ') && self.' + field + ')';
  [
    s.forbidden('preDNAT and doNotTrack cannot both be true', '!(' + isOn('doNotTrack') + ' && ' + isOn('preDNAT') + ')'),
    s.forbidden(
      'preDNAT policy cannot have any egress rules',
      isOff('preDNAT') + ' || !has(self.egress) || size(self.egress) == 0'
    ),
    s.forbidden(
      "preDNAT policy cannot have 'Egress' type",
      isOff('preDNAT') + " || !has(self.types) || !self.types.exists(t, t == 'Egress')"
    ),
    s.invalid(
      'applyOnForward must be true if either preDNAT or doNotTrack is true',
      isOn('applyOnForward') + ' || (' + isOff('doNotTrack') + ' && ' + isOff('preDNAT') + ')'
    ),
  ];

// A staged policy says what it would do, and does nothing yet.
local staged = { stagedAction: s.enum(['Set', 'Delete', 'Learn', 'Ignore']) { default: 'Set' } };

local kubernetesPolicy =
  local ports = s.atomicList(s.object({ endPort: s.int32, port: s.intOrString, protocol: s.string }));
  local peers = s.atomicList(s.object({
    ipBlock: s.object({ cidr: s.string, except: s.atomicList(s.string) }, ['cidr']),
    namespaceSelector: s.labelSelector,
    podSelector: s.labelSelector,
  }));
  {
    egress: s.list(s.object({ ports: ports, to: peers })),
    ingress: s.list(s.object({ from: peers, ports: ports })),
    podSelector: s.labelSelector,
    policyTypes: s.set(s.string) { minItems: 1, maxItems: 2 },
  };

local networks = s.object({ nets: s.set(s.string) });

// The action that a built-in tier must end with.
local tierEndsWith(name, action) = s.rule(
  "The '" + name + "' tier must have default action '" + action + "'",
  "self.metadata.name == '" + name + "' ? self.spec.defaultAction == '" + action + "' : true"
);

{
  globalnetworkpolicies: { kind: 'GlobalNetworkPolicy', spec: s.checked(s.object(globalPolicy), globalRules) },
  networkpolicies: { kind: 'NetworkPolicy', scope: 'Namespaced', spec: s.object(policy) },
  stagedglobalnetworkpolicies: {
    kind: 'StagedGlobalNetworkPolicy',
    spec: s.checked(s.object(globalPolicy + staged), globalRules),
  },
  stagednetworkpolicies: { kind: 'StagedNetworkPolicy', scope: 'Namespaced', spec: s.object(policy + staged) },
  stagedkubernetesnetworkpolicies: {
    kind: 'StagedKubernetesNetworkPolicy',
    scope: 'Namespaced',
    spec: s.object(kubernetesPolicy + staged),
  },

  globalnetworksets: { kind: 'GlobalNetworkSet', spec: networks },
  networksets: { kind: 'NetworkSet', scope: 'Namespaced', spec: networks },

  tiers: {
    kind: 'Tier',
    spec: s.object({
      defaultAction: s.string {
        allOf: [{ enum: ['Allow', 'Deny', 'Log', 'Pass'] }, { enum: ['Pass', 'Deny'] }],
        default: 'Deny',
      },
      order: s.number,
    }),
    schema: s.checked({ required: ['metadata', 'spec'] }, [
      tierEndsWith('kube-admin', 'Pass'),
      tierEndsWith('kube-baseline', 'Pass'),
      tierEndsWith('default', 'Deny'),
    ]),
  },

  hostendpoints: {
    kind: 'HostEndpoint',
    local isFull(field) = 'has(self.' + field + ') && size(self.' + field + ') > 0',
    spec: s.checked(s.object({
      expectedIPs: s.set(s.string),
      interfaceName: s.text(15),
      node: s.text(253),
      ports: s.list(s.object(
        { name: s.string, port: s.range(s.integer, 1, 65535), protocol: portOrName },
        ['name', 'port', 'protocol']
      )),
      profiles: s.set(s.string),
    }), [
      s.invalid(
        'at least one of interfaceName or expectedIPs must be specified',
        '(' + isFull('interfaceName') + ') || (' + isFull('expectedIPs') + ')'
      ),
      s.invalid('node must be specified', isFull('node')),
    ]),
  },
}
