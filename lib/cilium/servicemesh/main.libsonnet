// Ingress and Gateway API: the classes that make Cilium responsible, and the Service that Ingresses share.
local k = import '../kube.libsonnet';

local gatewayRules = [{
  apiGroups: ['gateway.networking.k8s.io'],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['gateways'],
}];

local ingressObjects(c) = if !k.isSet(c.values.ingressController.enabled) then {} else
  local ingress = c.values.ingressController;
  local service = ingress.service;
  // On the host network Envoy itself listens; the Service is only a name.
  local hostNetwork = k.isSet(ingress.hostNetwork.enabled);
  {
    ingressClass: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: c.bareMetadata(
        'cilium',
        if k.isSet(ingress.default) then { 'ingressclass.kubernetes.io/is-default-class': 'true' },
        namespace=null,
      ),
      spec: { controller: 'cilium.io/ingress-controller' },
    },
    ingressService: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: c.metadata(k.plain(service.name), { 'cilium.io/ingress': 'true' } + k.orEmptyMap(service.labels), service.annotations),
      spec: k.compact({
        ports: [
          k.compact({ name: 'http', port: 80, protocol: 'TCP', nodePort: k.given(service.insecureNodePort) }),
          k.compact({ name: 'https', port: 443, protocol: 'TCP', nodePort: k.given(service.secureNodePort) }),
        ],
        type: if hostNetwork then 'ClusterIP' else service.type,
        loadBalancerClass: k.given(service.loadBalancerClass),
        loadBalancerIP: k.given(service.loadBalancerIP),
        allocateLoadBalancerNodePorts: service.allocateLoadBalancerNodePorts,
        externalTrafficPolicy: if !hostNetwork then k.given(service.externalTrafficPolicy),
      }),
    },
    // A Service without any endpoint is not announced; Envoy takes the traffic before it would get there.
    ingressEndpoints:
      local metadata(labels) =
        local all = labels + k.orEmptyMap(service.labels) + c.commonLabels;
        c.bareMetadata(k.plain(service.name), service.annotations) + (if all == {} then {} else { labels: all });
      if c.since(19) then {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: metadata({ 'kubernetes.io/service-name': k.plain(service.name) }),
        addressType: 'IPv4',
        endpoints: [{ addresses: ['192.192.192.192'], conditions: { ready: true } }],
        ports: [{ port: 9999 }],
      } else {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: metadata({}),
        subsets: [{ addresses: [{ ip: '192.192.192.192' }], ports: [{ port: 9999 }] }],
      },
  };

local gatewayObjects(c) =
  local gateway = c.values.gatewayAPI;
  local create = k.word(gateway.gatewayClass.create);
  // 'auto' creates the class where the cluster knows what that is.
  local wanted =
    k.isSet(gateway.enabled)
    && (create == 'true' || create == 'auto' && std.member(c.cluster.apiVersions, 'gateway.networking.k8s.io/v1/GatewayClass'));
  if !wanted then {} else {
    gatewayClass: {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: c.bareMetadata('cilium', namespace=null),
      spec: {
        controllerName: 'io.cilium/gateway-controller',
        description: 'The default Cilium GatewayClass',
      },
    },
    gatewayPolicy: if c.since(20) then {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: c.bareMetadata('gateway.cilium.io', namespace=null),
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: gatewayRules },
        validations: [{
          expression:
            "object.spec.gatewayClassName != 'cilium' || (has(object.spec.listeners)) && "
            + "object.spec.listeners.filter(e, has(e.tls) && has(e.tls.mode) && e.tls.mode == 'Terminate')"
            + '.all(e, e.tls.certificateRefs.size() == 1)',
          message: 'cilium GatewayClass requires exactly one certificateRef per listener when tls.mode is Terminate.',
          reason: 'Invalid',
        }],
      },
    },
    gatewayPolicyBinding: if c.since(20) then {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: c.bareMetadata('gateway.cilium.io', namespace=null),
      spec: {
        policyName: 'gateway.cilium.io',
        validationActions: ['Deny'],
        matchResources: { resourceRules: gatewayRules },
      },
    },
  };

function(c) ingressObjects(c) + gatewayObjects(c)
