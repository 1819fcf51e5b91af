local example = import 'example.libsonnet';

local identity(object) =
  std.join('/', [object.apiVersion, object.kind, std.get(object.metadata, 'namespace', ''), object.metadata.name]);
local objects(changes={}, settings={}) = example(changes, settings).components['kube-proxy'];
local text(changes={}, settings={}) = objects(changes, settings).config.data['config.conf'];
local config(changes={}, settings={}) = std.parseYaml(text(changes, settings));
local at(version) = config({ kubernetesVersion: version });
local pod(result) = result.daemonset.spec.template.spec;
local image(changes={}, settings={}) = pod(objects(changes, settings)).containers[0].image;
local server(changes={}, settings={}) =
  std.parseYaml(objects(changes, settings).config.data['kubeconfig.conf']).clusters[0].cluster.server;

local dual = { podCIDRs: ['10.244.0.0/16', 'fd00:10:244::/56'], serviceCIDRs: ['10.96.0.0/16', 'fd00:10:96::/112'] };
local single6 = { podCIDRs: ['fd00:10:244::/56'], serviceCIDRs: ['fd00:10:96::/112'] };

// Every field by its path, with what it is worth.
local flat(value, prefix='') = std.foldl(
  function(all, key)
    local inner = value[key];
    all + (if std.isObject(inner) then flat(inner, prefix + key + '.') else { [prefix + key]: inner }),
  std.objectFields(value),
  {}
);
local came(older, newer) = std.setDiff(std.objectFields(flat(at(newer))), std.objectFields(flat(at(older))));

