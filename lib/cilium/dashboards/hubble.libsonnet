// Hubble's metrics: an overview, and views by namespace and by workload.
local g = import 'grafana.libsonnet';

local rate(metric, filter='') = 'rate(' + metric + (if filter == '' then '' else '{' + filter + '}') + '[1m])';
local by(metric, labels, filter='') = 'sum(' + rate(metric, filter) + ') by (' + labels + ')';
local legend(labels) = std.join(' ', ['{{' + label + '}}' for label in std.split(std.strReplace(labels, ' ', ''), ',')]);
local sum(title, unit, metric, labels, filter='') = g.graph(title, unit, g.query(by(metric, labels, filter), legend(labels)));
local missing(title, metric, sent, answered) =
  g.graph(title, 'ops', g.query(by(metric, 'pod', sent) + ' - ' + by(metric, 'pod', answered), '{{pod}}'));

local overview = g.dashboard('hubble-overview', 'Hubble', [
  g.row('Flows', [
    g.graph('Flows of a node', 'ops', g.spread(by('hubble_flows_processed_total', 'pod'))),
    sum('Types', 'ops', 'hubble_flows_processed_total', 'pod, type'),
    sum('Layer 7', 'ops', 'hubble_flows_processed_total', 'pod, subtype', 'type="L7"'),
    sum('Traces', 'ops', 'hubble_flows_processed_total', 'pod, subtype', 'type="Trace"'),
  ]),
  g.row('Network', [
    sum('Verdicts', 'ops', 'hubble_flows_processed_total', 'pod, verdict'),
    sum('Drops', 'pps', 'hubble_drop_total', 'pod, reason'),
    sum('Protocols', 'ops', 'hubble_port_distribution_total', 'pod, protocol'),
    g.graph('Busiest ports', 'ops', g.query('topk(10, ' + by('hubble_port_distribution_total', 'pod, port, protocol', 'port!="0"') + ')', '{{pod}} {{port}}/{{protocol}}')),
  ] + std.flattenArrays([
    [
      sum('TCP flags, ' + family, 'pps', 'hubble_tcp_flags_total', 'pod, flag', 'family="' + family + '"'),
      missing('SYN without SYN-ACK, ' + family, 'hubble_tcp_flags_total', 'family="' + family + '", flag="SYN"', 'family="' + family + '", flag="SYN-ACK"'),
      sum('ICMP, ' + family, 'pps', 'hubble_icmp_total', 'pod, type', 'family="' + family + '"'),
      missing('Echo without reply, ' + family, 'hubble_icmp_total', 'family="' + family + '", type="EchoRequest"', 'family="' + family + '", type="EchoReply"'),
    ]
    for family in ['IPv4', 'IPv6']
  ])),
  g.row('Network policy', [
    sum('Denied', 'pps', 'hubble_drop_total', 'pod, reason', 'reason="POLICY_DENIED"'),
    sum('Denied, by protocol', 'pps', 'hubble_drop_total', 'pod, protocol', 'reason="POLICY_DENIED"'),
    g.graph('Most denied sources', 'pps', g.query('topk(10, ' + by('hubble_drop_total', 'pod, source', 'reason="POLICY_DENIED"') + ')', '{{source}}')),
    g.graph('Most denied destinations', 'pps', g.query('topk(10, ' + by('hubble_drop_total', 'pod, destination', 'reason="POLICY_DENIED"') + ')', '{{destination}}')),
  ]),
  g.row('HTTP', [
    sum('Requests', 'ops', 'hubble_http_requests_total', 'pod, method'),
    sum('Responses', 'ops', 'hubble_http_responses_total', 'pod, status'),
    sum('Protocols', 'ops', 'hubble_http_requests_total', 'pod, protocol'),
  ] + [
    g.graph('Latency (' + q + ')', 's', g.query('histogram_quantile(' + q + ', ' + rate('hubble_http_request_duration_seconds_bucket') + ')', '{{pod}} {{method}}'))
    for q in ['0.5', '0.99']
  ]),
  g.row('DNS', [
    sum('Queries', 'ops', 'hubble_dns_queries_total', 'pod, qtypes'),
    sum('Answers', 'ops', 'hubble_dns_responses_total', 'pod, qtypes', 'rcode="No Error"'),
    g.graph('Queries without an answer', 'ops', g.query(by('hubble_dns_queries_total', 'pod, qtypes') + ' - ' + by('hubble_dns_responses_total', 'pod, qtypes'), '{{pod}} {{qtypes}}')),
    sum('Answers by type', 'ops', 'hubble_dns_response_types_total', 'pod, type'),
    sum('Addresses in answers', 'ops', 'hubble_dns_responses_total', 'pod, ips_returned', 'rcode="No Error"'),
    sum('Errors', 'ops', 'hubble_dns_responses_total', 'pod, qtypes, rcode', 'rcode!="No Error"'),
    g.graph('Pods with most errors', 'ops', g.query('topk(10, ' + by('hubble_dns_responses_total', 'pod, destination', 'rcode!="No Error"') + ')', '{{destination}}')),
    g.graph('Most frequent queries, a minute', 'short', g.query('topk(10, sum(rate(hubble_dns_queries_total[10m]) * 60) by (query, qtypes))', '{{query}} {{qtypes}}')),
  ]),
]);

