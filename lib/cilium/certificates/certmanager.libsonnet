// The same certificates as orders to cert-manager: one Certificate object each.
local k = import '../kube.libsonnet';

// certificate: see hubble/certificates.libsonnet; spec: what the orders of one component have in common.
function(c, certificate, auto, annotations, spec, labelled=true) {
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  metadata: c.bareMetadata(certificate.name, annotations, labelled=labelled),
  spec: k.compact({
    issuerRef: auto.certManagerIssuerRef,
    secretName: certificate.name,
    commonName: certificate.commonName,
    dnsNames: k.given(certificate.dnsNames),
    ipAddresses: k.given(certificate.ipAddresses),
    duration: k.word(k.orZero(auto.certValidityDuration) * 24) + 'h0m0s',
    subject: k.given(auto.subject),
  } + spec),
}
