//! Every rule has a definition that trips it, and one that is like it and does not.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::fleet::{Fleet, files_below, repository};

/// Fields of a Cilium cluster, said anew by each: rule, what trips it, what does not.
const CASES: &[(&str, &str, &str)] = &[
    (
        "CNI001",
        "extraObjects: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'n' }, data: { a: 'YQ==' } }]",
        "allowSecrets: ['s'], extraObjects: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'n' }, data: { a: 'YQ==' } }]",
    ),
    (
        "CNI002",
        "extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 's', namespace: 'n' }, data: { a: '-----BEGIN ' + 'PRIVATE KEY-----' } }]",
        "extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 's', namespace: 'n' }, data: { a: '-----BEGIN PUBLIC KEY-----' } }]",
    ),
    (
        "CNI010",
        "extraObjects: [{ apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata: { name: 's', namespace: 'n' } }]",
        "extraObjects: [{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 's', namespace: 'n' } }]",
    ),
    (
        "CNI011",
        "extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 's', namespace: 'n' }, dta: {} }]",
        "extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 's', namespace: 'n' }, data: {} }]",
    ),
    (
        "CNI012",
        "extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 's', namespace: 'n' }, data: { a: 1 } }]",
        "extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 's', namespace: 'n' }, data: { a: '1' } }]",
    ),
    (
        "CNI013",
        "extraObjects: [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 's' } }]",
        "extraObjects: [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 's' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' } }]",
    ),
    (
        "CNI014",
        "extraObjects: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'n' }, spec: { ports: [{ port: 65536 }] } }]",
        "extraObjects: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'n' }, spec: { ports: [{ port: 65535 }] } }]",
    ),
    (
        "CNI015",
        "extraObjects: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'n' }, spec: { ports: [{ name: 'a', port: 1 }, { name: 'a', port: 2 }] } }]",
        "extraObjects: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'n' }, spec: { ports: [{ name: 'a', port: 1 }, { name: 'b', port: 2 }] } }]",
    ),
    (
        "CNI016",
        "kubernetesVersion: '1.24.0', extraObjects: [{ apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata: { name: 's', namespace: 'n' } }]",
        "kubernetesVersion: '1.24.0', extraObjects: [{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 's', namespace: 'n' } }]",
    ),
    (
        "CNI017",
        "extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 's' } }]",
        "extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 's', namespace: 'n' } }]",
    ),
    (
        "CNI018",
        "extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 's_', namespace: 'n' } }]",
        "extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 's.s', namespace: 'n' } }]",
    ),
    (
        "CNI019",
        "extraObjects: [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 's', namespace: 'n' }, spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'c' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } }]",
        "extraObjects: [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 's', namespace: 'n' }, spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } }]",
    ),
    (
        "CNI020",
        "extraObjects: [{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'as.b.c' }, spec: { group: 'b.c', scope: 'Cluster', names: { plural: 'as', kind: 'A' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { n: { type: 'integer' } } } } }] } }, { apiVersion: 'b.c/v1', kind: 'A', metadata: { name: 'a' }, n: '1' }]",
        "extraObjects: [{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'as.b.c' }, spec: { group: 'b.c', scope: 'Cluster', names: { plural: 'as', kind: 'A' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { n: { type: 'integer' } } } } }] } }, { apiVersion: 'b.c/v1', kind: 'A', metadata: { name: 'a' }, n: 1 }]",
    ),
    (
        "CNI030",
        "extraObjects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 's', namespace: 'n' }, spec: { containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'v', mountPath: '/v' }] }] } }]",
        "extraObjects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 's', namespace: 'n' }, spec: { volumes: [{ name: 'v', emptyDir: {} }], containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'v', mountPath: '/v' }] }] } }]",
    ),
    (
        "CNI031",
        "extraObjects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 's', namespace: 'n' }, spec: { volumes: [{ name: 'v', secret: { secretName: 's' } }], containers: [{ name: 'c', image: 'i' }] } }]",
        "extraObjects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 's', namespace: 'n' }, spec: { volumes: [{ name: 'v', secret: { secretName: 's', optional: true } }], containers: [{ name: 'c', image: 'i' }] } }]",
    ),
    (
        "CNI032",
        "extraObjects: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'kube-system' }, spec: { selector: { 'k8s-app': 'silium' }, ports: [{ port: 1 }] } }]",
        "extraObjects: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'kube-system' }, spec: { selector: { 'k8s-app': 'cilium' }, ports: [{ port: 1 }] } }]",
    ),
    ("CNI040", "serviceCIDRs: ['10.244.0.0/24']", "serviceCIDRs: ['10.245.0.0/24']"),
    ("CNI041", "podCIDRs: ['10.244.0.0/24']", "podCIDRs: ['10.244.0.0/22']"),
    ("CNI045", "nodeCIDRs: ['10.244.9.0/24']", "nodeCIDRs: ['10.243.9.0/24', '192.168.0.0/24']"),
    (
        "CNI050",
        "extraObjects: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: name, namespace: 'n' }, spec: { selector: { matchLabels: { a: name } }, template: { metadata: { labels: { a: name } }, spec: { hostNetwork: true, containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 9 }] }] } } } } for name in ['a', 'b']]",
        "extraObjects: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: name, namespace: 'n' }, spec: { selector: { matchLabels: { a: name } }, template: { metadata: { labels: { a: name } }, spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 9 }] }] } } } } for name in ['a', 'b']]",
    ),
    (
        "CNI060",
        "extraObjects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 's', namespace: 'n' }, spec: { containers: [{ name: 'c', image: 'i:1' }] } }]",
        "extraObjects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 's', namespace: 'n' }, spec: { containers: [{ name: 'c', image: 'i:1@sha256:' + std.repeat('0', 64) }] } }]",
    ),
    (
        "CNI061",
        "registry: 'r.example', extraObjects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 's', namespace: 'n' }, spec: { containers: [{ name: 'c', image: 'i:1' }] } }]",
        "registry: 'r.example', extraObjects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 's', namespace: 'n' }, spec: { containers: [{ name: 'c', image: 'r.example/i:1' }] } }]",
    ),
    (
        "CNI062",
        "extraObjects: [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 's' }, rules: [{ apiGroups: [''], resources: ['*'], verbs: ['get'] }] }]",
        "extraObjects: [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 's' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }]",
    ),
    (
        "CNI063",
        "extraObjects: [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 's' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' } }]",
        "extraObjects: [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 's' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' } }]",
    ),
    (
        "CNI064",
        "extraObjects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 's', namespace: 'n' }, spec: { containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] } }]",
        "extraObjects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 's', namespace: 'n' }, spec: { containers: [{ name: 'c', image: 'i', securityContext: { capabilities: { add: ['NET_ADMIN'] } } }] } }]",
    ),
    ("CNI100", "cilium+: { values: { hubble: { relayy: {} } } }", "cilium+: { values: { hubble: { relay: {} } } }"),
    (
        "CNI101",
        "cilium+: { values: { policyEnforcementMode: 'allways' } }",
        "cilium+: { values: { policyEnforcementMode: 'always' } }",
    ),
    ("CNI102", "kernelVersion: '5.4.0-150-generic'", "kernelVersion: '5.10.0-28-amd64'"),
    (
        "CNI104",
        "cilium+: { version: '1.20.99' }",
        "cilium+: { version: '1.20.99', images: { cilium: {}, operator: {}, hubbleRelay: {}, clustermeshApiserver: {} } }",
    ),
    (
        "CNI105",
        "cilium+: { values: { operator: { setNodeTaints: true, removeNodeTaints: false } } }",
        "cilium+: { values: { operator: { setNodeTaints: false, removeNodeTaints: false } } }",
    ),
    (
        "CNI106",
        "cilium+: { values: { dnsProxy: { preCache: '/a' } } }",
        "cilium+: { values: { dnsProxy: { dnsRejectResponseCode: 'nameError' } } }",
    ),
    (
        "CNI110",
        "cilium+: { values: { kubeProxyReplacement: true } }",
        "controlPlaneEndpoint: '10.0.0.1:6443', cilium+: { values: { kubeProxyReplacement: true } }",
    ),
    (
        "CNI111",
        "cilium+: { values: { loadBalancer: { mode: 'dsr' } } }",
        "controlPlaneEndpoint: '10.0.0.1:6443', cilium+: { values: { kubeProxyReplacement: true, loadBalancer: { mode: 'snat' } } }",
    ),
    (
        "CNI112",
        "cilium+: { values: { autoDirectNodeRoutes: true } }",
        "cilium+: { values: { autoDirectNodeRoutes: true, routingMode: 'native', ipv4NativeRoutingCIDR: '10.244.0.0/16' } }",
    ),
    (
        "CNI113",
        "networkArgs: { 'routing-mode': 'native' }",
        "networkArgs: { 'routing-mode': 'native', 'ipv4-native-routing-cidr': '10.244.0.0/16' }",
    ),
    ("CNI114", "cilium+: { values: { MTU: 600 } }", "cilium+: { values: { MTU: 1500 } }"),
    (
        "CNI115",
        "networkArgs: { 'enable-ipv6': 'true' }",
        "podCIDRs: ['10.244.0.0/16', 'fd00::/104'], networkArgs: { 'enable-ipv6': 'true' }, cilium+: { values: { ipv6: { enabled: true } } }",
    ),
    (
        "CNI116",
        "cilium+: { values: { gatewayAPI: { enabled: true } } }",
        "controlPlaneEndpoint: '10.0.0.1:6443', cilium+: { values: { kubeProxyReplacement: true, gatewayAPI: { enabled: true } } }",
    ),
    (
        "CNI117",
        "extraObjects: [{ apiVersion: 'cilium.io/v2', kind: 'CiliumBGPClusterConfig', metadata: { name: 's' } }]",
        "cilium+: { values: { bgpControlPlane: { enabled: true } } }, extraObjects: [{ apiVersion: 'cilium.io/v2', kind: 'CiliumBGPClusterConfig', metadata: { name: 's' } }]",
    ),
    (
        "CNI118",
        "cilium+: { values: { l2announcements: { enabled: true } } }",
        "controlPlaneEndpoint: '10.0.0.1:6443', cilium+: { values: { kubeProxyReplacement: true, l2announcements: { enabled: true } } }",
    ),
    (
        "CNI119",
        "cilium+: { values: { egressGateway: { enabled: true } } }",
        "cilium+: { values: { egressGateway: { enabled: true }, bpf: { masquerade: true } } }",
    ),
    (
        "CNI120",
        "cilium+: { values: { encryption: { enabled: true, type: 'ipsec', nodeEncryption: true } } }",
        "cilium+: { values: { encryption: { enabled: true, type: 'wireguard', nodeEncryption: true } } }",
    ),
    (
        "CNI121",
        "cilium+: { values: { hostFirewall: { enabled: true }, encryption: { enabled: true, type: 'ipsec' } } }",
        "cilium+: { values: { hostFirewall: { enabled: true }, encryption: { enabled: true, type: 'wireguard' } } }",
    ),
    (
        "CNI122",
        "cilium+: { values: { bpf: { datapathMode: 'netkit' } } }",
        "controlPlaneEndpoint: '10.0.0.1:6443', kernelVersion: '6.8', cilium+: { values: { kubeProxyReplacement: true, bpf: { datapathMode: 'netkit', masquerade: true } } }",
    ),
    (
        "CNI123",
        "cilium+: { values: { hubble: { ui: { enabled: true } } } }",
        "cilium+: { values: { hubble: { ui: { enabled: true }, relay: { enabled: true } } } }",
    ),
    (
        "CNI124",
        "cilium+: { values: { hubble: { tls: { auto: { method: 'helm' } } } } }",
        "cilium+: { values: { hubble: { tls: { auto: { method: 'cronJob' } } } } }",
    ),
    (
        "CNI125",
        "cilium+: { values: { clustermesh: { useAPIServer: true, apiserver: { tls: { auto: { method: 'cronJob' } } } } } }",
        "meshID: 1, cilium+: { values: { clustermesh: { useAPIServer: true, apiserver: { tls: { auto: { method: 'cronJob' } } } } } }",
    ),
    (
        "CNI126",
        "cilium+: { values: { hubble: { tls: { auto: { enabled: false }, server: { existingSecret: 'certs' } } } } }",
        "cilium+: { values: { hubble: { tls: { auto: { enabled: true, method: 'cronJob' } } } } }",
    ),
    (
        "CNI130",
        "cni: 'galaxy', networkArgs: { backendType: 'udp' }",
        "cni: 'galaxy', networkArgs: { backendType: 'vxlan' }",
    ),
    ("CNI131", "cni: 'galaxy', serviceCIDRs: ['10.96.0.0/16', 'fd00::/112']", "cni: 'galaxy'"),
    (
        "CNI132",
        "cni: 'galaxy', galaxy: { defaultNetworks: ['other'] }",
        "cni: 'galaxy', galaxy: { defaultNetworks: ['galaxy-flannel'] }",
    ),
    (
        "CNI140",
        "cni: 'calico', calico: { version: '3.32.1' }, kubernetesVersion: '1.21.4'",
        "cni: 'calico', calico: { version: '3.32.1' }, kubernetesVersion: '1.34.4'",
    ),
    (
        "CNI141",
        "cni: 'calico', calico: { backend: 'vxlan', encapsulation: 'IPIP' }",
        "cni: 'calico', calico: { backend: 'bird', encapsulation: 'IPIP' }",
    ),
    (
        "CNI142",
        "cni: 'calico', calico: { ipPools: { ipv4: { cidr: '10.9.0.0/16' } } }",
        "cni: 'calico', calico: { ipPools: { ipv4: { cidr: '10.244.0.0/17' } } }",
    ),
    (
        "CNI143",
        "cni: 'calico', serviceCIDRs: ['10.96.0.0/16', 'fd01::/112']",
        "cni: 'calico', podCIDRs: ['10.244.0.0/16', 'fd00::/56'], serviceCIDRs: ['10.96.0.0/16', 'fd01::/112']",
    ),
    (
        "CNI144",
        "cni: 'calico', calico: { typha: { enabled: true, replicas: 0 } }",
        "cni: 'calico', calico: { typha: { enabled: true, replicas: 1 } }",
    ),
    ("CNI145", "cni: 'calico', calico: { mtu: 500 }", "cni: 'calico', calico: { mtu: 1400 }"),
    (
        "CNI146",
        "cni: 'calico', calico: { dataplane: 'eBPF' }",
        "cni: 'calico', controlPlaneEndpoint: '10.0.0.1:6443', calico: { dataplane: 'eBPF' }",
    ),
    (
        "CNI150",
        "coredns: { enabled: true, clusterIP: '10.0.0.10' }",
        "coredns: { enabled: true, clusterIP: '10.96.0.11' }",
    ),
    ("CNI151", "kubeProxy: { enabled: true }", "controlPlaneEndpoint: '10.0.0.1:6443', kubeProxy: { enabled: true }"),
    ("CNI152", "kubernetesVersion: '1.99.0', coredns: { enabled: true }", "coredns: { enabled: true }"),
    (
        "CNI160",
        "migration: { from: 'galaxy', phase: 1, podCIDRs: ['10.244.128.0/17'] }, cilium+: { values: { tunnelPort: 8473 } }",
        "migration: { from: 'galaxy', phase: 1, podCIDRs: ['10.245.0.0/16'] }, cilium+: { values: { tunnelPort: 8473 } }",
    ),
    (
        "CNI161",
        "migration: { from: 'galaxy', phase: 1, podCIDRs: ['10.245.0.0/16'] }",
        "migration: { from: 'galaxy', phase: 1, podCIDRs: ['10.245.0.0/16'] }, cilium+: { values: { tunnelPort: 8473 } }",
    ),
    (
        "CNI170",
        "cilium: { version: '1.9.5-tkestack' }, networkArgs: { networkMode: 'underlay' }",
        "cilium: { version: '1.9.5-tkestack' }, networkArgs: { networkMode: 'underlay', asn: '64512', 'switch-ip': '10.0.0.1' }",
    ),
    (
        "CNI171",
        "cilium: { version: '1.9.5-tkestack' }, serviceCIDRs: ['10.96.0.0/16', 'fd00::/112']",
        "cilium: { version: '1.9.5-tkestack' }",
    ),
    (
        "CNI180",
        "delivery: { engine: 'argocd', repository: 'https://git.example.com/fleet.git' }, manifests+: { cilium+: { daemonset+: { metadata+: { annotations+: { 'argocd.argoproj.io/sync-options': 'Prune=false' } } } } }",
        "delivery: { engine: 'argocd', repository: 'https://git.example.com/fleet.git' }, manifests+: { cilium+: { daemonset+: { metadata+: { annotations+: { 'argocd.argoproj.io/sync-options': 'Prune=false, Delete=confirm' } } } } }",
    ),
    (
        "CNI181",
        "delivery: { engine: 'flux', repository: 'https://git.example.com/fleet.git' }, manifests+: { cilium+: { daemonset+: { metadata+: { annotations+: { 'kustomize.toolkit.fluxcd.io/force': 'enabled' } } } } }",
        "delivery: { engine: 'flux', repository: 'https://git.example.com/fleet.git' }, manifests+: { cilium+: { daemonset+: { metadata+: { annotations+: { 'kustomize.toolkit.fluxcd.io/ssa': 'Override' } } } } }",
    ),
    (
        "CNI182",
        "extraObjects: [{ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name: 's', namespace: 'n' }, spec: { path: './rendered/a', postBuild: {} } }]",
        "extraObjects: [{ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name: 's', namespace: 'n' }, spec: { path: './shop', postBuild: {} } }]",
    ),
    (
        "CNI183",
        "delivery: { engine: 'argocd', repository: 'https://git.example.com/fleet.git' }, cilium+: { values: { ingressController: { enabled: true }, kubeProxyReplacement: true } }",
        "delivery: { engine: 'flux', repository: 'https://git.example.com/fleet.git' }, cilium+: { values: { ingressController: { enabled: true }, kubeProxyReplacement: true } }",
    ),
];

