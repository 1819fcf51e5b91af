// A few machines in a back room, on one switch, behind a slow line.
{
  type: 'Edge',
  kubernetesVersion: '1.21.4-tke.3',
  labels+: { env: 'edge' },

  // A mirror that the rooms can reach; the public registries are out of their reach.
  registry: 'registry.example.com/tkestack',

  // One switch, so routes are enough and packets go without a tunnel.
  networkArgs+: { backendType: 'host-gw' },

  // Anybody can carry such a machine away. TKEStack binds flannel to cluster-admin; its own role is enough for it.
  manifests+: { flannel+: { clusterRoleBinding+: { roleRef+: { name: 'flannel' } } } },
}
