local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'bad',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'calico',
  calico+: {
    version: '3.32.2',
    backend: 'birds',
    encapsulation: 'IPIPCrossSubnets',
    mtu: '1440',
    typha: { enabled: 'true', replica: 3 },
    ipPools: { ipv4: { blockSize: 16, natOutgoings: false } },
    imagePullSecret: ['registry'],
  },
}
