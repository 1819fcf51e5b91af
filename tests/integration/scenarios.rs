//! `tests/scenarios/<name>/cluster.jsonnet` is a definition as somebody with that wish writes it; `expected.yaml` holds what
//! its objects have otherwise than those of the version's default scenario, where there is one, and what is said about it.
//!
//! After a change that is meant: `UPDATE=1 cargo test --test integration scenarios`, and read the diff.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

use cniforge::assemble::assemble;
use cniforge::evaluate::{Depth, Evaluated, EvaluatedCluster, Evaluator};
use cniforge::field_path;
use cniforge::finding::{Finding, Severity};
use cniforge::limits::Limits;
use cniforge::sources::Sources;
use cniforge::value::{Map, Value};
use cniforge::yaml::to_yaml;

use crate::fleet::{repository, scenarios};

/// The default scenarios from the newest on; each is told by the one before it, and the first in full.
const DEFAULTS: [&str; 3] = ["default-1.20", "default-1.19", "default-1.18"];

/// `DaemonSet kube-system/cilium` → its manifest.
type Objects = BTreeMap<String, Value>;

fn evaluate(evaluator: &mut Evaluator, scenario: &str) -> EvaluatedCluster {
    match evaluator.definition(&format!("tests/scenarios/{scenario}/cluster.jsonnet"), Depth::Manifests) {
        Evaluated::Cluster(cluster) => *cluster,
        Evaluated::Inventory(_) => panic!("{scenario} is an inventory"),
        Evaluated::Failed(findings) => panic!("{scenario}: {findings:#?}"),
    }
}

fn objects(scenario: &str, cluster: &EvaluatedCluster) -> Objects {
    let (objects, findings) = assemble(&cluster.manifests);
    assert!(findings.is_empty(), "{scenario}: {findings:#?}");
    objects.into_iter().map(|object| (object.id.to_string(), opened(&object.body))).collect()
}

/// A manifest whose texts of JSON are what they hold, so that they are compared field by field.
fn opened(value: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with('{') => match serde_json::from_str(text) {
            Ok(json) => from_json(json),
            Err(_) => value.clone(),
        },
        Value::List(items) => Value::List(items.iter().map(opened).collect()),
        Value::Map(map) => {
            Value::Map(Map::from_entries(map.iter().map(|(key, value)| (key.to_owned(), opened(value))).collect()))
        }
        _ => value.clone(),
    }
}

fn from_json(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => Value::Number(number.as_f64().unwrap()),
        serde_json::Value::String(text) => Value::String(text),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(from_json).collect()),
        serde_json::Value::Object(map) => {
            Value::Map(Map::from_entries(map.into_iter().map(|(key, value)| (key, from_json(value))).collect()))
        }
    }
}

fn map(entries: BTreeMap<String, Value>) -> Value {
    Value::Map(Map::from_entries(entries.into_iter().collect()))
}

/// What `after` has otherwise than `before`: field path → what stands there now, or null for what is gone. In a list
/// without names `[+2]` is new at that place, and `[-2]` stood there before.
fn changes(before: &Value, after: &Value, at: &str, found: &mut BTreeMap<String, Value>) {
    match (before, after) {
        (Value::Map(old), Value::Map(new)) => {
            let keys: BTreeSet<&str> = old.iter().chain(new.iter()).map(|(key, _)| key).collect();
            for key in keys {
                let mut path = at.to_owned();
                field_path::push(&mut path, key);
                match (old.get(key), new.get(key)) {
                    (Some(old), Some(new)) => changes(old, new, &path, found),
                    (_, new) => {
                        found.insert(path, new.cloned().unwrap_or(Value::Null));
                    }
                }
            }
        }
        (Value::List(old), Value::List(new)) if old != new => match (named(old), named(new)) {
            (Some(old), Some(new)) if in_same_order(&old, &new) => {
                for name in old.iter().chain(&new).map(|(name, _)| *name).collect::<BTreeSet<_>>() {
                    let of =
                        |items: &[(&str, &Value)]| items.iter().find(|item| item.0 == name).map(|item| item.1.clone());
                    let path = format!("{at}[{name}]");
                    match (of(&old), of(&new)) {
                        (Some(old), Some(new)) => changes(&old, &new, &path, found),
                        (_, new) => {
                            found.insert(path, new.unwrap_or(Value::Null));
                        }
                    }
                }
            }
            _ => {
                let gone: Vec<usize> = (0..old.len()).filter(|i| !new.contains(&old[*i])).collect();
                let added: Vec<usize> = (0..new.len()).filter(|i| !old.contains(&new[*i])).collect();
                let kept = old.iter().enumerate().filter(|(i, _)| !gone.contains(i)).map(|(_, item)| item);
                let common = new.iter().enumerate().filter(|(i, _)| !added.contains(i)).map(|(_, item)| item);
                if gone.len() < old.len() && kept.eq(common) {
                    found.extend(gone.iter().map(|i| (format!("{at}[-{i}]"), old[*i].clone())));
                    found.extend(added.iter().map(|i| (format!("{at}[+{i}]"), new[*i].clone())));
                } else {
                    found.insert(at.to_owned(), after.clone());
                }
            }
        },
        _ if before != after => {
            found.insert(at.to_owned(), after.clone());
        }
        _ => {}
    }
}

