// The eBPF datapath of each node: map sizes, program options, what the monitor sees, and the CNI files.
local duration = import '../duration.libsonnet';
local k = import '../kube.libsonnet';
local text = k.text;

{
  make(c)::
    local v = c.values;
    local bpf = v.bpf;
    local cni = v.cni;
    local flag(value) = if k.isSet(value) then 'true';
    // Some sizes accept true for 1.
    local size(value) = if k.isSet(value) then (if value == true then '1' else text(value));
    // What nodes installed before 1.8 still have in their kernel.
    local conntrack(value, before18) = if k.isSet(value) then size(value) else if c.installedBefore(8) then before18;
    local conflist = k.word(cni.hostConfDirMountPath) + '/05-cilium.conflist';
    local writesCNI = !k.isSet(cni.customConf) && k.isSet(cni.install);
    {
      'bpf-root': text(bpf.root),
      'cgroup-root': text(v.cgroup.hostRoot),
      procfs: if !k.isSet(std.get(k.orEmptyMap(v.securityContext), 'privileged')) then '/host/proc',
      'datapath-mode': text(bpf.datapathMode),
      'enable-tcx': text(bpf.enableTCX),
      'enable-host-legacy-routing':
        if bpf.hostLegacyRouting != null then text(bpf.hostLegacyRouting)
        // Behind another CNI plugin, that plugin's routing has to see the packets.
        else if c.chained then 'true',
      'enable-bpf-tproxy': text(bpf.tproxy),
      'enable-bpf-clock-probe':
        if v.bpfClockProbe != null then text(v.bpfClockProbe) else if !c.installedBefore(8) then 'true',
      'vlan-bpf-bypass': if k.isSet(bpf.vlanBypass) then k.joined(bpf.vlanBypass, ' '),
      'enable-datapath-plugins': text(v.datapathPlugins.enabled),
      'datapath-plugins-state-dir': text(v.datapathPlugins.stateDir),
      'enable-sctp': text(v.sctp.enabled),
      'enable-custom-calls': text(k.given(v.customCalls.enabled)),
      'enable-host-firewall': text(if c.since(19) then v.hostFirewall.enabled else k.given(v.hostFirewall.enabled)),
      'enable-source-ip-verification': text(v.daemon.enableSourceIPVerification),

      // Maps
      'preallocate-bpf-maps': k.word(bpf.preallocateMaps),
      'bpf-distributed-lru': text(bpf.distributedLRU.enabled),
      'bpf-map-dynamic-size-ratio':
        if k.isSet(bpf.mapDynamicSizeRatio) then text(bpf.mapDynamicSizeRatio) else if !c.installedBefore(8) then '0.0025',
      'bpf-auth-map-max': size(bpf.authMapMax),
      'bpf-ct-global-tcp-max': conntrack(bpf.ctTcpMax, '524288'),
      'bpf-ct-global-any-max': conntrack(bpf.ctAnyMax, '262144'),
      'bpf-conntrack-accounting': size(bpf.ctAccounting),
      'bpf-nat-global-max': size(bpf.natMax),
      'bpf-neigh-global-max': size(bpf.neighMax),
      'bpf-node-map-max': size(bpf.nodeMapMax),
      'bpf-policy-map-max': text(bpf.policyMapMax),
      'bpf-policy-map-pressure-metrics-threshold': text(bpf.policyMapPressureMetricsThreshold),
      'bpf-policy-stats-map-max': text(bpf.policyStatsMapMax),
      'nat-map-stats-entries': text(v.nat.mapStatsEntries),
      'nat-map-stats-interval': text(v.nat.mapStatsInterval),
      'conntrack-gc-interval': duration.given(v.conntrackGCInterval),
      'conntrack-gc-max-interval': duration.given(v.conntrackGCMaxInterval),
      'clean-cilium-state': flag(v.cleanState),
      'clean-cilium-bpf-state': flag(v.cleanBpfState),

      // What the monitor and Hubble are told
      'monitor-aggregation': k.plain(bpf.monitorAggregation),
      'monitor-aggregation-interval': duration.text(bpf.monitorInterval),
      'monitor-aggregation-flags': k.plain(bpf.monitorFlags),
      'bpf-events-drop-enabled': text(bpf.events.drop.enabled),
      'bpf-events-policy-verdict-enabled': text(bpf.events.policyVerdict.enabled),
      'bpf-events-trace-enabled': text(bpf.events.trace.enabled),
      'bpf-events-default-rate-limit': text(k.given(bpf.events.default.rateLimit)),
      'bpf-events-default-burst-limit': text(k.given(bpf.events.default.burstLimit)),
      'ip-tracing-option-type': text(k.given(bpf.monitorTraceIPOption)),

      // CNI: the file that kubelet reads, and other plugins in front of Cilium
      'write-cni-conf-when-ready': if writesCNI || k.isSet(cni.configMap) && k.isSet(cni.customConf) then conflist,
      'read-cni-conf':
        if k.isSet(cni.configMap) then k.word(cni.confFileMountPath) + '/' + k.word(cni.configMapKey)
        else k.plain(k.given(cni.readCniConf)),
      'custom-cni-conf': text(cni.customConf),
      'cni-exclusive': if writesCNI then text(cni.exclusive),
      'cni-log-file': if writesCNI then text(cni.logFile),
      'cni-uninstall': text(k.given(cni.uninstall)),
      'cni-chaining-mode': if c.chained then k.plain(c.chainingMode),
      'cni-chaining-target': text(cni.chainingTarget),
      'cni-external-routing': text(cni.externalRouting),
      'enable-route-mtu-for-cni-chaining': text(k.given(cni.enableRouteMTUForCNIChaining)),
      'enable-identity-mark': if c.chained then text(v.enableIdentityMark),
      // The plugin in front routes to pods; only portmap leaves that to Cilium.
      'enable-local-node-route': if c.chained && c.chainingMode != 'portmap' then 'false',
    },
}
