local example = import 'example.libsonnet';

local identity(object) =
  std.join('/', [object.apiVersion, object.kind, std.get(object.metadata, 'namespace', ''), object.metadata.name]);

local installs = {
  plain: example.new(),
  vxlan: example.new(example.dualStack, { backend: 'vxlan' }),
  ebpf: example.new({ controlPlaneEndpoint: '10.0.0.1:6443' }, { dataplane: 'eBPF', typha: { enabled: true } }),
  'policies only': example.new({}, { backend: 'none' }),
  'Calico 3.14': example.new(example.old + example.dualStack, { version: '3.14.2', typha: { enabled: true, replicas: 3 } }),
};
local workloads(result) = [
  object
  for object in std.objectValues(result.components.calico)
  if std.member(['DaemonSet', 'Deployment'], object.kind)
];
local pod(workload) = workload.spec.template.spec;
local containers(workload) = std.get(pod(workload), 'initContainers', []) + pod(workload).containers;

local schemas(definition) = [version.schema.openAPIV3Schema for version in definition.spec.versions];

// A schema is structural if every part of it has a type, or says that it is one of two.
local untyped(schema, path) =
  (if 'type' in schema || 'x-kubernetes-int-or-string' in schema then [] else [path])
  + std.flatMap(
    function(name) untyped(schema.properties[name], path + '.' + name),
    std.objectFields(std.get(schema, 'properties', {}))
  )
  + (if 'items' in schema then untyped(schema.items, path + '[]') else [])
  + (if 'additionalProperties' in schema then untyped(schema.additionalProperties, path + '{}') else []);

// What a schema requires and does not have.
local requiredButMissing(schema, path) =
  [path + '.' + name for name in std.get(schema, 'required', []) if !std.objectHas(schema.properties, name)]
  + std.flatMap(
    function(name) requiredButMissing(schema.properties[name], path + '.' + name),
    std.objectFields(std.get(schema, 'properties', {}))
  )
  + (if 'items' in schema then requiredButMissing(schema.items, path + '[]') else []);

local definitions = std.objectValues(installs.plain.components['calico-crds']);

