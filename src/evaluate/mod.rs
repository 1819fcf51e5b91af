//! The only module that names jrsonnet: a definition file in, plain data out.
//!
//! An [`Evaluator`] belongs to one thread (the engine's values are bound to it) and is used for many definitions. The
//! library is parsed and evaluated once (`shared`); each definition, its overlays and what it extends live in a state of
//! their own, which is forgotten with it. After an error the library is thrown away too, since the engine remembers
//! half-finished imports and failed values.

mod cluster;
mod convert;
mod errors;
mod garbage;
mod imports;
mod lent;
mod places;
mod policy;
mod shared;

use std::sync::{Arc, Mutex, PoisonError};

use jrsonnet_evaluator::function::CallLocation;
use jrsonnet_evaluator::trace::PathResolver;
use jrsonnet_evaluator::{Error, IStr, ObjValue, State, Val};
use jrsonnet_gcmodule::Acyclic;
use jrsonnet_stdlib::{ContextInitializer, TracePrinter};

use self::cluster::{ClusterReader, locate, stem_of};
use self::convert::{Trail, convert};
use self::garbage::Garbage;
pub use self::garbage::forget_heap;
use self::lent::LentManifests;
use self::places::SourceMap;
use self::shared::{LendingResolver, SharedLibrary};
use crate::field_path;
use crate::finding::{Finding, Place, Severity};
use crate::limits::{self, Limits, Trip};
use crate::object::Manifest;
use crate::sources::Sources;
use crate::validate::Allowance;
use crate::value::Value;

/// What one cluster's definition evaluates to.
#[derive(Debug)]
pub struct EvaluatedCluster {
    /// What `name` says, or the definition file's stem while there is no usable name.
    pub name: String,
    /// The facts for lists and rules; absent if the definition is refused.
    pub summary: Option<ClusterSummary>,
    /// Field path → manifest or nested fields, as the definition's `manifests` has them. Empty after a refusal.
    pub manifests: Vec<(String, Manifest)>,
    /// Names of Secrets that the definition allows to hold data.
    pub allow_secrets: Vec<String>,
    /// What rules need to know besides the objects.
    pub facts: ClusterFacts,
    /// Findings that the definition accepts.
    pub allowances: Vec<Allowance>,
    /// Everything that is wrong, refusals included.
    pub findings: Vec<Finding>,
    /// What `std.trace` printed, in order.
    pub traces: Vec<String>,
    /// What the management cluster has to know to have the tree applied, for the library to read ([`crate::delivery`]).
    pub delivered: Option<String>,
}

impl EvaluatedCluster {
    /// A cluster of which nothing is known but what is wrong.
    #[must_use]
    pub fn failed(name: &str, findings: Vec<Finding>) -> Self {
        Self {
            name: name.to_owned(),
            summary: None,
            manifests: Vec::new(),
            allow_secrets: Vec::new(),
            facts: ClusterFacts::default(),
            allowances: Vec::new(),
            findings,
            traces: Vec::new(),
            delivered: None,
        }
    }
}

/// What rules need to know of a cluster besides its objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterFacts {
    /// Where pods get their addresses.
    pub pod_cidrs: Vec<String>,
    /// Where services get their addresses.
    pub service_cidrs: Vec<String>,
    /// How many pods fit on a node.
    pub max_node_pod_num: u32,
    /// The nodes' own addresses, if the definition says so.
    pub node_cidrs: Vec<String>,
    /// Where the pods of the CNI are from which the cluster migrates.
    pub old_pod_cidrs: Vec<String>,
    /// The kernel of the nodes, if the definition says so.
    pub kernel_version: Option<String>,
    /// Where all images are to come from, if the definition says so.
    pub registry: Option<String>,
    /// The engine that delivers its tree, if the definition says so.
    pub engine: Option<String>,
}

