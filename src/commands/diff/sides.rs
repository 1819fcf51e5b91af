//! The two sides of a diff: definitions that are evaluated, or trees that are read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

pub(super) use crate::diff::fleet::State;

use super::causes::{Origin, Origins};
use crate::commands::Session;
use crate::diff::impact::Facts;
use crate::diff::objects::Interner;
use crate::discover::Fleet;
use crate::evaluate::Depth;
use crate::files::{Files, LARGEST_FILE};
use crate::finding::{Finding, Severity};
use crate::git::{Blob, EntryKind, Snapshot};
use crate::inputs;
use crate::manifest;
use crate::object::KubeObject;
use crate::pipeline::{self, ClusterRun, Warm};
use crate::sources::Sources;
use crate::tree::{DiskEntry, DiskTree, HEADER};

/// Evaluates definitions.
pub(super) struct Definitions<'a> {
    pub(super) session: &'a Session<'a>,
    pub(super) selection: &'a [String],
    pub(super) interner: &'a Arc<Interner>,
}

/// One side, evaluated.
#[derive(Default)]
pub(super) struct Side {
    pub(super) states: BTreeMap<String, State>,
    /// Cluster → definition.
    definitions: BTreeMap<String, String>,
    /// Clusters that could not be evaluated, and their definitions.
    failed: BTreeSet<String>,
    /// What was asked for and is not there.
    unknown: BTreeMap<String, Finding>,
    findings: Vec<Finding>,
    /// What was found in each cluster.
    found: BTreeMap<String, Vec<Finding>>,
    pub(super) trouble: bool,
}

/// Both sides, evaluated where they differ.
pub(super) struct Compared {
    pub(super) before: BTreeMap<String, State>,
    pub(super) after: BTreeMap<String, State>,
    /// Where both come from, if both are a fleet's.
    pub(super) origins: Option<Origins>,
    /// How many definitions did not need to be.
    pub(super) unchanged: usize,
    /// How many clusters of the second state could not be evaluated.
    pub(super) failed: usize,
    pub(super) trouble: bool,
}

type Opened = (Fleet, Arc<Sources>);

