// What is refused, one case each: in the versions named (all, if none are) these values give exactly this refusal, at the
// value that is to blame. In the others they give none.
local versions = import '../versions/main.libsonnet';
local example = import 'example.libsonnet';

// { 'a.b': 1, 'a.c': null } as { a: { b: 1, c: null } }
local nested(path, value) =
  local names = std.split(path, '.');
  local last = std.length(names) - 1;
  std.foldr(function(name, inner) { [name]+: inner }, names[:last], { [names[last]]: value });
local values(settings) = std.foldl(function(all, path) all + nested(path, settings[path]), std.objectFields(settings), {});
local on = true;

// case → { values: by their full names, at: the value to blame, says: the refusal, in: minor versions, cluster: facts }
local refusals = {
  'an old Kubernetes': {
    values: {},
    cluster: { kubernetesVersion: '1.20.15' },
    path: ['kubernetesVersion'],
    says: 'needs Kubernetes 1.21 or later',
  },
  'no name': { values: { 'cluster.name': '' }, at: 'cluster.name', says: 'a cluster of Cilium needs a name' },
  'a long name': { values: { 'cluster.name': 'abcdefghijklmnopqrstuvwxyz-0123456789' }, at: 'cluster.name', says: 'more than the 32 characters' },
  'a name of other letters': { values: { 'cluster.name': 'Prod_EU' }, at: 'cluster.name', says: "'Prod_EU' is no name for a cluster of Cilium" },
  'a name that is nobody’s': { values: { 'cluster.name': 'default', 'cluster.id': 1 }, at: 'cluster.id', says: "its name must not be 'default'" },
  'an id with the bit of packet marks': {
    values: { 'cluster.name': 'c', 'cluster.id': 130, 'cni.chainingMode': 'aws-cni' },
    at: 'cluster.id',
    says: 'collide with the packet marks',
  },
  'two ways to the API server': {
    values: { k8sServiceHost: '10.0.0.1', k8sServiceHostRef: { name: 'api', key: 'host' } },
    at: 'k8sServiceHostRef',
    says: 'both k8sServiceHost and k8sServiceHostRef',
  },
  'an API server to be looked up': { values: { k8sServiceHost: 'auto' }, at: 'k8sServiceHost', says: 'asks the running cluster', 'in': ['1.19', '1.20'] },
  'deprecated labels on GKE': {
    values: { keepDeprecatedLabels: on, 'gke.enabled': on },
    at: 'keepDeprecatedLabels',
    says: 'Google deletes a DaemonSet',
  },
  'backoff set twice': {
    values: { 'k8sClientExponentialBackoff.enabled': on, extraEnv: [{ name: 'KUBE_CLIENT_BACKOFF_BASE', value: '1' }] },
    at: 'extraEnv',
    says: 'sets KUBE_CLIENT_BACKOFF_BASE',
  },
  'taints for ever': {
    values: { 'operator.setNodeTaints': on, 'operator.removeNodeTaints': false },
    at: 'operator.removeNodeTaints',
    says: 'never take the taint away',
  },
  'slices of nothing': {
    values: { 'ciliumEndpointSlice.enabled': on, disableEndpointCRD: on },
    at: 'ciliumEndpointSlice.enabled',
    says: 'endpoint slices are made from endpoint objects',
  },

  'a tunnel on GKE': { values: { 'gke.enabled': on, routingMode: 'tunnel' }, at: 'routingMode', says: 'on GKE the network routes pods itself' },
  'native routing on AKS': { values: { 'aksbyocni.enabled': on, routingMode: 'native' }, at: 'routingMode', says: 'the network does not route pods' },
  'masquerading without a range': {
    values: { routingMode: 'native', enableIPv4Masquerade: on },
    at: 'ipv4NativeRoutingCIDR',
    says: 'masquerading has to know which addresses need none',
  },
  'masquerading IPv6 without a range': {
    values: { routingMode: 'native', 'ipv6.enabled': on },
    at: 'ipv6NativeRoutingCIDR',
    says: 'masquerading has to know which addresses need none',
  },
  'a range from two pools': {
    values: { routingMode: 'native', nativeRoutingCIDRFromClusterPool: on, 'ipam.operator.clusterPoolIPv4PodCIDRList': ['10.1.0.0/16', '10.2.0.0/16'] },
    at: 'nativeRoutingCIDRFromClusterPool',
    says: 'takes the IPv4 range from the cluster pool',
    'in': ['1.20'],
  },
  'a range from two pools of IPv6': {
    values: {
      routingMode: 'native',
      nativeRoutingCIDRFromClusterPool: on,
      'ipv6.enabled': on,
      'ipv4.enabled': false,
      enableIPv6Masquerade: false,
      'ipam.operator.clusterPoolIPv6PodCIDRList': ['fd00:1::/104', 'fd00:2::/104'],
    },
    at: 'nativeRoutingCIDRFromClusterPool',
    says: 'takes the IPv6 range from the cluster pool',
    'in': ['1.20'],
  },
  'a pool that is no list': {
    values: { 'ipam.operator.clusterPoolIPv4PodCIDR': '10.0.0.0/8' },
    at: 'ipam.operator.clusterPoolIPv4PodCIDR',
    says: 'a cluster pool is a list of ranges',
    'in': ['1.18'],
  },
  'another cluster that is a word': { values: { 'clustermesh.config.clusters': ['a'] }, at: 'clustermesh.config.clusters.0', says: 'must be a map, not a string' },
  'another cluster without a name': { values: { 'clustermesh.config.clusters': [{}] }, at: 'clustermesh.config.clusters.0', says: 'has no `name`' },
  'a constraint that is nothing': {
    values: { 'operator.topologySpreadConstraints': [null] },
    at: 'operator.topologySpreadConstraints.0',
    says: 'must be a map, not null',
  },
  'a name of a certificate that is a list': {
    values: { 'hubble.tls.server.extraDnsNames': [['a']] },
    at: 'hubble.tls.server.extraDnsNames.0',
    says: 'must be a string, not a list',
  },
  'an export that is nothing': {
    values: { 'hubble.export.dynamic.config.content': [null] },
    at: 'hubble.export.dynamic.config.content.0',
    says: 'must be a map, not null',
  },
  'a host path without a path': {
    values: { extraHostPathMounts: [{ name: 'a', mountPath: '/a' }] },
    at: 'extraHostPathMounts.0',
    says: 'has no `hostPath`',
  },
  'ENIs without ENI': { values: { 'ipam.mode': 'eni' }, at: 'ipam.mode', says: 'need the ENI integration', 'in': ['1.20'] },
  'a transparent proxy on netkit': {
    values: { 'bpf.tproxy': on, 'bpf.datapathMode': 'netkit' },
    at: 'bpf.tproxy',
    says: 'cannot redirect to a transparent proxy',
    'in': ['1.19', '1.20'],
  },
  'an IP option that is none': {
    values: { 'bpf.monitorTraceIPOption': 300 },
    at: 'bpf.monitorTraceIPOption',
    says: 'an IP option has a number from 0 to 255',
    'in': ['1.19', '1.20'],
  },

  'a mode of kube-proxy replacement that is gone': { values: { kubeProxyReplacement: 'strict' }, at: 'kubeProxyReplacement', says: 'must be true or false' },
  'an Ingress without the proxy': {
    values: { 'ingressController.enabled': on, l7Proxy: false },
    at: 'l7Proxy',
    says: 'all need the L7 proxy',
  },
  'an Ingress with no policy for its traffic': {
    values: { 'ingressController.enabled': on, 'ingressController.service.externalTrafficPolicy': 'Any' },
    at: 'ingressController.service.externalTrafficPolicy',
    says: 'needs an externalTrafficPolicy, Cluster or Local',
  },
  'gateways with no policy for their traffic': {
    values: { 'gatewayAPI.enabled': on, 'gatewayAPI.externalTrafficPolicy': 'Any' },
    at: 'gatewayAPI.externalTrafficPolicy',
    says: 'gateways need an externalTrafficPolicy',
  },
  'a base id that is none': { values: { 'envoy.baseID': -1 }, at: 'envoy.baseID', says: 'a number from 0 to 4294967295' },
  'SPIRE without authentication': {
    values: { 'authentication.mutual.spire.enabled': on, 'authentication.enabled': false },
    at: 'authentication.enabled',
    says: 'mutual authentication, which is off',
  },
  'a DNS proxy on no port': {
    values: { 'standaloneDnsProxy.enabled': on },
    at: 'dnsProxy.proxyPort',
    says: 'have to agree on a port',
    'in': ['1.19', '1.20'],
  },

  'Relay without Hubble': { values: { 'hubble.enabled': false, 'hubble.relay.enabled': on }, at: 'hubble.relay.enabled', says: 'and Hubble is off' },
  'a UI without Relay': { values: { 'hubble.ui.enabled': on }, at: 'hubble.ui.enabled', says: 'and Relay is off' },
  'a UI on its own without certificates': {
    values: { 'hubble.ui.enabled': on, 'hubble.ui.standalone.enabled': on, 'hubble.relay.tls.server.enabled': on },
    at: 'hubble.ui.standalone.tls.certsVolume',
    says: 'needs client certificates for a Relay with TLS',
  },
  'headers allowed and denied': {
    values: { 'hubble.redact.http.headers.allow': ['a'], 'hubble.redact.http.headers.deny': ['b'] },
    at: 'hubble.redact.http.headers',
    says: 'either allowed or denied by name',
  },
  'an old UI': {
    values: { 'hubble.relay.enabled': on, 'hubble.ui.enabled': on, 'hubble.ui.backend.image.tag': 'v0.8.0' },
    at: 'hubble.ui.backend.image.tag',
    says: 'version 0.9.0 or later',
  },
  'keys made while rendering': { values: { 'hubble.tls.auto.method': 'helm' }, at: 'hubble.tls.auto.method', says: 'this would make keys while rendering' },
  'certificates that nobody signs': {
    values: { 'hubble.tls.auto.method': 'certmanager' },
    at: 'hubble.tls.auto.certManagerIssuerRef',
    says: 'cert-manager needs to know who signs',
  },
  'an authority that is no PEM': {
    values: { 'tls.ca.cert': 'abc', 'tls.ca.key': 'def' },
    at: 'tls.ca',
    says: 'must be PEM, encoded in base64',
  },

  'an etcd that is neither in nor out': {
    values: { 'clustermesh.apiserver.kvstoremesh.kvstoreMode': 'bogus' },
    at: 'clustermesh.apiserver.kvstoremesh.kvstoreMode',
    says: 'must be internal or external',
  },
  'an external etcd for nobody': {
    values: { 'clustermesh.apiserver.kvstoremesh.kvstoreMode': 'external' },
    at: 'clustermesh.apiserver.kvstoremesh.kvstoreMode',
    says: "the mesh's API server, which is off",
  },
  'an external etcd that nobody fills': {
    values: {
      'clustermesh.useAPIServer': on,
      'clustermesh.apiserver.kvstoremesh.kvstoreMode': 'external',
      'clustermesh.apiserver.kvstoremesh.enabled': false,
      identityAllocationMode: 'doublewrite-readcrd',
    },
    at: 'clustermesh.apiserver.kvstoremesh.kvstoreMode',
    says: 'KVStoreMesh, which is off',
  },
  'two writers to one etcd': {
    values: {
      'clustermesh.useAPIServer': on,
      'clustermesh.apiserver.kvstoremesh.kvstoreMode': 'external',
      'clustermesh.apiserver.replicas': 2,
      identityAllocationMode: 'kvstore',
    },
    at: 'clustermesh.apiserver.replicas',
    says: 'only one replica',
  },
  'identities beside an external etcd': {
    values: { 'clustermesh.useAPIServer': on, 'clustermesh.apiserver.kvstoremesh.kvstoreMode': 'external' },
    at: 'identityAllocationMode',
    says: 'identities are kept there',
  },
  'a mesh without endpoints': {
    values: { 'clustermesh.useAPIServer': on, disableEndpointCRD: on },
    at: 'disableEndpointCRD',
    says: 'reads endpoint objects',
  },
  'a mesh with nothing to do': {
    values: { 'clustermesh.useAPIServer': on, 'clustermesh.apiserver.kvstoremesh.enabled': false, identityAllocationMode: 'kvstore' },
    at: 'clustermesh.useAPIServer',
    says: 'has nothing to do',
  },
  'a way to log in that is none': {
    values: { 'clustermesh.useAPIServer': on, 'clustermesh.apiserver.tls.authMode': 'none' },
    at: 'clustermesh.apiserver.tls.authMode',
    says: 'must be legacy, migration or cluster',
  },
  'a mesh of another size': { values: { 'clustermesh.maxConnectedClusters': 256 }, at: 'clustermesh.maxConnectedClusters', says: 'room for 255 or for 511' },
  'a cluster that is nowhere': {
    values: { 'clustermesh.config': { enabled: on, clusters: [{ name: 'north' }] } },
    at: 'clustermesh.config.clusters',
    says: 'nothing says where the cluster north is',
  },
  'an issuer that the mesh lacks': {
    values: { 'clustermesh.useAPIServer': on, 'clustermesh.apiserver.tls.auto.method': 'certmanager' },
    at: 'clustermesh.apiserver.tls.auto.certManagerIssuerRef',
    says: 'cert-manager needs to know who signs',
  },
} + {
  ['a ServiceMonitor in ' + path]: {
    values: { [path]: { enabled: on, serviceMonitor: { enabled: on } } }
            + (if path == 'hubble.relay.prometheus' then { 'hubble.relay.enabled': on } else {}),
    at: path + '.serviceMonitor.enabled',
    says: 'does not say that it knows ServiceMonitors',
  }
  for path in ['prometheus', 'operator.prometheus', 'envoy.prometheus', 'hubble.relay.prometheus']
} + {
  ['dropped: ' + path]: {
    values: { [path]: 'x' },
    at: path,
    says: '`' + path + '` was dropped in Cilium ',
  }
  for path in std.objectFields(import '../versions/removed.libsonnet')
} + {
  ['null for ' + path]: {
    values: { [path]: null },
    at: path,
    says: '`' + path + '` must be ',
  }
  for path in ['cgroup.hostRoot', 'gke.enabled', 'hubble.tls.enabled', 'ipv4.enabled', 'sctp', 'maglev']
};

local refused(release, case) =
  local rendered = example.new(values(case.values), cluster=std.get(case, 'cluster', {}), settings={ version: release });
  [finding for finding in rendered.findings if finding.severity == 'refusal'];
local isIt(case, finding) =
  finding.path == std.get(case, 'path', ['cilium', 'values'] + std.split(std.get(case, 'at', ''), '.'))
  && std.findSubstr(case.says, finding.message) != [];

{
  [case]: {
    local it = refusals[case],
    actual: {
      [versions.of(release).minorVersion]: [
        if isIt(it, finding) then 'refused' else std.join('.', finding.path) + ': ' + finding.message
        for finding in refused(release, it)
      ]
      for release in versions.releases
    },
    expected: {
      [minor]: if std.member(std.get(it, 'in', versions.minors), minor) then ['refused'] else []
      for minor in versions.minors
    },
  }
  for case in std.objectFields(refusals)
}
