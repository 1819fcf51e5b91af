// Hubble, its Relay and its UI.
local cluster = (import 'cniforge/main.libsonnet').cluster {
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
};
[
  cluster { name: 'relay-of-nothing', cilium+: { values: { hubble: { enabled: false, relay: { enabled: true } } } } },
  cluster { name: 'ui-of-nothing', cilium+: { values: { hubble: { ui: { enabled: true } } } } },
  cluster { name: 'ui-without-certificates', cilium+: { values: { hubble: { relay: { tls: { server: { enabled: true } } }, ui: { enabled: true, standalone: { enabled: true } } } } } },
  cluster { name: 'headers', cilium+: { values: { hubble: { redact: { http: { headers: { allow: ['a'], deny: ['b'] } } } } } } },
  cluster { name: 'old-ui', cilium+: { values: { hubble: { relay: { enabled: true }, ui: { enabled: true, frontend: { image: { tag: 'v0.8.5' } } } } } } },
]
