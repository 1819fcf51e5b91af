// What kubeadm installs beside a CNI, in a cluster of two families, with additions to the Corefile.
(import '../base.libsonnet') {
  podCIDRs: ['10.244.0.0/16', 'fd00:10:244::/56'],
  serviceCIDRs: ['10.96.0.0/16', 'fd00:10:96::/112'],
  controlPlaneEndpoint: 'api.example.com:6443',
  coredns+: {
    enabled: true,
    replicas: 3,
    ipFamilyPolicy: 'PreferDualStack',
    stubDomains: { 'corp.example.com': ['10.0.0.53', 'fd00::53'] },
    plugins: { log: '', cache: '60', hosts: '{\n  10.0.0.1 registry.internal\n  fallthrough\n}' },
    servers: { 'example.org:53': 'errors\nforward . 10.1.0.53' },
    nodeLocalCache: true,
  },
  kubeProxy+: { enabled: true, mode: 'ipvs', config: { ipvs: { scheduler: 'lc', strictARP: true } } },
}
