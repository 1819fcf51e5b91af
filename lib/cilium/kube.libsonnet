// Small pieces that every file of this library uses. Nothing here knows Cilium.
//
// Two conventions keep the rest short:
//   - null means "not there". `compact` drops such members, so an optional field is written as
//     `resources: k.given(values.resources)` and vanishes when the user gave none.
//   - a value is "given" when it is not empty: not null, false, 0, '', [] or {}.
// The leading digits of '34+' or '33-eks'.
local leadingNumber(text) =
  local isDigit(at) = text[at] >= '0' && text[at] <= '9';
  local rest = [at for at in std.range(0, std.length(text) - 1) if !isDigit(at)] + [std.length(text)];
  if rest[0] == 0 then 0 else std.parseInt(text[:rest[0]]);

local nearest(value) = std.floor(value + 0.5);

// The shortest decimal text that reads back as the same number: 0.0025, never 0.0025000000000000001. Whole numbers
// stay whole at any size; the agents cannot read 1e+06.
local number(value) =
  if value == std.floor(value) then std.toString(value)
  else
    local places = [p for p in std.range(1, 17) if nearest(value * std.pow(10, p)) / std.pow(10, p) == value];
    local count = if std.length(places) > 0 then places[0] else 17;
    local scaled = std.toString(std.abs(nearest(value * std.pow(10, count))));
    local padded = std.join('', std.repeat(['0'], std.max(0, count + 1 - std.length(scaled)))) + scaled;
    local split = std.length(padded) - count;
    (if value < 0 then '-' else '') + padded[:split] + '.' + padded[split:];

// Text without quotes in a manifest, as readers of YAML 1.1 take it; a null is what is not there.
local plainWords = {
  [word]: value[1]
  for value in [
    [['', '~', 'null', 'Null', 'NULL'], null],
    [['true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'], true],
    [['false', 'False', 'FALSE', 'no', 'No', 'NO', 'off', 'Off', 'OFF'], false],
  ]
  for word in value[0]
};
local consistsOf(text, allowed) = text != '' && std.all([std.member(allowed, char) for char in std.stringChars(text)]);
local readPlain(text) =
  local bare = std.stripChars(text, ' \t\n');
  local unsigned = if bare != '' && (bare[0] == '-' || bare[0] == '+') then bare[1:] else bare;
  local sign = if bare != unsigned && bare[0] == '-' then -1 else 1;
  local isHex = std.startsWith(unsigned, '0x') && consistsOf(unsigned[2:], '0123456789abcdefABCDEF');
  local isOctal = unsigned != '0' && std.startsWith(unsigned, '0') && consistsOf(unsigned, '01234567');
  if bare in plainWords then plainWords[bare]
  else if isHex then sign * std.parseHex(unsigned[2:])
  else if isOctal then sign * std.parseOctal(unsigned)
  else if consistsOf(unsigned, '0123456789') then sign * std.parseInt(unsigned)
  else bare;

