//! Commits of the repository that a fleet lies in, read from git's object database: no checkout, no worktree, no index.
//!
//! The installed git answers, through one `cat-file --batch` that stays open. It is asked for objects only, which runs no
//! hook, filter or alias, and in a way that does not depend on the user: no global configuration, no `GIT_…` variable, no
//! replaced object, and never the network, also where a clone has left objects out.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::finding::Finding;
use crate::limits;
use crate::sources::hex;

/// How a file is kept that lies in Git LFS and not here.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Objects asked for at once. Their requests must fit into a pipe, or both sides would wait for each other.
const BATCH: usize = 256;

/// The repository around a fleet. Shared by all workers.
#[derive(Debug)]
pub struct Repository {
    root: PathBuf,
    /// Where the fleet lies in it: empty, or a path that ends with `/`.
    prefix: String,
    shallow: bool,
    objects: Mutex<Objects>,
}

/// The fleet's files as one commit has them.
#[derive(Debug)]
pub struct Snapshot {
    repository: Arc<Repository>,
    /// As the user calls it, and by its hash: `main (1a2b3c4d5e6f)`.
    pub name: String,
    /// The commit's full hash.
    pub commit: String,
    /// The fleet's folder in it; `None` if it has none.
    root: Option<String>,
    folders: Mutex<HashMap<String, Arc<BTreeMap<String, Entry>>>>,
}

/// One entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// The hash of its content.
    pub hash: String,
}

/// What an entry of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, kept as its target's path.
    Link,
    /// A commit of another repository.
    Submodule,
}

/// A file's content, or why it cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blob {
    /// The bytes.
    Bytes(Vec<u8>),
    /// A pointer to Git LFS.
    Lfs,
    /// So many bytes, which is more than was wanted.
    TooLarge(u64),
    /// A shallow or partial clone has left it out, or it is damaged.
    Missing,
}

impl Repository {
    /// The repository that holds the folder `root`.
    ///
    /// # Errors
    /// When there is none, or no git to read it with.
    pub fn open(root: &Path) -> Result<Arc<Self>, Finding> {
        let found = git(root, &["rev-parse", "--show-prefix", "--is-shallow-repository"])?.ok_or_else(|| {
            Finding::refusal(format!("{} is not in a git repository", root.display()))
                .hint("commit the fleet to git first; `cniforge check --diff` compares with rendered/ and needs none")
        })?;
        // The prefix may be empty, and is a line all the same.
        let (prefix, shallow) = found.split_once('\n').unwrap_or_default();
        Ok(Arc::new(Self {
            root: root.to_owned(),
            prefix: prefix.to_owned(),
            shallow: shallow.trim() == "true",
            objects: Mutex::new(Objects::default()),
        }))
    }

    /// The commit that `revision` means.
    ///
    /// # Errors
    /// When it means none.
    pub fn snapshot(self: &Arc<Self>, revision: &str) -> Result<Arc<Snapshot>, Finding> {
        let unknown = |hint: String| Finding::refusal(format!("git knows no commit `{revision}`")).hint(hint);
        if revision.is_empty() || revision.contains(['\n', '\0']) {
            return Err(unknown("name a branch, a tag or a commit".to_owned()));
        }
        let Some((commit, _)) = self.ask(&format!("{revision}^{{commit}}"), 0)? else {
            return Err(unknown(if self.shallow {
                "this clone is shallow: fetch more of the history (`git fetch --unshallow`; in GitHub Actions \
                 `fetch-depth: 0`)"
                    .to_owned()
            } else {
                "name a branch, a tag or a commit; `git fetch` brings those of the remote".to_owned()
            }));
        };
        let root = format!("{commit}^{{tree}}");
        let root = match self.prefix.trim_end_matches('/') {
            "" => self.ask(&root, 0)?.map(|(hash, _)| hash),
            // A tree's path is looked up by git itself.
            folder => self.ask(&format!("{commit}:{folder}"), 0)?.map(|(hash, _)| hash),
        };
        let short = &commit[..commit.len().min(12)];
        let name = if commit.starts_with(revision) { short.to_owned() } else { format!("{revision} ({short})") };
        Ok(Arc::new(Snapshot { repository: Arc::clone(self), name, commit, root, folders: Mutex::default() }))
    }

