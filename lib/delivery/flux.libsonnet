// What Flux has to be given once: the repository, and a Kustomization for each component of each cluster.
local base = import '../knobs/main.libsonnet';

// What has to be there before the next; components that no step names come last.
local steps = [
  ['calico-crds'],
  ['calico', 'cilium', 'flannel', 'galaxy', 'ipamd', 'kube-proxy', 'migration'],
  ['coredns'],
];

local stepOf(component) =
  local found = [i for i in std.range(0, std.length(steps) - 1) if std.member(steps[i], component)];
  if found == [] then std.length(steps) else found[0];

// Those of the nearest step before, among what the cluster has.
local before(component, components) =
  local earlier = [other for other in components if stepOf(other) < stepOf(component)];
  local nearest = std.foldl(function(most, other) std.max(most, stepOf(other)), earlier, -1);
  [other for other in earlier if stepOf(other) == nearest];

local isOci(settings) = std.startsWith(settings.repository, 'oci://');

local isCommit(text) = std.member([40, 64], std.length(text)) && std.stripChars(text, '0123456789abcdef') == '';

local reference(settings) =
  local revision = settings.revision;
  if isOci(settings) then (if std.startsWith(revision, 'sha256:') then { digest: revision } else { tag: revision })
  else if isCommit(revision) then { commit: revision }
  else if std.startsWith(revision, 'refs/') then { name: revision }
  else { branch: revision };

local sourceKind(settings) = if isOci(settings) then 'OCIRepository' else 'GitRepository';

local source(settings) = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: sourceKind(settings),
  metadata: { name: settings.project, namespace: settings.namespace },
  spec: {
    url: settings.repository,
    ref: reference(settings),
    interval: settings.interval,
  },
};

local nameOf(cluster, component) = cluster + '-' + component;

local kustomization(fact, component) =
  local settings = fact.settings;
  local first = before(component, std.objectFields(fact.components));
  {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: nameOf(fact.cluster, component), namespace: settings.namespace },
    spec: {
      sourceRef: { kind: sourceKind(settings), name: settings.project },
      path: './' + settings.path + '/' + fact.cluster + '/' + component,
      interval: settings.interval,
      retryInterval: '2m',
      timeout: settings.timeout,
      wait: settings.wait,
      prune: settings.prune && !std.member(fact.kept, component),
      // A Kustomization that goes takes no network with it, except with what a migration has left behind.
      deletionPolicy: if std.member(fact.released, component) then 'Delete' else 'Orphan',
      force: false,
      [if first != [] then 'dependsOn']: [{ name: nameOf(fact.cluster, other) } for other in first],
      [if settings.destination != 'in-cluster' then 'kubeConfig']: { secretRef: { name: settings.destination + '-kubeconfig' } },
    },
  };

local finding(fact, path, message, hint) = base.refusal(path, message, hint) + { cluster: fact.cluster };

function(facts)
  local keyOf(fact) = fact.settings.namespace + '/' + fact.settings.project;
  local firsts = {
    [key]: [fact for fact in facts if keyOf(fact) == key][0]
    for key in std.set([keyOf(fact) for fact in facts])
  };
  local others = [
    finding(
      fact,
      ['delivery', key],
      local first = firsts[keyOf(fact)];
      "the project '" + fact.settings.project + "' has the " + key + " '" + fact.settings[key] + "' here and '" + first.settings[key] + "' in " + first.cluster,
      'Flux reads one repository for a project: say the same in both, or give one another project'
    )
    for fact in facts
    for key in ['repository', 'revision']
    if fact.settings[key] != firsts[keyOf(fact)].settings[key]
  ];
  local long = [
    finding(
      fact,
      ['delivery'],
      'the Kustomization ' + nameOf(fact.cluster, component) + ' has a name of more than 63 characters',
      'Flux writes the name into a label of every object, and labels end there: give the cluster a shorter name'
    )
    for fact in facts
    for component in std.objectFields(fact.components)
    if std.length(nameOf(fact.cluster, component)) > 63
  ];
  {
    findings: others + long,
    manifests:
      { ['source-' + key]: source(firsts[key].settings) for key in std.objectFields(firsts) }
      + {
        ['kustomization-' + fact.cluster + '/' + component]: kustomization(fact, component)
        for fact in facts
        for component in std.objectFields(fact.components)
      },
  }
