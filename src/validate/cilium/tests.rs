//! Each row of the table: what trips it, and what is like it and does not.

use super::super::testing::{object, said};
use super::*;
use crate::evaluate::ClusterFacts;

fn found(data: &str, more: &[&str], facts: &ClusterFacts) -> Vec<String> {
    let config = format!(
        "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: cilium-config, namespace: n}}, data: {{{data}}}}}"
    );
    let objects: Vec<KubeObject> = std::iter::once(config.as_str()).chain(more.iter().copied()).map(object).collect();
    let context = Context { cni: "cilium", cni_version: "1.20.0", facts, ..Context::default() };
    said(&check(&context, &objects)).iter().map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect()
}

fn facts(pods: &[&str], kernel: Option<&str>) -> ClusterFacts {
    ClusterFacts {
        pod_cidrs: pods.iter().map(|text| (*text).to_owned()).collect(),
        kernel_version: kernel.map(str::to_owned),
        ..ClusterFacts::default()
    }
}

const PROXY: &str = "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: kube-proxy, namespace: n}}";
const MESH: &str = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: clustermesh-apiserver, namespace: n}}";
const AGENT: &str = "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: cilium, namespace: n}, spec: {template: {spec: \
                     {volumes: [{name: hubble-tls, projected: {sources: [{secret: {name: certs}}]}}]}}}}";
const CERTS: &str = "{apiVersion: v1, kind: Secret, metadata: {name: certs, namespace: n}}";

fn of_kind(kind: &str) -> String {
    format!("{{apiVersion: cilium.io/v2, kind: {kind}, metadata: {{name: a}}}}")
}

