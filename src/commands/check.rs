//! `cniforge check`: what `render` would change, without changing it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Exit, Session};
use crate::cli::CheckArgs;
use crate::delivery::{self, FleetDelivery};
use crate::diff::fields::Extent;
use crate::diff::fleet::{self, State};
use crate::diff::impact::Facts;
use crate::diff::objects::Interner;
use crate::diff::text;
use crate::discover::Fleet;
use crate::evaluate::Depth;
use crate::finding::{Finding, Severity};
use crate::manifest;
use crate::object::KubeObject;
use crate::pipeline::{self, FleetRun};
use crate::report::plural;
use crate::transition::{self, Network};
use crate::tree::{DiskEntry, DiskTree, ManifestTree, TreeChanges};

/// What `render` would do to one cluster's folder.
pub(super) struct Compared {
    pub(super) changes: TreeChanges,
    /// The cluster as its tree is and as it is to be; only with `--diff`, and only if it can be read.
    pub(super) states: Option<(State, State)>,
    /// What is wrong with a tree of this network in the place of the one that is there.
    pub(super) transition: Option<Finding>,
}

pub(super) fn run(session: &Session<'_>, args: &CheckArgs) -> Result<Exit, Finding> {
    let fleet = session.fleet()?;
    let rendered = fleet.rendered();
    let interner = args.diff.then(|| Arc::new(Interner::default()));
    let in_worker = interner.clone();
    let mut progress = session.terminal.progress("checking");
    let mut run = pipeline::run(
        &fleet,
        &args.selection.clusters,
        session.options(Depth::Manifests, args.allow_findings),
        |_, _| None,
        move |cluster, objects| compare(rendered.join(cluster), objects, in_worker.as_deref()),
        |done, total| progress.update(done, total),
    )?;
    session.report(&run, Severity::Warning);
    let mut out = String::new();
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    let (mut files, mut clusters, mut failed, mut sudden, mut managed) = (0, 0, 0, false, false);
    let sources = Arc::clone(&run.sources);
    for cluster in &mut run.clusters {
        match &mut cluster.result {
            None => failed += 1,
            Some(Err((path, error))) => {
                failed += 1;
                let path = path.strip_prefix(&fleet.root).unwrap_or(path).display();
                session.terminal.finding(&Finding::refusal(format!("{path}: {error}")).cluster(cluster.name.clone()));
            }
            Some(Ok(compared)) => {
                if let Some(finding) = compared.transition.take() {
                    let allowances = cluster.member.as_ref().map_or(&[][..], |member| &member.allowances);
                    let allowed = allowances.iter().any(|allowance| finding.rule == Some(allowance.rule.as_str()));
                    let place = pipeline::place(&sources, &cluster.definition, cluster.index, &finding);
                    if !allowed {
                        session.terminal.finding(&finding.cluster(cluster.name.clone()).place(Some(place)));
                        sudden |= !args.allow_findings;
                    }
                }
                super::render::report_foreign(session, &fleet, &cluster.name, &compared.changes);
                let lines = compared.lines(&format!("{}/{}", fleet.config.rendered, cluster.name));
                files += lines.len();
                clusters += usize::from(!lines.is_empty());
                out.extend(lines);
                if let Some((tree, definition)) = compared.states.take() {
                    before.insert(cluster.name.clone(), tree);
                    after.insert(cluster.name.clone(), definition);
                }
            }
        }
    }
    if let (true, Some(names)) = (args.selection.clusters.is_empty(), &run.names) {
        let trees = fleet.trees().map_err(|e| Finding::refusal(format!("{}: {e}", fleet.config.rendered)))?;
        for tree in trees.iter().filter(|tree| !names.contains(*tree)) {
            files += 1;
            clusters += 1;
            out.extend(["orphan   ", &fleet.config.rendered, "/", tree, "\n"]);
            session.terminal.finding(
                &Finding::refusal(format!("{}/{tree} has no definition", fleet.config.rendered))
                    .severity(Severity::Warning)
                    .hint("remove it with `cniforge render --prune`; whatever applies the tree may then delete the cluster's network"),
            );
        }
    }
    let mut undelivered = false;
    if args.selection.clusters.is_empty() {
        match delivered(session, &fleet, &run, interner.as_deref()) {
            None => {}
            Some(Err(findings)) => {
                undelivered = true;
                findings.iter().for_each(|finding| session.terminal.finding(finding));
            }
            Some(Ok(mut compared)) => {
                super::render::report_foreign(session, &fleet, delivery::FOLDER, &compared.changes);
                let lines = compared.lines(&format!("{}/{}", fleet.config.rendered, delivery::FOLDER));
                files += lines.len();
                managed = !lines.is_empty();
                out.extend(lines);
                if let Some((tree, objects)) = compared.states.take() {
                    before.insert(delivery::FOLDER.to_owned(), tree);
                    after.insert(delivery::FOLDER.to_owned(), objects);
                }
            }
        }
    }
    if args.diff {
        let mut diff = fleet::compare(&before, &after, Extent::Whole);
        (diff.before, diff.after) = (fleet.config.rendered.clone(), "definitions".to_owned());
        let report = text::report(&diff, true);
        out.extend([if report.is_empty() { "" } else { "\n" }, &report]);
    }
    session.print(&out)?;
    let (s, are) = if files == 1 { ("s", "") } else { ("", "") };
    let verdict = if files > 0 {
        let places = match (clusters, managed) {
            (0, true) => delivery::FOLDER.to_owned(),
            (_, true) => format!("{} and {}", plural(clusters, "cluster"), delivery::FOLDER),
            (_, false) => plural(clusters, "cluster"),
        };
        format!("{} differ{s}{are} in {places}; `cniforge render` brings the trees up to date", plural(files, "file"),)
    } else if failed > 0 && failed == run.clusters.len() {
        "nothing could be compared".to_owned()
    } else {
        format!("{} checked: nothing differs", plural(run.clusters.len() - failed, "cluster"))
    };
    let failures =
        if failed > 0 { format!("; {} could not be checked", plural(failed, "cluster")) } else { String::new() };
    session.terminal.status(&format!("{verdict}{failures}"));
    Ok(if failed > 0 || sudden || undelivered || !run.findings.is_empty() {
        Exit::Trouble
    } else if files > 0 {
        Exit::Differences
    } else {
        Exit::Fine
    })
}

