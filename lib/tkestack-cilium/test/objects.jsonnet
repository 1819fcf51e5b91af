local cilium = import '../../cilium/main.libsonnet';
local tkestack = import '../main.libsonnet';
local example = import 'example.libsonnet';

local identity(object) =
  std.join('/', [object.apiVersion, object.kind, std.get(object.metadata, 'namespace', ''), object.metadata.name]);
local identities(components) = std.mapWithKey(
  function(_, objects) std.mapWithKey(function(_, object) identity(object), objects),
  components
);
local count(components) =
  std.foldl(function(sum, name) sum + std.length(components[name]), std.objectFields(components), 0);

local overlay = example.of().components;
local underlay = example.of(networkArgs=example.underlay).components;
local workloads(components) = [
  object
  for name in std.objectFields(components)
  for object in std.objectValues(components[name])
  if std.member(['DaemonSet', 'Deployment'], object.kind)
];
local pod(workload) = workload.spec.template.spec;
local images(components) = std.set([pod(workload).containers[0].image for workload in workloads(components)]);
local ipamdArgs(components) = pod(components.ipamd.deployment).containers[0].args;

{
  'fourteen objects and twenty': { actual: [count(overlay), count(underlay)], expected: [14, 20] },
  'identities by key': {
    actual: identities(underlay),
    expected: {
      cilium: {
        serviceAccount: 'v1/ServiceAccount/kube-system/cilium',
        clusterRole: 'rbac.authorization.k8s.io/v1/ClusterRole//cilium',
        clusterRoleBinding: 'rbac.authorization.k8s.io/v1/ClusterRoleBinding//cilium',
        config: 'v1/ConfigMap/kube-system/cilium-config',
        daemonset: 'apps/v1/DaemonSet/kube-system/cilium',
        operatorServiceAccount: 'v1/ServiceAccount/kube-system/cilium-operator',
        operatorClusterRole: 'rbac.authorization.k8s.io/v1/ClusterRole//cilium-operator',
        operatorClusterRoleBinding: 'rbac.authorization.k8s.io/v1/ClusterRoleBinding//cilium-operator',
        operatorDeployment: 'apps/v1/Deployment/kube-system/cilium-operator',
      },
      ipamd: {
        config: 'v1/ConfigMap/kube-system/tke-eni-ipamd',
        serviceAccount: 'v1/ServiceAccount/kube-system/tke-eni-ipamd',
        clusterRole: 'rbac.authorization.k8s.io/v1/ClusterRole//tke-eni-ipamd',
        clusterRoleBinding: 'rbac.authorization.k8s.io/v1/ClusterRoleBinding//tke-eni-ipamd',
        deployment: 'apps/v1/Deployment/kube-system/tke-eni-ipamd',
      },
      masquerade: {
        config: 'v1/ConfigMap/kube-system/ip-masq-agent-config',
        daemonset: 'apps/v1/DaemonSet/kube-system/ip-masq-agent',
      },
      router: {
        serviceAccount: 'v1/ServiceAccount/kube-system/cilium-router',
        clusterRole: 'rbac.authorization.k8s.io/v1/ClusterRole//cilium-router',
        clusterRoleBinding: 'rbac.authorization.k8s.io/v1/ClusterRoleBinding//cilium-router',
        daemonset: 'apps/v1/DaemonSet/kube-system/cilium-router',
      },
    },
  },
  'keys of cilium-config': {
    actual: [std.length(overlay.cilium.config.data), std.length(underlay.cilium.config.data)],
    expected: [49, 51],
  },
  'all of cilium-config is text': {
    actual: [key for key in std.objectFields(underlay.cilium.config.data) if !std.isString(underlay.cilium.config.data[key])],
    expected: [],
  },
  'the mode reaches cilium-config': {
    actual: [[components.cilium.config.data[key] for key in ['tunnel', 'ipam', 'masquerade']] for components in [overlay, underlay]],
    expected: [['vxlan', 'kubernetes', 'true'], ['disabled', 'crd', 'false']],
  },
  'maxNodePodNum reaches the address management of overlay': {
    actual: [
      std.member(ipamdArgs(example.of({ maxNodePodNum: 64 }).components), '--desired-pod-number=64'),
      [arg for arg in ipamdArgs(underlay) if std.startsWith(arg, '--base-pod-number')],
    ],
    expected: [true, ['--base-pod-number=16']],
  },
  'the pod CIDR reaches all that need it': {
    local components = example.of({ podCIDRs: ['172.20.0.0/14'] }, networkArgs=example.underlay).components,
    actual: [
      std.member(ipamdArgs(components), '--cluster-cidrs=172.20.0.0/14'),
      std.member(pod(components.router.daemonset).containers[0].args, '-cluster-ip-range=172.20.0.0/14'),
      std.parseJson(components.masquerade.config.data.config),
    ],
    expected: [true, true, { NonMasqueradeCIDRs: ['172.20.0.0/14'], MasqLinkLocal: true, ResyncInterval: '1m0s' }],
  },
  'the VPC': {
    actual: [
      components.ipamd.config.data
      for components in [overlay, example.of(settingChanges={ vpcID: 'vpc-1' }).components]
    ],
    expected: [{ TKE_ENI_IPAMD_VPC_ID: 'vpc-k4l6pld3' }, { TKE_ENI_IPAMD_VPC_ID: 'vpc-1' }],
  },

  'official images': {
    actual: images(underlay),
    expected: [
      'docker.io/tkestack/cilium-operator-generic:v1.9.5',
      'docker.io/tkestack/cilium-router:v0.1.0',
      'docker.io/tkestack/cilium:v1.9.5',
      'docker.io/tkestack/ip-masq-agent:v1.0.0',
      'docker.io/tkestack/tke-eni-ipamd:v3.3.3',
    ],
  },
  'images of another registry': {
    actual: images(example.of({ registry: 'registry.tke.com/library/' }).components),
    expected: [
      'registry.tke.com/library/cilium-operator-generic:v1.9.5',
      'registry.tke.com/library/cilium:v1.9.5',
      'registry.tke.com/library/tke-eni-ipamd:v3.3.3',
    ],
  },
  "an image of one's own": {
    local settings = { images: { 'tke-eni-ipamd': 'example.com/ipamd@sha256:0' } },
    actual: images(example.of(settingChanges=settings).components),
    expected: [
      'docker.io/tkestack/cilium-operator-generic:v1.9.5',
      'docker.io/tkestack/cilium:v1.9.5',
      'example.com/ipamd@sha256:0',
    ],
  },
  'the agent and what it clears with are one image': {
    local agent = pod(example.of(settingChanges={ images: { cilium: 'example.com/cilium:1' } }).components.cilium.daemonset),
    actual: [agent.containers[0].image, agent.initContainers[0].image],
    expected: ['example.com/cilium:1', 'example.com/cilium:1'],
  },

  'versions are among those of Cilium': {
    actual: std.setDiff(std.set(tkestack.versions), std.set(cilium.versions)),
    expected: [],
  },
  'version and findings build no object': {
    local result = example.of({ registry: error 'an object was built' }),
    actual: [result.version, example.problems(result)],
    expected: ['1.9.5-tkestack', []],
  },
} + {
  [workload.metadata.name + ': selector finds its pods']: {
    local labels = workload.spec.template.metadata.labels,
    actual: { [key]: labels[key] for key in std.objectFields(workload.spec.selector.matchLabels) },
    expected: workload.spec.selector.matchLabels,
  }
  for workload in workloads(underlay)
} + {
  [workload.metadata.name + ': every mount has its volume']: {
    actual: std.setDiff(
      std.set([mount.name for mount in std.get(pod(workload).containers[0], 'volumeMounts', [])]),
      std.set([volume.name for volume in std.get(pod(workload), 'volumes', [])])
    ),
    expected: [],
  }
  for workload in workloads(underlay)
}
