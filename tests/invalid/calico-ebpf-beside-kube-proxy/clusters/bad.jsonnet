local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'bad',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  controlPlaneEndpoint: '10.0.0.1:6443',
  cni: 'calico',
  calico+: { dataplane: 'eBPF' },
  kubeProxy+: { enabled: true },
}
