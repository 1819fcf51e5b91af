//! Values of Cilium's Helm chart as a definition that gives the same objects.
//!
//! The library knows the chart's defaults, and what a definition adds to them by itself (the cluster's name, its pod CIDRs).
//! The definition says the rest: what the user changed, and what takes back an addition that the user did not make.

use super::definition_writer::{Definition, Field, Remark, literal};
use super::secrets;
use super::workbench::Workbench;
use super::yaml_reader::Document;
use crate::evaluate::Depth;
use crate::finding::{Finding, Severity};
use crate::object::is_dns_label;
use crate::value::{Map, Value};

/// What is known of the cluster beside its values.
#[derive(Debug, Clone, Default)]
pub struct ClusterFacts {
    /// Its name in the fleet.
    pub name: String,
    /// Where Cilium is installed.
    pub namespace: Option<String>,
    /// The version that it runs.
    pub kubernetes_version: Option<String>,
    /// Where pods get their addresses.
    pub pod_cidrs: Vec<String>,
    /// Where services get theirs.
    pub service_cidrs: Vec<String>,
    /// What it serves beyond Kubernetes' own APIs.
    pub api_versions: Vec<String>,
}

/// What stands in a definition that nothing was said for.
pub mod assumed {
    /// A release that this Cilium and this library know.
    pub const KUBERNETES: &str = "1.34.0";
    /// kubeadm's default.
    pub const SERVICES: &str = "10.96.0.0/12";
}

/// The chart makes keys while it renders, which no tree in git can hold; the library's default stands in.
const CHART_ONLY: [(&[&str], &str); 2] =
    [(&["hubble", "tls", "auto", "method"], "helm"), (&["clustermesh", "apiserver", "tls", "auto", "method"], "helm")];

/// The values of all documents, later ones over earlier ones, as `helm -f a.yaml -f b.yaml` merges them.
///
/// # Errors
/// When a document is no map.
pub fn merge(documents: &[Document]) -> Result<Value, Finding> {
    let mut merged = Value::Map(Map::default());
    for document in documents {
        if document.value.as_map().is_none() {
            return Err(Finding::refusal(format!(
                "{}: values are a map, and this is {}",
                document.place,
                article(&document.value)
            ))
            .hint("an import reads values.yaml, or what `helm get values -o yaml` prints"));
        }
        merged = laid_over(&merged, &document.value);
    }
    Ok(merged)
}

/// Maps merge, all else is replaced; null stays, since it may take a default away later.
fn laid_over(below: &Value, above: &Value) -> Value {
    let (Some(old), Some(new)) = (below.as_map(), above.as_map()) else { return above.clone() };
    let mut entries: Vec<(String, Value)> = Vec::new();
    for (key, value) in old.iter() {
        entries.push((key.to_owned(), new.get(key).map_or_else(|| value.clone(), |over| laid_over(value, over))));
    }
    entries.extend(
        new.iter().filter(|(key, _)| old.get(key).is_none()).map(|(key, value)| (key.to_owned(), value.clone())),
    );
    Value::Map(Map::from_entries(entries))
}

/// The definition of a cluster that runs the chart of this version with these values.
///
/// # Errors
/// When the library cannot render that version, or the cluster cannot be called so.
pub fn import(
    bench: &mut Workbench,
    values: &Value,
    version: &str,
    facts: &ClusterFacts,
) -> Result<Definition, Finding> {
    if !is_dns_label(&facts.name) {
        return Err(Finding::refusal(format!("`{}` is no name for a cluster", facts.name))
            .hint("at most 63 lower case letters, digits and `-`, with a letter or digit at both ends"));
    }
    let version = version.strip_prefix('v').unwrap_or(version);
    let chart = Chart::ask(bench, version)?;
    let mut remarks = Vec::new();
    let (mut values, taken) = secrets::strip(values);
    if !taken.is_empty() {
        remarks.push(Remark::warning(format!(
            "{}: keys and passwords do not belong into git; keep them in Secrets of the cluster",
            taken.join(", ")
        )));
    }
    for (path, word) in CHART_ONLY {
        if values.at(path).and_then(Value::as_str) == Some(word) {
            values = without(&values, path);
            remarks.push(Remark::note(format!(
                "{}: '{word}' makes new keys each time the chart is rendered; here a Job in the cluster makes them",
                path.join(".")
            )));
        }
    }
    values = chart.without_unknown(bench, values, &mut remarks)?;

    let pools = chart.pools(&values);
    let (pods, sure) = if facts.pod_cidrs.is_empty() { pools } else { (facts.pod_cidrs.clone(), true) };
    let domain =
        values.at(&["hubble", "peerService", "clusterDomain"]).and_then(Value::as_str).unwrap_or("cluster.local");
    let domain = domain.trim_end_matches('.').to_owned();
    let fields = basics(facts, (&pods, sure), &domain, "the values do", &mut remarks);

    let added = added_by_the_definition(bench, &facts.name, &pods, &domain)?;
    let (changed, undone) = chart.differences(&values, &added);
    let definition = |values: Value| Definition {
        header: vec![format!("Cilium {version}, imported from the values of its Helm chart.")],
        name: facts.name.clone(),
        fields: fields.iter().cloned().chain([settings(version, facts.namespace.as_deref(), values)]).collect(),
        remarks: remarks.clone(),
    };
    let values = without_idle(bench, changed, &undone, &definition);
    Ok(definition(values))
}

