// The agent on every node: DaemonSet `cilium`.
local k = import '../kube.libsonnet';

local nodeEnv = [
  k.fieldEnv('K8S_NODE_NAME', 'spec.nodeName'),
  k.fieldEnv('CILIUM_K8S_NAMESPACE', 'metadata.namespace'),
];

// Addresses from the AWS CNI plugin would be translated a second time by the chains that it leaves behind, also on nodes
// that were set up before Cilium came. The hook can run again at any time without harm. `grep -c` reads to the end: with
// pipefail, a condition is false when its pipe breaks.
local removeAWSRules = |||
  set -o errexit -o pipefail -o nounset
  leftover='AWS-SNAT-CHAIN|AWS-CONNMARK-CHAIN'
  if [[ "$(iptables-save | grep -Ec "$leftover")" != 0 ]]; then
    echo 'Removing the iptables rules of the AWS VPC CNI plugin'
    iptables-save | grep -Ev "$leftover" | iptables-restore
  fi
  echo 'Done'
|||;

// A program of the image is run in the host's namespaces from the CNI folder, the one place of the host that is both
// writable and allows execution everywhere.
local onHost(program, namespaces, arguments='') =
  'cp /usr/bin/' + program + ' /hostbin/' + program + ';\n'
  + 'nsenter ' + namespaces + ' "${BIN_PATH}/' + program + '"' + arguments + ';\n'
  + 'rm /hostbin/' + program + '\n';

// kube-proxy leaves a mark in its iptables chains once it has set them up.
local waitForKubeProxy = |||
  while true
  do
    for table in 'iptables-nft-save -t mangle' 'ip6tables-nft-save -t mangle'; do
      if $table | grep -E '^:(KUBE-IPTABLES-HINT|KUBE-PROXY-CANARY)'; then
        echo "kube-proxy is ready: its marks are in '$table'"
        exit 0
      fi
    done
    for table in iptables-legacy-save ip6tables-legacy-save; do
      if $table | grep -E '^:KUBE-PROXY-CANARY'; then
        echo "kube-proxy is ready: its mark is in '$table'"
        exit 0
      fi
    done
    echo 'Waiting for kube-proxy to set up its iptables rules...'
    sleep 1
  done
|||;

local initOrder = [
  'config',
  'mount-cgroup',
  'apply-sysctl-overwrites',
  'mount-bpf-fs',
  'wait-for-node-init',
  'clean-cilium-state',
  'wait-for-kube-proxy',
  'install-cni-binaries',
];

