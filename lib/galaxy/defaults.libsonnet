// Every knob of `galaxy+:` in a definition, with what it is when a definition leaves it out: TKEStack's own choice. What
// each is for is in reference.libsonnet.
//
// Objects merge over these, and null takes an entry away. A knob is here only if `manifests+:` cannot do it: each
// reaches into a text (a JSON file, a shell command) that a patch would have to replace as a whole.
function(cluster) {
  version: 'v1.0.0',

  images: {},

  backendOptions: {},

  networks: {
    // A further network card of the node, as Tencent Cloud attaches them.
    'tke-route-eni': { eni: 'eth1', routeTable: 1 },
    // The pod network proper. Flannel writes subnetFile; the delegate is a bridge.
    'galaxy-flannel': {
      delegate: { isDefaultGateway: true, promiscMode: true, hairpinMode: false },
      subnetFile: '/run/flannel/subnet.env',
    },
    // Addresses of the node's own network, by a VLAN or by a virtual function of the card.
    'galaxy-k8s-vlan': { device: cluster.networkDevice, default_bridge_name: 'br0' },
    'galaxy-k8s-sriov': { device: cluster.networkDevice, vf_num: 10 },
  },

  defaultNetworks: ['galaxy-flannel'],

  flags: { logtostderr: true, v: 3 },
}
