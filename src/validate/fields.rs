//! Built-in kinds against Kubernetes' own types, as the cluster's version has them.

use super::rules::{
    API_VERSION, BAD_VALUE, DEPRECATED_API, DUPLICATE_ITEM, MISSING_FIELD, NAMESPACE, Rule, UNKNOWN_FIELD, WRONG_TYPE,
};
use super::{formats, types};
use crate::field_path;
use crate::finding::{Finding, Severity, nearest, suggest};
use crate::kubernetes::{self, BuiltIn, Field, Items, Minor, Type};
use crate::object::KubeObject;
use crate::quantity::is_quantity;
use crate::report::plural;
use crate::value::{Map, Value};

/// API versions that are still served and go away later: group and version, since when they are deprecated, what to use.
/// From the deprecation guide of Kubernetes' own documentation (reference/using-api/deprecation-guide) and its changelogs.
const DEPRECATED: [(&str, Minor, &str); 21] = [
    ("admissionregistration.k8s.io/v1beta1", 16, "admissionregistration.k8s.io/v1"),
    ("apiextensions.k8s.io/v1beta1", 16, "apiextensions.k8s.io/v1"),
    ("apiregistration.k8s.io/v1beta1", 19, "apiregistration.k8s.io/v1"),
    ("autoscaling/v2beta1", 22, "autoscaling/v2"),
    ("autoscaling/v2beta2", 23, "autoscaling/v2"),
    ("batch/v1beta1", 21, "batch/v1"),
    ("certificates.k8s.io/v1beta1", 19, "certificates.k8s.io/v1"),
    ("coordination.k8s.io/v1beta1", 19, "coordination.k8s.io/v1"),
    ("discovery.k8s.io/v1beta1", 21, "discovery.k8s.io/v1"),
    ("events.k8s.io/v1beta1", 19, "events.k8s.io/v1"),
    ("extensions/v1beta1", 14, "networking.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", 23, "flowcontrol.apiserver.k8s.io/v1beta3"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", 26, "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", 29, "flowcontrol.apiserver.k8s.io/v1"),
    ("networking.k8s.io/v1beta1", 19, "networking.k8s.io/v1"),
    ("node.k8s.io/v1beta1", 22, "node.k8s.io/v1"),
    ("policy/v1beta1", 21, "policy/v1"),
    ("rbac.authorization.k8s.io/v1alpha1", 17, "rbac.authorization.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1beta1", 17, "rbac.authorization.k8s.io/v1"),
    ("scheduling.k8s.io/v1beta1", 14, "scheduling.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", 19, "storage.k8s.io/v1"),
];

/// Required fields that the API server fills in with nothing: its own description of the type is stricter than it.
const EMPTY_WILL_DO: [(&str, &str); 1] = [("HTTPHeader", "value")];

/// Whether the cluster serves the object's kind, and every field with its type.
pub fn check(minor: Minor, object: &KubeObject) -> Vec<Finding> {
    let rows = kubernetes::built_in(&object.id.api_version, &object.id.kind);
    let Some(built_in) = rows.iter().find(|row| row.versions.has(minor)) else {
        let custom = rows.is_empty() && !kubernetes::is_own_group(object.id.group());
        return if custom { Vec::new() } else { vec![not_served(minor, object, rows)] };
    };
    let mut walk = Walk { minor, path: object.field_path.clone(), findings: Vec::new() };
    walk.deprecation(object);
    walk.scope(built_in, object);
    walk.value(&object.body, &Type::Named(built_in.type_name), true);
    once(walk.findings).into_iter().map(|finding| finding.object(&object.id)).collect()
}

/// What is wrong in many places of one object in the same way is said of the first.
fn once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut first: Vec<(Finding, usize)> = Vec::new();
    for finding in findings {
        match first.iter_mut().find(|(other, _)| other.rule == finding.rule && other.message == finding.message) {
            Some((_, more)) => *more += 1,
            None => first.push((finding, 0)),
        }
    }
    let said = |(mut finding, more): (Finding, usize)| {
        if more > 0 {
            finding.message = format!("{}; so in {}", finding.message, plural(more, "more place"));
        }
        finding
    };
    first.into_iter().map(said).collect()
}

