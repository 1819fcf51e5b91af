// Cilium 1.20: the reference that the other versions are described against.
local images = import 'images.libsonnet';
local image = images.image;

{
  minor: 20,

  // Images of each patch release. A new patch release is a new entry here, and usually nothing else.
  images: {
    '1.20.0': images.ofRelease('v1.20.0', {
      cilium: '383968cd5e8873f7976fa76aa6196045643558f4cc9518a207b9335cb24a0e93',
      hubbleRelay: '2ca16981c7eb98df0ba9c9d18896bb9ca628b5cbd40dc9801339f4741f91ee94',
      clustermeshApiserver: 'c791d0c334d4515d40041b2660d50a1b94b0179ef1d3c120bd350aebc9115e92',
    }, {
      generic: '80744a8cc7c91c2f9e6347629406844eb35d79b30a732c6d41c15b17232a74f3',
      aws: 'a0e50fa611fa3e2e8b1c9521a3e813576034a0b3d626e9c128ac01f8f7dfd0fa',
      azure: '4506f8d0c9f2dd187313f71b37a789986c1c1699f59c52973941df9eb5ccae0c',
      alibabacloud: '52535dba067abf5b1cce2a666ee3f9430a1682ade3bf11db5f118436e84ad2e9',
    }) + {
      envoy: image(
        'quay.io/cilium/cilium-envoy',
        'v1.37.5-1782911245-7cffc778c923f68a77954a53b1a98d6b5353f004',
        '583057dd4f7d54cd41efff3c413aa0b148ac201f522e2c3336851fa89c78b039',
      ),
      certgen: image('quay.io/cilium/certgen', 'v0.4.8', 'e65f1d15a0ffaf2df32797c8ad1c797fc64dad11c274cd96a2eafa89d712cdc3'),
      hubbleUI: image('quay.io/cilium/hubble-ui', 'v0.13.5', 'f7d514fc54d784ed6df9d58cf0e97648b143f92b766dd1780ed3fc845bd4c516'),
      hubbleUIBackend: image('quay.io/cilium/hubble-ui-backend', 'v0.13.5', 'fac0c300ae119274edca11fd89b1ad23c788792d8bc4ea2ba631c709e8d3c688'),
      startupScript: image('quay.io/cilium/startup-script', '1782916218-36ae25f', 'f99e2beda7324e93ba04d6240d9626a6b9ab023d7d56e3b029d3d9c823ce63ef'),
      ztunnel: image('quay.io/cilium/ztunnel', 'v1.0.0', '884de5adde400e39f58e36c7a729f7690466ca4a8eb4c2a8daa9c1c025115b24'),
      spireAgent: image('ghcr.io/spiffe/spire-agent', '1.15.2', '1d042e4040466686e0ee46f74981ff2167c86adfadca19b3835946f4d6047536'),
      spireServer: image('ghcr.io/spiffe/spire-server', '1.15.2', 'aa74ef1be86bc8e0684007d84a4d9859d294384d842c30425048d73429f3216e'),
      busybox: image('docker.io/library/busybox', '1.38.0', 'fd8d9aa63ba2f0982b5304e1ee8d3b90a210bc1ffb5314d980eb6962f1a9715d'),
    },
  },

  values: import 'values.libsonnet',
  // Values that a later version brought, and this one does not know.
  gone: {},
  types: import 'types.libsonnet',
  notes: (import 'notes.libsonnet')['1.20'],
  removed: import 'removed.libsonnet',
  configKeys: import 'config-keys.libsonnet',

  // Labels that the chart of this version puts on nearly every object.
  chartLabel(release): { 'helm.sh/chart': 'cilium-' + release },

  // What the official chart of this version gets wrong and an install by it therefore has. Kept, so that what runs does
  // not change when Helm is left behind; whoever is hit gets a warning (checks/warnings.libsonnet).
  defects:: {
    // The Job asks for the metrics certificate by a name with this behind it, which no client can verify.
    certgenMetricsName: ' | quote }}',
    // The resources of the Job for CoreDNS lie beside them in its container, where Kubernetes does not read them.
    looseResources: true,
  },
}
