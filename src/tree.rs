//! A cluster's manifests as files: sorted path → YAML text.
//!
//! Render, check and diff all work on a [`ManifestTree`], so they cannot disagree. A path is made from an object's
//! identity alone and can never leave the tree, whatever an object is called.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::object::{KubeObject, ObjectId};
use crate::sources::hex;
use crate::yaml;

/// The first line of every file that the tool writes, and how it tells its own files from foreign ones.
pub const HEADER: &str = "# Rendered by cniforge from the cluster's definition. Change that and render again.\n";

/// The folder of objects without a namespace. No namespace can have this name.
const CLUSTER_SCOPED: &str = "_cluster";

/// Longer segments are cut and given a hash: file systems end at 255 bytes.
const LONGEST_SEGMENT: usize = 200;

/// All files of one cluster, path relative to its folder (with `/`, on every system) → text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ManifestTree {
    files: BTreeMap<String, Arc<str>>,
}

impl ManifestTree {
    /// One file an object. Objects must have distinct identities (`assemble` refuses twins).
    #[must_use]
    pub fn from_objects(objects: &[KubeObject]) -> Self {
        let mut by_path: BTreeMap<String, Vec<&KubeObject>> = BTreeMap::new();
        for object in objects {
            by_path.entry(object_path(&object.component, &object.id, false)).or_default().push(object);
        }
        let mut files = BTreeMap::new();
        for (path, sharing) in by_path {
            if let [object] = sharing[..] {
                files.insert(path, manifest_text(object));
                continue;
            }
            // The same kind and name in two API groups: the group tells the files apart.
            for object in sharing {
                files.insert(object_path(&object.component, &object.id, true), manifest_text(object));
            }
        }
        Self { files }
    }

    /// Paths and texts, sorted by path.
    #[must_use]
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), &**text))
    }

    /// The text of one file.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(|text| &**text)
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

fn manifest_text(object: &KubeObject) -> Arc<str> {
    object.body.text(|body| {
        let mut text = String::with_capacity(4096);
        text.push_str(HEADER);
        yaml::write_document(&mut text, body);
        text
    })
}

/// `<component>/<namespace or _cluster>/<kind>-<name>.yaml`, relative to the cluster's folder.
fn object_path(component: &str, id: &ObjectId, with_group: bool) -> String {
    let namespace = match &id.namespace {
        Some(namespace) => path_segment(namespace),
        None => CLUSTER_SCOPED.to_owned(),
    };
    let kind = id.kind.to_ascii_lowercase();
    let stem = match id.group() {
        "" => format!("{kind}-{}", id.name),
        group if with_group => format!("{kind}.{group}-{}", id.name),
        _ => format!("{kind}-{}", id.name),
    };
    format!("{}/{namespace}/{}.yaml", path_segment(component), path_segment(&stem))
}

/// One folder or file name: lower case letters, digits, `-`, `.` and `_` stay, every other byte becomes `%xx`.
///
/// Upper case is escaped too, so that two names never meet on a file system that ignores case; a leading `.` or `_`
/// is escaped, so that no name hides a file, means a parent folder or plays `_cluster`.
fn path_segment(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for (i, byte) in name.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => out.push(char::from(byte)),
            b'.' | b'_' if i > 0 => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02x}");
            }
        }
    }
    if out.is_empty() {
        return "%".to_owned();
    }
    if out.len() > LONGEST_SEGMENT {
        let hash = Sha256::digest(name.as_bytes());
        let mut cut = LONGEST_SEGMENT - 17;
        // Never cut an escape in half.
        cut -= out[..cut].bytes().rev().take(2).position(|b| b == b'%').map_or(0, |at| at + 1);
        out.truncate(cut);
        out.push('-');
        out.push_str(&hex(&hash[..8]));
    }
    out
}

/// What lies under a cluster's folder on disk.
#[derive(Debug, Default)]
pub struct DiskTree {
    /// Path relative to the folder (with `/`) → what is there. Folders are not listed.
    pub entries: BTreeMap<String, DiskEntry>,
}

/// One entry of a [`DiskTree`].
#[derive(Debug, PartialEq, Eq)]
pub enum DiskEntry {
    /// A file that starts with [`HEADER`].
    Own(Vec<u8>),
    /// A file of somebody else, unread but for its first line.
    Foreign,
    /// A symbolic link; never followed.
    Link,
    /// A pipe, socket or device.
    Special,
}

impl DiskTree {
    /// Reads the folder; one that does not exist is empty.
    ///
    /// # Errors
    /// With the path, when something cannot be read, or when the folder is itself a link.
    pub fn read(folder: &Path) -> Result<Self, (PathBuf, io::Error)> {
        let mut tree = Self::default();
        match folder.symlink_metadata() {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(tree),
            Err(e) => return Err((folder.to_owned(), e)),
            Ok(meta) if !meta.is_dir() => {
                return Err((folder.to_owned(), io::Error::other("this must be a folder, not a link or a file")));
            }
            Ok(_) => {}
        }
        for entry in walkdir::WalkDir::new(folder).min_depth(1).follow_links(false) {
            let entry = entry.map_err(|e| {
                let path = e.path().unwrap_or(folder).to_owned();
                (path, e.into_io_error().unwrap_or_else(|| io::Error::other("a loop of links")))
            })?;
            let kind = entry.file_type();
            let found = if kind.is_dir() {
                continue;
            } else if kind.is_symlink() {
                DiskEntry::Link
            } else if kind.is_file() {
                let bytes = std::fs::read(entry.path()).map_err(|e| (entry.path().to_owned(), e))?;
                if bytes.starts_with(HEADER.as_bytes()) { DiskEntry::Own(bytes) } else { DiskEntry::Foreign }
            } else {
                DiskEntry::Special
            };
            tree.entries.insert(relative_path(folder, entry.path()), found);
        }
        Ok(tree)
    }
}