// By namespace of both ends
local between = 'cluster=~"$cluster", source_namespace=~"$source_namespace", destination_namespace=~"$destination_namespace"';
local reversed = 'cluster=~"$cluster", source_namespace=~"$destination_namespace", destination_namespace=~"$source_namespace"';
local ranged(metric, labels, filter=between, more='') = 'sum(rate(' + metric + '{' + filter + more + '}[$__rate_interval])) by (' + labels + ')';
local namespaces(metric) = [g.choice('cluster', metric), g.choice('source_namespace', metric), g.choice('destination_namespace', metric)];
// What was asked and not answered: the answer travels the other way.
local unanswered(asked, answered) = 'round(' + asked + ' - label_replace(' + answered + ', "source", "$1", "destination", "(.*)"), 0.001) > 0';

local dns = g.dashboard('hubble-dns-namespace', 'Hubble: DNS by namespace', [
  g.row('DNS', [
    g.graph('Queries', 'reqps', g.query(ranged('hubble_dns_queries_total', 'source') + ' > 0', '{{source}}')),
    g.bars('Most frequent queries, a minute', 'reqpm', g.query('topk(10, ' + ranged('hubble_dns_queries_total', 'query') + ' * 60)', '{{query}}')),
    g.graph('Queries without an answer', 'reqps', g.query(unanswered(ranged('hubble_dns_queries_total', 'source'), ranged('hubble_dns_responses_total', 'destination', reversed)), '{{source}}')),
    g.graph('Errors', 'reqps', g.query(ranged('hubble_dns_responses_total', 'destination, rcode', reversed, ', rcode!="No Error"') + ' > 0', '{{destination}} {{rcode}}')),
  ]),
], namespaces('hubble_dns_queries_total'));

