// What `migration` can say, and what it is for. The names and types are those that the checks go by.
local reference = import '../knobs/reference.libsonnet';
local findings = import 'findings.libsonnet';
local phases = import 'phases.libsonnet';

{
  settings: reference(findings.shape, {}, {
    from: { meaning: 'the CNI that the cluster ran', otherwise: 'required', example: 'calico' },
    phase: {
      meaning: 'how far the move is',
      otherwise: 'required',
      note: std.join('; ', std.mapWithIndex(function(at, phase) (at + 1) + ': ' + phase.title, phases)),
      example: 2,
    },
    podCIDRs: { meaning: "where the pods of the old CNI are; the key podCIDRs is Cilium's", otherwise: 'required', example: ['10.246.0.0/16'] },
    networkArgs: { meaning: "the old CNI's own arguments, as they were", otherwise: 'none', example: { backendType: 'host-gw' } },
  }),

  ground: {
    cni: 'cilium',
    podCIDRs: ['10.245.0.0/16'],
    cilium: { values: { tunnelPort: 8473 } },
    migration: { from: 'galaxy', phase: 1, podCIDRs: ['10.244.0.0/16'] },
  },
}
