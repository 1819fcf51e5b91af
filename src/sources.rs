//! The files that an evaluation may read: those below the fleet's root, and the built-in library.
//!
//! A definition may come from a pull request that nobody has read. It cannot name an absolute path, climb out of the root
//! with `..` or through a link, read git's own folder (a CI checkout keeps its token there) or the rendered trees (the
//! output would depend on the last output). Each file is read once a run, so every cluster sees the same bytes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::files::Files;
use crate::finding::Place;
use crate::library;
use crate::limits;
use crate::scan::{self, Scan};

/// What the names of built-in library files start with. No fleet file can be imported by such a name.
pub const BUILT_IN: &str = "<cniforge>/";

/// The folder below the root whose files are found by every import, and win over the built-in library.
pub const VENDOR: &str = "vendor";

/// Why a file cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceError {
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl SourceError {
    /// What is wrong, and what to do about it.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()) }
    }
}

/// The readable files of one fleet. Shared by all workers.
#[derive(Debug)]
pub struct Sources {
    files: Files,
    /// Name of the folder below the root that holds the trees.
    rendered: String,
    cache: Mutex<Cache>,
}

/// What has been read, resolved and scanned in this run.
#[derive(Debug, Default, Clone)]
struct Cache {
    bytes: HashMap<String, Arc<[u8]>>,
    /// (folder of the importing file, wanted path) → name
    resolved: HashMap<(String, String), String>,
    scans: HashMap<String, Arc<Scan>>,
    hashes: HashMap<String, [u8; 32]>,
    /// (folder, ending) → the files there; `None` if there is no such folder
    lists: HashMap<(String, String), Option<Vec<String>>>,
}

impl Cache {
    fn forget(&mut self, name: &str) {
        self.bytes.remove(name);
        self.scans.remove(name);
        self.hashes.remove(name);
    }
}

/// A file that the engine must not be given.
#[derive(Debug)]
pub struct RefusedSource {
    /// Its name.
    pub file: String,
    /// The byte at fault.
    pub offset: usize,
    /// What is wrong.
    pub error: SourceError,
}

impl Sources {
    /// The files below `root`, save those in its folder `rendered`.
    ///
    /// # Errors
    /// When `root` cannot be resolved.
    pub fn new(root: &Path, rendered: &str) -> io::Result<Self> {
        Ok(Self::of(Files::in_folder(root)?, rendered))
    }

    /// These files, save those in the folder `rendered`.
    #[must_use]
    pub fn of(files: Files, rendered: &str) -> Self {
        Self { files, rendered: rendered.to_owned(), cache: Mutex::default() }
    }

    /// The files behind it, with no rule but their own.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// As [`Files::list`], looked at once.
    ///
    /// # Errors
    /// The path that cannot be read, and why.
    pub fn list(&self, folder: &str, ending: &str) -> Result<Option<Vec<String>>, (String, String)> {
        let key = (folder.to_owned(), ending.to_owned());
        if let Some(known) = self.with_cache(|cache| cache.lists.get(&key).cloned()) {
            return Ok(known);
        }
        let files = self.files.list(folder, ending)?;
        self.with_cache(|cache| cache.lists.insert(key, files.clone()));
        Ok(files)
    }

    /// The same files, but for the texts of some that are there. What has been read of the others is not read again.
    #[must_use]
    pub fn with(&self, replaced: BTreeMap<String, Arc<[u8]>>) -> Self {
        let mut cache = self.with_cache(|cache| cache.clone());
        for name in replaced.keys() {
            cache.forget(name);
        }
        Self { files: self.files.clone().with(replaced), rendered: self.rendered.clone(), cache: Mutex::new(cache) }
    }

    /// Lets `name` stand for this text, whatever is on disk.
    pub fn provide(&self, name: &str, text: &str) {
        self.with_cache(|cache| {
            cache.forget(name);
            cache.bytes.insert(name.to_owned(), text.as_bytes().into());
        });
    }

    /// The name of the file that an import of `wanted` inside the file `from` means.
    ///
    /// Looked for beside `from`, then in `vendor/`, then in the built-in library.
    ///
    /// # Errors
    /// When there is no such file, or when it may not be read.
    pub fn resolve(&self, from: &str, wanted: &str) -> Result<String, SourceError> {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let key = (folder.to_owned(), wanted.to_owned());
        if let Some(name) = self.with_cache(|cache| cache.resolved.get(&key).cloned()) {
            return Ok(name);
        }
        let name = self.resolve_anew(from, folder, wanted)?;
        self.with_cache(|cache| cache.resolved.insert(key, name.clone()));
        Ok(name)
    }

