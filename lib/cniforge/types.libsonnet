// TKEStack's cluster types and what may run on them.
{
  // Machines that TKEStack turned into a cluster. Its pods have no network until the CNI is there.
  Baremetal: { default: 'galaxy', cnis: ['galaxy', 'cilium', 'calico', 'none'] },

  // The same on machines far away. TKEStack's proposal keeps the other CNIs to Baremetal.
  Edge: {
    default: 'galaxy',
    cnis: ['galaxy', 'none'],
    reason: 'Cilium and Calico are installed on Baremetal clusters only',
    hint: "leave cni out for galaxy, or set type: 'Baremetal'",
  },

  // Somebody else's cluster that TKEStack manages.
  Imported: {
    default: 'none',
    cnis: ['none'],
    reason: 'an Imported cluster brings its own CNI',
    hint: "leave cni out; cniforge installs a CNI on type: 'Baremetal'",
  },
}
