// kube-proxy's objects as kubeadm creates them.
local kubeadm = import '../kubeadm/main.libsonnet';
local yaml = import 'yaml.libsonnet';

local name = 'kube-proxy';
local labels = { 'k8s-app': name };
local folder = '/var/lib/kube-proxy';
local configFile = 'config.conf';
local account = '/var/run/secrets/kubernetes.io/serviceaccount';

// How kube-proxy reaches the API server: with its service account, at the endpoint itself.
local kubeconfig(server) = std.join('\n', [
  'apiVersion: v1',
  'kind: Config',
  'clusters:',
  '- cluster:',
  '    certificate-authority: ' + account + '/ca.crt',
  '    server: ' + server,
  '  name: default',
  'contexts:',
  '- context:',
  '    cluster: default',
  '    namespace: default',
  '    user: default',
  '  name: default',
  'current-context: default',
  'users:',
  '- name: default',
  '  user:',
  '    tokenFile: ' + account + '/token',
]);

// params: minor (of the cluster), image, server, config
function(params) {
  serviceAccount: kubeadm.serviceAccount(name),

  clusterRoleBinding:
    kubeadm.binding('ClusterRole', 'kubeadm:node-proxier', 'system:node-proxier', [kubeadm.account(name)]),

  // Nodes that join with kubeadm read the configuration.
  role: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: name, namespace: kubeadm.namespace },
    rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: [name], verbs: ['get'] }],
  },
  roleBinding:
    kubeadm.binding('Role', name, name, [{ kind: 'Group', name: 'system:bootstrappers:kubeadm:default-node-token' }]),

  config: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: name, namespace: kubeadm.namespace, labels: { app: name } },
    data: {
      [configFile]: yaml(params.config),
      'kubeconfig.conf': kubeconfig(params.server),
    },
  },

  daemonset: {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: name, namespace: kubeadm.namespace, labels: labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate' },
      template: {
        metadata: { labels: labels },
        spec: {
          priorityClassName: 'system-node-critical',
          hostNetwork: true,
          serviceAccountName: name,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          // The second covers the first, which kubeadm left out later.
          tolerations: (if params.minor < 22 then [{ key: 'CriticalAddonsOnly', operator: 'Exists' }] else [])
                       + [{ operator: 'Exists' }],
          containers: [{
            name: name,
            image: params.image,
            imagePullPolicy: 'IfNotPresent',
            command: [
              '/usr/local/bin/kube-proxy',
              '--config=' + folder + '/' + configFile,
              '--hostname-override=$(NODE_NAME)',
            ],
            env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
            securityContext: { privileged: true },
            volumeMounts: [
              { name: name, mountPath: folder },
              { name: 'xtables-lock', mountPath: '/run/xtables.lock', readOnly: false },
              { name: 'lib-modules', mountPath: '/lib/modules', readOnly: true },
            ],
          }],
          volumes: [
            { name: name, configMap: { name: name } },
            { name: 'xtables-lock', hostPath: { path: '/run/xtables.lock', type: 'FileOrCreate' } },
            { name: 'lib-modules', hostPath: { path: '/lib/modules' } },
          ],
        },
      },
    },
  },
}
