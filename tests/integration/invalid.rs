//! `tests/invalid/<case>/` is a fleet with something wrong; `expected.txt` is what `render` says of it.
//!
//! After a change that is meant: `UPDATE=1 cargo test invalid`, and read the diff.

use std::fs;
use std::path::Path;

use crate::fleet::{Fleet, repository};

#[test]
fn every_invalid_fleet_is_explained_as_expected() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut cases: Vec<_> =
        fs::read_dir(repository().join("tests/invalid")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let mut failures = Vec::new();
    for case in &cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let fleet = Fleet::new();
        copy(case, &fleet.root);
        let run = fleet.run(&["render"]);
        let last = run.err.trim_end().rfind('\n').map_or(0, |at| at + 1);
        let actual = if run.err[last..].starts_with("rendered ") { &run.err[..last] } else { &run.err };
        let expected_path = case.join("expected.txt");
        if update {
            fs::write(&expected_path, actual).unwrap();
        }
        let expected = fs::read_to_string(&expected_path).unwrap_or_default();
        if actual != expected {
            failures.push(format!("--- {name}: expected\n{expected}--- {name}: actual\n{actual}"));
        }
        let wants_failure = !name.starts_with("warning-");
        assert_eq!(run.code, if wants_failure { 2 } else { 0 }, "{name}: {run:?}");
        assert!(!wants_failure || fleet.rendered().keys().all(|path| path.starts_with("good/")), "{name} wrote a tree");
    }
    assert!(failures.is_empty(), "{}\n{} cases differ; UPDATE=1 accepts them", failures.join("\n"), failures.len());
    assert!(cases.len() > 30);
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else if entry.file_name() != "expected.txt" {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
