//! `cniforge render`: the trees of the clusters, written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::{Exit, Session};
use crate::cli::{RenderArgs, RenderFormat};
use crate::delivery::{self, FleetDelivery};
use crate::discover::Fleet;
use crate::evaluate::Depth;
use crate::finding::{Finding, Severity};
use crate::memory::{FileTime, Memory, Noted, RememberedCluster};
use crate::object::KubeObject;
use crate::order::apply_order;
use crate::pipeline::{self, ClusterRun, FleetRun};
use crate::report::plural;
use crate::sources::Sources;
use crate::stream;
use crate::tree::{ManifestTree, TreeChanges};
use crate::validate::RuleWeights;
use crate::write::{TreeWriter, WriteError};

type Written = Result<TreeChanges, WriteError>;

#[derive(Default)]
struct Totals {
    clusters: usize,
    objects: usize,
    written: usize,
    unchanged: usize,
    removed: usize,
    failed: usize,
    /// The management cluster's tree could not be made.
    undelivered: bool,
}

pub(super) fn run(session: &Session<'_>, args: &RenderArgs) -> Result<Exit, Finding> {
    match args.format {
        RenderFormat::Tree => trees(session, args),
        RenderFormat::Stream => print(session, args, |objects| stream::to_yaml(objects.iter().copied())),
        RenderFormat::Json => print(session, args, |objects| stream::to_json(objects.iter().copied())),
    }
}

/// One cluster's objects on standard output, in the order in which they are applied; no file is touched.
fn print(session: &Session<'_>, args: &RenderArgs, text: impl Fn(&[&KubeObject]) -> String) -> Result<Exit, Finding> {
    let [name] = args.selection.clusters.as_slice() else {
        let how_many = if args.selection.clusters.is_empty() { "none is named" } else { "several are named" };
        return Err(Finding::refusal(format!("--format stream and --format json print one cluster, and {how_many}"))
            .hint("objects of two clusters in one stream would overwrite each other; run it once for each cluster"));
    };
    let fleet = session.fleet()?;
    let Some(cluster) = session.one_cluster(&fleet, name, args.allow_findings)? else { return Ok(Exit::Trouble) };
    session.print(&text(&apply_order(&cluster.objects)))?;
    let count = plural(cluster.objects.len(), "object");
    session.terminal.status(&format!("rendered {count} of {}; no file was written", cluster.name));
    Ok(Exit::Fine)
}

