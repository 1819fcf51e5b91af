// tke-eni-ipamd: gives nodes their part of the pod CIDR, and writes it to the annotation tke.cloud.tencent.com/pod-cidrs
// of each. It is Tencent's and closed; what its arguments do is known from their names and from TKEStack's templates.
local objects = import 'objects.libsonnet';

local name = 'tke-eni-ipamd';
local labels = { 'k8s-app': name, 'qcloud-app': name };
local vpcKey = 'TKE_ENI_IPAMD_VPC_ID';
local healthPort = 61678;

local all = ['create', 'update', 'delete', 'get', 'list', 'watch', 'patch'];

local probe = objects.localHealth('/health', healthPort, {
  failureThreshold: 3,
  initialDelaySeconds: 30,
  periodSeconds: 10,
  successThreshold: 1,
  timeoutSeconds: 1,
});

// On whatever the cluster's kubeadm calls its control plane.
local controlPlaneLabels = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

// params: mode, podCIDR, maxNodePodNum, vpcID, image
function(params) {
  config: objects.configMap(name, { [vpcKey]: params.vpcID }),
  serviceAccount: objects.serviceAccount(name),
  clusterRole: objects.clusterRole(name, [
    [[''], ['pods', 'namespaces', 'nodes', 'nodes/status'], ['list', 'watch', 'get', 'patch', 'update']],
    [[''], ['configmaps', 'endpoints', 'events'], ['get', 'list', 'watch', 'update', 'create', 'patch']],
    [['apps', 'extensions'], ['statefulsets', 'deployments'], ['list', 'watch']],
    [['apiextensions.k8s.io'], ['customresourcedefinitions'], ['create', 'update', 'get']],
    [
      ['networking.tke.cloud.tencent.com'],
      ['staticipconfigs', 'underlayips', 'nodeeniconfigs', 'vpcipclaims', 'vpcips', 'vpcenis', 'eipclaims'],
      all,
    ],
    [['cilium.io'], ['ciliumnodes', 'ciliumnodes/status', 'ciliumnodes/finalizers'], all],
  ]),
  clusterRoleBinding: objects.clusterRoleBinding(name),

  deployment: objects.workload(
    'Deployment',
    name,
    labels,
    { replicas: 1, progressDeadlineSeconds: 600, revisionHistoryLimit: 10 },
    objects.pod(
      name,
      {
        image: params.image,
        args: [
          '--clusterid',
          'default',
          '--enable-customized-pod-cidr=true',
          '--enable-gr-route-controller=false',
        ] + params.mode.ipamd(params.maxNodePodNum) + ['--cluster-cidrs=' + params.podCIDR],
        env: [
          { name: 'TKE_ENI_LOG_LEVEL', value: 'INFO' },
          { name: 'NETWORK_ENVIRONMENT', value: 'TENCENT_CLOUD_VPC' },
          { name: vpcKey, valueFrom: { configMapKeyRef: { name: name, key: vpcKey } } },
        ],
        ports: [{ name: 'health-checker', containerPort: healthPort, hostPort: healthPort, protocol: 'TCP' }],
        livenessProbe: probe,
        readinessProbe: probe,
        resources: objects.resources('100m', '128Mi', '500m', '512Mi'),
        volumeMounts: [
          { name: 'log-dir', mountPath: '/host/var/log' },
          { name: 'tz-config', mountPath: '/etc/localtime' },
        ],
      } + objects.containerDefaults,
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: key, operator: 'Exists' }] } for key in controlPlaneLabels],
            },
          },
        },
        priorityClassName: 'system-cluster-critical',
        securityContext: {},
        serviceAccount: name,
        serviceAccountName: name,
        tolerations: objects.tolerateAll,
        volumes: [
          objects.hostPath('log-dir', '/var/log', ''),
          objects.hostPath('tz-config', '/etc/localtime', ''),
        ],
      } + objects.serverDefaults
    )
  ),
}
