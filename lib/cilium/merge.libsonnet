// Values over defaults, as Helm merges them: maps deeply, lists replaced whole, null takes a default away.
//
// Only what the user touches is built anew; every untouched subtree of the result is the default's own object, so a
// cluster costs what its definition says and not the 1,200 values behind it.
//
// "Taken away" has two forms. In a section the library reads by name (`bpf`, `hubble.relay`), the name stays and reads as
// null, so that every value can be read without asking whether it is there. In a free-form map (`affinity`,
// `nodeSelector`, `podAnnotations`, …), which goes into an object as it is, the name is gone.
local freeForm = import 'free-form.libsonnet';

local cleared(default) =
  if std.isObject(default) && std.length(default) > 0
  then { [name]: cleared(default[name]) for name in std.objectFields(default) };

local mergeMap(default, values) =
  local removed = [name for name in std.objectFields(values) if values[name] == null];
  local kept =
    if std.length(removed) == 0 then default
    else { [name]: default[name] for name in std.objectFields(default) if !std.member(removed, name) };
  kept {
    [name]:
      if name in default && std.isObject(default[name]) && std.isObject(values[name])
      then mergeMap(default[name], values[name])
      else values[name]
    for name in std.objectFields(values)
    if values[name] != null
  };

local merge(default, values) = default {
  [name]:
    local value = values[name];
    if !(name in default) then value
    else if value == null then (if name in freeForm then null else cleared(default[name]))
    else if std.isObject(default[name]) && std.isObject(value) then
      (if name in freeForm || std.length(default[name]) == 0
       then mergeMap(default[name], value)
       else merge(default[name], value))
    else value
  for name in std.objectFields(values)
};

merge
