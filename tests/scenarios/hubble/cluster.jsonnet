// Flows seen: Relay, the page behind an Ingress, metrics for Prometheus.
(import '../base.libsonnet') {
  apiVersions: ['monitoring.coreos.com/v1'],
  cilium+: {
    values: {
      prometheus: { enabled: true, serviceMonitor: { enabled: true } },
      operator: { prometheus: { enabled: true, serviceMonitor: { enabled: true } } },
      hubble: {
        relay: { enabled: true, tls: { server: { enabled: true } } },
        ui: { enabled: true, ingress: { enabled: true, className: 'nginx', hosts: ['hubble.example.com'] } },
        metrics: {
          enabled: ['dns', 'drop', 'tcp', 'flow', 'httpV2:exemplars=true;labelsContext=source_namespace,destination_namespace'],
          enableOpenMetrics: true,
          serviceMonitor: { enabled: true },
        },
        redact: { enabled: true, http: { urlQuery: true } },
      },
    },
  },
}
