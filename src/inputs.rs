//! Which definitions read the same in two states of a fleet, so that neither needs to be evaluated.
//!
//! What git knows is not read: two commits are compared by the names that git gives to contents, and a file of the folder
//! gets its name worked out.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::discover::Fleet;
use crate::git;
use crate::scan::Scan;
use crate::sources::{BUILT_IN, SourceError, Sources};

/// The definition files, by path, that are there on both sides and read the same.
#[must_use]
pub fn unchanged(before: (&Fleet, &Sources), after: (&Fleet, &Sources), workers: usize) -> BTreeSet<String> {
    let ((before, old), (after, new)) = (before, after);
    if before.config.clusters != after.config.clusters {
        return BTreeSet::new();
    }
    let paths = |fleet: &Fleet, sources: &Sources| -> BTreeSet<String> {
        let files = fleet.definitions(sources).map(|(files, _)| files).unwrap_or_default();
        files.into_iter().map(|file| file.path).collect()
    };
    let (one, other) = (paths(before, old), paths(after, new));
    let both: Vec<&str> = one.intersection(&other).map(String::as_str).collect();
    // Of two commits, one has to be read, to see what is imported.
    new.files().fetch(both.iter().copied());
    let comparison = Comparison::of(old, new);
    std::thread::scope(|scope| {
        let chunks = both.chunks(both.len().div_ceil(workers.clamp(1, 16)).max(1));
        let comparison = &comparison;
        let handles: Vec<_> = chunks
            .map(|chunk| {
                let same =
                    move || chunk.iter().filter(|path| comparison.same_inputs(path)).map(|path| (*path).to_owned());
                scope.spawn(move || same().collect::<Vec<_>>())
            })
            .collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap_or_default()).collect()
    })
}

/// Two states of the same files. Shared by all workers.
#[derive(Debug)]
struct Comparison<'a> {
    one: &'a Sources,
    other: &'a Sources,
    /// File → whether it has the same bytes on both sides.
    same: Mutex<HashMap<String, bool>>,
}

impl<'a> Comparison<'a> {
    fn of(one: &'a Sources, other: &'a Sources) -> Self {
        Self { one, other, same: Mutex::default() }
    }

    /// Whether everything that evaluating the definition can read is the same on both sides: as two equal
    /// [fingerprints](Sources::fingerprint) say it, too.
    fn same_inputs(&self, definition: &str) -> bool {
        let mut files = vec![definition.to_owned()];
        let mut next = 0;
        while next < files.len() {
            let file = files[next].clone();
            next += 1;
            if !self.same_bytes(&file) {
                return false;
            }
            // Both scans are this one, since the texts are equal.
            let Some(scan) = self.scan(&file).filter(|scan| scan.too_deep.is_none() && scan.odd_import.is_none())
            else {
                return false;
            };
            for (at, wanted) in scan.imports.iter().chain(&scan.data).enumerate() {
                match (self.one.resolve(&file, wanted), self.other.resolve(&file, wanted)) {
                    (Ok(one), Ok(other)) if one == other => {
                        if one.starts_with(BUILT_IN) || files.contains(&one) {
                            continue;
                        }
                        if at < scan.imports.len() {
                            files.push(one);
                        } else if !self.same_bytes(&one) {
                            return false;
                        }
                    }
                    (Err(_), Err(_)) => {}
                    _ => return false,
                }
            }
        }
        true
    }

    fn same_bytes(&self, file: &str) -> bool {
        let known = self.same.lock().unwrap_or_else(PoisonError::into_inner).get(file).copied();
        known.unwrap_or_else(|| {
            let same = self.compare(file).unwrap_or(false);
            self.same.lock().unwrap_or_else(PoisonError::into_inner).insert(file.to_owned(), same);
            same
        })
    }

    /// Git's names of contents are taken at its word: two contents of one name cannot come into one repository.
    fn compare(&self, file: &str) -> Result<bool, SourceError> {
        let id = |sources: &Sources| -> Result<Option<String>, SourceError> {
            // What is read instead is checked when it is.
            let id = sources.files().blob_id(file);
            if id.is_some() && !sources.check(file)? { Ok(None) } else { Ok(id) }
        };
        match (id(self.one)?, id(self.other)?) {
            (Some(one), Some(other)) => Ok(one == other),
            (Some(id), None) => Ok(git::blob_id(&self.other.bytes(file)?, id.len()) == id),
            (None, Some(id)) => Ok(git::blob_id(&self.one.bytes(file)?, id.len()) == id),
            (None, None) => Ok(self.one.bytes(file)? == self.other.bytes(file)?),
        }
    }

    /// From the side that has the text at hand.
    fn scan(&self, file: &str) -> Option<Arc<Scan>> {
        if self.other.files().blob_id(file).is_none() { self.other.scan(file) } else { self.one.scan(file) }
    }
}
