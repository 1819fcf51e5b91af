//! Strings the stages together for every cluster of a selection: evaluate → assemble → validate → what the command
//! does with the objects. A cluster is the unit of parallel work; all that is done to it happens in one worker.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::assemble::assemble;
use crate::discover::{DefinitionFile, Fleet};
use crate::evaluate::{self, ClusterFacts, ClusterSummary, Depth, Evaluated, EvaluatedCluster, Evaluator};
use crate::finding::{Finding, Place, Severity, suggest};
use crate::limits::Limits;
use crate::object::KubeObject;
use crate::pool::{self, Keeper, Outcome};
use crate::sources::Sources;
use crate::validate::fleet::Member;
use crate::validate::policies;
use crate::validate::rules::Over;
use crate::validate::{self, Context, RuleWeights};

/// How a run is to go.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What one cluster may cost.
    pub limits: Limits,
    /// Clusters in work at once.
    pub jobs: usize,
    /// Make trees of clusters that have error findings too.
    pub allow_findings: bool,
    /// Whether manifests are wanted, or facts alone.
    pub depth: Depth,
}

/// One cluster after the run. `T` is what the command made of its objects.
#[derive(Debug)]
pub struct ClusterRun<T> {
    /// Its name; a definition file's stem if the definition does not say.
    pub name: String,
    /// The definition, relative to the fleet's root.
    pub definition: String,
    /// Which member it is, if the definition is an inventory.
    pub index: Option<usize>,
    /// Its facts, unless it was refused.
    pub summary: Option<ClusterSummary>,
    /// Everything that was found, refusals included.
    pub findings: Vec<Finding>,
    /// What `std.trace` printed.
    pub traces: Vec<String>,
    /// What of it matters beyond it, for the rules over the fleet; absent if it was not evaluated.
    pub member: Option<Member>,
    /// The engine that its definition says delivers its tree.
    pub engine: Option<String>,
    /// What the management cluster has to know of it ([`crate::delivery`]).
    pub delivered: Option<String>,
    /// How many objects it has.
    pub objects: usize,
    /// It was known from an earlier run.
    pub recalled: bool,
    /// What the command made of the objects; `None` when findings kept it from seeing them.
    pub result: Option<T>,
}

/// All clusters of a selection after the run.
#[derive(Debug)]
pub struct FleetRun<T> {
    /// Sorted by name.
    pub clusters: Vec<ClusterRun<T>>,
    /// Problems of no single cluster.
    pub findings: Vec<Finding>,
    /// The files that were read.
    pub sources: Arc<Sources>,
    /// Names that were asked for and that no cluster has, and the finding that says so, which is among the others too.
    pub unknown: BTreeMap<String, Finding>,
    /// The names of all clusters of the fleet, or `None` when some definition's could not be found out.
    pub names: Option<BTreeSet<String>>,
}

#[derive(Debug, Clone)]
enum Job {
    /// A file: its cluster, or the names of its inventory. `only_inventory`: nobody asked for the cluster that it may be.
    Definition { file: DefinitionFile, only_inventory: bool },
    /// One member of an inventory.
    Member { file: DefinitionFile, index: usize, name: String },
}

enum JobResult<T> {
    Cluster(Box<ClusterRun<T>>),
    /// A file of which not even this is known: whether it is a cluster or an inventory.
    Failed(Box<ClusterRun<T>>),
    Inventory(Vec<Result<String, Finding>>),
    Recalled(Vec<ClusterRun<T>>),
    Nothing,
}

/// Runs the pipe over the clusters that `selection` names (none: all of them). `recall` is asked in the worker for what is
/// already known of a whole definition file; `consume` gets each cluster's objects in its worker; `progress` is called in this thread
/// with how many jobs have ended and how many there are.
///
/// # Errors
/// When the fleet's definitions cannot be listed at all.
pub fn run<T: Send + 'static>(
    fleet: &Fleet,
    selection: &[String],
    options: Options,
    recall: impl Fn(&Sources, &str) -> Option<Vec<ClusterRun<T>>> + Send + Sync + 'static,
    consume: impl Fn(&str, &[KubeObject]) -> T + Send + Sync + 'static,
    progress: impl FnMut(usize, usize),
) -> Result<FleetRun<T>, Finding> {
    run_over(fleet, Arc::new(fleet.sources()?), selection, options, recall, consume, progress)
}