fn not_served(minor: Minor, object: &KubeObject, rows: &[BuiltIn]) -> Finding {
    let id = &object.id;
    let what = format!("{} {}", id.api_version, id.kind);
    let since = rows.iter().filter_map(|row| row.versions.since).find(|since| *since > minor);
    let until = rows.iter().filter_map(|row| row.versions.until).max();
    let message = match (since, until) {
        (Some(since), _) => format!("Kubernetes 1.{minor} does not serve {what} yet, 1.{since} is the first that does"),
        (None, Some(until)) => format!("Kubernetes 1.{minor} does not serve {what} any more, 1.{until} was the last"),
        (None, None) => format!("Kubernetes has no {what}"),
    };
    let mut finding = API_VERSION.finding(message).object(id).path(below(&object.field_path, "apiVersion"));
    let served: Vec<&str> = kubernetes::of_group(id.group(), &id.kind)
        .into_iter()
        .filter(|row| row.versions.has(minor))
        .map(|row| row.api_version)
        .collect();
    finding.hint = if served.is_empty() {
        let kinds = kubernetes::all().filter(|row| row.api_version == id.api_version && row.versions.has(minor));
        nearest(&id.kind, kinds.map(|row| row.kind)).first().map(|near| format!("did you mean `{near}`?"))
    } else {
        Some(format!("it serves {}", served.join(" and ")))
    };
    finding
}

/// The path of a field below another.
pub fn below(path: &str, part: &str) -> String {
    let mut path = path.to_owned();
    field_path::push(&mut path, part);
    path
}

/// What a value is, with its article: what it should have been stands before.
pub fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(n) if n.fract() == 0.0 => "a whole number",
        Value::Number(_) => "a fraction",
        Value::String(_) => "a string",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
    }
}

/// One object on its way through its type.
struct Walk {
    minor: Minor,
    path: String,
    findings: Vec<Finding>,
}

impl Walk {
    fn found(&mut self, rule: &'static Rule, message: impl Into<String>, hint: Option<String>) {
        let mut finding = rule.finding(message).path(self.path.clone());
        finding.hint = hint;
        self.findings.push(finding);
    }

    /// Does something one level further down.
    fn at(&mut self, part: &str, inner: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        field_path::push(&mut self.path, part);
        inner(self);
        self.path.truncate(length);
    }

    fn deprecation(&mut self, object: &KubeObject) {
        let row = DEPRECATED.iter().find(|row| row.0 == object.id.api_version && row.1 <= self.minor);
        if let Some((old, since, new)) = row {
            let served_next =
                kubernetes::built_in(old, &object.id.kind).iter().any(|row| row.versions.has(self.minor + 1));
            let (next, severity) = if served_next {
                (String::new(), Severity::Note)
            } else {
                (format!(", and 1.{} does not serve it any more", self.minor + 1), DEPRECATED_API.severity)
            };
            let message = format!("{old} is deprecated since Kubernetes 1.{since}{next}");
            let finding = DEPRECATED_API.finding(message).severity(severity).hint(format!("use {new}"));
            self.findings.push(finding.path(below(&self.path, "apiVersion")));
        }
    }

    fn scope(&mut self, built_in: &BuiltIn, object: &KubeObject) {
        let id = &object.id;
        let message = match (built_in.namespaced, &id.namespace) {
            (true, None) => format!("a {} lives in a namespace, and this one names none", id.kind),
            (false, Some(namespace)) => {
                format!("a {} lives in no namespace, and this one names `{namespace}`", id.kind)
            }
            _ => return,
        };
        let hint = if built_in.namespaced {
            "add metadata.namespace; whatever applies the tree would choose one of its own"
        } else {
            "remove metadata.namespace"
        };
        self.at("metadata", |walk| {
            walk.at("namespace", |walk| walk.found(&NAMESPACE, message, Some(hint.to_owned())));
        });
    }

