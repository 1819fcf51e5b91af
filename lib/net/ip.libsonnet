// Addresses and CIDR blocks of both families.
//
// An address is a list of 16-bit words: two for IPv4, eight for IPv6. jsonnet's numbers are doubles and cannot hold
// 128 bits; a list of words can, and the same arithmetic then serves both families.
//
// Nothing here raises. A parser returns one shape whether the text was good or not, and says in `problem` what is
// wrong, so that a caller can report all bad addresses of a cluster at once.
local text = import 'text.libsonnet';

local wordBits = 16;
local families = {
  '2': { family: 4, name: 'IPv4' },
  '8': { family: 6, name: 'IPv6' },
};

// words ↔ text

local ipv4Words(s) =
  local octets = std.split(s, '.');
  local n = [text.numbers[octet] for octet in octets if octet in text.numbers];
  if std.length(octets) == 4 && std.length(n) == 4
  then { words: [n[0] * 256 + n[1], n[2] * 256 + n[3]], problem: null }
  else {
    words: [],
    problem: text.firstProblem(
      [if std.length(octets) != 4 then 'IPv4 is four numbers with dots between']
      + [text.numberProblem(octet, 255) for octet in octets]
    ),
  };

local ipv6Group(s) =
  if s == '' then { words: [], problem: "a group is empty (':' at an end, or ':::')" }
  else if std.length(s) > 4 || !text.madeOf(s, text.hexDigits) then
    { words: [], problem: text.quote(s) + ' is not one to four hexadecimal digits' }
  else { words: [std.parseHex(s)], problem: null };

// The groups on one side of '::'. Only the very last group of an address may be an IPv4 address.
local ipv6Groups(s, mayEndInIPv4) =
  local groups = if s == '' then [] else std.split(s, ':');
  local last = std.length(groups) - 1;
  local parsed = std.mapWithIndex(
    function(i, group)
      if i == last && mayEndInIPv4 && text.has(group, '.') then ipv4Words(group) else ipv6Group(group),
    groups
  );
  {
    words: std.flattenArrays([group.words for group in parsed]),
    problem: text.firstProblem([group.problem for group in parsed]),
  };

local ipv6Words(s) =
  local sides = std.split(s, '::');
  local compressed = std.length(sides) > 1;
  local left = ipv6Groups(sides[0], mayEndInIPv4=!compressed);
  local right = ipv6Groups(if compressed then sides[1] else '', mayEndInIPv4=true);
  local given = std.length(left.words) + std.length(right.words);
  local problem = text.firstProblem([
    if std.length(sides) > 2 then "'::' may stand only once",
    left.problem,
    right.problem,
    if !compressed && given != 8 then 'IPv6 is eight groups, or fewer around one ::',
    if compressed && given > 7 then "eight groups leave nothing for '::' to stand for",
  ]);
  if problem != null then { words: [], problem: problem }
  else { words: left.words + std.repeat([0], 8 - given) + right.words, problem: null };

local hexText(word) =
  local digits = std.join('', [text.hexDigits[(word >> shift) & 15] for shift in [12, 8, 4, 0]]);
  local short = std.lstripChars(digits, '0');
  if short == '' then '0' else short;

local ipv4Text(words) =
  std.join('.', [std.toString(octet) for word in words for octet in [word >> 8, word & 255]]);

// RFC 5952: lower case, no leading zeros, '::' for the longest run of two and more zero groups (the first of equals),
// dots for an IPv4 address that is mapped into IPv6.
local ipv6Text(words) =
  local zerosFrom(i) = if i > 7 || words[i] != 0 then 0 else 1 + zerosFrom(i + 1);
  local run = std.foldl(
    function(best, i)
      local length = zerosFrom(i);
      if length > best.length then { start: i, length: length } else best,
    std.range(0, 7),
    { start: 0, length: 1 }
  );
  local groups(from, to) = std.join(':', [hexText(words[i]) for i in std.range(from, to - 1)]);
  if words[0:6] == [0, 0, 0, 0, 0, 65535] then '::ffff:' + ipv4Text(words[6:8])
  else if run.length < 2 then groups(0, 8)
  else groups(0, run.start) + '::' + groups(run.start + run.length, 8);

local addressText(words) = if std.length(words) == 2 then ipv4Text(words) else ipv6Text(words);

// The words with all bits after the prefix cleared.
local masked(words, prefix) = std.mapWithIndex(
  function(i, word)
    local kept = std.max(0, std.min(wordBits, prefix - wordBits * i));
    word & (65536 - (1 << (wordBits - kept))),
  words
);

// the shape that all parsers return

local bad(problem) = {
  family: null,
  bits: null,
  words: [],
  prefix: null,
  networkWords: [],
  hostBits: false,
  text: null,
  network: null,
  problem: problem,
};

local block(words, prefix, isAddress) =
  local length = std.length(words);
  local networkWords = masked(words, prefix);
  bad(null) {
    family: families[std.toString(length)].family,
    bits: wordBits * length,
    words: words,
    prefix: prefix,
    networkWords: networkWords,
    hostBits: words != networkWords,
    text: addressText(words) + (if isAddress then '' else '/' + prefix),
    network: addressText(networkWords) + '/' + prefix,
  };

