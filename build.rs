#![allow(clippy::disallowed_methods, reason = "cargo speaks to a build script through the environment")]
//! Compiles `lib/` into the binary: a sorted table of path → text, so that an installed cniforge needs no file.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=lib");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.lock");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| io::Error::other("cargo sets this"))?);
    let lib = root.join("lib");
    let files = files_below(&lib, "libsonnet")?;
    println!("cargo::rustc-env=CNIFORGE_SOURCE_HASH={:016x}", source_hash(&root)?);
    let mut table = String::from("&[\n");
    for path in files {
        let name = path.strip_prefix(&lib).map_err(io::Error::other)?;
        let parts: Vec<_> = name.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        let _ = writeln!(table, "    ({:?}, include_str!({:?})),", parts.join("/"), path.to_string_lossy());
    }
    table.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets this"))?);
    fs::write(out.join("library.rs"), table)
}

/// Tells builds apart that may render differently although their version is the same.
fn source_hash(root: &Path) -> io::Result<u64> {
    let mut hash = DefaultHasher::new();
    for path in files_below(&root.join("src"), "rs")?.into_iter().chain([root.join("Cargo.lock")]) {
        // A published crate may come without its lock file.
        fs::read(path).unwrap_or_default().hash(&mut hash);
    }
    env!("CARGO_PKG_VERSION").hash(&mut hash);
    Ok(hash.finish())
}

/// Sorted. Tests and notes for readers stay in the source tree.
fn files_below(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "test") {
                files.extend(files_below(&path, extension)?);
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
