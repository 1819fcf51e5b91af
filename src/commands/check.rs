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
    let mut tally = Tally { rendered: fleet.config.rendered.clone(), ..Tally::default() };
    let mut sudden = false;
    let sources = Arc::clone(&run.sources);
    for cluster in &mut run.clusters {
        match &mut cluster.result {
            None => tally.failed += 1,
            Some(Err((path, error))) => {
                tally.failed += 1;
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
                tally.clusters += usize::from(tally.add(&cluster.name, compared));
            }
        }
    }
    if let (true, Some(names)) = (args.selection.clusters.is_empty(), &run.names) {
        let trees = fleet.trees().map_err(|e| Finding::refusal(format!("{}: {e}", fleet.config.rendered)))?;
        for tree in trees.iter().filter(|tree| !names.contains(*tree)) {
            tally.files += 1;
            tally.clusters += 1;
            tally.out.extend(["orphan   ", &fleet.config.rendered, "/", tree, "\n"]);
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
                for finding in &findings {
                    session.terminal.finding(finding);
                }
            }
            Some(Ok(mut compared)) => {
                super::render::report_foreign(session, &fleet, delivery::FOLDER, &compared.changes);
                tally.managed = tally.add(delivery::FOLDER, &mut compared);
            }
        }
    }
    if args.diff {
        let mut diff = fleet::compare(&tally.before, &tally.after, Extent::Whole);
        (diff.before, diff.after) = (fleet.config.rendered.clone(), "definitions".to_owned());
        let report = text::report(&diff, true, session.columns());
        tally.out.extend([if report.is_empty() { "" } else { "\n" }, &report]);
    }
    session.print(&tally.out)?;
    session.terminal.status(&tally.verdict(run.clusters.len()));
    Ok(if tally.failed > 0 || sudden || undelivered || !run.findings.is_empty() {
        Exit::Trouble
    } else if tally.files > 0 {
        Exit::Differences
    } else {
        Exit::Fine
    })
}

/// What was found so far.
#[derive(Default)]
struct Tally {
    /// The folder of all trees, as the fleet's configuration has it.
    rendered: String,
    /// One line a file.
    out: String,
    before: BTreeMap<String, State>,
    after: BTreeMap<String, State>,
    /// Files, and clusters, that differ.
    files: usize,
    clusters: usize,
    /// Whether the management cluster's tree does.
    managed: bool,
    /// Clusters that could not be compared.
    failed: usize,
}

impl Tally {
    /// Notes a compared tree, and says whether it differs.
    fn add(&mut self, tree: &str, compared: &mut Compared) -> bool {
        let lines = compared.lines(&format!("{}/{tree}", self.rendered));
        let differs = !lines.is_empty();
        self.files += lines.len();
        self.out.extend(lines);
        if let Some((there, wanted)) = compared.states.take() {
            self.before.insert(tree.to_owned(), there);
            self.after.insert(tree.to_owned(), wanted);
        }
        differs
    }

    /// The last line, for a run over that many clusters.
    fn verdict(&self, all: usize) -> String {
        let s = if self.files == 1 { "s" } else { "" };
        let verdict = if self.files > 0 {
            let places = match (self.clusters, self.managed) {
                (0, true) => delivery::FOLDER.to_owned(),
                (clusters, true) => format!("{} and {}", plural(clusters, "cluster"), delivery::FOLDER),
                (clusters, false) => plural(clusters, "cluster"),
            };
            let files = plural(self.files, "file");
            format!("{files} differ{s} in {places}; `cniforge render` brings the trees up to date")
        } else if self.failed == all {
            "nothing could be compared".to_owned()
        } else {
            format!("{} checked: nothing differs", plural(all - self.failed, "cluster"))
        };
        match self.failed {
            0 => verdict,
            failed => format!("{verdict}; {} could not be checked", plural(failed, "cluster")),
        }
    }
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
