//! A fleet of the cases of a conformance pack: every value of Cilium changed at least once, and whole scenarios.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// Writes a definition for each case that the chart renders, and says how many. A pack is gzipped JSON lines, the first of
/// which is its base.
pub fn write_fleet(pack: &Path, folder: &Path) -> io::Result<usize> {
    let output = Command::new("gzip").arg("-dc").arg(pack).output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("gzip -dc {}: {}", pack.display(), output.status)));
    }
    let text = String::from_utf8(output.stdout).map_err(io::Error::other)?;
    let mut lines = text.lines().map(serde_json::from_str::<Value>);
    let base = lines.next().ok_or_else(|| io::Error::other("the pack is empty"))??;
    fs::create_dir_all(folder.join("clusters"))?;
    fs::write(folder.join("cniforge.toml"), "")?;
    let mut count = 0;
    for case in lines {
        let case = case?;
        if case["refused"] == json!(true) || case["secrets"] == json!(true) || !case["values"].is_object() {
            continue;
        }
        count += 1;
        let name = format!("c{count:05}");
        fs::write(folder.join("clusters").join(format!("{name}.jsonnet")), definition(&name, &base["version"], &case))?;
    }
    Ok(count)
}

fn definition(name: &str, version: &Value, case: &Value) -> String {
    let mut values = case["values"].clone();
    if values["cluster"].is_null() {
        values["cluster"] = json!({ "name": "default" });
    }
    let secrets: Vec<&str> = case["put"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, object)| object["kind"] == "Secret")
        .filter_map(|(_, object)| object["metadata"]["name"].as_str())
        .collect();
    let cluster = json!({
        "name": name,
        "type": "Baremetal",
        "kubernetesVersion": case["kubernetesVersion"],
        "apiVersions": case["apiVersions"],
        "podCIDRs": ["10.0.0.0/8"],
        "serviceCIDRs": ["172.20.0.0/16"],
        "cni": "cilium",
        "allowSecrets": secrets,
    });
    let cilium = json!({ "version": version, "namespace": case["namespace"], "values": values });
    format!("(import 'cniforge/main.libsonnet').cluster + {cluster} + {{ cilium+: {cilium} }}\n")
}
