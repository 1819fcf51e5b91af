//! What a cluster runs, and what it does to change that.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::told::{Rule, Template};
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

const CNI: Template = Template {
    looks_at: "the CNI",
    when: "comes where there was none",
    class: Class::Manual,
    reason: "the cluster gets a CNI; if it has another one already, two of them fight for the nodes",
    source: SWITCH,
};
const CNI_GOES: Template =
    Template { when: "goes", reason: "{from} goes and nothing comes in its place: pods lose their network", ..CNI };
const CNI_CHANGES: Template = Template {
    when: "becomes another",
    reason: "the CNI goes from {from} to {to}: nodes are drained and moved one by one, in the phases of `migration`; without it pods of the two do not reach each other",
    ..CNI
};

const DOWNGRADE: Template = Template {
    looks_at: "the version of Cilium",
    when: "goes back by a minor release or more",
    class: Class::Manual,
    reason: "a downgrade from {from} to {to}: what the newer release wrote, the older may not read; read its notes first",
    source: UPGRADE,
};
const CALICO_DOWNGRADE: Template = Template { looks_at: "the version of Calico", source: CALICO_UPGRADE, ..DOWNGRADE };
const SKIPS: Template = Template {
    looks_at: "the version of Cilium",
    when: "skips a minor release",
    class: Class::Manual,
    reason: "one minor release at a time: go through {next} first",
    source: UPGRADE,
};
const NEW_MINOR: Template = Template {
    when: "is of the next minor release",
    reason: "a new minor release, {to}: run its pre-flight check, read its upgrade notes, and be on the last patch of the old one",
    ..SKIPS
};
const CALICO_MINOR: Template = Template {
    looks_at: "the version of Calico",
    when: "is of a later minor release",
    class: Class::Manual,
    reason: "a new minor release, {to}: apply its CRDs first and read its upgrade notes",
    source: CALICO_UPGRADE,
};
const OTHER_RELEASE: Template = Template {
    looks_at: "the version of the CNI",
    when: "is another in any other way",
    class: Class::Restart,
    reason: "another release: its pods restart, node by node",
    source: GALAXY,
};

const KUBERNETES_BACK: Template = Template {
    looks_at: "kubernetesVersion",
    when: "goes back by a minor release or more",
    class: Class::Manual,
    reason: "a downgrade of Kubernetes, which is not supported",
    source: SKEW,
};
const KUBERNETES_SKIPS: Template = Template {
    when: "skips a minor release",
    reason: "one minor release at a time: go through {next} first",
    ..KUBERNETES_BACK
};
const UNTESTED: Template = Template {
    looks_at: "kubernetesVersion and the version of Cilium",
    when: "are not tested with each other",
    class: Class::Manual,
    reason: "Cilium {cilium} is tested with Kubernetes {first} to {last}, and not with {kubernetes}: try it elsewhere first",
    source: COMPATIBILITY,
};

/// All rules about a cluster as such.
pub(super) fn told() -> Vec<Rule> {
    [
        CNI,
        CNI_GOES,
        CNI_CHANGES,
        DOWNGRADE,
        SKIPS,
        NEW_MINOR,
        CALICO_DOWNGRADE,
        CALICO_MINOR,
        OTHER_RELEASE,
        KUBERNETES_BACK,
        KUBERNETES_SKIPS,
        UNTESTED,
    ]
    .iter()
    .map(|rule| rule.told("What a cluster runs"))
    .collect()
}

pub fn impacts(before: &Facts, after: &Facts) -> Vec<Impact> {
    let mut impacts = Vec::new();
    let mut hold = |rule: Template, names: &[(&str, &str)]| impacts.push(rule.impact(names, Vec::new()));
    if let (Some(from), Some(to)) = (&before.cni, &after.cni)
        && from != to
    {
        let rule = match (from.as_str(), to.as_str()) {
            ("none", _) => CNI,
            (_, "none") => CNI_GOES,
            _ => CNI_CHANGES,
        };
        hold(rule, &[("from", from), ("to", to)]);
        return impacts;
    }
    if let (Some(from), Some(to)) =
        (before.version.as_deref().and_then(minor), after.version.as_deref().and_then(minor))
        && before.version != after.version
    {
        let rule = match after.cni.as_deref() {
            Some("cilium") if to < from => DOWNGRADE,
            Some("calico") if to < from => CALICO_DOWNGRADE,
            Some("cilium") if to.1 > from.1 + 1 => SKIPS,
            Some("cilium") if to.1 > from.1 => NEW_MINOR,
            Some("calico") if to.1 > from.1 => CALICO_MINOR,
            Some("cilium") => Template { source: UPGRADE, ..OTHER_RELEASE },
            Some("calico") => Template { source: CALICO_UPGRADE, ..OTHER_RELEASE },
            _ => OTHER_RELEASE,
        };
        let next = (to.0, from.1 + 1);
        hold(rule, &[("from", &dotted(from)), ("to", &dotted(to)), ("next", &dotted(next))]);
    }
    let kubernetes = |facts: &Facts| facts.kubernetes.as_deref().and_then(minor);
    if let (Some(from), Some(to)) = (kubernetes(before), kubernetes(after)) {
        if to < from {
            hold(KUBERNETES_BACK, &[]);
        } else if to.1 > from.1 + 1 {
            hold(KUBERNETES_SKIPS, &[("next", &dotted((1, from.1 + 1)))]);
        }
    }
    let cilium = after.version.as_deref().and_then(minor).filter(|_| after.cni.as_deref() == Some("cilium"));
    if let (Some(cilium @ (1, series)), Some(kubernetes @ (1, version))) = (cilium, kubernetes(after))
        && let Some((_, tested)) = TESTED.iter().find(|(known, _)| *known == series)
        && !tested.contains(&version)
    {
        hold(
            UNTESTED,
            &[
                ("cilium", &dotted(cilium)),
                ("first", &dotted((1, *tested.start()))),
                ("last", &dotted((1, *tested.end()))),
                ("kubernetes", &dotted(kubernetes)),
            ],
        );
    }
    impacts
}

fn dotted((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}

/// Major and minor of `v1.34.1-tke.3`.
fn minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim_start_matches('v').split('.');
    let major = parts.next()?.parse().ok()?;
    let minor: String = parts.next()?.chars().take_while(char::is_ascii_digit).collect();
    Some((major, minor.parse().ok()?))
}
