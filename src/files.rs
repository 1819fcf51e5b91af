//! Where a fleet's files are read from: a folder, or a commit of its repository; and what a question would replace.
//!
//! Both sides keep the same rules. What the file system answers for a folder, git's trees answer for a commit; only links
//! differ: in a folder one may point to another file of the fleet, in a commit none is followed.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::git::{Blob, EntryKind, Snapshot};
use crate::limits;
use crate::sources::SourceError;

/// Far above any definition or values file; what is larger is no text that anybody wrote.
pub const LARGEST_FILE: u64 = 16 << 20;

/// The files of one fleet.
#[derive(Debug, Clone)]
pub struct Files {
    backing: Arc<Backing>,
    /// Path → the text to read instead.
    replaced: BTreeMap<String, Arc<[u8]>>,
}

#[derive(Debug)]
enum Backing {
    /// No fleet: there is the built-in library, and nothing else.
    Nothing,
    Folder {
        /// Canonical.
        root: PathBuf,
        /// Folder below it → where it really is; `None` for what is no folder.
        real: Mutex<HashMap<String, Option<PathBuf>>>,
    },
    Commit {
        snapshot: Arc<Snapshot>,
        read: Mutex<HashMap<String, Arc<[u8]>>>,
    },
}

impl Files {
    /// Those below a folder.
    ///
    /// # Errors
    /// When it cannot be resolved.
    pub fn in_folder(root: &Path) -> io::Result<Self> {
        Ok(Self::on(Backing::Folder { root: root.canonicalize()?, real: Mutex::default() }))
    }

    /// None at all.
    #[must_use]
    pub fn none() -> Self {
        Self::on(Backing::Nothing)
    }

    /// Those of a commit.
    #[must_use]
    pub fn in_commit(snapshot: Arc<Snapshot>) -> Self {
        Self::on(Backing::Commit { snapshot, read: Mutex::default() })
    }

    fn on(backing: Backing) -> Self {
        Self { backing: Arc::new(backing), replaced: BTreeMap::new() }
    }

    /// The same files, but for the texts of some that are there.
    #[must_use]
    pub fn with(mut self, replaced: BTreeMap<String, Arc<[u8]>>) -> Self {
        self.replaced.extend(replaced);
        self
    }

    /// Whether the file is there; an error if it may not be read. `closed` is a folder that is not to be read from.
    ///
    /// # Errors
    /// Why it may not be read.
    pub fn check(&self, name: &str, closed: &str) -> Result<bool, SourceError> {
        let (root, folders) = match &*self.backing {
            Backing::Nothing => return Ok(false),
            Backing::Commit { snapshot, .. } => return check_entry(snapshot, name, closed),
            Backing::Folder { root, real } => (root, real),
        };
        let Some((real, meta)) = real_place(root, folders, name)
            .map_err(|e| SourceError { message: format!("`{name}` cannot be read: {e}"), hint: None })?
        else {
            return Ok(false);
        };
        let Ok(below) = real.strip_prefix(root) else {
            return Err(SourceError::new(
                format!("`{name}` is a link that leaves the fleet's root"),
                "a definition reads files below the fleet's root only; copy the file there",
            ));
        };
        let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        check_place(name, parts.iter().map(AsRef::as_ref), below.starts_with(closed))?;
        if !meta.is_file() {
            return Err(SourceError::new(
                format!("`{name}` is not a regular file"),
                "only files are read: no folder, pipe or device",
            ));
        }
        if meta.len() > LARGEST_FILE {
            return Err(too_large(name, meta.len()));
        }
        Ok(true)
    }

