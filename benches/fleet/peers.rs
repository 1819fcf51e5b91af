//! The same clusters through other programs, where they are on `PATH`. Nothing is fetched.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::generate::{Cluster, KUBERNETES_VERSION};
use crate::measure::{Usage, run};

/// What a peer took for some clusters of the fleet.
pub struct Measured {
    pub usage: Usage,
    pub clusters: usize,
    /// How many objects it made of them.
    pub objects: usize,
}

/// What `program` says to `arguments`; `None` if it is not on `PATH`.
pub fn version(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    let said = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    Some(String::from_utf8_lossy(&said).lines().next().unwrap_or_default().trim().to_owned())
}

/// `helm template` of the official chart, one process a cluster.
pub fn helm(chart: &Path, work: &Path, sample: &[Cluster]) -> io::Result<Measured> {
    let home = work.join("helm");
    fs::create_dir_all(&home)?;
    let mut runs = Vec::new();
    let mut objects = 0;
    for cluster in sample {
        let out = home.join("out.yaml");
        let mut command = Command::new("helm");
        command.args(["template", "cilium"]).arg(chart).args(["--namespace", "kube-system"]);
        command.args(["--kube-version", KUBERNETES_VERSION]);
        for (i, values) in cluster.helm_values().iter().enumerate() {
            let file = home.join(format!("values-{i}.yaml"));
            // JSON is YAML.
            fs::write(&file, values.to_string())?;
            command.arg("--values").arg(file);
        }
        for variable in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
            command.env(variable, &home);
        }
        runs.push(run(command.stdout(fs::File::create(&out)?))?);
        objects += fs::read_to_string(&out)?.lines().filter(|line| line.starts_with("kind: ")).count();
    }
    Ok(Measured { usage: Usage::sum(&runs), clusters: sample.len(), objects })
}

/// `tk export` of environments that import the fleet's definitions, in one process.
pub fn tk(fleet: &Path, work: &Path, sample: &[Cluster]) -> io::Result<Measured> {
    let root = work.join("tk");
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root)?;
    fs::write(root.join("jsonnetfile.json"), r#"{"version": 1, "dependencies": []}"#)?;
    link(&library(work)?, &root.join("lib"))?;
    for folder in ["clusters", "overlays"] {
        link(&fleet.join(folder), &root.join(folder))?;
    }
    for Cluster { name, .. } in sample {
        let environment = root.join("environments").join(name);
        fs::create_dir_all(&environment)?;
        fs::write(environment.join("main.jsonnet"), format!("import '../../clusters/{name}.jsonnet'\n"))?;
        let spec = serde_json::json!({
            "apiVersion": "tanka.dev/v1alpha1",
            "kind": "Environment",
            "metadata": { "name": format!("environments/{name}") },
            "spec": { "apiServer": "https://127.0.0.1:6443", "namespace": "kube-system" },
        });
        fs::write(environment.join("spec.json"), spec.to_string())?;
    }
    let format = "{{env.metadata.name}}/{{or .metadata.namespace \"_cluster\"}}/{{.kind}}-{{.metadata.name}}";
    let mut command = Command::new("tk");
    command.current_dir(&root).args(["export", "out", "environments", "--recursive", "--format", format]);
    let usage = run(command.stdout(Stdio::null()))?;
    let objects = files_below(&root.join("out"))?
        .iter()
        .filter(|(path, _)| path.extension().is_some_and(|e| e == "yaml"))
        .count();
    Ok(Measured { usage, clusters: sample.len(), objects })
}

/// `jsonnet -J lib` of the fleet's definitions, one process a cluster, JSON out.
pub fn jsonnet(fleet: &Path, work: &Path, sample: &[Cluster]) -> io::Result<Measured> {
    let library = library(work)?;
    let mut runs = Vec::new();
    for Cluster { name, .. } in sample {
        let mut command = Command::new("jsonnet");
        command
            .args(["--max-stack", "2000", "--jpath"])
            .arg(&library)
            .arg(fleet.join(format!("clusters/{name}.jsonnet")));
        runs.push(run(command.stdout(Stdio::null()))?);
    }
    Ok(Measured { usage: Usage::sum(&runs), clusters: sample.len(), objects: 0 })
}

/// The library that is compiled into the binary, as a folder for other programs.
fn library(work: &Path) -> io::Result<PathBuf> {
    let folder = work.join("lib");
    for (path, text) in cniforge::library::files() {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap_or(&folder))?;
        fs::write(file, text)?;
    }
    Ok(folder)
}

/// Every file below `folder` and its size; what begins with a dot is left out.
pub fn files_below(folder: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let mut files = Vec::new();
    let visible =
        |entry: &walkdir::DirEntry| entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".");
    for entry in walkdir::WalkDir::new(folder).into_iter().filter_entry(visible) {
        let entry = entry?;
        if entry.file_type().is_file() {
            let size = entry.metadata()?.len();
            files.push((entry.into_path(), size));
        }
    }
    Ok(files)
}

#[cfg(unix)]
fn link(target: &Path, place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

#[cfg(not(unix))]
fn link(_target: &Path, _place: &Path) -> io::Result<()> {
    Err(io::Error::other("tk is measured on Unix only"))
}
