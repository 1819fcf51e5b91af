//! Which tree may follow which: the CNI of a running cluster is not changed by applying another one.
//!
//! Whoever applies a tree of another CNI, with pruning, takes the network from every pod at once. `lib/migration/` has
//! phases for that, and each can be told from its objects. So the two trees are enough to say whether one may follow the
//! other, and nothing has to be remembered.

use std::fmt;

use crate::finding::Finding;
use crate::object::KubeObject;
use crate::validate::rules::{CILIUM_UPGRADE, SUDDEN_CHANGE};
use crate::value::Value;

/// A CNI that the library installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cni {
    /// TKEStack's galaxy, with flannel.
    Galaxy,
    /// Calico.
    Calico,
    /// Cilium.
    Cilium,
}

/// What a tree says about the network of its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// No CNI comes from here.
    None,
    /// One CNI, and nothing of another.
    Of(Cni),
    /// On its way to Cilium.
    Moving {
        /// Where it comes from.
        from: Cni,
        /// 1 to 3; the fourth is Cilium alone.
        phase: u8,
    },
}

/// The last phase of a migration: Cilium alone.
const LAST: u8 = 4;

impl fmt::Display for Cni {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Galaxy => "galaxy",
            Self::Calico => "calico",
            Self::Cilium => "cilium",
        })
    }
}

/// What tells a network, as far as it has been seen.
#[derive(Default)]
struct Signs {
    /// The CNI besides Cilium.
    old: Option<Cni>,
    cilium: bool,
    /// Nodes may be switched to Cilium.
    switch: bool,
    /// Cilium gives no pod its network by itself.
    waits: bool,
}

impl Signs {
    fn network(&self) -> Network {
        match (self.old, self.cilium) {
            (Some(from), true) => {
                let phase = match (self.waits, self.switch) {
                    (true, false) => 1,
                    (true, true) => 2,
                    (false, _) => 3,
                };
                Network::Moving { from, phase }
            }
            (Some(only), false) => Network::Of(only),
            (None, true) => Network::Of(Cni::Cilium),
            (None, false) => Network::None,
        }
    }
}

