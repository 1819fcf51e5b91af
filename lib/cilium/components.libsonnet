// What is applied together: component → the parts that make it up, and a part is function(context) → { key:
// object }. An object that is off is null.
local agent = import 'agent/main.libsonnet';
local authority = import 'certificates/authority.libsonnet';
local clustermesh = import 'clustermesh/main.libsonnet';
local dashboards = import 'dashboards/main.libsonnet';
local dnsproxy = import 'dnsproxy/main.libsonnet';
local envoy = import 'envoy/main.libsonnet';
local hubble = import 'hubble/main.libsonnet';
local namespaces = import 'namespaces.libsonnet';
local nodeinit = import 'nodeinit/main.libsonnet';
local operator = import 'operator/main.libsonnet';
local preflight = import 'preflight/main.libsonnet';
local quotas = import 'quotas.libsonnet';
local servicemesh = import 'servicemesh/main.libsonnet';
local spire = import 'spire/main.libsonnet';
local ztunnel = import 'ztunnel/main.libsonnet';

{
  cilium: {
    namespaces: namespaces,
    quotas: quotas,
    authority: authority,
    agent: agent,
    operator: operator,
    envoy: envoy.make,
    nodeinit: nodeinit,
    servicemesh: servicemesh,
    dnsproxy: dnsproxy,
    ztunnel: ztunnel,
  },
  hubble: { hubble: hubble },
  clustermesh: { clustermesh: clustermesh },
  spire: { spire: spire },
  preflight: { preflight: preflight },
  dashboards: { dashboards: dashboards },
}
