// KubeProxyConfiguration as kubeadm writes it: every field that kube-proxy of that version has, nearly all of them empty,
// for kube-proxy to fill in.

// Lengths of time, and what they are when nobody said.
local unset = '0s';

local from(minor, since, fields) = if minor >= since then fields else {};

// The routes that log lines take.
local logBuffer = { infoBufferSize: '0' };

local synced = { minSyncPeriod: unset, syncPeriod: unset };
local masquerading = { masqueradeAll: false, masqueradeBit: null };

// What a KubeProxyConfiguration may hold, as a tree of types.
local typeTree(value, nullTypes, optionalTypes) = {
  [key]:
    local inner = value[key];
    if std.isObject(inner) then typeTree(inner, std.get(nullTypes, key, {}), std.get(optionalTypes, key, {}))
    else if inner == null then nullTypes[key]
    else std.type(inner)
  for key in std.objectFields(value)
} + { [key]: optionalTypes[key] for key in std.objectFields(optionalTypes) if std.isString(optionalTypes[key]) };

{
  // minor: of kube-proxy
  of(minor):: {
                apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
                kind: 'KubeProxyConfiguration',
                bindAddress: '',
                clientConnection: { acceptContentTypes: '', burst: 0, contentType: '', kubeconfig: '/var/lib/kube-proxy/kubeconfig.conf', qps: 0 },
                clusterCIDR: '',
                configSyncPeriod: unset,
                conntrack: {
                  maxPerCore: null,
                  min: null,
                  tcpCloseWaitTimeout: null,
                  tcpEstablishedTimeout: null,
                } + from(minor, 29, { tcpBeLiberal: false, udpStreamTimeout: unset, udpTimeout: unset }),
                detectLocalMode: '',
                enableProfiling: false,
                healthzBindAddress: '',
                hostnameOverride: '',
                iptables: masquerading + synced + from(minor, 26, { localhostNodePorts: null }),
                ipvs: synced {
                  excludeCIDRs: null,
                  scheduler: '',
                  strictARP: false,
                  tcpFinTimeout: unset,
                  tcpTimeout: unset,
                  udpTimeout: unset,
                },
                metricsBindAddress: '',
                mode: '',
                nodePortAddresses: null,
                oomScoreAdj: null,
                portRange: '',
                showHiddenMetricsForVersion: '',
                winkernel: { enableDSR: false, networkName: '', sourceVip: '' }
                           + from(minor, 24, { forwardHealthCheckVip: false, rootHnsEndpointName: '' }),
              }
              + from(minor, 19, { bindAddressHardFail: false })
              + from(minor, 24, { detectLocal: { bridgeInterface: '', interfaceNamePrefix: '' } })
              + (if minor < 26 then { udpIdleTimeout: unset } else {})
              + from(minor, 28, {
                logging: {
                  flushFrequency: 0,
                  options: { json: logBuffer } + from(minor, 30, { text: logBuffer }),
                  verbosity: 0,
                },
              })
              + from(minor, 29, { nftables: masquerading + synced }),

  // The type of each field that it may have.
  types(minor):: typeTree(self.of(minor), self.nullTypes, self.optionalTypes),

  // Fields that have a knob of their own, so that there is one place to look.
  ownKnobs:: {
    apiVersion: 'it follows kubernetesVersion',
    kind: self.apiVersion,
    mode: 'write kubeProxy.mode',
    clusterCIDR: 'write kubeProxy.clusterCIDR',
    bindAddress: 'write kubeProxy.bindAddress',
    featureGates: 'write kubeProxy.featureGates',
  },

  // What may stand where kubeadm writes null, or nothing.
  nullTypes:: {
    conntrack: { maxPerCore: 'number', min: 'number', tcpCloseWaitTimeout: 'string', tcpEstablishedTimeout: 'string' },
    iptables: { localhostNodePorts: 'boolean', masqueradeBit: 'number' },
    ipvs: { excludeCIDRs: 'array' },
    nftables: { masqueradeBit: 'number' },
    nodePortAddresses: 'array',
    oomScoreAdj: 'number',
  },
  optionalTypes:: {
    logging: { format: 'string', vmodule: 'array' },
  },

  // Modes, and the minor versions that have them.
  modes:: {
    iptables: { since: 0 },
    ipvs: { since: 0 },
    nftables: { since: 29, gate: 'NFTablesProxyMode', ungated: 31 },
    userspace: { since: 0, until: 25 },
  },
}
