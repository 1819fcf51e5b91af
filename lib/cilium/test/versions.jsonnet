// Which releases there are, and what a release that is not known comes to.
local versions = import '../versions/main.libsonnet';
local example = import 'example.libsonnet';

local with(version, images=null, values={}, networkArgs={}) =
  example.new(values, networkArgs, settings={ version: version, [if images != null then 'images']: images });
local said(version, images=null, values={}) = example.said(with(version, images, values));
local sha(digit) = 'sha256:' + std.join('', std.repeat([digit], 64));
// Every image of a cluster's pods, by container.
local images(rendered) =
  local objects = std.flattenArrays([std.objectValues(component) for component in std.objectValues(rendered.components)]);
  local pods = [object.spec.template.spec for object in objects if 'template' in std.get(object, 'spec', {})];
  { [container.name]: container.image for pod in pods for container in pod.containers };
local patches = { '1.18': '1.18.99', '1.19': '1.19.99', '1.20': '1.20.3' };
local newest(minor) = [release for release in versions.releases if versions.of(release).minorVersion == minor][0];
local own = { cilium: { digest: sha('a') }, operator: { genericDigest: sha('b') } };

{
  'a known release says nothing and pins every image': {
    actual: [[said(release), [image for image in std.objectValues(images(with(release))) if std.findSubstr('@sha256:', image) == []]] for release in versions.releases],
    expected: [[[], []] for _ in versions.releases],
  },
  'an unknown patch release of each minor asks for its digests': {
    actual: [said(patches[minor]) for minor in std.objectFields(patches)],
    expected: [
      ['error: cniforge does not know the images of Cilium ' + patches[minor] + '; the digests are missing of cilium, operator']
      for minor in std.objectFields(patches)
    ],
  },
  'of those that the cluster runs': {
    actual: [
      said('1.20.3', values={ hubble: { relay: { enabled: true } }, clustermesh: { useAPIServer: true }, cluster: { id: 1 } }),
      said('1.20.3', values={ operator: { enabled: false } }),
    ],
    expected: [
      ['error: cniforge does not know the images of Cilium 1.20.3; the digests are missing of cilium, clustermeshApiserver, hubbleRelay, operator'],
      ['error: cniforge does not know the images of Cilium 1.20.3; the digests are missing of cilium'],
    ],
  },
  'and says how to give them': {
    actual: [finding.hint for finding in with('1.20.3', values={ eni: { enabled: true }, ipam: { mode: 'eni' } }).findings if finding.severity == 'error'],
    expected: ["give them: cilium+: { images: { cilium: { digest: 'sha256:…' }, operator: { awsDigest: 'sha256:…' } } }; {} takes an image by its tag"],
  },
  'with them each renders': {
    local rendered(minor) = with(patches[minor], own),
    local of(minor) = images(rendered(minor)),
    actual: [[example.said(rendered(minor)), of(minor)['cilium-agent'], of(minor)['cilium-operator']] for minor in std.objectFields(patches)],
    expected: [
      [
        [],
        'quay.io/cilium/cilium:v' + patches[minor] + '@' + sha('a'),
        'quay.io/cilium/operator-generic:v' + patches[minor] + '@' + sha('b'),
      ]
      for minor in std.objectFields(patches)
    ],
  },
  'their settings are those of the release that is known': {
    local config(release, given=null) = example.config(with(release, given)),
    actual: [config(patches[minor], own) == config(newest(minor)) for minor in std.objectFields(patches)],
    expected: [true for _ in std.objectFields(patches)],
  },
  'other images stay those of the newest release that is known': {
    actual: [images(with(patches[minor], own))['cilium-envoy'] == images(with(newest(minor)))['cilium-envoy'] for minor in std.objectFields(patches)],
    expected: [true for _ in std.objectFields(patches)],
  },
  'an image by its tag alone, when that is meant': {
    local rendered = with('1.20.3', { cilium: {}, operator: {} }),
    actual: [example.said(rendered), images(rendered)['cilium-agent'], images(rendered)['cilium-operator']],
    expected: [[], 'quay.io/cilium/cilium:v1.20.3', 'quay.io/cilium/operator-generic:v1.20.3'],
  },
  'images in the values count as well': {
    actual: said('1.20.3', values={ image: { override: 'mine/cilium:1' }, operator: { image: { useDigest: true, genericDigest: sha('c') } } }),
    expected: [],
  },
  'a known release with an image of your own': {
    local rendered = with('1.20.0', { envoy: { repository: 'mine/envoy', digest: sha('d'), tag: 'v9' } }),
    actual: [example.said(rendered), images(rendered)['cilium-envoy']],
    expected: [[], 'mine/envoy:v9@' + sha('d')],
  },
  'an unknown minor is refused with those that are known': {
    local text(version) = "refusal: this version of cniforge cannot render Cilium '" + version + "', only the patch releases of 1.18, 1.19, 1.20",
    actual: [said(version) for version in ['1.17.3', '1.21.0', '2.0.0', '1.20', 'v1.20.0', '1.20.x', '1.20.0-rc.1', 'latest']],
    expected: [[text(version)] for version in ['1.17.3', '1.21.0', '2.0.0', '1.20', 'v1.20.0', '1.20.x', '1.20.0-rc.1', 'latest']],
  },
  'a version that is no text': {
    actual: said(1.2),
    expected: ["refusal: the version must be a string: '1.20.0'"],
  },
  'images that are none': {
    actual: [
      said('1.20.0', 'x'),
      said('1.20.3', []),
      said('1.20.0', { agent: {} }),
      said('1.18.12', { ztunnel: { tag: 'x' } }),
      said('1.20.0', { cilium: 'quay.io/x' }),
      said('1.20.0', { cilium: { hash: 'x' } }),
      said('1.20.0', { cilium: { digest: 'abc' }, operator: { awsDigest: 1 } }),
    ],
    expected: [
      ['refusal: `images` must be a map of image names'],
      ['refusal: `images` must be a map of image names'],
      ['refusal: Cilium 1.20.0 has no image of that name'],
      ['refusal: Cilium 1.18.12 has no image of that name'],
      ["refusal: an image is a map: { digest: 'sha256:…' }"],
      ['refusal: an image has no such field'],
      ["refusal: a digest is a text that begins with 'sha256:'", "refusal: a digest is a text that begins with 'sha256:'"],
    ],
  },
  'the default is the newest': {
    actual: [versions.default, (import '../main.libsonnet').defaultVersion],
    expected: ['1.20.0', '1.20.0'],
  },
  'a release and its images need nothing but a line': {
    // The tag of every image of its own is the release's.
    actual: [
      release + ' ' + name
      for release in versions.releases
      for name in ['cilium', 'hubbleRelay', 'clustermeshApiserver', 'operator']
      if versions.imagesOf(release)[name].tag != 'v' + release
    ],
    expected: [],
  },
}
