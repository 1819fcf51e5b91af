// Cilium 1.20.0, imported from the values of its Helm chart.
//
// Not carried over:
// - azure.clientSecret, hubble.tls.server.key, hubble.tls.server.cert, operator.extraEnv[0], tls.ca.key,
//   tls.ca.cert: keys and passwords do not belong into git; keep them in Secrets of the cluster
// - hubble.tls.auto.method: 'helm' makes new keys each time the chart is rendered; here a Job in the cluster
//   makes them
// - bfp: { masquerade: true }: Cilium 1.20 has no value `bfp`; did you mean `bpf`?
// - tunnel: 'vxlan': `tunnel` was dropped in Cilium 1.15; use routingMode and tunnelProtocol
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'cls-a',
  type: 'Baremetal',
  kubernetesVersion: '1.33.4',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  apiVersions: ['monitoring.coreos.com/v1'],

  cni: 'cilium',
  cilium+: {
    version: '1.20.0',
    values: {
      cluster: { name: 'prod', id: 3 },
      hubble: { metrics: { enabled: ['flow'], serviceMonitor: { enabled: true } }, relay: { enabled: true } },
      k8sServiceHost: 'api.example.com',
      k8sServicePort: 6443,
      kubeProxyReplacement: true,
      nodeSelector: { 'kubernetes.io/os': null, 'node-role/cni': '' },
      operator: { extraEnv: [{ name: 'HTTPS_PROXY', value: 'http://proxy:3128' }], replicas: 1 },
      routingMode: 'tunnel',
    },
  },
}
