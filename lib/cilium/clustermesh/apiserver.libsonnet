// The mesh's API server: an etcd that other clusters read from, a process that fills it with this cluster's state, and
// KVStoreMesh, which copies the other clusters' state here.
local k = import '../kube.libsonnet';
local monitoring = import '../monitoring.libsonnet';

local appLabels = { 'k8s-app': 'clustermesh-apiserver' };
local labels = appLabels { 'app.kubernetes.io/name': 'clustermesh-apiserver' };
local metricsLabels = labels { 'app.kubernetes.io/component': 'metrics' };

local readRules(c) = [
  k.rule('cilium.io', ['ciliumidentities', 'ciliumendpoints', 'ciliumnodes', 'ciliumendpointslices'], k.read),
  k.rule('apiextensions.k8s.io', ['customresourcedefinitions'], k.read),
  k.rule('', k.list([if !c.since(20) then 'endpoints', 'namespaces', 'services']), k.read),
  k.rule('discovery.k8s.io', ['endpointslices'], k.read),
];
local mcsRules = [k.rule('multicluster.x-k8s.io', ['serviceexports'], k.read)];

local clusterName(name) = { name: name, valueFrom: { configMapKeyRef: { name: 'cilium-config', key: 'cluster-name' } } };
local clusterID(optional) = {
  name: 'CLUSTER_ID',
  valueFrom: { configMapKeyRef: k.compact({ name: 'cilium-config', key: 'cluster-id', optional: optional }) },
};
// An argument that ends in a port. Without one it ends in a colon, and what the chart writes is then a map to YAML
// (checks/warnings.libsonnet says so).
local argument(text, port) = if port != null then text + k.text(port) else { [text[:std.length(text) - 1]]: null };
// A new pod starts a new etcd cluster, so that clients notice that the data is new.
local token = { name: 'INITIAL_CLUSTER_TOKEN', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } };

local parts(c) =
  local apiserver = c.values.clustermesh.apiserver;
  local internal = apiserver.kvstoremesh.kvstoreMode == 'internal';
  {
    etcd: internal,
    apiserver: internal && c.identityObjects,
    kvstoremesh: k.isSet(apiserver.kvstoremesh.enabled),
    // Metrics of each, if it runs
    etcdMetrics: self.etcd && k.isSet(apiserver.metrics.etcd.enabled),
    apiserverMetrics: self.apiserver && k.isSet(apiserver.metrics.enabled),
    kvstoremeshMetrics: self.kvstoremesh && k.isSet(apiserver.metrics.kvstoremesh.enabled),
  };

