// BGPConfiguration, BGPPeer and BGPFilter.
local s = import 'schema.libsonnet';

local priority = s.range(s.integer, 1, 2147483646);
local isEmpty(field) = '(!has(self.' + field + ') || size(self.' + field + ') == 0)';

// Not both of two texts.
local exclusive(a, b) = s.forbidden(a + ' and ' + b + ' cannot both be set', isEmpty(a) + ' || ' + isEmpty(b));

// Parts of a community, as decimal numbers of at most 16 and 32 bits.
local upTo65535 =
  '([0-9]|[1-9][0-9]{1,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';
local upTo4294967295 =
  '([0-9]|[1-9][0-9]{1,8}|[1-3][0-9]{9}|4[0-1][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}'
  + '|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[0-1][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])';
local community = s.pattern(
  '^(' + std.join(':', [upTo65535, upTo65535]) + '|' + std.join(':', [upTo4294967295, upTo4294967295, upTo4294967295]) + ')$'
) { maxLength: 32 };

local operation = s.atomicObject({
  addCommunity: s.atomicObject({ value: community }, ['value']),
  prependASPath: s.atomicObject({ prefix: s.list(s.int32) { minItems: 1, maxItems: 10 } }, ['prefix']),
  setPriority: s.atomicObject({ value: priority }, ['value']),
}) { minProperties: 1, maxProperties: 1 };

local filterRule(longestCIDR, longestPrefix) =
  local hasCIDR = '(has(self.cidr) && size(self.cidr) > 0)';
  s.checked(s.atomicObject({
    action: s.enum(['Accept', 'Reject']),
    asPathPrefix: s.list(s.int32),
    cidr: s.cidr { maxLength: longestCIDR },
    communities: s.atomicObject({ values: s.list(community) { minItems: 1, maxItems: 1 } }, ['values']),
    interface: s.string,
    matchOperator: s.enum(['Equal', 'NotEqual', 'In', 'NotIn']),
    operations: s.list(operation) { minItems: 1, maxItems: 10 },
    peerType: s.enum(['eBGP', 'iBGP']),
    prefixLength: s.atomicObject(s.each(s.range(s.int32, 0, longestPrefix), ['min', 'max'])),
    priority: priority,
    source: s.enum(['RemotePeers']),
  }, ['action']), [
    s.invalid(
      'cidr and matchOperator must both be set or both be empty',
      hasCIDR + ' == (has(self.matchOperator) && size(self.matchOperator) > 0)'
    ),
    s.invalid('cidr is required when prefixLength is set', '!has(self.prefixLength) || ' + hasCIDR),
    s.rule(
      'operations may only be used with action Accept',
      "!has(self.operations) || size(self.operations) == 0 || self.action == 'Accept'"
    ),
  ]);

local addresses = s.atomicList(s.atomicObject({ cidr: s.cidr }));
local onlyWithMesh(field) = s.forbidden(
  field + ' cannot be set when nodeToNodeMeshEnabled is false',
  '!has(self.' + field + ') || !has(self.nodeToNodeMeshEnabled) || self.nodeToNodeMeshEnabled == true'
);

{
  bgpconfigurations: {
    kind: 'BGPConfiguration',
    spec: s.checked(s.object({
      asNumber: s.int32,
      bindMode: s.enum(['None', 'NodeIP']),
      communities: s.atomicList(s.atomicObject({
        name: s.string,
        value: s.pattern(@'^(\d+):(\d+)$|^(\d+):(\d+):(\d+)$'),
      })),
      ignoredInterfaces: s.set(s.string),
      ipv4NormalRoutePriority: priority,
      ipv6NormalRoutePriority: priority,
      listenPort: s.range(s.integer, 1, 65535),
      localWorkloadPeeringIPV4: s.string,
      localWorkloadPeeringIPV6: s.string,
      logSeverityScreen: s.words(['Trace', 'Debug', 'Info', 'Warning', 'Error', 'Fatal']) { default: 'Info' },
      nodeMeshMaxRestartTime: s.string,
      nodeMeshPassword: s.secretKeyRef,
      nodeToNodeMeshEnabled: s.boolean,
      prefixAdvertisements: s.atomicList(s.atomicObject({ cidr: s.cidr, communities: s.list(s.string) })),
      programClusterRoutes: s.switch,
      serviceClusterIPs: addresses,
      serviceExternalIPs: addresses,
      serviceLoadBalancerAggregation: s.switch { default: 'Enabled' },
      serviceLoadBalancerIPs: addresses,
    }), [onlyWithMesh('nodeMeshPassword'), onlyWithMesh('nodeMeshMaxRestartTime')]),
  },

  bgppeers: {
    kind: 'BGPPeer',
    spec: s.checked(s.object({
      asNumber: s.int32,
      filters: s.list(s.string),
      keepOriginalNextHop: s.boolean,
      keepaliveTime: s.string,
      localASNumber: s.int32,
      localWorkloadSelector: s.text(4096),
      maxRestartTime: s.string,
      nextHopMode: s.enum(['Auto', 'Self', 'Keep']),
      node: s.text(253),
      nodeSelector: s.text(4096),
      numAllowedLocalASNumbers: s.int32,
      password: s.secretKeyRef,
      peerIP: s.text(64),
      peerSelector: s.text(4096),
      reachableBy: s.string,
      reversePeering: s.string { allOf: [{ enum: ['Auto', 'Manual'] }, { enum: ['Auto', 'Manual'] }] },
      sourceAddress: s.enum(['UseNodeIP', 'None']),
      ttlSecurity: s.integer,
    }), [
      exclusive('node', 'nodeSelector'),
      exclusive('peerIP', 'peerSelector'),
      s.forbidden(
        'asNumber must be empty when peerSelector is set',
        isEmpty('peerSelector') + ' || !has(self.asNumber) || self.asNumber == 0'
      ),
      s.forbidden(
        'peerIP must be empty when localWorkloadSelector is set',
        isEmpty('localWorkloadSelector') + ' || ' + isEmpty('peerIP')
      ),
      s.forbidden(
        'peerSelector must be empty when localWorkloadSelector is set',
        isEmpty('localWorkloadSelector') + ' || ' + isEmpty('peerSelector')
      ),
      s.invalid(
        'asNumber is required when localWorkloadSelector is set',
        isEmpty('localWorkloadSelector') + ' || (has(self.asNumber) && self.asNumber != 0)'
      ),
    ]),
  },

  bgpfilters: {
    kind: 'BGPFilter',
    local ipv4 = s.list(filterRule(18, 32)),
    local ipv6 = s.list(filterRule(43, 128)),
    spec: s.object({ exportV4: ipv4, exportV6: ipv6, importV4: ipv4, importV6: ipv6 }),
  },
}
