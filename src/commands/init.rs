//! `cniforge init`: the beginning of a fleet. Nothing is asked, and nothing that is there is touched.

mod delivery;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{Exit, Session};
use crate::cli::InitArgs;
use crate::discover::FLEET_FILE;
use crate::finding::Finding;
use crate::report::plural;

/// What a fleet begins with: path below its root, text. `@CLUSTER@` is the cluster's name, `@VERSION@` the program's,
/// `@DELIVERY@` what the overlay says of the engine that applies the trees.
const FILES: &[(&str, &str)] = &[
    (FLEET_FILE, include_str!("init/cniforge.toml")),
    ("clusters/@CLUSTER@.jsonnet", include_str!("init/cluster.jsonnet.txt")),
    ("overlays/common.libsonnet", include_str!("init/common.libsonnet.txt")),
    ("vendor/README.md", include_str!("init/vendor.md")),
    (".github/workflows/cniforge.yml", include_str!("init/workflow.yml")),
    (".gitattributes", include_str!("init/gitattributes.txt")),
    (".gitignore", include_str!("init/gitignore.txt")),
];

/// What `--example` adds.
const EXAMPLES: &[(&str, &str)] = &[
    ("clusters/example-edge.jsonnet", include_str!("init/example-edge.jsonnet.txt")),
    ("clusters/example-dual-stack.jsonnet", include_str!("init/example-dual-stack.jsonnet.txt")),
];

/// What a folder is called whose name is no cluster's.
const NAMELESS: &str = "cluster-1";

pub(super) fn run(session: &Session<'_>, args: &InitArgs) -> Result<Exit, Finding> {
    let problem = |path: &Path, e: std::io::Error| Finding::refusal(format!("{}: {e}", path.display()));
    fs::create_dir_all(&args.folder).map_err(|e| problem(&args.folder, e))?;
    let root = args.folder.canonicalize().map_err(|e| problem(&args.folder, e))?;
    refuse_inside_a_fleet(&root)?;
    let cluster = cluster_name(&root);
    // A definition that is there is a better beginning than ours, and has its own overlays.
    let begun = holds_definitions(&root.join("clusters"));
    let mut wanted: Vec<(&str, &str)> = FILES.to_vec();
    if args.example {
        wanted.extend(EXAMPLES);
    }
    let delivery = args.engine.map(|engine| delivery::overlay(engine.into(), &root)).unwrap_or_default();
    let mut written = 0;
    let mut out = String::new();
    for (path, text) in wanted {
        let fill = |text: &str| {
            text.replace("@CLUSTER@", &cluster)
                .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
                .replace("@DELIVERY@", &delivery)
        };
        let path = fill(path);
        let starter = path.starts_with("clusters/") || path.starts_with("overlays/");
        let new = !(begun && starter) && create(&root, &path, &fill(text)).map_err(|e| problem(Path::new(&path), e))?;
        written += usize::from(new);
        let word = match (new, root.join(&path).exists()) {
            (true, _) => "wrote",
            (false, true) => "kept",
            // The fleet has definitions of its own.
            (false, false) => continue,
        };
        let _ = writeln!(out, "{word:<6} {path}");
    }
    session.print(&out)?;
    let next = if args.folder == Path::new(".") {
        "`cniforge render`".to_owned()
    } else {
        format!("`cniforge --fleet {} render`", args.folder.display())
    };
    session.terminal.status(&format!("{} written; next: {next}", plural(written, "file")));
    Ok(Exit::Fine)
}

/// A fleet in another one would hide it from whoever works below.
fn refuse_inside_a_fleet(root: &Path) -> Result<(), Finding> {
    let above = root.ancestors().skip(1).find(|folder| folder.join(FLEET_FILE).is_file());
    match above {
        None => Ok(()),
        Some(above) => Err(Finding::refusal(format!("{} is a fleet, and this folder lies in it", above.display()))
            .hint(format!(
                "go on there, or remove {} if no fleet is meant to be there",
                above.join(FLEET_FILE).display()
            ))),
    }
}

fn holds_definitions(folder: &Path) -> bool {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .any(|entry| entry.path().extension().is_some_and(|extension| extension == "jsonnet"))
}

/// Whether the file was not there and now is.
fn create(root: &Path, path: &str, text: &str) -> std::io::Result<bool> {
    let path: PathBuf = root.join(path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // In one step with the look whether it is there: nothing is overwritten, not even through a link.
    match fs::File::options().write(true).create_new(true).open(&path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| true),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(e),
    }
}

/// The folder's name as a cluster can have it: a DNS label.
fn cluster_name(root: &Path) -> String {
    let name = root.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let label: String =
        name.chars().map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' }).collect();
    let label: String = label.trim_matches('-').chars().take(63).collect();
    let label = label.trim_end_matches('-');
    if label.is_empty() { NAMELESS.to_owned() } else { label.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folders_name_becomes_a_clusters() {
        for (folder, name) in [
            ("/srv/shenzhen-1", "shenzhen-1"),
            ("/srv/My Fleet", "my-fleet"),
            ("/srv/_x_", "x"),
            ("/srv/集群", NAMELESS),
            ("/", NAMELESS),
        ] {
            assert_eq!(cluster_name(Path::new(folder)), name, "{folder}");
        }
        let long = format!("/{}-{}", "a".repeat(62), "b".repeat(9));
        assert_eq!(cluster_name(Path::new(&long)), "a".repeat(62));
    }
}