local deployment(c) =
  local v = c.values;
  local mesh = v.clustermesh;
  local apiserver = mesh.apiserver;
  local kvstoremesh = apiserver.kvstoremesh;
  local metrics = apiserver.metrics;
  local runs = parts(c);
  local debug = if k.isSet(v.debug.enabled) then '--debug';
  local users = c.meshUsers;

  local container(name, spec) = k.compact({
    name: name,
    image: c.image(apiserver.image),
    imagePullPolicy: k.given(apiserver.image.pullPolicy),
    terminationMessagePolicy: 'FallbackToLogsOnError',
  } + spec);
  local port(name, number) = k.compact({ name: name, containerPort: number, protocol: 'TCP' });
  local ready(port, values) = { httpGet: { path: '/readyz', port: port } } + k.orEmptyMap(values);

  local etcdInit = container('etcd-init', {
    command: ['/usr/bin/clustermesh-apiserver'],
    args: k.list([
      'etcdinit',
      debug,
      '--etcd-cluster-name=clustermesh-apiserver',
      '--etcd-initial-cluster-token=$(INITIAL_CLUSTER_TOKEN)',
      '--etcd-data-dir=/var/run/etcd',
      apiserver.etcd.init.extraArgs,
    ]),
    env: k.list([clusterName('CILIUM_CLUSTER_NAME'), token, apiserver.etcd.init.extraEnv]),
    volumeMounts: k.list([k.mount('etcd-data-dir', '/var/run/etcd'), apiserver.extraVolumeMounts]),
    securityContext: k.given(apiserver.etcd.securityContext),
    resources: k.given(apiserver.etcd.init.resources),
  });

  local etcd = container('etcd', {
    command: ['/usr/bin/etcd'],
    args: k.list([
      '--data-dir=/var/run/etcd',
      '--name=clustermesh-apiserver',
      '--client-cert-auth',
      '--trusted-ca-file=/var/lib/etcd-secrets/ca.crt',
      '--cert-file=/var/lib/etcd-secrets/tls.crt',
      '--key-file=/var/lib/etcd-secrets/tls.key',
      '--listen-client-urls=https://0.0.0.0:2379',
      // etcd wants an address to tell; nobody asks for it.
      '--advertise-client-urls=https://localhost:2379',
      '--initial-cluster-token=$(INITIAL_CLUSTER_TOKEN)',
      '--auto-compaction-retention=1',
      if c.since(19) then '--enable-grpc-gateway=false',
      if runs.etcdMetrics then [
        argument('--listen-metrics-urls=http://0.0.0.0:', metrics.etcd.port),
        '--metrics=' + k.word(metrics.etcd.mode),
      ],
    ]),
    env: [{ name: 'ETCDCTL_API', value: '3' }, token],
    ports: k.list([
      port('etcd', 2379),
      if runs.etcdMetrics then port('etcd-metrics', metrics.etcd.port),
    ]),
    volumeMounts: k.list([
      k.mount('etcd-server-secrets', '/var/lib/etcd-secrets', readOnly=true),
      k.mount('etcd-data-dir', '/var/run/etcd'),
      apiserver.extraVolumeMounts,
    ]),
    resources: k.given(apiserver.etcd.resources),
    securityContext: k.given(apiserver.etcd.securityContext),
    lifecycle: k.given(apiserver.etcd.lifecycle),
  });

  local server = container('apiserver', {
    command: ['/usr/bin/clustermesh-apiserver'],
    args: k.list([
      'clustermesh',
      debug,
      '--cluster-name=$(CLUSTER_NAME)',
      '--cluster-id=$(CLUSTER_ID)',
      '--kvstore-opt=etcd.config=/var/lib/cilium/etcd-config.yaml',
      '--kvstore-opt=etcd.qps=' + k.word(apiserver.etcdQPS),
      '--kvstore-opt=etcd.bootstrapQps=10000',
      if mesh.maxConnectedClusters != null then '--max-connected-clusters=' + k.word(mesh.maxConnectedClusters),
      '--health-port=' + k.word(apiserver.healthPort),
      if users then [
        '--cluster-users-enabled',
        '--cluster-users-config-path=/var/lib/cilium/etcd-config/users.yaml',
      ],
      if runs.apiserverMetrics then [
        argument('--prometheus-serve-addr=:', metrics.port),
        '--controller-group-metrics=all',
      ],
      if c.mcsapi then '--clustermesh-enable-mcs-api',
      if k.isSet(v.ciliumEndpointSlice.enabled) then '--enable-cilium-endpoint-slice',
      if c.since(20) then '--clustermesh-default-global-namespace=' + k.word(mesh.defaultGlobalNamespace),
      apiserver.extraArgs,
    ]),
    env: k.list([
      clusterName('CLUSTER_NAME'),
      clusterID(true),
      k.configEnv('ENABLE_K8S_ENDPOINT_SLICE', 'cilium-config', 'enable-k8s-endpoint-slice'),
      apiserver.extraEnv,
    ]),
    ports: k.list([
      port('apiserv-health', apiserver.healthPort),
      if runs.apiserverMetrics then port('apiserv-metrics', metrics.port),
    ]),
    readinessProbe: ready('apiserv-health', apiserver.readinessProbe),
    resources: k.given(apiserver.resources),
    volumeMounts: k.list([
      k.mount('etcd-admin-client', '/var/lib/cilium/etcd-secrets', readOnly=true),
      if users then k.mount('etcd-users-config', '/var/lib/cilium/etcd-config', readOnly=true),
      apiserver.extraVolumeMounts,
    ]),
    securityContext: k.given(apiserver.securityContext),
    lifecycle: k.given(apiserver.lifecycle),
  });

  local copier = container('kvstoremesh', {
    command: ['/usr/bin/clustermesh-apiserver'],
    args: k.list([
      'kvstoremesh',
      debug,
      '--cluster-name=$(CLUSTER_NAME)',
      '--cluster-id=$(CLUSTER_ID)',
      '--kvstore-opt=etcd.config=/var/lib/cilium/etcd-config.yaml',
      '--kvstore-opt=etcd.qps=' + k.word(kvstoremesh.etcdQPS),
      // Nobody else uses the mesh's own etcd while it starts.
      if runs.etcd then '--kvstore-opt=etcd.bootstrapQps=10000',
      '--kvstore-opt=etcd.maxInflight=10',
      '--clustermesh-config=/var/lib/cilium/clustermesh',
      if mesh.maxConnectedClusters != null then '--max-connected-clusters=' + k.word(mesh.maxConnectedClusters),
      if c.since(19) then '--clustermesh-cache-ttl=' + k.word(mesh.cacheTTL),
      '--health-port=' + k.word(kvstoremesh.healthPort),
      if runs.kvstoremeshMetrics then [
        argument('--prometheus-serve-addr=:', metrics.kvstoremesh.port),
        '--controller-group-metrics=all',
      ],
      '--enable-heartbeat=' + std.toString(!c.identityObjects),
      kvstoremesh.extraArgs,
    ]),
    env: k.list([clusterName('CLUSTER_NAME'), clusterID(null), kvstoremesh.extraEnv]),
    ports: k.list([
      port('kvmesh-health', kvstoremesh.healthPort),
      if runs.kvstoremeshMetrics then port('kvmesh-metrics', metrics.kvstoremesh.port),
    ]),
    readinessProbe: ready('kvmesh-health', kvstoremesh.readinessProbe),
    volumeMounts: k.list([
      if runs.etcd then k.mount('etcd-admin-client', '/var/lib/cilium/etcd-secrets', readOnly=true),
      k.mount('kvstoremesh-secrets', '/var/lib/cilium/clustermesh', readOnly=true),
      if !runs.etcd then k.mount('etcd-config', '/var/lib/cilium', readOnly=true),
      kvstoremesh.extraVolumeMounts,
    ]),
    resources: k.given(kvstoremesh.resources),
    securityContext: k.given(kvstoremesh.securityContext),
    lifecycle: k.given(kvstoremesh.lifecycle),
  });

  local pair = [{ key: 'tls.crt', path: 'tls.crt' }, { key: 'tls.key', path: 'tls.key' }];
  local volumes = k.list([
    if runs.etcd then [
      c.certificateVolume('etcd-server-secrets', c.certificateSources('clustermesh-apiserver-server-cert', pair, 'ca.crt', optional=null)),
      c.certificateVolume('etcd-admin-client', c.certificateSources('clustermesh-apiserver-admin-cert', pair, 'ca.crt', optional=null)),
    ],
    if runs.etcd && apiserver.tls.authMode != 'legacy' then {
      name: 'etcd-users-config',
      configMap: { name: 'clustermesh-remote-users', defaultMode: k.ownerReadOnly },
    },
    if runs.etcd then {
      name: 'etcd-data-dir',
      emptyDir: { medium: if apiserver.etcd.storageMedium == 'Disk' then '' else k.word(apiserver.etcd.storageMedium) },
    },
    if runs.kvstoremesh then c.certificateVolume('kvstoremesh-secrets', k.list([
      { secret: { name: 'cilium-kvstoremesh', optional: true } },
      c.certificateSources(
        'clustermesh-apiserver-remote-cert',
        [{ key: 'tls.key', path: 'common-etcd-client.key' }, { key: 'tls.crt', path: 'common-etcd-client.crt' }],
        'common-etcd-client-ca.crt',
      ),
    ])),
    if runs.kvstoremesh && !runs.etcd then {
      name: 'etcd-config',
      configMap: {
        name: 'cilium-config',
        defaultMode: k.ownerReadOnly,
        items: [{ key: 'etcd-config', path: 'etcd-config.yaml' }],
      },
    },
    apiserver.extraVolumes,
  ]);

  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: c.metadata('clustermesh-apiserver', labels, mesh.annotations),
    spec: k.compact({
      replicas: apiserver.replicas,
      selector: { matchLabels: appLabels },
      // Two at once would both write to the same etcd of the user's.
      strategy: if runs.etcd then k.given(apiserver.updateStrategy) else { type: 'Recreate' },
      template: {
        metadata: k.compact({
          annotations: c.annotations([
            apiserver.podAnnotations,
            { 'kubectl.kubernetes.io/default-container': 'apiserver' },
          ]),
          labels: labels + c.labels + k.orEmptyMap(apiserver.podLabels),
        }),
        spec: k.compact({
          imagePullSecrets: k.given(v.imagePullSecrets),
          securityContext: k.given(apiserver.podSecurityContext),
          priorityClassName: c.priorityClass(apiserver.priorityClassName, 'system-cluster-critical'),
          serviceAccountName: v.serviceAccounts.clustermeshApiserver.name,
          terminationGracePeriodSeconds: apiserver.terminationGracePeriodSeconds,
          automountServiceAccountToken: v.serviceAccounts.clustermeshApiserver.automount,
          initContainers: if runs.etcd then [etcdInit],
          containers: k.list([
            if runs.etcd then etcd,
            if runs.apiserver then server,
            if runs.kvstoremesh then copier,
          ]),
          volumes: volumes,
          restartPolicy: 'Always',
          hostAliases: if runs.kvstoremesh && k.isSet(mesh.config.enabled) then k.given(c.hostAliases),
          affinity: k.given(apiserver.affinity),
          topologySpreadConstraints: c.spread(apiserver.topologySpreadConstraints, appLabels),
          nodeSelector: k.given(apiserver.nodeSelector),
          tolerations: k.given(apiserver.tolerations),
        }),
      },
    }),
  };

