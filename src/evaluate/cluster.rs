//! Takes one evaluated cluster object apart.

use jrsonnet_evaluator::{Error, ObjValue, Val};

use super::convert::{Trail, convert};
use super::lent::LentManifests;
use super::places::SourceMap;
use super::{ClusterFacts, ClusterSummary, Depth, EvaluatedCluster, errors};
use crate::field_path;
use crate::finding::{Finding, Place, Severity, nearest, suggest};
use crate::object::{Manifest, is_dns_label};
use crate::validate::{self, Allowance};
use crate::value::{Map, Value};

/// What is being read, and what is wrong with it so far.
pub struct ClusterReader<'a> {
    file: &'a str,
    member: Option<usize>,
    map: SourceMap<'a>,
    lent: &'a mut LentManifests,
    stack_depth: usize,
    findings: Vec<Finding>,
    /// The engine has complained at least once.
    failed: bool,
}

impl<'a> ClusterReader<'a> {
    /// Reads the cluster of `file`, or the member of the inventory there.
    pub fn new(
        file: &'a str,
        member: Option<usize>,
        map: SourceMap<'a>,
        lent: &'a mut LentManifests,
        stack_depth: usize,
    ) -> Self {
        Self { file, member, map, lent, stack_depth, findings: Vec::new(), failed: false }
    }

    /// The cluster, and whether the engine has complained on the way.
    pub fn into_cluster(mut self, fallback_name: &str, object: &ObjValue, depth: Depth) -> (EvaluatedCluster, bool) {
        let mut cluster = self.read(fallback_name, object, depth);
        cluster.findings = self.findings;
        (cluster, self.failed)
    }

    fn read(&mut self, fallback_name: &str, object: &ObjValue, depth: Depth) -> EvaluatedCluster {
        let mut cluster = EvaluatedCluster::failed(fallback_name, Vec::new());
        if !object.has_field_ex("findings".into(), true) || !object.has_field_ex("summary".into(), true) {
            self.findings.push(
                Finding::refusal("the definition is an object, but no cluster")
                    .place(self.map.whole(self.file))
                    .hint("begin it with `local cniforge = import 'cniforge/main.libsonnet'; cniforge.cluster { … }`"),
            );
            return cluster;
        }
        if let Some(found) = self.field(object, "findings") {
            self.library_findings(&found);
        }
        if self.findings.iter().any(|finding| finding.severity == Severity::Refusal) {
            return cluster;
        }
        let Some(summary) = self.field(object, "summary") else { return cluster };
        let summary = summary_of(&summary);
        if let Some(problem) = self.name_problem(&summary.name) {
            self.findings.push(problem);
            return cluster;
        }
        cluster.name.clone_from(&summary.name);
        cluster.summary = Some(summary);
        if let Some(allowed) = self.field(object, "allowSecrets") {
            let names = allowed.as_list().unwrap_or_default().iter();
            cluster.allow_secrets = names.filter_map(|name| name.as_str().map(str::to_owned)).collect();
        }
        if let Some(facts) = self.field(object, "facts") {
            cluster.facts = facts_of(&facts);
        }
        if let Some(allowed) = self.field(object, "allowFindings") {
            let items = allowed.as_list().unwrap_or_default().iter();
            cluster.allowances = items.map(allowance_of).collect();
        }
        if depth == Depth::Manifests {
            cluster.manifests = self.manifests(object);
            // A vendored library may be older than the delivery.
            if cluster.facts.engine.is_some() && object.has_field_ex("delivered".into(), true) {
                if let Some(found) = self.field(object, "deliveryFindings") {
                    self.library_findings(&found);
                }
                let delivered = self.field(object, "delivered");
                cluster.delivered = delivered.and_then(|fact| fact.as_str().map(str::to_owned));
            }
        }
        cluster
    }

    /// The name becomes a folder, so it is checked here whatever the library says.
    fn name_problem(&mut self, name: &str) -> Option<Finding> {
        let stem = stem_of(self.file);
        let problem = if !is_dns_label(name) {
            Finding::refusal(format!("`{name}` cannot be a cluster's name"))
                .hint("at most 63 lower case letters, digits and `-`, with a letter or digit at both ends")
        } else if self.member.is_none() && name != stem {
            Finding::refusal(format!("the definition in {} is named `{name}`", self.file)).hint(format!(
                "a file is named after its cluster: rename it to `{name}.jsonnet`, or the cluster to `{stem}`"
            ))
        } else {
            return None;
        };
        Some(problem.path("name").place(self.locate(vec!["name".to_owned()])))
    }

    fn locate(&mut self, path: Vec<String>) -> Option<Place> {
        locate(&mut self.map, self.file, self.member, path)
    }

    fn field(&mut self, object: &ObjValue, name: &str) -> Option<Value> {
        let read = object.get_or_bail(name.into()).and_then(|value| convert(&value, &Trail::root(name)));
        self.keep(read, None)
    }

