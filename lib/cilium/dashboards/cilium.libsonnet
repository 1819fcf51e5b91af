// The agents.
local g = import 'grafana.libsonnet';

local pods = 'k8s_app="cilium", pod=~"$pod"';
// The rate of a counter, and the mean of what a histogram or summary measures.
local rate(metric, more='', window='1m') = 'rate(' + metric + '{' + pods + more + '}[' + window + '])';
local mean(metric) = rate(metric + '_sum') + ' / ' + rate(metric + '_count');
local by(fn, expr, labels) = fn + '(' + expr + ') by (' + labels + ')';
local quantile(q, metric, labels, more='') =
  'histogram_quantile(' + q + ', ' + by('sum', rate(metric + '_bucket', more, '5m'), labels) + ')';

local conntrack(family, protocol) = g.graph('Connections: ' + family + ' ' + protocol, 'short', g.spread(
  'cilium_datapath_conntrack_gc_entries{' + pods + ', status="alive", family="' + family + '", protocol="' + protocol + '"}'
));
local averageAndMax(title, unit, expr, labels, legend) = [
  g.graph(title + ' (average of nodes)', unit, g.query(by('avg', expr, labels), legend)),
  g.graph(title + ' (worst node)', unit, g.query(by('max', expr, labels), legend)),
];
local events(scope) = g.graph(scope + ' events a minute', 'short', g.query(
  by('avg', rate('cilium_kubernetes_events_total', ', scope="' + scope + '"'), 'pod, action') + ' * 60', '{{pod}} {{action}}'
));
local received(title, equal, valid) = g.graph(title, 'ops', g.query(
  by('sum', rate('cilium_kubernetes_events_received_total', ', equal="' + equal + '", valid="' + valid + '"', '5m'), 'pod, scope, action'),
  '{{pod}} {{scope}} {{action}}',
));

