// What each release installs and can do. The objects are written for 3.32; what a release has otherwise is here, in the
// form of the parts that node.libsonnet, kube-controllers.libsonnet and typha.libsonnet are made of, where null takes a
// part away.
//
//   repository, images   where the images come from, and their names with the part of the reference behind that
//   pullPolicy           of all containers; null leaves it to Kubernetes
//   crds, rules, felix   definitions by plural; RBAC rules; Felix's parameters
//   kubernetes           from: the first minor version that takes all objects; before: the first that refuses one;
//                        tested: the first with which this release was tested
//   mtu                  if left out; 0 is found out by each node
//   vxlan                the encapsulation of VXLAN pools if left out; vxlanFamilies: which families have it
//   dataplanes           what may be chosen
//   withoutIPv4(c)       calico-node's environment where pods have no IPv4 addresses
local felix = import 'felix.libsonnet';
local o = import 'objects.libsonnet';
local rbac = import 'rbac.libsonnet';

local images(tag, names) = { [name]: name + ':' + tag for name in names };

{
  '3.32.1': {
    repository: 'quay.io/calico/',
    images: images('v3.32.1', ['node', 'cni', 'kube-controllers', 'typha']),
    pullPolicy: 'IfNotPresent',

    crds: import 'crds/main.libsonnet',
    rules: rbac['3.32'],
    felix: felix['3.32'],

    // The CustomResourceDefinition of ClusterNetworkPolicy calls isCIDR, which Kubernetes 1.31 brought.
    kubernetes: { from: '1.31', before: null, tested: '1.34' },
    budgetVersion: 'policy/v1',
    controllersBudget: true,

    mtu: 0,
    vxlan: 'VXLANCrossSubnet',
    vxlanFamilies: [4, 6],
    dataplanes: ['iptables', 'nftables', 'eBPF'],
    poolSettings: ['blockSize', 'natOutgoing', 'nodeSelector', 'disableBGPExport'],

    cniConfig: { log_file_path: '/var/log/calico/cni/cni.log' },
    cniPlugins: { portmap: { snat: true, capabilities: { portMappings: true } } },

    podMetadata: {},
    node(c):: {},
    kubeControllers: {},
    typha: {},

    // As Calico's operator has it: a node without an IPv4 address would not start, and BGP needs a router ID that is
    // not made of one.
    withoutIPv4(c)::
      if c.ipv4 || !c.networking then {}
      else {
        IP: 'none',
        [if c.bgp then 'CALICO_ROUTER_ID']: 'hash',
        // Otherwise calico-node makes an IPv4 pool that nobody asked for. It also skips the VXLAN mode of the IPv6 pool
        // then, so such a cluster has to live with that pool.
        [if c.makesPools && c.pools.ipv6.vxlan == 'Never' then 'CALICO_IPV4POOL_CIDR']: 'none',
      },
  },

  '3.14.2': {
    repository: 'calico/',
    images: images('v3.14.2', ['node', 'cni', 'kube-controllers', 'typha', 'pod2daemon-flexvol']),
    pullPolicy: null,

    crds: import 'crds/v1beta1.libsonnet',
    rules: rbac['3.14'],
    felix: felix['3.14'],

    kubernetes: { from: '1.16', before: '1.22', tested: '1.16' },
    budgetVersion: 'policy/v1beta1',
    controllersBudget: false,

    mtu: 1440,
    vxlan: 'VXLAN',
    vxlanFamilies: [4],
    // Its eBPF was a preview for kernels and clusters that its guide names one by one.
    dataplanes: ['iptables'],
    poolSettings: ['blockSize', 'natOutgoing', 'nodeSelector'],

    cniConfig: {},
    cniPlugins: {
      portmap: { snat: true, capabilities: { portMappings: true } },
      bandwidth: { capabilities: { bandwidth: true } },
    },

    podMetadata: { annotations: { 'scheduler.alpha.kubernetes.io/critical-pod': '' } },
    node(c):: {
      env: { FELIX_LOGSEVERITYSCREEN: 'info', FELIX_WIREGUARDMTU: null, CALICO_MANAGE_CNI: null },
      node: {
        envFrom: null,
        lifecycle: null,
        livenessProbe: { timeoutSeconds: null },
        readinessProbe: { timeoutSeconds: null },
        mounts: { 'cni-net-dir': null, bpffs: null, 'cni-log-dir': null },
      },
      initContainers: {
        [if c.networking then 'upgrade-ipam']: { envFrom: null },
        'install-cni': { envFrom: null, command: ['/install-cni.sh'] },
        'ebpf-bootstrap': null,
        // Lets the kubelet mount the socket by which a pod's proxy asks for policies.
        'flexvol-driver': {
          image: c.image('pod2daemon-flexvol'),
          securityContext: { privileged: true },
          mounts: { 'flexvol-driver-host': '/host/driver' },
        },
      },
      volumes: {
        'var-run-calico': { type: null },
        'var-lib-calico': { type: null },
        'cni-bin-dir': { type: null },
        'sys-fs': null,
        bpffs: null,
        nodeproc: null,
        'cni-log-dir': null,
        'flexvol-driver-host': {
          path: '/usr/libexec/kubernetes/kubelet-plugins/volume/exec/nodeagent~uds',
          type: 'DirectoryOrCreate',
        },
      },
      pod: { securityContext: null },
    },
    kubeControllers: {
      env: { ENABLED_CONTROLLERS: 'node' },
      container: { livenessProbe: null, readinessProbe: { periodSeconds: null }, securityContext: null },
      pod: {
        securityContext: null,
        tolerations: [o.tolerations.criticalAddons, { key: 'node-role.kubernetes.io/master', effect: 'NoSchedule' }],
      },
    },
    typha: {
      env: { TYPHA_SHUTDOWNTIMEOUTSECS: null },
      container: {
        envFrom: null,
        livenessProbe: { timeoutSeconds: null },
        readinessProbe: { timeoutSeconds: null },
      },
      pod: {
        terminationGracePeriodSeconds: null,
        tolerations: [o.tolerations.criticalAddons],
        securityContext: { seccompProfile: null },
      },
      deployment: { strategy: null },
    },

    // TKEStack's manifest for IPv6 looks for an IPv4 address all the same.
    withoutIPv4(c):: {},
  },
}
