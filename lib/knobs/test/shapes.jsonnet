local shapes = import '../shapes.libsonnet';

local shape = {
  fields: {
    name: 'string',
    size: { whole: [1, 10] },
    any: { whole: [null, null] },
    mode: { words: ['On', 'Off'] },
    names: { list: 'string' },
    sizes: { map: { whole: [0, null] } },
  },
};

local found(value) = [
  [std.join('.', [std.toString(part) for part in finding.path]), finding.message] + [finding.known for _ in [1] if 'known' in finding]
  for finding in shapes.problems(['it'], value, shape)
];

{
  'all is well': {
    actual: found({ name: 'a', size: 10, any: -3, mode: 'on', names: [], sizes: { a: 0 } }),
    expected: [],
  },
  'null is as if left out': {
    actual: found({ [field]: null for field in std.objectFields(shape.fields) }),
    expected: [],
  },
  types: {
    actual: found({ name: 1, size: '1', mode: true, names: 'a', sizes: [1] }),
    expected: [
      ['it.mode', 'it.mode has to be a string, not a boolean'],
      ['it.name', 'it.name has to be a string, not a number'],
      ['it.names', 'it.names has to be an array, not a string'],
      ['it.size', 'it.size has to be a number, not a string'],
      ['it.sizes', 'it.sizes has to be an object, not an array'],
    ],
  },
  'no object at all': { actual: found([]), expected: [['it', 'it has to be an object, not an array']] },
  'whole numbers': {
    actual: found({ size: 11, any: 0.5, sizes: { a: -1 } }),
    expected: [
      ['it.any', 'it.any has to be a whole number, not 0.5'],
      ['it.size', 'it.size has to be a whole number from 1 to 10, not 11'],
      ['it.sizes.a', 'it.sizes.a has to be a whole number of at least 0, not -1'],
    ],
  },
  'words and names': {
    actual: found({ mode: 'Of', nam: 'a', names: ['a', 2] }),
    expected: [
      ['it.mode', "it.mode cannot be 'Of'", ['On', 'Off']],
      ['it.nam', "it has no 'nam'", std.objectFields(shape.fields)],
      ['it.names.1', 'it.names.1 has to be a string, not a number'],
    ],
  },
  'the word that is meant': {
    actual: [shapes.word(text, ['On', 'Off']) for text in ['ON', 'off', 'of', null]],
    expected: ['On', 'Off', null, null],
  },
}
