local example = import 'example.libsonnet';

local argNames = ['asn', 'networkMode', 'switch-ip'];
local ipv6Hint = "choose a version of Cilium's own, such as version: '1.20.0', or leave the IPv6 CIDRs out";
local refusal(path, message, hint=null, known=null, got=null) = {
  severity: 'refusal',
  path: path,
  message: message,
  [if hint != null then 'hint']: hint,
  [if known != null then 'known']: known,
  [if got != null then 'got']: got,
};
local noMode(mode) = refusal(
  ['networkArgs', 'networkMode'],
  "there is no network mode '" + mode + "'",
  "TKEStack's modes are overlay and underlay",
  ['overlay', 'underlay'],
  mode
);
local noASN(text) = refusal(
  ['networkArgs', 'asn'],
  "'" + text + "' is no number of an autonomous system",
  "a whole number from 1 to 4294967295, in quotes: '64512'"
);

// Each: what differs from the example cluster, and every problem that is found.
local cases = {
  'overlay by default': [{}, []],
  'overlay by name': [{ networkArgs: { networkMode: 'overlay' } }, []],
  underlay: [{ networkArgs: example.underlay }, []],

  // TKEStack renders something for each of these.
  'an unknown mode': [{ networkArgs: { networkMode: 'vxlan' } }, [noMode('vxlan')]],
  'a mode in capitals': [{ networkArgs: { networkMode: 'Underlay' } }, [noMode('Underlay')]],
  'an empty mode': [{ networkArgs: { networkMode: '' } }, [noMode('')]],
  'a mode that is a number': [
    { networkArgs: { networkMode: 1 } },
    [refusal(['networkArgs', 'networkMode'], 'networkArgs.networkMode has to be of type string, not number', 'put it in quotes')],
  ],
  'underlay alone': [
    { networkArgs: { networkMode: 'underlay' } },
    [
      refusal(
        ['networkArgs'],
        'the mode underlay needs networkArgs.asn',
        "cilium-router speaks BGP with the switch: name its autonomous system, asn: '64512'"
      ),
      refusal(
        ['networkArgs'],
        'the mode underlay needs networkArgs.switch-ip',
        "cilium-router speaks BGP with the switch: name its address, 'switch-ip': '10.0.0.1'"
      ),
    ],
  ],
  'a switch without a mode': [
    { networkArgs: { 'switch-ip': '10.0.0.1' } },
    [refusal(
      ['networkArgs', 'switch-ip'],
      'networkArgs.switch-ip has no effect in the mode overlay',
      "leave it out, or set networkMode: 'underlay'"
    )],
  ],
  'a word for a number': [{ networkArgs: example.underlay { asn: 'AS64512' } }, [noASN('AS64512')]],
  'no number': [{ networkArgs: example.underlay { asn: '' } }, [noASN('')]],
  'a number of zero': [{ networkArgs: example.underlay { asn: '0' } }, [noASN('0')]],
  'a number of five bytes': [{ networkArgs: example.underlay { asn: '4294967296' } }, [noASN('4294967296')]],
  'the largest number': [{ networkArgs: example.underlay { asn: '4294967295' } }, []],
  'a number without quotes': [
    { networkArgs: example.underlay { asn: 64512 } },
    [refusal(['networkArgs', 'asn'], 'networkArgs.asn has to be of type string, not number', 'put it in quotes')],
  ],
  'a switch by name': [
    { networkArgs: example.underlay { 'switch-ip': 'switch-1' } },
    [refusal(['networkArgs', 'switch-ip'], "'switch-1' is no address of a switch", "write it as '10.0.0.1'")],
  ],
  'a switch with a prefix': [
    { networkArgs: example.underlay { 'switch-ip': '10.0.0.1/24' } },
    [refusal(['networkArgs', 'switch-ip'], "'10.0.0.1/24' is no address of a switch", "write it as '10.0.0.1'")],
  ],
  'a switch by IPv6': [
    { networkArgs: example.underlay { 'switch-ip': 'fd00::1' } },
    [refusal(
      ['networkArgs', 'switch-ip'],
      "the switch has to be named by an IPv4 address: TKEStack's Cilium has no IPv6, and a node's label cannot hold 'fd00::1'",
      "write it as '10.0.0.1'"
    )],
  ],

  'the misspelling of the documentation': [
    { networkArgs: { networkMode: 'overlay', ans: '64512' } },
    [refusal(
      ['networkArgs', 'ans'],
      "TKEStack's Cilium does not know networkArgs.ans",
      "TKEStack's own documentation misspells it: asn",
      argNames
    )],
  ],
  'a key of cilium-config': [
    { networkArgs: { 'enable-policy': 'always' } },
    [refusal(
      ['networkArgs', 'enable-policy'],
      "TKEStack's Cilium does not know networkArgs.enable-policy",
      "TKEStack's templates take no other key; to set one of cilium-config, patch it: manifests+: { cilium+: { config+: "
      + "{ data+: { 'enable-policy': '…' } } } }",
      argNames
    )],
  ],

  'IPv6 pods': [
    { cluster: { podCIDRs: ['10.244.0.0/16', 'fd00:10:16::/64'] } },
    [refusal(['podCIDRs'], "TKEStack's Cilium has no IPv6: pods cannot have addresses of fd00:10:16::/64", ipv6Hint)],
  ],
  'IPv6 services': [
    { cluster: { serviceCIDRs: ['fd00:10:96::/112'] } },
    [refusal(
      ['serviceCIDRs'],
      "TKEStack's Cilium has no IPv6: no pod can stand behind an address of fd00:10:96::/112",
      ipv6Hint
    )],
  ],

  values: [
    { settings: { values: { hubble: { enabled: false } } } },
    [refusal(
      ['cilium', 'values'],
      "TKEStack's Cilium is no Helm chart: it takes no values",
      "leave them out, or choose a version of Cilium's own, such as version: '1.20.0'"
    )],
  ],
  'another namespace': [
    { settings: { namespace: 'cilium' } },
    [refusal(['cilium', 'namespace'], "TKEStack's Cilium runs in kube-system and nowhere else", 'leave it out')],
  ],
  'an unknown key': [
    { settings: { vpcId: 'vpc-1' } },
    [refusal(
      ['cilium', 'vpcId'],
      "TKEStack's Cilium does not know cilium.vpcId",
      known=['images', 'namespace', 'values', 'version', 'vpcID']
    )],
  ],
  'an unknown image': [
    { settings: { images: { ipamd: 'example.com/ipamd:v1' } } },
    [refusal(
      ['cilium', 'images', 'ipamd'],
      "TKEStack's Cilium does not know cilium.images.ipamd",
      known=['cilium', 'cilium-operator-generic', 'cilium-router', 'ip-masq-agent', 'tke-eni-ipamd']
    )],
  ],
  'an image that is a map, as other versions take it': [
    { settings: { images: { cilium: { digest: 'sha256:0' } } } },
    [refusal(['cilium', 'images', 'cilium'], 'cilium.images.cilium has to be of type string, not object', 'put it in quotes')],
  ],
  'null is as if left out': [{ settings: { images: null, vpcID: null, values: null } }, []],
};

