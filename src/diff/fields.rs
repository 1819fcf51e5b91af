//! How two manifests differ, field by field, as Kubernetes would see it.
//!
//! The items of a list are matched by what Kubernetes knows them by. Where it does not look at the order, neither does
//! this; JSON and YAML inside of a `ConfigMap` is compared as data; what the API server fills in is left out.

use std::collections::BTreeSet;
use std::fmt;

use crate::field_path;
use crate::manifest;
use crate::object::KubeObject;
use crate::quantity::amount;
use crate::value::{Map, Value};

/// One field that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// Where it is in the object.
    pub path: FieldPath,
    /// What it was; `None` if it was not there.
    pub before: Option<Value>,
    /// What it is now; `None` if it is gone.
    pub after: Option<Value>,
}

/// `spec.template.spec.containers[name=cilium-agent].image`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct FieldPath(pub Vec<Step>);

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A key of a map.
    Key(String),
    /// A place in a list whose order is meaning.
    Index(usize),
    /// The item of a list that these fields tell from the others.
    Item(Vec<(String, String)>),
    /// An item of a list that is a set.
    Member,
    /// The order of a list whose items are matched by key.
    Order,
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        for step in &self.0 {
            match step {
                Step::Key(key) => field_path::push(&mut out, key),
                Step::Index(index) => out.extend(["[", &index.to_string(), "]"]),
                Step::Item(keys) => {
                    let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
                    out.extend(["[", &keys.join(","), "]"]);
                }
                Step::Member => out.push_str("[]"),
                Step::Order => out.push_str(" (order)"),
            }
        }
        f.write_str(&out)
    }
}

impl FieldPath {
    /// Whether the path's keys are these, or begin with them; list steps are passed over, `*` is any one key.
    #[must_use]
    pub fn is_below(&self, keys: &[&str]) -> bool {
        let mut own = self.keys();
        keys.iter().all(|key| own.next().is_some_and(|own| *key == "*" || own == *key))
    }

    /// The keys of maps on the way.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            _ => None,
        })
    }

    /// The last key of a map on the way.
    #[must_use]
    pub fn last_key(&self) -> &str {
        self.keys().last().unwrap_or_default()
    }
}

/// What a list is to Kubernetes.
enum ListKind {
    /// Its items are known by these fields. `ordered`: their order is meaning all the same.
    Keyed { keys: &'static [&'static str], ordered: bool },
    /// Its items are known by themselves alone, and their order is no meaning.
    Set,
    /// A value as a whole, or place by place.
    Positional,
}

/// Lists whose items have a key: field name → the fields to try, best first.
///
/// For most it is the merge key of the API's own `+listMapKey` and `patchMergeKey` markers. A port's name comes before its
/// number, so that another number is a change of that port and not another port.
const KEYED: &[(&str, &[&[&str]])] = &[
    ("additionalPrinterColumns", &[&["name"]]),
    ("containers", &[&["name"]]),
    ("env", &[&["name"]]),
    ("ephemeralContainers", &[&["name"]]),
    ("groups", &[&["name"]]),
    ("hostAliases", &[&["ip"]]),
    ("imagePullSecrets", &[&["name"]]),
    ("initContainers", &[&["name"]]),
    ("items", &[&["key"]]),
    ("ports", &[&["name"], &["containerPort", "protocol"], &["port", "protocol"], &["containerPort"], &["port"]]),
    ("resourceClaims", &[&["name"]]),
    ("secrets", &[&["name"]]),
    ("topologySpreadConstraints", &[&["topologyKey", "whenUnsatisfiable"]]),
    ("versions", &[&["name"]]),
    ("volumeClaimTemplates", &[&["metadata.name"]]),
    ("volumeDevices", &[&["devicePath"]]),
    ("volumeMounts", &[&["mountPath"]]),
    ("volumes", &[&["name"]]),
    ("webhooks", &[&["name"]]),
];

/// Lists whose order Kubernetes does not look at, by field name.
const SETS: &[&str] = &[
    "accessModes",
    "add",
    "apiGroups",
    "categories",
    "drop",
    "egress",
    "egressDeny",
    "externalIPs",
    "finalizers",
    "from",
    "ingress",
    "ingressDeny",
    "ipBlocks",
    "loadBalancerSourceRanges",
    "matchExpressions",
    "nodeSelectorTerms",
    "nonResourceURLs",
    "policyTypes",
    "preferredDuringSchedulingIgnoredDuringExecution",
    "requiredDuringSchedulingIgnoredDuringExecution",
    "resourceNames",
    "resources",
    "shortNames",
    "sources",
    "subjects",
    "to",
    "tolerations",
    "verbs",
];

