// OpenShift: its own folders for CNI, and Multus decides what comes first.
(import '../base.libsonnet') {
  podCIDRs: ['10.128.0.0/14'],
  serviceCIDRs: ['172.30.0.0/16'],
  cilium+: {
    values: {
      cni: { binPath: '/var/lib/cni/bin', confPath: '/var/run/multus/cni/net.d', exclusive: false },
      ipam: { operator: { clusterPoolIPv4MaskSize: 23 } },
      securityContext: { privileged: true },
      prometheus: { enabled: true },
      endpointRoutes: { enabled: true },
    },
  },
}