    fn value(&mut self, value: &Value, of: &Type, required: bool) {
        // The API server treats null as absent.
        if *value == Value::Null {
            return;
        }
        match (of, value) {
            (Type::Any, _)
            | (Type::Bool, Value::Bool(_))
            | (Type::Double | Type::Quantity, Value::Number(_))
            | (Type::IntOrText, Value::String(_)) => {}
            (Type::Named(name), Value::Map(map)) => self.fields(map, name),
            (Type::Map(inner), Value::Map(map)) => {
                for (key, item) in map.iter() {
                    self.at(key, |walk| walk.value(item, inner, true));
                }
            }
            (Type::List(inner, items), Value::List(list)) => {
                for (i, item) in list.iter().enumerate() {
                    self.at(&i.to_string(), |walk| {
                        if *item == Value::Null {
                            walk.found(&WRONG_TYPE, "a list has no null items", Some("leave it out".to_owned()));
                        }
                        walk.value(item, inner, true);
                    });
                }
                self.duplicates(list, items);
            }
            (Type::Int32 | Type::IntOrText, Value::Number(n)) => {
                self.whole(*n, f64::from(i32::MIN), f64::from(i32::MAX));
            }
            // Doubles cannot tell larger whole numbers apart.
            (Type::Int64, Value::Number(n)) => self.whole(*n, -9_007_199_254_740_992.0, 9_007_199_254_740_992.0),
            (Type::Text(members), Value::String(text)) => self.member(text, members, required),
            (Type::Bytes, Value::String(text)) => {
                if !formats::is_base64(text) {
                    self.found(&BAD_VALUE, "this is no base64", Some("use stringData for plain text".to_owned()));
                }
            }
            (Type::Time, Value::String(text)) => {
                if !formats::is_time(text) {
                    self.found(
                        &BAD_VALUE,
                        format!("`{text}` is no time"),
                        Some("write it as 2006-01-02T15:04:05Z".to_owned()),
                    );
                }
            }
            (Type::Quantity, Value::String(text)) => {
                if !is_quantity(text) {
                    let hint = "write a number with m, k, M, G, Ki, Mi, Gi, … or nothing behind it: 100m, 128Mi";
                    self.found(&BAD_VALUE, format!("`{text}` is no quantity"), Some(hint.to_owned()));
                }
            }
            (of, value) => self.wrong(value, of),
        }
    }

    fn wrong(&mut self, value: &Value, of: &Type) {
        let expected = match of {
            Type::Bool => "a boolean",
            Type::Int32 | Type::Int64 => "a whole number",
            Type::Double => "a number",
            Type::Text(_) | Type::Bytes => "a string",
            Type::Time => "a time",
            Type::Quantity => "a quantity",
            Type::IntOrText => "a whole number or a string",
            Type::Any => "anything",
            Type::List(..) => "a list",
            Type::Map(_) | Type::Named(_) => "a map",
        };
        let hint = match (of, value) {
            (Type::Text(_), Value::Bool(_) | Value::Number(_)) => Some("put it into quotes".to_owned()),
            (Type::Bool | Type::Int32 | Type::Int64, Value::String(_)) => Some("take the quotes away".to_owned()),
            (Type::List(..), Value::Map(_) | Value::String(_)) => Some("put it into brackets: [ … ]".to_owned()),
            _ => None,
        };
        self.found(&WRONG_TYPE, format!("expected {expected}, found {}", described(value)), hint);
    }

    fn whole(&mut self, n: f64, least: f64, most: f64) {
        if n.fract() != 0.0 {
            self.found(&WRONG_TYPE, format!("expected a whole number, found {n}"), None);
        } else if n < least || n > most {
            self.found(&WRONG_TYPE, format!("{n} does not fit: it must be from {least} to {most}"), None);
        }
    }

