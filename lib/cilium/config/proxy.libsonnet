// Layer 7: the Envoy proxy on each node, Ingress, Gateway API and L7 load balancing.
local duration = import '../duration.libsonnet';
local k = import '../kube.libsonnet';
local text = k.text;

{
  make(c)::
    local v = c.values;
    local envoy = v.envoy;
    local ingress = v.ingressController;
    local gateway = v.gatewayAPI;
    local onIngress(value) = if k.isSet(ingress.enabled) then value;
    local onGateway(value) = if k.isSet(gateway.enabled) then value;
    local l7 = v.loadBalancer.l7;
    local l7Balancing = l7.backend == 'envoy';
    local envoyConfig = k.isSet(v.envoyConfig.enabled) || k.isSet(ingress.enabled) || k.isSet(gateway.enabled) || l7Balancing;
    local defaultSecret = k.isSet(ingress.defaultSecretNamespace) && k.isSet(ingress.defaultSecretName);
    {
      'enable-l7-proxy': text(v.l7Proxy),
      'external-envoy-proxy': text(c.envoyDaemonSet),
      'envoy-base-id': text(envoy.baseID),
      'envoy-xds-mode':
        if envoy.xdsMode != null then text(envoy.xdsMode) else if !c.installedBefore(20) then 'ads',
      'envoy-node-locality-enabled': text(envoy.nodeLocality.enabled),
      'envoy-policy-restore-timeout': text(k.given(envoy.policyRestoreTimeoutDuration)),
      'envoy-http-upstream-linger-timeout': text(k.given(envoy.httpUpstreamLingerTimeout)),
      'endpoint-policy-update-timeout': text(k.given(v.endpointPolicyUpdateTimeoutDuration)),
      'envoy-log': text(k.given(envoy.log.path)),
      'envoy-default-log-level': text(k.given(envoy.log.defaultLevel)),
      'envoy-access-log-enabled': text(envoy.log.accessLogEnabled),
      'envoy-access-log-buffer-size': text(k.given(envoy.log.accessLogBufferSize)),
      'envoy-keep-cap-netbindservice': text(
        std.get(k.orEmptyMap(std.get(k.orEmptyMap(envoy.securityContext), 'capabilities')), 'keepCapNetBindService')
      ),
      'disable-envoy-version-check': text(v.disableEnvoyVersionCheck),
      // Inside the agent Envoy has no pod of its own to show these ports.
      'proxy-prometheus-port': if !c.envoyDaemonSet && k.isSet(envoy.prometheus.enabled) then text(envoy.prometheus.port),
      'proxy-admin-port':
        if !c.envoyDaemonSet && k.isSet(envoy.debug.admin.enabled) then text(k.given(envoy.debug.admin.port)),

      'proxy-connect-timeout': text(envoy.connectTimeoutSeconds),
      'proxy-initial-fetch-timeout': text(envoy.initialFetchTimeoutSeconds),
      'proxy-max-active-downstream-connections': text(envoy.maxGlobalDownstreamConnections),
      'proxy-max-requests-per-connection': text(envoy.maxRequestsPerConnection),
      'proxy-max-connection-duration-seconds': text(envoy.maxConnectionDurationSeconds),
      'proxy-idle-timeout-seconds': text(envoy.idleTimeoutDurationSeconds),
      'proxy-max-concurrent-retries': text(envoy.maxConcurrentRetries),
      'proxy-cluster-max-connections': text(envoy.clusterMaxConnections),
      'proxy-cluster-max-pending-requests': text(envoy.clusterMaxPendingRequests),
      'proxy-cluster-max-requests': text(envoy.clusterMaxRequests),
      'proxy-use-original-source-address': text(envoy.useOriginalSourceAddress),
      'proxy-xff-num-trusted-hops-ingress': text(envoy.xffNumTrustedHopsL7PolicyIngress),
      'proxy-xff-num-trusted-hops-egress': text(envoy.xffNumTrustedHopsL7PolicyEgress),
      'http-retry-count': text(envoy.httpRetryCount),
      'http-stream-idle-timeout': text(envoy.streamIdleTimeoutDurationSeconds),

      // CiliumEnvoyConfig objects, which Ingress and Gateway API are made of
      'enable-envoy-config': if envoyConfig then 'true',
      'envoy-config-retry-interval': if envoyConfig then duration.text(v.envoyConfig.retryInterval),
      'envoy-secrets-namespace': if k.isSet(v.envoyConfig.enabled) then text(v.envoyConfig.secretsNamespace.name),

      'enable-ingress-controller': onIngress('true'),
      'enforce-ingress-https': onIngress(text(ingress.enforceHttps)),
      'enable-ingress-proxy-protocol': onIngress(text(ingress.enableProxyProtocol)),
      'ingress-use-remote-address': onIngress(text(ingress.useRemoteAddress)),
      'ingress-default-xff-num-trusted-hops': onIngress(text(ingress.xffNumTrustedHops)),
      'enable-ingress-secrets-sync': onIngress(text(ingress.secretsNamespace.sync)),
      'ingress-secrets-namespace': onIngress(text(ingress.secretsNamespace.name)),
      'ingress-lb-annotation-prefixes': onIngress(k.joined(ingress.ingressLBAnnotationPrefixes, ' ')),
      'ingress-default-lb-mode': onIngress(k.plain(ingress.loadbalancerMode)),
      'ingress-shared-lb-service-name': onIngress(k.plain(ingress.service.name)),
      'ingress-default-secret-namespace': onIngress(if defaultSecret then text(ingress.defaultSecretNamespace)),
      'ingress-default-secret-name': onIngress(if defaultSecret then text(ingress.defaultSecretName)),
      'ingress-hostnetwork-enabled': onIngress(text(ingress.hostNetwork.enabled)),
      'ingress-hostnetwork-shared-listener-port': onIngress(text(ingress.hostNetwork.sharedListenerPort)),
      'ingress-hostnetwork-http-listener-port': onIngress(text(ingress.hostNetwork.httpPort)),
      'ingress-hostnetwork-https-listener-port': onIngress(text(ingress.hostNetwork.httpsPort)),
      'ingress-hostnetwork-tls-passthrough-listener-port': onIngress(text(ingress.hostNetwork.tlsPassthroughPort)),
      'ingress-hostnetwork-nodelabelselector': onIngress(k.pairs(k.orEmptyMap(ingress.hostNetwork.nodes.matchLabels))),

      'enable-gateway-api': onGateway('true'),
      'enable-gateway-api-secrets-sync': onGateway(text(gateway.secretsNamespace.sync)),
      'enable-gateway-api-proxy-protocol': onGateway(text(gateway.enableProxyProtocol)),
      'enable-gateway-api-app-protocol': onGateway(text(if k.isSet(gateway.enableAppProtocol) then gateway.enableAppProtocol else gateway.enableAlpn)),
      'enable-gateway-api-alpn': onGateway(text(gateway.enableAlpn)),
      'gateway-api-use-remote-address': onGateway(text(gateway.useRemoteAddress)),
      'gateway-api-xff-num-trusted-hops': onGateway(text(gateway.xffNumTrustedHops)),
      'gateway-api-service-externaltrafficpolicy': onGateway(text(gateway.externalTrafficPolicy)),
      'gateway-api-secrets-namespace': onGateway(text(gateway.secretsNamespace.name)),
      'gateway-api-hostnetwork-enabled': onGateway(text(gateway.hostNetwork.enabled)),
      'gateway-api-hostnetwork-nodelabelselector': onGateway(k.pairs(k.orEmptyMap(gateway.hostNetwork.nodes.matchLabels))),

      'loadbalancer-l7': if l7Balancing then 'envoy',
      'loadbalancer-l7-ports': if l7Balancing then k.joined(l7.ports, ' '),
      'loadbalancer-l7-algorithm': if l7Balancing then text(l7.algorithm),
    },
}
