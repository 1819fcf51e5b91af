// Arguments by name: gone, not there yet, misspelt, contradicting.
local cluster = (import 'cniforge/main.libsonnet').cluster {
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium',
};
[
  cluster { name: 'misspelt', networkArgs: { 'enable-polic': 'always' } },
  cluster { name: 'bad-word', networkArgs: { 'enable-policy': 'alway', tunnel: 'vxlam' } },
  cluster { name: 'gone', networkArgs: { 'enable-node-port': 'true', 'enable-session-affinity': 'false' } },
  cluster { name: 'not-there-yet', networkArgs: { 'prefer-ipv6': 'true' }, cilium+: { version: '1.19.6' } },
  cluster { name: 'contradiction', networkArgs: { tunnel: 'disabled', 'routing-mode': 'tunnel' } },
  cluster { name: 'no-string', networkArgs: { mtu: 1400 } },
  cluster { name: 'with-values-that-are-wrong', networkArgs: { 'enable-polic': 'always' }, cilium+: { values: { MTU: 'x' } } },
]
