// What a value may be where its default does not tell: because there is no default, or because several types are right.
// Everything else has to be of its default's type, and null is right everywhere: it takes the default away.
//
//   'integer or string'   these types; `integer` is a whole number, `number` any, `duration` a time such as '1h30m'
//   ['Disk', 'Memory']    exactly one of these words

local paths = {
  boolean: [
    'bpf.hostLegacyRouting',
    'bpf.masquerade',
    'bpf.tproxy',
    'enableIPv4Masquerade',
    'eni.nodeSpec.deleteOnTermination',
    'envoy.enabled',
    'hubble.hostUsers',
    'hubble.skipUnknownCGroupIDs',
    'ingressController.service.allocateLoadBalancerNodePorts',
    'operator.setNodeTaints',
    'tls.readSecretsOnlyFromSecretsNamespace',
    'tls.secretSync.enabled',
  ],
  'boolean or string': [
    'autoDirectNodeRoutes',
    'endpointRoutes.enabled',
    'gatewayAPI.gatewayClass.create',
    'kubeProxyReplacement',
  ],
  duration: [
    'authentication.gcInterval',
    'authentication.mutual.connectTimeout',
    'bpf.monitorInterval',
    'conntrackGCInterval',
    'conntrackGCMaxInterval',
    'crdWaitTimeout',
    'encryption.ipsec.keyRotationDuration',
    'envoyConfig.retryInterval',
    'hubble.lostEventSendInterval',
    'identityChangeGracePeriod',
    'ipam.ciliumNodeUpdateRate',
    'operator.endpointGCInterval',
    'operator.identityGCInterval',
    'operator.identityHeartbeatTimeout',
    'operator.nodeGCInterval',
  ],
  integer: [
    'bpf.authMapMax',
    'bpf.ctAnyMax',
    'bpf.ctTcpMax',
    'bpf.events.default.burstLimit',
    'bpf.events.default.rateLimit',
    'bpf.monitorTraceIPOption',
    'bpf.natMax',
    'bpf.neighMax',
    'bpf.nodeMapMax',
    'certgen.ttlSecondsAfterFinished',
    'eni.nodeSpec.firstInterfaceIndex',
    'envoy.httpUpstreamLingerTimeout',
    'hubble.relay.sortBufferLenMax',
    'ingressController.service.insecureNodePort',
    'ingressController.service.secureNodePort',
    'ipam.nodeSpec.ipamMaxAllocate',
    'ipam.nodeSpec.ipamMinAllocate',
    'ipam.nodeSpec.ipamPreAllocate',
    'ipam.operator.externalAPILimitBurstSize',
    'k8sClientRateLimit.burst',
    'k8sClientRateLimit.operator.burst',
    'k8sClientRateLimit.operator.qps',
    'k8sClientRateLimit.qps',
  ],
  'integer or string': [
    'clustermesh.apiserver.updateStrategy.rollingUpdate.maxSurge',
    'k8sServicePort',
    'operator.updateStrategy.rollingUpdate.maxSurge',
  ],
  number: [
    'bpf.policyMapPressureMetricsThreshold',
    'connectivityProbeFrequencyRatio',
    'ipam.operator.externalAPILimitQPS',
  ],
  'number or string': [
    'bpf.mapDynamicSizeRatio',
  ],
  string: [
    'apiRateLimit',
    'authentication.mutual.spire.install.server.dataStorage.storageClass',
    'authentication.mutual.spire.serverAddress',
    'clustermesh.apiserver.service.loadBalancerClass',
    'clustermesh.apiserver.service.loadBalancerIP',
    'cni.chainingMode',
    'cni.chainingTarget',
    'daemon.allowedConfigOverrides',
    'daemon.blockedConfigOverrides',
    'daemon.configSources',
    'encryption.ztunnel.priorityClassName',
    'encryption.ztunnel.secrets.bootstrapRootCert',
    'endpointPolicyUpdateTimeoutDuration',
    'envoy.bootstrapConfigMap',
    'envoy.dnsPolicy',
    'envoy.policyRestoreTimeoutDuration',
    'envoy.priorityClassName',
    'hubble.metrics.tls.server.mtls.name',
    'hubble.relay.logOptions.format',
    'hubble.relay.logOptions.level',
    'hubble.relay.retryTimeout',
    'hubble.relay.sortBufferDrainTimeout',
    'ingressController.defaultSecretName',
    'ingressController.defaultSecretNamespace',
    'ingressController.service.loadBalancerClass',
    'ingressController.service.loadBalancerIP',
    'k8s.apiServerURLs',
    'k8sServiceHostRef.key',
    'k8sServiceHostRef.name',
    'operator.unmanagedPodWatcher.selector',
    'tls.secretsBackend',
    'upgradeCompatibility',
  ],
  'string or array': [
    'devices',
    'ipam.operator.clusterPoolIPv4PodCIDRList',
    'ipam.operator.clusterPoolIPv6PodCIDRList',
    'nodePort.addresses',
    'policyCIDRMatchMode',
  ],
  array: [
    'bpf.vlanBypass',
    'hubble.metrics.enabled',
    'localRedirectPolicies.addressMatcherCIDRs',
    'prometheus.metrics',
  ],
  'array or object': [
    'clustermesh.config.clusters',
  ],
  object: [
    'envoy.log.format_json',
  ],
};

