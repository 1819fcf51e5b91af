// Certificates that the user brings in the values. They are part of what is rendered, keys and all, so a definition has
// to name each such Secret in allowSecrets.
local k = import '../kube.libsonnet';

// provided: { cert, key }, both base64
function(c, certificate, provided, annotations) {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: c.bareMetadata(certificate.name, annotations),
  type: 'kubernetes.io/tls',
  data: k.compact({
    'ca.crt': k.given(c.values.tls.ca.cert),
    'tls.crt': provided.cert,
    'tls.key': provided.key,
  }),
}
