#!/usr/bin/env bash
# The tree of every example cluster: the server accepts each object under strict validation, and a second apply changes nothing.
# tests/e2e/lib.sh says what is needed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for cluster in ${CLUSTERS:-$(clusters_all)}; do
    "$program" --quiet render --format json "$cluster" >"$work/whole.json" 2>/dev/null
    # shellcheck disable=SC2046 # versions have no blanks
    objects served $(kubectl api-versions) <"$work/whole.json" >"$work/tree.json" 2>"$work/unserved"
    [ -s "$work/unserved" ] && skip "$cluster: $(wc -l <"$work/unserved") objects are of APIs that this server does not serve: $(awk '{print $1}' "$work/unserved" | sort | uniq -c | xargs)"
    count=$(objects names <"$work/tree.json" | wc -l)
    for namespace in $(objects names <"$work/tree.json" | awk '$2 != "-" {print $2}' | sort -u); do
        kubectl create namespace "$namespace" >/dev/null 2>&1
    done
    apply() {
        kubectl apply --server-side --validate=strict "$@" -f "$work/tree.json" 2>&1
    }
    taken() {
        kubectl get -f "$work/tree.json" -o json --show-managed-fields --ignore-not-found
    }

    apply --dry-run=server >"$work/dry"
    say $? "$cluster: the server would take $count objects $(refused "$work/dry")"
    apply >"$work/applied"
    say $? "$cluster: it takes them $(refused)"
    taken | objects writes >"$work/before"
    # The API server notes times in whole seconds.
    sleep 1
    apply >/dev/null
    taken | objects writes | diff "$work/before" - >"$work/changed" && [ "$count" -gt 0 ] && [ "$(wc -l <"$work/before")" = "$count" ]
    say $? "$cluster: a second apply changes nothing $(grep '^>' "$work/changed" | cut -c1-120 | head -3)"
    clean "$cluster"
    clean_crds "$cluster"
done
finish
