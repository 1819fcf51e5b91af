local net = import '../main.libsonnet';

// Text → [host, port, family].
local endpoints = {
  '10.0.0.1:6443': ['10.0.0.1', 6443, 4],
  '10.0.0.1': ['10.0.0.1', null, 4],
  'api.tke.com:6443': ['api.tke.com', 6443, null],
  'api.tke.com': ['api.tke.com', null, null],
  localhost: ['localhost', null, null],
  'x1-y:1': ['x1-y', 1, null],
  '[fd00::1]:6443': ['fd00::1', 6443, 6],
  '[fd00::1]': ['fd00::1', null, 6],
  '[FD00:0::1]:65535': ['fd00::1', 65535, 6],
  '[::ffff:10.0.0.1]:443': ['::ffff:10.0.0.1', 443, 6],
};

// Text → the reason in its problem.
local problems = {
  '': 'the host is missing',
  ':6443': 'the host is missing',
  'api.tke.com:': 'a number is missing',
  'api.tke.com:https': "'https' is not a number",
  'api.tke.com:0': 'port 0 cannot be reached',
  'api.tke.com:65536': '65536 is above 65535',
  'api.tke.com:06443': "'06443' has a leading zero",
  'api.tke.com:6443:6443': "there is more than one ':'",
  'https://api.tke.com': 'leave out the scheme: it is a host and a port',
  'https://api.tke.com:6443': 'leave out the scheme: it is a host and a port',
  'fd00::1': 'write an IPv6 address in brackets, [fd00::1], so that a port can be told from it',
  'fd00::1:6443': 'write an IPv6 address in brackets, [fd00::1:6443], so that a port can be told from it',
  '[fd00::1': "']' is missing",
  '[fd00::1]6443': "only ':' and a port may follow ']'",
  '[fd00::1]:': 'a number is missing',
  '[10.0.0.1]:6443': 'brackets are for IPv6 addresses',
  '[]:6443': 'brackets are for IPv6 addresses',
  '10.0.0.256:6443': "'10.0.0.256' is not an IP address: 256 is above 255",
  '10.0.0:6443': "'10.0.0' is not an IP address: IPv4 is four numbers with dots between",
  'API.tke.com': "'API.tke.com' is neither an address nor a lower-case DNS name",
  'api.tke.com.': "'api.tke.com.' is neither an address nor a lower-case DNS name",
  api_1: "'api_1' is neither an address nor a lower-case DNS name",
  '-api': "'-api' is neither an address nor a lower-case DNS name",
  'api-': "'api-' is neither an address nor a lower-case DNS name",
  'api/v1': "'api/v1' is neither an address nor a lower-case DNS name",
};

local longLabel = std.repeat('a', 64);
local longName = std.join('.', std.repeat(['abcdefgh'], 29));

{
  ['read ' + s]: {
    local parsed = net.parseEndpoint(s),
    actual: [parsed.host, parsed.port, parsed.family, parsed.problem],
    expected: endpoints[s] + [null],
  }
  for s in std.objectFields(endpoints)
} + {
  ['problem with ' + s]: {
    actual: net.parseEndpoint(s),
    expected: { host: null, port: null, family: null, problem: "'%s' is not an endpoint: %s" % [s, problems[s]] },
  }
  for s in std.objectFields(problems)
} + {
  ['back and forth: ' + s]: {
    local parsed = net.parseEndpoint(s),
    actual: net.parseEndpoint(net.hostPort(parsed.host, parsed.port)),
    expected: parsed,
  }
  for s in std.objectFields(endpoints)
} + {
  'a label of 64 characters': {
    actual: net.parseEndpoint(longLabel).host,
    expected: null,
  },
  'a name of 260 characters': {
    actual: net.parseEndpoint(longName).problem,
    expected: "'%s' is not an endpoint: a DNS name has at most 253 characters" % longName,
  },
  'a number is no endpoint': {
    actual: net.parseEndpoint(6443).problem,
    expected: 'an endpoint is text, not number',
  },
  'host and port as text': {
    actual: [
      net.hostPort('fd00::1', 6443),
      net.hostPort('10.0.0.1', 6443),
      net.hostPort('api.tke.com', null),
      net.hostPort(null, 6443),
    ],
    expected: ['[fd00::1]:6443', '10.0.0.1:6443', 'api.tke.com', null],
  },
}
