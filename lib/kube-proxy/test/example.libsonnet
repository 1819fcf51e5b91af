// What the tests start from: the library's answer for a plain cluster with these changes.
local kubeProxy = import '../main.libsonnet';

local cluster = {
  name: 'example',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  controlPlaneEndpoint: '10.0.0.1:6443',
  dnsDomain: 'cluster.local',
  registry: null,
  networkDevice: 'eth0',
  maxNodePodNum: 256,
  apiVersions: [],
  allowSecrets: [],
};

function(changes={}, settings={}, replacedBy=null)
  kubeProxy.new({ cluster: cluster + changes, settings: { enabled: true } + settings, replacedBy: replacedBy })
