// The check before an upgrade: pulls the new images on every node and validates the policies that exist, while the agents
// of the old version go on.
local agentRules = (import '../agent/rbac.libsonnet').rules;
local k = import '../kube.libsonnet';
local monitoring = import '../monitoring.libsonnet';

local labels = { 'app.kubernetes.io/name': 'cilium-pre-flight-check' };
local daemonsetLabels = { 'k8s-app': 'cilium-pre-flight-check', 'kubernetes.io/cluster-service': 'true' };
local deploymentLabels = { 'k8s-app': 'cilium-pre-flight-check-deployment', 'kubernetes.io/cluster-service': 'true' };

local isReady(file, delay, period) = k.compact({
  exec: { command: ['cat', file] },
  initialDelaySeconds: delay,
  periodSeconds: period,
});

// The part of both pods that is the same.
local pod(c, labels, class, spec) =
  local v = c.values;
  local values = v.preflight;
  {
    metadata: k.compact({ labels: labels + c.labels + k.orEmptyMap(values.podLabels) }),
    spec: k.compact({
      imagePullSecrets: k.given(v.imagePullSecrets),
      hostNetwork: true,
      hostUsers: c.hostUsers(true),
      restartPolicy: 'Always',
      priorityClassName: c.priorityClass(values.priorityClassName, class),
      serviceAccountName: v.serviceAccounts.preflight.name,
      automountServiceAccountToken: v.serviceAccounts.preflight.automount,
      terminationGracePeriodSeconds: values.terminationGracePeriodSeconds,
      affinity: k.given(values.affinity),
      nodeSelector: k.given(values.nodeSelector),
      tolerations: k.given(values.tolerations),
    } + spec),
  };

local daemonset(c) =
  local v = c.values;
  local values = v.preflight;
  local run(path) = k.word(v.daemon.runPath) + path;
  local runMounts = k.list([
    k.mount('cilium-run', '/var/run/cilium'),
    c.etcdMounts,
    values.extraVolumeMounts,
  ]);
  local check(name, image, spec) = k.compact({
    name: name,
    image: c.image(image),
    // The chart takes the pull policy of the first image for both.
    imagePullPolicy: k.given(values.image.pullPolicy),
    command: ['/bin/sh'],
    args: ['-c', 'touch /tmp/ready; sleep 1h'],
    livenessProbe: isReady('/tmp/ready', 5, 5),
    readinessProbe: isReady('/tmp/ready', 5, 5),
    resources: k.given(values.resources),
    securityContext: k.given(values.securityContext),
    terminationMessagePolicy: 'FallbackToLogsOnError',
  } + spec);
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: c.bareMetadata('cilium-pre-flight-check', values.annotations),
    spec: k.compact({
      selector: { matchLabels: daemonsetLabels },
      template: pod(c, daemonsetLabels + labels, 'system-node-critical', {
        dnsPolicy: 'ClusterFirstWithHostNet',
        securityContext: k.given(values.podSecurityContext),
        initContainers: [k.compact({
          name: 'clean-cilium-state',
          image: c.image(values.image),
          imagePullPolicy: k.given(values.image.pullPolicy),
          command: ['/bin/echo'],
          args: ['hello'],
          terminationMessagePolicy: 'FallbackToLogsOnError',
        })],
        containers: k.list([
          check('cilium-pre-flight-check', values.image, {
            env: k.list([
              k.fieldEnv('K8S_NODE_NAME', 'spec.nodeName'),
              values.extraEnv,
            ]),
            volumeMounts: runMounts,
          }),
          // DNS answers that the agents may start from. The probes read a file that nobody writes, as in the chart.
          if !c.since(20) && values.tofqdnsPreCache != '' then check('cilium-pre-flight-fqdn-precache', values.image, {
            args: [
              '-ec',
              'cilium-dbg preflight fqdn-poller --tofqdns-pre-cache ' + k.word(values.tofqdnsPreCache)
              + ';\ntouch /tmp/ready-tofqdns-precache;\n',
            ],
            livenessProbe: isReady('/tmp/read-tofqdns-precachey', 5, 5),
            readinessProbe: isReady('/tmp/read-tofqdns-precachey', 5, 5),
            env: k.given(k.list([c.apiServerEnv, values.extraEnv])),
            volumeMounts: runMounts,
          }),
          if c.envoyDaemonSet then check('cilium-pre-flight-envoy', values.envoy.image, {
            volumeMounts: [
              k.mount('envoy-sockets', '/var/run/cilium/envoy/sockets', readOnly=false),
              k.mount('envoy-artifacts', '/var/run/cilium/envoy/artifacts', readOnly=true),
            ],
          }),
        ]),
        volumes: k.list([
          k.hostPath('cilium-run', '/var/run/cilium', 'DirectoryOrCreate'),
          k.hostPath('bpf-maps', '/sys/fs/bpf', 'DirectoryOrCreate'),
          c.etcdVolumes,
          if c.envoyDaemonSet then [
            k.hostPath('envoy-sockets', run('/envoy/sockets'), 'DirectoryOrCreate'),
            k.hostPath('envoy-artifacts', run('/envoy/artifacts'), 'DirectoryOrCreate'),
          ],
          values.extraVolumes,
        ]),
      }) + {
        metadata+: {
          annotations: c.annotations([
            { 'kubectl.kubernetes.io/default-container': 'cilium-pre-flight-check' },
            values.podAnnotations,
          ]),
        },
      },
    }),
  };

