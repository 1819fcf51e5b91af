// What `delivery` can say, and what it is for. The names, types and defaults are those that the checks go by.
local reference = import '../knobs/reference.libsonnet';
local settings = import 'settings.libsonnet';

local called = { argocd: 'Argo CD', flux: 'Flux' };
local engines = std.objectFields(called);
local given = {
  argocd: { engine: 'argocd', repository: 'https://git.example.com/fleet.git' },
  flux: self.argocd { engine: 'flux' },
};
local complete = { [engine]: settings.complete(given[engine], 'example') for engine in engines };

// What only one engine has, and why the other has not.
local only(name) = [
  'for ' + std.join('', [called[other] for other in engines if other != engine]) + ' only: ' + settings.foreign[engine][name]
  for engine in engines
  if name in settings.foreign[engine]
];
local first(list) = if list == [] then null else list[0];

// In a cluster whose engine has it.
local withEngine(name) = {
  [if name in settings.foreign.argocd then 'ground']: { delivery: given.flux },
};

{
  settings: reference(
    settings.shape,
    std.foldl(
      function(all, engine) all + { [name]: complete[engine][name] for name in std.objectFields(complete[engine]) },
      engines,
      {}
    ) { engine: null, repository: null, namespace: null, destination: null },
    std.mapWithKey(function(name, words) withEngine(name) { note: first(only(name)) } + words, {
      engine: { meaning: 'who applies the tree', otherwise: 'required', example: 'flux' },
      repository: {
        meaning: 'where the trees are committed: a URL',
        otherwise: 'required',
        example: 'https://git.example.com/other.git',
      },
      revision: { meaning: 'the branch, tag or commit', example: 'release' },
      path: { meaning: 'the folder of trees in the repository, as `cniforge.toml` calls `rendered`, from its root on', example: 'fleet/rendered' },
      destination: {
        meaning: 'what the engine calls the target cluster',
        otherwise: "the cluster's name",
        note: "for Argo CD its name or URL; for Flux what stands before -kubeconfig in the name of the Secret with it, or 'in-cluster'",
        example: 'in-cluster',
      },
      project: { meaning: 'what the clusters of one fleet share there: an AppProject, or a label', example: 'network' },
      namespace: {
        meaning: 'where the engine is',
        otherwise: std.join(', ', [complete[engine].namespace + ' for ' + called[engine] for engine in engines]),
        example: 'gitops',
      },
      prune: { meaning: 'what leaves the tree is deleted, except for what carries the network' },
      applications: { meaning: 'one ApplicationSet for all, or an Application for each component', example: 'component' },
      wait: { meaning: 'a step is done only once its pods are ready' },
      interval: { meaning: 'how often the engine looks', example: '5m' },
      timeout: { meaning: 'how long a step may take', example: '30m' },
    })
  ),

  ground: { cni: 'galaxy', delivery: given.argocd },
}