local service(c) =
  local apiserver = c.values.clustermesh.apiserver;
  local service = apiserver.service;
  // A client that changes replicas finds other data and starts over; so it had better stay.
  local sticky =
    service.enableSessionAffinity == 'Always'
    || service.enableSessionAffinity == 'HAOnly' && k.orZero(apiserver.replicas) > 1;
  local balancer = service.type == 'LoadBalancer';
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: c.metadata('clustermesh-apiserver', labels + k.orEmptyMap(service.labels), c.annotations([c.values.clustermesh.annotations, service.annotations])),
    spec: k.compact({
      type: service.type,
      selector: appLabels,
      ports: [k.compact({ port: 2379, nodePort: if service.type == 'NodePort' then k.given(service.nodePort) })],
      loadBalancerClass: if balancer then k.given(service.loadBalancerClass),
      loadBalancerIP: if balancer then k.given(service.loadBalancerIP),
      loadBalancerSourceRanges: if balancer then k.given(service.loadBalancerSourceRanges),
      externalTrafficPolicy: k.given(service.externalTrafficPolicy),
      internalTrafficPolicy: k.given(service.internalTrafficPolicy),
      sessionAffinity: if sticky then 'ClientIP',
    }),
  };

function(c) if !c.mesh then {} else
  local v = c.values;
  local mesh = v.clustermesh;
  local apiserver = mesh.apiserver;
  local metrics = apiserver.metrics;
  local account = v.serviceAccounts.clustermeshApiserver;
  local withAccount = k.isSet(account.create);
  local runs = parts(c);
  local withRole = withAccount && k.isSet(v.rbac.create) && runs.apiserver;
  // One row for each process that shows metrics: its port, and how to scrape it.
  local monitored = k.list([
    if runs.apiserverMetrics then { name: 'apiserv-metrics', port: metrics.port, scrape: metrics.serviceMonitor },
    if runs.kvstoremeshMetrics then { name: 'kvmesh-metrics', port: metrics.kvstoremesh.port, scrape: metrics.serviceMonitor.kvstoremesh },
    if runs.etcdMetrics then { name: 'etcd-metrics', port: metrics.etcd.port, scrape: metrics.serviceMonitor.etcd },
  ]);
  local wantsMetrics = k.isSet(metrics.enabled) || runs.kvstoremeshMetrics || k.isSet(metrics.etcd.enabled);
  {
    deployment: deployment(c),
    service: if runs.etcd && !k.isSet(apiserver.service.externallyCreated) then service(c),
    serviceAccount: if withAccount then {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: c.bareMetadata(account.name, c.annotations([mesh.annotations, account.annotations])),
    },
    clusterRole: if withRole then {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: c.clusterMetadata('clustermesh-apiserver', annotations=mesh.annotations),
      rules: readRules(c) + (if c.mcsapi then mcsRules else []),
    },
    clusterRoleBinding: if withRole then {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: c.clusterMetadata('clustermesh-apiserver', annotations=mesh.annotations),
    } + k.binding('ClusterRole', 'clustermesh-apiserver', account.name, c.namespace),
    podDisruptionBudget: monitoring.disruptionBudget(c, 'clustermesh-apiserver', apiserver.podDisruptionBudget, labels, appLabels, mesh.annotations),
    metricsService: if wantsMetrics then {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: c.metadata('clustermesh-apiserver-metrics', metricsLabels, mesh.annotations),
      spec: {
        clusterIP: 'None',
        type: 'ClusterIP',
        ports: [k.compact({ name: m.name, port: m.port, protocol: 'TCP', targetPort: m.name }) for m in monitored],
        selector: appLabels,
      },
    },
    serviceMonitor: if wantsMetrics && k.isSet(metrics.serviceMonitor.enabled) then monitoring.serviceMonitor(
      c,
      'clustermesh-apiserver',
      metrics.serviceMonitor,
      { 'app.kubernetes.io/component': 'metrics', 'app.kubernetes.io/name': 'clustermesh-apiserver' },
      [monitoring.endpoint(m.name, m.scrape) for m in monitored],
      mesh.annotations,
    ),
  }