/// The same over files that have been looked at before.
///
/// # Errors
/// When the fleet's definitions cannot be listed at all.
pub fn run_over<T: Send + 'static>(
    fleet: &Fleet,
    sources: Arc<Sources>,
    selection: &[String],
    options: Options,
    recall: impl Fn(&Sources, &str) -> Option<Vec<ClusterRun<T>>> + Send + Sync + 'static,
    consume: impl Fn(&str, &[KubeObject]) -> T + Send + Sync + 'static,
    progress: impl FnMut(usize, usize),
) -> Result<FleetRun<T>, Finding> {
    run_by(None, fleet, sources, selection, options, recall, consume, progress)
}

/// An engine that is kept from run to run, so that its library is evaluated once.
pub type Warm = Keeper<Evaluator>;

/// The most definitions that are evaluated one after another for the sake of an engine that is warm; more of them are done
/// sooner by as many cold ones as there are cores.
pub const WARM_JOBS: usize = 8;

/// An engine to keep.
#[must_use]
pub fn warm(sources: Arc<Sources>, limits: Limits) -> Warm {
    Keeper::new(limits, move || Evaluator::new(Arc::clone(&sources), limits))
}

/// The same with a kept engine, as long as few definitions are asked for.
///
/// # Errors
/// When the fleet's definitions cannot be listed at all.
#[expect(clippy::too_many_arguments, reason = "those of run_over, and the engine")]
pub fn run_by<T: Send + 'static>(
    mut warm: Option<&mut Warm>,
    fleet: &Fleet,
    sources: Arc<Sources>,
    selection: &[String],
    options: Options,
    recall: impl Fn(&Sources, &str) -> Option<Vec<ClusterRun<T>>> + Send + Sync + 'static,
    consume: impl Fn(&str, &[KubeObject]) -> T + Send + Sync + 'static,
    mut progress: impl FnMut(usize, usize),
) -> Result<FleetRun<T>, Finding> {
    let (files, findings) = fleet.definitions(&sources)?;
    let all_stems = files.iter().map(|file| file.stem.clone()).collect();
    let task = Arc::new(Task {
        sources: Arc::clone(&sources),
        options,
        rules: fleet.config.rules.clone(),
        policies: fleet.policies(&sources)?,
        stems: all_stems,
        recall,
        consume,
    });
    let mut run = FleetRun { clusters: Vec::new(), findings, sources, unknown: BTreeMap::new(), names: None };
    // Two files of one stem: which trees are theirs cannot be said.
    run.names = run.findings.is_empty().then(BTreeSet::new);

    let wanted: BTreeSet<&str> = selection.iter().map(String::as_str).collect();
    let stems: BTreeSet<&str> = files.iter().map(|file| file.stem.as_str()).collect();
    let only_files = !wanted.is_empty() && wanted.iter().all(|name| stems.contains(name));
    let jobs: Vec<Job> = files
        .iter()
        .filter(|file| !only_files || wanted.contains(file.stem.as_str()))
        .map(|file| Job::Definition {
            file: file.clone(),
            only_inventory: !wanted.is_empty() && !wanted.contains(file.stem.as_str()),
        })
        .collect();
    if only_files {
        run.names = None;
    }

    let mut inventories: Vec<(DefinitionFile, Vec<Result<String, Finding>>)> = Vec::new();
    for (job, outcome) in jobs.iter().zip(task.run(warm.as_deref_mut(), jobs.clone(), &mut progress)) {
        let Job::Definition { file, .. } = job else { continue };
        match outcome {
            JobResult::Inventory(names) => inventories.push((file.clone(), names)),
            JobResult::Cluster(cluster) => {
                run.note_name(&file.stem);
                run.clusters.push(*cluster);
            }
            JobResult::Failed(cluster) => {
                run.names = None;
                run.clusters.push(*cluster);
            }
            JobResult::Recalled(clusters) => {
                for cluster in &clusters {
                    run.note_name(&cluster.name);
                }
                run.clusters.extend(clusters);
            }
            JobResult::Nothing => run.note_name(&file.stem),
        }
    }
    let members = run.members(inventories, &wanted);
    let results = task.run(warm, members, &mut progress);
    run.clusters.extend(results.into_iter().filter_map(|result| match result {
        JobResult::Cluster(cluster) | JobResult::Failed(cluster) => Some(*cluster),
        _ => None,
    }));
    run.refuse_unknown(&wanted, &stems, selection);
    run.clusters.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.definition.cmp(&b.definition)));
    for cluster in &mut run.clusters {
        for finding in &mut cluster.findings {
            finding.cluster = Some(cluster.name.clone());
        }
        // In the order of the source, as its author will go through them.
        cluster.findings.sort_by(|a, b| reading_order(a).cmp(&reading_order(b)));
    }
    Ok(run)
}

