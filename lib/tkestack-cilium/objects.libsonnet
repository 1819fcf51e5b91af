// The shapes of Kubernetes objects that the programs of TKEStack's Cilium have in common.
local namespace = 'kube-system';

local metadata(name, labels=null) = {
  name: name,
  namespace: namespace,
  [if labels != null then 'labels']: labels,
};

{
  namespace:: namespace,

  // All of these run on the node's own network.
  //   fields  what the pod has beside its containers
  pod(name, container, fields):: {
    hostNetwork: true,
    restartPolicy: 'Always',
    containers: [{ name: name } + container],
  } + fields,

  serviceAccount(name):: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(name) },

  configMap(name, data):: { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(name), data: data },

  // rules: a list of [API groups, resources, verbs]
  clusterRole(name, rules):: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: name },
    rules: [{ apiGroups: rule[0], resources: rule[1], verbs: rule[2] } for rule in rules],
  },

  // Gives a service account the cluster role of the same name.
  clusterRoleBinding(name):: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: name },
    subjects: [{ kind: 'ServiceAccount', name: name, namespace: namespace }],
  },

  // labels tell its pods from others; the object itself carries them unless objectLabels says otherwise.
  workload(kind, name, labels, spec, pod, objectLabels=labels):: {
    apiVersion: 'apps/v1',
    kind: kind,
    metadata: metadata(name, objectLabels),
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels: labels }, spec: pod },
    } + spec,
  },

  // TKEStack writes out for some of its pods what the API server fills in anyway; kept, so that a cluster it made shows
  // no difference.
  serverDefaults:: {
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
  },
  containerDefaults:: { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' },

  fieldEnv(name, fieldPath):: { name: name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: fieldPath } } },

  // An environment variable from an entry of a ConfigMap that may lack it.
  optionalEnv(name, configMap, key):: {
    name: name,
    valueFrom: { configMapKeyRef: { name: configMap, key: key, optional: true } },
  },

  hostPath(name, path, type=null):: { name: name, hostPath: { path: path, [if type != null then 'type']: type } },

  resources(cpu, memory, mostCPU, mostMemory):: {
    requests: { cpu: cpu, memory: memory },
    limits: { cpu: mostCPU, memory: mostMemory },
  },

  // One pod a node, never two with these labels.
  apart(labels):: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{
        labelSelector: {
          matchExpressions: [
            { key: key, operator: 'In', values: [labels[key]] }
            for key in std.objectFields(labels)
          ],
        },
        topologyKey: 'kubernetes.io/hostname',
      }],
    },
  },

  tolerateAll:: [{ operator: 'Exists' }],

  rollingUpdate(maxUnavailable):: {
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: maxUnavailable } },
  },

  // Health served on the node's own loopback address.
  localHealth(path, port, fields={}):: { httpGet: { host: '127.0.0.1', path: path, port: port, scheme: 'HTTP' } } + fields,
}
