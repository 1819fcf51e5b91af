// Hubble beside the agents: the peer service, certificates, metrics, Relay and the UI.
local k = import '../kube.libsonnet';
local certificates = import 'certificates.libsonnet';
local metrics = import 'metrics.libsonnet';
local relay = import 'relay.libsonnet';
local ui = import 'ui.libsonnet';

function(c)
  local v = c.values;
  local hubble = v.hubble;
  {
    peerService: if c.agentWanted && c.hubble then {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: c.metadata('hubble-peer', { 'k8s-app': 'cilium', 'app.kubernetes.io/name': 'hubble-peer' }, hubble.annotations),
      spec: {
        selector: { 'k8s-app': 'cilium' },
        ports: [k.compact({
          name: 'peer-service',
          port: if k.isSet(hubble.peerService.servicePort) then hubble.peerService.servicePort else if k.isSet(hubble.tls.enabled) then 443 else 80,
          protocol: 'TCP',
          targetPort: hubble.peerService.targetPort,
        })],
        internalTrafficPolicy: 'Local',
      },
    },
  }
  + certificates.objects(c)
  + metrics(c)
  + relay(c)
  + ui(c)
