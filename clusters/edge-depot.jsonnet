// The depot that supplies the shops. Its machines stand in two halls, each with a subnet of its own.
local edge = import '../overlays/edge.libsonnet';
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster + edge {
  name: 'edge-depot',
  podCIDRs: ['10.250.0.0/16'],
  serviceCIDRs: ['10.251.0.0/20'],
  networkDevice: 'enp3s0',

  // Between the halls packets need a tunnel; within a hall they go without one.
  networkArgs+: { backendType: 'vxlan' },
  galaxy+: { backendOptions: { DirectRouting: true } },
}
