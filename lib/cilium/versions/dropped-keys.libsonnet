// Keys of cilium-config that Cilium had once: those of the versions known here, and those that a config as TKEStack wrote
// it for Cilium 1.9 still holds. What stands in networkArgs by such a name is translated where that is possible:
//
// since    the release that dropped it, where it is known
// values   value → the arguments that say the same now
// renamed  the key that has the same values now
// always   the one value that is left: it is how Cilium works now
// hint     what to do where there is no translation
local kubeProxy = "set kube-proxy-replacement: 'true', which does it all";

{
  // Kept as they were under another name
  'encryption-strict-mode-allow-remote-node-identities': { since: '1.19', renamed: 'encryption-strict-egress-allow-remote-node-identities' },
  'encryption-strict-mode-cidr': { since: '1.19', renamed: 'encryption-strict-egress-cidr' },
  'enable-encryption-strict-mode': { since: '1.19', renamed: 'enable-encryption-strict-mode-egress' },
  masquerade: { renamed: 'enable-ipv4-masquerade' },
  'native-routing-cidr': { renamed: 'ipv4-native-routing-cidr' },
  'node-port-acceleration': { renamed: 'bpf-lb-acceleration' },
  'node-port-algorithm': { renamed: 'bpf-lb-algorithm' },
  'node-port-mode': { renamed: 'bpf-lb-mode' },

  // Said otherwise
  tunnel: {
    since: '1.15',
    values: {
      disabled: { 'routing-mode': 'native' },
      vxlan: { 'routing-mode': 'tunnel', 'tunnel-protocol': 'vxlan' },
      geneve: { 'routing-mode': 'tunnel', 'tunnel-protocol': 'geneve' },
    },
  },

  // No longer a choice
  'bpf-lb-proto-diff': { since: '1.19', always: 'true', hint: 'Cilium tells ports of different protocols apart' },
  'enable-internal-traffic-policy': { since: '1.19', always: 'true', hint: "Cilium honours a Service's internalTrafficPolicy" },
  'enable-k8s-endpoint-slice': { since: '1.19', always: 'true', hint: 'Cilium reads EndpointSlices only' },
  'enable-remote-node-identity': { since: '1.16', always: 'true', hint: 'remote nodes have an identity of their own' },
  'enable-session-affinity': { since: '1.19', always: 'true', hint: "Cilium honours a Service's sessionAffinity" },
  'enable-svc-source-range-check': { since: '1.19', always: 'true', hint: "Cilium honours a Service's loadBalancerSourceRanges" },

  // Gone
  'bpf-lb-only': { since: '1.19', hint: 'Cilium no longer runs as a load balancer alone; remove it' },
  'disable-cnp-status-updates': { hint: 'no agent writes such a status any more; remove it' },
  'enable-custom-calls': { since: '1.19', hint: 'Cilium no longer calls BPF programs of yours; remove it' },
  'enable-host-reachable-services': { hint: "set bpf-lb-sock: 'true', or " + kubeProxy },
  'enable-external-ips': { since: '1.19', hint: kubeProxy },
  'enable-host-port': { since: '1.19', hint: kubeProxy },
  'enable-ipsec-encrypted-overlay': { since: '1.20', hint: 'nothing reads it; remove it' },
  'enable-node-port': { since: '1.19', hint: kubeProxy },
  'encrypt-interface': { since: '1.20', hint: 'nothing reads it; remove it' },
  'hubble-redact-kafka-apikey': { since: '1.20', hint: 'Hubble no longer sees inside Kafka; remove it' },
  'l2-pod-announcements-interface': { since: '1.19', hint: "write a pattern: 'l2-pod-announcements-interface-pattern': '^eth0$'" },
  'sidecar-istio-proxy-image': { hint: "Cilium no longer runs Istio's sidecar; remove it" },
  'wait-bpf-mount': { hint: 'an init container mounts the BPF file system; remove it' },
}
