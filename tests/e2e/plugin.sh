#!/usr/bin/env bash
# Definitions without committed trees: Argo CD's repository server renders a cluster by `cniforge plugin`, as docs/plugin installs it.
# tests/e2e/lib.sh says what is needed.
#
#   PLUGGED   which cluster   [default: cls-7q46p7mt]
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly cluster=${PLUGGED:-cls-7q46p7mt}

# names CLUSTER: the Application asks for this one from now on.
names() {
    argocd_application "path: ., plugin: {name: cniforge, parameters: [{name: cluster, string: $1}]}"
}

says() {
    argocd_says '{.status.sync.status} {.status.conditions[*].message}'
}

plugged() {
    redefine "$(definition_of "$cluster")" "$(delivered_by argocd)"
    cp -r "$fleet"/* "$repository/"
    record definitions
    cniforge render --format json "$cluster" >"$work/tree.json"
    objects names <"$work/tree.json" >"$work/names"
    serve && names "$cluster" && deliver argocd "$cluster"
    say $? "$cluster: Argo CD renders and applies it $(says | cut -c1-300)"
    all_there "$work/names" "$work/tree.json" "$cluster"
    found=$(settled argocd "$cluster")
    say $? "$cluster: and sees no difference $(head -3 <<<"$found")"

    # With pruning on, an answer without objects would take all of them away.
    names no-such-cluster
    argocd_settled >/dev/null
    found=$(says)
    grep -q "^Unknown .*no-such-cluster" <<<"$found"
    say $? "$cluster: another name is an error: $(grep -o -m 1 'exit status.*' <<<"$found")"
    sleep 5
    all_there "$work/names" "$work/tree.json" "$cluster: another name"
    detach argocd
    clean "$cluster"
}

if ! argocd_runs; then
    skip 'Argo CD does not run in the cluster'
elif ! manage -n "$(argocd_namespace)" get configmap cniforge-plugin >/dev/null 2>&1; then
    skip 'Argo CD has no plugin: kubectl apply -f docs/plugin/configmap.yaml, and a repository server that has it'
else
    plugged
fi
finish