local notes(result) = [finding.message for finding in result.findings if finding.severity == 'note'];
local vpcNote = "tke-eni-ipamd works in the VPC that TKEStack's template names";

// Which rules the findings of a case are of; those of the cases that are not here are of none.
local rules = {
  'IPv6 pods': ['CNI171'],
  'IPv6 services': ['CNI171'],
  'a mode in capitals': ['CNI170'],
  'a switch without a mode': ['CNI170'],
  'an empty mode': ['CNI170'],
  'an unknown mode': ['CNI170'],
  'underlay alone': ['CNI170', 'CNI170'],
};

// The rest of them.
local withoutRules(findings) = [std.mergePatch(finding, { rule: null }) for finding in findings];

{
  [name]: {
    local changes = { cluster: {}, settings: {}, networkArgs: {} } + cases[name][0],
    actual: withoutRules(example.problems(example.of(changes.cluster, changes.settings, changes.networkArgs))),
    expected: cases[name][1],
  }
  for name in std.objectFields(cases)
} + {
  'what underlay needs of the nodes': {
    actual: notes(example.of(networkArgs=example.underlay, settingChanges={ vpcID: 'vpc-1' })),
    expected: [
      'each node needs the labels infra.tce.io/as=64512 and infra.tce.io/switch-ip=10.0.0.1; cilium-router does not run '
      + 'on a node without them',
    ],
  },
  'what overlay needs of the control plane': {
    actual: notes(example.of()),
    expected: [
      'the overlay mode needs kube-controller-manager with --allocate-node-cidrs=false and --configure-cloud-routes=false',
      vpcNote,
    ],
  },
  'no note beside a refusal': {
    actual: notes(example.of(networkArgs={ networkMode: 'underlay' })),
    expected: [],
  },
} + {
  'the rules of all cases': {
    actual: {
      [name]: ids
      for name in std.objectFields(cases)
      for ids in [
        local changes = { cluster: {}, settings: {}, networkArgs: {} } + cases[name][0];
        [std.get(finding, 'rule') for finding in example.problems(example.of(changes.cluster, changes.settings, changes.networkArgs))],
      ]
      if std.length([id for id in ids if id != null]) > 0
    },
    expected: rules,
  },
}
