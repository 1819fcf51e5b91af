// What Cilium can be told, for whoever asks: `cniforge explain` and the reference in the book.
local expected = import 'checks/expected.libsonnet';
local freeForm = import 'free-form.libsonnet';
local main = import 'main.libsonnet';
local readers = import 'readers.libsonnet';
local dropped = import 'versions/dropped-keys.libsonnet';
local examples = import 'versions/examples.libsonnet';
local versions = import 'versions/main.libsonnet';
local meanings = import 'versions/meanings.libsonnet';

// The newest release of each minor version, which its other releases are like but for the images.
local releases = {
  [minor]: versions.of([release for release in versions.releases if std.startsWith(release, minor + '.')][-1:][0])
  for minor in versions.minors
};

local lastOf(name) =
  local parts = std.split(name, '.');
  parts[std.length(parts) - 1];

// Every value of one version as { name, type, default }. What is free-form is one value, whatever stands in it.
local flat(version, values, gone, prefix) = std.flatMap(function(last)
  local name = prefix + last;
  local usual = values[last];
  if name in version.removed || std.get(gone, last, false) == null then []
  else if std.isObject(usual) && std.length(usual) > 0 && !(last in freeForm)
  then flat(version, usual, std.get(gone, last, {}), name + '.')
  else [{ name: name, type: expected(version, name, last, usual), default: usual }], std.objectFields(values));

local ofVersion = {
  [minor]: { [value.name]: value for value in flat(releases[minor], releases[minor].values, releases[minor].gone, '') }
  for minor in versions.minors
};

local names = std.set(std.flatMap(function(minor) std.objectFields(ofVersion[minor]), versions.minors));

// The releases that know a thing, from the oldest on.
local known(isKnown) = [minor for minor in versions.minors if isKnown(minor)];

local values = {
  [name]:
    local minors = known(function(minor) name in ofVersion[minor]);
    local newest = ofVersion[minors[std.length(minors) - 1]][name];
    {
      versions: minors,
      type: newest.type,
      default: newest.default,
      // Of the versions that have another.
      otherDefaults: {
        [minor]: ofVersion[minor][name].default
        for minor in minors
        if ofVersion[minor][name].default != newest.default
      },
      notes: { [minor]: releases[minor].notes[name] for minor in minors if name in releases[minor].notes },
      otherwise: std.get(meanings.otherwise, name),
      meaning: std.get(meanings.paths, name, std.get(meanings.names, lastOf(name))),
    }
  for name in names
};

// Values that differ from the default and are right in its place. Where there is no default, what it comes down to may be any.
local others(name, value) =
  local types = if std.isString(value.type) then std.split(value.type, ' or ') else [];
  local default = value.default;
  if name in examples.values then [examples.values[name]]
  else if std.isArray(value.type) then [word for word in value.type if word != default]
  else if std.isBoolean(default) then [!default]
  else if std.member(types, 'boolean') then [true, false]
  else if std.isNumber(default) then [default + 1]
  else if std.member(types, 'integer') || std.member(types, 'number') then [7]
  else if std.member(types, 'duration') then ['7s']
  else if std.member(types, 'array') then [['other']]
  else if std.member(types, 'object') then [{ other: 'other' }]
  else if value.type == null then ['other', true]
  else ['other'];

// Key of cilium-config → the values that are read for it. The sections around them are read too, and say nothing.
local setBy =
  local pairs = [
    { key: key, value: value }
    for value in std.objectFields(readers)
    if value in values
    for key in std.split(std.get(readers[value], 'config', ''), ' ')
  ];
  std.foldl(function(all, pair) all { [pair.key]+: [pair.value] }, pairs, {});

local at(path, value) = std.foldr(function(part, inner) { [part]: inner }, path, value);

// The sections around a value that have a switch, which has to be on for the value to have any effect.
local switched(path, default) = [
  path[:depth]
  for depth in std.range(1, std.length(path) - 1)
  for section in [std.foldl(function(at, part) at[part], path[:depth], default)]
  if std.isObject(section) && std.isBoolean(std.get(section, 'enabled')) && path != path[:depth] + ['enabled']
];
local on(sections) = std.foldl(function(all, section) std.mergePatch(all, at(section + ['enabled'], true)), sections, {});

local install(release, values) = main.chart({
  cluster: {
    name: 'example',
    kubernetesVersion: '1.34.0',
    podCIDRs: ['10.244.0.0/16'],
    serviceCIDRs: ['10.96.0.0/16'],
    apiVersions: ['monitoring.coreos.com/v1'],
    controlPlaneEndpoint: null,
    dnsDomain: 'cluster.local',
    registry: null,
    maxNodePodNum: 256,
    meshID: null,
  },
  settings: { version: release, namespace: 'kube-system', values: values },
  networkArgs: {},
}).components;

