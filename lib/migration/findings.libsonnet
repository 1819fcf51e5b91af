// What is wrong with a migration: a list of findings.
local base = import '../knobs/main.libsonnet';
local shapes = import '../knobs/shapes.libsonnet';
local net = import '../net/main.libsonnet';
local phases = import 'phases.libsonnet';
local sources = import 'sources.libsonnet';

local names = { galaxy: 'galaxy', calico: 'Calico' };

local shape = {
  fields: {
    from: { words: std.objectFields(sources) },
    phase: { whole: [1, std.length(phases)] },
    podCIDRs: { list: 'string' },
    networkArgs: 'object',
  },
};

local required = {
  from: "say which CNI the cluster ran: migration+: { from: 'galaxy' }",
  phase: 'begin with migration+: { phase: 1 }',
  podCIDRs: "say where the pods of the old CNI are: migration+: { podCIDRs: ['10.244.0.0/16'] }; podCIDRs are Cilium's",
};

// Without another port in cilium-config.
local tunnelPorts = { vxlan: 8472, geneve: 6081 };

local families(cidrs) = std.set([net.family(cidr) for cidr in cidrs]);

local overlaps(cluster, from) = [
  base.refusal(
    ['podCIDRs'],
    new + ' overlaps ' + old + ' of ' + names[from] + ': nodes could not tell whose pods these are',
    'podCIDRs are those of Cilium, a range that nothing else uses; migration.podCIDRs are those of ' + names[from]
  )
  for new in cluster.podCIDRs
  for old in cluster.migration.podCIDRs
  if net.overlap(new, old)
];

local tunnels(source, config, old, from) =
  local mode = std.get(config, 'routing-mode', 'tunnel');
  local protocol = std.get(config, 'tunnel-protocol', 'vxlan');
  local given = std.get(config, 'tunnel-port', '0');
  local port = if given == '0' || given == '' then tunnelPorts[protocol] else std.parseInt(given);
  if mode != 'tunnel' then [base.finding(
    'error',
    ['cilium', 'values', 'routingMode'],
    'Cilium has no tunnel of its own, by which its pods and those of ' + names[from] + ' reach each other',
    "set routingMode: 'tunnel' until the migration is over"
  )]
  else if port == source.tunnelPort(old.components) then [base.refusal(
    ['cilium', 'values', 'tunnelPort'],
    'the tunnels of Cilium and of ' + names[from] + ' would both use UDP port ' + port,
    'set cilium+: { values+: { tunnelPort: ' + (port + 1) + ' } } and open it between nodes; it stays after the migration'
  )]
  else [];

{
  shape:: shape,

  // cni: what the cluster shall run
  ofKeys(migration, cni)::
    local misshapen = shapes.problems(['migration'], migration, shape);
    local path(key) = ['migration', key];
    if cni != 'cilium' then [base.refusal(
      ['migration'],
      "a cluster can be moved to Cilium only, not to '" + cni + "'",
      "set cni: 'cilium', or leave migration out"
    )]
    else misshapen + [
      base.refusal(['migration'], 'migration.' + key + ' is missing', required[key])
      for key in std.objectFields(required)
      if std.get(migration, key) == null
    ] + (
      if misshapen != [] then []
      else [
        base.refusal(path('podCIDRs'), net.parseCIDR(cidr).problem, "write it as '10.244.0.0/16' or 'fd00:10:244::/56'")
        for cidr in std.get(migration, 'podCIDRs', [])
        if !net.isCIDR(cidr)
      ]
    ),

  // cilium, old: what their libraries made of the cluster, neither refused
  ofInstalls(phase, cluster, source, cilium, old)::
    local from = cluster.migration.from;
    local config = cilium.components.cilium.config.data;
    if cilium.version == '1.9.5-tkestack' then [base.refusal(
      ['cilium', 'version'],
      "TKEStack's Cilium 1.9.5 cannot take over single nodes: CiliumNodeConfig came with 1.13",
      'choose a newer version'
    )]
    else if !phase.old then []
    else
      base.ofRule('CNI160', overlaps(cluster, from) + base.when(families(cluster.podCIDRs) != families(cluster.migration.podCIDRs), base.finding(
        'error',
        ['podCIDRs'],
        'Cilium and ' + names[from] + ' have other families of addresses: their pods cannot all reach each other',
        'keep the families as they are; change them once the migration is over'
      )))
      + base.ofRule('CNI161', tunnels(source, config, old, from) + base.when(std.get(config, 'ipam') != 'cluster-pool', base.finding(
                                'error',
                                ['cilium', 'values', 'ipam', 'mode'],
                                "with ipam '" + std.get(config, 'ipam', '') + "' Cilium's pods get addresses of " + names[from],
                                "set ipam: { mode: 'cluster-pool' }; it stays after the migration"
                              ))
                              + base.when(phase.beside && source.policies(old.components), base.finding(
                                'warning',
                                ['migration', 'phase'],
                                names[from] + " enforces NetworkPolicies, and does not know the pods on nodes that are Cilium's",
                                'take NetworkPolicies away until phase 3, in which Cilium enforces them'
                              ))
                              + base.when(phase.beside && std.get(cilium, 'replacesKubeProxy') != null, base.finding(
                                'warning',
                                ['cilium', 'values', 'kubeProxyReplacement'],
                                'Cilium would forward services for pods of ' + names[from] + ' too, which nobody has tested',
                                'set kubeProxyReplacement: false until phase 3'
                              ))),
}
