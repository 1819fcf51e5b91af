// What it takes to see what a value makes different. Nothing that renders a cluster reads this.
local issuer = { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'example' };
local hostPathMounts = [{ name: 'other', mountPath: '/other', hostPath: '/other' }];

{
  // Section or value → other values with which it has an effect. Switches called `enabled` in the sections around it are on
  // anyway. What stands further in wins.
  grounds: {
    'authentication.mutual.connectTimeout': { authentication: { enabled: true, mutual: { spire: { enabled: true } } } },
    'authentication.mutual.port': self['authentication.mutual.connectTimeout'],
    'clustermesh.annotations': { clustermesh: { useAPIServer: true } },
    'clustermesh.apiserver': { clustermesh: { useAPIServer: true } },
    'clustermesh.apiserver.service.loadBalancerClass': { clustermesh: { apiserver: { service: { type: 'LoadBalancer' } } } },
    'clustermesh.apiserver.service.loadBalancerIP': self['clustermesh.apiserver.service.loadBalancerClass'],
    'clustermesh.apiserver.service.loadBalancerSourceRanges': self['clustermesh.apiserver.service.loadBalancerClass'],
    'clustermesh.apiserver.tls.auto.certManagerIssuerRef': {
      clustermesh: { apiserver: { tls: { auto: { method: 'certmanager', certManagerIssuerRef: issuer } } } },
    },
    'clustermesh.apiserver.tls.auto.privateKey': self['clustermesh.apiserver.tls.auto.certManagerIssuerRef'],
    'clustermesh.apiserver.tls.auto.subject': self['clustermesh.apiserver.tls.auto.certManagerIssuerRef'],
    'clustermesh.config': { clustermesh: { config: { clusters: [{ name: 'one', address: '192.0.2.1', port: 32379, ips: ['192.0.2.1'] }] } } },
    'cni.configMapKey': { cni: { configMap: 'example', customConf: true } },
    'cni.confFileMountPath': { cni: { configMap: 'example', customConf: true } },
    'encryption.ipsec': { encryption: { type: 'ipsec' } },
    'encryption.wireguard': { encryption: { type: 'wireguard' } },
    'encryption.ztunnel': { encryption: { type: 'ztunnel' } },
    enableIdentityMark: { cni: { chainingMode: 'portmap' } },
    'hubble.metrics': { hubble: { metrics: { enabled: ['drop'] } } },
    'hubble.relay.service.nodePort': { hubble: { relay: { service: { type: 'NodePort' } } } },
    'hubble.tls.auto.certManagerIssuerRef': { hubble: { tls: { auto: { method: 'certmanager', certManagerIssuerRef: issuer } } } },
    'hubble.tls.auto.subject': self['hubble.tls.auto.certManagerIssuerRef'],
    'hubble.ui.service.nodePort': { hubble: { ui: { service: { type: 'NodePort' } } } },
    'ingressController.defaultSecretNamespace': { ingressController: { defaultSecretName: 'example' } },
    'ingressController.defaultSecretName': { ingressController: { defaultSecretNamespace: 'example' } },
    'ipam.operator.autoCreateCiliumPodIPPools': { ipam: { mode: 'multi-pool' } },
    'ipam.operator.clusterPoolIPv6MaskSize': { ipv6: { enabled: true } },
    'ipam.operator.clusterPoolIPv6PodCIDRList': { ipv6: { enabled: true } },
    'k8sServiceHostRef.key': { k8sServiceHostRef: { name: 'example' } },
    'k8sServiceHostRef.name': { k8sServiceHostRef: { key: 'example' } },
    k8sServicePort: { k8sServiceHost: '192.0.2.1' },
    kubeProxyReplacementHealthzBindAddr: { kubeProxyReplacement: true, k8sServiceHost: '192.0.2.1', k8sServicePort: 6443 },
    'loadBalancer.l7': { loadBalancer: { l7: { backend: 'envoy' } } },
    'operator.image.alibabacloudDigest': { alibabacloud: { enabled: true } },
    'operator.image.awsDigest': { eni: { enabled: true } },
    'operator.image.azureDigest': { azure: { enabled: true } },
    'serviceAccounts.clustermeshApiserver': { clustermesh: { useAPIServer: true } },
    'serviceAccounts.clustermeshcertgen': { clustermesh: { useAPIServer: true } },
    'serviceAccounts.corednsMCSAPI': { clustermesh: { mcsapi: { enabled: true, corednsAutoConfigure: { enabled: true } } } },
    'serviceAccounts.nodeinit': { nodeinit: { enabled: true } },
    'serviceAccounts.preflight': { preflight: { enabled: true } },
    'serviceAccounts.relay': { hubble: { relay: { enabled: true } } },
    'serviceAccounts.ui': { hubble: { ui: { enabled: true }, relay: { enabled: true } } },
    'serviceAccounts.ztunnel': { encryption: { enabled: true, type: 'ztunnel' } },
  },

  // Values that cannot be made up from their type.
  values: {
    'certgen.annotations': { job: { example: 'other' } },
    'clustermesh.config.clusters': [{ name: 'other', address: '192.0.2.2', port: 32379, ips: ['192.0.2.2'] }],
    'envoy.extraHostPathMounts': hostPathMounts,
    extraHostPathMounts: hostPathMounts,
    'ipam.operator.autoCreateCiliumPodIPPools': { default: { ipv4: { cidrs: ['10.20.0.0/16'], maskSize: 24 } } },
    'ipam.operator.clusterPoolIPv6PodCIDRList': ['fd00:20::/104'],
    'operator.extraHostPathMounts': hostPathMounts,
    securityContext: { privileged: true },
  },
}
