// node-init: a DaemonSet that prepares nodes whose image gets in Cilium's way.
local k = import '../kube.libsonnet';
local scripts = import 'scripts.libsonnet';

local appLabels = { app: 'cilium-node-init' };
local labels = appLabels { 'app.kubernetes.io/name': 'cilium-node-init' };

function(c) if !k.isSet(c.values.nodeinit.enabled) then {} else
  local v = c.values;
  local values = v.nodeinit;
  local account = v.serviceAccounts.nodeinit;
  local withAccount = k.isSet(account.enabled);
  {
    nodeInitDaemonset: {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: c.metadata('cilium-node-init', labels, values.annotations),
      spec: k.compact({
        selector: { matchLabels: appLabels },
        minReadySeconds: k.given(values.minReadySeconds),
        updateStrategy: k.given(values.updateStrategy),
        template: {
          metadata: k.compact({
            annotations: c.annotations([
              values.podAnnotations,
              if !c.kubernetesAtLeast(1, 30) && !k.isSet(std.get(k.orEmptyMap(v.securityContext), 'privileged'))
              then { 'container.apparmor.security.beta.kubernetes.io/node-init': 'unconfined' },
            ]),
            labels: labels + c.labels + k.orEmptyMap(values.podLabels),
          }),
          spec: k.compact({
            imagePullSecrets: k.given(v.imagePullSecrets),
            securityContext: k.given(c.podSecurity(values.podSecurityContext)),
            containers: [k.compact({
              name: 'node-init',
              image: c.image(values.image),
              imagePullPolicy: k.given(values.image.pullPolicy),
              lifecycle: if k.isSet(values.revertReconfigureKubelet) then {
                preStop: { exec: { command: ['nsenter', '--target=1', '--mount', '--', '/bin/bash', '-c', scripts.stop(c)] } },
              },
              env: k.list([values.extraEnv, { name: 'STARTUP_SCRIPT', value: scripts.startup(c) }]),
              resources: k.given(values.resources),
              securityContext: k.given(values.securityContext),
              terminationMessagePolicy: 'FallbackToLogsOnError',
              volumeMounts: k.given(values.extraVolumeMounts),
            })],
            affinity: k.given(values.affinity),
            nodeSelector: k.given(values.nodeSelector),
            tolerations: k.given(values.tolerations),
            hostPID: true,
            hostNetwork: true,
            hostUsers: c.hostUsers(true),
            priorityClassName: c.priorityClass(values.priorityClassName, 'system-node-critical'),
            serviceAccountName: if withAccount then account.name,
            automountServiceAccountToken: if withAccount then account.automount else if c.since(19) then false,
            volumes: k.given(values.extraVolumes),
          }),
        },
      }),
    },
    nodeInitServiceAccount: if withAccount && k.isSet(account.create) then {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: account.name, namespace: c.namespace }
                + k.compact({ annotations: c.annotations([values.annotations, account.annotations]) }),
    },
  }