/// Rules over more than one cluster or over trees: fields of the clusters `a` and `b`, or a change of the fleet.
type Change = fn(&Fleet);

const MESH: &str = "allowSecrets: ['cilium-clustermesh', 'cilium-kvstoremesh'], cilium+: { values: { clustermesh: { useAPIServer: true, config: { enabled: true, clusters: [{ name: 'c', ips: ['10.0.0.9'] }] }, apiserver: { tls: { auto: { method: 'cronJob' } } } } } }";

fn mesh(fleet: &Fleet, b: &str) {
    fleet.cilium("a", &format!("meshID: 1, {MESH}"));
    fleet.cilium("b", &format!("meshID: 2, podCIDRs: ['10.245.0.0/16'], {MESH} }} + {{ {b}"));
}

/// A tree of Cilium, and a definition of another version of it.
fn upgraded(fleet: &Fleet, old: &str, new: &str) {
    fleet.cilium("a", &format!("cilium: {{ version: '{old}' }}"));
    fleet.ok(&["render", "--allow-findings"]);
    fleet.cilium("a", &format!("cilium: {{ version: '{new}' }}"));
}

fn environment(fleet: &Fleet, overlay: &str) {
    fleet.write("overlays/prod.libsonnet", "{}\n");
    fleet.write("clusters/a.jsonnet", &format!("(import 'cniforge/main.libsonnet').cluster + {overlay} {{ name: 'a', type: 'Imported', kubernetesVersion: '1.34.4', labels: {{ env: 'prod' }} }}\n"));
}

