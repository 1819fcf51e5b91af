local example = import 'example.libsonnet';

local corefile(changes={}, settings={}) = example(changes, settings).components.coredns.config.data.Corefile;
// The lines of the default server block that begin with one of these words.
local directives(text, words) = [
  line
  for line in [std.stripChars(each, ' ') for each in std.split(text, '\n')]
  if std.member(words, std.split(line, ' ')[0])
];

{
  'as kubeadm writes it': {
    actual: corefile(),
    expected: |||
      .:53 {
          errors
          health {
             lameduck 5s
          }
          ready
          kubernetes cluster.local in-addr.arpa ip6.arpa {
             pods insecure
             fallthrough in-addr.arpa ip6.arpa
             ttl 30
          }
          prometheus :9153
          forward . /etc/resolv.conf {
             max_concurrent 1000
          }
          cache 30 {
             disable success cluster.local
             disable denial cluster.local
          }
          loop
          reload
          loadbalance
      }
    |||,
  },
  'the options that versions brought': {
    actual: [
      directives(corefile({ kubernetesVersion: version }), ['max_concurrent', 'disable'])
      for version in ['1.18.3', '1.19.0', '1.31.4', '1.32.0']
    ],
    expected: [
      [],
      ['max_concurrent 1000'],
      ['max_concurrent 1000'],
      ['max_concurrent 1000', 'disable success cluster.local', 'disable denial cluster.local'],
    ],
  },
  'an older CoreDNS is not given what it does not know': {
    actual: [
      directives(corefile(settings={ version: version }), ['max_concurrent', 'disable', 'cache'])
      for version in ['1.6.7', '1.9.3', '1.9.4']
    ],
    expected: [
      ['cache 30'],
      ['max_concurrent 1000', 'cache 30'],
      ['max_concurrent 1000', 'cache 30 {', 'disable success cluster.local', 'disable denial cluster.local'],
    ],
  },
  'another domain': {
    actual: directives(corefile({ dnsDomain: 'shop.internal' }), ['kubernetes', 'disable']),
    expected: [
      'kubernetes shop.internal in-addr.arpa ip6.arpa {',
      'disable success shop.internal',
      'disable denial shop.internal',
    ],
  },
  'other servers': {
    actual: directives(corefile(settings={ upstreams: ['10.0.0.53', 'fd00::53'] }), ['forward']),
    expected: ['forward . 10.0.0.53 fd00::53 {'],
  },
  'plugins: one is changed, one goes, one comes': {
    local text = corefile({ kubernetesVersion: '1.18.3' }, {
      plugins: { cache: '60', loop: null, log: '', hosts: '{\n  10.0.0.1 registry.internal\n  fallthrough\n}' },
    }),
    actual: text,
    expected: |||
      .:53 {
          errors
          health {
             lameduck 5s
          }
          ready
          kubernetes cluster.local in-addr.arpa ip6.arpa {
             pods insecure
             fallthrough in-addr.arpa ip6.arpa
             ttl 30
          }
          prometheus :9153
          forward . /etc/resolv.conf
          cache 60
          reload
          loadbalance
          hosts {
            10.0.0.1 registry.internal
            fallthrough
          }
          log
      }
    |||,
  },
  'domains with servers of their own': {
    local text = corefile(settings={ stubDomains: { 'corp.example.com': ['10.0.0.53', '10.0.0.54:5353'] } }),
    actual: std.split(text, '\ncorp.example.com:53 ')[1],
    expected: |||
      {
          errors
          cache 30
          loop
          forward . 10.0.0.53 10.0.0.54:5353
      }
    |||,
  },
  'further server blocks': {
    local text = corefile(settings={ servers: { 'example.org:5353': 'errors\nwhoami' } }),
    actual: std.split(text, '\nexample.org:5353 ')[1],
    expected: |||
      {
          errors
          whoami
      }
    |||,
  },
  "a Corefile of one's own": {
    actual: corefile(settings={ corefile: '.:53 {\n  whoami\n}\n' }),
    expected: '.:53 {\n  whoami\n}\n',
  },
}
