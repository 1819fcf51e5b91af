// Felix's parameters: by their name in Felix's reference, the kind of their values. Felix reads each of them from the
// environment as FELIX_<NAME>. Not here: what names the datastore and the node, which the DaemonSet settles.
//
//   boolean  number  text                 as they say; times are numbers of seconds, where the name says so milliseconds
//   { whole: [from, to] }                 a whole number; null is no limit
//   { words: [...] }                      one of these, in any case
//   { addresses: 4 | 6 }  { cidrs: true }  one address of a family; a list of CIDRs, with commas
local each(kind, names) = { [name]: kind for name in names };

local whole(from=null, to=null) = { whole: [from, to] };
local words(list) = { words: list };
local onOff = words(['Enabled', 'Disabled']);
local severities = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'FATAL'];
local logs = ['LogSeverityFile', 'LogSeverityScreen', 'LogSeveritySys'];

// In Calico 3.14 and still there.
local common =
  each('boolean', [
    'BPFConnectTimeLoadBalancingEnabled',
    'BPFDisableUnprivileged',
    'BPFEnabled',
    'BPFKubeProxyIptablesCleanupEnabled',
    'DebugDisableLogDropping',
    'DisableConntrackInvalidCheck',
    'EndpointReportingEnabled',
    'GenericXDPEnabled',
    'HealthEnabled',
    'IpInIpEnabled',
    'Ipv6Support',
    'PrometheusGoMetricsEnabled',
    'PrometheusMetricsEnabled',
    'PrometheusProcessMetricsEnabled',
    'RemoveExternalRoutes',
    'SidecarAccelerationEnabled',
    'UsageReportingEnabled',
    'UseInternalDataplaneDriver',
    'VXLANEnabled',
    'WireguardEnabled',
    'XDPEnabled',
  ])
  + each('number', [
    'BPFKubeProxyMinSyncPeriod',
    'DebugSimulateCalcGraphHangAfter',
    'DebugSimulateDataplaneHangAfter',
    'EndpointReportingDelaySecs',
    'IpsetsRefreshInterval',
    'IptablesLockProbeIntervalMillis',
    'IptablesPostWriteCheckIntervalSecs',
    'IptablesRefreshInterval',
    'NetlinkTimeoutSecs',
    'ReportingIntervalSecs',
    'ReportingTTLSecs',
    'RouteRefreshInterval',
    'TyphaReadTimeout',
    'TyphaWriteTimeout',
    'UsageReportingInitialDelaySecs',
    'UsageReportingIntervalSecs',
    'XDPRefreshInterval',
  ])
  + each('text', [
    'BPFDataIfacePattern',
    'CalicoVersion',
    'ClusterGUID',
    'ClusterType',
    'DataplaneDriver',
    'DebugCPUProfilePath',
    'DebugMemoryProfilePath',
    'FailsafeInboundHostPorts',
    'FailsafeOutboundHostPorts',
    'HealthHost',
    'InterfaceExclude',
    'InterfacePrefix',
    'IptablesMarkMask',
    'IptablesNATOutgoingInterfaceFilter',
    'KubeNodePortRanges',
    'LogFilePath',
    'LogPrefix',
    'MetadataAddr',
    'NATPortRange',
    'OpenstackRegion',
    'PolicySyncPathPrefix',
    'PrometheusMetricsHost',
    'RouteTableRange',
    'TyphaAddr',
    'TyphaCAFile',
    'TyphaCN',
    'TyphaCertFile',
    'TyphaK8sNamespace',
    'TyphaKeyFile',
    'TyphaURISAN',
    'VXLANTunnelMACAddr',
    'WireguardInterfaceName',
  ])
  + each(whole(), [
    'DeviceRouteProtocol',
    'IpInIpMtu',
    'MaxIpsetSize',
    'VXLANMTU',
    'VXLANPort',
    'VXLANVNI',
    'WireguardListeningPort',
    'WireguardMTU',
    'WireguardRoutingRulePriority',
  ])
  + each(whole(0, 65535), ['HealthPort', 'MetadataPort', 'PrometheusMetricsPort'])
  + each(words(['ACCEPT', 'RETURN']), ['IptablesFilterAllowAction', 'IptablesMangleAllowAction'])
  + each({ addresses: 4 }, [
    'DeviceRouteSourceAddress',
    'IPv4VXLANTunnelAddr',
    'IpInIpTunnelAddr',
    'NATOutgoingAddress',
  ])
  + {
    BPFExternalServiceMode: words(['tunnel', 'dsr']),
    BPFLogLevel: words(['off', 'info', 'debug']),
    ChainInsertMode: words(['insert', 'append']),
    DefaultEndpointToHostAction: words(['DROP', 'RETURN', 'ACCEPT']),
    ExternalNodesCIDRList: { cidrs: true },
    IptablesBackend: words(['legacy', 'nft', 'auto']),
    RouteSource: words(['WorkloadIPs', 'CalicoIPAM']),
  };

