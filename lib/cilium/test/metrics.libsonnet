// The metrics that the dashboards ask for, as Cilium's documentation (operations, metrics reference) and its source name
// them: kind and labels. A dashboard that asks for anything else shows nothing, without a word.
local counter(labels=[]) = { kind: 'counter', labels: labels };
local gauge(labels=[]) = { kind: 'gauge', labels: labels };
local histogram(labels=[]) = { kind: 'histogram', labels: labels };

// Hubble can be told to say who talks to whom on each metric (context options).
local context = [
  'source',
  'source_namespace',
  'source_workload',
  'destination',
  'destination_namespace',
  'destination_workload',
];
local flows(metric) = metric { labels+: context };

{
  // Added by Prometheus from the pod that it scrapes, and the name that users give a cluster.
  scraped: ['cluster', 'io_cilium_app', 'k8s_app', 'pod'],

  metrics: {
    // Agent
    cilium_agent_api_process_time_seconds: histogram(['method', 'path', 'return_code']),
    cilium_bpf_map_ops_total: counter(['map_name', 'operation', 'outcome']),
    cilium_bpf_map_pressure: gauge(['map_name']),
    cilium_bpf_maps_virtual_memory_max_bytes: gauge(),
    cilium_bpf_progs_virtual_memory_max_bytes: gauge(),
    cilium_bpf_syscall_duration_seconds: histogram(['operation', 'outcome']),
    cilium_controllers_runs_duration_seconds: histogram(['status']),
    cilium_controllers_runs_total: counter(['status']),
    cilium_datapath_conntrack_dump_resets_total: counter(['area', 'family', 'name']),
    cilium_datapath_conntrack_gc_entries: gauge(['family', 'protocol', 'status']),
    cilium_drop_bytes_total: counter(['direction', 'reason']),
    cilium_drop_count_total: counter(['direction', 'reason']),
    cilium_endpoint_regeneration_time_stats_seconds: histogram(['scope', 'status']),
    cilium_endpoint_regenerations_total: counter(['outcome']),
    cilium_endpoint_state: gauge(['endpoint_state']),
    cilium_errors_warnings_total: counter(['level', 'subsystem']),
    cilium_forward_bytes_total: counter(['direction']),
    cilium_forward_count_total: counter(['direction']),
    cilium_ip_addresses: gauge(['family']),
    cilium_k8s_client_api_calls_total: counter(['host', 'method', 'return_code']),
    cilium_k8s_client_api_latency_time_seconds: histogram(['method', 'path']),
    cilium_kubernetes_events_received_total: counter(['action', 'equal', 'scope', 'valid']),
    cilium_kubernetes_events_total: counter(['action', 'scope', 'status']),
    cilium_kvstore_events_queue_seconds: histogram(['action', 'scope']),
    cilium_kvstore_operations_duration_seconds: histogram(['action', 'kind', 'outcome', 'scope']),
    cilium_nodes_all_events_received_total: counter(['event_type', 'source']),
    cilium_nodes_all_num: gauge(),
    cilium_policy: gauge(),
    cilium_policy_endpoint_enforcement_status: gauge(['enforcement']),
    cilium_policy_implementation_delay: histogram(['source']),
    cilium_policy_incremental_update_duration: histogram(['scope']),
    cilium_policy_l7_total: counter(['proxy_type', 'rule']),
    cilium_process_cpu_seconds_total: counter(),
    cilium_process_open_fds: gauge(),
    cilium_process_resident_memory_bytes: gauge(),
    cilium_process_virtual_memory_bytes: gauge(),
    cilium_proxy_redirects: gauge(['protocol']),
    cilium_proxy_upstream_reply_seconds: histogram(['error', 'protocol_l7', 'scope']),
    cilium_services_events_total: counter(['action']),
    cilium_unreachable_health_endpoints: gauge(),
    cilium_unreachable_nodes: gauge(),
    cilium_version: gauge(['version']),

    // Operator
    cilium_operator_ec2_api_duration_seconds: histogram(['operation', 'response_code']),
    cilium_operator_ec2_api_rate_limit_duration_seconds: histogram(['operation']),
    cilium_operator_ipam_available_ips: gauge(['target_node']),
    cilium_operator_ipam_empty_interface_slots: gauge(),
    cilium_operator_ipam_interface_candidates: gauge(),
    cilium_operator_ipam_interface_creation_ops: counter(['subnet_id']),
    cilium_operator_ipam_needed_ips: gauge(['target_node']),
    cilium_operator_ipam_nodes: gauge(['category']),
    cilium_operator_ipam_resync_total: counter(),
    cilium_operator_ipam_used_ips: gauge(['target_node']),
    cilium_operator_process_cpu_seconds_total: counter(),
    cilium_operator_process_resident_memory_bytes: gauge(),

    // Hubble
    hubble_dns_queries_total: flows(counter(['ips_returned', 'qtypes', 'query', 'rcode'])),
    hubble_dns_response_types_total: flows(counter(['qtypes', 'query', 'type'])),
    hubble_dns_responses_total: flows(counter(['ips_returned', 'qtypes', 'query', 'rcode'])),
    hubble_drop_total: flows(counter(['protocol', 'reason'])),
    hubble_flows_processed_total: flows(counter(['protocol', 'subtype', 'type', 'verdict'])),
    hubble_http_request_duration_seconds: flows(histogram(['method', 'reporter'])),
    hubble_http_requests_total: flows(counter(['method', 'protocol', 'reporter', 'status'])),
    hubble_http_responses_total: flows(counter(['method', 'reporter', 'status'])),
    hubble_icmp_total: flows(counter(['family', 'type'])),
    hubble_port_distribution_total: flows(counter(['port', 'protocol'])),
    hubble_tcp_flags_total: flows(counter(['family', 'flag'])),
  },

  // Recording rules of kubernetes-mixin, which most installs of Prometheus have.
  rules: [
    'namespace_workload_pod:kube_pod_owner:relabel',
    'node_namespace_pod_container:container_cpu_usage_seconds_total:sum_irate',
  ],
}
