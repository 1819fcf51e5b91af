//! All clusters in two states → the changes, each once, however many clusters it is in.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::fields::{Extent, FieldChange, FieldPath, Step};
use super::impact::{self, Class, Facts, Impact};
use super::objects::{Action, Comparer, ObjectChange};
use super::secret;
use crate::object::{KubeObject, ObjectId};
use crate::value::Value;

/// The kind under which a change of a cluster itself is shown: its CNI, its versions, that it comes or goes.
pub const CLUSTER: &str = "Cluster";

/// One state of one cluster.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// What it runs.
    pub facts: Facts,
    /// Its objects.
    pub objects: Vec<Arc<KubeObject>>,
}

/// A line of a definition or overlay that made a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Cause {
    /// Relative to the fleet's root.
    pub file: String,
    /// From 1, in the new text; in the old text if the file or line is gone.
    pub line: usize,
}

/// One change, in all clusters that have it.
#[derive(Debug, Clone)]
pub struct Change {
    /// The clusters, sorted.
    pub clusters: Vec<String>,
    /// What becomes of the object.
    pub action: Action,
    /// The object; of a cluster itself the kind is [`CLUSTER`].
    pub object: ObjectId,
    /// What the object was called, if it is renamed.
    pub from: Option<ObjectId>,
    /// The fields that differ, without secrets.
    pub fields: Arc<Vec<FieldChange>>,
    /// What it does, the worst first; never empty.
    pub impacts: Vec<Impact>,
    /// The lines that made it, as far as they are known.
    pub causes: Vec<Cause>,
    /// The object as it was in the first of the clusters.
    pub before: Option<Arc<KubeObject>>,
    /// The object as it is in the first of the clusters.
    pub after: Option<Arc<KubeObject>>,
    /// How many objects come or go with a cluster.
    pub objects: usize,
}

impl Change {
    /// The worst that it does.
    #[must_use]
    pub fn class(&self) -> Class {
        self.impacts.first().map_or(Class::None, |impact| impact.class)
    }

    /// The object as a reader calls it.
    #[must_use]
    pub fn title(&self) -> String {
        match (&self.from, self.object.kind.as_str()) {
            (_, CLUSTER) if self.object.name.is_empty() => "Cluster".to_owned(),
            (Some(from), _) => {
                let one = |id: &ObjectId| match &id.namespace {
                    Some(namespace) => format!("{namespace}/{}", id.name),
                    None => id.name.clone(),
                };
                format!("{} {} → {}", self.object.kind, one(from), one(&self.object))
            }
            _ => self.object.to_string(),
        }
    }
}

/// What differs between two states of a fleet.
#[derive(Debug, Default)]
pub struct FleetDiff {
    /// What the first state is called.
    pub before: String,
    /// What the second state is called.
    pub after: String,
    /// The changes, the worst first.
    pub changes: Vec<Change>,
    /// How many clusters have a change.
    pub changed: usize,
    /// How many clusters were compared, object by object.
    pub compared: usize,
    /// How many clusters could not be compared, since what they are to be cannot be rendered.
    pub failed: usize,
    /// How many definitions have the same inputs on both sides, so that nothing needed to be compared.
    pub unchanged_definitions: usize,
}

impl FleetDiff {
    /// The worst of all changes; `None` if there is none.
    #[must_use]
    pub fn worst(&self) -> Option<Class> {
        self.changes.iter().map(Change::class).max()
    }

    /// How many changes and clusters there are of each class, the worst first; classes without any are left out.
    #[must_use]
    pub fn classes(&self) -> Vec<(Class, usize, usize)> {
        let of_class = |class: Class| {
            let changes: Vec<&Change> = self.changes.iter().filter(|change| change.class() == class).collect();
            let mut clusters: Vec<&String> = changes.iter().flat_map(|change| &change.clusters).collect();
            clusters.sort();
            clusters.dedup();
            (class, changes.len(), clusters.len())
        };
        Class::ALL.into_iter().rev().map(of_class).filter(|(_, changes, _)| *changes > 0).collect()
    }

    /// In how many of the clusters that differ a change is, in words.
    #[must_use]
    pub fn extent_of(&self, change: &Change) -> String {
        let some = |names: &[String]| names.join(", ");
        match change.clusters.len() {
            count if count == self.changed && count > 3 => format!("in all {count} clusters that differ"),
            count if count > 3 => {
                format!("in {count} of {} clusters: {}, …", self.changed, some(&change.clusters[..3]))
            }
            _ => format!("in {}", some(&change.clusters)),
        }
    }
}

#[derive(PartialEq, Eq, Hash)]
struct SameChange {
    action: Action,
    object: ObjectId,
    from: Option<ObjectId>,
    fields: String,
    impacts: String,
    /// What comes or goes is the same only if all of it is.
    whole: usize,
}

