//! A case for every row of every table: before, after, and the class that the reader must see.

use std::collections::BTreeSet;

use super::{Class, Cluster, Facts, Impact, facts, of_change, of_facts, rules};
use crate::diff::fields::Extent;
use crate::diff::objects::{Comparer, Interner, ObjectChange};
use crate::manifest;

use Class::{DropsConnections, Immutable, Manual, NewConnections, None as Nothing, Restart, Security};

fn changes(before: &str, after: &str) -> Vec<(ObjectChange, Vec<Impact>)> {
    let interner = Interner::default();
    let state = |yaml: &str| interner.intern(&manifest::objects(yaml, "c").expect("the case's YAML is objects"));
    let (before, after) = (state(before), state(after));
    let changes = Comparer::new(Extent::Whole).compare(&before, &after);
    let cluster = Cluster { before: &before, after: &after, changes: &changes };
    changes.iter().map(|change| (change.clone(), of_change(change, &cluster))).collect()
}

fn config(name: &str, key: &str, value: &str) -> String {
    if value.is_empty() {
        return format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}, data: {{x: y}}}}");
    }
    format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}, data: {{x: y, {key}: '{value}'}}}}")
}

/// `ConfigMap`, key, before, after (empty: not there), class.
const CONFIG: &[(&str, &str, &str, &str, Class)] = &[
    ("cilium-config", "cluster-pool-ipv4-cidr", "10.0.0.0/8", "10.1.0.0/16", Immutable),
    ("cilium-config", "cluster-pool-ipv4-cidr", "10.0.0.0/16 10.1.0.0/16", "10.0.0.0/16", Immutable),
    ("cilium-config", "cluster-pool-ipv4-cidr", "10.0.0.0/16", "10.0.0.0/16 10.1.0.0/16", Restart),
    ("cilium-config", "cluster-pool-ipv6-cidr", "fd00::/104", "", Immutable),
    ("cilium-config", "cluster-pool-ipv4-mask-size", "24", "25", Immutable),
    ("cilium-config", "ipam", "kubernetes", "cluster-pool", Immutable),
    ("cilium-config", "routing-mode", "tunnel", "native", DropsConnections),
    ("cilium-config", "tunnel-protocol", "vxlan", "geneve", DropsConnections),
    ("cilium-config", "tunnel-port", "8472", "6081", DropsConnections),
    ("cilium-config", "ipv4-native-routing-cidr", "", "10.0.0.0/8", DropsConnections),
    ("cilium-config", "kube-proxy-replacement", "false", "true", DropsConnections),
    ("cilium-config", "bpf-lb-algorithm", "random", "maglev", NewConnections),
    ("cilium-config", "cluster-name", "a", "b", Manual),
    ("cilium-config", "cluster-id", "0", "7", Manual),
    ("cilium-config", "max-connected-clusters", "255", "511", Immutable),
    ("cilium-config", "enable-wireguard", "", "true", DropsConnections),
    ("cilium-config", "enable-wireguard", "true", "", Security),
    ("cilium-config", "enable-ipsec", "false", "true", DropsConnections),
    ("cilium-config", "enable-ipsec", "true", "false", Security),
    ("cilium-config", "enable-ztunnel", "false", "true", DropsConnections),
    ("cilium-config", "enable-ztunnel", "true", "", Security),
    ("cilium-config", "encrypt-node", "true", "false", Security),
    ("cilium-config", "enable-ipv4-masquerade", "true", "false", DropsConnections),
    ("cilium-config", "enable-bpf-masquerade", "", "true", DropsConnections),
    ("cilium-config", "enable-policy", "default", "never", Security),
    ("cilium-config", "enable-policy", "default", "always", Security),
    ("cilium-config", "enable-policy", "always", "default", Security),
    ("cilium-config", "enable-k8s-networkpolicy", "true", "false", Security),
    ("cilium-config", "policy-audit-mode", "", "true", Security),
    ("cilium-config", "enable-host-firewall", "true", "false", Security),
    ("cilium-config", "hubble-disable-tls", "false", "true", Security),
    ("cilium-config", "identity-allocation-mode", "crd", "kvstore", Manual),
    ("cilium-config", "labels", "", "k8s:app", Manual),
    ("cilium-config", "datapath-mode", "veth", "netkit", Manual),
    ("cilium-config", "mtu", "", "1450", Manual),
    ("cilium-config", "cni-exclusive", "false", "true", NewConnections),
    ("cilium-config", "cni-exclusive", "true", "false", NewConnections),
    ("cilium-config", "bpf-ct-global-tcp-max", "", "1000000", DropsConnections),
    ("cilium-config", "bpf-map-dynamic-size-ratio", "0.0025", "0.005", DropsConnections),
    ("cilium-config", "enable-ipv6", "false", "true", Manual),
    ("cilium-config", "devices", "", "eth1", DropsConnections),
    ("cilium-config", "enable-l7-proxy", "true", "false", DropsConnections),
    ("cilium-config", "debug", "false", "true", Nothing),
    ("some-config", "ipam", "a", "b", Nothing),
    (
        "kube-flannel-cfg",
        "net-conf.json",
        r#"{"Backend": {"Type": "vxlan"}}"#,
        r#"{"Backend": {"Type": "host-gw"}}"#,
        DropsConnections,
    ),
    (
        "kube-flannel-cfg",
        "net-conf.json",
        r#"{"Backend": {"Type": "vxlan"}}"#,
        r#"{"Backend": {"Type": "vxlan", "VNI": 7}}"#,
        DropsConnections,
    ),
    ("kube-flannel-cfg", "net-conf.json", r#"{"Network": "10.0.0.0/8"}"#, r#"{"Network": "10.0.0.0/9"}"#, Immutable),
    ("calico-config", "calico_backend", "bird", "vxlan", DropsConnections),
    ("calico-config", "veth_mtu", "0", "1400", Manual),
    ("calico-config", "cni_network_config", "{\"a\": 1}", "{\"a\": 2}", NewConnections),
];

/// What holds for a field of a workload, of any of its kinds.
fn workload(kind: &str, spec: &str) -> String {
    format!("{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: w}}, spec: {spec}}}")
}

fn pod(spec: &str) -> String {
    workload("DaemonSet", &format!("{{template: {{spec: {spec}}}}}"))
}

fn of(api_version: &str, kind: &str, rest: &str) -> String {
    format!("{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: o}}, {rest}}}")
}

fn calico_node(name: &str, value: &str) -> String {
    pod(&format!("{{containers: [{{name: c, env: [{{name: {name}, value: '{value}'}}]}}]}}"))
        .replace("name: w", "name: calico-node")
}

#[allow(clippy::too_many_lines, reason = "it is a table")]
fn objects() -> Vec<(String, String, Class)> {
    const RBAC: &str = "rbac.authorization.k8s.io/v1";
    const CRD: &str = "apiextensions.k8s.io/v1";
    const TIGERA: &str = "operator.tigera.io/v1";
    const CALICO: &str = "crd.projectcalico.org/v1";
    let pools = |pool: &str| {
        of(TIGERA, "Installation", &format!("spec: {{calicoNetwork: {{ipPools: [{{name: p, {pool}}}]}}}}"))
    };
    let network = |rest: &str| of(TIGERA, "Installation", &format!("spec: {{calicoNetwork: {{x: y, {rest}}}}}"));
    let pool = |rest: &str| of(CALICO, "IPPool", &format!("spec: {{x: y, {rest}}}"));
    let felix = |rest: &str| of(CALICO, "FelixConfiguration", &format!("spec: {{x: y, {rest}}}"));
    let small = |kind: &str, name: &str| {
        // Enough in common to be one object under two names.
        format!("{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: {name}}}, spec: {{a: 1, b: 2, c: 3, d: 4}}}}")
    };
    let none = String::new;
    vec![
        (workload("DaemonSet", "{selector: {a: b}}"), workload("DaemonSet", "{selector: {a: c}}"), Immutable),
        (workload("Deployment", "{selector: {a: b}}"), workload("Deployment", "{selector: {a: c}}"), Immutable),
        (workload("StatefulSet", "{selector: {a: b}}"), workload("StatefulSet", "{selector: {a: c}}"), Immutable),
        (workload("StatefulSet", "{serviceName: b}"), workload("StatefulSet", "{serviceName: c}"), Immutable),
        (
            workload("StatefulSet", "{volumeClaimTemplates: [{a: b}]}"),
            workload("StatefulSet", "{volumeClaimTemplates: [{a: c}]}"),
            Immutable,
        ),
        (workload("StatefulSet", "{podManagementPolicy: Parallel}"), workload("StatefulSet", "{}"), Immutable),
        (
            of("batch/v1", "Job", "spec: {template: {a: b}}"),
            of("batch/v1", "Job", "spec: {template: {a: c}}"),
            Immutable,
        ),
        (
            of("batch/v1", "Job", "spec: {selector: {a: b}}"),
            of("batch/v1", "Job", "spec: {selector: {a: c}}"),
            Immutable,
        ),
        (of("batch/v1", "Job", "spec: {completionMode: Indexed}"), of("batch/v1", "Job", "spec: {}"), Immutable),
        (
            of("batch/v1", "CronJob", "spec: {jobTemplate: {a: b}}"),
            of("batch/v1", "CronJob", "spec: {jobTemplate: {a: c}}"),
            Nothing,
        ),
        // A role that cannot be changed in place is other rights too, once it is made anew.
        (
            of(RBAC, "ClusterRoleBinding", "roleRef: {name: a}"),
            of(RBAC, "ClusterRoleBinding", "roleRef: {name: b}"),
            Security,
        ),
        (
            of(RBAC, "RoleBinding", "subjects: [{name: a}]"),
            of(RBAC, "RoleBinding", "subjects: [{name: a}, {name: b}]"),
            Security,
        ),
        (
            of(RBAC, "RoleBinding", "subjects: [{name: a}, {name: b}]"),
            of(RBAC, "RoleBinding", "subjects: [{name: a}]"),
            Nothing,
        ),
        (
            of(RBAC, "ClusterRole", "rules: [{verbs: [get]}]"),
            of(RBAC, "ClusterRole", "rules: [{verbs: [get]}, {verbs: ['*']}]"),
            Security,
        ),
        (
            of(RBAC, "ClusterRole", "rules: [{verbs: [get]}, {verbs: ['*']}]"),
            of(RBAC, "ClusterRole", "rules: [{verbs: [get]}]"),
            Nothing,
        ),
        (
            of("v1", "Service", "spec: {clusterIP: 10.0.0.1}"),
            of("v1", "Service", "spec: {clusterIP: 10.0.0.2}"),
            Immutable,
        ),
        (
            of("v1", "Service", "spec: {clusterIPs: [10.0.0.1]}"),
            of("v1", "Service", "spec: {clusterIPs: [10.0.0.2]}"),
            Immutable,
        ),
        (
            of("v1", "Service", "spec: {ports: [{name: a, port: 1}]}"),
            of("v1", "Service", "spec: {ports: [{name: a, port: 2}]}"),
            NewConnections,
        ),
        (of("v1", "Secret", "type: a"), of("v1", "Secret", "type: b"), Immutable),
        (
            of("v1", "ConfigMap", "immutable: true, data: {a: b}"),
            of("v1", "ConfigMap", "immutable: true, data: {a: c}"),
            Immutable,
        ),
        (
            of("v1", "PersistentVolumeClaim", "spec: {storageClassName: a}"),
            of("v1", "PersistentVolumeClaim", "spec: {storageClassName: b}"),
            Immutable,
        ),
        (
            of("scheduling.k8s.io/v1", "PriorityClass", "value: 1"),
            of("scheduling.k8s.io/v1", "PriorityClass", "value: 2"),
            Immutable,
        ),
        (
            of("storage.k8s.io/v1", "StorageClass", "parameters: {a: b}"),
            of("storage.k8s.io/v1", "StorageClass", "parameters: {a: c}"),
            Immutable,
        ),
        (
            of("storage.k8s.io/v1", "StorageClass", "provisioner: a"),
            of("storage.k8s.io/v1", "StorageClass", "provisioner: b"),
            Immutable,
        ),
        (
            of("networking.k8s.io/v1", "IngressClass", "spec: {controller: a}"),
            of("networking.k8s.io/v1", "IngressClass", "spec: {controller: b}"),
            Immutable,
        ),
        (
            of("node.k8s.io/v1", "RuntimeClass", "handler: a"),
            of("node.k8s.io/v1", "RuntimeClass", "handler: b"),
            Immutable,
        ),
        (
            of(CRD, "CustomResourceDefinition", "spec: {scope: Cluster}"),
            of(CRD, "CustomResourceDefinition", "spec: {scope: Namespaced}"),
            Immutable,
        ),
        (
            of(CRD, "CustomResourceDefinition", "spec: {versions: [{name: v1}, {name: v2}]}"),
            of(CRD, "CustomResourceDefinition", "spec: {versions: [{name: v2}]}"),
            Manual,
        ),
        (of(CRD, "CustomResourceDefinition", "spec: {a: b}"), none(), Manual),
        (of("v1", "Namespace", "spec: {a: b}"), none(), Manual),
        (
            of("networking.k8s.io/v1", "NetworkPolicy", "spec: {podSelector: {}}"),
            of("networking.k8s.io/v1", "NetworkPolicy", "spec: {podSelector: {}, ingress: [{}]}"),
            Security,
        ),
        (of("networking.k8s.io/v1", "NetworkPolicy", "spec: {}"), none(), Security),
        (none(), of("networking.k8s.io/v1", "NetworkPolicy", "spec: {}"), Security),
        (
            of("cilium.io/v2", "CiliumNetworkPolicy", "specs: [{a: b}]"),
            of("cilium.io/v2", "CiliumNetworkPolicy", "specs: [{a: c}]"),
            Security,
        ),
        (of("cilium.io/v2", "CiliumNetworkPolicy", "spec: {}"), none(), Security),
        (none(), of("cilium.io/v2", "CiliumClusterwideNetworkPolicy", "spec: {}"), Security),
        (
            of(CALICO, "GlobalNetworkPolicy", "spec: {a: b}"),
            of(CALICO, "GlobalNetworkPolicy", "spec: {a: c}"),
            Security,
        ),
        (none(), of(RBAC, "RoleBinding", "roleRef: {name: a}"), Security),
        (of("v1", "Service", "spec: {a: b}"), none(), DropsConnections),
        (
            small("Service", "a").replace("apps/v1", "v1"),
            small("Service", "b").replace("apps/v1", "v1"),
            DropsConnections,
        ),
        (small("DaemonSet", "a"), none(), DropsConnections),
        (small("DaemonSet", "a"), small("DaemonSet", "b"), DropsConnections),
        (
            small("CustomResourceDefinition", "a").replace("apps/v1", CRD),
            small("CustomResourceDefinition", "b").replace("apps/v1", CRD),
            Manual,
        ),
        (none(), small("DaemonSet", "a"), Nothing),
        (small("Namespace", "a").replace("apps/v1", "v1"), small("Namespace", "b").replace("apps/v1", "v1"), Manual),
        (small("IPPool", "a").replace("apps/v1", CALICO), small("IPPool", "b").replace("apps/v1", CALICO), Immutable),
        // A Job whose name says what is in it gets a new name for a new template.
        (
            small("Job", "a")
                .replace("apps/v1", "batch/v1")
                .replace("a: 1", "template: {a: 1}, e: 5, f: 6, g: 7, h: 8"),
            small("Job", "b")
                .replace("apps/v1", "batch/v1")
                .replace("a: 1", "template: {a: 2}, e: 5, f: 6, g: 7, h: 8"),
            Nothing,
        ),
        (
            pod("{containers: [{name: a, securityContext: {privileged: false}}]}"),
            pod("{containers: [{name: a, securityContext: {privileged: true}}]}"),
            Security,
        ),
        (
            pod("{initContainers: [{name: a}]}"),
            pod("{initContainers: [{name: a, securityContext: {privileged: true}}]}"),
            Security,
        ),
        (pod("{a: b}"), pod("{a: b, hostNetwork: true}"), Security),
        (pod("{a: b}"), pod("{a: b, hostPID: true}"), Security),
        (pod("{serviceAccountName: a}"), pod("{serviceAccountName: b}"), Security),
        (
            pod("{volumes: [{name: a, hostPath: {path: /a}}]}"),
            pod("{volumes: [{name: a, hostPath: {path: /}}]}"),
            Security,
        ),
        (pod("{containers: [{name: a, image: b}]}"), pod("{containers: [{name: a, image: c}]}"), Restart),
        (workload("Deployment", "{replicas: 1}"), workload("Deployment", "{replicas: 2}"), Nothing),
        (pool("cidr: 10.0.0.0/8"), pool("cidr: 10.0.0.0/9"), Immutable),
        (pool("blockSize: 26"), pool("blockSize: 27"), Immutable),
        (pool("ipipMode: Always"), pool("ipipMode: Never"), DropsConnections),
        (pool("vxlanMode: Always"), pool("vxlanMode: Never"), DropsConnections),
        (pool("natOutgoing: true"), pool("natOutgoing: false"), DropsConnections),
        (pool("disabled: false"), pool("disabled: true"), NewConnections),
        (pool("nodeSelector: a"), pool("nodeSelector: b"), NewConnections),
        (pool("cidr: 10.0.0.0/8"), none(), Immutable),
        (pools("cidr: 10.0.0.0/8"), pools("cidr: 10.0.0.0/9"), Immutable),
        (pools("blockSize: 26"), pools("blockSize: 27"), Immutable),
        (pools("encapsulation: IPIP"), pools("encapsulation: VXLAN"), DropsConnections),
        (network("bgp: Enabled"), network("bgp: Disabled"), DropsConnections),
        (network("linuxDataplane: Iptables"), network("linuxDataplane: BPF"), DropsConnections),
        (network("mtu: 1400"), network("mtu: 1500"), Manual),
        (felix("wireguardEnabled: true"), felix("wireguardEnabled: false"), Security),
        (felix("bpfEnabled: true"), felix("bpfEnabled: false"), DropsConnections),
        (felix("ipipEnabled: true"), felix("ipipEnabled: false"), DropsConnections),
        (felix("vxlanEnabled: true"), felix("vxlanEnabled: false"), DropsConnections),
        (
            calico_node("CALICO_IPV4POOL_CIDR", "10.0.0.0/8"),
            calico_node("CALICO_IPV4POOL_CIDR", "10.0.0.0/9"),
            Immutable,
        ),
        (calico_node("CALICO_IPV4POOL_IPIP", "Always"), calico_node("CALICO_IPV4POOL_IPIP", "Never"), Manual),
        (
            calico_node("CALICO_NETWORKING_BACKEND", "bird"),
            calico_node("CALICO_NETWORKING_BACKEND", "vxlan"),
            DropsConnections,
        ),
        (calico_node("FELIX_WIREGUARDENABLED", "true"), calico_node("FELIX_WIREGUARDENABLED", "false"), Security),
        (calico_node("FELIX_BPFENABLED", "true"), calico_node("FELIX_BPFENABLED", "false"), DropsConnections),
        (calico_node("FELIX_VXLANMTU", "1"), calico_node("FELIX_VXLANMTU", "2"), Manual),
        (
            calico_node("FELIX_DEFAULTENDPOINTTOHOSTACTION", "Drop"),
            calico_node("FELIX_DEFAULTENDPOINTTOHOSTACTION", "Accept"),
            Security,
        ),
        (calico_node("FELIX_LOGSEVERITYSCREEN", "a"), calico_node("FELIX_LOGSEVERITYSCREEN", "b"), Restart),
    ]
}

#[test]
fn every_row_has_a_case_and_every_case_its_class() {
    let mut cases = objects();
    for (name, key, before, after, class) in CONFIG {
        cases.push((config(name, key, before), config(name, key, after), *class));
    }
    let mut reasons: BTreeSet<String> = BTreeSet::new();
    for (before, after, class) in &cases {
        let found = changes(before, after);
        let [(_, impacts)] = &found[..] else { panic!("{before} → {after}: {found:?}") };
        assert_eq!(impacts[0].class, *class, "{before} → {after}: {impacts:?}");
        assert!(impacts.iter().all(|impact| impact.class == Nothing || impact.source.is_some()), "{impacts:?}");
        reasons.extend(impacts.iter().map(|impact| impact.reason.clone()));
    }
    let unmet: Vec<&str> = rules::told()
        .iter()
        .map(|rule| rule.reason)
        .filter(|reason| !reasons.iter().any(|met| met.ends_with(reason)))
        .collect();
    assert!(unmet.is_empty(), "rows without a case: {unmet:#?}");
}

#[test]
fn workloads_restart_by_their_template_or_by_what_they_read() {
    let map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: m, namespace: ns}, data: {a: x}}\n---\n";
    let reader = |pod: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: cilium, namespace: ns}}, spec: {{template: {{spec: {pod}}}}}}}"
        )
    };
    for pod in [
        "{volumes: [{name: v, configMap: {name: m}}]}",
        "{volumes: [{name: v, projected: {sources: [{configMap: {name: m}}]}}]}",
        "{containers: [{name: c, envFrom: [{configMapRef: {name: m}}]}]}",
        "{initContainers: [{name: c, env: [{name: E, valueFrom: {configMapKeyRef: {name: m, key: a}}}]}]}",
        "{containers: [{name: c, args: [--config-map=m]}]}",
    ] {
        let before = format!("{map}{}", reader(pod));
        let found = changes(&before, &before.replace("a: x", "a: y"));
        let [(_, impacts)] = &found[..] else { panic!("{pod}: {found:?}") };
        assert_eq!(impacts[0].class, Restart, "{pod}");
        let workload = &impacts[0].workloads[0];
        assert!(
            !workload.rolls_out && workload.network.is_some_and(|n| n.starts_with("pods keep their network")),
            "{pod}"
        );
        assert!(impacts[0].reason.contains("kubectl rollout restart"), "{impacts:?}");

        // With its template changed too, it restarts by itself.
        let both = before.replace("a: x", "a: y").replace("spec: {template: {", "spec: {template: {x: y, ");
        let found = changes(&before, &both);
        let of_map = found.iter().find(|(change, _)| change.object().is_some_and(|o| o.id.kind == "ConfigMap"));
        assert!(of_map.is_some_and(|(_, impacts)| impacts[0].workloads[0].rolls_out), "{pod}: {found:?}");
    }
    // Another namespace, another map, a program that reloads.
    for (reader, map) in [
        (
            reader("{volumes: [{name: v, configMap: {name: m}}]}").replace("namespace: ns", "namespace: o"),
            map.to_owned(),
        ),
        (reader("{volumes: [{name: v, configMap: {name: other}}]}"), map.to_owned()),
        (
            reader("{volumes: [{name: v, configMap: {name: coredns}}]}").replace("name: cilium", "name: coredns"),
            map.replace("name: m", "name: coredns"),
        ),
    ] {
        let before = format!("{map}{reader}");
        let found = changes(&before, &before.replace("a: x", "a: y"));
        assert_eq!(found[0].1[0].class, Nothing, "{reader}: {found:?}");
    }
    let on_delete = workload("DaemonSet", "{updateStrategy: {type: OnDelete}, template: {a: b}}");
    let found = changes(&on_delete, &on_delete.replace("a: b", "a: c"));
    assert!(found[0].1[0].reason.contains("OnDelete") && !found[0].1[0].workloads[0].rolls_out);
}