/// What a list shows of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterSummary {
    /// The cluster's name.
    pub name: String,
    /// `Baremetal`, `Imported` or `Edge`.
    #[serde(rename = "type")]
    pub cluster_type: String,
    /// `galaxy`, `cilium`, … or `none`.
    pub cni: String,
    /// The version of the CNI; absent for `none`.
    pub cni_version: Option<String>,
    /// As the definition gives it.
    pub kubernetes_version: String,
    /// For selections.
    pub labels: std::collections::BTreeMap<String, String>,
    /// Topic → text for whoever looks after the cluster; what `explain` prints.
    #[serde(skip)]
    pub guides: std::collections::BTreeMap<String, String>,
}

/// What a definition file turned out to be.
#[derive(Debug)]
pub enum Evaluated {
    /// One cluster.
    Cluster(Box<EvaluatedCluster>),
    /// An array of clusters, not yet evaluated: their names in order (or what is wrong with one).
    Inventory(Vec<Result<String, Finding>>),
    /// Nothing usable.
    Failed(Vec<Finding>),
}

/// How much of a definition is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// All of it.
    Manifests,
    /// Facts and findings without building a manifest; what `list` needs.
    Summary,
    /// Whether it is an inventory, and of what.
    Kind,
}

/// One thread's engine.
pub struct Evaluator {
    sources: Arc<Sources>,
    limits: Limits,
    shared: Option<SharedLibrary>,
    lent: LentManifests,
    /// Of the definition in work.
    state: Option<State>,
    /// An error was noted while the definition in work went on.
    tainted: bool,
    traces: Arc<Mutex<Vec<String>>>,
    garbage: Garbage,
}

impl Evaluator {
    /// An engine over `sources`.
    #[must_use]
    pub fn new(sources: Arc<Sources>, limits: Limits) -> Self {
        Self {
            sources,
            limits,
            shared: None,
            lent: LentManifests::default(),
            state: None,
            tainted: false,
            traces: Arc::default(),
            garbage: Garbage::new(),
        }
    }

    /// From now on, fleet files are read from there. The library stays as it is, so it must be the same.
    pub fn read_from(&mut self, sources: Arc<Sources>) {
        self.sources = sources;
    }

    /// Evaluates the definition in `file`; an array comes back as its members' names.
    pub fn definition(&mut self, file: &str, depth: Depth) -> Evaluated {
        let stem = stem_of(file).to_owned();
        let result = self.limited(file, |this| {
            let value = this.evaluate(file)?;
            Ok(match &value {
                Val::Obj(_) if depth == Depth::Kind => Evaluated::Failed(Vec::new()),
                Val::Obj(object) => Evaluated::Cluster(Box::new(this.cluster(file, &stem, object, depth, None))),
                Val::Arr(members) => {
                    let names = members.iter_lazy().enumerate();
                    Evaluated::Inventory(names.map(|(i, member)| this.member_name(file, i, &member)).collect())
                }
                other => Evaluated::Failed(vec![this.not_a_cluster(file, other)]),
            })
        });
        match result {
            Ok(Evaluated::Cluster(mut cluster)) => {
                cluster.traces = self.take_traces();
                Evaluated::Cluster(cluster)
            }
            Ok(other) => other,
            Err(findings) => Evaluated::Failed(findings),
        }
    }