const FLEETS: &[(&str, Change, Change)] = &[
    (
        "CNI003",
        |fleet| fleet.cluster("a", "labels:: { a: |||\n  -----BEGIN RSA PRIVATE KEY-----\n||| }"),
        |fleet| fleet.cluster("a", "labels:: { a: |||\n  -----BEGIN RSA PUBLIC KEY-----\n||| }"),
    ),
    ("CNI042", |fleet| mesh(fleet, "podCIDRs: ['10.244.128.0/17']"), |fleet| mesh(fleet, "labels: {}")),
    ("CNI043", |fleet| mesh(fleet, "meshID: 1"), |fleet| mesh(fleet, "meshID: 3")),
    (
        "CNI044",
        |fleet| mesh(fleet, "networkArgs: { 'max-connected-clusters': '511' }"),
        |fleet| mesh(fleet, "networkArgs: { 'max-connected-clusters': '255' }"),
    ),
    (
        "CNI080",
        |fleet| {
            fleet.cilium("a", "cni: 'calico', kubernetesVersion: '1.21.4', calico: { version: '3.14.2' }");
            fleet.cilium("b", "cni: 'calico', kubernetesVersion: '1.34.4', calico: { version: '3.32.1' }");
        },
        |fleet| {
            fleet.cilium("a", "cilium: { version: '1.18.12' }");
            fleet.cilium("b", "cilium: { version: '1.20.0' }");
        },
    ),
    (
        "CNI081",
        |fleet| fleet.cluster("a", ""),
        |fleet| {
            fleet.cluster("a", "");
            fleet.ok(&["render"]);
        },
    ),
    (
        "CNI082",
        |fleet| {
            fleet.cluster("a", "");
            fleet.cluster("b", "");
            fleet.ok(&["render"]);
            std::fs::remove_file(fleet.root.join("clusters/b.jsonnet")).unwrap();
        },
        |fleet| {
            fleet.cluster("a", "");
            fleet.ok(&["render"]);
        },
    ),
    ("CNI083", |fleet| environment(fleet, ""), |fleet| environment(fleet, "(import '../overlays/prod.libsonnet') +")),
    (
        "CNI084",
        |fleet| {
            fleet.cluster("a", "");
            fleet.ok(&["render"]);
            fleet.cilium("a", "");
        },
        |fleet| {
            fleet.cluster("a", "");
            fleet.ok(&["render"]);
            fleet.cluster("a", "maxNodePodNum: 128");
        },
    ),
    (
        "CNI090",
        |fleet| {
            fleet.cluster("a", "");
            fleet.write("policies/p.jsonnet", "function(cluster) [{ message: 'no' }]");
        },
        |fleet| {
            fleet.cluster("a", "");
            fleet.write("policies/p.jsonnet", "function(cluster) []");
        },
    ),
    ("CNI103", |fleet| upgraded(fleet, "1.18.12", "1.20.0"), |fleet| upgraded(fleet, "1.19.6", "1.20.0")),
];

