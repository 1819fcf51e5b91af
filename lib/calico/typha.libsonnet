// Typha: watches the API server once, for many nodes.
local o = import 'objects.libsonnet';

local name = 'calico-typha';
local port = 5473;

// After this many seconds its clients have all been sent elsewhere.
local shutdownSeconds = 300;

local probe(path, seconds) = {
  httpGet: { path: path, port: 9098, host: 'localhost' },
  periodSeconds: seconds,
  timeoutSeconds: 10,
};

local parts(c) = {
  env: {
    TYPHA_LOGSEVERITYSCREEN: 'info',
    TYPHA_LOGFILEPATH: 'none',
    TYPHA_LOGSEVERITYSYS: 'none',
    TYPHA_CONNECTIONREBALANCINGMODE: 'kubernetes',
    TYPHA_DATASTORETYPE: 'kubernetes',
    TYPHA_HEALTHENABLED: 'true',
    TYPHA_SHUTDOWNTIMEOUTSECS: std.toString(shutdownSeconds),
    [if !c.networking then 'USE_POD_CIDR']: 'true',
  } + c.apiServerEnv,
  container: {
    envFrom: [{ configMapRef: { name: 'kubernetes-services-endpoint', optional: true } }],
    livenessProbe: probe('/liveness', 30) { initialDelaySeconds: 30 },
    readinessProbe: probe('/readiness', 10),
  },
  pod: {
    terminationGracePeriodSeconds: shutdownSeconds,
    tolerations: [o.tolerations.criticalAddons, o.tolerations.noSchedule, o.tolerations.noExecute],
    // The group that may read projected tokens of a service account.
    securityContext: { fsGroup: 65534, seccompProfile: { type: 'RuntimeDefault' } },
  },
  deployment: {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '100%', maxUnavailable: 1 } },
  },
};

function(c)
  if !c.typha then {} else
    local own = std.mergePatch(parts(c), c.release.typha);
    {
      typhaService: o.service(name, port),
      typhaPodDisruptionBudget: o.podDisruptionBudget(name, c.release.budgetVersion),
      typhaDeployment:
        o.workload('Deployment', name, {
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          // Pods have no network before Typha runs.
          hostNetwork: true,
          serviceAccountName: 'calico-node',
          priorityClassName: 'system-cluster-critical',
          containers: [
            own.container {
              name: name,
              image: c.image('typha'),
              ports: [{ name: name, containerPort: port, protocol: 'TCP' }],
              env: o.env(own.env),
              securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
              [if c.pullPolicy != null then 'imagePullPolicy']: c.pullPolicy,
            },
          ],
        } + own.pod + c.pullSecrets) + {
          spec+: {
            replicas: c.knobs.typha.replicas,
            revisionHistoryLimit: 2,
            template+: {
              metadata+: c.release.podMetadata { annotations+: { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true' } },
            },
          } + own.deployment,
        },
    }
