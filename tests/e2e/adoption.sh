#!/usr/bin/env bash
# A running cluster, read back from the API server with all that the server adds, becomes a definition whose tree changes nothing
# in it. CoreDNS and kube-proxy are there, too. tests/e2e/lib.sh says what is needed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly -A RUNNING=(
    [calico]="cni: 'calico', calico+: { backend: 'vxlan', mtu: 1400, typha: { enabled: true, replicas: 3 } }"
    [cilium]="cni: 'cilium', cilium+: { version: '1.20.0', values: { kubeProxyReplacement: false, hubble: { relay: { enabled: true } } } }"
    [galaxy]="cni: 'galaxy'"
)
readonly KINDS=daemonsets,deployments,configmaps,serviceaccounts,services,poddisruptionbudgets,roles,rolebindings,jobs,cronjobs
readonly KINDS_OF_THE_CLUSTER=clusterroles,clusterrolebindings,customresourcedefinitions,namespaces

# What the objects do not say, and a person has to.
readonly KNOWN=(--kubernetes-version 1.34.1 --pod-cidr 10.245.0.0/16 --service-cidr 10.96.0.0/16)

adopted=$work/adopted
mkdir -p "$adopted/clusters"
touch "$adopted/cniforge.toml"

apply() {
    kubectl apply --server-side --recursive -f "$1" >"$work/applied" 2>&1
}

adopt() {
    local cni=$1 name=running-$1 count
    cat >"$fleet/clusters/$name.jsonnet" <<JSONNET
(import 'cniforge/main.libsonnet').cluster {
  name: '$name', type: 'Baremetal', kubernetesVersion: '1.34.1', podCIDRs: ['10.245.0.0/16'], serviceCIDRs: ['10.96.0.0/16'],
  controlPlaneEndpoint: '10.0.0.1:6443',
  coredns+: { enabled: true, replicas: 3, plugins: { log: '' } },
  kubeProxy+: { enabled: true, mode: 'ipvs' },
  ${RUNNING[$cni]},
}
JSONNET
    cniforge render "$name" && apply "$fleet/rendered/$name"
    say $? "$cni: it runs $(refused)"
    count=$(find "$fleet/rendered/$name" -name '*.yaml' | wc -l)

    kubectl get "$KINDS" --all-namespaces -o yaml >"$work/live.yaml"
    kubectl get "$KINDS_OF_THE_CLUSTER" -o yaml >"$work/live-cluster.yaml"
    "$program" --fleet "$adopted" import manifests "$work/live.yaml" "$work/live-cluster.yaml" --cluster "$name" "${KNOWN[@]}" >"$work/said" 2>&1 &&
        grep -q "^$count objects of the cluster compared: 0 differ " "$work/said"
    say $? "$cni: import finds a definition that gives all $count objects $(grep -vE '^imported |: 0 differ ' "$work/said" | head -3)"

    writes "$name" >"$work/before"
    # The API server notes times in whole seconds.
    sleep 1
    "$program" --fleet "$adopted" --quiet render "$name" && apply "$adopted/rendered/$name"
    say $? "$cni: the definition's own tree is applied $(refused)"
    writes "$name" | diff "$work/before" - >"$work/changed" && [ "$(wc -l <"$work/before")" = "$count" ]
    say $? "$cni: that changes nothing $(grep '^>' "$work/changed" | cut -c1-120 | head -3)"
    clean "$name"
    clean_crds "$name"
}

for cni in ${CNIS:-calico cilium galaxy}; do
    adopt "$cni"
done
finish
