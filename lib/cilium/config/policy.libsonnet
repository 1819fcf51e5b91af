// Network policy, and the DNS proxy that policy by name relies on.
local k = import '../kube.libsonnet';
local text = k.text;

{
  make(c)::
    local v = c.values;
    local dns = v.dnsProxy;
    local auth = v.authentication;
    local mutual = auth.mutual;
    local spire = mutual.spire;
    local withSpire(value) = if k.isSet(spire.enabled) then value;
    local duration = import '../duration.libsonnet';
    {
      'enable-policy': if v.policyEnforcementMode != null then std.asciiLower(v.policyEnforcementMode),
      'policy-cidr-match-mode': if v.policyCIDRMatchMode != null then k.joined(v.policyCIDRMatchMode, ' '),
      'policy-audit-mode': text(v.policyAuditMode),
      'policy-deny-response': text(k.given(v.policyDenyResponse)),
      'enable-k8s-networkpolicy': text(v.k8sNetworkPolicy.enabled),
      'enable-k8s-cluster-network-policy': if k.isSet(v.k8sClusterNetworkPolicy.enabled) then 'true',
      'enable-non-default-deny-policies': text(v.enableNonDefaultDenyPolicies),
      'enable-endpoint-lockdown-on-policy-overflow': text(v.endpointLockdownOnMapOverflow),
      // Secrets that TLS interception in policies refers to
      'enable-policy-secrets-sync': if c.secretsFromOneNamespace && c.secretSync then 'true',
      'policy-secrets-only-from-secrets-namespace': if c.secretsFromOneNamespace then 'true',
      'policy-secrets-namespace': if c.secretsFromOneNamespace then text(v.tls.secretsNamespace.name),

      'dnsproxy-enable-transparent-mode':
        if dns.enableTransparentMode != null then text(dns.enableTransparentMode)
        // The packets of a chained plugin do not pass where the proxy would have to sit.
        else if !c.chained && k.isLeft(dns) then text(!c.installedBefore(12)),
      'dnsproxy-socket-linger-timeout': text(dns.socketLingerTimeout),
      'dns-policy-unload-on-shutdown': text(v.dnsPolicyUnloadOnShutdown),
      'tofqdns-dns-reject-response-code': text(k.given(dns.dnsRejectResponseCode)),
      'tofqdns-enable-dns-compression': text(dns.enableDnsCompression),
      'tofqdns-endpoint-max-ip-per-hostname': text(k.given(dns.endpointMaxIpPerHostname)),
      'tofqdns-idle-connection-grace-period': text(k.given(dns.idleConnectionGracePeriod)),
      'tofqdns-max-deferred-connection-deletes': text(k.given(dns.maxDeferredConnectionDeletes)),
      'tofqdns-min-ttl': text(k.given(dns.minTtl)),
      'tofqdns-pre-cache': text(k.given(dns.preCache)),
      'tofqdns-proxy-port': text(k.given(dns.proxyPort)),
      'tofqdns-proxy-response-max-delay': text(k.given(dns.proxyResponseMaxDelay)),
      'tofqdns-preallocate-identities': text(dns.preAllocateIdentities),
      'enable-standalone-dns-proxy': text(k.given(v.standaloneDnsProxy.enabled)),
      'standalone-dns-proxy-server-port': if k.isSet(v.standaloneDnsProxy.enabled) then text(v.standaloneDnsProxy.serverPort),

      // Mutual authentication
      'mesh-auth-enabled': text(auth.enabled),
      'mesh-auth-queue-size': text(auth.queueSize),
      'mesh-auth-rotated-identities-queue-size': text(auth.rotatedIdentitiesQueueSize),
      'mesh-auth-gc-interval': duration.text(auth.gcInterval),
      'mesh-auth-mutual-enabled': withSpire('true'),
      'mesh-auth-mutual-listener-port': withSpire(text(mutual.port)),
      'mesh-auth-mutual-connect-timeout': withSpire(duration.text(mutual.connectTimeout)),
      'mesh-auth-spire-agent-socket': withSpire(text(spire.agentSocketPath)),
      'mesh-auth-spire-admin-socket': withSpire(text(spire.adminSocketPath)),
      'mesh-auth-spire-server-address': withSpire(
        if k.isSet(spire.serverAddress) then text(spire.serverAddress)
        else 'spire-server.' + k.word(spire.install.namespace) + '.svc:8081'
      ),
      'mesh-auth-spire-server-connection-timeout': withSpire(k.plain(spire.connectionTimeout)),
      'mesh-auth-spiffe-trust-domain': withSpire(text(spire.trustDomain)),
    },
}