local wordsOf(s) = if text.has(s, ':') then ipv6Words(s) else ipv4Words(s);

{
  // One address, such as '10.0.0.1', 'fd00::1' or '::ffff:10.0.0.1', read as a block that holds only itself:
  //   family        4 or 6
  //   bits          32 or 128
  //   prefix        here always equal to bits
  //   words         the address as written, 16 bits each
  //   networkWords  the same without host bits
  //   hostBits      true if the two differ: '10.0.0.1/8'
  //   text          the canonical text (RFC 5952 for IPv6)
  //   network       the canonical text of the network, always with its prefix
  //   problem       null, or why this is no address; all the others are then null, empty or false
  parseIP(s)::
    if !std.isString(s) then bad('an address is text, not ' + std.type(s))
    else
      local parsed = wordsOf(s);
      if parsed.problem != null then bad(text.quote(s) + ' is not an IP address: ' + parsed.problem)
      else block(parsed.words, wordBits * std.length(parsed.words), isAddress=true),

  // One block, such as '10.244.0.0/16' or 'fd00:10:244::/56': the shape of parseIP. Host bits are not a problem but
  // a field, since some readers accept them and others do not.
  parseCIDR(s)::
    if !std.isString(s) then bad('a CIDR is text, not ' + std.type(s))
    else
      local problem(why) = bad(text.quote(s) + ' is not a CIDR: ' + why);
      local parts = std.split(s, '/');
      if std.length(parts) != 2 then problem('it is an address, a slash and a prefix length')
      else
        local parsed = wordsOf(parts[0]);
        if parsed.problem != null then problem(parsed.problem)
        else
          local length = std.length(parsed.words);
          local prefixProblem = text.numberProblem(parts[1], wordBits * length);
          if prefixProblem != null then
            problem('the prefix length of ' + families[std.toString(length)].name + ' is 0 to ' + wordBits * length
                    + '; ' + prefixProblem)
          else block(parsed.words, text.number(parts[1]), isAddress=false),

  // An address or a block, by its slash; what was parsed already is returned as it is. All functions below read their
  // arguments with this, so a caller that compares many can parse once.
  parseAddress(x)::
    if std.isObject(x) then x
    else if std.isString(x) && text.has(x, '/') then self.parseCIDR(x)
    else self.parseIP(x),

  // True or false for any value.
  isIP(x):: self.parseIP(x).problem == null,
  isCIDR(x):: self.parseCIDR(x).problem == null,

  // 4 or 6 for an address or block, null for anything else.
  family(x):: self.parseAddress(x).family,

  // The canonical text of an address or block (host bits are kept), null for anything else.
  canonical(x):: self.parseAddress(x).text,

  // The block that an address or block lies in: '10.244.7.1/16' → '10.244.0.0/16'; null for anything else.
  network(x):: self.parseAddress(x).network,

  // Whether all of an address or block lies in a CIDR. False across families and for bad input.
  contains(cidr, x)::
    local outer = self.parseAddress(cidr);
    local inner = self.parseAddress(x);
    outer.problem == null && inner.problem == null
    && outer.family == inner.family && outer.prefix <= inner.prefix
    && masked(inner.words, outer.prefix) == outer.networkWords,

  // Whether two blocks share an address: one of them then contains the other. False across families and for bad input.
  overlap(a, b)::
    local x = self.parseAddress(a);
    local y = self.parseAddress(b);
    self.contains(x, y) || self.contains(y, x),

  // How many addresses a block has, as the exponent of two: '/16' of IPv4 → 16; null for bad input. IPv6 blocks have
  // more addresses than a jsonnet number can count.
  sizeExponent(cidr)::
    local parsed = self.parseAddress(cidr);
    if parsed.problem == null then parsed.bits - parsed.prefix else null,

  // The nth address after the network address, as text: nthAddress('10.96.0.0/16', 10) → '10.96.0.10', which is where
  // kubeadm puts cluster DNS. Null if the block is too small, or for bad input.
  nthAddress(cidr, n)::
    local parsed = self.parseAddress(cidr);
    if parsed.problem != null || !std.isNumber(n) || n < 0 || n != std.floor(n)
       || n >= std.pow(2, parsed.bits - parsed.prefix) then null
    else
      // The host bits are zero and n fits into them, so no word carries into the next.
      local last = std.length(parsed.words) - 1;
      local above(i) = std.floor(n / std.pow(65536, last - i));
      addressText(std.mapWithIndex(
        function(i, word) word + above(i) - 65536 * above(i - 1),
        parsed.networkWords
      )),

  // The prefix length of a node's IPv4 pod block that holds this many addresses: 256 → 24, 64 → 26. This is
  // TKEStack's 32 - ceil(log2(n)), counted without logarithms, which doubles round. Null unless n is a whole number
  // from 1 to 2^32.
  nodeMask(maxNodePodNum)::
    if !std.isNumber(maxNodePodNum) || maxNodePodNum < 1 || maxNodePodNum != std.floor(maxNodePodNum)
       || maxNodePodNum > std.pow(2, 32) then null
    else 32 - std.length([bit for bit in std.range(0, 31) if std.pow(2, bit) < maxNodePodNum]),
}