/// Fields that the API server or a client keeps, and no manifest.
const SERVER_METADATA: [&str; 6] =
    ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

/// Annotations of the same kind. The first may repeat a Secret.
const SERVER_ANNOTATIONS: [&str; 3] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
    "deprecated.daemonset.template.generation",
];

/// The manifest without what the API server keeps in it.
#[must_use]
pub fn manifest_only(body: &Value) -> Value {
    let Value::Map(map) = body else { return body.clone() };
    let entries = map.iter().filter(|(key, _)| *key != "status").map(|(key, value)| {
        let value = match (key, value) {
            ("metadata", Value::Map(metadata)) => Value::Map(Map::from_entries(
                metadata
                    .iter()
                    .filter(|(key, _)| !SERVER_METADATA.contains(key))
                    .filter_map(|(key, value)| match (key, value) {
                        ("annotations", Value::Map(annotations)) => {
                            let kept = annotations.iter().filter(|(key, _)| !SERVER_ANNOTATIONS.contains(key));
                            let kept: Vec<_> = kept.map(|(key, value)| (key.to_owned(), value.clone())).collect();
                            (!kept.is_empty()).then(|| (key.to_owned(), Value::Map(Map::from_entries(kept))))
                        }
                        _ => Some((key.to_owned(), value.clone())),
                    })
                    .collect(),
            )),
            _ => value.clone(),
        };
        (key.to_owned(), value)
    });
    Value::Map(Map::from_entries(entries.collect()))
}

/// How much of two manifests counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of both.
    Whole,
    /// What the second says; the first is a cluster's answer, which has every default filled in.
    SaidByAfter,
}

/// The fields in which `after` differs from `before`, in manifest order.
#[must_use]
pub fn compare(before: &KubeObject, after: &KubeObject, extent: Extent) -> Vec<FieldChange> {
    let config_map = after.id.kind == "ConfigMap" && after.id.group().is_empty();
    let role = after.id.group() == "rbac.authorization.k8s.io";
    let mut comparison =
        Comparison { config_map, role, embedded: false, extent, path: Vec::new(), changes: Vec::new() };
    comparison.values(Some(&manifest_only(&before.body)), Some(&manifest_only(&after.body)));
    comparison.changes
}

struct Comparison {
    config_map: bool,
    role: bool,
    /// Inside of a text, whose lists are no lists of Kubernetes.
    embedded: bool,
    extent: Extent,
    path: Vec<Step>,
    changes: Vec<FieldChange>,
}

impl Comparison {
    fn values(&mut self, before: Option<&Value>, after: Option<&Value>) {
        // To Kubernetes, null is not there.
        let (before, after) = (before.filter(|v| **v != Value::Null), after.filter(|v| **v != Value::Null));
        if before == after || (after.is_none() && self.extent == Extent::SaidByAfter) {
            return;
        }
        match (before, after) {
            (Some(Value::Map(before)), Some(Value::Map(after))) => self.maps(before, after),
            (Some(Value::List(before)), Some(Value::List(after))) => self.lists(before, after),
            (Some(Value::String(before)), Some(Value::String(after))) if self.same_quantity(before, after) => {}
            (Some(Value::String(one)), Some(Value::String(other))) => match self.as_data(one, other) {
                Some((one, other)) => {
                    self.embedded = true;
                    let extent = std::mem::replace(&mut self.extent, Extent::Whole);
                    self.values(Some(&one), Some(&other));
                    self.extent = extent;
                    self.embedded = false;
                }
                None => self.note(before, after),
            },
            _ => self.note(before, after),
        }
    }

    fn note(&mut self, before: Option<&Value>, after: Option<&Value>) {
        let path = FieldPath(self.path.clone());
        self.changes.push(FieldChange { path, before: before.cloned(), after: after.cloned() });
    }

    fn step(&mut self, step: Step, before: Option<&Value>, after: Option<&Value>) {
        self.path.push(step);
        self.values(before, after);
        self.path.pop();
    }

    fn maps(&mut self, before: &Map, after: &Map) {
        let keys: BTreeSet<&str> = before.iter().chain(after.iter()).map(|(key, _)| key).collect();
        // Sets the keys in manifest order.
        let keys = Map::from_entries(keys.into_iter().map(|key| (key.to_owned(), Value::Null)).collect());
        for (key, _) in keys.iter() {
            self.step(Step::Key(key.to_owned()), before.get(key), after.get(key));
        }
    }