local kube = {
  given(value)::
    if value == null || value == false || value == '' || value == 0 || value == [] || value == {} then null else value,

  // The same as a condition.
  isSet(value)::
    value == true || !(value == null || value == false || value == '' || value == 0 || value == [] || value == {}),

  // Whether anything is left of a section: null takes it away name by name.
  isLeft(section):: std.any([value != null for value in std.objectValues(section)]),

  // A value that may have been taken away, as something that can be computed with.
  orEmpty(list):: if list == null then [] else list,
  orEmptyMap(map):: if map == null then {} else map,
  orZero(number):: if number == null then 0 else number,

  compact(object):: {
    [name]: object[name]
    for name in std.objectFields(object)
    if object[name] != null
  },

  // A list from parts: null parts are left out, lists are spliced in.
  list(parts)::
    // std.flattenDeepArray is not in every jsonnet yet.
    local flat(part) = if std.isArray(part) then std.flatMap(flat, part) else [part];
    [item for item in flat(parts) if item != null],

  // A value as the text of a ConfigMap entry or an environment variable. Null stays null.
  text(value)::
    local kind = std.type(value);
    if kind == 'string' || kind == 'null' then value
    else if kind == 'number' then number(value)
    else std.toString(value),

  // The same inside a longer text, where null reads as nothing.
  word(value):: if value == null then '' else kube.text(value),

  // A value in a text that the chart composes with printf, where nothing reads as Go says it. An image of that name
  // cannot be pulled, and so nothing else is pulled in its place.
  formatted(value):: if value == null then '%!s(<nil>)' else kube.text(value),

  // A value that the chart writes without quotes: nothing at all if it is empty, and otherwise what YAML reads.
  plain(value):: if std.isString(value) then readPlain(value) else value,

  // A list, or a single word in its place, joined.
  joined(value, separator)::
    if value == null then ''
    else if std.isArray(value) then std.join(separator, [kube.word(item) for item in value])
    else kube.word(value),

  // { a: 1, b: 2 } as 'a=1,b=2'.
  pairs(object):: std.join(',', [name + '=' + kube.word(object[name]) for name in std.objectFields(object)]),

  // The folder of a path, and its last part. What names no folder is in the one at hand.
  dirname(path)::
    local parts = std.split(path, '/');
    local folder = std.join('/', parts[:std.length(parts) - 1]);
    if std.length(parts) == 1 then '.' else if folder == '' then '/' else folder,
  basename(path)::
    local parts = std.split(path, '/');
    parts[std.length(parts) - 1],

  // '1.34.1' as 1034, a number that compares as versions do; what follows the minor version does not matter here.
  minorNumber(version)::
    local parts = std.split(std.lstripChars(version, 'v'), '.');
    leadingNumber(parts[0]) * 1000 + (if std.length(parts) > 1 then leadingNumber(parts[1]) else 0),

  // Pod pieces.
  env(name, value):: { name: name, [if value != null then 'value']: kube.text(value) },
  fieldEnv(name, fieldPath):: { name: name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: fieldPath } } },
  configEnv(name, configMap, key):: {
    name: name,
    valueFrom: { configMapKeyRef: { name: configMap, key: key, optional: true } },
  },
  secretEnv(name, secret, key=name):: {
    name: name,
    valueFrom: { secretKeyRef: { name: secret, key: key, optional: true } },
  },
  hostPath(name, path, type=null):: { name: name, hostPath: { [if path != '' then 'path']: path, [if type != null then 'type']: type } },
  mount(name, path, readOnly=null, propagation=null):: {
    name: name,
    [if path != null && path != '' then 'mountPath']: path,
    [if readOnly != null then 'readOnly']: readOnly,
    [if propagation != null then 'mountPropagation']: propagation,
  },
  http(path, port, host=null, headers=null):: {
    httpGet: {
      path: path,
      port: port,
      scheme: 'HTTP',
      [if host != null then 'host']: host,
      [if headers != null then 'httpHeaders']: headers,
    },
  },

  // Ports are numbers, also where the chart's default is a string.
  portNumber(port):: kube.plain(port),

  // Files readable by their owner only; Kubernetes wants the mode in decimal.
  ownerReadOnly:: 256,

  // Roles.
  rule(apiGroup, resources, verbs, names=null):: {
    apiGroups: [apiGroup],
    resources: resources,
    [if names != null then 'resourceNames']: names,
    verbs: verbs,
  },
  read:: ['get', 'list', 'watch'],

  binding(kind, role, account, namespace):: {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: kind, [if role != null then 'name']: role },
    subjects: [{ kind: 'ServiceAccount', [if account != null then 'name']: account, namespace: namespace }],
  },

  // How Prometheus finds a pod or a Service that no ServiceMonitor names.
  scrape(port):: { 'prometheus.io/scrape': 'true', [if port != null then 'prometheus.io/port']: kube.text(port) },
};

kube
