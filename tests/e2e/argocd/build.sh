#!/usr/bin/env bash
# Builds the programs of Argo CD that tests/e2e/argocd-up.sh starts, from Go modules whose checksums go.sum has. Needs Go, and for
# the first time the network and a quarter of an hour.
#
#   tests/e2e/argocd/build.sh BIN      folder for the programs
set -euo pipefail
mkdir -p "$1"
bin=$(realpath "$1")
readonly bin
cd "$(dirname "${BASH_SOURCE[0]}")"

version=$(go list -m -f '{{.Version}}' github.com/argoproj/argo-cd/v3)
CGO_ENABLED=0 GOWORK=off go build -trimpath -buildvcs=false \
    -ldflags "-s -w -X github.com/argoproj/argo-cd/v3/common.version=${version#v}" -o "$bin/argocd-all" .
for program in application-controller applicationset-controller cmp-server redis repo-server; do
    ln -sf argocd-all "$bin/argocd-$program"
done
# Of each commit that it checks out the repository server asks this whether it is signed.
install -m 755 "$(go list -m -f '{{.Dir}}' github.com/argoproj/argo-cd/v3)/hack/git-verify-wrapper.sh" "$bin/"
