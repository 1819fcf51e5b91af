// What CoreDNS and kube-proxy share as kubeadm installs them: which Kubernetes versions are known, where the images come
// from, and the plain objects.
local knobs = import '../knobs/main.libsonnet';
local net = import '../net/main.libsonnet';

// Minor versions of Kubernetes whose kubeadm has been read.
local oldest = 18;
local newest = 34;

// kubeadm moved its images to a registry of the community's own in 1.25, and with one patch release of each version that
// was maintained then: minor version → that patch.
local registries = { old: 'k8s.gcr.io', new: 'registry.k8s.io' };
local movedSince = { '22': 17, '23': 15, '24': 9 };

local vendorBuild = 2;

{
  // Where everything is, and the minor versions of Kubernetes whose kubeadm is known.
  namespace:: 'kube-system',
  oldest:: oldest,
  newest:: newest,

  // A version as numbers that compare: [minor, patch].
  //   problem  null, or why this is no version
  //   minor    of the nearest version that is known, so that tables can be asked
  //   isNewer  it is above all that are known
  //   isVendors  built by somebody who has images of their own: '1.21.4-tke.3'
  //   hasPatch   the text says a patch version
  //   text       without a leading 'v'
  version(text)::
    local parsed = net.parseVersion(text);
    local plain = if std.isString(text) then std.lstripChars(text, 'v') else '';
    local numbers = std.split(std.split(std.split(plain, '+')[0], '-')[0], '.');
    {
      problem: parsed.problem,
      text: plain,
      minor: if parsed.problem != null || parsed.major != 1 then newest else std.max(oldest, std.min(newest, parsed.minor)),
      patch: if parsed.problem != null then 0 else parsed.patch,
      isNewer: parsed.problem == null && (parsed.major > 1 || parsed.minor > newest),
      isOlder: parsed.problem == null && (parsed.major < 1 || parsed.major == 1 && parsed.minor < oldest),
      isVendors: parsed.problem == null && (parsed.order[3] == vendorBuild || plain != std.split(plain, '+')[0]),
      hasPatch: std.length(numbers) == 3,
      at: [self.minor, self.patch],
    },

  // What there is to say of the version that a component goes by.
  //   name  the component's
  //   path  where the version was given
  versionFindings(name, version, path):: knobs.ofRule(
    'CNI152',
    if version.isOlder then [knobs.refusal(
      path,
      name + ' is known here from Kubernetes 1.' + oldest + ' on, not of ' + version.text,
      'write its manifests into extraObjects'
    )]
    else if version.isNewer then [knobs.finding(
      'warning',
      path,
      name + ' is known here up to Kubernetes 1.' + newest + ', and is installed for ' + version.text + ' as for that one',
      "compare with 'kubeadm init phase addon all --print-manifest'"
    )]
    else []
  ),

  // The registry of kubeadm at a version.
  officialRegistry(version)::
    local movedAt = std.get(movedSince, std.toString(version.minor));
    local moved = if movedAt != null then version.patch >= movedAt else version.minor > 24;
    if moved then registries.new else registries.old,

  // kubeadm writes what a tag cannot hold as '_': 'v1.30.0+k3s1' → 'v1.30.0_k3s1'
  tag(text):: 'v' + std.strReplace(text, '+', '_'),

  // An account by its name.
  serviceAccount(name):: {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: name, namespace: $.namespace },
  },

  // kind: Role or ClusterRole, also of the binding; subjects: who gets it
  binding(kind, name, role, subjects):: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: kind + 'Binding',
    metadata: { name: name, [if kind == 'Role' then 'namespace']: $.namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: kind, name: role },
    subjects: subjects,
  },

  // The same account as the subject of a binding.
  account(name):: { kind: 'ServiceAccount', name: name, namespace: $.namespace },
}
