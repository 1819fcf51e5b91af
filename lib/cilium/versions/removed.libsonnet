// Values that Cilium had once, by the release that dropped them. The chart stops at each of them, because an install that
// relied on one would change its behaviour without a word. `instead` names what to write now.
{
  enableCiliumEndpointSlice: { since: '1.18', instead: 'ciliumEndpointSlice.enabled' },
  'ciliumEndpointSlice.sliceMode': { since: '1.18', instead: null },
  'encryption.keyFile': { since: '1.16', instead: 'encryption.ipsec.keyFile' },
  'encryption.mountPath': { since: '1.16', instead: 'encryption.ipsec.mountPath' },
  'encryption.secretName': { since: '1.16', instead: 'encryption.ipsec.secretName' },
  'encryption.interface': { since: '1.16', instead: 'encryption.ipsec.interface' },
  proxy: { since: '1.16', instead: 'envoy.prometheus' },
  endpointStatus: { since: '1.16', instead: null },
  remoteNodeIdentity: { since: '1.16', instead: null },
  containerRuntime: { since: '1.16', instead: null },
  'etcd.managed': { since: '1.16', instead: null },
  tunnel: { since: '1.15', instead: 'routingMode and tunnelProtocol' },
  'clustermesh.apiserver.tls.ca': { since: '1.15', instead: 'tls.ca' },
  enableK8sEventHandover: { since: '1.15', instead: null },
  enableCnpStatusUpdates: { since: '1.15', instead: null },
}
