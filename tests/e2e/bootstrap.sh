#!/usr/bin/env bash
# A cluster's first objects, by `cniforge bootstrap`, and what an engine makes of them that takes the cluster over.
#
#   tests/e2e/bootstrap.sh [CLUSTER…]     default: every cluster of the example fleet that has objects
#
# Works on the cluster that KUBECONFIG names, which must be a throw-away one: objects are applied, changed and deleted.
#   CNIFORGE   the program                          [default: target/release/cniforge, or else target/debug/cniforge]
#   E2E_BIN    folder with gitops-sync and githttp  [default: those on PATH]
# Argo CD is stood for by gitops-sync, its own gitops-engine as a command; Flux by source- and kustomize-controller that run
# against the cluster and reach githttp on 127.0.0.1:$GIT_PORT (28080). What is not there is skipped, and the script says so.
# One line a step; the exit code is 0 if all hold.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly git_port=${GIT_PORT:-28080}
readonly dropped=dropped-by-git
program=${CNIFORGE:-$PWD/target/release/cniforge}
[ -x "$program" ] || program=$PWD/target/debug/cniforge
[ -n "${E2E_BIN:-}" ] && PATH=$E2E_BIN:$PATH

work=$(mktemp -d)
git_server=
failures=0
ended() {
    [ -n "$git_server" ] && kill "$git_server" 2>/dev/null
    rm -rf "$work"
}
trap ended EXIT

say() {
    if [ "$1" = 0 ]; then
        printf 'ok    %s\n' "$2"
    else
        printf 'FAIL  %s\n' "$2"
        failures=$((failures + 1))
    fi
}

skip() {
    printf 'skip  %s\n' "$1"
}

[ -x "$program" ] || { skip 'there is no cniforge: cargo build'; exit 0; }
command -v kubectl >/dev/null || { skip 'there is no kubectl on PATH'; exit 0; }
[ -n "${KUBECONFIG:-}" ] && kubectl get --raw /readyz >/dev/null 2>&1 || { skip 'KUBECONFIG names no cluster that answers'; exit 0; }

# The fleet is a copy, for definitions to be changed in; the repository beside it is what the engines read.
fleet=$work/fleet
repository=$work/git/fleet
mkdir -p "$fleet" "$repository"
cp -r cniforge.toml clusters overlays "$fleet/"
[ -d policies ] && cp -r policies "$fleet/"
git -C "$repository" init -q -b main

cniforge() {
    "$program" --fleet "$fleet" --quiet "$@"
}

# The definition's file: a cluster of an inventory is in a file of another name.
definition_of() {
    cniforge list --format json "$1" 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["clusters"][0]["definition"])'
}

# The cluster's tree becomes the repository's only folder.
commit() {
    cniforge render "$1" || return
    rm -rf "$repository/tree"
    cp -r "$fleet/rendered/$1" "$repository/tree"
    git -C "$repository" add -A
    git -C "$repository" -c user.name=e2e -c user.email=e2e@localhost commit -qm "$2"
}

# Gives every ConfigMap of the cluster's definition a key more.
with_key() {
    {
        echo 'local definition = ('
        cat "$1"
        echo ');'
        cat <<JSONNET
local more = {
  manifests: std.mapWithKey(
    function(component, objects) std.mapWithKey(
      function(key, object) if object.kind == 'ConfigMap' then object { data+: { '$dropped': 'yes' } } else object,
      objects
    ),
    super.manifests
  ),
};
if std.isArray(definition) then [cluster + more for cluster in definition] else definition + more
JSONNET
    } >"$fleet/$1"
}

without_key() {
    cp "$1" "$fleet/$1"
}

# How many ConfigMaps of the tree have the key in the cluster.
keys_left() {
    cniforge render --format stream "$1" | kubectl get -f - -o json --ignore-not-found | grep -c "^ *\"$dropped\": \"yes\""
}

# Every object of the tree with what it is in the cluster. Not the generation: a Deployment's counts up with an annotation,
# and an engine marks what is its own with one.
state() {
    cniforge render --format stream "$1" | kubectl get -f - -o json --ignore-not-found | python3 -c '
import json, sys
got = json.load(sys.stdin)
for o in sorted(got.get("items", [got]), key=lambda o: (o["kind"], o["metadata"].get("namespace", ""), o["metadata"]["name"])):
    meta = o["metadata"]
    print(o["kind"], meta.get("namespace", ""), meta["name"], json.dumps({k: v for k, v in o.items() if k not in ("metadata", "status")}, sort_keys=True))
'
}

manager_of() {
    case $1 in
        argocd) echo argocd-controller ;;
        flux) echo kustomize-controller ;;
    esac
}

apply() {
    cniforge bootstrap "$1" --engine "$2" 2>"$work/said" |
        kubectl apply --server-side --field-manager="$(manager_of "$2")" -f - >"$work/applied" 2>&1
}

