//! `cniforge render`: the trees of the clusters, written.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::{Exit, Session};
use crate::cli::RenderArgs;
use crate::discover::Fleet;
use crate::evaluate::Depth;
use crate::finding::{Finding, Severity};
use crate::pipeline::{self, FleetRun};
use crate::report::plural;
use crate::tree::{ManifestTree, TreeChanges};
use crate::write::{TreeWriter, WriteError};

#[derive(Default)]
struct Totals {
    clusters: usize,
    objects: usize,
    written: usize,
    unchanged: usize,
    removed: usize,
    failed: usize,
}

pub(super) fn run(session: &Session<'_>, args: &RenderArgs) -> Result<Exit, Finding> {
    let began = Instant::now();
    let fleet = session.fleet()?;
    let waiting = || session.terminal.status("waiting for another cniforge that writes this fleet …");
    let writer = TreeWriter::open(&fleet.rendered(), waiting).map_err(|e| write_problem(&fleet, &e))?;
    let writer = Arc::new(writer);
    let mut progress = session.terminal.progress("rendering");
    let in_worker = Arc::clone(&writer);
    let run = pipeline::run(
        &fleet,
        &args.selection.clusters,
        session.options(Depth::Manifests, args.allow_findings),
        move |cluster, tree| in_worker.write(cluster, tree),
        |done, total| progress.update(done, total),
    )?;
    session.report(&run, Severity::Warning);
    let mut totals = Totals::default();
    for cluster in &run.clusters {
        let problem = match &cluster.result {
            None => None,
            Some(Ok(changes)) if changes.in_the_way.is_empty() => {
                totals.clusters += 1;
                totals.objects += cluster.objects;
                totals.add(changes);
                report_foreign(session, &fleet, &cluster.name, changes);
                continue;
            }
            Some(Ok(changes)) => Some(in_the_way(&fleet, &cluster.name, changes)),
            Some(Err(error)) => Some(write_problem(&fleet, error)),
        };
        totals.failed += 1;
        if let Some(finding) = problem {
            session.terminal.finding(&finding.cluster(cluster.name.clone()));
        }
    }
    if args.selection.clusters.is_empty() {
        orphans(session, &fleet, &run, args.prune.then_some(&*writer), &mut totals)?;
    }
    session.terminal.status(&totals.line(began.elapsed().as_secs_f64()));
    Ok(if totals.failed > 0 || !run.findings.is_empty() { Exit::Trouble } else { Exit::Fine })
}

impl Totals {
    fn add(&mut self, changes: &TreeChanges) {
        self.written += changes.added.len() + changes.changed.len();
        self.unchanged += changes.unchanged;
        self.removed += changes.stale.len();
    }

    fn line(&self, seconds: f64) -> String {
        let failed =
            if self.failed > 0 { format!("; {} not rendered", plural(self.failed, "cluster")) } else { String::new() };
        format!(
            "rendered {}, {}: {} written, {} unchanged, {} removed in {seconds:.2} s{failed}",
            plural(self.clusters, "cluster"),
            plural(self.objects, "object"),
            plural(self.written, "file"),
            self.unchanged,
            self.removed,
        )
    }
}

fn shown(fleet: &Fleet, path: &Path) -> String {
    path.strip_prefix(&fleet.root).unwrap_or(path).display().to_string()
}

fn write_problem(fleet: &Fleet, error: &WriteError) -> Finding {
    Finding::refusal(format!("{}: {}", shown(fleet, &error.path), error.error))
}

fn in_the_way(fleet: &Fleet, cluster: &str, changes: &TreeChanges) -> Finding {
    let path = shown(fleet, &fleet.rendered().join(cluster).join(&changes.in_the_way[0]));
    let more = match changes.in_the_way.len() {
        1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    Finding::refusal(format!("{path}{more} was not written by cniforge and stands where a manifest belongs"))
        .hint("move it away; the cluster's tree was left as it is")
}

/// Somebody else's files stay, but a stray one stops Flux and Argo CD's engine.
pub(super) fn report_foreign(session: &Session<'_>, fleet: &Fleet, cluster: &str, changes: &TreeChanges) {
    for path in &changes.foreign {
        let path = shown(fleet, &fleet.rendered().join(cluster).join(path));
        session.terminal.finding(
            &Finding::refusal(format!("{path} was not written by cniforge; it stays"))
                .severity(Severity::Warning)
                .cluster(cluster)
                .hint("move it out of the tree: whatever applies the tree reads it too"),
        );
    }
}

/// Trees without a definition: reported, and removed if `prune` is given.
fn orphans<T>(
    session: &Session<'_>,
    fleet: &Fleet,
    run: &FleetRun<T>,
    prune: Option<&TreeWriter>,
    totals: &mut Totals,
) -> Result<(), Finding> {
    let trees = fleet.trees().map_err(|e| Finding::refusal(format!("{}: {e}", fleet.config.rendered)))?;
    let Some(names) = &run.names else {
        if prune.is_some() {
            session.terminal.finding(
                &Finding::refusal("nothing was pruned, since some definition's clusters are not known")
                    .severity(Severity::Warning)
                    .hint("mend the errors above, then prune"),
            );
        }
        return Ok(());
    };
    for tree in trees.iter().filter(|tree| !names.contains(*tree)) {
        let shown = format!("{}/{tree}", fleet.config.rendered);
        let Some(writer) = prune else {
            session.terminal.finding(
                &Finding::refusal(format!("{shown} has no definition; it stays"))
                    .severity(Severity::Warning)
                    .hint("remove it with `cniforge render --prune`; whatever applies the tree may then delete the cluster's network"),
            );
            continue;
        };
        match writer.write(tree, &ManifestTree::default()) {
            Ok(changes) => {
                totals.add(&changes);
                report_foreign(session, fleet, tree, &changes);
            }
            Err(error) => {
                totals.failed += 1;
                session.terminal.finding(&write_problem(fleet, &error).cluster(tree.clone()));
            }
        }
    }
    Ok(())
}
