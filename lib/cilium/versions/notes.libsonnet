// Values that still parse and do less than they seem to. Whoever sets one gets a warning with this text.
local unread = 'has no effect: nothing in Cilium reads it';
local instead(name) = 'is going away; use ' + name;

{
  // Going away
  'authentication.mutual.spire.enabled': 'is going away in Cilium 1.21',
  'clustermesh.apiserver.kvstoremesh.enabled': 'is going away: KVStoreMesh will always be on',
  'dnsProxy.preCache': 'is going away in Cilium 1.21',
  'hubble.export.aggregationInterval': instead('hubble.export.static.aggregationInterval'),
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
  hostServices: unread,
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
}
