// The ways to come by certificates. None of them puts a key into what is rendered, except for Secrets whose keys the
// user writes into the values himself.
local versions = import '../versions/main.libsonnet';
local example = import 'example.libsonnet';

local issuer = { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'mine' };
local full(auto) = {
  hubble: {
    relay: { enabled: true, tls: { server: { enabled: true } } },
    ui: { enabled: true },
    metrics: { enabled: ['flow'], tls: { enabled: true } },
    tls: { auto: auto },
  },
  cluster: { id: 1 },
  clustermesh: { useAPIServer: true, apiserver: { tls: { auto: auto } } },
};
local of(release, values) = example.new(values, settings={ version: release });
local objects(rendered) = std.flattenArrays([
  [component[key] for key in std.objectFields(component)]
  for component in std.objectValues(rendered.components)
]);
local named(rendered, kind) = std.sort([object.metadata.name for object in objects(rendered) if object.kind == kind]);
// A certificate ordered from certgen, by its Secret.
local ordered(job) = [
  std.split(line, '- name: ')[1]
  for line in std.split(job.spec.template.spec.containers[0].env[0].value, '\n')
  if std.startsWith(line, '- name: ')
];
// Secrets that a pod's volumes name, other than those that the cluster has by itself.
local mounted(rendered) = std.set(std.flattenArrays([
  [source.secret.name for source in volume.projected.sources if 'secret' in source]
  for object in objects(rendered)
  if 'template' in std.get(object, 'spec', {})
  for volume in std.get(object.spec.template.spec, 'volumes', [])
  if 'projected' in volume
]));
// Where the other clusters are; the cluster mesh's own.
local addresses = ['cilium-clustermesh', 'cilium-kvstoremesh'];
local hubbleSecrets = ['hubble-metrics-server-certs', 'hubble-relay-client-certs', 'hubble-relay-server-certs', 'hubble-server-certs', 'hubble-ui-client-certs'];
local meshSecrets = ['admin', 'local', 'remote', 'server'];
local all = std.sort(hubbleSecrets + ['clustermesh-apiserver-' + of + '-cert' for of in meshSecrets]);
local pair = { cert: 'Y2VydA==', key: 'a2V5' };
local provided = {
  hubble: {
    relay: { enabled: true, tls: { client: pair, server: { enabled: true } + pair } },
    ui: { enabled: true, tls: { client: pair } },
    metrics: { enabled: ['flow'], tls: { enabled: true, server: pair } },
    tls: { auto: { enabled: false }, server: pair },
  },
};

