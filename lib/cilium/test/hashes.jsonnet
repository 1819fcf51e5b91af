// Names and annotations that carry a hash change when, and only when, what they stand for does: a Job cannot be changed
// in place, and a roll-out restarts every pod.
local versions = import '../versions/main.libsonnet';
local example = import 'example.libsonnet';

local everything = {
  rollOutCiliumPods: true,
  operator: { rollOutPods: true },
  envoy: { rollOutPods: true },
  hubble: { relay: { enabled: true, rollOutPods: true }, ui: { enabled: true, rollOutPods: true } },
  cluster: { id: 1 },
  clustermesh: { useAPIServer: true },
};
local sinceTwo = { standaloneDnsProxy: { enabled: true, rollOutPods: true }, dnsProxy: { proxyPort: 10094 } };

local merge(a, b) = std.mergePatch(a, b);
// [what, its hash, the data it stands for] of a cluster with these values.
local hashes(release, values, cluster={}) =
  local base = if release == '1.18.12' then everything else merge(everything, sinceTwo);
  local all = example.new(merge(base, values), cluster=cluster, settings={ version: release }).components;
  local annotation(object, name) = object.spec.template.metadata.annotations['cilium.io/' + name + '-checksum'];
  local job(component) = [component.certgenJob.metadata.name, component.certgenJob.spec];
  {
    'agents and cilium-config': [annotation(all.cilium.daemonset, 'cilium-configmap'), all.cilium.config.data],
    'operator and cilium-config': [annotation(all.cilium.operatorDeployment, 'cilium-configmap'), all.cilium.config.data],
    'Envoy and its bootstrap': [annotation(all.cilium.envoyDaemonset, 'cilium-envoy-configmap'), all.cilium.envoyConfig.data],
    'Relay and its configuration': [annotation(all.hubble.relayDeployment, 'hubble-relay-configmap'), all.hubble.relayConfig.data],
    'UI and its nginx': [annotation(all.hubble.uiDeployment, 'hubble-ui-nginx-configmap'), all.hubble.uiConfig.data],
    [if release != '1.18.12' then 'DNS proxy and its configuration']: [
      annotation(all.cilium.dnsProxyDaemonset, 'standalone-dns-proxy-configmap'),
      all.cilium.dnsProxyConfig.data,
    ],
    [if release != '1.18.12' then "the Job for Hubble's certificates"]: job(all.hubble),
    [if release != '1.18.12' then "the Job for the mesh's certificates"]: job(all.clustermesh),
  };

// What somebody may change, and which hashes that moves.
local config = ['agents and cilium-config', 'operator and cilium-config'];
local jobs = ["the Job for Hubble's certificates", "the Job for the mesh's certificates"];
local changes = {
  nothing: { values: {}, moves: [] },
  'the MTU': { values: { MTU: 1400 }, moves: config },
  'an annotation of agents': { values: { podAnnotations: { a: 'b' } }, moves: [] },
  'resources of agents': { values: { resources: { limits: { memory: '1Gi' } } }, moves: [] },
  'the image of agents': { values: { image: { tag: 'v9' } }, moves: [] },
  "Envoy's timeouts": { values: { envoy: { connectTimeoutSeconds: 7 } }, moves: ['Envoy and its bootstrap'] + config },
  "Envoy's log level": { values: { envoy: { log: { defaultLevel: 'debug' } } }, moves: config },
  "Relay's buffer": { values: { hubble: { relay: { sortBufferLenMax: 50 } } }, moves: ['Relay and its configuration'] },
  "the UI's path": { values: { hubble: { ui: { baseUrl: '/hubble' } } }, moves: ['UI and its nginx'] },
  "the UI's replicas": { values: { hubble: { ui: { replicas: 3 } } }, moves: [] },
  'another key of cilium-config': { values: { extraConfig: { mine: 'yes' } }, moves: config },
  'how long a certificate of Hubble lasts': {
    values: { hubble: { tls: { auto: { certValidityDuration: 90 } } } },
    moves: ["the Job for Hubble's certificates"],
  },
  'when they are renewed': { values: { hubble: { tls: { auto: { schedule: '0 0 1 * *' } } } }, moves: [] },
  'the image of certgen': { values: { certgen: { image: { tag: 'v9' } } }, moves: jobs },
  'certificates of the mesh': {
    values: { clustermesh: { apiserver: { tls: { auto: { certValidityDuration: 90 } } } } },
    moves: ["the Job for the mesh's certificates"],
  },
  "the cluster's name": { values: { cluster: { name: 'other' } }, moves: config + ['Relay and its configuration'] + jobs },
};
local moved(release, values) =
  local before = hashes(release, {});
  local after = hashes(release, values);
  [what for what in std.objectFields(before) if before[what][0] != after[what][0]];

{
  ['in ' + release + ', a hash moves when its data does and not otherwise']: {
    local before = hashes(release, {}),
    actual: [
      change + ': ' + what
      for change in std.objectFields(changes)
      for after in [hashes(release, changes[change].values)]
      for what in std.objectFields(before)
      if (before[what][0] == after[what][0]) != (before[what][1] == after[what][1])
    ],
    expected: [],
  }
  for release in versions.releases
} + {
  ['what moves with ' + change]: { actual: moved('1.20.0', changes[change].values), expected: std.sort(changes[change].moves) }
  for change in std.objectFields(changes)
} + {
  'every hash is moved by something': {
    actual: std.setDiff(
      std.objectFields(hashes('1.20.0', {})),
      std.set(std.flattenArrays([changes[change].moves for change in std.objectFields(changes)]) + ['DNS proxy and its configuration']),
    ),
    expected: [],
  },
  "the DNS proxy's moves with its port": {
    actual: moved('1.20.0', { dnsProxy: { proxyPort: 10095 } }),
    expected: ['DNS proxy and its configuration', 'agents and cilium-config', 'operator and cilium-config'],
  },
  'the Jobs of 1.18 have one name, and go when they are done': {
    local all = example.new(everything, settings={ version: '1.18.12' }).components,
    actual: [[job.metadata.name, job.spec.ttlSecondsAfterFinished] for job in [all.hubble.certgenJob, all.clustermesh.certgenJob]],
    expected: [['hubble-generate-certs', 1800], ['clustermesh-apiserver-generate-certs', 1800]],
  },
  'how values are written does not matter': {
    local text(values) = std.toString([hash[0] for hash in std.objectValues(hashes('1.20.0', values))]),
    local a = { MTU: 1400, debug: { enabled: true } },
    local b = { debug+: { enabled: false } } + { debug+: { enabled: true } } + { MTU: 1400 },
    actual: text(a) == text(b),
    expected: true,
  },
  'nor does the name of the key of an image': {
    // The same image, said in the values and in `images`.
    local job(settings, values={}) = example.new(values, settings=settings).components.hubble.certgenJob.metadata.name,
    actual: job({ images: { certgen: { tag: 'v9' } } }) == job({}, { certgen: { image: { tag: 'v9' } } }),
    expected: true,
  },
  'a name that carries a hash is a good name': {
    actual: [
      hash[0]
      for hash in std.objectValues(hashes('1.20.0', { cluster: { name: 'a-name-of-thirty-two-characters-' + 'x' } }))
      if std.length(hash[0]) > 64
    ],
    expected: [],
  },
}
