//! The jsonnet library, compiled into the binary.

/// Path below `lib/` → text, sorted by path.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// The text of one library file, by its path below `lib/`: `cniforge/main.libsonnet`.
#[must_use]
pub fn get(path: &str) -> Option<&'static str> {
    FILES.binary_search_by(|(name, _)| (*name).cmp(path)).ok().map(|at| FILES[at].1)
}

/// Every file, sorted by path.
#[must_use]
pub fn files() -> &'static [(&'static str, &'static str)] {
    FILES
}
