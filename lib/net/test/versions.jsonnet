local net = import '../main.libsonnet';

// Text → [major, minor, patch, suffix]; null where it is no version.
local versions = {
  '1.34.1': [1, 34, 1, null],
  'v1.34.1': [1, 34, 1, null],
  '1.22': [1, 22, 0, null],
  '0.10.0': [0, 10, 0, null],
  'v1.21.4-tke.3': [1, 21, 4, 'tke.3'],
  '1.22.0-rc.1': [1, 22, 0, 'rc.1'],
  '1.28.4-eks-2d98532': [1, 28, 4, 'eks-2d98532'],
  'v1.27.3+k3s1': [1, 27, 3, null],
  '1.27.3-rc.1+build.5': [1, 27, 3, 'rc.1'],
  '1.27.3+build-5': [1, 27, 3, null],
  '': null,
  v: null,
  '1': null,
  '1.2.3.4': null,
  '1.34.': null,
  '.34.1': null,
  '1..1': null,
  '1.x': null,
  '1.034.1': null,
  '01.34.1': null,
  '1.34.1-': null,
  '1.34.1-rc..1': null,
  '1.34.1-rc_1': null,
  '1.34.1+': null,
  'vv1.34.1': null,
  'V1.34.1': null,
  ' 1.34.1': null,
  '-1.34.1': null,
  '1.9999999999': null,
  latest: null,
};

local problems = {
  '1': "'1' is not a version: it is two or three numbers with dots between",
  '1.x': "'1.x' is not a version: 'x' is not a number",
  '1.034.1': "'1.034.1' is not a version: '034' has a leading zero",
  '1.34.1-rc_1': "'1.34.1-rc_1' is not a version: 'rc_1' is not letters, digits and hyphens with dots between",
  '1.34.1+': "'1.34.1+' is not a version: '' is not letters, digits and hyphens with dots between",
};

// Each is newer than the one before it.
local ascending = [
  '0.10.0',
  '1.9.5',
  '1.21.4-alpha',
  '1.21.4-alpha.1',
  '1.21.4-alpha.2',
  '1.21.4-alpha.10',
  '1.21.4-beta.0',
  '1.21.4-rc.0',
  '1.21.4-rc1',
  '1.21.4',
  '1.21.4-tke.1',
  '1.21.4-tke.3',
  '1.21.4-tke.x',
  '1.21.5',
  '1.22',
  '1.100.0',
  '2.0.0',
];

// [version, wanted, reached]
local reached = [
  ['1.22.0', '1.22', true],
  ['1.21.14', '1.22', false],
  ['v1.34.1', '1.22', true],
  ['1.100.0', '1.22', true],
  ['1.9.0', '1.10', false],
  ['1.21.4-tke.3', '1.21', true],
  ['1.21.4-tke.3', '1.21.4', true],
  ['1.21.4-tke.3', '1.21.5', false],
  ['1.22.0-rc.1', '1.22', true],
  ['1.22.0-rc.1', '1.22.0-rc.0', true],
  ['1.22.0-rc.1', '1.22.0-rc.2', false],
  ['1.22.0', '1.22.0-rc.2', true],
  ['2.0.0', '1.99', true],
  ['latest', '1.22', false],
  ['1.22.0', 'latest', false],
  [null, '1.22', false],
];

{
  ['read ' + s]: {
    local parsed = net.parseVersion(s),
    actual: [parsed.major, parsed.minor, parsed.patch, parsed.suffix],
    expected: if versions[s] != null then versions[s] else [null, null, null, null],
  }
  for s in std.objectFields(versions)
} + {
  ['is a version: ' + s]: { actual: net.parseVersion(s).problem == null, expected: versions[s] != null }
  for s in std.objectFields(versions)
} + {
  ['problem with ' + s]: { actual: net.parseVersion(s).problem, expected: problems[s] }
  for s in std.objectFields(problems)
} + {
  ['%s is newer than %s' % [ascending[i], ascending[j]]]: {
    actual: [net.compareVersions(ascending[i], ascending[j]), net.compareVersions(ascending[j], ascending[i])],
    expected: [1, -1],
  }
  for i in std.range(0, std.length(ascending) - 1)
  for j in std.range(0, i - 1)
} + {
  ['%s has reached %s' % case[0:2]]: { actual: net.atLeast(case[0], case[1]), expected: case[2] }
  for case in reached
} + {
  'equal with and without v': { actual: net.compareVersions('v1.34.1', '1.34.1'), expected: 0 },
  'equal with and without patch': { actual: net.compareVersions('1.22', '1.22.0'), expected: 0 },
  'equal but for the build': { actual: net.compareVersions('1.27.3+k3s1', '1.27.3+k3s2'), expected: 0 },
  'no order with garbage': { actual: net.compareVersions('latest', '1.22'), expected: null },
  minor: { actual: [net.minor('v1.21.4-tke.3'), net.minor('latest')], expected: [21, null] },
  series: {
    actual: [net.series('v1.34.1'), net.series('1.20.0-pre.1'), net.series(1.2)],
    expected: ['1.34', '1.20', null],
  },
  'a number is no version': { actual: net.parseVersion(1.2).problem, expected: 'a version is text, not number' },
}
