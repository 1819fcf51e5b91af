//! go-jsonnet evaluates the same definitions, over the same library, to the same objects.

use std::process::Command;
use std::sync::Arc;

use cniforge::evaluate::Evaluator;
use cniforge::limits::Limits;
use cniforge::sources::Sources;
use cniforge::yaml::to_yaml;
use serde_json::Value as Json;

use crate::fleet::{files_below, optional_tool, repository, scenarios};

#[test]
fn go_jsonnet_gives_the_same_objects() {
    let Some(jsonnet) = optional_tool("jsonnet", "nothing is compared with go-jsonnet") else { return };
    let mut files: Vec<String> =
        files_below(&repository().join("clusters")).into_keys().map(|name| format!("clusters/{name}")).collect();
    files.extend(scenarios().into_iter().map(|name| format!("tests/scenarios/{name}/cluster.jsonnet")));
    assert!(files.len() > 20, "{files:?}");
    let mut evaluator = Evaluator::new(Arc::new(Sources::new(&repository(), "rendered").unwrap()), Limits::default());
    // In one run, so that the library is read once.
    let all: Vec<String> = files.iter().map(|file| format!("'{file}': import '{file}'")).collect();
    let output = Command::new(&jsonnet)
        .args(["-J", "lib", "-e", &format!("{{ {} }}", all.join(", "))])
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs: Json = serde_json::from_slice(&output.stdout).unwrap();
    for file in files {
        let value = evaluator.value(&file).unwrap_or_else(|findings| panic!("{file}: {findings:#?}"));
        let ours: Json = serde_yaml::from_str(&to_yaml(&value)).unwrap();
        let mut differences = Vec::new();
        compare(&theirs[&file], &ours, "", &mut differences);
        assert!(differences.is_empty(), "{file}: go-jsonnet says otherwise\n{}", differences.join("\n"));
    }
}

/// The paths at which two documents differ. Texts are compared byte for byte.
fn compare(theirs: &Json, ours: &Json, at: &str, differences: &mut Vec<String>) {
    match (theirs, ours) {
        (Json::Object(theirs), Json::Object(ours)) if theirs.keys().eq(ours.keys()) => {
            theirs.iter().for_each(|(key, value)| compare(value, &ours[key], &format!("{at}.{key}"), differences));
        }
        (Json::Array(theirs), Json::Array(ours)) if theirs.len() == ours.len() => {
            for (i, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                compare(theirs, ours, &format!("{at}[{i}]"), differences);
            }
        }
        (Json::Number(theirs), Json::Number(ours)) if theirs.as_f64() == ours.as_f64() => {}
        _ if theirs == ours => {}
        _ => differences.push(format!("{at}\n  go-jsonnet: {theirs}\n  cniforge:   {ours}")),
    }
}
