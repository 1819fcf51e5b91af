// The versions this library knows, and what a definition's `cilium.version` comes to: a release, a version and its patch.
local minors = {
  '1.18': import '1.18.libsonnet',
  '1.19': import '1.19.libsonnet',
  '1.20': import '1.20.libsonnet',
};

local known = {
  [release]: minor
  for minor in std.objectFields(minors)
  for release in std.objectFields(minors[minor].images)
};

// The user's values without those that the version does not know: Cilium reads past them, and so must everything here.
local without(values, gone) = {
  [name]: if name in gone && std.isObject(values[name]) then without(values[name], gone[name]) else values[name]
  for name in std.objectFields(values)
  if !(name in gone && gone[name] == null)
};

local isNumber(text) = text != '' && std.all([char >= '0' && char <= '9' for char in std.stringChars(text)]);

// A release with these images: everything that depends on the release alone, worked out once for all clusters.
local release(minor, name, images) = minors[minor] {
  minorVersion: minor,
  release: name,
  unpinned: [],
  values: super.values(images),
  chartLabel: super.chartLabel(name),
  configKeys: { [key]: true for key in super.configKeys },
  repositories:: { [images[image].repository]: true for image in std.objectFields(images) if images[image] != null },
  // Values of which something is known beside their defaults.
  special:: {
    [name]: true
    for name in std.set(std.flatMap(
      std.objectFields,
      [super.removed, super.notes, super.types.paths, super.types.plain, super.types.needed]
    ))
  },
  readable(values):: if minors[minor].gone == {} then values else without(values, minors[minor].gone),
};
local releases = { [name]: release(known[name], name, minors[known[name]].images[name]) for name in std.objectFields(known) };

local minorOf(name) = std.join('.', std.split(name, '.')[:2]);

// Cilium's own images carry the release as their tag; the others keep theirs from patch to patch.
local withTag(images, from, to) = {
  [name]:
    local image = images[name];
    if image == null || image.tag != 'v' + from then image
    else { [field]: image[field] for field in std.objectFields(image) } + {
      tag: 'v' + to,
      useDigest: false,
    }
  for name in std.objectFields(images)
};

{
  default: '1.20.0',
  releases: std.objectFields(known),
  minors: std.objectFields(minors),

  knows(name):: std.objectHas(known, name),
  // The minor versions, from the oldest on, that know a key of cilium-config.
  minorsWithKey(key):: [minor for minor in std.objectFields(minors) if std.member(minors[minor].configKeys, key)],
  // A patch release that this library has no images of.
  isPatch(name)::
    local parts = std.split(name, '.');
    std.objectHas(minors, minorOf(name)) && std.length(parts) == 3 && isNumber(parts[2]),

  // The image table of a release; of the newest known one, tagged anew, for an unknown patch release.
  imagesOf(name)::
    local of = minors[minorOf(name)].images;
    local newest = std.objectFields(of)[std.length(of) - 1];
    if std.objectHas(of, name) then of[name] else withTag(of[newest], newest, name),

  // images: the user's own, laid over that table. A digest given is a digest used; the operator has one for each cloud.
  of(name, images={})::
    if std.objectHas(known, name) && std.length(images) == 0 then releases[name]
    else
      local table = self.imagesOf(name);
      local isDigest(field) = std.endsWith(std.asciiLower(field), 'digest') && field != 'useDigest';
      local digests(given) = [field for field in std.objectFields(given) if isDigest(field)];
      release(minorOf(name), name, table {
        [image]: table[image] + (if digests(images[image]) != [] then { useDigest: true } else {}) + images[image]
        for image in std.objectFields(images)
      }) + {
        // Whose digests nobody knows.
        unpinned: [
          image
          for image in std.objectFields(table)
          if !std.objectHas(known, name) && table[image] != null && table[image].tag == 'v' + name && !(image in images)
        ],
      },
}
