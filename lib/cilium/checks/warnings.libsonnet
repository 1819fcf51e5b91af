// What renders and may still surprise whoever runs it.
local k = import '../kube.libsonnet';
local finding = import 'finding.libsonnet';

local on(value) = k.isSet(value);

local rows(c) =
  local v = c.values;
  [
    {
      // The chart of 1.18 takes the word for the address where it finds no cluster to ask; that of later versions stops.
      when: !c.since(19) && v.k8sServiceHost == 'auto',
      fault: true,
      rule: 'CNI110',
      at: 'k8sServiceHost',
      message: "'auto' asks the running cluster, which cniforge never does: the agents would look for a host of that name",
      hint: "set the cluster's controlPlaneEndpoint, or write the address here",
    },
    {
      when: c.kubeProxyReplacement && !on(v.k8sServiceHost) && !on(v.k8sServiceHostRef.name),
      rule: 'CNI110',
      at: 'k8sServiceHost',
      message: 'kube-proxy is replaced, and nothing says how the agents reach the API server without it',
      hint: "set the cluster's controlPlaneEndpoint: 'host:6443'",
    },
    {
      when: std.length([cluster for cluster in c.meshClusters if c.meshTLS(cluster) != null]) > 0,
      rule: 'CNI124',
      at: 'clustermesh.config.clusters',
      message: 'certificates of other clusters in the values are going away',
      hint: 'leave tls out and let all clusters of the mesh have one authority: the Secret cilium-ca',
    },
    {
      when:
        on(c.version.defects.certgenMetricsName) && c.hubble && on(v.hubble.metrics.tls.enabled)
        && on(v.hubble.tls.auto.enabled) && v.hubble.tls.auto.method == 'cronJob',
      rule: 'CNI123',
      at: 'hubble.tls.auto.method',
      message: 'the certificate for Hubble metrics gets a name that no client can verify, as with the official chart of this version',
      hint: "use method 'certmanager', or a Secret of your own: hubble.metrics.tls.server.existingSecret",
    },
    {
      local job = v.clustermesh.mcsapi.corednsAutoConfigure,
      when: on(c.version.defects.looseResources) && on(v.clustermesh.mcsapi.enabled) && on(job.enabled) && on(job.resources),
      rule: 'CNI106',
      at: 'clustermesh.mcsapi.corednsAutoConfigure.resources',
      message: 'these come to lie where Kubernetes does not read them, as with the official chart of this version',
      hint: 'patch manifests.clustermesh.corednsJob instead',
    },
  ];

// What the operator or the agents stop at when they start. The chart renders it.
local isNumber(text) = text != '' && std.length(text) <= 3 && std.all([char >= '0' && char <= '9' for char in std.stringChars(text)]);
local poolProblem(pool, family, mask) =
  local parts = std.split(pool, '/');
  local isIPv6 = std.length(std.findSubstr(':', pool)) > 0;
  if std.length(parts) != 2 || !isNumber(parts[1]) || isIPv6 != (family == 6) then "'" + pool + "' is no range of IPv" + family
  else
    local prefix = std.parseInt(parts[1]);
    if mask < prefix then 'a node would get a /' + mask + ', and the whole pool ' + pool + ' is smaller'
    else if isIPv6 && mask - prefix > 16 then
      'the operator stops at ' + pool + ' in blocks of /' + mask + ': it can number 65536 blocks at most';

// Words that the agents know; what else the chart lets through.
local words = {
  policyEnforcementMode: ['always', 'default', 'never'],
  routingMode: ['native', 'tunnel'],
  tunnelProtocol: ['geneve', 'vxlan'],
};

