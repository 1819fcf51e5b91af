// Flannel gives each node its part of the pod network (node.spec.podCIDR, which kube-controller-manager allocates),
// carries packets between nodes, and tells galaxy in /run/flannel/subnet.env what the node's part is.
local objects = import 'objects.libsonnet';

local name = 'flannel';
local configName = 'kube-flannel-cfg';

// params: podCIDRs, networkDevice, backendType, backendOptions, image
function(params) {
  serviceAccount: objects.serviceAccount(name),

  // All that flannel needs. TKEStack creates the role and then binds cluster-admin in its place.
  clusterRole: objects.clusterRole(name, [
    ['pods', ['get']],
    ['nodes', ['list', 'watch']],
    ['nodes/status', ['patch']],
  ]),
  clusterRoleBinding: objects.clusterRoleBinding(name, 'cluster-admin'),

  config: objects.configMap(configName, {
    'net-conf.json': {
      Network: std.join(',', params.podCIDRs),
      Backend: { Type: params.backendType } + params.backendOptions,
    },
    // For nodes that run flannel without galaxy. Nothing copies it to /etc/cni/net.d here.
    'cni-conf.json': {
      name: 'cbr0',
      plugins: [
        { type: 'flannel', delegate: { hairpinMode: true, isDefaultGateway: true } },
        { type: 'portmap', capabilities: { portMappings: true } },
      ],
    },
  }) + { metadata+: { labels: { tier: 'node', app: name } } },

  daemonset:
    objects.daemonset(
      name,
      labels={ 'k8s-app': name },
      serviceAccount=name,
      container={
        name: 'kube-flannel',
        image: params.image,
        command: ['/opt/bin/flanneld'],
        args: ['--ip-masq', '--kube-subnet-mgr', '--iface=' + params.networkDevice],
        env: [
          objects.fieldEnv('POD_NAME', 'metadata.name'),
          objects.fieldEnv('POD_NAMESPACE', 'metadata.namespace'),
          objects.fieldEnv('HOST_IP', 'status.hostIP'),
        ],
        resources: { requests: { cpu: '100m', memory: '50Mi' }, limits: { cpu: '100m', memory: '256Mi' } },
      },
      volumes={
        run: { source: objects.hostPath('/run'), at: '/run' },
        cni: { source: objects.hostPath('/etc/cni/net.d') },
        'flannel-cfg': { source: { configMap: { name: configName } }, at: '/etc/kube-flannel/' },
      },
    ) + { spec+: { template+: { spec+: { tolerations: objects.tolerateNoSchedule } } } },
}
