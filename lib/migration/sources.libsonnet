// The CNIs that a cluster can come from, and what each needs on the way.
//
//   networkArgs(cluster)          what it has to be told besides the user's own
//   makesWay(components, label)   its objects while nodes with this label are Cilium's; null if none are yet
//   tunnelPort(components)        the UDP port of its tunnel; null if it has none
//   policies(components)          whether it enforces NetworkPolicies
//   leftovers                     what stays on a node until that restarts; file: of /etc/cni/net.d, which Cilium renames
local net = import '../net/main.libsonnet';

local unless(label) = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: label, operator: 'NotIn', values: ['true'] }] }],
    },
  },
};

local keptOff(daemonset, label) = daemonset { spec+: { template+: { spec+: { affinity: unless(label) } } } };

local nodeEnv(components) = {
  [one.name]: std.get(one, 'value')
  for one in components.calico.nodeDaemonset.spec.template.spec.containers[0].env
};

{
  galaxy: {
    networkArgs(cluster):: {},

    // flannel is the other overlay and stays on all nodes. galaxy answers the kubelet, by a file that sorts before
    // Cilium's and that it writes anew whenever it starts: it has to be off the nodes that are Cilium's.
    makesWay(components, label)::
      if label == null then components
      else components {
        galaxy: components.galaxy {
          [key]: keptOff(components.galaxy[key], label)
          for key in ['daemonset', 'bridgeAgentDaemonset']
        },
      },

    tunnelPort(components)::
      local backend = std.parseJson(components.flannel.config.data['net-conf.json']).Backend;
      std.get(backend, 'Port', std.get({ vxlan: 8472, udp: 8285 }, std.asciiLower(backend.Type))),

    policies(components)::
      std.length(std.findSubstr('--network-policy=true', components.galaxy.daemonset.spec.template.spec.containers[0].args[1])) > 0,

    leftovers: "flannel's interface and rules, and the bridge of the pods",
    file: '00-galaxy.conf',
  },

  calico: {
    // Otherwise calico-node may take the address of Cilium's interface for that of its node. A card that the cluster
    // names leaves no such doubt.
    networkArgs(cluster)::
      if cluster.networkDevice != 'eth0' then {}
      else {
        [if net.family(cidr) == 6 then 'IP6_AUTODETECTION_METHOD' else 'IP_AUTODETECTION_METHOD']: 'skip-interface=^cilium_.*'
        for cidr in cluster.podCIDRs
      },

    // calico-node stays on all nodes, for its routes: its file sorts behind Cilium's.
    makesWay(components, label):: components,

    tunnelPort(components)::
      local env = nodeEnv(components);
      local vxlan = [
        mode
        for mode in ['CALICO_IPV4POOL_VXLAN', 'CALICO_IPV6POOL_VXLAN']
        if std.asciiLower(std.get(env, mode, 'Never')) != 'never'
      ];
      if vxlan == [] then null else std.parseInt(std.get(env, 'FELIX_VXLANPORT', '4789')),

    policies(components):: true,

    leftovers: 'the interfaces tunl0, vxlan.calico and cali*, and the rules cali-*',
    file: '10-calico.conflist',
  },
}