# Takes away what a tree has brought.
clean() {
    cniforge render --format stream "$1" | kubectl delete --ignore-not-found --timeout=60s -f - >/dev/null 2>&1
}

# The objects are there by one command, and the same command once more changes none.
bootstrapped() {
    apply "$1" "$2"
    say $? "$1, $2: $(grep -c 'serverside-applied$' "$work/applied") objects by one kubectl apply $(grep -v 'serverside-applied$' "$work/applied" | head -3)"
    state "$1" >"$work/before"
    apply "$1" "$2" && state "$1" | cmp -s "$work/before" -
    say $? "$1, $2: a second time changes none of $(wc -l <"$work/before")"
}

argocd() {
    local cluster=$1 definition=$2
    with_key "$definition"
    commit "$cluster" one || { say 1 "$cluster: render"; return; }
    bootstrapped "$cluster" argocd
    # What the engine does first: compare, then apply, then compare again.
    state "$cluster" >"$work/before"
    gitops-sync -app "$cluster" -timeout 90s sync "$repository" tree >"$work/sync" 2>&1
    local status=$?
    sleep 2
    gitops-sync -app "$cluster" diff "$repository" tree >"$work/diff" 2>&1
    say $((status + $?)) "$cluster, argocd: adopted, and no difference $(grep OutOfSync "$work/diff" | head -3)"
    state "$cluster" | diff "$work/before" - >"$work/changed"
    say $? "$cluster, argocd: adopting has changed nothing $(cut -c1-120 "$work/changed" | head -4)"
    local keys
    keys=$(keys_left "$cluster")
    without_key "$definition"
    commit "$cluster" two
    gitops-sync -app "$cluster" -timeout 90s sync "$repository" tree >"$work/sync" 2>&1
    [ "$keys" -gt 0 ] && [ "$(keys_left "$cluster")" = 0 ]
    say $? "$cluster, argocd: a key that git drops is gone from $keys ConfigMaps ($(keys_left "$cluster") left)"
}

flux() {
    local cluster=$1 definition=$2
    with_key "$definition"
    commit "$cluster" one || { say 1 "$cluster: render"; return; }
    bootstrapped "$cluster" flux
    state "$cluster" >"$work/before"
    kubectl create namespace flux-system --dry-run=client -o yaml | kubectl apply --server-side -f - >/dev/null
    kubectl apply --server-side -f - >/dev/null <<YAML
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: bootstrap, namespace: flux-system}
spec: {interval: 3s, url: "http://127.0.0.1:$git_port/fleet/.git", ref: {branch: main}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: bootstrap, namespace: flux-system}
spec: {interval: 5s, timeout: 60s, path: ./tree, prune: true, wait: true, deletionPolicy: Orphan, sourceRef: {kind: GitRepository, name: bootstrap}}
YAML
    reconciled
    say $? "$cluster, flux: adopted and Ready: $(kubectl -n flux-system get kustomizations.kustomize.toolkit.fluxcd.io bootstrap -o jsonpath='{.status.conditions[?(@.type=="Ready")].message}')"
    state "$cluster" | cmp -s "$work/before" -
    say $? "$cluster, flux: adopting has changed nothing"
    local keys
    keys=$(keys_left "$cluster")
    without_key "$definition"
    commit "$cluster" two
    reconciled
    [ "$keys" -gt 0 ] && [ "$(keys_left "$cluster")" = 0 ]
    say $? "$cluster, flux: a key that git drops is gone from $keys ConfigMaps ($(keys_left "$cluster") left)"
    kubectl -n flux-system delete kustomizations.kustomize.toolkit.fluxcd.io/bootstrap gitrepositories.source.toolkit.fluxcd.io/bootstrap --timeout=60s >/dev/null
}

# Waits until the Kustomization has applied the repository's head.
reconciled() {
    local head applied
    head=$(git -C "$repository" rev-parse HEAD)
    for _ in $(seq 90); do
        applied=$(kubectl -n flux-system get kustomizations.kustomize.toolkit.fluxcd.io bootstrap \
            -o jsonpath='{.status.lastAppliedRevision} {.status.conditions[?(@.type=="Ready")].status}')
        [ "$applied" = "main@sha1:$head True" ] && return 0
        sleep 1
    done
    return 1
}

# Why the field manager matters: in another's name, what git drops stays. If this ever fails, the hint can go.
other_manager() {
    local cluster=$1 definition=$2
    with_key "$definition"
    commit "$cluster" one
    cniforge bootstrap "$cluster" --engine argocd 2>/dev/null | kubectl apply --server-side -f - >/dev/null 2>&1
    gitops-sync -app "$cluster" -timeout 90s sync "$repository" tree >/dev/null 2>&1
    without_key "$definition"
    commit "$cluster" two
    gitops-sync -app "$cluster" -timeout 90s sync "$repository" tree >/dev/null 2>&1
    [ "$(keys_left "$cluster")" -gt 0 ]
    say $? "$cluster, argocd: in kubectl's name instead, the key stays in $(keys_left "$cluster") ConfigMaps"
    clean "$cluster"
}