/// The rules by which something was found: (cluster, rule).
fn found(fleet: &Fleet) -> BTreeSet<(String, String)> {
    let run = fleet.run(&["validate", "--format", "json", "--severity", "note"]);
    let json: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run:?}"));
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = json["findings"].as_array().unwrap().iter();
    findings.map(|finding| (text(finding, "cluster"), text(finding, "rule"))).collect()
}

#[test]
fn every_rule_has_a_case_that_trips_it_and_a_near_miss() {
    let fleet = Fleet::new();
    for (rule, trip, near) in CASES {
        fleet.cilium(&format!("trip-{}", rule.to_lowercase()), trip);
        fleet.cilium(&format!("near-{}", rule.to_lowercase()), near);
    }
    let all = found(&fleet);
    let mut wrong = Vec::new();
    for (rule, ..) in CASES {
        for (word, expected) in [("trip", true), ("near", false)] {
            let cluster = format!("{word}-{}", rule.to_lowercase());
            let of: Vec<&str> =
                all.iter().filter(|(name, _)| *name == cluster).map(|(_, rule)| rule.as_str()).collect();
            if of.contains(rule) != expected {
                wrong.push(format!("{cluster}: {of:?}"));
            }
        }
    }
    for (rule, trip, near) in FLEETS {
        for (change, expected) in [(trip, true), (near, false)] {
            let fleet = Fleet::new();
            change(&fleet);
            let of: BTreeSet<String> = found(&fleet).into_iter().map(|(_, rule)| rule).collect();
            if of.contains(*rule) != expected {
                wrong.push(format!("{rule} {expected}: {of:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let listed = Fleet::new().ok(&["validate", "--list-rules"]).out;
    let listed: BTreeSet<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
    let told: BTreeSet<&str> = CASES.iter().map(|case| case.0).chain(FLEETS.iter().map(|case| case.0)).collect();
    assert_eq!(told, listed);
}

/// Refusals of no rule that JSON shows as errors: what a key of a definition may hold at all. Nobody could accept one of them.
const OF_NO_RULE: &[&str] = &[
    "evaluating this takes longer than",
    "a digest is a text that begins with",
    "has no image of that name",
    "is no number of a cluster in a mesh",
    "unknown key `",
    "`values` must be a map",
];

/// Whatever the library says of the fleets that are wrong on purpose: an error or a warning of it can be asked for, weighed and
/// allowed by its rule. Refusals need none: a misspelt key cannot be allowed.
#[test]
fn errors_and_warnings_are_of_a_rule() {
    let mut without = Vec::new();
    let mut seen = 0;
    for case in std::fs::read_dir(repository().join("tests/invalid")).unwrap() {
        let root = case.unwrap().path();
        let run =
            Fleet::new().run(&["validate", "--format", "json", "--timeout", "2", "--fleet", root.to_str().unwrap()]);
        // A fleet that cannot be opened has no findings.
        let Ok(json) = serde_json::from_str::<Value>(&run.out) else { continue };
        for finding in json["findings"].as_array().unwrap() {
            seen += 1;
            let message = finding["message"].as_str().unwrap();
            let weighs = ["error", "warning"].contains(&finding["severity"].as_str().unwrap());
            let known = OF_NO_RULE.iter().any(|part| message.contains(part));
            if weighs && finding["rule"].is_null() && !known {
                without.push(format!("{}: {message}", root.file_name().unwrap().to_string_lossy()));
            }
        }
    }
    assert!(seen > 100);
    assert!(without.is_empty(), "{}", without.join("\n"));
}

/// An id that the library misspells would be lost without a word.
#[test]
fn the_library_names_rules_that_there_are() {
    let listed = Fleet::new().ok(&["validate", "--list-rules"]).out;
    let mut named = BTreeSet::new();
    for (path, text) in files_below(&repository().join("lib")) {
        if path.contains("/test/") {
            continue;
        }
        for part in text.split("'CNI").skip(1) {
            let id = format!("CNI{}", part.split('\'').next().unwrap());
            if !id[3..].bytes().all(|byte| byte.is_ascii_digit()) {
                continue; // a variable of Calico's
            }
            assert!(listed.contains(&format!("{id} ")), "{path} names {id}");
            named.insert(id);
        }
    }
    assert!(named.len() > 30, "{named:?}");
}
