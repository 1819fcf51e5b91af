// What the management cluster is given for a fleet.
local cniforge = import '../../cniforge/main.libsonnet';
local fleet = import '../fleet.libsonnet';

local repository = 'https://git.example.com/fleet.git';

local cluster(name, engine, delivery={}, more={}) = cniforge.cluster {
  name: name,
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.245.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
  delivery: { engine: engine, repository: repository } + delivery,
} + more;

local of(clusters) = fleet([cluster.delivered for cluster in clusters if cluster.delivered != null]);

local objects(clusters, kind) = [
  object
  for component in std.objectValues(of(clusters).manifests)
  for object in std.objectValues(component)
  if object.kind == kind
];

local moving(engine, phase, delivery={}) = cluster('a', engine, delivery, {
  cilium+: { values+: { tunnelPort: 8473 } },
  migration: { from: 'galaxy', phase: phase, podCIDRs: ['10.244.0.0/16'] },
});

local webhook = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'hook' },
  webhooks: [],
};
local made = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'hubble-server-certs', namespace: 'kube-system' }, type: 'kubernetes.io/tls' };
local withTls = {
  cilium+: { values+: { hubble+: { tls: { auto: { method: 'cronJob' } } } } },
  extraObjects: { hook: webhook, made: made, other: made { metadata+: { name: 'mine' } } },
};

local set(clusters) = objects(clusters, 'ApplicationSet')[0].spec;
local specOf(generator) = generator.git.template.spec;

local pair = [cluster('a', 'argocd'), cluster('b', 'argocd')];

