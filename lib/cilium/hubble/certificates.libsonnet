// Certificates for Hubble made inside the cluster: a Job at install, a CronJob before they expire.
local certgen = import '../certgen.libsonnet';
local k = import '../kube.libsonnet';

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

function(c)
  local v = c.values;
  local hubble = v.hubble;
  local auto = hubble.tls.auto;
  local both = ['signing', 'key encipherment', 'server auth', 'client auth'];
  local client = ['signing', 'key encipherment', 'client auth'];
  local server = ['signing', 'key encipherment', 'server auth'];
  local metricsName = std.strReplace(v.cluster.name, '.', '-') + '.hubble-metrics.cilium.io' + c.version.defects.certgenMetricsName;
  local inCluster = '*.' + std.strReplace(v.cluster.name, '.', '-') + '.hubble-grpc.cilium.io';
  local relayServer = c.relay && k.isSet(hubble.relay.tls.server.enabled);
  local certificate(name, commonName, extra, usage) = {
    name: name,
    commonName: commonName,
    hosts: [commonName] + (if extra == null then [] else k.orEmpty(extra.extraDnsNames) + k.orEmpty(extra.extraIpAddresses)),
    usage: usage,
  };
  certgen(c, {
    name: 'hubble-generate-certs',
    account: v.serviceAccounts.hubblecertgen,
    auto: auto,
    labels: { 'k8s-app': 'hubble-generate-certs', 'app.kubernetes.io/name': 'hubble-generate-certs' },
    annotations: hubble.annotations,
    podLabels: v.certgen.podLabels,
    job: true,
    roles: k.isSet(v.rbac.create),
    rules: rules,
    certificates: k.list([
      certificate('hubble-server-certs', inCluster, hubble.tls.server, both),
      if c.relay then certificate('hubble-relay-client-certs', '*.hubble-relay.cilium.io', null, client),
      if relayServer then certificate('hubble-relay-server-certs', '*.hubble-relay.cilium.io', hubble.relay.tls.server, server),
      if k.isSet(hubble.metrics.tls.enabled) then certificate('hubble-metrics-server-certs', metricsName, hubble.metrics.tls.server, server),
      if k.isSet(hubble.ui.enabled) && relayServer then certificate('hubble-ui-client-certs', '*.hubble-ui.cilium.io', null, client),
    ]),
  })
