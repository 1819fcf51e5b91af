//! Rules over all clusters of a fleet: meshes, versions.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{ENVIRONMENT, MESH_IDENTITY, MESH_LIMIT, MESH_OVERLAP, SOURCE_KEY, VERSION_SPREAD};
use super::{Allowance, holds_private_key};
use crate::cidr::Cidr;
use crate::evaluate::{ClusterFacts, ClusterSummary};
use crate::finding::{Finding, Place};
use crate::object::KubeObject;
use crate::sources::Sources;
use crate::value::{Map, Value};

/// Minor versions of a CNI that may be in use at once: Cilium, for one, keeps three of them supported.
const MINORS_AT_ONCE: u32 = 3;

/// What of a cluster matters beyond it.
#[derive(Debug, Clone, Default)]
pub struct Member {
    /// The cluster.
    pub name: String,
    cni: String,
    version: Option<String>,
    pod_cidrs: Vec<Cidr>,
    node_cidrs: Vec<Cidr>,
    mesh: Option<Mesh>,
    /// What its definition accepts.
    pub allowances: Vec<Allowance>,
}

/// What a cluster's `cilium-config` says of the mesh that it is in.
#[derive(Debug, Clone)]
struct Mesh {
    name: String,
    id: u32,
    limit: u32,
    /// The clusters that it connects to, by the names that they have in the mesh.
    peers: BTreeSet<String>,
}

impl Member {
    /// From a cluster's facts and objects.
    #[must_use]
    pub fn of(
        summary: &ClusterSummary,
        facts: &ClusterFacts,
        allowances: &[Allowance],
        objects: &[KubeObject],
    ) -> Self {
        Self {
            name: summary.name.clone(),
            cni: summary.cni.clone(),
            version: summary.cni_version.clone(),
            node_cidrs: facts.node_cidrs.iter().filter_map(|text| Cidr::parse(text)).collect(),
            pod_cidrs: facts.pod_cidrs.iter().filter_map(|text| Cidr::parse(text)).collect(),
            mesh: mesh_of(objects),
            allowances: allowances.to_vec(),
        }
    }
}

/// A cluster is in a mesh if it has a server for others or connects to others.
fn mesh_of(objects: &[KubeObject]) -> Option<Mesh> {
    let named = |kind: &str, name: &str| objects.iter().find(|object| object.id.kind == kind && object.id.name == name);
    let config = named("ConfigMap", "cilium-config")?.body.at(&["data"])?;
    let text = |key: &str| config.at(&[key]).and_then(Value::as_str);
    let number = |key: &str| text(key).and_then(|text| text.parse().ok());
    // The names of its keys: a cluster each, and beside it that cluster's certificates.
    let keys = |field: &str| {
        let secret = named("Secret", "cilium-clustermesh").and_then(|secret| secret.body.at(&[field]));
        secret.and_then(Value::as_map).into_iter().flat_map(Map::iter).map(|(key, _)| key)
    };
    let peers: BTreeSet<String> =
        keys("data").chain(keys("stringData")).filter(|key| !key.contains('.')).map(str::to_owned).collect();
    let serves = named("Deployment", "clustermesh-apiserver").is_some();
    (serves || !peers.is_empty()).then(|| Mesh {
        name: text("cluster-name").unwrap_or_default().to_owned(),
        id: number("cluster-id").unwrap_or(0),
        limit: number("max-connected-clusters").unwrap_or(255),
        peers,
    })
}

/// What is wrong between clusters; the finding is at the later one.
#[must_use]
pub fn check(members: &[Member]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let in_mesh: Vec<(&Member, &Mesh)> =
        members.iter().filter_map(|member| Some((member, member.mesh.as_ref()?))).collect();
    for (i, (member, mesh)) in in_mesh.iter().enumerate() {
        for (other, others) in &in_mesh[..i] {
            if connected(&in_mesh, mesh, others) {
                pair((member, mesh), (other, others), &mut findings);
            }
        }
    }
    findings.extend(spread(members));
    findings
}

/// Whether two clusters are of one mesh: one connects to the other, or both to a third.
fn connected(all: &[(&Member, &Mesh)], a: &Mesh, b: &Mesh) -> bool {
    let near = |mesh: &Mesh| -> BTreeSet<String> {
        let naming =
            all.iter().filter(|(_, other)| other.peers.contains(&mesh.name)).map(|(_, other)| other.name.clone());
        mesh.peers.iter().cloned().chain(naming).collect()
    };
    let (near_a, near_b) = (near(a), near(b));
    near_a.contains(&b.name) || near_b.contains(&a.name) || near_a.intersection(&near_b).next().is_some()
}

