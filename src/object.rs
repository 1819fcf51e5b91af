//! One Kubernetes object and what identifies it.

use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::kubernetes::Minor;
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
    pub body: Manifest,
}

/// What an object is, from `apiVersion` on. A copy is the same one in memory, so that clusters which have the same object can
/// share it, and what is made of it.
#[derive(Debug, Clone)]
pub struct Manifest(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    value: Value,
    text: OnceLock<Arc<str>>,
    /// A bit for each minor version of Kubernetes.
    sound: AtomicU64,
}

impl Manifest {
    /// Its text as a file, which `write` makes the first time that anybody asks. It has to make the same each time.
    #[must_use]
    pub fn text(&self, write: impl FnOnce(&Value) -> String) -> Arc<str> {
        Arc::clone(self.0.text.get_or_init(|| write(&self.0.value).into()))
    }

    /// Whether they are one in memory.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether [`Manifest::note_sound`] was called for this version.
    #[must_use]
    pub fn is_sound(&self, minor: Minor) -> bool {
        self.0.sound.load(Ordering::Relaxed) & bit(minor) != 0
    }

    /// No rule that looks at nothing but a manifest and the version of Kubernetes finds anything in it.
    pub fn note_sound(&self, minor: Minor) {
        self.0.sound.fetch_or(bit(minor), Ordering::Relaxed);
    }
}

/// None for a version that has no place; it is looked at each time.
fn bit(minor: Minor) -> u64 {
    1_u64.checked_shl(minor.into()).unwrap_or(0)
}

impl From<Value> for Manifest {
    fn from(value: Value) -> Self {
        Self(Arc::new(Shared { value, text: OnceLock::new(), sound: AtomicU64::new(0) }))
    }
}

impl Deref for Manifest {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0.value
    }
}

impl PartialEq for Manifest {
    fn eq(&self, other: &Self) -> bool {
        self.is(other) || **self == **other
    }
}

/// Whether Kubernetes would take the text as a name of most kinds of objects (RFC 1123).
#[must_use]
pub fn is_dns_label(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=63).contains(&name.len()) && name.chars().all(inner) && !name.starts_with('-') && !name.ends_with('-')
}