/// The keys that every definition with Cilium has. `source`: who does not say what has to be assumed.
pub(super) fn basics(
    facts: &ClusterFacts,
    (pods, sure): (&[String], bool),
    domain: &str,
    source: &str,
    remarks: &mut Vec<Remark>,
) -> Vec<Field> {
    let text = |text: &str| Value::String(text.to_owned());
    let list = |items: &[String]| Value::List(items.iter().map(|item| text(item)).collect());
    let mut fields = vec![Field::new("type", text("Baremetal"))];
    let mut assume = |field: Field, assumed: bool, option: &str| {
        if !assumed {
            return fields.push(field);
        }
        let text = format!("`{}` was assumed, since {source} not say it: check it, or say {option}", field.name);
        remarks.push(Remark::warning(text).unlisted());
        fields.push(field.comment(format!("Assumed; {source} not say it.")));
    };
    let kubernetes = facts.kubernetes_version.as_deref();
    let version = Field::new("kubernetesVersion", text(kubernetes.unwrap_or(assumed::KUBERNETES)));
    assume(version, kubernetes.is_none(), "--kubernetes-version");
    assume(Field::new("podCIDRs", list(pods)), !sure, "--pod-cidr");
    let services = match facts.service_cidrs.as_slice() {
        [] => vec![assumed::SERVICES.to_owned()],
        given => given.to_vec(),
    };
    assume(Field::new("serviceCIDRs", list(&services)), facts.service_cidrs.is_empty(), "--service-cidr");
    if domain != "cluster.local" {
        fields.push(Field::new("dnsDomain", text(domain)));
    }
    if !facts.api_versions.is_empty() {
        fields.push(Field::new("apiVersions", list(&facts.api_versions)));
    }
    fields.push(Field::new("cni", text("cilium")).apart());
    fields
}

/// `cilium+:` with what differs from its defaults.
pub(super) fn settings(version: &str, namespace: Option<&str>, values: Value) -> Field {
    let text = |text: &str| Value::String(text.to_owned());
    let mut entries = vec![("version".to_owned(), text(version))];
    let namespace = namespace.filter(|namespace| *namespace != "kube-system");
    entries.extend(namespace.map(|namespace| ("namespace".to_owned(), text(namespace))));
    if values.as_map().is_some_and(|map| !map.is_empty()) {
        entries.push(("values".to_owned(), values));
    }
    Field::new("cilium", Value::Map(Map::from_entries(entries))).extending()
}

/// What the library knows of one version of the chart.
pub(in crate::import) struct Chart {
    version: String,
    /// All values.
    pub(super) defaults: Value,
    /// Keys of cilium-config.
    pub(super) config_keys: Vec<String>,
    /// Full names of values that were dropped.
    removed: Vec<String>,
}

impl Chart {
    pub(super) fn ask(bench: &mut Workbench, version: &str) -> Result<Self, Finding> {
        let question = format!(
            "local versions = import 'cilium/versions/main.libsonnet';\nlocal name = {};\n\
             if versions.isPatch(name) then {{\n  local version = versions.of(name),\n  defaults: version.values,\n  \
             removed: std.objectFields(version.removed),\n  \
             configKeys: std.objectFields(version.configKeys),\n}} else {{ known: versions.releases }}\n",
            literal(&Value::String(version.to_owned()))
        );
        let answer = bench.value(&question)?;
        let names = |key: &str| -> Vec<String> {
            let list = answer.at(&[key]).and_then(Value::as_list).unwrap_or_default();
            list.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
        };
        let Some(defaults) = answer.at(&["defaults"]) else {
            let known = names("known");
            return Err(Finding::refusal(format!("this version of cniforge cannot render Cilium '{version}'"))
                .hint(format!("it knows {} and their other patch releases", known.join(", "))));
        };
        Ok(Self {
            version: version.to_owned(),
            defaults: defaults.clone(),
            config_keys: names("configKeys"),
            removed: names("removed"),
        })
    }

