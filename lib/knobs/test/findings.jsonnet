local knobs = import '../main.libsonnet';

local types = { name: 'string', count: 'number', on: 'boolean', list: 'array', map: 'object' };
local messages(findings) = [finding.message for finding in findings];
local ofKeys(object, advice={}) = knobs.ofKeys(['x'], object, types, 'nobody', advice);

{
  'right types': {
    actual: ofKeys({ name: '', count: 0, on: false, list: [], map: {} }),
    expected: [],
  },
  'wrong types': {
    actual: messages(ofKeys({ name: 1, count: '1', on: 'true', list: {}, map: [] })),
    expected: [
      'x.count has to be of type number, not string',
      'x.list has to be of type array, not object',
      'x.map has to be of type object, not array',
      'x.name has to be of type string, not number',
      'x.on has to be of type boolean, not string',
    ],
  },
  'an unknown key': {
    actual: ofKeys({ nam: 1 }, { nam: 'write name' }),
    expected: [{
      severity: 'refusal',
      path: ['x', 'nam'],
      message: 'nobody does not know x.nam',
      hint: 'write name',
      known: ['count', 'list', 'map', 'name', 'on'],
    }],
  },
  'no object at all': {
    actual: messages(ofKeys('text')),
    expected: ['x has to be of type object, not string'],
  },
  'null is no value': {
    actual: ofKeys({ name: null }),
    expected: [{
      severity: 'refusal',
      path: ['x', 'name'],
      message: 'x.name has to be of type string, not null',
      hint: 'leave it out',
    }],
  },

  'elements of a list': {
    actual: [[finding.path, finding.message] for finding in knobs.ofElements(['x', 'list'], ['a', 1, null], 'string')],
    expected: [
      [['x', 'list', 1], 'each element of x.list has to be of type string, not number'],
      [['x', 'list', 2], 'each element of x.list has to be of type string, not null'],
    ],
  },
  'no list': {
    actual: messages(knobs.ofElements(['x', 'list'], 'a', 'string')),
    expected: ['x.list has to be of type array, not string'],
  },

  'what can be worked with': {
    actual: knobs.usable({ name: 'a', count: '1', other: 1, map: {} }, types),
    expected: { name: 'a', map: {} },
  },
  'nothing can be worked with': { actual: knobs.usable('text', types), expected: {} },
  'null is as if left out': {
    actual: [knobs.given({ a: null, b: 1, c: { d: null } }), knobs.given('text')],
    expected: [{ b: 1, c: { d: null } }, 'text'],
  },
  refuses: {
    actual: [
      knobs.refuses([knobs.finding(severity, [], '') for severity in severities])
      for severities in [[], ['note', 'warning', 'error'], ['warning', 'refusal']]
    ],
    expected: [false, false, true],
  },
}
