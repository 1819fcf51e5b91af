// A cluster of TKEStack's old days: its guide for IPv6 applies Calico 3.14.2 to Kubernetes 1.18. The two have to go
// together to 1.31 and 3.32.1, since Kubernetes 1.22 refuses this Calico's definitions.
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster {
  name: 'cls-t5j9c4wb',
  type: 'Baremetal',
  kubernetesVersion: '1.18.3',
  podCIDRs: ['10.200.0.0/16', 'fd00:10:200::/64'],
  serviceCIDRs: ['10.201.0.0/16', 'fd00:10:201::/112'],
  labels: { env: 'legacy', site: 'beijing' },

  cni: 'calico',
  calico+: { version: '3.14.2' },

  allowFindings: [
    { rule: 'CNI080', reason: 'it is upgraded together with its Kubernetes, in the second quarter' },
  ],
}