/// Items that are told apart by their names: containers, volumes, environment variables.
fn named(items: &[Value]) -> Option<Vec<(&str, &Value)>> {
    let items: Vec<_> = items.iter().map(|item| Some((item.at(&["name"])?.as_str()?, item))).collect::<Option<_>>()?;
    let names: BTreeSet<&str> = items.iter().map(|(name, _)| *name).collect();
    (names.len() == items.len()).then_some(items)
}

fn in_same_order(old: &[(&str, &Value)], new: &[(&str, &Value)]) -> bool {
    let common = |items: &[(&str, &Value)], others: &[(&str, &Value)]| -> Vec<String> {
        let is_there = |name: &&str| others.iter().any(|(other, _)| other == name);
        items.iter().map(|(name, _)| *name).filter(is_there).map(str::to_owned).collect()
    };
    common(old, new) == common(new, old)
}

fn said(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Refusal | Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    format!("{severity}: {}", finding.message)
}

/// The text of `expected.yaml`.
fn told(cluster: &EvaluatedCluster, before: &Objects, after: &Objects) -> String {
    let mut sections = BTreeMap::new();
    let mut add = |name: &str, value: BTreeMap<String, Value>| {
        if !value.is_empty() {
            sections.insert(name.to_owned(), map(value));
        }
    };
    add(
        "added",
        after.iter().filter(|(id, _)| !before.contains_key(*id)).map(|(id, body)| (id.clone(), body.clone())).collect(),
    );
    let changed = before.iter().filter_map(|(id, old)| {
        let mut found = BTreeMap::new();
        changes(old, after.get(id)?, "", &mut found);
        (!found.is_empty()).then(|| (id.clone(), map(found)))
    });
    add("changed", changed.collect());
    let mut list = |name: &str, items: Vec<String>| {
        if !items.is_empty() {
            sections.insert(name.to_owned(), Value::List(items.into_iter().map(Value::String).collect()));
        }
    };
    list("removed", before.keys().filter(|id| !after.contains_key(*id)).cloned().collect());
    list("said", cluster.findings.iter().map(said).collect());
    to_yaml(&map(sections))
}

#[test]
fn every_scenario_gives_the_objects_that_are_expected() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut evaluator = Evaluator::new(Arc::new(Sources::new(&repository(), "rendered").unwrap()), Limits::default());
    let mut defaults: BTreeMap<&str, Objects> = BTreeMap::new();
    let mut failures = Vec::new();
    let others: Vec<String> = scenarios().into_iter().filter(|name| !DEFAULTS.contains(&name.as_str())).collect();
    for name in DEFAULTS.into_iter().chain(others.iter().map(String::as_str)) {
        let cluster = evaluate(&mut evaluator, name);
        let version = cluster.summary.as_ref().and_then(|summary| summary.cni_version.clone()).unwrap_or_default();
        let after = objects(name, &cluster);
        let nothing = Objects::new();
        let before = match DEFAULTS.iter().position(|default| *default == name) {
            Some(0) => &nothing,
            Some(at) => &defaults[DEFAULTS[at - 1]],
            // A version without a default scenario is told in full.
            None => {
                let minor = version.rsplit_once('.').map_or("", |(minor, _)| minor);
                defaults.get(format!("default-{minor}").as_str()).unwrap_or(&nothing)
            }
        };
        let actual = told(&cluster, before, &after);
        let path = repository().join("tests/scenarios").join(name).join("expected.yaml");
        if update {
            fs::write(&path, &actual).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if actual != expected {
            let diff = similar::TextDiff::from_lines(&expected, &actual);
            failures.push(format!("--- {name}\n{}", diff.unified_diff().context_radius(2)));
        }
        if let Some(default) = DEFAULTS.iter().find(|default| **default == name) {
            defaults.insert(default, after);
        }
    }
    assert!(failures.is_empty(), "{}\n{} scenarios differ; UPDATE=1 accepts them", failures.join("\n"), failures.len());
}
