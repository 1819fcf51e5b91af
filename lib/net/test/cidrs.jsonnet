local net = import '../main.libsonnet';

// CIDR → [canonical text, network, host bits set, exponent of its size]; null where it is no CIDR.
local cidrs = {
  '10.244.0.0/16': ['10.244.0.0/16', '10.244.0.0/16', false, 16],
  '10.244.7.1/16': ['10.244.7.1/16', '10.244.0.0/16', true, 16],
  '10.244.0.1/32': ['10.244.0.1/32', '10.244.0.1/32', false, 0],
  '10.255.255.255/31': ['10.255.255.255/31', '10.255.255.254/31', true, 1],
  '172.16.0.0/12': ['172.16.0.0/12', '172.16.0.0/12', false, 20],
  '172.31.255.255/12': ['172.31.255.255/12', '172.16.0.0/12', true, 20],
  '192.168.130.0/23': ['192.168.130.0/23', '192.168.130.0/23', false, 9],
  '0.0.0.0/0': ['0.0.0.0/0', '0.0.0.0/0', false, 32],
  '1.2.3.4/0': ['1.2.3.4/0', '0.0.0.0/0', true, 32],
  'fd00:10:96::/112': ['fd00:10:96::/112', 'fd00:10:96::/112', false, 16],
  'FD00:10:96:0::1/112': ['fd00:10:96::1/112', 'fd00:10:96::/112', true, 16],
  'fd00:10:10:0:abcd::/65': ['fd00:10:10:0:abcd::/65', 'fd00:10:10:0:8000::/65', true, 63],
  '2001:db8:ffff::/33': ['2001:db8:ffff::/33', '2001:db8:8000::/33', true, 95],
  '::/0': ['::/0', '::/0', false, 128],
  '::1/128': ['::1/128', '::1/128', false, 0],
  '::ffff:10.1.2.3/112': ['::ffff:10.1.2.3/112', '::ffff:10.1.0.0/112', true, 16],
  '': null,
  '/': null,
  '/16': null,
  '10.0.0.0': null,
  '10.0.0.0/': null,
  '10.0.0.0/33': null,
  '10.0.0.0/128': null,
  '10.0.0.0/-1': null,
  '10.0.0.0/08': null,
  '10.0.0.0/8/8': null,
  '10.0.0.0/255.0.0.0': null,
  '10.0.0.0/1e1': null,
  '10.0.0.0/99999999999999999999': null,
  '10.0.0/8': null,
  '10.0.0.0/8,fd00::/64': null,
  'fd00::/129': null,
  'fd00::': null,
};

local problems = {
  '10.0.0.0': "'10.0.0.0' is not a CIDR: it is an address, a slash and a prefix length",
  '10.0.0.0/33': "'10.0.0.0/33' is not a CIDR: the prefix length of IPv4 is 0 to 32; 33 is above 32",
  'fd00::/129': "'fd00::/129' is not a CIDR: the prefix length of IPv6 is 0 to 128; 129 is above 128",
  '10.0.0.0/': "'10.0.0.0/' is not a CIDR: the prefix length of IPv4 is 0 to 32; a number is missing",
  '10.0.0.0/08': "'10.0.0.0/08' is not a CIDR: the prefix length of IPv4 is 0 to 32; '08' has a leading zero",
  '10.300.0.0/8': "'10.300.0.0/8' is not a CIDR: 300 is above 255",
};

// [block, address or block, contained, overlapping]
local pairs = [
  ['10.244.0.0/16', '10.244.0.0/16', true, true],
  ['10.244.0.0/16', '10.244.255.0/24', true, true],
  ['10.244.255.0/24', '10.244.0.0/16', false, true],
  ['10.244.0.0/16', '10.245.0.0/16', false, false],
  ['10.244.0.0/15', '10.245.0.0/16', true, true],
  ['10.244.0.0/16', '10.244.9.9', true, true],
  ['10.244.0.0/16', '10.96.0.10', false, false],
  ['10.244.3.3/16', '10.244.9.9', true, true],
  ['10.244.3.3/16', '10.244.8.8/16', true, true],
  ['0.0.0.0/0', '255.255.255.255', true, true],
  ['10.0.0.1', '10.0.0.1', true, true],
  ['10.0.0.1', '10.0.0.2', false, false],
  ['fd00::/8', 'fdff:ffff::1', true, true],
  ['fd00::/8', 'fe00::', false, false],
  ['fd00:10:96::/112', 'fd00:10:96::ffff', true, true],
  ['fd00:10:96::/112', 'fd00:10:96::1:0', false, false],
  ['fd00:10:96::/112', 'fd00:10::/32', false, true],
  ['::/0', '0.0.0.0/0', false, false],
  ['::ffff:0:0/96', '10.0.0.1', false, false],
  ['10.0.0.0/8', 'ten', false, false],
  ['ten', '10.0.0.0/8', false, false],
  ['ten', 'ten', false, false],
  ['10.0.0.0/8', null, false, false],
];

