// How packets travel between nodes and leave the cluster: tunnels, native routing, masquerading, encryption.
local duration = import '../duration.libsonnet';
local k = import '../kube.libsonnet';
local text = k.text;

{
  make(c)::
    local v = c.values;
    local flag(value) = if k.isSet(value) then 'true';
    local encryption = v.encryption;
    local encrypted(type, value) = if k.isSet(encryption.enabled) && encryption.type == type then value;
    local ipsec = encryption.ipsec;
    local strict = encryption.strictMode;
    // 1.19 still takes what stood under strictMode itself before there were two directions.
    local strictEgress = if !c.since(19) || c.since(20) || k.isSet(strict.egress.enabled) then strict.egress else strict;
    local leaving(value) = if k.isSet(strictEgress.enabled) then text(value);
    local announcing(value) = if k.isSet(v.l2announcements.enabled) then text(k.given(value));
    local bgp(value) = if k.isSet(v.bgpControlPlane.enabled) then value;
    // The whole cluster pool routed natively: there is exactly one CIDR then (checks/refusals).
    local poolCIDR(given, family, pool) =
      if k.isSet(given) then text(given)
      else if k.isSet(v.nativeRoutingCIDRFromClusterPool) && c.ipamMode == 'cluster-pool' && k.isSet(family.enabled) then k.joined(pool, ' ');
    {
      'enable-ipv4': text(v.ipv4.enabled),
      'enable-ipv6': text(v.ipv6.enabled),
      'prefer-ipv6': flag(v.preferIpv6),

      'routing-mode': c.routingMode,
      'tunnel-protocol': text(if k.isSet(v.tunnelProtocol) then v.tunnelProtocol else 'vxlan'),
      'tunnel-port': text(k.given(v.tunnelPort)),
      'tunnel-source-port-range': text(k.given(v.tunnelSourcePortRange)),
      'underlay-protocol': text(k.given(v.underlayProtocol)),
      'auto-direct-node-routes': text(v.autoDirectNodeRoutes),
      'direct-routing-skip-unreachable': text(v.directRoutingSkipUnreachable),
      'ipv4-native-routing-cidr': poolCIDR(v.ipv4NativeRoutingCIDR, v.ipv4, v.ipam.operator.clusterPoolIPv4PodCIDRList),
      'ipv6-native-routing-cidr': poolCIDR(v.ipv6NativeRoutingCIDR, v.ipv6, v.ipam.operator.clusterPoolIPv6PodCIDRList),
      // Clouds that route to each pod's own interface need a route for each endpoint.
      'enable-endpoint-routes':
        if k.isSet(v.endpointRoutes.enabled) then text(v.endpointRoutes.enabled)
        else if k.isSet(v.gke.enabled) || c.cloud != 'generic' then 'true',
      mtu: text(k.given(v.MTU)),
      'enable-pmtu-discovery': flag(v.pmtuDiscovery.enabled),
      'packetization-layer-pmtud-mode': text(v.pmtuDiscovery.packetizationLayerPMTUDMode),
      'enable-ipv4-big-tcp': text(v.enableIPv4BIGTCP),
      'enable-ipv6-big-tcp': text(v.enableIPv6BIGTCP),
      'enable-ipv4-fragment-tracking': text(v.fragmentTracking),
      'enable-nat46x64-gateway': text(k.given(v.nat46x64Gateway.enabled)),

      devices: if v.devices != null then k.joined(v.devices, ' '),
      'force-device-detection': flag(v.forceDeviceDetection),
      'enable-l2-neigh-discovery': text(v.l2NeighDiscovery.enabled),

      // Masquerading. On AWS interfaces the default is off since 1.18: pods have addresses of the VPC.
      'enable-ipv4-masquerade': text(
        if v.enableIPv4Masquerade != null then v.enableIPv4Masquerade
        else !(k.isSet(v.eni.enabled) && !c.installedBefore(18))
      ),
      'enable-ipv6-masquerade': text(v.enableIPv6Masquerade),
      'enable-bpf-masquerade':
        if v.bpf.masquerade != null then text(v.bpf.masquerade)
        else if c.installedBefore(10) && !c.installedBefore(8) then 'true',
      'enable-masquerade-to-route-source': text(v.enableMasqueradeRouteSource),
      'egress-masquerade-interfaces': k.plain(v.egressMasqueradeInterfaces),
      'enable-ip-masq-agent': flag(v.ipMasqAgent.enabled),
      'iptables-random-fully': text(v.iptablesRandomFully),
      'iptables-lock-timeout': text(v.iptablesLockTimeout),
      'disable-iptables-feeder-rules': if v.disableIptablesFeederRules != null then k.joined(v.disableIptablesFeederRules, ' '),
      'enable-xt-socket-fallback': text(v.enableXTSocketFallback),
      'install-no-conntrack-iptables-rules':
        if k.isSet(v.azure.enabled) || k.isSet(v.eni.enabled) || k.isSet(v.gke.enabled) || c.chained then 'false'
        else text(v.installNoConntrackIptablesRules),

      // Egress gateway and VTEP
      'enable-egress-gateway': flag(v.egressGateway.enabled),
      'egress-gateway-reconciliation-trigger-interval': text(v.egressGateway.reconciliationTriggerInterval),
      'egress-gateway-policy-map-max': text(k.given(v.egressGateway.maxPolicyEntries)),
      'enable-vtep': text(v.vtep.enabled),
      'vtep-endpoint': text(v.vtep.endpoint),
      'vtep-cidr': text(v.vtep.cidr),
      'vtep-mask': text(v.vtep.mask),
      'vtep-mac': text(v.vtep.mac),

      // Announcements: L2 and BGP
      'enable-l2-announcements': text(k.given(v.l2announcements.enabled)),
      'l2-announcements-lease-duration': announcing(v.l2announcements.leaseDuration),
      'l2-announcements-renew-deadline': announcing(v.l2announcements.leaseRenewDeadline),
      'l2-announcements-retry-period': announcing(v.l2announcements.leaseRetryPeriod),
      'enable-l2-pod-announcements': text(k.given(v.l2podAnnouncements.enabled)),
      'l2-pod-announcements-interface':
        if k.isSet(v.l2podAnnouncements.enabled) && !k.isSet(v.l2podAnnouncements.interfacePattern) then text(v.l2podAnnouncements.interface),
      'l2-pod-announcements-interface-pattern': if k.isSet(v.l2podAnnouncements.enabled) then k.given(v.l2podAnnouncements.interfacePattern),
      'enable-bgp-control-plane': bgp('true'),
      'bgp-secrets-namespace': bgp(text(v.bgpControlPlane.secretsNamespace.name)),
      'enable-bgp-control-plane-status-report': bgp(text(v.bgpControlPlane.statusReport.enabled)),
      'bgp-router-id-allocation-mode': bgp(text(v.bgpControlPlane.routerIDAllocation.mode)),
      'bgp-router-id-allocation-ip-pool': bgp(text(v.bgpControlPlane.routerIDAllocation.ipPool)),
      'enable-bgp-legacy-origin-attribute': bgp(text(v.bgpControlPlane.legacyOriginAttribute.enabled)),

      // Encryption between nodes
      'enable-ipsec': encrypted('ipsec', 'true'),
      'ipsec-key-file': encrypted('ipsec', if k.isSet(ipsec.mountPath) && k.isSet(ipsec.keyFile) then ipsec.mountPath + '/' + ipsec.keyFile),
      'enable-ipsec-key-watcher': encrypted('ipsec', text(ipsec.keyWatcher)),
      'ipsec-key-rotation-duration': encrypted('ipsec', duration.given(ipsec.keyRotationDuration)),
      'enable-wireguard': encrypted('wireguard', 'true'),
      'wireguard-persistent-keepalive': encrypted('wireguard', text(k.given(encryption.wireguard.persistentKeepalive))),
      'enable-ztunnel': encrypted('ztunnel', 'true'),
      'ztunnel-ca-type': encrypted('ztunnel', text(encryption.ztunnel.ca.type)),
      'enable-ipsec-encrypted-overlay': encrypted('ipsec', text(ipsec.encryptedOverlay)),
      'encrypt-interface': encrypted('ipsec', k.given(ipsec.interface)),
      'encrypt-node': if k.isSet(encryption.enabled) then text(k.given(encryption.nodeEncryption)),
      'enable-encryption-strict-mode': text(k.given(strict.enabled)),
      'encryption-strict-mode-cidr': if k.isSet(strict.enabled) then text(strict.cidr),
      'encryption-strict-mode-allow-remote-node-identities': if k.isSet(strict.enabled) then text(strict.allowRemoteNodeIdentities),
      'enable-encryption-strict-mode-ingress': text(k.given(strict.ingress.enabled)),
      'enable-encryption-strict-mode-egress': leaving(strictEgress.enabled),
      'encryption-strict-egress-cidr': leaving(strictEgress.cidr),
      'encryption-strict-egress-allow-remote-node-identities': leaving(strictEgress.allowRemoteNodeIdentities),
    },
}
