// Clusters whose trees the central Argo CD applies.
{
  delivery+: {
    engine: 'argocd',
    repository: 'https://git.example.com/platform/fleet.git',
  },
}