    /// Notes an error and goes on, so that all of a cluster's errors come at once.
    fn keep<T>(&mut self, result: Result<T, Error>, path: Option<&str>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.failed = true;
                for mut finding in errors::findings(&error, self.file, &mut self.map, self.stack_depth) {
                    if let Some(path) = path {
                        finding.place = finding.place.or_else(|| self.locate(field_path::split(path)));
                        finding.path = Some(path.to_owned());
                    }
                    if !self.findings.contains(&finding) {
                        self.findings.push(finding);
                    }
                }
                None
            }
        }
    }

    /// `manifests` is two levels of names, component and key, above the objects; each object is evaluated by itself.
    fn manifests(&mut self, object: &ObjValue) -> Vec<(String, Manifest)> {
        let mut out = Vec::new();
        let Some(manifests) = self.keep(object.get_or_bail("manifests".into()), Some("manifests")) else { return out };
        let Val::Obj(manifests) = manifests else {
            self.findings.push(
                Finding::refusal(format!("`manifests` is of type {}, not an object", manifests.value_type()))
                    .hint("patch it with `manifests+: { <component>+: { … } }`"),
            );
            return out;
        };
        for component in manifests.fields() {
            let path = field_path::join(["manifests", &component]);
            let Some(value) = self.keep(manifests.get_or_bail(component), Some(&path)) else { continue };
            let Val::Obj(keys) = &value else {
                if let Some(value) = self.keep(convert(&value, &Trail::root(&path)), Some(&path)) {
                    out.push((path, value.into()));
                }
                continue;
            };
            for key in keys.fields() {
                let mut path = path.clone();
                field_path::push(&mut path, &key);
                let read = keys.get_or_bail(key).and_then(|value| self.lent.manifest(&value, &Trail::root(&path)));
                if let Some(value) = self.keep(read, Some(&path)) {
                    out.push((path, value));
                }
            }
        }
        out
    }

    fn library_findings(&mut self, found: &Value) {
        for item in found.as_list().unwrap_or_default() {
            let Some(map) = item.as_map() else { continue };
            let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
            let severity = match text("severity").as_deref() {
                Some("note") => Severity::Note,
                Some("warning") => Severity::Warning,
                Some("error") => Severity::Error,
                _ => Severity::Refusal,
            };
            let mut finding = Finding::refusal(text("message").unwrap_or_default()).severity(severity);
            finding.hint = text("hint");
            let covers: Vec<&str> = item.list_at(&["covers"]).iter().filter_map(Value::as_str).collect();
            finding.covers = (!covers.is_empty()).then(|| field_path::join(&covers));
            finding.rule = text("rule").and_then(|id| validate::rules::find(&id)).map(|rule| rule.id);
            let path: Vec<String> = map
                .get("path")
                .and_then(Value::as_list)
                .unwrap_or_default()
                .iter()
                .map(|part| match part {
                    Value::Number(index) => index.to_string(),
                    other => other.as_str().unwrap_or_default().to_owned(),
                })
                .collect();
            if let (Some(known), Some(wrong)) = (map.get("known").and_then(Value::as_list), path.last()) {
                let names: Vec<&str> = known.iter().filter_map(Value::as_str).collect();
                let wrong = text("got").unwrap_or_else(|| wrong.clone());
                // A near name is the best hint; the list of all is for want of another.
                if finding.hint.is_none() || !nearest(&wrong, names.iter().copied()).is_empty() {
                    finding.hint = suggest(&wrong, names.iter().copied()).or(finding.hint);
                }
                finding.known = names.into_iter().map(str::to_owned).collect();
            }
            if !path.is_empty() {
                finding.path = Some(field_path::join(&path));
                finding.place = self.locate(path);
            }
            self.findings.push(finding);
        }
    }
}

/// The keys were checked by the library.
fn allowance_of(value: &Value) -> Allowance {
    let text = |key: &str| value.at(&[key]).and_then(Value::as_str).map(str::to_owned);
    Allowance {
        rule: text("rule").unwrap_or_default(),
        object: text("object"),
        reason: text("reason").unwrap_or_default(),
    }
}

fn facts_of(value: &Value) -> ClusterFacts {
    let texts = |key: &str| {
        let items = value.at(&[key]).and_then(Value::as_list).unwrap_or_default();
        items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    };
    ClusterFacts {
        pod_cidrs: texts("podCIDRs"),
        service_cidrs: texts("serviceCIDRs"),
        node_cidrs: texts("nodeCIDRs"),
        old_pod_cidrs: texts("oldPodCIDRs"),
        kernel_version: value.text_at(&["kernelVersion"]).map(str::to_owned),
        max_node_pod_num: value.at(&["maxNodePodNum"]).and_then(Value::as_u32).unwrap_or_default(),
        registry: value.text_at(&["registry"]).map(str::to_owned),
        engine: value.text_at(&["delivery", "engine"]).map(str::to_owned),
    }
}

fn summary_of(value: &Value) -> ClusterSummary {
    let text = |key: &str| value.at(&[key]).and_then(Value::as_str).unwrap_or_default().to_owned();
    let texts = |key: &str| {
        let map = value.at(&[key]).and_then(Value::as_map);
        let pairs = map.into_iter().flat_map(Map::iter);
        pairs.filter_map(|(name, text)| Some((name.to_owned(), text.as_str()?.to_owned()))).collect()
    };
    ClusterSummary {
        name: text("name"),
        cluster_type: text("type"),
        cni: text("cni"),
        cni_version: value.at(&["cniVersion"]).and_then(Value::as_str).map(str::to_owned),
        kubernetes_version: text("kubernetesVersion"),
        labels: texts("labels"),
        guides: texts("guides"),
    }
}

/// The place of a field of the cluster in `file`, or of the member of an inventory there.
pub fn locate(map: &mut SourceMap<'_>, file: &str, member: Option<usize>, mut path: Vec<String>) -> Option<Place> {
    // What the library makes of `extraObjects`.
    if path.len() > 2 && path[0] == "manifests" && path[1] == "extra" {
        let rest = if path[2] == "objects" { 3 } else { 2 };
        path.splice(..rest, ["extraObjects".to_owned()]);
    }
    path.splice(..0, member.map(|index| index.to_string()));
    map.field(file, &path)
}

/// A definition file's name without `.jsonnet`.
pub fn stem_of(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.strip_suffix(".jsonnet").unwrap_or(name)
}
