// What may be said, and of which type it has to be.
{
  // `cilium+:` with these versions. values and namespace are keys of every Cilium.
  settings: {
    version: 'string',
    namespace: 'string',
    values: 'object',
    images: 'object',
    vpcID: 'string',
  },

  networkArgs: {
    asn: 'string',
    networkMode: 'string',
    'switch-ip': 'string',
  },
}
