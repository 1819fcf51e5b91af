#!/usr/bin/env bash
# What the management cluster is told (rendered/_delivery) is accepted by the engines' own definitions of their kinds, under
# strict validation. tests/e2e/lib.sh says what is needed.
#
#   ENGINE_CRDS   files or folders of CRDs, with blanks between them, to be applied first  [default: those in the cluster]
#
# Argo CD's are in its repository below manifests/crds, Flux's in those of its controllers below config/crd/bases. A kind whose
# CRD is not there is skipped, and the script says so.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly folder=${DELIVERY:-rendered/_delivery}
[ -d "$folder" ] || { skip "there is no $folder"; exit 0; }
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
    case " $controlled " in *" $kind "*) return ;; esac
    controlled="$controlled $kind"
    manage create --dry-run=client --validate=false -f "$2" -o json |
        python3 -c 'import json, sys; o = json.load(sys.stdin); o["spec"]["noSuchField"] = 1; json.dump(o, sys.stdout)' >"$broken"
    ! take "$broken" && grep -q 'noSuchField: field not declared in schema' "$work/applied"
    say $? "$kind: a field that it does not have is refused $(grep -v 'field not declared' "$work/applied" | head -1)"
}

controlled=
versions=$(manage api-versions)
while IFS= read -r file; do
    kind=$(awk '/^kind:/ {print $2; exit}' "$file")
    group=$(awk '/^apiVersion:/ {print $2; exit}' "$file")
    case $group in
        */*) grep -qxF "$group" <<<"$versions" || { skip "$kind: the cluster has no CRD for $group: say where they are with ENGINE_CRDS"; continue; } ;;
    esac
    namespace=$(awk '/^  namespace:/ {print $2; exit}' "$file")
    [ -z "$namespace" ] || manage create namespace "$namespace" >/dev/null 2>&1
    take "$file"
    say $? "$kind: $file $(refused)"
    [ "$group" = v1 ] || control "$kind" "$file"
done < <(find "$folder" -name '*.yaml' | LC_ALL=C sort)
finish
