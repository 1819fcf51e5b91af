// The agent and what belongs to it.
local config = import '../config/main.libsonnet';
local k = import '../kube.libsonnet';
local daemonset = import 'daemonset.libsonnet';
local metrics = import 'metrics.libsonnet';
local roles = import 'rbac.libsonnet';

function(c)
  local v = c.values;
  local preflight = k.isSet(v.preflight.enabled);
  roles.make(c) + metrics(c) {
    daemonset: if c.agent then daemonset.make(c).object,
    config: if (c.agentWanted || c.operator || c.mesh) && !preflight then config.object(c),
    ipMasqAgentConfig: if k.isSet(v.ipMasqAgent.enabled) && k.isSet(v.ipMasqAgent.config) then {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: c.bareMetadata('ip-masq-agent'),
      data: { config: std.manifestJsonMinified(v.ipMasqAgent.config) },
    },
  }
