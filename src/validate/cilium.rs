//! What Cilium's agents and operator need of each other's settings, read from what they read: `cilium-config` and the objects
//! beside it. So it counts whether a setting came from a value, from networkArgs or from a patch.
//!
//! That a value is known and of the right type, and what the official chart refuses, is said by the library
//! (`lib/cilium/checks/`).

use super::Context;
use super::rules::{
    ADDRESS_POOLS, BGP, CILIUM_VERSION, EGRESS_GATEWAY, ENCRYPTION, GATEWAY, HOST_FIREWALL, HUBBLE_CERTIFICATES, L2,
    MESH_MEMBER, MTU, NATIVE_RANGE, NETKIT, ONE_FORWARDER, ROUTING, Rule,
};
use super::workloads::pod_template;
use crate::cidr::Cidr;
use crate::finding::{Finding, Severity};
use crate::object::KubeObject;

/// Cilium 1.18 and later start on this kernel and newer ones (`Documentation/operations/system_requirements.rst`)…
const OLDEST_KERNEL: (u32, u32) = (5, 10);
/// …and on that of Red Hat 8, which calls itself older than what was put into it.
const BACKPORTED: &str = ".el8";

/// What a tunnel puts before each packet, and what encryption does (pkg/mtu/mtu.go).
const TUNNEL_BYTES: u32 = 50;
const WIREGUARD_BYTES: u32 = 80;
const IPSEC_BYTES: u32 = 77;
/// IPv6 asks every link to carry this much (RFC 8200), IPv4 this (RFC 1122).
const LEAST_IPV6: u32 = 1280;
const LEAST_IPV4: u32 = 576;

struct Cilium<'a> {
    context: &'a Context<'a>,
    objects: &'a [KubeObject],
    config: &'a KubeObject,
}

impl<'a> Cilium<'a> {
    fn text(&self, key: &str) -> &'a str {
        self.config.body.text_at(&["data", key]).unwrap_or_default()
    }

    fn on(&self, key: &str) -> bool {
        self.text(key) == "true"
    }

    fn off(&self, key: &str) -> bool {
        self.text(key) == "false"
    }

    fn tunnels(&self) -> bool {
        matches!(self.text("routing-mode"), "" | "tunnel")
    }

    fn replaces_kube_proxy(&self) -> bool {
        self.on("kube-proxy-replacement")
    }

    /// Whether the tree has an object of one of these kinds of Cilium's own group.
    fn has(&self, kinds: &[&str]) -> bool {
        self.objects.iter().any(|object| object.id.group() == "cilium.io" && kinds.contains(&object.id.kind.as_str()))
    }

    fn workload(&self, kind: &str, name: &str) -> Option<&'a KubeObject> {
        self.objects.iter().find(|object| object.id.kind == kind && object.id.name == name)
    }

    fn gives_from_pools(&self) -> bool {
        self.text("ipam") == "cluster-pool"
    }

    /// Nodes get their shares of the definition's podCIDRs from Kubernetes.
    fn takes_from_kubernetes(&self) -> bool {
        self.text("ipam") == "kubernetes"
    }

    fn pod_family(&self, ipv6: bool) -> bool {
        let cidrs = self.context.facts.pod_cidrs.iter().filter_map(|text| Cidr::parse(text));
        cidrs.into_iter().any(|cidr| cidr.is_ipv6() == ipv6)
    }

    fn in_mesh(&self) -> bool {
        self.workload("Deployment", "clustermesh-apiserver").is_some()
    }

    /// What is left of `mtu` for a pod's packet, if it is set.
    fn room(&self) -> Option<u32> {
        let mtu: u32 = self.text("mtu").parse().ok().filter(|mtu| *mtu > 0)?;
        let overhead = [
            (self.tunnels(), TUNNEL_BYTES),
            (self.on("enable-wireguard"), WIREGUARD_BYTES),
            (self.on("enable-ipsec"), IPSEC_BYTES),
        ];
        let taken: u32 = overhead.iter().filter(|(on, _)| *on).map(|(_, bytes)| bytes).sum();
        Some(mtu.saturating_sub(taken))
    }

    fn kernel_before(&self, major: u32, minor: u32) -> bool {
        let kernel = self.context.facts.kernel_version.as_deref();
        kernel.is_some_and(|text| !text.contains(BACKPORTED) && kernel_of(text).is_some_and(|has| has < (major, minor)))
    }
}

