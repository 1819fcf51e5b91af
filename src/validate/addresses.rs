//! The addresses of one cluster: apart from each other, and enough of them.

use super::Context;
use super::rules::{NODE_OVERLAP, OVERLAP, POD_RANGE_SIZE};
use crate::cidr::Cidr;
use crate::finding::{Finding, Severity};

/// A cluster for which this many nodes is all that there can ever be deserves a word.
const FEW_NODES: u32 = 4;

/// What a definition's CIDRs are like; that they parse was said before.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let parsed = |list: &[String]| -> Vec<(usize, Cidr)> {
        list.iter().enumerate().filter_map(|(i, text)| Some((i, Cidr::parse(text)?))).collect()
    };
    let (pods, services) = (parsed(&context.facts.pod_cidrs), parsed(&context.facts.service_cidrs));
    let mut findings = Vec::new();
    for (i, service) in &services {
        for (_, pod) in pods.iter().filter(|(_, pod)| pod.overlaps(*service)) {
            // kube-controller-manager leaves the service range out when it gives nodes their shares, and TKEStack carves
            // the one out of the other unless told otherwise. CNIs that give out addresses themselves know nothing of it.
            let carved = pod.contains(*service);
            // Calico's library says it of its pools.
            if context.cni == "galaxy" && carved || context.cni == "calico" {
                continue;
            }
            let severity =
                if carved && context.cni_version.ends_with("-tkestack") { Severity::Warning } else { OVERLAP.severity };
            findings.push(
                OVERLAP
                    .finding(format!("the services' {service} and the pods' {pod} have addresses in common"))
                    .severity(severity)
                    .path(format!("serviceCIDRs[{i}]"))
                    .hint("a pod could get a service's address, and neither would be reached: choose ranges that are apart"),
            );
        }
    }
    findings.extend(nodes(context));
    let node_bits = context.facts.max_node_pod_num.max(1).next_power_of_two().trailing_zeros();
    for (i, pod) in pods.iter().filter(|(_, pod)| !pod.is_ipv6()) {
        let share = 32 - node_bits.min(32);
        let nodes = share.checked_sub(pod.prefix()).map(|bits| 1_u32.checked_shl(bits).unwrap_or(u32::MAX));
        let what = format!("a node with {} pods takes a /{share}", context.facts.max_node_pod_num);
        let path = format!("podCIDRs[{i}]");
        let hint = "take a larger range, or a smaller maxNodePodNum; a pod CIDR cannot be changed in place";
        match nodes {
            None => findings.push(
                POD_RANGE_SIZE.finding(format!("{what}, and the whole of {pod} is smaller")).path(path).hint(hint),
            ),
            Some(nodes) if nodes < FEW_NODES => findings.push(
                POD_RANGE_SIZE
                    .finding(format!("{what}, so {pod} has room for {}", crate::report::plural(nodes as usize, "node")))
                    .severity(Severity::Warning)
                    .path(path)
                    .hint(hint),
            ),
            Some(_) => {}
        }
    }
    findings
}

/// The nodes' own networks, where the definition gives them: a packet to a node must not be taken for one to a pod.
fn nodes(context: &Context<'_>) -> Vec<Finding> {
    let facts = context.facts;
    let others =
        [("pods", &facts.pod_cidrs), ("services", &facts.service_cidrs), ("old CNI's pods", &facts.old_pod_cidrs)];
    let mut findings = Vec::new();
    for (i, node) in facts.node_cidrs.iter().enumerate().filter_map(|(i, text)| Some((i, Cidr::parse(text)?))) {
        for (whose, ranges) in others {
            for other in ranges.iter().filter_map(|text| Cidr::parse(text)).filter(|other| other.overlaps(node)) {
                findings.push(
                    NODE_OVERLAP
                        .finding(format!("the nodes' {node} and the {whose} {other} have addresses in common"))
                        .path(format!("nodeCIDRs[{i}]"))
                        .hint(
                            "nodes with such an address would not be reached from pods: choose ranges that are apart",
                        ),
                );
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::testing::said;
    use super::*;
    use crate::evaluate::ClusterFacts;

    fn findings(cni: &str, pods: &[&str], services: &[&str], max_node_pod_num: u32) -> Vec<String> {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let facts = ClusterFacts {
            pod_cidrs: owned(pods),
            service_cidrs: owned(services),
            max_node_pod_num,
            ..ClusterFacts::default()
        };
        said(&check(&Context { facts: &facts, cni, ..Context::default() }))
    }

    #[test]
    fn pods_and_services_are_apart() {
        assert_eq!(findings("cilium", &["10.244.0.0/16", "fd00::/56"], &["10.96.0.0/16", "fd01::/112"], 256), [""; 0]);
        assert_eq!(
            findings("cilium", &["10.244.0.0/16"], &["10.244.255.0/24"], 256),
            [
                "CNI040 serviceCIDRs[0]: the services' 10.244.255.0/24 and the pods' 10.244.0.0/16 have addresses in common (a pod could \
              get a service's address, and neither would be reached: choose ranges that are apart)"
            ]
        );
        assert_eq!(
            findings("galaxy", &["10.244.0.0/16"], &["10.244.255.0/24"], 256),
            [""; 0],
            "TKEStack's own default"
        );
        assert_eq!(findings("galaxy", &["10.244.255.0/24"], &["10.244.0.0/16"], 16).len(), 1);
    }

    #[test]
    fn nodes_have_addresses_of_their_own() {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let of = |nodes: &[&str], old: &[&str]| {
            let facts = ClusterFacts {
                pod_cidrs: owned(&["10.244.0.0/16"]),
                service_cidrs: owned(&["10.96.0.0/16"]),
                node_cidrs: owned(nodes),
                old_pod_cidrs: owned(old),
                max_node_pod_num: 256,
                ..ClusterFacts::default()
            };
            said(&check(&Context { facts: &facts, cni: "cilium", ..Context::default() }))
        };
        assert_eq!(of(&["10.0.0.0/16", "fd00::/64"], &["10.1.0.0/16"]), [""; 0]);
        assert_eq!(of(&["10.244.7.0/24"], &[]).len(), 1);
        assert_eq!(of(&["10.96.0.0/12"], &[]).len(), 1);
        assert!(of(&["10.0.0.0/16"], &["10.0.128.0/17"])[0].contains("the old CNI's pods 10.0.128.0/17"));
    }

    #[test]
    fn there_is_room_for_nodes() {
        assert_eq!(findings("galaxy", &["10.0.0.0/22"], &[], 256), [""; 0]);
        assert_eq!(
            findings("galaxy", &["10.0.0.0/24"], &[], 256),
            [
                "CNI041 podCIDRs[0]: a node with 256 pods takes a /24, so 10.0.0.0/24 has room for 1 node (take a larger range, or a \
              smaller maxNodePodNum; a pod CIDR cannot be changed in place)"
            ]
        );
        assert!(findings("galaxy", &["10.0.0.0/25"], &[], 256)[0].contains("the whole of 10.0.0.0/25 is smaller"));
    }
}
