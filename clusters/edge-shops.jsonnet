// An inventory: one cluster a shop, all alike. To add a shop, add a line; its number gives it its addresses.
local edge = import '../overlays/edge.libsonnet';
local cniforge = import 'cniforge/main.libsonnet';

local shops = [
  { city: 'kunshan', number: 1 },
  { city: 'suzhou', number: 2 },
  { city: 'wuxi', number: 3 },
];

[
  cniforge.cluster + edge {
    name: 'edge-' + shop.city,
    podCIDRs: ['10.252.' + 16 * shop.number + '.0/20'],
    serviceCIDRs: ['10.253.' + shop.number + '.0/24'],
  }
  for shop in shops
]
