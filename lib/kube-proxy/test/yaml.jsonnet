local yaml = import '../yaml.libsonnet';

// Words, and how they are written: what a reader would take for something else is quoted.
local words = {
  plain: 'plain',
  '': '""',
  '0': '"0"',
  '1.5': '"1.5"',
  '0.0.0.0': '0.0.0.0',
  '10.244.0.0/16': '10.244.0.0/16',
  'fd00::/56': 'fd00::/56',
  '::': "'::'",
  'fd00::': "'fd00::'",
  'true': '"true"',
  No: '"No"',
  'null': '"null"',
  '0s': '0s',
  '- x': "'- x'",
  'a: b': "'a: b'",
  "it's": "it's",
  "'tis": "'''tis'",
  'two\nlines': '"two\\nlines"',
};

{
  [name + ' is written']: { actual: yaml({ key: name }), expected: 'key: ' + words[name] }
  for name in std.objectFields(words)
} + {
  [name + ' is read back']: { actual: std.parseYaml(yaml({ key: name })), expected: { key: name } }
  for name in std.objectFields(words)
} + {
  'maps and lists': {
    actual: yaml({ b: { c: [], d: ['x', '1'], e: {} }, a: [1, true, null] }),
    expected: std.join('\n', ['a:', '- 1', '- true', '- null', 'b:', '  c: []', '  d:', '  - x', '  - "1"', '  e: {}']),
  },
}
