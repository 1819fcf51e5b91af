// Multi-cluster Services: a Job that teaches CoreDNS the names of Services of the whole mesh.
local k = import '../kube.libsonnet';

local name = 'cilium-coredns-mcsapi-autoconfig';

function(c)
  local v = c.values;
  local mcsapi = v.clustermesh.mcsapi;
  local values = mcsapi.corednsAutoConfigure;
  local coredns = values.coredns;
  local account = v.serviceAccounts.corednsMCSAPI;
  local annotations = v.clustermesh.annotations;
  if !(c.mcsapi && k.isSet(values.enabled)) then {} else {
    // CoreDNS keeps reading once it has begun, also when the mesh is removed.
    local keep = { 'helm.sh/resource-policy': 'keep' },
    corednsClusterRole: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: c.clusterMetadata('coredns-mcsapi', annotations=c.annotations([annotations, keep])),
      rules: [k.rule('multicluster.x-k8s.io', ['serviceimports'], ['list', 'watch'])],
    },
    corednsClusterRoleBinding: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: c.clusterMetadata('coredns-mcsapi', annotations=c.annotations([annotations, keep])),
    } + k.binding('ClusterRole', 'coredns-mcsapi', coredns.serviceAccountName, coredns.namespace),

    corednsJob: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: c.metadata(name, { 'k8s-app': name }, c.annotations([
        { 'helm.sh/hook': 'post-install,post-upgrade' },
        values.annotations,
        annotations,
      ])),
      spec: k.compact({
        template: {
          metadata: { labels: { 'k8s-app': name } + k.orEmptyMap(values.podLabels) },
          spec: k.compact({
            imagePullSecrets: k.given(v.imagePullSecrets),
            containers: [k.compact({
              name: 'autoconfig',
              image: c.image(v.clustermesh.apiserver.image),
              imagePullPolicy: k.given(v.clustermesh.apiserver.image.pullPolicy),
              command: ['/usr/bin/clustermesh-apiserver'],
              args: k.list([
                'mcsapi-coredns-cfg',
                '--coredns-deployment-name=' + k.word(coredns.deploymentName),
                '--coredns-configmap-name=' + k.word(coredns.configMapName),
                '--coredns-namespace=' + k.word(coredns.namespace),
                '--coredns-cluster-domain=' + k.word(coredns.clusterDomain),
                '--coredns-clusterset-domain=' + k.word(coredns.clustersetDomain),
                values.extraArgs,
              ]),
              [if !k.isSet(c.version.defects.looseResources) then 'resources']: k.given(values.resources),
              volumeMounts: k.given(values.extraVolumeMounts),
            } + (if k.isSet(c.version.defects.looseResources) then k.orEmptyMap(values.resources) else {}))],
            nodeSelector: k.given(values.nodeSelector),
            priorityClassName: k.plain(values.priorityClassName),
            tolerations: k.given(values.tolerations),
            serviceAccountName: account.name,
            automountServiceAccountToken: true,
            restartPolicy: 'OnFailure',
            affinity: k.given(values.affinity),
            volumes: k.given(values.extraVolumes),
          }),
        },
        ttlSecondsAfterFinished: values.ttlSecondsAfterFinished,
      }),
    },
    corednsJobServiceAccount: if k.isSet(account.create) then {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: c.bareMetadata(account.name, c.annotations([annotations, account.annotations])),
    },
    corednsJobClusterRole: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: c.bareMetadata(name, annotations, namespace=null),
      rules: [k.rule('', ['namespaces'], ['get'])],
    },
    corednsJobClusterRoleBinding: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: c.bareMetadata(name, annotations, namespace=null),
    } + k.binding('ClusterRole', name, account.name, c.namespace),
    corednsJobRole: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: c.bareMetadata(name, annotations, coredns.namespace),
      rules: [
        k.rule('', ['configmaps'], ['update', 'patch', 'get'], [k.word(coredns.configMapName)]),
        k.rule('apps', ['deployments'], ['patch', 'update', 'get'], [k.word(coredns.deploymentName)]),
      ],
    },
    corednsJobRoleBinding: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: c.bareMetadata(name, annotations, coredns.namespace),
    } + k.binding('Role', name, account.name, c.namespace),
  }
