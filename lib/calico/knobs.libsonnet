// The shapes of the knobs in defaults.libsonnet.
local encapsulations = import 'encapsulations.libsonnet';

local pool(blockSizes) = {
  fields: {
    cidr: 'string',
    blockSize: { whole: blockSizes },
    encapsulation: { words: std.objectFields(encapsulations) },
    natOutgoing: 'boolean',
    nodeSelector: 'string',
    disableBGPExport: 'boolean',
  },
};

// release: one of versions.libsonnet, or null if the version is not known
function(release, versions) {
  fields: {
    version: { words: versions },
    backend: { words: ['bird', 'vxlan', 'none'] },
    dataplane: { words: ['iptables', 'nftables', 'eBPF'] },
    encapsulation: { words: std.objectFields(encapsulations) },
    mtu: { whole: [0, 65535] },
    typha: { fields: { enabled: 'boolean', replicas: { whole: [0, null] } } },
    ipPools: { fields: { ipv4: pool([20, 32]), ipv6: pool([116, 128]) } },
    felix: 'object',
    cniConfig: 'object',
    cniPlugins: { map: 'object' },
    images: if release == null then 'object' else { fields: { [name]: 'string' for name in std.objectFields(release.images) } },
    imagePullPolicy: { words: ['Always', 'IfNotPresent', 'Never'] },
    imagePullSecrets: { list: 'string' },
  },
}
