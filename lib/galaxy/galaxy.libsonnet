// Galaxy answers the kubelet's CNI calls on each node, and attaches a pod to the networks that it asks for. The bridge
// agent frees the addresses of pods that are gone.
local objects = import 'objects.libsonnet';

local name = 'galaxy';
local configName = 'galaxy-etc';
local cniConfigName = 'cni-etc';
local agentName = 'tke-bridge-agent';

// The order of TKEStack's file for its own networks, then all others by name.
local firstNetworks = ['tke-route-eni', 'galaxy-flannel', 'galaxy-k8s-vlan', 'galaxy-k8s-sriov'];

local networkList(networks) =
  local names = [network for network in firstNetworks if std.objectHas(networks, network)]
                + std.setDiff(std.objectFields(networks), std.set(firstNetworks));
  [{ name: network, type: network } + networks[network] for network in names];

local flagText(flags) =
  local value(flag) = if std.isString(flag) then std.escapeStringBash(flag) else std.toString(flag);
  std.join(' ', ['--' + flag + '=' + value(flags[flag]) for flag in std.objectFields(flags)]);

// params: networks, defaultNetworks, flags, image, agentImage
function(params) {
  serviceAccount: objects.serviceAccount(name),

  // TKEStack's own choice: galaxy may do everything in the cluster. It has no smaller role to bind.
  clusterRoleBinding: objects.clusterRoleBinding(name, 'cluster-admin'),

  config: objects.configMap(configName, {
    'galaxy.json': {
      NetworkConf: networkList(params.networks),
      DefaultNetworks: params.defaultNetworks,
    },
  }),

  // What the kubelet's runtime reads. It takes the first file of /etc/cni/net.d: no other may sort before 00-galaxy.
  cniConfig: objects.configMap(cniConfigName, {
    '00-galaxy.conf': {
      name: 'galaxy-sdn',
      type: 'galaxy-sdn',
      capabilities: { portMappings: true },
      cniVersion: '0.2.0',
    },
  }),

  daemonset:
    objects.daemonset(
      name + '-daemonset',
      labels={ app: name },
      serviceAccount=name,
      container={
        name: name,
        image: params.image,
        command: ['/bin/sh'],
        args: ['-c', std.join('; ', [
          'cp -p /etc/galaxy/cni/00-galaxy.conf /etc/cni/net.d/',
          'cp -p /opt/cni/galaxy/bin/galaxy-sdn /opt/cni/galaxy/bin/loopback /opt/cni/bin/',
          '/usr/bin/galaxy ' + flagText(params.flags),
        ])],
        env: [
          objects.fieldEnv('MY_NODE_NAME', 'spec.nodeName'),
          { name: 'DOCKER_HOST', value: 'unix:///host/run/docker.sock' },
        ],
        resources: { requests: { cpu: '100m', memory: '200Mi' } },
      },
      volumes={
        local configVolume(config) = { configMap: { name: config, defaultMode: 420 /* 0644 */ } },

        'galaxy-run': { source: objects.hostPath('/var/run/galaxy'), at: '/var/run/galaxy/' },
        'flannel-run': { source: objects.hostPath('/run/flannel'), at: '/run/flannel' },
        'galaxy-log': { source: { emptyDir: {} }, at: '/data/galaxy/logs' },
        'galaxy-etc': { source: configVolume(configName), at: '/etc/galaxy' },
        'cni-etc': { source: configVolume(cniConfigName), at: '/etc/galaxy/cni' },
        'cni-config': { source: objects.hostPath('/etc/cni/net.d/'), at: '/etc/cni/net.d/' },
        'cni-bin': { source: objects.hostPath('/opt/cni/bin'), at: '/opt/cni/bin' },
        'cni-bin-dir': { source: objects.hostPath('/opt/cni/bin') },
        'cni-state': { source: objects.hostPath('/var/lib/cni'), at: '/var/lib/cni' },
        'docker-sock': { source: objects.hostPath('/run/'), at: '/host/run/' },
        // Both ways: galaxy makes interfaces in the pods' network namespaces, which the runtime mounts later.
        'containerd-run': {
          source: objects.hostPath('/var/run/netns'),
          at: '/var/run/netns/',
          mount: { mountPropagation: 'Bidirectional' },
        },
      },
    ) + {
      spec+: {
        template+: {
          spec+: {
            hostPID: true,
            tolerations: objects.tolerateNoSchedule,
            terminationGracePeriodSeconds: 30,
          },
        },
      },
    },

  bridgeAgentServiceAccount: objects.serviceAccount(agentName),
  bridgeAgentClusterRole: objects.clusterRole(agentName, [['nodes', ['list', 'watch', 'get']]]),
  bridgeAgentClusterRoleBinding: objects.clusterRoleBinding(agentName, agentName),

  // TKEStack's object spells out what the API server fills in anyway (restartPolicy, dnsPolicy, empty types): kept, so
  // that a cluster TKEStack made shows no difference.
  bridgeAgentDaemonset:
    local addresses = '/var/lib/cni/networks/galaxy-flannel';
    local hostPath(path) = { hostPath: { path: path, type: '' } };
    objects.daemonset(
      agentName,
      labels={ 'k8s-app': agentName },
      serviceAccount=agentName,
      container={
        name: agentName,
        image: params.agentImage,
        imagePullPolicy: 'Always',
        args: ['--cni-conf-dir', '/host/etc/cni/net.d/multus', '--allocateInfoPath', addresses],
        env: [objects.fieldEnv('MY_NODE_NAME', 'spec.nodeName') + { valueFrom+: { fieldRef+: { apiVersion: 'v1' } } }],
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
      },
      volumes={
        'cni-bin-dir': { source: hostPath('/opt/cni/bin'), at: '/host/opt/cni/bin' },
        'cni-net-dir': { source: hostPath('/etc/cni/net.d'), at: '/host/etc/cni/net.d' },
        'modules-dir': { source: hostPath('/lib/modules'), at: '/lib/modules' },
        'cni-path': { source: hostPath(addresses), at: addresses },
        'cri-sock-dir': {
          source: hostPath('/var/run'),
          at: '/host/var/run',
          mount: { readOnly: true, mountPropagation: 'HostToContainer' },
        },
      },
    ) + {
      spec+: {
        revisionHistoryLimit: 10,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
        template+: {
          metadata+: { annotations: { 'scheduler.alpha.kubernetes.io/critical-pod': '' } },
          spec+: {
            serviceAccount: agentName,
            priorityClassName: 'system-node-critical',
            tolerations: [{ operator: 'Exists' }],
            dnsPolicy: 'ClusterFirst',
            restartPolicy: 'Always',
            schedulerName: 'default-scheduler',
            securityContext: {},
            terminationGracePeriodSeconds: 0,
          },
        },
      },
    },
}
