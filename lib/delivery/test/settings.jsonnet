// What may be said of a delivery, and what is made of it.
local cniforge = import '../../cniforge/main.libsonnet';

local cluster(delivery) = cniforge.cluster {
  name: 'example',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  delivery: delivery,
};
local found(delivery) = [
  std.join('.', finding.path) + ': ' + finding.message
  for finding in cluster(delivery).findings
];
local argo = { engine: 'argocd', repository: 'git@git.example.com:fleet.git' };
local flux = { engine: 'flux', repository: 'https://git.example.com/fleet.git' };

local wrong = {
  'an engine and a repository are needed': [
    { revision: 'main' },
    ['delivery.engine: delivery.engine is missing', 'delivery.repository: delivery.repository is missing'],
  ],
  'another engine': [argo { engine: 'fleet' }, ["delivery.engine: delivery.engine cannot be 'fleet'"]],
  'a name that no server takes': [
    argo { project: 'My Project', namespace: '../x' },
    ["delivery.project: 'My Project' is no name for an object", "delivery.namespace: '../x' is no name for an object"],
  ],
  "Argo CD's own project": [
    argo { project: 'default' },
    ["delivery.project: the project 'default' is Argo CD's own: what it may do would be limited for every other Application in it"],
  ],
  'a template from whoever wrote the definition': [
    argo { path: 'a{{.b}}/c', destination: '{{.x}}' },
    ["delivery.destination: '{{.x}}' is a template", "delivery.path: 'a{{.b}}/c' is a template"],
  ],
  'an unknown key': [argo { repo: 'x' }, ["delivery.repo: delivery has no 'repo'"]],
  'a wrong type': [argo { prune: 'yes' }, ['delivery.prune: delivery.prune has to be a boolean, not a string']],
  'what Argo CD has no word for': [
    argo { wait: true, interval: '5m' },
    ['delivery.interval: delivery.interval means nothing to argocd', 'delivery.wait: delivery.wait means nothing to argocd'],
  ],
  'what Flux has no word for': [flux { applications: 'set' }, ['delivery.applications: delivery.applications means nothing to flux']],
  'an address that Flux cannot read': [
    flux { repository: argo.repository },
    ["delivery.repository: 'git@git.example.com:fleet.git' is no repository that flux can read"],
  ],
  'a path out of the repository': [
    argo { path: '../rendered' },
    ["delivery.path: '../rendered' is no folder below the root of the repository"],
  ],
  'a number without a unit': [flux { timeout: '10' }, ["delivery.timeout: '10' is no time"]],
  'an empty name': [flux { destination: '' }, ['delivery.destination: delivery.destination is empty']],
};

{
  [name]: { actual: found(wrong[name][0]), expected: wrong[name][1] }
  for name in std.objectFields(wrong)
} + {
  'nothing said, nothing delivered': { actual: [cluster({}).findings, cluster({}).facts.delivery], expected: [[], null] },
  'all is said to the program, for Argo CD': {
    actual: cluster(argo { path: 'live/rendered' }).facts.delivery,
    expected: argo {
      revision: 'main',
      path: 'live/rendered',
      destination: 'example',
      project: 'cniforge',
      namespace: 'argocd',
      prune: true,
      applications: 'set',
    },
  },
  'and for Flux': {
    actual: cluster(flux { interval: '5m', wait: false }).facts.delivery,
    expected: flux {
      revision: 'main',
      path: 'rendered',
      destination: 'example',
      project: 'cniforge',
      namespace: 'flux-system',
      prune: true,
      wait: false,
      interval: '5m',
      timeout: '10m',
    },
  },
}
