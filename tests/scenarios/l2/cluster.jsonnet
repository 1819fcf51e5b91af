// Addresses of Services are announced by ARP and NDP.
(import '../base.libsonnet') {
  controlPlaneEndpoint: '10.0.0.1:6443',
  cilium+: {
    values: {
      kubeProxyReplacement: true,
      l2announcements: { enabled: true, leaseDuration: '10s', leaseRenewDeadline: '5s', leaseRetryPeriod: '1s' },
      k8sClientRateLimit: { qps: 50, burst: 100 },
    },
  },
}
