// What an engine has to be told about single objects, as annotations on them: when to apply them, and which it must never
// delete.
local phases = import '../migration/phases.libsonnet';
local written = import 'written.libsonnet';

// Kubernetes' own groups; every other kind is defined by a CRD.
local builtIn = [
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'extensions',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
];

// Argo CD applies one wave, waits until it is healthy, and goes on. Agents and operators are one wave: Cilium's agents wait
// for what its operator makes, calico-node waits for Typha, and kinds that come first within a wave are not waited for.
local waves = {
  Namespace: -5,
  CustomResourceDefinition: -4,
  ServiceAccount: -3,
  ClusterRole: -3,
  ClusterRoleBinding: -3,
  Role: -3,
  RoleBinding: -3,
  ConfigMap: -2,
  Secret: -2,
  NetworkPolicy: -2,
  DaemonSet: -1,
};
local network = -1;
local custom = 1;

// Components without which pods have no network.
local carriers = ['calico', 'calico-crds', 'cilium', 'coredns', 'flannel', 'galaxy', 'ipamd', 'kube-proxy', 'migration'];
// Of these, what the network goes with: an agent without its rights or its configuration does not start again.
local carrying = [
  'ClusterRole',
  'ClusterRoleBinding',
  'CiliumNodeConfig',
  'ConfigMap',
  'DaemonSet',
  'Deployment',
  'Role',
  'RoleBinding',
  'Secret',
  'ServiceAccount',
];
// calico-node finds Typha, and pods find names, by these.
local services = ['calico-typha', 'kube-dns'];
// In every component: with them goes everything inside of them.
local always = ['CustomResourceDefinition', 'Namespace'];

local groupOf(object) = if std.length(std.findSubstr('/', object.apiVersion)) == 0 then '' else std.split(object.apiVersion, '/')[0];

local isCustom(object) = !std.member(builtIn, groupOf(object));

local isObject(value) =
  std.isObject(value) && std.isString(std.get(value, 'apiVersion')) && std.isString(std.get(value, 'kind'))
  && std.isObject(std.get(value, 'metadata')) && std.isString(std.get(value.metadata, 'name'));

// The objects in whatever a key holds.
local flat(value) =
  if std.isArray(value) then std.flatMap(flat, value)
  else if isObject(value) then [value]
  else if std.isObject(value) && std.isArray(std.get(value, 'items')) then flat(value.items)
  else if std.isObject(value) then std.flattenArrays([flat(value[key]) for key in std.objectFields(value)])
  else [];

local waveOf(component, object) =
  local carrier = std.member(carriers, component) && component != 'coredns';
  if isCustom(object) then custom
  else if object.kind in waves then waves[object.kind]
  else if carrier && object.kind == 'Deployment' then network
  // One with a load balancer is healthy only once that has an address: from a custom object, such as a pool of Cilium's, which must
  // not wait for it in turn.
  else if object.kind == 'Service' then (if std.get(std.get(object, 'spec', {}), 'type', 'ClusterIP') == 'LoadBalancer' then custom else waves.ConfigMap)
  else 0;

local isKept(component, object, released) =
  std.member(always, object.kind)
  || std.member(carriers, component) && !std.member(released, component) && (
    std.member(carrying, object.kind) || object.kind == 'Service' && std.member(services, object.metadata.name)
  );

// A Job that deletes itself would be missing from then on, and be made again for ever.
local vanishes(object) = object.kind == 'Job' && std.get(std.get(object, 'spec', {}), 'ttlSecondsAfterFinished') != null;

local annotated(object, annotations) =
  if annotations == {} then object
  // What the object already says wins.
  else object { metadata+: { annotations: annotations + (local own = std.get(object.metadata, 'annotations'); if own == null then {} else own) } };

local engines = {
  argocd(component, object, released, all)::
    local kept = isKept(component, object, released);
    // It stays when its component goes: Argo CD would say for ever that it should be pruned, and does not.
    local staysAlone = kept && std.member(released, component);
    local options =
      ['ServerSideApply=true']
      + (if kept then ['Prune=false', 'Delete=false'] else [])
      + (if isCustom(object) then ['SkipDryRunOnMissingResource=true'] else []);
    annotated(object, {
      'argocd.argoproj.io/sync-wave': std.toString(waveOf(component, object)),
      'argocd.argoproj.io/sync-options': std.join(',', options),
    } + (if vanishes(object) then {
           'argocd.argoproj.io/hook': 'Sync',
           'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
         } else {}) + (if staysAlone then { 'argocd.argoproj.io/compare-options': 'IgnoreExtraneous' } else {})),

  flux(component, object, released, all)::
    local lasting = if vanishes(object) then object { spec: { [key]: object.spec[key] for key in std.objectFields(object.spec) if key != 'ttlSecondsAfterFinished' } } else object;
    annotated(
      lasting,
      (if isKept(component, object, released) then { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } else {})
      // It stays, so another one of the same name takes its place.
      + (if vanishes(object) then { 'kustomize.toolkit.fluxcd.io/force': 'enabled' } else {})
      // Flux would put back at every turn what a Job of the tree has written.
      + (if all.isCertificate(object) || all.isCorefile(object) then { 'kustomize.toolkit.fluxcd.io/ssa': 'IfNotPresent' } else {})
    ),
};

// Components of the old CNI, by what the cluster comes from.
local oldComponents = { galaxy: ['galaxy', 'flannel', 'migration'], calico: ['calico', 'calico-crds', 'migration'] };

{
  groupOf: groupOf,
  isObject: isObject,

  // Whether the network goes with it. released: components of which that is no longer true
  isKept: isKept,

  // Every object, with the component and the key that it stands under.
  all(manifests):: std.flattenArrays([
    [{ component: component, key: key, object: object } for object in flat(manifests[component][key])]
    for component in std.objectFields(manifests)
    if std.isObject(manifests[component])
    for key in std.objectFields(manifests[component])
  ]),

  // What of a migration concerns an engine: components of the old CNI that must stay, and those that may go from now on.
  //   migration   that of the cluster, checked; null if there is none
  moving(migration)::
    local old = if migration == null then [] else oldComponents[migration.from];
    local beside = migration != null && phases[migration.phase - 1].beside;
    { kept: if beside then old else [], released: if beside then [] else old },

  // The components, each object with the engine's annotations.
  //   migration   that of the cluster, checked; null if there is none. In its last phase but one the old CNI carries no pod
  //               any more: its objects may go from then on, and the next phase takes them out of the tree. An engine goes
  //               by the annotations of the object that runs, so that nothing goes whose phase 3 was never applied
  of(components, engine, migration)::
    local released = self.moving(migration).released;
    local all = written([one.object for one in self.all(components)]);
    local walk(component, value) =
      if std.isArray(value) then [walk(component, one) for one in value]
      else if isObject(value) then engines[engine](component, value, released, all)
      else value;
    std.mapWithKey(
      function(component, keys)
        if std.isObject(keys) then std.mapWithKey(function(key, value) walk(component, value), keys) else keys,
      components
    ),
}
