// Cilium 1.19: what it does not have of 1.20, and what it has otherwise.
local merge = import '../merge.libsonnet';
local next = import '1.20.libsonnet';
local images = import 'images.libsonnet';
local image = images.image;

local gone = {
  certgen: { enforceCAValidityThroughoutLeavesDuration: null },
  clustermesh: {
    apiserver: {
      etcdQPS: null,
      kvstoremesh: { etcdQPS: null },
      tls: { auto: { privateKey: null, server: null, subject: null } },
    },
    defaultGlobalNamespace: null,
    disableKubernetesHostAliases: null,
  },
  datapathPlugins: null,
  encryption: { ztunnel: { ca: null, minReadySeconds: null } },
  envoy: {
    clusterMaxPendingRequests: null,
    livenessProbe: { initialDelaySeconds: null, timeoutSeconds: null },
    log: { accessLogEnabled: null },
    minReadySeconds: null,
    nodeLocality: null,
    readinessProbe: { initialDelaySeconds: null, timeoutSeconds: null },
    startupProbe: { initialDelaySeconds: null, timeoutSeconds: null },
    xdsMode: null,
  },
  gatewayAPI: { useRemoteAddress: null },
  hubble: {
    hostUsers: null,
    tls: { auto: { privateKey: null, subject: null } },
  },
  ingressController: {
    hostNetwork: { httpPort: null, httpsPort: null, tlsPassthroughPort: null },
    useRemoteAddress: null,
    xffNumTrustedHops: null,
  },
  k8sClusterNetworkPolicy: null,
  loadBalancer: { reflectorWaitTime: null },
  minReadySeconds: null,
  nativeRoutingCIDRFromClusterPool: null,
  nodePort: { enableDynamicSourceLookup: null },
  nodeinit: { minReadySeconds: null },
  operator: { hostUsers: null },
  preferIpv6: null,
  standaloneDnsProxy: { minReadySeconds: null },
};

// Also what 1.20 lets its users set, at the value that this version always has.
local changed = {
  clustermesh: {
    apiserver: {
      etcdQPS: 20,
      kvstoremesh: { etcdQPS: 100 },
      tls: {
        admin: { cert: '', key: '' },
        auto: { certValidityDuration: 1095, schedule: null },
        enableSecrets: true,
        remote: { cert: '', key: '' },
        server: { cert: '', extraDnsNames: [], extraIpAddresses: [], key: '' },
      },
    },
    enableMCSAPISupport: false,
  },
  devices: null,
  encryption: {
    ipsec: { encryptedOverlay: false },
    strictMode: { allowRemoteNodeIdentities: false, cidr: '', enabled: false },
  },
  envoy: {
    livenessProbe: { timeoutSeconds: 5 },
    readinessProbe: { timeoutSeconds: 5 },
    startupProbe: { initialDelaySeconds: 5 },
    xdsMode: 'split',
  },
  hubble: {
    redact: { kafka: { apiKey: true } },
    relay: { securityContext: { readOnlyRootFilesystem: null } },
    ui: {
      backend: { livenessProbe: { enabled: false }, readinessProbe: { enabled: false }, securityContext: { capabilities: null } },
      frontend: { securityContext: { capabilities: null } },
      securityContext: { runAsNonRoot: null, seccompProfile: null },
    },
  },
  k8s: { apiServerURLs: null },
  preflight: { tofqdnsPreCache: '' },
  standaloneDnsProxy: { minReadySeconds: 5 },
};

local lacksKeys = [
  'clustermesh-default-global-namespace',
  'datapath-plugins-state-dir',
  'enable-datapath-plugins',
  'enable-dynamic-source-lookup-nodeport',
  'enable-k8s-cluster-network-policy',
  'envoy-access-log-enabled',
  'envoy-node-locality-enabled',
  'envoy-xds-mode',
  'gateway-api-use-remote-address',
  'ingress-default-xff-num-trusted-hops',
  'ingress-hostnetwork-http-listener-port',
  'ingress-hostnetwork-https-listener-port',
  'ingress-hostnetwork-tls-passthrough-listener-port',
  'ingress-use-remote-address',
  'lb-reflector-wait-time',
  'prefer-ipv6',
  'proxy-cluster-max-pending-requests',
  'ztunnel-ca-type',
];

next {
  minor: 19,

  images: {
    '1.19.6': images.ofRelease('v1.19.6', {
      cilium: '0df5b2750b64c49843aba1d649e9eaf61467cb0645ad3171db6f6962c095ac92',
      hubbleRelay: '6782a49e3f28eba015701c4410a5ec7fa096fe9a562f879b4372dbecd827ea44',
      clustermeshApiserver: 'accab5fe6ab7134fcd6f916acc9e4c785382a022128ae5495ec4a45fbe18c9a6',
    }, {
      generic: '0db4ca4e06969d8904ee036617795d0e9c3228cf7b8d902ba74fc2bb98d2d665',
      aws: '546d13ac511cf82441b5e9e99e03d0e054b788513ceb1a883e620b8284d5ccc3',
      azure: 'e555430b7f5e4c407daab1afbec3c431ec016a53f1f1b848f67b9242cd3adedd',
      alibabacloud: '031e332cdec61a9ebaca42f044e7e2f5b876ba96ac0ccf1d42acd5954779efaf',
    }) + {
      envoy: image(
        'quay.io/cilium/cilium-envoy',
        'v1.36.9-1782267392-edeb3f2af56c37c407efa1f63f0b32f595399bbc',
        '767101fb8a5e38f055778cb43b7aa8eed80450b37f8121effac3d9de9e06dc99',
      ),
      certgen: image('quay.io/cilium/certgen', 'v0.4.6', '511cedee817713fdf72db7e32fffb4b90da7747661b95180064f18198877626c'),
      hubbleUI: image('quay.io/cilium/hubble-ui', 'v0.13.5', 'f7d514fc54d784ed6df9d58cf0e97648b143f92b766dd1780ed3fc845bd4c516'),
      hubbleUIBackend: image('quay.io/cilium/hubble-ui-backend', 'v0.13.5', 'fac0c300ae119274edca11fd89b1ad23c788792d8bc4ea2ba631c709e8d3c688'),
      startupScript: image('quay.io/cilium/startup-script', '1763560095-8f36c34', '50b9cf9c280096b59b80d2fc8ee6638facef79ac18998a22f0cbc40d5d28c16f'),
      // The chart of this version names no digest.
      ztunnel: image('docker.io/istio/ztunnel', '1.28.0-distroless'),
      spireAgent: image('ghcr.io/spiffe/spire-agent', '1.9.6', '5106ac601272a88684db14daf7f54b9a45f31f77bb16a906bd5e87756ee7b97c'),
      spireServer: image('ghcr.io/spiffe/spire-server', '1.9.6', '59a0b92b39773515e25e68a46c40d3b931b9c1860bc445a79ceb45a805cab8b4'),
      busybox: image('docker.io/library/busybox', '1.37.0', '9532d8c39891ca2ecde4d30d7710e01fb739c87a8b9299685c63704296b16028'),
    },
  },

  values(images): merge(merge(super.values(images), gone), changed),
  notes: (import 'notes.libsonnet')['1.19'],
  gone: gone,
  types: next.types { paths+: { 'gatewayAPI.gatewayClass.create': 'string' } },
  configKeys: std.setDiff(next.configKeys, lacksKeys) + [
    'enable-ipsec-encrypted-overlay',
    'encrypt-interface',
    'hubble-redact-kafka-apikey',
  ],

  chartLabel(release): {},
}