fn pair((member, mesh): (&Member, &Mesh), (other, others): (&Member, &Mesh), findings: &mut Vec<Finding>) {
    let at = |finding: Finding, path: &str| finding.cluster(member.name.clone()).path(path);
    if mesh.name == others.name {
        let message = format!("it is `{}` in the mesh, and so is the cluster {}", mesh.name, other.name);
        findings.push(
            at(MESH_IDENTITY.finding(message), "name").hint("give one of them another cilium.values.cluster.name"),
        );
    }
    if mesh.id == others.id {
        let message = format!("it has the id {} in the mesh, and so has the cluster {}", mesh.id, other.name);
        findings.push(
            at(MESH_IDENTITY.finding(message), "cilium.values.cluster.id")
                .hint("identities would be confused: give each cluster an id of its own, from 1 on"),
        );
    }
    if mesh.limit != others.limit {
        let message = format!(
            "its mesh has room for {} clusters, that of the cluster {} for {}",
            mesh.limit, other.name, others.limit
        );
        findings.push(
            at(MESH_LIMIT.finding(message), "cilium.values.clustermesh.maxConnectedClusters").hint(
                "the size is part of every identity: it is the same in the whole mesh and cannot be changed later",
            ),
        );
    }
    for (i, mine) in member.pod_cidrs.iter().enumerate() {
        for theirs in other.pod_cidrs.iter().filter(|theirs| theirs.overlaps(*mine)) {
            let message = format!("{mine} overlaps {theirs} of the cluster {} in the same mesh", other.name);
            findings.push(
                at(MESH_OVERLAP.finding(message), &format!("podCIDRs[{i}]"))
                    .hint("pods of a mesh reach each other by their addresses: choose ranges that are apart"),
            );
        }
    }
    // Tunnels end at nodes, so the pods of one cluster must not have the addresses of another's nodes either.
    let pods_and_nodes = [(member, other), (other, member)];
    for (pods, nodes) in pods_and_nodes {
        for range in &pods.pod_cidrs {
            for taken in nodes.node_cidrs.iter().filter(|taken| taken.overlaps(*range)) {
                let message = format!(
                    "pods of {} in {range} have addresses of nodes of {} in the same mesh ({taken})",
                    pods.name, nodes.name
                );
                findings.push(
                    at(MESH_OVERLAP.finding(message), "podCIDRs")
                        .hint("choose ranges that are apart in the whole mesh"),
                );
            }
        }
    }
}

/// One finding for each CNI whose versions are too far apart.
fn spread(members: &[Member]) -> Vec<Finding> {
    let mut minors: BTreeMap<&str, BTreeMap<(u32, u32), &str>> = BTreeMap::new();
    for member in members {
        // TKEStack's own Cilium never was a version of the official one's line.
        let Some(version) = member.version.as_deref().filter(|version| !version.contains('-')) else { continue };
        let mut parts = version.trim_start_matches('v').split('.').map(str::parse::<u32>);
        if let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next()) {
            minors.entry(&member.cni).or_default().entry((major, minor)).or_insert(&member.name);
        }
    }
    let far = |(cni, minors): (&str, BTreeMap<(u32, u32), &str>)| {
        let ((low, old), (high, new)) = (minors.first_key_value()?, minors.last_key_value()?);
        let apart = low.0 != high.0 || high.1 - low.1 >= MINORS_AT_ONCE;
        apart.then(|| {
            VERSION_SPREAD
                .finding(format!(
                    "the fleet runs {cni} from {}.{} ({old}) to {}.{} ({new})",
                    low.0, low.1, high.0, high.1
                ))
                .cluster(*old)
                .path(format!("{cni}.version"))
                .hint("upgrade the oldest, one minor version at a time; upstream supports the newest three")
        })
    };
    minors.into_iter().filter_map(far).collect()
}

/// What the sources of the fleet's definitions hold that they should not: each file is looked at once, whoever reads it.
#[must_use]
pub fn keys_in_sources(sources: &Sources, definitions: &BTreeSet<&str>) -> Vec<Finding> {
    let files: BTreeSet<String> = definitions.iter().flat_map(|definition| sources.inputs(definition)).collect();
    let finding = |file: &String| {
        let text = sources.bytes(file).ok()?;
        let text = String::from_utf8_lossy(&text);
        let (i, line) = text.lines().enumerate().find(|(_, line)| holds_private_key(line))?;
        let column = line.find("-----BEGIN").map_or(1, |at| line[..at].chars().count() + 1);
        // The line is not shown: the key may stand in it.
        let place = Place { file: file.clone(), line: i + 1, column, width: 1, text: "(not shown)".to_owned() };
        let finding = SOURCE_KEY.finding(format!("{file} holds a private key")).place(Some(place));
        Some(
            finding
                .hint("make the Secret in the cluster; what was committed once has to be replaced, not only removed"),
        )
    };
    files.iter().filter_map(finding).collect()
}

