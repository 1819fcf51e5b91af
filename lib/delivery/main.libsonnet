// What Argo CD or Flux has to know of a cluster to apply its tree. README.md says what of it is there.
//
//   settings.libsonnet   the settings, and what is wrong with them
//   objects.libsonnet    annotations on the cluster's own objects
local base = import '../knobs/main.libsonnet';
local objects = import 'objects.libsonnet';
local settings = import 'settings.libsonnet';

{
  // cluster: its keys; cluster.delivery is an object and not empty.
  //
  // The result: findings; settings, all of them, or null; objects(components), the same with annotations.
  new(cluster)::
    local found = settings.findings(cluster.delivery);
    local complete = if base.refuses(found) then null else settings.complete(cluster.delivery, cluster.name);
    local migration = if cluster.migration == {} then null else cluster.migration;
    {
      findings: found,
      settings: complete,
      objects(components):: if complete == null then components else objects.of(components, complete.engine, migration),
    },
}