local stops(c) =
  local v = c.values;
  local operator = v.ipam.operator;
  local pools(name, family, enabled) =
    local mask = operator['clusterPool' + name + 'MaskSize'];
    local list = operator['clusterPool' + name + 'PodCIDRList'];
    if c.ipamMode != 'cluster-pool' || !on(enabled) || !std.isNumber(mask) then [] else [
      finding.at(
        'CNI115',
        'error',
        ['cilium', 'values', 'ipam', 'operator', 'clusterPool' + name + 'PodCIDRList'],
        problem,
        'set clusterPool' + name + "MaskSize to what fits, or leave both out: the cluster's podCIDRs are the pools then"
      )
      for problem in [poolProblem(pool, family, mask) for pool in (if std.isArray(list) then list else [k.word(list)])]
      if problem != null
    ];
  [
    finding.at(
      'CNI101',
      'error',
      ['cilium', 'values', name],
      "'" + v[name] + "' is no value of `" + name + '`, and no agent would start',
      'its values are ' + std.join(', ', words[name]),
      known=words[name],
      got=v[name],
    )
    for name in std.objectFields(words)
    if on(v[name]) && !std.member(words[name], v[name])
  ] + pools('IPv4', 4, v.ipv4.enabled) + pools('IPv6', 6, v.ipv6.enabled) + [
    finding.at(
      'CNI125',
      'error',
      ['cilium', 'values', 'cluster', 'id'],
      'a mesh for ' + most + ' clusters has no number ' + v.cluster.id + ', and no agent would start',
      'take a smaller number, or set clustermesh.maxConnectedClusters to 511 in the whole mesh',
    )
    for most in [v.clustermesh.maxConnectedClusters]
    if most != null && k.orZero(v.cluster.id) > most
  ];

// A patch release that this library has no digests of. Whoever names an image, in `images` or in the values, has pinned it
// or does not want to.
local unpinned(c) =
  local v = c.values;
  local images = {
    cilium: { image: v.image, used: c.agentWanted },
    operator: { image: v.operator.image, used: c.operator },
    hubbleRelay: { image: v.hubble.relay.image, used: c.relay },
    clustermeshApiserver: { image: v.clustermesh.apiserver.image, used: c.mesh },
  };
  local missing = [
    name
    for name in c.version.unpinned
    if images[name].used && !on(images[name].image.override) && !on(images[name].image.useDigest)
       && images[name].image.tag == 'v' + c.version.release
  ];
  if missing == [] then [] else [finding.at(
    'CNI104',
    'error',
    ['cilium', 'version'],
    'cniforge does not know the images of Cilium ' + c.version.release + '; the digests are missing of ' + std.join(', ', missing),
    'give them: cilium+: { images: { ' + std.join(', ', [
      name + ': { ' + (if name == 'operator' then c.cloud + 'Digest' else 'digest') + ": 'sha256:…' }"
      for name in missing
    ]) + ' } }; {} takes an image by its tag',
  )];

// The API server takes only strings in a ConfigMap; the chart writes what it is given.
local extraConfig(c) =
  local extra = k.orEmptyMap(c.values.extraConfig);
  [
    finding.at(
      'CNI101',
      'error',
      ['cilium', 'values', 'extraConfig', key],
      'a ConfigMap holds strings, and this is not one: the API server will refuse the object',
      "write it in quotes: '" + std.toString(extra[key]) + "'",
    ) {
      // cniforge would say it of the object, too.
      covers: ['manifests', 'cilium', 'config', 'data', key],
    }
    for key in std.objectFields(extra)
    if !std.isString(extra[key]) && extra[key] != null
  ];

// The mesh's metrics have no address without their port.
local meshMetrics(c) =
  local metrics = c.values.clustermesh.apiserver.metrics;
  if !c.mesh then [] else [
    finding.at(
      'CNI101',
      'error',
      ['cilium', 'values', 'clustermesh', 'apiserver', 'metrics'] + at + ['port'],
      'metrics are served on no port, and the argument that should name it is none: the API server will refuse the object',
      'give the port, or set enabled to false beside it',
    )
    for at in [[], ['kvstoremesh'], ['etcd']]
    for values in [std.foldl(function(found, name) found[name], at, metrics)]
    if on(values.enabled) && values.port == null
  ];

function(c) {
  surprises: [
    (if std.get(row, 'fault', false) then finding.fault else finding.warning)(row.rule, row.at, row.message, row.hint)
    for row in rows(c)
    if row.when
  ],
  unpinned: unpinned(c),
  stops: stops(c),
  extraConfig: extraConfig(c),
  meshMetrics: meshMetrics(c),
}
