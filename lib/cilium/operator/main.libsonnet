// The operator and what belongs to it.
local k = import '../kube.libsonnet';
local monitoring = import '../monitoring.libsonnet';
local deployment = import 'deployment.libsonnet';
local roles = import 'rbac.libsonnet';

local appLabels = { 'io.cilium/app': 'operator', name: 'cilium-operator' };
local labels = appLabels { 'app.kubernetes.io/name': 'cilium-operator' };

function(c)
  local operator = c.values.operator;
  local prometheus = operator.prometheus;
  local monitored = k.isSet(prometheus.serviceMonitor.enabled);
  local metrics = c.operator && k.isSet(prometheus.enabled);
  local azure = c.values.azure;
  roles.make(c) {
    operatorDeployment: if c.operator then deployment.make(c),
    operatorService: if metrics && (monitored || k.isSet(prometheus.metricsService)) then {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: c.metadata('cilium-operator', labels, operator.annotations),
      spec: {
        clusterIP: 'None',
        type: 'ClusterIP',
        // The port of the pods behind it is wherever prometheus.port puts it.
        ports: [{ name: 'metrics', port: 9963, protocol: 'TCP', targetPort: 'prometheus' }],
        selector: appLabels,
      },
    },
    operatorServiceMonitor: if metrics && monitored then monitoring.serviceMonitor(
      c,
      'cilium-operator',
      prometheus.serviceMonitor,
      appLabels,
      [monitoring.endpoint('metrics', prometheus.serviceMonitor)],
      operator.annotations,
      ['io.cilium/app'],
    ),
    operatorPodDisruptionBudget:
      if c.operator then monitoring.disruptionBudget(c, 'cilium-operator', operator.podDisruptionBudget, labels, appLabels, operator.annotations),
    // Azure's credentials, if the values hold them
    azureSecret: if c.operator && k.isSet(azure.enabled) && c.azureCredentials then {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: c.bareMetadata('cilium-azure', operator.annotations),
      type: 'Opaque',
      data: {
        AZURE_CLIENT_ID: std.base64(k.word(azure.clientID)),
        AZURE_CLIENT_SECRET: std.base64(k.word(azure.clientSecret)),
      },
    },
  }
