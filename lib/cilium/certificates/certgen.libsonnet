// Certificates made by a Job inside the cluster, so that no key is ever part of what is rendered: cilium-certgen runs
// once when its task changes, and again on a schedule before the certificates expire.
local k = import '../kube.libsonnet';

local hosts(certificate) = certificate.dnsNames + certificate.ipAddresses;

// The task as certgen reads it.
local config(certificates, namespace, validity) = std.lines(
  ['certs:'] + std.flattenArrays([
    [
      '- name: ' + certificate.name,
      '  namespace: ' + namespace,
      '  commonName: ' + std.escapeStringJson(certificate.commonName),
    ]
    + (if std.length(hosts(certificate)) == 0 then [] else ['  hosts:'] + ['  - ' + std.escapeStringJson(host) for host in hosts(certificate)])
    + ['  usage:'] + ['  - ' + usage for usage in certificate.usage]
    + ['  validity: ' + validity]
    for certificate in certificates
  ])
);

// task: { name, account, auto, labels, podLabels, annotations, roles, rules, certificates, job: whether to run at once,
// confined: whether in a network and with rights of its own }
function(c, task)
  local v = c.values;
  local certgen = v.certgen;
  local auto = task.auto;
  local withAccount = k.isSet(task.account.create);

  local job = {
    template: {
      metadata: { labels: { 'k8s-app': task.name } + k.orEmptyMap(task.podLabels) },
      spec: k.compact({
        imagePullSecrets: k.given(v.imagePullSecrets),
        securityContext: if task.confined then { seccompProfile: { type: 'RuntimeDefault' } },
        containers: [k.compact({
          name: 'certgen',
          image: c.image(certgen.image),
          imagePullPolicy: k.given(certgen.image.pullPolicy),
          resources: k.given(certgen.resources),
          securityContext: if task.confined then { capabilities: { drop: ['ALL'] }, allowPrivilegeEscalation: false },
          command: ['/usr/bin/cilium-certgen'],
          args: k.list([
            if k.isSet(v.debug.enabled) then '--debug',
            '--ca-generate=' + k.word(certgen.generateCA),
            '--ca-reuse-secret',
            '--ca-secret-namespace=' + c.namespace,
            '--ca-secret-name=cilium-ca',
            '--ca-common-name=Cilium CA',
            if c.since(20) then '--ca-enforce-validity-throughout-leaves-duration=' + k.word(certgen.enforceCAValidityThroughoutLeavesDuration),
          ]),
          env: [{
            name: 'CILIUM_CERTGEN_CONFIG',
            value: config(task.certificates, c.namespace, k.word(k.orZero(auto.certValidityDuration) * 24) + 'h'),
          }],
          volumeMounts: k.given(certgen.extraVolumeMounts),
        })],
        hostNetwork: !task.confined,
        nodeSelector: k.given(certgen.nodeSelector),
        priorityClassName: k.plain(certgen.priorityClassName),
        tolerations: k.given(certgen.tolerations),
        serviceAccount: if !c.since(19) then task.account.name,
        serviceAccountName: task.account.name,
        automountServiceAccountToken: task.account.automount,
        affinity: k.given(certgen.affinity),
        volumes: k.given(certgen.extraVolumes),
        restartPolicy: 'OnFailure',
      }),
    },
    // Since 1.19, 0 means not at all.
    [if k.isSet(certgen.ttlSecondsAfterFinished) || certgen.ttlSecondsAfterFinished == 0 && !c.since(19) then 'ttlSecondsAfterFinished']:
      certgen.ttlSecondsAfterFinished,
  };

  {
    // A Job cannot be changed, so another task is another Job. Until 1.18 the old one is replaced as a hook of the release.
    certgenJob: if task.job then {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: c.metadata(
        task.name + (if c.since(19) then '-' + std.substr(c.checksum(job), 0, 10) else ''),
        task.labels,
        c.annotations([
          if !c.since(19) then { 'helm.sh/hook': 'post-install,post-upgrade' },
          std.get(k.orEmptyMap(certgen.annotations), 'job'),
          task.annotations,
        ]),
      ),
      spec: job,
    },
    certgenCronJob: if k.isSet(auto.schedule) then {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: c.metadata(task.name, task.labels, c.annotations([std.get(k.orEmptyMap(certgen.annotations), 'cronJob'), task.annotations])),
      spec: k.compact({
        schedule: auto.schedule,
        concurrencyPolicy: 'Forbid',
        successfulJobsHistoryLimit: certgen.cronJob.successfulJobsHistoryLimit,
        failedJobsHistoryLimit: certgen.cronJob.failedJobsHistoryLimit,
        jobTemplate: { spec: job },
      }),
    },
    certgenServiceAccount: if withAccount then {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: c.bareMetadata(task.account.name, c.annotations([task.annotations, task.account.annotations])),
    },
    certgenRole: if withAccount && task.roles then {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: c.metadata(task.name, annotations=task.annotations),
      rules: task.rules,
    },
    certgenRoleBinding: if withAccount && task.roles then {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: c.metadata(task.name, annotations=task.annotations),
    } + k.binding('Role', task.name, task.account.name, c.namespace),
  }
