// Namespaces for Secrets that policies, Ingresses and Gateways refer to.
local k = import 'kube.libsonnet';

function(c)
  local v = c.values;
  local wanted(values, enabled) = if enabled && k.isSet(values.secretsNamespace.create) && k.isSet(values.secretsNamespace.name) then [values.secretsNamespace.name] else [];
  local upgrading = k.isSet(v.preflight.enabled);
  local names = std.set(
    wanted(v.ingressController, k.isSet(v.ingressController.enabled))
    + wanted(v.gatewayAPI, k.isSet(v.gatewayAPI.enabled))
    + wanted(v.envoyConfig, k.isSet(v.envoyConfig.enabled))
    + wanted(v.bgpControlPlane, k.isSet(v.bgpControlPlane.enabled))
    + (if upgrading then [] else wanted(v.tls, true))
  );
  if upgrading && c.since(20) then {} else {
    ['namespace-' + name]: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: c.clusterMetadata(name, k.orEmptyMap(v.secretsNamespaceLabels), v.secretsNamespaceAnnotations),
    }
    for name in names
  }
