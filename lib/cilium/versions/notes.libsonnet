// Values that still parse and do less than they seem to, or will be gone after an upgrade; by version. Whoever sets one
// gets a warning with this text.
local unread = 'has no effect: nothing in Cilium reads it';
local instead(name) = 'is going away; use ' + name;
// What the next minor version no longer has.
local goneFrom(minor, advice) = 'is gone from Cilium ' + minor + '; ' + advice;
local without(notes, names) = { [name]: notes[name] for name in std.objectFields(notes) if !std.member(names, name) };

// A pair in the values ends up in the tree, and so in git.
local pairs = {
  [of + '.' + part]: instead(of + '.existingSecret')
  for of in ['hubble.metrics.tls.server', 'hubble.relay.tls.client', 'hubble.relay.tls.server', 'hubble.tls.server', 'hubble.ui.tls.client']
  for part in ['cert', 'key']
};

local of120 = pairs {
  // Going away
  'authentication.mutual.spire.enabled': 'is going away in Cilium 1.21',
  'clustermesh.apiserver.kvstoremesh.enabled': 'is going away: KVStoreMesh will always be on',
  'dnsProxy.preCache': 'is going away in Cilium 1.21',
  'hubble.export.fileCompress': instead('hubble.export.static.fileCompress'),
  'hubble.export.fileMaxBackups': instead('hubble.export.static.fileMaxBackups'),
  'hubble.export.fileMaxSizeMb': instead('hubble.export.static.fileMaxSizeMb'),
  'hubble.preferIpv6': instead('preferIpv6'),
  localRedirectPolicy: instead('localRedirectPolicies.enabled'),
  'tls.secretsBackend': instead('tls.readSecretsOnlyFromSecretsNamespace'),

  // Without effect
  'authentication.mutual.spire.install.agent.annotations': "has no effect: the agents carry the server's annotations",
  enableInternalTrafficPolicy: unread,
  'encryption.ipsec.interface': unread,
  'envoy.initContainers': unread,
  global: 'has no effect: Cilium is one chart, and its values stand beside it',
  hostServices: unread,
  'hubble.export.static.aggregationInterval': 'has no effect, as with the official chart; use hubble.export.aggregationInterval',
  'hubble.metrics.tls.server.mtls.key': unread,
  'hubble.metrics.tls.server.mtls.useSecret': unread,
  'hubble.tls.auto.privateKey': 'has no effect: keys always change with their certificate',
  'ipam.operator.clusterPoolIPv4PodCIDR': 'has no effect; use ipam.operator.clusterPoolIPv4PodCIDRList',
  'ipam.operator.clusterPoolIPv6PodCIDR': 'has no effect; use ipam.operator.clusterPoolIPv6PodCIDRList',
  k8sServiceLookupConfigMapName: 'has no effect: cniforge never asks a running cluster',
  k8sServiceLookupNamespace: 'has no effect: cniforge never asks a running cluster',
  'l2podAnnouncements.interface': 'has no effect; use l2podAnnouncements.interfacePattern',
  'loadBalancer.protocolDifferentiation': unread,
  'loadBalancer.standalone': unread,
  'preflight.envoy.image.pullPolicy': "has no effect: preflight.image.pullPolicy is both containers'",
  'preflight.updateStrategy': unread,
  'prometheus.serviceMonitor.scrapeTimeout': unread,
  'securityContext.allowPrivilegeEscalation': unread,
  'securityContext.runAsUser': unread,
  'serviceAccounts.corednsMCSAPI.automount': unread,
  sessionAffinity: unread,
};

// Without those whose value, or whose replacement, came with 1.20.
local of119 = without(of120, ['hubble.preferIpv6', 'hubble.tls.auto.privateKey']) + {
  'clustermesh.apiserver.tls.admin': goneFrom('1.20', 'make the Secret in the cluster yourself'),
  'clustermesh.apiserver.tls.enableSecrets': goneFrom('1.20', 'remove it'),
  'clustermesh.apiserver.tls.remote': goneFrom('1.20', 'make the Secret in the cluster yourself'),
  'clustermesh.apiserver.tls.server.cert': goneFrom('1.20', 'make the Secret in the cluster yourself'),
  'clustermesh.apiserver.tls.server.key': goneFrom('1.20', 'make the Secret in the cluster yourself'),
  'clustermesh.enableMCSAPISupport': goneFrom('1.20', 'use clustermesh.mcsapi.enabled'),
  'encryption.ipsec.encryptedOverlay': goneFrom('1.20', 'remove it then'),
  'encryption.ipsec.interface': goneFrom('1.20', 'remove it then'),
  'encryption.strictMode.allowRemoteNodeIdentities': goneFrom('1.20', 'use encryption.strictMode.egress.allowRemoteNodeIdentities'),
  'encryption.strictMode.cidr': goneFrom('1.20', 'use encryption.strictMode.egress.cidr'),
  'encryption.strictMode.enabled': goneFrom('1.20', 'use encryption.strictMode.egress.enabled'),
  'hubble.redact.kafka': goneFrom('1.20', 'Hubble no longer sees inside Kafka there'),
  'hubble.ui.backend.livenessProbe': goneFrom('1.20', 'remove it then'),
  'hubble.ui.backend.readinessProbe': goneFrom('1.20', 'remove it then'),
  'preflight.tofqdnsPreCache': goneFrom('1.20', 'remove it then'),
};

// Without those that came with 1.19, and those that 1.18 refuses. What 1.19 has in the place of a value, 1.18 does not
// have yet.
local of118 = without(of119, [
  'envoy.initContainers',
  'hubble.export.static.aggregationInterval',
  'ipam.operator.clusterPoolIPv4PodCIDR',
  'ipam.operator.clusterPoolIPv6PodCIDR',
  'serviceAccounts.corednsMCSAPI.automount',
]) + {
  'clustermesh.apiserver.tls.client': goneFrom('1.19', 'remove it then'),
  'clustermesh.enableMCSAPISupport': 'is called clustermesh.mcsapi.enabled from Cilium 1.19 on',
  customCalls: goneFrom('1.19', 'it no longer calls BPF programs of yours'),
  enableInternalTrafficPolicy: goneFrom('1.19', "it always honours a Service's internalTrafficPolicy"),
  enableK8sEndpointSlice: goneFrom('1.19', 'it reads EndpointSlices only'),
  'encryption.strictMode.allowRemoteNodeIdentities': 'is called encryption.strictMode.egress.allowRemoteNodeIdentities from Cilium 1.19 on',
  'encryption.strictMode.cidr': 'is called encryption.strictMode.egress.cidr from Cilium 1.19 on',
  'encryption.strictMode.enabled': 'is called encryption.strictMode.egress.enabled from Cilium 1.19 on',
  'l2podAnnouncements.interface': goneFrom('1.19', 'use l2podAnnouncements.interfacePattern'),
  'loadBalancer.protocolDifferentiation': goneFrom('1.19', 'it always tells ports of different protocols apart'),
  'loadBalancer.standalone': goneFrom('1.19', 'it no longer runs as a load balancer alone'),
  'nodePort.enabled': goneFrom('1.19', 'use kubeProxyReplacement'),
  sessionAffinity: goneFrom('1.19', "it always honours a Service's sessionAffinity"),
  svcSourceRangeCheck: goneFrom('1.19', "it always honours a Service's loadBalancerSourceRanges"),
};

{
  '1.18': of118,
  '1.19': of119,
  '1.20': of120,
}
