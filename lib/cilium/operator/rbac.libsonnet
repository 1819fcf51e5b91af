// What the operator may do: its ServiceAccount, ClusterRole, and the Roles in namespaces of their own.
local duration = import '../duration.libsonnet';
local k = import '../kube.libsonnet';

local customResources(c) = k.list([
  'ciliumloadbalancerippools',
  if !c.since(19) then 'ciliumbgppeeringpolicies',
  'ciliumbgpclusterconfigs',
  'ciliumbgppeerconfigs',
  'ciliumbgpadvertisements',
  'ciliumbgpnodeconfigs',
  'ciliumbgpnodeconfigoverrides',
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
  'ciliumgatewayclassconfigs',
]);
local bgpResources = [
  'ciliumbgpclusterconfigs',
  'ciliumbgppeerconfigs',
  'ciliumbgpadvertisements',
  'ciliumbgpnodeconfigs',
  'ciliumbgpnodeconfigoverrides',
];
local definitionsOf(resources) = [resource + '.cilium.io' for resource in resources];
local write = ['create', 'update', 'delete', 'patch'];

local ingressRules = [
  k.rule('networking.k8s.io', ['ingresses', 'ingressclasses'], k.read),
  k.rule('networking.k8s.io', ['ingresses/status', 'ingresses/finalizers'], ['update']),
];
local gateway = 'gateway.networking.k8s.io';
local gatewayRules(c) =
  // Kinds of the Gateway API that Cilium understands.
  local since20(kinds) = if c.since(20) then kinds;
  [
    k.rule(gateway, k.list([
      'gatewayclasses',
      'gateways',
      since20(['tcproutes', 'udproutes']),
      'tlsroutes',
      'httproutes',
      'grpcroutes',
      'referencegrants',
      'referencepolicies',
      since20(['backendtlspolicies', 'listenersets']),
    ]), k.read),
    k.rule(gateway, ['gatewayclasses'], ['patch']),
    k.rule(gateway, k.list([
      'gatewayclasses/status',
      'gateways/status',
      'httproutes/status',
      'grpcroutes/status',
      'tlsroutes/status',
      since20(['backendtlspolicies/status', 'tcproutes/status', 'udproutes/status', 'listenersets/status']),
    ]), ['update', 'patch']),
    k.rule('cilium.io', ['ciliumgatewayclassconfigs'], k.read),
    k.rule('cilium.io', ['ciliumgatewayclassconfigs/status'], ['update', 'patch']),
  ] + (if c.since(20) then [k.rule('', ['configmaps'], k.read)] else []);
local serviceImports = 'multicluster.x-k8s.io';
local serviceImportRules(c) = [
  k.rule(serviceImports, ['serviceimports'], k.read + ['create', 'update', 'patch', 'delete']),
  k.rule(serviceImports, ['serviceimports/status'], ['update', 'patch']),
  if c.since(19) then k.rule(serviceImports, ['serviceimports/finalizers'], ['update']),
  k.rule(serviceImports, ['serviceexports'], k.read),
  k.rule(serviceImports, ['serviceexports/status'], ['update', 'patch']),
  k.rule('', ['services'], ['create', 'update', 'patch', 'delete']),
];

local secretWriter = [k.rule('', ['secrets'], ['create', 'delete', 'update', 'patch'])];
// The ztunnel that encryption by ztunnel runs in is started and stopped by the operator.
local ztunnelRules(c) = k.list([
  k.rule('apps', ['daemonsets'], ['create', 'delete', 'get', 'list', 'watch']),
  if c.since(20) then k.rule('', ['serviceaccounts'], k.read),
]);

