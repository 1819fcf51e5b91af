// calico-node on each node: the DaemonSet that installs the CNI plugin and runs Felix, and BIRD where there is BGP; and
// what it and the plugin may do.
local o = import 'objects.libsonnet';

local name = 'calico-node';
local pluginName = 'calico-cni-plugin';

local both = { mountPropagation: 'Bidirectional' };

// The parts of the pod as Calico 3.32 has them. A release says what it has otherwise, in the same form.
local parts(c) = {
  // calico-node's own environment.
  env:
    {
      DATASTORE_TYPE: 'kubernetes',
      WAIT_FOR_DATASTORE: 'true',
      NODENAME: o.field('spec.nodeName'),
      CALICO_DISABLE_FILE_LOGGING: 'true',
      FELIX_DEFAULTENDPOINTTOHOSTACTION: 'ACCEPT',
      FELIX_HEALTHENABLED: 'true',
      FELIX_IPV6SUPPORT: std.toString(c.ipv6),
    }
    + (
      if c.networking then {
        CALICO_NETWORKING_BACKEND: o.configKey('calico_backend'),
        CLUSTER_TYPE: 'k8s,bgp',
        IP: 'autodetect',
        FELIX_IPINIPMTU: o.configKey('veth_mtu'),
        FELIX_VXLANMTU: o.configKey('veth_mtu'),
        FELIX_WIREGUARDMTU: o.configKey('veth_mtu'),
      }
      else {
        CALICO_NETWORKING_BACKEND: 'none',
        CLUSTER_TYPE: 'k8s',
        USE_POD_CIDR: 'true',
        // Whoever routes pods also sees to the plugin's credentials.
        CALICO_MANAGE_CNI: 'false',
      }
    )
    + (if c.ipv6 && c.networking then { IP6: 'autodetect' } else {})
    + (
      if c.device == null || !c.networking then {}
      else
        // A regular expression, and bond0 shall not be bond0.100 as well.
        local method = 'interface=^' + std.strReplace(c.device, '.', '\\.') + '$';
        {
          [if c.ipv4 then 'IP_AUTODETECTION_METHOD']: method,
          [if c.ipv6 then 'IP6_AUTODETECTION_METHOD']: method,
        }
    )
    + (if c.typha then { FELIX_TYPHAK8SSERVICENAME: o.configKey('typha_service_name') } else {})
    + (if c.bpf then { FELIX_BPFENABLED: 'true' } else {})
    + (if c.dataplane == 'nftables' then { FELIX_NFTABLESMODE: 'Enabled' } else {}),

  // What every container of a program that talks to the API server starts with.
  local container = {
    // Made by whoever runs eBPF without kube-proxy by hand, as Calico's guide has it.
    envFrom: [{ configMapRef: { name: 'kubernetes-services-endpoint', optional: true } }],
    env: {},
  },

  node: container {
    image: c.image('node'),
    lifecycle: { preStop: { exec: { command: ['/bin/calico-node', '-shutdown'] } } },
    livenessProbe: {
      exec: { command: ['/bin/calico-node', '-felix-live'] + (if c.bgp then ['-bird-live'] else []) },
      periodSeconds: 10,
      initialDelaySeconds: 10,
      failureThreshold: 6,
      timeoutSeconds: 10,
    },
    readinessProbe: {
      exec: { command: ['/bin/calico-node', '-felix-ready'] + (if c.bgp then ['-bird-ready'] else []) },
      periodSeconds: 10,
      timeoutSeconds: 10,
    },
    resources: { requests: { cpu: '250m' } },
    securityContext: { privileged: true },
    env: c.apiServerEnv,
    mounts: {
      'cni-net-dir': { mountPath: '/host/etc/cni/net.d', readOnly: false },
      'lib-modules': { mountPath: '/lib/modules', readOnly: true },
      'xtables-lock': { mountPath: '/run/xtables.lock', readOnly: false },
      'var-run-calico': { mountPath: '/var/run/calico', readOnly: false },
      'var-lib-calico': { mountPath: '/var/lib/calico', readOnly: false },
      policysync: '/var/run/nodeagent',
      bpffs: '/sys/fs/bpf',
      'cni-log-dir': { mountPath: '/var/log/calico/cni', readOnly: true },
    },
  },

  // In the order in which they run.
  initContainerOrder: ['upgrade-ipam', 'install-cni', 'ebpf-bootstrap', 'flexvol-driver'],
  initContainers: {
    // For nodes whose pods got their addresses from host-local before.
    [if c.networking then 'upgrade-ipam']: container {
      image: c.image('cni'),
      command: ['/opt/cni/bin/calico-ipam', '-upgrade'],
      securityContext: { privileged: true },
      env: {
        KUBERNETES_NODE_NAME: o.field('spec.nodeName'),
        CALICO_NETWORKING_BACKEND: o.configKey('calico_backend'),
      } + c.apiServerEnv,
      mounts: { 'host-local-net-dir': '/var/lib/cni/networks', 'cni-bin-dir': '/host/opt/cni/bin' },
    },
    'install-cni': container {
      image: c.image('cni'),
      command: ['/opt/cni/bin/install'],
      securityContext: { privileged: true },
      env: {
        CNI_CONF_NAME: '10-calico.conflist',
        CNI_NETWORK_CONFIG: o.configKey('cni_network_config'),
        KUBERNETES_NODE_NAME: o.field('spec.nodeName'),
        [if c.networking then 'CNI_MTU']: o.configKey('veth_mtu'),
        SLEEP: 'false',
      } + c.apiServerEnv,
      mounts: { 'cni-bin-dir': '/host/opt/cni/bin', 'cni-net-dir': '/host/etc/cni/net.d' },
    },
    // Mounts what eBPF programs need on the node, for good: hence both ways.
    'ebpf-bootstrap': {
      image: c.image('node'),
      command: ['calico-node', '-init', '-best-effort'],
      securityContext: { privileged: true },
      mounts: {
        'sys-fs': { mountPath: '/sys/fs' } + both,
        'var-run-calico': { mountPath: '/var/run/calico' } + both,
        nodeproc: { mountPath: '/nodeproc', readOnly: true },
      },
    },
  },

  volumes: {
    'lib-modules': '/lib/modules',
    'var-run-calico': { path: '/var/run/calico', type: 'DirectoryOrCreate' },
    'var-lib-calico': { path: '/var/lib/calico', type: 'DirectoryOrCreate' },
    'xtables-lock': { path: '/run/xtables.lock', type: 'FileOrCreate' },
    'sys-fs': { path: '/sys/fs/', type: 'DirectoryOrCreate' },
    bpffs: { path: '/sys/fs/bpf', type: 'Directory' },
    nodeproc: '/proc',
    'cni-bin-dir': { path: '/opt/cni/bin', type: 'DirectoryOrCreate' },
    'cni-net-dir': '/etc/cni/net.d',
    'cni-log-dir': '/var/log/calico/cni',
    [if c.networking then 'host-local-net-dir']: '/var/lib/cni/networks',
    policysync: { path: '/var/run/nodeagent', type: 'DirectoryOrCreate' },
  },

  pod: { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } },
};

