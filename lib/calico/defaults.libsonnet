// Every knob of `calico+:` in a definition, with what it is when a definition leaves it out. null is as if left out.
//
// A knob is here if it decides more than one field, or reaches into a text or a list that `manifests+:` would have to
// replace as a whole.
{
  // The release: versions.libsonnet has them. 3.14.2 is for Kubernetes before 1.22.
  version: '3.32.1',

  // Who tells the nodes where the pods of the others are:
  //   'bird'   the BGP daemon in calico-node. Needed for IP-in-IP and for pools without encapsulation
  //   'vxlan'  Felix alone; no BGP
  //   'none'   nobody: Calico only enforces policies, and takes pod addresses from each node's own pod CIDR. Something
  //            else must route them
  // Left out, it is 'vxlan' if all pools are, and otherwise 'bird'.
  backend: null,

  // What forwards and filters: 'iptables', 'nftables' or 'eBPF'. eBPF stands in for kube-proxy as well.
  dataplane: 'iptables',

  // How packets travel between nodes: 'IPIP', 'VXLAN', 'IPIPCrossSubnet', 'VXLANCrossSubnet' or 'None'. CrossSubnet
  // leaves packets within a subnet as they are; None needs a network that knows the routes. IPv6 has no IP-in-IP, so
  // 'IPIP' leaves IPv6 plain. Left out, it follows from the backend: IPIP, VXLANCrossSubnet, or None with eBPF.
  encapsulation: null,

  // The MTU of pods and tunnels. 0 lets each node find out; Calico 3.14 cannot, and has 1440.
  mtu: null,

  // Typha stands between the nodes and the API server. Wanted from about 50 nodes on, with a replica for each 200 nodes,
  // and three at least.
  typha: { enabled: false, replicas: 1 },

  // The pools that calico-node makes in a cluster that has none, a family each. Later changes do not reach a pool that is
  // there. Whatever else is wanted of pools is an IPPool among extraObjects.
  //   cidr              the family's podCIDR if left out; must lie in it
  //   blockSize         the prefix of a node's block: 26 and 122 if left out
  //   encapsulation     as above, for this family
  //   natOutgoing       whether packets that leave the pools get the node's address: IPv4 yes, IPv6 no if left out
  //   nodeSelector      which nodes may use it
  //   disableBGPExport  keeps its routes from BGP peers
  ipPools: { ipv4: {}, ipv6: {} },

  // Felix's parameters, by their name in Felix's reference: { LogSeverityScreen: 'Warning', WireguardEnabled: true }.
  felix: {},

  // Further settings of the CNI plugin `calico`, laid over its own: { container_settings: { allow_ip_forwarding: true } }.
  cniConfig: {},

  // The CNI plugins after it, by type, with their settings; null takes one away: { tuning: { sysctl: { … } } }.
  cniPlugins: {},

  // Full references in place of `registry` and the version's tag, by image name:
  //   { node: 'registry.example.com/calico/node@sha256:…' }
  images: {},

  // When images are pulled; left out, the release's own choice.
  imagePullPolicy: null,

  // Names of Secrets in kube-system with which they are pulled.
  imagePullSecrets: [],
}
