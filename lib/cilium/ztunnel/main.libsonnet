// ztunnel: encrypts between pods of enrolled namespaces, with Cilium as its control plane.
local k = import '../kube.libsonnet';

local appLabels = { app: 'ztunnel-cilium' };
local labels = appLabels { 'app.kubernetes.io/name': 'ztunnel-cilium' };
local rootFile = '/etc/ztunnel/bootstrap-root.crt';
local address(name, fieldPath) = { name: name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: fieldPath } } };

function(c) if !(c.since(19) && k.isSet(c.values.encryption.enabled) && c.values.encryption.type == 'ztunnel') then {} else
  local v = c.values;
  local values = v.encryption.ztunnel;
  local account = v.serviceAccounts.ztunnel;
  {
    ztunnelDaemonset: {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: c.metadata('ztunnel-cilium', labels, values.annotations),
      spec: k.compact({
        selector: { matchLabels: appLabels },
        revisionHistoryLimit: 10,
        minReadySeconds: k.given(values.minReadySeconds),
        updateStrategy: k.given(values.updateStrategy),
        template: {
          metadata: {
            annotations: { 'sidecar.istio.io/inject': 'false' } + k.orEmptyMap(values.podAnnotations),
            labels: labels + c.labels + k.orEmptyMap(values.podLabels),
          },
          spec: k.compact({
            imagePullSecrets: k.given(v.imagePullSecrets),
            containers: [k.compact({
              name: 'istio-proxy',
              image: c.image(values.image),
              imagePullPolicy: k.given(values.image.pullPolicy),
              args: ['proxy', 'ztunnel'],
              env: k.list([
                { name: 'XDS_ADDRESS', value: 'https://localhost:15012' },
                { name: 'XDS_ROOT_CA', value: rootFile },
                { name: 'CA_ROOT_CA', value: rootFile },
                k.env('CA_ADDRESS', values.caAddress),
                { name: 'ISTIO_META_DNS_CAPTURE', value: 'false' },
                { name: 'INPOD_UDS', value: '/var/run/cilium/ztunnel.sock' },
                address('NODE_NAME', 'status.hostIP'),
                address('INSTANCE_IP', 'status.podIP'),
                { name: 'ISTIO_META_ENABLE_HBONE', value: 'true' },
                values.extraEnv,
              ]),
              readinessProbe: k.http('/healthz/ready', values.healthPort, '127.0.0.1') + k.compact({
                initialDelaySeconds: values.readinessProbe.initialDelaySeconds,
                periodSeconds: values.readinessProbe.periodSeconds,
                failureThreshold: values.readinessProbe.failureThreshold,
                successThreshold: 1,
                timeoutSeconds: 1,
              }),
              resources: k.given(values.resources),
              securityContext: {
                allowPrivilegeEscalation: true,
                privileged: false,
                readOnlyRootFilesystem: true,
                runAsGroup: 1337,
                runAsNonRoot: false,
                runAsUser: 0,
                capabilities: { add: ['NET_ADMIN', 'SYS_ADMIN', 'NET_RAW'], drop: ['ALL'] },
              },
              terminationMessagePath: '/dev/termination-log',
              terminationMessagePolicy: 'File',
              volumeMounts: k.list([
                k.mount('cilium-dir', '/var/run/cilium', readOnly=false),
                k.mount('cilium-ztunnel-secrets', '/etc/ztunnel', readOnly=true),
                values.extraVolumeMounts,
              ]),
            })],
            dnsPolicy: 'ClusterFirst',
            hostNetwork: true,
            restartPolicy: 'Always',
            priorityClassName: c.priorityClass(values.priorityClassName, 'system-node-critical'),
            serviceAccountName: if k.isSet(account.create) then account.name,
            automountServiceAccountToken: account.automount,
            terminationGracePeriodSeconds: values.terminationGracePeriodSeconds,
            affinity: k.given(values.affinity),
            nodeSelector: k.given(values.nodeSelector),
            tolerations: k.given(values.tolerations),
            volumes: k.list([
              k.hostPath('cilium-dir', '/var/run/cilium', 'DirectoryOrCreate'),
              {
                name: 'cilium-ztunnel-secrets',
                secret: {
                  secretName: 'cilium-ztunnel-secrets',
                  defaultMode: 420,
                  items: [{ key: 'bootstrap-root.crt', path: 'bootstrap-root.crt', mode: 420 }],
                },
              },
              values.extraVolumes,
            ]),
          }),
        },
      }),
    },
    ztunnelServiceAccount: if k.isSet(account.create) then {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: c.bareMetadata(account.name, c.annotations([values.annotations, account.annotations])),
    },
    ztunnelSecret: if k.isSet(values.secrets.bootstrapRootCert) then {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: c.metadata('cilium-ztunnel-secrets', { 'app.kubernetes.io/name': 'ztunnel-cilium' }, values.annotations),
      type: 'Opaque',
      data: { 'bootstrap-root.crt': std.base64(values.secrets.bootstrapRootCert) },
    },
  }
