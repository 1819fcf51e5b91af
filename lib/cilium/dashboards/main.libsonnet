// Dashboards as ConfigMaps with the label that Grafana's sidecar looks for. They are this library's own, with the
// questions that the chart's dashboards answer.
local k = import '../kube.libsonnet';

// Texts are the same for every cluster.
local texts(dashboards) = { [name]: std.manifestJsonEx(dashboards[name], '  ') for name in std.objectFields(dashboards) };
local cilium = texts({ 'cilium-dashboard': import 'cilium.libsonnet' });
local operator = texts({ 'cilium-operator-dashboard': import 'operator.libsonnet' });
local hubble = texts(import 'hubble.libsonnet');

// 'hubble-dns-namespace' is patched as `hubbleDnsNamespace`.
local camel(name) =
  local words = std.split(name, '-');
  words[0] + std.join('', [std.asciiUpper(word[0]) + word[1:] for word in words[1:]]);

function(c)
  local v = c.values;
  local configMaps(values, labels, annotations, dashboards) = if !k.isSet(values.enabled) then {} else {
    [camel(name)]: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: c.metadata(
        name,
        labels + (if k.isSet(values.label) then { [values.label]: if k.isSet(values.labelValue) then k.text(values.labelValue) else '1' } else {}),
        c.annotations([annotations, values.annotations]),
        if k.isSet(values.namespace) then values.namespace else c.namespace,
      ),
      data: { [name + '.json']: dashboards[name] },
    }
    for name in std.objectFields(dashboards)
  };
  configMaps(v.dashboards, { 'k8s-app': 'cilium', 'app.kubernetes.io/name': 'cilium-agent' }, v.annotations, cilium)
  + configMaps(v.operator.dashboards, { 'k8s-app': 'cilium', 'app.kubernetes.io/name': 'cilium-operator' }, v.operator.annotations, operator)
  + configMaps(v.hubble.metrics.dashboards, { 'k8s-app': 'hubble', 'app.kubernetes.io/name': 'hubble' }, v.hubble.annotations, hubble)
