//! A folder becomes the tree, whole or not at all.
//!
//! A changed tree is built beside the old one, in `rendered/.cniforge/`, out of new files and of hard links to the files
//! that stay (so their modification time does too), and then takes the old folder's place in one system call. Whatever
//! kills the run, each cluster's folder is the old one or the new one. What a killed run leaves in `.cniforge/` is cleared
//! by the next; a lock there makes two runs wait for each other.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::tree::{DiskEntry, DiskTree, ManifestTree, TreeChanges};

/// Where runs keep what is not part of any tree. The dot hides it from Argo CD's directory generators.
pub const WORK_FOLDER: &str = ".cniforge";

/// A path and what the system said of it.
#[derive(Debug)]
pub struct WriteError {
    /// The file or folder at fault.
    pub path: PathBuf,
    /// The system's answer, or ours.
    pub error: io::Error,
}

type Result<T> = std::result::Result<T, WriteError>;

fn at(path: &Path) -> impl FnOnce(io::Error) -> WriteError + '_ {
    move |error| WriteError { path: path.to_owned(), error }
}

/// The right to write below one `rendered/` folder, held by one process at a time.
#[derive(Debug)]
pub struct TreeWriter {
    rendered: PathBuf,
    /// Held for its lock, which ends with the process, however that ends.
    _lock: File,
}

impl TreeWriter {
    /// Takes the lock and clears what a killed run has left. `on_wait` is called once if another run holds the lock.
    ///
    /// # Errors
    /// When `rendered` is a link or cannot be written.
    pub fn open(rendered: &Path, on_wait: impl FnOnce()) -> Result<Self> {
        refuse_link(rendered)?;
        let work = rendered.join(WORK_FOLDER);
        refuse_link(&work)?;
        fs::create_dir_all(&work).map_err(at(&work))?;
        for entry in fs::read_dir(&work).map_err(at(&work))? {
            let entry = entry.map_err(at(&work))?;
            if entry.file_type().map_err(at(&work))?.is_symlink() {
                // git can bring one along, and what is written here would go wherever it points.
                return Err(at(&entry.path())(io::Error::other("this must not be a link; remove it")));
            }
        }
        let ignore = work.join(".gitignore");
        if !ignore.exists() {
            fs::write(&ignore, "*\n").map_err(at(&ignore))?;
        }
        let lock_path = work.join("lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&lock_path).map_err(at(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                on_wait();
                lock.lock().map_err(at(&lock_path))?;
            }
            Err(TryLockError::Error(error)) => return Err(at(&lock_path)(error)),
        }
        let writer = Self { rendered: rendered.to_owned(), _lock: lock };
        writer.recover()?;
        Ok(writer)
    }

    /// Makes `rendered/<cluster>` hold exactly `tree` and the foreign files that are there, and says what changed.
    ///
    /// Nothing is touched when nothing differs, nor when a foreign file stands in the way (see the result).
    ///
    /// # Errors
    /// The folder is then what it was before.
    pub fn write(&self, cluster: &str, tree: &ManifestTree) -> Result<TreeChanges> {
        let folder = self.rendered.join(cluster);
        let disk = DiskTree::read(&folder).map_err(|(path, error)| WriteError { path, error })?;
        let changes = TreeChanges::between(tree, &disk);
        if changes.is_none() || !changes.in_the_way.is_empty() {
            return Ok(changes);
        }
        let staged = self.staging(cluster);
        let kept = changes.foreign.is_empty();
        if tree.is_empty() && kept {
            return retire(&folder, &staged).map(|()| changes);
        }
        stage(&staged, &folder, tree, &disk).and_then(|()| self.put_in_place(cluster, &staged, &folder)).inspect_err(
            |_| {
                let _ = fs::remove_dir_all(&staged);
            },
        )?;
        Ok(changes)
    }

    fn staging(&self, cluster: &str) -> PathBuf {
        self.rendered.join(WORK_FOLDER).join(format!("new-{cluster}"))
    }

    fn replaced(&self, cluster: &str) -> PathBuf {
        self.rendered.join(WORK_FOLDER).join(format!("old-{cluster}"))
    }

    fn put_in_place(&self, cluster: &str, staged: &Path, folder: &Path) -> Result<()> {
        if !folder.exists() {
            return fs::rename(staged, folder).map_err(at(folder));
        }
        if exchange(staged, folder).map_err(at(folder))? {
            return fs::remove_dir_all(staged).map_err(at(staged));
        }
        // The file system cannot swap. `recover` undoes the first rename if we die before the second.
        let old = self.replaced(cluster);
        fs::rename(folder, &old).map_err(at(folder))?;
        fs::rename(staged, folder).map_err(at(folder))?;
        fs::remove_dir_all(&old).map_err(at(&old))
    }

    fn recover(&self) -> Result<()> {
        let work = self.rendered.join(WORK_FOLDER);
        for entry in fs::read_dir(&work).map_err(at(&work))? {
            let path = entry.map_err(at(&work))?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            if let Some(cluster) = name.strip_prefix("old-") {
                let folder = self.rendered.join(cluster);
                if folder.exists() {
                    fs::remove_dir_all(&path).map_err(at(&path))?;
                } else {
                    fs::rename(&path, &folder).map_err(at(&folder))?;
                }
            } else if name.starts_with("new-") {
                fs::remove_dir_all(&path).map_err(at(&path))?;
            }
        }
        Ok(())
    }
}