local network = g.dashboard('hubble-network-namespace', 'Hubble: network by namespace', [
  g.row('Flows', [
    g.graph('Types', 'ops', g.query(ranged('hubble_flows_processed_total', 'type, subtype'), '{{type}} {{subtype}}')),
    g.graph('Verdicts', 'ops', g.query(ranged('hubble_flows_processed_total', 'verdict'), '{{verdict}}')),
    g.bars('Busiest sources', 'ops', g.query('topk(10, ' + ranged('hubble_flows_processed_total', 'source') + ')', '{{source}}')),
    g.bars('Busiest destinations', 'ops', g.query('topk(10, ' + ranged('hubble_flows_processed_total', 'destination') + ')', '{{destination}}')),
  ]),
  g.row('Lost connections', [
    g.graph('SYN without SYN-ACK', 'ops', g.query(unanswered(ranged('hubble_tcp_flags_total', 'source', more=', flag="SYN"'), ranged('hubble_tcp_flags_total', 'destination', reversed, ', flag="SYN-ACK"')), '{{source}}')),
    g.graph('Echo without reply', 'ops', g.query(unanswered(ranged('hubble_icmp_total', 'source', more=', type="EchoRequest"'), ranged('hubble_icmp_total', 'destination', reversed, ', type="EchoReply"')), '{{source}}')),
  ]),
  g.row('Network policy', [
    g.graph('Drops by source', 'ops', g.query(ranged('hubble_drop_total', 'source, reason') + ' > 0', '{{source}} {{reason}}')),
    g.graph('Drops by destination', 'ops', g.query(ranged('hubble_drop_total', 'destination, reason') + ' > 0', '{{destination}} {{reason}}')),
  ]),
], namespaces('hubble_flows_processed_total'));

// By workload
local target = 'cluster=~"$cluster", destination_namespace=~"$destination_namespace", destination_workload=~"$destination_workload", reporter=~"$reporter", source_namespace=~"$source_namespace", source_workload=~"$source_workload"';
local requests(labels, more='') = 'sum(rate(hubble_http_requests_total{' + target + more + '}[$__rate_interval]))' + (if labels == '' then '' else ' by (' + labels + ')');
local success(labels) = requests(labels, ', status!~"5.*"') + ' / ' + requests(labels);
local duration(q, labels) = 'histogram_quantile(' + q + ', sum(rate(hubble_http_request_duration_seconds_bucket{' + target + '}[$__rate_interval])) by (' + labels + '))';
local quantiles(labels) = [
  g.query(duration(q, 'le' + (if labels == '' then '' else ', ' + labels)), (if labels == '' then '' else legend(labels) + ' ') + q)
  for q in ['0.50', '0.95', '0.99']
];
local side(name, labels) = g.row('Requests by ' + name, [
  g.graph('Requests by ' + name + ' and status', 'reqps', g.query('round(' + requests(labels + ', status') + ', 0.001)', legend(labels) + ' {{status}}')),
  g.graph('Successful requests by ' + name, 'percentunit', g.query(success(labels), legend(labels))),
  g.graph('Duration by ' + name, 's', quantiles(labels)),
  g.graph('CPU by ' + name, 'percent', g.query(
    'sum(node_namespace_pod_container:container_cpu_usage_seconds_total:sum_irate{cluster=~"$cluster", namespace=~"$' + name + '_namespace"}'
    + ' * on(namespace, pod) group_left(workload) namespace_workload_pod:kube_pod_owner:relabel{cluster=~"$cluster", namespace=~"$' + name + '_namespace", workload=~"$' + name + '_workload"})'
    + ' by (namespace, workload)', '{{namespace}}/{{workload}}'
  )),
]);
local http = g.dashboard(
  'hubble-http-workload',
  'Hubble: HTTP by workload',
  [
    g.row('All', [
      g.stat('Requests', 'reqps', g.query('round(' + requests('') + ', 0.001)', 'requests')),
      g.stat('Successful requests', 'percentunit', g.query(success(''), 'not 5xx')),
      g.graph('Duration', 's', quantiles('')),
    ]),
    side('source', 'cluster, source_namespace, source_workload'),
    side('destination', 'cluster, destination_namespace, destination_workload'),
  ],
  [g.choice(label, 'hubble_http_requests_total') for label in ['cluster', 'destination_namespace', 'destination_workload', 'reporter', 'source_namespace', 'source_workload']],
);

{
  'hubble-dashboard': overview,
  'hubble-dns-namespace': dns,
  'hubble-l7-http-metrics-by-workload': http,
  'hubble-network-overview-namespace': network,
}
