//! The steps of a release that do not need the machines that build it: `tools/release.sh`.

use std::fs;
use std::process::Command;

use crate::fleet::{Fleet, Run, repository};

fn release(args: &[&str]) -> Run {
    Run::from(Command::new("bash").arg(repository().join("tools/release.sh")).args(args).output().unwrap())
}

/// One file in a folder, as `release.sh archive` packs it.
fn pack(fleet: &Fleet, target: &str) {
    let name = format!("cniforge-{}-{target}", env!("CARGO_PKG_VERSION"));
    fleet.write(&format!("{name}/cniforge"), &format!("the program for {target}\n"));
    let run =
        Command::new("tar").args(["-czf", &format!("dist/{name}.tar.gz"), &name]).current_dir(&fleet.root).output();
    assert_eq!(Run::from(run.unwrap()).code, 0);
}

#[test]
fn a_tag_is_the_programs_version() {
    for tag in ["v9.9.9", env!("CARGO_PKG_VERSION"), "main"] {
        let run = release(&["version", tag]);
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.err.contains(&format!("the tag is {tag}, and Cargo.toml says {}", env!("CARGO_PKG_VERSION"))));
    }
    let run = release(&["notes", "Unreleased"]);
    assert!(run.code == 0 && run.out.contains("### Added") && !run.out.contains("## ["), "{run:?}");
    assert!(release(&["notes", "9.9.9"]).err.contains("CHANGELOG.md has no section [9.9.9]"));
    assert!(release(&["ship"]).err.contains("there is no step `ship`"));
}

#[test]
fn formula_image_and_checksums_are_made_of_the_archives() {
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    let fleet = Fleet::new();
    fs::create_dir(fleet.root.join("dist")).unwrap();
    let dist = fleet.root.join("dist");
    let dist = dist.to_str().unwrap();
    for target in ["aarch64-apple-darwin", "x86_64-apple-darwin", "aarch64-unknown-linux-musl"] {
        pack(&fleet, target);
    }
    let run = release(&["formula", VERSION, dist]);
    assert!(run.code != 0 && run.err.contains("has no cniforge-"), "one is missing: {run:?}");
    pack(&fleet, "x86_64-unknown-linux-musl");

    let sums = release(&["checksums", dist]).out;
    assert_eq!(sums.lines().count(), 4, "{sums}");
    let formula = release(&["formula", VERSION, dist]).out;
    let cargo = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let url = cargo.lines().find_map(|line| line.strip_prefix("pkg-url = \"")?.strip_suffix('"')).unwrap();
    for line in sums.lines() {
        let (sum, file) = line.split_once("  ").unwrap();
        let target = file.strip_prefix(&format!("cniforge-{VERSION}-")).unwrap().strip_suffix(".tar.gz").unwrap();
        // What cargo-binstall fetches is what Homebrew fetches.
        let expected = [
            ("{ repo }", env!("CARGO_PKG_REPOSITORY")),
            ("{ version }", VERSION),
            ("{ name }", "cniforge"),
            ("{ target }", target),
            ("{ archive-suffix }", ".tar.gz"),
        ]
        .iter()
        .fold(url.to_owned(), |url, (from, to)| url.replace(from, to));
        assert!(formula.contains(&format!("url \"{expected}\"\n      sha256 \"{sum}\"")), "{expected}\n{formula}");
    }

    let image = fleet.root.join("image");
    assert_eq!(release(&["image-folder", VERSION, dist, image.to_str().unwrap()]).code, 0);
    assert_eq!(fleet.read("image/amd64/cniforge"), "the program for x86_64-unknown-linux-musl\n");
    assert_eq!(fleet.read("image/arm64/cniforge"), "the program for aarch64-unknown-linux-musl\n");
}

/// The oldest Rust is said in several places, and all of them mean the same.
#[test]
fn every_workflow_builds_with_the_oldest_rust() {
    let oldest = env!("CARGO_PKG_RUST_VERSION");
    for path in [".github/workflows/ci.yml", ".github/workflows/release.yml"] {
        let text = fs::read_to_string(repository().join(path)).unwrap();
        let installs: Vec<&str> = text.lines().filter(|line| line.contains("rustup toolchain install")).collect();
        assert!(!installs.is_empty(), "{path} installs no Rust");
        for line in installs {
            assert!(
                line.contains(&format!("install {oldest}.0 ")) && line.contains(&format!("default {oldest}.0")),
                "{path}: {line}"
            );
        }
    }
    let contributing = fs::read_to_string(repository().join("CONTRIBUTING.md")).unwrap();
    assert!(contributing.contains(&format!("Rust {oldest} or newer")));
}
