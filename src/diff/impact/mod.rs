//! What a change does to a cluster that runs.
//!
//! The rules are tables (`rules`): a field, a class, a reason and where upstream says so. Which workloads restart follows from
//! the objects (`workloads`). Several may hold for one change; the worst comes first. [`told`] lists all of them.

mod facts;
mod rules;
pub mod told;
mod workloads;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

pub use facts::Facts;
pub use workloads::Workload;

use super::objects::{Action, ObjectChange};
use crate::object::KubeObject;

/// What a change does, from nothing to what nobody should miss. The order is that of `--fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Nothing that runs notices.
    None,
    /// Pods of the CNI start anew; the reason says what that means for others.
    Restart,
    /// Connections and pods that begin from now on see it.
    NewConnections,
    /// Connections that are open break.
    DropsConnections,
    /// It needs steps by hand, before or after.
    Manual,
    /// Kubernetes or the CNI cannot change this in place.
    Immutable,
    /// It changes who may do what, or what can be read on the wire.
    Security,
}

impl Class {
    /// All, from the least to the worst.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::Restart,
        Self::NewConnections,
        Self::DropsConnections,
        Self::Manual,
        Self::Immutable,
        Self::Security,
    ];

    /// As it is written on the command line and in every output.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Restart => "restart",
            Self::NewConnections => "new-connections",
            Self::DropsConnections => "drops-connections",
            Self::Manual => "manual",
            Self::Immutable => "immutable",
            Self::Security => "security",
        }
    }

    /// The class in a few words, for a legend.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::None => "nothing that runs notices",
            Self::Restart => "pods of the CNI restart",
            Self::NewConnections => "only new connections or new pods see it",
            Self::DropsConnections => "open connections break",
            Self::Manual => "needs steps by hand",
            Self::Immutable => "cannot be changed in place",
            Self::Security => "changes what is allowed or protected",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What one change does, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Impact {
    /// How bad it is.
    pub class: Class,
    /// In one sentence without a full stop.
    pub reason: String,
    /// Where upstream says so.
    pub source: Option<&'static str>,
    /// The workloads that restart, or should.
    pub workloads: Vec<Workload>,
}

/// One cluster in both states.
#[derive(Debug)]
pub struct Cluster<'a> {
    /// Its objects as they were.
    pub before: &'a [Arc<KubeObject>],
    /// Its objects as they are to be.
    pub after: &'a [Arc<KubeObject>],
    /// All that changes in it.
    pub changes: &'a [ObjectChange],
}

/// What a change of an object does, the worst first; never empty.
#[must_use]
pub fn of_change(change: &ObjectChange, cluster: &Cluster<'_>) -> Vec<Impact> {
    let mut impacts = rules::of_object(change);
    impacts.extend(workloads::of_object(change, cluster));
    let [(_, added), (_, removed), (_, changed)] = OTHERWISE;
    worst_first(
        impacts,
        match change.action {
            Action::Added => added,
            Action::Removed => removed,
            Action::Changed | Action::Renamed => changed,
        },
    )
}

/// When, and the reason where no other one is known.
const OTHERWISE: [(&str, &str); 3] = [
    ("comes", "it is new, and no rule knows of anything that it does to what runs"),
    ("goes", "no rule knows of anything that needs it"),
    ("changes, or gets another name", NOTHING_KNOWN),
];

const NOTHING_KNOWN: &str = "no workload of this cluster reads it at its start, and no rule knows more";

/// What a change of a cluster's facts does, the worst first; never empty.
#[must_use]
pub fn of_facts(before: &Facts, after: &Facts) -> Vec<Impact> {
    worst_first(facts::impacts(before, after), NOTHING_KNOWN)
}

/// `otherwise` is the reason where no other one is known.
fn worst_first(mut impacts: Vec<Impact>, otherwise: &str) -> Vec<Impact> {
    impacts.sort_by(|a, b| b.class.cmp(&a.class).then_with(|| a.cmp(b)));
    impacts.dedup_by(|a, b| a.reason == b.reason);
    if impacts.is_empty() {
        impacts.push(Impact { class: Class::None, reason: otherwise.to_owned(), source: None, workloads: Vec::new() });
    }
    impacts
}

#[cfg(test)]
mod tests;
