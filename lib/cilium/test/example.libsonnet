// A cluster as lib/cniforge hands it over, and what Cilium makes of it.
local cilium = import '../main.libsonnet';

{
  cluster:: {
    name: 'example',
    kubernetesVersion: '1.34.1',
    podCIDRs: ['10.244.0.0/16'],
    serviceCIDRs: ['10.96.0.0/16'],
    apiVersions: [],
    controlPlaneEndpoint: null,
    dnsDomain: 'cluster.local',
    registry: null,
    maxNodePodNum: 256,
    meshID: null,
  },

  // settings, cluster and networkArgs are laid over the example's own
  new(values={}, networkArgs={}, cluster={}, settings={}):: cilium.new({
    cluster: $.cluster + cluster,
    settings: { version: '1.20.0', namespace: 'kube-system', values: values } + settings,
    networkArgs: networkArgs,
  }),
  config(rendered):: rendered.components.cilium.config.data,
  said(rendered):: [finding.severity + ': ' + finding.message for finding in rendered.findings],
}
