// Running the agents and the operator: logging, health, metrics, profiling, talking to the API server.
local duration = import '../duration.libsonnet';
local k = import '../kube.libsonnet';
local text = k.text;

local operatorCertificates = '/var/lib/cilium/tls/prometheus/';

// The five entries of a profiling server.
local pprof(prefix, values) =
  local whenOn(name) = if k.isSet(values.enabled) then text(values[name]);
  {
    [prefix + 'pprof']: whenOn('enabled'),
    [prefix + 'pprof-address']: whenOn('address'),
    [prefix + 'pprof-port']: whenOn('port'),
    [prefix + 'pprof-mutex-profile-fraction']: whenOn('mutexProfileFraction'),
    [prefix + 'pprof-block-profile-rate']: whenOn('blockProfileRate'),
  };

{
  make(c)::
    local v = c.values;
    local operator = v.operator;
    local flag(value) = if k.isSet(value) then 'true';
    local list(value) = if k.isSet(value) then k.joined(value, ' ');
    local operatorMetrics = k.isSet(operator.prometheus.enabled);
    local operatorTLS(value) = if operatorMetrics && k.isSet(operator.prometheus.tls.enabled) then value;
    local watcher = operator.unmanagedPodWatcher;
    {
      debug: text(v.debug.enabled),
      'debug-verbose': k.word(v.debug.verbose),
      'log-system-load': text(k.given(v.logSystemLoad)),
      'log-opt': if k.isSet(v.logOptions) then std.manifestJsonMinified(v.logOptions),

      // The agent's own configuration, watched for drift
      'enable-dynamic-config': text(v.configDriftDetection.enabled),
      'enable-drift-checker': text(v.configDriftDetection.driftChecker),
      'ignore-flags-drift-checker': if k.isSet(v.configDriftDetection.ignoredKeys) then k.joined(v.configDriftDetection.ignoredKeys, ','),

      // Health
      'agent-health-port': if v.healthPort != 9879 then k.word(v.healthPort),
      'cluster-health-port': text(v.clusterHealthPort),
      'enable-health-checking': text(v.healthChecking),
      'health-check-icmp-failure-threshold': text(k.given(v.healthCheckICMPFailureThreshold)),
      'enable-endpoint-health-checking': text(
        // Only Cilium's own (or portmap's) pods can be reached by the health endpoint.
        k.isSet(v.endpointHealthChecking.enabled) && (!c.chained || c.chainingMode == 'portmap')
      ),
      'connectivity-probe-frequency-ratio': text(v.connectivityProbeFrequencyRatio),
      'agent-not-ready-taint-key': text(v.agentNotReadyTaintKey),

      // Kubernetes API
      'k8s-api-server-urls': text(v.k8s.apiServerURLs),
      'k8s-kubeconfig-path': text(k.given(v.kubeConfigPath)),
      'k8s-require-ipv4-pod-cidr': text(v.k8s.requireIPv4PodCIDR),
      'k8s-require-ipv6-pod-cidr': text(v.k8s.requireIPv6PodCIDR),
      'k8s-client-qps': text(k.given(v.k8sClientRateLimit.qps)),
      'k8s-client-burst': text(k.given(v.k8sClientRateLimit.burst)),
      'operator-k8s-client-qps': text(k.given(v.k8sClientRateLimit.operator.qps)),
      'operator-k8s-client-burst': text(k.given(v.k8sClientRateLimit.operator.burst)),
      'annotate-k8s-node': flag(v.annotateK8sNode),
      'api-rate-limit': text(k.given(v.apiRateLimit)),
      'crd-wait-timeout': duration.given(v.crdWaitTimeout),
      'skip-crd-creation': flag(operator.skipCRDCreation),

      // Metrics
      'prometheus-serve-addr': if k.isSet(v.prometheus.enabled) then ':' + k.word(v.prometheus.port),
      metrics: if k.isSet(v.prometheus.enabled) then list(v.prometheus.metrics),
      'controller-group-metrics': if k.isSet(v.prometheus.enabled) then list(v.prometheus.controllerGroupMetrics),
      'metrics-sampling-interval': text(v.debug.metricsSamplingInterval),
      'operator-prometheus-serve-addr': if operatorMetrics then ':' + k.word(operator.prometheus.port),
      'enable-metrics': if operatorMetrics then 'true',
      'operator-prometheus-enable-tls': operatorTLS('true'),
      'operator-prometheus-tls-cert-file': operatorTLS(operatorCertificates + 'server.crt'),
      'operator-prometheus-tls-key-file': operatorTLS(operatorCertificates + 'server.key'),
      'operator-prometheus-tls-client-ca-files': operatorTLS(
        if k.isSet(operator.prometheus.tls.server.mtls.enabled) then operatorCertificates + 'client-ca.crt'
      ),

      // The operator's care for nodes and pods
      'operator-api-serve-addr': if !c.installedBefore(8) then (if k.isSet(v.ipv4.enabled) then '127.0.0.1:9234' else '[::1]:9234'),
      'remove-cilium-node-taints': flag(operator.removeNodeTaints),
      'set-cilium-node-taints':
        flag(if operator.setNodeTaints == null then operator.removeNodeTaints else operator.setNodeTaints),
      'set-cilium-is-up-condition': flag(operator.setNodeNetworkStatus),
      'unmanaged-pod-watcher-interval':
        if !k.isSet(watcher.restart) then '0'
        else if c.since(19) then k.word(k.orZero(watcher.intervalSeconds)) + 's'
        else text(watcher.intervalSeconds),
      'pod-restart-selector': k.plain(watcher.selector),
    }
    + pprof('', v.pprof)
    + pprof('operator-', operator.pprof),
}
