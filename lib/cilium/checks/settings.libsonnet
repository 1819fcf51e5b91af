// The keys of `cilium` beside its values: version, namespace, images.
local tkestack = import '../../tkestack-cilium/main.libsonnet';
local versions = import '../versions/main.libsonnet';
local finding = import 'finding.libsonnet';

local keys = ['images', 'namespace', 'values', 'version'];

// The images beside `values`: a table of the release's names.
local imageProblems(settings) =
  local images = settings.images;
  local table = versions.imagesOf(settings.version);
  local at(path, message, hint=null, known=null) = finding.at(null, 'refusal', ['cilium', 'images'] + path, message, hint, known);
  if !std.isObject(images) then [at([], '`images` must be a map of image names')]
  else std.flattenArrays([
    local image = images[name];
    if !(name in table) || table[name] == null then [at(
      [name],
      'Cilium ' + settings.version + ' has no image of that name',
      known=[other for other in std.objectFields(table) if table[other] != null],
    )]
    else if !std.isObject(image) then [at([name], "an image is a map: { digest: 'sha256:…' }")]
    else std.flattenArrays([
      if !(field in table[name]) then [at([name, field], 'an image has no such field', known=std.objectFields(table[name]))]
      else if std.endsWith(field, 'igest') && field != 'useDigest' && !(std.isString(image[field]) && std.startsWith(image[field], 'sha256:'))
      then [at([name, field], "a digest is a text that begins with 'sha256:'")]
      else []
      for field in std.objectFields(image)
    ])
    for name in std.objectFields(images)
  ]);

function(settings)
  local version = std.get(settings, 'version');
  local unknownKeys = [
    finding.at(null, 'refusal', ['cilium', key], 'unknown key `cilium.' + key + '`', known=keys)
    for key in std.objectFields(settings)
    if !std.member(keys, key)
  ];
  local versionProblems =
    if !std.isString(version) then [finding.at('CNI102', 'refusal', ['cilium', 'version'], "the version must be a string: '" + versions.default + "'")]
    else if versions.knows(version) || versions.isPatch(version) then []
    else [finding.at(
      'CNI102',
      'refusal',
      ['cilium', 'version'],
      "this version of cniforge cannot render Cilium '" + version + "', only the patch releases of " + std.join(', ', versions.minors),
      'known releases are ' + std.join(', ', versions.releases) + ", and TKEStack's " + std.join(', ', tkestack.versions),
      known=versions.releases + tkestack.versions,
      got=version,
    )];
  unknownKeys
  + versionProblems
  + (if versionProblems != [] || !('images' in settings) then [] else imageProblems(settings))
  + (if std.isString(std.get(settings, 'namespace')) then []
     else [finding.at(null, 'refusal', ['cilium', 'namespace'], 'the namespace must be a string')])
  + (if std.isObject(std.get(settings, 'values')) then []
     else [finding.at(null, 'refusal', ['cilium', 'values'], '`values` must be a map, as in values.yaml of the Helm chart')])