local rules(c) =
  local v = c.values;
  local operator = v.operator;
  local mesh = v.clustermesh;
  local watcher = operator.unmanagedPodWatcher;
  local restartsPods = k.isSet(watcher.restart) && k.isSet(watcher.intervalSeconds) && v.disableEndpointCRD == false;
  local l7 = k.isSet(v.ingressController.enabled) || k.isSet(v.gatewayAPI.enabled);
  local syncsSlices = k.isSet(mesh.enableEndpointSliceSynchronization);
  local installsMCS = c.mcsapi && k.isSet(mesh.mcsapi.installCRDs);
  local nodeWrites = k.list([
    if k.isSet(operator.removeNodeTaints) || k.isSet(operator.setNodeTaints) then 'nodes',
    if k.isSet(operator.setNodeNetworkStatus) then 'nodes/status',
  ]);
  k.list([
    k.rule('', ['pods'], k.read + (if restartsPods then ['delete'] else [])),
    k.rule('', ['configmaps'], ['patch'], ['cilium-config']),
    k.rule('', ['nodes'], ['list', 'watch']),
    if std.length(nodeWrites) > 0 then k.rule('', nodeWrites, ['patch']),
    k.rule('discovery.k8s.io', ['endpointslices'], (if syncsSlices || c.mcsapi then ['create', 'update', 'delete', 'deletecollection'] else []) + k.read),
    if syncsSlices then k.rule('', ['services/finalizers'], ['update']),
    k.rule('', ['services/status'], ['update', 'patch']),
    k.rule('', k.list([
      'namespaces',
      if c.secretSync || l7 then 'secrets',
      if c.since(20) then 'serviceaccounts',
    ]), k.read),
    k.rule('', k.list(['services', if !c.since(20) then 'endpoints']), k.read + (if l7 then write else [])),
    if l7 && c.since(19) then k.rule('discovery.k8s.io', ['endpointslices'], k.read + write),
    if syncsSlices then k.rule('', ['events'], ['patch', 'create']),
    k.rule('cilium.io', ['ciliumnetworkpolicies', 'ciliumclusterwidenetworkpolicies'], ['create', 'update', 'deletecollection', 'patch'] + k.read),
    k.rule('cilium.io', ['ciliumnetworkpolicies/status', 'ciliumclusterwidenetworkpolicies/status'], ['patch', 'update']),
    k.rule('cilium.io', ['ciliumendpoints', 'ciliumidentities'], ['delete', 'list', 'watch']),
    k.rule('cilium.io', ['ciliumidentities'], ['update'] + (if c.operatorMakesIdentities then ['create'] else [])),
    k.rule('cilium.io', ['ciliumnodes'], ['create', 'update'] + k.read + (if duration.isSet(operator.nodeGCInterval) then ['delete'] else [])),
    k.rule('cilium.io', ['ciliumnodes/status'], ['update']),
    k.rule('cilium.io', k.list([
      'ciliumendpointslices',
      'ciliumenvoyconfigs',
      if c.since(20) then ['ciliumbgpclusterconfigs', 'ciliumbgpnodeconfigoverrides'],
      'ciliumbgppeerconfigs',
      'ciliumbgpadvertisements',
      'ciliumbgpnodeconfigs',
      if c.since(20) then 'ciliumcidrgroups',
    ]), ['create', 'update'] + k.read + ['delete', 'patch']),
    k.rule('cilium.io', ['ciliumbgpclusterconfigs/status', 'ciliumbgppeerconfigs/status'], ['update']),
    k.rule('apiextensions.k8s.io', ['customresourcedefinitions'], ['create'] + k.read),
    k.rule('apiextensions.k8s.io', ['customresourcedefinitions'], ['update'], k.list([
      definitionsOf(customResources(c)),
      if installsMCS then ['serviceimports.multicluster.x-k8s.io', 'serviceexports.multicluster.x-k8s.io'],
      if c.since(20) then 'ciliumdatapathplugins.cilium.io',
    ])),
    if c.since(20) then k.rule('apiextensions.k8s.io', ['customresourcedefinitions/status'], ['update'], definitionsOf(bgpResources)),
    k.rule('cilium.io', k.list([
      'ciliumloadbalancerippools',
      'ciliumpodippools',
      if !c.since(20) then ['ciliumbgppeeringpolicies', 'ciliumbgpclusterconfigs', 'ciliumbgpnodeconfigoverrides'],
      'ciliumbgppeerconfigs',
      if c.since(20) then 'ciliumdatapathplugins',
    ]), k.read),
    k.rule('cilium.io', ['ciliumpodippools'], ['create']),
    k.rule('cilium.io', ['ciliumloadbalancerippools/status'], ['patch']),
    // One leader among the replicas
    k.rule('coordination.k8s.io', ['leases'], ['create', 'get', 'update']),
    if k.isSet(v.ingressController.enabled) then ingressRules,
    if k.isSet(v.gatewayAPI.enabled) then gatewayRules(c),
    if c.mcsapi then serviceImportRules(c)
    else if k.isSet(v.gatewayAPI.enabled) then k.rule(serviceImports, ['serviceimports'], k.read),
    if c.since(19) then k.rule('cilium.io', ['ciliumendpointslices'], ['deletecollection']),
  ]);

