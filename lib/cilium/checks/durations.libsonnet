// Times that Cilium reads in Go's notation. A wrong one would stop the agents when they start.
local duration = import '../duration.libsonnet';
local k = import '../kube.libsonnet';
local finding = import 'finding.libsonnet';

// Where each is, and whether it is read at all.
local rows(c) =
  local v = c.values;
  local row(at, value, when=true) = { at: at, value: value, when: when };
  [
    row('conntrackGCInterval', v.conntrackGCInterval),
    row('conntrackGCMaxInterval', v.conntrackGCMaxInterval),
    row('bpf.monitorInterval', v.bpf.monitorInterval),
    row('crdWaitTimeout', v.crdWaitTimeout),
    row('identityChangeGracePeriod', v.identityChangeGracePeriod),
    row('ipam.ciliumNodeUpdateRate', v.ipam.ciliumNodeUpdateRate),
    row('operator.identityGCInterval', v.operator.identityGCInterval),
    row('operator.identityHeartbeatTimeout', v.operator.identityHeartbeatTimeout),
    row('operator.endpointGCInterval', v.operator.endpointGCInterval),
    row('operator.nodeGCInterval', v.operator.nodeGCInterval),
    row('authentication.gcInterval', v.authentication.gcInterval),
    row('authentication.mutual.connectTimeout', v.authentication.mutual.connectTimeout, c.spire),
    row('envoyConfig.retryInterval', v.envoyConfig.retryInterval, k.isSet(v.envoyConfig.enabled)),
    row('encryption.ipsec.keyRotationDuration', v.encryption.ipsec.keyRotationDuration, k.isSet(v.encryption.enabled) && v.encryption.type == 'ipsec'),
    row('hubble.lostEventSendInterval', v.hubble.lostEventSendInterval, c.hubble),
  ];

function(c) [
  finding.refusal(row.at, "'" + k.word(row.value) + "' is no duration", "write it as '30s', '5m' or '1h30m'")
  for row in rows(c)
  if row.when && k.isSet(row.value) && !duration.isDuration(k.word(row.value))
]
