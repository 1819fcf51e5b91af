// The CustomResourceDefinitions of Calico 3.32: its 22 kinds, and SIG Network's ClusterNetworkPolicy.
//
// plural → object. Nothing here depends on a cluster, so all clusters share one evaluation of it.
local s = import 'schema.libsonnet';

local group = 'crd.projectcalico.org';

// plural → { kind, scope?, spec, status?, schema?, version? }
local kinds =
  (import 'bgp.libsonnet')
  + (import 'cluster.libsonnet')
  + (import 'felix.libsonnet')
  + (import 'ipam.libsonnet')
  + (import 'policy.libsonnet');

local definition(plural, kind) =
  s.definition(
    group=group,
    names={ kind: kind.kind, plural: plural },
    scope=std.get(kind, 'scope', 'Cluster'),
    spec=kind.spec,
    status=std.get(kind, 'status'),
    schema=std.get(kind, 'schema', {}),
    version=std.get(kind, 'version', {}),
    metadata={ annotations: { 'controller-gen.kubebuilder.io/version': 'v0.18.0' } },
  ) + { spec+: { preserveUnknownFields: false } };

{ [plural]: definition(plural, kinds[plural]) for plural in std.objectFields(kinds) }
{ clusternetworkpolicies: import 'cluster-network-policy.libsonnet' }
