// What renders, and may still surprise.
local cluster = (import 'cniforge/main.libsonnet').cluster {
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
};
[
  cluster { name: 'no-api-server', cilium+: { values: { kubeProxyReplacement: true } } },
  cluster { name: 'notes', cilium+: { values: { localRedirectPolicy: true, sessionAffinity: true } } },
  cluster { name: 'notes-of-1-18', cilium+: { version: '1.18.12', values: { svcSourceRangeCheck: false, enableInternalTrafficPolicy: false } } },
  cluster { name: 'metrics-certificate', cilium+: { values: { hubble: { metrics: { enabled: ['flow'], tls: { enabled: true } } } } } },
]