// What a value needs to have an effect: the sections around it, and the places that say more (versions/examples.libsonnet).
local groundsOf(path) = [
  name
  for depth in std.range(1, std.length(path))
  for name in [std.join('.', path[:depth])]
  if name in examples.grounds
];
local setup(path, defaults) = { sections: switched(path, defaults), grounds: groundsOf(path) };
local valuesOf(setup) = std.foldl(function(all, name) std.mergePatch(all, examples.grounds[name]), setup.grounds, on(setup.sections));
local label(setup) = std.join(' ', [std.join('.', section) for section in setup.sections] + ['+' + name for name in setup.grounds]);

// Installs with all that, each made once: a release → the setup's label → { setup, components }.
local installs = {
  [minor.release]: {
    [label(one)]: { setup: one, components: install(minor.release, valuesOf(one)) }
    for one in std.set([setup(std.split(name, '.'), minor.values) for name in std.objectFields(ofVersion[minor.minorVersion])], label)
  }
  for minor in std.objectValues(releases)
};

local differing(one, other) = [
  name
  for name in std.setUnion(std.objectFields(one), std.objectFields(other))
  if std.get(one, name) != std.get(other, name)
];

local touchedIn(release, name, other) =
  local path = std.split(name, '.');
  local ground = setup(path, release.values);
  local before = installs[release.release][label(ground)].components;
  local after = install(release.release, std.mergePatch(valuesOf(ground), at(path, other)));
  local data(components) = std.get(std.get(components.cilium, 'config', {}), 'data', {});
  local object(component, key) = std.get(std.get(after, component, {}), key, std.get(std.get(before, component, {}), key));
  {
    config: differing(data(before), data(after)),
    objects: [
      object(component, key).kind + '/' + object(component, key).metadata.name
      for component in std.setUnion(std.objectFields(before), std.objectFields(after))
      for key in differing(std.get(before, component, {}), std.get(after, component, {}))
      if key != 'config'
    ],
  };

{
  minors: versions.minors,
  values: values,

  // Values that Cilium had once.
  removed: import 'versions/removed.libsonnet',

  // What `cilium+:` takes.
  settings: {
    version: { type: 'string', default: versions.default, meaning: 'the release that runs; upgrade clusters one by one by changing it' },
    namespace: { type: 'string', default: 'kube-system', meaning: 'where Cilium is installed' },
    values: { type: 'object', default: {}, meaning: 'values of the official chart of that version' },
    images: { type: 'object', default: {}, meaning: "images that are not the release's own" },
  },

  // Which keys of cilium-config and which objects another value makes different, of an install of the newest version in which it
  // makes any different, where the sections around it are on. Raises where no example can be made up.
  touched(name)::
    local value = values[name];
    local versions = value.versions;
    local tries = [
      touchedIn(releases[versions[std.length(versions) - 1 - back]], name, other)
      for back in std.range(0, std.length(versions) - 1)
      for other in others(name, value)
    ];
    local first(at) =
      if at == std.length(tries) - 1 || tries[at].config + tries[at].objects != [] then tries[at] else first(at + 1);
    first(0),

  // Component → key → { object, with } of the newest version, in a plain install and with each switch on; `with` is the switch that
  // brings the object, null if it is there anyway. Switches are `enabled` of a section, and values that begin with `use`.
  manifests::
    local release = versions.releases[std.length(versions.releases) - 1];
    local minor = versions.of(release).minorVersion;
    local defaults = releases[minor].values;
    local sectionsOf(name) = switched(std.split(name, '.'), defaults);
    local names = std.objectFields(ofVersion[minor]);
    local bySection = [
      {
        with: if sections == [] then null else std.join('.', sections[std.length(sections) - 1]) + '.enabled',
        switches: std.length(sections),
        components: install(release, on(sections)),
      }
      for sections in std.set([sectionsOf(name) for name in names], std.toString)
    ];
    local byUse = [
      {
        with: name,
        switches: std.length(sectionsOf(name)) + 1,
        components: install(release, std.mergePatch(on(sectionsOf(name)), at(std.split(name, '.'), true))),
      }
      for name in names
      if ofVersion[minor][name].default == false && std.startsWith(lastOf(name), 'use')
    ];
    // The fewest switches first.
    std.foldl(
      function(all, one) {
        [component]: {
          [key]: { object: one.components[component][key], with: one.with }
          for key in std.objectFields(std.get(one.components, component, {}))
        } + std.get(all, component, {})
        for component in std.setUnion(std.objectFields(all), std.objectFields(one.components))
      },
      std.sort(bySection + byUse, function(one) one.switches),
      {}
    ),

  // Keys of cilium-config, which networkArgs may name: those of some version here, and those that are gone.
  networkArgs: {
    [key]: {
      versions: known(function(minor) key in releases[minor].configKeys),
      dropped: std.get(dropped, key),
      // The values that come down to it, of a default install.
      values: std.get(setBy, key, []),
    }
    for key in std.set(std.flatMap(function(minor) std.objectFields(releases[minor].configKeys), versions.minors) + std.objectFields(dropped))
  },
}