impl Network {
    /// Reads it from the files of a tree, path and text.
    pub fn of_files<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut signs = Signs::default();
        for (path, text) in files {
            // The namespace between the two is the definition's own choice.
            let component = path.split('/').next().unwrap_or_default();
            let file = path.rsplit('/').next().unwrap_or_default();
            match (component, file) {
                ("galaxy", "daemonset-galaxy-daemonset.yaml") => signs.old = Some(Cni::Galaxy),
                ("calico", "daemonset-calico-node.yaml") => signs.old = Some(Cni::Calico),
                ("cilium", "daemonset-cilium.yaml") => signs.cilium = true,
                ("migration", "ciliumnodeconfig-cilium-default.yaml") => signs.switch = true,
                ("cilium", "configmap-cilium-config.yaml") => {
                    signs.waits = text.split(|byte| *byte == b'\n').any(|line| line == b"  custom-cni-conf: \"true\"");
                }
                _ => {}
            }
        }
        signs.network()
    }

    /// Reads it from objects.
    pub fn of_objects<'a>(objects: impl Iterator<Item = &'a KubeObject>) -> Self {
        let mut signs = Signs::default();
        for object in objects {
            match (object.id.kind.as_str(), object.id.name.as_str()) {
                ("DaemonSet", "galaxy-daemonset") => signs.old = Some(Cni::Galaxy),
                ("DaemonSet", "calico-node") => signs.old = Some(Cni::Calico),
                ("DaemonSet", "cilium") => signs.cilium = true,
                ("CiliumNodeConfig", "cilium-default") => signs.switch = true,
                ("ConfigMap", "cilium-config") => {
                    let custom = object.body.at(&["data", "custom-cni-conf"]).and_then(Value::as_str);
                    signs.waits = custom == Some("true");
                }
                _ => {}
            }
        }
        signs.network()
    }

    /// What is wrong with a tree of this network in the place of one of `old`, if anything is.
    #[must_use]
    pub fn after(self, old: Self) -> Option<Finding> {
        if self == old || old == Self::None {
            return None;
        }
        if let Some((from, is, was)) = self.steps(old) {
            return (is.abs_diff(was) > 1).then(|| skipped(from, is, was));
        }
        Some(match self {
            Self::None => error("cni", format!("the tree so far installs {}, and this one no CNI at all", old.name())).hint(
                "whoever applies it with pruning takes the network from every pod; keep the CNI, or remove the cluster",
            ),
            Self::Of(Cni::Cilium) | Self::Moving { .. } => {
                error("cni", format!("the tree so far installs {}, and this one {}", old.name(), self.name()))
                    .hint("every pod would lose its network at once; go node by node: migration+: { from: …, phase: 1, podCIDRs: […] }")
            }
            Self::Of(cni) => error("cni", format!("the tree so far installs {}, and this one {cni}", old.name())).hint(
                format!("every pod would lose its network at once, and there is no migration to {cni}: make a new cluster"),
            ),
        })
    }

    /// The two as phases of one migration: where it comes from, the phase of this and of the other. 0 is before it.
    fn steps(self, old: Self) -> Option<(Cni, u8, u8)> {
        let ((Self::Moving { from, .. }, _) | (_, Self::Moving { from, .. })) = (self, old) else { return None };
        let phase = |network| match network {
            Self::Moving { from: origin, phase } if origin == from => Some(phase),
            Self::Of(cni) if cni == from => Some(0),
            Self::Of(Cni::Cilium) => Some(LAST),
            _ => None,
        };
        Some((from, phase(self)?, phase(old)?))
    }

    fn name(self) -> String {
        match self {
            Self::None => "no CNI".to_owned(),
            Self::Of(cni) => cni.to_string(),
            Self::Moving { from, phase } => format!("{from} and cilium, phase {phase} of a migration"),
        }
    }
}

