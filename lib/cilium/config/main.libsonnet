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

{
  // What the tables say; they hold the keys of all versions.
  tables(c):: { [area]: areas[area].make(c) for area in std.objectFields(areas) },

  // The user's extraConfig comes over the tables, networkArgs over everything.
  data(c):: c.made.config + k.compact(k.orEmptyMap(c.values.extraConfig)) + c.networkArgs,

  object(c):: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: c.bareMetadata('cilium-config'),
    data: c.configData,
  },
}
