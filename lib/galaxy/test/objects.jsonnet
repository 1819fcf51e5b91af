local example = import 'example.libsonnet';

local identity(object) =
  std.join('/', [object.apiVersion, object.kind, std.get(object.metadata, 'namespace', ''), object.metadata.name]);

local components = example().components;
local all = std.flatMap(
  function(component) std.objectValues(components[component]),
  std.objectFields(components)
);
local daemonsets = [object for object in all if object.kind == 'DaemonSet'];
local pod(daemonset) = daemonset.spec.template.spec;

local json(config, file) = std.parseJson(config.data[file]);

{
  'identities by key': {
    actual: std.mapWithKey(
      function(_, objects) std.mapWithKey(function(_, object) identity(object), objects),
      components
    ),
    expected: {
      flannel: {
        serviceAccount: 'v1/ServiceAccount/kube-system/flannel',
        clusterRole: 'rbac.authorization.k8s.io/v1/ClusterRole//flannel',
        clusterRoleBinding: 'rbac.authorization.k8s.io/v1/ClusterRoleBinding//flannel',
        config: 'v1/ConfigMap/kube-system/kube-flannel-cfg',
        daemonset: 'apps/v1/DaemonSet/kube-system/flannel',
      },
      galaxy: {
        serviceAccount: 'v1/ServiceAccount/kube-system/galaxy',
        clusterRoleBinding: 'rbac.authorization.k8s.io/v1/ClusterRoleBinding//galaxy',
        config: 'v1/ConfigMap/kube-system/galaxy-etc',
        cniConfig: 'v1/ConfigMap/kube-system/cni-etc',
        daemonset: 'apps/v1/DaemonSet/kube-system/galaxy-daemonset',
        bridgeAgentServiceAccount: 'v1/ServiceAccount/kube-system/tke-bridge-agent',
        bridgeAgentClusterRole: 'rbac.authorization.k8s.io/v1/ClusterRole//tke-bridge-agent',
        bridgeAgentClusterRoleBinding: 'rbac.authorization.k8s.io/v1/ClusterRoleBinding//tke-bridge-agent',
        bridgeAgentDaemonset: 'apps/v1/DaemonSet/kube-system/tke-bridge-agent',
      },
    },
  },
  'fourteen objects': { actual: std.length(all), expected: 14 },
  'nothing to find': { actual: example().findings, expected: [] },
  'roles that are bound': {
    actual: {
      [object.metadata.name]: object.roleRef.name
      for object in all
      if object.kind == 'ClusterRoleBinding'
    },
    expected: { flannel: 'cluster-admin', galaxy: 'cluster-admin', 'tke-bridge-agent': 'tke-bridge-agent' },
  },
  'net-conf.json': {
    actual: json(components.flannel.config, 'net-conf.json'),
    expected: { Network: '10.244.0.0/16', Backend: { Type: 'vxlan' } },
  },
  'galaxy.json': {
    actual: json(components.galaxy.config, 'galaxy.json'),
    expected: {
      NetworkConf: [
        { name: 'tke-route-eni', type: 'tke-route-eni', eni: 'eth1', routeTable: 1 },
        {
          name: 'galaxy-flannel',
          type: 'galaxy-flannel',
          delegate: { isDefaultGateway: true, promiscMode: true, hairpinMode: false },
          subnetFile: '/run/flannel/subnet.env',
        },
        { name: 'galaxy-k8s-vlan', type: 'galaxy-k8s-vlan', device: 'eth0', default_bridge_name: 'br0' },
        { name: 'galaxy-k8s-sriov', type: 'galaxy-k8s-sriov', device: 'eth0', vf_num: 10 },
      ],
      DefaultNetworks: ['galaxy-flannel'],
    },
  },
  '00-galaxy.conf': {
    actual: json(components.galaxy.cniConfig, '00-galaxy.conf'),
    expected: {
      name: 'galaxy-sdn',
      type: 'galaxy-sdn',
      capabilities: { portMappings: true },
      cniVersion: '0.2.0',
    },
  },
} + {
  ['%s: selector finds its pods' % daemonset.metadata.name]: {
    actual: daemonset.spec.selector.matchLabels,
    expected: daemonset.spec.template.metadata.labels,
  }
  for daemonset in daemonsets
} + {
  ['%s: every mount has its volume' % daemonset.metadata.name]: {
    actual: std.setDiff(
      std.set([mount.name for mount in pod(daemonset).containers[0].volumeMounts]),
      std.set([volume.name for volume in pod(daemonset).volumes])
    ),
    expected: [],
  }
  for daemonset in daemonsets
} + {
  ['%s: on the node, privileged' % daemonset.metadata.name]: {
    actual: [pod(daemonset).hostNetwork, pod(daemonset).containers[0].securityContext.privileged],
    expected: [true, true],
  }
  for daemonset in daemonsets
}