/// With `/` on every system; bytes that are no Unicode become `�` (such a file is never one of ours).
fn relative_path(folder: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// How a tree differs from what is on disk. Paths are sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TreeChanges {
    /// Files that are not there yet.
    pub added: Vec<String>,
    /// Own files with another content.
    pub changed: Vec<String>,
    /// Own files that the tree no longer has.
    pub stale: Vec<String>,
    /// Somebody else's files beside the tree's; they stay.
    pub foreign: Vec<String>,
    /// Somebody else's files where the tree has one of its own; nothing is written until they are moved.
    pub in_the_way: Vec<String>,
    /// How many files are as they should be.
    pub unchanged: usize,
}

impl TreeChanges {
    /// Compares what should be with what is.
    #[must_use]
    pub fn between(tree: &ManifestTree, disk: &DiskTree) -> Self {
        let mut changes = Self::default();
        for (path, text) in &tree.files {
            match disk.entries.get(path) {
                None => changes.added.push(path.clone()),
                Some(DiskEntry::Own(bytes)) if bytes == text.as_bytes() => changes.unchanged += 1,
                Some(DiskEntry::Own(_)) => changes.changed.push(path.clone()),
                Some(_) => changes.in_the_way.push(path.clone()),
            }
        }
        for (path, entry) in &disk.entries {
            if !tree.files.contains_key(path) {
                match entry {
                    DiskEntry::Own(_) => changes.stale.push(path.clone()),
                    _ => changes.foreign.push(path.clone()),
                }
            }
        }
        changes
    }

    /// Whether the disk already holds the tree; foreign files do not count.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.stale.is_empty() && self.in_the_way.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;
    use proptest::prelude::*;

    fn object(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> KubeObject {
        KubeObject {
            id: ObjectId {
                api_version: api_version.to_owned(),
                kind: kind.to_owned(),
                namespace: namespace.map(str::to_owned),
                name: name.to_owned(),
            },
            component: "cilium".to_owned(),
            field_path: String::new(),
            body: Value::Null.into(),
        }
    }

    fn paths(objects: &[KubeObject]) -> Vec<String> {
        ManifestTree::from_objects(objects).files().map(|(path, _)| path.to_owned()).collect()
    }

    #[test]
    fn a_path_tells_component_namespace_kind_and_name() {
        assert_eq!(
            paths(&[
                object("apps/v1", "DaemonSet", Some("kube-system"), "cilium"),
                object("rbac.authorization.k8s.io/v1", "ClusterRole", None, "system:coredns"),
            ]),
            ["cilium/_cluster/clusterrole-system%3acoredns.yaml", "cilium/kube-system/daemonset-cilium.yaml"]
        );
    }

    #[test]
    fn one_kind_in_two_groups_gets_the_group() {
        assert_eq!(
            paths(&[
                object("networking.k8s.io/v1", "NetworkPolicy", Some("a"), "x"),
                object("crd.projectcalico.org/v1", "NetworkPolicy", Some("a"), "x"),
            ]),
            ["cilium/a/networkpolicy.crd.projectcalico.org-x.yaml", "cilium/a/networkpolicy.networking.k8s.io-x.yaml"]
        );
    }

    #[test]
    fn names_cannot_leave_the_tree_nor_meet() {
        assert_eq!(path_segment("../../etc/passwd"), "%2e.%2f..%2fetc%2fpasswd");
        assert_eq!(path_segment("_cluster"), "%5fcluster");
        assert_eq!(path_segment(""), "%");
        assert_eq!(path_segment("Foo"), "%46oo");
        assert_eq!(path_segment("a\0b"), "a%00b");
        let long = "x".repeat(300);
        assert_eq!(path_segment(&long).len(), LONGEST_SEGMENT);
        assert_ne!(path_segment(&long), path_segment(&"x".repeat(301)));
        assert!(path_segment(&"/".repeat(300)).len() <= LONGEST_SEGMENT);
    }

    proptest! {
        #[test]
        fn a_segment_is_one_plain_file_name(name in any::<String>(), other in any::<String>()) {
            let segment = path_segment(&name);
            prop_assert!(segment.len() <= LONGEST_SEGMENT);
            prop_assert!(!segment.is_empty() && !segment.starts_with('.') && !segment.starts_with('_'));
            prop_assert!(segment.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-._%".contains(&b)));
            prop_assert_eq!(name == other, segment == path_segment(&other));
        }
    }

    #[test]
    fn changes_are_told_apart() {
        let tree =
            ManifestTree { files: ["new", "same", "other", "taken"].map(|p| (p.to_owned(), HEADER.into())).into() };
        let own = |text: &str| DiskEntry::Own(format!("{HEADER}{text}").into_bytes());
        let disk = DiskTree {
            entries: BTreeMap::from([
                ("same".to_owned(), own("")),
                ("other".to_owned(), own("x")),
                ("old".to_owned(), own("")),
                ("taken".to_owned(), DiskEntry::Foreign),
                ("notes.txt".to_owned(), DiskEntry::Foreign),
            ]),
        };
        let changes = TreeChanges::between(&tree, &disk);
        assert_eq!(
            changes,
            TreeChanges {
                added: vec!["new".to_owned()],
                changed: vec!["other".to_owned()],
                stale: vec!["old".to_owned()],
                foreign: vec!["notes.txt".to_owned()],
                in_the_way: vec!["taken".to_owned()],
                unchanged: 1,
            }
        );
        assert!(!changes.is_none());
    }
}
