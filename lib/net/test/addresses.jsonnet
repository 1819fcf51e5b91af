local net = import '../main.libsonnet';

// Text → its canonical text (RFC 5952), or null where it is no address.
local canonical = {
  '0.0.0.0': '0.0.0.0',
  '10.96.0.10': '10.96.0.10',
  '255.255.255.255': '255.255.255.255',
  '': null,
  ' 10.0.0.1': null,
  '10.0.0.1 ': null,
  '10.0.0': null,
  '10.0.0.0.1': null,
  '10.0.0.': null,
  '.10.0.0': null,
  '10..0.1': null,
  '10.0.0.256': null,
  '10.0.0.1000': null,
  '10.0.0.01': null,
  '010.0.0.1': null,
  '10.0.0.-1': null,
  '10.0.0.+1': null,
  '10.0.0.0x1': null,
  '10.0.0.1a': null,
  '١٠.0.0.1': null,
  localhost: null,
  '167772161': null,
  '10.0.0.0/8': null,

  '::': '::',
  '::1': '::1',
  '1::': '1::',
  'fd00:10:96::a': 'fd00:10:96::a',
  'FD00:0010:0096:0000:0000:0000:0000:000A': 'fd00:10:96::a',
  '2001:db8:0:0:0:0:2:1': '2001:db8::2:1',
  '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
  '2001:0:0:1:0:0:0:1': '2001:0:0:1::1',
  '2001:db8:0:0:1:0:0:1': '2001:db8::1:0:0:1',
  '0:0:1:0:0:0:0:0': '0:0:1::',
  '1:2:3:4:5:6:7:8': '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7::': '1:2:3:4:5:6:7:0',
  '::2:3:4:5:6:7:8': '0:2:3:4:5:6:7:8',
  '1:2:3::5:6:7:8': '1:2:3:0:5:6:7:8',
  'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff': 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  '::ffff:10.0.0.1': '::ffff:10.0.0.1',
  '::ffff:a00:1': '::ffff:10.0.0.1',
  '0:0:0:0:0:FFFF:129.144.52.38': '::ffff:129.144.52.38',
  '::13.1.68.3': '::d01:4403',
  '64:ff9b::192.0.2.33': '64:ff9b::c000:221',
  '1:2:3:4:5:6:1.2.3.4': '1:2:3:4:5:6:102:304',
  ':': null,
  ':::': null,
  '1:::2': null,
  '1::2::3': null,
  ':1:2:3:4:5:6:7': null,
  '1:2:3:4:5:6:7:': null,
  '1:2:3:4:5:6:7': null,
  '1:2:3:4:5:6:7:8:9': null,
  '1:2:3:4::5:6:7:8': null,
  '::1:2:3:4:5:6:7:8': null,
  'fd00::12345': null,
  'fd00::g': null,
  'fe80::1%eth0': null,
  '[::1]': null,
  '1.2.3.4::': null,
  '::1.2.3.4:5': null,
  '::1.2.3': null,
  '::256.2.3.4': null,
  '::01.2.3.4': null,
  '1:2:3:4:5:6:7:1.2.3.4': null,
  '1:2:3:4:5:6::1.2.3.4': null,
};

local problems = {
  '10.0.0.256': "'10.0.0.256' is not an IP address: 256 is above 255",
  '10.0.0.010': "'10.0.0.010' is not an IP address: '010' has a leading zero",
  '10.0.0.x': "'10.0.0.x' is not an IP address: 'x' is not a number",
  '10.0.0.': "'10.0.0.' is not an IP address: a number is missing",
  '10.0.0': "'10.0.0' is not an IP address: IPv4 is four numbers with dots between",
  '1::2::3': "'1::2::3' is not an IP address: '::' may stand only once",
  '1:2': "'1:2' is not an IP address: IPv6 is eight groups, or fewer around one ::",
  '1:2:3:4::5:6:7:8': "'1:2:3:4::5:6:7:8' is not an IP address: eight groups leave nothing for '::' to stand for",
  'fd00::12345': "'fd00::12345' is not an IP address: '12345' is not one to four hexadecimal digits",
  ':::': "':::' is not an IP address: a group is empty (':' at an end, or ':::')",
};

local notText = { number: 10, 'null': null, boolean: true, array: ['10.0.0.1'], object: {} };

{
  ['canonical text of ' + s]: { actual: net.canonical(s), expected: canonical[s] }
  for s in std.objectFields(canonical)
  if !std.member(['10.0.0.0/8'], s)
} + {
  ['is an address: ' + s]: { actual: net.isIP(s), expected: canonical[s] != null }
  for s in std.objectFields(canonical)
} + {
  // Canonical text is a fixed point: it reads back as the same words.
  ['canonical text reads back: ' + s]: {
    actual: net.parseIP(net.canonical(s)).words,
    expected: net.parseIP(s).words,
  }
  for s in std.objectFields(canonical)
  if canonical[s] != null
} + {
  ['problem with ' + s]: { actual: net.parseIP(s).problem, expected: problems[s] }
  for s in std.objectFields(problems)
} + {
  ['is no address: a ' + type]: {
    actual: [net.isIP(notText[type]), net.isCIDR(notText[type]), net.parseIP(notText[type]).problem],
    expected: [false, false, 'an address is text, not ' + type],
  }
  for type in std.objectFields(notText)
} + {
  'shape of an IPv4 address': {
    actual: net.parseIP('10.96.0.10'),
    expected: {
      family: 4,
      bits: 32,
      words: [2656, 10],
      prefix: 32,
      networkWords: [2656, 10],
      hostBits: false,
      text: '10.96.0.10',
      network: '10.96.0.10/32',
      problem: null,
    },
  },
  'shape of an IPv6 address': {
    actual: net.parseIP('FD00::A'),
    expected: {
      family: 6,
      bits: 128,
      words: [64768, 0, 0, 0, 0, 0, 0, 10],
      prefix: 128,
      networkWords: [64768, 0, 0, 0, 0, 0, 0, 10],
      hostBits: false,
      text: 'fd00::a',
      network: 'fd00::a/128',
      problem: null,
    },
  },
  'shape of what is no address': {
    actual: net.parseIP('10.0.0.x'),
    expected: {
      family: null,
      bits: null,
      words: [],
      prefix: null,
      networkWords: [],
      hostBits: false,
      text: null,
      network: null,
      problem: "'10.0.0.x' is not an IP address: 'x' is not a number",
    },
  },
  'family of an IPv4 address': { actual: net.family('10.0.0.1'), expected: 4 },
  'family of a mapped address': { actual: net.family('::ffff:10.0.0.1'), expected: 6 },
  'family of garbage': { actual: net.family('ten'), expected: null },
}
