// What a patch or an object's own annotation undoes of the delivery's care, from the objects as they are after every patch.
local base = import '../knobs/main.libsonnet';
local objects = import 'objects.libsonnet';

local mapOf(object, key) =
  local own = std.get(object.metadata, key);
  if std.isObject(own) then own else {};

local textIn(map, key) =
  local value = std.get(map, key);
  if std.isString(value) then value else '';

local text(object, key) = textIn(mapOf(object, 'annotations'), key);

// Flux takes a label for an annotation, and letters of either case.
local ofFlux(object, key) = [
  std.asciiLower(textIn(mapOf(object, where), 'kustomize.toolkit.fluxcd.io/' + key))
  for where in ['annotations', 'labels']
];

local optionsOf(object) = [
  std.stripChars(option, ' ')
  for option in std.split(text(object, 'argocd.argoproj.io/sync-options'), ',')
];

// Kinds that Argo CD takes no notice of by default: `resource.exclusions` in argocd-cm (Argo CD 3.5), those that a tree can have.
local excluded = { Endpoints: '', EndpointSlice: 'discovery.k8s.io', Lease: 'coordination.k8s.io' };

local hasOne(list, wanted) = [one for one in wanted if std.member(list, one)] != [];

// For each engine: who it is, whether it leaves the object alone, the annotation that says so, one that makes it delete and make
// anew what it cannot change, and whether it ever sees such an object.
local engines = {
  argocd: {
    called: 'Argo CD',
    isKept(object)::
      local options = optionsOf(object);
      hasOne(options, ['Prune=false', 'Prune=confirm']) && hasOne(options, ['Delete=false', 'Delete=confirm']),
    keeping: 'argocd.argoproj.io/sync-options: Prune=false,Delete=false',
    // A hook is deleted and made anew at each sync.
    replaces(object)::
      hasOne(optionsOf(object), ['Replace=true', 'Force=true'])
      || text(object, 'argocd.argoproj.io/hook') != '' || text(object, 'helm.sh/hook') != '',
    replacing: 'argocd.argoproj.io/sync-options',
    without: 'Replace=true, Force=true and hooks',
    sees(object):: std.get(excluded, object.kind) != objects.groupOf(object),
  },
  flux: {
    called: 'Flux',
    isKept(object):: std.member(ofFlux(object, 'prune'), 'disabled'),
    keeping: 'kustomize.toolkit.fluxcd.io/prune: disabled',
    replaces(object):: std.member(ofFlux(object, 'force'), 'enabled'),
    replacing: 'kustomize.toolkit.fluxcd.io/force',
    without: 'it',
    sees(object):: true,
  },
};

local named(object) =
  local namespace = std.get(object.metadata, 'namespace');
  object.kind + ' ' + (if std.isString(namespace) then namespace + '/' else '') + object.metadata.name;

local at(component, key, name) = ['manifests', component, key, 'metadata', 'annotations', name];

local key(annotation) = std.split(annotation, ':')[0];

// engine, migration: of the cluster, checked; migration is null if there is none
// manifests: component → key → object
function(engine, migration, manifests)
  local with = engines[engine];
  local released = objects.moving(migration).released;
  std.flattenArrays([
    local object = one.object;
    base.when(objects.isKept(one.component, object, released) && !with.isKept(object), base.finding(
      'error',
      at(one.component, one.key, key(with.keeping)),
      'with the ' + named(object) + ' pods lose their network, and nothing keeps ' + with.called + ' from deleting it',
      'it needs ' + with.keeping
    ) + { rule: 'CNI180' })
    + base.when(objects.isKept(one.component, object, []) && with.replaces(object), base.finding(
      'error',
      at(one.component, one.key, with.replacing),
      with.called + ' would delete the ' + named(object) + ' and make it anew, and pods lose their network meanwhile',
      'leave ' + with.without + ' out'
    ) + { rule: 'CNI181' })
    + base.when(!with.sees(object), base.finding(
      'warning',
      ['manifests', one.component, one.key, 'kind'],
      'unless it is told otherwise, ' + with.called + ' leaves out every ' + object.kind + ': the ' + named(object) + ' will be missing, and the Application Synced',
      'take the kind out of resource.exclusions in argocd-cm and allow this, or apply the object by hand'
    ) + { rule: 'CNI183' })
    for one in objects.all(manifests)
  ])
