//! The objects of one cluster, for commands that print them.

use super::Session;
use crate::discover::Fleet;
use crate::evaluate::Depth;
use crate::finding::{Finding, Severity};
use crate::object::KubeObject;
use crate::pipeline;

/// One cluster that nothing is wrong with.
pub(super) struct OneCluster {
    pub(super) name: String,
    pub(super) objects: Vec<KubeObject>,
    /// The engine that its definition names.
    pub(super) engine: Option<String>,
}

impl Session<'_> {
    /// The cluster of this name, evaluated and validated; nothing is written. `None` if something keeps it from being
    /// rendered, which has been printed then.
    pub(super) fn one_cluster(
        &self,
        fleet: &Fleet,
        name: &str,
        allow_findings: bool,
    ) -> Result<Option<OneCluster>, Finding> {
        let mut run = pipeline::run(
            fleet,
            &[name.to_owned()],
            self.options(Depth::Manifests, allow_findings),
            |_, _| None,
            |_, objects| objects.to_vec(),
            |_, _| {},
        )?;
        self.report(&run, Severity::Warning);
        if run.failed() {
            return Ok(None);
        }
        if run.clusters.len() > 1 {
            let names: Vec<&str> = run.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
            return Err(Finding::refusal(format!("{name} is {} clusters: {}", names.len(), names.join(", ")))
                .hint("what is printed goes to one cluster; name that one"));
        }
        let cluster = run.clusters.pop().and_then(|cluster| {
            Some(OneCluster { name: cluster.name, objects: cluster.result?, engine: cluster.engine })
        });
        // An inventory can be an empty array.
        cluster.map(Some).ok_or_else(|| Finding::refusal(format!("{name} is no cluster: the inventory is empty")))
    }
}
