// Everything that is wrong with a definition's Cilium, in three steps. A step is taken only if the one before refused
// nothing, so that nothing is computed from what is known to be wrong; within a step everything is said at once.
local settings = import 'settings.libsonnet';
local values = import 'values.libsonnet';

local refuses(findings) = std.length([finding for finding in findings if finding.severity == 'refusal']) > 0;

{
  refuses:: refuses,

  // The keys beside `values`, and whether there is a version to go on with.
  ofSettings(given):: settings(given),

  // Each value by itself.
  ofValues(version, given):: values(version, given),

  // All values together.
  ofCluster(c):: std.flattenArrays(std.objectValues(c.made.checks)),
}
