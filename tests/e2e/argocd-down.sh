#!/usr/bin/env bash
# Ends what argocd-up.sh has started, by the process ids that it has left: none of them else.
#
#   tests/e2e/argocd-down.sh DIR
set -uo pipefail

for name in argocd-cmp-server argocd-applicationset-controller argocd-application-controller argocd-repo-server argocd-redis; do
    file=$1/$name.pid
    [ -s "$file" ] || continue
    pid=$(cat "$file")
    rm "$file"
    # The id may be another's by now.
    tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q "$name" || continue
    kill "$pid"
    for _ in $(seq 40); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.25
    done
    kill -9 "$pid" 2>/dev/null
done
exit 0
