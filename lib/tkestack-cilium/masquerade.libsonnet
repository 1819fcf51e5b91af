// ip-masq-agent: in underlay mode Cilium does not masquerade. What leaves the pod network gets the node's address here.
local objects = import 'objects.libsonnet';

local name = 'ip-masq-agent';
local configName = name + '-config';

// params: podCIDR, image
function(params) {
  config: objects.configMap(configName, {
    config: std.manifestJsonMinified({
      NonMasqueradeCIDRs: [params.podCIDR],
      MasqLinkLocal: true,
      ResyncInterval: '1m0s',
    }),
  }),

  daemonset: objects.workload(
    'DaemonSet',
    name,
    { name: name },
    objects.rollingUpdate(1),
    objects.pod(
      name,
      {
        image: params.image,
        imagePullPolicy: 'IfNotPresent',
        resources: objects.resources('100m', '128Mi', '500m', '512Mi'),
        securityContext: { privileged: true },
        volumeMounts: [{ name: 'config', mountPath: '/etc/config' }],
      } + objects.containerDefaults,
      {
        securityContext: {},
        tolerations: objects.tolerateAll,
        volumes: [{
          name: 'config',
          configMap: {
            name: configName,
            defaultMode: 420,  // 0644
            items: [{ key: 'config', path: name }],
            optional: true,
          },
        }],
      } + objects.serverDefaults
    ),
    objectLabels=null
  ),
}
