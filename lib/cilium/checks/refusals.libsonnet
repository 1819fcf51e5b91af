// What the official chart refuses, and what cniforge refuses on its own account: values that are right by themselves and
// wrong together. One row each: under which condition, at which value, and how to get out.
local meshCertificates = import '../clustermesh/certificates.libsonnet';
local hubbleCertificates = import '../hubble/certificates.libsonnet';
local k = import '../kube.libsonnet';
local finding = import 'finding.libsonnet';

local on(value) = k.isSet(value);
local isKubernetesName(name) =
  // Made of these characters alone: stripped of them, nothing is left.
  std.stripChars(name, 'abcdefghijklmnopqrstuvwxyz0123456789-') == '' && name[0] != '-' && name[std.length(name) - 1] != '-';
local policies = ['Cluster', 'Local'];

// 'v0.13.5@sha256:…' → [0, 13]; null for what is no version
local tagVersion(tag) =
  local version = std.lstripChars(std.split(tag, '@')[0], 'v');
  local parts = std.split(std.split(version, '-')[0], '.');
  local isNumber(part) = part != '' && std.all([char >= '0' && char <= '9' for char in std.stringChars(part)]);
  if std.length(parts) <= 3 && std.all([isNumber(part) for part in parts])
  then [std.parseInt(part) for part in parts] + [0]
  else null;
local oldUI(image) =
  local tag = k.word(image.tag);
  local version = tagVersion(tag);
  tag != 'latest' && (version == null || version[0] == 0 && version[1] < 9);

// A certificate and a key in base64 PEM, as far as one can tell without reading them.
local isPEM(text) = std.startsWith(k.word(text), 'LS0tLS1CRUdJTi');

local cluster(c) =
  local v = c.values;
  local name = k.word(v.cluster.name);
  local id = k.orZero(v.cluster.id);
  [
    {
      when: !c.kubernetesAtLeast(1, 21),
      rule: 'CNI102',
      path: ['kubernetesVersion'],
      message: 'Cilium ' + c.version.minorVersion + ' needs Kubernetes 1.21 or later',
    },
    {
      when: on(v.upgradeCompatibility) && tagVersion(k.word(v.upgradeCompatibility)) == null,
      rule: 'CNI102',
      at: 'upgradeCompatibility',
      message: '`upgradeCompatibility` must be the version that was installed first',
      hint: "write it as '1.16'",
    },
    {
      when: name == '',
      at: 'cluster.name',
      message: 'a cluster of Cilium needs a name',
      hint: "leave cluster.name out to take the definition's own name",
    },
    {
      when: std.length(name) > 32,
      at: 'cluster.name',
      message: "the cluster's name '" + name + "' has more than the 32 characters that Cilium allows",
      hint: 'set cilium.values.cluster.name to a shorter one',
    },
    {
      when: name != '' && !isKubernetesName(name),
      at: 'cluster.name',
      message: "'" + name + "' is no name for a cluster of Cilium",
      hint: 'lower case letters, digits and -, with a letter or digit at both ends',
    },
    {
      when: name == 'default' && id != 0,
      at: 'cluster.id',
      message: "a cluster with an id is part of a mesh, and there its name must not be 'default'",
      hint: 'set cilium.values.cluster.name to a name of its own',
    },
    {
      // The high bit of these ids is the one that AWS and chaining use for packet marks.
      when:
        (id >= 128 && id <= 255 || id >= 384 && id <= 511)
        && (on(v.eni.enabled) || on(v.alibabacloud.enabled) || v.cni.chainingMode == 'aws-cni')
        && k.word(std.get(k.orEmptyMap(v.extraConfig), 'allow-unsafe-policy-skb-usage')) != 'true',
      at: 'cluster.id',
      message: 'ids 128–255 and 384–511 collide with the packet marks of AWS, Alibaba Cloud and AWS CNI chaining (cilium/cilium#21330)',
      hint: "choose another id, or accept wrong policy verdicts with extraConfig: { 'allow-unsafe-policy-skb-usage': 'true' }",
    },
    {
      when: on(v.k8sServiceHost) && on(v.k8sServiceHostRef.name) && on(v.k8sServiceHostRef.key),
      rule: 'CNI110',
      at: 'k8sServiceHostRef',
      message: 'both k8sServiceHost and k8sServiceHostRef say where the API server is',
      hint: 'keep one of them',
    },
    {
      when: c.since(19) && v.k8sServiceHost == 'auto',
      rule: 'CNI110',
      at: 'k8sServiceHost',
      message: "'auto' asks the running cluster, which cniforge never does",
      hint: "set the cluster's controlPlaneEndpoint, or write the address here",
    },
    {
      when: on(v.keepDeprecatedLabels) && on(v.gke.enabled) && c.namespace == 'kube-system',
      rule: 'CNI105',
      at: 'keepDeprecatedLabels',
      message: 'in kube-system Google deletes a DaemonSet that carries the deprecated labels',
      hint: 'set keepDeprecatedLabels to false, or install into another namespace',
    },
    {
      when:
        on(v.k8sClientExponentialBackoff.enabled)
        && std.length([
          env
          for env in k.orEmpty(v.extraEnv)
          if std.isObject(env) && std.member(['KUBE_CLIENT_BACKOFF_BASE', 'KUBE_CLIENT_BACKOFF_DURATION'], std.get(env, 'name'))
        ]) > 0,
      rule: 'CNI105',
      at: 'extraEnv',
      message: 'k8sClientExponentialBackoff sets KUBE_CLIENT_BACKOFF_BASE and KUBE_CLIENT_BACKOFF_DURATION already',
      hint: 'remove them here, or set k8sClientExponentialBackoff.enabled to false',
    },
    {
      when: on(v.operator.setNodeTaints) && !on(v.operator.removeNodeTaints),
      rule: 'CNI105',
      at: 'operator.removeNodeTaints',
      message: 'the operator would taint nodes and never take the taint away',
      hint: 'set removeNodeTaints to true, or setNodeTaints to false',
    },
    {
      when: on(v.ciliumEndpointSlice.enabled) && on(v.disableEndpointCRD),
      rule: 'CNI105',
      at: 'ciliumEndpointSlice.enabled',
      message: 'endpoint slices are made from endpoint objects, and disableEndpointCRD is true',
      hint: 'set disableEndpointCRD to false',
    },
  ];

