// The operator: Deployment `cilium-operator`, an image for each cloud.
local k = import '../kube.libsonnet';

local appLabels = { 'io.cilium/app': 'operator', name: 'cilium-operator' };
local awsCredentials = [k.secretEnv(name, 'cilium-aws') for name in ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_DEFAULT_REGION']];
local alibabaCredentials = [k.secretEnv(name, 'cilium-alibabacloud') for name in ['ALIBABA_CLOUD_ACCESS_KEY_ID', 'ALIBABA_CLOUD_ACCESS_KEY_SECRET']];
local azureCredential(name) = { name: name, valueFrom: { secretKeyRef: { name: 'cilium-azure', key: name } } };

{
  make(c)::
    local v = c.values;
    local operator = v.operator;
    local prometheus = operator.prometheus;
    local metrics = k.isSet(prometheus.enabled);
    local metricsTLS = metrics && k.isSet(prometheus.tls.enabled);
    local hostNetwork = k.isSet(operator.hostNetwork);
    local meshes = k.isSet(v.clustermesh.enableEndpointSliceSynchronization) || c.mcsapi;
    local spireSocket = if c.spire then k.dirname(v.authentication.mutual.spire.agentSocketPath);
    local labels = appLabels { 'app.kubernetes.io/name': 'cilium-operator' };

    local image =
      local image = operator.image;
      if k.isSet(image.override) then image.override
      else
        c.mirrored(image.repository) + '-' + c.cloud + k.formatted(image.suffix)
        + (if k.isSet(image.tag) then ':' + image.tag else '')
        + (if k.isSet(image.useDigest) then '@' + k.formatted(image[c.cloud + 'Digest']) else '');

    // One replica cannot wait for a second node: its successor has to be allowed on the same one.
    local strategy =
      if k.word(operator.replicas) == '1' && k.orEmptyMap(operator.updateStrategy).type == 'RollingUpdate'
      then operator.updateStrategy { rollingUpdate+: { maxUnavailable: '100%' } }
      else operator.updateStrategy;

    local port(name, number, protocol=null) = k.compact({
      name: name,
      containerPort: number,
      hostPort: if hostNetwork then number,
      protocol: protocol,
    });
    local health = k.http('/healthz', if c.since(19) then 'health' else 9234, if hostNetwork then c.loopback);

    local container = k.compact({
      name: 'cilium-operator',
      image: image,
      imagePullPolicy: k.given(operator.image.pullPolicy),
      command: ['cilium-operator-' + c.cloud],
      args: ['--config-dir=/tmp/cilium/config-map', '--debug=$(CILIUM_DEBUG)'] + k.orEmpty(operator.extraArgs),
      env: k.list([
        k.fieldEnv('K8S_NODE_NAME', 'spec.nodeName'),
        k.fieldEnv('CILIUM_K8S_NAMESPACE', 'metadata.namespace'),
        if meshes then { name: 'CILIUM_CLUSTERMESH_CONFIG', value: '/var/lib/cilium/clustermesh/' },
        k.configEnv('CILIUM_DEBUG', 'cilium-config', 'debug'),
        // With a role of its own the operator needs no keys.
        if k.isSet(v.eni.enabled) && !k.isSet(v.eni.iamRole) then awsCredentials,
        if k.isSet(v.alibabacloud.enabled) then alibabaCredentials,
        c.apiServerEnv,
        if k.isSet(v.azure.enabled) then k.list([
          if k.isSet(v.azure.subscriptionID) then { name: 'AZURE_SUBSCRIPTION_ID', value: v.azure.subscriptionID },
          if k.isSet(v.azure.tenantID) then { name: 'AZURE_TENANT_ID', value: v.azure.tenantID },
          if k.isSet(v.azure.resourceGroup) then { name: 'AZURE_RESOURCE_GROUP', value: v.azure.resourceGroup },
          if c.azureCredentials then [azureCredential('AZURE_CLIENT_ID'), azureCredential('AZURE_CLIENT_SECRET')],
        ]),
        operator.extraEnv,
      ]),
      ports: k.given(k.list([
        if c.since(19) then port('health', 9234),
        if metrics then port('prometheus', prometheus.port, 'TCP'),
      ])),
      livenessProbe: health { initialDelaySeconds: 60, periodSeconds: 10, timeoutSeconds: 3 },
      readinessProbe: health { initialDelaySeconds: 0, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 5 },
      volumeMounts: k.list([
        k.mount('cilium-config-path', '/tmp/cilium/config-map', readOnly=true),
        c.etcdMounts,
        if meshes then k.mount('clustermesh-secrets', '/var/lib/cilium/clustermesh', readOnly=true),
        if k.isSet(v.kubeConfigPath) then k.mount('kube-config', v.kubeConfigPath, readOnly=true),
        if c.spire then k.mount('spire-agent-socket', spireSocket, readOnly=true),
        c.hostPathMounts(operator.extraHostPathMounts),
        if metricsTLS then k.mount('prometheus-tls', '/var/lib/cilium/tls/prometheus', readOnly=true),
        operator.extraVolumeMounts,
      ]),
      resources: k.given(operator.resources),
      securityContext: k.given(operator.securityContext),
      terminationMessagePolicy: 'FallbackToLogsOnError',
    });

    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: c.metadata('cilium-operator', labels, operator.annotations),
      spec: k.compact({
        replicas: operator.replicas,
        selector: { matchLabels: appLabels },
        strategy: k.given(strategy),
        template: {
          metadata: k.compact({
            annotations: c.annotations([
              if k.isSet(operator.rollOutPods) then { 'cilium.io/cilium-configmap-checksum': c.configChecksum },
              if metrics && !k.isSet(prometheus.serviceMonitor.enabled)
              then k.scrape(prometheus.port),
              operator.podAnnotations,
            ]),
            labels: labels + c.labels + k.orEmptyMap(operator.podLabels),
          }),
          spec: k.compact({
            imagePullSecrets: k.given(v.imagePullSecrets),
            securityContext: k.given(operator.podSecurityContext),
            containers: [container],
            hostNetwork: operator.hostNetwork,
            hostUsers: c.hostUsers(operator.hostUsers),
            dnsPolicy: k.given(operator.dnsPolicy),
            restartPolicy: 'Always',
            priorityClassName: c.priorityClass(operator.priorityClassName, 'system-cluster-critical'),
            serviceAccountName: v.serviceAccounts.operator.name,
            automountServiceAccountToken: v.serviceAccounts.operator.automount,
            affinity: k.given(operator.affinity),
            topologySpreadConstraints: c.spread(operator.topologySpreadConstraints, appLabels),
            nodeSelector: k.given(operator.nodeSelector),
            hostAliases: if meshes then c.meshHostAliases,
            // The operator starts on nodes that wait for an agent; it is the one to take that taint away.
            tolerations: k.given(k.list([
              operator.tolerations,
              if v.agentNotReadyTaintKey != null then k.compact({ key: k.plain(v.agentNotReadyTaintKey), operator: 'Exists' }),
            ])),
            volumes: k.list([
              { name: 'cilium-config-path', configMap: { name: 'cilium-config' } },
              c.etcdVolumes,
              if k.isSet(v.kubeConfigPath) then k.hostPath('kube-config', v.kubeConfigPath, 'FileOrCreate'),
              c.hostPathVolumes(operator.extraHostPathMounts),
              if c.spire then k.hostPath('spire-agent-socket', spireSocket, 'DirectoryOrCreate'),
              operator.extraVolumes,
              if meshes then c.meshVolume,
              if metricsTLS then c.certificateVolume('prometheus-tls', c.certificateSources(
                k.given(prometheus.tls.server.existingSecret),
                [{ key: 'tls.crt', path: 'server.crt' }, { key: 'tls.key', path: 'server.key' }],
                if k.isSet(prometheus.tls.server.mtls.enabled) then 'client-ca.crt',
              )),
            ]),
          }),
        },
      }),
    },
}
