// The variables that calico-node's programs read besides Felix's, and the kinds of their values (felix.libsonnet).
local modes = { words: ['Always', 'CrossSubnet', 'Never', 'Off'] };

{
  AS: { whole: [0, 4294967295] },
  AUTODETECT_POLL_INTERVAL: 'text',
  BGP_LOGSEVERITYSCREEN: 'text',
  CALICO_DISABLE_FILE_LOGGING: 'boolean',
  CALICO_K8S_NODE_REF: 'text',
  CALICO_MANAGE_CNI: 'boolean',
  CALICO_ROUTER_ID: 'text',
  CALICO_STARTUP_LOGLEVEL: { words: ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL', 'NONE'] },
  CLUSTER_TYPE: 'text',
  DISABLE_NODE_IP_CHECK: 'boolean',
  IP: 'text',
  IP_AUTODETECTION_METHOD: 'text',
  IP6: 'text',
  IP6_AUTODETECTION_METHOD: 'text',
  NO_DEFAULT_POOLS: 'boolean',
  USE_POD_CIDR: 'boolean',
  WAIT_FOR_DATASTORE: 'boolean',

  CALICO_IPV4POOL_BLOCK_SIZE: { whole: [20, 32] },
  CALICO_IPV4POOL_DISABLE_BGP_EXPORT: 'boolean',
  CALICO_IPV4POOL_IPIP: modes,
  CALICO_IPV4POOL_NAT_OUTGOING: 'boolean',
  CALICO_IPV4POOL_NODE_SELECTOR: 'text',
  CALICO_IPV4POOL_VXLAN: modes,
  CALICO_IPV6POOL_BLOCK_SIZE: { whole: [116, 128] },
  CALICO_IPV6POOL_DISABLE_BGP_EXPORT: 'boolean',
  CALICO_IPV6POOL_NAT_OUTGOING: 'boolean',
  CALICO_IPV6POOL_NODE_SELECTOR: 'text',
  CALICO_IPV6POOL_VXLAN: modes,
}
