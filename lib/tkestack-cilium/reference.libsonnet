// What TKEStack's Cilium can be told, and what it is for. The names and types are those that the checks go by.
local reference = import '../knobs/reference.libsonnet';
local modes = import 'modes.libsonnet';
local types = import 'types.libsonnet';
local releases = import 'versions.libsonnet';

local version = std.objectFields(releases)[0];
local versions = 'Cilium ' + std.join(', ', std.objectFields(releases));

// Settings of every Cilium, which lib/cilium/reference.libsonnet tells of.
local shared = ['images', 'namespace', 'values', 'version'];

local modesWith(name) = [mode for mode in std.objectFields(modes) if std.member(modes[mode].args, name)];
local underlay = { networkMode: 'underlay', asn: '64512', 'switch-ip': '10.0.0.1' };

{
  settings: reference(
    { fields: { [name]: types.settings[name] for name in std.objectFields(types.settings) if !std.member(shared, name) } },
    {},
    {
      vpcID: {
        meaning: 'the VPC in which tke-eni-ipamd works',
        otherwise: "that of TKEStack's template",
        example: 'vpc-0a1b2c3d',
        versions: versions,
      },
    }
  ),

  networkArgs: reference({ fields: types.networkArgs { networkMode: { words: std.objectFields(modes) } } }, { networkMode: 'overlay' }, {
    networkMode: {
      meaning: 'how pods of different nodes reach each other: by VXLAN (overlay), or by switches that learn where pods are (underlay)',
      example: 'underlay',
      beside: { networkArgs: { asn: '64512', 'switch-ip': '10.0.0.1' } },
      versions: versions,
    },
    asn: {
      meaning: 'the number of the autonomous system in which cilium-router speaks BGP with the switch',
      otherwise: 'required by ' + std.join(', ', modesWith('asn')),
      note: 'each node needs it as the label infra.tce.io/as, which is what cilium-router reads',
      example: '64513',
      versions: versions,
      ground: { networkArgs: underlay },
    },
    'switch-ip': {
      meaning: 'the address of the switch with which cilium-router speaks BGP',
      otherwise: 'required by ' + std.join(', ', modesWith('switch-ip')),
      note: 'each node needs it as the label infra.tce.io/switch-ip, which is what cilium-router reads',
      example: '10.0.0.2',
      versions: versions,
      ground: { networkArgs: underlay },
    },
  }),

  ground: { cni: 'cilium', cilium: { version: version } },
}
