// The settings of everything but Cilium, by their full names, and what another value of one makes different in a cluster.
local fleet = import '../delivery/fleet.libsonnet';
local keys = import 'keys.libsonnet';
local front = import 'main.libsonnet';

// Key of a cluster → what the library behind it can be told.
local libraries = {
  galaxy: import '../galaxy/reference.libsonnet',
  calico: import '../calico/reference.libsonnet',
  cilium: import '../tkestack-cilium/reference.libsonnet',
  coredns: import '../coredns/reference.libsonnet',
  kubeProxy: import '../kube-proxy/reference.libsonnet',
  delivery: import '../delivery/reference.libsonnet',
  migration: import '../migration/reference.libsonnet',
};
local called = { galaxy: 'galaxy', calico: 'Calico', cilium: "TKEStack's Cilium" };

local entriesOf(key, table, library, more) = {
  [key + '.' + name]: table.entries[name] {
    path: [key] + super.path,
    ground: std.mergePatch(library.ground, super.ground),
  } + more
  for name in std.objectFields(table.entries)
};

local settings = std.foldl(
  function(all, key) all + entriesOf(key, libraries[key].settings, libraries[key], {}),
  std.objectFields(libraries),
  {}
);
local arguments = std.foldl(
  function(all, key) all + entriesOf('networkArgs', libraries[key].networkArgs, libraries[key], { of: called[key] }),
  std.objectFields(called),
  {}
);
local entries = settings + arguments;

local nowhere = {
  name: 'example',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  controlPlaneEndpoint: '10.0.0.1:6443',
  cni: 'none',
};

local at(path, value) = std.foldr(function(part, inner) { [part]: inner }, path, value);

// The objects of a definition with these keys, the management cluster's with them, each by kind and name. null if it is refused.
local objectsOf(keys) =
  local cluster = front.cluster + keys;
  if [finding for finding in cluster.findings if finding.severity == 'refusal'] != [] then null
  else
    local manifests =
      std.objectValues(cluster.manifests)
      + (if cluster.delivered == null then [] else std.objectValues(fleet([cluster.delivered]).manifests));
    {
      [object.kind + '/' + object.metadata.name]: object
      for object in std.flatMap(std.objectValues, manifests)
    };

local differing(one, other) = [
  name
  for name in std.setUnion(std.objectFields(one), std.objectFields(other))
  if std.get(one, name) != std.get(other, name)
];

local touchedBy(before, after) =
  local one = objectsOf(before);
  local other = objectsOf(after);
  if one == null || other == null then null else differing(one, other);

// What is below a section.
local leaves(name) = [
  entries[other]
  for other in std.objectFields(entries)
  if std.startsWith(other, name + '.') && entries[other].example != null
];

local ofSetting(entry) =
  local ground = std.mergePatch(nowhere, entry.ground);
  // What has to be on for all others is off before it is on.
  local before = if std.isBoolean(entry.default) then std.mergePatch(ground, at(entry.path, entry.default)) else ground;
  touchedBy(before, std.mergePatch(std.mergePatch(before, entry.beside), at(entry.path, entry.example)));

// Where a key of a cluster may have an effect, by whose objects these are.
local grounds = {
  calico: { cni: 'calico' },
  cilium: { cni: 'cilium' },
  coredns: { coredns: { enabled: true } },
  galaxy: { cni: 'galaxy' },
  kubeProxy: { kubeProxy: { enabled: true } },
};

// Keys whose objects are not theirs: what a type, a CNI, a library of settings or an object of one's own brings is told there.
local wholes = ['calico', 'cilium', 'cni', 'extraObjects', 'galaxy', 'migration', 'networkArgs', 'type'];

{
  entries: entries,
  libraries: libraries,

  // Whether `touched` has something to say.
  touches(name)::
    if name in entries then entries[name].example != null || leaves(name) != []
    else name in keys && !std.member(wholes, name),

  // The objects that another value makes different, as 'DaemonSet/flannel'. Those of a key have the name of what they belong to
  // before them. null if no example of it renders.
  touched(name)::
    if name in entries then
      if entries[name].example != null then ofSetting(entries[name])
      else std.set(std.flatMap(ofSetting, leaves(name)))
    else if std.member(['coredns', 'delivery', 'kubeProxy'], name) then
      ofSetting({ ground: if name == 'delivery' then { cni: 'galaxy' } else {}, beside: {}, default: null, path: [name], example: keys[name].example })
    else std.flatMap(
      function(ground)
        local before = nowhere + grounds[ground];
        local found = touchedBy(before, before { [name]: keys[name].example });
        if found == null then [] else [ground + ': ' + object for object in found],
      std.objectFields(grounds)
    ),
}
