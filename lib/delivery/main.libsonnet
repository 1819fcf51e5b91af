// What Argo CD or Flux has to know of a cluster to apply its tree. README.md says what of it is there.
//
//   settings.libsonnet   the settings, and what is wrong with them; reference.libsonnet: what each is for
//   objects.libsonnet    annotations on the cluster's own objects
//   guards.libsonnet     what a patch undoes of that
//   fact.libsonnet       what the management cluster has to know of the finished tree
//   fleet.libsonnet      from the facts of all clusters to the management cluster's objects (argocd.libsonnet, flux.libsonnet)
local base = import '../knobs/main.libsonnet';
local fact = import 'fact.libsonnet';
local guards = import 'guards.libsonnet';
local objects = import 'objects.libsonnet';
local settings = import 'settings.libsonnet';

{
  // cluster: its keys; cluster.delivery is an object and not empty.
  //
  // The result: findings; settings, all of them, or null; objects(components), the same with annotations; unguarded(manifests), what
  // a patch undoes of them; fact(manifests), what the management cluster has to know, as JSON, from the objects as they are in the end.
  new(cluster)::
    local found = settings.findings(cluster.delivery);
    local complete = if base.refuses(found) then null else settings.complete(cluster.delivery, cluster.name);
    local migration = if cluster.migration == {} then null else cluster.migration;
    {
      findings: found,
      settings: complete,
      unguarded(manifests):: if complete == null then [] else guards(complete.engine, migration, manifests),
      fact(manifests):: if complete != null then std.manifestJsonMinified(fact(complete, cluster.name, migration, manifests)),
      objects(components):: if complete == null then components else objects.of(components, complete.engine, migration),
    },
}