    /// The bytes of a file that has passed [`check`](Self::check).
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read(&self, name: &str) -> Result<Arc<[u8]>, SourceError> {
        if let Some(bytes) = self.replaced.get(name) {
            return Ok(Arc::clone(bytes));
        }
        let (snapshot, read) = match &*self.backing {
            Backing::Folder { root, .. } => {
                let bytes = fs::read(root.join(name));
                return bytes
                    .map(Into::into)
                    .map_err(|e| SourceError { message: format!("`{name}` cannot be read: {e}"), hint: None });
            }
            Backing::Commit { snapshot, read } => (snapshot, read),
            Backing::Nothing => return Err(SourceError { message: format!("there is no file `{name}`"), hint: None }),
        };
        let known = limits::exempt(|| read.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned());
        if let Some(bytes) = known {
            return Ok(bytes);
        }
        let lost =
            || SourceError { message: format!("git has no content of `{name}` at {}", snapshot.name), hint: None };
        let entry = snapshot.entry(name).ok().flatten().ok_or_else(lost)?;
        let blob = snapshot.blobs(&[&entry.hash], LARGEST_FILE).ok().and_then(|blobs| blobs.into_iter().next());
        match blob.unwrap_or(Blob::Missing) {
            Blob::Bytes(bytes) => Ok(bytes.into()),
            Blob::TooLarge(size) => Err(too_large(name, size)),
            Blob::Lfs => Err(SourceError::new(
                format!("`{name}` is in Git LFS: the commit holds a pointer to it"),
                "keep what definitions import in git itself",
            )),
            Blob::Missing => Err(SourceError {
                hint: Some("this clone has left it out; fetch the whole of it".to_owned()),
                ..lost()
            }),
        }
    }

    /// What git calls this content, where it is known without reading it.
    #[must_use]
    pub fn blob_id(&self, name: &str) -> Option<String> {
        match &*self.backing {
            Backing::Commit { snapshot, .. } if !self.replaced.contains_key(name) => snapshot
                .entry(name)
                .ok()
                .flatten()
                .filter(|entry| entry.kind == EntryKind::File)
                .map(|entry| entry.hash),
            _ => None,
        }
    }

    /// Reads these files of a commit at once, since one by one each would wait for git. What cannot be read is left for
    /// [`read`](Self::read) to complain of.
    pub fn fetch<'a>(&self, names: impl Iterator<Item = &'a str>) {
        let Backing::Commit { snapshot, read } = &*self.backing else { return };
        let known = limits::exempt(|| {
            let read = read.lock().unwrap_or_else(PoisonError::into_inner);
            names.filter(|name| !read.contains_key(*name)).collect::<Vec<_>>()
        });
        let wanted: Vec<(&str, String)> =
            known.into_iter().filter_map(|name| Some((name, self.blob_id(name)?))).collect();
        let hashes: Vec<&str> = wanted.iter().map(|(_, hash)| hash.as_str()).collect();
        let Ok(blobs) = snapshot.blobs(&hashes, LARGEST_FILE) else { return };
        limits::exempt(|| {
            let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
            for ((name, _), blob) in wanted.iter().zip(blobs) {
                if let Blob::Bytes(bytes) = blob {
                    read.insert((*name).to_owned(), bytes.into());
                }
            }
        });
    }

    /// The files below a folder with this ending, sorted; folders behind links are not searched. `None` if there is no such folder.
    ///
    /// # Errors
    /// The path that cannot be read, and why.
    pub fn list(&self, folder: &str, ending: &str) -> Result<Option<Vec<String>>, (String, String)> {
        match &*self.backing {
            Backing::Nothing => Ok(None),
            Backing::Folder { root, .. } => list_folder(root, folder, ending),
            Backing::Commit { snapshot, .. } => {
                let failed = |finding: crate::finding::Finding| (folder.to_owned(), finding.message);
                if snapshot.folder(folder).map_err(failed)?.is_none() {
                    return Ok(None);
                }
                let mut files = snapshot.files_below(folder).map_err(failed)?;
                files.retain(|path, entry| path.ends_with(ending) && entry.kind != EntryKind::Submodule);
                Ok(Some(files.into_keys().collect()))
            }
        }
    }

    /// The names in a folder, for hints; none if it may not be looked into.
    #[must_use]
    pub fn names_in(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = match &*self.backing {
            Backing::Nothing => Vec::new(),
            Backing::Folder { root, .. } => {
                // Names of files outside must not show in a hint.
                let folder = root.join(folder).canonicalize().ok().filter(|folder| folder.starts_with(root));
                let entries = folder.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten();
                entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
            }
            Backing::Commit { snapshot, .. } => {
                let entries = snapshot.folder(folder).ok().flatten();
                entries.iter().flat_map(|entries| entries.keys().cloned()).collect()
            }
        };
        names.sort();
        names
    }
}

