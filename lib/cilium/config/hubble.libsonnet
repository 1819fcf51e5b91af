// Hubble: flows as the agents serve, export and count them.
local duration = import '../duration.libsonnet';
local k = import '../kube.libsonnet';
local text = k.text;

local certificates = '/var/lib/cilium/tls/hubble/';
local metricsCertificates = '/var/lib/cilium/tls/hubble-metrics/';

{
  make(c)::
    local hubble = c.values.hubble;
    local metrics = hubble.metrics;
    local redact = hubble.redact;
    local static = hubble.export.static;
    local events = hubble.dropEventEmitter;

    local on(value) = if k.isSet(hubble.enabled) then value;
    local counting = k.isSet(metrics.enabled) || k.isSet(metrics.dynamic.enabled);
    local onMetrics(value) = on(if counting then value);
    local onMetricsTLS(value) = onMetrics(if k.isSet(metrics.tls.enabled) then value);
    local onRedact(value) = on(if redact.enabled == true then value);
    local onExport(value) = on(if k.isSet(static.enabled) then value);
    local onEvents(value) = on(if k.isSet(events.enabled) then value);
    local listening = hubble.listenAddress != null;
    local onTLS(value) = on(if listening && k.isSet(hubble.tls.enabled) then value);
    local list(value) = if k.isSet(value) then k.joined(value, ' ');
    // These moved under export.static; the old place wins where it is used.
    local moved(name) = text(if k.isSet(hubble.export[name]) then hubble.export[name] else static[name]);
    {
      'enable-hubble': text(hubble.enabled),
      'hubble-socket-path': on(text(hubble.socketPath)),
      'hubble-listen-address': on(text(hubble.listenAddress)),
      'hubble-disable-tls': on(if listening then text(!k.isSet(hubble.tls.enabled))),
      'hubble-tls-cert-file': onTLS(certificates + 'server.crt'),
      'hubble-tls-key-file': onTLS(certificates + 'server.key'),
      'hubble-tls-client-ca-files': onTLS(certificates + 'client-ca.crt'),
      'hubble-prefer-ipv6': on(if hubble.preferIpv6 == true || c.values.preferIpv6 == true || c.values.ipv4.enabled == false then 'true'),
      'hubble-event-queue-size': on(text(hubble.eventQueueSize)),
      'hubble-event-buffer-capacity': on(text(hubble.eventBufferCapacity)),
      'hubble-lost-event-send-interval': on(duration.given(hubble.lostEventSendInterval)),
      'hubble-skip-unknown-cgroup-ids': on(text(hubble.skipUnknownCGroupIDs)),
      'hubble-network-policy-correlation-enabled': on(text(hubble.networkPolicyCorrelation.enabled)),

      // Metrics
      'hubble-metrics-server': onMetrics(':' + k.word(metrics.port)),
      'hubble-metrics-server-enable-tls': onMetrics(k.word(metrics.tls.enabled)),
      'hubble-metrics-server-tls-cert-file': onMetricsTLS(metricsCertificates + 'server.crt'),
      'hubble-metrics-server-tls-key-file': onMetricsTLS(metricsCertificates + 'server.key'),
      'hubble-metrics-server-tls-client-ca-files': onMetricsTLS(
        if k.isSet(metrics.tls.server.mtls.enabled) then metricsCertificates + 'client-ca.crt'
      ),
      'enable-hubble-open-metrics': onMetrics(text(metrics.enableOpenMetrics)),
      'hubble-metrics': on(list(metrics.enabled)),
      'hubble-dynamic-metrics-config-path': on(if k.isSet(metrics.dynamic.enabled) then '/dynamic-metrics-config/dynamic-metrics.yaml'),

      // What is left out of flows
      'hubble-redact-enabled': onRedact('true'),
      'hubble-redact-kafka-apikey': onRedact(text(redact.kafka.apiKey)),
      'hubble-redact-http-urlquery': onRedact(text(redact.http.urlQuery)),
      'hubble-redact-http-userinfo': onRedact(text(redact.http.userInfo)),
      'hubble-redact-http-headers-allow': onRedact(list(redact.http.headers.allow)),
      'hubble-redact-http-headers-deny': onRedact(list(redact.http.headers.deny)),

      // Export to files
      'hubble-export-file-path': onExport(text(static.filePath)),
      'hubble-export-file-max-size-mb': onExport(moved('fileMaxSizeMb')),
      'hubble-export-file-max-backups': onExport(moved('fileMaxBackups')),
      'hubble-export-file-compress': onExport(moved('fileCompress')),
      // The official chart never comes to the one under export.static, and so this does not either; who sets it is warned.
      'hubble-export-aggregation-interval': onExport(duration.text(hubble.export.aggregationInterval)),
      'hubble-export-fieldmask': onExport(k.joined(static.fieldMask, ' ')),
      'hubble-export-fieldaggregate': onExport(k.joined(static.fieldAggregate, ' ')),
      'hubble-export-allowlist': onExport(k.joined(static.allowList, ' ')),
      'hubble-export-denylist': onExport(k.joined(static.denyList, ' ')),
      'hubble-flowlogs-config-path': on(if k.isSet(hubble.export.dynamic.enabled) then '/flowlog-config/flowlogs.yaml'),

      // Dropped packets as Kubernetes events
      'hubble-drop-events': onEvents('true'),
      'hubble-drop-events-interval': onEvents(text(events.interval)),
      'hubble-drop-events-reasons': onEvents(k.joined(events.reasons, ' ')),
    },
}