// [block, n, the nth address]
local addresses = [
  ['10.96.0.0/16', 0, '10.96.0.0'],
  ['10.96.0.0/16', 1, '10.96.0.1'],
  ['10.96.0.0/16', 10, '10.96.0.10'],
  ['10.96.0.0/16', 256, '10.96.1.0'],
  ['10.96.0.0/16', 65535, '10.96.255.255'],
  ['10.96.0.0/16', 65536, null],
  ['10.96.0.0/12', 65546, '10.97.0.10'],
  ['10.96.7.7/16', 10, '10.96.0.10'],
  ['10.96.0.16/28', 10, '10.96.0.26'],
  ['10.96.0.0/29', 10, null],
  ['10.96.0.1/32', 0, '10.96.0.1'],
  ['10.96.0.1/32', 1, null],
  ['0.0.0.0/0', 4294967295, '255.255.255.255'],
  ['0.0.0.0/0', 4294967296, null],
  ['fd00:10:96::/112', 10, 'fd00:10:96::a'],
  ['fd00:10:96::/112', 65536, null],
  ['fd00:10:96::/108', 65546, 'fd00:10:96::1:a'],
  ['fd00::/64', 9007199254740991, 'fd00::1f:ffff:ffff:ffff'],
  ['fd00::fff0/124', 15, 'fd00::ffff'],
  ['10.96.0.0/16', -1, null],
  ['10.96.0.0/16', 1.5, null],
  ['10.96.0.0/16', '10', null],
  ['ten', 10, null],
];

// [addresses a node needs, prefix length of its block]
local masks = [
  [256, 24],
  [128, 25],
  [64, 26],
  [32, 27],
  [16, 28],
  [1, 32],
  [2, 31],
  [3, 30],
  [110, 25],
  [255, 24],
  [257, 23],
  [65536, 16],
  [4294967296, 0],
  [4294967297, null],
  [0, null],
  [-256, null],
  [2.5, null],
  ['256', null],
  [null, null],
];

{
  ['read ' + s]: {
    local parsed = net.parseCIDR(s),
    actual: [parsed.text, parsed.network, parsed.hostBits, net.sizeExponent(parsed)],
    expected: cidrs[s],
  }
  for s in std.objectFields(cidrs)
  if cidrs[s] != null
} + {
  ['is a CIDR: ' + s]: { actual: net.isCIDR(s), expected: cidrs[s] != null }
  for s in std.objectFields(cidrs)
} + {
  ['problem with ' + s]: { actual: net.parseCIDR(s).problem, expected: problems[s] }
  for s in std.objectFields(problems)
} + {
  ['%s contains %s' % pair[0:2]]: { actual: net.contains(pair[0], pair[1]), expected: pair[2] }
  for pair in pairs
} + {
  ['%s overlaps %s' % pair[0:2]]: {
    actual: [net.overlap(pair[0], pair[1]), net.overlap(pair[1], pair[0])],
    expected: [pair[3], pair[3]],
  }
  for pair in pairs
} + {
  ['address %s of %s' % [std.manifestJsonMinified(case[1]), case[0]]]: {
    actual: net.nthAddress(case[0], case[1]),
    expected: case[2],
  }
  for case in addresses
} + {
  ['node mask for ' + std.manifestJsonMinified(case[0])]: { actual: net.nodeMask(case[0]), expected: case[1] }
  for case in masks
} + {
  'functions take what was parsed': {
    local pods = net.parseCIDR('10.244.0.0/16'),
    actual: [
      net.family(pods),
      net.contains(pods, net.parseIP('10.244.1.1')),
      net.overlap(pods, '10.0.0.0/8'),
      net.nthAddress(pods, 10),
      net.canonical(pods),
    ],
    expected: [4, true, true, '10.244.0.10', '10.244.0.0/16'],
  },
  'a CIDR is no address': { actual: net.isIP('10.0.0.0/8'), expected: false },
  'network of an address': { actual: net.network('10.0.0.1'), expected: '10.0.0.1/32' },
  'network of garbage': { actual: net.network('ten/8'), expected: null },
  'size of an address': { actual: net.sizeExponent('10.0.0.1'), expected: 0 },
  'size of garbage': { actual: net.sizeExponent('ten/8'), expected: null },
}
