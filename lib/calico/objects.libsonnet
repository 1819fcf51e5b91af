// The shapes of Kubernetes objects that Calico's programs have in common.
local namespace = 'kube-system';

local labels(name) = { 'k8s-app': name };

// A label on all that belongs to the program, by which its pods are found.
local metadata(name) = { name: name, namespace: namespace, labels: labels(name) };

{
  namespace: namespace,
  labels:: labels,

  serviceAccount(name):: {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: name, namespace: namespace },
  },

  clusterRole(name, rules):: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: name },
    rules: rules,
  },

  // Gives the cluster role of the same name to a subject.
  clusterRoleBinding(name, subject={ kind: 'ServiceAccount', name: name, namespace: namespace }):: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: name },
    subjects: [subject],
  },

  configMap(name, data):: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: name, namespace: namespace },
    data: data,
  },

  podDisruptionBudget(name, apiVersion):: {
    apiVersion: apiVersion,
    kind: 'PodDisruptionBudget',
    metadata: metadata(name),
    spec: { maxUnavailable: 1, selector: { matchLabels: labels(name) } },
  },

  service(name, port):: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(name),
    spec: {
      ports: [{ name: name, port: port, protocol: 'TCP', targetPort: name }],
      selector: labels(name),
    },
  },

  // A DaemonSet or Deployment; the rest of its spec is added with `+`.
  workload(kind, name, pod):: {
    apiVersion: 'apps/v1',
    kind: kind,
    metadata: metadata(name),
    spec: {
      selector: { matchLabels: labels(name) },
      template: { metadata: { labels: labels(name) }, spec: pod },
    },
  },

  // env: name → text, or the source of one; null for a variable that is not set
  env(env):: [
    { name: name } + (if std.isString(env[name]) then { value: env[name] } else { valueFrom: env[name] })
    for name in std.objectFields(env)
    if env[name] != null
  ],
  field(path):: { fieldRef: { fieldPath: path } },
  configKey(key):: { configMapKeyRef: { name: 'calico-config', key: key } },

  // mounts: volume → path in the container, or a path and further fields; null for none
  mounts(mounts):: [
    { name: volume } + (if std.isString(mounts[volume]) then { mountPath: mounts[volume] } else mounts[volume])
    for volume in std.objectFields(mounts)
    if mounts[volume] != null
  ],

  // volumes: name → path on the node, or a path and its type; null for none
  hostVolumes(volumes):: [
    { name: name, hostPath: if std.isString(volumes[name]) then { path: volumes[name] } else volumes[name] }
    for name in std.objectFields(volumes)
    if volumes[name] != null
  ],

  // What no node keeps out, not even one without a network.
  tolerations: {
    noSchedule: { effect: 'NoSchedule', operator: 'Exists' },
    noExecute: { effect: 'NoExecute', operator: 'Exists' },
    criticalAddons: { key: 'CriticalAddonsOnly', operator: 'Exists' },
  },
}
