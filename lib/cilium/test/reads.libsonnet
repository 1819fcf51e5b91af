// Makes each unit of the plain installs by itself (sharing.libsonnet), and says with std.trace first which unit it is and
// then which values it reads on the way.
local context = import '../context.libsonnet';
local sharing = import '../sharing.libsonnet';
local versions = import '../versions/main.libsonnet';

local said(value, name) = std.trace('reads ' + name, value);
local watched(values, path='') = {
  [name]: said(if std.isObject(values[name]) then watched(values[name], path + name + '.') else values[name], path + name)
  for name in std.objectFields(values)
};

local cluster = { kubernetesVersion: '1.34.0', registry: null, apiVersions: [] };
local plain(version) = context(version, version.values, cluster, 'kube-system', {});
local watchedPlain(version) = context(
  version,
  watched(version.values),
  watched(cluster, 'definition.'),
  said('kube-system', 'definition.namespace'),
  said({}, 'definition.networkArgs'),
);

// To the bottom, in an install of its own, since what has been read once is not read again; of its part alone, as where it is
// borrowed.
local make(version, group, origins, unit) =
  local parts = watchedPlain(version).own[group];
  std.toString(
    if unit == sharing.names then [std.objectFields(parts[part]) for part in std.objectFields(parts)]
    else parts[origins[unit]][unit]
  );

[
  std.length(std.trace('unit ' + group + ' ' + unit, make(version, group, origins, unit)))
  for version in [versions.of(release) for release in versions.releases]
  for group in std.objectFields(plain(version).own)
  for origins in [plain(version).lenders[group].origins]
  for unit in [sharing.names] + std.objectFields(origins)
]
