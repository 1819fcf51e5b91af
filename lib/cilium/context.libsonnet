// What every object is rendered from: the merged values, the cluster's facts, and the few questions that many objects
// ask of them, each answered once.
local daemonset = import 'agent/daemonset.libsonnet';
local checks = import 'checks/together.libsonnet';
local components = import 'components.libsonnet';
local config = import 'config/main.libsonnet';
local envoy = import 'envoy/main.libsonnet';
local k = import 'kube.libsonnet';
local sharing = import 'sharing.libsonnet';

local groups = std.objectFields(components) + ['agentPod', 'checks', 'config', 'envoyPod'];

// version      a release from versions/main.libsonnet
// values       merged
// networkArgs  checked and translated
// plain        the context of an install without any values, to borrow from; null if there is nothing to borrow
// differences  the names of what is other than there
function(version, values, cluster, namespace, networkArgs, plain=null, differences=[]) {
  local c = self,
  local v = values,

  version:: version,
  values:: values,
  cluster:: cluster,
  networkArgs:: networkArgs,
  namespace:: if k.isSet(v.namespaceOverride) then v.namespaceOverride else namespace,

  // Labels and metadata

  // Labels from the user for every object.
  commonLabels:: k.orEmptyMap(v.commonLabels),
  // What marks an object as Cilium's, and both together.
  partOf:: { 'app.kubernetes.io/part-of': 'cilium' } + version.chartLabel,
  labels:: c.partOf + c.commonLabels,

  metadata(name, labels={}, annotations=null, namespace=c.namespace)::
    local notes = k.given(annotations);
    {
      [if name != null then 'name']: name,
      [if namespace != null then 'namespace']: namespace,
      labels: labels + c.labels,
      [if notes != null then 'annotations']: notes,
    },
  clusterMetadata(name, labels={}, annotations=null):: c.metadata(name, labels, annotations, null),
  // For the kinds that the chart does not mark: ConfigMaps, Secrets, ServiceAccounts, and all that belongs to others.
  bareMetadata(name, annotations=null, namespace=c.namespace, labelled=true)::
    local notes = k.given(annotations);
    {
      [if name != null then 'name']: name,
      [if namespace != null then 'namespace']: namespace,
      [if labelled && c.commonLabels != {} then 'labels']: c.commonLabels,
      [if notes != null then 'annotations']: notes,
    },

  // Annotations from several places, later ones win; null if there are none.
  annotations(parts):: k.given(std.foldl(function(all, part) all + k.orEmptyMap(part), parts, {})),

  // Versions

  // What came with Cilium 1.<minor>.
  since(minor):: version.minor >= minor,

  local kubernetes = k.minorNumber(cluster.kubernetesVersion),
  kubernetesAtLeast(major, minor):: kubernetes >= major * 1000 + minor,
  // Installed with a release before 1.<minor> and asked to keep what was the default then (upgradeCompatibility).
  local installed = if k.isSet(v.upgradeCompatibility) then k.minorNumber(v.upgradeCompatibility),
  installedBefore(minor):: installed != null && installed < 1000 + minor,

  // What runs

  agentWanted:: k.isSet(v.agent),
  // A pre-flight check runs before an upgrade, without touching the agents.
  agent:: c.agentWanted && !k.isSet(v.preflight.enabled),
  operator:: k.isSet(v.operator.enabled),
  hubble:: k.isSet(v.hubble.enabled),
  relay:: c.hubble && k.isSet(v.hubble.relay.enabled),
  ui:: (c.hubble || k.isSet(v.hubble.ui.standalone.enabled)) && k.isSet(v.hubble.ui.enabled),
  mesh:: k.isSet(v.clustermesh.useAPIServer),
  // Services of the whole mesh; before 1.20 a switch of its own could ask for them, in 1.18 only that one.
  mcsapi:: k.isSet(v.clustermesh.mcsapi.enabled) || k.isSet(std.get(v.clustermesh, 'enableMCSAPISupport')),
  spire:: k.isSet(v.authentication.mutual.spire.enabled),
  // Envoy in a DaemonSet of its own; before 1.16 it ran inside the agent.
  envoyDaemonSet:: k.isSet(v.l7Proxy) && (if v.envoy.enabled != null then v.envoy.enabled else !c.installedBefore(16)),

  cloud::
    if k.isSet(v.eni.enabled) then 'aws'
    else if k.isSet(v.azure.enabled) then 'azure'
    else if k.isSet(v.alibabacloud.enabled) then 'alibabacloud'
    else 'generic',
  // Since 1.19 the operator can also do with the identity of its node.
  azureCredentials:: k.isSet(v.azure.clientID) || !c.since(19),
  ipamMode:: if c.since(19) && k.isSet(v.eni.enabled) then 'eni' else if k.isSet(v.ipam.mode) then v.ipam.mode else 'cluster-pool',
  routingMode::
    if k.isSet(v.routingMode) then v.routingMode
    else if c.since(19) && k.isSet(v.eni.enabled) || k.isSet(v.gke.enabled) then 'native'
    else 'tunnel',
  kubeProxyReplacement:: v.kubeProxyReplacement == true || v.kubeProxyReplacement == 'true',
  chainingMode::
    if v.cni.chainingMode != null then v.cni.chainingMode
    else if v.cni.chainingTarget != null then 'generic-veth'
    else 'none',
  chained:: c.chainingMode != 'none',
  // Identities are kept as Kubernetes objects, perhaps beside an etcd.
  identityObjects:: v.identityAllocationMode == 'crd' || std.startsWith(v.identityAllocationMode, 'doublewrite'),
  operatorMakesIdentities:: v.identityManagementMode == 'operator' || v.identityManagementMode == 'both',
  // The cluster's part of the names that Hubble's certificates carry.
  hubbleDomain:: std.strReplace(v.cluster.name, '.', '-'),
  loopback:: if k.isSet(v.ipv4.enabled) then '127.0.0.1' else '::1',

  // Secrets for TLS interception are read from one namespace only, and the operator copies them there.
  secretsFromOneNamespace::
    local tls = v.tls;
    if tls.readSecretsOnlyFromSecretsNamespace != null then tls.readSecretsOnlyFromSecretsNamespace
    else if tls.secretsBackend != null then tls.secretsBackend == 'local'
    else true,
  secretSync:: if v.tls.secretSync.enabled != null then v.tls.secretSync.enabled else !c.installedBefore(17),

  // What is made of all this

  // Group by group, in parts: the objects of each component, the parts of the agent's pod and of Envoy's, the keys of
  // cilium-config, what the checks find. All of it as this cluster alone would have it …
  own:: {
    [component]: { [part]: components[component][part](c) for part in std.objectFields(components[component]) }
    for component in std.objectFields(components)
  } + { agentPod: { all: daemonset.make(c).parts }, checks: { all: checks(c) }, config: config.tables(c), envoyPod: { all: envoy.parts(c) } },
  lenders:: {
    [group]: sharing.lender(c.own[group], if group == 'config' then version.configKeys)
    for group in groups
  },
  // … and with what the plain install lends (sharing.libsonnet), without the nulls of what is not there.
  made:: {
    [group]:
      local readers = if plain != null then sharing.readersOf(differences, group);
      if plain == null then c.lenders[group].made
      else if readers == null then sharing.whole(c.own[group], plain.lenders[group].known)
      else sharing.borrow(plain.lenders[group], c.own[group], readers)
    for group in groups
  },

  // The contents of cilium-config, and a hash that changes when they do.
  configData:: config.data(c),
  configChecksum:: c.checksum(c.configData),
  checksum(data):: std.sha256(std.manifestJsonMinified(data)),

  // Pods

  image(image)::
    if k.isSet(image.override) then image.override
    else
      c.mirrored(image.repository)
      + (if k.isSet(image.tag) then ':' + image.tag else '')
      + (if k.isSet(image.useDigest) then '@' + k.formatted(image.digest) else ''),
  // The cluster's own registry stands in for the public ones; a repository that the user chose stays.
  mirrored(repository)::
    if cluster.registry == null || !(k.word(repository) in version.repositories) then k.formatted(repository)
    else cluster.registry + repository[std.findSubstr('/', repository)[0]:],

  priorityClass(given, critical)::
    if k.isSet(given) then k.plain(given) else if k.isSet(v.enableCriticalPriorityClass) then critical,

  // Since Kubernetes 1.33 a pod can be kept in the node's user namespace explicitly.
  hostUsers(value):: if c.since(20) && c.kubernetesAtLeast(1, 33) then value,

  // Where pods on the host network find the API server without kube-proxy.
  apiServerEnv::
    local host = v.k8sServiceHost;
    local reference = v.k8sServiceHostRef;
    local port = k.env('KUBERNETES_SERVICE_PORT', v.k8sServicePort);
    if k.isSet(reference.name) && k.isSet(reference.key) then [
      { name: 'KUBERNETES_SERVICE_HOST', valueFrom: { configMapKeyRef: { name: reference.name, key: reference.key } } },
      port,
    ]
    else if k.isSet(host) then [{ name: 'KUBERNETES_SERVICE_HOST', value: host }, port]
    else null,

  // Spread constraints that name no pods mean the workload's own.
  spread(constraints, labels):: k.given([
    { labelSelector: { matchLabels: labels } } + constraint
    for constraint in k.orEmpty(constraints)
  ]),

  // The user's host paths, as mounts and as volumes.
  hostPathMounts(list):: [
    k.mount(m.name, m.mountPath, std.get(m, 'readOnly'), k.given(std.get(m, 'mountPropagation')))
    for m in k.orEmpty(list)
  ],
  hostPathVolumes(list):: [
    k.hostPath(m.name, m.hostPath, k.given(std.get(m, 'hostPathType')))
    for m in k.orEmpty(list)
  ],

  // A security context: privileged, or exactly these capabilities under the SELinux label.
  confined(security, capabilities)::
    if k.isSet(std.get(security, 'privileged')) then { privileged: true }
    else k.compact({
      seLinuxOptions: k.given(std.get(security, 'seLinuxOptions')),
      capabilities: k.compact({ add: k.given(capabilities), drop: ['ALL'] }),
    }),

  // A pod's security context. The AppArmor profile became a field in Kubernetes 1.30.
  podSecurity(context)::
    if context == null || c.kubernetesAtLeast(1, 30) then context
    else { [name]: context[name] for name in std.objectFields(context) if name != 'appArmorProfile' },

  // A volume of key material: the pair from a Secret, the authority from the same Secret or from the CA bundle.
  certificateSources(secret, pair, authority, optional=true)::
    local bundle = v.tls.caBundle;
    local bundled = k.isSet(bundle.enabled);
    local own = [{ key: 'ca.crt', path: authority }];
    k.list([
      { secret: k.compact({ name: secret, optional: optional, items: pair + (if authority != null && !bundled then own else []) }) },
      if authority != null && bundled then {
        [if k.isSet(bundle.useSecret) then 'secret' else 'configMap']: k.compact({
          name: k.given(bundle.name),
          optional: optional,
          items: [k.compact({ key: k.given(bundle.key), path: authority })],
        }),
      },
    ]),
  certificateVolume(name, sources):: {
    name: name,
    projected: { defaultMode: k.ownerReadOnly, sources: sources },
  },

  // The user's etcd: its configuration is an entry of cilium-config, its certificates the user's own Secret.
  etcdMounts:: if k.isSet(v.etcd.enabled) then k.list([
    k.mount('etcd-config-path', '/var/lib/etcd-config', readOnly=true),
    if k.isSet(v.etcd.ssl) then k.mount('etcd-secrets', '/var/lib/etcd-secrets', readOnly=true),
  ]),
  etcdVolumes:: if k.isSet(v.etcd.enabled) then k.list([
    {
      name: 'etcd-config-path',
      configMap: {
        name: 'cilium-config',
        defaultMode: k.ownerReadOnly,
        items: [{ key: 'etcd-config', path: 'etcd.config' }],
      },
    },
    if k.isSet(v.etcd.ssl) then {
      name: 'etcd-secrets',
      secret: { secretName: 'cilium-etcd-secrets', defaultMode: k.ownerReadOnly, optional: true },
    },
  ]),

  // What agents and operators need to reach the other clusters. Every Secret is optional, so that joining a mesh later
  // restarts nothing; the first lists no items because it holds one file a remote cluster.
  meshVolume::
    local pair(prefix) = [{ key: 'tls.key', path: prefix + '.key' }, { key: 'tls.crt', path: prefix + '.crt' }];
    c.certificateVolume('clustermesh-secrets', k.list([
      { secret: { name: 'cilium-clustermesh', optional: true } },
      c.certificateSources('clustermesh-apiserver-remote-cert', pair('common-etcd-client'), 'common-etcd-client-ca.crt'),
      c.certificateSources('clustermesh-apiserver-local-cert', pair('local-etcd-client'), 'local-etcd-client-ca.crt'),
    ])),

  // Other clusters as [{ name:, … }]. Since 1.19 they are sorted, whichever way the user listed them, and those that are
  // switched off are left out.
  meshClusters::
    local clusters = v.clustermesh.config.clusters;
    local all =
      if std.isObject(clusters) then [{ name: name } + k.orEmptyMap(clusters[name]) for name in std.objectFields(clusters)]
      else k.orEmpty(clusters);
    if c.since(19)
    then std.sort([cluster for cluster in all if std.get(cluster, 'enabled', true) != false], function(cluster) cluster.name)
    else all,
  // A remote cluster's own certificate, if it has one.
  meshTLS(cluster)::
    local tls = k.orEmptyMap(std.get(cluster, 'tls'));
    if k.isSet(std.get(tls, 'cert')) && k.isSet(std.get(tls, 'key')) then tls,
  // Remote clusters log in as users of their own.
  meshUsers:: v.clustermesh.apiserver.kvstoremesh.kvstoreMode == 'internal'
              && c.identityObjects && v.clustermesh.apiserver.tls.authMode != 'legacy',
  // Their addresses under the mesh's domain, for pods that connect to them directly. With KVStoreMesh only the mesh's own
  // API server does.
  hostAliases:: if k.isSet(v.clustermesh.disableKubernetesHostAliases) then [] else [
    { ip: ip, hostnames: [cluster.name + '.' + k.word(v.clustermesh.config.domain)] }
    for cluster in c.meshClusters
    for ip in k.orEmpty(std.get(cluster, 'ips'))
  ],
  meshHostAliases::
    if k.isSet(v.clustermesh.config.enabled) && !(c.mesh && k.isSet(v.clustermesh.apiserver.kvstoremesh.enabled))
    then k.given(c.hostAliases),
}
