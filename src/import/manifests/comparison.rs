//! How two sets of objects differ, as numbers for the search and as text for people.

use std::collections::{BTreeMap, BTreeSet};

use super::{corefile, parsed};
use crate::import::text_diff::unified;
use crate::object::ObjectId;
use crate::value::{Map, Value};
use crate::yaml::to_yaml;

/// Objects in normal form by what identifies them: API group, kind, namespace, name.
pub type Objects = BTreeMap<(String, String, Option<String>, String), Value>;

/// What identifies an object whatever version of its API it is written in. A Job's name ends in a hash of what it does, so
/// that it runs anew; it is the same Job all the same.
#[must_use]
pub fn key(id: &ObjectId) -> (String, String, Option<String>, String) {
    let hash = |text: &str| text.len() >= 6 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let name = match id.name.rsplit_once('-') {
        Some((name, end)) if id.kind == "Job" && hash(end) => name,
        _ => &id.name,
    };
    (id.group().to_owned(), id.kind.clone(), id.namespace.clone(), name.to_owned())
}

/// An object that is there on one side only counts as much as this many fields, so that nothing is added to please a few.
const WHOLE_OBJECT: usize = 40;

/// One field in which an object differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Names and indices from the object down.
    pub path: Vec<String>,
    /// What the cluster has there.
    pub wanted: Option<Value>,
}

/// How far `rendered` is from what is `wanted`; 0 is the same.
#[must_use]
pub fn distance(wanted: &Objects, rendered: &Objects) -> usize {
    let keys: BTreeSet<_> = wanted.keys().chain(rendered.keys()).collect();
    keys.into_iter()
        .map(|key| match (wanted.get(key), rendered.get(key)) {
            (Some(wanted), Some(rendered)) => differences(wanted, rendered).len().min(WHOLE_OBJECT),
            _ => WHOLE_OBJECT,
        })
        .sum()
}

/// The fields in which two objects differ.
#[must_use]
pub fn differences(wanted: &Value, rendered: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(Some(wanted), Some(rendered), &mut Vec::new(), &mut found);
    found
}

/// The address of a Service is the server's choice where nobody has chosen one.
const CHOSEN_BY_THE_SERVER: [&str; 2] = ["spec", "clusterIP"];

/// Texts of which not the letters matter but what they say: a Corefile, JSON, YAML.
fn said(path: &[String], text: &str) -> Option<Value> {
    if path.last().is_some_and(|key| key == "Corefile") {
        return corefile::read(text);
    }
    if text.contains('\n') || text.starts_with('{') { parsed(text) } else { None }
}

fn compare(wanted: Option<&Value>, rendered: Option<&Value>, path: &mut Vec<String>, found: &mut Vec<Difference>) {
    match (wanted, rendered) {
        (Some(a), Some(b)) if a == b => {}
        (Some(Value::Map(a)), Some(Value::Map(b))) => {
            let keys: BTreeSet<&str> = a.iter().chain(b.iter()).map(|(key, _)| key).collect();
            for key in keys {
                path.push(key.to_owned());
                compare(a.get(key), b.get(key), path, found);
                path.pop();
            }
        }
        (Some(Value::List(a)), Some(Value::List(b))) => match (by_name(a), by_name(b)) {
            (Some(a), Some(b)) => {
                let names: BTreeSet<&str> = a.keys().chain(b.keys()).copied().collect();
                for name in names {
                    path.push(name.to_owned());
                    compare(a.get(name).copied(), b.get(name).copied(), path, found);
                    path.pop();
                }
            }
            _ => {
                for i in 0..a.len().max(b.len()) {
                    path.push(i.to_string());
                    compare(a.get(i), b.get(i), path, found);
                    path.pop();
                }
            }
        },
        (Some(_), None) if *path == CHOSEN_BY_THE_SERVER => {}
        (Some(Value::String(a)), Some(Value::String(b))) => match (said(path, a), said(path, b)) {
            (Some(a), Some(b)) => compare(Some(&a), Some(&b), path, found),
            _ => found.push(Difference { path: path.clone(), wanted: Some(Value::String(a.clone())) }),
        },
        (wanted, _) => found.push(Difference { path: path.clone(), wanted: wanted.cloned() }),
    }
}