{
  'the default is a Job in the cluster, at once and on a schedule': {
    actual: [
      [
        std.length([name for name in named(of(release, {}), 'Job') if std.startsWith(name, 'hubble-generate-certs')]),
        named(of(release, {}), 'CronJob'),
        named(of(release, {}), 'Secret'),
        example.said(of(release, {})),
      ]
      for release in versions.releases
    ],
    expected: [[1, ['hubble-generate-certs'], [], []] for _ in versions.releases],
  },
  'for the mesh too': {
    local rendered = of('1.20.0', { cluster: { id: 1 }, clustermesh: { useAPIServer: true } }),
    actual: [named(rendered, 'CronJob'), named(rendered, 'Secret'), example.said(rendered)],
    expected: [['clustermesh-apiserver-generate-certs', 'hubble-generate-certs'], [], []],
  },
  'it makes a certificate for every Secret that pods mount': {
    local rendered = of('1.20.0', full({ method: 'cronJob', schedule: '0 0 1 */4 *' })),
    local made = std.sort(ordered(rendered.components.hubble.certgenJob) + ordered(rendered.components.clustermesh.certgenJob)),
    actual: [made, std.setDiff(mounted(rendered), std.set(made + addresses))],
    expected: [all, []],
  },
  'it may write those Secrets and no others': {
    local rendered = of('1.20.0', full({ method: 'cronJob' })),
    local writable(component) = std.set(std.flattenArrays([rule.resourceNames for rule in component.certgenRole.rules if 'resourceNames' in rule])),
    actual: [writable(rendered.components.hubble), writable(rendered.components.clustermesh)],
    expected: [
      std.set(hubbleSecrets + ['cilium-ca']),
      std.set(['clustermesh-apiserver-' + of + '-cert' for of in meshSecrets] + ['cilium-ca']),
    ],
  },
  'cert-manager gets an order for each': {
    local rendered(release) = of(release, full({ method: 'certmanager', certManagerIssuerRef: issuer })),
    actual: [
      [
        named(rendered(release), 'Certificate'),
        named(rendered(release), 'Job') + named(rendered(release), 'CronJob') + named(rendered(release), 'Secret'),
        std.set([object.spec.issuerRef.name for object in objects(rendered(release)) if object.kind == 'Certificate']),
      ]
      for release in versions.releases
    ],
    expected: [[all, [], ['mine']] for _ in versions.releases],
  },
  'each into the Secret of its name': {
    local rendered = of('1.20.0', full({ method: 'certmanager', certManagerIssuerRef: issuer })),
    actual: [object.metadata.name for object in objects(rendered) if object.kind == 'Certificate' && object.spec.secretName != object.metadata.name],
    expected: [],
  },
  'cert-manager without an issuer is refused': {
    actual: example.said(of('1.20.0', full({ method: 'certmanager' }))),
    expected: ['refusal: cert-manager needs to know who signs' for _ in ['hubble', 'mesh']],
  },
  'Secrets of your own are mounted and nothing is made': {
    local own(name) = { existingSecret: name },
    local rendered = of('1.20.0', {
      hubble: {
        relay: { enabled: true, tls: { client: own('a'), server: { enabled: true } + own('b') } },
        ui: { enabled: true, tls: { client: own('c') } },
        metrics: { enabled: ['flow'], tls: { enabled: true, server: own('d') } },
        tls: { auto: { enabled: false }, server: own('e') },
      },
    }),
    actual: [
      example.said(rendered),
      std.setInter(mounted(rendered), ['a', 'b', 'c', 'd', 'e']),
      named(rendered, 'Secret') + named(rendered, 'Job') + named(rendered, 'Certificate'),
      std.setInter(mounted(rendered), std.set(hubbleSecrets)),
    ],
    expected: [[], ['a', 'b', 'c', 'd', 'e'], [], []],
  },
  'what is missing of your own is named': {
    actual: [
      std.length(example.said(of(release, { hubble: { relay: { enabled: true }, tls: { auto: { enabled: false } } } })))
      for release in versions.releases
    ],
    // certificate and key of the server and of Relay
    expected: [4 for _ in versions.releases],
  },
  'pairs in the values become Secrets': {
    local rendered = of('1.20.0', provided),
    actual: [
      named(rendered, 'Secret'),
      std.set([std.manifestJsonMinified(object.data) for object in objects(rendered) if object.kind == 'Secret']),
    ],
    expected: [std.sort(hubbleSecrets), ['{"tls.crt":"Y2VydA==","tls.key":"a2V5"}']],
  },
  'what makes keys while rendering is refused, with the three ways out': {
    local findings(release) = of(release, full({ method: 'helm' })).findings,
    actual: [
      [
        [finding.severity + ': ' + finding.message for finding in findings(release)],
        [[std.length(std.findSubstr(way, finding.hint)) > 0 for way in ["'cronJob'", "'certmanager'", 'Secrets of your own']] for finding in findings(release)],
      ]
      for release in versions.releases
    ],
    expected: [
      [
        ['refusal: this would make keys while rendering, new ones every time, and commit them' for _ in [1, 2]],
        [[true, true, true] for _ in [1, 2]],
      ]
      for _ in versions.releases
    ],
  },
  'also where nothing would need them, nothing is refused': {
    actual: [
      example.said(of('1.20.0', { hubble: { enabled: false, tls: { auto: { method: 'helm' } } } })),
      example.said(of('1.20.0', { clustermesh: { apiserver: { tls: { auto: { method: 'helm' } } } } })),
      example.said(of('1.20.0', { hubble: { tls: { enabled: false, auto: { method: 'helm' } } } })),
    ],
    expected: [[], [], []],
  },
}
