// Envoy in a DaemonSet of its own, beside the agent on every node.
local k = import '../kube.libsonnet';
local monitoring = import '../monitoring.libsonnet';
local bootstrap = import 'bootstrap.libsonnet';

local appLabels = { 'k8s-app': 'cilium-envoy' };
local labels = appLabels { name: 'cilium-envoy', 'app.kubernetes.io/name': 'cilium-envoy' };

local daemonset(c) =
  local v = c.values;
  local envoy = v.envoy;
  local security = k.orEmptyMap(envoy.securityContext);
  local image = c.image(envoy.image);
  local capabilities = std.get(security, 'capabilities', {});
  local locality = k.isSet(envoy.nodeLocality.enabled);
  local mountBPF = k.isSet(v.bpf.autoMount.enabled);
  local nodeEnv = [
    k.fieldEnv('K8S_NODE_NAME', 'spec.nodeName'),
    k.fieldEnv('CILIUM_K8S_NAMESPACE', 'metadata.namespace'),
  ];

  // A debugging agent makes its Envoy talk as well.
  local verbose = std.split(k.word(v.debug.verbose), ' ');
  local logLevel =
    if k.isSet(envoy.log.defaultLevel) then envoy.log.defaultLevel
    else if k.isSet(v.debug.enabled) && std.member(verbose, 'envoy') then 'trace'
    else if k.isSet(v.debug.enabled) && std.member(verbose, 'flow') then 'debug'
    else 'info';

  local probe(values) = k.http('/healthz', envoy.healthPort, c.loopback) + k.compact({
    failureThreshold: values.failureThreshold,
    periodSeconds: values.periodSeconds,
    initialDelaySeconds: values.initialDelaySeconds,
    timeoutSeconds: values.timeoutSeconds,
    successThreshold: 1,
  });
  local port(name, value) = { name: name, containerPort: k.portNumber(value), hostPort: k.portNumber(value), protocol: 'TCP' };

  local container = k.compact({
    name: 'cilium-envoy',
    image: image,
    imagePullPolicy: k.given(envoy.image.pullPolicy),
    command: ['/usr/bin/cilium-envoy-starter'],
    args: k.list([
      if k.isSet(std.get(capabilities, 'keepCapNetBindService')) then '--keep-cap-net-bind-service',
      '--',
      if locality then ['--service-zone', '@/var/run/cilium/envoy-locality-config/service-zone'],
      '-c /var/run/cilium/envoy/bootstrap-config.json',
      '--base-id ' + k.word(k.orZero(envoy.baseID)),
      '--log-level ' + logLevel,
      if k.isSet(envoy.log.path) then '--log-path ' + envoy.log.path,
      envoy.extraArgs,
    ]),
    startupProbe: if k.isSet(envoy.startupProbe.enabled) then probe(envoy.startupProbe),
    livenessProbe: if k.isSet(envoy.livenessProbe.enabled) then probe(envoy.livenessProbe),
    readinessProbe: probe(envoy.readinessProbe),
    env: k.list([nodeEnv, c.apiServerEnv, envoy.extraEnv]),
    resources: k.given(envoy.resources),
    ports: k.given(k.list([
      if k.isSet(envoy.prometheus.enabled) then [
        port('envoy-metrics', envoy.prometheus.port),
        if k.isSet(envoy.debug.admin.enabled) && k.isSet(envoy.debug.admin.port) then port('envoy-admin', envoy.debug.admin.port),
      ],
    ])),
    securityContext: c.confined(security, std.get(capabilities, 'envoy')),
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: k.list([
      k.mount('envoy-sockets', '/var/run/cilium/envoy/sockets', readOnly=false),
      k.mount('envoy-artifacts', '/var/run/cilium/envoy/artifacts', readOnly=true),
      k.mount('envoy-config', '/var/run/cilium/envoy/', readOnly=true),
      if mountBPF then k.mount('bpf-maps', '/sys/fs/bpf', propagation='HostToContainer'),
      if locality then k.mount('envoy-config-locality', '/var/run/cilium/envoy-locality-config', readOnly=true),
      c.hostPathMounts(envoy.extraHostPathMounts),
      envoy.extraVolumeMounts,
    ]),
  });

  // Envoy wants to know its zone before it starts; the node's labels say.
  local findZone = k.compact({
    name: 'lookup-bootstrap-locality',
    image: c.image(v.image),
    imagePullPolicy: k.given(v.image.pullPolicy),
    command: ['/usr/bin/cilium-envoy-bootstrap-locality'],
    args: ['--output=/var/run/cilium/envoy-locality-config/service-zone'],
    env: k.list([k.fieldEnv('K8S_NODE_NAME', 'spec.nodeName'), c.apiServerEnv]),
    securityContext: { allowPrivilegeEscalation: false, runAsUser: 0, capabilities: { drop: ['ALL'] } },
    volumeMounts: [k.mount('envoy-config-locality', '/var/run/cilium/envoy-locality-config', readOnly=false)],
  });

  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: c.metadata('cilium-envoy', labels, envoy.annotations),
    spec: k.compact({
      selector: { matchLabels: appLabels },
      minReadySeconds: k.given(envoy.minReadySeconds),
      updateStrategy: k.given(envoy.updateStrategy),
      template: {
        metadata: k.compact({
          annotations: c.annotations([
            if k.isSet(envoy.rollOutPods) then { 'cilium.io/cilium-envoy-configmap-checksum': std.sha256(c.made.envoyPod.bootstrap) },
            if !c.kubernetesAtLeast(1, 30) && !k.isSet(std.get(security, 'privileged'))
            then { 'container.apparmor.security.beta.kubernetes.io/cilium-envoy': 'unconfined' },
            envoy.podAnnotations,
          ]),
          labels: labels + c.labels + k.orEmptyMap(envoy.podLabels),
        }),
        spec: k.compact({
          imagePullSecrets: k.given(v.imagePullSecrets),
          securityContext: k.given(c.podSecurity(envoy.podSecurityContext)),
          initContainers: if locality then [findZone],
          containers: k.list([container, envoy.extraContainers]),
          restartPolicy: 'Always',
          priorityClassName: c.priorityClass(envoy.priorityClassName, 'system-node-critical'),
          serviceAccountName: v.serviceAccounts.envoy.name,
          automountServiceAccountToken: v.serviceAccounts.envoy.automount,
          terminationGracePeriodSeconds: envoy.terminationGracePeriodSeconds,
          hostNetwork: true,
          hostUsers: c.hostUsers(true),
          dnsPolicy: k.given(envoy.dnsPolicy),
          affinity: k.given(envoy.affinity),
          nodeSelector: k.given(envoy.nodeSelector),
          tolerations: k.given(envoy.tolerations),
          volumes: k.list([
            k.hostPath('envoy-sockets', k.word(v.daemon.runPath) + '/envoy/sockets', 'DirectoryOrCreate'),
            k.hostPath('envoy-artifacts', k.word(v.daemon.runPath) + '/envoy/artifacts', 'DirectoryOrCreate'),
            {
              name: 'envoy-config',
              configMap: {
                name: if k.isSet(envoy.bootstrapConfigMap) then envoy.bootstrapConfigMap else 'cilium-envoy-config',
                defaultMode: k.ownerReadOnly,
                items: [{ key: 'bootstrap-config.json', path: 'bootstrap-config.json' }],
              },
            },
            if mountBPF then k.hostPath('bpf-maps', '/sys/fs/bpf', 'DirectoryOrCreate'),
            if locality then { name: 'envoy-config-locality', emptyDir: {} },
            c.hostPathVolumes(envoy.extraHostPathMounts),
            envoy.extraVolumes,
          ]),
        }),
      },
    }),
  };