{
  'nobody applies it: nothing is made': {
    actual: of([cluster('a', 'argocd') { delivery: {} }]),
    expected: { findings: [], manifests: { argocd: {}, flux: {} } },
  },

  // Argo CD
  'clusters that are applied alike share a generator': {
    actual: [[d.path for d in generator.git.directories] for generator in set(pair).generators],
    expected: [['rendered/a', 'rendered/b']],
  },
  'another name for the target is another generator': {
    actual: [
      [generator.git.directories, specOf(generator).destination]
      for generator in set([cluster('a', 'argocd'), cluster('b', 'argocd', { destination: 'https://b.example.com' })]).generators
    ],
    expected: [
      [[{ path: 'rendered/b' }], { namespace: 'kube-system', server: 'https://b.example.com' }],
      [[{ path: 'rendered/a' }], { namespace: 'kube-system', name: '{{.path.basename}}' }],
    ],
  },
  'a folder that goes takes nothing with it': {
    actual: set(pair).syncPolicy,
    expected: { applicationsSync: 'create-update', preserveResourcesOnDeletion: true },
  },
  'objects are applied on the server side, and never replaced': {
    actual: [
      std.member(specOf(set(pair).generators[0]).syncPolicy.syncOptions, option)
      for option in ['ServerSideApply=true', 'Replace=true', 'Force=true']
    ],
    expected: [true, false, false],
  },
  'a project allows what the library makes, what the trees have, and nothing else': {
    local lease = made { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata+: { namespace: 'mine' } },
    local spec(more) = objects([cluster('a', 'argocd', more={ manifests: { x: { hook: webhook } + more } })], 'AppProject')[0].spec,
    local allows(spec, key, kind) = [one for one in spec[key] if one.kind == kind] != [],
    actual: [
      allows(spec({}), 'clusterResourceWhitelist', 'ValidatingWebhookConfiguration'),
      allows(spec({}), 'clusterResourceWhitelist', 'CustomResourceDefinition'),
      allows(spec({}), 'clusterResourceWhitelist', 'PersistentVolume'),
      allows(spec({}), 'namespaceResourceWhitelist', 'DaemonSet'),
      allows(spec({}), 'namespaceResourceWhitelist', 'Lease'),
      allows(spec({ lease: lease }), 'namespaceResourceWhitelist', 'Lease'),
      spec({ lease: lease }).destinations,
      spec({}).sourceRepos,
    ],
    expected: [
      true,
      true,
      false,
      true,
      false,
      true,
      [{ name: 'a', namespace: namespace } for namespace in ['cilium-secrets', 'cilium-spire', 'kube-system', 'mine']],
      [repository],
    ],
  },
  'a kind that leaves the trees stays allowed, or nothing of it would go': {
    local kinds(phase) = objects([moving('argocd', phase)], 'AppProject')[0].spec.namespaceResourceWhitelist,
    actual: std.setDiff(
      std.set([one.kind for one in kinds(3)]), std.set([one.kind for one in objects([cluster('a', 'argocd')], 'AppProject')[0].spec.namespaceResourceWhitelist])
    ),
    expected: [],
  },
  'what the cluster writes is no difference, with the reason': {
    local generator = set([cluster('a', 'argocd', more=withTls)]).generators[0].git.template,
    actual: [generator.spec.ignoreDifferences, generator.metadata.annotations, std.member(generator.spec.syncPolicy.syncOptions, 'RespectIgnoreDifferences=true')],
    expected: [
      [
        { group: 'admissionregistration.k8s.io', kind: 'ValidatingWebhookConfiguration', name: 'hook', jqPathExpressions: ['.webhooks[]?.clientConfig.caBundle'] },
        { group: '', kind: 'Secret', name: 'hubble-server-certs', namespace: 'kube-system', jsonPointers: ['/data'] },
      ],
      { 'cniforge.io/ignored-differences': |||
        ValidatingWebhookConfiguration hook: whoever makes the certificate of the webhook writes its authority here
        Secret kube-system/hubble-server-certs: cilium-certgen makes the certificate anew before it expires
      ||| },
      true,
    ],
  },
  'without anything to ignore nothing is said of it': {
    actual: [std.objectHas(specOf(set(pair).generators[0]), 'ignoreDifferences'), set(pair).generators[0].git.template.metadata],
    expected: [false, {}],
  },
  'an Application a component': {
    actual: [
      [one.metadata.name, one.spec.source.path, std.objectHas(one.metadata, 'finalizers')]
      for one in objects([cluster('a', 'argocd', { applications: 'component' })], 'Application')
    ],
    expected: [['a-cilium', 'rendered/a/cilium', false], ['a-hubble', 'rendered/a/hubble', false]],
  },
  'an ApplicationSet cannot look into an OCI repository': {
    actual: [one.path for one in cluster('a', 'argocd', { repository: 'oci://registry.example.com/fleet' }).findings],
    expected: [['delivery', 'applications']],
  },

  'two clusters cannot be one': {
    local found(engine) = of([cluster('a', engine, { destination: 'in-cluster' }), cluster('b', engine, { destination: 'in-cluster' })]).findings,
    actual: [[one.cluster, one.path, one.message] for engine in ['argocd', 'flux'] for one in found(engine)],
    expected: [
      ['b', ['delivery', 'destination'], "'in-cluster' is the destination of a too: both networks would be installed in one cluster"]
      for engine in ['argocd', 'flux']
    ],
  },

  // Flux
  'a Kustomization a component, one after the other': {
    actual: [
      [one.metadata.name, one.spec.path, std.get(one.spec, 'dependsOn'), one.spec.deletionPolicy, one.spec.wait]
      for one in objects([cluster('a', 'flux')], 'Kustomization')
    ],
    expected: [
      ['a-cilium', './rendered/a/cilium', null, 'Orphan', true],
      ['a-hubble', './rendered/a/hubble', [{ name: 'a-cilium' }], 'Orphan', true],
    ],
  },
  'no Kustomization substitutes variables or forces anything': {
    actual: [[std.objectHas(one.spec, 'postBuild'), one.spec.force] for one in objects([cluster('a', 'flux')], 'Kustomization')],
    expected: [[false, false], [false, false]],
  },
  'how a revision is named': {
    local ref(delivery) = [one.spec.ref for kind in ['GitRepository', 'OCIRepository'] for one in objects([cluster('a', 'flux', delivery)], kind)],
    actual: [
      ref({}),
      ref({ revision: 'refs/tags/v1' }),
      ref({ revision: '0123456789012345678901234567890123456789' }),
      ref({ repository: 'oci://registry.example.com/fleet', revision: 'v1' }),
      ref({ repository: 'oci://registry.example.com/fleet', revision: 'sha256:ab' }),
    ],
    expected: [
      [{ branch: 'main' }],
      [{ name: 'refs/tags/v1' }],
      [{ commit: '0123456789012345678901234567890123456789' }],
      [{ tag: 'v1' }],
      [{ digest: 'sha256:ab' }],
    ],
  },
  'the management cluster itself needs no kubeconfig': {
    local config(delivery) = [std.get(one.spec, 'kubeConfig') for one in objects([cluster('a', 'flux', delivery, { manifests: { x: { hook: webhook } } })], 'Kustomization')],
    actual: [config({}), config({ destination: 'in-cluster' })],
    expected: [[{ secretRef: { name: 'a-kubeconfig' } }], [null]],
  },
  'one project has one repository with Flux': {
    actual: [[one.cluster, one.path, one.message] for one in of([cluster('a', 'flux'), cluster('b', 'flux', { revision: 'next' })]).findings],
    expected: [['b', ['delivery', 'revision'], "the project 'cniforge' has the revision 'next' here and 'main' in a"]],
  },
  'and several with a project for each': {
    actual: std.length(of([cluster('a', 'flux'), cluster('b', 'flux', { revision: 'next', project: 'next' })]).findings),
    expected: 0,
  },
  'a name must fit into a label': {
    local name = std.repeat('a', 61),
    actual: [one.message for one in of([cluster(name, 'flux', more={ manifests: { x: { hook: webhook }, xyz: { hook: webhook } } })]).findings],
    expected: ['the Kustomization ' + name + '-xyz has a name of more than 63 characters'],
  },
} + {
  ['phase %d: what may go of the old CNI' % phase]: {
    local flux = { [one.metadata.name]: one.spec for one in objects([moving('flux', phase)], 'Kustomization') },
    local apps = { [one.metadata.name]: one for one in objects([moving('argocd', phase, { applications: 'component' })], 'Application') },
    actual: {
      flux: [flux['a-galaxy'].prune, flux['a-galaxy'].deletionPolicy, flux['a-cilium'].prune, flux['a-cilium'].deletionPolicy],
      argocd: [apps['a-galaxy'].spec.syncPolicy.automated.prune, std.objectHas(apps['a-galaxy'].metadata, 'finalizers')],
      set: specOf(set([moving('argocd', phase)]).generators[0]).syncPolicy.automated.prune,
    },
    expected: {
      flux: [phase == 3, if phase == 3 then 'Delete' else 'Orphan', true, 'Orphan'],
      argocd: [phase == 3, phase == 3],
      set: phase == 3,
    },
  }
  for phase in [1, 2, 3]
}
