//! Two states of one cluster → the objects that are added, removed, changed or renamed.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use super::fields::{Extent, FieldChange, compare, manifest_only};
use crate::limits;
use crate::object::{KubeObject, ObjectId};
use crate::value::Value;

/// What becomes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It was not there.
    Added,
    /// It is gone.
    Removed,
    /// Some of its fields differ.
    Changed,
    /// It has another name or namespace: to Kubernetes, one object goes and another comes.
    Renamed,
}

/// One object that differs.
#[derive(Debug, Clone)]
pub struct ObjectChange {
    /// What becomes of it.
    pub action: Action,
    /// As it was; `None` if it was not there.
    pub before: Option<Arc<KubeObject>>,
    /// As it is; `None` if it is gone.
    pub after: Option<Arc<KubeObject>>,
    /// The fields that differ; none for what is added or removed.
    pub fields: Arc<Vec<FieldChange>>,
}

impl ObjectChange {
    /// The object as it is, or as it was if it is gone.
    #[must_use]
    pub fn object(&self) -> Option<&KubeObject> {
        self.after.as_deref().or(self.before.as_deref())
    }
}

/// Objects that are equal in many clusters, kept once. What is one object here is one in memory, so comparing is looking
/// at two pointers.
#[derive(Debug, Default)]
pub struct Interner {
    known: Mutex<HashMap<u64, Vec<Arc<KubeObject>>>>,
}

impl Interner {
    /// The objects as the ones that are kept.
    pub fn intern(&self, objects: &[KubeObject]) -> Vec<Arc<KubeObject>> {
        objects
            .iter()
            .map(|object| {
                let mut hasher = DefaultHasher::new();
                object.id.hash(&mut hasher);
                hash(&object.body, &mut hasher);
                let hash = hasher.finish();
                limits::exempt(|| {
                    let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                    let same = known.entry(hash).or_default();
                    if let Some(found) = same.iter().find(|other| ***other == *object) {
                        return Arc::clone(found);
                    }
                    let object = Arc::new(object.clone());
                    same.push(Arc::clone(&object));
                    object
                })
            })
            .collect()
    }
}

fn hash(value: &Value, hasher: &mut DefaultHasher) {
    std::mem::discriminant(value).hash(hasher);
    match value {
        Value::Null => {}
        Value::Bool(value) => value.hash(hasher),
        Value::Number(number) => number.to_bits().hash(hasher),
        Value::String(text) => text.hash(hasher),
        Value::List(items) => {
            items.len().hash(hasher);
            for item in items {
                hash(item, hasher);
            }
        }
        Value::Map(map) => {
            map.iter().len().hash(hasher);
            for (key, inner) in map.iter() {
                key.hash(hasher);
                hash(inner, hasher);
            }
        }
    }
}

/// Compares cluster after cluster. The same two objects, met again in another cluster, are not compared again.
#[derive(Debug)]
pub struct Comparer {
    extent: Extent,
    compared: HashMap<(usize, usize), Arc<Vec<FieldChange>>>,
}

/// An object's place in the order of a report, and what makes it the same object in two states: its version is not among it.
type Key = (String, String, Option<String>, String);

fn key(id: &ObjectId) -> Key {
    (id.group().to_owned(), id.kind.to_ascii_lowercase(), id.namespace.clone(), id.name.clone())
}

impl Comparer {
    /// With this much of the objects counting.
    #[must_use]
    pub fn new(extent: Extent) -> Self {
        Self { extent, compared: HashMap::new() }
    }

    /// What differs between two states of a cluster.
    pub fn compare(&mut self, before: &[Arc<KubeObject>], after: &[Arc<KubeObject>]) -> Vec<ObjectChange> {
        let by_key = |objects: &[Arc<KubeObject>]| -> BTreeMap<Key, Arc<KubeObject>> {
            objects.iter().map(|object| (key(&object.id), Arc::clone(object))).collect()
        };
        let (mut gone, mut changes) = (Vec::new(), Vec::new());
        let mut left = by_key(after);
        for (key, before) in by_key(before) {
            let Some(after) = left.remove(&key) else {
                gone.push(before);
                continue;
            };
            let fields = self.fields(&before, &after);
            if !fields.is_empty() {
                changes.push(ObjectChange {
                    action: Action::Changed,
                    before: Some(before),
                    after: Some(after),
                    fields,
                });
            }
        }
        let mut come: Vec<Arc<KubeObject>> = left.into_values().collect();
        if self.extent == Extent::Whole {
            changes.extend(self.renames(&mut gone, &mut come));
        } else {
            // A cluster holds much that is none of the fleet's business.
            gone.clear();
        }
        let none = Arc::new(Vec::new());
        changes.extend(gone.into_iter().map(|object| ObjectChange {
            action: Action::Removed,
            before: Some(object),
            after: None,
            fields: Arc::clone(&none),
        }));
        changes.extend(come.into_iter().map(|object| ObjectChange {
            action: Action::Added,
            before: None,
            after: Some(object),
            fields: Arc::clone(&none),
        }));
        changes
    }

    fn fields(&mut self, before: &Arc<KubeObject>, after: &Arc<KubeObject>) -> Arc<Vec<FieldChange>> {
        if Arc::ptr_eq(before, after) {
            return Arc::default();
        }
        let extent = self.extent;
        // Both live as long as the states that are compared, so their addresses are theirs alone.
        let pair = (Arc::as_ptr(before) as usize, Arc::as_ptr(after) as usize);
        let known = self.compared.entry(pair).or_insert_with(|| Arc::new(compare(before, after, extent)));
        Arc::clone(known)
    }

