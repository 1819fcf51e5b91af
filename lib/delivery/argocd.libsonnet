// What Argo CD has to be given once: an AppProject for each project, and an ApplicationSet or Applications for its clusters.

// Objects without a namespace need one all the same to find their Application's destination allowed.
local home = 'kube-system';

// What the library can make. Argo CD neither compares nor prunes a kind that the project does not allow, so one that has just left
// the trees has to stay allowed, or its objects would stay for ever and nobody would be told.
local always = {
  clusterKinds: [
    '/Namespace',
    'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
    'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
    'apiextensions.k8s.io/CustomResourceDefinition',
    'gateway.networking.k8s.io/GatewayClass',
    'networking.k8s.io/IngressClass',
    'rbac.authorization.k8s.io/ClusterRole',
    'rbac.authorization.k8s.io/ClusterRoleBinding',
  ],
  kinds: [
    '/ConfigMap',
    '/ResourceQuota',
    '/Secret',
    '/Service',
    '/ServiceAccount',
    'apps/DaemonSet',
    'apps/Deployment',
    'apps/StatefulSet',
    'batch/CronJob',
    'batch/Job',
    'cert-manager.io/Certificate',
    'cilium.io/CiliumNodeConfig',
    'discovery.k8s.io/EndpointSlice',
    'monitoring.coreos.com/ServiceMonitor',
    'networking.k8s.io/Ingress',
    'networking.k8s.io/NetworkPolicy',
    'policy/PodDisruptionBudget',
    'rbac.authorization.k8s.io/Role',
    'rbac.authorization.k8s.io/RoleBinding',
  ],
  namespaces: [home, 'cilium-secrets', 'cilium-spire'],
};

local options = [
  'ServerSideApply=true',
  // A second Application over the same objects would be a second owner of the network.
  'FailOnSharedResource=true',
  // What goes, goes once everything else is healthy.
  'PruneLast=true',
];

local annotations = {
  // A commit elsewhere in the repository renders nothing anew.
  'argocd.argoproj.io/manifest-generate-paths': '.',
  // Fields that the API server fills in are no differences.
  'argocd.argoproj.io/compare-options': 'ServerSideDiff=true',
};

local reasons(ignored) = if ignored == [] then {} else {
  'cniforge.io/ignored-differences': std.lines([
    one.kind + ' ' + (if std.objectHas(one, 'namespace') then one.namespace + '/' else '') + one.name + ': ' + one.reason
    for one in ignored
  ]),
};

local differences(ignored) = [
  { [key]: one[key] for key in std.objectFields(one) if key != 'reason' }
  for one in ignored
];

local destinationOf(name) = { [if std.startsWith(name, 'https://') then 'server' else 'name']: name };

// settings: of the cluster; where: { path, destination }; part: what of the tree it is, { ignored, prune }
local spec(settings, where, part) = {
  project: settings.project,
  source: {
    repoURL: settings.repository,
    targetRevision: settings.revision,
    path: where.path,
    directory: { recurse: true },
  },
  destination: destinationOf(where.destination) + { namespace: home },
  syncPolicy: {
    automated: { prune: part.prune, selfHeal: true },
    syncOptions: options + (if part.ignored == [] then [] else ['RespectIgnoreDifferences=true']),
    // Objects of kinds that an operator defines have to wait for it.
    retry: { limit: 10, backoff: { duration: '10s', factor: 2, maxDuration: '5m' } },
  },
  [if part.ignored != [] then 'ignoreDifferences']: differences(part.ignored),
};

