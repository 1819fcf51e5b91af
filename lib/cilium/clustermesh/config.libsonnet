// The other clusters, as files that etcd clients read: for the agents, and for KVStoreMesh, which fetches from them once
// for all agents.
local k = import '../kube.libsonnet';

local folder = '/var/lib/cilium/clustermesh/';

local client(endpoints, certificate, authority=certificate) =
  ['endpoints:'] + ['- ' + endpoint for endpoint in endpoints] + [
    'trusted-ca-file: ' + authority + '-ca.crt',
    'key-file: ' + certificate + '.key',
    'cert-file: ' + certificate + '.crt',
  ];

// A remote cluster, with its own certificate if the user gave one.
local remote(c, cluster) =
  local domainName = cluster.name + '.' + k.word(c.values.clustermesh.config.domain);
  local ips = k.orEmpty(std.get(cluster, 'ips'));
  // Addresses are reached by the name that the certificates carry; cilium-host-aliases says where that is.
  local host = if std.length(ips) > 0 then domainName else k.word(std.get(cluster, 'address'));
  local common = folder + 'common-etcd-client';
  local tls = c.meshTLS(cluster);
  local own = if k.isSet(tls) then folder + cluster.name + '.etcd-client' else common;
  client(
    ['https://' + host + ':' + k.word(std.get(cluster, 'port'))],
    own,
    if k.isSet(tls) && k.isSet(std.get(tls, 'caCert')) then own else common,
  )
  + (if std.length(ips) == 0 || !c.since(20) then [] else
       ['cilium-host-aliases:', '- hostname: ' + domainName, '  ips: '] + ['    - ' + ip for ip in ips]);

// With KVStoreMesh the agents connect to what it fills: the etcd of the mesh's own API server, or the user's.
local cached(c) =
  local v = c.values;
  if v.clustermesh.apiserver.kvstoremesh.kvstoreMode == 'external' then
    ['endpoints:']
    + (if v.etcd.endpoints == null then ['null'] else if v.etcd.endpoints == [] then ['[]'] else ['- ' + endpoint for endpoint in v.etcd.endpoints])
    + (if k.isSet(v.etcd.ssl) then [
         "trusted-ca-file: '/var/lib/etcd-secrets/etcd-client-ca.crt'",
         "key-file: '/var/lib/etcd-secrets/etcd-client.key'",
         "cert-file: '/var/lib/etcd-secrets/etcd-client.crt'",
       ] else [])
  else client(['https://clustermesh-apiserver.' + c.namespace + '.svc:2379'], folder + 'local-etcd-client');

local encoded(lines) = std.base64(std.join('\n', lines));

local remotes(c) = std.foldl(
  function(data, cluster)
    local tls = c.meshTLS(cluster);
    data
    { [cluster.name]: encoded(remote(c, cluster)) }
    + (if !k.isSet(tls) then {} else k.compact({
         [cluster.name + '.etcd-client-ca.crt']: k.given(std.get(tls, 'caCert')),
         [cluster.name + '.etcd-client.key']: std.get(tls, 'key'),
         [cluster.name + '.etcd-client.crt']: std.get(tls, 'cert'),
       })),
  c.meshClusters,
  {},
);

local secret(c, name, data) = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: c.bareMetadata(name, c.values.clustermesh.annotations),
  [if data != {} then 'data']: data,
};

local clusters(c) =
  local v = c.values;
  local apiserver = v.clustermesh.apiserver;
  local throughMesh = c.mesh && k.isSet(apiserver.kvstoremesh.enabled);
  {
    agentSecret: secret(
      c,
      'cilium-clustermesh',
      if throughMesh then { [cluster.name]: encoded(cached(c)) for cluster in c.meshClusters } else remotes(c),
    ),
    kvstoremeshSecret: if throughMesh then secret(c, 'cilium-kvstoremesh', remotes(c)),
  };

local users(c) = {
  remoteUsers: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: c.metadata('clustermesh-remote-users', annotations=c.values.clustermesh.annotations),
    data: {
      'users.yaml': std.lines(['users:'] + std.flattenArrays([
        ['- name: remote-' + cluster.name, '  role: remote']
        for cluster in c.meshClusters
      ])),
    },
  },
};

function(c)
  local configured = k.isSet(c.values.clustermesh.config.enabled);
  (if configured then clusters(c) else {})
  // Until 1.18 the API server mounts the list of its users also while there are none.
  + (if c.mesh && c.meshUsers && (configured || !c.since(19)) then users(c) else {})