    /// Evaluates any file to plain data; for the library's own tests and for tools.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn value(&mut self, file: &str) -> Result<Value, Vec<Finding>> {
        self.limited(file, |this| {
            let value = this.evaluate(file)?;
            convert(&value, &Trail::root(file)).map_err(|error| this.explain(&error, file))
        })
    }

    /// Evaluates the member `index` of the inventory in `file`.
    pub fn member(&mut self, file: &str, index: usize, name: &str, depth: Depth) -> EvaluatedCluster {
        let result = self.limited(file, |this| {
            let Val::Arr(members) = this.evaluate(file)? else {
                return Err(vec![Finding::refusal("the inventory changed while it was evaluated")]);
            };
            let member = u32::try_from(index).ok().and_then(|index| members.get_lazy(index));
            let value = member.map_or(Ok(Val::Null), |member| member.evaluate());
            match value.map_err(|error| this.explain(&error, file))? {
                Val::Obj(object) => Ok(this.cluster(file, name, &object, depth, Some(index))),
                other => Err(vec![this.not_a_cluster(file, &other)]),
            }
        });
        match result {
            Ok(mut cluster) => {
                cluster.traces = self.take_traces();
                cluster
            }
            Err(findings) => EvaluatedCluster::failed(name, findings),
        }
    }

    /// Gives findings that have a field path but no place their place.
    pub fn locate(&self, file: &str, member: Option<usize>, findings: &mut [Finding]) {
        let mut map = SourceMap::new(&self.sources);
        // Whoever asks for notes can do without their places, and every run would pay for them.
        let wanted = |finding: &&mut Finding| finding.place.is_none() && finding.severity > Severity::Note;
        for finding in findings.iter_mut().filter(wanted) {
            if let Some(path) = &finding.path {
                finding.place = locate(&mut map, file, member, field_path::split(path));
            }
        }
    }

    /// What `std.trace` printed during the last [`Evaluator::value`], in order.
    #[must_use]
    pub fn traces(&self) -> Vec<String> {
        self.take_traces()
    }

    fn take_traces(&self) -> Vec<String> {
        std::mem::take(&mut *self.traces.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs `work` on the entered engine, within the limits, and cleans up behind it.
    fn limited<T>(
        &mut self,
        file: &str,
        work: impl FnOnce(&mut Self) -> Result<T, Vec<Finding>>,
    ) -> Result<T, Vec<Finding>> {
        let limits = self.limits;
        // Those of a definition that failed are nobody's.
        self.take_traces();
        let cold = self.shared.is_none();
        let (result, trip) = limits::within(&limits, trip_engine, || {
            jrsonnet_evaluator::stack::set_stack_depth_limit(limits.stack_depth);
            let state = self.new_state();
            let entered = state.enter();
            self.state = Some(state);
            // The engine must not take the run down with it, whatever a definition does to it.
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(self)));
            drop(entered);
            self.state = None;
            result
        });
        let failed = trip.is_some() || !matches!(result, Ok(Ok(_))) || std::mem::take(&mut self.tainted);
        if failed {
            self.shared = None;
            self.lent = LentManifests::default();
        }
        // What the library leaves is there to stay; collecting would only walk through it.
        self.garbage.add(if cold { 0 } else { limits::left_behind() }, failed);
        match (trip, result) {
            (Some(trip), _) => Err(vec![limit_finding(trip, &limits)]),
            (None, Ok(result)) => result,
            (None, Err(_)) => Err(vec![
                Finding::refusal(format!("the jsonnet engine gave up on {file}"))
                    .hint("this is a defect of the engine; simplify the expression that was changed last"),
            ]),
        }
    }

    /// A state for one definition, over the library that all definitions of this thread share.
    fn new_state(&mut self) -> State {
        let (sources, traces) = (&self.sources, &self.traces);
        let shared = self.shared.get_or_insert_with(|| {
            let std = ContextInitializer::new(PathResolver::FileName);
            std.settings_mut().trace_printer = std::rc::Rc::new(TraceCollector(Arc::clone(traces)));
            SharedLibrary::new(sources, std)
        });
        let mut builder = State::builder();
        builder.import_resolver(LendingResolver::new(sources));
        builder.context_initializer(shared.context());
        builder.build()
    }

    /// The definition is evaluated as a snippet, which the engine does not keep, named so that its imports resolve.
    fn evaluate(&mut self, file: &str) -> Result<Val, Vec<Finding>> {
        let code = self.sources.text(file).map_err(|error| {
            let mut finding = Finding::refusal(error.message);
            finding.hint = error.hint;
            vec![finding]
        })?;
        self.sources.code_files(file).map_err(|refused| {
            let text = self.sources.text(&refused.file).unwrap_or_default();
            let place = places::place(&refused.file, &text, refused.offset, refused.offset + 1);
            let mut finding = Finding::refusal(refused.error.message).place(Some(place));
            finding.hint = refused.error.hint;
            vec![finding]
        })?;
        let state = self.state.clone().unwrap_or_default();
        state.evaluate_snippet(file, code).map_err(|error| self.explain(&error, file))
    }

    fn explain(&self, error: &Error, file: &str) -> Vec<Finding> {
        errors::findings(error, file, &mut SourceMap::new(&self.sources), self.limits.stack_depth)
    }

    fn not_a_cluster(&self, file: &str, value: &Val) -> Finding {
        let what = match value {
            Val::Func(_) => "a function".to_owned(),
            other => format!("of type {}", other.value_type()),
        };
        Finding::refusal(format!("the definition is {what}, not a cluster"))
            .place(SourceMap::new(&self.sources).whole(file))
            .hint("a definition is `cniforge.cluster { … }`, or an array of such")
    }

    fn member_name(
        &self,
        file: &str,
        index: usize,
        member: &jrsonnet_evaluator::Thunk<Val>,
    ) -> Result<String, Finding> {
        let named = member.evaluate().and_then(|value| match value {
            Val::Obj(object) => object.get("name".into()),
            _ => Ok(None),
        });
        let problem = match named {
            Ok(Some(Val::Str(name))) => return Ok(name.into_flat().to_string()),
            Ok(_) => {
                Finding::refusal(format!("member {index} of the inventory has no name")).hint("give it `name: '…'`")
            }
            Err(error) => {
                let first = self.explain(&error, file).into_iter().next();
                first
                    .unwrap_or_else(|| Finding::refusal(format!("member {index} of the inventory cannot be evaluated")))
            }
        };
        let path = [index.to_string()];
        let place = problem.place.clone().or_else(|| SourceMap::new(&self.sources).field(file, &path));
        Err(problem.path(format!("[{index}]")).place(place))
    }

    fn cluster(
        &mut self,
        file: &str,
        fallback_name: &str,
        object: &ObjValue,
        depth: Depth,
        member: Option<usize>,
    ) -> EvaluatedCluster {
        let map = SourceMap::new(&self.sources);
        self.lent.next_cluster();
        let reader = ClusterReader::new(file, member, map, &mut self.lent, self.limits.stack_depth);
        let (cluster, failed) = reader.into_cluster(fallback_name, object, depth);
        self.tainted |= failed;
        cluster
    }
}

