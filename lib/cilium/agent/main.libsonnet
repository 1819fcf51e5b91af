// The agent and what belongs to it.
local config = import '../config/main.libsonnet';
local k = import '../kube.libsonnet';
local daemonset = import 'daemonset.libsonnet';
local rbac = import 'rbac.libsonnet';

function(c) rbac(c) {
  daemonset: if c.agent then daemonset(c),
  config: if (c.agent || c.operator || c.mesh) && !k.isSet(c.values.preflight.enabled) then config.object(c),
}