    fn member(&mut self, text: &str, members: &[&'static str], required: bool) {
        // An empty text is an absent one.
        if !members.is_empty() && !members.contains(&text) && (required || !text.is_empty()) {
            let named = members.iter().filter(|member| !member.is_empty()).copied();
            let hint = suggest(text, named.collect::<Vec<_>>());
            self.found(&BAD_VALUE, format!("`{text}` is none of the values that this field can have"), hint);
        }
    }

    fn fields(&mut self, map: &Map, type_name: &str) {
        let all = kubernetes::fields(type_name);
        let minor = self.minor;
        let here = |name: &str| all.iter().find(|field| field.name == name && field.versions.has(minor));
        for (key, value) in map.iter() {
            match here(key) {
                Some(field) => self.at(key, |walk| walk.value(value, &field.of, field.required)),
                None if *value == Value::Null => {}
                None => {
                    let (message, hint) = unknown(key, all, minor, type_name);
                    self.at(key, |walk| walk.found(&UNKNOWN_FIELD, message, hint));
                }
            }
        }
        for field in all.iter().filter(|field| field.required && field.versions.has(minor)) {
            let name = type_name.rsplit('.').next().unwrap_or(type_name);
            let needed = !EMPTY_WILL_DO.contains(&(name, field.name));
            if needed && map.get(field.name).is_none_or(|value| *value == Value::Null) {
                self.found(&MISSING_FIELD, format!("the required field `{}` is missing", field.name), None);
            }
        }
        for (rule, path, message, hint) in types::check(type_name, map) {
            let path = if path.is_empty() { self.path.clone() } else { format!("{}.{path}", self.path) };
            let mut finding = rule.finding(message).path(path);
            finding.hint = hint;
            self.findings.push(finding);
        }
    }

    /// Server-side apply refuses a list that has two items of one key.
    fn duplicates(&mut self, list: &[Value], items: &Items) {
        let keys: &[&str] = match items {
            Items::Ordered => return,
            Items::Set => &[],
            Items::Keys(keys) => keys,
        };
        let key_of = |item: &Value| -> Vec<Value> {
            if keys.is_empty() {
                return vec![item.clone()];
            }
            // Without a protocol, a port is a TCP port.
            let default = |key: &str| if key == "protocol" { Value::String("TCP".to_owned()) } else { Value::Null };
            keys.iter().map(|key| item.at(&[key]).cloned().unwrap_or_else(|| default(key))).collect()
        };
        let all: Vec<Vec<Value>> = list.iter().map(key_of).collect();
        for (i, key) in all.iter().enumerate() {
            let Some(first) = all[..i].iter().position(|other| other == key) else { continue };
            let told = if keys.is_empty() { "the same".to_owned() } else { format!("the same {}", keys.join(" and ")) };
            self.at(&i.to_string(), |walk| {
                walk.found(
                    &DUPLICATE_ITEM,
                    format!("items {first} and {i} are {told}; server-side apply refuses such a list"),
                    Some("keep one of them".to_owned()),
                );
            });
        }
    }
}

/// What is wrong with a field that this version does not have.
fn unknown(key: &str, all: &[Field], minor: Minor, type_name: &str) -> (String, Option<String>) {
    let name = type_name.rsplit('.').next().unwrap_or(type_name);
    let elsewhere: Vec<&Field> = all.iter().filter(|field| field.name == key).collect();
    if let Some(since) = elsewhere.iter().filter_map(|field| field.versions.since).find(|since| *since > minor) {
        let message = format!("Kubernetes 1.{minor} has no `{key}` here yet, 1.{since} is the first that does");
        return (message, Some("leave it out; whatever applies the tree would refuse it or drop it".to_owned()));
    }
    if let Some(until) = elsewhere.iter().filter_map(|field| field.versions.until).max() {
        return (format!("Kubernetes 1.{minor} has no `{key}` here any more, 1.{until} was the last"), None);
    }
    let known = all.iter().filter(|field| field.versions.has(minor)).map(|field| field.name);
    (format!("`{key}` is no field of {name}"), suggest(key, known.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, said};
    use super::*;

    fn findings(minor: Minor, yaml: &str) -> Vec<String> {
        said(&check(minor, &object(yaml)))
    }

    const DEPLOYMENT: &str = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: n}, spec: {selector: {}, \
                              template: {spec: {containers: [{name: c, SPEC}]}}}}";

    fn container(spec: &str) -> Vec<String> {
        findings(34, &DEPLOYMENT.replace("SPEC", spec))
    }

    const CONTAINER: &str = "manifests.c.k.spec.template.spec.containers[0]";

    #[test]
    fn a_good_object_has_no_finding() {
        assert_eq!(
            container("image: i, ports: [{containerPort: 80}], resources: {limits: {cpu: 1, memory: 1Gi}}"),
            [""; 0]
        );
        assert_eq!(container("image: i, env: null, unknown: null"), [""; 0]);
    }

