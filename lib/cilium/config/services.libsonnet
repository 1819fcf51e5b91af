// Services: kube-proxy replacement, load balancing, node ports, LoadBalancer addresses.
local k = import '../kube.libsonnet';
local text = k.text;

{
  make(c)::
    local v = c.values;
    local flag(value) = if k.isSet(value) then 'true';
    local gateway = k.isSet(v.gatewayAPI.enabled);
    local socketLB = v.socketLB;
    local nodePort = v.nodePort;
    local lb = v.loadBalancer;
    {
      'kube-proxy-replacement': text(c.kubeProxyReplacement),
      'kube-proxy-replacement-healthz-bind-address':
        if c.kubeProxyReplacement then k.word(v.kubeProxyReplacementHealthzBindAddr),

      'bpf-lb-only': text(k.given(lb.standalone)),
      'bpf-lb-proto-diff': text(lb.protocolDifferentiation.enabled),
      'bpf-lb-map-max': text(v.bpf.lbMapMax),
      'bpf-lb-mode': text(lb.mode),
      'bpf-lb-algorithm': text(lb.algorithm),
      'bpf-lb-acceleration': text(lb.acceleration),
      'bpf-lb-dsr-dispatch': text(lb.dsrDispatch),
      'bpf-lb-maglev-table-size': text(v.maglev.tableSize),
      'bpf-lb-maglev-hash-seed': text(v.maglev.hashSeed),
      'bpf-lb-external-clusterip': text(v.bpf.lbExternalClusterIP),
      'bpf-lb-source-range-all-types': text(v.bpf.lbSourceRangeAllTypes),
      // Gateways choose their algorithm by an annotation on the Service, so it must be read.
      'bpf-lb-algorithm-annotation': if gateway && c.since(20) then 'true' else text(v.bpf.lbAlgorithmAnnotation),
      'bpf-lb-mode-annotation': text(v.bpf.lbModeAnnotation),
      'lb-reflector-wait-time': text(lb.reflectorWaitTime),
      'enable-service-topology': text(lb.serviceTopology),
      'enable-session-affinity': text(k.given(v.sessionAffinity)),
      'enable-svc-source-range-check': text(k.given(v.svcSourceRangeCheck)),
      'enable-internal-traffic-policy': text(v.enableInternalTrafficPolicy),
      'enable-no-service-endpoints-routable': text(v.enableNoServiceEndpointsRoutable),
      'service-no-backend-response': text(k.given(v.serviceNoBackendResponse)),
      'k8s-service-proxy-name': text(v.k8s.serviceProxyName),
      'disable-external-ip-mitigation': text(k.given(v.bpf.disableExternalIPMitigation)),

      'bpf-lb-sock': text(socketLB.enabled),
      'bpf-lb-sock-hostns-only':
        if gateway && c.since(20) && k.isLeft(socketLB) then 'true'
        else text(socketLB.hostNamespaceOnly),
      'bpf-lb-sock-terminate-pod-connections': text(socketLB.terminatePodConnections),
      'trace-sock': text(socketLB.tracing),

      'enable-node-port': if !c.kubeProxyReplacement then text(nodePort.enabled),
      'node-port-range': text(nodePort.range),
      'nodeport-addresses': if nodePort.addresses != null then k.joined(nodePort.addresses, ','),
      'direct-routing-device': text(nodePort.directRoutingDevice),
      'node-port-bind-protection': text(nodePort.bindProtection),
      'enable-auto-protect-node-port-range': text(nodePort.autoProtectPortRange),
      'enable-dynamic-source-lookup-nodeport': text(nodePort.enableDynamicSourceLookup),
      'enable-health-check-nodeport': text(nodePort.enableHealthCheck),
      // Google's load balancers check the service address itself.
      'enable-health-check-loadbalancer-ip': if k.isSet(v.gke.enabled) then 'true' else text(nodePort.enableHealthCheckLoadBalancerIP),

      'enable-lb-ipam': text(v.enableLBIPAM),
      'enable-node-ipam': flag(v.nodeIPAM.enabled),
      'default-lb-service-ipam': k.word(v.defaultLBServiceIPAM),

      'enable-local-redirect-policy': if k.isSet(v.localRedirectPolicies.enabled) || k.isSet(v.localRedirectPolicy) then 'true',
      'lrp-address-matcher-cidrs': if k.isSet(v.localRedirectPolicies.addressMatcherCIDRs) then k.joined(v.localRedirectPolicies.addressMatcherCIDRs, ','),
      'enable-bandwidth-manager': text(k.given(v.bandwidthManager.enabled)),
      'enable-bbr': if k.isSet(v.bandwidthManager.enabled) then text(v.bandwidthManager.bbr),
      'enable-bbr-hostns-only': if k.isSet(v.bandwidthManager.enabled) then text(v.bandwidthManager.bbrHostNamespaceOnly),
    },
}
