// cilium-router: tells the switch by BGP which pod addresses are behind its node. It takes the autonomous system and the
// switch from the node's labels, the addresses from the annotation that tke-eni-ipamd writes, and stops without them.
local objects = import 'objects.libsonnet';

local name = 'cilium-router';
local labels = { app: name };

// params: podCIDR, image
function(params) {
  serviceAccount: objects.serviceAccount(name),
  clusterRole: objects.clusterRole(name, [
    [[''], ['events'], ['create']],
    [[''], ['nodes'], ['list', 'watch', 'get']],
  ]),
  clusterRoleBinding: objects.clusterRoleBinding(name),

  daemonset: objects.workload(
    'DaemonSet',
    name,
    labels,
    objects.rollingUpdate(1),
    objects.pod(
      name,
      {
        image: params.image,
        imagePullPolicy: 'IfNotPresent',
        command: ['/cilium-router'],
        args: [
          '-iface=$(HOST_IP)',
          '-node-name=$(NODE_NAME)',
          '-cluster-ip-range=' + params.podCIDR,
          '-network-mode=bgp',
          '-bgp-restart-time=300',
          '-bgp-keepalive-time=60',
          '-cidr-getter=tke-annotation',
        ],
        env: [
          objects.fieldEnv('NODE_NAME', 'spec.nodeName'),
          objects.fieldEnv('POD_NAME', 'metadata.name'),
          objects.fieldEnv('POD_NAMESPACE', 'metadata.namespace'),
          objects.fieldEnv('HOST_IP', 'status.hostIP'),
        ],
        resources: objects.resources('100m', '128Mi', '500m', '512Mi'),
        securityContext: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] }, privileged: false },
      } + objects.containerDefaults,
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{
                matchExpressions: [
                  { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
                  { key: 'node.infra.tce.io/lifecycle', operator: 'NotIn', values: ['maintain'] },
                  { key: 'testing.infra.tce.io/node-type', operator: 'NotIn', values: ['hollow'] },
                ],
              }],
            },
          },
        },
        priorityClassName: 'system-node-critical',
        serviceAccount: name,
        serviceAccountName: name,
        tolerations: [{ operator: 'Exists', effect: effect } for effect in ['NoSchedule', 'NoExecute']],
      } + objects.serverDefaults
    )
  ) + { spec+: { template+: { metadata+: { labels+: { 'infra.tce.io/product': 'tcs' } } } } },
}
