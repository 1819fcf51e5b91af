// Services, Ingress, Gateway API and the proxies behind them.
local cluster = (import 'cniforge/main.libsonnet').cluster {
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
};
[
  cluster { name: 'mode-of-old', cilium+: { values: { kubeProxyReplacement: 'probe' } } },
  cluster { name: 'ingress-without-proxy', cilium+: { values: { ingressController: { enabled: true }, l7Proxy: false } } },
  cluster { name: 'ingress-policy', cilium+: { values: { ingressController: { enabled: true, service: { externalTrafficPolicy: 'Elsewhere' } } } } },
  cluster { name: 'gateway-policy', cilium+: { values: { gatewayAPI: { enabled: true, externalTrafficPolicy: 'Elsewhere' } } } },
  cluster { name: 'upgraded-ingress', cilium+: { values: { ingressController: { enabled: true }, upgradeCompatibility: '1.13', kubeProxyReplacement: null } } },
  cluster { name: 'envoy-id', cilium+: { values: { envoy: { baseID: 4294967296 } } } },
  cluster { name: 'spire-alone', cilium+: { values: { authentication: { mutual: { spire: { enabled: true } } } } } },
  cluster { name: 'dns-port', cilium+: { values: { standaloneDnsProxy: { enabled: true } } } },
  cluster { name: 'no-service-monitors', cilium+: { values: { prometheus: { enabled: true, serviceMonitor: { enabled: true } } } } },
]
