local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'bad',
  type: 'Baremetal',
  kubernetesVersion: '1.21.4',
  podCIDRs: ['10.244.0.0/33'],
  serviceCIDRs: ['10.96.0.0/16', '10.97.0.0/16'],
  controlPlaneEndpoint: 'fd00::1:6443',
  dnsDomain: 'Cluster_Local',
  registry: 'https://registry.example.com/',
  networkDevice: 'eth 0',
  maxNodePodNum: 200,
  apiVersions: ['ServiceMonitor'],
}