    /// What the library says of values that it does not know becomes a remark, and the values go.
    fn without_unknown(
        &self,
        bench: &mut Workbench,
        mut values: Value,
        remarks: &mut Vec<Remark>,
    ) -> Result<Value, Finding> {
        let question = format!(
            "local cilium = import 'cilium/main.libsonnet';\n\
             local checks = import 'cilium/checks/main.libsonnet';\n\
             local versions = import 'cilium/versions/main.libsonnet';\n\
             checks.ofValues(versions.of({}), {})\n",
            literal(&Value::String(self.version.clone())),
            literal(&values)
        );
        let found = bench.value(&question)?;
        for finding in found.as_list().unwrap_or_default() {
            let part = |key: &str| finding.at(&[key]).and_then(Value::as_str).unwrap_or_default();
            let path: Vec<&str> = finding
                .at(&["path"])
                .and_then(Value::as_list)
                .unwrap_or_default()
                .iter()
                .filter_map(Value::as_str)
                .skip(2)
                .collect();
            let name = path.join(".");
            if part("severity") != "error" && !self.removed.contains(&name) {
                continue;
            }
            let Some(value) = values.at(&path) else { continue };
            let known: Vec<&str> = finding
                .at(&["known"])
                .and_then(Value::as_list)
                .unwrap_or_default()
                .iter()
                .filter_map(Value::as_str)
                .collect();
            let near = crate::finding::nearest(path.last().copied().unwrap_or_default(), known);
            let hint = match (near.first(), part("hint")) {
                (Some(near), _) => format!("; did you mean `{near}`?"),
                (None, "") => String::new(),
                (None, hint) => format!("; {hint}"),
            };
            remarks.push(Remark::warning(format!("{name}: {}: {}{hint}", literal(value), part("message"))));
            values = without(&values, &path);
        }
        Ok(values)
    }

    /// Where pods get their addresses, and whether the values say so.
    fn pools(&self, values: &Value) -> (Vec<String>, bool) {
        let get = |path: &[&str]| values.at(path).or_else(|| self.defaults.at(path));
        let texts = |path: &[&str]| -> Vec<String> {
            match get(path) {
                Some(Value::String(text)) => {
                    text.split([' ', ',']).filter(|part| !part.is_empty()).map(str::to_owned).collect()
                }
                Some(Value::List(items)) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
                _ => Vec::new(),
            }
        };
        let families = [
            ("ipv4", "clusterPoolIPv4PodCIDRList", "ipv4NativeRoutingCIDR"),
            ("ipv6", "clusterPoolIPv6PodCIDRList", "ipv6NativeRoutingCIDR"),
        ];
        let (mut pools, mut sure) = (Vec::new(), true);
        let by_the_operator =
            matches!(get(&["ipam", "mode"]).and_then(Value::as_str), None | Some("" | "cluster-pool"));
        for (family, pool, routed) in families {
            if get(&[family, "enabled"]) != Some(&Value::Bool(true)) {
                continue;
            }
            let mut blocks = texts(&["ipam", "operator", pool]);
            let routed = texts(&[routed]);
            if !by_the_operator {
                sure &= !routed.is_empty();
                if !routed.is_empty() {
                    blocks = routed;
                }
            }
            // A cluster has one of each family; further pools stay among the values.
            pools.extend(blocks.into_iter().take(1));
        }
        if pools.is_empty() {
            // Pods without an address, or with one from elsewhere; a definition has to name some.
            return (texts(&["ipam", "operator", "clusterPoolIPv4PodCIDRList"]), false);
        }
        (pools, sure)
    }

    /// What the user changed, and the paths of what takes an addition back.
    fn differences(&self, values: &Value, added: &Value) -> (Value, Vec<Vec<String>>) {
        let mut undone = Vec::new();
        let changed = difference(Some(values), Some(&self.defaults), Some(added), &mut Vec::new(), &mut undone);
        (changed.unwrap_or(Value::Map(Map::default())), undone)
    }
}

