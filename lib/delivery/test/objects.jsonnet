// Which object gets which annotation.
local cniforge = import '../../cniforge/main.libsonnet';

local cluster(engine, changes={}) = cniforge.cluster {
  name: 'example',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.245.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
  cilium+: { values+: { hubble: { relay: { enabled: true } } } },
  [if engine != null then 'delivery']: { engine: engine, repository: 'https://git.example.com/fleet.git' },
} + changes;

local moving(engine, phase, from='galaxy') = cluster(engine, {
  cilium+: { values+: { tunnelPort: 8473 } },
  migration: { from: from, phase: phase, podCIDRs: ['10.244.0.0/16'] },
});

local annotations(object) = std.get(object.metadata, 'annotations', {});
local wave(object) = std.parseInt(annotations(object)['argocd.argoproj.io/sync-wave']);
local options(object) = std.split(annotations(object)['argocd.argoproj.io/sync-options'], ',');
local keptByArgo(object) = std.member(options(object), 'Prune=false') && std.member(options(object), 'Delete=false');
local keptByFlux(object) = std.get(annotations(object), 'kustomize.toolkit.fluxcd.io/prune') == 'disabled';

local named(result, component, kind, name) =
  [object for object in std.objectValues(result.manifests[component]) if object != null && object.kind == kind && object.metadata.name == name][0];

local config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mine', namespace: 'default' } };
local job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once', namespace: 'default' }, spec: { ttlSecondsAfterFinished: 5, template: {} } };
local pool = { apiVersion: 'cilium.io/v2', kind: 'CiliumLoadBalancerIPPool', metadata: { name: 'pool' }, spec: {} };
local balancer = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'b', namespace: 'default' }, spec: { type: 'LoadBalancer' } };
local extra(engine) = cluster(engine, { extraObjects: { config: config, job: job, pool: pool, balancer: balancer, list: [config] } }).manifests.extra;
local argo = cluster('argocd');
local flux = cluster('flux');