    /// Both texts as data, if they are texts of a `ConfigMap` and both hold data.
    fn as_data(&self, before: &str, after: &str) -> Option<(Value, Value)> {
        match &self.path[..] {
            [Step::Key(data), Step::Key(name)] if self.config_map && data == "data" => {
                Some((manifest::embedded(name, before)?, manifest::embedded(name, after)?))
            }
            _ => None,
        }
    }

    /// The API server writes `1000m` as `1`.
    fn same_quantity(&self, before: &str, after: &str) -> bool {
        self.extent == Extent::SaidByAfter
            && self.path.iter().any(|step| matches!(step, Step::Key(key) if key == "limits" || key == "requests"))
            && amount(before).zip(amount(after)).is_some_and(|(before, after)| (before - after).abs() < 1e-9)
    }

    fn lists(&mut self, before: &[Value], after: &[Value]) {
        match self.kind_of_list(before, after) {
            ListKind::Keyed { keys, ordered } => self.keyed(keys, ordered, before, after),
            ListKind::Set => self.sets(before, after),
            ListKind::Positional => {
                let maps = before.iter().chain(after).all(|item| matches!(item, Value::Map(_)));
                if maps && before.len() == after.len() {
                    for (index, (before, after)) in before.iter().zip(after).enumerate() {
                        self.step(Step::Index(index), Some(before), Some(after));
                    }
                } else {
                    self.note(Some(&Value::List(before.to_vec())), Some(&Value::List(after.to_vec())));
                }
            }
        }
    }

    fn kind_of_list(&self, before: &[Value], after: &[Value]) -> ListKind {
        let Some(Step::Key(name)) = self.path.last() else { return ListKind::Positional };
        if self.embedded {
            return ListKind::Positional;
        }
        if let Ok(at) = KEYED.binary_search_by(|(field, _)| (*field).cmp(name)) {
            for keys in KEYED[at].1 {
                if unique(keys, before) && unique(keys, after) {
                    // One init container runs after the other, and `$(A)` sees only what was set before it.
                    let refers =
                        |item: &Value| item.at(&["value"]).and_then(Value::as_str).is_some_and(|v| v.contains("$("));
                    let ordered = name == "initContainers" || (name == "env" && before.iter().chain(after).any(refers));
                    return ListKind::Keyed { keys, ordered };
                }
            }
        }
        let set = SETS.binary_search(&name.as_str()).is_ok() || (self.role && name == "rules");
        if set { ListKind::Set } else { ListKind::Positional }
    }

    fn keyed(&mut self, keys: &'static [&'static str], ordered: bool, before: &[Value], after: &[Value]) {
        let find = |items: &[Value], wanted: &[(String, String)]| {
            items.iter().find(|item| key_of(keys, item).as_deref() == Some(wanted)).cloned()
        };
        let key = |item: &Value| key_of(keys, item).unwrap_or_default();
        for item in before {
            self.step(Step::Item(key(item)), Some(item), find(after, &key(item)).as_ref());
        }
        for item in after.iter().filter(|item| find(before, &key(item)).is_none()) {
            self.step(Step::Item(key(item)), None, Some(item));
        }
        let common = |items: &[Value], others: &[Value]| -> Vec<Value> {
            let shared = items.iter().map(key).filter(|key| find(others, key).is_some());
            shared
                .map(|key| Value::String(key.into_iter().map(|(_, value)| value).collect::<Vec<_>>().join(",")))
                .collect()
        };
        let (one, other) = (common(before, after), common(after, before));
        if ordered && one != other {
            self.path.push(Step::Order);
            self.note(Some(&Value::List(one)), Some(&Value::List(other)));
            self.path.pop();
        }
    }

    fn sets(&mut self, before: &[Value], after: &[Value]) {
        let mut gone: Vec<&Value> = Vec::new();
        let mut left: Vec<&Value> = after.iter().collect();
        for item in before {
            match left.iter().position(|other| self.same_item(item, other)) {
                Some(at) => {
                    left.remove(at);
                }
                None => gone.push(item),
            }
        }
        for item in gone {
            self.step(Step::Member, Some(item), None);
        }
        for item in left {
            self.step(Step::Member, None, Some(item));
        }
    }

    /// Whether two items of a set differ in nothing that counts.
    fn same_item(&self, one: &Value, other: &Value) -> bool {
        if one == other {
            return true;
        }
        let mut inner = Comparison { path: self.path.clone(), changes: Vec::new(), ..*self };
        inner.values(Some(one), Some(other));
        inner.changes.is_empty()
    }
}

