#!/usr/bin/env bash
# What the management cluster is given (rendered/_delivery) is accepted by the engines' own definitions of their kinds, under
# strict validation; and applied there, it brings the tree. tests/e2e/lib.sh says what is needed.
#
#   ENGINE_CRDS   files or folders of CRDs, with blanks between them, to be applied first  [default: those in the cluster]
#
# Argo CD's are in its repository below manifests/crds, Flux's in those of its controllers below config/crd/bases. A kind whose
# CRD is not there is skipped, and the script says so.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for path in ${ENGINE_CRDS:-}; do
    # A folder of manifests has a kustomization.yaml, too, which is no object.
    find "$path" -name '*.yaml' ! -name kustomization.yaml -print0 |
        while IFS= read -r -d '' file; do manage apply --server-side --field-manager=e2e -f "$file" >/dev/null || exit 1; done
    say $? "the kinds of $path"
done
manage wait --for=condition=Established crd --all --timeout=60s >/dev/null 2>&1

take() {
    manage apply --server-side --dry-run=server --validate=strict --field-manager=e2e -f "$1" >"$work/applied" 2>&1
}

# Once a kind: an object with a field that the kind does not have is refused, so strict validation is what it says.
control() {
    local kind=$1 broken=$work/broken.json
    manage create --dry-run=client --validate=false -f "$2" -o json |
        python3 -c 'import json, sys; o = json.load(sys.stdin); o["spec"]["noSuchField"] = 1; json.dump(o, sys.stdout)' >"$broken"
    ! take "$broken" && grep -q 'noSuchField: field not declared in schema' "$work/applied"
    say $? "$kind: a field that it does not have is refused $(grep -v 'field not declared' "$work/applied" | head -1)"
}

accepted() {
    local file kind group namespace versions seen=' '
    versions=$(manage api-versions)
    while IFS= read -r file; do
        kind=$(awk '/^kind:/ {print $2; exit}' "$file")
        group=$(awk '/^apiVersion:/ {print $2; exit}' "$file")
        namespace=$(awk '/^  namespace:/ {print $2; exit}' "$file")
        if ! grep -qxF "$group" <<<"$versions"; then
            case $seen in *" $kind "*) ;; *) skip "$kind: there is no CRD for $group: ENGINE_CRDS says where it is" ;; esac
            seen="$seen$kind "
            continue
        fi
        [ -z "$namespace" ] || manage create namespace "$namespace" >/dev/null 2>&1
        take "$file"
        say $? "$kind: ${file#"$fleet"/rendered/} $(refused)"
        case $seen in *" $kind "*) ;; *) control "$kind" "$file" ;; esac
        seen="$seen$kind "
    done
    # A kind that nothing here is of would pass unasked.
    for kind in Application ApplicationSet AppProject GitRepository Kustomization OCIRepository; do
        case $seen in *" $kind "*) ;; *) say 1 "$kind: the fleet has none" ;; esac
    done
}

# sole CLUSTER ENGINE: the fleet is this one cluster, delivered by the engine, and committed with all that is rendered for it.
sole() {
    local definition destination=in-cluster
    definition=$(definition_of "$1")
    [ -z "${MANAGEMENT:-}" ] || destination=e2e
    rm -rf "$fleet/clusters" "$fleet/rendered" "$repository/rendered"
    mkdir "$fleet/clusters"
    redefine "$definition" "{ delivery: { engine: '$2', repository: '$repository_url', destination: '$destination' } }"
    cniforge render && cp -r "$fleet/rendered" "$repository/rendered" && record "$1, $2"
    cniforge render --format json "$1" >"$work/tree.json"
    objects names <"$work/tree.json" >"$work/names"
}

brought() {
    all_there "$work/names" "$work/tree.json" "$1"
}

by_flux() {
    local cluster=$1
    sole "$cluster" flux && serve && manage apply --server-side --field-manager=e2e -R -f "$fleet/rendered/_delivery/flux" >"$work/applied" 2>&1
    say $? "$cluster, flux: the management cluster is given $(grep -c 'serverside-applied$' "$work/applied") objects $(refused)"
    manage -n flux-system wait "$kustomization" --all --for=condition=Ready --timeout=150s >"$work/ready" 2>&1
    say $? "$cluster, flux: $(grep -c 'condition met' "$work/ready") Kustomizations are Ready $(grep -v 'condition met' "$work/ready" | head -3)"
    brought "$cluster, flux"
    manage delete --timeout=60s -R -f "$fleet/rendered/_delivery/flux" >/dev/null
    brought "$cluster, flux: what was given is deleted"
    clean "$cluster"
}

by_argocd() {
    local cluster=$1
    argocd_runs || { skip "$cluster, argocd: gitops-sync knows no ApplicationSet"; return; }
    sole "$cluster" argocd && serve && manage apply --server-side --field-manager=e2e -R -f "$fleet/rendered/_delivery/argocd" >"$work/applied" 2>&1
    say $? "$cluster, argocd: the management cluster is given $(grep -c 'serverside-applied$' "$work/applied") objects $(refused)"
    until_is "$(head_of) Synced" manage -n argocd get "$application" "$cluster-cni" -o jsonpath='{.status.sync.revision} {.status.sync.status}'
    say $? "$cluster, argocd: the Application is Synced"
    brought "$cluster, argocd"
    manage delete --timeout=60s -R -f "$fleet/rendered/_delivery/argocd" >/dev/null
    manage -n argocd delete "$application" "$cluster-cni" --cascade=orphan --ignore-not-found --timeout=60s >/dev/null
    brought "$cluster, argocd: what was given is deleted"
    clean "$cluster"
}

# The fleet's clusters are delivered in the usual ways; two more bring the other kinds.
redefine clusters/global.jsonnet "{ delivery: { engine: 'argocd', repository: '$repository_url', project: 'components', applications: 'component' } }"
redefine clusters/cls-7q46p7mt.jsonnet "{ delivery: { engine: 'flux', repository: 'oci://registry.example.com/fleet', project: 'artifacts' } }"
cniforge render 2>"$work/said"
say $? "the fleet is rendered $(grep '^error' "$work/said" | head -3)"
accepted < <(find "$fleet/rendered/_delivery" -name '*.yaml' | LC_ALL=C sort)
for engine in $(engines_here); do
    "by_$engine" "${DELIVERED:-cls-7q46p7mt}"
done
finish
