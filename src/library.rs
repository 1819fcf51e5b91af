//! The jsonnet library, compiled into the binary.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

/// Path below `lib/` → text, sorted by path.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// The text of one library file, by its path below `lib/`: `cniforge/main.libsonnet`.
#[must_use]
pub fn get(path: &str) -> Option<&'static str> {
    FILES.binary_search_by(|(name, _)| (*name).cmp(path)).ok().map(|at| FILES[at].1)
}

/// A hash of the program's own source and of every file here: what else than a definition's files decides its manifests.
#[must_use]
pub fn digest() -> &'static str {
    static DIGEST: LazyLock<String> = LazyLock::new(|| {
        let mut hash = Sha256::new();
        hash.update(env!("CNIFORGE_SOURCE_HASH"));
        for (path, text) in FILES {
            hash.update([0]);
            hash.update(path);
            hash.update([0]);
            hash.update(text);
        }
        crate::sources::hex(&hash.finalize())
    });
    &DIGEST
}

/// Every file, sorted by path.
#[must_use]
pub fn files() -> &'static [(&'static str, &'static str)] {
    FILES
}
