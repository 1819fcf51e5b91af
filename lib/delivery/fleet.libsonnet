// The management cluster's objects for all clusters of a fleet that say who applies them.
//
// facts: fact.libsonnet's of each cluster, as JSON, sorted by cluster.
//
// The result: findings, each of the cluster that it names; manifests, a component for each engine.
local base = import '../knobs/main.libsonnet';
local argocd = import 'argocd.libsonnet';
local flux = import 'flux.libsonnet';

local engines = { argocd: argocd, flux: flux };

function(facts)
  // A cluster without an object has no folder either.
  local all = [fact for fact in std.map(std.parseJson, facts) if std.length(fact.components) > 0];
  // Two networks in one cluster are none.
  local targetOf(fact) = std.join(' ', [fact.settings.engine, fact.settings.namespace, fact.settings.destination]);
  local first = { [target]: [fact.cluster for fact in all if targetOf(fact) == target][0] for target in std.set([targetOf(fact) for fact in all]) };
  local shared = [
    base.refusal(
      ['delivery', 'destination'],
      "'" + fact.settings.destination + "' is the destination of " + first[targetOf(fact)] + ' too: both networks would be installed in one cluster',
      'say what the engine calls each cluster: delivery+: { destination: … }'
    ) + { cluster: fact.cluster }
    for fact in all
    if first[targetOf(fact)] != fact.cluster
  ];
  local built = {
    [engine]: engines[engine]([fact for fact in all if fact.settings.engine == engine])
    for engine in std.objectFields(engines)
  };
  {
    findings: shared + std.flattenArrays([built[engine].findings for engine in std.objectFields(built)]),
    manifests: { [engine]: built[engine].manifests for engine in std.objectFields(built) },
  }
