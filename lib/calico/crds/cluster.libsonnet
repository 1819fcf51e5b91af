// ClusterInformation, CalicoNodeStatus and KubeControllersConfiguration.
local s = import 'schema.libsonnet';

// Something once for IPv4 and once for IPv6.
local bothFamilies(name, schema) = s.each(schema, [name + 'V4', name + 'V6']);

local controllers =
  local period = s.object({ reconcilerPeriod: s.string });
  {
    controllers: s.object({
      loadBalancer: s.object({
        assignIPs: s.enum(['AllServices', 'RequestedServicesOnly']) { default: 'AllServices' },
      }),
      namespace: period,
      node: s.object({
        hostEndpoint: s.object({
          autoCreate: s.switch,
          createDefaultHostEndpoint: s.string,
          templates: s.list(s.object({
            generateName: s.text(253),
            interfaceCIDRs: s.set(s.string),
            interfacePattern: s.string,
            labels: s.map(s.string),
            nodeSelector: s.string,
          })),
        }),
        leakGracePeriod: s.string,
        reconcilerPeriod: s.string,
        syncLabels: s.switch,
      }),
      policy: period,
      policyMigration: s.object({ enabled: s.enum(['Disabled', 'Enabled']) { default: 'Enabled' } }),
      serviceAccount: period,
      workloadEndpoint: period,
    }),
    debugProfilePort: s.range(s.int32, 0, 65535),
    etcdV3CompactionPeriod: s.string,
    healthChecks: s.switch { default: 'Enabled' },
    logSeverityScreen: s.enum(['None', 'Debug', 'Info', 'Warning', 'Error', 'Fatal', 'Panic']),
    prometheusMetricsPort: s.range(s.integer, 0, 65535),
  };

local bird = s.object({
  lastBootTime: s.string,
  lastReconfigurationTime: s.string,
  routerID: s.string,
  state: s.enum(['Ready', 'NotReady']),
  version: s.string,
});

local bgpPeer = s.object({
  peerIP: s.string,
  since: s.string,
  state: s.enum(['Idle', 'Connect', 'Active', 'OpenSent', 'OpenConfirm', 'Established', 'Close']),
  type: s.enum(['NodeMesh', 'NodePeer', 'GlobalPeer']),
});

local route = s.object({
  destination: s.string,
  gateway: s.string,
  interface: s.string,
  learnedFrom: s.object({
    peerIP: s.string,
    sourceType: s.enum(['Kernel', 'Static', 'Direct', 'NodeMesh', 'BGPPeer']),
  }),
  type: s.enum(['FIB', 'RIB']),
});

{
  clusterinformations: {
    kind: 'ClusterInformation',
    spec: s.object({
      calicoVersion: s.string,
      clusterGUID: s.string,
      clusterType: s.string,
      datastoreReady: s.boolean,
      variant: s.string,
    }),
  },

  caliconodestatuses: {
    kind: 'CalicoNodeStatus',
    spec: s.object({
      classes: s.list(s.enum(['Agent', 'BGP', 'Routes'])),
      node: s.string,
      updatePeriodSeconds: s.int32,
    }),
    status: s.object({
      agent: s.object(bothFamilies('bird', bird)),
      bgp:
        local counts = bothFamilies('numberEstablished', s.integer) + bothFamilies('numberNotEstablished', s.integer);
        s.object(counts + bothFamilies('peers', s.list(bgpPeer)), std.objectFields(counts)),
      lastUpdated: s.time { nullable: true },
      routes: s.object(bothFamilies('routes', s.list(route))),
    }),
  },

  kubecontrollersconfigurations: {
    kind: 'KubeControllersConfiguration',
    spec: s.object(controllers, ['controllers']),
    status: s.object({
      environmentVars: s.map(s.string),
      runningConfig: s.object(controllers, ['controllers']),
    }),
    version: { subresources: { status: {} } },
  },
}
