// The CustomResourceDefinitions of Calico 3.14: 15 kinds without schemas, in the API version that Kubernetes 1.22 dropped.
//
// plural → object, as in main.libsonnet.
local group = 'crd.projectcalico.org';

local kinds = {
  bgpconfigurations: { kind: 'BGPConfiguration' },
  bgppeers: { kind: 'BGPPeer' },
  blockaffinities: { kind: 'BlockAffinity' },
  clusterinformations: { kind: 'ClusterInformation' },
  felixconfigurations: { kind: 'FelixConfiguration' },
  globalnetworkpolicies: { kind: 'GlobalNetworkPolicy', shortNames: ['gnp'] },
  globalnetworksets: { kind: 'GlobalNetworkSet' },
  hostendpoints: { kind: 'HostEndpoint' },
  ipamblocks: { kind: 'IPAMBlock' },
  ipamconfigs: { kind: 'IPAMConfig' },
  ipamhandles: { kind: 'IPAMHandle' },
  ippools: { kind: 'IPPool' },
  kubecontrollersconfigurations: { kind: 'KubeControllersConfiguration' },
  networkpolicies: { kind: 'NetworkPolicy' },
  networksets: { kind: 'NetworkSet' },
};

local namespaced = ['networkpolicies', 'networksets'];

{
  [plural]: {
    apiVersion: 'apiextensions.k8s.io/v1beta1',
    kind: 'CustomResourceDefinition',
    metadata: { name: plural + '.' + group },
    spec: {
      group: group,
      names: { plural: plural, singular: std.asciiLower(kinds[plural].kind) } + kinds[plural],
      scope: if std.member(namespaced, plural) then 'Namespaced' else 'Cluster',
      version: 'v1',
    },
  }
  for plural in std.objectFields(kinds)
}
