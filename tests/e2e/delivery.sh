#!/usr/bin/env bash
# What the management cluster is given (rendered/_delivery) is accepted by the engines' own definitions of their kinds, under
# strict validation; and applied there, it brings the tree. tests/e2e/lib.sh says what is needed.
#
#   DELIVERED     clusters that are delivered, none of an inventory  [default: one with Flux, one of each CNI with Argo CD]
#   QUIET         seconds in which nothing may change   [default: 20]
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

# sole CLUSTER ENGINE [MORE]: the fleet is this one cluster, delivered by the engine, and committed with all that is rendered for it.
sole() {
    local definition
    definition=$(definition_of "$1")
    rm -rf "$fleet/clusters" "$fleet/rendered" "$repository/rendered"
    mkdir "$fleet/clusters"
    redefine "$definition" "{ delivery: { engine: '$2', repository: '$repository_url', destination: '$destination' } }${3:+ + $3}"
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

is() {
    [ "$1" = "$2" ]
}

# What each Application says of itself, a line each.
applications() {
    manage -n argocd get "$application" -o jsonpath="{range .items[*]}{.metadata.name} $1{\"\n\"}{end}"
}

# The Applications that are not yet what the repository's head has.
unready() {
    local all
    all=$(applications '{.status.sync.revision} {.status.sync.status} {.status.health.status}') || echo 'no answer'
    [ -n "$all" ] || echo 'there is none'
    grep -v " $(head_of) Synced Healthy$" <<<"$all"
}

# The objects that an Application would change or delete, and what it complains of.
differences() {
    applications '{.status.resources[?(@.status=="OutOfSync")].name} {.status.conditions[*].message}' | grep -v '^[^ ]* *$'
}

operations() {
    applications '{.status.operationState.startedAt} {.status.history[*].id}'
}

refreshing() {
    manage -n argocd get "$application" -o jsonpath='{.items[*].metadata.annotations.argocd\.argoproj\.io/refresh}'
}

compare() {
    manage -n argocd annotate "$application" --all --overwrite argocd.argoproj.io/refresh=hard >/dev/null && until_is '' refreshing
}

# still CLUSTER WHO: an object that never comes to rest would be found different and applied again, the first time after two seconds.
still() {
    operations >"$work/operations"
    writes "$1" >"$work/before"
    compare
    local rest=$? found
    found=$(unready; differences)
    is "$rest $found" '0 '
    say $? "$2: compared anew, there is no difference $(head -3 <<<"$found")"
    sleep "${QUIET:-20}"
    found=$(operations | diff "$work/operations" - && writes "$1" | diff "$work/before" -)
    say $? "$2: nothing is applied again within ${QUIET:-20} seconds $(grep '^>' <<<"$found" | head -3)"
}

# What was given goes, and the Applications with the ApplicationSet. Those that were given themselves, too.
take_back() {
    manage delete --timeout=60s -R -f "$fleet/rendered/_delivery/argocd" >/dev/null
    until_is '' manage -n argocd get "$application" -o name --ignore-not-found
}

# What a branch points to is remembered for three minutes, unless one asks.
find_folders() {
    manage -n argocd annotate applicationsets.argoproj.io --all --overwrite argocd.argoproj.io/application-set-refresh=true >/dev/null 2>&1
    until_is '' manage -n argocd get applicationsets.argoproj.io -o jsonpath='{.items[*].metadata.annotations.argocd\.argoproj\.io/application-set-refresh}'
}

# An ApplicationSet that is there before its project makes no Application, and tries again after three minutes.
give() {
    local given=$fleet/rendered/_delivery/argocd file
    [ -d "$given" ] || return
    for file in $(find "$given" -name 'appproject-*.yaml') $(find "$given" -name '*.yaml' ! -name 'appproject-*.yaml'); do
        manage apply --server-side --field-manager=e2e -f "$file" || return
    done
}

# by_argocd CLUSTER [WHAT MORE]: what to call it and what a jsonnet object says, if it is more than the fleet's cluster.
by_argocd() {
    local cluster=$1 who="$1, argocd${2:+, $2}"
    argocd_runs || { skip "$who: gitops-sync knows no ApplicationSet"; return; }
    sole "$cluster" argocd "${3:-}" && serve && give >"$work/applied" 2>&1
    say $? "$who: the management cluster is given $(grep -c 'serverside-applied$' "$work/applied") objects $(refused)"
    find_folders
    declare -F "meanwhile_${2:-}" >/dev/null && "meanwhile_$2" "$who"
    until_is '' unready
    say $? "$who: $(applications '' | wc -l) Applications are Synced and Healthy $(unready | head -3)"
    brought "$who"
    still "$cluster" "$who"
    declare -F "argocd_${2:-}" >/dev/null && "argocd_$2" "$who"

    # create-update: the Application stays, and has nothing to compare with.
    rm -rf "$repository/rendered/$cluster"
    record "$cluster, no folder"
    find_folders
    compare && [ -n "$(applications '')" ] && ! unready | grep -qv ' Unknown '
    say $? "$who: the folder is gone, and $(applications '' | wc -l) Applications stay"
    brought "$who: the folder is gone"

    take_back
    say $? "$who: what was given is deleted, and the Applications with it"
    brought "$who: what was given is deleted"
    clean "$cluster"
}

# Waves hold within one Application: each component has its own here, and finds its way all the same.
argocd_component() {
    is "$(applications '' | wc -l)" "$(find "$fleet/rendered/_delivery/argocd" -name 'application-*.yaml' | wc -l)"
    say $? "$1: each component has an Application"
}

# For by_argocd: a Job that deletes itself, which is a hook for that reason, and a role that Kubernetes itself writes into.
readonly WRITTEN="{
  cilium+: { values+: { certgen+: { ttlSecondsAfterFinished: 1800 } } },
  extraObjects+: {
    gathered: {
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'e2e-gathered' },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'e2e/gather': 'yes' } }] }, rules: [],
    },
    part: {
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'e2e-part', labels: { 'e2e/gather': 'yes' } },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    },
  },
}"

