// A finding about something under `cilium.values`, or elsewhere in a definition. Values are named as Cilium's documentation
// names them: 'hubble.relay.enabled'.
local finding(severity, path, message, hint=null, known=null, got=null) = {
  severity: severity,
  path: path,
  message: message,
  [if hint != null then 'hint']: hint,
  [if known != null then 'known']: known,
  [if got != null then 'got']: got,
};
local ofValue(severity) = function(name, message, hint=null, known=null)
  finding(severity, ['cilium', 'values'] + std.split(name, '.'), message, hint, known);

{
  at:: finding,
  refusal:: ofValue('refusal'),
  fault:: ofValue('error'),
  warning:: ofValue('warning'),
}
