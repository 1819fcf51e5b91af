//! Finds the lines that made the changes of a diff.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::commands::Session;
use crate::diff::cause::{self, Edit, Effects, Texts};
use crate::diff::fields::Extent;
use crate::diff::fleet::{CLUSTER, Cause, Change, FleetDiff, State};
use crate::diff::objects::{Comparer, Interner, ObjectChange};
use crate::evaluate::Depth;
use crate::experiment::{self, Experiment};
use crate::object::{KubeObject, ObjectId};
use crate::pipeline::Warm;
use crate::sources::Sources;

/// With more edits than this, a diff of the sources says more than an answer for each field; and no diff should take long.
const MOST_EDITS: usize = 24;
const MOST_EXPERIMENTS: usize = 96;

/// One side: its files, and cluster → definition.
pub(super) struct Origin {
    pub(super) sources: Arc<Sources>,
    pub(super) definitions: BTreeMap<String, String>,
}

/// Both, and the engine that has read them.
pub(super) struct Origins {
    pub(super) before: Origin,
    pub(super) after: Origin,
    pub(super) warm: Warm,
}

/// Notes, for each change, the lines that made it.
pub(super) fn note(session: &Session<'_>, origins: Origins, states: &BTreeMap<String, State>, diff: &mut FleetDiff) {
    let Origins { before, after, mut warm } = origins;
    let mut texts: BTreeMap<String, Arc<(Texts, Vec<Edit>)>> = BTreeMap::new();
    let mut wanted: Vec<(String, usize, Experiment)> = Vec::new();
    let mut asked: BTreeSet<String> = BTreeSet::new();
    // The first cluster of a change stands for all that have it.
    for change in &diff.changes {
        let Some(cluster) = change.clusters.first() else { continue };
        let Some(definition) = after.definitions.get(cluster) else { continue };
        let found = texts.entry(definition.clone()).or_insert_with(|| {
            let texts = differing(&before.sources, &after.sources, definition);
            let edits = cause::edits(&texts);
            Arc::new((texts, edits))
        });
        let (texts, edits) = &**found;
        let few = edits.len() <= MOST_EDITS && wanted.len() + edits.len() <= MOST_EXPERIMENTS;
        if edits.len() > 1 && few && before.definitions.contains_key(cluster) && asked.insert(cluster.clone()) {
            wanted.extend(edits.iter().enumerate().filter_map(|(at, edit)| {
                let replaced = BTreeMap::from([(edit.file.clone(), edit.taken_back(texts)?)]);
                let experiment = Experiment { definition: definition.clone(), cluster: cluster.clone(), replaced };
                Some((cluster.clone(), at, experiment))
            }));
        }
    }
    let total = wanted.len();
    let mut progress = session.terminal.progress("finding causes");
    let mut done = 0;
    let experiments = wanted.iter().map(|(_, _, experiment)| experiment.clone()).collect();
    let options = session.options(Depth::Manifests, true);
    let answers = experiment::run(Some(&mut warm), &after.sources, experiments, options, || {
        done += 1;
        progress.update(done, total);
    });
    let mut effects: BTreeMap<String, Effects> = BTreeMap::new();
    for ((cluster, edit, _), answer) in wanted.iter().zip(answers) {
        let made = answer.objects.map(|objects| made(&objects, states.get(cluster)));
        effects.entry(cluster.clone()).or_default().insert(*edit, made);
    }
    let none = Effects::new();
    for change in &mut diff.changes {
        let Some(cluster) = change.clusters.first() else { continue };
        let whole = change.object.kind == CLUSTER && change.fields.is_empty();
        change.causes = match (after.definitions.get(cluster), before.definitions.get(cluster)) {
            (Some(definition), None) | (None, Some(definition)) if whole => {
                vec![Cause { file: definition.clone(), line: 1 }]
            }
            (Some(definition), _) => {
                let Some(found) = texts.get(definition) else { continue };
                cause::of_fields(&names(change), &found.1, effects.get(cluster).unwrap_or(&none))
            }
            _ => Vec::new(),
        };
    }
}

/// Every file that the definition reads on either side, if it differs.
fn differing(old: &Sources, new: &Sources, definition: &str) -> Texts {
    let files: BTreeSet<String> = old.inputs(definition).into_iter().chain(new.inputs(definition)).collect();
    let text = |sources: &Sources, file: &str| {
        sources.bytes(file).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let both = files.into_iter().map(|file| (text(old, &file), text(new, &file), file));
    both.filter(|(old, new, _)| old != new).map(|(old, new, file)| (file, (old, new))).collect()
}

/// The fields in which the cluster is otherwise with the edit than without it.
fn made(without: &[KubeObject], with: Option<&State>) -> BTreeSet<String> {
    let Some(with) = with else { return BTreeSet::new() };
    let without = Interner::default().intern(without);
    let changes = Comparer::new(Extent::Whole).compare(&without, &with.objects);
    changes.iter().flat_map(of_object).collect()
}

/// The names of a change's fields, as [`made`] gives them.
fn names(change: &Change) -> Vec<String> {
    match (change.object.kind.as_str(), &change.from) {
        (CLUSTER, _) => Vec::new(),
        (_, Some(from)) => vec![name(&change.object, ""), name(from, "")],
        _ if change.fields.is_empty() => vec![name(&change.object, "")],
        _ => change.fields.iter().map(|field| name(&change.object, &field.path.to_string())).collect(),
    }
}

fn of_object(change: &ObjectChange) -> Vec<String> {
    let sides = change.before.iter().chain(&change.after).filter(|_| {
        change.before.is_none()
            || change.after.is_none()
            || change.fields.iter().any(|f| f.path.is_below(&["metadata", "name"]))
    });
    let whole = sides.map(|object| name(&object.id, ""));
    let fields = change
        .object()
        .into_iter()
        .flat_map(|object| change.fields.iter().map(|field| name(&object.id, &field.path.to_string())));
    whole.chain(fields).collect()
}

fn name(object: &ObjectId, field: &str) -> String {
    format!("{} {object} {field}", object.group())
}
