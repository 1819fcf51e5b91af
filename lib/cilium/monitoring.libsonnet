// Objects for the Prometheus operator, and the budgets that keep enough pods running: the same for every workload.
local k = import 'kube.libsonnet';

{
  // One port to scrape. `values` holds its interval and relabelling.
  endpoint(port, values, honorLabels=true, scrapeTimeout=true):: k.compact({
    port: port,
    interval: values.interval,
    scrapeTimeout: if scrapeTimeout then k.given(values.scrapeTimeout),
    honorLabels: if honorLabels then true,
    path: '/metrics',
    relabelings: k.given(values.relabelings),
    metricRelabelings: k.given(values.metricRelabelings),
  }),

  // values: the serviceMonitor section; annotations: those of the workload, with the monitor's own laid over them.
  serviceMonitor(c, name, values, selector, endpoints, annotations=null, targetLabels=null, labels={ 'app.kubernetes.io/name': name }, namespace=values.namespace):: {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: c.metadata(
      name,
      labels,
      c.annotations([annotations, values.annotations]),
      if k.isSet(namespace) then namespace else c.namespace,
    ) + { labels+: k.orEmptyMap(values.labels) },
    spec: k.compact({
      selector: { matchLabels: selector },
      namespaceSelector: { matchNames: [c.namespace] },
      endpoints: endpoints,
      jobLabel: k.given(std.get(values, 'jobLabel')),
      targetLabels: targetLabels,
    }),
  },

  disruptionBudget(c, name, values, labels, selector, annotations):: if !k.isSet(values.enabled) then null else {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: c.metadata(name, labels, annotations),
    spec: k.compact({
      maxUnavailable: k.given(values.maxUnavailable),
      minAvailable: k.given(values.minAvailable),
      unhealthyPodEvictionPolicy: if c.kubernetesAtLeast(1, 27) then k.given(values.unhealthyPodEvictionPolicy),
      selector: { matchLabels: selector },
    }),
  },
}