local words = {
  'clustermesh.apiserver.etcd.storageMedium': ['Disk', 'Memory'],
  'clustermesh.apiserver.service.enableSessionAffinity': ['HAOnly', 'Always', 'Never'],
  'clustermesh.apiserver.service.externalTrafficPolicy': ['Local', 'Cluster'],
  'clustermesh.apiserver.service.internalTrafficPolicy': ['Local', 'Cluster'],
  'encryption.ztunnel.ca.type': ['spire', 'internal'],
  'envoy.log.defaultLevel': ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'],
  'envoy.xdsMode': ['split', 'ads', 'strict-ads'],
  identityManagementMode: ['agent', 'operator', 'both'],
  'scheduling.mode': ['anti-affinity', 'kube-scheduler'],
};

// What null cannot take away, and what it has to be.
local needed = {
  'a list or a map': ['clustermesh.config.clusters'],
  'a map': ['extraConfig', 'hubble.metrics.serviceMonitor.tlsConfig', 'hubble.networkPolicyCorrelation', 'k8s', 'k8sNetworkPolicy', 'maglev', 'sctp'],
  'a path': ['cgroup.hostRoot', 'hubble.ui.baseUrl', 'nodeinit.bootstrapFile'],
  'true or false': ['gke.enabled', 'hubble.relay.tls.server.enabled', 'hubble.tls.enabled', 'ipv4.enabled', 'tls.caBundle.useSecret'],
};

// Text that the chart writes without quotes.
local plain = [
  'agentNotReadyTaintKey',
  'authentication.mutual.spire.connectionTimeout',
  'authentication.mutual.spire.install.agent.priorityClassName',
  'authentication.mutual.spire.install.agent.serviceAccount.name',
  'authentication.mutual.spire.install.server.priorityClassName',
  'authentication.mutual.spire.install.server.serviceAccount.name',
  'bpf.monitorAggregation',
  'bpf.monitorFlags',
  'certgen.priorityClassName',
  'clustermesh.apiserver.priorityClassName',
  'clustermesh.mcsapi.corednsAutoConfigure.priorityClassName',
  'cni.chainingMode',
  'cni.readCniConf',
  'egressMasqueradeInterfaces',
  'encryption.ztunnel.priorityClassName',
  'envoy.priorityClassName',
  'hubble.export.dynamic.config.configMapName',
  'hubble.metrics.dynamic.config.configMapName',
  'hubble.relay.priorityClassName',
  'hubble.ui.priorityClassName',
  'identityAllocationMode',
  'ingressController.loadbalancerMode',
  'ingressController.service.name',
  'nodeinit.priorityClassName',
  'operator.priorityClassName',
  'operator.unmanagedPodWatcher.selector',
  'preflight.priorityClassName',
  'priorityClassName',
];

{
  // What is not there to be taken away, by the value's full name.
  needed: { [path]: called for called in std.objectFields(needed) for path in needed[called] },

  // Names of the values that the chart does not quote.
  plain: { [path]: true for path in plain },

  // By the value's full name …
  paths: { [path]: type for type in std.objectFields(paths) for path in paths[type] } + words,

  // … or by its last part, for names that mean the same wherever they stand.
  names: {
    cpu: 'integer or string',
    maxUnavailable: 'integer or string',
    metricRelabelings: 'array',
    minAvailable: 'integer or string',
    namespace: 'string',
    override: 'string',
    relabelings: 'array',
    scrapeTimeout: 'string',
    unhealthyPodEvictionPolicy: 'string',
  },
}
