// The library's front: `(import 'cniforge/main.libsonnet').cluster { name: …, type: …, … }`.
//
// A definition's keys are hidden knobs (keys.libsonnet lists them all); what is visible is `manifests`, component by
// component. Any jsonnet implementation can evaluate a definition; cniforge reads `findings` first, which says everything
// that is wrong at once.
local checks = import 'checks.libsonnet';
local keys = import 'keys.libsonnet';
local types = import 'types.libsonnet';

// The CNIs that are built from here. Each is `new(params)` → { version, findings, components }.
local systems = {
  galaxy: import '../galaxy/main.libsonnet',
  //cilium: import '../cilium/main.libsonnet',
};
local nothing = { version: null, findings: [], components: {} };

{
  cluster: {
    local cluster = self,

    // Each key that a definition or an overlay may set, at its default.
    name:: null,
    type:: null,
    kubernetesVersion:: null,
    podCIDRs:: keys.podCIDRs.default,
    serviceCIDRs:: keys.serviceCIDRs.default,
    cni:: null,
    networkArgs:: {},
    apiVersions:: [],
    allowSecrets:: [],
    controlPlaneEndpoint:: null,
    dnsDomain:: keys.dnsDomain.default,
    registry:: null,
    networkDevice:: keys.networkDevice.default,
    maxNodePodNum:: keys.maxNodePodNum.default,
    labels:: {},
    extraObjects:: [],
    galaxy:: {},
    cilium:: {},

    // What is wrong with each key by itself, then what can be built on the rest.
    local wrong = { [key]: checks.ofKey(cluster, key, networked) for key in std.objectFields(keys) },
    local usable = { [key]: if wrong[key] == [] && cluster[key] != null then cluster[key] else std.get(keys[key], 'fallback') for key in std.objectFields(keys) },

    local typeOf = if std.isString(cluster.type) && std.objectHas(types, cluster.type) then cluster.type else 'Baremetal',
    local cni = if cluster.cni == null then types[typeOf].default else cluster.cni,
    local networked = std.isString(cni) && cni != 'none',
    local system =
      if std.isString(cni) && std.objectHas(systems, cni) && cniProblems == [] then
        systems[cni].new({ cluster: usable, settings: usable[cni], networkArgs: usable.networkArgs })
      else nothing,

    local cniProblems =
      if !std.isString(cni) then []  // said by the key's own check
      else if !std.member(types.Baremetal.cnis, cni) then
        [checks.refusal(['cni'], "'" + cni + "' is no CNI that cniforge knows", known=types.Baremetal.cnis, got=cni)]
      else if !std.member(types[typeOf].cnis, cni) then
        [checks.refusal(['cni'], "'" + cni + "' cannot be installed on a cluster of type " + typeOf + ': ' + types[typeOf].reason, types[typeOf].hint)]
      else if cni != 'none' && !std.objectHas(systems, cni) then
        [checks.refusal(['cni'], "this version of cniforge cannot render '" + cni + "'", 'it renders ' + std.join(' and ', std.objectFields(systems)))]
      else [],

    // Arguments for a CNI that is not installed from here would be ignored without a word.
    local idleArgs =
      if cni == 'none' && std.isObject(cluster.networkArgs) && cluster.networkArgs != {} then
        [checks.refusal(['networkArgs'], 'networkArgs have no effect: this cluster gets no CNI from here', 'remove them, or choose a cni')]
      else [],

    // Everything that is wrong: [{ severity: 'refusal' | 'error' | 'warning', path, message, hint?, known?, got? }].
    findings::
      checks.unknownKeys(cluster, ['manifests'])
      + std.flattenArrays([wrong[key] for key in std.objectFields(keys)])
      + cniProblems
      + idleArgs
      + system.findings,

    // What a list shows.
    summary:: {
      name: cluster.name,
      type: cluster.type,
      kubernetesVersion: cluster.kubernetesVersion,
      cni: cni,
      cniVersion: system.version,
      labels: cluster.labels,
    },

    // component → key → object. Patch any of it with `manifests+: { <component>+: { <key>+: { … } } }`.
    manifests:
      local refusals = [f for f in cluster.findings if f.severity == 'refusal'];
      if refusals == [] then
        system.components + (
          if std.length(cluster.extraObjects) == 0 then {}
          else { extra: if std.isArray(cluster.extraObjects) then { objects: cluster.extraObjects } else cluster.extraObjects }
        )
      else error std.join('; ', [std.join('.', [std.toString(p) for p in f.path]) + ': ' + f.message for f in refusals]),
  },
}