#[test]
fn facts_have_their_classes() {
    let of = |cni: &str, version: &str, kubernetes: &str| Facts {
        cni: Some(cni.to_owned()),
        version: Some(version.to_owned()),
        kubernetes: Some(kubernetes.to_owned()),
    };
    let mut reasons: Vec<String> = Vec::new();
    for (before, after, class, words) in [
        (of("galaxy", "1.0.8", "1.34.1"), of("cilium", "1.20.0", "1.34.1"), Manual, "one by one"),
        (of("none", "", "1.34.1"), of("cilium", "1.20.0", "1.34.1"), Manual, "gets a CNI"),
        (of("calico", "3.30.0", "1.34.1"), of("none", "", "1.34.1"), Manual, "lose their network"),
        (of("cilium", "1.18.2", "1.33.1"), of("cilium", "1.20.0", "1.33.1"), Manual, "go through 1.19 first"),
        (of("cilium", "1.18.2", "1.33.1"), of("cilium", "1.19.0", "1.33.1"), Manual, "pre-flight"),
        (of("cilium", "1.19.2", "1.33.1"), of("cilium", "1.18.0", "1.33.1"), Manual, "downgrade"),
        (of("cilium", "1.19.2", "1.33.1"), of("cilium", "1.19.3", "1.33.1"), Restart, "another release"),
        (of("cilium", "1.19.2", "1.35.1"), of("cilium", "1.19.2", "1.36.0"), Manual, "not with 1.36"),
        (of("cilium", "1.20.0", "1.33.1"), of("cilium", "1.20.0", "1.35.0"), Manual, "go through 1.34 first"),
        (of("cilium", "1.20.0", "1.34.1"), of("cilium", "1.20.0", "1.33.0"), Manual, "not supported"),
        (of("cilium", "1.20.0", "1.34.1"), of("cilium", "1.20.0", "1.34.2"), Nothing, ""),
        (of("calico", "3.29.1", "1.34.1"), of("calico", "3.30.0", "1.34.1"), Manual, "CRDs first"),
        (of("calico", "3.30.1", "1.34.1"), of("calico", "3.29.0", "1.34.1"), Manual, "downgrade"),
        (of("galaxy", "1.0.8", "1.21.4"), of("galaxy", "1.0.9", "1.21.4"), Restart, "another release"),
    ] {
        let impacts = of_facts(&before, &after);
        assert_eq!(impacts[0].class, class, "{before:?} → {after:?}: {impacts:?}");
        assert!(impacts.iter().any(|impact| impact.reason.contains(words)), "{words}: {impacts:?}");
        reasons.extend(impacts.into_iter().map(|impact| impact.reason));
    }
    let unfilled: Vec<&String> = reasons.iter().filter(|reason| reason.contains('{')).collect();
    assert!(unfilled.is_empty(), "names that nothing stands for: {unfilled:#?}");
    let fits = |rule: &str, reason: &str| rule.split(['{', '}']).step_by(2).all(|fixed| reason.contains(fixed));
    let told = facts::told();
    let unmet: Vec<&str> =
        told.iter().map(|rule| rule.reason).filter(|rule| !reasons.iter().any(|reason| fits(rule, reason))).collect();
    assert!(unmet.is_empty(), "rules without a case: {unmet:#?}");
}

#[test]
fn facts_can_be_read_off_the_objects() {
    let objects = Interner::default().intern(
        &manifest::objects(
            "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: cilium}, spec: {template: {spec: {containers: [{image: 'quay.io:443/cilium/cilium:v1.20.0@sha256:ab'}]}}}}",
            "c",
        )
        .expect("YAML"),
    );
    let facts = Facts::of_objects(&objects);
    assert_eq!((facts.cni.as_deref(), facts.version.as_deref()), (Some("cilium"), Some("1.20.0")));
    assert_eq!(Facts::of_objects(&[]).cni.as_deref(), Some("none"));
}
