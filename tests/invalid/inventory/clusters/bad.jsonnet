local cniforge = import 'cniforge/main.libsonnet';

local cluster = cniforge.cluster {
  type: 'Baremetal',
  kubernetesVersion: '1.21.4',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
};

[
  cluster { name: 'good' },
  cluster { name: 'e2', networkArg: {} },
  cluster { nam: 'e3' },
  error 'not ready',
]
