// The settings of `delivery`: what each may be, what it is when nothing is said, and what is wrong with one.
local base = import '../knobs/main.libsonnet';
local shapes = import '../knobs/shapes.libsonnet';

local shape = {
  fields: {
    engine: { words: ['argocd', 'flux'] },
    repository: 'string',
    revision: 'string',
    path: 'string',
    destination: 'string',
    project: 'string',
    namespace: 'string',
    wait: 'boolean',
    prune: 'boolean',
    applications: { words: ['set', 'component'] },
    interval: 'string',
    timeout: 'string',
  },
};

// What an engine has no word for, and why.
local foreign = {
  argocd: {
    wait: 'Argo CD always waits for one wave before it begins the next',
    interval: 'Argo CD has one interval for all: timeout.reconciliation in argocd-cm',
    timeout: 'Argo CD has one for all: controller.sync.timeout.seconds in argocd-cmd-params-cm',
  },
  flux: {
    applications: 'Flux has one Kustomization a component and no other way',
  },
};

local schemes = {
  argocd: ['https://', 'http://', 'ssh://', 'git@', 'oci://'],
  flux: ['https://', 'http://', 'ssh://', 'oci://'],
};

local required = {
  engine: "say who applies the tree: delivery+: { engine: 'argocd' }, or 'flux'",
  repository: "say where the trees are: delivery+: { repository: 'https://git.example.com/fleet.git' }",
};

local isDuration(text) =
  local number = std.rstripChars(text, 'smh');
  std.length(number) > 0 && std.length(text) == std.length(number) + 1 && std.stripChars(number, '0123456789') == '';

local isPath(text) = [part for part in std.split(text, '/') if std.member(['', '.', '..'], part)] == [];

local startsWithAny(text, starts) = [start for start in starts if std.startsWith(text, start)] != [];

local path(key) = ['delivery', key];

// A name that Kubernetes takes for any object.
local isName(text) =
  local letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  std.length(text) <= 63 && std.stripChars(text, letters + '-') == '' && text == std.stripChars(text, '-');

local values(given, engine) =
  base.when(!startsWithAny(std.get(given, 'repository', schemes[engine][0]), schemes[engine]), base.refusal(
    path('repository'),
    "'" + std.get(given, 'repository') + "' is no repository that " + engine + ' can read',
    'it begins with ' + std.join(', ', schemes[engine])
  ))
  + base.when(
    engine == 'argocd' && std.startsWith(std.get(given, 'repository', ''), 'oci://') && shapes.word(std.get(given, 'applications', 'set'), ['set', 'component']) == 'set',
    base.refusal(
      path('applications'),
      'an ApplicationSet finds trees by the folders of a git repository, and this is none',
      "write applications: 'component', or a git repository"
    )
  )
  + [
    base.refusal(path(key), "'" + given[key] + "' is no name for an object", 'at most 63 lower case letters, digits and -, with a letter or digit at both ends')
    for key in ['project', 'namespace']
    if std.get(given, key, '') != '' && !isName(given[key])
  ]
  // Argo CD's template would read it, whoever wrote the definition.
  + [
    base.refusal(path(key), "'" + given[key] + "' is a template", 'leave {{ and }} out')
    for key in ['destination', 'path', 'repository', 'revision']
    if std.length(std.findSubstr('{{', std.get(given, key, ''))) > 0
  ]
  + base.when(engine == 'argocd' && std.get(given, 'project') == 'default', base.refusal(
    path('project'),
    "the project 'default' is Argo CD's own: what it may do would be limited for every other Application in it",
    "leave project out, or give it a name of the fleet's own"
  ))
  + base.when(!isPath(std.get(given, 'path', 'rendered')), base.refusal(
    path('path'),
    "'" + std.get(given, 'path') + "' is no folder below the root of the repository",
    "write it relative, with / and without ..: path: 'rendered'"
  ))
  + [
    base.refusal(path(key), "'" + given[key] + "' is no time", "write a whole number with its unit: '10m'")
    for key in ['interval', 'timeout']
    if std.get(given, key) != null && !isDuration(given[key])
  ]
  + [
    base.refusal(path(key), 'delivery.' + key + ' is empty', 'leave it out, or give it a name')
    for key in ['destination', 'namespace', 'project', 'revision']
    if std.get(given, key) == ''
  ];

{
  shape:: shape,

  // Engine → settings that it has no word for, and why.
  foreign:: foreign,

  // given: the key `delivery` of a cluster, not empty
  findings(given)::
    local misshapen = shapes.problems(['delivery'], given, shape);
    local engine = shapes.word(std.get(given, 'engine'), std.objectFields(schemes));
    misshapen
    + [
      base.refusal(path(key), 'delivery.' + key + ' is missing', required[key])
      for key in std.objectFields(required)
      if std.get(given, key) == null
    ]
    + (
      if misshapen != [] || engine == null then []
      else [
        base.refusal(path(key), 'delivery.' + key + ' means nothing to ' + engine, foreign[engine][key])
        for key in std.objectFields(foreign[engine])
        if std.get(given, key) != null
      ] + values(given, engine)
    ),

  // All of them, as plain data; `given` has no finding.
  complete(given, name)::
    local engine = shapes.word(given.engine, std.objectFields(schemes));
    local said = base.given(given);
    {
      engine: engine,
      repository: said.repository,
      revision: std.get(said, 'revision', 'main'),
      path: std.get(said, 'path', 'rendered'),
      destination: std.get(said, 'destination', name),
      project: std.get(said, 'project', 'cniforge'),
      namespace: std.get(said, 'namespace', { argocd: 'argocd', flux: 'flux-system' }[engine]),
      prune: std.get(said, 'prune', true),
    } + {
      argocd: { applications: std.asciiLower(std.get(said, 'applications', 'set')) },
      flux: {
        wait: std.get(said, 'wait', true),
        interval: std.get(said, 'interval', '10m'),
        timeout: std.get(said, 'timeout', '10m'),
      },
    }[engine],
}
