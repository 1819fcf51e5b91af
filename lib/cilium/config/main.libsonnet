// The ConfigMap `cilium-config`: every setting of the agents, the operator and the mesh, as key ← value.
//
// Each area below is a table. A key whose value comes out as null is not written. To find where a key comes from, search
// this folder for it; to add one, add a row.
local k = import '../kube.libsonnet';

local areas = [
  import 'identity.libsonnet',
  import 'ipam.libsonnet',
  import 'routing.libsonnet',
  import 'services.libsonnet',
  import 'datapath.libsonnet',
  import 'policy.libsonnet',
  import 'proxy.libsonnet',
  import 'hubble.libsonnet',
  import 'operation.libsonnet',
];

{
  // The settings themselves. The user's extraConfig comes over the tables, networkArgs over everything.
  data(c)::
    local tables = std.foldl(function(all, area) all + area(c), areas, {});
    k.compact(tables + k.orEmptyMap(c.values.extraConfig)) + c.networkArgs,

  object(c):: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: c.bareMetadata('cilium-config'),
    data: c.configData,
  },
}
