// What becomes of values that are empty, taken away, or no text to YAML where the chart does not quote them.
local k = import '../kube.libsonnet';
local example = import 'example.libsonnet';

local said(values) = [message for message in example.said(example.new(values)) if std.startsWith(message, 'error: ')];
local image(values) = example.new(values).components.cilium.daemonset.spec.template.spec.containers[0].image;

{
  'text without quotes': {
    actual: [k.plain(text) for text in ['', '~', 'null', 'yes', 'off', 'True', '123', '-7', '0x10', '010', '0', ' eth+ ', '1.2.3', '10m', 'none']],
    expected: [null, null, null, true, false, true, 123, -7, 16, 8, 0, 'eth+', '1.2.3', '10m', 'none'],
  },
  'an image without its digest': {
    actual: image({ image: { digest: null, tag: 'v1', repository: 'r' } }),
    expected: 'r:v1@%!s(<nil>)',
  },
  'the same by tag': {
    actual: image({ image: { digest: null, tag: 'v1', repository: 'r', useDigest: false } }),
    expected: 'r:v1',
  },
  'an image without its digest is an error': {
    actual: said({ image: { digest: null } }),
    expected: ['error: without `image.digest` the image has no name that could be pulled'],
  },
  'one without its repository, too': {
    actual: said({ hubble: { relay: { enabled: true, image: { repository: null } } } }),
    expected: ['error: without `hubble.relay.image.repository` the image has no name that could be pulled'],
  },
  'not so if it is pulled by tag, or has another name': {
    actual: said({ image: { digest: null, useDigest: false }, certgen: { image: { repository: null, override: 'r:v1' } } }),
    expected: [],
  },
  'a word that is no text': {
    actual: said({ priorityClassName: 'yes' }),
    expected: ["error: 'yes' is no text to YAML, and the official chart writes it without quotes: the API server will refuse the object"],
  },
  'metrics of the mesh on no port': {
    actual: said({ cluster: { name: 'c', id: 1 }, clustermesh: { useAPIServer: true, apiserver: { metrics: { port: null } } } }),
    expected: ['error: metrics are served on no port, and the argument that should name it is none: the API server will refuse the object'],
  },
  'a duration without time': {
    actual: [
      std.member(rule.verbs, 'delete')
      for interval in ['5m', '0s', '0m0s']
      for rule in example.new({ operator: { nodeGCInterval: interval } }).components.cilium.operatorClusterRole.rules
      if std.member(rule.resources, 'ciliumnodes') && std.member(rule.verbs, 'create')
    ],
    expected: [true, false, false],
  },
}