local project(settings, facts) =
  local components = [fact.components[component] for fact in facts for component in std.objectFields(fact.components)];
  local kindsOf(key) = [
    { group: parts[0], kind: parts[1] }
    for parts in [std.split(kind, '/') for kind in std.set(always[key] + std.flattenArrays([component[key] for component in components]))]
  ];
  {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: settings.project, namespace: settings.namespace },
    spec: {
      description: 'The networks of the clusters of this fleet, and nothing else',
      sourceRepos: std.set([fact.settings.repository for fact in facts]),
      destinations: [
        destinationOf(fact.settings.destination) + { namespace: namespace }
        for fact in facts
        for namespace in std.set(always.namespaces + std.flattenArrays([
          fact.components[component].namespaces
          for component in std.objectFields(fact.components)
        ]))
      ],
      clusterResourceWhitelist: kindsOf('clusterKinds'),
      namespaceResourceWhitelist: kindsOf('kinds'),
    },
  };

// A whole cluster is one Application, so that the waves hold across its components.
local whole(fact) = {
  // What goes with the last phase of a migration is taken out of the tree; until then nothing of the old CNI may go.
  prune: fact.settings.prune && fact.kept == [],
  ignored: std.flattenArrays([fact.components[component].ignored for component in std.objectFields(fact.components)]),
};

// A generator for all clusters that are applied in the same way. The folder's name is the cluster's, and what Argo CD calls
// it, unless the definition says otherwise.
local generators(facts) =
  local wayOf(fact) = {
    settings: { [key]: fact.settings[key] for key in ['path', 'project', 'repository', 'revision'] },
    part: whole(fact),
    destination: if fact.settings.destination == fact.cluster then '{{.path.basename}}' else fact.settings.destination,
  };
  local keyed = [{ key: std.manifestJsonMinified(wayOf(fact)), fact: fact } for fact in facts];
  [
    {
      local here = [one.fact for one in keyed if one.key == key],
      local way = wayOf(here[0]),
      git: {
        repoURL: way.settings.repository,
        revision: way.settings.revision,
        directories: [{ path: way.settings.path + '/' + fact.cluster } for fact in here],
        template: {
          metadata: { [if way.part.ignored != [] then 'annotations']: reasons(way.part.ignored) },
          spec: spec(way.settings, { path: '{{.path.path}}', destination: way.destination }, way.part),
        },
      },
    }
    for key in std.set([one.key for one in keyed])
  ];

local set(settings, facts) = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name: settings.project, namespace: settings.namespace },
  spec: {
    goTemplate: true,
    goTemplateOptions: ['missingkey=error'],
    // A folder that goes, or a definition, takes no network with it.
    syncPolicy: { applicationsSync: 'create-update', preserveResourcesOnDeletion: true },
    generators: generators(facts),
    // What a generator says of its own Applications is filled up from here.
    template: {
      metadata: { name: '{{.path.basename}}-cni', annotations: annotations },
      spec: { project: settings.project, destination: {} },
    },
  },
};

local single(fact, component) =
  local ignored = fact.components[component].ignored;
  {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: fact.cluster + '-' + component,
      namespace: fact.settings.namespace,
      annotations: annotations + reasons(ignored),
      // Deleting the Application is then how the old CNI goes; any other leaves everything behind.
      [if std.member(fact.released, component) then 'finalizers']: ['resources-finalizer.argocd.argoproj.io'],
    },
    spec: spec(
      fact.settings,
      { path: fact.settings.path + '/' + fact.cluster + '/' + component, destination: fact.settings.destination },
      { ignored: ignored, prune: fact.settings.prune && !std.member(fact.kept, component) }
    ),
  };

function(facts)
  local projects = std.set([fact.settings.namespace + '/' + fact.settings.project for fact in facts]);
  {
    findings: [],
    manifests: std.foldl(
      function(all, key)
        local here = [fact for fact in facts if fact.settings.namespace + '/' + fact.settings.project == key];
        local sets = [fact for fact in here if fact.settings.applications == 'set'];
        all
        { ['project-' + key]: project(here[0].settings, here) }
        + (if sets == [] then {} else { ['set-' + key]: set(sets[0].settings, sets) })
        + {
          ['application-' + key + '/' + fact.cluster + '/' + component]: single(fact, component)
          for fact in here
          if fact.settings.applications == 'component'
          for component in std.objectFields(fact.components)
        },
      projects,
      {}
    ),
  }