/// Compares the states of each cluster; a cluster that only one side has is added or removed as a whole.
#[must_use]
pub fn compare(before: &BTreeMap<String, State>, after: &BTreeMap<String, State>, extent: Extent) -> FleetDiff {
    let mut diff = FleetDiff::default();
    let mut comparer = Comparer::new(extent);
    let mut hidden: HashMap<usize, (Arc<Vec<FieldChange>>, String)> = HashMap::new();
    let mut found: HashMap<SameChange, usize> = HashMap::new();
    let mut add = |diff: &mut FleetDiff, cluster: &str, change: Change, fields: String| {
        let whole = match change.action {
            Action::Added | Action::Removed => {
                change.after.as_ref().or(change.before.as_ref()).map_or(0, |object| Arc::as_ptr(object) as usize)
            }
            _ => 0,
        };
        let same = SameChange {
            action: change.action,
            object: change.object.clone(),
            from: change.from.clone(),
            fields,
            impacts: format!("{:?}", change.impacts),
            whole,
        };
        if let Some(at) = found.get(&same) {
            diff.changes[*at].clusters.push(cluster.to_owned());
        } else {
            found.insert(same, diff.changes.len());
            diff.changes.push(change);
        }
    };
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let count = diff.changes.len();
        let shown = diff.changed;
        diff.compared += 1;
        match (before.get(name), after.get(name)) {
            (Some(one), Some(other)) => {
                let facts = one.facts.differences(&other.facts);
                let mut any = !facts.is_empty();
                if any {
                    let fields: Vec<FieldChange> = facts.into_iter().map(fact).collect();
                    let key = format!("{fields:?}");
                    let impacts = impact::of_facts(&one.facts, &other.facts);
                    add(&mut diff, name, of_cluster(name, String::new(), Action::Changed, fields, impacts, 0), key);
                }
                let changes = comparer.compare(&one.objects, &other.objects);
                any |= !changes.is_empty();
                let cluster = impact::Cluster { before: &one.objects, after: &other.objects, changes: &changes };
                for change in &changes {
                    let pointer = Arc::as_ptr(&change.fields) as usize;
                    let (fields, key) = hidden
                        .entry(pointer)
                        .or_insert_with(|| {
                            let kind = change.object().map_or("", |object| object.id.kind.as_str());
                            let fields: Vec<FieldChange> =
                                change.fields.iter().map(|field| secret::hide_field(kind, field)).collect();
                            let key = format!("{fields:?}");
                            (Arc::new(fields), key)
                        })
                        .clone();
                    if let Some(made) = of_object(name, change, fields, impact::of_change(change, &cluster)) {
                        add(&mut diff, name, made, key);
                    }
                }
                diff.changed += usize::from(any);
            }
            (None, Some(state)) => {
                let impacts = vec![Impact {
                    class: Class::None,
                    reason: "a new cluster".to_owned(),
                    source: None,
                    workloads: Vec::new(),
                }];
                let change = of_cluster(name, name.clone(), Action::Added, Vec::new(), impacts, state.objects.len());
                add(&mut diff, name, change, String::new());
                diff.changed += 1;
            }
            (Some(state), None) => {
                let impacts = vec![Impact {
                    class: Class::Manual,
                    reason: "its tree goes: whatever applies it may delete the network of the cluster with it"
                        .to_owned(),
                    source: None,
                    workloads: Vec::new(),
                }];
                let change = of_cluster(name, name.clone(), Action::Removed, Vec::new(), impacts, state.objects.len());
                add(&mut diff, name, change, String::new());
                diff.changed += 1;
            }
            (None, None) => {}
        }
        debug_assert!(diff.changed > shown || diff.changes.len() == count);
    }
    in_reading_order(&mut diff.changes);
    diff
}

/// The worst objects first; of one object, what most clusters have comes before what few have.
fn in_reading_order(changes: &mut [Change]) {
    let mut worst: HashMap<ObjectId, Class> = HashMap::new();
    for change in changes.iter() {
        let class = worst.entry(change.object.clone()).or_insert(Class::None);
        *class = (*class).max(change.class());
    }
    changes.sort_by(|a, b| {
        let class = |change: &Change| worst.get(&change.object).copied();
        (b.object.kind == CLUSTER)
            .cmp(&(a.object.kind == CLUSTER))
            .then_with(|| class(b).cmp(&class(a)))
            .then_with(|| a.object.cmp(&b.object))
            .then_with(|| b.clusters.len().cmp(&a.clusters.len()))
            .then_with(|| a.clusters.cmp(&b.clusters))
            .then_with(|| a.action.cmp(&b.action))
    });
}

fn fact((name, before, after): (&'static str, String, String)) -> FieldChange {
    FieldChange {
        path: FieldPath(vec![Step::Key(name.to_owned())]),
        before: Some(Value::String(before)),
        after: Some(Value::String(after)),
    }
}

fn of_cluster(
    cluster: &str,
    name: String,
    action: Action,
    fields: Vec<FieldChange>,
    impacts: Vec<Impact>,
    objects: usize,
) -> Change {
    Change {
        clusters: vec![cluster.to_owned()],
        action,
        object: ObjectId { api_version: "cniforge".to_owned(), kind: CLUSTER.to_owned(), namespace: None, name },
        from: None,
        fields: Arc::new(fields),
        impacts,
        causes: Vec::new(),
        before: None,
        after: None,
        objects,
    }
}

fn of_object(
    cluster: &str,
    change: &ObjectChange,
    fields: Arc<Vec<FieldChange>>,
    impacts: Vec<Impact>,
) -> Option<Change> {
    let from = match change.action {
        Action::Renamed => change.before.as_ref().map(|before| before.id.clone()),
        _ => None,
    };
    Some(Change {
        clusters: vec![cluster.to_owned()],
        action: change.action,
        object: change.object()?.id.clone(),
        from,
        fields,
        impacts,
        causes: Vec::new(),
        before: change.before.clone(),
        after: change.after.clone(),
        objects: 0,
    })
}