/// Major and minor version of the Cilium in a tree, told from the image of its agents.
pub fn cilium_of_files<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Option<(u32, u32)> {
    let is_agent = |path: &str| path.starts_with("cilium/") && path.ends_with("/daemonset-cilium.yaml");
    let (_, text) = files.into_iter().find(|(path, _)| is_agent(path))?;
    let text = std::str::from_utf8(text).ok()?;
    let image = text.lines().find_map(|line| line.trim_start_matches([' ', '-']).strip_prefix("image: "))?;
    let tag = image.trim_matches('"').split('@').next()?.rsplit(':').next()?;
    let mut parts = tag.strip_prefix('v')?.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

/// What is wrong with a Cilium of version `new` in the place of `old`, if anything is.
#[must_use]
pub fn cilium_after(new: (u32, u32), old: (u32, u32)) -> Option<Finding> {
    let far = new.0 != old.0 || new.1.abs_diff(old.1) > 1;
    far.then(|| {
        let next = if new > old { (old.0, old.1 + 1) } else { (old.0, old.1.saturating_sub(1)) };
        CILIUM_UPGRADE
            .finding(format!("the tree so far has Cilium {}.{}, and this one {}.{}", old.0, old.1, new.0, new.1))
            .path("cilium.version")
            .hint(format!(
                "upstream supports steps of one minor version only: go to the newest {}.{} first, and read its upgrade notes",
                next.0, next.1
            ))
    })
}

fn error(path: &str, message: String) -> Finding {
    SUDDEN_CHANGE.finding(message).path(path)
}

fn skipped(from: Cni, is: u8, was: u8) -> Finding {
    let so_far = if was == 0 { "has not begun".to_owned() } else { format!("is in phase {was}") };
    let next = if is > was { was + 1 } else { was - 1 };
    let step = if next == 0 {
        format!("take migration out and set cni: '{from}'")
    } else {
        format!("set migration.phase to {next}")
    };
    error(
        "migration.phase",
        format!("the migration from {from} {so_far} in the tree so far, and would be in phase {is}"),
    )
    .hint(format!("one phase at a time, each applied and checked: {step}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;

    const CONFIG: &str = "cilium/kube-system/configmap-cilium-config.yaml";
    const MOVING: [Network; 5] = [
        Network::Of(Cni::Galaxy),
        Network::Moving { from: Cni::Galaxy, phase: 1 },
        Network::Moving { from: Cni::Galaxy, phase: 2 },
        Network::Moving { from: Cni::Galaxy, phase: 3 },
        Network::Of(Cni::Cilium),
    ];

    fn network(files: &[(&str, &str)]) -> Network {
        Network::of_files(files.iter().map(|(path, text)| (*path, text.as_bytes())))
    }

    #[test]
    fn a_tree_says_which_network_it_is() {
        let galaxy = ("galaxy/kube-system/daemonset-galaxy-daemonset.yaml", "");
        let calico = ("calico/kube-system/daemonset-calico-node.yaml", "");
        let cilium = ("cilium/cilium/daemonset-cilium.yaml", "");
        let switch = ("migration/cilium/ciliumnodeconfig-cilium-default.yaml", "");
        let waits = (CONFIG, "data:\n  custom-cni-conf: \"true\"\n");
        let ready = (CONFIG, "data:\n  custom-cni-conf: \"false\"\n");
        assert_eq!(network(&[]), Network::None);
        assert_eq!(network(&[("extra/default/daemonset-cilium.yaml", "")]), Network::None);
        assert_eq!(network(&[galaxy]), Network::Of(Cni::Galaxy));
        assert_eq!(network(&[calico]), Network::Of(Cni::Calico));
        assert_eq!(network(&[cilium, waits]), Network::Of(Cni::Cilium));
        let moving = |phase| Network::Moving { from: Cni::Calico, phase };
        assert_eq!(network(&[calico, cilium, waits]), moving(1));
        assert_eq!(network(&[calico, cilium, waits, switch]), moving(2));
        assert_eq!(network(&[calico, cilium, ready, switch]), moving(3));
    }

    #[test]
    fn a_migration_goes_one_phase_at_a_time_in_either_direction() {
        for (was, old) in MOVING.iter().enumerate() {
            for (is, new) in MOVING.iter().enumerate() {
                assert_eq!(new.after(*old).is_none(), is.abs_diff(was) <= 1, "{old:?} → {new:?}");
            }
        }
    }

    #[test]
    fn cilium_goes_one_minor_version_at_a_time() {
        let of = |image: &str| {
            let text = format!("      containers:\n      - image: {image}\n");
            cilium_of_files([("cilium/kube-system/daemonset-cilium.yaml", text.as_bytes())].into_iter())
        };
        assert_eq!(of("quay.io/cilium/cilium:v1.20.0@sha256:00"), Some((1, 20)));
        assert_eq!(of("registry.example:5000/cilium"), None);
        assert!(cilium_after((1, 20), (1, 18)).is_some() && cilium_after((1, 18), (1, 20)).is_some());
        assert_eq!(cilium_after((1, 20), (1, 19)), None);
        assert_eq!(cilium_after((1, 19), (1, 19)), None);
    }

    #[test]
    fn another_cni_without_a_migration_is_an_error() {
        let of = Network::Of;
        for (old, new) in [
            (of(Cni::Galaxy), of(Cni::Cilium)),
            (of(Cni::Cilium), of(Cni::Galaxy)),
            (of(Cni::Galaxy), of(Cni::Calico)),
            (of(Cni::Calico), Network::None),
            (of(Cni::Calico), Network::Moving { from: Cni::Galaxy, phase: 1 }),
            (Network::Moving { from: Cni::Galaxy, phase: 1 }, Network::Moving { from: Cni::Calico, phase: 1 }),
        ] {
            assert_eq!(new.after(old).map(|found| found.severity), Some(Severity::Error), "{old:?} → {new:?}");
        }
        for new in MOVING {
            assert_eq!(new.after(Network::None), None, "the first tree of a cluster may be any");
        }
    }
}
