// ClusterNetworkPolicy of the Kubernetes Network Policy API (SIG Network), which Calico implements and installs.
local s = import 'schema.libsonnet';

local pods = s.object({ namespaceSelector: s.labelSelector, podSelector: s.labelSelector }, ['podSelector']);
local podsOrNamespaces = { namespaces: s.labelSelector, pods: pods };

local portRange = s.checked(
  s.object({ end: s.port, start: s.port }, ['end', 'start']),
  [s.rule('Start port must be less than End port', 'self.start < self.end')]
);
local transport = s.object({
  destinationPort: s.oneOf({ number: s.port, range: portRange }),
}) { minProperties: 1 };

// direction: 'to' or 'from', whom the rule is about
local rules(direction, peer) = s.list(s.object({
  action: s.enum(['Accept', 'Deny', 'Pass']),
  name: s.text(100),
  protocols: s.list(s.oneOf(s.each(transport, ['sctp', 'tcp', 'udp']) + { destinationNamedPort: s.string }))
             { minItems: 1, maxItems: 25 },
  [direction]: s.list(s.oneOf(peer)) { minItems: 1, maxItems: 25 },
}, ['action', direction])) { maxItems: 25 };

local networks =
  s.set(s.checked(s.text(43), [s.rule('Invalid CIDR format provided', 'isCIDR(self)')]))
  { minItems: 1, maxItems: 25 };

s.definition(
  group='policy.networking.k8s.io',
  names={ kind: 'ClusterNetworkPolicy', plural: 'clusternetworkpolicies', shortNames: ['cnp'] },
  scope='Cluster',
  metadata={
    annotations: {
      'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/network-policy-api/pull/347',
      'policy.networking.k8s.io/bundle-version': 'v0.2.0',
      'policy.networking.k8s.io/channel': 'standard',
    },
  },
  versionName='v1alpha2',
  version={
    additionalPrinterColumns: [
      { name: 'Tier', type: 'string', jsonPath: '.spec.tier' },
      { name: 'Priority', type: 'string', jsonPath: '.spec.priority' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
    subresources: { status: {} },
  },
  schema={ required: ['metadata', 'spec'] },
  spec=s.object({
    egress: rules('to', podsOrNamespaces { networks: networks }),
    ingress: rules('from', podsOrNamespaces),
    priority: s.range(s.int32, 0, 1000),
    subject: s.oneOf(podsOrNamespaces),
    tier: s.enum(['Admin', 'Baseline']),
  }, ['priority', 'subject', 'tier']),
  status=s.object({
    conditions: s.listByKeys(['type'], s.object({
      lastTransitionTime: s.time,
      message: s.text(32768),
      observedGeneration: s.int64 { minimum: 0 },
      reason: s.pattern('^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$') { minLength: 1, maxLength: 1024 },
      status: s.enum(['True', 'False', 'Unknown']),
      type: s.pattern(
        @'^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?'
        + '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$'
      ) { maxLength: 316 },
    }, ['lastTransitionTime', 'message', 'reason', 'status', 'type'])),
  }, ['conditions']),
)
