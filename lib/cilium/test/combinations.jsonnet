// Values that decide together. Each case was compared with what the official chart gives for the same values.
local example = import 'example.libsonnet';

local components(values) = example.new(values).components;
local config(values) = example.config(example.new(values));
local refused(values) = [
  finding.message
  for finding in example.new(values).findings
  if finding.severity == 'refusal'
];

local pool = { nativeRoutingCIDRFromClusterPool: true };
local twoPools = pool { ipam: { operator: { clusterPoolIPv4PodCIDRList: '10.1.0.0/16 10.2.0.0/16' } } };
local metricsTLS = { hubble: { tls: { auto: { method: 'cronJob' } }, metrics: { tls: { enabled: true } } } };
local orderedBy(values) = [
  entry.name
  for entry in std.parseYaml(components(values).hubble.certgenCronJob.spec.jobTemplate.spec.template.spec.containers[0].env[0].value).certs
];

{
  'the range of the pool is told behind a tunnel, too': {
    actual: config(pool)['ipv4-native-routing-cidr'],
    expected: '10.244.0.0/16',
  },
  'and must be one there': {
    actual: refused(twoPools),
    expected: ['this takes the IPv4 range from the cluster pool, which must have exactly one'],
  },
  'unless it is given': {
    actual: [refused(twoPools { ipv4NativeRoutingCIDR: '10.0.0.0/8' }), config(twoPools { ipv4NativeRoutingCIDR: '10.0.0.0/8' })['ipv4-native-routing-cidr']],
    expected: [[], '10.0.0.0/8'],
  },
  'ENIs spare IPv4 the range, not IPv6': {
    actual: refused({ routingMode: 'native', ipam: { mode: 'eni' }, eni: { enabled: true }, ipv6: { enabled: true } }),
    expected: ['with native routing, masquerading has to know which addresses need none'],
  },
  'on AKS the network may route pods where Google’s does': {
    actual: refused({ aksbyocni: { enabled: true }, gke: { enabled: true } }),
    expected: [],
  },
  'gateways have nothing to say of socket load balancing where it is taken away': {
    actual: [
      std.get(config({ gatewayAPI: { enabled: true }, kubeProxyReplacement: true } + more), 'bpf-lb-sock-hostns-only')
      for more in [{}, { socketLB: { enabled: null } }]
    ],
    expected: ['true', null],
  },
  'no certificate for metrics that are not asked for': {
    actual: [
      std.member(orderedBy(metricsTLS + more), 'hubble-metrics-server-certs')
      for more in [{}, { hubble+: { metrics+: { enabled: ['dns'] } } }]
    ],
    expected: [false, true],
  },
  'the check before an upgrade asks no API server': {
    actual: [
      variable.name
      for variable in components({ preflight: { enabled: true }, k8sServiceHost: '10.0.0.1', k8sServicePort: 6443 })
                     .preflight.daemonset.spec.template.spec.containers[0].env
    ],
    expected: ['K8S_NODE_NAME'],
  },
  'the operator’s metrics keep their Service’s port': {
    actual: [port.port for port in components({ operator: { prometheus: { port: 9999, serviceMonitor: { enabled: true } } } }).cilium.operatorService.spec.ports],
    expected: [9963],
  },
  'another cluster of the mesh, by its name': {
    actual: refused({ clustermesh: { config: { clusters: { a: 1, b: null, c: {} } } } }),
    expected: ['`clustermesh.config.clusters.a` must be a map, not the number 1'],
  },
  'the mesh is taken away': {
    actual: refused({ clustermesh: null }),
    expected: ['`kvstoreMode` must be internal or external', 'a mesh has room for 255 or for 511 clusters'],
  },
  'arguments of the mesh’s API server come in the chart’s order': {
    actual: [
      argument
      for container in components({
        cluster: { name: 'c', id: 1 },
        ciliumEndpointSlice: { enabled: true },
        clustermesh: { useAPIServer: true, mcsapi: { enabled: true }, apiserver: { tls: { auto: { method: 'cronJob' } } } },
      }).clustermesh.deployment.spec.template.spec.containers
      for argument in std.get(container, 'args', [])
      if std.member(['--clustermesh-enable-mcs-api', '--enable-cilium-endpoint-slice'], argument)
    ],
    expected: ['--clustermesh-enable-mcs-api', '--enable-cilium-endpoint-slice'],
  },
  'without its section the DNS proxy is told nothing': {
    actual: [
      name
      for name in std.objectFields(config({ dnsProxy: null }))
      if std.startsWith(name, 'dnsproxy-')
    ],
    expected: [],
  },
  'AppArmor is told of the containers that there are, on old Kubernetes': {
    actual: [
      std.length([
        name
        for name in std.objectFields(
          example.new({ cgroup: { autoMount: { enabled: mounts } } }, cluster={ kubernetesVersion: '1.28.0' })
          .components.cilium.daemonset.spec.template.metadata.annotations
        )
        if std.startsWith(name, 'container.apparmor.')
      ])
      for mounts in [true, false]
    ],
    expected: [4, 2],
  },
}