local routing(c) =
  local v = c.values;
  local native = c.routingMode == 'native';
  local operator = v.ipam.operator;
  local fromPool = c.version.minor >= 20 && c.ipamMode == 'cluster-pool' && on(v.nativeRoutingCIDRFromClusterPool);
  // Only where it was asked for: clouds that always route natively bring their own rules.
  local masqueradeNeedsCIDR = v.routingMode == 'native' && !on(v.ipMasqAgent.enabled) && !fromPool;
  local pools(list) = std.length(if std.isString(list) then std.split(list, ' ') else k.orEmpty(list));
  [
    {
      when: on(v.gke.enabled) && !native,
      at: 'routingMode',
      message: 'on GKE the network routes pods itself',
      hint: "set routingMode to 'native', or leave it out",
    },
    {
      when: on(v.aksbyocni.enabled) && !on(v.gke.enabled) && on(v.routingMode) && v.routingMode != 'tunnel',
      at: 'routingMode',
      message: 'on AKS with your own CNI, the network does not route pods',
      hint: "set routingMode to 'tunnel', or leave it out",
    },
    {
      when: on(v.ipv4.enabled) && v.enableIPv4Masquerade == true && masqueradeNeedsCIDR
            && !std.member(['eni', 'alibabacloud'], c.ipamMode) && !on(v.ipv4NativeRoutingCIDR),
      rule: 'CNI113',
      at: 'ipv4NativeRoutingCIDR',
      message: 'with native routing, masquerading has to know which addresses need none',
      hint: 'set ipv4NativeRoutingCIDR to the range that is routed natively, or enableIPv4Masquerade to false',
    },
    {
      when: on(v.ipv6.enabled) && v.enableIPv6Masquerade == true && masqueradeNeedsCIDR && !on(v.ipv6NativeRoutingCIDR),
      rule: 'CNI113',
      at: 'ipv6NativeRoutingCIDR',
      message: 'with native routing, masquerading has to know which addresses need none',
      hint: 'set ipv6NativeRoutingCIDR to the range that is routed natively, or enableIPv6Masquerade to false',
    },
    {
      when: fromPool && on(v.ipv4.enabled) && !on(v.ipv4NativeRoutingCIDR) && pools(operator.clusterPoolIPv4PodCIDRList) != 1,
      rule: 'CNI113',
      at: 'nativeRoutingCIDRFromClusterPool',
      message: 'this takes the IPv4 range from the cluster pool, which must have exactly one',
      hint: 'set ipv4NativeRoutingCIDR instead',
    },
    {
      when: fromPool && on(v.ipv6.enabled) && !on(v.ipv6NativeRoutingCIDR) && pools(operator.clusterPoolIPv6PodCIDRList) != 1,
      rule: 'CNI113',
      at: 'nativeRoutingCIDRFromClusterPool',
      message: 'this takes the IPv6 range from the cluster pool, which must have exactly one',
      hint: 'set ipv6NativeRoutingCIDR instead',
    },
    {
      when: !c.since(19) && c.ipamMode == 'cluster-pool' && on(v.ipv4.enabled) && operator.clusterPoolIPv4PodCIDR != null,
      rule: 'CNI115',
      at: 'ipam.operator.clusterPoolIPv4PodCIDR',
      message: 'a cluster pool is a list of ranges since Cilium 1.14',
      hint: 'use ipam.operator.clusterPoolIPv4PodCIDRList',
    },
    {
      when: !c.since(19) && c.ipamMode == 'cluster-pool' && on(v.ipv6.enabled) && operator.clusterPoolIPv6PodCIDR != null,
      rule: 'CNI115',
      at: 'ipam.operator.clusterPoolIPv6PodCIDR',
      message: 'a cluster pool is a list of ranges since Cilium 1.14',
      hint: 'use ipam.operator.clusterPoolIPv6PodCIDRList',
    },
    {
      when: c.version.minor >= 20 && v.ipam.mode == 'eni' && !on(v.eni.enabled),
      rule: 'CNI115',
      at: 'ipam.mode',
      message: 'addresses from ENIs need the ENI integration',
      hint: 'set eni.enabled to true',
    },
    {
      when: c.version.minor >= 19 && on(v.bpf.tproxy) && std.startsWith(k.word(v.bpf.datapathMode), 'netkit'),
      rule: 'CNI122',
      at: 'bpf.tproxy',
      message: 'the netkit datapath cannot redirect to a transparent proxy',
      hint: "set bpf.tproxy to false, or bpf.datapathMode to 'veth'",
    },
    {
      local option = v.bpf.monitorTraceIPOption,
      when: option != null && (option < 0 || option > 255),
      rule: 'CNI101',
      at: 'bpf.monitorTraceIPOption',
      message: 'an IP option has a number from 0 to 255',
    },
  ];