{
  'identities by key': {
    actual: std.mapWithKey(function(_, object) identity(object), objects()),
    expected: {
      serviceAccount: 'v1/ServiceAccount/kube-system/kube-proxy',
      clusterRoleBinding: 'rbac.authorization.k8s.io/v1/ClusterRoleBinding//kubeadm:node-proxier',
      role: 'rbac.authorization.k8s.io/v1/Role/kube-system/kube-proxy',
      roleBinding: 'rbac.authorization.k8s.io/v1/RoleBinding/kube-system/kube-proxy',
      config: 'v1/ConfigMap/kube-system/kube-proxy',
      daemonset: 'apps/v1/DaemonSet/kube-system/kube-proxy',
    },
  },
  'off until enabled': {
    actual: [example(settings={ enabled: on }).enabled for on in [false, true, null]],
    expected: [false, true, false],
  },
  'findings build no object': {
    actual: example({ registry: error 'an object was built' }).findings,
    expected: [],
  },

  images: {
    actual: [
      image({ kubernetesVersion: '1.18.3' }),
      image({ kubernetesVersion: 'v1.34.1' }),
      image({ kubernetesVersion: '1.30.0+k3s1' }),
      image({ registry: 'registry.tke.com/library/', kubernetesVersion: '1.21.4-tke.3' }),
      image(settings={ version: '1.33.5' }),
      image(settings={ image: 'example.com/kube-proxy@sha256:0' }),
    ],
    expected: [
      'k8s.gcr.io/kube-proxy:v1.18.3',
      'registry.k8s.io/kube-proxy:v1.34.1',
      'registry.k8s.io/kube-proxy:v1.30.0_k3s1',
      'registry.tke.com/library/kube-proxy:v1.21.4-tke.3',
      'registry.k8s.io/kube-proxy:v1.33.5',
      'example.com/kube-proxy@sha256:0',
    ],
  },
  'the API server': {
    actual: [
      server(),
      server({ controlPlaneEndpoint: 'api.tke.com' }),
      server({ controlPlaneEndpoint: '[fd00::1]:8443' }),
      server(settings={ endpoint: '10.0.0.2:6443' }),
    ],
    expected: ['https://10.0.0.1:6443', 'https://api.tke.com:6443', 'https://[fd00::1]:8443', 'https://10.0.0.2:6443'],
  },

  'the first family decides where it listens': {
    actual: [
      config(changes, settings).bindAddress
      for changes in [{}, dual, single6]
      for settings in [{}]
    ] + [config(single6, { bindAddress: 'fd00::7' }).bindAddress],
    expected: ['0.0.0.0', '0.0.0.0', '::', 'fd00::7'],
  },
  'all pod networks': {
    actual: [config(changes).clusterCIDR for changes in [{}, dual, single6]]
            + [config(settings={ clusterCIDR: '10.0.0.0/8' }).clusterCIDR],
    expected: ['10.244.0.0/16', '10.244.0.0/16,fd00:10:244::/56', 'fd00:10:244::/56', '10.0.0.0/8'],
  },
  modes: {
    actual: [config().mode, config(settings={ mode: 'ipvs' }).mode],
    expected: ['', 'ipvs'],
  },
  'two families had a gate until 1.21': {
    actual: [
      std.get(config(dual { kubernetesVersion: version }), 'featureGates')
      for version in ['1.20.15', '1.21.0']
    ] + [std.get(at('1.20.15'), 'featureGates')],
    expected: [{ IPv6DualStack: true }, null, null],
  },
  "gates of one's own": {
    actual: config(settings={ featureGates: { NFTablesProxyMode: true } }).featureGates,
    expected: { NFTablesProxyMode: true },
  },
  'further fields are merged': {
    local changes = { ipvs: { scheduler: 'lc', excludeCIDRs: ['10.0.0.9/32'] }, conntrack: { min: 0 } },
    local before = flat(config()),
    local after = flat(config(settings={ config: changes })),
    actual: { [field]: after[field] for field in std.objectFields(after) if after[field] != before[field] },
    expected: { 'ipvs.scheduler': 'lc', 'ipvs.excludeCIDRs': ['10.0.0.9/32'], 'conntrack.min': 0 },
  },

  'the fields that versions brought': {
    actual: {
      [newer]: came(older, newer)
      for pair in [['1.18.0', '1.19.0'], ['1.23.0', '1.24.0'], ['1.25.0', '1.26.0'], ['1.27.0', '1.28.0'], ['1.28.0', '1.29.0'], ['1.29.0', '1.30.0'], ['1.30.0', '1.34.0']]
      for older in [pair[0]]
      for newer in [pair[1]]
    },
    expected: {
      '1.19.0': ['bindAddressHardFail'],
      '1.24.0': [
        'detectLocal.bridgeInterface',
        'detectLocal.interfaceNamePrefix',
        'winkernel.forwardHealthCheckVip',
        'winkernel.rootHnsEndpointName',
      ],
      '1.26.0': ['iptables.localhostNodePorts'],
      '1.28.0': ['logging.flushFrequency', 'logging.options.json.infoBufferSize', 'logging.verbosity'],
      '1.29.0': [
        'conntrack.tcpBeLiberal',
        'conntrack.udpStreamTimeout',
        'conntrack.udpTimeout',
        'nftables.masqueradeAll',
        'nftables.masqueradeBit',
        'nftables.minSyncPeriod',
        'nftables.syncPeriod',
      ],
      '1.30.0': ['logging.options.text.infoBufferSize'],
      '1.34.0': [],
    },
  },
  'the field that went': { actual: came('1.26.0', '1.25.0'), expected: ['udpIdleTimeout'] },
  'one toleration of all since 1.22': {
    actual: [std.length(pod(objects({ kubernetesVersion: version })).tolerations) for version in ['1.21.0', '1.22.0']],
    expected: [2, 1],
  },

  'as kubeadm writes it': {
    local lines = std.split(text(single6, { mode: 'ipvs', config: { nodePortAddresses: ['fd00::/64', 'primary'] } }), '\n'),
    actual: [
      line
      for line in lines
      if std.member(
        ['bindAddress:', 'clusterCIDR:', 'mode:', 'nodePortAddresses:', '-', 'healthzBindAddress:', 'min:'],
        std.split(std.lstripChars(line, ' '), ' ')[0]
      )
    ],
    expected: [
      "bindAddress: '::'",
      'clusterCIDR: fd00:10:244::/56',
      '  min: null',
      'healthzBindAddress: ""',
      'mode: ipvs',
      'nodePortAddresses:',
      '- fd00::/64',
      '- primary',
    ],
  },
}