impl Definitions<'_> {
    /// Both sides are read by one engine, as long as few definitions differ: most of the time of a small diff would be spent
    /// on evaluating the library once more.
    fn warm(&self) -> Warm {
        pipeline::warm(Arc::new(Sources::of(Files::none(), "")), self.session.global.limits())
    }

    /// Both states of every cluster whose definition reads something that differs.
    pub(super) fn compare(&self, before: Option<&Fleet>, after: Option<&Fleet>) -> Result<Compared, Finding> {
        let opened = |fleet: Option<&Fleet>| -> Result<Option<Opened>, Finding> {
            fleet.map(|fleet| Ok((fleet.clone(), Arc::new(fleet.sources()?)))).transpose()
        };
        let (before, after) = (opened(before)?, opened(after)?);
        let unchanged = match (&before, &after) {
            (Some((before, old)), Some((after, new))) => {
                Arc::new(inputs::unchanged((before, old), (after, new), self.session.global.workers()))
            }
            _ => Arc::default(),
        };
        let mut warm = self.warm();
        let mut side = |side: &Option<Opened>, what| match side {
            Some((fleet, sources)) => self.evaluate_side(&mut warm, fleet, sources, &unchanged, what),
            None => Ok(Side::default()),
        };
        let (mut one, mut other) = (side(&before, "reading what was")?, side(&after, "reading what is")?);
        let terminal = self.session.terminal;
        let mut trouble = other.trouble;
        // What only one side has comes or goes.
        for finding in other.findings.drain(..) {
            let elsewhere = |name: &String| !one.unknown.contains_key(name) && before.is_some();
            if other.unknown.iter().any(|(name, unknown)| *unknown == finding && elsewhere(name)) {
                continue;
            }
            trouble = true;
            terminal.finding(&finding);
        }
        self.say_new(&one.found, &other.found, after.as_ref().and_then(|(fleet, _)| fleet.snapshot.as_deref()));
        if let Some((fleet, _)) = &before {
            self.fill_in(fleet, &mut one, &mut other);
        }
        for name in &other.failed {
            one.states.remove(name);
        }
        let origins = before.zip(after).map(|((_, old), (_, new))| Origins {
            before: Origin { sources: old, definitions: one.definitions },
            after: Origin { sources: new, definitions: other.definitions },
            warm,
        });
        Ok(Compared {
            before: one.states,
            after: other.states,
            origins,
            unchanged: unchanged.len(),
            failed: other.failed.len(),
            trouble,
        })
    }

    /// One side alone; what is wrong with it is said.
    pub(super) fn evaluate(&self, fleet: &Fleet) -> Result<Side, Finding> {
        let sources = Arc::new(fleet.sources()?);
        let mut side = self.evaluate_side(&mut self.warm(), fleet, &sources, &Arc::default(), "reading")?;
        for finding in side.findings.drain(..) {
            side.trouble = true;
            self.session.terminal.finding(&finding);
        }
        for finding in side.found.values().flatten().filter(|finding| finding.severity >= Severity::Error) {
            self.session.terminal.finding(finding);
        }
        Ok(side)
    }

    fn evaluate_side(
        &self,
        warm: &mut Warm,
        fleet: &Fleet,
        sources: &Arc<Sources>,
        unchanged: &Arc<BTreeSet<String>>,
        what: &'static str,
    ) -> Result<Side, Finding> {
        let old = fleet.snapshot.is_some();
        if old && fleet.definitions(sources).is_err() {
            // A fleet without a definition was the beginning of one.
            return Ok(Side::default());
        }
        let mut progress = self.session.terminal.progress(what);
        let (unchanged, interner) = (Arc::clone(unchanged), Arc::clone(self.interner));
        let mut run = pipeline::run_by(
            Some(warm),
            fleet,
            Arc::clone(sources),
            self.selection,
            // An error finding keeps a cluster from being written, not from being looked at.
            self.session.options(Depth::Manifests, true),
            move |_, definition| unchanged.contains(definition).then(Vec::new),
            move |_, objects| interner.intern(objects),
            |done, total| progress.update(done, total),
        )?;
        let mut side = Side { unknown: std::mem::take(&mut run.unknown), ..Side::default() };
        side.findings = std::mem::take(&mut run.findings);
        for cluster in run.clusters {
            if cluster.result.is_none() {
                side.failed.insert(cluster.name.clone());
                side.trouble = true;
            }
            if let Some(snapshot) = fleet.snapshot.as_deref() {
                self.say_refusals(&cluster, snapshot);
            }
            side.found.insert(cluster.name.clone(), cluster.findings);
            side.definitions.insert(cluster.name.clone(), cluster.definition.clone());
            if let Some(objects) = cluster.result {
                let facts = cluster.summary.as_ref().map_or_else(|| Facts::of_objects(&objects), Facts::of_summary);
                side.states.insert(cluster.name, State { facts, objects });
            }
        }
        Ok(side)
    }

    /// What a change brings with it: errors of what is to be written, old or new, and warnings that were not there before.
    fn say_new(
        &self,
        old: &BTreeMap<String, Vec<Finding>>,
        new: &BTreeMap<String, Vec<Finding>>,
        snapshot: Option<&Snapshot>,
    ) {
        for (cluster, findings) in new {
            let before = old.get(cluster).map_or(&[][..], Vec::as_slice);
            for finding in findings.iter().filter(|finding| finding.severity >= Severity::Warning) {
                // Where it stands may have moved.
                let same = |other: &Finding| {
                    (other.rule, &other.object, &other.path, &other.message)
                        == (finding.rule, &finding.object, &finding.path, &finding.message)
                        && other.severity >= finding.severity
                };
                let is_new = !before.iter().any(same);
                match snapshot {
                    None if is_new || finding.severity >= Severity::Error => self.session.terminal.finding(finding),
                    // A refusal of a commit was said when it was read.
                    Some(snapshot) if is_new && finding.severity < Severity::Refusal => {
                        self.session.terminal.finding(&at_commit(finding, snapshot));
                    }
                    _ => {}
                }
            }
        }
    }

    /// What was wrong with a cluster in a commit matters only if it cannot be compared for that.
    fn say_refusals(&self, cluster: &ClusterRun<Vec<Arc<KubeObject>>>, snapshot: &Snapshot) {
        for finding in cluster.findings.iter().filter(|finding| finding.severity >= Severity::Refusal) {
            self.session.terminal.finding(&at_commit(finding, snapshot));
        }
    }

    /// A base that does not evaluate any more, or with this program, has its committed trees to stand for it.
    fn fill_in(&self, fleet: &Fleet, one: &mut Side, other: &mut Side) {
        let Some(snapshot) = &fleet.snapshot else { return };
        for name in std::mem::take(&mut one.failed) {
            let Some(now) = other.states.get_mut(&name) else { continue };
            let trees = Trees::Commit(Arc::clone(snapshot), fleet.config.rendered.clone());
            let objects = trees.files(&name).and_then(|files| objects_of(&files, self.interner)).unwrap_or_default();
            let (what, state) = if objects.is_empty() {
                ("it has no committed tree there either, so all of it is shown as new", None)
            } else {
                // What a definition calls a version need not be the images'.
                now.facts = Facts::of_objects(&now.objects);
                let facts = Facts::of_objects(&objects);
                ("it is compared with its committed tree instead", Some(State { facts, objects }))
            };
            let finding = Finding::refusal(format!("its definition at {} cannot be rendered: {what}", snapshot.name));
            self.session.terminal.finding(&finding.severity(Severity::Warning).cluster(name.clone()));
            one.states.extend(state.map(|state| (name, state)));
        }
    }
}

/// The same, and that it is a commit's.
fn at_commit(finding: &Finding, snapshot: &Snapshot) -> Finding {
    let mut finding = finding.clone();
    finding.message = format!("at {}: {}", snapshot.name, finding.message);
    finding.severity(Severity::Warning)
}