local services(c) =
  local v = c.values;
  local ingress = on(v.ingressController.enabled);
  local gateway = on(v.gatewayAPI.enabled);
  local replacement = v.kubeProxyReplacement;
  local stated = replacement == null || replacement == true || replacement == 'true' || replacement == false || replacement == 'false';
  local service = v.ingressController.service;
  [
    {
      when: !stated,
      rule: 'CNI111',
      at: 'kubeProxyReplacement',
      message: '`kubeProxyReplacement` must be true or false',
      hint: "the modes 'strict', 'partial', 'probe' and 'disabled' are gone",
    },
    {
      when: (ingress || gateway || v.loadBalancer.l7.backend == 'envoy') && v.l7Proxy == false,
      at: 'l7Proxy',
      message: 'Ingress, Gateway API and load balancing by Envoy all need the L7 proxy',
      hint: 'set l7Proxy to true',
    },
    {
      when:
        ingress && std.member(['LoadBalancer', 'NodePort'], service.type)
        && !std.member(policies, service.externalTrafficPolicy),
      at: 'ingressController.service.externalTrafficPolicy',
      message: 'a Service of type ' + k.word(service.type) + ' needs an externalTrafficPolicy, Cluster or Local',
    },
    {
      when: replacement == null && c.installedBefore(14) && (ingress || gateway || on(v.envoyConfig.enabled)),
      rule: 'CNI111',
      at: 'kubeProxyReplacement',
      message: 'an install that began before Cilium 1.14 has to say whether kube-proxy is replaced',
      hint: 'set kubeProxyReplacement to true or false',
    },
    {
      when: gateway && !std.member(policies, v.gatewayAPI.externalTrafficPolicy),
      at: 'gatewayAPI.externalTrafficPolicy',
      message: 'gateways need an externalTrafficPolicy, Cluster or Local',
    },
  ];

