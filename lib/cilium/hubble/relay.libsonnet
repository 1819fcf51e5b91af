// Hubble Relay: one door to the flows of all nodes.
local k = import '../kube.libsonnet';
local monitoring = import '../monitoring.libsonnet';

local appLabels = { 'k8s-app': 'hubble-relay' };
local labels = appLabels { 'app.kubernetes.io/name': 'hubble-relay' };
local certificates = '/var/lib/hubble-relay/tls/';

local tlsEnabled(c) = k.isSet(c.values.hubble.tls.enabled);
local serverTLS(c) = tlsEnabled(c) && k.isSet(c.values.hubble.relay.tls.server.enabled);

// Relay's own configuration file.
local config(c) =
  local v = c.values;
  local hubble = v.hubble;
  local relay = hubble.relay;
  local quoted(value) = if value == null then '' else std.escapeStringJson(k.text(value));
  local peerPort = if k.isSet(hubble.peerService.servicePort) then k.text(hubble.peerService.servicePort) else if tlsEnabled(c) then '443' else '80';
  std.lines(k.list([
    'cluster-name: ' + k.word(v.cluster.name),
    'peer-service: "hubble-peer.' + c.namespace + '.svc.' + k.word(hubble.peerService.clusterDomain) + '.:' + peerPort + '"',
    'listen-address: ' + k.word(relay.listenHost) + ':' + k.word(relay.listenPort),
    'gops: ' + k.word(relay.gops.enabled),
    'gops-port: ' + quoted(relay.gops.port),
    if k.isSet(relay.pprof.enabled) then [
      'pprof: ' + quoted(relay.pprof.enabled),
      'pprof-address: ' + quoted(relay.pprof.address),
      'pprof-port: ' + quoted(relay.pprof.port),
      if c.since(19) then [
        'pprof-mutex-profile-fraction: ' + quoted(relay.pprof.mutexProfileFraction),
        'pprof-block-profile-rate: ' + quoted(relay.pprof.blockProfileRate),
      ],
    ],
    if k.isSet(relay.prometheus.enabled) then 'metrics-listen-address: ":' + k.word(relay.prometheus.port) + '"',
    'retry-timeout: ' + k.word(relay.retryTimeout),
    'sort-buffer-len-max: ' + k.word(relay.sortBufferLenMax),
    'sort-buffer-drain-timeout: ' + k.word(relay.sortBufferDrainTimeout),
    // To the agents
    if tlsEnabled(c) then [
      'tls-hubble-client-cert-file: ' + certificates + 'client.crt',
      'tls-hubble-client-key-file: ' + certificates + 'client.key',
      'tls-hubble-server-ca-files: ' + certificates + 'hubble-server-ca.crt',
    ] else 'disable-client-tls: true',
    // To Relay's own clients
    if serverTLS(c) then [
      'tls-relay-server-cert-file: ' + certificates + 'server.crt',
      'tls-relay-server-key-file: ' + certificates + 'server.key',
      if k.isSet(relay.tls.server.mtls) then 'tls-relay-client-ca-files: ' + certificates + 'hubble-server-ca.crt',
    ] else 'disable-server-tls: true',
    if k.isSet(relay.logOptions.format) then 'log-format: ' + k.word(relay.logOptions.format),
    if k.isSet(relay.logOptions.level) then 'log-level: ' + k.word(relay.logOptions.level),
  ]));