local deployment(c) =
  local v = c.values;
  local values = v.preflight;
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: c.metadata('cilium-pre-flight-check', labels, values.annotations),
    spec: {
      selector: { matchLabels: deploymentLabels },
      template: pod(c, deploymentLabels + labels, 'system-cluster-critical', {
        containers: [k.compact({
          name: 'cnp-validator',
          image: c.image(values.image),
          imagePullPolicy: k.given(values.image.pullPolicy),
          command: ['/bin/sh'],
          args: ['-ec', 'cilium-dbg preflight validate-cnp;\ntouch /tmp/ready-validate-cnp;\nsleep 1h;\n'],
          env: k.given(k.list([c.apiServerEnv, values.extraEnv])),
          volumeMounts: k.given(values.extraVolumeMounts),
          readinessProbe: isReady('/tmp/ready-validate-cnp', values.readinessProbe.initialDelaySeconds, values.readinessProbe.periodSeconds),
          resources: k.given(values.resources),
          terminationMessagePolicy: 'FallbackToLogsOnError',
        })],
        volumes: k.given(values.extraVolumes),
      }) + { metadata+: k.compact({ annotations: k.given(values.podAnnotations) }) },
    },
  };

function(c) if !k.isSet(c.values.preflight.enabled) then {} else
  local v = c.values;
  local values = v.preflight;
  local account = v.serviceAccounts.preflight;
  local withAccount = k.isSet(account.create);
  {
    daemonset: daemonset(c),
    deployment: if k.isSet(values.validateCNPs) then deployment(c),
    podDisruptionBudget: if k.isSet(values.validateCNPs) then monitoring.disruptionBudget(
      c,
      'cilium-pre-flight-check',
      values.podDisruptionBudget,
      { 'k8s-app': 'cilium-pre-flight-check-deployment' } + labels + { 'kubernetes.io/cluster-service': 'true' },
      deploymentLabels,
      values.annotations,
    ),
    serviceAccount: if withAccount then {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: c.bareMetadata(account.name, c.annotations([values.annotations, account.annotations])),
    },
    clusterRole: if k.isSet(v.rbac.create) then {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: c.clusterMetadata('cilium-pre-flight', annotations=values.annotations),
      rules: agentRules(c, preflight=true),
    },
    clusterRoleBinding: if withAccount && k.isSet(v.rbac.create) then {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: c.clusterMetadata('cilium-pre-flight', annotations=values.annotations),
    } + k.binding('ClusterRole', 'cilium-pre-flight', account.name, c.namespace),
  }