/// Entries of `cilium-config`, objects beside it, facts.
type Case<'a> = (&'a str, &'a [&'a str], ClusterFacts);

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_row_has_a_case_and_a_near_miss() {
    let (bgp, l2, egress) = (
        of_kind("CiliumBGPClusterConfig"),
        of_kind("CiliumL2AnnouncementPolicy"),
        of_kind("CiliumEgressGatewayPolicy"),
    );
    let kernel = |version| facts(&[], Some(version));
    let (v4, v6) = (facts(&["10.0.0.0/16"], None), facts(&["fd00::/56"], None));
    let none = ClusterFacts::default();
    let (bgp, l2, egress) = ([bgp.as_str()], [l2.as_str()], [egress.as_str()]);
    let hubble = "enable-hubble: 'true', hubble-tls-cert-file: /a, hubble-listen-address: ':4244'";
    let kpr = "kube-proxy-replacement: 'true'";
    let cases: Vec<(&str, Case<'_>, Case<'_>)> = vec![
        ("CNI102 kernelVersion", ("", &[], kernel("5.4.0-100-generic")), ("", &[], kernel("5.10.0"))),
        ("CNI111 cilium.values.kubeProxyReplacement", (kpr, &[PROXY], none.clone()), ("", &[PROXY], none.clone())),
        (
            "CNI111 cilium.values.loadBalancer.mode",
            ("bpf-lb-mode: dsr, kube-proxy-replacement: 'true'", &[], none.clone()),
            ("bpf-lb-mode: dsr, kube-proxy-replacement: 'true', routing-mode: native", &[], none.clone()),
        ),
        (
            "CNI111 cilium.values.loadBalancer.mode",
            ("bpf-lb-mode: dsr, routing-mode: native", &[], none.clone()),
            ("bpf-lb-mode: snat, routing-mode: native", &[], none.clone()),
        ),
        (
            "CNI112 cilium.values.autoDirectNodeRoutes",
            ("auto-direct-node-routes: 'true', routing-mode: tunnel", &[], none.clone()),
            ("auto-direct-node-routes: 'true', routing-mode: native", &[], none.clone()),
        ),
        (
            "CNI112 cilium.values.directRoutingSkipUnreachable",
            ("direct-routing-skip-unreachable: 'true', routing-mode: native", &[], none.clone()),
            (
                "direct-routing-skip-unreachable: 'true', routing-mode: native, auto-direct-node-routes: 'true'",
                &[],
                none.clone(),
            ),
        ),
        (
            "CNI113 cilium.values.ipv4NativeRoutingCIDR",
            ("routing-mode: native, enable-ipv4: 'true', enable-ipv4-masquerade: 'true'", &[], none.clone()),
            (
                "routing-mode: native, enable-ipv4: 'true', enable-ipv4-masquerade: 'true', ipv4-native-routing-cidr: 10.0.0.0/8",
                &[],
                none.clone(),
            ),
        ),
        (
            "CNI114 cilium.values.MTU",
            ("mtu: '1400', enable-ipv6: 'true', enable-wireguard: 'true'", &[], none.clone()),
            ("mtu: '1410', enable-ipv6: 'true', enable-wireguard: 'true'", &[], none.clone()),
        ),
        ("CNI114 cilium.values.MTU", ("mtu: '600'", &[], none.clone()), ("mtu: '626'", &[], none.clone())),
        (
            "CNI115 cilium.values.ipv6.enabled",
            ("enable-ipv6: 'true', ipam: cluster-pool", &[], none.clone()),
            ("enable-ipv6: 'true', ipam: cluster-pool, cluster-pool-ipv6-cidr: 'fd00::/56'", &[], none.clone()),
        ),
        (
            "CNI115 cilium.values.ipv6.enabled",
            ("enable-ipv6: 'true', ipam: kubernetes", &[], v4.clone()),
            ("enable-ipv6: 'true', ipam: kubernetes", &[], v6.clone()),
        ),
        (
            "CNI115 cilium.values.ipv4.enabled",
            ("enable-ipv4: 'true', ipam: kubernetes", &[], v6.clone()),
            ("enable-ipv4: 'true', ipam: kubernetes", &[], v4.clone()),
        ),
        ("CNI115 podCIDRs", ("enable-ipv6: 'false'", &[], v6.clone()), ("enable-ipv6: 'false'", &[], v4)),
        (
            "CNI116 cilium.values.gatewayAPI.enabled",
            ("enable-gateway-api: 'true'", &[], none.clone()),
            ("enable-gateway-api: 'true', kube-proxy-replacement: 'true'", &[], none.clone()),
        ),
        (
            "CNI116 cilium.values.ingressController.enabled",
            ("enable-ingress-controller: 'true'", &[], none.clone()),
            ("enable-ingress-controller: 'true', enable-node-port: 'true'", &[], none.clone()),
        ),
        (
            "CNI117 cilium.values.bgpControlPlane.enabled",
            ("", &bgp, none.clone()),
            ("enable-bgp-control-plane: 'true'", &bgp, none.clone()),
        ),
        (
            "CNI117 cilium.values.bgpControlPlane.routerIDAllocation",
            ("enable-bgp-control-plane: 'true', bgp-router-id-allocation-mode: ip-pool", &[], none.clone()),
            ("enable-bgp-control-plane: 'true', bgp-router-id-allocation-mode: default", &[], none.clone()),
        ),
        (
            "CNI118 cilium.values.l2announcements.enabled",
            ("enable-l2-announcements: 'true'", &[], none.clone()),
            ("enable-l2-announcements: 'true', kube-proxy-replacement: 'true'", &[], none.clone()),
        ),
        (
            "CNI118 cilium.values.l2announcements.enabled",
            ("", &l2, none.clone()),
            ("enable-l2-announcements: 'true', kube-proxy-replacement: 'true'", &l2, none.clone()),
        ),
        (
            "CNI119 cilium.values.egressGateway.enabled",
            ("enable-egress-gateway: 'true', enable-ipv4-masquerade: 'true'", &[], none.clone()),
            (
                "enable-egress-gateway: 'true', enable-ipv4-masquerade: 'true', enable-bpf-masquerade: 'true'",
                &[],
                none.clone(),
            ),
        ),
        (
            "CNI119 cilium.values.egressGateway.enabled",
            (
                "enable-egress-gateway: 'true', enable-ipv4-masquerade: 'true', enable-bpf-masquerade: 'true', identity-allocation-mode: kvstore",
                &[],
                none.clone(),
            ),
            ("identity-allocation-mode: kvstore", &[], none.clone()),
        ),
        ("CNI119 cilium.values.egressGateway.enabled", ("", &egress, none.clone()), ("", &[], none.clone())),
        (
            "CNI120 cilium.values.encryption",
            ("enable-wireguard: 'true', enable-ipsec: 'true'", &[], none.clone()),
            ("enable-ipsec: 'true'", &[], none.clone()),
        ),
        (
            "CNI120 cilium.values.encryption",
            ("enable-ipsec: 'true', cni-chaining-mode: generic-veth", &[], none.clone()),
            ("enable-ipsec: 'true', cni-chaining-mode: none", &[], none.clone()),
        ),
        (
            "CNI120 cilium.values.encryption.nodeEncryption",
            ("encrypt-node: 'true'", &[], none.clone()),
            ("encrypt-node: 'true', enable-wireguard: 'true'", &[], none.clone()),
        ),
        (
            "CNI121 cilium.values.hostFirewall.enabled",
            ("enable-host-firewall: 'true', enable-ipsec: 'true'", &[], none.clone()),
            ("enable-host-firewall: 'true', enable-wireguard: 'true'", &[], none.clone()),
        ),
        (
            "CNI122 cilium.values.bpf.datapathMode",
            ("datapath-mode: netkit, kube-proxy-replacement: 'true'", &[], kernel("6.6.1")),
            ("datapath-mode: netkit, kube-proxy-replacement: 'true'", &[], kernel("6.8.0")),
        ),
        (
            "CNI122 cilium.values.bpf.datapathMode",
            ("datapath-mode: netkit-l2", &[], none.clone()),
            ("datapath-mode: veth", &[], none.clone()),
        ),
        ("CNI126 cilium.values.hubble.tls", (hubble, &[AGENT], none.clone()), (hubble, &[AGENT, CERTS], none.clone())),
        (
            "CNI125 cilium.values.cluster.id",
            ("cluster-id: '0', cluster-name: a", &[MESH], none.clone()),
            ("cluster-id: '1', cluster-name: a", &[MESH], none.clone()),
        ),
        (
            "CNI125 cilium.values.cluster.name",
            ("cluster-id: '1', cluster-name: default", &[MESH], none.clone()),
            ("cluster-id: '0', cluster-name: default", &[], none),
        ),
    ];
    assert_eq!(cases.len(), ROWS.len());
    for ((wanted, trip, near), row) in cases.iter().zip(ROWS) {
        assert_eq!(*wanted, format!("{} {}", row.rule.id, row.at));
        assert_eq!(found(trip.0, trip.1, &trip.2), [*wanted], "{}", row.message);
        assert_eq!(found(near.0, near.1, &near.2), [""; 0], "a near miss of: {}", row.message);
    }
}

#[test]
fn other_cnis_and_kernels_with_backports_are_left_alone() {
    assert_eq!(found("", &[], &facts(&[], Some("4.18.0-553.el8.x86_64"))), [""; 0]);
    assert_eq!(found("", &[], &facts(&[], Some("4.18.0-80.generic"))).len(), 1);
    assert_eq!(kernel_of("6.8"), Some((6, 8)));
    assert_eq!(kernel_of("new"), None);
    assert!(check(&Context { cni: "galaxy", ..Context::default() }, &[]).is_empty());
}
