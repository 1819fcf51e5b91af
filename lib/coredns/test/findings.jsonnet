local example = import 'example.libsonnet';

local refusal(path, message, hint=null, known=null, got=null) = {
  severity: 'refusal',
  path: path,
  message: message,
  [if hint != null then 'hint']: hint,
  [if known != null then 'known']: known,
  [if got != null then 'got']: got,
};
local knobs = std.objectFields(import '../defaults.libsonnet');
local policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
local serverHint = "write an address, '10.0.0.53', '10.0.0.53:5353' or 'tls://10.0.0.53', or a file, '/etc/resolv.conf'";

// Each: what differs from the example cluster, and all that is found.
local cases = {
  nothing: [{}, []],
  'an unknown knob': [
    { settings: { replica: 3 } },
    [refusal(['coredns', 'replica'], 'cniforge does not know coredns.replica', known=knobs)],
  ],
  'an unknown knob while it is off': [
    { settings: { enabled: false, enable: true } },
    [refusal(['coredns', 'enable'], 'cniforge does not know coredns.enable', known=knobs)],
  ],
  'a knob that is elsewhere': [
    { settings: { dnsDomain: 'shop.internal' } },
    [refusal(
      ['coredns', 'dnsDomain'],
      'cniforge does not know coredns.dnsDomain',
      'the domain is the key dnsDomain of the cluster',
      knobs
    )],
  ],
  'what is off may be unfinished': [{ settings: { enabled: false, replicas: 0 }, cluster: { serviceCIDRs: [] } }, []],
  'null is as if left out': [{ settings: { [knob]: null for knob in knobs } { enabled: true } }, []],
  'wrong types': [
    { settings: { replicas: '2', upstreams: '10.0.0.53', nodeLocalCache: 'true' } },
    [
      refusal(['coredns', 'nodeLocalCache'], 'coredns.nodeLocalCache has to be of type boolean, not string', 'write true or false, without quotes'),
      refusal(['coredns', 'replicas'], 'coredns.replicas has to be of type number, not string', 'write a number, without quotes'),
      refusal(['coredns', 'upstreams'], 'coredns.upstreams has to be of type array, not string', "write ['…', …]"),
    ],
  ],

  'a version that is none': [
    { settings: { version: 'latest' } },
    [refusal(['coredns', 'version'], "'latest' is not a version: it is two or three numbers with dots between", "write it as '1.12.1'")],
  ],
  'an old cluster': [
    { cluster: { kubernetesVersion: '1.17.4' } },
    [refusal(
      ['kubernetesVersion'],
      'CoreDNS is known here from Kubernetes 1.18 on, not of 1.17.4',
      'write its manifests into extraObjects'
    )],
  ],
  'a new cluster': [
    { cluster: { kubernetesVersion: '1.35.0' } },
    [refusal(
      ['kubernetesVersion'],
      'CoreDNS is known here up to Kubernetes 1.34, and is installed for 1.35.0 as for that one',
      "compare with 'kubeadm init phase addon all --print-manifest'"
    ) { severity: 'warning' }],
  ],
  'no replica': [
    { settings: { replicas: 0 } },
    [refusal(
      ['coredns', 'replicas'],
      '0 is no number of replicas',
      'a whole number from 1 on; two survive the loss of a node'
    )],
  ],

  'no service network': [
    { cluster: { serviceCIDRs: [] } },
    [refusal(
      ['serviceCIDRs'],
      'CoreDNS needs to know the service network: its Service has the tenth address of it',
      "write serviceCIDRs: ['10.96.0.0/16']"
    )],
  ],
  'a small service network': [
    { cluster: { serviceCIDRs: ['10.96.0.0/29'] } },
    [refusal(
      ['serviceCIDRs'],
      '10.96.0.0/29 has no tenth address, which is where kubeadm puts cluster DNS',
      'a service network has room for at least 16 addresses; coredns.clusterIP names another address'
    )],
  ],
  'a small service network with an address of its own': [
    { cluster: { serviceCIDRs: ['10.96.0.0/29'] }, settings: { clusterIP: '10.96.0.5' } },
    [],
  ],
  'an address from elsewhere': [
    { settings: { clusterIP: '10.97.0.10' } },
    [refusal(['coredns', 'clusterIP'], '10.97.0.10 is not in the service network 10.96.0.0/16', 'leave it out for 10.96.0.10')],
  ],
  'an unknown policy': [
    { settings: { ipFamilyPolicy: 'DualStack' } },
    [refusal(['coredns', 'ipFamilyPolicy'], "'DualStack' is no policy of IP families", null, policies, 'DualStack')],
  ],
  'a policy that came later': [
    { settings: { ipFamilyPolicy: 'PreferDualStack' }, cluster: { kubernetesVersion: '1.19.3' } },
    [refusal(
      ['coredns', 'ipFamilyPolicy'],
      'a Service of Kubernetes 1.19.3 has no ipFamilyPolicy: it came with 1.20',
      'leave it out'
    )],
  ],
  'a family that is missing': [
    { settings: { ipFamilyPolicy: 'RequireDualStack' } },
    [refusal(
      ['coredns', 'ipFamilyPolicy'],
      'RequireDualStack needs a service network of each family, and here is 10.96.0.0/16',
      'give serviceCIDRs of both families, or leave the policy out'
    )],
  ],

  'a server by name': [
    { settings: { upstreams: ['10.0.0.53', 'dns.example.com'] } },
    [refusal(['coredns', 'upstreams', 1], "CoreDNS cannot ask 'dns.example.com'", serverHint)],
  ],
  'servers of all kinds': [
    { settings: { upstreams: ['10.0.0.53', '10.0.0.53:5353', 'fd00::53', '[fd00::53]:53', 'tls://9.9.9.9', '/etc/dns.conf'] } },
    [],
  ],
  'no server': [
    { settings: { stubDomains: { 'corp.example.com': [] } } },
    [refusal(
      ['coredns', 'stubDomains', 'corp.example.com'],
      'coredns.stubDomains.corp.example.com names no server',
      'name at least one, or leave it out'
    )],
  ],
  'more servers than CoreDNS takes': [
    { settings: { upstreams: ['10.0.0.' + i for i in std.range(1, 16)] } },
    [refusal(['coredns', 'upstreams'], 'CoreDNS forwards to 15 servers at most, and here are 16')],
  ],
  'zones that are none': [
    { settings: { stubDomains: { 'a {': ['10.0.0.1'] } } },
    [refusal(['coredns', 'stubDomains'], "'a {' names no zones", "write them as in a Corefile: 'example.org:53'")],
  ],

  'an unknown plugin': [
    { settings: { plugins: { cahce: '60' } } },
    [refusal(
      ['coredns', 'plugins', 'cahce'],
      "CoreDNS has no plugin 'cahce'",
      'set coredns.image if yours was built with it',
      import '../plugins.libsonnet'
    )],
  ],
  'an unknown plugin in an image of its own': [
    { settings: { image: 'example.com/coredns:1', plugins: { ads: '' } } },
    [],
  ],
  'a plugin that the probes need': [
    { settings: { plugins: { ready: null, loop: null } } },
    [refusal(
      ['coredns', 'plugins', 'ready'],
      "the plugin 'ready' cannot be taken away",
      "the Deployment's readiness probe asks it"
    )],
  ],
  'a block that does not end': [
    { settings: { plugins: { hosts: '{\n10.0.0.1 a' } } },
    [refusal(
      ['coredns', 'plugins', 'hosts'],
      "coredns.plugins.hosts opens '{' 1 times and closes '}' 0 times",
      'CoreDNS would not start'
    )],
  ],
  'a plugin that is a number': [
    { settings: { plugins: { cache: 60 } } },
    [refusal(
      ['coredns', 'plugins', 'cache'],
      'coredns.plugins.cache has to be of type string, not number',
      "write what stands behind the name in the Corefile, '' for nothing, or null to take it away"
    )],
  ],
  'parts beside a whole Corefile': [
    { settings: { corefile: '.:53 {\n}\n', plugins: { log: '' } } },
    [refusal(
      ['coredns', 'plugins'],
      'coredns.plugins has no effect beside a Corefile of its own',
      'write it into coredns.corefile, or leave that out'
    )],
  ],
  'an empty Corefile': [
    { settings: { corefile: '\n' } },
    [refusal(['coredns', 'corefile'], 'the Corefile is empty', 'leave it out for that of kubeadm')],
  ],
};

// Which rules the findings of a case are of; those of the cases that are not here are of none.
local rules = {
  'a family that is missing': ['CNI150'],
  'a new cluster': ['CNI152'],
  'a policy that came later': ['CNI150'],
  'a small service network': ['CNI150'],
  'an address from elsewhere': ['CNI150'],
  'an old cluster': ['CNI152'],
  'an unknown policy': ['CNI150'],
  'no service network': ['CNI150'],
};

// The rest of them.
local withoutRules(findings) = [std.mergePatch(finding, { rule: null }) for finding in findings];

{
  [name]: {
    local changes = { cluster: {}, settings: {} } + cases[name][0],
    actual: withoutRules(example(changes.cluster, changes.settings).findings),
    expected: cases[name][1],
  }
  for name in std.objectFields(cases)
} + {
  'the rules of all cases': {
    actual: {
      [name]: ids
      for name in std.objectFields(cases)
      for ids in [
        local changes = { cluster: {}, settings: {} } + cases[name][0];
        [std.get(finding, 'rule') for finding in example(changes.cluster, changes.settings).findings],
      ]
      if std.length([id for id in ids if id != null]) > 0
    },
    expected: rules,
  },
}
