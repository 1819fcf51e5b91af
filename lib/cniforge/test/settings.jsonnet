// What is told of settings agrees with what is checked of them: each setting has its words, and no words are of a setting that
// there is not. What another value of each makes different is looked at where the book's reference is made
// (tests/integration/reference.rs).
local keys = import '../keys.libsonnet';
local reference = import '../reference.libsonnet';
local settings = import '../settings.libsonnet';

local tables = std.flatMap(
  function(key)
    local library = settings.libraries[key];
    [{ key: key, table: library.settings }]
    + (if 'networkArgs' in library then [{ key: key + ' networkArgs', table: library.networkArgs }] else []),
  std.objectFields(settings.libraries)
);

local names = std.objectFields(settings.entries);
local isFelix(name) = std.startsWith(name, 'calico.felix.');

{
  'every setting has words': {
    actual: [one.key + ' ' + name for one in tables for name in one.table.lacking],
    expected: [],
  },
  'no words are of a setting that there is not': {
    actual: [one.key + ' ' + name for one in tables for name in one.table.stale]
            + std.flatMap(function(library) std.get(library, 'stale', []), std.objectValues(settings.libraries)),
    expected: [],
  },
  'every setting has a meaning, or a name that says it': {
    actual: [name for name in names if settings.entries[name].meaning == null && !isFelix(name)],
    expected: [],
  },
  'every key has an example': {
    actual: [name for name in std.objectFields(keys) if !('example' in keys[name])],
    expected: [],
  },
  'every setting has an example, or has settings in it that do': {
    actual: [name for name in names if !settings.touches(name)],
    expected: [],
  },
  'a parameter of Felix touches calico-node, in the release that has it': {
    actual: { [name]: settings.touched('calico.felix.' + name) for name in ['LogSeverityScreen', 'IptablesLockTimeoutSecs', 'NFTablesMode'] },
    expected: {
      LogSeverityScreen: ['DaemonSet/calico-node'],
      IptablesLockTimeoutSecs: ['DaemonSet/calico-node'],
      NFTablesMode: ['DaemonSet/calico-node'],
    },
  },
  "what stands in lists and in objects with names of one's own is told by the whole": {
    actual: {
      [asked]:
        local found = reference.describe(asked);
        if found == null then null else found.name
      for asked in [
        'calico.imagePullSecrets[0]',
        'calico.cniPlugins.tuning.sysctl',
        'coredns.plugins.log',
        'coredns.plugins.lgo',
        'coredns.stubDomains.corp.example.com',
        'galaxy.networks.tke-route-eni.eni',
        'labels.region',
        'networkArgs.nothing',
        'nodeSelector.disk',
        'cilium.values.tolerations[0].key',
        'cilium.values.hubble.nothing',
      ]
    },
    expected: {
      'calico.imagePullSecrets[0]': 'calico.imagePullSecrets',
      'calico.cniPlugins.tuning.sysctl': 'calico.cniPlugins',
      'coredns.plugins.log': 'coredns.plugins',
      'coredns.plugins.lgo': null,
      'coredns.stubDomains.corp.example.com': 'coredns.stubDomains',
      'galaxy.networks.tke-route-eni.eni': 'galaxy.networks',
      'labels.region': 'labels',
      'networkArgs.nothing': null,
      'nodeSelector.disk': 'cilium.values.nodeSelector',
      'cilium.values.tolerations[0].key': 'cilium.values.tolerations',
      'cilium.values.hubble.nothing': null,
    },
  },
}
