// Endpoints such as a control plane's: a host and perhaps a port.
//
// Nothing here raises: parseEndpoint says in `problem` what is wrong with a text.
local ip = import 'ip.libsonnet';
local text = import 'text.libsonnet';

local labelAlphabet = text.lowerCase + text.digits + '-';

local bad(problem) = { host: null, port: null, family: null, problem: problem };

// kubeadm takes lower-case DNS names (RFC 1123), and so do certificates' subject names in practice.
local nameProblem(name) =
  local labels = std.split(name, '.');
  local isNumber(label) = label != '' && text.madeOf(label, text.digits);
  local labelProblem(label) =
    if label == '' || std.length(label) > 63 || !text.madeOf(label, labelAlphabet)
       || label[0] == '-' || label[std.length(label) - 1] == '-' then
      text.quote(name) + ' is neither an address nor a lower-case DNS name';
  text.firstProblem(
    [
      if name == '' then 'the host is missing',
      if std.length(name) > 253 then 'a DNS name has at most 253 characters',
      // A top-level domain is never a number: this was meant to be an address.
      if isNumber(labels[std.length(labels) - 1]) then ip.parseIP(name).problem,
    ]
    + [labelProblem(label) for label in labels]
  );

// host and port as they are written; port is null where there is none.
local bracketed(s) =
  local parts = std.splitLimit(s[1:], ']', 1);
  local closed = std.length(parts) > 1;
  local rest = if closed then parts[1] else '';
  {
    host: parts[0],
    port: if rest != '' then rest[1:],
    problem: text.firstProblem([
      if !closed then "']' is missing",
      if rest != '' && rest[0] != ':' then "only ':' and a port may follow ']'",
      if ip.family(parts[0]) != 6 then 'brackets are for IPv6 addresses',
    ]),
  };

local plain(s) =
  local parts = std.split(s, ':');
  {
    host: parts[0],
    port: if std.length(parts) > 1 then parts[1],
    problem: text.firstProblem([
      if ip.family(s) == 6 then 'write an IPv6 address in brackets, [' + s + '], so that a port can be told from it',
      if std.length(parts) > 2 then "there is more than one ':'",
    ]),
  };

{
  // 'host:port', '[v6]:port', or either without the port:
  //   host     the DNS name, or the address in canonical text and without brackets
  //   port     a number from 1 to 65535, null where the text has none
  //   family   4 or 6 for an address, null for a name
  //   problem  null, or why this is no endpoint; all the others are then null
  // A bare IPv6 address is a problem and not a host: in 'fd00::1:6443' nobody can tell the port from the address.
  parseEndpoint(s)::
    if !std.isString(s) then bad('an endpoint is text, not ' + std.type(s))
    else
      local parts = if std.startsWith(s, '[') then bracketed(s) else plain(s);
      local address = ip.parseIP(parts.host);
      local problem = text.firstProblem([
        if text.has(s, '://') then 'leave out the scheme: it is a host and a port',
        parts.problem,
        if address.problem != null then nameProblem(parts.host),
        if parts.port != null then text.numberProblem(parts.port, 65535),
        if parts.port == '0' then 'port 0 cannot be reached',
      ]);
      if problem != null then bad(text.quote(s) + ' is not an endpoint: ' + problem)
      else bad(null) {
        host: if address.problem == null then address.text else parts.host,
        port: if parts.port != null then std.parseInt(parts.port),
        family: address.family,
      },

  // The way back, for URLs and flags: hostPort('fd00::1', 6443) → '[fd00::1]:6443'; without the port if it is
  // null. Null if the host is no text.
  hostPort(host, port)::
    if !std.isString(host) then null
    else (if ip.family(host) == 6 then '[' + host + ']' else host) + (if port == null then '' else ':' + port),
}
