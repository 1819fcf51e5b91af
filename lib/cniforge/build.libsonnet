// From a cluster's keys to its findings and manifests.
local delivery = import '../delivery/main.libsonnet';
local migration = import '../migration/main.libsonnet';
local checks = import 'checks.libsonnet';
local keys = import 'keys.libsonnet';
local types = import 'types.libsonnet';

// The CNIs that are built from here. Each is `new(params)` → { version, findings, components }.
local systems = {
  galaxy: import '../galaxy/main.libsonnet',
  cilium: import '../cilium/main.libsonnet',
  calico: import '../calico/main.libsonnet',
};

// What a CNI's settings are when a definition says nothing.
local settings = {
  galaxy: {},
  cilium: { version: systems.cilium.defaultVersion, namespace: 'kube-system', values: {} },
  calico: {},
};

// What any cluster may have beside its CNI, off until `enabled`. Each is `new(params)` → { enabled, findings, components }.
local addons = {
  coredns: import '../coredns/main.libsonnet',
  kubeProxy: import '../kube-proxy/main.libsonnet',
};

local nothing = { version: null, findings: [], components: {} };

local keyNames = std.objectFields(keys);

function(cluster)
  local typeOf = if std.isString(cluster.type) && std.objectHas(types, cluster.type) then cluster.type else 'Baremetal';
  local cni = if cluster.cni == null then types[typeOf].default else cluster.cni;

  local cniProblems =
    if !std.isString(cni) then []  // said by the key's own check
    else if !std.member(types.Baremetal.cnis, cni) then
      [checks.refusal(['cni'], "'" + cni + "' is no CNI that cniforge knows", known=types.Baremetal.cnis, got=cni)]
    else if !std.member(types[typeOf].cnis, cni) then
      [checks.refusal(
        ['cni'],
        "'" + cni + "' cannot be installed on a cluster of type " + typeOf + ': ' + types[typeOf].reason,
        types[typeOf].hint
      )]
    else [];
  local installed = std.isString(cni) && cni != 'none' && cniProblems == [];

  // What is wrong with each key by itself; what is right is built on.
  local wrong = checks.ofKeys(cluster, installed);
  local usable = {
    [key]: if !(key in wrong) && cluster[key] != null then cluster[key] else std.get(keys[key], 'fallback')
    for key in keyNames
  };

  // Arguments for a CNI that is not installed from here would be ignored without a word.
  local idleArgs =
    if cni == 'none' && usable.networkArgs != {} then
      [checks.refusal(
        ['networkArgs'],
        'networkArgs have no effect: this cluster gets no CNI from here',
        'remove them, or choose a cni'
      )]
    else [];
  local idleMigration =
    if cni == 'none' && usable.migration != {} then
      [checks.refusal(
        ['migration'],
        'migration has no effect: this cluster gets no CNI from here',
        "remove it, or set cni: 'cilium'"
      )]
    else [];

  local install(cni, cluster, given, networkArgs) =
    systems[cni].new({ cluster: cluster, settings: settings[cni] + given, networkArgs: networkArgs });
  local system =
    if !installed then nothing
    else if usable.migration == {} then install(cni, usable, usable[cni], usable.networkArgs)
    else migration.new({ cluster: usable, cni: cni, install: install });

  // Most clusters say nothing of them, and then nothing is built.
  local givenAddons = [
    addons[name].new({
      cluster: usable,
      settings: usable[name],
      // What a CNI with findings would do is not known.
      replacedBy: if system.findings == [] || !checks.refuses(system.findings) then std.get(system, 'replacesKubeProxy'),
    })
    for name in std.objectFields(addons)
    if usable[name] != {}
  ];
  local components = std.foldl(
    function(all, addon) all + addon.components,
    [addon for addon in givenAddons if addon.enabled],
    system.components
  );

  // What applies the tree. Most clusters say nothing of it, and then their objects are left as they are.
  local delivered =
    if usable.delivery == {} then { findings: [], settings: null, objects(all):: all, unguarded(manifests):: [], fact(manifests):: null }
    else delivery.new(usable);

  {
    findings:
      checks.unknownKeys(cluster, ['manifests'])
      + std.flattenArrays(std.objectValues(wrong))
      + cniProblems
      + idleArgs
      + idleMigration
      + system.findings
      + std.flattenArrays([addon.findings for addon in givenAddons])
      + delivered.findings,

    summary: {
      name: cluster.name,
      type: cluster.type,
      kubernetesVersion: cluster.kubernetesVersion,
      cni: cni,
      cniVersion: system.version,
      labels: cluster.labels,
      // Texts for whoever looks after the cluster, by topic.
      guides: { [if std.objectHasAll(system, 'guide') then 'migration']: system.guide },
    },

    // What the rules over a cluster and over the fleet go by.
    facts: {
      podCIDRs: usable.podCIDRs,
      serviceCIDRs: usable.serviceCIDRs,
      maxNodePodNum: usable.maxNodePodNum,
      nodeCIDRs: usable.nodeCIDRs,
      oldPodCIDRs:
        local old = std.get(usable.migration, 'podCIDRs');
        if std.isArray(old) then [cidr for cidr in old if std.isString(cidr)] else [],
      kernelVersion: usable.kernelVersion,
      registry: usable.registry,
      // null if nobody applies the tree from git.
      delivery: delivered.settings,
    },

    // What the management cluster has to know of these manifests, as JSON; null if nobody applies them from git.
    delivered(manifests):: delivered.fact(manifests),

    // What is wrong with these manifests for whoever applies them.
    deliveryFindings(manifests):: delivered.unguarded(manifests),

    // Whoever evaluates a definition without cniforge gets the refusals as one error.
    manifests:
      local refusals = [finding for finding in self.findings if finding.severity == 'refusal'];
      local extra = cluster.extraObjects;
      if refusals != [] then
        error std.join('; ', [
          std.join('.', [std.toString(part) for part in finding.path]) + ': ' + finding.message
          for finding in refusals
        ])
      else delivered.objects(
        if std.length(extra) == 0 then components
        else components { extra: if std.isArray(extra) then { objects: extra } else extra }
      ),
  }
