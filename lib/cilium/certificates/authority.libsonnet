// The authority behind Cilium's certificates, where the values bring one, and a bundle of authorities to trust instead.
local k = import '../kube.libsonnet';

function(c)
  local tls = c.values.tls;
  local bundle = tls.caBundle;
  local inSecret = k.isSet(bundle.useSecret);
  {
    authoritySecret: if k.isSet(tls.ca.cert) && k.isSet(tls.ca.key) then {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: if !c.since(19) then c.bareMetadata('cilium-ca') else
        c.bareMetadata('cilium-ca', c.values.nonIdempotentAnnotations)
        + { labels: { 'cilium.io/helm-template-non-idempotent': 'true' } + c.commonLabels },
      data: { 'ca.crt': tls.ca.cert, 'ca.key': tls.ca.key },
    },
    authorityBundle: if k.isSet(bundle.enabled) && k.isSet(bundle.content) then {
      apiVersion: 'v1',
      kind: if inSecret then 'Secret' else 'ConfigMap',
      metadata: c.bareMetadata(bundle.name),
      [if inSecret then 'stringData' else 'data']: { [bundle.key]: bundle.content + '\n' },
    },
  }