local proxies(c) =
  local v = c.values;
  local baseID = v.envoy.baseID;
  [
    {
      when: baseID != null && (baseID < 0 || baseID > 4294967295),
      rule: 'CNI101',
      at: 'envoy.baseID',
      message: 'the base id of Envoy is a number from 0 to 4294967295',
    },
    {
      when: c.spire && !on(v.authentication.enabled),
      rule: 'CNI105',
      at: 'authentication.enabled',
      message: 'SPIRE gives identities for mutual authentication, which is off',
      hint: 'set authentication.enabled to true',
    },
    {
      when: c.version.minor >= 19 && on(v.standaloneDnsProxy.enabled) && !on(v.dnsProxy.proxyPort),
      rule: 'CNI105',
      at: 'dnsProxy.proxyPort',
      message: 'the standalone DNS proxy and the agent have to agree on a port',
      hint: 'set dnsProxy.proxyPort to a free port, such as 10094',
    },
  ];

// A ServiceMonitor that the cluster cannot store would fail the whole apply.
local monitors(c) =
  local v = c.values;
  local known = on(v.prometheus.serviceMonitor.trustCRDsExist) || std.member(c.cluster.apiVersions, 'monitoring.coreos.com/v1')
                || std.length([api for api in c.cluster.apiVersions if std.startsWith(api, 'monitoring.coreos.com/v1/')]) > 0;
  local monitor(path, values) = {
    when: !known && on(values.enabled) && on(values.serviceMonitor.enabled),
    at: path + '.serviceMonitor.enabled',
    message: 'the cluster does not say that it knows ServiceMonitors',
    hint: "add 'monitoring.coreos.com/v1' to the cluster's apiVersions, or set prometheus.serviceMonitor.trustCRDsExist to true",
  };
  [
    monitor('prometheus', v.prometheus),
    monitor('operator.prometheus', v.operator.prometheus),
    monitor('envoy.prometheus', v.envoy.prometheus),
    monitor('hubble.relay.prometheus', v.hubble.relay.prometheus),
  ];

local hubble(c) =
  local v = c.values;
  local hubble = v.hubble;
  local ui = hubble.ui;
  local headers = hubble.redact.http.headers;
  local standalone = on(ui.standalone.enabled);
  [
    {
      when: on(hubble.relay.enabled) && !c.hubble,
      at: 'hubble.relay.enabled',
      message: 'Relay collects what Hubble observes, and Hubble is off',
      hint: 'set hubble.enabled to true',
    },
    {
      when: on(ui.enabled) && !standalone && !on(hubble.relay.enabled),
      at: 'hubble.ui.enabled',
      message: 'the UI shows what Relay collects, and Relay is off',
      hint: 'set hubble.relay.enabled to true, or hubble.ui.standalone.enabled for a Relay elsewhere',
    },
    {
      when: on(ui.enabled) && standalone && on(hubble.relay.tls.server.enabled) && !on(ui.standalone.tls.certsVolume),
      at: 'hubble.ui.standalone.tls.certsVolume',
      message: 'a UI on its own needs client certificates for a Relay with TLS',
      hint: 'set certsVolume to the volume that holds them',
    },
    {
      when: on(headers.allow) && on(headers.deny),
      at: 'hubble.redact.http.headers',
      message: 'headers are either allowed or denied by name, not both',
      hint: 'keep allow or deny',
    },
  ] + [
    {
      when: on(ui.enabled) && oldUI(ui[part].image),
      at: 'hubble.ui.' + part + '.image.tag',
      message: 'the UI has to be of version 0.9.0 or later',
      hint: "use a tag that names its version, such as 'v0.13.5'",
    }
    for part in ['backend', 'frontend']
  ];

