//! Where one cluster's CPU time goes: the stages of the pipe one by one, in this process, on one thread.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cniforge::assemble::assemble;
use cniforge::discover::Fleet;
use cniforge::evaluate::{Depth, Evaluated, Evaluator};
use cniforge::finding::{Finding, Severity};
use cniforge::limits::{self, Limits};
use cniforge::tree::ManifestTree;
use cniforge::validate::{self, Context};
use cniforge::write::TreeWriter;
use serde::{Deserialize, Serialize};

use crate::measure::thread_time;

/// What all clusters together took in one stage.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
pub struct Cost {
    pub cpu: Duration,
    pub allocations: u64,
    pub bytes: u64,
}

/// The stages of one pass over a fleet. The first cluster, which pays for the library, is not in the stages.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Stages {
    pub clusters: u64,
    pub files: u64,
    pub file_bytes: u64,
    /// The first cluster's evaluation: the library is parsed, and what does not depend on a cluster is worked out.
    pub first: Cost,
    pub evaluate: Cost,
    pub assemble: Cost,
    pub validate: Cost,
    pub emit: Cost,
    /// Into a folder that is not there.
    pub write: Cost,
    /// The same tree once more.
    pub rewrite: Cost,
    /// Not part of a render: findings and facts without manifests, what `list` needs.
    pub facts: Cost,
}

/// Runs the pipe over the fleet in `folder`, stage by stage, and writes its trees.
pub fn run(folder: &Path, allow_findings: bool) -> Result<Stages, String> {
    let folder = folder.to_owned();
    // As much stack as a worker of the program has.
    let thread = std::thread::Builder::new()
        .stack_size(1 << 30)
        .spawn(move || pass(&folder, allow_findings))
        .map_err(|e| e.to_string())?;
    thread.join().map_err(|_| "the pass panicked".to_owned())?
}

fn pass(folder: &Path, allow_findings: bool) -> Result<Stages, String> {
    let least = if allow_findings { Severity::Refusal } else { Severity::Error };
    let bad = |findings: &[Finding]| findings.iter().any(|finding| finding.severity >= least);
    let fleet = Fleet::find(folder).map_err(|e| e.message)?;
    let sources = Arc::new(fleet.sources().map_err(|e| e.message)?);
    let (definitions, _) = fleet.definitions(&sources).map_err(|e| e.message)?;
    let writer = TreeWriter::open(&fleet.rendered(), || {}).map_err(|e| e.error.to_string())?;
    let mut evaluator = Evaluator::new(Arc::clone(&sources), Limits::default());
    let mut stages = Stages::default();
    for definition in &definitions {
        let mut evaluate = Cost::default();
        let evaluated = evaluate.of_evaluation(|| evaluator.definition(&definition.path, Depth::Manifests));
        let cluster = match evaluated {
            Evaluated::Cluster(cluster) => cluster,
            Evaluated::Failed(findings) => return Err(words(&definition.path, &findings)),
            Evaluated::Inventory(_) => return Err(format!("{} is an inventory", definition.path)),
        };
        if bad(&cluster.findings) {
            return Err(words(&definition.path, &cluster.findings));
        }
        let slot = if stages.clusters == 0 { &mut stages.first } else { &mut stages.evaluate };
        slot.add(evaluate);
        let (objects, findings) = stages.assemble.of(|| assemble(&cluster.manifests));
        let Some(summary) = &cluster.summary else { return Err(words(&definition.path, &cluster.findings)) };
        let context = Context {
            allow_secrets: &cluster.allow_secrets,
            kubernetes_version: &summary.kubernetes_version,
            complete: true,
            cni: &summary.cni,
            cni_version: summary.cni_version.as_deref().unwrap_or_default(),
            facts: &cluster.facts,
        };
        let wrong = stages.validate.of(|| validate::validate(&context, &objects));
        if bad(&findings) || bad(&wrong) {
            return Err(words(&definition.path, &findings) + &words("", &wrong));
        }
        let tree = stages.emit.of(|| ManifestTree::from_objects(&objects));
        stages.write.of(|| writer.write(&cluster.name, &tree)).map_err(|e| e.error.to_string())?;
        stages.rewrite.of(|| writer.write(&cluster.name, &tree)).map_err(|e| e.error.to_string())?;
        stages.clusters += 1;
        stages.files += tree.len() as u64;
        stages.file_bytes += tree.files().map(|(_, text)| text.len() as u64).sum::<u64>();
    }
    let mut evaluator = Evaluator::new(sources, Limits::default());
    for (i, definition) in definitions.iter().enumerate() {
        let mut cost = Cost::default();
        cost.of_evaluation(|| evaluator.definition(&definition.path, Depth::Summary));
        if i > 0 {
            stages.facts.add(cost);
        }
    }
    Ok(stages)
}

fn words(file: &str, findings: &[Finding]) -> String {
    let messages: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
    format!("{file}: {}", messages.join("; "))
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.cpu += other.cpu;
        self.allocations += other.allocations;
        self.bytes += other.bytes;
    }

    /// An evaluation meters itself.
    fn of_evaluation<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let before = limits::allocated_by_this_thread();
        let began = thread_time();
        let result = work();
        self.cpu += thread_time().saturating_sub(began);
        let after = limits::allocated_by_this_thread();
        self.allocations += after.0 - before.0;
        self.bytes += after.1 - before.1;
        result
    }

    /// Any other stage is metered as if it were one.
    fn of<T>(&mut self, work: impl FnOnce() -> T) -> T {
        self.of_evaluation(|| limits::within(&Limits::default(), || {}, work).0)
    }
}