/// Where a file below `root` really is, links followed, and what it is; `None` if it is not there. Folders are resolved once,
/// since the files of a large fleet lie in few.
fn real_place(
    root: &Path,
    folders: &Mutex<HashMap<String, Option<PathBuf>>>,
    name: &str,
) -> io::Result<Option<(PathBuf, fs::Metadata)>> {
    let gone = |e: &io::Error| matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    let (folder, last) = name.rsplit_once('/').unwrap_or(("", name));
    let known = limits::exempt(|| folders.lock().unwrap_or_else(PoisonError::into_inner).get(folder).cloned());
    let folder = if let Some(known) = known {
        known
    } else {
        let found = match root.join(folder).canonicalize() {
            Ok(found) => Some(found),
            Err(e) if gone(&e) => None,
            Err(e) => return Err(e),
        };
        limits::exempt(|| {
            let mut folders = folders.lock().unwrap_or_else(PoisonError::into_inner);
            folders.insert(folder.to_owned(), found.clone());
        });
        found
    };
    let Some(folder) = folder else { return Ok(None) };
    let place = folder.join(last);
    let found = match place.symlink_metadata() {
        Ok(meta) if meta.is_symlink() || last.is_empty() || last == ".." => {
            place.canonicalize().and_then(|real| Ok((real.clone(), real.metadata()?)))
        }
        Ok(meta) => Ok((place, meta)),
        Err(e) => Err(e),
    };
    match found {
        Ok(found) => Ok(Some(found)),
        Err(e) if gone(&e) => Ok(None),
        Err(e) => Err(e),
    }
}

fn list_folder(root: &Path, folder: &str, ending: &str) -> Result<Option<Vec<String>>, (String, String)> {
    let top = root.join(folder);
    if !top.exists() {
        return Ok(None);
    }
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(&top).min_depth(1).follow_links(false).sort_by_file_name() {
        let entry = entry.map_err(|e| {
            let path = e.path().unwrap_or(&top).strip_prefix(root).unwrap_or(&top).display().to_string();
            (path, e.io_error().map_or_else(|| "cannot be read".to_owned(), io::Error::to_string))
        })?;
        let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
        if entry.file_type().is_dir() || !relative.to_string_lossy().ends_with(ending) {
            continue;
        }
        let Some(path) = relative.to_str() else {
            return Err((relative.display().to_string(), "the name is not UTF-8".to_owned()));
        };
        files.push(path.replace(std::path::MAIN_SEPARATOR, "/"));
    }
    Ok(Some(files))
}

fn check_entry(snapshot: &Snapshot, name: &str, closed: &str) -> Result<bool, SourceError> {
    let failed = |finding: crate::finding::Finding| SourceError { message: finding.message, hint: finding.hint };
    let closed = name == closed || name.strip_prefix(closed).is_some_and(|rest| rest.starts_with('/'));
    check_place(name, name.split('/'), closed)?;
    if let Some((path, kind)) = snapshot.obstacle(name).map_err(failed)? {
        let (what, hint) = match kind {
            EntryKind::Submodule => ("a submodule", "its files are in another repository; copy what is needed"),
            _ => ("a link", "links are not followed in a commit; import the file that it points to"),
        };
        return Err(SourceError::new(format!("`{path}` is {what} at {}", snapshot.name), hint));
    }
    match snapshot.entry(name).map_err(failed)? {
        None => Ok(false),
        Some(entry) if entry.kind == EntryKind::File => Ok(true),
        Some(_) => Err(SourceError::new(
            format!("`{name}` is not a regular file"),
            "only files are read: no folder, pipe or device",
        )),
    }
}

/// What no definition may read, wherever the files come from.
fn check_place<'a>(name: &str, mut parts: impl Iterator<Item = &'a str>, closed: bool) -> Result<(), SourceError> {
    if parts.any(|part| part.eq_ignore_ascii_case(".git")) {
        return Err(SourceError::new(
            format!("`{name}` belongs to git"),
            "git's own folder may hold credentials and is closed to definitions",
        ));
    }
    if closed {
        return Err(SourceError::new(
            format!("`{name}` is a rendered file"),
            "rendering from rendered files would make the output depend on the last output; import the source instead",
        ));
    }
    Ok(())
}

fn too_large(name: &str, size: u64) -> SourceError {
    SourceError::new(
        format!("`{name}` has {} MiB; the most is {} MiB", size >> 20, LARGEST_FILE >> 20),
        "split it, or keep it out of the definitions",
    )
}