/// What tells the item from the others: its key fields.
fn key_of(keys: &[&str], item: &Value) -> Option<Vec<(String, String)>> {
    keys.iter()
        .map(|key| {
            let path: Vec<&str> = key.split('.').collect();
            let value = match item.at(&path) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                // The only key with a default.
                None if *key == "protocol" => "TCP".to_owned(),
                _ => return None,
            };
            Some(((*key).to_owned(), value))
        })
        .collect()
}

fn unique(keys: &[&str], items: &[Value]) -> bool {
    let mut seen = BTreeSet::new();
    items.iter().all(|item| key_of(keys, item).is_some_and(|key| seen.insert(key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn object(yaml: &str) -> KubeObject {
        manifest::objects(yaml, "c").expect("the test's YAML is an object").remove(0)
    }

    /// The changes between two bodies of one kind, one a line.
    fn changes(kind: &str, before: &str, after: &str) -> Vec<String> {
        let whole = |body: &str| {
            let api = if kind.ends_with("Role") { "rbac.authorization.k8s.io/v1" } else { "v1" };
            object(&format!("{{apiVersion: {api}, kind: {kind}, metadata: {{name: o}}, {body}}}"))
        };
        let show = |value: Option<Value>| value.map_or_else(|| "-".to_owned(), |v| manifest::to_json(&v).to_string());
        let found = compare(&whole(before), &whole(after), Extent::Whole);
        found.into_iter().map(|c| format!("{}: {} → {}", c.path, show(c.before), show(c.after))).collect()
    }

    #[test]
    fn tables_are_sorted() {
        assert!(KEYED.is_sorted_by_key(|(name, _)| *name));
        assert!(SETS.is_sorted());
    }

    #[test]
    fn items_are_matched_by_their_key_and_not_by_their_place() {
        assert_eq!(
            changes(
                "Pod",
                "spec: {containers: [{name: a, image: x, env: [{name: A, value: '1'}, {name: B, value: '2'}]}, {name: b}],
                  volumes: [{name: v}, {name: w}], tolerations: [{key: a}, {operator: Exists}]}",
                "spec: {containers: [{name: new}, {name: b}, {name: a, image: z, env: [{name: B, value: '3'}, {name: A, value: '1'}]}],
                  volumes: [{name: w}, {name: v}], tolerations: [{operator: Exists}, {key: b}]}",
            ),
            [
                "spec.containers[name=a].image: \"x\" → \"z\"",
                "spec.containers[name=a].env[name=B].value: \"2\" → \"3\"",
                "spec.containers[name=new]: - → {\"name\":\"new\"}",
                "spec.tolerations[]: {\"key\":\"a\"} → -",
                "spec.tolerations[]: - → {\"key\":\"b\"}",
            ]
        );
        // One number for two protocols, which a merge by number alone confuses.
        assert_eq!(
            changes(
                "Service",
                "spec: {ports: [{port: 53, protocol: TCP}, {port: 53, protocol: UDP}]}",
                "spec: {ports: [{port: 53, protocol: UDP, targetPort: 5353}, {port: 53}]}",
            ),
            [
                "spec.ports[port=53,protocol=TCP].protocol: \"TCP\" → -",
                "spec.ports[port=53,protocol=UDP].targetPort: - → 5353"
            ]
        );
        assert_eq!(
            changes(
                "Pod",
                "spec: {containers: [{name: a, ports: [{name: h, containerPort: 1}]}]}",
                "spec: {containers: [{name: a, ports: [{name: h, containerPort: 2}]}]}"
            ),
            ["spec.containers[name=a].ports[name=h].containerPort: 1 → 2"]
        );
    }

    #[test]
    fn order_counts_where_it_is_meaning() {
        let same: [&str; 0] = [];
        assert_eq!(
            changes("ClusterRole", "rules: [{verbs: [a, b]}, {verbs: [c]}]", "rules: [{verbs: [c]}, {verbs: [b, a]}]"),
            same
        );
        assert_eq!(
            changes("Pod", "spec: {args: [a, b]}", "spec: {args: [b, a]}"),
            ["spec.args: [\"a\",\"b\"] → [\"b\",\"a\"]"]
        );
        assert_eq!(
            changes(
                "Pod",
                "spec: {initContainers: [{name: a}, {name: b}]}",
                "spec: {initContainers: [{name: b}, {name: x}, {name: a}]}"
            ),
            [
                "spec.initContainers[name=x]: - → {\"name\":\"x\"}",
                "spec.initContainers (order): [\"a\",\"b\"] → [\"b\",\"a\"]"
            ]
        );
        assert_eq!(
            changes(
                "Pod",
                "env: [{name: A, value: x}, {name: B, value: $(A)}]",
                "env: [{name: B, value: $(A)}, {name: A, value: x}]"
            ),
            ["env (order): [\"A\",\"B\"] → [\"B\",\"A\"]"]
        );
        // Two of one name: matched by place, as they stand.
        assert_eq!(
            changes("Pod", "env: [{name: A, value: x}, {name: A}]", "env: [{name: A}, {name: A}]"),
            ["env[0].value: \"x\" → -"]
        );
    }

    #[test]
    fn texts_of_a_config_map_are_compared_as_data() {
        let same: [&str; 0] = [];
        let json = |text: &str| format!("data: {{a.json: '{text}'}}");
        assert_eq!(changes("ConfigMap", &json("{\"a\": 1, \"b\": [1, 2]}"), &json("{ \"b\":[1,2],  \"a\":1 }")), same);
        assert_eq!(
            changes(
                "ConfigMap",
                &json("{\"ports\": [{\"name\": \"a\"}, {\"name\": \"b\"}]}"),
                &json("{\"ports\": [{\"name\": \"b\"}, {\"name\": \"b\"}]}")
            ),
            ["data['a.json'].ports[0].name: \"a\" → \"b\""]
        );
        assert_eq!(
            changes("ConfigMap", "data: {a: \"x: 1\\ny: 2\\n\"}", "data: {a: \"y: 2\\nx: 2\\n\"}"),
            ["data.a.x: 1 → 2"]
        );
        assert_eq!(changes("ConfigMap", &json("{}"), &json("no json")), ["data['a.json']: \"{}\" → \"no json\""]);
    }

    #[test]
    fn what_the_server_keeps_is_left_out() {
        let same: [&str; 0] = [];
        let live = "{apiVersion: v1, kind: Pod, metadata: {name: o, uid: x, generation: 3, annotations: \
                    {kubectl.kubernetes.io/last-applied-configuration: S3CRET}}, status: {a: 1}}";
        assert_eq!(
            compare(&object(live), &object("{apiVersion: v1, kind: Pod, metadata: {name: o}}"), Extent::Whole),
            vec![]
        );
        assert_eq!(changes("Pod", "status: {a: 1}, x: null", ""), same);
    }

    #[test]
    fn against_a_cluster_only_what_is_said_counts() {
        let pod = |body: &str| object(&format!("{{apiVersion: v1, kind: Pod, metadata: {{name: o}}, spec: {body}}}"));
        let live = pod(
            "{dnsPolicy: ClusterFirst, limits: {cpu: '2', memory: 1Gi}, containers: [{name: a, image: x, terminationMessagePath: /x}]}",
        );
        let ours = pod("{limits: {cpu: 2000m, memory: 1024Mi}, containers: [{name: a, image: z}]}");
        let found = compare(&live, &ours, Extent::SaidByAfter);
        let paths: Vec<String> = found.iter().map(|change| change.path.to_string()).collect();
        assert_eq!(paths, ["spec.containers[name=a].image"]);
    }

    /// The value with the changes made to it.
    fn apply(value: &Value, changes: &[FieldChange]) -> Value {
        changes
            .iter()
            .fold(value.clone(), |value, change| put(Some(&value), &change.path.0, change).unwrap_or(Value::Null))
    }

    fn put(value: Option<&Value>, path: &[Step], change: &FieldChange) -> Option<Value> {
        let Some((step, rest)) = path.split_first() else { return change.after.clone() };
        let items = || value.and_then(Value::as_list).unwrap_or_default().to_vec();
        Some(match step {
            Step::Key(key) => {
                let entries = value.and_then(Value::as_map).cloned().unwrap_or_default();
                let inner = put(entries.get(key), rest, change);
                let others = entries.iter().filter(|(k, _)| k != key).map(|(k, v)| (k.to_owned(), v.clone()));
                Value::Map(Map::from_entries(others.chain(inner.map(|v| (key.clone(), v))).collect()))
            }
            Step::Index(index) => {
                let mut items = items();
                items[*index] = put(items.get(*index), rest, change)?;
                Value::List(items)
            }
            Step::Item(key) => {
                let mut items = items();
                let keys: Vec<&str> = key.iter().map(|(key, _)| key.as_str()).collect();
                let at = items.iter().position(|item| key_of(&keys, item).as_deref() == Some(key));
                match (at, put(at.map(|at| items[at].clone()).as_ref(), rest, change)) {
                    (Some(at), Some(item)) => items[at] = item,
                    (Some(at), None) => drop(items.remove(at)),
                    (None, item) => items.extend(item),
                }
                Value::List(items)
            }
            Step::Member => {
                let mut items = items();
                match &change.before {
                    Some(gone) => drop(items.remove(items.iter().position(|item| item == gone)?)),
                    None => items.extend(change.after.clone()),
                }
                Value::List(items)
            }
            Step::Order => {
                // New items stand where they were put; the order of the others is what changed.
                let mut items = items();
                let order: Vec<&str> = change
                    .after
                    .iter()
                    .flat_map(|v| v.as_list().unwrap_or_default())
                    .filter_map(Value::as_str)
                    .collect();
                items.sort_by_key(|item| {
                    item.at(&["name"]).and_then(Value::as_str).and_then(|name| order.iter().position(|o| *o == name))
                });
                Value::List(items)
            }
        })
    }

    /// The same value with every list that is keyed or a set in one order, and without nulls.
    fn in_order(value: &Value, name: &str) -> Value {
        match value {
            Value::Map(map) => Value::Map(Map::from_entries(
                map.iter().filter(|(_, v)| **v != Value::Null).map(|(k, v)| (k.to_owned(), in_order(v, k))).collect(),
            )),
            Value::List(items) => {
                let mut items: Vec<Value> = items.iter().map(|item| in_order(item, "")).collect();
                if KEYED.iter().any(|(key, _)| *key == name) || SETS.contains(&name) {
                    items.retain(|item| *item != Value::Null);
                    items.sort_by_key(|item| manifest::to_json(item).to_string());
                }
                Value::List(items)
            }
            other => other.clone(),
        }
    }

    fn manifests() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            "[ab]{0,2}".prop_map(Value::String),
            (0..3u8).prop_map(|n| Value::Number(f64::from(n)))
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            let key = prop::sample::select(vec![
                "a",
                "name",
                "spec",
                "env",
                "containers",
                "ports",
                "port",
                "protocol",
                "tolerations",
                "args",
                "value",
                "initContainers",
            ]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
                prop::collection::btree_map(key, inner, 0..5).prop_map(|map| Value::Map(Map::from_entries(
                    map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
                ))),
            ]
        })
    }

    fn with_body(value: &Value) -> KubeObject {
        let mut object = object("{apiVersion: v1, kind: Pod, metadata: {name: o}}");
        object.body = Value::Map(Map::from_entries(vec![("spec".to_owned(), value.clone())])).into();
        object
    }

    proptest! {
        #[test]
        fn nothing_differs_from_itself(value in manifests()) {
            prop_assert_eq!(compare(&with_body(&value), &with_body(&value), Extent::Whole), vec![]);
        }

        #[test]
        fn making_the_changes_gives_the_other(before in manifests(), after in manifests()) {
            let (before, after) = (with_body(&before), with_body(&after));
            let changes = compare(&before, &after, Extent::Whole);
            // What set items contain may be equal but for its order.
            let made = in_order(&apply(&before.body, &changes), "");
            prop_assert_eq!(made, in_order(&after.body, ""));
        }

        #[test]
        fn the_order_of_keyed_lists_is_no_change(names in prop::collection::btree_set("[a-z]{1,3}", 1..6), at in any::<prop::sample::Index>()) {
            let mut items: Vec<Value> = names.into_iter().map(|name| Value::Map(Map::from_entries(vec![("name".to_owned(), Value::String(name))]))).collect();
            let containers = |items: &[Value]| with_body(&Value::Map(Map::from_entries(vec![("containers".to_owned(), Value::List(items.to_vec()))])));
            let before = containers(&items);
            let middle = at.index(items.len());
            items.rotate_left(middle);
            prop_assert_eq!(compare(&before, &containers(&items), Extent::Whole), vec![]);
        }
    }
}