/// Rendered trees.
pub(super) enum Trees {
    /// As a commit has them, below this folder.
    Commit(Arc<Snapshot>, String),
    /// As they lie in this folder.
    Folder(PathBuf),
}

impl Trees {
    fn names(&self) -> Result<BTreeSet<String>, Finding> {
        let hidden = |name: &str| name.starts_with(['.', '_']);
        match self {
            Self::Commit(snapshot, rendered) => {
                let folder = snapshot.folder(rendered)?;
                let folders = folder.iter().flat_map(|folder| folder.iter());
                Ok(folders
                    .filter(|(name, entry)| entry.kind == EntryKind::Folder && !hidden(name))
                    .map(|(name, _)| name.clone())
                    .collect())
            }
            Self::Folder(folder) => {
                let entries = match std::fs::read_dir(folder) {
                    Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
                    entries => entries.map_err(|e| Finding::refusal(format!("{}: {e}", folder.display())))?,
                };
                Ok(entries
                    .filter_map(|entry| {
                        let entry = entry.ok().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))?;
                        entry.file_name().into_string().ok().filter(|name| !hidden(name))
                    })
                    .collect())
            }
        }
    }

    /// Path below the cluster's folder → text, of our own files.
    fn files(&self, cluster: &str) -> Result<BTreeMap<String, Vec<u8>>, Finding> {
        match self {
            Self::Commit(snapshot, rendered) => {
                let folder = format!("{rendered}/{cluster}");
                let mut entries = snapshot.files_below(&folder)?;
                entries.retain(|_, entry| entry.kind == EntryKind::File);
                let hashes: Vec<&str> = entries.values().map(|entry| entry.hash.as_str()).collect();
                let blobs = snapshot.blobs(&hashes, LARGEST_FILE)?;
                let files = entries.keys().zip(blobs).filter_map(|(path, blob)| match blob {
                    Blob::Bytes(bytes) if bytes.starts_with(HEADER.as_bytes()) => {
                        Some((path.strip_prefix(&folder)?.trim_start_matches('/').to_owned(), bytes))
                    }
                    _ => None,
                });
                Ok(files.collect())
            }
            Self::Folder(folder) => {
                let tree = DiskTree::read(&folder.join(cluster))
                    .map_err(|(path, e)| Finding::refusal(format!("{}: {e}", path.display())))?;
                let files = tree.entries.into_iter().filter_map(|(path, entry)| match entry {
                    DiskEntry::Own(bytes) => Some((path, bytes)),
                    _ => None,
                });
                Ok(files.collect())
            }
        }
    }

    /// What changes when any file of the cluster's tree does, where git knows such a thing.
    fn hash(&self, cluster: &str) -> Option<String> {
        match self {
            Self::Commit(snapshot, rendered) => {
                snapshot.entry(&format!("{rendered}/{cluster}")).ok().flatten().map(|entry| entry.hash)
            }
            Self::Folder(_) => None,
        }
    }
}

/// The objects of a tree's files.
pub(super) fn objects_of(
    files: &BTreeMap<String, Vec<u8>>,
    interner: &Interner,
) -> Result<Vec<Arc<KubeObject>>, Finding> {
    let mut objects = Vec::new();
    for (path, bytes) in files {
        let component = path.split('/').next().unwrap_or_default();
        let found = manifest::objects(&String::from_utf8_lossy(bytes), component);
        objects
            .extend(found.map_err(|e| {
                Finding::refusal(format!("{path}: {e}")).hint("`cniforge render` writes the tree anew")
            })?);
    }
    Ok(interner.intern(&objects))
}

type States = BTreeMap<String, State>;

/// Both states of every cluster whose tree differs by a byte.
pub(super) fn committed(
    before: &Trees,
    after: &Trees,
    selection: &[String],
    interner: &Interner,
) -> Result<(States, States), Finding> {
    let (one, other) = (before.names()?, after.names()?);
    let all: BTreeSet<String> = one.union(&other).cloned().collect();
    if let Some(name) = selection.iter().find(|name| !all.contains(*name)) {
        return Err(Finding {
            hint: crate::finding::suggest(name, all.iter().map(String::as_str)),
            ..Finding::refusal(format!("no tree of a cluster `{name}` is committed"))
        });
    }
    let (mut states_before, mut states_after) = (States::new(), States::new());
    for name in all.iter().filter(|name| selection.is_empty() || selection.contains(name)) {
        let hash = before.hash(name);
        if hash.is_some() && hash == after.hash(name) {
            continue;
        }
        let (files_before, files_after) = (before.files(name)?, after.files(name)?);
        if files_before == files_after {
            continue;
        }
        for (files, states, names) in
            [(files_before, &mut states_before, &one), (files_after, &mut states_after, &other)]
        {
            if names.contains(name) {
                let objects = objects_of(&files, interner).map_err(|finding| finding.cluster(name.clone()))?;
                states.insert(name.clone(), State { facts: Facts::of_objects(&objects), objects });
            }
        }
    }
    Ok((states_before, states_after))
}
