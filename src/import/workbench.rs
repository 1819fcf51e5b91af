//! The library, asked by an importer: what a definition that is in no file yet would give.

use std::sync::Arc;

use crate::evaluate::{Depth, Evaluated, EvaluatedCluster, Evaluator};
use crate::finding::{Finding, Severity};
use crate::limits::Limits;
use crate::sources::Sources;
use crate::value::Value;

/// One thread's engine, and texts in the place of files.
pub struct Workbench {
    sources: Arc<Sources>,
    evaluator: Evaluator,
}

impl Workbench {
    /// Over a fleet's files, so that a library in its `vendor/` wins.
    #[must_use]
    pub fn new(sources: Arc<Sources>, limits: Limits) -> Self {
        Self { evaluator: Evaluator::new(Arc::clone(&sources), limits), sources }
    }

    /// What a definition gives that stands at `path` and has this text.
    pub fn cluster(&mut self, path: &str, text: &str, depth: Depth) -> EvaluatedCluster {
        self.sources.provide(path, text);
        match self.evaluator.definition(path, depth) {
            Evaluated::Cluster(cluster) => *cluster,
            Evaluated::Failed(findings) => EvaluatedCluster::failed(path, findings),
            Evaluated::Inventory(_) => EvaluatedCluster::failed(path, Vec::new()),
        }
    }

    /// Any jsonnet as plain data.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn value(&mut self, code: &str) -> Result<Value, Finding> {
        const PATH: &str = "question.jsonnet";
        self.sources.provide(PATH, code);
        self.evaluator.value(PATH).map_err(|findings| {
            let first = findings.into_iter().next();
            first.unwrap_or_else(|| Finding::refusal("the library gives no answer"))
        })
    }
}

/// Whether a definition with these findings is rendered.
#[must_use]
pub fn renders(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.severity < Severity::Error)
}
