// The agents' metrics: a Service to find them by, and a ServiceMonitor to scrape it.
local k = import '../kube.libsonnet';
local monitoring = import '../monitoring.libsonnet';

local labels = { 'k8s-app': 'cilium', 'app.kubernetes.io/name': 'cilium-agent' };

function(c)
  local v = c.values;
  local prometheus = v.prometheus;
  local monitored = k.isSet(prometheus.serviceMonitor.enabled);
  local own = monitored || k.isSet(prometheus.metricsService);
  // Without a DaemonSet of its own, Envoy's metrics come out of the agent's pod.
  local embedded = !c.envoyDaemonSet;
  local enabled = c.agent && k.isSet(prometheus.enabled);
  local envoyPort = {
    name: 'envoy-metrics',
    port: k.portNumber(v.envoy.prometheus.port),
    protocol: 'TCP',
    targetPort: 'envoy-metrics',
  };
  local service(annotations, ports) = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: c.metadata('cilium-agent', labels, c.annotations([v.annotations, annotations])),
    spec: { clusterIP: 'None', type: 'ClusterIP', selector: { 'k8s-app': 'cilium' }, ports: ports },
  };
  {
    metricsService:
      if !enabled then null
      else if own then service(null, k.list([
        k.compact({ name: 'metrics', port: prometheus.port, protocol: 'TCP', targetPort: 'prometheus' }),
        if embedded then envoyPort,
      ]))
      else if embedded && k.isSet(v.envoy.prometheus.enabled) then service(
        k.scrape(v.envoy.prometheus.port),
        [envoyPort],
      ),
    serviceMonitor: if enabled && monitored then monitoring.serviceMonitor(
      c,
      'cilium-agent',
      prometheus.serviceMonitor,
      { 'app.kubernetes.io/name': 'cilium-agent' },
      [monitoring.endpoint('metrics', prometheus.serviceMonitor, scrapeTimeout=false)],
      v.annotations,
      ['k8s-app'],
    ),
  }
