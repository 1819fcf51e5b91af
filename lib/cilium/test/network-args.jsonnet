// networkArgs over the generated cilium-config: known, renamed, gone, not there yet, wrong.
local readNetworkArgs = import '../network-args.libsonnet';
local versions = import '../versions/main.libsonnet';
local example = import 'example.libsonnet';

local read(release, args, extraConfig={}) = readNetworkArgs(versions.of(release), args, extraConfig);
local said(release, args, extraConfig={}) = [
  finding.severity + ' at ' + std.join('.', finding.path) + ': ' + finding.message
  for finding in read(release, args, extraConfig).findings
];
local releases = versions.releases;
local newest = releases[std.length(releases) - 1];

{
  'a known key is taken as it is': {
    actual: read(newest, { 'enable-policy': 'always', mtu: '1420' }),
    expected: { args: { 'enable-policy': 'always', mtu: '1420' }, findings: [] },
  },
  'they win over values': {
    actual: example.config(example.new({ MTU: 1400 }, { mtu: '9000' })).mtu,
    expected: '9000',
  },
  'and over extraConfig': {
    actual: example.config(example.new({ extraConfig: { mine: 'a' } }, { mine: 'b' })).mine,
    expected: 'b',
  },
  'a key of extraConfig is known, whatever it is called': {
    actual: [said(newest, { mine: 'b' }, { mine: 'a' }), said(newest, { tunnel: 'x' }, { tunnel: 'a' })],
    expected: [[], []],
  },
  'every known key of every version is taken': {
    actual: [
      release + ' ' + key
      for release in releases
      for key in std.objectFields(versions.of(release).configKeys)
      if read(release, { [key]: 'true' }).findings != []
    ],
    expected: [
      release + ' ' + key
      for release in releases
      for key in ['enable-policy', 'routing-mode', 'tunnel-protocol']
    ],
  },
  'tunnel is translated in every version': {
    actual: [
      [read(release, { tunnel: value }).args for value in ['disabled', 'geneve', 'vxlan']]
      for release in releases
    ],
    expected: [
      [
        { 'routing-mode': 'native' },
        { 'routing-mode': 'tunnel', 'tunnel-protocol': 'geneve' },
        { 'routing-mode': 'tunnel', 'tunnel-protocol': 'vxlan' },
      ]
      for release in releases
    ],
  },
  'and a list says so': {
    actual: read(newest, { tunnel: 'vxlan' }).findings,
    expected: [{
      severity: 'note',
      path: ['networkArgs', 'tunnel'],
      message: "`tunnel` is gone since Cilium 1.15; 'vxlan' became 'routing-mode': 'tunnel' and 'tunnel-protocol': 'vxlan'",
      hint: "write 'routing-mode': 'tunnel' and 'tunnel-protocol': 'vxlan' instead",
    }],
  },
  'a value that tunnel never had brings the values that it had': {
    local finding = read(newest, { tunnel: 'vxlam' }).findings[0],
    actual: [finding.message, finding.known, finding.got],
    expected: [
      "'vxlam' is no value of `tunnel`, which is gone since Cilium 1.15",
      ['disabled', 'geneve', 'vxlan'],
      'vxlam',
    ],
  },
  'a known key with a wrong word is refused': {
    actual: [said(newest, { [key]: 'sometimes' }) for key in ['enable-policy', 'kube-proxy-replacement', 'routing-mode', 'tunnel-protocol']],
    expected: [
      ["refusal at networkArgs.enable-policy: 'sometimes' is no value of `enable-policy`"],
      ["refusal at networkArgs.kube-proxy-replacement: 'sometimes' is no value of `kube-proxy-replacement`"],
      ["refusal at networkArgs.routing-mode: 'sometimes' is no value of `routing-mode`"],
      ["refusal at networkArgs.tunnel-protocol: 'sometimes' is no value of `tunnel-protocol`"],
    ],
  },
  'modes of replacing kube-proxy that are one of two now': {
    actual: [read(newest, { 'kube-proxy-replacement': mode }).args for mode in ['strict', 'disabled', 'true', 'false']],
    expected: [{ 'kube-proxy-replacement': mode } for mode in ['true', 'false', 'true', 'false']],
  },
  'and those that are neither': {
    actual: std.flattenArrays([said(newest, { 'kube-proxy-replacement': mode }) for mode in ['probe', 'partial']]),
    expected: [
      "refusal at networkArgs.kube-proxy-replacement: '" + mode + "' is no value of `kube-proxy-replacement`"
      for mode in ['probe', 'partial']
    ],
  },
  'a key that was renamed keeps its value from the version on that renamed it': {
    local args = { 'encryption-strict-mode-cidr': '10.0.0.0/8' },
    actual: [read(release, args).args for release in releases],
    expected: [args] + [{ 'encryption-strict-egress-cidr': '10.0.0.0/8' } for _ in releases[1:]],
  },
  'names of 1.9, as TKEStack wrote them': {
    actual: read(newest, { masquerade: 'true', 'native-routing-cidr': '10.0.0.0/8', 'node-port-mode': 'dsr' }).args,
    expected: { 'enable-ipv4-masquerade': 'true', 'ipv4-native-routing-cidr': '10.0.0.0/8', 'bpf-lb-mode': 'dsr' },
  },
  'what is always on needs no argument': {
    local on = read(newest, { 'enable-session-affinity': 'true' }),
    actual: [on.args, [finding.severity for finding in on.findings]],
    expected: [{}, ['note']],
  },
  'and cannot be switched off': {
    actual: said(newest, { 'enable-session-affinity': 'false' }),
    expected: ["refusal at networkArgs.enable-session-affinity: `enable-session-affinity` is gone since Cilium 1.19: it is always 'true'"],
  },
  'what is gone is known by the versions before': {
    actual: [said(release, { 'encrypt-interface': 'eth0' }) for release in releases],
    expected: [[], [], ['refusal at networkArgs.encrypt-interface: `encrypt-interface` is gone since Cilium 1.20']],
  },
  'what came later is refused by the versions before': {
    actual: [said(release, { 'prefer-ipv6': 'true' }) for release in releases],
    expected: [
      ['refusal at networkArgs.prefer-ipv6: Cilium 1.18 does not know `prefer-ipv6` yet: it came with Cilium 1.20'],
      ['refusal at networkArgs.prefer-ipv6: Cilium 1.19 does not know `prefer-ipv6` yet: it came with Cilium 1.20'],
      [],
    ],
  },
  'a key that nobody knows': {
    local finding = read(newest, { 'enable-polic': 'always' }).findings[0],
    actual: [finding.message, std.member(finding.known, 'enable-policy')],
    expected: ['Cilium 1.20 knows no key `enable-polic` of cilium-config', true],
  },
  'a value that is no string': {
    actual: said(newest, { mtu: 1420, 'enable-ipv4': true }),
    expected: [
      'refusal at networkArgs.enable-ipv4: `enable-ipv4` is a boolean, and cilium-config holds only strings',
      'refusal at networkArgs.mtu: `mtu` is a number, and cilium-config holds only strings',
    ],
  },
  'two that contradict each other': {
    actual: said(newest, { tunnel: 'disabled', 'routing-mode': 'tunnel' })[1:],
    expected: ["refusal at networkArgs.tunnel: `tunnel` says 'native' for `routing-mode`, and networkArgs.routing-mode says 'tunnel'"],
  },
  'two that say the same': {
    actual: read(newest, { tunnel: 'vxlan', 'tunnel-protocol': 'vxlan' }).args,
    expected: { 'routing-mode': 'tunnel', 'tunnel-protocol': 'vxlan' },
  },
  'what a dropped key became is known to the versions that dropped it': {
    local dropped = import '../versions/dropped-keys.libsonnet',
    actual: [
      release + ' ' + key + ' → ' + target
      for release in releases
      for key in std.objectFields(dropped)
      if !(key in versions.of(release).configKeys)
      for target in std.objectFields(read(release, { [key]: if 'values' in dropped[key] then std.objectFields(dropped[key].values)[0] else 'x' }).args)
      if !(target in versions.of(release).configKeys)
    ],
    expected: [],
  },
  'every key that a version knew and its successor does not is explained': {
    local dropped = import '../versions/dropped-keys.libsonnet',
    actual: [
      key
      for i in std.range(1, std.length(releases) - 1)
      for key in std.objectFields(versions.of(releases[i - 1]).configKeys)
      if !(key in versions.of(releases[i]).configKeys) && !(key in dropped)
    ],
    expected: [],
  },
  'they are checked although values are refused': {
    actual: example.said(example.new({ MTU: 'x' }, { 'enable-polic': 'always' })),
    expected: [
      'refusal: `MTU` must be a whole number, not a string',
      'refusal: Cilium 1.20 knows no key `enable-polic` of cilium-config',
    ],
  },
  'also where extraConfig is no map': {
    actual: std.length(example.new({ extraConfig: 'x' }, { 'enable-polic': 'always' }).findings),
    expected: 2,
  },
}
