// Hubble beside the agents: the peer service, certificates, metrics, Relay and the UI.
local k = import '../kube.libsonnet';
local certificates = import 'certificates.libsonnet';

function(c)
  local v = c.values;
  local hubble = v.hubble;
  local auto = hubble.tls.auto;
  local generated(method) = c.hubble && k.isSet(hubble.tls.enabled) && k.isSet(auto.enabled) && auto.method == method;
  local jobs = if generated('cronJob') then certificates(c) else {};
  {
    peerService: if c.agent && c.hubble then {
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
  } + { ['certgen' + std.asciiUpper(name[0]) + name[1:]]: jobs[name] for name in std.objectFields(jobs) }
