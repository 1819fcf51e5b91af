# shellcheck shell=bash
# What the cases in this folder share: a copy of the fleet in which definitions may change, the repository that the
# engines read, and the engines, each asked for the same few things. Sourced first by every case; never run.
#
# Works on the cluster that KUBECONFIG names, which must be a throw-away one: objects are applied, changed and deleted.
#   CNIFORGE      the program                     [default: target/release/cniforge, or else target/debug/cniforge]
#   CLUSTERS      which clusters of the fleet     [default: every one, or where engines are waited for, one of each CNI]
#   ENGINES       argocd, flux, or both           [default: those that are there]
#   E2E_BIN       folder with gitops-sync         [default: PATH]
#   MANAGEMENT    kubeconfig of the cluster in which the engines run, with all that they need to reach the other: Argo CD has it
#                 as the cluster `e2e`, Flux as Secret e2e-kubeconfig in flux-system  [default: KUBECONFIG]
#   GIT_ADDRESS   where the repository is served; the engines must reach it  [default: 127.0.0.1:28085]
#
# Argo CD is the one that runs in the cluster, or else gitops-sync: its own gitops-engine as a command. Flux is source- and
# kustomize-controller, which run in the cluster or against it. What is not there is skipped, and the script says so.
# One line a step; the exit code is 0 if all hold.
set -uo pipefail
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$tests/../.." || exit 1

readonly tests
readonly git_address=${GIT_ADDRESS:-127.0.0.1:28085}
readonly repository_url=http://$git_address/fleet.git
program=${CNIFORGE:-$PWD/target/release/cniforge}
[ -x "$program" ] || program=$PWD/target/debug/cniforge
[ -n "${E2E_BIN:-}" ] && PATH=$E2E_BIN:$PATH

work=$(mktemp -d)
# kubectl remembers for hours which kinds a server has.
export KUBECACHEDIR=$work/kubectl
git_server=
failures=0
steps=0
ended() {
    [ -n "$git_server" ] && kill "$git_server" 2>/dev/null
    rm -rf "$work"
}
trap ended EXIT

# say STATUS WHAT: one step, which holds if the status is 0.
say() {
    steps=$((steps + 1))
    if [ "$1" = 0 ]; then
        printf 'ok    %s\n' "$2"
    else
        printf 'FAIL  %s\n' "$2"
        failures=$((failures + 1))
    fi
}

skip() {
    printf 'skip  %s\n' "$1"
    : >"$work/skipped"
}

# The case's last line. One that has asked nothing and skipped nothing has not done its work.
finish() {
    [ "$steps" -gt 0 ] || [ -e "$work/skipped" ] || say 1 'nothing was asked'
    [ "$failures" = 0 ]
}

[ -x "$program" ] || { skip 'there is no cniforge: cargo build'; exit 0; }
for tool in kubectl git python3; do
    command -v "$tool" >/dev/null || { skip "there is no $tool on PATH"; exit 0; }
done
if [ -z "${KUBECONFIG:-}" ] || ! kubectl get --raw /readyz >/dev/null 2>&1; then
    skip 'KUBECONFIG names no cluster that answers'
    exit 0
fi

# The fleet is a copy, for definitions to be changed in; the repository beside it is what the engines read.
fleet=$work/fleet
repository=$work/git/fleet
mkdir -p "$fleet" "$repository"
cp -r cniforge.toml clusters overlays "$fleet/"
for folder in policies vendor; do
    [ -d "$folder" ] && cp -r "$folder" "$fleet/"
done
git -C "$repository" init -q -b main
ln -s fleet/.git "$work/git/fleet.git"

cniforge() {
    "$program" --fleet "$fleet" --quiet "$@"
}

objects() {
    python3 "$tests/objects.py" "$@"
}

# --- Clusters and their trees

# The definition's file: a cluster of an inventory is in a file of another name.
definition_of() {
    "$program" --quiet list --format json "$1" 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["clusters"][0]["definition"])'
}

