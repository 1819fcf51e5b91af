// CoreDNS's objects as kubeadm creates them. Names are still those of kube-dns, which CoreDNS took the place of: every
// cluster knows the Service by that name.
local kubeadm = import '../kubeadm/main.libsonnet';

local name = 'coredns';
local role = 'system:coredns';
local serviceName = 'kube-dns';
local labels = { 'k8s-app': 'kube-dns' };

local metricsPort = 9153;
local dnsPorts = [
  { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
  { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
];

local service(name, kubernetesName, fields) = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: name,
    namespace: kubeadm.namespace,
    labels: labels {
      'kubernetes.io/cluster-service': 'true',
      'kubernetes.io/name': kubernetesName,
    },
  },
  spec: { selector: labels } + fields,
};

local listAndWatch(group, resources) = { apiGroups: [group], resources: resources, verbs: ['list', 'watch'] };

local controlPlaneTaint(key) = { key: key, effect: 'NoSchedule' };

// Each probe: which port it asks, by number and by name.
local probes = {
  liveness: { path: '/health', port: 8080, name: 'liveness-probe' },
  readiness: { path: '/ready', port: 8181, name: 'readiness-probe' },
};

local optional(condition, item) = if condition then [item] else [];

// params: has (features by name), allCapabilities, image, replicas, corefile, addresses (of the Service), ipFamilyPolicy,
//         nodeLocalCache
function(params)
  local has = params.has;
  local httpGet(probe) = {
    httpGet: { path: probe.path, port: if has.namedProbes then probe.name else probe.port, scheme: 'HTTP' },
  };
  {
    serviceAccount: kubeadm.serviceAccount(name),

    clusterRole: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: role },
      rules: [listAndWatch('', ['endpoints', 'services', 'pods', 'namespaces'])]
             + optional(has.getNodes, { apiGroups: [''], resources: ['nodes'], verbs: ['get'] })
             + optional(has.endpointSlices, listAndWatch('discovery.k8s.io', ['endpointslices'])),
    },

    clusterRoleBinding: kubeadm.binding('ClusterRole', role, role, [kubeadm.account(name)]),

    config: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: name, namespace: kubeadm.namespace },
      data: { Corefile: params.corefile },
    },

    deployment: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: name, namespace: kubeadm.namespace, labels: labels },
      spec: {
        replicas: params.replicas,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
        selector: { matchLabels: labels },
        template: {
          metadata: { labels: labels },
          spec: {
            priorityClassName: 'system-cluster-critical',
            serviceAccountName: name,
            [if has.antiAffinity then 'affinity']: {
              podAntiAffinity: {
                preferredDuringSchedulingIgnoredDuringExecution: [{
                  weight: 100,
                  podAffinityTerm: {
                    labelSelector: {
                      matchExpressions: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }],
                    },
                    topologyKey: 'kubernetes.io/hostname',
                  },
                }],
              },
            },
            tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }]
                         + optional(has.masterToleration, controlPlaneTaint('node-role.kubernetes.io/master'))
                         + optional(has.controlPlaneToleration, controlPlaneTaint('node-role.kubernetes.io/control-plane')),
            nodeSelector: { 'kubernetes.io/os': 'linux' },
            // The node's own servers, not itself.
            dnsPolicy: 'Default',
            containers: [{
              name: name,
              image: params.image,
              imagePullPolicy: 'IfNotPresent',
              args: ['-conf', '/etc/coredns/Corefile'],
              ports: [
                { name: port.name, containerPort: port.targetPort, protocol: port.protocol }
                for port in dnsPorts
              ] + [{ name: 'metrics', containerPort: metricsPort, protocol: 'TCP' }] + (
                if !has.namedProbes then [] else [
                  { name: probe.name, containerPort: probe.port, protocol: 'TCP' }
                  for probe in [probes.liveness, probes.readiness]
                ]
              ),
              livenessProbe: httpGet(probes.liveness) {
                initialDelaySeconds: 60,
                timeoutSeconds: 5,
                successThreshold: 1,
                failureThreshold: 5,
              },
              readinessProbe: httpGet(probes.readiness),
              resources: { limits: { memory: '170Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { add: ['NET_BIND_SERVICE'], drop: [params.allCapabilities] },
                readOnlyRootFilesystem: true,
              },
              volumeMounts: [{ name: 'config-volume', mountPath: '/etc/coredns', readOnly: true }],
            }],
            volumes: [{
              name: 'config-volume',
              configMap: { name: name, items: [{ key: 'Corefile', path: 'Corefile' }] },
            }],
          },
        },
      },
    },

    service:
      service(serviceName, if has.ownServiceName then 'CoreDNS' else 'KubeDNS', {
        clusterIP: params.addresses[0],
        [if params.ipFamilyPolicy != null then 'clusterIPs']: params.addresses,
        [if params.ipFamilyPolicy != null then 'ipFamilyPolicy']: params.ipFamilyPolicy,
        ports: dnsPorts + [{ name: 'metrics', port: metricsPort, protocol: 'TCP', targetPort: metricsPort }],
      }) + {
        metadata+: {
          annotations: { 'prometheus.io/port': std.toString(metricsPort), 'prometheus.io/scrape': 'true' },
          // kubeadm's, for its own way of updating; to an apply it means any version.
          resourceVersion: '0',
        },
      },

    // The API server gives it an address; the caches find it by its environment variables.
    [if params.nodeLocalCache then 'upstreamService']:
      service('kube-dns-upstream', 'KubeDNSUpstream', { ports: dnsPorts }),
  }
