// The machine hall in Shenzhen.
{
  labels+: { site: 'shenzhen' },

  // Two cards, bonded. Galaxy is told; Cilium finds the device of the default route by itself.
  networkDevice: 'bond0',
}
