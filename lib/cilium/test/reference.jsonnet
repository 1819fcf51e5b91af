// What is told of values agrees with what is checked of them.
local reference = import '../reference.libsonnet';
local versions = import '../versions/main.libsonnet';
local meanings = import '../versions/meanings.libsonnet';

local last(name) =
  local parts = std.split(name, '.');
  parts[std.length(parts) - 1];
local names = std.objectFields(reference.values);
local lastParts = std.set([last(name) for name in names]);

{
  'every meaning is of a value that there is': {
    actual: [name for name in std.objectFields(meanings.paths) if !(name in reference.values)]
            + std.setDiff(std.objectFields(meanings.names), lastParts),
    expected: [],
  },
  'every note is of a value or a section that there is, or of something in a value': {
    actual: [
      minor + ' ' + name
      for minor in versions.minors
      for notes in [versions.of([release for release in versions.releases if std.startsWith(release, minor)][0]).notes]
      for name in std.objectFields(notes)
      if [value for value in names if std.startsWith(value + '.', name + '.') || std.startsWith(name, value + '.')] == []
    ],
    expected: [],
  },
  'a value has the versions that take it': {
    actual: { [name]: reference.values[name].versions for name in ['agent', 'minReadySeconds', 'ipam.nodeSpec.ipamMinAllocate', 'customCalls.enabled'] },
    expected: { agent: ['1.18', '1.19', '1.20'], minReadySeconds: ['1.20'], 'ipam.nodeSpec.ipamMinAllocate': ['1.19', '1.20'], 'customCalls.enabled': ['1.18'] },
  },
  'an argument has the values behind it': {
    actual: reference.networkArgs['enable-hubble'].values,
    expected: ['hubble.enabled'],
  },
  // A value that is switched on within its section, and not a second time by itself.
  'what a switch touches': {
    actual: reference.touched('hubble.ui.enabled').objects,
    expected: [
      'ClusterRole/hubble-ui',
      'ClusterRoleBinding/hubble-ui',
      'ConfigMap/hubble-ui-nginx',
      'Deployment/hubble-ui',
      'Service/hubble-ui',
      'ServiceAccount/hubble-ui',
    ],
  },
}