fn trees(session: &Session<'_>, args: &RenderArgs) -> Result<Exit, Finding> {
    let began = Instant::now();
    let fleet = session.fleet()?;
    let waiting = || session.terminal.status("waiting for another cniforge that writes this fleet …");
    let writer = TreeWriter::open(&fleet.rendered(), waiting).map_err(|e| write_problem(&fleet, &e))?;
    let writer = Arc::new(writer);
    let mut progress = session.terminal.progress("rendering");
    let in_worker = Arc::clone(&writer);
    let mut memory = if args.fresh { Memory::default() } else { Memory::load(&fleet.rendered()) };
    let judges = Arc::new(Judges::of(&fleet)?);
    let (known, rendered, in_recall) = (memory.clone(), fleet.rendered(), Arc::clone(&judges));
    let run = pipeline::run(
        &fleet,
        &args.selection.clusters,
        session.options(Depth::Manifests, args.allow_findings),
        move |sources, definition| recall(&known, &rendered, sources, &in_recall, definition),
        move |cluster, objects| in_worker.write(cluster, &ManifestTree::from_objects(objects)),
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
    let mut news = remember(&mut memory, &fleet, &judges, &run, &args.selection.clusters);
    if args.selection.clusters.is_empty() {
        news |= deliver(session, &fleet, &run, &writer, &mut memory, &mut totals);
    }
    if news {
        // Without it the next run takes longer; that is all.
        let _ = memory.save(&fleet.rendered());
    }
    session.terminal.status(&totals.line(began.elapsed().as_secs_f64()));
    Ok(if totals.failed > 0 || totals.undelivered || !run.findings.is_empty() { Exit::Trouble } else { Exit::Fine })
}

/// The clusters of a definition, if neither it nor their folders have changed since they were rendered.
fn recall(
    memory: &Memory,
    rendered: &Path,
    sources: &Sources,
    judges: &Judges,
    definition: &str,
) -> Option<Vec<ClusterRun<Written>>> {
    let fingerprint = fingerprint(sources, definition, judges)?;
    let known = memory.recall(rendered, definition, &fingerprint)?;
    let cluster = |cluster: &RememberedCluster| {
        let changes = TreeChanges { unchanged: cluster.objects, ..TreeChanges::default() };
        ClusterRun::recalled(&cluster.name, definition, cluster.objects, cluster.delivered.clone(), Ok(changes))
    };
    Some(known.clusters.iter().map(cluster).collect())
}

/// All that decides how a definition is rendered and whether it may be.
fn fingerprint(sources: &Sources, definition: &str, judges: &Judges) -> Option<String> {
    let mut known = sources.fingerprint(definition)?;
    if !judges.rules.is_empty() {
        let _ = write!(known, " {:?}", judges.rules);
    }
    for policy in &judges.policies {
        known = known + " " + &sources.fingerprint(policy)?;
    }
    Some(known)
}

/// What of a fleet decides whether a cluster may be written.
struct Judges {
    rules: RuleWeights,
    policies: Vec<String>,
}

impl Judges {
    fn of(fleet: &Fleet) -> Result<Self, Finding> {
        Ok(Self { rules: fleet.config.rules.clone(), policies: fleet.policies(&fleet.sources()?)? })
    }
}

/// Notes what was rendered without a remark; `false` if there is nothing new to note.
fn remember(
    memory: &mut Memory,
    fleet: &Fleet,
    judges: &Judges,
    run: &FleetRun<Written>,
    selection: &[String],
) -> bool {
    let now = FileTime::now(&fleet.rendered());
    let mut by_definition: BTreeMap<&str, Vec<&ClusterRun<Written>>> = BTreeMap::new();
    for cluster in run.clusters.iter().filter(|cluster| !cluster.recalled) {
        by_definition.entry(&cluster.definition).or_default().push(cluster);
    }
    for (definition, clusters) in &by_definition {
        let silent = |cluster: &&ClusterRun<Written>| {
            cluster.findings.iter().all(|finding| finding.severity < Severity::Warning)
                && cluster.traces.is_empty()
                && matches!(&cluster.result, Some(Ok(changes)) if changes.foreign.is_empty() && changes.in_the_way.is_empty())
        };
        match fingerprint(&run.sources, definition, judges) {
            Some(fingerprint) if clusters.iter().all(silent) && is_whole(definition, selection) => {
                let noted = clusters.iter().map(|cluster| Noted {
                    name: &cluster.name,
                    objects: cluster.objects,
                    delivered: cluster.delivered.as_deref(),
                });
                let clusters: Vec<_> = noted.collect();
                memory.note(&fleet.rendered(), now, definition, fingerprint, &clusters);
            }
            _ => memory.forget(definition),
        }
    }
    !by_definition.is_empty()
}

/// Writes the management cluster's tree; `true` if there is something new to remember of it.
fn deliver(
    session: &Session<'_>,
    fleet: &Fleet,
    run: &FleetRun<Written>,
    writer: &TreeWriter,
    memory: &mut Memory,
    totals: &mut Totals,
) -> bool {
    let rendered = fleet.rendered();
    let Ok(facts) = FleetDelivery::of(run) else {
        delivery_stays(session, fleet, run);
        return false;
    };
    if facts.is_empty() && !rendered.join(delivery::FOLDER).exists() {
        return false;
    }
    let fingerprint = facts.fingerprint();
    let known = fingerprint.as_ref().and_then(|known| memory.recall(&rendered, delivery::FOLDER, known));
    if let Some([known]) = known.map(|known| known.clusters.as_slice()) {
        totals.objects += known.objects;
        totals.unchanged += known.objects;
        return false;
    }
    memory.forget(delivery::FOLDER);
    let now = FileTime::now(&rendered);
    let problems = match facts.objects(session.global.limits()) {
        Err(findings) => findings,
        Ok(objects) => match writer.write(delivery::FOLDER, &ManifestTree::from_objects(&objects)) {
            Err(error) => vec![write_problem(fleet, &error)],
            Ok(changes) if !changes.in_the_way.is_empty() => vec![in_the_way(fleet, delivery::FOLDER, &changes)],
            Ok(changes) => {
                totals.objects += objects.len();
                totals.add(&changes);
                report_foreign(session, fleet, delivery::FOLDER, &changes);
                if let (true, Some(fingerprint)) = (changes.foreign.is_empty(), fingerprint) {
                    let noted = Noted { name: delivery::FOLDER, objects: objects.len(), delivered: None };
                    memory.note(&rendered, now, delivery::FOLDER, fingerprint, &[noted]);
                }
                return true;
            }
        },
    };
    totals.undelivered = true;
    for finding in &problems {
        session.terminal.finding(finding);
    }
    true
}

/// Says that the management cluster's tree was left alone, where there is one or would be.
pub(super) fn delivery_stays<T>(session: &Session<'_>, fleet: &Fleet, run: &FleetRun<T>) {
    let folder = fleet.rendered().join(delivery::FOLDER);
    if folder.exists() || run.clusters.iter().any(|cluster| cluster.delivered.is_some()) {
        session.terminal.finding(
            &Finding::refusal(format!("{} is left as it is, since some clusters are not known", shown(fleet, &folder)))
                .severity(Severity::Warning)
                .hint("it is made from all clusters at once; mend the errors above"),
        );
    }
}

/// Whether all clusters of the definition were asked for; part of an inventory does not stand for the whole file.
fn is_whole(definition: &str, selection: &[String]) -> bool {
    let stem = Path::new(definition).file_stem();
    selection.is_empty() || selection.iter().any(|name| Some(name.as_ref()) == stem)
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

pub(super) fn write_problem(fleet: &Fleet, error: &WriteError) -> Finding {
    Finding::refusal(format!("{}: {}", shown(fleet, &error.path), error.error))
}

pub(super) fn in_the_way(fleet: &Fleet, cluster: &str, changes: &TreeChanges) -> Finding {
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
