// Clusters whose trees the central Flux applies.
{
  delivery+: {
    engine: 'flux',
    repository: 'https://git.example.com/platform/fleet.git',
  },
}
