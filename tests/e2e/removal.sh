#!/usr/bin/env bash
# A definition that goes takes no network with it: neither when its folder is gone, nor when the folder is empty, nor when what
# tells the engine of it is deleted. tests/e2e/lib.sh says what is needed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly NETWORK="that carry the network"

# What the engines are to delete shows that they do delete.
readonly BESIDE="{ extraObjects: { beside: {
  apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'e2e-beside', namespace: 'kube-system' }, data: { a: 'b' },
} } }"

beside_is() {
    [ "$(kubectl -n kube-system get configmap e2e-beside -o name --ignore-not-found)" = "$1" ]
}

removed() {
    local cluster=$1 engine=$2 definition
    definition=$(definition_of "$cluster")
    redefine "$definition" "$(delivered_by "$engine") + $BESIDE"
    commit "$cluster" one || { say 1 "$cluster: render"; return; }
    cniforge render --format json "$cluster" >"$work/tree.json"
    objects carrying <"$work/tree.json" >"$work/carrying"
    attach "$engine"
    deliver "$engine" "$cluster" && beside_is configmap/e2e-beside
    say $? "$cluster, $engine: delivered, with a ConfigMap beside the network"

    # The definition is deleted, and its folder with it.
    cp "$fleet/$definition" "$work/definition"
    rm "$fleet/$definition"
    cniforge render --prune && [ ! -e "$fleet/rendered/$cluster" ]
    say $? "$cluster, $engine: render --prune takes the folder away"
    rm -rf "$repository/tree"
    date >"$repository/README.md"
    record 'two: no folder'
    ! deliver_in 10 "$engine" "$cluster"
    say $? "$cluster, $engine: the engine finds no folder"
    all_there "$work/carrying" "$work/tree.json" "$cluster, $engine: the folder is gone" "$NETWORK"
    beside_is configmap/e2e-beside
    say $? "$cluster, $engine: nor is anything else deleted"

    # A folder with nothing in it is what a tool leaves that fails without saying so.
    mkdir "$repository/tree"
    echo empty >"$repository/tree/README.md"
    record 'three: an empty folder'
    deliver "$engine" "$cluster" && beside_is ''
    say $? "$cluster, $engine: the engine prunes what an empty folder does not have"
    all_there "$work/carrying" "$work/tree.json" "$cluster, $engine: the folder is empty" "$NETWORK"

    cp "$work/definition" "$fleet/$definition"
    if can_forget "$engine"; then
        commit "$cluster" four
        deliver "$engine" "$cluster" && beside_is configmap/e2e-beside
        say $? "$cluster, $engine: delivered again"
        forget "$engine"
        until_is '' kubectl -n kube-system get configmap e2e-beside -o name --ignore-not-found
        say $? "$cluster, $engine: what tells the engine of the cluster is deleted, and its objects with it"
        all_there "$work/carrying" "$work/tree.json" "$cluster, $engine: the engine deletes what it has applied" "$NETWORK"
    fi
    clean "$cluster"
}

for engine in $(engines_here); do
    for cluster in ${CLUSTERS:-$(clusters_of_each_cni)}; do
        removed "$cluster" "$engine"
        clean_crds "$cluster"
    done
done
finish
