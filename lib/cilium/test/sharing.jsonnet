// What clusters share is what each of them would have alone: objects and findings are the same with and without
// sharing.libsonnet, whichever values are set.
local cilium = import '../main.libsonnet';
local sharing = import '../sharing.libsonnet';
local example = import 'example.libsonnet';

// name → what is other than in an ordinary cluster
local cases = {
  nothing: {},
  'a number': { values: { MTU: 1400 } },
  'pod settings': { values: {
    resources: { limits: { memory: '1Gi' } },
    tolerations: [{ operator: 'Exists' }],
    nodeSelector: { pool: 'a', 'kubernetes.io/os': null },
    podAnnotations: { a: 'b' },
    affinity: null,
    operator: { replicas: 1, affinity: null, podLabels: { a: 'b' } },
    envoy: { podAnnotations: { a: 'b' }, priorityClassName: 'high' },
  } },
  'labels on everything': { values: { commonLabels: { team: 'net' }, annotations: { a: 'b' }, secretsNamespaceLabels: { a: 'b' } } },
  'kube-proxy replaced': { values: {
    kubeProxyReplacement: true,
    k8sServiceHost: 'api.example.com',
    k8sServicePort: 6443,
    rollOutCiliumPods: true,
    operator: { rollOutPods: true },
    bpf: { masquerade: true },
  } },
  'native routing': { values: { routingMode: 'native', ipv4NativeRoutingCIDR: '10.0.0.0/8', autoDirectNodeRoutes: true } },
  'dual stack': { values: { ipv6: { enabled: true }, enableIPv6Masquerade: false } },
  'IPv6 only': { values: { ipv4: { enabled: false }, ipv6: { enabled: true } } },
  wireguard: { values: { encryption: { enabled: true, type: 'wireguard', nodeEncryption: true } } },
  ipsec: { values: { encryption: { enabled: true, type: 'ipsec' } } },
  'no Hubble': { values: { hubble: { enabled: false } } },
  'all of Hubble': { values: { hubble: {
    relay: { enabled: true, prometheus: { enabled: true } },
    ui: { enabled: true },
    metrics: { enabled: ['dns', 'drop'], dashboards: { enabled: true } },
    tls: { auto: { method: 'certmanager', certManagerIssuerRef: { name: 'x' } } },
  } } },
  monitored: { apiVersions: ['monitoring.coreos.com/v1'], values: {
    prometheus: { enabled: true, serviceMonitor: { enabled: true } },
    operator: { prometheus: { enabled: true, serviceMonitor: { enabled: true } } },
    envoy: { prometheus: { serviceMonitor: { enabled: true } } },
  } },
  'ingress and gateways': { apiVersions: ['gateway.networking.k8s.io/v1/GatewayClass'], values: {
    kubeProxyReplacement: true,
    ingressController: { enabled: true, default: true, secretsNamespace: { name: 'certificates' } },
    gatewayAPI: { enabled: true },
    k8sServiceHost: '10.0.0.1',
    k8sServicePort: 6443,
  } },
  announcements: { values: { bgpControlPlane: { enabled: true }, l2announcements: { enabled: true }, externalIPs: { enabled: true } } },
  mesh: { values: { cluster: { id: 7 }, clustermesh: {
    useAPIServer: true,
    config: { enabled: true, clusters: [{ name: 'other', ips: ['10.1.2.3'], port: 2379 }] },
  } } },
  spire: { values: { authentication: { enabled: true, mutual: { spire: { enabled: true } } } } },
  'AWS interfaces': { values: { eni: { enabled: true }, ipam: { mode: 'eni' }, routingMode: 'native', enableIPv4Masquerade: false } },
  'behind another plugin': { values: { cni: { chainingMode: 'aws-cni', exclusive: false }, enableIPv4Masquerade: false } },
  'before an upgrade': { values: { preflight: { enabled: true }, agent: false, operator: { enabled: false } } },
  'installed long ago': { values: { upgradeCompatibility: '1.7' } },
  debugging: { values: { debug: { enabled: true, verbose: 'flow envoy' }, pprof: { enabled: true }, operator: { pprof: { enabled: true } } } },
  'a whole section taken away': { values: { bandwidthManager: null, hubble: { relay: null } } },
  'an etcd': { values: { etcd: { enabled: true, endpoints: ['https://a:2379'], ssl: true }, identityAllocationMode: 'kvstore' } },
  'without privileges': { values: { securityContext: { privileged: true }, podSecurityContext: { appArmorProfile: null } } },
  'no Envoy of its own': { values: { envoy: { enabled: false } } },
  networkArgs: { networkArgs: { 'enable-policy': 'always' }, values: { extraConfig: { 'my-key': 'x' } } },
  'another namespace': { namespace: 'cilium', values: { resourceQuotas: { enabled: true } } },
  'a namespace by value': { values: { namespaceOverride: 'network' } },
  'a mirror': { registry: 'registry.example.com/mirror', values: {} },
  'an old Kubernetes': { kubernetesVersion: '1.29.3', values: {} },
  'what is refused': { values: { kubeProxyReplacement: 'strict', cluster: { name: 'A' }, ipv4: { enabled: 1 } } },
  'what is wrong together': { values: { hubble: { ui: { enabled: true } }, operator: { setNodeTaints: true, removeNodeTaints: false }, nosuch: 1 } },
};

local params(version, case) = {
  cluster: example.cluster {
    [if name in case then name]: case[name]
    for name in ['apiVersions', 'kubernetesVersion', 'registry']
  },
  settings: { version: version, namespace: std.get(case, 'namespace', 'kube-system'), values: std.get(case, 'values', {}) },
  networkArgs: std.get(case, 'networkArgs', {}),
};

// The names of what differs.
local differences(one, other) = [
  component + '.' + name
  for component in std.setUnion(std.objectFields(one.components), std.objectFields(other.components))
  for name in std.setUnion(std.objectFields(one.components[component]), std.objectFields(other.components[component]))
  if std.get(one.components[component], name) != std.get(other.components[component], name)
];

local refused(install) = std.length([finding for finding in install.findings if finding.severity == 'refusal']) > 0;

{
  [name + ', ' + version]:
    local shared = cilium.chart(params(version, cases[name]));
    local alone = cilium.chart(params(version, cases[name]), shares=false);
    {
      actual: { findings: shared.findings, differences: if refused(alone) then [] else differences(shared, alone) },
      expected: { findings: alone.findings, differences: [] },
    }
  for version in cilium.chartVersions
  for name in std.objectFields(cases)
} + {
  'only values that differ are told apart': {
    local defaults = { a: 1, map: { b: 2, c: { d: 3 } }, free: {}, list: [1] },
    actual: {
      [name]: sharing.differences(defaults, values)
      for name in ['same', 'other', 'new', 'gone', 'free']
      for values in [{
        same: { a: 1, map: { b: 2 }, list: [1] },
        other: { a: 2, map: { c: { d: 4 } }, list: [] },
        new: { map: { x: 1 } },
        gone: { map: { c: null } },
        free: { free: { x: 1 } },
      }[name]]
    },
    expected: {
      same: [],
      other: ['a', 'list', 'map.c.d'],
      new: ['map.x', 'map'],
      gone: ['map.c', 'map.c.d', 'map'],
      free: ['free'],
    },
  },
}
