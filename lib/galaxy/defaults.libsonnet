// Every knob of `galaxy+:` in a definition, with what it is when a definition leaves it out: TKEStack's own choice.
//
// Objects merge over these, and null takes an entry away. A knob is here only if `manifests+:` cannot do it: each
// reaches into a text (a JSON file, a shell command) that a patch would have to replace as a whole.
function(cluster) {
  // The set of programs to install; see versions.libsonnet.
  version: 'v1.0.0',

  // Full references in place of `registry` and the version's tag, by image name:
  //   { flannel: 'registry.example.com/net/flannel@sha256:…' }
  // The names: flannel, galaxy, tke-bridge-agent.
  images: {},

  // Settings of the flannel backend that networkArgs.backendType names, beside its type:
  //   { DirectRouting: true } for vxlan sends packets between nodes of one subnet without encapsulation
  // All nodes must agree on them; a change reaches a node when its flannel restarts.
  backendOptions: {},

  // The networks that a pod may ask for by name in its annotation k8s.v1.cni.cncf.io/networks. An entry is the
  // configuration of a CNI plugin; its type is its name unless it says otherwise.
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

  // What a pod without that annotation gets: the first network is its eth0.
  defaultNetworks: ['galaxy-flannel'],

  // What galaxy is started with. NetworkPolicy objects have no effect until 'network-policy' is true.
  flags: { logtostderr: true, v: 3 },
}
