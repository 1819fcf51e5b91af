// Moving a running cluster to Cilium, node by node, as Cilium documents it: both CNIs side by side, each with pod CIDRs and
// a tunnel of its own, and a switch on each node. README.md says what each phase is.
//
//   phases.libsonnet     what is there in each phase
//   sources.libsonnet    what each CNI needs while it makes way
//   findings.libsonnet   what can be wrong; reference.libsonnet: what each setting is for
//   guide.libsonnet      what to do, for `cniforge explain migration`
local base = import '../knobs/main.libsonnet';
local findings = import 'findings.libsonnet';
local guide = import 'guide.libsonnet';
local phases = import 'phases.libsonnet';
local sources = import 'sources.libsonnet';

// The values that keep Cilium from giving a pod its network, and from touching traffic that it does not know.
local besideTheOther = {
  operator: { unmanagedPodWatcher: { restart: false } },
  cni: { customConf: true, uninstall: false },
  policyEnforcementMode: 'never',
  bpf: { hostLegacyRouting: true },
};

// The same by the keys of cilium-config: as networkArgs they would win over the values.
local heldBack = [
  'cni-exclusive',
  'cni-uninstall',
  'custom-cni-conf',
  'enable-host-legacy-routing',
  'enable-policy',
  'write-cni-conf-when-ready',
];

// Where Cilium takes a node over, and how its agent there is told to.
local nodeLabel = 'io.cilium.migration/cilium-default';
local nodeConfig(namespace) = {
  apiVersion: 'cilium.io/v2',
  kind: 'CiliumNodeConfig',
  metadata: { name: 'cilium-default', namespace: namespace },
  spec: {
    nodeSelector: { matchLabels: { [nodeLabel]: 'true' } },
    defaults: {
      'write-cni-conf-when-ready': '/host/etc/cni/net.d/05-cilium.conflist',
      'custom-cni-conf': 'false',
      'cni-chaining-mode': 'none',
      'cni-exclusive': 'true',
    },
  },
};

// A finding about the old CNI, where the definition speaks of it.
local ofSource(finding) =
  finding { path: if std.member(['networkArgs', 'podCIDRs'], finding.path[0]) then ['migration'] + finding.path else finding.path };

{
  // params:
  //   cluster   its keys; cluster.migration is an object and not empty
  //   cni       what it shall run
  //   install   function(cni, cluster, settings, networkArgs) what a CNI's library makes of them
  // The result is that of a CNI's library, with a `guide` besides.
  new(params)::
    local cluster = params.cluster;
    local migration = cluster.migration;
    local wrong = findings.ofKeys(migration, params.cni);
    local target(settings, networkArgs) = params.install(params.cni, cluster, settings, networkArgs);

    if base.refuses(wrong) then target(cluster[params.cni], cluster.networkArgs) { findings: wrong }
    else
      local phase = phases[migration.phase - 1];
      local source = sources[migration.from];

      local own = cluster[params.cni];
      local values = std.get(own, 'values', {});
      local held = phase.beside && std.isObject(values);
      local cilium = target(
        if held then own { values: std.mergePatch(values, besideTheOther) } else own,
        if phase.beside then {
          [key]: cluster.networkArgs[key]
          for key in std.objectFields(cluster.networkArgs)
          if !std.member(heldBack, key)
        } else cluster.networkArgs,
      );

      local oldArgs = std.get(migration, 'networkArgs', {});
      local old = params.install(
        migration.from,
        cluster { podCIDRs: migration.podCIDRs },
        cluster[migration.from],
        source.networkArgs(cluster { podCIDRs: migration.podCIDRs }) + oldArgs,
      );
      local namespace = std.get(own, 'namespace', 'kube-system');
      local usable = !base.refuses(cilium.findings) && !base.refuses(old.findings);

      cilium {
        findings:
          wrong
          + cilium.findings
          + (if phase.old then [ofSource(finding) for finding in old.findings] else [])
          + (if usable then findings.ofInstalls(phase, cluster, source, cilium, old) else []),

        components:
          cilium.components
          + (if phase.old then source.makesWay(old.components, if phase.nodes then nodeLabel) else {})
          + (if phase.nodes then { migration: { nodeConfig: nodeConfig(namespace) } } else {}),

        guide:: guide({
          phase: migration.phase,
          cluster: cluster,
          from: migration.from,
          namespace: namespace,
          label: nodeLabel,
          source: source,
        }),
      },
}
