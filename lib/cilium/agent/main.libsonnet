// The agent and what belongs to it.
local config = import '../config/main.libsonnet';
local k = import '../kube.libsonnet';
local metrics = import 'metrics.libsonnet';

function(c)
  local v = c.values;
  local preflight = k.isSet(v.preflight.enabled);
  c.pieces.agentRoles + metrics(c) {
    daemonset: if c.agent then c.pieces.daemonset,
    config: if (c.agentWanted || c.operator || c.mesh) && !preflight then config.object(c),
    ipMasqAgentConfig: if k.isSet(v.ipMasqAgent.enabled) && k.isSet(v.ipMasqAgent.config) then {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: c.bareMetadata('ip-masq-agent'),
      data: { config: std.manifestJsonMinified(v.ipMasqAgent.config) },
    },
  }
