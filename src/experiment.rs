//! What a cluster would be if a source text were another one.
//!
//! A value says nothing of where it came from: between a line of an overlay and a field of an object stands a library that
//! translates, merges and computes. So the question is put to the definition itself: with this line taken back, or taken
//! away, what becomes different?

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::assemble::assemble;
use crate::discover::Fleet;
use crate::evaluate::{Depth, Evaluated, EvaluatedCluster, Evaluator};
use crate::files::LARGEST_FILE;
use crate::finding::Finding;
use crate::object::KubeObject;
use crate::pipeline::Options;
use crate::pool::{self, Outcome};

/// One question.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// The definition file.
    pub definition: String,
    /// The cluster in it.
    pub cluster: String,
    /// File → its text in this experiment.
    pub replaced: BTreeMap<String, String>,
}

/// The objects of each cluster as they would be, in the order of the experiments; `None` where the texts make no cluster.
///
/// # Errors
/// When the fleet cannot be read.
pub fn run(
    fleet: &Fleet,
    experiments: Vec<Experiment>,
    options: Options,
    seen: impl FnMut(),
) -> Result<Vec<Option<Vec<KubeObject>>>, Finding> {
    let sources = Arc::new(fleet.sources()?);
    let fleet = fleet.clone();
    let outcomes = pool::run(
        experiments,
        options.jobs,
        options.limits,
        move || Evaluator::new(Arc::clone(&sources), options.limits),
        move |evaluator, experiment: &Experiment| {
            let texts = experiment.replaced.iter().filter(|(_, text)| text.len() as u64 <= LARGEST_FILE);
            let texts = texts.map(|(file, text)| (file.clone(), text.as_bytes().into())).collect();
            evaluator.read_from(Arc::new(fleet.with(texts).sources().ok()?));
            evaluate(evaluator, experiment)
        },
        seen,
    );
    Ok(outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Outcome::Done(objects) => objects,
            Outcome::Lost(_) | Outcome::NotRun => None,
        })
        .collect())
}

fn evaluate(evaluator: &mut Evaluator, experiment: &Experiment) -> Option<Vec<KubeObject>> {
    let cluster: EvaluatedCluster = match evaluator.definition(&experiment.definition, Depth::Manifests) {
        Evaluated::Cluster(cluster) => *cluster,
        Evaluated::Inventory(names) => {
            let index = names.iter().position(|name| name.as_ref() == Ok(&experiment.cluster))?;
            evaluator.member(&experiment.definition, index, &experiment.cluster, Depth::Manifests)
        }
        Evaluated::Failed(_) => return None,
    };
    cluster.summary.is_some().then(|| assemble(&cluster.manifests).0)
}
