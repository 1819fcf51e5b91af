// The standalone DNS proxy: answers pods while the agent on their node restarts.
local k = import '../kube.libsonnet';

local appLabels = { 'k8s-app': 'standalone-dns-proxy' };
local labels = appLabels { name: 'standalone-dns-proxy', 'app.kubernetes.io/name': 'standalone-dns-proxy' };

function(c) if !k.isSet(c.values.standaloneDnsProxy.enabled) then {} else
  local v = c.values;
  local values = v.standaloneDnsProxy;
  local data = k.compact({
    'enable-l7-proxy': k.text(v.l7Proxy),
    'enable-ipv4': k.text(v.ipv4.enabled),
    'enable-ipv6': k.text(v.ipv6.enabled),
    'enable-standalone-dns-proxy': 'true',
    'standalone-dns-proxy-server-port': k.text(values.serverPort),
    'tofqdns-proxy-port': k.text(v.dnsProxy.proxyPort),
    'tofqdns-enable-dns-compression': k.text(v.dnsProxy.enableDnsCompression),
    debug: k.text(values.debug),
  });
  {
    dnsProxyDaemonset: {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: c.metadata('standalone-dns-proxy', labels, values.annotations),
      spec: k.compact({
        selector: { matchLabels: appLabels },
        minReadySeconds: k.given(values.minReadySeconds),
        updateStrategy: k.given(values.updateStrategy),
        template: {
          metadata: {
            annotations: c.annotations([
              if k.isSet(values.rollOutPods) then { 'cilium.io/standalone-dns-proxy-configmap-checksum': c.checksum(data) },
              { 'container.apparmor.security.beta.kubernetes.io/standalone-dns-proxy': 'unconfined' },
            ]),
            labels: labels + c.labels,
          },
          spec: k.compact({
            hostNetwork: true,
            hostUsers: c.hostUsers(true),
            automountServiceAccountToken: values.automountServiceAccountToken,
            containers: [k.compact({
              name: 'standalone-dns-proxy',
              image: c.image(values.image),
              imagePullPolicy: k.given(values.image.pullPolicy),
              args: ['--config-dir=/tmp/standalone-dns-proxy/config-map'],
              securityContext: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'], drop: ['ALL'] } },
              volumeMounts: [
                k.mount('standalone-dns-proxy-config-path', '/tmp/standalone-dns-proxy/config-map', readOnly=true),
                k.mount('runtime-dir', '/var/run/standalone-dns-proxy'),
              ],
            })],
            nodeSelector: k.given(values.nodeSelector),
            tolerations: [{ operator: 'Exists' }] + k.orEmpty(values.tolerations),
            volumes: [
              { name: 'standalone-dns-proxy-config-path', configMap: { name: 'standalone-dns-proxy-config', defaultMode: 420 } },
              { name: 'runtime-dir', emptyDir: {} },
            ],
          }),
        },
      }),
    },
    dnsProxyConfig: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: c.bareMetadata('standalone-dns-proxy-config', values.annotations),
      data: data,
    },
  }
