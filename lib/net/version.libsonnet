// Versions as Kubernetes, its vendors and CNI projects write them: '1.34.1', 'v1.21.4-tke.3', '1.22.0-rc.1', '1.22'.
//
// Nothing here raises: parseVersion says in `problem` what is wrong with a text.
local text = import 'text.libsonnet';

// Suffixes that name a state before the release. Any other suffix is a vendor's build of the release ('-tke.3',
// '-gke.100', '-eks-2d98532'). Semantic versioning would call that older than the release, which is no help to an
// operator who asks whether a cluster has reached 1.22.
local preReleases = ['alpha', 'beta', 'dev', 'pre', 'rc', 'snapshot'];
local ranks = { preRelease: 0, release: 1, vendorBuild: 2 };

local suffixAlphabet = text.digits + text.lowerCase + text.upperCase + '-';
local mostNumber = 999999999;

local bad(problem) = {
  major: null,
  minor: null,
  patch: null,
  series: null,
  suffix: null,
  order: null,
  problem: problem,
};

local suffixProblem(suffix) =
  local problem(identifier) =
    if identifier == '' || !text.madeOf(identifier, suffixAlphabet) then
      text.quote(suffix) + ' is not letters, digits and hyphens with dots between';
  if suffix == null then null
  else text.firstProblem([problem(identifier) for identifier in std.split(suffix, '.')]);

local rank(suffix) =
  local name = std.asciiLower(std.rstripChars(std.split(suffix, '.')[0], text.digits));
  if suffix == null then ranks.release
  else if std.member(preReleases, name) then ranks.preRelease
  else ranks.vendorBuild;

// What jsonnet compares to put suffixes in order: numbers by value and before words, 'rc' before 'rc.1'.
local suffixOrder(suffix) =
  local key(identifier) =
    if text.madeOf(identifier, text.digits) && std.length(identifier) < 16 then [0, std.parseInt(identifier)]
    else [1, identifier];
  if suffix == null then [] else std.flatMap(key, std.split(suffix, '.'));

{
  // A version's parts:
  //   major, minor, patch  numbers; patch is 0 where the text has none ('1.22')
  //   series               '1.34' of '1.34.1': what documentation and compatibility tables go by
  //   suffix               what follows '-', without a build ('+k3s1'), or null
  //   order                a list that compares as the version does
  //   problem              null, or why this is no version; all the others are then null
  parseVersion(s)::
    if !std.isString(s) then bad('a version is text, not ' + std.type(s))
    else
      local plain = std.splitLimit(if std.startsWith(s, 'v') then s[1:] else s, '+', 1);
      local halves = std.splitLimit(plain[0], '-', 1);
      local suffix = if std.length(halves) > 1 then halves[1];
      local numbers = std.split(halves[0], '.');
      local usual = s == halves[0] && std.length(numbers) == 3 && std.all([number in text.numbers for number in numbers]);
      local problem = if !usual then text.firstProblem(
        [if !std.member([2, 3], std.length(numbers)) then 'it is two or three numbers with dots between']
        + [text.numberProblem(number, mostNumber) for number in numbers]
        + [suffixProblem(suffix)]
        + [suffixProblem(build) for build in plain[1:]]
      );
      if problem != null then bad(text.quote(s) + ' is not a version: ' + problem)
      else
        local n = [text.number(number) for number in numbers] + [0];
        bad(null) {
          major: n[0],
          minor: n[1],
          patch: n[2],
          series: n[0] + '.' + n[1],
          suffix: suffix,
          order: n[0:3] + [rank(suffix)] + suffixOrder(suffix),
        },

  // -1, 0 or 1 as the first version is older than, equal to or newer than the second. For one number: pre-releases,
  // the release, then vendors' builds of it ('1.21.4-tke.3' is newer than '1.21.4'). Null for bad input.
  compareVersions(a, b)::
    local x = self.parseVersion(a);
    local y = self.parseVersion(b);
    if x.problem != null || y.problem != null then null
    else if x.order < y.order then -1
    else if x.order > y.order then 1
    else 0,

  // Whether a version has reached another: atLeast('1.21.4-tke.3', '1.21'). Where the wanted version has no suffix only
  // the numbers count, so that '1.22.0-rc.1' has reached '1.22': it has that release's API. False for bad input.
  atLeast(version, wanted)::
    local have = self.parseVersion(version);
    local want = self.parseVersion(wanted);
    have.problem == null && want.problem == null
    && (if want.suffix == null then have.order[0:3] >= want.order[0:3] else have.order >= want.order),

  // The minor number, 34 of '1.34.1', or null for bad input.
  minor(version):: self.parseVersion(version).minor,

  // The release series, '1.34' of 'v1.34.1', or null for bad input.
  series(version):: self.parseVersion(version).series,
}