    /// An evaluation that is parked while it holds the lock would stop all others.
    fn with_cache<T>(&self, work: impl FnOnce(&mut Cache) -> T) -> T {
        limits::exempt(|| work(&mut self.cache.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    fn resolve_anew(&self, from: &str, folder: &str, wanted: &str) -> Result<String, SourceError> {
        if wanted.starts_with(['/', '\\', '<']) || wanted.contains(['\\', '\0']) || Path::new(wanted).is_absolute() {
            return Err(SourceError::new(
                format!("the import of `{wanted}` is not a relative path"),
                "a definition reads files below the fleet's root only; write the path relative to this file, with `/`",
            ));
        }
        if from.starts_with(BUILT_IN) {
            let folder = folder.strip_prefix(BUILT_IN.trim_end_matches('/')).unwrap_or(folder);
            return join(folder.trim_start_matches('/'), wanted)
                .filter(|path| library::get(path).is_some())
                .map(|path| format!("{BUILT_IN}{path}"))
                .ok_or_else(|| SourceError { message: format!("the library has no `{wanted}`"), hint: None });
        }
        let Some(beside) = join(folder, wanted) else {
            return Err(SourceError::new(
                format!("the import of `{wanted}` leaves the fleet's root"),
                "a definition reads files below the fleet's root only; move the file there",
            ));
        };
        for candidate in [Some(beside), join(VENDOR, wanted).filter(|p| p.starts_with(VENDOR))].into_iter().flatten() {
            if self.check(&candidate)? {
                return Ok(candidate);
            }
        }
        if let Some(path) = join("", wanted).filter(|path| library::get(path).is_some()) {
            return Ok(format!("{BUILT_IN}{path}"));
        }
        Err(self.not_found(folder, wanted))
    }

    fn not_found(&self, folder: &str, wanted: &str) -> SourceError {
        let name = wanted.rsplit('/').next().unwrap_or(wanted);
        let sought =
            join(folder, wanted).and_then(|path| Some(path.rsplit_once('/')?.0.to_owned())).unwrap_or_default();
        let beside = self.files.names_in(&sought);
        let near = crate::finding::nearest(name, beside.iter().map(String::as_str));
        let hint = match near.first() {
            Some(near) => format!("did you mean `{}`?", wanted.strip_suffix(name).unwrap_or("").to_owned() + near),
            None => format!("looked for beside the importing file, in `{VENDOR}/` and in the built-in library"),
        };
        SourceError::new(format!("there is no file `{wanted}` to import"), hint)
    }

    /// The bytes of a file, by the name that [`resolve`](Self::resolve) gave or by its path below the root.
    ///
    /// # Errors
    /// When it is not there, may not be read or is too large.
    pub fn bytes(&self, name: &str) -> Result<Arc<[u8]>, SourceError> {
        if let Some(bytes) = self.with_cache(|cache| cache.bytes.get(name).cloned()) {
            return Ok(bytes);
        }
        let bytes: Arc<[u8]> = match name.strip_prefix(BUILT_IN) {
            Some(path) => library::get(path)
                .ok_or_else(|| SourceError { message: format!("the library has no `{path}`"), hint: None })?
                .as_bytes()
                .into(),
            None => self.read_below_root(name)?,
        };
        Ok(self.with_cache(|cache| Arc::clone(cache.bytes.entry(name.to_owned()).or_insert(bytes))))
    }

    /// The text of a file that must be jsonnet.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes), and when it is not UTF-8.
    pub fn text(&self, name: &str) -> Result<String, SourceError> {
        String::from_utf8(self.bytes(name)?.to_vec())
            .map_err(|_| SourceError::new(format!("`{name}` is not UTF-8 text"), "save it as UTF-8"))
    }

    /// The definition and all fleet files that it imports as code, directly or not, each fit to be parsed; sorted but for
    /// the definition itself, which comes first. What an import does not find is left for the engine to complain of.
    ///
    /// # Errors
    /// The first file that is nested too deep or hides what it imports.
    pub fn code_files(&self, definition: &str) -> Result<Vec<String>, RefusedSource> {
        let mut found = vec![definition.to_owned()];
        let mut next = 0;
        while next < found.len() {
            let file = found[next].clone();
            next += 1;
            let Some(scan) = self.scan(&file) else { continue };
            if let Some(offset) = scan.too_deep {
                let error = SourceError::new("this is nested too deeply", "no definition needs thousands of levels");
                return Err(RefusedSource { file, offset, error });
            }
            if let Some(offset) = scan.odd_import {
                let error =
                    SourceError::new("the path of an import must be a plain quoted string", "write it out, with `/`");
                return Err(RefusedSource { file, offset, error });
            }
            for wanted in &scan.imports {
                if let Ok(name) = self.resolve(&file, wanted)
                    && !name.starts_with(BUILT_IN)
                    && !found.contains(&name)
                {
                    found.push(name);
                }
            }
        }
        found[1..].sort();
        Ok(found)
    }

    /// Where a finding about a definition is shown that lies in no one line of it.
    #[must_use]
    pub fn first_line(&self, definition: &str) -> Place {
        let text = self.text(definition).unwrap_or_default();
        let text = text.lines().next().unwrap_or_default().to_owned();
        Place { file: definition.to_owned(), line: 1, column: 1, width: text.chars().count().max(1), text }
    }

    /// Everything of the fleet that evaluating the definition can read, text and data, as far as it is there; sorted.
    pub fn inputs(&self, definition: &str) -> BTreeSet<String> {
        let mut found: BTreeSet<String> = self.code_files(definition).unwrap_or_default().into_iter().collect();
        for file in found.clone() {
            let Some(scan) = self.scan(&file) else { continue };
            let data = scan.data.iter().filter_map(|wanted| self.resolve(&file, wanted).ok());
            found.extend(data.filter(|name| !name.starts_with(BUILT_IN)));
        }
        found
    }

    /// A hash of everything that evaluating the definition can read: the program and its library, the definition, and
    /// what it and its imports import, found or not. `None` where that cannot be said.
    ///
    /// Paths of imports are literals, so what can be read is known without evaluating.
    pub fn fingerprint(&self, definition: &str) -> Option<String> {
        let mut hash = Sha256::new();
        let mut add = |part: &[u8]| {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        };
        add(library::digest().as_bytes());
        for file in self.code_files(definition).ok()? {
            let scan = self.scan(&file)?;
            add(file.as_bytes());
            add(&self.hash(&file)?);
            for wanted in scan.imports.iter().chain(&scan.data) {
                match self.resolve(&file, wanted) {
                    Ok(name) => {
                        add(name.as_bytes());
                        if !name.starts_with(BUILT_IN) {
                            add(&self.hash(&name)?);
                        }
                    }
                    Err(_) => add(b"missing"),
                }
            }
        }
        Some(hex(&hash.finalize()))
    }

    fn hash(&self, file: &str) -> Option<[u8; 32]> {
        if let Some(hash) = self.with_cache(|cache| cache.hashes.get(file).copied()) {
            return Some(hash);
        }
        let hash: [u8; 32] = Sha256::digest(&self.bytes(file).ok()?).into();
        self.with_cache(|cache| cache.hashes.insert(file.to_owned(), hash));
        Some(hash)
    }

    pub(crate) fn scan(&self, file: &str) -> Option<Arc<Scan>> {
        if let Some(scan) = self.with_cache(|cache| cache.scans.get(file).cloned()) {
            return Some(scan);
        }
        let scan = Arc::new(scan::scan(&self.text(file).ok()?));
        self.with_cache(|cache| cache.scans.insert(file.to_owned(), Arc::clone(&scan)));
        Some(scan)
    }

    fn read_below_root(&self, name: &str) -> Result<Arc<[u8]>, SourceError> {
        if !self.check(name)? {
            return Err(SourceError { message: format!("there is no file `{name}`"), hint: None });
        }
        self.files.read(name)
    }

    pub(crate) fn check(&self, name: &str) -> Result<bool, SourceError> {
        self.files.check(name, &self.rendered)
    }
}

/// Lower case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

/// `folder/wanted` without `.` and `..`; `None` if it climbs above the top.
fn join(folder: &str, wanted: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(wanted.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_below_the_top() {
        assert_eq!(join("clusters", "../overlays/a.libsonnet").as_deref(), Some("overlays/a.libsonnet"));
        assert_eq!(join("", "./a//b").as_deref(), Some("a/b"));
        assert_eq!(join("clusters", "../../a"), None);
        assert_eq!(join("", ".."), None);
    }
}