/// The values that a definition with these facts has by itself.
fn added_by_the_definition(bench: &mut Workbench, name: &str, pods: &[String], domain: &str) -> Result<Value, Finding> {
    let text = |text: &str| Value::String(text.to_owned());
    let cluster = Map::from_entries(vec![
        ("name".to_owned(), text(name)),
        ("podCIDRs".to_owned(), Value::List(pods.iter().map(|cidr| text(cidr)).collect())),
        ("dnsDomain".to_owned(), text(domain)),
    ]);
    bench.value(&format!(
        "(import 'cilium/facts.libsonnet')((import 'cniforge/defaults.libsonnet') + {}, {{}}, {{}})\n",
        literal(&Value::Map(cluster)),
    ))
}

/// `given` where it differs from `default` with `added` laid over it; `default` where only `added` differs from it.
fn difference(
    given: Option<&Value>,
    default: Option<&Value>,
    added: Option<&Value>,
    path: &mut Vec<String>,
    undone: &mut Vec<Vec<String>>,
) -> Option<Value> {
    let map = |value: Option<&Value>| value.is_none_or(|value| value.as_map().is_some());
    let is_map = |value: Option<&Value>| value.is_some_and(|value| value.as_map().is_some());
    if (is_map(given) || given.is_none() && is_map(added)) && map(default) && map(added) {
        let mut keys: Vec<&str> = [given, added]
            .into_iter()
            .flatten()
            .filter_map(Value::as_map)
            .flat_map(Map::iter)
            .map(|(key, _)| key)
            .collect();
        keys.sort_unstable();
        keys.dedup();
        let mut entries = Vec::new();
        for key in keys {
            let at = |value: Option<&'_ Value>| value.and_then(|value| value.at(&[key])).cloned();
            let (given, default, added) = (at(given), at(default), at(added));
            path.push(key.to_owned());
            let changed = difference(given.as_ref(), default.as_ref(), added.as_ref(), path, undone);
            path.pop();
            entries.extend(changed.map(|value| (key.to_owned(), value)));
        }
        // An empty map is something to Kubernetes where the chart has nothing: `emptyDir: {}`.
        let new = given.and_then(Value::as_map).is_some_and(Map::is_empty) && default.or(added).is_none();
        return (new || !entries.is_empty()).then(|| Value::Map(Map::from_entries(entries)));
    }
    let here = added.or(default).unwrap_or(&Value::Null);
    if let Some(given) = given {
        return (given != here).then(|| given.clone());
    }
    let default = default.unwrap_or(&Value::Null);
    (default != here).then(|| {
        undone.push(path.clone());
        default.clone()
    })
}

/// The values without those that take back what makes no difference to this cluster.
fn without_idle(
    bench: &mut Workbench,
    mut values: Value,
    undone: &[Vec<String>],
    definition: &impl Fn(Value) -> Definition,
) -> Value {
    let mut objects = |values: &Value| {
        let definition = definition(values.clone());
        let text = super::definition_writer::file_text(&[&definition]);
        let cluster = bench.cluster(&format!("{}.jsonnet", definition.name), &text, Depth::Manifests);
        let refused = cluster.findings.iter().any(|finding| finding.severity == Severity::Refusal);
        (!refused).then_some(cluster.manifests)
    };
    for path in undone {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let fewer = without(&values, &path);
        let (with, without) = (objects(&values), objects(&fewer));
        if with.is_some() && with == without {
            values = fewer;
        }
    }
    values
}

/// The value without what is at the end of the path, and without maps that this leaves empty.
pub(in crate::import) fn without(value: &Value, path: &[&str]) -> Value {
    let (Some(map), [key, rest @ ..]) = (value.as_map(), path) else { return value.clone() };
    let mut entries = Vec::new();
    for (name, inner) in map.iter() {
        if name != *key {
            entries.push((name.to_owned(), inner.clone()));
        } else if !rest.is_empty() {
            let left = without(inner, rest);
            if left.as_map().is_none_or(|map| !map.is_empty()) {
                entries.push((name.to_owned(), left));
            }
        }
    }
    Value::Map(Map::from_entries(entries))
}

fn article(value: &Value) -> String {
    match value.type_name() {
        name @ ("array" | "object") => format!("an {name}"),
        "null" => "null".to_owned(),
        name => format!("a {name}"),
    }
}