# What a new cluster looks like: CoreDNS waits, the network comes, CoreDNS runs, the engine finds nothing to do. That a
# node has no network is a taint here: Cilium's own, which its operator takes away; nothing runs on simulated nodes, so the
# script does.
walk() {
    kubectl get nodes -o name | grep -q . || { skip 'the walk: the cluster has no node'; return; }
    cat >"$fleet/clusters/walk.jsonnet" <<'JSONNET'
(import 'cniforge/main.libsonnet').cluster {
  name: 'walk', type: 'Baremetal', kubernetesVersion: '1.34.1', podCIDRs: ['10.244.0.0/16'], serviceCIDRs: ['10.96.0.0/16'],
  cni: 'cilium', coredns+: { enabled: true },
}
JSONNET
    local dns="kubectl -n kube-system get pods -l k8s-app=kube-dns --no-headers"
    kubectl taint nodes --all --overwrite node.cilium.io/agent-not-ready:NoSchedule >/dev/null
    # kubeadm brings CoreDNS; the tree's own objects are the same.
    cniforge render --format stream walk >"$work/walk.yaml"
    python3 - "$work/walk.yaml" >"$work/kubeadm.yaml" <<'PYTHON'
import sys
documents = open(sys.argv[1]).read().split('---\n')[1:]
print('---\n'.join([''] + [d for d in documents if '\n  name: coredns\n' in d or 'name: system:coredns\n' in d or '\n  name: kube-dns\n' in d]), end='')
PYTHON
    kubectl apply --server-side --field-manager=kubeadm -f "$work/kubeadm.yaml" >/dev/null
    until_pods 'Pending' || true
    [ -n "$($dns)" ] && ! $dns | grep -qv Pending
    say $? "walk: nodes without a network: CoreDNS is $($dns | awk '{print $3}' | sort | uniq -c | xargs)"
    apply walk argocd
    say $? "walk: bootstrap: $(grep -c 'serverside-applied$' "$work/applied") objects $(grep -v 'serverside-applied$' "$work/applied" | head -2)"
    kubectl -n kube-system rollout status daemonset/cilium --timeout=60s >"$work/rollout" 2>&1
    say $? "walk: $(tail -1 "$work/rollout")"
    kubectl taint nodes --all node.cilium.io/agent-not-ready- >/dev/null
    until_pods 'Running'
    say $? "walk: nodes with a network: CoreDNS is $($dns | awk '{print $3}' | sort | uniq -c | xargs)"
    if command -v gitops-sync >/dev/null; then
        commit walk one
        state walk >"$work/before"
        gitops-sync -app walk -timeout 90s sync "$repository" tree >"$work/sync" 2>&1 && state walk | cmp -s "$work/before" -
        say $? 'walk: the engine adopts it without a change'
    fi
    clean walk
    rm "$fleet/clusters/walk.jsonnet"
}

until_pods() {
    for _ in $(seq 40); do
        local states
        states=$(kubectl -n kube-system get pods -l k8s-app=kube-dns --no-headers 2>/dev/null | awk '{print $3}' | sort -u)
        [ "$states" = "$1" ] && return 0
        sleep 1
    done
    return 1
}

clusters=("$@")
if [ ${#clusters[@]} = 0 ]; then
    for folder in rendered/*/; do
        name=$(basename "$folder")
        case $name in _*) ;; *) clusters+=("$name") ;; esac
    done
fi

walk
engines=()
if command -v gitops-sync >/dev/null; then
    engines+=(argocd)
else
    skip 'Argo CD: there is no gitops-sync on PATH or in E2E_BIN'
fi
if kubectl get crd kustomizations.kustomize.toolkit.fluxcd.io gitrepositories.source.toolkit.fluxcd.io >/dev/null 2>&1 && command -v githttp >/dev/null; then
    githttp "127.0.0.1:$git_port" "$work/git" >"$work/githttp.log" 2>&1 &
    git_server=$!
    engines+=(flux)
else
    skip 'Flux: its CRDs are not in the cluster, or there is no githttp on PATH or in E2E_BIN'
fi
for cluster in "${clusters[@]}"; do
    definition=$(definition_of "$cluster")
    [ -n "$definition" ] || { say 1 "$cluster: there is no such cluster"; continue; }
    for engine in "${engines[@]}"; do
        "$engine" "$cluster" "$definition"
        clean "$cluster"
    done
done
case " ${engines[*]} " in *' argocd '*) other_manager "${clusters[0]}" "$(definition_of "${clusters[0]}")" ;; esac
[ "$failures" = 0 ]
