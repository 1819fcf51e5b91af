// What the Jobs of a tree write into objects that the tree may have too, by their own arguments.
local base = import '../knobs/main.libsonnet';

local textsOf(value) = if std.isArray(value) then [text for text in value if std.isString(text)] else [];

local listAt(object, path) =
  local list = base.at(object, path);
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


local named(object) = std.toString(std.get(object.metadata, 'namespace')) + '/' + object.metadata.name;

// objects: all of the tree
function(objects)
  local containers = std.flatMap(jobContainers, objects);
  local certificates = std.set(std.flatMap(certgenSecrets, containers));
  local corefiles = std.set(std.flatMap(corednsConfigs, containers));
  {
    isCertificate(object):: object.kind == 'Secret' && std.member(certificates, named(object)),
    isCorefile(object):: object.kind == 'ConfigMap' && std.member(corefiles, named(object)),
  }
