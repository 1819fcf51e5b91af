// A small notation for structural schemas of CustomResourceDefinitions. A schema is a plain object, so what one place
// needs beyond these words is added with `{ … }` behind it: `s.string { default: '' }`.
local checks(rules) = { 'x-kubernetes-validations': rules };

{
  local s = self,

  // Single values

  string: { type: 'string' },
  boolean: { type: 'boolean' },
  number: { type: 'number' },
  integer: { type: 'integer' },
  int32: s.integer { format: 'int32' },
  int64: s.integer { format: 'int64' },
  range(type, from, to):: type { minimum: from, maximum: to },
  port: s.range(s.int32, 1, 65535),
  text(longest):: s.string { maxLength: longest },
  pattern(pattern):: s.string { pattern: pattern },
  // Words in any case, or none: '^(?i)(Insert|Append)?$'.
  words(list):: s.pattern('^(?i)(' + std.join('|', list) + ')?$'),
  enum(values):: s.string { enum: values },
  switch: s.enum(['Enabled', 'Disabled']),
  cidr: s.string { format: 'cidr' },
  time: s.string { format: 'date-time' },
  intOrString: { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true },

  // Values of values

  list(items):: { type: 'array', items: items },
  set(items):: s.list(items) { 'x-kubernetes-list-type': 'set' },
  atomicList(items):: s.list(items) { 'x-kubernetes-list-type': 'atomic' },
  listByKeys(keys, items):: s.list(items) { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys },
  map(values):: { type: 'object', additionalProperties: values },
  object(properties, required=null):: {
    type: 'object',
    properties: properties,
    [if required != null then 'required']: required,
  },
  // Written and merged as a whole.
  atomicObject(properties, required=null):: s.object(properties, required) { 'x-kubernetes-map-type': 'atomic' },
  // Exactly one of its fields, as a union of types.
  oneOf(properties, required=null):: s.object(properties, required) { minProperties: 1, maxProperties: 1 },

  // Several properties of one type.
  each(schema, names):: { [name]: schema for name in names },

  // What has to hold of a value, in CEL. `reason` is what the API server answers with besides the message.
  checked(schema, rules):: schema + checks(rules),
  rule(message, rule, reason=null):: { message: message, rule: rule, [if reason != null then 'reason']: reason },
  invalid(message, rule):: s.rule(message, rule, 'FieldValueInvalid'),
  forbidden(message, rule):: s.rule(message, rule, 'FieldValueForbidden'),

  // Shapes that several kinds share

  labelSelector: s.atomicObject({
    matchExpressions: s.atomicList(s.object({
      key: s.string,
      operator: s.string,
      values: s.atomicList(s.string),
    }, ['key', 'operator'])),
    matchLabels: s.map(s.string),
  }),
  secretKeyRef: s.object({
    secretKeyRef: s.atomicObject({ key: s.string, name: s.string { default: '' }, optional: s.boolean }, ['key']),
  }),

  // A definition whose schema is `spec`, and `status` where there is one.
  //   names     kind, plural and whatever differs from what follows from them
  //   version   further fields of its only version
  //   schema    further fields of the schema of the whole object
  //   metadata  what is added to the definition's own
  definition(group, names, scope, spec, status=null, versionName='v1', version={}, schema={}, metadata={}):: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: names.plural + '.' + group } + metadata,
    spec: {
      group: group,
      names: { listKind: names.kind + 'List', singular: std.asciiLower(names.kind) } + names,
      scope: scope,
      versions: [{
        name: versionName,
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: s.object({
            apiVersion: s.string,
            kind: s.string,
            metadata: { type: 'object' },
            spec: spec,
            [if status != null then 'status']: status,
          }) + schema,
        },
      } + version],
    },
  },
}
