// What renders and may still surprise whoever runs it.
local k = import '../kube.libsonnet';
local finding = import 'finding.libsonnet';

local on(value) = k.isSet(value);

local rows(c) =
  local v = c.values;
  [
    {
      when: c.kubeProxyReplacement && !on(v.k8sServiceHost) && !on(v.k8sServiceHostRef.name),
      at: 'k8sServiceHost',
      message: 'kube-proxy is replaced, and nothing says how the agents reach the API server without it',
      hint: "set the cluster's controlPlaneEndpoint: 'host:6443'",
    },
    {
      when:
        on(c.version.defects.certgenMetricsName) && c.hubble && on(v.hubble.metrics.tls.enabled)
        && on(v.hubble.tls.auto.enabled) && v.hubble.tls.auto.method == 'cronJob',
      at: 'hubble.tls.auto.method',
      message: 'the certificate for Hubble metrics gets a name that no client can verify, as with the official chart of this version',
      hint: "use method 'certmanager', or a Secret of your own: hubble.metrics.tls.server.existingSecret",
    },
  ];

// The API server takes only strings in a ConfigMap; the chart writes what it is given.
local extraConfig(c) =
  local extra = k.orEmptyMap(c.values.extraConfig);
  [
    finding.at(
      'error',
      ['cilium', 'values', 'extraConfig', key],
      'a ConfigMap holds strings, and this is not one: the API server will refuse the object',
      "write it in quotes: '" + std.toString(extra[key]) + "'",
    )
    for key in std.objectFields(extra)
    if !std.isString(extra[key]) && extra[key] != null
  ];

function(c) [
  finding.warning(row.at, row.message, row.hint)
  for row in rows(c)
  if row.when
] + extraConfig(c)