local clustermesh(c) =
  local v = c.values;
  local mesh = v.clustermesh;
  local apiserver = mesh.apiserver;
  local kvstoremesh = on(apiserver.kvstoremesh.enabled);
  local mode = apiserver.kvstoremesh.kvstoreMode;
  local external = mode == 'external';
  local tls = apiserver.tls;
  local modePath = 'clustermesh.apiserver.kvstoremesh.kvstoreMode';
  [
    {
      when: !std.member(['internal', 'external'], mode),
      at: modePath,
      message: '`kvstoreMode` must be internal or external',
    },
    {
      when: external && !c.mesh,
      at: modePath,
      message: "an external etcd is used by the mesh's API server, which is off",
      hint: 'set clustermesh.useAPIServer to true',
    },
    {
      when: external && c.mesh && !kvstoremesh,
      at: modePath,
      message: 'an external etcd is filled by KVStoreMesh, which is off',
      hint: 'set clustermesh.apiserver.kvstoremesh.enabled to true',
    },
    {
      when: external && c.mesh && apiserver.replicas != 1,
      at: 'clustermesh.apiserver.replicas',
      message: 'only one replica may write to an external etcd',
      hint: 'set replicas to 1',
    },
    {
      when: external && c.mesh && v.identityAllocationMode == 'crd',
      at: 'identityAllocationMode',
      message: 'with an external etcd, identities are kept there',
      hint: "set identityAllocationMode to 'kvstore' or 'doublewrite-readcrd'",
    },
    {
      when: c.mesh && v.identityAllocationMode == 'crd' && on(v.disableEndpointCRD),
      at: 'disableEndpointCRD',
      message: "the mesh's API server reads endpoint objects, and this disables them",
      hint: 'set disableEndpointCRD to false',
    },
    {
      when: c.mesh && v.identityAllocationMode == 'kvstore' && !kvstoremesh,
      at: 'clustermesh.useAPIServer',
      message: "with identities in etcd, other clusters read that etcd; the mesh's API server has nothing to do",
      hint: 'list the clusters in clustermesh.config.clusters, or set clustermesh.apiserver.kvstoremesh.enabled to true',
    },
    {
      when: c.mesh && !std.member(['legacy', 'migration', 'cluster'], tls.authMode),
      at: 'clustermesh.apiserver.tls.authMode',
      message: '`authMode` must be legacy, migration or cluster',
    },
    {
      when: mesh.maxConnectedClusters != 255 && mesh.maxConnectedClusters != 511,
      at: 'clustermesh.maxConnectedClusters',
      message: 'a mesh has room for 255 or for 511 clusters',
    },
  ] + [
    {
      when: on(mesh.config.enabled) && !on(std.get(cluster, 'address')) && !on(std.get(cluster, 'ips')),
      at: 'clustermesh.config.clusters',
      message: 'nothing says where the cluster ' + cluster.name + ' is',
      hint: 'give its address, or its ips',
    }
    for cluster in c.meshClusters
  ];

