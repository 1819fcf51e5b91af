// What all clusters with Cilium have in common here. The version is not among it: clusters are upgraded one by one.
{
  cilium+: {
    values+: {
      // kube-controller-manager cuts each node's part out of podCIDRs (`--allocate-node-cidrs=true`, as TKEStack sets
      // it), and the agent takes it from there. By default Cilium's operator would cut parts of its own.
      ipam+: { mode: 'kubernetes' },
      // An agent waits until its node has a part.
      k8s+: { requireIPv4PodCIDR: true },
    },
  },
}