/// Clusters whose label says which environment they are of, and that leave the overlay of that name out.
#[must_use]
pub fn environments(sources: &Sources, clusters: &[(&str, &str, &BTreeMap<String, String>)]) -> Vec<Finding> {
    const LABELS: [&str; 2] = ["environment", "env"];
    let finding = |(name, definition, labels): &(&str, &str, &BTreeMap<String, String>)| {
        let label = LABELS.into_iter().find(|label| labels.contains_key(*label))?;
        let overlay = format!("overlays/{}.libsonnet", labels[label]);
        let there =
            sources.resolve(definition, &format!("../{overlay}")).is_ok_and(|file| sources.bytes(&file).is_ok());
        (there && !sources.inputs(definition).contains(&overlay)).then(|| {
            ENVIRONMENT
                .finding(format!("its label `{label}` is `{}`, and it does not use {overlay}", labels[label]))
                .cluster(*name)
                .path(format!("labels.{label}"))
                .hint(format!("add it: `cniforge.cluster + (import '../{overlay}') {{ … }}`"))
        })
    };
    clusters.iter().filter_map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::said;
    use super::*;

    fn member(name: &str, id: u32, limit: u32, cidr: &str, peers: &[&str]) -> Member {
        Member {
            name: name.to_owned(),
            cni: "cilium".to_owned(),
            version: Some("1.20.0".to_owned()),
            pod_cidrs: Cidr::parse(cidr).into_iter().collect(),
            node_cidrs: Vec::new(),
            mesh: Some(Mesh {
                name: name.to_owned(),
                id,
                limit,
                peers: peers.iter().map(|peer| (*peer).to_owned()).collect(),
            }),
            allowances: Vec::new(),
        }
    }

    #[test]
    fn a_mesh_has_names_ids_sizes_and_addresses_apart() {
        let a = member("a", 1, 255, "10.1.0.0/16", &["b"]);
        assert!(check(&[a.clone(), member("b", 2, 255, "10.2.0.0/16", &[])]).is_empty());
        let found = said(&check(&[a.clone(), member("b", 1, 511, "10.1.128.0/17", &[])]));
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(
            found[0]
                .starts_with("CNI043 cilium.values.cluster.id: it has the id 1 in the mesh, and so has the cluster a")
        );
        assert!(found[1].starts_with("CNI044 "), "{found:?}");
        assert!(found[2].starts_with("CNI042 podCIDRs[0]: 10.1.128.0/17 overlaps 10.1.0.0/16 of the cluster a"));
        // Both connect to a third.
        let found = check(&[a, member("c", 1, 255, "10.3.0.0/16", &["b"])]);
        assert_eq!(said(&found).len(), 1);
    }

    #[test]
    fn pods_of_a_mesh_have_no_address_of_a_node() {
        let mut a = member("a", 1, 255, "10.1.0.0/16", &["b"]);
        a.node_cidrs = Cidr::parse("10.2.7.0/24").into_iter().collect();
        assert_eq!(said(&check(&[a.clone(), member("b", 2, 255, "10.2.0.0/16", &[])])).len(), 1);
        assert!(check(&[a, member("b", 2, 255, "10.3.0.0/16", &[])]).is_empty());
    }

    #[test]
    fn clusters_of_different_meshes_may_be_alike() {
        let a = member("a", 1, 255, "10.1.0.0/16", &["x"]);
        assert!(check(&[a, member("b", 1, 511, "10.1.0.0/16", &["y"])]).is_empty());
    }

    #[test]
    fn versions_stay_together() {
        let of = |name: &str, version: &str| Member {
            name: name.to_owned(),
            cni: "cilium".to_owned(),
            version: Some(version.to_owned()),
            ..Member::default()
        };
        assert!(check(&[of("a", "1.18.12"), of("b", "1.20.0"), of("c", "1.9.5-tkestack")]).is_empty());
        let found = check(&[of("a", "1.17.3"), of("b", "1.20.0"), of("c", "1.20.0")]);
        assert_eq!(said(&found).len(), 1);
        assert_eq!(found[0].message, "the fleet runs cilium from 1.17 (a) to 1.20 (b)");
    }
}
