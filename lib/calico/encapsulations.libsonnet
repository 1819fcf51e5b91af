// How packets travel between nodes, by the names of Calico's operator, as calico-node's two modes of a pool.
local never = { ipip: 'Never', vxlan: 'Never' };

{
  None: never,
  IPIP: never { ipip: 'Always' },
  IPIPCrossSubnet: never { ipip: 'CrossSubnet' },
  VXLAN: never { vxlan: 'Always' },
  VXLANCrossSubnet: never { vxlan: 'CrossSubnet' },
}