/// The management cluster's tree and what it should be; `None` if there is none to be, or it cannot be said.
fn delivered<T>(
    session: &Session<'_>,
    fleet: &Fleet,
    run: &FleetRun<T>,
    interner: Option<&Interner>,
) -> Option<Result<Compared, Vec<Finding>>> {
    let Ok(facts) = FleetDelivery::of(run) else {
        super::render::delivery_stays(session, fleet, run);
        return None;
    };
    let folder = fleet.rendered().join(delivery::FOLDER);
    if facts.is_empty() && !folder.exists() {
        return None;
    }
    Some(facts.objects(session.global.limits()).and_then(|objects| {
        compare(folder, &objects, interner).map_err(|(path, error)| {
            let path = path.strip_prefix(&fleet.root).unwrap_or(&path).display();
            vec![Finding::refusal(format!("{path}: {error}"))]
        })
    }))
}

pub(super) fn compare(
    folder: PathBuf,
    objects: &[KubeObject],
    interner: Option<&Interner>,
) -> Result<Compared, (PathBuf, std::io::Error)> {
    let disk = DiskTree::read(&folder)?;
    let tree = ManifestTree::from_objects(objects);
    let changes = TreeChanges::between(&tree, &disk);
    let own = || {
        disk.entries.iter().filter_map(|(path, entry)| match entry {
            DiskEntry::Own(bytes) => Some((path.as_str(), bytes.as_slice())),
            _ => None,
        })
    };
    let new = || tree.files().map(|(path, text)| (path, text.as_bytes()));
    let upgrade = || transition::cilium_after(transition::cilium_of_files(new())?, transition::cilium_of_files(own())?);
    let transition = Network::of_files(new()).after(Network::of_files(own())).or_else(upgrade);
    let states = interner.filter(|_| !changes.is_none()).and_then(|interner| {
        let own = disk.entries.values().filter_map(|entry| match entry {
            DiskEntry::Own(bytes) => Some(String::from_utf8_lossy(bytes)),
            _ => None,
        });
        // A tree that somebody has broken is named by its files; there is nothing to compare in it.
        let found: Result<Vec<_>, String> = own.map(|text| manifest::objects(&text, "")).collect();
        let (tree, definition) = (interner.intern(&found.ok()?.concat()), interner.intern(objects));
        let state = |objects: Vec<Arc<KubeObject>>| State { facts: Facts::of_objects(&objects), objects };
        Some((state(tree), state(definition)))
    });
    Ok(Compared { changes, states, transition })
}

impl Compared {
    /// One line a file, in the order of the paths.
    fn lines(&self, folder: &str) -> Vec<String> {
        let TreeChanges { added, changed, stale, in_the_way, .. } = &self.changes;
        let words = [("missing", added), ("differs", changed), ("stale", stale), ("foreign", in_the_way)];
        let mut entries: Vec<(&String, &str)> =
            words.iter().flat_map(|(word, paths)| paths.iter().map(|path| (path, *word))).collect();
        entries.sort();
        let line = |(path, word): (&String, &str)| format!("{word:<8} {folder}/{path}\n");
        entries.into_iter().map(line).collect()
    }
}
