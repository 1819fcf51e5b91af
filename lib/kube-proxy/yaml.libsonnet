// YAML as kubeadm writes it into its ConfigMap, so that a cluster which it made shows no difference. It knows what a
// KubeProxyConfiguration holds: maps, lists of words, and scalars.

local digits = '0123456789';

// What a reader of YAML would take for something else than text, or for syntax.
local special = ['', '~', 'null', 'true', 'false', 'yes', 'no', 'on', 'off', 'y', 'n'];
local isNumber(text) =
  std.stripChars(text, digits + '.+-_eExX') == '' && std.stripChars(text, '.+-_eExX') != ''
  && std.length(std.split(text, '.')) <= 2;
local indicators = '-?:,[]{}#&*!|>\'"%@` ';
local isSyntax(text) =
  std.member(indicators, text[0]) || std.endsWith(text, ':') || std.endsWith(text, ' ')
  || std.length(std.findSubstr(': ', text)) > 0 || std.length(std.findSubstr(' #', text)) > 0;

local word(text) =
  if std.member(special, std.asciiLower(text)) || isNumber(text) then std.escapeStringJson(text)
  else if std.length(std.findSubstr('\n', text)) > 0 then std.escapeStringJson(text)
  else if isSyntax(text) then "'" + std.strReplace(text, "'", "''") + "'"
  else text;

local scalar(value) =
  if std.isString(value) then word(value)
  else if value == [] then '[]'
  else if value == {} then '{}'
  else std.toString(value);

local lines(value, by) =
  if std.isArray(value) then [by + '- ' + scalar(item) for item in value]
  else std.flatMap(
    function(key)
      local inner = value[key];
      if std.isObject(inner) && inner != {} then [by + key + ':'] + lines(inner, by + '  ')
      else if std.isArray(inner) && inner != [] then [by + key + ':'] + lines(inner, by)
      else [by + key + ': ' + scalar(inner)],
    std.objectFields(value)
  );

function(value) std.join('\n', lines(value, ''))
