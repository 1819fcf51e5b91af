// Values that Cilium dropped (versions/removed.libsonnet), among those that the user gave.
local k = import '../kube.libsonnet';
local finding = import 'finding.libsonnet';

local given(values, path) =
  if path == [] then values
  else if std.isObject(values) && path[0] in values then given(values[path[0]], path[1:])
  else null;

function(version, values) std.flattenArrays([
  local removed = version.removed[name];
  local value = given(values, std.split(name, '.'));
  local hint = if removed.instead == null then 'remove it' else 'use ' + removed.instead;
  if value == null then []
  else if k.isSet(value) then [finding.refusal(name, '`' + name + '` was dropped in Cilium ' + removed.since, hint)]
  else [finding.warning(name, '`' + name + '` was dropped in Cilium ' + removed.since + ' and has no effect', 'remove it')]
  for name in std.objectFields(version.removed)
])
