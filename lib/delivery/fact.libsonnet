// What the management cluster has to know of one cluster's tree, from its objects as they are after every patch: plain data.
local objects = import 'objects.libsonnet';

local namespaceOf(object) = std.get(object.metadata, 'namespace');

local named(object) = {
  group: objects.groupOf(object),
  kind: object.kind,
  name: object.metadata.name,
  [if namespaceOf(object) != null then 'namespace']: object.metadata.namespace,
};

local at(object, path) = std.foldl(function(value, key) if std.isObject(value) then std.get(value, key) else null, path, object);

local textsOf(value) = if std.isArray(value) then [text for text in value if std.isString(text)] else [];

local listAt(object, path) =
  local list = at(object, path);
  if std.isArray(list) then list else [];

// The containers of Jobs, also of those that a CronJob makes.
local jobContainers(object) =
  local all =
    if object.kind == 'Job' then listAt(object, ['spec', 'template', 'spec', 'containers'])
    else if object.kind == 'CronJob' then listAt(object, ['spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers'])
    else [];
  [container for container in all if std.isObject(container)];

local argument(container, name) = [
  std.substr(text, std.length(name) + 3, std.length(text))
  for text in textsOf(std.get(container, 'args'))
  if std.startsWith(text, '--' + name + '=')
];

// Namespace and name of each Secret that cilium-certgen writes, as its own arguments and configuration say.
local certgenSecrets(container) =
  local lines = std.flattenArrays([
    std.split(variable.value, '\n')
    for variable in listAt(container, ['env'])
    if std.isObject(variable) && std.get(variable, 'name') == 'CILIUM_CERTGEN_CONFIG' && std.isString(std.get(variable, 'value'))
  ]);
  local after(start) = [std.substr(line, std.length(start), std.length(line)) for line in lines if std.startsWith(line, start)];
  local names = after('- name: ');
  local namespaces = after('  namespace: ');
  [namespaces[i] + '/' + names[i] for i in std.range(0, std.min(std.length(names), std.length(namespaces)) - 1)]
  + [
    namespace + '/' + name
    for namespace in argument(container, 'ca-secret-namespace')
    for name in argument(container, 'ca-secret-name')
  ];

// Which ConfigMap the Job rewrites that teaches CoreDNS the names of other clusters.
local corednsConfigs(container) = [
  namespace + '/' + name
  for namespace in argument(container, 'coredns-namespace')
  for name in argument(container, 'coredns-configmap-name')
];

// Fields that something in the cluster writes, though the tree has the object: whose, where, why.
local ignored = [
  {
    of(all, object): object.kind == 'Secret' && std.member(all.certgen, std.toString(namespaceOf(object)) + '/' + object.metadata.name),
    where: { jsonPointers: ['/data'] },
    reason: 'cilium-certgen makes the certificate anew before it expires',
  },
  {
    of(all, object): object.kind == 'ConfigMap' && std.member(all.coredns, std.toString(namespaceOf(object)) + '/' + object.metadata.name),
    where: { jsonPointers: ['/data/Corefile'] },
    reason: 'a Job of the cluster mesh adds the names of Services of other clusters',
  },
  {
    of(all, object): std.member(['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'], object.kind),
    where: { jqPathExpressions: ['.webhooks[]?.clientConfig.caBundle'] },
    reason: 'whoever makes the certificate of the webhook writes its authority here',
  },
  {
    of(all, object): object.kind == 'CustomResourceDefinition' && at(object, ['spec', 'conversion', 'webhook']) != null,
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
  local containers = std.flattenArrays([jobContainers(one.object) for one in found]);
  local all = {
    certgen: std.set(std.flatMap(certgenSecrets, containers)),
    coredns: std.set(std.flatMap(corednsConfigs, containers)),
  };
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
