#!/usr/bin/env bash
# Starts Argo CD beside the cluster that KUBECONFIG names and not in it: its own programs on 127.0.0.1, as argocd/build.sh builds
# them, with the settings of a default installation. argocd-down.sh ends them.
#
#   KUBECONFIG=… E2E_BIN=… tests/e2e/argocd-up.sh DIR     folder for what they write: logs, process ids, checked out repositories
#
#   ARGOCD_MANIFESTS   Argo CD's folder of manifests       [default: that of the Go module that the programs were built from]
#   ARGOCD_PORT        the first of seven ports            [default: 28110]
#   CNIFORGE           the program, which is then a plugin of Argo CD, as docs/plugin installs it  [default: none]
#
# The application controller gives its metrics on every address; a network namespace with nothing but loopback keeps them in.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
directory=$(realpath "$1")
readonly here directory port=${ARGOCD_PORT:-28110}
manifests=${ARGOCD_MANIFESTS:-$(cd "$here/argocd" && GOPROXY=off go list -m -f '{{.Dir}}' github.com/argoproj/argo-cd/v3)/manifests}
[ -z "${E2E_BIN:-}" ] || PATH=$(realpath "$E2E_BIN"):$PATH
KUBECONFIG=$(realpath "$KUBECONFIG")
[ -x "${CNIFORGE:-}" ] && CNIFORGE=$(realpath "$CNIFORGE")
export PATH KUBECONFIG

# What a default installation has, but for its pods. The controller's StatefulSet is there for its label: whoever looks for Argo CD
# in a cluster finds it so, and with no replica there is none beside the one that is started here.
kubectl create namespace argocd --dry-run=client -o yaml | kubectl apply --server-side -f - >/dev/null
kubectl apply --server-side -f "$manifests/crds/application-crd.yaml" -f "$manifests/crds/applicationset-crd.yaml" \
    -f "$manifests/crds/appproject-crd.yaml" >/dev/null
kubectl -n argocd apply --server-side -k "$manifests/base/config" >/dev/null
kubectl -n argocd apply --server-side -f "$manifests/base/application-controller/argocd-application-controller-statefulset.yaml" >/dev/null
kubectl -n argocd scale statefulset argocd-application-controller --replicas 0 >/dev/null
kubectl wait --for=condition=Established crd/applications.argoproj.io crd/applicationsets.argoproj.io crd/appprojects.argoproj.io --timeout=60s >/dev/null

# https://kubernetes.default.svc, which the cluster in-cluster is, means the cluster of KUBECONFIG.
export ARGOCD_FAKE_IN_CLUSTER=true
# Paths that are below / in Argo CD's image.
cd "$directory"
mkdir -p plugins tls ssh tmp
export TMPDIR=$directory/tmp ARGOCD_TLS_DATA_PATH=$directory/tls ARGOCD_SSH_DATA_PATH=$directory/ssh
export ARGOCD_PLUGINSOCKFILEPATH=$directory/plugins ARGOCD_ASK_PASS_SOCK=$directory/ask-pass.sock ARGOCD_CMP_WORKDIR=$directory/tmp
# No project asks for signed commits, and this machine may have no GnuPG.
export ARGOCD_GPG_ENABLED=false

start() {
    local name=argocd-$1
    setsid "$name" "${@:2}" >"$name.log" 2>&1 </dev/null &
    echo $! >"$name.pid"
}

# ready NAME PATH: the program answers there.
ready() {
    local name=argocd-$1
    for _ in $(seq 120); do
        curl -sf -o /dev/null "http://127.0.0.1:$2" && return
        kill -0 "$(cat "$name.pid")" 2>/dev/null || break
        sleep 0.5
    done
    printf '%s does not answer:\n' "$name" >&2
    tail -n 5 "$name.log" >&2
    return 1
}

start redis "127.0.0.1:$port"
start repo-server --redis "127.0.0.1:$port" --address 127.0.0.1 --port $((port + 1)) --metrics-address 127.0.0.1 --metrics-port $((port + 2))
ready repo-server "$((port + 2))/healthz?full=true"
start application-controller --namespace argocd --redis "127.0.0.1:$port" --repo-server "127.0.0.1:$((port + 1))" --metrics-port $((port + 3))
start applicationset-controller --namespace argocd --argocd-repo-server "127.0.0.1:$((port + 1))" \
    --metrics-addr "127.0.0.1:$((port + 4))" --probe-addr "127.0.0.1:$((port + 5))" --webhook-addr "127.0.0.1:$((port + 6))"
ready application-controller "$((port + 3))/healthz"
ready applicationset-controller "$((port + 4))/metrics"
if [ -x "${CNIFORGE:-}" ]; then
    kubectl apply --server-side -f "$here/../../docs/plugin/configmap.yaml" >/dev/null
    mkdir -p plugin
    kubectl -n argocd get configmap cniforge-plugin -o 'jsonpath={.data.plugin\.yaml}' >plugin/plugin.yaml
    # It may have no network at all, so it has none here, where that can be had.
    printf '#!/bin/sh\nunshare -n true 2>/dev/null && exec unshare -n %s "$@"\nexec %s "$@"\n' "$CNIFORGE" "$CNIFORGE" >plugin/cniforge
    chmod +x plugin/cniforge
    PATH=$directory/plugin:$PATH start cmp-server --config-dir-path "$directory/plugin"
fi
echo "Argo CD is up beside $(kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}'), with its logs in $directory"
