// What is wrong with all values together, area by area; null where nothing is.
local k = import '../kube.libsonnet';
local refusals = import 'refusals.libsonnet';
local warnings = import 'warnings.libsonnet';

function(c)
  local findings = refusals(c) + warnings(c);
  { [area]: k.given(findings[area]) for area in std.objectFields(findings) }
