//! What `render` remembers, so that a run in which nothing has changed evaluates nothing.
//!
//! A definition is remembered with a fingerprint of all that its evaluation can read and a stamp of each folder that was
//! written from it: size, inode, modification and change time of every file, as git does it for its index. If both are what
//! they were, the folder is what rendering would make it. Anything else — a finding, a foreign file, a file touched a moment
//! before — is not remembered, and the cluster is rendered. The memory lies in `rendered/.cniforge/` and is never committed;
//! `check` does not use it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::sources::hex;
use crate::write::WORK_FOLDER;

/// Definition file → what it was rendered to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Memory {
    definitions: BTreeMap<String, Remembered>,
}

/// What is remembered of one definition file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Remembered {
    fingerprint: String,
    /// The clusters that it defines.
    pub clusters: Vec<RememberedCluster>,
}

/// One cluster of a remembered definition.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RememberedCluster {
    /// Its folder.
    pub name: String,
    /// How many objects, each a file.
    pub objects: usize,
    /// What the management cluster has to know of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<String>,
    stamp: String,
}

/// One cluster that was rendered.
#[derive(Debug, Clone, Copy)]
pub struct Noted<'a> {
    /// Its folder.
    pub name: &'a str,
    /// How many objects, each a file.
    pub objects: usize,
    /// What the management cluster has to know of it.
    pub delivered: Option<&'a str>,
}

/// What a folder looks like from outside.
struct Stamp {
    hash: String,
    /// The latest change time of a file, in nanoseconds since 1970.
    newest: i128,
}

impl Memory {
    /// What an earlier run has left; nothing if there is none or it cannot be read.
    #[must_use]
    pub fn load(rendered: &Path) -> Self {
        fs::read(path(rendered)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Replaces what an earlier run has left.
    ///
    /// # Errors
    /// When it cannot be written; nothing is lost then but time.
    pub fn save(&self, rendered: &Path) -> io::Result<()> {
        let path = path(rendered);
        let staged = path.with_extension("new");
        fs::write(&staged, serde_json::to_vec(self)?)?;
        fs::rename(staged, path)
    }

    /// What the definition was rendered to, if it and every folder are still the same.
    #[must_use]
    pub fn recall(&self, rendered: &Path, definition: &str, fingerprint: &str) -> Option<&Remembered> {
        let known = self.definitions.get(definition).filter(|known| known.fingerprint == fingerprint)?;
        let same = |cluster: &RememberedCluster| {
            stamp(&rendered.join(&cluster.name)).is_some_and(|stamp| stamp.hash == cluster.stamp)
        };
        known.clusters.iter().all(same).then_some(known)
    }

    /// Notes that the definition has just been rendered to these clusters, unless one of their files was changed so lately
    /// that another change could bear the same time.
    pub fn note(
        &mut self,
        rendered: &Path,
        now: Option<FileTime>,
        definition: &str,
        fingerprint: String,
        clusters: &[Noted<'_>],
    ) {
        /// Twice the tick of the slowest common kernel clock.
        const TICK: i128 = 20_000_000;
        let remembered: Option<Vec<RememberedCluster>> = clusters
            .iter()
            .map(|noted| {
                let stamp = stamp(&rendered.join(noted.name))?;
                let settled = now.is_some_and(|FileTime(now)| stamp.newest + TICK < now);
                settled.then(|| RememberedCluster {
                    name: noted.name.to_owned(),
                    objects: noted.objects,
                    delivered: noted.delivered.map(str::to_owned),
                    stamp: stamp.hash,
                })
            })
            .collect();
        match remembered {
            Some(clusters) => {
                self.definitions.insert(definition.to_owned(), Remembered { fingerprint, clusters });
            }
            None => self.forget(definition),
        }
    }

    /// The definition is to be rendered next time.
    pub fn forget(&mut self, definition: &str) {
        self.definitions.remove(definition);
    }
}

fn path(rendered: &Path) -> PathBuf {
    rendered.join(WORK_FOLDER).join("memory.json")
}

/// A time by the clock that stamps the files of a file system, in nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileTime(i128);

impl FileTime {
    /// That of a file written now.
    #[must_use]
    pub fn now(rendered: &Path) -> Option<Self> {
        let probe = rendered.join(WORK_FOLDER).join("clock");
        fs::write(&probe, "now").ok()?;
        change_time(&fs::metadata(&probe).ok()?).map(Self)
    }
}

/// `None` for a folder with something in it that is no plain file, and on systems without change times.
fn stamp(folder: &Path) -> Option<Stamp> {
    let mut hash = Sha256::new();
    let mut newest = 0;
    if folder.symlink_metadata().is_ok_and(|meta| !meta.is_dir()) {
        return None;
    }
    for entry in walkdir::WalkDir::new(folder).min_depth(1).sort_by_file_name() {
        let entry = match entry {
            Ok(entry) => entry,
            // A cluster without objects has no folder.
            Err(e) if e.depth() == 0 => break,
            Err(_) => return None,
        };
        if entry.file_type().is_dir() {
            continue;
        }
        let meta = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        let changed = change_time(&meta)?;
        newest = newest.max(changed);
        hash.update(entry.path().strip_prefix(folder).ok()?.as_os_str().as_encoded_bytes());
        hash.update([0]);
        for number in [i128::from(meta.len()), i128::from(inode(&meta)), modification_time(&meta)?, changed] {
            hash.update(number.to_le_bytes());
        }
    }
    Some(Stamp { hash: hex(&hash.finalize()), newest })
}

#[cfg(unix)]
use unix::{change_time, inode, modification_time};

#[cfg(unix)]
mod unix {
    use std::fs::Metadata;
    use std::os::unix::fs::MetadataExt as _;

    #[allow(clippy::unnecessary_wraps, reason = "other systems have none")]
    pub(super) fn change_time(meta: &Metadata) -> Option<i128> {
        Some(i128::from(meta.ctime()) * 1_000_000_000 + i128::from(meta.ctime_nsec()))
    }

    #[allow(clippy::unnecessary_wraps, reason = "other systems have none")]
    pub(super) fn modification_time(meta: &Metadata) -> Option<i128> {
        Some(i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec()))
    }

    pub(super) fn inode(meta: &Metadata) -> u64 {
        meta.ino()
    }
}

#[cfg(not(unix))]
use elsewhere::{change_time, inode, modification_time};

#[cfg(not(unix))]
mod elsewhere {
    use std::fs::Metadata;

    pub(super) fn change_time(_meta: &Metadata) -> Option<i128> {
        None
    }

    pub(super) fn modification_time(_meta: &Metadata) -> Option<i128> {
        None
    }

    pub(super) fn inode(_meta: &Metadata) -> u64 {
        0
    }
}