    /// What a change is compared with if nobody says: where this branch left the remote's default branch, or else the last
    /// commit.
    ///
    /// # Errors
    /// When that cannot be found out because the clone is shallow, or when there is no commit at all.
    pub fn default_base(self: &Arc<Self>) -> Result<Arc<Snapshot>, Finding> {
        let shallow = |what: &str| {
            Finding::refusal(format!("{what}, since this clone is shallow")).hint(
                "fetch the history (`git fetch --unshallow`; in GitHub Actions `fetch-depth: 0`), or name what to \
                 compare with: `cniforge diff <commit>`",
            )
        };
        let known = git(&self.root, &["for-each-ref", "--format=%(refname)", "refs/remotes"])?.unwrap_or_default();
        let remote = ["HEAD", "main", "master"]
            .iter()
            .map(|branch| format!("refs/remotes/origin/{branch}"))
            .find(|name| known.lines().any(|line| line == name));
        if let Some(remote) = remote {
            let short = remote.trim_start_matches("refs/remotes/");
            return match git(&self.root, &["merge-base", "HEAD", &remote])? {
                Some(base) => {
                    let mut snapshot = self.snapshot(base.trim())?;
                    if let Some(snapshot) = Arc::get_mut(&mut snapshot) {
                        snapshot.name = format!("{} on {short}", snapshot.name);
                    }
                    Ok(snapshot)
                }
                None if self.shallow => Err(shallow(&format!("where this branch left {short} is not known"))),
                None => self.snapshot("HEAD"),
            };
        }
        if self.shallow {
            return Err(shallow("there is nothing to compare with"));
        }
        self.snapshot("HEAD").map_err(|finding| {
            let hint = "commit once; until then there is nothing to compare with";
            if finding.message.contains("HEAD") { finding.hint(hint) } else { finding }
        })
    }

    /// The hash and content of what `name` means; the content only if it has at most `most` bytes.
    fn ask(&self, name: &str, most: u64) -> Result<Option<(String, Blob)>, Finding> {
        Ok(self.ask_all(&[name], most)?.into_iter().next().flatten())
    }

    fn ask_all(&self, names: &[&str], most: u64) -> Result<Vec<Option<(String, Blob)>>, Finding> {
        // An evaluation that is parked while it holds the lock would stop all others.
        limits::exempt(|| {
            let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
            let mut answers = Vec::with_capacity(names.len());
            for names in names.chunks(BATCH) {
                let answered = objects.ask(&self.root, names, most);
                answers.extend(answered.map_err(|e| {
                    objects.process = None;
                    Finding::refusal(format!("git cat-file: {e}"))
                })?);
            }
            Ok(answers)
        })
    }
}

impl Snapshot {
    /// Whether this commit has the fleet's folder at all.
    #[must_use]
    pub fn has_fleet(&self) -> bool {
        self.root.is_some()
    }

