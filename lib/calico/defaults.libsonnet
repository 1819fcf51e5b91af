// Every knob of `calico+:` in a definition, with what it is when a definition leaves it out. null is as if left out. What
// each is for is in reference.libsonnet.
//
// A knob is here if it decides more than one field, or reaches into a text or a list that `manifests+:` would have to
// replace as a whole.
{
  version: '3.32.1',

  // What follows from the other settings and the cluster; plan.libsonnet has how.
  backend: null,
  encapsulation: null,

  dataplane: 'iptables',

  // The release's own.
  mtu: null,

  typha: { enabled: false, replicas: 1 },

  ipPools: { ipv4: {}, ipv6: {} },

  felix: {},
  cniConfig: {},
  cniPlugins: {},

  images: {},

  // The release's own.
  imagePullPolicy: null,
  imagePullSecrets: [],
}
