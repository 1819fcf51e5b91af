// Hubble's metrics: the Service and ServiceMonitor in front of the agents' ports, and what they read at run time.
local k = import '../kube.libsonnet';
local monitoring = import '../monitoring.libsonnet';

function(c)
  local v = c.values;
  local hubble = v.hubble;
  local metrics = hubble.metrics;
  local serves = c.hubble && (k.isSet(metrics.enabled) || k.isSet(metrics.dynamic.enabled));
  local monitored = k.isSet(metrics.serviceMonitor.enabled);
  local labels = { 'k8s-app': 'hubble', 'app.kubernetes.io/name': 'hubble' };
  local tls = if k.isSet(metrics.tls.enabled) then {
    scheme: 'https',
    tlsConfig: { serverName: c.hubbleDomain + '.hubble-metrics.cilium.io' } + k.orEmptyMap(metrics.serviceMonitor.tlsConfig),
  } else { scheme: 'http' };
  // Settings that the agents watch while they run: a list under one name, as a file of a ConfigMap.
  local watched(values, file, name, content, empty='') = if k.isSet(values.enabled) && k.isSet(values.config.createConfigMap) then {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: c.bareMetadata(k.plain(values.config.configMapName)),
    data: {
      [file]:
        if k.isSet(content) then std.manifestYamlDoc({ [name]: content }, quote_keys=false) + '\n' else empty,
    },
  };
  // The old names of what moved to each log win over it.
  local export = hubble.export;
  local moved = k.compact({ [name]: export[name] for name in ['fileMaxSizeMb', 'fileMaxBackups', 'fileCompress'] });
  {
    metricsService: if serves then {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: c.metadata('hubble-metrics', labels, c.annotations([
        hubble.annotations,
        metrics.serviceAnnotations,
        if !monitored then k.scrape(metrics.port),
      ])),
      spec: {
        clusterIP: 'None',
        type: 'ClusterIP',
        ports: [k.compact({ name: 'hubble-metrics', port: metrics.port, protocol: 'TCP', targetPort: 'hubble-metrics' })],
        selector: { 'k8s-app': 'cilium' },
      },
    },
    metricsServiceMonitor: if serves && monitored then monitoring.serviceMonitor(
      c,
      'hubble',
      metrics.serviceMonitor,
      { 'k8s-app': 'hubble' },
      [monitoring.endpoint('hubble-metrics', metrics.serviceMonitor) + tls],
      hubble.annotations,
      // The chart looks for the namespace in the agents' section.
      namespace=v.prometheus.serviceMonitor.namespace,
    ),
    dynamicMetricsConfig: watched(metrics.dynamic, 'dynamic-metrics.yaml', 'metrics', metrics.dynamic.config.content),
    flowLogConfig: watched(
      export.dynamic,
      'flowlogs.yaml',
      'flowLogs',
      [log + moved for log in k.orEmpty(export.dynamic.config.content)],
      empty='flowLogs:\n',
    ),
  }
