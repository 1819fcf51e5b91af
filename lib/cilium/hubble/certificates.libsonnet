// Hubble's certificates: which there are, and the ways to come by them. All ways make Secrets of the same names.
local certgen = import '../certificates/certgen.libsonnet';
local certmanager = import '../certificates/certmanager.libsonnet';
local provided = import '../certificates/provided.libsonnet';
local k = import '../kube.libsonnet';

local base = ['signing', 'key encipherment'];
local client = base + ['client auth'];
local server = base + ['server auth'];
local both = base + ['server auth', 'client auth'];

local rules = [
  k.rule('', ['secrets'], ['create']),
  k.rule('', ['secrets'], ['update'], [
    'hubble-server-certs',
    'hubble-relay-client-certs',
    'hubble-relay-server-certs',
    'hubble-metrics-server-certs',
    'hubble-ui-client-certs',
  ]),
  k.rule('', ['secrets'], ['get', 'update'], ['cilium-ca']),
];

// In which the Job is told of them.
local order = ['serverCertificate', 'relayClientCertificate', 'relayServerCertificate', 'metricsCertificate', 'uiClientCertificate'];

// wanted: { <key>: certificate }. `needsTLS` is false for what stands on its own switch.
local certificates(c) =
  local hubble = c.values.hubble;
  local relay = k.isSet(hubble.relay.enabled);
  local relayServer = relay && k.isSet(hubble.relay.tls.server.enabled);
  local certificate(name, commonName, usage, at, values, wanted, needsTLS=true) = {
    name: name,
    at: at,
    commonName: commonName,
    dnsNames: [commonName] + k.orEmpty(std.get(values, 'extraDnsNames')),
    ipAddresses: k.orEmpty(std.get(values, 'extraIpAddresses')),
    usage: usage,
    values: values,
    wanted: c.hubble && wanted && (k.isSet(hubble.tls.enabled) || !needsTLS),
  };
  {
    serverCertificate: certificate('hubble-server-certs', '*.' + c.hubbleDomain + '.hubble-grpc.cilium.io', both, 'hubble.tls.server', hubble.tls.server, true),
    relayClientCertificate: certificate('hubble-relay-client-certs', '*.hubble-relay.cilium.io', client, 'hubble.relay.tls.client', hubble.relay.tls.client, relay),
    relayServerCertificate: certificate('hubble-relay-server-certs', '*.hubble-relay.cilium.io', server, 'hubble.relay.tls.server', hubble.relay.tls.server, relayServer),
    metricsCertificate: certificate('hubble-metrics-server-certs', c.hubbleDomain + '.hubble-metrics.cilium.io', server, 'hubble.metrics.tls.server', hubble.metrics.tls.server, k.isSet(hubble.metrics.tls.enabled), needsTLS=false),
    uiClientCertificate: certificate('hubble-ui-client-certs', '*.hubble-ui.cilium.io', client, 'hubble.ui.tls.client', hubble.ui.tls.client, k.isSet(hubble.ui.enabled) && relayServer),
  };

// What the chart's Job orders differs from the table in one name (versions/1.20.libsonnet, defects).
local asOrdered(c, certificate) =
  if certificate.name != 'hubble-metrics-server-certs' then certificate
  else certificate {
    commonName+: c.version.defects.certgenMetricsName,
    dnsNames: [super.dnsNames[0] + c.version.defects.certgenMetricsName] + super.dnsNames[1:],
  };

// Nor does the Job make this one where no metric is asked for.
local isOrdered(c, key) = key != 'metricsCertificate' || k.isSet(c.values.hubble.metrics.enabled);

local wantedKeys(all) = [key for key in std.objectFields(all) if all[key].wanted];

// The agents' own certificates are of no use where no agents are.
local ofAgents = ['serverCertificate', 'metricsCertificate'];
local broughtKeys(c, all) = if k.isSet(c.values.hubble.tls.auto.enabled) then [] else [
  key
  for key in wantedKeys(all)
  if !k.isSet(all[key].values.existingSecret) && (c.agentWanted || !std.member(ofAgents, key))
];

{
  // Those that the user brings, in the values.
  provided(c)::
    local all = certificates(c);
    [all[key] for key in broughtKeys(c, all)],

  objects(c)::
    local v = c.values;
    local hubble = v.hubble;
    local auto = hubble.tls.auto;
    local all = certificates(c);
    if !k.isSet(auto.enabled) then {
      [key]: provided(c, all[key], all[key].values, hubble.annotations)
      for key in broughtKeys(c, all)
    }
    else if auto.method == 'certmanager' then {
      [key]: certmanager(c, all[key], auto, k.given(hubble.annotations), {
        isCA: false,
        usages: all[key].usage,
        // The user's own privateKey is lost in the chart; the keys always change with the certificate.
        privateKey: { rotationPolicy: 'Always' },
      })
      for key in wantedKeys(all)
    }
    else if auto.method == 'cronJob' && c.hubble && k.isSet(hubble.tls.enabled) then certgen(c, {
      name: 'hubble-generate-certs',
      account: v.serviceAccounts.hubblecertgen,
      auto: auto,
      labels: { 'k8s-app': 'hubble-generate-certs', 'app.kubernetes.io/name': 'hubble-generate-certs' },
      podLabels: v.certgen.podLabels,
      annotations: hubble.annotations,
      job: true,
      roles: k.isSet(v.rbac.create),
      rules: rules,
      confined: true,
      certificates: [asOrdered(c, all[key]) for key in order if all[key].wanted && isOrdered(c, key)],
    })
    else {},
}