/// Containers, volumes, variables: lists whose order says little and whose names say which is which.
fn by_name(items: &[Value]) -> Option<BTreeMap<&str, &Value>> {
    let named: Option<BTreeMap<&str, &Value>> =
        items.iter().map(|item| Some((item.at(&["name"])?.as_str()?, item))).collect();
    named.filter(|named| named.len() == items.len() && !named.is_empty())
}

/// The objects that differ, as a diff from what the cluster has to what would be rendered, and how many they are.
#[must_use]
pub fn diff(running: &Objects, rendered: &Objects) -> (String, usize) {
    let keys: BTreeSet<_> = running.keys().chain(rendered.keys()).collect();
    let (mut text, mut count) = (String::new(), 0);
    for key in keys {
        let (_, kind, namespace, name) = key;
        let shown = match namespace {
            Some(namespace) => format!("{kind} {namespace}/{name}"),
            None => format!("{kind} {name}"),
        };
        match (running.get(key), rendered.get(key)) {
            (Some(a), Some(b)) if differences(a, b).is_empty() => continue,
            (Some(a), Some(b)) => {
                text.extend(["differs: ", &shown, "\n"]);
                text.push_str(&unified(
                    &shown.replace(' ', "/"),
                    &to_yaml(&aligned(a, b, &mut Vec::new())),
                    &to_yaml(b),
                ));
            }
            (Some(_), None) => text.extend(["only in the cluster: ", &shown, "\n"]),
            _ => text.extend(["only in the definition: ", &shown, "\n"]),
        }
        count += 1;
    }
    (text, count)
}

/// What the cluster has, without what is no difference: named items in the order of what would be rendered, texts that say the same
/// in its letters, and without the server's choices.
fn aligned(running: &Value, rendered: &Value, path: &mut Vec<String>) -> Value {
    match (running, rendered) {
        (Value::Map(a), Value::Map(b)) => {
            let mut entries = Vec::new();
            for (key, value) in a.iter() {
                path.push(key.to_owned());
                match b.get(key) {
                    Some(other) => entries.push((key.to_owned(), aligned(value, other, path))),
                    None if *path == CHOSEN_BY_THE_SERVER => {}
                    None => entries.push((key.to_owned(), value.clone())),
                }
                path.pop();
            }
            Value::Map(Map::from_entries(entries))
        }
        (Value::List(a), Value::List(b)) => match (by_name(a), by_name(b)) {
            (Some(named), Some(others)) => {
                let place = |name: &str| b.iter().position(|item| item.text_at(&["name"]) == Some(name));
                let mut order: Vec<&str> = a.iter().filter_map(|item| item.text_at(&["name"])).collect();
                order.sort_by_key(|name| place(name).unwrap_or(usize::MAX));
                let item = |name: &&str| {
                    let own = named[name];
                    others
                        .get(name)
                        .map_or_else(|| own.clone(), |other| aligned(own, other, &mut vec![(*name).to_owned()]))
                };
                Value::List(order.iter().map(item).collect())
            }
            _ => running.clone(),
        },
        (Value::String(a), Value::String(b)) if a != b => match (said(path, a), said(path, b)) {
            (Some(one), Some(other)) if differences(&one, &other).is_empty() => rendered.clone(),
            _ => running.clone(),
        },
        _ => running.clone(),
    }
}

/// `map` with `value` at the end of the path; maps on the way are made.
#[must_use]
pub fn with(map: &Value, path: &[&str], value: Value) -> Value {
    let [key, rest @ ..] = path else { return value };
    let nothing = Value::Map(Map::default());
    let inner = with(map.at(&[key]).unwrap_or(&nothing), rest, value);
    let others = map.as_map().into_iter().flat_map(Map::iter).filter(|(name, _)| name != key);
    let mut entries: Vec<_> = others.map(|(name, value)| (name.to_owned(), value.clone())).collect();
    entries.push(((*key).to_owned(), inner));
    Value::Map(Map::from_entries(entries))
}
