// What is there in each phase, the first first.
//
//   old      the old CNI is installed
//   beside   Cilium runs without giving any pod its network
//   nodes    labelled nodes are Cilium's: their CiliumNodeConfig is there. Its kind is defined by the operator that the
//            phase before has started, so it cannot come with that
[
  { title: 'Cilium beside it', old: true, beside: true, nodes: false },
  { title: 'node by node', old: true, beside: true, nodes: true },
  { title: 'Cilium everywhere', old: true, beside: false, nodes: true },
  { title: 'clean-up', old: false, beside: false, nodes: false },
]
