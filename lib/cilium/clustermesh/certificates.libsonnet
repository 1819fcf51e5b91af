// The mesh's certificates: the API server's own, and one for each kind of client.
local certgen = import '../certificates/certgen.libsonnet';
local certmanager = import '../certificates/certmanager.libsonnet';
local secret = import '../certificates/provided.libsonnet';
local k = import '../kube.libsonnet';

local base = ['signing', 'key encipherment'];
local client = base + ['client auth'];

local names = [
  'clustermesh-apiserver-server-cert',
  'clustermesh-apiserver-admin-cert',
  'clustermesh-apiserver-remote-cert',
  'clustermesh-apiserver-local-cert',
];
local rules(c) = [
  k.rule('', ['secrets'], ['create']),
  k.rule('', ['secrets'], ['get', 'update'], ['cilium-ca']),
  // Until 1.18 also the Secret that clients had before each kind got one of its own.
  k.rule('', ['secrets'], ['update'], names + (if c.since(19) then [] else ['clustermesh-apiserver-client-cert'])),
];

local certificates(c) =
  local v = c.values;
  local auto = v.clustermesh.apiserver.tls.auto;
  // Since 1.20 the extra names stand under `auto`; those in the old place count where there are none.
  local oldServer = k.orEmptyMap(std.get(v.clustermesh.apiserver.tls, 'server'));
  local extra(field) =
    if c.since(20) && k.isSet(auto.server[field]) then auto.server[field] else k.orEmpty(std.get(oldServer, field));
  local service = 'clustermesh-apiserver.' + c.namespace + '.svc';
  local certificate(name, commonName, dnsNames=[], ipAddresses=[], usage=client) =
    { name: name, commonName: commonName, dnsNames: dnsNames, ipAddresses: ipAddresses, usage: usage };
  // 'cluster' and 'migration' give each remote cluster a user of its own.
  local remote = if v.clustermesh.apiserver.tls.authMode == 'cluster' then 'remote-' + v.cluster.name else 'remote';
  {
    serverCertificate: certificate(
      names[0],
      if c.since(20) then service else 'clustermesh-apiserver.cilium.io',
      (if c.since(20) then [service, '*.mesh.cilium.io'] else ['clustermesh-apiserver.cilium.io', '*.mesh.cilium.io', service])
      + extra('extraDnsNames'),
      ['127.0.0.1', '::1'] + extra('extraIpAddresses'),
      base + ['server auth'],
    ),
    adminCertificate: certificate(names[1], 'admin-' + v.cluster.name),
    remoteCertificate: certificate(names[2], remote),
    localCertificate: if k.isSet(v.clustermesh.apiserver.kvstoremesh.enabled) then certificate(names[3], 'local-' + v.cluster.name),
  };

// Until 1.19 the user could bring them, in the values, for all but the agents' way to KVStoreMesh.
local provided(c) =
  local apiserver = c.values.clustermesh.apiserver;
  local tls = apiserver.tls;
  local all = certificates(c);
  local one(kind) = all[kind + 'Certificate'] { at: 'clustermesh.apiserver.tls.' + kind, values: tls[kind] };
  if !c.since(20) && c.mesh && apiserver.kvstoremesh.kvstoreMode == 'internal' && !k.isSet(tls.auto.enabled) && k.isSet(tls.enableSecrets)
  then { [kind + 'Certificate']: one(kind) for kind in ['server', 'admin', 'remote'] }
  else {};

local objects(c) =
  local v = c.values;
  local apiserver = v.clustermesh.apiserver;
  local auto = apiserver.tls.auto;
  local internal = apiserver.kvstoremesh.kvstoreMode == 'internal';
  local all = certificates(c);
  local annotations = k.given(v.clustermesh.annotations);
  if !c.mesh then {}
  else if !k.isSet(auto.enabled) then
    local brought = provided(c);
    { [key]: secret(c, brought[key], brought[key].values, annotations) for key in std.objectFields(brought) }
  else if auto.method == 'certmanager' then (if !internal then {} else {
                                               // The chart of 1.18 forgets the labels of the server's.
                                               [key]: certmanager(c, all[key], auto, annotations, { privateKey: k.given(auto.privateKey) }, c.since(19) || key != 'serverCertificate')
                                               for key in std.objectFields(all)
                                               if all[key] != null
                                             })
  else if auto.method == 'cronJob' then certgen(c, {
    name: 'clustermesh-apiserver-generate-certs',
    account: v.serviceAccounts.clustermeshcertgen,
    auto: auto,
    labels: { 'k8s-app': 'clustermesh-apiserver-generate-certs' },
    podLabels: apiserver.podLabels,
    annotations: v.clustermesh.annotations,
    job: internal,
    roles: true,
    rules: rules(c),
    // Until 1.18 the mesh's Job runs on the host network, without bounds.
    confined: c.since(19),
    certificates: k.list([all.serverCertificate, all.adminCertificate, all.remoteCertificate, all.localCertificate]),
  })
  else {};

{
  // Those that the user brings, in the values.
  provided(c)::
    local brought = provided(c);
    [brought[key] for key in std.objectFields(brought)],

  objects:: objects,
}
