// Which CoreDNS each kubeadm installs, and since when it installs it how. `since` is [minor, patch] of Kubernetes.
{
  // Ascending; the last one that a version has reached is its own.
  releases: [
    { since: [18, 0], coredns: '1.6.7' },
    { since: [19, 0], coredns: '1.7.0' },
    { since: [21, 0], coredns: '1.8.0' },
    { since: [22, 0], coredns: '1.8.4' },
    { since: [23, 0], coredns: '1.8.6' },
    { since: [25, 0], coredns: '1.9.3' },
    { since: [27, 0], coredns: '1.10.1' },
    { since: [29, 0], coredns: '1.11.1' },
    { since: [30, 5], coredns: '1.11.3' },
    { since: [31, 0], coredns: '1.11.1' },
    { since: [31, 1], coredns: '1.11.3' },
    { since: [33, 0], coredns: '1.12.0' },
    { since: [34, 0], coredns: '1.12.1' },
  ],

  // Minor version of Kubernetes from which on (`since`) or up to which (`until`) kubeadm's objects have it.
  features: {
    // Queries on their way to the upstream servers are limited.
    maxConcurrent: { since: 19 },
    // Nodes may be tainted by either name of the control plane's role.
    masterToleration: { until: 25 },
    controlPlaneToleration: { since: 20 },
    // The Service says CoreDNS where it said KubeDNS.
    ownServiceName: { since: 21 },
    // CoreDNS reads EndpointSlices since 1.8.1.
    endpointSlices: { since: 22 },
    // Two replicas prefer two nodes.
    antiAffinity: { since: 25 },
    // A right that only the federation plugin used, which is long gone.
    getNodes: { until: 27 },
    // Names of the cluster are not cached: an answer is never older than the API server's.
    uncachedCluster: { since: 32 },
    // The probes go to ports by name.
    namedProbes: { since: 34 },
  },

  // Capabilities were dropped as 'all' before they were dropped as 'ALL'. It is the same to the runtime.
  allCapabilities(minor):: if minor < 29 then 'all' else 'ALL',

  // Version of CoreDNS that first has what the Corefile or the roles need, for those who choose their own.
  needs: {
    maxConcurrent: '1.6.9',
    uncachedCluster: '1.9.4',
    endpointSlices: '1.8.1',
  },

  // What the Service may say of its families, from this minor version of Kubernetes on.
  ipFamilyPolicies: { since: 20, known: ['PreferDualStack', 'RequireDualStack', 'SingleStack'] },

  // Where the images are: from this CoreDNS on under coredns/coredns, with a 'v' before the number.
  nestedSince: '1.8.0',
}