    #[test]
    fn misspelt_wrong_and_missing_fields_come_at_once() {
        assert_eq!(
            container(
                "imge: i, tty: 'yes', ports: [{hostPort: 8.5}], resources: {limits: {memory: 1GB}}, imagePullPolicy: always"
            ),
            [
                format!(
                    "CNI014 {CONTAINER}.imagePullPolicy: `always` is none of the values that this field can have (did you mean `Always`?)"
                ),
                format!("CNI011 {CONTAINER}.imge: `imge` is no field of Container (did you mean `image`?)"),
                format!("CNI012 {CONTAINER}.ports[0].hostPort: expected a whole number, found 8.5"),
                format!("CNI013 {CONTAINER}.ports[0]: the required field `containerPort` is missing"),
                format!(
                    "CNI014 {CONTAINER}.resources.limits.memory: `1GB` is no quantity (write a number with m, k, M, G, Ki, Mi, Gi, … or nothing behind it: 100m, 128Mi)"
                ),
                format!("CNI012 {CONTAINER}.tty: expected a boolean, found a string (take the quotes away)"),
            ]
        );
    }

    #[test]
    fn fields_and_kinds_of_other_versions_are_named() {
        let pod =
            "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: n}, spec: {hostUsers: false, containers: []}}";
        assert_eq!(findings(25, pod), [""; 0]);
        assert_eq!(
            findings(24, pod),
            [
                "CNI011 manifests.c.k.spec.hostUsers: Kubernetes 1.24 has no `hostUsers` here yet, 1.25 is the first that does \
              (leave it out; whatever applies the tree would refuse it or drop it)"
            ]
        );
        let budget = "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {name: a, namespace: n}}";
        assert_eq!(
            findings(25, budget),
            [
                "CNI010 manifests.c.k.apiVersion: Kubernetes 1.25 does not serve policy/v1beta1 PodDisruptionBudget any more, 1.24 \
              was the last (it serves policy/v1)"
            ]
        );
        assert_eq!(
            findings(24, budget),
            [
                "CNI016 manifests.c.k.apiVersion: policy/v1beta1 is deprecated since Kubernetes 1.21, and 1.25 does not serve it any more (use policy/v1)"
            ]
        );
        let cron = "{apiVersion: batch/v1, kind: CronJob, metadata: {name: a, namespace: n}}";
        assert_eq!(
            findings(20, cron),
            [
                "CNI010 manifests.c.k.apiVersion: Kubernetes 1.20 does not serve batch/v1 CronJob yet, 1.21 is the first that does \
              (it serves batch/v1beta1 and batch/v2alpha1)"
            ]
        );
        assert_eq!(
            findings(34, "{apiVersion: apps/v1, kind: Daemonset, metadata: {name: a}}"),
            ["CNI010 manifests.c.k.apiVersion: Kubernetes has no apps/v1 Daemonset (did you mean `DaemonSet`?)"]
        );
        assert_eq!(findings(34, "{apiVersion: cilium.io/v2, kind: CiliumNode, metadata: {name: a}, spec: 5}"), [""; 0]);
    }

    #[test]
    fn two_items_of_one_key_are_refused() {
        assert_eq!(
            container("env: [{name: A}, {name: B}, {name: A}]"),
            [format!(
                "CNI015 {CONTAINER}.env[2]: items 0 and 2 are the same name; server-side apply refuses such a list (keep one of them)"
            )]
        );
        assert_eq!(container("ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53}]"), [""; 0]);
        assert_eq!(container("ports: [{containerPort: 53, protocol: TCP}, {containerPort: 53}]").len(), 1);
    }

    #[test]
    fn the_same_in_many_places_is_said_once() {
        assert_eq!(
            container("env: [{nam: a, name: a}, {nam: b, name: b}, {nam: c, name: c}]"),
            [format!(
                "CNI011 {CONTAINER}.env[0].nam: `nam` is no field of EnvVar; so in 2 more places (did you mean `name`?)"
            )]
        );
    }

    #[test]
    fn the_scope_must_fit() {
        assert_eq!(
            findings(34, "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"),
            [
                "CNI017 manifests.c.k.metadata.namespace: a ConfigMap lives in a namespace, and this one names none (add \
              metadata.namespace; whatever applies the tree would choose one of its own)"
            ]
        );
        assert_eq!(
            findings(34, "{apiVersion: v1, kind: Namespace, metadata: {name: a, namespace: b}}"),
            [
                "CNI017 manifests.c.k.metadata.namespace: a Namespace lives in no namespace, and this one names `b` (remove \
              metadata.namespace)"
            ]
        );
    }
}