local deployment(c) =
  local v = c.values;
  local relay = v.hubble.relay;
  local metrics = k.isSet(relay.prometheus.enabled);
  local annotations = c.annotations([
    if k.isSet(relay.rollOutPods) then { 'cilium.io/hubble-relay-configmap-checksum': c.checksum(config(c)) },
    if metrics && !k.isSet(relay.prometheus.serviceMonitor.enabled)
    then k.scrape(relay.prometheus.port),
    relay.podAnnotations,
  ]);
  local health = { grpc: { port: 4222 } };
  local secret(given, default) = if k.isSet(given) then given else default;
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: c.metadata('hubble-relay', labels, relay.annotations),
    spec: k.compact({
      replicas: relay.replicas,
      selector: { matchLabels: appLabels },
      strategy: k.given(relay.updateStrategy),
      template: {
        metadata: k.compact({ annotations: annotations, labels: labels + c.labels + k.orEmptyMap(relay.podLabels) }),
        spec: k.compact({
          imagePullSecrets: k.given(v.imagePullSecrets),
          securityContext: k.given(relay.podSecurityContext),
          hostUsers: if std.isBoolean(v.hubble.hostUsers) then c.hostUsers(v.hubble.hostUsers),
          containers: [k.compact({
            name: 'hubble-relay',
            securityContext: k.given(relay.securityContext),
            image: c.image(relay.image),
            imagePullPolicy: k.given(relay.image.pullPolicy),
            command: ['hubble-relay'],
            args: k.list(['serve', if k.isSet(v.debug.enabled) then '--debug']),
            ports: k.list([
              { name: 'grpc', containerPort: k.portNumber(relay.listenPort) },
              if metrics then { name: 'prometheus', containerPort: relay.prometheus.port, protocol: 'TCP' },
            ]),
            readinessProbe: health { timeoutSeconds: 3 },
            // Many nodes take long to be reached; until then Relay answers slowly.
            livenessProbe: health { timeoutSeconds: 10, initialDelaySeconds: 10, periodSeconds: 10, failureThreshold: 12 },
            startupProbe: health { initialDelaySeconds: 10, failureThreshold: 20, periodSeconds: 3 },
            env: k.given(relay.extraEnv),
            resources: k.given(relay.resources),
            volumeMounts: k.list([
              if c.since(20) then k.mount('tmp-volume', '/tmp'),
              k.mount('config', '/etc/hubble-relay', readOnly=true),
              if tlsEnabled(c) then k.mount('tls', '/var/lib/hubble-relay/tls', readOnly=true),
              relay.extraVolumeMounts,
            ]),
            terminationMessagePolicy: 'FallbackToLogsOnError',
          })],
          restartPolicy: 'Always',
          priorityClassName: k.plain(relay.priorityClassName),
          serviceAccountName: v.serviceAccounts.relay.name,
          automountServiceAccountToken: v.serviceAccounts.relay.automount,
          terminationGracePeriodSeconds: relay.terminationGracePeriodSeconds,
          affinity: k.given(relay.affinity),
          topologySpreadConstraints: c.spread(relay.topologySpreadConstraints, appLabels),
          nodeSelector: k.given(relay.nodeSelector),
          tolerations: k.given(relay.tolerations),
          volumes: k.list([
            if c.since(20) then { name: 'tmp-volume', emptyDir: {} },
            { name: 'config', configMap: { name: 'hubble-relay-config', items: [{ key: 'config.yaml', path: 'config.yaml' }] } },
            if tlsEnabled(c) then c.certificateVolume('tls', k.list([
              c.certificateSources(
                secret(relay.tls.client.existingSecret, 'hubble-relay-client-certs'),
                [{ key: 'tls.crt', path: 'client.crt' }, { key: 'tls.key', path: 'client.key' }],
                'hubble-server-ca.crt',
                optional=null,
              ),
              if serverTLS(c) then c.certificateSources(
                secret(relay.tls.server.existingSecret, 'hubble-relay-server-certs'),
                [{ key: 'tls.crt', path: 'server.crt' }, { key: 'tls.key', path: 'server.key' }],
                null,
                optional=null,
              ),
            ])),
            relay.extraVolumes,
          ]),
        }),
      },
    }),
  };

local service(c) =
  local relay = c.values.hubble.relay;
  local metrics = k.isSet(relay.prometheus.enabled);
  local nodePort = relay.service.type == 'NodePort' && k.isSet(relay.service.nodePort);
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: c.metadata('hubble-relay', labels, c.annotations([
      relay.annotations,
      if metrics && !k.isSet(relay.prometheus.serviceMonitor.enabled)
      then k.scrape(relay.prometheus.port),
    ])),
    spec: k.compact({
      type: relay.service.type,
      selector: appLabels,
      ports: [k.compact({
        protocol: 'TCP',
        port: if k.isSet(relay.servicePort) then relay.servicePort else if k.isSet(relay.tls.server.enabled) then 443 else 80,
        targetPort: 'grpc',
        nodePort: if nodePort then relay.service.nodePort,
      })],
    }),
  };

function(c) if !c.relay then {} else
  local v = c.values;
  local relay = v.hubble.relay;
  local account = v.serviceAccounts.relay;
  {
    relayDeployment: deployment(c),
    relayConfig: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: c.bareMetadata('hubble-relay-config', relay.annotations),
      data: { 'config.yaml': config(c) },
    },
    relayService: service(c),
    relayServiceAccount: if k.isSet(account.create) then k.compact({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: c.bareMetadata(account.name, c.annotations([relay.annotations, account.annotations])),
      automountServiceAccountToken: account.automount,
    }),
    relayPodDisruptionBudget: monitoring.disruptionBudget(c, 'hubble-relay', relay.podDisruptionBudget, labels, appLabels, relay.annotations),
    relayMetricsService: if k.isSet(relay.prometheus.enabled) then {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: c.bareMetadata('hubble-relay-metrics', relay.annotations) { labels: appLabels + c.commonLabels },
      spec: {
        clusterIP: 'None',
        type: 'ClusterIP',
        selector: appLabels,
        ports: [k.compact({ name: 'metrics', port: relay.prometheus.port, protocol: 'TCP', targetPort: 'prometheus' })],
      },
    },
    relayServiceMonitor: if k.isSet(relay.prometheus.enabled) && k.isSet(relay.prometheus.serviceMonitor.enabled)
    then monitoring.serviceMonitor(
      c,
      'hubble-relay',
      relay.prometheus.serviceMonitor,
      appLabels,
      [monitoring.endpoint('metrics', relay.prometheus.serviceMonitor, honorLabels=false)],
      relay.annotations,
    ),
  }
