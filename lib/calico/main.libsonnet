// Calico as its own manifests install it, without an operator. README.md says what it puts into a cluster.
//
//   defaults.libsonnet                     every knob of `calico+:`; knobs.libsonnet: their shapes; reference.libsonnet:
//                                          what each is for
//   versions.libsonnet, rbac.libsonnet,
//   felix.libsonnet                        what each release installs, may do and understands
//   environment.libsonnet                  `felix` and networkArgs, as calico-node's environment; variables.libsonnet: the
//                                          variables besides Felix's
//   plan.libsonnet                         what follows from knobs and cluster; findings.libsonnet: what contradicts
//   config.libsonnet, node.libsonnet,
//   kube-controllers.libsonnet,
//   typha.libsonnet                        the objects; objects.libsonnet is what they have in common
//   crds/                                  the CustomResourceDefinitions, in a notation of our own
local base = import '../knobs/main.libsonnet';
local shapes = import '../knobs/shapes.libsonnet';
local config = import 'config.libsonnet';
local defaults = import 'defaults.libsonnet';
local readEnvironment = import 'environment.libsonnet';
local findings = import 'findings.libsonnet';
local shapeOfKnobs = import 'knobs.libsonnet';
local kubeControllers = import 'kube-controllers.libsonnet';
local node = import 'node.libsonnet';
local plan = import 'plan.libsonnet';
local typha = import 'typha.libsonnet';
local releases = import 'versions.libsonnet';

local versions = std.objectFields(releases);

// What people bring from elsewhere, as Calico's own knobs: flannel's words for a backend, ...
local otherBackends = {
  ipip: { backend: 'bird', encapsulation: 'IPIP' },
  'host-gw': { backend: 'bird', encapsulation: 'None' },
  bpf: { dataplane: 'eBPF' },
  ebpf: self.bpf,
};
// ... the values of the chart that makes Calico's manifests, and a field of its operator. Each: what its value means.
local otherKeys =
  local isOn(value) = value == true || std.isObject(value) && std.get(value, 'enabled') == true;
  {
    bpf(value): if isOn(value) then { dataplane: 'eBPF' } else {},
    ebpf: self.bpf,
    vxlan(value): if isOn(value) then { backend: 'vxlan' } else {},
    linuxDataplane(value): { dataplane: value },
  };

// The settings in Calico's words, and what was translated. What stands there in Calico's words wins.
local translated(given) =
  local backend = std.get(given, 'backend');
  local ofBackend = if std.isString(backend) then std.get(otherBackends, std.asciiLower(backend));
  local foreign =
    (if ofBackend == null then {} else { backend: ofBackend })
    + { [key]: otherKeys[key](given[key]) for key in std.objectFields(otherKeys) if std.objectHas(given, key) };
  local meant = std.foldl(function(all, key) all + foreign[key], std.objectFields(foreign), {});
  local own = { [key]: given[key] for key in std.objectFields(given) if !std.objectHas(foreign, key) };
  local settings = meant + own;
  {
    // The manifests' `bpf`, `ebpf` and `BPF` are one.
    settings: settings + (
      local dataplane = std.get(settings, 'dataplane');
      if std.isString(dataplane) && std.asciiLower(dataplane) == 'bpf' then { dataplane: 'eBPF' } else {}
    ),
    findings: [
      local words = [
        name + ': ' + (if std.isString(foreign[key][name]) then "'" + foreign[key][name] + "'" else std.toString(foreign[key][name]))
        for name in std.objectFields(foreign[key])
      ];
      base.finding(
        'note',
        ['calico', key],
        'calico.' + key + (if key == 'backend' then ": '" + backend + "'" else '') + ' is a word from elsewhere, '
        + (if words == [] then 'and says nothing here' else 'read as ' + std.join(', ', words)),
        if words == [] then 'leave it out' else 'write calico+: { ' + std.join(', ', words) + ' }'
      )
      for key in std.objectFields(foreign)
    ],
  };

{
  // What a definition gets that names no version, and all that it may name.
  defaultVersion: defaults.version,
  versions: versions,

  // params:
  //   cluster      podCIDRs, serviceCIDRs, kubernetesVersion, registry, controlPlaneEndpoint, networkDevice
  //   settings     the definition's `calico`
  //   networkArgs  variables of calico-node and parameters of Felix
  // The result is lazy: its version and findings can be read without building an object. Nothing raises on bad params,
  // but the objects are meant to be used only if no finding is a refusal.
  new(params)::
    local cluster = params.cluster;
    local meant = translated(params.settings);
    local version = std.get(meant.settings, 'version');
    local release = std.get(releases, if std.isString(version) then version else defaults.version);
    local misshapen = shapes.problems(['calico'], meant.settings, shapeOfKnobs(release, versions));

    // null is as if left out, at any depth; but a CNI plugin and its settings are taken away by it.
    local given = std.mergePatch({}, meant.settings);
    local knobs = std.mergePatch(defaults, given) {
      [name]: meant.settings[name]
      for name in ['cniConfig', 'cniPlugins']
      if std.get(given, name) != null
    };
    local environment = readEnvironment(release.felix, knobs.felix, params.networkArgs);
    local c = plan(release, knobs, cluster, environment.env);

    {
      version: if std.isString(version) then version else defaults.version,

      // With eBPF, Calico forwards services and clears kube-proxy's rules away.
      replacesKubeProxy:: if c.bpf then {
        name: "Calico: its dataplane is 'eBPF'",
        hint: "leave kubeProxy out, or set calico.dataplane to 'iptables'",
      },

      findings:
        meant.findings
        + (if misshapen != [] then misshapen else environment.findings + findings(c, cluster, given)),

      components: {
        // Apart from Calico: they have to be there before an object of their kinds is applied.
        'calico-crds': release.crds,
        calico: config(c) + node(c) + kubeControllers(c) + typha(c),
      },
    },
}
