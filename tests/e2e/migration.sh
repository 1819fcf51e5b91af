#!/usr/bin/env bash
# From one CNI to another through an engine that prunes: the old one is there until the last phase, whatever git says before
# that, and then it goes. tests/e2e/lib.sh says what is needed.
#
#   FROM   galaxy, calico, or both   [default: both]
#
# Nothing runs on simulated nodes, so the script does what Cilium's operator would: it makes the kind CiliumNodeConfig.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly NETWORK="that carry the network"

readonly name=moving
readonly definition=clusters/$name.jsonnet
readonly BEFORE="podCIDRs: ['10.244.0.0/16']"
readonly AFTER="cni: 'cilium', podCIDRs: ['10.245.0.0/16'], cilium+: { values+: { tunnelPort: 8473 } }"

# define ENGINE MORE: the cluster's definition.
define() {
    cat >"$fleet/$definition" <<JSONNET
(import 'cniforge/main.libsonnet').cluster {
  name: '$name', type: 'Baremetal', kubernetesVersion: '1.34.1', serviceCIDRs: ['10.96.0.0/16'], $2,
} + $(delivered_by "$1")
JSONNET
}

# phase ENGINE FROM NUMBER: the definition and its tree, not yet applied.
phase() {
    define "$1" "$AFTER, migration+: { from: '$2', phase: $3, podCIDRs: ['10.244.0.0/16'] }"
    commit "$name" "phase $3" 2>"$work/said" && cniforge render --format json "$name" >"$work/phase-$3.json" 2>/dev/null
}

operator_has_run() {
    kubectl apply --server-side --field-manager=cilium-operator -f - >/dev/null <<YAML
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ciliumnodeconfigs.cilium.io}
spec:
  group: cilium.io
  scope: Namespaced
  names: {kind: CiliumNodeConfig, plural: ciliumnodeconfigs, singular: ciliumnodeconfig}
  versions:
  - {name: v2, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
YAML
    kubectl wait --for=condition=Established crd/ciliumnodeconfigs.cilium.io --timeout=30s >/dev/null
}

migrated() {
    local engine=$1 from=$2 who="$2 to cilium, $1" number
    define "$engine" "cni: '$from', $BEFORE"
    commit "$name" "$from" || { say 1 "$who: render"; return; }
    cniforge render --format json "$name" >"$work/old.json"
    objects carrying <"$work/old.json" >"$work/old"
    attach "$engine"
    deliver "$engine" "$name"
    say $? "$who: $from is delivered"
    all_there "$work/old" "$work/old.json" "$who: before" "$NETWORK"

    for number in 1 2; do
        phase "$engine" "$from" "$number" && deliver "$engine" "$name"
        say $? "$who: phase $number is delivered"
        all_there "$work/old" "$work/old.json" "$who: phase $number" "$NETWORK"
        [ "$number" = 1 ] && operator_has_run
    done

    # What `check` refuses, and git may say all the same: the tree of the last phase too early.
    phase "$engine" "$from" 4 && deliver "$engine" "$name"
    say $? "$who: phase 4 is delivered after phase 2"
    all_there "$work/old" "$work/old.json" "$who: phase 4 after phase 2" "$NETWORK"

    phase "$engine" "$from" 3 && deliver "$engine" "$name"
    say $? "$who: phase 3 is delivered"
    all_there "$work/old" "$work/old.json" "$who: phase 3" "$NETWORK"

    phase "$engine" "$from" 4 && deliver "$engine" "$name"
    say $? "$who: phase 4 is delivered"
    # What the new tree has too stays, and so do definitions of kinds and namespaces, with which all in them would go.
    objects names <"$work/phase-4.json" | LC_ALL=C sort >"$work/new"
    objects names <"$work/phase-3.json" | grep -vE '^(CustomResourceDefinition|Namespace) ' | LC_ALL=C sort | LC_ALL=C comm -23 - "$work/new" >"$work/gone"
    until_is "$(LC_ALL=C sort "$work/gone")" absent "$work/gone" "$work/phase-3.json" && grep -q '^DaemonSet ' "$work/gone"
    say $? "$who: all $(wc -l <"$work/gone") objects of $from are gone"
    objects carrying <"$work/phase-4.json" >"$work/carrying"
    all_there "$work/carrying" "$work/phase-4.json" "$who: phase 4" "$NETWORK"
    local found
    found=$(settled "$engine" "$name")
    say $? "$who: and the engine sees no difference $(head -3 <<<"$found")"
    detach "$engine"
    clean "$name"
    define "$engine" "cni: '$from', $BEFORE"
    clean_crds "$name"
    kubectl delete crd/ciliumnodeconfigs.cilium.io --timeout=60s >/dev/null
}

for engine in $(engines_here); do
    for from in ${FROM:-galaxy calico}; do
        migrated "$engine" "$from"
    done
done
finish
