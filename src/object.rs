//! One Kubernetes object and what identifies it.

use std::fmt;

use crate::value::Value;

/// What Kubernetes knows an object by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// `group/version`, or `version` alone for the core group.
    pub api_version: String,
    /// In Kubernetes' own spelling: `DaemonSet`.
    pub kind: String,
    /// Absent for a cluster-scoped object.
    pub namespace: Option<String>,
    /// `metadata.name`.
    pub name: String,
}

impl ObjectId {
    /// The API group, empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// One object of a cluster, ready to be validated and written.
#[derive(Debug, Clone, PartialEq)]
pub struct KubeObject {
    /// What identifies it.
    pub id: ObjectId,
    /// The group of objects that it is applied with; the first folder of its path.
    pub component: String,
    /// Where the definition has it: `manifests.cilium.daemonset`.
    pub field_path: String,
    /// The whole manifest.
    pub body: Value,
}

/// Whether Kubernetes would take the text as a name of most kinds of objects (RFC 1123).
#[must_use]
pub fn is_dns_label(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=63).contains(&name.len()) && name.chars().all(inner) && !name.starts_with('-') && !name.ends_with('-')
}
