//! A fleet in a temporary folder, and the program run on it in an empty environment.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_yaml::Value as Yaml;

/// What a definition needs besides its name.
pub const GALAXY: &str =
    "type: 'Baremetal', kubernetesVersion: '1.21.4', podCIDRs: ['10.244.0.0/16'], serviceCIDRs: ['10.96.0.0/16']";

/// What the definition of a Cilium cluster needs besides its name.
pub const CILIUM: &str = "type: 'Baremetal', kubernetesVersion: '1.34.1', podCIDRs: ['10.244.0.0/16'], \
    serviceCIDRs: ['10.96.0.0/16'], cni: 'cilium'";

/// Removed when dropped.
pub struct Fleet {
    pub root: PathBuf,
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Fleet {
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fleet-{}-{number}", std::process::id()));
        fs::create_dir_all(root.join("clusters")).unwrap();
        fs::write(root.join("cniforge.toml"), "").unwrap();
        Self { root }
    }

    /// A fleet of galaxy clusters with these names.
    pub fn galaxy(names: &[&str]) -> Self {
        let fleet = Self::new();
        for name in names {
            fleet.cluster(name, "");
        }
        fleet
    }

    /// Writes the definition of a galaxy cluster with some more fields.
    pub fn cluster(&self, name: &str, more: &str) {
        self.write(
            &format!("clusters/{name}.jsonnet"),
            &format!("(import 'cniforge/main.libsonnet').cluster {{ name: '{name}', {GALAXY}, {more} }}\n"),
        );
    }

    /// Writes the definition of a Cilium cluster with some more fields, which may say anything of [`CILIUM`] anew.
    pub fn cilium(&self, name: &str, more: &str) {
        self.write(
            &format!("clusters/{name}.jsonnet"),
            &format!("(import 'cniforge/main.libsonnet').cluster {{ name: '{name}', {CILIUM} }} + {{ {more} }}\n"),
        );
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    pub fn exists(&self, path: &str) -> bool {
        self.root.join(path).symlink_metadata().is_ok()
    }

    /// The program with no environment but what a test adds, in the fleet's root.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cniforge"));
        command.args(args).env_clear().current_dir(&self.root).stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Run {
        self.command(args).output().map(Run::from).unwrap()
    }

    /// Runs what must succeed.
    pub fn ok(&self, args: &[&str]) -> Run {
        let run = self.run(args);
        assert_eq!(run.code, 0, "{args:?}: {run:?}");
        run
    }

    /// What was rendered for a cluster, read back: `DaemonSet/cilium` → object.
    pub fn objects(&self, cluster: &str) -> BTreeMap<String, Yaml> {
        files_below(&self.root.join("rendered").join(cluster))
            .values()
            .map(|text| {
                let object: Yaml = serde_yaml::from_str(text).unwrap();
                let name = object["metadata"]["name"].as_str().unwrap();
                (format!("{}/{name}", object["kind"].as_str().unwrap()), object)
            })
            .collect()
    }

    /// Path below `rendered/` → text, without the tool's own folder.
    pub fn rendered(&self) -> BTreeMap<String, String> {
        files_below(&self.root.join("rendered"))
            .into_iter()
            .filter(|(path, _)| !path.starts_with(".cniforge/"))
            .collect()
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Every regular file below a folder, relative path → text.
pub fn files_below(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let Ok(entries) = fs::read_dir(folder) else { return files };
    for entry in entries {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            files.extend(files_below(&entry.path()).into_iter().map(|(path, text)| (format!("{name}/{path}"), text)));
        } else if entry.file_type().unwrap().is_file() {
            files.insert(name, fs::read_to_string(entry.path()).unwrap_or_default());
        }
    }
    files
}

/// The root of this repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Where a program of this machine is, if it is on PATH.
pub fn tool(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The same for a test that is content with less; `less` says what is not done without it.
pub fn optional_tool(name: &str, less: &str) -> Option<PathBuf> {
    let found = tool(name);
    if found.is_none() {
        // Not by the macro: a passing test's words would be kept back.
        let _ = writeln!(std::io::stderr(), "there is no {name} on PATH: {less}");
    }
    found
}

/// The names of the folders in `tests/scenarios`, in order.
pub fn scenarios() -> Vec<String> {
    let entries = fs::read_dir(repository().join("tests/scenarios")).unwrap().map(Result::unwrap);
    let mut names: Vec<String> = entries
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