    /// What a folder holds, by its path below the fleet's root (empty: the root itself). `None` if it is no folder.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn folder(&self, path: &str) -> Result<Option<Arc<BTreeMap<String, Entry>>>, Finding> {
        let known = limits::exempt(|| self.folders.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned());
        if let Some(known) = known {
            return Ok(Some(known));
        }
        let hash = if path.is_empty() {
            self.root.clone()
        } else {
            self.entry(path)?.filter(|entry| entry.kind == EntryKind::Folder).map(|entry| entry.hash)
        };
        let Some(hash) = hash else { return Ok(None) };
        let Some((_, Blob::Bytes(bytes))) = self.repository.ask(&hash, u64::MAX)? else {
            return Err(Finding::refusal(format!("git has no tree `{path}` of {}", self.name))
                .hint("this clone has left it out; fetch the whole of it"));
        };
        let folder = Arc::new(parse_tree(&bytes, hash.len() / 2));
        limits::exempt(|| {
            let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
            folders.insert(path.to_owned(), Arc::clone(&folder));
        });
        Ok(Some(folder))
    }

    /// What lies at a path below the fleet's root. A link on the way is not followed: nothing is behind it.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn entry(&self, path: &str) -> Result<Option<Entry>, Finding> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        Ok(self.folder(folder)?.and_then(|folder| folder.get(name).cloned()))
    }

    /// The first part of the path that is a link or a submodule, if one is.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn obstacle(&self, path: &str) -> Result<Option<(String, EntryKind)>, Finding> {
        for (at, _) in path.match_indices('/').chain([(path.len(), "")]) {
            match self.entry(&path[..at])? {
                Some(Entry { kind: kind @ (EntryKind::Link | EntryKind::Submodule), .. }) => {
                    return Ok(Some((path[..at].to_owned(), kind)));
                }
                Some(_) => {}
                None => break,
            }
        }
        Ok(None)
    }

    /// Every file below a folder, path below the fleet's root → entry, sorted; links and submodules among them.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn files_below(&self, folder: &str) -> Result<BTreeMap<String, Entry>, Finding> {
        let mut files = BTreeMap::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for (name, entry) in self.folder(&folder)?.iter().flat_map(|entries| entries.iter()) {
                let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
                match entry.kind {
                    EntryKind::Folder => folders.push(path),
                    _ => {
                        files.insert(path, entry.clone());
                    }
                }
            }
        }
        Ok(files)
    }

    /// The contents of these entries, in their order; many at once cost hardly more than one.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn blobs(&self, hashes: &[&str], most: u64) -> Result<Vec<Blob>, Finding> {
        let answers = self.repository.ask_all(hashes, most)?;
        Ok(answers
            .into_iter()
            .map(|answer| match answer {
                Some((_, Blob::Bytes(bytes))) if bytes.starts_with(LFS_POINTER) => Blob::Lfs,
                Some((_, blob)) => blob,
                None => Blob::Missing,
            })
            .collect())
    }
}

/// What git calls a content, in a repository whose names have `digits` digits.
#[must_use]
pub fn blob_id(bytes: &[u8], digits: usize) -> String {
    let head = format!("blob {}\0", bytes.len());
    if digits == 64 {
        hex(&Sha256::new().chain_update(head).chain_update(bytes).finalize())
    } else {
        hex(&Sha1::new().chain_update(head).chain_update(bytes).finalize())
    }
}

/// `<mode> <name>\0<hash>` again and again. A name that is no UTF-8 cannot be imported, so it is left out.
fn parse_tree(mut bytes: &[u8], hash_length: usize) -> BTreeMap<String, Entry> {
    let mut entries = BTreeMap::new();
    while let Some(zero) = bytes.iter().position(|byte| *byte == 0) {
        let (head, rest) = (&bytes[..zero], &bytes[zero + 1..]);
        let Some((hash, rest)) = rest.split_at_checked(hash_length) else { break };
        bytes = rest;
        let Some((mode, name)) = std::str::from_utf8(head).ok().and_then(|head| head.split_once(' ')) else { continue };
        let kind = match mode {
            "40000" => EntryKind::Folder,
            "120000" => EntryKind::Link,
            "160000" => EntryKind::Submodule,
            _ => EntryKind::File,
        };
        entries.insert(name.to_owned(), Entry { kind, hash: hex(hash) });
    }
    entries
}

/// The open `cat-file --batch`.
#[derive(Debug, Default)]
struct Objects {
    process: Option<Process>,
}

#[derive(Debug)]
struct Process {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Objects {
    fn ask(&mut self, root: &Path, names: &[&str], most: u64) -> io::Result<Vec<Option<(String, Blob)>>> {
        let process = match &mut self.process {
            Some(process) => process,
            none => none.insert(Process::start(root)?),
        };
        let mut request = String::new();
        for name in names {
            request.extend([name, "\n"]);
        }
        process.requests.write_all(request.as_bytes())?;
        process.requests.flush()?;
        names.iter().map(|_| process.answer(most)).collect()
    }
}

impl Process {
    fn start(root: &Path) -> io::Result<Self> {
        let mut command = command(root);
        command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let broken = || io::Error::other("its pipes could not be opened");
        let requests = child.stdin.take().ok_or_else(broken)?;
        let answers = BufReader::new(child.stdout.take().ok_or_else(broken)?);
        Ok(Self { child, requests, answers })
    }