    /// Takes out of both lists the objects that are one under two names.
    fn renames(&mut self, gone: &mut Vec<Arc<KubeObject>>, come: &mut Vec<Arc<KubeObject>>) -> Vec<ObjectChange> {
        let mut pairs = Vec::new();
        for (i, before) in gone.iter().enumerate() {
            for (j, after) in come.iter().enumerate() {
                if let Some(likeness) = likeness(before, after) {
                    pairs.push((std::cmp::Reverse(likeness), i, j));
                }
            }
        }
        pairs.sort_unstable();
        let (mut used_gone, mut used_come) = (vec![false; gone.len()], vec![false; come.len()]);
        let mut renames = Vec::new();
        for (_, i, j) in pairs {
            if used_gone[i] || used_come[j] {
                continue;
            }
            (used_gone[i], used_come[j]) = (true, true);
            let fields = self.fields(&gone[i], &come[j]);
            let (before, after) = (Some(Arc::clone(&gone[i])), Some(Arc::clone(&come[j])));
            renames.push(ObjectChange { action: Action::Renamed, before, after, fields });
        }
        let mut at = 0;
        gone.retain(|_| (!used_gone[at], at += 1).0);
        at = 0;
        come.retain(|_| (!used_come[at], at += 1).0);
        renames
    }
}

/// How much two objects of different names are one, in percent; `None` if they are not.
fn likeness(before: &KubeObject, after: &KubeObject) -> Option<u32> {
    /// Less in common, and it is chance.
    const ENOUGH: u32 = 60;
    /// A smaller object is like any other of its kind.
    const TOO_SMALL: usize = 4;
    if before.id.kind != after.id.kind || before.id.group() != after.id.group() {
        return None;
    }
    let (mut one, mut other) = (Vec::new(), Vec::new());
    leaves(&manifest_only(&before.body), &mut String::new(), &mut one);
    leaves(&manifest_only(&after.body), &mut String::new(), &mut other);
    one.sort_unstable();
    other.sort_unstable();
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < one.len() && j < other.len() {
        match one[i].cmp(&other[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, shared) = (i + 1, j + 1, shared + 1),
        }
    }
    let percent = u32::try_from(200 * shared / (one.len() + other.len()).max(1)).unwrap_or(0);
    // The field that the definition has it under is a better sign than any content.
    let same_field = !before.field_path.is_empty() && before.field_path == after.field_path;
    let moved = before.id.name == after.id.name;
    let alike = percent >= ENOUGH && shared >= TOO_SMALL;
    (alike || same_field || (moved && percent >= ENOUGH))
        .then_some(percent + 100 * u32::from(same_field) + 50 * u32::from(moved))
}

/// Every string, number and truth value with its path, but for what the object is called.
fn leaves(value: &Value, path: &mut String, out: &mut Vec<String>) {
    let length = path.len();
    match value {
        Value::Map(map) => {
            for (key, inner) in map.iter() {
                if (path == ".metadata" && (key == "name" || key == "namespace"))
                    || (path.is_empty() && (key == "kind" || key == "apiVersion"))
                {
                    continue;
                }
                path.push('.');
                path.push_str(key);
                leaves(inner, path, out);
                path.truncate(length);
            }
        }
        Value::List(items) => {
            path.push_str("[]");
            for item in items {
                leaves(item, path, out);
            }
            path.truncate(length);
        }
        Value::Null => {}
        Value::Bool(value) => out.push(format!("{path}={value}")),
        Value::Number(number) => out.push(format!("{path}={number}")),
        Value::String(text) => out.push(format!("{path}={text}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(before: &str, after: &str) -> Vec<String> {
        let interner = Interner::default();
        let state =
            |yaml: &str| interner.intern(&crate::manifest::objects(yaml, "c").expect("the test's YAML is objects"));
        let name =
            |object: &Option<Arc<KubeObject>>| object.as_ref().map_or_else(|| "-".to_owned(), |o| o.id.to_string());
        let mut found: Vec<String> = Comparer::new(Extent::Whole)
            .compare(&state(before), &state(after))
            .iter()
            .map(|c| {
                format!(
                    "{:?} {} → {}: {}",
                    c.action,
                    name(&c.before),
                    name(&c.after),
                    c.fields.iter().map(|f| f.path.to_string()).collect::<Vec<_>>().join(" ")
                )
            })
            .collect();
        found.sort();
        found
    }

    fn deployment(name: &str, namespace: &str, image: &str) -> String {
        format!(
            "---\n{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: {name}, namespace: {namespace}}}, spec: {{replicas: 2, a: 1, b: 2, image: {image}}}}}\n"
        )
    }

    #[test]
    fn objects_are_one_by_group_kind_namespace_and_name() {
        let beta = deployment("a", "ns", "x").replace("apps/v1", "apps/v1beta1");
        assert_eq!(
            changes(&beta, &deployment("a", "ns", "y")),
            ["Changed Deployment ns/a → Deployment ns/a: apiVersion spec.image"]
        );
        assert!(changes(&beta, &beta).is_empty());
    }

    #[test]
    fn a_new_name_or_namespace_is_seen_as_such() {
        let two =
            |first: &str, second: &str| deployment(first, "ns", "x") + &deployment(second, "ns", "entirely-other");
        assert_eq!(
            changes(&two("old", "same"), &two("new", "same")),
            ["Renamed Deployment ns/old → Deployment ns/new: metadata.name"]
        );
        assert_eq!(
            changes(&deployment("a", "ns", "x"), &deployment("a", "m", "x")),
            ["Renamed Deployment ns/a → Deployment m/a: metadata.namespace"]
        );
        // Nothing but the kind in common.
        let account =
            |name: &str| format!("{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: {name}, namespace: ns}}}}");
        assert_eq!(
            changes(&account("a"), &account("b")),
            ["Added - → ServiceAccount ns/b: ", "Removed ServiceAccount ns/a → -: "]
        );
    }
}
