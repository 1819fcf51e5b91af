// Values whose content is not the library's but Kubernetes' (or the user's own): they go into an object as they are, and
// any name is right below them. A section that is empty by default is free-form as well and needs no mention.
{
  [name]: true
  for name in [
    'affinity',
    'annotations',
    'appArmorProfile',
    'extraConfig',
    'labels',
    'matchLabels',
    'nodeSelector',
    'podAnnotations',
    'podLabels',
    'podSecurityContext',
    'resources',
    'rollingUpdate',
    'securityContext',
    'seLinuxOptions',
    'topologySpreadConstraints',
    'updateStrategy',
  ]
}