/// `5.15.0-91-generic` → (5, 15)
fn kernel_of(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

/// What must not be so: when it is, where the definition decides it, what is wrong and how to get out.
struct Row {
    rule: &'static Rule,
    /// Another weight than the rule's.
    severity: Option<Severity>,
    when: fn(&Cilium<'_>) -> bool,
    at: &'static str,
    message: &'static str,
    hint: &'static str,
}

const fn row(
    rule: &'static Rule,
    at: &'static str,
    when: fn(&Cilium<'_>) -> bool,
    message: &'static str,
    hint: &'static str,
) -> Row {
    Row { rule, severity: None, when, at, message, hint }
}

const fn warned(row: Row) -> Row {
    Row { severity: Some(Severity::Warning), ..row }
}

const ROWS: &[Row] = &[
    row(
        &CILIUM_VERSION,
        "kernelVersion",
        |c| c.kernel_before(OLDEST_KERNEL.0, OLDEST_KERNEL.1),
        "Cilium needs Linux 5.10 or later, and no agent would start on these nodes",
        "upgrade the nodes first",
    ),
    row(
        &ONE_FORWARDER,
        "cilium.values.kubeProxyReplacement",
        |c| c.replaces_kube_proxy() && c.workload("DaemonSet", "kube-proxy").is_some(),
        "Cilium replaces kube-proxy, and the tree installs a kube-proxy beside it",
        "take the DaemonSet kube-proxy out, or set kubeProxyReplacement: false",
    ),
    row(
        &ONE_FORWARDER,
        "cilium.values.loadBalancer.mode",
        |c| {
            matches!(c.text("bpf-lb-mode"), "dsr" | "hybrid")
                && c.tunnels()
                && !(c.text("bpf-lb-dsr-dispatch") == "geneve" && c.text("tunnel-protocol") == "geneve")
        },
        "direct server return does not go through this tunnel, and no agent would start",
        "route natively, or use Geneve for both: tunnelProtocol: 'geneve', loadBalancer.dsrDispatch: 'geneve'",
    ),
    row(
        &ONE_FORWARDER,
        "cilium.values.loadBalancer.mode",
        |c| !matches!(c.text("bpf-lb-mode"), "" | "snat") && !c.replaces_kube_proxy(),
        "a mode of load balancing has no effect while kube-proxy forwards Services",
        "set kubeProxyReplacement: true, or leave loadBalancer.mode out",
    ),
    row(
        &ROUTING,
        "cilium.values.autoDirectNodeRoutes",
        |c| c.on("auto-direct-node-routes") && c.tunnels(),
        "direct routes between nodes and a tunnel exclude each other, and no agent would start",
        "set routingMode: 'native', or autoDirectNodeRoutes: false",
    ),
    row(
        &ROUTING,
        "cilium.values.directRoutingSkipUnreachable",
        |c| c.on("direct-routing-skip-unreachable") && !c.on("auto-direct-node-routes"),
        "there are no direct routes of which some could be left out, and no agent would start",
        "set autoDirectNodeRoutes: true, or leave directRoutingSkipUnreachable out",
    ),
    row(
        &NATIVE_RANGE,
        "cilium.values.ipv4NativeRoutingCIDR",
        |c| {
            c.text("routing-mode") == "native"
                && c.on("enable-ipv4")
                && c.on("enable-ipv4-masquerade")
                && c.text("ipv4-native-routing-cidr").is_empty()
                && !c.on("enable-ip-masq-agent")
                && !c.on("ipv4-native-routing-cidr-from-cluster-pool")
                && !matches!(c.text("ipam"), "eni" | "alibabacloud" | "azure")
        },
        "with native routing, masquerading has to know which IPv4 addresses need none",
        "set ipv4NativeRoutingCIDR to the range that is routed natively, or enableIPv4Masquerade: false",
    ),
    row(
        &MTU,
        "cilium.values.MTU",
        |c| c.on("enable-ipv6") && c.room().is_some_and(|room| room < LEAST_IPV6),
        "less than 1280 bytes are left for a packet once tunnel and encryption have taken theirs, and IPv6 needs that many",
        "leave MTU out for what the nodes' network carries; a tunnel takes 50 bytes of it, WireGuard 80",
    ),
    row(
        &MTU,
        "cilium.values.MTU",
        |c| !c.on("enable-ipv6") && c.room().is_some_and(|room| room < LEAST_IPV4),
        "less than 576 bytes are left for a packet once tunnel and encryption have taken theirs, and IPv4 needs that many",
        "leave MTU out for what the nodes' network carries; a tunnel takes 50 bytes of it, WireGuard 80",
    ),
    row(
        &ADDRESS_POOLS,
        "cilium.values.ipv6.enabled",
        |c| c.on("enable-ipv6") && c.gives_from_pools() && c.text("cluster-pool-ipv6-cidr").is_empty(),
        "IPv6 is on, and there is no pool from which pods could get such addresses",
        "add an IPv6 range to podCIDRs, or set ipv6.enabled: false",
    ),
    row(
        &ADDRESS_POOLS,
        "cilium.values.ipv6.enabled",
        |c| c.on("enable-ipv6") && c.takes_from_kubernetes() && !c.pod_family(true),
        "IPv6 is on, and podCIDRs has no IPv6 range from which Kubernetes could give nodes their shares",
        "add an IPv6 range to podCIDRs, or set ipv6.enabled: false",
    ),
    row(
        &ADDRESS_POOLS,
        "cilium.values.ipv4.enabled",
        |c| c.on("enable-ipv4") && c.takes_from_kubernetes() && !c.pod_family(false),
        "IPv4 is on, and podCIDRs has no IPv4 range from which Kubernetes could give nodes their shares",
        "add an IPv4 range to podCIDRs, or set ipv4.enabled: false",
    ),
    warned(row(
        &ADDRESS_POOLS,
        "podCIDRs",
        |c| c.off("enable-ipv6") && c.pod_family(true),
        "podCIDRs has an IPv6 range, and Cilium's IPv6 is off",
        "set cilium+: { values+: { ipv6: { enabled: true } } }, or take the range out",
    )),
    warned(row(
        &GATEWAY,
        "cilium.values.gatewayAPI.enabled",
        |c| c.on("enable-gateway-api") && !c.replaces_kube_proxy() && !c.on("enable-node-port"),
        "gateways are reached through Cilium's own node ports, and kube-proxy is not replaced",
        "set kubeProxyReplacement: true",
    )),
    warned(row(
        &GATEWAY,
        "cilium.values.ingressController.enabled",
        |c| c.on("enable-ingress-controller") && !c.replaces_kube_proxy() && !c.on("enable-node-port"),
        "Cilium's Ingress is reached through its own node ports, and kube-proxy is not replaced",
        "set kubeProxyReplacement: true",
    )),
    warned(row(
        &BGP,
        "cilium.values.bgpControlPlane.enabled",
        |c| {
            !c.on("enable-bgp-control-plane")
                && c.has(&["CiliumBGPAdvertisement", "CiliumBGPClusterConfig", "CiliumBGPPeerConfig"])
        },
        "the tree configures BGP, and Cilium's BGP is off: no route is announced",
        "set bgpControlPlane: { enabled: true }",
    )),
    row(
        &BGP,
        "cilium.values.bgpControlPlane.routerIDAllocation",
        |c| {
            c.on("enable-bgp-control-plane")
                && c.text("bgp-router-id-allocation-mode") == "ip-pool"
                && c.text("bgp-router-id-allocation-ip-pool").is_empty()
        },
        "router ids are to come from a pool, and there is none",
        "name it: bgpControlPlane: { routerIDAllocation: { ipPool: '10.0.0.0/24' } }",
    ),
    row(
        &L2,
        "cilium.values.l2announcements.enabled",
        |c| c.on("enable-l2-announcements") && !c.replaces_kube_proxy(),
        "announced addresses are answered by the replacement of kube-proxy, which is off",
        "set kubeProxyReplacement: true",
    ),
    warned(row(
        &L2,
        "cilium.values.l2announcements.enabled",
        |c| !c.on("enable-l2-announcements") && c.has(&["CiliumL2AnnouncementPolicy"]),
        "the tree has policies for L2 announcements, which are off: no address is announced",
        "set l2announcements: { enabled: true }",
    )),
    row(
        &EGRESS_GATEWAY,
        "cilium.values.egressGateway.enabled",
        |c| {
            c.on("enable-egress-gateway")
                && !(c.on("enable-bpf-masquerade")
                    && (c.on("enable-ipv4-masquerade") || c.on("enable-ipv6-masquerade")))
        },
        "an egress gateway masquerades in eBPF, which is off, and no agent would start",
        "set bpf: { masquerade: true } and leave enableIPv4Masquerade on",
    ),
    row(
        &EGRESS_GATEWAY,
        "cilium.values.egressGateway.enabled",
        |c| c.on("enable-egress-gateway") && c.text("identity-allocation-mode") == "kvstore",
        "an egress gateway does not work with identities in a key-value store, and no agent would start",
        "set identityAllocationMode: 'crd'",
    ),
    warned(row(
        &EGRESS_GATEWAY,
        "cilium.values.egressGateway.enabled",
        |c| !c.on("enable-egress-gateway") && c.has(&["CiliumEgressGatewayPolicy"]),
        "the tree has policies for egress gateways, which are off: traffic leaves as it did",
        "set egressGateway: { enabled: true }",
    )),
    row(
        &ENCRYPTION,
        "cilium.values.encryption",
        |c| c.on("enable-wireguard") && c.on("enable-ipsec"),
        "WireGuard and IPsec exclude each other, and no agent would start",
        "keep the one that encryption.type names",
    ),
    warned(row(
        &ENCRYPTION,
        "cilium.values.encryption",
        |c| c.on("enable-ipsec") && !matches!(c.text("cni-chaining-mode"), "" | "none"),
        "IPsec is not supported where Cilium is chained behind another CNI (cilium/cilium#15596)",
        "set encryption: { type: 'wireguard' }, or encryption: { enabled: false }",
    )),
    warned(row(
        &ENCRYPTION,
        "cilium.values.encryption.nodeEncryption",
        |c| c.on("encrypt-node") && !c.on("enable-wireguard"),
        "only WireGuard encrypts what nodes say to each other, and it is off",
        "set encryption: { enabled: true, type: 'wireguard' }, or nodeEncryption: false",
    )),
    row(
        &HOST_FIREWALL,
        "cilium.values.hostFirewall.enabled",
        |c| c.on("enable-host-firewall") && c.on("enable-ipsec"),
        "the host firewall and IPsec exclude each other, and no agent would start",
        "set encryption: { type: 'wireguard' }, or hostFirewall: { enabled: false }",
    ),
    row(
        &NETKIT,
        "cilium.values.bpf.datapathMode",
        |c| c.text("datapath-mode").starts_with("netkit") && c.kernel_before(6, 8),
        "netkit devices came with Linux 6.8",
        "upgrade the nodes first, or set bpf: { datapathMode: 'veth' }",
    ),
    row(
        &NETKIT,
        "cilium.values.bpf.datapathMode",
        |c| {
            c.text("datapath-mode").starts_with("netkit")
                && (c.on("enable-host-legacy-routing") || !c.replaces_kube_proxy())
        },
        "netkit devices need routing in eBPF, and with it the replacement of kube-proxy",
        "set kubeProxyReplacement: true and bpf: { hostLegacyRouting: false }, or bpf: { datapathMode: 'veth' }",
    ),
    warned(row(
        &HUBBLE_CERTIFICATES,
        "cilium.values.hubble.tls",
        |c| {
            c.on("enable-hubble")
                && !c.text("hubble-tls-cert-file").is_empty()
                && !c.text("hubble-listen-address").is_empty()
                && c.workload("DaemonSet", "cilium").is_some_and(|agent| !c.certificates_come(agent))
        },
        "Hubble is to serve with TLS, and nothing of the tree makes its certificates",
        "set hubble: { tls: { auto: { method: 'cronJob' } } }, or make the Secret before the tree is applied and allow this",
    )),
    row(
        &MESH_MEMBER,
        "cilium.values.cluster.id",
        |c| c.in_mesh() && matches!(c.text("cluster-id"), "" | "0"),
        "a cluster of a mesh has a number from 1 on, and this one has none",
        "set meshID, a number that no other cluster of the mesh has",
    ),
    row(
        &MESH_MEMBER,
        "cilium.values.cluster.name",
        |c| c.in_mesh() && c.text("cluster-name") == "default",
        "a cluster of a mesh has a name of its own, and `default` is none",
        "set cilium.values.cluster.name",
    ),
];

impl Cilium<'_> {
    /// Whether one of the Secrets with Hubble's certificates is in the tree, or is made by it.
    fn certificates_come(&self, agent: &KubeObject) -> bool {
        let Some(spec) = pod_template(agent).and_then(|(template, _)| template.at(&["spec"])) else { return true };
        let volume = spec.list_at(&["volumes"]).iter().find(|volume| volume.text_at(&["name"]) == Some("hubble-tls"));
        let names: Vec<&str> = volume
            .map_or(&[][..], |volume| volume.list_at(&["projected", "sources"]))
            .iter()
            .filter_map(|source| source.text_at(&["secret", "name"]))
            .collect();
        let namespace = agent.id.namespace.as_deref().unwrap_or_default();
        let makes = |object: &KubeObject| {
            let is_it = object.id.kind == "Secret" && names.contains(&object.id.name.as_str());
            is_it
                || super::references::made_by(object)
                    .iter()
                    .any(|(at, name)| at == namespace && names.contains(&name.as_str()))
        };
        names.is_empty() || self.objects.iter().any(makes)
    }
}

/// What is wrong with a cluster's Cilium.
pub fn check(context: &Context<'_>, objects: &[KubeObject]) -> Vec<Finding> {
    if context.cni != "cilium" || context.cni_version.ends_with("-tkestack") {
        return Vec::new();
    }
    let is_config = |object: &&KubeObject| object.id.kind == "ConfigMap" && object.id.name == "cilium-config";
    let Some(config) = objects.iter().find(is_config) else { return Vec::new() };
    let cilium = Cilium { context, objects, config };
    let found = |row: &Row| {
        let finding = row.rule.finding(row.message).path(row.at).hint(row.hint);
        finding.severity(row.severity.unwrap_or(row.rule.severity))
    };
    ROWS.iter().filter(|row| (row.when)(&cilium)).map(found).collect()
}

#[cfg(test)]
mod tests;
