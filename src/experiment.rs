//! What a cluster would be if a source text were another one.
//!
//! A value says nothing of where it came from: between a line of an overlay and a field of an object stands a library that
//! translates, merges and computes. So the question is put to the definition itself: with this line taken back, or taken
//! away, what becomes different?

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::assemble::assemble;
use crate::evaluate::{Depth, Evaluated, EvaluatedCluster, Evaluator};
use crate::files::LARGEST_FILE;
use crate::finding::Severity;
use crate::object::KubeObject;
use crate::pipeline::{self, Options, Warm};
use crate::pool::{self, Outcome};
use crate::sources::Sources;

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

/// What an experiment has shown.
#[derive(Debug, Default)]
pub struct Answer {
    /// The cluster's objects, as they would be; `None` where the texts make no cluster.
    pub objects: Option<Vec<KubeObject>>,
    /// What could stand where the cluster was refused for what stands there.
    pub known: Vec<String>,
}

/// The answers, in the order of the experiments. `warm` is used for a few experiments, as far as it goes.
pub fn run(
    warm: Option<&mut Warm>,
    sources: &Arc<Sources>,
    experiments: Vec<Experiment>,
    options: Options,
    mut seen: impl FnMut(),
) -> Vec<Answer> {
    let outcomes: Vec<Outcome<_>> = if let Some(warm) = warm.filter(|_| experiments.len() <= pipeline::WARM_JOBS) {
        let one = |experiment: Experiment| {
            let sources = Arc::clone(sources);
            let outcome = warm.run(move |evaluator| conduct(evaluator, &sources, &experiment));
            seen();
            outcome
        };
        experiments.into_iter().map(one).collect()
    } else {
        let (maker, sources) = (Arc::clone(sources), Arc::clone(sources));
        pool::run(
            experiments,
            options.jobs,
            options.limits,
            move || Evaluator::new(Arc::clone(&maker), options.limits),
            move |evaluator, experiment: &Experiment| conduct(evaluator, &sources, experiment),
            seen,
        )
    };
    outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Outcome::Done(answer) => answer,
            Outcome::Lost(_) | Outcome::NotRun => Answer::default(),
        })
        .collect()
}

fn conduct(evaluator: &mut Evaluator, sources: &Sources, experiment: &Experiment) -> Answer {
    let texts = experiment.replaced.iter().filter(|(_, text)| text.len() as u64 <= LARGEST_FILE);
    let texts = texts.map(|(file, text)| (file.clone(), text.as_bytes().into())).collect();
    evaluator.read_from(Arc::new(sources.with(texts)));
    let Some(cluster) = evaluate(evaluator, experiment) else { return Answer::default() };
    // One that is refused has some of its objects at most.
    let refused = cluster.findings.iter().any(|finding| finding.severity >= Severity::Refusal);
    Answer {
        objects: (cluster.summary.is_some() && !refused).then(|| assemble(&cluster.manifests).0),
        known: cluster.findings.into_iter().flat_map(|finding| finding.known).collect(),
    }
}

fn evaluate(evaluator: &mut Evaluator, experiment: &Experiment) -> Option<EvaluatedCluster> {
    match evaluator.definition(&experiment.definition, Depth::Manifests) {
        Evaluated::Cluster(cluster) => Some(*cluster),
        Evaluated::Inventory(names) => {
            let index = names.iter().position(|name| name.as_ref() == Ok(&experiment.cluster))?;
            Some(evaluator.member(&experiment.definition, index, &experiment.cluster, Depth::Manifests))
        }
        Evaluated::Failed(_) => None,
    }
}
