// The management cluster: TKEStack itself runs here. It says nothing about a CNI, so it gets galaxy, the default.
//
// Like those of every Baremetal cluster, its pods have no network until this tree is applied.
local production = import '../overlays/production.libsonnet';
local shenzhen = import '../overlays/site-shenzhen.libsonnet';
local cniforge = import 'cniforge/main.libsonnet';

cniforge.cluster + production + shenzhen {
  name: 'global',
  type: 'Baremetal',
  kubernetesVersion: '1.21.4-tke.3',
  podCIDRs: ['10.240.0.0/16'],
  serviceCIDRs: ['10.241.0.0/20'],
}
