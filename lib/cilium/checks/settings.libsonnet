// The keys of `cilium` beside its values: version, namespace, images.
local tkestack = import '../../tkestack-cilium/main.libsonnet';
local versions = import '../versions/main.libsonnet';
local finding = import 'finding.libsonnet';

local keys = ['images', 'namespace', 'values', 'version'];

local imageProblems(settings) =
  local images = std.get(settings, 'images', {});
  local table = versions.imagesOf(settings.version);
  if !std.isObject(images) then [finding.at('refusal', ['cilium', 'images'], '`images` must be a map of image names')]
  else std.flattenArrays([
    if !(name in table) then [finding.at(
      'refusal',
      ['cilium', 'images', name],
      'Cilium ' + settings.version + ' has no image of that name',
      known=std.objectFields(table),
    )]
    else if !std.isObject(images[name]) then [finding.at(
      'refusal',
      ['cilium', 'images', name],
      "an image is a map: { digest: 'sha256:…' }",
    )]
    else [
      finding.at('refusal', ['cilium', 'images', name, field], 'an image has no such field', known=std.objectFields(table[name]))
      for field in std.objectFields(images[name])
      if !(field in table[name])
    ]
    for name in std.objectFields(images)
  ]);

// Cilium's own images of a release that nobody gave digests for.
local undigested(settings) =
  local table = versions.imagesOf(settings.version);
  local images = std.get(settings, 'images', {});
  [
    name
    for name in std.objectFields(table)
    if !table[name].useDigest && !(name in images)
  ];

function(settings)
  local version = std.get(settings, 'version');
  local unknownKeys = [
    finding.at('refusal', ['cilium', key], 'unknown key `cilium.' + key + '`', known=keys)
    for key in std.objectFields(settings)
    if !std.member(keys, key)
  ];
  local versionProblems =
    if !std.isString(version) then [finding.at('refusal', ['cilium', 'version'], "the version must be a string: '" + versions.default + "'")]
    else if versions.knows(version) then []
    else if versions.isPatch(version) then
      local unpinned = undigested(settings);
      if unpinned == [] then [] else [finding.at(
        'warning',
        ['cilium', 'version'],
        'cniforge does not know the digests of Cilium ' + version + '; these images are taken by tag: ' + std.join(', ', unpinned),
        'pin them: images: { ' + unpinned[0] + ": { digest: 'sha256:…' } }",
      )]
    else [finding.at(
      'refusal',
      ['cilium', 'version'],
      "this version of cniforge cannot render Cilium '" + version + "'",
      'it renders the patch releases of ' + std.join(', ', versions.minors) + ", and TKEStack's " + std.join(', ', tkestack.versions),
      known=versions.releases + tkestack.versions,
      got=version,
    )];
  local refused = [problem for problem in versionProblems if problem.severity == 'refusal'] != [];
  unknownKeys
  + versionProblems
  + (if refused || !('images' in settings) then [] else imageProblems(settings))
  + (if std.isString(std.get(settings, 'namespace')) then []
     else [finding.at('refusal', ['cilium', 'namespace'], 'the namespace must be a string')])
  + (if std.isObject(std.get(settings, 'values')) then []
     else [finding.at('refusal', ['cilium', 'values'], '`values` must be a map, as in values.yaml of the Helm chart')])
