//! The management cluster's tree, `rendered/_delivery/`: what Argo CD or Flux has to be given once to apply all others.
//!
//! Each cluster says in one text what has to be known of it (`lib/delivery/fact.libsonnet`), which is kept from run to run as
//! it is; one function of the library makes objects of all of them (`lib/delivery/fleet.libsonnet`). Nothing of it is known
//! here but where it is written.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::assemble::assemble;
use crate::evaluate::{Evaluator, limit_finding};
use crate::field_path;
use crate::finding::Finding;
use crate::limits::Limits;
use crate::object::{KubeObject, Manifest};
use crate::pipeline::FleetRun;
use crate::pool::{self, Outcome};
use crate::sources::{Sources, VENDOR, hex};
use crate::value::{Map, Value};

/// The folder beside those of the clusters; no cluster can have this name.
pub const FOLDER: &str = "_delivery";

/// The function of the library, as a definition would import it.
const LIBRARY: &str = "delivery/fleet.libsonnet";

/// What all clusters of a run say of their delivery.
#[derive(Debug)]
pub struct FleetDelivery<'a> {
    sources: &'a Arc<Sources>,
    /// Cluster, definition, fact; sorted.
    facts: Vec<(&'a str, &'a str, &'a str)>,
}

/// What of a run stands in the way of knowing the whole tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incomplete;

impl<'a> FleetDelivery<'a> {
    /// Those of a run over all clusters.
    ///
    /// # Errors
    /// When a cluster was not rendered: without it, the tree would lose what applies that cluster.
    pub fn of<T>(run: &'a FleetRun<T>) -> Result<Self, Incomplete> {
        if run.failed() || run.names.is_none() {
            return Err(Incomplete);
        }
        let fact = |cluster: &'a crate::pipeline::ClusterRun<T>| {
            Some((cluster.name.as_str(), cluster.definition.as_str(), cluster.delivered.as_deref()?))
        };
        Ok(Self { sources: &run.sources, facts: run.clusters.iter().filter_map(fact).collect() })
    }

    /// Whether no cluster says who applies it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// A hash of all that the tree is made of; `None` where that cannot be said.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        let mut hash = Sha256::new();
        hash.update(self.sources.fingerprint(&self.library().ok()?)?);
        for (_, _, fact) in &self.facts {
            hash.update((fact.len() as u64).to_le_bytes());
            hash.update(fact);
        }
        Some(hex(&hash.finalize()))
    }

    /// The objects of the tree; none if no cluster says who applies it.
    ///
    /// # Errors
    /// What clusters say against each other.
    pub fn objects(&self, limits: Limits) -> Result<Vec<KubeObject>, Vec<Finding>> {
        if self.facts.is_empty() {
            return Ok(Vec::new());
        }
        let library = self.library().map_err(|finding| vec![finding])?;
        let facts = Value::List(self.facts.iter().map(|(_, _, fact)| Value::String((*fact).to_owned())).collect());
        let sources = Arc::clone(self.sources);
        let outcomes = pool::run(
            vec![facts],
            1,
            limits,
            move || Evaluator::new(Arc::clone(&sources), limits),
            move |evaluator, facts| evaluator.call(&library, "facts", facts),
            || {},
        );
        let answer = match outcomes.into_iter().next() {
            Some(Outcome::Done(answer)) => answer?,
            Some(Outcome::Lost(trip)) => return Err(vec![limit_finding(trip, &limits)]),
            Some(Outcome::NotRun) | None => return Err(vec![Finding::refusal("the delivery could not be evaluated")]),
        };
        let found: Vec<Finding> = answer.list_at(&["findings"]).iter().map(|item| self.finding(item)).collect();
        if !found.is_empty() {
            return Err(found);
        }
        let (objects, found) = assemble(&manifests(&answer));
        if found.is_empty() { Ok(objects) } else { Err(found) }
    }

    /// Vendored or built in, as for the definitions.
    fn library(&self) -> Result<String, Finding> {
        self.sources.resolve(&format!("{VENDOR}/-"), LIBRARY).map_err(|error| Finding::refusal(error.message))
    }

    fn finding(&self, item: &Value) -> Finding {
        let text = |key: &str| item.text_at(&[key]).unwrap_or_default().to_owned();
        let path: Vec<&str> = item.list_at(&["path"]).iter().filter_map(Value::as_str).collect();
        let mut finding = Finding::refusal(text("message")).path(field_path::join(path)).hint(text("hint"));
        if let Some((cluster, definition, _)) = self.facts.iter().find(|(cluster, _, _)| *cluster == text("cluster")) {
            finding = finding.cluster(*cluster).place(Some(self.sources.first_line(definition)));
        }
        finding
    }
}

/// Component by component and key by key, as a cluster's.
fn manifests(answer: &Value) -> Vec<(String, Manifest)> {
    let fields = |value: &Value| value.as_map().into_iter().flat_map(Map::iter).map(owned).collect::<Vec<_>>();
    let components = answer.at(&["manifests"]).map(fields).unwrap_or_default();
    let of_component = |(component, keys): (String, Value)| {
        let path =
            move |(key, value): (String, Value)| (field_path::join(["manifests", &component, &key]), value.into());
        fields(&keys).into_iter().map(path).collect::<Vec<_>>()
    };
    components.into_iter().flat_map(of_component).collect()
}

fn owned((key, value): (&str, &Value)) -> (String, Value) {
    (key.to_owned(), value.clone())
}
