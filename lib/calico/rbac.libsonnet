// What Calico's programs may do, by release. A rule is written as [API groups, resources, verbs].
local rules(list) = [{ apiGroups: rule[0], resources: rule[1], verbs: rule[2] } for rule in list];

local core = [''];
// Calico 3.32 reads its objects from either group; they are in the second unless the cluster was moved to the first.
local calico = ['projectcalico.org', 'crd.projectcalico.org'];
local calico314 = ['crd.projectcalico.org'];

local write = ['get', 'list', 'create', 'update', 'delete'];
local read = ['get', 'list', 'watch'];

{
  '3.32': {
    node:
      [{
        // For the CNI plugin, which has no pod of its own.
        apiGroups: core,
        resources: ['serviceaccounts/token'],
        resourceNames: ['calico-cni-plugin'],
        verbs: ['create'],
      }]
      + rules([
        [core, ['pods', 'nodes', 'namespaces'], ['get']],
        [['discovery.k8s.io'], ['endpointslices'], ['watch', 'list']],
        [core, ['endpoints', 'services'], ['watch', 'list', 'get']],
        [core, ['configmaps'], ['get']],
        [core, ['nodes/status'], ['patch', 'update']],
        [['networking.k8s.io'], ['networkpolicies'], ['watch', 'list']],
        [['policy.networking.k8s.io'], ['clusternetworkpolicies'], ['watch', 'list']],
        [core, ['pods', 'namespaces', 'serviceaccounts'], ['list', 'watch']],
        [core, ['pods/status'], ['patch']],
        [calico, [
          'globalfelixconfigs',
          'globalbgpconfigs',
          'felixconfigurations',
          'bgppeers',
          'bgpfilters',
          'bgpconfigurations',
          'ippools',
          'ipreservations',
          'ipamblocks',
          'globalnetworkpolicies',
          'stagedglobalnetworkpolicies',
          'networkpolicies',
          'stagednetworkpolicies',
          'stagedkubernetesnetworkpolicies',
          'globalnetworksets',
          'networksets',
          'clusterinformations',
          'hostendpoints',
          'blockaffinities',
          'caliconodestatuses',
          'tiers',
        ], read],
        [calico, ['tiers'], ['create']],
        [calico, ['ippools', 'felixconfigurations', 'bgpconfigurations', 'clusterinformations'], ['create', 'update']],
        [calico, ['caliconodestatuses'], ['update']],
        [core, ['nodes'], read],
        [calico, ['bgpconfigurations', 'bgppeers'], ['create', 'update']],
      ]),
    nodeNetworking: rules([
      [calico, ['blockaffinities', 'ipamblocks', 'ipamhandles'], write],
      [calico, ['ipamconfigurations', 'ipamconfigs'], ['get', 'create']],
      [calico, ['blockaffinities'], ['watch']],
      [['apps'], ['daemonsets'], ['get']],
    ]),
    nodeLast: rules([[['kubevirt.io'], ['virtualmachineinstancemigrations'], read]]),

    cniPlugin: rules([
      [core, ['pods', 'nodes', 'namespaces'], ['get']],
      [core, ['pods/status'], ['patch']],
    ]),
    cniPluginNetworking: rules([
      [calico, [
        'blockaffinities',
        'ipamblocks',
        'ipamhandles',
        'clusterinformations',
        'ippools',
        'ipreservations',
        'ipamconfigurations',
        'ipamconfigs',
      ], write],
      [['kubevirt.io'], ['virtualmachineinstances', 'virtualmachines'], ['get']],
    ]),

    tierGetter: rules([[['projectcalico.org'], ['tiers'], ['get']]]),

    kubeControllers: rules([
      [core, ['nodes'], ['watch', 'list', 'get']],
      [core, ['pods'], read],
      [core, ['namespaces'], read],
      [core, ['services', 'services/status'], ['get', 'list', 'update', 'watch']],
      [calico, ['ipreservations'], ['list']],
      [calico, [
        'blockaffinities',
        'ipamblocks',
        'ipamhandles',
        'ipamconfigurations',
        'ipamconfigs',
        'tiers',
      ], write + ['watch']],
      [calico, ['ippools'], ['list', 'watch']],
      [calico, ['hostendpoints'], write + ['watch']],
      [calico, ['clusterinformations'], ['get', 'list', 'create', 'update', 'watch']],
      [calico, ['kubecontrollersconfigurations'], ['get', 'list', 'create', 'update', 'watch']],
      [calico, ['kubecontrollersconfigurations/status'], ['get', 'update']],
      [calico, [
        'networkpolicies',
        'stagednetworkpolicies',
        'globalnetworkpolicies',
        'stagedglobalnetworkpolicies',
      ], ['watch', 'list', 'get', 'create', 'update', 'delete']],
      // From here on, for the move of Calico's objects into the group projectcalico.org.
      [['apps'], ['daemonsets', 'deployments'], read],
      [['migration.projectcalico.org'], ['datastoremigrations', 'datastoremigrations/status'], [
        'get',
        'list',
        'watch',
        'create',
        'update',
        'patch',
      ]],
      [['apiextensions.k8s.io'], ['customresourcedefinitions'], ['get', 'list', 'watch', 'delete']],
      [['apiregistration.k8s.io'], ['apiservices'], ['get', 'list', 'watch', 'create', 'delete']],
      [['projectcalico.org'], ['*'], ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']],
      [['crd.projectcalico.org'], ['*'], read],
      [['kubevirt.io'], ['virtualmachines', 'virtualmachineinstances'], read],
    ]),
  },

  '3.14': {
    node: rules([
      [core, ['pods', 'nodes', 'namespaces'], ['get']],
      [core, ['endpoints', 'services'], ['watch', 'list', 'get']],
      [core, ['configmaps'], ['get']],
      [core, ['nodes/status'], ['patch', 'update']],
      [['networking.k8s.io'], ['networkpolicies'], ['watch', 'list']],
      [core, ['pods', 'namespaces', 'serviceaccounts'], ['list', 'watch']],
      [core, ['pods/status'], ['patch']],
      [calico314, [
        'globalfelixconfigs',
        'felixconfigurations',
        'bgppeers',
        'globalbgpconfigs',
        'bgpconfigurations',
        'ippools',
        'ipamblocks',
        'globalnetworkpolicies',
        'globalnetworksets',
        'networkpolicies',
        'networksets',
        'clusterinformations',
        'hostendpoints',
        'blockaffinities',
      ], read],
      [calico314, ['ippools', 'felixconfigurations', 'clusterinformations'], ['create', 'update']],
      [core, ['nodes'], read],
      [calico314, ['bgpconfigurations', 'bgppeers'], ['create', 'update']],
    ]),
    nodeNetworking: rules([
      [calico314, ['blockaffinities', 'ipamblocks', 'ipamhandles'], write],
      [calico314, ['ipamconfigs'], ['get']],
      [calico314, ['blockaffinities'], ['watch']],
      [['apps'], ['daemonsets'], ['get']],
    ]),
    nodeLast: [],

    kubeControllers: rules([
      [core, ['nodes'], ['watch', 'list', 'get']],
      [core, ['pods'], ['get']],
      [calico314, ['ippools'], ['list']],
      [calico314, ['blockaffinities', 'ipamblocks', 'ipamhandles'], write],
      [calico314, ['hostendpoints'], write],
      [calico314, ['clusterinformations'], ['get', 'create', 'update']],
      [calico314, ['kubecontrollersconfigurations'], ['get', 'create', 'update', 'watch']],
    ]),
  },
}
