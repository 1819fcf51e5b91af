// Two address families. Galaxy has no IPv6, so this cluster needs Cilium.
//
// The order of the families matters to Kubernetes: the first one is that of `kubectl get pods -o wide` and of services
// that ask for no family. The kubelets need `--node-ip` with both addresses of the node.
local cilium = import '../overlays/cilium.libsonnet';
local flux = import '../overlays/delivery-flux.libsonnet';
local production = import '../overlays/production.libsonnet';
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster + production + cilium + flux {
  name: 'cls-d5kx92rv',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.248.0.0/16', 'fd00:10:248::/56'],
  serviceCIDRs: ['10.112.0.0/16', 'fd00:10:112::/112'],
  labels+: { site: 'beijing' },

  cni: 'cilium',
  cilium+: {
    version: '1.20.0',
    values+: {
      ipv6: { enabled: true },
      // An agent waits until its node has a pod CIDR of this family as well.
      k8s+: { requireIPv6PodCIDR: true },
    },
  },
}
