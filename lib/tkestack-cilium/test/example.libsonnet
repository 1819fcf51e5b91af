// What the tests start from: the library's answer for a plain cluster with these changes.
local tkestack = import '../main.libsonnet';

local cluster = {
  name: 'example',
  type: 'Baremetal',
  kubernetesVersion: '1.21.4',
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

local settings = { version: '1.9.5-tkestack', namespace: 'kube-system', values: {} };

{
  underlay:: { networkMode: 'underlay', asn: '64512', 'switch-ip': '10.0.0.1' },

  of(changes={}, settingChanges={}, networkArgs={})::
    tkestack.new({ cluster: cluster + changes, settings: settings + settingChanges, networkArgs: networkArgs }),

  problems(result):: [finding for finding in result.findings if finding.severity != 'note'],
}