local container(c, name, part) =
  { name: name }
  + { [field]: part[field] for field in std.objectFields(part) if field != 'mounts' && field != 'env' }
  + {
    [if std.get(part, 'env', {}) != {} then 'env']: o.env(part.env),
    [if c.pullPolicy != null then 'imagePullPolicy']: c.pullPolicy,
    volumeMounts: o.mounts(part.mounts),
  };

function(c)
  local own = std.mergePatch(parts(c), c.release.node(c));
  // The pools and what the user says come last and win.
  local env = own.env + c.poolEnv + c.release.withoutIPv4(c) + c.userEnv;
  local rules = c.release.rules;
  {
    nodeServiceAccount: o.serviceAccount(name),
    nodeClusterRole:
      o.clusterRole(name, rules.node + (if c.networking then rules.nodeNetworking else []) + rules.nodeLast),
    nodeClusterRoleBinding: o.clusterRoleBinding(name),

    nodeDaemonset:
      o.workload('DaemonSet', name, {
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        hostNetwork: true,
        tolerations: [o.tolerations.noSchedule, o.tolerations.criticalAddons, o.tolerations.noExecute],
        serviceAccountName: name,
        priorityClassName: 'system-node-critical',
        // A node has no network while it is gone: the next one shall come at once.
        terminationGracePeriodSeconds: 0,
        initContainers: [
          container(c, step, own.initContainers[step])
          for step in own.initContainerOrder
          if std.objectHas(own.initContainers, step)
        ],
        containers: [container(c, name, own.node { env: own.node.env + env })],
        volumes: o.hostVolumes(own.volumes),
      } + own.pod + c.pullSecrets) + {
        spec+: {
          updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
          template+: { metadata+: c.release.podMetadata },
        },
      },
  }
  + (
    if !std.objectHas(rules, 'cniPlugin') then {}
    else {
      cniPluginServiceAccount: o.serviceAccount(pluginName),
      cniPluginClusterRole:
        o.clusterRole(pluginName, rules.cniPlugin + (if c.networking then rules.cniPluginNetworking else [])),
      cniPluginClusterRoleBinding: o.clusterRoleBinding(pluginName),
    }
  )
