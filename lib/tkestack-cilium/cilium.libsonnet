// Cilium's agent and operator.
local commonConfig = import 'config.libsonnet';
local objects = import 'objects.libsonnet';

local name = 'cilium';
local operatorName = 'cilium-operator';
local configName = 'cilium-config';

local configMount = { name: 'cilium-config-path', mountPath: '/tmp/cilium/config-map', readOnly: true };
local configVolume = { name: 'cilium-config-path', configMap: { name: configName } };
local configArg = '--config-dir=' + configMount.mountPath;

// Custom resources with their subresources, as both programs may write them.
local own(resources, parts) = std.flatMap(
  function(resource) [resource] + [resource + '/' + part for part in parts],
  resources
);
local policies = own(['ciliumnetworkpolicies', 'ciliumclusterwidenetworkpolicies', 'ciliumendpoints', 'ciliumnodes'], ['status', 'finalizers']);
local redirects = own(['ciliumlocalredirectpolicies'], ['status', 'finalizers']);
local read = ['get', 'list', 'watch'];

local identityEnv = [
  objects.fieldEnv('K8S_NODE_NAME', 'spec.nodeName'),
  objects.fieldEnv('CILIUM_K8S_NAMESPACE', 'metadata.namespace'),
];

local probe(fields) = {
  httpGet: {
    host: '127.0.0.1',
    path: '/healthz',
    port: 9876,
    scheme: 'HTTP',
    httpHeaders: [{ name: 'brief', value: 'true' }],
  },
  periodSeconds: 30,
  successThreshold: 1,
  timeoutSeconds: 5,
} + fields;

local agentLabels = { 'k8s-app': name };
local operatorLabels = { 'io.cilium/app': 'operator', name: operatorName };

