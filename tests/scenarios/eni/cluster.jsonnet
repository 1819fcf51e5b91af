// Addresses from AWS' own interfaces.
(import '../base.libsonnet') {
  cilium+: {
    values: {
      eni: {
        enabled: true,
        iamRole: 'arn:aws:iam::111122223333:role/cilium-operator',
        awsEnablePrefixDelegation: true,
      },
      ipam: { mode: 'eni' },
      egressMasqueradeInterfaces: 'eth+',
      routingMode: 'native',
    },
  },
}