/// Where a finding about a cluster is shown: at the line of its field, if that is written down anywhere. `index` tells which
/// member of an inventory it is about.
#[must_use]
pub fn place(sources: &Sources, definition: &str, index: Option<usize>, finding: &Finding) -> Place {
    let known = finding.place.clone();
    known
        .or_else(|| evaluate::place_of(sources, definition, index, finding.path.as_deref()?))
        .unwrap_or_else(|| sources.first_line(definition))
}

fn reading_order(finding: &Finding) -> (bool, Option<(&str, usize, usize)>) {
    let place = finding.place.as_ref().map(|place| (place.file.as_str(), place.line, place.column));
    (place.is_none(), place)
}

impl<T> FleetRun<T> {
    /// Whether a cluster or the fleet has a problem that kept something from being done.
    #[must_use]
    pub fn failed(&self) -> bool {
        !self.findings.is_empty() || self.clusters.iter().any(|cluster| cluster.result.is_none())
    }

    fn note_name(&mut self, name: &str) {
        if let Some(names) = &mut self.names {
            names.insert(name.to_owned());
        }
    }

    /// The wanted members of all inventories; names that are taken become refused clusters.
    fn members(
        &mut self,
        inventories: Vec<(DefinitionFile, Vec<Result<String, Finding>>)>,
        wanted: &BTreeSet<&str>,
    ) -> Vec<Job> {
        let mut owners: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for cluster in &self.clusters {
            owners.entry(cluster.name.clone()).or_default().push(cluster.definition.clone());
        }
        for (file, names) in &inventories {
            for name in names.iter().flatten() {
                owners.entry(name.clone()).or_default().push(file.path.clone());
            }
        }
        let mut jobs = Vec::new();
        for (file, names) in inventories {
            let whole = wanted.is_empty() || wanted.contains(file.stem.as_str());
            for (index, name) in names.into_iter().enumerate() {
                let name = match name {
                    Ok(name) => name,
                    Err(finding) => {
                        self.names = None;
                        self.clusters.push(ClusterRun::refused(&file.stem, &file.path, finding));
                        continue;
                    }
                };
                self.note_name(&name);
                if !whole && !wanted.contains(name.as_str()) {
                    continue;
                }
                let sharing = owners.get(&name).map_or(&[][..], Vec::as_slice);
                if sharing.len() > 1 {
                    let finding =
                        Finding::refusal(format!("it is defined {} times: {}", sharing.len(), sharing.join(", ")))
                            .hint("cluster names are unique in a fleet; rename one");
                    self.clusters.push(ClusterRun::refused(&name, &file.path, finding));
                    continue;
                }
                jobs.push(Job::Member { file: file.clone(), index, name });
            }
        }
        jobs
    }

    fn refuse_unknown(&mut self, wanted: &BTreeSet<&str>, stems: &BTreeSet<&str>, selection: &[String]) {
        let known: BTreeSet<String> = self
            .clusters
            .iter()
            .map(|cluster| cluster.name.clone())
            .chain(self.names.iter().flatten().cloned())
            .chain(stems.iter().map(|stem| (*stem).to_owned()))
            .collect();
        let mut seen = BTreeSet::new();
        for name in selection {
            if wanted.contains(name.as_str()) && !known.contains(name) && seen.insert(name) {
                let mut finding = Finding::refusal(format!("there is no cluster `{name}`"));
                finding.hint = suggest(name, known.iter().map(String::as_str));
                self.unknown.insert(name.clone(), finding.clone());
                self.findings.push(finding);
            }
        }
    }
}

impl<T> ClusterRun<T> {
    /// A cluster that is known without being evaluated.
    #[must_use]
    pub fn recalled(name: &str, definition: &str, objects: usize, delivered: Option<String>, result: T) -> Self {
        Self {
            name: name.to_owned(),
            definition: definition.to_owned(),
            index: None,
            summary: None,
            findings: Vec::new(),
            traces: Vec::new(),
            member: None,
            engine: None,
            delivered,
            objects,
            recalled: true,
            result: Some(result),
        }
    }

    fn refused(name: &str, definition: &str, finding: Finding) -> Self {
        Self {
            name: name.to_owned(),
            definition: definition.to_owned(),
            index: None,
            summary: None,
            findings: vec![finding],
            traces: Vec::new(),
            member: None,
            engine: None,
            delivered: None,
            objects: 0,
            recalled: false,
            result: None,
        }
    }
}

struct Task<K, C> {
    sources: Arc<Sources>,
    options: Options,
    rules: RuleWeights,
    /// Files of the fleet's own rules.
    policies: Vec<String>,
    /// Of all definition files.
    stems: BTreeSet<String>,
    recall: K,
    consume: C,
}