argocd_written() {
    local found
    found=$(applications '{.status.operationState.syncResult.resources[?(@.hookType=="Sync")].hookPhase}' | awk '{print $2}')
    is "$found" Succeeded && kubectl -n kube-system get job -l k8s-app=hubble-generate-certs -o name | grep -q .
    say $? "$1: the Job ran as a hook: ${found:-no}"
    kubectl -n kube-system delete job -l k8s-app=hubble-generate-certs --timeout=60s >/dev/null
    sed -i '/^Job /d' "$work/names"
    still "$cluster" "$1: the Job has deleted itself"
    is "$(kubectl get clusterrole e2e-gathered -o jsonpath='{.rules[*].resources[*]}')" pods
    say $? "$1: what Kubernetes gathers is left alone"
    found=$(applications '{.metadata.annotations}')
    grep -q 'ServerSideDiff=true' <<<"$found" && grep -q 'e2e-gathered: Kubernetes gathers' <<<"$found"
    say $? "$1: the Application has the annotations of all and its own"
}

# For by_argocd: a Service that has an address only from a custom object, as with Cilium's pools.
readonly BALANCED="{
  extraObjects+: {
    kind: {
      apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'pools.e2e.example.com' },
      spec: {
        group: 'e2e.example.com', scope: 'Cluster', names: { kind: 'Pool', plural: 'pools', singular: 'pool' },
        versions: [{
          name: 'v1', served: true, storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        }],
      },
    },
    pool: { apiVersion: 'e2e.example.com/v1', kind: 'Pool', metadata: { name: 'e2e' }, spec: { cidr: '192.0.2.0/24' } },
    balancer: {
      apiVersion: 'v1', kind: 'Service', metadata: { name: 'e2e-balancer', namespace: 'kube-system' },
      spec: { type: 'LoadBalancer', selector: { 'k8s-app': 'hubble-relay' }, ports: [{ name: 'relay', port: 80, protocol: 'TCP', targetPort: 'grpc' }] },
    },
  },
}"

# What an operator does that has pools.
meanwhile_balanced() {
    until_is pool.e2e.example.com/e2e kubectl get pools.e2e.example.com/e2e -o name
    say $? "$1: the pool is there before the load balancer has an address"
    kubectl -n kube-system patch service e2e-balancer --subresource status --type merge \
        -p '{"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}}' >/dev/null
}

# The fleet's clusters are delivered in the usual ways; two more bring the other kinds.
redefine clusters/global.jsonnet "{ delivery: { engine: 'argocd', repository: '$repository_url', project: 'components', applications: 'component' } }"
redefine clusters/cls-7q46p7mt.jsonnet "{ delivery: { engine: 'flux', repository: 'oci://registry.example.com/fleet', project: 'artifacts' } }"
cniforge render 2>"$work/said"
say $? "the fleet is rendered $(grep '^error' "$work/said" | head -3)"
accepted < <(find "$fleet/rendered/_delivery" -name '*.yaml' | LC_ALL=C sort)
for engine in $(engines_here); do
    case $engine in
        flux) by_flux "${DELIVERED:-cls-7q46p7mt}" ;;
        argocd)
            for cluster in ${DELIVERED:-$(clusters_of_each_cni)}; do
                by_argocd "$cluster"
            done
            by_argocd cls-7q46p7mt component "{ delivery+: { applications: 'component' } }"
            by_argocd cls-7q46p7mt written "$WRITTEN"
            by_argocd cls-7q46p7mt balanced "$BALANCED"
            kubectl delete crd/pools.e2e.example.com --timeout=60s >/dev/null
            ;;
    esac
done
finish
