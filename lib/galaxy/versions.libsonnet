// What each version installs and what those programs understand. The version is TKEStack's number for the whole set,
// as its galaxy.Install takes it, and not galaxy's own; a new set is a new entry here.
//
//   images    image name → tag
//   backends  what flannel's net-conf.json may name as Backend.Type (matched without regard to case, as flannel does):
//               options  the backend's further settings and their types
//               caution  why such a cluster may not work as installed here, or null
//   flags     what galaxy may be started with, and the types
{
  'v1.0.0': {
    images: {
      flannel: 'v0.10.0',
      galaxy: 'v1.0.6',
      'tke-bridge-agent': 'v0.1.5',
    },

    // Read in flannel v0.10.0's main.go and backend/. ipsec and wireguard came later.
    backends: {
      'ali-vpc': {
        // flannel also reads an access key from here. It is not offered: a ConfigMap in git is no place for one.
        options: {},
        caution: 'it writes routes into an Alibaba Cloud VPC, and its access key must be put into the environment of '
                 + 'the DaemonSet flannel',
      },
      alloc: {
        options: {},
        caution: 'it forwards no packets: something else has to route between the nodes',
      },
      'aws-vpc': {
        options: { RouteTableID: 'string' },
        caution: 'it writes routes into an Amazon VPC: nodes must be EC2 instances whose role may do that',
      },
      extension: {
        options: {
          PreStartupCommand: 'string',
          PostStartupCommand: 'string',
          SubnetAddCommand: 'string',
          SubnetRemoveCommand: 'string',
        },
        caution: 'it forwards packets only by the commands given in galaxy.backendOptions',
      },
      gce: {
        options: {},
        caution: 'it writes routes into a Google Cloud network: nodes must be instances that may do that',
      },
      'host-gw': {
        options: {},
        caution: null,
      },
      ipip: {
        options: { DirectRouting: 'boolean' },
        caution: null,
      },
      udp: {
        options: { Port: 'number' },
        caution: 'it copies each packet through user space, and is meant for debugging and for kernels without vxlan',
      },
      vxlan: {
        options: { VNI: 'number', Port: 'number', GBP: 'boolean', DirectRouting: 'boolean' },
        caution: null,
      },
    },

    // Read in galaxy v1.0.6's pkg/galaxy/options and, for logging, in klog v1.0.0.
    flags: {
      alsologtostderr: 'boolean',
      'bridge-nf-call-iptables': 'boolean',
      'cni-paths': 'string',
      'ip-forward': 'boolean',
      'json-config-path': 'string',
      kubeconfig: 'string',
      logtostderr: 'boolean',
      master: 'string',
      'network-conf-dir': 'string',
      'network-policy': 'boolean',
      pprof: 'boolean',
      'route-eni': 'boolean',
      v: 'number',
      vmodule: 'string',
    },
  },
}