/// The whole folder goes at once, then its files.
fn retire(folder: &Path, staged: &Path) -> Result<()> {
    match fs::rename(folder, staged) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(at(folder)(e)),
        Ok(()) => fs::remove_dir_all(staged).map_err(at(staged)),
    }
}

/// A link in the place of a folder could lead every write out of the fleet.
fn refuse_link(folder: &Path) -> Result<()> {
    match folder.symlink_metadata() {
        Ok(meta) if !meta.is_dir() => Err(at(folder)(io::Error::other("this must be a folder, not a link or a file"))),
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(at(folder)(e)),
        _ => Ok(()),
    }
}

fn stage(staged: &Path, folder: &Path, tree: &ManifestTree, disk: &DiskTree) -> Result<()> {
    fs::create_dir(staged).map_err(at(staged))?;
    let mut made = String::new();
    let mut make_parent = |path: &str| -> Result<()> {
        // Paths come sorted, so one remembered folder spares nearly every call.
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        if parent != made {
            let parent_path = staged.join(parent);
            fs::create_dir_all(&parent_path).map_err(at(&parent_path))?;
            parent.clone_into(&mut made);
        }
        Ok(())
    };
    for (path, text) in tree.files() {
        make_parent(path)?;
        let target = staged.join(path);
        match disk.entries.get(path) {
            Some(DiskEntry::Own(bytes)) if bytes == text.as_bytes() => keep_file(&folder.join(path), &target)?,
            _ => File::create_new(&target).and_then(|mut file| file.write_all(text.as_bytes())).map_err(at(&target))?,
        }
    }
    for (path, entry) in &disk.entries {
        if matches!(entry, DiskEntry::Own(_)) {
            continue;
        }
        make_parent(path)?;
        let (source, target) = (folder.join(path), staged.join(path));
        match entry {
            DiskEntry::Link => keep_link(&source, &target)?,
            _ => keep_file(&source, &target)?,
        }
    }
    Ok(())
}

/// The same file in a second place: a hard link, or, where the file system has none, a copy with its times.
fn keep_file(source: &Path, target: &Path) -> Result<()> {
    if fs::hard_link(source, target).is_ok() {
        return Ok(());
    }
    let copy = || {
        let meta = source.symlink_metadata()?;
        if !meta.is_file() {
            return Err(io::Error::other("a pipe, socket or device cannot stay in a tree; move it away"));
        }
        fs::copy(source, target)?;
        let times = fs::FileTimes::new().set_modified(meta.modified()?).set_accessed(meta.accessed()?);
        File::options().write(true).open(target)?.set_times(times)
    };
    copy().map_err(at(source))
}

#[cfg(unix)]
fn keep_link(source: &Path, target: &Path) -> Result<()> {
    fs::read_link(source).and_then(|to| std::os::unix::fs::symlink(to, target)).map_err(at(source))
}

#[cfg(not(unix))]
fn keep_link(source: &Path, _target: &Path) -> Result<()> {
    Err(at(source)(io::Error::other("a symbolic link cannot stay in a tree on this system; move it away")))
}

/// Swaps two folders in one step; `false` where the system or the file system cannot.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(a: &Path, b: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
        Err(e) => Err(e.into()),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(_a: &Path, _b: &Path) -> io::Result<bool> {
    Ok(false)
}
