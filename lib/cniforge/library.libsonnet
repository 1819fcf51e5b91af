// What the library takes and gives, for the book: what a definition may set, and the components and keys of all objects.
local cilium = import '../cilium/reference.libsonnet';
local front = import 'main.libsonnet';
local settings = import 'settings.libsonnet';

local plain = {
  name: 'example',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  controlPlaneEndpoint: '10.0.0.1:6443',
  cni: 'none',
};

local at(path, value) = std.foldr(function(part, inner) { [part]: inner }, path, value);

// Rows of a definition's manifests, each { component, key, object, with }, without those that are known.
local rowsOf(keys, known, with) =
  local manifests = (front.cluster + std.mergePatch(plain, keys)).manifests;
  [
    { component: component, key: key, object: manifests[component][key].kind + '/' + manifests[component][key].metadata.name, with: with }
    for component in std.objectFields(manifests)
    for key in std.objectFields(manifests[component])
    if !std.setMember(component + '.' + key, known)
  ];
local namesOf(rows) = std.set([row.component + '.' + row.key for row in rows]);

// The switches of a library, but for the one that installs it.
local switchesOf(key) = [
  name
  for name in std.objectFields(settings.entries)
  if std.startsWith(name, key + '.') && settings.entries[name].type == 'boolean' && settings.entries[name].default == false
  if name != key + '.enabled'
];

local ofLibrary(key) =
  local ground = settings.libraries[key].ground;
  std.foldl(
    function(rows, name)
      rows + rowsOf(std.mergePatch(ground, at(settings.entries[name].path, true)), namesOf(rows), name),
    switchesOf(key),
    rowsOf(ground, [], null)
  );

local underlay = settings.libraries.cilium.ground { networkArgs: { networkMode: 'underlay', asn: '64512', 'switch-ip': '10.0.0.1' } };
local overlayRows = rowsOf(settings.libraries.cilium.ground, [], null);

local ofCilium = [
  local one = cilium.manifests[component][key];
  { component: component, key: key, object: one.object.kind + '/' + one.object.metadata.name, with: if one.with != null then 'cilium.values.' + one.with }
  for component in std.objectFields(cilium.manifests)
  for key in std.objectFields(cilium.manifests[component])
];

// A phase in which there is something of both.
local migration = settings.libraries.migration.ground;
local withoutMigration = rowsOf({ [key]: migration[key] for key in std.objectFields(migration) if key != 'migration' }, [], null);

{
  // What a definition may set, and what it can be asked for. `+:` keeps a key as it is: hidden or visible.
  knobs: std.setDiff(
    [name for name in std.objectFieldsAll(front.cluster) if !std.objectHas(front.cluster, name)],
    self.answers
  ),
  answers: ['delivered', 'deliveryFindings', 'facts', 'findings', 'summary'],
  visible: std.objectFields(front.cluster),

  // Whose → rows of { component, key, object, with }.
  manifests: {
    galaxy: ofLibrary('galaxy'),
    calico: ofLibrary('calico'),
    cilium: ofCilium,
    'tkestack-cilium': overlayRows + rowsOf(underlay, namesOf(overlayRows), "networkMode 'underlay'"),
    coredns: ofLibrary('coredns'),
    'kube-proxy': ofLibrary('kubeProxy'),
    migration: [
      row { with: 'phases 2 and 3' }
      for row in rowsOf(std.mergePatch(migration, { migration: { phase: 2 } }), namesOf(withoutMigration), null)
      if row.component == 'migration'
    ],
  },
}
