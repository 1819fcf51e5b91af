// The versions this library knows, and the release (a version and its patch) that a definition asks for.
local versions = {
  '1.20': import '1.20.libsonnet',
};

local releases = {
  [release]: versions[minor]
  for minor in std.objectFields(versions)
  for release in std.objectFields(versions[minor].images)
};

{
  default: '1.20.0',
  releases: std.objectFields(releases),

  // Everything that depends on the release alone, worked out once for all clusters.
  of: {
    [release]: releases[release] {
      local version = self,
      local images = version.images[release],
      minorVersion: '1.' + version.minor,
      values: super.values(images),
      configKeys: { [key]: true for key in super.configKeys },
      repositories(release):: { [images[name].repository]: true for name in std.objectFields(images) },
    }
    for release in std.objectFields(releases)
  },
}
