// The shapes of Kubernetes objects that flannel, galaxy and the bridge agent have in common.
local namespace = 'kube-system';

{
  serviceAccount(name):: {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: name, namespace: namespace },
  },

  // rules: a list of [resource of the core group, verbs]
  clusterRole(name, rules):: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: name },
    rules: [{ apiGroups: [''], resources: [rule[0]], verbs: rule[1] } for rule in rules],
  },

  // Gives a cluster role to the service account of the same name as the binding.
  clusterRoleBinding(name, clusterRole):: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterRole },
    subjects: [{ kind: 'ServiceAccount', name: name, namespace: namespace }],
  },

  // files: name → value, which is written as JSON
  configMap(name, files):: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: name, namespace: namespace },
    data: { [file]: std.manifestJsonEx(files[file], '  ') + '\n' for file in std.objectFields(files) },
  },

  // One privileged container on each node, on the node's own network. What differs further is added with `+`.
  //   labels   tell its pods from others, and stand on all of it
  //   volumes  name → { source, at, mount }: where the files come from, the path in the container, and further fields
  //            of the mount; without `at` the pod has the volume and the container does not mount it
  daemonset(name, labels, serviceAccount, container, volumes)::
    local names = std.objectFields(volumes);
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: name, namespace: namespace, labels: labels },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels: labels },
          spec: {
            serviceAccountName: serviceAccount,
            hostNetwork: true,
            containers: [
              container {
                securityContext: { privileged: true },
                volumeMounts: [
                  { name: volume, mountPath: volumes[volume].at } + std.get(volumes[volume], 'mount', {})
                  for volume in names
                  if std.objectHas(volumes[volume], 'at')
                ],
              },
            ],
            volumes: [{ name: volume } + volumes[volume].source for volume in names],
          },
        },
      },
    },

  hostPath(path):: { hostPath: { path: path } },

  // An environment variable with a field of the pod.
  fieldEnv(name, fieldPath):: { name: name, valueFrom: { fieldRef: { fieldPath: fieldPath } } },

  // A node without a network is tainted NoSchedule. These pods make the network: they must be there before it works.
  tolerateNoSchedule:: [{ operator: 'Exists', effect: 'NoSchedule' }],
}
