// The ConfigMap `cilium-config`: every setting of the agents, the operator and the mesh, as key ← value.
//
// Each area below is a table. A key whose value comes out as null is not written. To find where a key comes from, search
// this folder for it; to add one, add a row.
local k = import '../kube.libsonnet';

local areas = {
  identity: import 'identity.libsonnet',
  ipam: import 'ipam.libsonnet',
  routing: import 'routing.libsonnet',
  services: import 'services.libsonnet',
  datapath: import 'datapath.libsonnet',
  policy: import 'policy.libsonnet',
  proxy: import 'proxy.libsonnet',
  hubble: import 'hubble.libsonnet',
  operation: import 'operation.libsonnet',
};

// A table holds the keys of all versions; what this version does not know is not even looked at.
local known(table, keys) = {
  [key]: table[key]
  for key in std.objectFields(table)
  if key in keys && table[key] != null
};

{
  // Each area is a piece of its own; see pieces.libsonnet.
  pieces:: {
    ['config.' + name]: areas[name] { make(c):: known(super.make(c), c.version.configKeys) }
    for name in std.objectFields(areas)
  },

  // The settings themselves. The user's extraConfig comes over the tables, networkArgs over everything.
  data(c)::
    std.foldl(function(all, name) all + c.pieces['config.' + name], std.objectFields(areas), {})
    + k.compact(k.orEmptyMap(c.values.extraConfig))
    + c.networkArgs,

  object(c):: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: c.bareMetadata('cilium-config'),
    data: c.configData,
  },
}
