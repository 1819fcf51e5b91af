// The operator.
local g = import 'grafana.libsonnet';

local mean(metric) = 'rate(' + metric + '_sum[1m]) / rate(' + metric + '_count[1m])';

g.dashboard('cilium-operator', 'Cilium operator', [
  g.row('Process', [
    g.graph('CPU', 'percent', g.spread('irate(cilium_operator_process_cpu_seconds_total{io_cilium_app="operator"}[1m]) * 100')),
    g.graph('Resident memory', 'bytes', g.spread('cilium_operator_process_resident_memory_bytes{io_cilium_app="operator"}')),
  ]),
  // Only where addresses come from a cloud.
  g.row('IPAM', [
    g.graph('Addresses', 'short', [
      g.query('sum(cilium_operator_ipam_' + what + '_ips)', what)
      for what in ['available', 'used', 'needed']
    ]),
    g.graph('Nodes', 'short', g.query('cilium_operator_ipam_nodes', '{{category}}')),
    g.graph('Nodes with the greatest need', 'short', g.query('topk(10, cilium_operator_ipam_needed_ips > 0)', '{{target_node}}')),
    g.graph('Room on interfaces', 'short', [
      g.query('cilium_operator_ipam_interface_candidates', 'interfaces with free addresses'),
      g.query('cilium_operator_ipam_empty_interface_slots', 'interfaces that can be added'),
    ]),
    g.graph('New interfaces', 'ops', g.query('sum(rate(cilium_operator_ipam_interface_creation_ops[1m])) by (subnet_id)', '{{subnet_id}}')),
    g.graph('Resynchronisations', 'ops', g.query('rate(cilium_operator_ipam_resync_total[1m])', '{{pod}}')),
    g.graph('EC2 API duration', 's', g.query(mean('cilium_operator_ec2_api_duration_seconds'), '{{operation}} {{response_code}}')),
    g.graph('EC2 API rate limiting', 's', g.query(mean('cilium_operator_ec2_api_rate_limit_duration_seconds'), '{{operation}}')),
  ]),
])