impl<K: Send + Sync + 'static, C: Send + Sync + 'static> Task<K, C> {
    fn run<T>(
        self: &Arc<Self>,
        warm: Option<&mut Warm>,
        jobs: Vec<Job>,
        progress: &mut impl FnMut(usize, usize),
    ) -> Vec<JobResult<T>>
    where
        T: Send + 'static,
        K: Fn(&Sources, &str) -> Option<Vec<ClusterRun<T>>>,
        C: Fn(&str, &[KubeObject]) -> T,
    {
        let total = jobs.len();
        let Some(warm) = warm else {
            self.fetch(&jobs);
            return self.run_cold(jobs, progress, 0, total);
        };
        // What is known is asked for first: what is left may be few enough for one engine.
        let mut results: Vec<Option<JobResult<T>>> = jobs.iter().map(|job| self.recalled(job)).collect();
        let known = results.iter().filter(|result| result.is_some()).count();
        let left: Vec<Job> =
            jobs.into_iter().zip(&results).filter(|(_, known)| known.is_none()).map(|(j, _)| j).collect();
        self.fetch(&left);
        let mut found = if left.len() > WARM_JOBS {
            self.run_cold(left, progress, known, total)
        } else {
            left.into_iter().map(|job| self.run_warm(warm, &job)).collect()
        }
        .into_iter();
        for result in &mut results {
            if result.is_none() {
                *result = found.next();
            }
        }
        results.into_iter().flatten().collect()
    }

    /// Reads what is about to be evaluated, as far as it comes from git.
    fn fetch(&self, jobs: &[Job]) {
        self.sources.files().fetch(jobs.iter().map(|job| match job {
            Job::Definition { file, .. } | Job::Member { file, .. } => file.path.as_str(),
        }));
    }

    fn run_warm<T>(self: &Arc<Self>, warm: &mut Warm, job: &Job) -> JobResult<T>
    where
        T: Send + 'static,
        K: Fn(&Sources, &str) -> Option<Vec<ClusterRun<T>>>,
        C: Fn(&str, &[KubeObject]) -> T,
    {
        let (worker, asked) = (Arc::clone(self), job.clone());
        let outcome = warm.run(move |evaluator| {
            evaluator.read_from(Arc::clone(&worker.sources));
            worker.job(evaluator, &asked)
        });
        self.answer(outcome, job)
    }

    fn run_cold<T>(
        self: &Arc<Self>,
        jobs: Vec<Job>,
        progress: &mut impl FnMut(usize, usize),
        mut ended: usize,
        total: usize,
    ) -> Vec<JobResult<T>>
    where
        T: Send + 'static,
        K: Fn(&Sources, &str) -> Option<Vec<ClusterRun<T>>>,
        C: Fn(&str, &[KubeObject]) -> T,
    {
        let (maker, worker) = (Arc::clone(self), Arc::clone(self));
        let outcomes = pool::run(
            jobs.clone(),
            self.options.jobs,
            self.options.limits,
            move || Evaluator::new(Arc::clone(&maker.sources), maker.options.limits),
            move |evaluator, job| worker.job(evaluator, job),
            || {
                ended += 1;
                progress(ended, total);
            },
        );
        outcomes.into_iter().zip(jobs).map(|(outcome, job)| self.answer(outcome, &job)).collect()
    }

    fn answer<T>(&self, outcome: Outcome<JobResult<T>>, job: &Job) -> JobResult<T> {
        let finding = match outcome {
            Outcome::Done(result) => return result,
            Outcome::Lost(trip) => evaluate::limit_finding(trip, &self.options.limits),
            Outcome::NotRun => {
                Finding::refusal("not evaluated: too many clusters before it hit the memory or time limit")
                    .hint("mend those first, then run again")
            }
        };
        let (file, name) = match job {
            Job::Definition { file, .. } => (file, &file.stem),
            Job::Member { file, name, .. } => (file, name),
        };
        JobResult::Failed(Box::new(ClusterRun::refused(name, &file.path, finding)))
    }

    /// What is known of a job's clusters without evaluating them.
    fn recalled<T>(&self, job: &Job) -> Option<JobResult<T>>
    where
        K: Fn(&Sources, &str) -> Option<Vec<ClusterRun<T>>>,
    {
        let Job::Definition { file, only_inventory: false } = job else { return None };
        // A member whose name is another file's by now is a clash, which only evaluating both will show.
        let clashes = |cluster: &ClusterRun<T>| cluster.name != file.stem && self.stems.contains(&cluster.name);
        let known = (self.recall)(&self.sources, &file.path).filter(|known| !known.iter().any(clashes));
        known.map(JobResult::Recalled)
    }

