// What a value has to be: a type, several of them ('integer or string'), a list of the words that are right, or null if
// nothing is known of it. `name` is its full name, `last` the last part of that, `usual` its default.
function(version, name, last, usual)
  if name in version.types.paths then version.types.paths[name]
  else if !std.isObject(usual) && last in version.types.names then version.types.names[last]
  else if usual == null then null
  else if std.isNumber(usual) && usual == std.floor(usual) then 'integer'
  else std.type(usual)