{
  'nothing is annotated without a delivery': {
    actual: cluster(null).manifests.cilium.config.metadata,
    expected: { name: 'cilium-config', namespace: 'kube-system' },
  },
  'what a cluster is made of comes in this order': {
    actual: [wave(object) for object in [
      named(argo, 'cilium', 'Namespace', 'cilium-secrets'),
      named(argo, 'cilium', 'ClusterRole', 'cilium'),
      named(argo, 'cilium', 'ConfigMap', 'cilium-config'),
      named(argo, 'cilium', 'DaemonSet', 'cilium'),
      named(argo, 'hubble', 'Deployment', 'hubble-relay'),
      extra('argocd').balancer,
      extra('argocd').pool,
    ]],
    expected: [-5, -3, -2, -1, 0, 1, 1],
  },
  "agents and their operator are one wave: each waits for the other's work": {
    actual: wave(named(argo, 'cilium', 'DaemonSet', 'cilium')) == wave(named(argo, 'cilium', 'Deployment', 'cilium-operator')),
    expected: true,
  },
  'what carries the network is never deleted by Argo CD': {
    actual: [keptByArgo(object) for object in [
      named(argo, 'cilium', 'DaemonSet', 'cilium'),
      named(argo, 'cilium', 'Namespace', 'cilium-secrets'),
      named(argo, 'cilium', 'ServiceAccount', 'cilium'),
      named(argo, 'cilium', 'ConfigMap', 'cilium-config'),
      named(argo, 'hubble', 'Deployment', 'hubble-relay'),
      extra('argocd').config,
    ]],
    expected: [true, true, true, true, false, false],
  },
  'nor by Flux': {
    actual: [keptByFlux(object) for object in [
      named(flux, 'cilium', 'DaemonSet', 'cilium'),
      named(flux, 'cilium', 'Namespace', 'cilium-secrets'),
      named(flux, 'hubble', 'Deployment', 'hubble-relay'),
      extra('flux').config,
    ]],
    expected: [true, true, false, false],
  },
  'no object is replaced or forced': {
    actual: [
      object.metadata.name
      for component in std.objectValues(argo.manifests)
      for object in std.objectValues(component)
      if object != null && std.length([one for one in options(object) if std.startsWith(one, 'Replace') || std.startsWith(one, 'Force')]) > 0
    ],
    expected: [],
  },
  'a custom object waits for its definition': {
    actual: std.member(options(extra('argocd').pool), 'SkipDryRunOnMissingResource=true'),
    expected: true,
  },
  'a Job that deletes itself is a hook to Argo CD': {
    actual: [annotations(extra('argocd').job)['argocd.argoproj.io/' + key] for key in ['hook', 'hook-delete-policy']],
    expected: ['Sync', 'BeforeHookCreation'],
  },
  'and stays with Flux': { actual: extra('flux').job.spec, expected: { template: {} } },
  'until another one of its name takes its place': {
    actual: annotations(extra('flux').job)['kustomize.toolkit.fluxcd.io/force'],
    expected: 'enabled',
  },
  'what a Job of the tree writes is left to it with Flux': {
    local secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'hubble-server-certs', namespace: 'kube-system' } },
    local tree = cluster('flux', {
      cilium+: { values+: { hubble+: { tls: { auto: { method: 'cronJob' } } } } },
      extraObjects: { made: secret, mine: secret { metadata+: { name: 'mine' } } },
    }).manifests.extra,
    actual: [std.get(annotations(tree[key]), 'kustomize.toolkit.fluxcd.io/ssa') for key in ['made', 'mine']],
    expected: ['IfNotPresent', null],
  },
  'a guard that is taken away is found, however it is written': {
    local rules(engine, metadata) = [
      one.rule
      for one in cluster(engine, { manifests+: { cilium+: { daemonset+: { metadata+: metadata } } } }).deliveryFindings
    ],
    actual: [
      rules('argocd', {}),
      rules('argocd', { annotations+: { 'argocd.argoproj.io/sync-options': 'Prune=false' } }),
      rules('argocd', { annotations+: { 'argocd.argoproj.io/sync-options': 'Prune=confirm, Delete=confirm' } }),
      rules('argocd', { annotations+: { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false,Replace=true' } }),
      rules('argocd', { annotations+: { 'argocd.argoproj.io/hook': 'Sync' } }),
      rules('argocd', { annotations+: { 'helm.sh/hook': 'post-install' } }),
      rules('flux', {}),
      rules('flux', { annotations+: { 'kustomize.toolkit.fluxcd.io/prune': 'Disabled' } }),
      rules('flux', { annotations+: { 'kustomize.toolkit.fluxcd.io/prune': 'enabled' } }),
      rules('flux', { annotations: {}, labels+: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } }),
      rules('flux', { labels+: { 'kustomize.toolkit.fluxcd.io/force': 'Enabled' } }),
    ],
    expected: [[], ['CNI180'], [], ['CNI181'], ['CNI181'], ['CNI181'], [], [], ['CNI180'], [], ['CNI181']],
  },
  'objects of a list are annotated, too': { actual: wave(extra('argocd').list[0]), expected: -2 },
  'what an object says itself wins': {
    actual: annotations(cluster('argocd', {
      extraObjects: [config { metadata+: { annotations: { 'argocd.argoproj.io/sync-wave': '7' } } }],
    }).manifests.extra.objects[0]),
    expected: { 'argocd.argoproj.io/sync-options': 'ServerSideApply=true', 'argocd.argoproj.io/sync-wave': '7' },
  },
} + {
  ['phase %d: the old CNI may go once it carries no pod, with %s' % [phase, engine]]: {
    local kept = { argocd: keptByArgo, flux: keptByFlux }[engine],
    actual: [
      kept(named(moving(engine, phase), where[0], 'DaemonSet', where[1]))
      for where in [['galaxy', 'galaxy-daemonset'], ['flannel', 'flannel'], ['cilium', 'cilium']]
    ],
    expected: [phase < 3, phase < 3, true],
  }
  for phase in [1, 2, 3]
  for engine in ['argocd', 'flux']
} + {
  ['phase %d: what stays of the old CNI for ever is no difference to Argo CD' % phase]: {
    local ignored(component, kind, name) =
      std.get(annotations(named(moving('argocd', phase, 'calico'), component, kind, name)), 'argocd.argoproj.io/compare-options'),
    actual: [
      ignored('calico-crds', 'CustomResourceDefinition', 'ippools.crd.projectcalico.org'),
      ignored('calico', 'DaemonSet', 'calico-node'),
      ignored('cilium', 'Namespace', 'cilium-secrets'),
    ],
    expected: [if phase == 3 then 'IgnoreExtraneous' else null, null, null],
  }
  for phase in [2, 3]
}