    fn job<T>(&self, evaluator: &mut Evaluator, job: &Job) -> JobResult<T>
    where
        K: Fn(&Sources, &str) -> Option<Vec<ClusterRun<T>>>,
        C: Fn(&str, &[KubeObject]) -> T,
    {
        match job {
            Job::Definition { file, only_inventory: true } => match evaluator.definition(&file.path, Depth::Kind) {
                Evaluated::Inventory(names) => JobResult::Inventory(names),
                _ => JobResult::Nothing,
            },
            Job::Definition { file, only_inventory: false } => {
                if let Some(recalled) = self.recalled(job) {
                    return recalled;
                }
                match evaluator.definition(&file.path, self.options.depth) {
                    Evaluated::Inventory(names) => JobResult::Inventory(names),
                    Evaluated::Cluster(cluster) => {
                        JobResult::Cluster(Box::new(self.cluster(evaluator, *cluster, &file.path, None)))
                    }
                    Evaluated::Failed(findings) => {
                        let cluster = EvaluatedCluster::failed(&file.stem, findings);
                        JobResult::Failed(Box::new(self.cluster(evaluator, cluster, &file.path, None)))
                    }
                }
            }
            Job::Member { file, index, name } => {
                let cluster = evaluator.member(&file.path, *index, name, self.options.depth);
                JobResult::Cluster(Box::new(self.cluster(evaluator, cluster, &file.path, Some(*index))))
            }
        }
    }

    /// What the fleet's own rules say of a cluster. One that cannot be asked is a finding itself.
    fn policy_findings(
        &self,
        evaluator: &mut Evaluator,
        summary: &ClusterSummary,
        facts: &ClusterFacts,
        objects: &[KubeObject],
    ) -> Vec<Finding> {
        if self.policies.is_empty() {
            return Vec::new();
        }
        let question = policies::question(summary, facts, objects);
        let ask = |file: &String| match evaluator.call(file, "cluster", &question) {
            Ok(answer) => policies::findings(file, &answer, objects),
            Err(findings) => findings,
        };
        self.policies.iter().flat_map(ask).collect()
    }

    fn cluster<T>(
        &self,
        evaluator: &mut Evaluator,
        cluster: EvaluatedCluster,
        definition: &str,
        member: Option<usize>,
    ) -> ClusterRun<T>
    where
        C: Fn(&str, &[KubeObject]) -> T,
    {
        let (objects, mut found) = assemble(&cluster.manifests);
        let complete = cluster.findings.iter().chain(&found).all(|finding| finding.severity < Severity::Refusal);
        let summary = cluster.summary.as_ref();
        let context = Context {
            allow_secrets: &cluster.allow_secrets,
            kubernetes_version: summary.map_or("", |summary| summary.kubernetes_version.as_str()),
            complete,
            cni: summary.map_or("", |summary| summary.cni.as_str()),
            cni_version: summary.and_then(|summary| summary.cni_version.as_deref()).unwrap_or_default(),
            facts: &cluster.facts,
        };
        found.extend(validate::validate(&context, &objects));
        if let Some(summary) = summary.filter(|_| complete) {
            found.extend(self.policy_findings(evaluator, summary, &cluster.facts, &objects));
        }
        let mut findings = cluster.findings;
        let said = |found: &Finding| findings.iter().any(|one| one.covers.is_some() && one.covers == found.path);
        found.retain(|found| !said(found));
        let given = findings.len();
        findings.append(&mut found);
        validate::weigh(&self.rules, &mut findings);
        validate::allow(&cluster.allowances, Over::Cluster, &mut findings);
        if findings.len() > given {
            evaluator.locate(definition, member, &mut findings[given..]);
        }
        let worst = findings.iter().map(|finding| finding.severity).max();
        let blocked = match worst {
            Some(Severity::Refusal) => true,
            Some(Severity::Error) => !self.options.allow_findings,
            Some(Severity::Warning | Severity::Note) | None => false,
        };
        let wanted = !blocked && cluster.summary.is_some();
        let result = wanted.then(|| (self.consume)(&cluster.name, &objects));
        let beyond =
            cluster.summary.as_ref().map(|summary| Member::of(summary, &cluster.facts, &cluster.allowances, &objects));
        ClusterRun {
            name: cluster.name,
            definition: definition.to_owned(),
            index: member,
            summary: cluster.summary,
            findings,
            traces: cluster.traces,
            member: beyond,
            engine: cluster.facts.engine,
            delivered: cluster.delivered,
            objects: objects.len(),
            recalled: false,
            result,
        }
    }
}