// Keys and certificates. cniforge makes none: what is rendered is committed, so it has to come out the same every time,
// and it has to hold no secret.
local certificates(c) =
  local v = c.values;
  local ways =
    "use method 'cronJob' (a Job in the cluster makes them), 'certmanager', or Secrets of your own with auto.enabled: false";
  local tls(path, values, wanted) = [
    {
      when: wanted && on(values.auto.enabled) && values.auto.method == 'helm',
      at: path + '.auto.method',
      message: 'this would make keys while rendering, new ones every time, and commit them',
      hint: ways,
    },
    {
      when: wanted && on(values.auto.enabled) && values.auto.method == 'certmanager' && !on(values.auto.certManagerIssuerRef),
      at: path + '.auto.certManagerIssuerRef',
      message: 'cert-manager needs to know who signs',
      hint: "name the issuer: certManagerIssuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: '…' }",
    },
  ];
  local authority = v.tls.ca;
  tls('hubble.tls', v.hubble.tls, c.hubble && on(v.hubble.tls.enabled))
  + tls('clustermesh.apiserver.tls', v.clustermesh.apiserver.tls, c.mesh)
  + [
    {
      when: on(authority.cert) && on(authority.key) && !(isPEM(authority.cert) && isPEM(authority.key)),
      at: 'tls.ca',
      message: 'cert and key of the authority must be PEM, encoded in base64',
    },
  ]
  + [
    {
      when: !on(certificate.values[part]),
      at: certificate.at + '.' + part,
      message: 'the certificate ' + certificate.name + ' is yours to bring, and its ' + part + ' is missing',
      hint: 'give cert and key, name an existingSecret, or set hubble.tls.auto.enabled to true',
    }
    for certificate in hubbleCertificates.provided(c)
    for part in ['cert', 'key']
  ] + [
    {
      when: !on(certificate.values[part]),
      at: certificate.at + '.' + part,
      message: 'the certificate ' + certificate.name + ' is yours to bring, and its ' + part + ' is missing',
      hint: 'give cert and key, or set clustermesh.apiserver.tls.auto.enabled to true, or .enableSecrets to false if the Secrets exist',
    }
    for certificate in meshCertificates.provided(c)
    for part in ['cert', 'key']
  ] + [
    {
      when: c.since(20) && c.mesh && !on(v.clustermesh.apiserver.tls.auto.enabled)
            && std.length([
              name
              for name in ['server', 'admin', 'remote']
              if on(std.get(k.orEmptyMap(std.get(v.clustermesh.apiserver.tls, name)), 'cert'))
            ]) > 0,
      at: 'clustermesh.apiserver.tls',
      message: "the mesh's certificates cannot be given as values any more",
      hint: 'set auto.enabled to true, or make the Secrets in the cluster yourself',
    },
  ];

// Values that something has to be decided by, where it is: null takes their default away.
local needed(c) =
  local v = c.values;
  local row(name, value, where, called) = {
    when: value == null && where,
    at: name,
    message: '`' + name + '` must be ' + called + ', and null takes its default away',
    hint: 'leave it out',
  };
  [
    row('cgroup.hostRoot', v.cgroup.hostRoot, c.agent, 'a path'),
    row('clustermesh.config.clusters', v.clustermesh.config.clusters, on(v.clustermesh.config.enabled), 'a list or a map'),
    row('gke.enabled', v.gke.enabled, true, 'true or false'),
    row('hubble.relay.tls.server.enabled', v.hubble.relay.tls.server.enabled, c.relay, 'true or false'),
    row('hubble.tls.enabled', v.hubble.tls.enabled, c.hubble && (c.agentWanted || c.relay), 'true or false'),
    row('hubble.ui.baseUrl', v.hubble.ui.baseUrl, c.ui, 'a path'),
    row('ipv4.enabled', v.ipv4.enabled, c.operator || c.envoyDaemonSet, 'true or false'),
    row('nodeinit.bootstrapFile', v.nodeinit.bootstrapFile, on(v.nodeinit.enabled), 'a path'),
    row('tls.caBundle.useSecret', v.tls.caBundle.useSecret, on(v.tls.caBundle.enabled), 'true or false'),
  ];

// Each area's rows, and the rule of those that name none of their own.
local areas = {
  needed: { rows: needed, rule: 'CNI101' },
  cluster: { rows: cluster, rule: 'CNI125' },
  routing: { rows: routing, rule: 'CNI112' },
  services: { rows: services, rule: 'CNI116' },
  proxies: { rows: proxies, rule: 'CNI105' },
  monitors: { rows: monitors, rule: 'CNI105' },
  hubble: { rows: hubble, rule: 'CNI123' },
  clustermesh: { rows: clustermesh, rule: 'CNI125' },
  certificates: { rows: certificates, rule: 'CNI124' },
};

local findings(area, c) = [
  local rule = std.get(row, 'rule', area.rule);
  local hint = std.get(row, 'hint');
  if 'path' in row then finding.at(rule, 'refusal', row.path, row.message, hint)
  else finding.refusal(rule, row.at, row.message, hint)
  for row in area.rows(c)
  if row.when
];

// area → what it finds
function(c) { [name]: findings(areas[name], c) for name in std.objectFields(areas) }