local localityRules = [k.rule('', ['nodes'], ['get'])];

{
  // What of its pods' configuration is the same in most clusters (context.libsonnet, `made`).
  parts(c):: { bootstrap: std.manifestJsonMinified(bootstrap(c)) },

  make(c):: if !c.envoyDaemonSet || k.isSet(c.values.preflight.enabled) then {} else
    local v = c.values;
    local envoy = v.envoy;
    local account = v.serviceAccounts.envoy;
    local locality = k.isSet(envoy.nodeLocality.enabled);
    local monitored = k.isSet(envoy.prometheus.serviceMonitor.enabled);
    {
      envoyDaemonset: daemonset(c),
      envoyConfig: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: c.bareMetadata('cilium-envoy-config', envoy.annotations),
        data: { 'bootstrap-config.json': c.made.envoyPod.bootstrap + '\n' },
      },
      envoyServiceAccount: if k.isSet(account.create) then {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: c.bareMetadata(account.name, c.annotations([envoy.annotations, account.annotations])),
      },
      envoyService: if k.isSet(envoy.prometheus.enabled) then {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: c.metadata(
          'cilium-envoy',
          appLabels { 'app.kubernetes.io/name': 'cilium-envoy', 'io.cilium/app': 'proxy' },
          c.annotations([
            if !monitored then k.scrape(envoy.prometheus.port),
            envoy.annotations,
          ]),
        ),
        spec: {
          clusterIP: 'None',
          type: 'ClusterIP',
          selector: appLabels,
          ports: [{
            name: 'envoy-metrics',
            port: k.portNumber(envoy.prometheus.port),
            protocol: 'TCP',
            targetPort: if c.since(19) then k.portNumber(envoy.prometheus.port) else 'envoy-metrics',
          }],
        },
      },
      envoyNodeLocalityClusterRole: if locality then {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: c.clusterMetadata('cilium-envoy-node-locality', annotations=v.annotations),
        rules: localityRules,
      },
      envoyNodeLocalityClusterRoleBinding: if locality then {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: c.clusterMetadata('cilium-envoy-node-locality', annotations=v.annotations),
      } + k.binding('ClusterRole', 'cilium-envoy-node-locality', account.name, c.namespace),
      envoyServiceMonitor: if k.isSet(envoy.prometheus.enabled) && monitored then monitoring.serviceMonitor(
        c,
        'cilium-envoy',
        envoy.prometheus.serviceMonitor,
        appLabels,
        [monitoring.endpoint('envoy-metrics', envoy.prometheus.serviceMonitor)],
        envoy.annotations,
        ['k8s-app'],
      ),
    },
}
