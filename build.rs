#![allow(clippy::disallowed_methods, reason = "cargo speaks to a build script through the environment")]
//! Compiles `lib/` into the binary: a sorted table of path → text, so that an installed cniforge needs no file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=lib");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| io::Error::other("cargo sets this"))?);
    let lib = root.join("lib");
    let mut files = Vec::new();
    collect(&lib, &mut files)?;
    files.sort();
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

/// Tests and notes for readers stay in the source tree.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "test") {
                collect(&path, files)?;
            }
        } else if path.extension().is_some_and(|ext| ext == "libsonnet") {
            files.push(path);
        }
    }
    Ok(())
}
