// Quotas that let pods of the critical priority classes into a namespace other than kube-system, which some clouds forbid
// by default.
local k = import 'kube.libsonnet';

local quota(metadata, spec, class) = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: metadata,
  spec: spec {
    scopeSelector: { matchExpressions: [{ operator: 'In', scopeName: 'PriorityClass', values: [class] }] },
  },
};

function(c)
  local v = c.values;
  local quotas = v.resourceQuotas;
  local wanted = k.isSet(quotas.enabled) || c.namespace != 'kube-system' && k.isSet(v.gke.enabled);
  {
    resourceQuota: if wanted && c.agentWanted then quota(
      { name: 'cilium-resource-quota', namespace: c.namespace },
      { hard: k.compact({ pods: quotas.cilium.hard.pods }) },
      'system-node-critical',
    ),
    operatorResourceQuota: if wanted && c.operator then quota(
      c.metadata('cilium-operator-resource-quota'),
      { hard: k.compact({ pods: quotas.operator.hard.pods }) },
      'system-cluster-critical',
    ),
  }
