// The entries of cilium-config that do not depend on the mode; modes.libsonnet has the others. No IPv6, no L7 policies,
// and kube-proxy stays: TKEStack always installs it.
{
  // Identity and the cluster
  'identity-allocation-mode': 'crd',
  'cluster-name': 'default',
  'cluster-id': '',
  'enable-well-known-identities': 'false',
  'enable-remote-node-identity': 'true',

  // Policies
  'enable-policy': 'default',
  'enable-l7-proxy': 'false',
  'disable-cnp-status-updates': 'true',

  // Data path
  'enable-ipv4': 'true',
  'enable-ipv6': 'false',
  'auto-direct-node-routes': 'false',
  'enable-bpf-masquerade': 'false',
  'enable-bpf-clock-probe': 'true',
  'enable-xt-socket-fallback': 'true',
  'enable-bandwidth-manager': 'false',
  'enable-local-redirect-policy': 'false',
  'bpf-map-dynamic-size-ratio': '0.0025',
  'bpf-policy-map-max': '16384',
  'bpf-lb-map-max': '65536',
  'preallocate-bpf-maps': 'false',
  'wait-bpf-mount': 'false',

  // Services
  'kube-proxy-replacement': 'partial',
  'kube-proxy-replacement-healthz-bind-address': '',
  'enable-health-check-nodeport': 'true',
  'node-port-bind-protection': 'true',
  'enable-auto-protect-node-port-range': 'true',
  'enable-session-affinity': 'true',

  // Operation
  debug: 'false',
  'custom-cni-conf': 'false',
  'cilium-endpoint-gc-interval': '5m0s',
  'operator-api-serve-addr': '127.0.0.1:9234',
  'enable-endpoint-health-checking': 'true',
  'enable-health-checking': 'true',
  'monitor-aggregation': 'medium',
  'monitor-aggregation-interval': '5s',
  'monitor-aggregation-flags': 'all',
  'sidecar-istio-proxy-image': 'cilium/istio_proxy',

  // Hubble serves with TLS, and nothing makes its certificates: until somebody puts hubble-server-certs and
  // hubble-ca-cert there, it can be asked on its socket only.
  'enable-hubble': 'true',
  'hubble-socket-path': '/var/run/cilium/hubble.sock',
  'hubble-listen-address': ':4244',
  'hubble-disable-tls': 'false',
  'hubble-tls-cert-file': '/var/lib/cilium/tls/hubble/server.crt',
  'hubble-tls-key-file': '/var/lib/cilium/tls/hubble/server.key',
  'hubble-tls-client-ca-files': '/var/lib/cilium/tls/hubble/client-ca.crt',
}
