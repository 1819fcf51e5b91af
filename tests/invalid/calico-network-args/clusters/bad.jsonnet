local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'bad',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'calico',
  networkArgs: {
    backendType: 'vxlan',
    IP_AUTODETECTION_METHODS: 'interface=eth1',
    FELIX_LOGSEVERITYSCREN: 'Warning',
    CALICO_NETWORKING_BACKEND: 'vxlan',
    LogSeverityScreen: 'Loud',
    HealthPort: 9099,
  },
  calico+: {
    felix: { WireguardEnable: true, MaxIpsetSize: 'many', BPFEnabled: true },
  },
}
