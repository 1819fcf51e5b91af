#!/usr/bin/env bash
# A cluster's first objects, by `cniforge bootstrap`, and what an engine makes of them that takes the cluster over: commit
# one is adopted without a change, commit two takes a key away. tests/e2e/lib.sh says what is needed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The objects are there by one command, and the same command once more changes none.
bootstrapped() {
    bootstrap "$1" "$2"
    say $? "$1, $2: $(grep -c 'serverside-applied$' "$work/applied") objects by one kubectl apply $(refused)"
    writes "$1" >"$work/before"
    sleep 1
    bootstrap "$1" "$2" && writes "$1" | cmp -s "$work/before" -
    say $? "$1, $2: a second time changes none of $(wc -l <"$work/before")"
}

adopted() {
    local cluster=$1 engine=$2 definition
    definition=$(definition_of "$cluster")
    redefine "$definition" "$(delivered_by "$engine") + $(with_key)"
    commit "$cluster" one || { say 1 "$cluster: render"; return; }
    bootstrapped "$cluster" "$engine"
    state "$cluster" >"$work/before"
    attach "$engine"
    deliver "$engine" "$cluster"
    say $? "$cluster, $engine: commit one is adopted"
    state "$cluster" | diff "$work/before" - >"$work/changed"
    say $? "$cluster, $engine: adopting has changed none of $(wc -l <"$work/before") $(cut -c1-120 "$work/changed" | head -4)"
    found=$(settled "$engine" "$cluster")
    say $? "$cluster, $engine: and sees no difference $(head -3 <<<"$found")"

    local keys
    keys=$(keys_left "$cluster")
    redefine "$definition" "$(delivered_by "$engine")"
    commit "$cluster" two
    deliver "$engine" "$cluster" && [ "$keys" -gt 0 ] && [ "$(keys_left "$cluster")" = 0 ]
    say $? "$cluster, $engine: commit two drops a key: gone from $keys ConfigMaps ($(keys_left "$cluster") left)"
    found=$(settled "$engine" "$cluster")
    say $? "$cluster, $engine: and sees no difference $(head -3 <<<"$found")"
    detach "$engine"
    clean "$cluster"
}

# Why the field manager matters: in another's name, what git drops stays. If this ever fails, the hint can go.
other_manager() {
    local cluster=$1 engine=$2 manager=$3 definition
    definition=$(definition_of "$cluster")
    redefine "$definition" "$(delivered_by "$engine") + $(with_key)"
    commit "$cluster" one
    bootstrap "$cluster" "$engine" "$manager"
    attach "$engine"
    deliver "$engine" "$cluster"
    redefine "$definition" "$(delivered_by "$engine")"
    commit "$cluster" two
    deliver "$engine" "$cluster" && [ "$(keys_left "$cluster")" -gt 0 ]
    say $? "$cluster, $engine: in the name of $manager instead, the key stays in $(keys_left "$cluster") ConfigMaps"
    detach "$engine"
    clean "$cluster"
}

# An object of a kind that the tree's own CRDs define.
readonly POOL=crd.projectcalico.org
readonly CUSTOM="{
  extraObjects: { pool: {
    apiVersion: '$POOL/v1', kind: 'IPPool', metadata: { name: 'second' },
    spec: { cidr: 'fd00:10:17::/64', blockSize: 122, ipipMode: 'Never', vxlanMode: 'Never' },
  } },
}"

has_custom() {
    cniforge render --format json "$1" | objects names | grep " ippools\.$POOL$" >/dev/null
}

# Two commands bring a tree with its CRDs and its custom objects, for which one command is too early.
phases() {
    local cluster=$1 engine=$2
    redefine "$(definition_of "$cluster")" "$(delivered_by "$engine") + $CUSTOM"
    commit "$cluster" one || { say 1 "$cluster: render"; return; }
    kubectl delete --ignore-not-found --timeout=60s "crd/ippools.$POOL" >/dev/null
    rm -rf "$KUBECACHEDIR"
    ! bootstrap "$cluster" "$engine" "" --phase rest && grep -q 'no matches for kind "IPPool"' "$work/applied"
    say $? "$cluster, $engine: --phase rest alone is too early: $(grep -m 1 'no matches for kind' "$work/applied" | sed 's/.*: no/no/')"
    bootstrap "$cluster" "$engine" "" --phase crds
    say $? "$cluster, $engine: --phase crds: $(grep -c 'serverside-applied$' "$work/applied") objects $(refused)"
    kubectl wait --for=condition=Established crd --all --timeout=60s >/dev/null
    bootstrap "$cluster" "$engine" "" --phase rest
    say $? "$cluster, $engine: --phase rest: $(grep -c 'serverside-applied$' "$work/applied") objects $(refused)"
    cniforge render --format json "$cluster" | objects names >"$work/names"
    live "$cluster" | objects names | diff "$work/names" - >"$work/changed"
    say $? "$cluster, $engine: nothing of the tree is missing: $(wc -l <"$work/names") objects $(head -3 "$work/changed")"
    attach "$engine"
    state "$cluster" >"$work/before"
    deliver "$engine" "$cluster" && state "$cluster" | cmp -s "$work/before" -
    say $? "$cluster, $engine: the engine adopts it without a change"
    detach "$engine"
    clean "$cluster"
}

# What a new cluster looks like: CoreDNS waits, the network comes, CoreDNS runs, the engine finds nothing to do. That a
# node has no network is a taint here: Cilium's own, which its operator takes away; nothing runs on simulated nodes, so the
# script does.
walk() {
    local engine
    engine=$(engines_here 2>/dev/null | head -1)
    [ -n "$(kubectl get nodes -o name)" ] || { skip 'the walk: the cluster has no node'; return; }
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
    bootstrap walk "${engine:-argocd}"
    say $? "walk: bootstrap: $(grep -c 'serverside-applied$' "$work/applied") objects $(refused)"
    kubectl -n kube-system rollout status daemonset/cilium --timeout=60s >"$work/rollout" 2>&1
    say $? "walk: $(tail -1 "$work/rollout")"
    kubectl taint nodes --all node.cilium.io/agent-not-ready- >/dev/null
    until_pods 'Running'
    say $? "walk: nodes with a network: CoreDNS is $($dns | awk '{print $3}' | sort | uniq -c | xargs)"
    if [ -n "$engine" ]; then
        commit walk one
        state walk >"$work/before"
        attach "$engine"
        deliver "$engine" walk && state walk | cmp -s "$work/before" -
        say $? "walk: $engine adopts it without a change"
        detach "$engine"
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

walk
clusters=${CLUSTERS:-$(clusters_of_each_cni)}
[ -n "$clusters" ] || say 1 'the fleet has no cluster that this server can take'
for engine in $(engines_here); do
    for cluster in $clusters; do
        has_custom "$cluster" && phases "$cluster" "$engine"
        adopted "$cluster" "$engine"
    done
    case $engine in
        argocd) other_manager "${clusters##*[[:space:]]}" argocd kubectl ;;
        flux) other_manager "${clusters##*[[:space:]]}" flux argocd-controller ;;
    esac
    for cluster in $clusters; do
        clean_crds "$cluster"
    done
done
finish
