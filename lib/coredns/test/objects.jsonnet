local example = import 'example.libsonnet';

local identity(object) =
  std.join('/', [object.apiVersion, object.kind, std.get(object.metadata, 'namespace', ''), object.metadata.name]);
local objects(changes={}, settings={}) = example(changes, settings).components.coredns;
local at(version, settings={}) = objects({ kubernetesVersion: version }, settings);
local pod(result) = result.deployment.spec.template.spec;
local image(result) = pod(result).containers[0].image;
local addresses(result) = result.service.spec.clusterIP;
local rules(result) = [rule.resources for rule in result.clusterRole.rules];
local taints(result) = [
  std.strReplace(toleration.key, 'node-role.kubernetes.io/', '')
  for toleration in pod(result).tolerations
];

{
  'identities by key': {
    actual: std.mapWithKey(function(_, object) identity(object), objects()),
    expected: {
      serviceAccount: 'v1/ServiceAccount/kube-system/coredns',
      clusterRole: 'rbac.authorization.k8s.io/v1/ClusterRole//system:coredns',
      clusterRoleBinding: 'rbac.authorization.k8s.io/v1/ClusterRoleBinding//system:coredns',
      config: 'v1/ConfigMap/kube-system/coredns',
      deployment: 'apps/v1/Deployment/kube-system/coredns',
      service: 'v1/Service/kube-system/kube-dns',
    },
  },
  'off until enabled': {
    actual: [example(settings={ enabled: on }).enabled for on in [false, true, null]],
    expected: [false, true, false],
  },
  'findings build no object': {
    actual: example({ registry: error 'an object was built' }).findings,
    expected: [],
  },

  'images by version': {
    local versions = [
      '1.18.20',
      '1.19.16',
      '1.20.15',
      '1.21.14',
      '1.22.16',
      '1.22.17',
      '1.23.14',
      '1.23.15',
      '1.24.8',
      '1.24.9',
      '1.25.0',
      '1.26.15',
      '1.27.0',
      '1.28.15',
      '1.29.15',
      '1.30.4',
      '1.30.5',
      '1.31.0',
      '1.31.1',
      '1.32.8',
      '1.33.4',
      '1.34.0',
    ],
    actual: { [version]: image(at(version)) for version in versions },
    expected: {
      '1.18.20': 'k8s.gcr.io/coredns:1.6.7',
      '1.19.16': 'k8s.gcr.io/coredns:1.7.0',
      '1.20.15': 'k8s.gcr.io/coredns:1.7.0',
      '1.21.14': 'k8s.gcr.io/coredns/coredns:v1.8.0',
      '1.22.16': 'k8s.gcr.io/coredns/coredns:v1.8.4',
      '1.22.17': 'registry.k8s.io/coredns/coredns:v1.8.4',
      '1.23.14': 'k8s.gcr.io/coredns/coredns:v1.8.6',
      '1.23.15': 'registry.k8s.io/coredns/coredns:v1.8.6',
      '1.24.8': 'k8s.gcr.io/coredns/coredns:v1.8.6',
      '1.24.9': 'registry.k8s.io/coredns/coredns:v1.8.6',
      '1.25.0': 'registry.k8s.io/coredns/coredns:v1.9.3',
      '1.26.15': 'registry.k8s.io/coredns/coredns:v1.9.3',
      '1.27.0': 'registry.k8s.io/coredns/coredns:v1.10.1',
      '1.28.15': 'registry.k8s.io/coredns/coredns:v1.10.1',
      '1.29.15': 'registry.k8s.io/coredns/coredns:v1.11.1',
      '1.30.4': 'registry.k8s.io/coredns/coredns:v1.11.1',
      '1.30.5': 'registry.k8s.io/coredns/coredns:v1.11.3',
      '1.31.0': 'registry.k8s.io/coredns/coredns:v1.11.1',
      '1.31.1': 'registry.k8s.io/coredns/coredns:v1.11.3',
      '1.32.8': 'registry.k8s.io/coredns/coredns:v1.11.3',
      '1.33.4': 'registry.k8s.io/coredns/coredns:v1.12.0',
      '1.34.0': 'registry.k8s.io/coredns/coredns:v1.12.1',
    },
  },
  'a registry has the image at its root, with and without the v': {
    local registry = { registry: 'registry.tke.com/library/' },
    actual: [image(objects(registry)), image(objects(registry { kubernetesVersion: '1.18.3' }))],
    expected: ['registry.tke.com/library/coredns:v1.12.1', 'registry.tke.com/library/coredns:1.6.7'],
  },
  'a version of its own': {
    actual: [image(objects(settings={ version: version })) for version in ['1.12.3', 'v1.12.3', '1.7.0']],
    expected: [
      'registry.k8s.io/coredns/coredns:v1.12.3',
      'registry.k8s.io/coredns/coredns:v1.12.3',
      'registry.k8s.io/coredns:1.7.0',
    ],
  },
  'an image of its own': {
    actual: image(objects({ registry: 'registry.tke.com/library' }, { image: 'example.com/dns@sha256:0' })),
    expected: 'example.com/dns@sha256:0',
  },

  'the tenth address of the first service network': {
    actual: [
      addresses(objects({ serviceCIDRs: cidrs }))
      for cidrs in [
        ['10.96.0.0/16'],
        ['10.241.0.0/20'],
        ['fd00:10:96::/112'],
        ['10.96.0.0/16', 'fd00:10:96::/112'],
        ['fd00:10:96::/112', '10.96.0.0/16'],
      ]
    ],
    expected: ['10.96.0.10', '10.241.0.10', 'fd00:10:96::a', '10.96.0.10', 'fd00:10:96::a'],
  },
  'an address of its own': {
    actual: addresses(objects(settings={ clusterIP: '10.96.0.53' })),
    expected: '10.96.0.53',
  },
  'kubeadm says nothing of families': {
    local spec = objects({ serviceCIDRs: ['10.96.0.0/16', 'fd00:10:96::/112'] }).service.spec,
    actual: std.setInter(std.objectFields(spec), ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy']),
    expected: [],
  },
  'an address of each family': {
    local spec = objects(
      { serviceCIDRs: ['10.96.0.0/16', 'fd00:10:96::/112'] },
      { ipFamilyPolicy: 'PreferDualStack' }
    ).service.spec,
    actual: [spec.clusterIP, spec.clusterIPs, spec.ipFamilyPolicy],
    expected: ['10.96.0.10', ['10.96.0.10', 'fd00:10:96::a'], 'PreferDualStack'],
  },
  replicas: {
    actual: [objects().deployment.spec.replicas, objects(settings={ replicas: 5 }).deployment.spec.replicas],
    expected: [2, 5],
  },
  'hand-over to node-local caches': {
    local upstream = objects(settings={ nodeLocalCache: true }).upstreamService,
    actual: [identity(upstream), upstream.spec.selector, std.objectHas(upstream.spec, 'clusterIP')],
    expected: ['v1/Service/kube-system/kube-dns-upstream', { 'k8s-app': 'kube-dns' }, false],
  },

  'what it may read, by version': {
    actual: [rules(at(version)) for version in ['1.21.0', '1.22.0', '1.28.0']],
    expected: [
      [['endpoints', 'services', 'pods', 'namespaces'], ['nodes']],
      [['endpoints', 'services', 'pods', 'namespaces'], ['nodes'], ['endpointslices']],
      [['endpoints', 'services', 'pods', 'namespaces'], ['endpointslices']],
    ],
  },
  'a newer CoreDNS reads EndpointSlices': {
    actual: [std.member(rules(at('1.20.15', { version: version })), ['endpointslices']) for version in ['1.8.0', '1.8.1']],
    expected: [false, true],
  },
  'taints, by version': {
    actual: [taints(at(version)) for version in ['1.19.0', '1.20.0', '1.25.0', '1.26.0']],
    expected: [
      ['CriticalAddonsOnly', 'master'],
      ['CriticalAddonsOnly', 'master', 'control-plane'],
      ['CriticalAddonsOnly', 'master', 'control-plane'],
      ['CriticalAddonsOnly', 'control-plane'],
    ],
  },
  'two nodes are preferred since 1.25': {
    actual: [std.objectHas(pod(at(version)), 'affinity') for version in ['1.24.0', '1.25.0']],
    expected: [false, true],
  },
  'capabilities in capitals since 1.29': {
    actual: [pod(at(version)).containers[0].securityContext.capabilities.drop for version in ['1.28.0', '1.29.0']],
    expected: [['all'], ['ALL']],
  },
  'probes by name since 1.34': {
    actual: [
      [
        [pod(at(version)).containers[0][probe].httpGet.port for probe in ['livenessProbe', 'readinessProbe']],
        std.length(pod(at(version)).containers[0].ports),
      ]
      for version in ['1.33.0', '1.34.0']
    ],
    expected: [[[8080, 8181], 3], [['liveness-probe', 'readiness-probe'], 5]],
  },
  "the Service's name since 1.21": {
    actual: [at(version).service.metadata.labels['kubernetes.io/name'] for version in ['1.20.0', '1.21.0']],
    expected: ['KubeDNS', 'CoreDNS'],
  },
}