{
  // The DaemonSet, and by themselves the parts of its pods that are the same in most clusters (context.libsonnet, `made`).
  make(c)::
    // The same parts, lent where they can be.
    local pod = c.made.agentPod;
    local v = c.values;
    local hubble = v.hubble;
    local security = k.orEmptyMap(v.securityContext);
    local privileged = k.isSet(std.get(security, 'privileged'));
    local capabilities = std.get(security, 'capabilities', {});
    local confined(name) = c.confined(security, std.get(capabilities, name));

    local image = c.image(v.image);
    local labels = {
      'k8s-app': 'cilium',
      [if k.isSet(v.keepDeprecatedLabels) then 'kubernetes.io/cluster-service']: 'true',
    };
    local allLabels = labels { 'app.kubernetes.io/name': 'cilium-agent' };

    local serviceMonitor = k.isSet(v.prometheus.serviceMonitor.enabled);
    local metrics = k.isSet(v.prometheus.enabled);
    local hubbleMetrics = k.isSet(hubble.metrics.enabled) || k.isSet(hubble.metrics.dynamic.enabled);
    local hubbleMetricsTLS = k.isSet(hubble.metrics.tls.enabled) && hubbleMetrics && c.hubble;
    local hubbleTLS = c.hubble && k.isSet(hubble.tls.enabled) && hubble.listenAddress != null;
    local ipsec = k.isSet(v.encryption.enabled) && v.encryption.type == 'ipsec';
    local ztunnel = c.since(19) && k.isSet(v.encryption.enabled) && v.encryption.type == 'ztunnel';
    local waitForInit = k.isSet(v.nodeinit.enabled) && k.isSet(v.nodeinit.bootstrapFile);
    // An init container puts the agent's settings together, unless they come from one ConfigMap alone.
    local sources = std.split(k.word(v.daemon.configSources), 'config-map:');
    local configMap =
      if c.since(19) && std.length(sources) == 2 && sources[0] == '' && sources[1] != '' && std.length(std.findSubstr(',', sources[1])) == 0
      then sources[1];
    local spireSocket = if c.spire then k.dirname(v.authentication.mutual.spire.adminSocketPath);
    // AppArmor: a field of the pod since Kubernetes 1.30, annotations before.
    local appArmorField = c.kubernetesAtLeast(1, 30);

    local pullPolicy = k.given(v.image.pullPolicy);
    // An init container of the agent's image.
    local init(name, spec) = k.compact({
      name: name,
      image: image,
      imagePullPolicy: pullPolicy,
      resources: k.given(v.initResources),
      terminationMessagePolicy: 'FallbackToLogsOnError',
    } + spec);

    local health = {
      httpGet: {
        host: c.loopback,
        path: '/healthz',
        port: if c.since(19) then 'health' else v.healthPort,
        scheme: 'HTTP',
        httpHeaders: [{ name: 'brief', value: 'true' }],
      },
    };
    local statusCommand = { exec: { command: ['cilium', 'status', '--brief'] } };
    local deprecatedProbes = k.isSet(v.keepDeprecatedProbes) || c.installedBefore(8);
    local always = { exec: { command: ['true'] } };
    local probes = if k.isSet(v.sleepAfterInit) then { livenessProbe: always, readinessProbe: always } else {
      startupProbe: health + k.compact({
        failureThreshold: v.startupProbe.failureThreshold,
        periodSeconds: v.startupProbe.periodSeconds,
        successThreshold: 1,
        initialDelaySeconds: 5,
      }),
      livenessProbe: (if deprecatedProbes then statusCommand else health {
                        httpGet+: { httpHeaders+: [{ name: 'require-k8s-connectivity', [if v.livenessProbe.requireK8sConnectivity != null then 'value']: k.text(v.livenessProbe.requireK8sConnectivity) }] },
                      }) + k.compact({
        periodSeconds: v.livenessProbe.periodSeconds,
        successThreshold: 1,
        failureThreshold: v.livenessProbe.failureThreshold,
        timeoutSeconds: 5,
      }),
      readinessProbe: (if deprecatedProbes then statusCommand else health) + k.compact({
        periodSeconds: v.readinessProbe.periodSeconds,
        successThreshold: 1,
        failureThreshold: v.readinessProbe.failureThreshold,
        timeoutSeconds: 5,
      }),
    };

    local port(name, number) = k.compact({ name: name, containerPort: number, hostPort: number, protocol: 'TCP' });

    local mounts = k.list([
      if c.spire then k.mount('spire-agent-socket', spireSocket, readOnly=false),
      if c.envoyDaemonSet then k.mount('envoy-sockets', '/var/run/cilium/envoy/sockets', readOnly=false),
      // Without privileges the kernel's settings are writable only through mounts of the host's /proc.
      if !privileged then [
        k.mount('host-proc-sys-net', '/host/proc/sys/net'),
        k.mount('host-proc-sys-kernel', '/host/proc/sys/kernel'),
      ],
      k.mount('bpf-maps', '/sys/fs/bpf', propagation=if privileged then 'Bidirectional' else 'HostToContainer'),
      if v.cgroup.hostRoot != null && std.length(std.findSubstr('/run/cilium/cgroupv2', v.cgroup.hostRoot)) == 0
      then k.mount('cilium-cgroup', v.cgroup.hostRoot),
      k.mount('cilium-run', '/var/run/cilium'),
      k.mount('cilium-netns', '/var/run/cilium/netns', propagation='HostToContainer'),
      k.mount('etc-cni-netd', v.cni.hostConfDirMountPath),
      c.etcdMounts,
      k.mount('clustermesh-secrets', '/var/lib/cilium/clustermesh', readOnly=true),
      if k.isSet(v.ipMasqAgent.enabled) then k.mount('ip-masq-agent', '/etc/config', readOnly=true),
      if k.isSet(v.cni.configMap) then k.mount('cni-configuration', v.cni.confFileMountPath, readOnly=true),
      k.mount('lib-modules', '/lib/modules', readOnly=true),
      k.mount('xtables-lock', '/run/xtables.lock'),
      if ipsec then k.mount('cilium-ipsec-secrets', v.encryption.ipsec.mountPath),
      if ztunnel then k.mount('cilium-ztunnel-secrets', '/etc/ztunnel'),
      if k.isSet(v.kubeConfigPath) then k.mount('kube-config', v.kubeConfigPath, readOnly=true),
      if hubbleMetricsTLS then k.mount('hubble-metrics-tls', '/var/lib/cilium/tls/hubble-metrics', readOnly=true),
      if hubbleTLS then k.mount('hubble-tls', '/var/lib/cilium/tls/hubble', readOnly=true),
      if configMap == null then k.mount('tmp', '/tmp') else k.mount('cilium-config-path', '/tmp/cilium/config-map', readOnly=true),
      c.hostPathMounts(v.extraHostPathMounts),
      if k.isSet(hubble.metrics.dynamic.enabled) then k.mount('hubble-dynamic-metrics-config', '/dynamic-metrics-config', readOnly=true),
      if k.isSet(hubble.export.dynamic.enabled) then k.mount('hubble-flowlog-config', '/flowlog-config', readOnly=true),
      v.extraVolumeMounts,
    ]);

    local agent = k.compact({
      name: 'cilium-agent',
      image: image,
      imagePullPolicy: pullPolicy,
      command: if k.isSet(v.sleepAfterInit) then ['/bin/bash', '-c', '--'] else ['cilium-agent'],
      args:
        if k.isSet(v.sleepAfterInit) then ['while true; do\n  sleep 30;\ndone\n']
        else ['--config-dir=/tmp/cilium/config-map'] + k.orEmpty(v.extraArgs),
      env: k.list([
        nodeEnv,
        { name: 'CILIUM_CLUSTERMESH_CONFIG', value: '/var/lib/cilium/clustermesh/' },
        { name: 'GOMEMLIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1' } } },
        c.apiServerEnv,
        if k.isSet(v.k8sClientExponentialBackoff.enabled) then [
          k.env('KUBE_CLIENT_BACKOFF_BASE', v.k8sClientExponentialBackoff.backoffBaseSeconds),
          k.env('KUBE_CLIENT_BACKOFF_DURATION', v.k8sClientExponentialBackoff.backoffMaxDurationSeconds),
        ],
        v.extraEnv,
      ]),
      lifecycle: if k.isSet(v.cni.install) then k.compact({
        // With the AWS CNI plugin chained in front its rules are in use.
        postStart: if k.isSet(v.cni.iptablesRemoveAWSRules) && c.chainingMode != 'aws-cni'
        then { exec: { command: ['bash', '-c', removeAWSRules] } },
        preStop: { exec: { command: ['/cni-uninstall.sh'] } },
      }),
      resources: k.given(v.resources),
      ports: k.given(k.list([
        if c.since(19) then port('health', v.healthPort),
        // Until 1.18 it was listed with the ports for metrics, and only with them.
        if (if c.since(19) then c.hubble else metrics || hubbleMetrics) then port('peer-service', hubble.peerService.targetPort),
        if metrics then port('prometheus', v.prometheus.port),
        if metrics && k.isSet(v.envoy.prometheus.enabled) && !c.envoyDaemonSet
        then port('envoy-metrics', k.portNumber(v.envoy.prometheus.port)),
        if hubbleMetrics then port('hubble-metrics', hubble.metrics.port),
      ])),
      securityContext: confined('ciliumAgent'),
      terminationMessagePolicy: 'FallbackToLogsOnError',
      volumeMounts: pod.mounts,
    } + pod.probes);

    local monitor = k.compact({
      name: 'cilium-monitor',
      image: image,
      imagePullPolicy: pullPolicy,
      command: ['/bin/bash', '-c', '--'],
      args: [
        'for i in {1..5}; do \\\n  [ -S /var/run/cilium/monitor1_2.sock ] && break || sleep 10;\\\n  done; \\\ncilium-dbg monitor'
        + std.join('', [' --type=' + type for type in k.orEmpty(v.monitor.eventTypes)]),
      ],
      terminationMessagePolicy: 'FallbackToLogsOnError',
      volumeMounts: k.list([k.mount('cilium-run', '/var/run/cilium'), v.extraVolumeMounts]),
      resources: k.given(v.monitor.resources),
    });

    local shell = if c.since(19) then 'bash' else 'sh';
    local hostTools = [k.mount('hostproc', '/hostproc'), k.mount('cni-path', '/hostbin')];
    local initContainers = {
      config: if configMap == null then init('config', {
        command: k.list([
          'cilium-dbg',
          'build-config',
          if v.daemon.configSources != null then '--source=' + v.daemon.configSources,
          if v.daemon.allowedConfigOverrides != null then '--allow-config-keys=' + v.daemon.allowedConfigOverrides,
          if v.daemon.blockedConfigOverrides != null then '--deny-config-keys=' + v.daemon.blockedConfigOverrides,
          if k.isSet(v.kubeConfigPath) then '--k8s-kubeconfig-path=' + v.kubeConfigPath,
          if c.since(20) || v.k8s.apiServerURLs != null then '--k8s-api-server-urls=' + k.word(v.k8s.apiServerURLs),
        ]),
        env: k.list([nodeEnv, c.apiServerEnv, v.extraEnv]),
        volumeMounts: k.list([
          k.mount('tmp', '/tmp'),
          if k.isSet(v.kubeConfigPath) then k.mount('kube-config', v.kubeConfigPath, readOnly=true),
          v.extraVolumeMounts,
        ]),
        securityContext: if c.since(19) then (if privileged then { privileged: true } else { capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] } }),
      }),
      'mount-cgroup': if k.isSet(v.cgroup.autoMount.enabled) then init('mount-cgroup', {
        env: [
          k.env('CGROUP_ROOT', k.given(v.cgroup.hostRoot)),
          k.env('BIN_PATH', k.given(v.cni.binPath)),
        ],
        command: [shell, '-ec', onHost('cilium-mount', '--cgroup=/hostproc/1/ns/cgroup --mount=/hostproc/1/ns/mnt', ' $CGROUP_ROOT')],
        [if k.isSet(v.cgroup.autoMount.resources) || !c.since(19) then 'resources']: k.given(v.cgroup.autoMount.resources),
        volumeMounts: hostTools,
        securityContext: confined('mountCgroup'),
      }),
      'apply-sysctl-overwrites': if k.isSet(v.sysctlfix.enabled) then init('apply-sysctl-overwrites', {
        env: [k.env('BIN_PATH', k.given(v.cni.binPath))],
        command: [shell, '-ec', onHost('cilium-sysctlfix', '--mount=/hostproc/1/ns/mnt')],
        volumeMounts: hostTools,
        securityContext: confined('applySysctlOverwrites'),
      }),
      // Only a privileged container may hand a new mount on to the host, so this is one's whole task.
      'mount-bpf-fs': if k.isSet(v.bpf.autoMount.enabled) && !privileged then init('mount-bpf-fs', {
        args: ['mount | grep "/sys/fs/bpf type bpf" || mount -t bpf bpf /sys/fs/bpf'],
        command: ['/bin/bash', '-c', '--'],
        securityContext: { privileged: true },
        volumeMounts: [k.mount('bpf-maps', '/sys/fs/bpf', propagation='Bidirectional')],
      }),
      'wait-for-node-init': if waitForInit then init('wait-for-node-init', {
        command: [shell, '-c', |||
          until test -s "/tmp/cilium-bootstrap.d/%s"; do
            echo "Waiting on node-init to run...";
            sleep 1;
          done
        ||| % k.basename(v.nodeinit.bootstrapFile)],
        volumeMounts: [k.mount('cilium-bootstrap-file-dir', '/tmp/cilium-bootstrap.d')],
      }),
      'clean-cilium-state': init('clean-cilium-state', {
        command: ['/init-container.sh'],
        env: k.list([
          k.configEnv('CILIUM_ALL_STATE', 'cilium-config', 'clean-cilium-state'),
          k.configEnv('CILIUM_BPF_STATE', 'cilium-config', 'clean-cilium-bpf-state'),
          k.configEnv('WRITE_CNI_CONF_WHEN_READY', 'cilium-config', 'write-cni-conf-when-ready'),
          c.apiServerEnv,
          v.extraEnv,
        ]),
        securityContext: confined('cleanCiliumState'),
        volumeMounts: k.list([
          k.mount('bpf-maps', '/sys/fs/bpf'),
          k.mount('cilium-cgroup', v.cgroup.hostRoot, propagation='HostToContainer'),
          k.mount('cilium-run', '/var/run/cilium'),
          v.extraVolumeMounts,
        ]),
      }),
      'wait-for-kube-proxy': if k.isSet(v.waitForKubeProxy) && !c.kubeProxyReplacement then init('wait-for-kube-proxy', {
        securityContext: { privileged: true },
        command: ['bash', '-c', waitForKubeProxy],
      }),
      // Here and not in the agent, so that the agent needs no writable mount of the host's CNI folder.
      'install-cni-binaries': if k.isSet(v.cni.install) then init('install-cni-binaries', {
        command: ['/install-plugin.sh'],
        resources: k.given(v.cni.resources),
        securityContext: {
          capabilities: { drop: ['ALL'] },
        } + (if privileged then { privileged: true } else k.compact({ seLinuxOptions: k.given(std.get(security, 'seLinuxOptions')) })),
        volumeMounts: [k.mount('cni-path', '/host/opt/cni/bin')],
      }),
    };

    local volumes = k.list([
      if configMap == null then { name: 'tmp' } + (if k.isSet(v.tmpVolume) then v.tmpVolume else { emptyDir: {} })
      else { name: 'cilium-config-path', configMap: { name: configMap } },
      k.hostPath('cilium-run', v.daemon.runPath, 'DirectoryOrCreate'),
      k.hostPath('cilium-netns', '/var/run/netns', 'DirectoryOrCreate'),
      k.hostPath('bpf-maps', '/sys/fs/bpf', 'DirectoryOrCreate'),
      if k.isSet(v.cgroup.autoMount.enabled) || k.isSet(v.sysctlfix.enabled) then k.hostPath('hostproc', '/proc', 'Directory'),
      k.hostPath('cilium-cgroup', v.cgroup.hostRoot, 'DirectoryOrCreate'),
      k.hostPath('cni-path', v.cni.binPath, 'DirectoryOrCreate'),
      k.hostPath('etc-cni-netd', v.cni.confPath, 'DirectoryOrCreate'),
      k.hostPath('lib-modules', '/lib/modules'),
      k.hostPath('xtables-lock', '/run/xtables.lock', 'FileOrCreate'),
      if c.spire then k.hostPath('spire-agent-socket', spireSocket, 'DirectoryOrCreate'),
      if c.envoyDaemonSet then k.hostPath('envoy-sockets', k.word(v.daemon.runPath) + '/envoy/sockets', 'DirectoryOrCreate'),
      if k.isSet(v.kubeConfigPath) then k.hostPath('kube-config', v.kubeConfigPath, 'FileOrCreate'),
      if waitForInit then k.hostPath('cilium-bootstrap-file-dir', k.dirname(v.nodeinit.bootstrapFile), 'DirectoryOrCreate'),
      c.etcdVolumes,
      c.meshVolume,
      if k.isSet(v.ipMasqAgent.enabled) then {
        name: 'ip-masq-agent',
        configMap: { name: 'ip-masq-agent', optional: true, items: [{ key: 'config', path: 'ip-masq-agent' }] },
      },
      if ipsec then { name: 'cilium-ipsec-secrets', secret: k.compact({ secretName: k.given(v.encryption.ipsec.secretName) }) },
      if ztunnel then { name: 'cilium-ztunnel-secrets', secret: { secretName: 'cilium-ztunnel-secrets' } },
      if k.isSet(v.cni.configMap) then { name: 'cni-configuration', configMap: { name: v.cni.configMap } },
      if !privileged then [
        k.hostPath('host-proc-sys-net', '/proc/sys/net', 'Directory'),
        k.hostPath('host-proc-sys-kernel', '/proc/sys/kernel', 'Directory'),
      ],
      if hubbleTLS then c.certificateVolume('hubble-tls', c.certificateSources(
        if k.isSet(hubble.tls.server.existingSecret) then hubble.tls.server.existingSecret else 'hubble-server-certs',
        [{ key: 'tls.crt', path: 'server.crt' }, { key: 'tls.key', path: 'server.key' }],
        'client-ca.crt',
      )),
      if hubbleMetricsTLS then c.certificateVolume('hubble-metrics-tls', c.certificateSources(
        if k.isSet(hubble.metrics.tls.server.existingSecret) then hubble.metrics.tls.server.existingSecret else 'hubble-metrics-server-certs',
        [{ key: 'tls.crt', path: 'server.crt' }, { key: 'tls.key', path: 'server.key' }],
        if k.isSet(hubble.metrics.tls.server.mtls.enabled) then 'client-ca.crt',
      )),
      c.hostPathVolumes(v.extraHostPathMounts),
      if k.isSet(hubble.metrics.dynamic.enabled) then {
        name: 'hubble-dynamic-metrics-config',
        configMap: k.compact({ name: k.given(hubble.metrics.dynamic.config.configMapName), optional: true }),
      },
      if k.isSet(hubble.export.dynamic.enabled) then {
        name: 'hubble-flowlog-config',
        configMap: k.compact({ name: k.given(hubble.export.dynamic.config.configMapName), optional: true }),
      },
      v.extraVolumes,
    ]);

    local object = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: c.metadata(k.given(v.name), allLabels, v.annotations),
      spec: k.compact({
        selector: { matchLabels: labels },
        minReadySeconds: k.given(v.minReadySeconds),
        updateStrategy: k.given(v.updateStrategy),
        template: {
          metadata: k.compact({
            annotations: c.annotations([
              if metrics && !serviceMonitor then k.scrape(k.word(v.prometheus.port)),
              if k.isSet(v.rollOutCiliumPods) then { 'cilium.io/cilium-configmap-checksum': c.configChecksum },
              if !appArmorField && !privileged then {
                ['container.apparmor.security.beta.kubernetes.io/' + name]: 'unconfined'
                for name in ['cilium-agent', 'clean-cilium-state'] + if k.isSet(v.cgroup.autoMount.enabled) then ['mount-cgroup', 'apply-sysctl-overwrites'] else []
              },
              v.podAnnotations,
              { 'kubectl.kubernetes.io/default-container': 'cilium-agent' },
            ]),
            labels: allLabels + c.labels + k.orEmptyMap(v.podLabels),
          }),
          spec: k.compact({
            imagePullSecrets: k.given(v.imagePullSecrets),
            securityContext: k.given(c.podSecurity(v.podSecurityContext)),
            containers: k.list([agent, if k.isSet(v.monitor.enabled) then monitor, v.extraContainers]),
            initContainers: k.list([std.get(pod, name) for name in initOrder] + [v.extraInitContainers]),
            restartPolicy: 'Always',
            priorityClassName: c.priorityClass(v.priorityClassName, 'system-node-critical'),
            serviceAccountName: v.serviceAccounts.cilium.name,
            automountServiceAccountToken: v.serviceAccounts.cilium.automount,
            terminationGracePeriodSeconds: v.terminationGracePeriodSeconds,
            hostNetwork: true,
            hostUsers: c.hostUsers(true),
            dnsPolicy: k.given(v.dnsPolicy),
            affinity: if v.scheduling.mode == 'anti-affinity' then k.given(v.affinity),
            nodeSelector: k.given(v.nodeSelector),
            tolerations: k.given(v.tolerations),
            hostAliases: c.meshHostAliases,
            volumes: pod.volumes,
          }),
        },
      }),
    };

    { object: object, parts: { mounts: mounts, probes: probes, volumes: volumes } + initContainers },
}