g.dashboard('cilium-agents', 'Cilium agents', [
  g.row('Process', [
    g.graph('Errors and warnings a minute', 'short', g.query(by('sum', rate('cilium_errors_warnings_total'), 'pod, level') + ' * 60', '{{pod}} {{level}}')),
    g.graph('CPU', 'percent', g.spread('irate(cilium_process_cpu_seconds_total{' + pods + '}[1m]) * 100')),
    g.graph('Virtual memory', 'bytes', g.spread('cilium_process_virtual_memory_bytes{' + pods + '}')),
    g.graph('Resident memory', 'bytes', g.spread('cilium_process_resident_memory_bytes{' + pods + '}')),
    g.graph('Open files', 'short', g.spread('cilium_process_open_fds{' + pods + '}')),
    g.graph('Memory of BPF programs and maps', 'bytes', g.spread('cilium_bpf_maps_virtual_memory_max_bytes{' + pods + '} + cilium_bpf_progs_virtual_memory_max_bytes{' + pods + '}')),
    g.graph('BPF map pressure', 'percentunit', g.query('cilium_bpf_map_pressure{' + pods + '}', '{{pod}} {{map_name}}')),
  ]),
  g.row('Agent API',
        averageAndMax('Latency', 's', mean('cilium_agent_api_process_time_seconds'), 'pod, method, path', '{{pod}} {{method}} {{path}}')
        + averageAndMax('Calls', 'ops', rate('cilium_agent_api_process_time_seconds_count'), 'pod, method, path', '{{pod}} {{method}} {{path}}')
        + [g.graph('Return codes', 'ops', g.query(by('sum', rate('cilium_agent_api_process_time_seconds_count'), 'pod, method, path, return_code'), '{{pod}} {{method}} {{path}} {{return_code}}'))]),
  g.row('BPF',
        averageAndMax('System calls', 'ops', rate('cilium_bpf_syscall_duration_seconds_count'), 'pod, operation', '{{pod}} {{operation}}')
        + averageAndMax('System call latency', 's', mean('cilium_bpf_syscall_duration_seconds'), 'pod, operation', '{{pod}} {{operation}}')
        + [
          g.graph('Map operations', 'ops', g.query('topk(5, ' + by('avg', rate('cilium_bpf_map_ops_total', '', '5m'), 'pod, map_name, operation') + ')', '{{pod}} {{map_name}} {{operation}}')),
          g.graph('Failed map operations', 'ops', g.query(by('sum', rate('cilium_bpf_map_ops_total', ', outcome="fail"', '5m'), 'pod, map_name, operation'), '{{pod}} {{map_name}} {{operation}}')),
        ]),
  g.row('Kvstore',
        averageAndMax('Latency', 's', mean('cilium_kvstore_operations_duration_seconds'), 'pod, action, scope', '{{pod}} {{action}} {{scope}}') + [
          g.graph('Operations', 'ops', g.query(by('sum', rate('cilium_kvstore_operations_duration_seconds_count'), 'pod, scope, action'), '{{pod}} {{scope}} {{action}}')),
          g.graph('Events received', 'ops', g.query(by('avg', rate('cilium_kvstore_events_queue_seconds_count'), 'pod, scope, action'), '{{pod}} {{scope}} {{action}}')),
        ]),
  g.row('Network', [
    g.graph('Forwarded packets', 'pps', g.query(by('sum', rate('cilium_forward_count_total'), 'pod, direction'), '{{pod}} {{direction}}')),
    g.graph('Forwarded traffic', 'bps', g.query(by('sum', rate('cilium_forward_bytes_total'), 'pod, direction') + ' * 8', '{{pod}} {{direction}}')),
    g.graph('Dropped packets', 'pps', g.query(by('sum', rate('cilium_drop_count_total'), 'direction, reason'), '{{direction}} {{reason}}')),
    g.graph('Dropped traffic', 'bps', g.query(by('sum', rate('cilium_drop_bytes_total'), 'direction, reason') + ' * 8', '{{direction}} {{reason}}')),
    conntrack('ipv4', 'TCP'),
    conntrack('ipv6', 'TCP'),
    conntrack('ipv4', 'non-TCP'),
    conntrack('ipv6', 'non-TCP'),
    g.graph('Interrupted reads of the connection table', 'short', g.query(by('sum', 'cilium_datapath_conntrack_dump_resets_total{' + pods + '}', 'pod, area, family, name'), '{{pod}} {{area}} {{family}} {{name}}')),
    g.graph('Allocated addresses', 'short', g.query(by('sum', 'cilium_ip_addresses{' + pods + '}', 'pod, family'), '{{pod}} {{family}}')),
    g.graph('Service updates', 'ops', g.query(by('avg', rate('cilium_services_events_total'), 'pod, action'), '{{pod}} {{action}}')),
    g.graph('Unreachable nodes and endpoints', 'short', [
      g.query(by('sum', 'cilium_unreachable_nodes{' + pods + '}', 'pod'), '{{pod}} nodes'),
      g.query(by('sum', 'cilium_unreachable_health_endpoints{' + pods + '}', 'pod'), '{{pod}} endpoints'),
    ]),
    g.graph('Known nodes', 'short', g.spread('cilium_nodes_all_num{' + pods + '}')),
    g.graph('Node events a minute', 'short', g.query(by('avg', rate('cilium_nodes_all_events_received_total'), 'pod, event_type, source') + ' * 60', '{{pod}} {{event_type}} {{source}}')),
  ]),
  g.row('Policy', [
    g.graph('Requests at layer 7', 'ops', g.query(by('sum', rate('cilium_policy_l7_total'), 'rule, proxy_type'), '{{rule}} {{proxy_type}}')),
    g.graph('DNS proxy latency (99 %)', 's', g.query(quantile('0.99', 'cilium_proxy_upstream_reply_seconds', 'scope, le', ', protocol_l7="dns", scope!="totalTime"'), '{{scope}}')),
    g.graph('Denied at layers 3 and 4', 'pps', g.query(by('sum', rate('cilium_drop_count_total', ', reason="Policy denied"'), 'direction'), '{{direction}}')),
    g.graph('Denied at layer 7', 'ops', g.query(by('sum', rate('cilium_policy_l7_total', ', rule="denied"'), 'proxy_type'), '{{proxy_type}}')),
    g.graph('Identity updates', 's', [g.query(quantile(q, 'cilium_policy_incremental_update_duration', 'le'), q) for q in ['0.5', '0.99']]),
    g.graph('Time to apply policies', 's', [g.query(quantile(q, 'cilium_policy_implementation_delay', 'le'), q) for q in ['0.5', '0.99']]),
    g.graph('Endpoints by enforcement', 'short', g.query(by('sum', 'cilium_policy_endpoint_enforcement_status{' + pods + '}', 'enforcement'), '{{enforcement}}')),
    g.graph('Proxy redirects', 'short', g.spread('cilium_proxy_redirects{' + pods + '}')),
    g.graph('Policies on a node', 'short', g.spread('cilium_policy{' + pods + '}')),
    g.graph('Time to calculate policies (99 %)', 's', g.query(
      quantile('0.99', 'cilium_endpoint_regeneration_time_stats_seconds', 'scope, le', ', scope=~"proxyConfiguration|endpointPolicyCalculation|selectorPolicyCalculation|proxyPolicyCalculation"'), '{{scope}}'
    )),
  ]),
  g.row('Endpoints and controllers', [
    g.graph('Regeneration (90 %)', 's', g.query(quantile('0.90', 'cilium_endpoint_regeneration_time_stats_seconds', 'scope, le', ', scope!="total"'), '{{scope}}')),
    g.graph('Regeneration (99 %)', 's', g.query(quantile('0.99', 'cilium_endpoint_regeneration_time_stats_seconds', 'scope, le', ', scope!="total"'), '{{scope}}')),
    g.graph('Regenerations', 'ops', g.query(by('sum', rate('cilium_endpoint_regenerations_total'), 'outcome'), '{{outcome}}')),
    g.graph('Endpoint states', 'short', g.query(by('sum', 'cilium_endpoint_state{' + pods + '}', 'endpoint_state'), '{{endpoint_state}}')),
    g.graph('Controller runs', 'ops', g.query(by('sum', rate('cilium_controllers_runs_total'), 'pod, status'), '{{pod}} {{status}}')),
    g.graph('Controller duration', 's', g.query(by('avg', mean('cilium_controllers_runs_duration_seconds'), 'pod, status'), '{{pod}} {{status}}')),
  ]),
  g.row('Kubernetes',
        averageAndMax('API server latency', 's', mean('cilium_k8s_client_api_latency_time_seconds'), 'pod, method, path', '{{pod}} {{method}} {{path}}') + [
          g.graph('API server calls', 'ops', g.query(by('sum', rate('cilium_k8s_client_api_latency_time_seconds_count'), 'pod, method, path'), '{{pod}} {{method}} {{path}}')),
          g.graph('API server return codes', 'ops', g.query(by('sum', rate('cilium_k8s_client_api_calls_total'), 'pod, method, return_code'), '{{pod}} {{method}} {{return_code}}')),
          received('Events without a change', 'true', 'true'),
          received('Invalid events without a change', 'true', 'false'),
          received('Events with a change', 'false', 'true'),
          received('Invalid events with a change', 'false', 'false'),
        ] + [events(scope) for scope in ['CiliumNetworkPolicy', 'NetworkPolicy', 'Pod', 'Node', 'Service', 'Endpoint', 'Namespace']]),
], [g.choice('pod', 'cilium_version', 'pod')])
