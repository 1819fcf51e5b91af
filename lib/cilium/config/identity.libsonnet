// Who the cluster is, how identities are kept, and the mesh it may be part of.
local duration = import '../duration.libsonnet';
local k = import '../kube.libsonnet';
local text = k.text;

{
  make(c)::
    local v = c.values;
    local mesh = v.clustermesh;
    local operator = v.operator;
    {
      'cluster-name': text(v.cluster.name),
      'cluster-id': text(v.cluster.id),

      'identity-allocation-mode': k.plain(v.identityAllocationMode),
      'identity-management-mode': text(v.identityManagementMode),
      'identity-gc-interval': duration.text(operator.identityGCInterval),
      'identity-heartbeat-timeout': duration.text(operator.identityHeartbeatTimeout),
      'identity-change-grace-period': duration.given(v.identityChangeGracePeriod),
      labels: text(v.labels),
      'node-labels': text(v.nodeLabels),
      'enable-node-selector-labels': text(v.nodeSelectorLabels),
      'enable-well-known-identities': text(k.isSet(v.wellKnownIdentities.enabled)),

      'enable-k8s-endpoint-slice': text(k.given(v.enableK8sEndpointSlice)),

      // CiliumEndpoint objects and their slices
      'disable-endpoint-crd': if v.disableEndpointCRD == true then 'true',
      'enable-cilium-endpoint-slice': if k.isSet(v.ciliumEndpointSlice.enabled) then 'true',
      'ces-rate-limits':
        if k.isSet(v.ciliumEndpointSlice.enabled) && k.isSet(v.ciliumEndpointSlice.rateLimits)
        then std.manifestJsonMinified(v.ciliumEndpointSlice.rateLimits),
      'cilium-endpoint-gc-interval': duration.text(operator.endpointGCInterval),
      'nodes-gc-interval': duration.text(operator.nodeGCInterval),
      'synchronize-k8s-nodes': text(v.synchronizeK8sNodes),

      // An etcd of one's own in place of, or beside, Kubernetes objects
      kvstore: if k.isSet(v.etcd.enabled) then 'etcd',
      'kvstore-opt': if k.isSet(v.etcd.enabled) then '{"etcd.config": "/var/lib/etcd-config/etcd.config"}',
      'etcd-config': if k.isSet(v.etcd.enabled) then std.lines(
        ['---', 'endpoints:']
        + ['  - ' + endpoint for endpoint in k.orEmpty(v.etcd.endpoints)]
        + (if k.isSet(v.etcd.ssl) then [
             "trusted-ca-file: '/var/lib/etcd-secrets/etcd-client-ca.crt'",
             "key-file: '/var/lib/etcd-secrets/etcd-client.key'",
             "cert-file: '/var/lib/etcd-secrets/etcd-client.crt'",
           ] else [])
      ),

      // Cluster mesh
      'max-connected-clusters': text(mesh.maxConnectedClusters),
      'clustermesh-cache-ttl': text(mesh.cacheTTL),
      'clustermesh-default-global-namespace': text(mesh.defaultGlobalNamespace),
      'clustermesh-enable-endpoint-sync': text(mesh.enableEndpointSliceSynchronization),
      'clustermesh-enable-mcs-api': text(if c.since(20) then mesh.mcsapi.enabled else if c.since(19) then c.mcsapi else mesh.enableMCSAPISupport),
      'clustermesh-mcs-api-install-crds': text(mesh.mcsapi.installCRDs),
      'policy-default-local-cluster': text(mesh.policyDefaultLocalCluster),
    },
}
