// The operator.
local g = import 'grafana.libsonnet';

local mean(metric) = 'rate(' + metric + '_sum[1m]) / rate(' + metric + '_count[1m])';

g.dashboard('cilium-operator', 'Cilium operator', [
  g.row('Process', [
    g.graph('CPU', 'percent', g.spread('irate(cilium_operator_process_cpu_seconds_total{io_cilium_app="operator"}[1m]) * 100')),
    g.graph('Resident memory', 'bytes', g.spread('cilium_operator_process_resident_memory_bytes{io_cilium_app="operator"}')),
  ]),
  g.row('IPAM', [
    g.graph('Addresses', 'short', g.query('avg(cilium_operator_ipam_ips) by (type)', '{{type}}')),
    g.graph('Nodes', 'short', g.query('cilium_operator_ipam_nodes', '{{category}}')),
    g.graph('Interfaces with free addresses', 'short', g.query('cilium_operator_ipam_available', '{{pod}}')),
    g.graph('New interfaces', 'ops', g.query('avg(rate(cilium_operator_ipam_interface_creation_ops[1m])) by (subnetId, status)', '{{subnetId}} {{status}}')),
    g.graph('Resynchronisations', 'ops', g.query('rate(cilium_operator_ipam_resync_total[1m])', '{{pod}}')),
    g.graph('EC2 API duration', 's', g.query(mean('cilium_operator_ec2_api_duration_seconds'), '{{operation}} {{response_code}}')),
    g.graph('EC2 API rate limiting', 's', g.query(mean('cilium_operator_ec2_api_rate_limit_duration_seconds'), '{{operation}}')),
  ]),
])
