// What is told of values agrees with what is checked of them.
local reference = import '../reference.libsonnet';
local examples = import '../versions/examples.libsonnet';
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
  'what is told of values without a default is of such': {
    actual: [
      name
      for name in std.objectFields(meanings.otherwise)
      if !(name in reference.values) || reference.values[name].default != null
    ],
    expected: [],
  },
  'every example is of a value, and every ground of a value or a section': {
    actual: [name for name in std.objectFields(examples.values) if !(name in reference.values)]
            + [
              name
              for name in std.objectFields(examples.grounds)
              if [value for value in names if std.startsWith(value + '.', name + '.')] == []
            ],
    expected: [],
  },
  // By its type alone, or in the newest version, nothing would be seen of these.
  'what takes more than its section to be seen': {
    actual: {
      [name]: reference.touched(name)
      for name in ['enableIPv4Masquerade', 'enableInternalTrafficPolicy', 'encryption.ztunnel.healthPort']
    },
    expected: {
      enableIPv4Masquerade: { config: ['enable-ipv4-masquerade'], objects: [] },
      // Of the last version that reads it.
      enableInternalTrafficPolicy: { config: ['enable-internal-traffic-policy'], objects: [] },
      'encryption.ztunnel.healthPort': { config: [], objects: ['DaemonSet/ztunnel-cilium'] },
    },
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
