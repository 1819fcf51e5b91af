// The management cluster's objects for all clusters of a fleet that say who applies them.
//
// facts: fact.libsonnet's of each cluster, as JSON, sorted by cluster.
//
// The result: findings, each of the cluster that it names; manifests, a component for each engine.
local argocd = import 'argocd.libsonnet';
local flux = import 'flux.libsonnet';

local engines = { argocd: argocd, flux: flux };

function(facts)
  // A cluster without an object has no folder either.
  local all = [fact for fact in std.map(std.parseJson, facts) if std.length(fact.components) > 0];
  local built = {
    [engine]: engines[engine]([fact for fact in all if fact.settings.engine == engine])
    for engine in std.objectFields(engines)
  };
  {
    findings: std.flattenArrays([built[engine].findings for engine in std.objectFields(built)]),
    manifests: { [engine]: built[engine].manifests for engine in std.objectFields(built) },
  }