# Every cluster of the fleet that has a tree.
clusters_all() {
    local folder name
    for folder in rendered/*/; do
        name=$(basename "$folder")
        case $name in _*) ;; *) echo "$name" ;; esac
    done
}

# The first cluster of each CNI, in the order of their names. A tree with APIs that this server does not serve any more is that
# of another Kubernetes, and no engine applies it here.
clusters_of_each_cni() {
    local cluster cni seen=' '
    for cluster in $(clusters_all); do
        cni=$("$program" --quiet list --format json "$cluster" 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["clusters"][0]["cni"])')
        case $seen in *" $cni "*) continue ;; esac
        [ -z "$(unserved "$cluster")" ] || continue
        seen="$seen$cni "
        echo "$cluster"
    done
}

# The objects of a cluster's tree that no server of this version can take.
unserved() {
    # shellcheck disable=SC2046 # versions have no blanks
    cniforge render --format json "$1" | objects served $(kubectl api-versions) 2>&1 >/dev/null | grep -v ' cilium-default$'
}

# redefine FILE MORE: the definition that the fleet has in this file, and in every cluster of it what a jsonnet object says.
redefine() {
    {
        echo 'local definition = ('
        cat "$1"
        printf ');\nlocal more = (%s);\n' "$2"
        echo 'if std.isArray(definition) then [cluster + more for cluster in definition] else definition + more'
    } >"$fleet/$1"
}

# For `redefine`: the engine, whatever the definition says of it. Clusters of one project have one repository.
delivered_by() {
    echo "{ delivery: { engine: '$1', repository: '$repository_url', project: 'e2e' } }"
}

readonly dropped=dropped-by-git

# For `redefine`: every ConfigMap gets a key more, for git to drop later.
with_key() {
    cat <<JSONNET
{
  manifests: std.mapWithKey(
    function(component, objects) std.mapWithKey(
      function(key, object) if object.kind == 'ConfigMap' then object { data+: { '$dropped': 'yes' } } else object,
      objects
    ),
    super.manifests
  ),
}
JSONNET
}

# How many ConfigMaps of the tree have the key in the cluster.
keys_left() {
    live "$1" | grep -c "^ *\"$dropped\": \"yes\""
}

# What the cluster has of a cluster's tree.
live() {
    cniforge render --format stream "$1" | kubectl get -f - -o json --show-managed-fields --ignore-not-found
}

state() {
    live "$1" | objects state
}

writes() {
    live "$1" | objects writes
}

# absent NAMES TREE: those of the names that the cluster does not have, of objects in a tree. Both are files.
absent() {
    kubectl get -f "$2" -o json --ignore-not-found | objects names | LC_ALL=C sort | LC_ALL=C comm -23 <(LC_ALL=C sort "$1") -
}

# all_there NAMES TREE WHEN [WHICH]: a step that holds if the cluster has every one of the names, and there are names.
all_there() {
    local missing='there is none' status=0
    [ -s "$1" ] && missing=$(absent "$1" "$2")
    [ -z "$missing" ] || status=1
    say "$status" "$3: all $(wc -l <"$1") objects are there${4:+ $4} $(head -3 <<<"$missing")"
}

manager_of() {
    case $1 in
        argocd) echo argocd-controller ;;
        flux) echo kustomize-controller ;;
    esac
}

# bootstrap CLUSTER ENGINE [MANAGER [OPTION…]]: what a person applies first; in whose name, if not in that of the engine.
bootstrap() {
    cniforge bootstrap "$1" --engine "$2" "${@:4}" 2>"$work/said" |
        kubectl apply --server-side --field-manager="${3:-$(manager_of "$2")}" -f - >"$work/applied" 2>&1
}

# What is no success in what kubectl said of it.
refused() {
    grep -vE 'serverside-applied$|server dry run\)$|^Warning:' "${1:-$work/applied}" | head -3
}

# The CRDs of a tree, once the next one is another engine's.
clean_crds() {
    cniforge render --format json "$1" | objects names | awk '$1 == "CustomResourceDefinition" {print "crd/" $3}' |
        xargs -r kubectl delete --ignore-not-found --timeout=180s >/dev/null
}

# Takes away what a tree has brought, but for its CRDs: the next tree has them too, and a server takes its time over each.
clean() {
    cniforge render --format json "$1" | objects without CustomResourceDefinition |
        kubectl delete --ignore-not-found --timeout=90s -f - >/dev/null 2>&1
}

# --- The repository

record() {
    git -C "$repository" add -A
    git -C "$repository" -c user.name=e2e -c user.email=e2e@localhost commit -qm "$1"
}

# commit CLUSTER MESSAGE: the cluster's tree becomes the repository's only folder.
commit() {
    cniforge render "$1" || return
    rm -rf "$repository/tree"
    cp -r "$fleet/rendered/$1" "$repository/tree"
    record "$2"
}

serve() {
    [ -z "$git_server" ] || return 0
    python3 "$tests/git-server.py" "$git_address" "$work/git" >"$work/git-server.log" 2>&1 &
    git_server=$!
    for _ in $(seq 20); do
        git ls-remote -q "$repository_url" >/dev/null 2>&1 && return 0
        sleep 0.2
    done
    cat "$work/git-server.log"
    return 1
}

# --- The engines: attach, deliver, settled, detach

# What Argo CD calls the cluster.
if [ -z "${MANAGEMENT:-}" ]; then destination=in-cluster; else destination=e2e; fi
readonly destination
readonly application=applications.argoproj.io
readonly kustomization=kustomizations.kustomize.toolkit.fluxcd.io

# kubectl where the engines are.
manage() {
    KUBECONFIG=${MANAGEMENT:-$KUBECONFIG} kubectl "$@"
}

has_kind() {
    manage get crd "$@" >/dev/null 2>&1
}

# Where Argo CD runs, if it does.
argocd_namespace() {
    manage get statefulsets,deployments -A -l app.kubernetes.io/name=argocd-application-controller \
        -o jsonpath='{.items[0].metadata.namespace}' 2>/dev/null
}

# The engines that are there, one a line.
engines_here() {
    local engine
    for engine in ${ENGINES:-argocd flux}; do
        "${engine}_here"
    done
}

argocd_here() {
    if has_kind "$application" && [ -n "$(argocd_namespace)" ] || command -v gitops-sync >/dev/null; then
        echo argocd
    else
        skip 'Argo CD: it does not run in the cluster, and there is no gitops-sync on PATH or in E2E_BIN' >&2
    fi
}

flux_here() {
    if has_kind "$kustomization" gitrepositories.source.toolkit.fluxcd.io; then
        echo flux
    else
        skip 'Flux: its CRDs are not in the cluster' >&2
    fi
}

# attach ENGINE CLUSTER: the engine knows from now on where the tree is. What is committed must be there already.
attach() {
    case $1 in
        argocd) argocd_runs && argocd_attach ;;
        flux) flux_attach ;;
    esac
}

# deliver ENGINE CLUSTER: waits until the engine has applied the repository's head, as it would by itself.
deliver() {
    case $1 in
        argocd) if argocd_runs; then argocd_deliver; else sync_deliver "$2"; fi ;;
        flux) flux_deliver ;;
    esac
}

# settled ENGINE CLUSTER: the engine looks once more and has nothing to do. Prints what it finds.
settled() {
    case $1 in
        argocd) if argocd_runs; then argocd_settled; else sync_settled "$2"; fi ;;
        flux) flux_settled "$2" ;;
    esac
}

# detach ENGINE: the engine forgets the tree and leaves the objects.
detach() {
    case $1 in
        argocd) argocd_runs && manage -n "$(argocd_namespace)" delete "$application" e2e --cascade=orphan --timeout=60s >/dev/null ;;
        flux) manage -n flux-system delete "$kustomization/e2e" gitrepositories.source.toolkit.fluxcd.io/e2e --timeout=60s >/dev/null ;;
    esac
}

# Nothing tells gitops-sync of the tree, so there is nothing for it to forget.
can_forget() {
    [ "$1" != argocd ] || argocd_runs
}

# forget ENGINE: what tells the engine of the tree is deleted in the worst way, with all objects. No detach is needed after it.
forget() {
    case $1 in
        argocd)
            manage -n "$(argocd_namespace)" patch "$application" e2e --type merge \
                -p '{"metadata": {"finalizers": ["resources-finalizer.argocd.argoproj.io"]}}' >/dev/null 2>&1
            manage -n "$(argocd_namespace)" delete "$application" e2e --timeout=90s >/dev/null
            ;;
        flux)
            manage -n flux-system patch "$kustomization" e2e --type merge -p '{"spec": {"deletionPolicy": "MirrorPrune"}}' >/dev/null
            detach flux
            ;;
    esac
}

head_of() {
    git -C "$repository" rev-parse HEAD
}

# deliver_in SECONDS ENGINE CLUSTER: for what is not expected to succeed.
deliver_in() {
    local patience=$1
    deliver "${@:2}"
}

# until_is WANTED COMMAND…: false if the command does not print it in time. Argo CD takes two minutes over a tree with many CRDs where
# processors are few: at each it learns all kinds anew.
until_is() {
    local wanted=$1
    shift
    for _ in $(seq "${patience:-180}"); do
        [ "$("$@" 2>/dev/null)" = "$wanted" ] && return 0
        sleep 1
    done
    return 1
}

# gitops-sync compares before it has seen all of its own sync: that says nothing. A second look begins anew.
sync_deliver() {
    gitops-sync -app "$1" -timeout 90s sync "$repository" tree >"$work/sync" 2>&1
    grep -q '^operation: Succeeded' "$work/sync"
}

# Argo CD itself leaves out, as gitops-sync does not, what should be pruned and says of itself that this makes no difference.
sync_settled() {
    gitops-sync -app "$1" diff "$repository" tree 2>/dev/null >"$work/diff"
    grep -q '^revision' "$work/diff" || { echo 'no comparison'; return 1; }
    kubectl get crd -o json | objects extraneous >"$work/extraneous"
    awk -v extraneous="$work/extraneous" '
        BEGIN { while ((getline name <extraneous) > 0) ignored[name] = 1 }
        /^(Synced|revision) / || $1 == "Prune" && $NF in ignored { next }
        { print; found = 1 }
        END { exit found }' "$work/diff"
}

argocd_runs() {
    has_kind "$application" && [ -n "$(argocd_namespace)" ]
}

argocd_attach() {
    serve && argocd_application 'path: tree, directory: {recurse: true}' ', allowEmpty: true'
}

# argocd_application SOURCE [AUTOMATED]: the Application e2e, what its source has besides the repository, and what its automatic
# syncing has besides pruning and healing.
argocd_application() {
    manage apply --server-side --field-manager=e2e -f - >/dev/null <<YAML
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: e2e, namespace: $(argocd_namespace)}
spec:
  sourceRepos: ['*']
  destinations: [{name: '*', server: '*', namespace: '*'}]
  clusterResourceWhitelist: [{group: '*', kind: '*'}]
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: e2e
  namespace: $(argocd_namespace)
  annotations: {argocd.argoproj.io/compare-options: ServerSideDiff=true}
spec:
  project: e2e
  source: {repoURL: "$repository_url", targetRevision: main, $1}
  destination: {name: $destination, namespace: kube-system}
  syncPolicy:
    automated: {prune: true, selfHeal: true${2:-}}
    syncOptions: [ServerSideApply=true]
YAML
}

argocd_says() {
    manage -n "$(argocd_namespace)" get "$application" e2e -o jsonpath="$1"
}

argocd_deliver() {
    manage -n "$(argocd_namespace)" annotate "$application" e2e --overwrite argocd.argoproj.io/refresh=hard >/dev/null
    until_is yes argocd_delivered
}

# Where it finds no difference Argo CD begins no operation.
argocd_delivered() {
    case $(argocd_says '{.status.operationState.syncResult.revision} {.status.operationState.phase} {.status.sync.revision} {.status.sync.status} {.operation}') in
        "$(head_of) Succeeded "*) echo yes ;;
        *" Running "*) ;;
        *" $(head_of) Synced ") echo yes ;;
    esac
}

argocd_settled() {
    manage -n "$(argocd_namespace)" annotate "$application" e2e --overwrite argocd.argoproj.io/refresh=hard >/dev/null
    until_is '' argocd_says '{.metadata.annotations.argocd\.argoproj\.io/refresh}' || return
    argocd_says '{range .status.resources[?(@.status=="OutOfSync")]}{.kind}/{.name}{"\n"}{end}'
    [ "$(argocd_says '{.status.sync.status}')" = Synced ]
}

flux_attach() {
    local reach=
    serve || return
    [ -z "${MANAGEMENT:-}" ] || reach=', kubeConfig: {secretRef: {name: e2e-kubeconfig}}'
    manage create namespace flux-system --dry-run=client -o yaml | manage apply --server-side --field-manager=e2e -f - >/dev/null
    manage apply --server-side --field-manager=e2e -f - >/dev/null <<YAML
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: e2e, namespace: flux-system}
spec: {interval: 10m, url: "$repository_url", ref: {branch: main}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: e2e, namespace: flux-system}
spec: {interval: 10m, retryInterval: 5s, timeout: 60s, path: ./tree, prune: true, wait: true, deletionPolicy: Orphan, sourceRef: {kind: GitRepository, name: e2e}$reach}
YAML
}

flux_says() {
    manage -n flux-system get "$kustomization" e2e -o jsonpath="$1"
}

# flux_asks KIND: the controller handles the object now.
flux_asks() {
    manage -n flux-system annotate "$1" e2e --overwrite "reconcile.fluxcd.io/requestedAt=$(date +%s.%N)" >/dev/null
}

flux_deliver() {
    flux_asks gitrepositories.source.toolkit.fluxcd.io
    until_is "main@sha1:$(head_of) True" flux_says '{.status.lastAppliedRevision} {.status.conditions[?(@.type=="Ready")].status}'
}

flux_settled() {
    local before
    before=$(writes "$1")
    # The API server notes times in whole seconds.
    sleep 1
    flux_asks "$kustomization"
    until_is "$(flux_says '{.metadata.annotations.reconcile\.fluxcd\.io/requestedAt}') True" \
        flux_says '{.status.lastHandledReconcileAt} {.status.conditions[?(@.type=="Ready")].status}' || return
    diff <(echo "$before") <(writes "$1") | grep '^>'
    [ "${PIPESTATUS[0]}" = 0 ]
}
