// FelixConfiguration: the settings of Felix, one field each.
local s = import 'schema.libsonnet';

// The doubled backslash is Calico's: this pattern admits no fraction of a unit in practice.
local duration = s.pattern(@'^([0-9]+(\\.[0-9]+)?(ms|s|m|h))*$');
local timeout = s.pattern(@'^(([0-9]*(\.[0-9]*)?(ms|s|h|m|us)+)+|Auto)$');
local severity = s.words(['Trace', 'Debug', 'Info', 'Warning', 'Error', 'Fatal']);
local allow = s.words(['Accept', 'Return']);
local deny = s.words(['Drop', 'Reject']);
local anyText = { pattern: '^.*' };
local failsafePorts = s.list(s.object({ net: s.string, port: s.integer, protocol: s.string }, ['port']));
local routeTables = s.object({ max: s.integer, min: s.integer }, ['max', 'min']);

{
  felixconfigurations: {
    kind: 'FelixConfiguration',

    schema: s.checked({}, [s.forbidden(
      "nodeSelector must not be set on the 'default' or per-node ('node.*') FelixConfiguration",
      "self.metadata.name == 'default' || self.metadata.name.startsWith('node.') ? !has(self.spec.nodeSelector) : true"
    )]),

    spec: s.checked(
      s.object(
        s.each(s.boolean, [
          'allowIPIPPacketsFromWorkloads',
          'allowVXLANPacketsFromWorkloads',
          'bpfConnectTimeLoadBalancingEnabled',
          'bpfDisableUnprivileged',
          'bpfEnabled',
          'bpfHostConntrackBypass',
          'bpfKubeProxyIptablesCleanupEnabled',
          'bpfPolicyDebugEnabled',
          'debugDisableLogDropping',
          'disableConntrackInvalidCheck',
          'endpointReportingEnabled',
          'flowLogsCollectorDebugTrace',
          'genericXDPEnabled',
          'healthEnabled',
          'ipipEnabled',
          'ipv6Support',
          'prometheusGoMetricsEnabled',
          'prometheusMetricsEnabled',
          'prometheusProcessMetricsEnabled',
          'prometheusWireGuardMetricsEnabled',
          'removeExternalRoutes',
          'requireMTUFile',
          'routeSyncDisabled',
          'sidecarAccelerationEnabled',
          'usageReportingEnabled',
          'useInternalDataplaneDriver',
          'vxlanEnabled',
          'wireguardEnabled',
          'wireguardEnabledV6',
          'wireguardHostEncryptionEnabled',
          'wireguardThreadingEnabled',
          'xdpEnabled',
        ])
        + s.each(s.integer, [
          'bpfExportBufferSizeMB',
          'bpfExtToServiceConnmark',
          'bpfKubeProxyHealthzPort',
          'bpfMaglevMaxEndpointsPerService',
          'bpfMaglevMaxServices',
          'bpfMapSizeConntrack',
          'bpfMapSizeIPSets',
          'bpfMapSizeIfState',
          'bpfMapSizeNATAffinity',
          'bpfMapSizeNATBackend',
          'bpfMapSizeNATFrontend',
          'bpfMapSizePerCpuConntrack',
          'bpfMapSizeRoute',
          'debugPort',
          'deviceRouteProtocol',
          'goGCThreshold',
          'goMaxProcs',
          'goMemoryLimitMB',
          'healthPort',
          'ipipMTU',
          'ipv4ElevatedRoutePriority',
          'ipv4NormalRoutePriority',
          'ipv6ElevatedRoutePriority',
          'ipv6NormalRoutePriority',
          'maxIpsetSize',
          'metadataPort',
          'prometheusMetricsPort',
          'vxlanMTU',
          'vxlanMTUV6',
          'vxlanPort',
          'vxlanVNI',
          'wireguardListeningPort',
          'wireguardListeningPortV6',
          'wireguardMTU',
          'wireguardMTUV6',
          'wireguardRoutingRulePriority',
        ])
        + s.each(s.string, [
          'bpfCTLBLogFilter',
          'bpfDataIfacePattern',
          'bpfDisableGROForIfaces',
          'bpfL3IfacePattern',
          'cgroupV2Path',
          'dataplaneDriver',
          'dataplaneWatchdogTimeout',
          'debugHost',
          'debugMemoryProfilePath',
          'deviceRouteSourceAddress',
          'deviceRouteSourceAddressIPv6',
          'endpointStatusPathPrefix',
          'flowLogsGoldmaneServer',
          'healthHost',
          'interfaceExclude',
          'interfacePrefix',
          'iptablesNATOutgoingInterfaceFilter',
          'logDebugFilenameRegex',
          'logFilePath',
          'metadataAddr',
          'mtuIfacePattern',
          'natOutgoingAddress',
          'nftablesRefreshInterval',
          'openstackRegion',
          'policySyncPathPrefix',
          'prometheusMetricsCAFile',
          'prometheusMetricsCertFile',
          'prometheusMetricsClientAuth',
          'prometheusMetricsHost',
          'prometheusMetricsKeyFile',
          'wireguardInterfaceName',
          'wireguardInterfaceNameV6',
        ])
        + s.each(duration, [
          'bpfKubeProxyMinSyncPeriod',
          'debugSimulateCalcGraphHangAfter',
          'debugSimulateDataplaneApplyDelay',
          'debugSimulateDataplaneHangAfter',
          'endpointReportingDelay',
          'flowLogsFlushInterval',
          'interfaceRefreshInterval',
          'ipsetsRefreshInterval',
          'iptablesLockProbeInterval',
          'iptablesPostWriteCheckInterval',
          'iptablesRefreshInterval',
          'netlinkTimeout',
          'reportingInterval',
          'reportingTTL',
          'routeRefreshInterval',
          'usageReportingInitialDelay',
          'usageReportingInterval',
          'wireguardKeepAlive',
          'xdpRefreshInterval',
        ])
        + s.each(s.list(s.string), [
          'bpfDSROptoutCIDRs',
          'bpfExcludeCIDRsFromNAT',
          'bpfForceTrackPacketsFromIfaces',
          'externalNodesList',
        ])
        + s.each(s.switch, [
          'bpfHostNetworkedNATWithoutCTLB',
          'bpfProfiling',
          'bpfRedirectToPeer',
          'floatingIPs',
          'ipForwarding',
          'istioAmbientMode',
          'programClusterRoutes',
          'windowsManageFirewallRules',
        ])
        + s.each(severity, ['logSeverityFile', 'logSeverityScreen', 'logSeveritySys'])
        + s.each(allow, [
          'iptablesFilterAllowAction',
          'iptablesMangleAllowAction',
          'nftablesFilterAllowAction',
          'nftablesMangleAllowAction',
        ])
        + s.each(deny, ['iptablesFilterDenyAction', 'nftablesFilterDenyAction'])
        + s.each(s.int32, ['iptablesMarkMask', 'nftablesMarkMask'])
        + s.each(s.intOrString + anyText, ['bpfPSNATPorts', 'natPortRange'])
        + s.each(failsafePorts, ['failsafeInboundHostPorts', 'failsafeOutboundHostPorts'])
        + {
          awsSrcDstCheck: s.enum(['DoNothing', 'Enable', 'Disable']),
          bpfAttachType: s.enum(['TC', 'TCX']),
          bpfConnectTimeLoadBalancing: s.enum(['TCP', 'Enabled', 'Disabled']),
          bpfConntrackLogLevel: s.enum(['Off', 'Debug']),
          bpfConntrackMode: s.enum(['Auto', 'Userspace', 'BPFProgram']),
          bpfConntrackTimeouts: s.object(s.each(timeout, [
            'creationGracePeriod',
            'genericTimeout',
            'icmpTimeout',
            'tcpEstablished',
            'tcpFinsSeen',
            'tcpResetSeen',
            'tcpSynSent',
            'udpTimeout',
          ])),
          bpfEnforceRPF: s.words(['Disabled', 'Strict', 'Loose']),
          bpfExternalServiceMode: s.words(['Tunnel', 'DSR']),
          bpfJITHardening: s.string { allOf: [{ enum: ['Auto', 'Strict'] }, { enum: ['Auto', 'Strict'] }] },
          bpfLogFilters: s.map(s.string),
          bpfLogLevel: s.words(['Off', 'Info', 'Debug']),
          bpfMapSizeConntrackCleanupQueue: s.integer { minimum: 1 },
          bpfMapSizeConntrackScaling: s.words(['Disabled', 'DoubleIfFull']),
          chainInsertMode: s.words(['Insert', 'Append']),
          defaultEndpointToHostAction: s.words(['Drop', 'Accept', 'Return']),
          featureDetectOverride: s.pattern('^([a-zA-Z0-9-_]+=(true|false|),)*([a-zA-Z0-9-_]+=(true|false|))?$'),
          featureGates: s.pattern('^([a-zA-Z0-9-_]+=([^=]+),)*([a-zA-Z0-9-_]+=([^=]+))?$'),
          flowLogsLocalReporter: s.enum(['Disabled', 'Enabled']),
          flowLogsPolicyEvaluationMode: s.enum(['None', 'Continuous']),
          healthTimeoutOverrides: s.list(s.object({ name: s.string, timeout: s.string }, ['name', 'timeout'])),
          iptablesBackend: s.enum(['Legacy', 'NFT', 'Auto']) + s.words(['Auto', 'Legacy', 'NFT']),
          istioDSCPMark: s.integer { 'x-kubernetes-int-or-string': true } + anyText,
          kubeNodePortRanges: s.list(s.intOrString + anyText),
          liveMigrationRouteConvergenceTime: s.pattern(@'^([0-9]+(\.[0-9]+)?(ms|s|m|h))*$'),
          logActionRateLimit: s.pattern(@'^[1-9]\d{0,3}/(?:second|minute|hour|day)$'),
          logActionRateLimitBurst: s.range(s.integer, 0, 9999),
          logPrefix: s.pattern('^([a-zA-Z0-9%: /_-])*$'),
          natOutgoingExclusions: s.enum(['IPPoolsOnly', 'IPPoolsAndHostIPs']),
          nftablesMode: s.enum(['Disabled', 'Enabled', 'Auto']) { default: 'Auto' },
          nodeSelector: s.text(1024),
          routeSource: s.words(['WorkloadIPs', 'CalicoIPAM']),
          routeTableRange: routeTables,
          routeTableRanges: s.list(routeTables),
          serviceLoopPrevention: s.words(['Drop', 'Reject', 'Disabled']),
          workloadSourceSpoofing: s.words(['Disabled', 'Any']),
        }
      ),
      [s.forbidden(
        'routeTableRange and routeTableRanges cannot both be set',
        '!has(self.routeTableRange) || !has(self.routeTableRanges)'
      )]
    ),
  },
}
