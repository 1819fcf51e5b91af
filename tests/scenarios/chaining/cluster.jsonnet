// Behind the AWS VPC CNI plugin, which gives out the addresses.
(import '../base.libsonnet') {
  cilium+: {
    values: {
      cni: { chainingMode: 'aws-cni', exclusive: false },
      enableIPv4Masquerade: false,
      routingMode: 'native',
    },
  },
}