    /// `<hash> <type> <size>\n<content>\n`, or `<name> missing\n` and its like.
    fn answer(&mut self, most: u64) -> io::Result<Option<(String, Blob)>> {
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        if head.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut parts = head.split_whitespace();
        let found = (parts.next(), parts.next(), parts.next().and_then(|size| size.parse::<u64>().ok()));
        let (Some(hash), Some("commit" | "tree" | "blob" | "tag"), Some(size)) = found else { return Ok(None) };
        let blob = if size <= most {
            let mut bytes = Vec::new();
            (&mut self.answers).take(size).read_to_end(&mut bytes)?;
            if bytes.len() as u64 != size {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Blob::Bytes(bytes)
        } else {
            io::copy(&mut (&mut self.answers).take(size), &mut io::sink())?;
            Blob::TooLarge(size)
        };
        self.answers.read_exact(&mut [0])?;
        Ok(Some((hash.to_owned(), blob)))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where a folder's repository came from, and how the folder is called in it (`""`, or `sites/`), as far as git knows.
#[must_use]
pub fn origin(folder: &Path) -> (Option<String>, String) {
    let answer = |args: &[&str]| git(folder, args).ok().flatten().map(|text| text.trim().to_owned());
    let url = answer(&["config", "--local", "--get", "remote.origin.url"]);
    (url.filter(|url| !url.is_empty()), answer(&["rev-parse", "--show-prefix"]).unwrap_or_default())
}

/// Runs git for one short answer; `None` if it says no.
fn git(root: &Path, args: &[&str]) -> Result<Option<String>, Finding> {
    let output = command(root).args(args).stdin(Stdio::null()).output().map_err(|e| {
        Finding::refusal(format!("git cannot be run: {e}"))
            .hint("install git: cniforge reads the other side of a diff with it")
    })?;
    Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
}

fn command(root: &Path) -> Command {
    // Whoever calls cniforge from a hook has set some of these for another purpose.
    const NOT_OURS: [&str; 11] = [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_COMMON_DIR",
        "GIT_INDEX_FILE",
        "GIT_PREFIX",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_PARAMETERS",
        "GIT_TRACE",
    ];
    let mut command = Command::new("git");
    // CI often runs as another user than the checkout's owner. What git guards against there are commands that a
    // repository's configuration names; reading objects runs none.
    command.args(["--no-pager", "-c", "safe.directory=*", "-c", "protocol.allow=never"]);
    command.current_dir(root).stderr(Stdio::null());
    for name in NOT_OURS {
        command.env_remove(name);
    }
    for (name, value) in [
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_NO_REPLACE_OBJECTS", "1"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("LC_ALL", "C"),
    ] {
        command.env(name, value);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_is_called_what_git_calls_it() {
        // `git hash-object` says so, in a repository of each kind.
        assert_eq!(blob_id(b"", 40), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(blob_id(b"{}\n", 40), "0967ef424bce6791893e9a57bb952f80fd536e93");
        assert_eq!(blob_id(b"", 64), "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813");
    }

    #[test]
    fn a_tree_is_read_as_git_writes_it() {
        let mut bytes = Vec::new();
        for (mode, name, byte) in
            [("100644", "a b", 1), ("40000", "dir", 2), ("120000", "link", 3), ("160000", "sub", 4)]
        {
            bytes.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            bytes.extend_from_slice(&[byte; 20]);
        }
        // Cut off in the last hash: what is whole counts.
        bytes.extend_from_slice(b"100644 cut\0\x01");
        let tree = parse_tree(&bytes, 20);
        let kinds: Vec<_> = tree.iter().map(|(name, entry)| (name.as_str(), entry.kind)).collect();
        assert_eq!(
            kinds,
            [
                ("a b", EntryKind::File),
                ("dir", EntryKind::Folder),
                ("link", EntryKind::Link),
                ("sub", EntryKind::Submodule)
            ]
        );
        assert_eq!(tree["dir"].hash, "02".repeat(20));
    }
}
