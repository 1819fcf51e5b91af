// What the management cluster has to know of one cluster's tree, from its objects as they are after every patch: plain data.
local base = import '../knobs/main.libsonnet';
local objects = import 'objects.libsonnet';
local written = import 'written.libsonnet';

local namespaceOf(object) = std.get(object.metadata, 'namespace');

local named(object) = {
  group: objects.groupOf(object),
  kind: object.kind,
  name: object.metadata.name,
  [if namespaceOf(object) != null then 'namespace']: object.metadata.namespace,
};

// Fields that something in the cluster writes, though the tree has the object: whose, where, why.
local ignored = [
  {
    of(all, object): all.isCertificate(object),
    where: { jsonPointers: ['/data'] },
    reason: 'cilium-certgen makes the certificate anew before it expires',
  },
  {
    of(all, object): all.isCorefile(object),
    where: { jsonPointers: ['/data/Corefile'] },
    reason: 'a Job of the cluster mesh adds the names of Services of other clusters',
  },
  {
    of(all, object): std.member(['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'], object.kind),
    where: { jqPathExpressions: ['.webhooks[]?.clientConfig.caBundle'] },
    reason: 'whoever makes the certificate of the webhook writes its authority here',
  },
  {
    of(all, object): object.kind == 'CustomResourceDefinition' && base.at(object, ['spec', 'conversion', 'webhook']) != null,
    where: { jsonPointers: ['/spec/conversion/webhook/clientConfig/caBundle'] },
    reason: 'whoever makes the certificate of the webhook writes its authority here',
  },
  {
    of(all, object): object.kind == 'APIService',
    where: { jsonPointers: ['/spec/caBundle'] },
    reason: 'whoever makes the certificate of the server writes its authority here',
  },
  {
    of(all, object): object.kind == 'ClusterRole' && std.isObject(std.get(object, 'aggregationRule')),
    where: { jsonPointers: ['/rules'] },
    reason: 'Kubernetes gathers the rules from other roles',
  },
];

// settings, name, migration: of the cluster, checked; migration is null if there is none
// manifests: component → key → object
function(settings, name, migration, manifests)
  local found = objects.all(manifests);
  local components = {
    [component]: [one.object for one in found if one.component == component]
    for component in std.set([one.component for one in found])
  };
  local all = written([one.object for one in found]);
  {
    cluster: name,
    settings: settings,
    components: {
      [component]: {
        local here = components[component],
        clusterKinds: std.set([objects.groupOf(object) + '/' + object.kind for object in here if namespaceOf(object) == null]),
        kinds: std.set([objects.groupOf(object) + '/' + object.kind for object in here if namespaceOf(object) != null]),
        namespaces: std.set([namespaceOf(object) for object in here if namespaceOf(object) != null]),
        ignored: [
          named(object) + row.where + { reason: row.reason }
          for object in here
          for row in ignored
          if row.of(all, object)
        ],
      }
      for component in std.objectFields(components)
    },
  } + objects.moving(migration)
