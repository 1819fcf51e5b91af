// networkArgs.networkMode: how pods of different nodes reach each other, and what that changes in each program.
//
//   config   keys of cilium-config
//   ipamd    arguments of tke-eni-ipamd
//   routed   the network's own switches carry pod addresses: cilium-router and ip-masq-agent run as well
//   args     what networkArgs has to say about it beside the mode
{
  // VXLAN between the nodes. tke-eni-ipamd gives each node its part of the pod CIDR.
  overlay: {
    config: {
      tunnel: 'vxlan',
      ipam: 'kubernetes',
      masquerade: 'true',
      'install-iptables-rules': 'true',
      'enable-local-node-route': 'true',
    },
    ipamd(maxNodePodNum):: [
      '--enable-cilium-node-controller=false',
      '--enable-cilium-overlay=true',
      '--desired-pod-number=' + maxNodePodNum,
    ],
    routed: false,
    args: [],
  },

  // No tunnel: cilium-router tells the switch by BGP where each pod is.
  underlay: {
    config: {
      tunnel: 'disabled',
      ipam: 'crd',
      masquerade: 'false',
      'install-iptables-rules': 'false',
      'enable-local-node-route': 'false',
      'enable-endpoint-routes': 'true',
      'auto-create-cilium-node-resource': 'true',
    },
    ipamd(maxNodePodNum):: [
      '--enable-cilium-node-controller=true',
      '--enable-cilium-overlay=false',
      '--base-pod-number=16',
    ],
    routed: true,
    args: ['asn', 'switch-ip'],
  },
}
