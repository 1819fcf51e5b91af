// calico-kube-controllers: tidies up after nodes and pods that are gone, and gives services their load balancer addresses.
local o = import 'objects.libsonnet';

local name = 'calico-kube-controllers';

local parts(c) = {
  env: { ENABLED_CONTROLLERS: 'node,loadbalancer', DATASTORE_TYPE: 'kubernetes' },
  container: {
    livenessProbe: {
      exec: { command: ['/usr/bin/check-status', '-l'] },
      periodSeconds: 10,
      initialDelaySeconds: 10,
      failureThreshold: 6,
      timeoutSeconds: 10,
    },
    readinessProbe: { exec: { command: ['/usr/bin/check-status', '-r'] }, periodSeconds: 10 },
    securityContext: { runAsNonRoot: true },
  },
  pod: {
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    tolerations: [
      o.tolerations.criticalAddons,
      { key: 'node-role.kubernetes.io/master', effect: 'NoSchedule' },
      { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
    ],
  },
};

function(c)
  local own = std.mergePatch(parts(c), c.release.kubeControllers);
  local rules = c.release.rules;
  {
    kubeControllersServiceAccount: o.serviceAccount(name),
    kubeControllersClusterRole: o.clusterRole(name, rules.kubeControllers),
    kubeControllersClusterRoleBinding: o.clusterRoleBinding(name),

    kubeControllersDeployment:
      o.workload('Deployment', name, {
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        serviceAccountName: name,
        priorityClassName: 'system-cluster-critical',
        containers: [
          own.container {
            name: name,
            image: c.image('kube-controllers'),
            env: o.env(own.env),
            [if c.pullPolicy != null then 'imagePullPolicy']: c.pullPolicy,
          },
        ],
      } + own.pod + c.pullSecrets) + {
        spec+: {
          replicas: 1,
          // Two of them at once would undo each other's work.
          strategy: { type: 'Recreate' },
          template+: { metadata+: { name: name, namespace: o.namespace } + c.release.podMetadata },
        },
      },
  }
  + (
    if !c.release.controllersBudget then {}
    else { kubeControllersPodDisruptionBudget: o.podDisruptionBudget(name, 'policy/v1') }
  )
  + (
    if !std.objectHas(rules, 'tierGetter') then {}
    else {
      // kube-controller-manager deletes what is in a namespace that goes, Calico's policies too, and may do so only if
      // it can read their tier.
      tierGetterClusterRole: o.clusterRole('calico-tier-getter', rules.tierGetter),
      tierGetterClusterRoleBinding: o.clusterRoleBinding('calico-tier-getter', {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'User',
        name: 'system:kube-controller-manager',
      }),
    }
  )
