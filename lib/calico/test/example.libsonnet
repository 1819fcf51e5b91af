// What the tests start from: the library's answer for a plain cluster with these changes.
local calico = import '../main.libsonnet';

local cluster = {
  name: 'example',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  controlPlaneEndpoint: null,
  dnsDomain: 'cluster.local',
  registry: null,
  networkDevice: 'eth0',
  maxNodePodNum: 256,
  apiVersions: [],
  allowSecrets: [],
};

{
  new(changes={}, settings={}, networkArgs={})::
    calico.new({ cluster: cluster + changes, settings: settings, networkArgs: networkArgs }),

  ipv6: { podCIDRs: ['fd00:10:244::/56'], serviceCIDRs: ['fd00:10:96::/112'] },
  dualStack: {
    podCIDRs: ['10.244.0.0/16', 'fd00:10:244::/56'],
    serviceCIDRs: ['10.96.0.0/16', 'fd00:10:96::/112'],
  },
  old: { kubernetesVersion: '1.18.3' },

  // Parts of the answer.
  container(result)::
    result.components.calico.nodeDaemonset.spec.template.spec.containers[0],
  // calico-node's environment: texts as they are, sources as the key they come from.
  env(result):: {
    [one.name]: if 'value' in one then one.value
    else if 'configMapKeyRef' in one.valueFrom then '<' + one.valueFrom.configMapKeyRef.key + '>'
    else '<' + one.valueFrom.fieldRef.fieldPath + '>'
    for one in self.container(result).env
  },
  some(env, names):: { [name]: std.get(env, name) for name in names },
  // The CNI plugins, with the MTU as a text again.
  plugins(result)::
    std.parseJson(std.strReplace(
      result.components.calico.config.data.cni_network_config,
      '__CNI_MTU__',
      '"__CNI_MTU__"'
    )).plugins,
}
