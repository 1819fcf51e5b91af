#!/usr/bin/env bash
# The trees against a real API server and the engines that apply them, case after case; each is a script beside this one and
# runs alone, too.
#
#   KUBECONFIG=… tests/e2e/run.sh [CASE…]     default: every case
#
#   trees       the server takes the tree of every example cluster, and a second apply changes nothing
#   bootstrap   the first objects; the engine adopts commit one without a change; commit two leaves no stale key
#   removal     a definition that goes takes no network with it
#   migration   the old CNI is guarded until the last phase, and then goes
#   delivery    what the management cluster is given is accepted by the engines' own definitions, and brings the tree
#   plugin      Argo CD renders definitions itself, by `cniforge plugin`
#   adoption    a running cluster, read back, becomes a definition whose tree changes nothing
#
# The cluster must be a throw-away one. tests/e2e/lib.sh says what is used of it, of the environment, and of the engines.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here

[ $# -gt 0 ] || set -- trees bootstrap removal migration delivery plugin adoption
failed=()
for case in "$@"; do
    printf -- '-- %s\n' "$case"
    started=$SECONDS
    bash "$here/$case.sh" || failed+=("$case")
    printf -- '-- %s: %d s\n' "$case" $((SECONDS - started))
done
[ ${#failed[@]} = 0 ] || { printf 'failed: %s\n' "${failed[*]}"; exit 1; }
