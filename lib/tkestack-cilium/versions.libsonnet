// What each version installs: image name → tag. TKEStack's templates have had one set of programs since v1.8.1.
{
  '1.9.5-tkestack': {
    images: {
      cilium: 'v1.9.5',
      'cilium-operator-generic': 'v1.9.5',
      'cilium-router': 'v0.1.0',
      'ip-masq-agent': 'v1.0.0',
      'tke-eni-ipamd': 'v3.3.3',
    },
  },
}