{
  make(c)::
    local v = c.values;
    local operator = v.operator;
    local account = v.serviceAccounts.operator;
    local withAccount = c.operator && k.isSet(account.create);
    local withRoles = withAccount && k.isSet(v.rbac.create);
    // Secrets are copied into one namespace for each use, and only there may the operator write them.
    local upgrading = c.since(20) && k.isSet(v.preflight.enabled);
    local secretRole(name, enabled, namespace, synced) = if withAccount && !upgrading && enabled && k.isSet(namespace) && synced then {
      role: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: c.metadata(name, annotations=operator.annotations, namespace=namespace),
        rules: secretWriter,
      },
      binding: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: c.metadata(name, annotations=operator.annotations, namespace=namespace),
      } + k.binding('Role', name, account.name, c.namespace),
    } else { role: null, binding: null };

    local ingress = secretRole('cilium-operator-ingress-secrets', k.isSet(v.ingressController.enabled), v.ingressController.secretsNamespace.name, k.isSet(v.ingressController.secretsNamespace.sync));
    local gateway = secretRole('cilium-operator-gateway-secrets', k.isSet(v.gatewayAPI.enabled), v.gatewayAPI.secretsNamespace.name, k.isSet(v.gatewayAPI.secretsNamespace.sync));
    local interception = secretRole('cilium-operator-tlsinterception-secrets', true, v.tls.secretsNamespace.name, c.secretSync);
    local ztunnel = c.since(19) && withAccount && !upgrading;
    {
      operatorServiceAccount: if withAccount then {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: c.bareMetadata(account.name, c.annotations([
          operator.annotations,
          account.annotations,
          if k.isSet(v.eni.enabled) && k.isSet(v.eni.iamRole) then { 'eks.amazonaws.com/role-arn': v.eni.iamRole },
        ])),
      },
      operatorClusterRole: if withRoles then {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: c.clusterMetadata('cilium-operator', annotations=operator.annotations),
        rules: rules(c),
      },
      operatorClusterRoleBinding: if withRoles then {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: c.clusterMetadata('cilium-operator', annotations=operator.annotations),
      } + k.binding('ClusterRole', 'cilium-operator', account.name, c.namespace),
      operatorIngressSecretsRole: ingress.role,
      operatorIngressSecretsRoleBinding: ingress.binding,
      operatorGatewaySecretsRole: gateway.role,
      operatorGatewaySecretsRoleBinding: gateway.binding,
      operatorTLSInterceptionSecretsRole: interception.role,
      operatorTLSInterceptionSecretsRoleBinding: interception.binding,
      operatorZtunnelRole: if ztunnel then {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: c.metadata('cilium-operator-ztunnel', annotations=operator.annotations),
        rules: ztunnelRules(c),
      },
      operatorZtunnelRoleBinding: if ztunnel then {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: c.metadata('cilium-operator-ztunnel', annotations=operator.annotations),
      } + k.binding('Role', 'cilium-operator-ztunnel', account.name, c.namespace),
    },
}
