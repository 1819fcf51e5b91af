// What the agents may do: their ServiceAccount, ClusterRole, and the Roles in namespaces of their own.
local k = import '../kube.libsonnet';

local readConfig = [k.rule('', ['configmaps'], k.read)];
local readSecrets = [k.rule('', ['secrets'], k.read)];

// The check before an upgrade starts agents of the new version beside the old ones and needs what they need, and always
// the Secrets.
local rules(c, preflight=false) =
  local v = c.values;
  k.list([
    k.rule('networking.k8s.io', ['networkpolicies'], k.read),
    k.rule('discovery.k8s.io', ['endpointslices'], k.read),
    k.rule('', k.list([
      ['namespaces', 'services', 'pods'],
      if !c.since(20) then 'endpoints',
      'nodes',
      // The chart has this the other way round for the pre-flight check.
      if c.secretsFromOneNamespace == preflight then 'secrets',
    ]), k.read),
    if k.isSet(v.hubble.dropEventEmitter.enabled) then k.rule('', ['events'], ['create', 'patch']),
    if k.isSet(v.annotateK8sNode) then k.rule('', ['nodes/status'], ['patch']),
    if k.isSet(v.l2announcements.enabled) then k.rule('coordination.k8s.io', ['leases'], ['create', 'get', 'update', 'list', 'delete']),
    k.rule('apiextensions.k8s.io', ['customresourcedefinitions'], ['list', 'watch', 'get']),
    k.rule('cilium.io', k.list([
      'ciliumloadbalancerippools',
      if !c.since(20) then 'ciliumbgppeeringpolicies',
      'ciliumbgpnodeconfigs',
      'ciliumbgpadvertisements',
      'ciliumbgppeerconfigs',
      'ciliumclusterwideenvoyconfigs',
      'ciliumclusterwidenetworkpolicies',
      'ciliumegressgatewaypolicies',
      'ciliumendpoints',
      'ciliumendpointslices',
      'ciliumenvoyconfigs',
      'ciliumidentities',
      'ciliumlocalredirectpolicies',
      'ciliumnetworkpolicies',
      'ciliumnodes',
      'ciliumnodeconfigs',
      'ciliumcidrgroups',
      'ciliuml2announcementpolicies',
      'ciliumpodippools',
      if c.since(20) then 'ciliumdatapathplugins',
    ]), ['list', 'watch']),
    k.rule('cilium.io', ['ciliumidentities', 'ciliumendpoints', 'ciliumnodes'], ['create']),
    k.rule('cilium.io', ['ciliumidentities'], ['update']),
    k.rule('cilium.io', ['ciliumendpoints'], ['delete', 'get']),
    k.rule('cilium.io', ['ciliumnodes', 'ciliumnodes/status'], ['get', 'update']),
    k.rule('cilium.io', [
      'ciliumendpoints/status',
      'ciliumendpoints',
      'ciliuml2announcementpolicies/status',
      'ciliumbgpnodeconfigs/status',
    ], ['patch']),
    if k.isSet(v.k8sClusterNetworkPolicy.enabled) then k.rule('policy.networking.k8s.io', ['clusternetworkpolicies'], k.read),
  ]);

{
  rules:: rules,

  make(c)::
    local v = c.values;
    local account = v.serviceAccounts.cilium;
    local withAccount = c.agent && k.isSet(account.create);
    // Each feature keeps its Secrets in a namespace of its choice; the agents read them there and nowhere else.
    local secretRole(role, binding, enabled, namespace, annotations=v.annotations, bindingAnnotations=annotations) = if withAccount && enabled && k.isSet(namespace) then {
      role: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: c.metadata(role, annotations=annotations, namespace=namespace) { labels: c.partOf },
        rules: readSecrets,
      },
      binding: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: c.metadata(binding, annotations=bindingAnnotations, namespace=namespace),
      } + k.binding('Role', role, account.name, c.namespace),
    } else { role: null, binding: null };
    local ingress = secretRole('cilium-ingress-secrets', 'cilium-secrets', k.isSet(v.ingressController.enabled), v.ingressController.secretsNamespace.name);
    local gateway = secretRole('cilium-gateway-secrets', 'cilium-gateway-secrets', k.isSet(v.gatewayAPI.enabled), v.gatewayAPI.secretsNamespace.name);
    local envoyConfig = secretRole('cilium-envoy-config-secrets', 'cilium-envoy-config-secrets', k.isSet(v.envoyConfig.enabled), v.envoyConfig.secretsNamespace.name);
    local bgp = secretRole('cilium-bgp-control-plane-secrets', 'cilium-bgp-control-plane-secrets', k.isSet(v.bgpControlPlane.enabled), v.bgpControlPlane.secretsNamespace.name, annotations=null);
    local interception = secretRole('cilium-tlsinterception-secrets', 'cilium-tlsinterception-secrets', c.secretsFromOneNamespace, v.tls.secretsNamespace.name, bindingAnnotations=null);
    {
      serviceAccount: if withAccount then {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: c.bareMetadata(account.name, c.annotations([v.annotations, account.annotations])),
      },
      clusterRole: if c.agent && k.isSet(v.rbac.create) then {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: c.clusterMetadata('cilium', annotations=v.annotations),
        rules: rules(c),
      },
      clusterRoleBinding: if withAccount && k.isSet(v.rbac.create) then {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: c.clusterMetadata('cilium', annotations=v.annotations),
      } + k.binding('ClusterRole', 'cilium', account.name, c.namespace),
      configRole: if c.agent then {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: c.metadata('cilium-config-agent', annotations=v.annotations),
        rules: readConfig,
      },
      configRoleBinding: if c.agent then {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: c.metadata('cilium-config-agent', annotations=v.annotations),
      } + k.binding('Role', 'cilium-config-agent', account.name, c.namespace),
      ingressSecretsRole: ingress.role,
      ingressSecretsRoleBinding: ingress.binding,
      gatewaySecretsRole: gateway.role,
      gatewaySecretsRoleBinding: gateway.binding,
      envoyConfigSecretsRole: envoyConfig.role,
      envoyConfigSecretsRoleBinding: envoyConfig.binding,
      bgpSecretsRole: bgp.role,
      bgpSecretsRoleBinding: bgp.binding,
      tlsInterceptionSecretsRole: interception.role,
      tlsInterceptionSecretsRoleBinding: interception.binding,
    },
}
