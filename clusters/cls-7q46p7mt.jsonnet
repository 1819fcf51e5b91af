// A business cluster that runs Cilium instead of galaxy.
//
// kubeadm is through and the nodes are up, but they stay NotReady and CoreDNS stays Pending: no node has a CNI. Cilium's
// operator, agents and Envoys use the nodes' own network and start all the same. Once the tree of this cluster is
// applied, the nodes become Ready, CoreDNS gets an address and the cluster has names.
local cilium = import '../overlays/cilium.libsonnet';
local production = import '../overlays/production.libsonnet';
local shenzhen = import '../overlays/site-shenzhen.libsonnet';
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster + production + shenzhen + cilium {
  name: 'cls-7q46p7mt',
  type: 'Baremetal',
  kubernetesVersion: '1.34.1',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],

  cni: 'cilium',
  cilium+: { version: '1.20.0' },
  networkArgs: {
    // TKEStack's word; cniforge translates it for this Cilium. UDP port 8472 must be open between the nodes.
    tunnel: 'vxlan',
    // A pod talks to nobody until a policy says so.
    'enable-policy': 'always',
  },

  extraObjects: {
    // That holds for CoreDNS too, which could not even reach the API server. So the system's own pods stay open; the
    // policies of the applications come from their teams, who must allow them to ask CoreDNS.
    systemStaysOpen: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'system-stays-open', namespace: 'kube-system' },
      spec: {
        podSelector: {},
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{}],
        egress: [{}],
      },
    },
  },
}
