// Clusters that people depend on. `grep -rl production.libsonnet clusters/` tells which a change here reaches.
{
  labels+: { env: 'production' },

  // Read on clusters that run Cilium, and only there.
  cilium+: {
    values+: {
      // What TKEStack gave its own Cilium agents.
      resources: {
        requests: { cpu: '100m', memory: '512Mi' },
        limits: { cpu: '2', memory: '2Gi' },
      },
      // Agents restart one at a time; the chart takes two.
      updateStrategy+: { rollingUpdate+: { maxUnavailable: 1 } },
      // `hubble observe` over all nodes: the first thing to ask when a connection fails.
      hubble+: { relay+: { enabled: true, replicas: 2 } },
    },
  },
}
