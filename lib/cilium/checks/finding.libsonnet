// A finding about something under `cilium.values`, or elsewhere in a definition. Values are named as Cilium's documentation
// names them: 'hubble.relay.enabled'. `rule` is its id in docs/src/rules.md.
local finding(rule, severity, path, message, hint=null, known=null, got=null) = {
  [if rule != null then 'rule']: rule,
  severity: severity,
  path: path,
  message: message,
  [if hint != null then 'hint']: hint,
  [if known != null then 'known']: known,
  [if got != null then 'got']: got,
};
local ofValue(severity) = function(rule, name, message, hint=null, known=null)
  finding(rule, severity, ['cilium', 'values'] + std.split(name, '.'), message, hint, known);

{
  at:: finding,
  refusal:: ofValue('refusal'),
  fault:: ofValue('error'),
  warning:: ofValue('warning'),
}