// params: mode (an entry of modes.libsonnet), image, operatorImage
function(params) {
  serviceAccount: objects.serviceAccount(name),
  clusterRole: objects.clusterRole(name, [
    [['networking.k8s.io'], ['networkpolicies'], read],
    [['discovery.k8s.io'], ['endpointslices'], read],
    [[''], ['namespaces', 'services', 'nodes', 'endpoints'], read],
    [[''], ['pods', 'pods/finalizers'], read + ['update', 'delete']],
    [[''], ['nodes'], read + ['update']],
    [[''], ['nodes', 'nodes/status'], ['patch']],
    [['apiextensions.k8s.io'], ['customresourcedefinitions'], ['create', 'list', 'watch', 'update', 'get']],
    [['cilium.io'], policies + own(['ciliumidentities'], ['finalizers']) + redirects, ['*']],
  ]),
  clusterRoleBinding: objects.clusterRoleBinding(name),

  config: objects.configMap(configName, commonConfig + params.mode.config),

  daemonset: objects.workload(
    'DaemonSet',
    name,
    agentLabels,
    objects.rollingUpdate(2),
    objects.pod(
      'cilium-agent',
      {
        image: params.image,
        imagePullPolicy: 'IfNotPresent',
        command: ['cilium-agent'],
        args: [configArg],
        env: identityEnv + [
          objects.optionalEnv('CILIUM_FLANNEL_MASTER_DEVICE', configName, 'flannel-master-device'),
          objects.optionalEnv('CILIUM_FLANNEL_UNINSTALL_ON_EXIT', configName, 'flannel-uninstall-on-exit'),
          { name: 'CILIUM_CLUSTERMESH_CONFIG', value: '/var/lib/cilium/clustermesh/' },
          objects.optionalEnv('CILIUM_CNI_CHAINING_MODE', configName, 'cni-chaining-mode'),
          objects.optionalEnv('CILIUM_CUSTOM_CNI_CONF', configName, 'custom-cni-conf'),
        ],
        lifecycle: {
          postStart: { exec: { command: ['/cni-install.sh', '--enable-debug=false'] } },
          preStop: { exec: { command: ['/cni-uninstall.sh'] } },
        },
        livenessProbe: probe({ failureThreshold: 10, initialDelaySeconds: 120 }),
        readinessProbe: probe({ failureThreshold: 3, initialDelaySeconds: 5 }),
        resources: objects.resources('100m', '512Mi', '2000m', '2Gi'),
        securityContext: { capabilities: { add: ['NET_ADMIN', 'SYS_MODULE'] }, privileged: true },
        volumeMounts: [
          { name: 'bpf-maps', mountPath: '/sys/fs/bpf' },
          { name: 'cilium-run', mountPath: '/var/run/cilium' },
          { name: 'cni-path', mountPath: '/host/opt/cni/bin' },
          { name: 'etc-cni-netd', mountPath: '/host/etc/cni/net.d' },
          { name: 'clustermesh-secrets', mountPath: '/var/lib/cilium/clustermesh', readOnly: true },
          configMount,
          { name: 'lib-modules', mountPath: '/lib/modules', readOnly: true },
          { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
          { name: 'hubble-tls', mountPath: '/var/lib/cilium/tls/hubble', readOnly: true },
        ],
      },
      {
        affinity: objects.apart(agentLabels),
        // Clears what an earlier agent left on the node, if cilium-config says so.
        initContainers: [{
          name: 'clean-cilium-state',
          image: params.image,
          imagePullPolicy: 'IfNotPresent',
          command: ['/init-container.sh'],
          env: [
            objects.optionalEnv('CILIUM_ALL_STATE', configName, 'clean-cilium-state'),
            objects.optionalEnv('CILIUM_BPF_STATE', configName, 'clean-cilium-bpf-state'),
            objects.optionalEnv('CILIUM_WAIT_BPF_MOUNT', configName, 'wait-bpf-mount'),
          ],
          resources: objects.resources('100m', '128Mi', '500m', '512Mi'),
          securityContext: { capabilities: { add: ['NET_ADMIN'] }, privileged: true },
          volumeMounts: [
            { name: 'bpf-maps', mountPath: '/sys/fs/bpf', mountPropagation: 'HostToContainer' },
            { name: 'cilium-run', mountPath: '/var/run/cilium' },
          ],
        }],
        priorityClassName: 'system-node-critical',
        serviceAccount: name,
        serviceAccountName: name,
        terminationGracePeriodSeconds: 1,
        tolerations: objects.tolerateAll,
        volumes: [
          objects.hostPath('cilium-run', '/var/run/cilium', 'DirectoryOrCreate'),
          objects.hostPath('bpf-maps', '/sys/fs/bpf', 'DirectoryOrCreate'),
          objects.hostPath('cni-path', '/opt/cni/bin', 'DirectoryOrCreate'),
          objects.hostPath('etc-cni-netd', '/etc/cni/net.d', 'DirectoryOrCreate'),
          objects.hostPath('lib-modules', '/lib/modules'),
          objects.hostPath('xtables-lock', '/run/xtables.lock', 'FileOrCreate'),
          {
            name: 'clustermesh-secrets',
            secret: { secretName: 'cilium-clustermesh', defaultMode: 420/* 0644 */, optional: true },
          },
          configVolume,
          {
            name: 'hubble-tls',
            projected: {
              sources: [
                {
                  secret: {
                    name: 'hubble-server-certs',
                    items: [{ key: 'tls.crt', path: 'server.crt' }, { key: 'tls.key', path: 'server.key' }],
                    optional: true,
                  },
                },
                {
                  configMap: {
                    name: 'hubble-ca-cert',
                    items: [{ key: 'ca.crt', path: 'client-ca.crt' }],
                    optional: true,
                  },
                },
              ],
            },
          },
        ],
      }
    )
  ) + { spec+: { template+: { metadata+: { annotations: { 'scheduler.alpha.kubernetes.io/critical-pod': '' } } } } },

  operatorServiceAccount: objects.serviceAccount(operatorName),
  operatorClusterRole: objects.clusterRole(operatorName, [
    [[''], ['pods'], read + ['delete']],
    [['discovery.k8s.io'], ['endpointslices'], read],
    [[''], ['services', 'endpoints', 'namespaces'], read],
    [['cilium.io'], policies + own(['ciliumidentities'], ['status', 'finalizers']) + redirects, ['*']],
    [['apiextensions.k8s.io'], ['customresourcedefinitions'], ['create', 'get', 'list', 'update', 'watch']],
    [['coordination.k8s.io'], ['leases'], ['create', 'get', 'update']],
  ]),
  operatorClusterRoleBinding: objects.clusterRoleBinding(operatorName),

  operatorDeployment: objects.workload(
    'Deployment',
    operatorName,
    operatorLabels,
    { replicas: 1, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } },
    objects.pod(
      operatorName,
      {
        image: params.operatorImage,
        imagePullPolicy: 'IfNotPresent',
        command: ['cilium-operator-generic'],
        args: [configArg, '--debug=$(CILIUM_DEBUG)'],
        env: identityEnv + [objects.optionalEnv('CILIUM_DEBUG', configName, 'debug')],
        livenessProbe: objects.localHealth('/healthz', 9234, {
          initialDelaySeconds: 60,
          periodSeconds: 10,
          timeoutSeconds: 3,
        }),
        resources: objects.resources('100m', '128Mi', '1000m', '1Gi'),
        volumeMounts: [configMount],
      },
      {
        affinity: objects.apart({ 'io.cilium/app': 'operator' }),
        priorityClassName: 'system-cluster-critical',
        serviceAccount: operatorName,
        serviceAccountName: operatorName,
        tolerations: objects.tolerateAll,
        volumes: [configVolume],
      }
    )
  ),
}