/// Where the fields stand that the definition and its imports write down: file and line → path of the last one there.
#[must_use]
pub fn field_lines(sources: &Sources, definition: &str) -> std::collections::BTreeMap<(String, usize), Vec<String>> {
    SourceMap::new(sources).field_lines(definition)
}

/// Where a field of a cluster is written down, or as much of its path as is: of the definition, or of the member `index` of the
/// inventory there.
#[must_use]
pub fn place_of(sources: &Sources, definition: &str, index: Option<usize>, path: &str) -> Option<Place> {
    locate(&mut SourceMap::new(sources), definition, index, field_path::split(path))
}

/// From inside the allocator: no frame fits any more, so the evaluation unwinds.
fn trip_engine() {
    jrsonnet_evaluator::stack::set_stack_depth_limit(0);
}

/// What hitting a limit means to the user.
#[must_use]
pub fn limit_finding(trip: Trip, limits: &Limits) -> Finding {
    match trip {
        Trip::Memory => {
            Finding::refusal(format!("evaluating this needs more than {} MiB of memory", limits.memory >> 20)).hint(
                "a cluster needs a few MiB; look for an array or string that grows without end, or raise --max-memory",
            )
        }
        Trip::Time => Finding::refusal(format!("evaluating this takes longer than {} s", limits.timeout.as_secs_f64()))
            .hint("a cluster takes some milliseconds; look for a loop without end, or raise --timeout"),
    }
}

/// Collects what `std.trace` prints; the library never prints itself.
#[derive(Acyclic)]
struct TraceCollector(Arc<Mutex<Vec<String>>>);

impl TracePrinter for TraceCollector {
    fn print_trace(&self, loc: CallLocation<'_>, value: IStr) {
        let place = loc.0.map(|span| {
            let place = places::span_place(span);
            format!("{}:{}: ", place.file, place.line)
        });
        let line = format!("{}{value}", place.unwrap_or_default());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}
