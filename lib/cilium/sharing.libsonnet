// What most clusters of a fleet have in common.
//
// Clusters differ in a few values each, and whatever reads none of those comes out the same for all of them. So all that an
// install consists of is made in units: an object, a key of cilium-config, an area of the checks. A unit is made anew only
// where a value was changed that it reads; all others are lent by the plain install, which is the version's own without any
// values. A cluster costs what its definition says, and not what Cilium could be told.
//
// Who reads what stands in readers.libsonnet. That table is made by a test, which watches each unit of the plain install
// being made: as long as no value changes that was read there, making the unit again would take the same way to the same
// result. test/sharing.jsonnet compares with installs that share nothing.
local readers = import 'readers.libsonnet';

// The same as lists.
local units = {
  [value]: { [group]: std.split(readers[value][group], ' ') for group in std.objectFields(readers[value]) }
  for value in std.objectFields(readers)
};

local below(default, path) =
  if !std.isObject(default) then [path]
  else [path] + [deeper for name in std.objectFields(default) for deeper in below(default[name], path + '.' + name)];

// The full names of the values that differ from the defaults. `around` is the map that they stand in.
local differences(default, values, prefix, around) = [
  name
  for key in std.objectFields(values)
  for name in (
    local here = prefix + key;
    // A new name is a change to whoever reads the map around it.
    if !(key in default) then [here] + around
    else if std.isObject(values[key]) && std.isObject(default[key]) && std.length(default[key]) > 0
    then differences(default[key], values[key], here + '.', [here])
    else if values[key] == default[key] then []
    // So is a name that is gone; and with whatever takes the place of a map goes all that was below it.
    else below(default[key], here) + if values[key] == null then around else []
  )
];

local sharing = {
  // What stands for a group's names, which may depend on values too.
  names: '*names',

  differences(default, values):: differences(default, values, '', []),

  // The units of a group that read any of these values; null: all of them may.
  readersOf(values, group)::
    local all = std.flattenArrays([units[value][group] for value in values if value in units && group in units[value]]);
    if std.member(all, '*') then null else std.set(all),

  // A group is made in parts, { <part>: { <unit>: value } }, so that one unit does not cost all others. Null means that there is
  // nothing. `known`: the units that count; null: all.
  // `of`: function(part, unit), what there is of the unit.
  each(parts, known, of):: {
    [unit]: found
    for part in std.objectFields(parts)
    for unit in std.objectFields(parts[part])
    if known == null || unit in known
    for found in [of(part, unit)]
    if found != null
  },

  whole(parts, known):: self.each(parts, known, function(part, unit) parts[part][unit]),

  // The group of a plain install, to borrow from.
  lender(parts, known):: {
    known: known,
    // Which part makes a unit.
    origins: sharing.each(parts, known, function(part, unit) part),
    made: sharing.whole(parts, known),
  },

  // What a cluster has that differs from it in what these units read.
  borrow(lender, parts, readers)::
    local lent = lender.made;
    // The table has the units of all versions.
    local changed = [unit for unit in readers if unit in lender.origins];
    local own = { [unit]: parts[lender.origins[unit]][unit] for unit in changed };
    if std.member(readers, sharing.names) then self.each(
      parts,
      lender.known,
      function(part, unit) if unit in lender.origins && !(unit in own) then std.get(lent, unit) else parts[part][unit]
    )
    else if std.length(changed) == 0 then lent
    else
      local gone = [unit for unit in changed if unit in lent && own[unit] == null];
      (if std.length(gone) == 0 then lent
       else { [unit]: lent[unit] for unit in std.objectFields(lent) if !std.member(gone, unit) })
      + { [unit]: own[unit] for unit in changed if own[unit] != null },
};

sharing
