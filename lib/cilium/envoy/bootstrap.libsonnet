// What Envoy is told at start: where the agent's sockets are, the clusters that all traffic goes through, and listeners
// for health, metrics and (if asked for) its admin page. Everything else comes from the agent over xDS.
local k = import '../kube.libsonnet';

local sockets = '/var/run/cilium/envoy/sockets/';
local type(name) = { '@type': 'type.googleapis.com/' + name };
local httpProtocolOptions = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

local pipe(path) = { pipe: { path: path } };
local staticEndpoint(cluster, address) = {
  clusterName: cluster,
  endpoints: [{ lbEndpoints: [{ endpoint: { address: address } }] }],
};

// Addresses that Envoy counts as inside.
local internalAddresses(c) = {
  cidrRanges: k.given(k.list([
    if k.isSet(c.values.ipv4.enabled) then [
      { addressPrefix: '10.0.0.0', prefixLen: 8 },
      { addressPrefix: '172.16.0.0', prefixLen: 12 },
      { addressPrefix: '192.168.0.0', prefixLen: 16 },
      { addressPrefix: '127.0.0.1', prefixLen: 32 },
    ],
    if k.isSet(c.values.ipv6.enabled) then { addressPrefix: '::1', prefixLen: 128 },
  ])),
};

function(c)
  local v = c.values;
  local envoy = v.envoy;
  local seconds(value) = k.word(value) + 's';
  local timeout = { connectTimeout: seconds(envoy.connectTimeoutSeconds) };
  local breakers = {
    circuitBreakers: {
      thresholds: [{
        [if c.since(19) then 'maxConnections']: envoy.clusterMaxConnections,
        [if c.since(19) then 'maxRequests']: envoy.clusterMaxRequests,
        maxRetries: envoy.maxConcurrentRetries,
      }],
    },
  };
  local ads = if envoy.xdsMode != null then envoy.xdsMode != 'split' else !c.installedBefore(20);

  // Traffic on its way to where it was going anyway.
  local original(name, tls) = breakers + timeout + {
    name: name,
    type: 'ORIGINAL_DST',
    lbPolicy: 'CLUSTER_PROVIDED',
    cleanupInterval: k.word(envoy.connectTimeoutSeconds) + '.500s',
    typedExtensionProtocolOptions: {
      [httpProtocolOptions]: type(httpProtocolOptions) + {
        commonHttpProtocolOptions: {
          idleTimeout: seconds(envoy.idleTimeoutDurationSeconds),
          maxConnectionDuration: seconds(envoy.maxConnectionDurationSeconds),
          maxRequestsPerConnection: envoy.maxRequestsPerConnection,
        },
        [if tls then 'upstreamHttpProtocolOptions']: {},
        useDownstreamProtocolConfig: {},
      },
    },
    [if tls then 'transportSocket']: {
      name: 'cilium.tls_wrapper',
      typedConfig: type('cilium.UpstreamTlsWrapperContext'),
    },
  };
  local agent = (if c.since(20) then breakers else {}) + timeout + {
    name: 'xds-grpc-cilium',
    type: 'STATIC',
    loadAssignment: staticEndpoint('xds-grpc-cilium', pipe(sockets + 'xds.sock')),
    typedExtensionProtocolOptions: {
      [httpProtocolOptions]: type(httpProtocolOptions) + { explicitHttpConfig: { http2ProtocolOptions: {} } },
    },
  };
  local admin = timeout {
    name: '/envoy-admin',
    type: 'STATIC',
    loadAssignment: staticEndpoint('/envoy-admin', pipe(sockets + 'admin.sock')),
  };

  // Endpoints of this cluster by zone, so that traffic can stay in its own.
  local locality = k.isSet(envoy.nodeLocality.enabled);
  local neighbours = timeout {
    name: '/cilium-locality-cluster',
    type: 'EDS',
    lbPolicy: 'ROUND_ROBIN',
    edsClusterConfig: {
      serviceName: '/cilium-locality-cluster',
      edsConfig: { ads: {}, resourceApiVersion: 'V3' },
    },
  };

  // A listener that answers one path from Envoy's admin page.
  local manager = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
  local address(host, port) = { address: { socketAddress: { address: host, portValue: port } } };
  local listener(name, addresses, hosts, route, prefix, rewrite) =
    (if addresses == [] then {} else address(addresses[0].host, addresses[0].port)) + {
      name: name,
      [if std.length(addresses) > 1 then 'additionalAddresses']: [address(a.host, a.port) for a in addresses[1:]],
      filterChains: [{
        filters: [{
          name: 'envoy.filters.network.http_connection_manager',
          typedConfig: type(manager) + {
            statPrefix: name,
            routeConfig: {
              [hosts]: [{
                name: route,
                domains: ['*'],
                routes: [{
                  name: route,
                  match: { prefix: prefix },
                  route: { cluster: '/envoy-admin', prefixRewrite: rewrite },
                }],
              }],
            },
            internalAddressConfig: internalAddresses(c),
            streamIdleTimeout: seconds(envoy.streamIdleTimeoutDurationSeconds),
            httpFilters: [{
              name: 'envoy.filters.http.router',
              typedConfig: type('envoy.extensions.filters.http.router.v3.Router'),
            }],
          },
        }],
      }],
    };
  local everywhere(port) = k.list([
    if k.isSet(v.ipv4.enabled) then { host: '0.0.0.0', port: port },
    if k.isSet(v.ipv6.enabled) || !k.isSet(v.ipv4.enabled) then { host: '::', port: port },
  ]);
  local onLoopback(port) = k.list([
    if k.isSet(v.ipv4.enabled) then { host: '127.0.0.1', port: port },
    if k.isSet(v.ipv6.enabled) || !k.isSet(v.ipv4.enabled) then { host: '::1', port: port },
  ]);

  local source = { initialFetchTimeout: seconds(envoy.initialFetchTimeoutSeconds), resourceApiVersion: 'V3' };
  local grpc = {
    apiType: 'GRPC',
    transportApiVersion: 'V3',
    grpcServices: [{ envoyGrpc: { clusterName: 'xds-grpc-cilium' } }],
    setNodeOnFirstMessageOnly: true,
  };
  {
    node: { id: 'host~127.0.0.1~no-id~localdomain', cluster: 'ingress-cluster' },
    staticResources: {
      listeners: k.list([
        if k.isSet(envoy.prometheus.enabled) then listener(
          'envoy-prometheus-metrics-listener', everywhere(k.portNumber(envoy.prometheus.port)), 'virtualHosts', 'prometheus_metrics_route', '/metrics', '/stats/prometheus'
        ),
        if k.isSet(envoy.debug.admin.enabled) then listener(
          'envoy-admin-listener', onLoopback(envoy.debug.admin.port), 'virtual_hosts', 'admin_route', '/', '/'
        ),
        listener('envoy-health-listener', onLoopback(envoy.healthPort), 'virtual_hosts', 'health', '/healthz', '/ready'),
      ]),
      clusters: k.list([
        original('ingress-cluster', false),
        original('egress-cluster-tls', true),
        original('egress-cluster', false),
        original('ingress-cluster-tls', true),
        agent,
        if locality then neighbours,
        admin,
      ]),
    },
    dynamicResources:
      if ads then {
        adsConfig: grpc,
        ldsConfig: source { ads: {} },
        cdsConfig: source { ads: {} },
      } else {
        ldsConfig: source { apiConfigSource: grpc },
        cdsConfig: source { apiConfigSource: grpc },
      },
    [if locality then 'clusterManager']: { localClusterName: '/cilium-locality-cluster' },
    bootstrapExtensions: [{
      name: 'envoy.bootstrap.internal_listener',
      typedConfig: type('envoy.extensions.bootstrap.internal_listener.v3.InternalListener'),
    }],
    overloadManager: {
      resourceMonitors: [{
        name: 'envoy.resource_monitors.global_downstream_max_connections',
        typedConfig: type('envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig') + {
          max_active_downstream_connections: k.word(envoy.maxGlobalDownstreamConnections),
        },
      }],
    },
    applicationLogConfig: {
      logFormat:
        if k.isSet(envoy.log.format_json) then { jsonFormat: envoy.log.format_json }
        else { textFormat: k.word(envoy.log.format) },
    },
    admin: { address: { pipe: { path: sockets + 'admin.sock', mode: 432 } } },
  }
