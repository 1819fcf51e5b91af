// What all clusters with Cilium have in common here. The version is not among it: clusters are upgraded one by one.
{
  cilium+: {
    values+: {
      // Pods get their addresses out of the cluster's podCIDRs: kube-controller-manager cuts a part for each node
      // (`--allocate-node-cidrs=true`, as TKEStack sets it), and the agent takes it from the node. Cilium's own default
      // is a pool of 10.0.0.0/8 that nothing else knows of.
      ipam+: { mode: 'kubernetes' },
      // An agent waits until its node has a part.
      k8s+: { requireIPv4PodCIDR: true },
    },
  },
}
