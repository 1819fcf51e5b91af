//! What a cluster runs, and what it does to change that.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Class, Impact};
use crate::evaluate::ClusterSummary;
use crate::object::KubeObject;
use crate::value::Value;

/// Which CNI a cluster has, and which versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Facts {
    /// `cilium`, `galaxy`, `calico`, `none`.
    pub cni: Option<String>,
    /// The CNI's version.
    pub version: Option<String>,
    /// The version of Kubernetes.
    pub kubernetes: Option<String>,
}

/// The `DaemonSet` or `Deployment` that makes a CNI, and the CNI.
const AGENTS: [(&str, &str); 4] =
    [("cilium", "cilium"), ("calico-node", "calico"), ("galaxy-daemonset", "galaxy"), ("tigera-operator", "calico")];

const SWITCH: &str = "https://docs.cilium.io/en/stable/installation/k8s-install-migration/";
const UPGRADE: &str = "https://docs.cilium.io/en/stable/operations/upgrade/";
const COMPATIBILITY: &str = "https://docs.cilium.io/en/stable/network/kubernetes/compatibility/";
const CALICO_UPGRADE: &str = "https://docs.tigera.io/calico/latest/operations/upgrading/kubernetes-upgrade";
const GALAXY: &str = "https://github.com/tkestack/galaxy/releases";
const SKEW: &str = "https://kubernetes.io/releases/version-skew-policy/";

/// The Kubernetes minor versions of series 1 that a series of Cilium is tested with.
const TESTED: [(u32, std::ops::RangeInclusive<u32>); 2] = [(18, 30..=33), (19, 32..=35)];

impl Facts {
    /// What the definition says.
    #[must_use]
    pub fn of_summary(summary: &ClusterSummary) -> Self {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            cni: some(&summary.cni),
            version: summary.cni_version.clone(),
            kubernetes: some(&summary.kubernetes_version),
        }
    }

    /// What can be seen from the objects alone: a committed tree has no definition beside it.
    #[must_use]
    pub fn of_objects(objects: &[Arc<KubeObject>]) -> Self {
        let agents: BTreeMap<&str, &KubeObject> = objects
            .iter()
            .filter(|object| matches!(object.id.kind.as_str(), "DaemonSet" | "Deployment"))
            .map(|object| (object.id.name.as_str(), &**object))
            .collect();
        let found = AGENTS.iter().find_map(|(name, cni)| Some((*cni, *agents.get(name)?)));
        let Some((cni, agent)) = found else {
            return Self { cni: Some("none".to_owned()), ..Self::default() };
        };
        let containers = agent.body.at(&["spec", "template", "spec", "containers"]).and_then(Value::as_list);
        let image = containers.and_then(<[Value]>::first).and_then(|container| container.at(&["image"])?.as_str());
        let tag = image.map(|image| image.split('@').next().unwrap_or(image)).and_then(|image| image.rsplit_once(':'));
        let version = tag.map(|(_, tag)| tag.trim_start_matches('v').to_owned()).filter(|tag| !tag.contains('/'));
        Self { cni: Some(cni.to_owned()), version, kubernetes: None }
    }

    /// Name, value before and value after of what differs; what one side does not know does not.
    #[must_use]
    pub fn differences(&self, after: &Self) -> Vec<(&'static str, String, String)> {
        let pairs = [
            ("cni", &self.cni, &after.cni),
            ("cniVersion", &self.version, &after.version),
            ("kubernetesVersion", &self.kubernetes, &after.kubernetes),
        ];
        pairs
            .into_iter()
            .filter_map(|(name, before, after)| Some((name, before.clone()?, after.clone()?)))
            .filter(|(_, before, after)| before != after)
            .collect()
    }
}

pub fn impacts(before: &Facts, after: &Facts) -> Vec<Impact> {
    let impact = |class, reason: String, source| Impact { class, reason, source: Some(source), workloads: Vec::new() };
    let mut impacts = Vec::new();
    if let (Some(from), Some(to)) = (&before.cni, &after.cni)
        && from != to
    {
        let reason = match (from.as_str(), to.as_str()) {
            ("none", _) => {
                "the cluster gets a CNI; if it has another one already, two of them fight for the nodes".to_owned()
            }
            (_, "none") => format!("{from} goes and nothing comes in its place: pods lose their network"),
            _ => format!(
                "the CNI goes from {from} to {to}: nodes are drained and moved one by one, in the phases of `migration`; without it pods of the two do not reach each other"
            ),
        };
        impacts.push(impact(Class::Manual, reason, SWITCH));
        return impacts;
    }
    let kubernetes = |facts: &Facts| facts.kubernetes.as_deref().and_then(minor);
    if let (Some(from), Some(to)) =
        (before.version.as_deref().and_then(minor), after.version.as_deref().and_then(minor))
        && before.version != after.version
    {
        let source = match after.cni.as_deref() {
            Some("cilium") => UPGRADE,
            Some("calico") => CALICO_UPGRADE,
            _ => GALAXY,
        };
        match (after.cni.as_deref(), from, to) {
            (Some("cilium" | "calico"), (a, from), (b, to)) if (b, to) < (a, from) => impacts.push(impact(
                Class::Manual,
                format!("a downgrade from {a}.{from} to {b}.{to}: what the newer release wrote, the older may not read; read its notes first"),
                source,
            )),
            (Some("cilium"), (_, from), (b, to)) if to > from + 1 => impacts.push(impact(
                Class::Manual,
                format!("one minor release at a time: go through {b}.{} first", from + 1),
                source,
            )),
            (Some("cilium"), (_, from), (b, to)) if to > from => impacts.push(impact(
                Class::Manual,
                format!("a new minor release, {b}.{to}: run its pre-flight check, read its upgrade notes, and be on the last patch of the old one"),
                source,
            )),
            (Some("calico"), (_, from), (b, to)) if to > from => impacts.push(impact(
                Class::Manual,
                format!("a new minor release, {b}.{to}: apply its CRDs first and read its upgrade notes"),
                source,
            )),
            _ => impacts.push(impact(Class::Restart, "another release: its pods restart, node by node".to_owned(), source)),
        }
    }
    if let (Some(from), Some(to)) = (kubernetes(before), kubernetes(after))
        && from != to
    {
        if to < from {
            impacts.push(impact(Class::Manual, "a downgrade of Kubernetes, which is not supported".to_owned(), SKEW));
        } else if to.1 > from.1 + 1 {
            impacts.push(impact(
                Class::Manual,
                format!("one minor release at a time: go through 1.{} first", from.1 + 1),
                SKEW,
            ));
        }
    }
    let cilium = after.version.as_deref().and_then(minor).filter(|_| after.cni.as_deref() == Some("cilium"));
    if let (Some((1, cilium)), Some((1, kubernetes))) = (cilium, kubernetes(after))
        && let Some((_, tested)) = TESTED.iter().find(|(series, _)| *series == cilium)
        && !tested.contains(&kubernetes)
    {
        impacts.push(impact(
            Class::Manual,
            format!(
                "Cilium 1.{cilium} is tested with Kubernetes 1.{} to 1.{}, and not with 1.{kubernetes}: try it elsewhere first",
                tested.start(),
                tested.end()
            ),
            COMPATIBILITY,
        ));
    }
    impacts
}

/// Major and minor of `v1.34.1-tke.3`.
fn minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim_start_matches('v').split('.');
    let major = parts.next()?.parse().ok()?;
    let minor: String = parts.next()?.chars().take_while(char::is_ascii_digit).collect();
    Some((major, minor.parse().ok()?))
}