{
  '3.14':
    common
    + each(words(severities), logs)
    + { IptablesLockFilePath: 'text', IptablesLockTimeoutSecs: 'number' },

  '3.32':
    common
    + each('boolean', [
      'AllowIPIPPacketsFromWorkloads',
      'AllowVXLANPacketsFromWorkloads',
      'BPFHostConntrackBypass',
      'BPFPolicyDebugEnabled',
      'DebugSimulateDataRace',
      'FlowLogsCollectorDebugTrace',
      'PrometheusWireGuardMetricsEnabled',
      'RequireMTUFile',
      'RouteSyncDisabled',
      'WireguardEnabledV6',
      'WireguardHostEncryptionEnabled',
      'WireguardThreadingEnabled',
    ])
    + each('number', [
      'DataplaneWatchdogTimeout',
      'DebugPanicAfter',
      'DebugSimulateDataplaneApplyDelay',
      'FlowLogsFlushInterval',
      'InterfaceRefreshInterval',
      'LiveMigrationRouteConvergenceTime',
      'NftablesRefreshInterval',
      'WireguardPersistentKeepAlive',
    ])
    + each('text', [
      'BPFConntrackTimeouts',
      'BPFDisableGROForIfaces',
      'BPFForceTrackPacketsFromIfaces',
      'BPFL3IfacePattern',
      'BPFLogFilters',
      'BPFPSNATPorts',
      'CgroupV2Path',
      'DebugHost',
      'EndpointStatusPathPrefix',
      'FeatureDetectOverride',
      'FeatureGates',
      'FlowLogsGoldmaneServer',
      'HealthTimeoutOverrides',
      'IstioDSCPMark',
      'LogActionRateLimit',
      'LogDebugFilenameRegex',
      'MTUIfacePattern',
      'NftablesMarkMask',
      'PrometheusMetricsCAFile',
      'PrometheusMetricsCertFile',
      'PrometheusMetricsKeyFile',
      'RouteTableRanges',
      'VXLANTunnelMACAddrV6',
      'Variant',
      'WireguardInterfaceNameV6',
    ])
    + each(whole(), [
      'BPFExportBufferSizeMB',
      'BPFExtToServiceConnmark',
      'BPFKubeProxyHealthzPort',
      'BPFMapSizeConntrack',
      'BPFMapSizeConntrackCleanupQueue',
      'BPFMapSizeIPSets',
      'BPFMapSizeIfState',
      'BPFMapSizeNATAffinity',
      'BPFMapSizeNATBackend',
      'BPFMapSizeNATFrontend',
      'BPFMapSizePerCPUConntrack',
      'BPFMapSizeRoute',
      'GoGCThreshold',
      'GoMaxProcs',
      'GoMemoryLimitMB',
      'VXLANMTUV6',
      'WireguardListeningPortV6',
      'WireguardMTUV6',
    ])
    + each(whole(1, 2147483646), [
      'IPv4ElevatedRoutePriority',
      'IPv4NormalRoutePriority',
      'IPv6ElevatedRoutePriority',
      'IPv6NormalRoutePriority',
    ])
    + each(whole(1, 3000), ['BPFMaglevMaxEndpointsPerService', 'BPFMaglevMaxServices'])
    + each({ addresses: 6 }, ['DeviceRouteSourceAddressIPv6', 'IPv6VXLANTunnelAddr'])
    + each({ cidrs: true }, ['BPFDSROptoutCIDRs', 'BPFExcludeCIDRsFromNAT'])
    + each(onOff, [
      'BPFHostNetworkedNATWithoutCTLB',
      'BPFProfiling',
      'FloatingIPs',
      'FlowLogsLocalReporter',
      'IPForwarding',
      'IstioAmbientMode',
      'ProgramClusterRoutes',
      'WindowsManageFirewallRules',
    ])
    + each(words(['ACCEPT', 'RETURN']), ['NftablesFilterAllowAction', 'NftablesMangleAllowAction'])
    + each(words(['DROP', 'REJECT']), ['IptablesFilterDenyAction', 'NftablesFilterDenyAction'])
    + each(words(['TRACE'] + severities), logs)
    + {
      AWSSrcDstCheck: words(['DoNothing', 'Enable', 'Disable']),
      BPFAttachType: words(['TCX', 'TC']),
      BPFCTLBLogFilter: words(['all']),
      BPFConnectTimeLoadBalancing: words(['TCP', 'Enabled', 'Disabled']),
      BPFConntrackCleanupMode: words(['Auto', 'Userspace', 'BPFProgram']),
      BPFConntrackLogLevel: words(['off', 'debug']),
      BPFEnforceRPF: words(['Disabled', 'Strict', 'Loose']),
      BPFJITHardening: words(['Auto', 'Strict']),
      BPFMapSizeConntrackScaling: words(['Disabled', 'DoubleIfFull']),
      BPFRedirectToPeer: words(['Disabled', 'Enabled', 'L2Only']),
      DebugPort: whole(0, 65535),
      FlowLogsPolicyEvaluationMode: words(['None', 'Continuous']),
      LogActionRateLimitBurst: whole(0, 9999),
      NATOutgoingExclusions: words(['IPPoolsOnly', 'IPPoolsAndHostIPs']),
      NFTablesMode: words(['Enabled', 'Disabled', 'Auto']),
      PrometheusMetricsClientAuth: words([
        'RequireAndVerifyClientCert',
        'RequireAnyClientCert',
        'VerifyClientCertIfGiven',
        'NoClientCert',
      ]),
      ServiceLoopPrevention: words(['Drop', 'Reject', 'Disabled']),
      WorkloadSourceSpoofing: words(['Disabled', 'Any']),
    },
}
