// IPv6 alone, on machines without IPv4 addresses. Galaxy has no IPv6, and these racks speak BGP anyway, so this cluster
// runs Calico: its nodes tell each other the routes, and packets travel as they are.
//
// Kubernetes must be told as well: the kubelets need `--node-ip` with the node's IPv6 address, and all nodes
// `net.ipv6.conf.all.forwarding=1`.
local argocd = import '../overlays/delivery-argocd.libsonnet';
local production = import '../overlays/production.libsonnet';
local shenzhen = import '../overlays/site-shenzhen.libsonnet';
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster + production + shenzhen + argocd {
  name: 'cls-v6r2n8qd',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['fd00:10:16::/56'],
  serviceCIDRs: ['fd00:10:96::/112'],

  cni: 'calico',
  calico+: {
    version: '3.32.1',
    // Pods reach the world by the address of their node, as they do elsewhere by IPv4.
    ipPools+: { ipv6+: { natOutgoing: true } },
    typha: { enabled: true, replicas: 3 },
  },
}
