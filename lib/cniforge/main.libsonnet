// The library's front: `(import 'cniforge/main.libsonnet').cluster { name: …, type: …, … }`.
//
// A definition's keys are hidden knobs (keys.libsonnet explains each); what is visible is `manifests`, component by
// component. Any jsonnet implementation can evaluate a definition; cniforge reads `findings` first, which says everything
// that is wrong at once.
local build = import 'build.libsonnet';
local defaults = import 'defaults.libsonnet';

{
  cluster: defaults {
    local built = build(self),

    // Everything that is wrong: [{ severity: 'refusal' | 'error' | 'warning' | 'note', rule?, path, message, hint?, known?, got? }].
    findings:: built.findings,

    // What a list shows.
    summary:: built.summary,

    // What the program's rules need to know besides the objects.
    facts:: built.facts,

    // What the management cluster has to know, from the manifests as they are in the end.
    delivered:: built.delivered(self.manifests),

    // What is wrong with them for whoever applies them from git.
    deliveryFindings:: built.deliveryFindings(self.manifests),

    // component → key → object. Patch any of it with `manifests+: { <component>+: { <key>+: { … } } }`.
    manifests: built.manifests,
  },
}