{
  'identities by key': {
    actual: std.mapWithKey(function(_, object) identity(object), installs.ebpf.components.calico),
    expected: {
      cniPluginClusterRole: 'rbac.authorization.k8s.io/v1/ClusterRole//calico-cni-plugin',
      cniPluginClusterRoleBinding: 'rbac.authorization.k8s.io/v1/ClusterRoleBinding//calico-cni-plugin',
      cniPluginServiceAccount: 'v1/ServiceAccount/kube-system/calico-cni-plugin',
      config: 'v1/ConfigMap/kube-system/calico-config',
      kubeControllersClusterRole: 'rbac.authorization.k8s.io/v1/ClusterRole//calico-kube-controllers',
      kubeControllersClusterRoleBinding: 'rbac.authorization.k8s.io/v1/ClusterRoleBinding//calico-kube-controllers',
      kubeControllersDeployment: 'apps/v1/Deployment/kube-system/calico-kube-controllers',
      kubeControllersPodDisruptionBudget: 'policy/v1/PodDisruptionBudget/kube-system/calico-kube-controllers',
      kubeControllersServiceAccount: 'v1/ServiceAccount/kube-system/calico-kube-controllers',
      nodeClusterRole: 'rbac.authorization.k8s.io/v1/ClusterRole//calico-node',
      nodeClusterRoleBinding: 'rbac.authorization.k8s.io/v1/ClusterRoleBinding//calico-node',
      nodeDaemonset: 'apps/v1/DaemonSet/kube-system/calico-node',
      nodeServiceAccount: 'v1/ServiceAccount/kube-system/calico-node',
      tierGetterClusterRole: 'rbac.authorization.k8s.io/v1/ClusterRole//calico-tier-getter',
      tierGetterClusterRoleBinding: 'rbac.authorization.k8s.io/v1/ClusterRoleBinding//calico-tier-getter',
      typhaDeployment: 'apps/v1/Deployment/kube-system/calico-typha',
      typhaPodDisruptionBudget: 'policy/v1/PodDisruptionBudget/kube-system/calico-typha',
      typhaService: 'v1/Service/kube-system/calico-typha',
    },
  },
  'what Calico 3.14 has': {
    actual: std.set([identity(object) for object in std.objectValues(installs['Calico 3.14'].components.calico)]),
    expected: std.set([
      'apps/v1/DaemonSet/kube-system/calico-node',
      'apps/v1/Deployment/kube-system/calico-kube-controllers',
      'apps/v1/Deployment/kube-system/calico-typha',
      'policy/v1beta1/PodDisruptionBudget/kube-system/calico-typha',
      'rbac.authorization.k8s.io/v1/ClusterRole//calico-kube-controllers',
      'rbac.authorization.k8s.io/v1/ClusterRole//calico-node',
      'rbac.authorization.k8s.io/v1/ClusterRoleBinding//calico-kube-controllers',
      'rbac.authorization.k8s.io/v1/ClusterRoleBinding//calico-node',
      'v1/ConfigMap/kube-system/calico-config',
      'v1/Service/kube-system/calico-typha',
      'v1/ServiceAccount/kube-system/calico-kube-controllers',
      'v1/ServiceAccount/kube-system/calico-node',
    ]),
  },

  'definitions: how many': {
    actual: { [install]: std.length(installs[install].components['calico-crds']) for install in ['plain', 'Calico 3.14'] },
    expected: { plain: 23, 'Calico 3.14': 15 },
  },
  'definitions: their API versions': {
    actual: {
      [install]: std.set([d.apiVersion for d in std.objectValues(installs[install].components['calico-crds'])])
      for install in ['plain', 'Calico 3.14']
    },
    expected: { plain: ['apiextensions.k8s.io/v1'], 'Calico 3.14': ['apiextensions.k8s.io/v1beta1'] },
  },
  'definitions: named after plural and group': {
    actual: [d.metadata.name for d in definitions],
    expected: [d.spec.names.plural + '.' + d.spec.group for d in definitions],
  },
  'definitions: schemas are structural': {
    actual: std.flatMap(
      function(d) std.flatMap(function(schema) untyped(schema, d.spec.names.kind), schemas(d)),
      definitions
    ),
    expected: [],
  },
  'definitions: what is required is there': {
    actual: std.flatMap(
      function(d) std.flatMap(function(schema) requiredButMissing(schema, d.spec.names.kind), schemas(d)),
      definitions
    ),
    expected: [],
  },
  'definitions: the same for every cluster': {
    actual: installs.vxlan.components['calico-crds'],
    expected: installs.plain.components['calico-crds'],
  },
  'calico-node may read every kind of its own': {
    local rules = installs.plain.components.calico.nodeClusterRole.rules,
    local readable = std.set(std.flatMap(
      function(rule) if std.member(rule.verbs, 'get') then rule.resources else [],
      rules
    )),
    actual: std.setDiff(
      std.set([d.spec.names.plural for d in definitions if d.spec.group == 'crd.projectcalico.org']),
      readable
    ),
    // Read by kube-controllers only.
    expected: ['kubecontrollersconfigurations'],
  },
} + {
  [install + ', ' + workload.metadata.name + ': every mount has its volume']: {
    local volumes = [volume.name for volume in std.get(pod(workload), 'volumes', [])],
    actual: [
      mount.name
      for container in containers(workload)
      for mount in std.get(container, 'volumeMounts', [])
      if !std.member(volumes, mount.name)
    ],
    expected: [],
  }
  for install in std.objectFields(installs)
  for workload in workloads(installs[install])
} + {
  [install + ', ' + workload.metadata.name + ': every volume is mounted']: {
    local mounts = [
      mount.name
      for container in containers(workload)
      for mount in std.get(container, 'volumeMounts', [])
    ],
    actual: [volume.name for volume in std.get(pod(workload), 'volumes', []) if !std.member(mounts, volume.name)],
    expected: [],
  }
  for install in std.objectFields(installs)
  for workload in workloads(installs[install])
} + {
  [install + ', ' + workload.metadata.name + ': every key is in the ConfigMap']: {
    actual: [
      one.valueFrom.configMapKeyRef.key
      for container in containers(workload)
      for one in std.get(container, 'env', [])
      if 'valueFrom' in one && 'configMapKeyRef' in one.valueFrom
      if !std.objectHas(installs[install].components.calico.config.data, one.valueFrom.configMapKeyRef.key)
    ],
    expected: [],
  }
  for install in std.objectFields(installs)
  for workload in workloads(installs[install])
} + {
  [install + ', ' + workload.metadata.name + ': selector and service account']: {
    actual: [
      workload.spec.selector.matchLabels,
      std.length([
        object
        for object in std.objectValues(installs[install].components.calico)
        if object.kind == 'ServiceAccount' && object.metadata.name == pod(workload).serviceAccountName
      ]),
    ],
    expected: [workload.spec.template.metadata.labels, 1],
  }
  for install in std.objectFields(installs)
  for workload in workloads(installs[install])
} + {
  [install + ': nothing to find']: { actual: installs[install].findings, expected: [] }
  for install in std.objectFields(installs)
}
