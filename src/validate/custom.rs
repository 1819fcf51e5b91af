//! Custom objects against the structural schema of their CRD, where the tree has it (apiextensions.k8s.io, OpenAPI v3).

use std::collections::BTreeMap;

use regex::Regex;

use super::fields::{below, described};
use super::formats;
use super::rules::{CUSTOM_OBJECT, Rule};
use crate::cidr::Cidr;
use crate::field_path;
use crate::finding::{Finding, suggest};
use crate::object::KubeObject;
use crate::value::{Map, Value};

/// What a CRD says of one version of its kind.
struct Version<'a> {
    namespaced: bool,
    /// `None`: nothing is said, everything is kept.
    schema: Option<&'a Value>,
}

/// The versions of a kind that are served, and all that there are.
type Definition<'a> = (Vec<&'a str>, BTreeMap<&'a str, Version<'a>>);

/// Every custom object of a tree whose CRD is in it.
pub fn check(objects: &[KubeObject]) -> Vec<Finding> {
    let mut definitions: BTreeMap<(&str, &str), Definition<'_>> = BTreeMap::new();
    for object in objects.iter().filter(|object| object.id.kind == "CustomResourceDefinition") {
        let spec = |keys: &[&str]| object.body.at(&["spec"]).and_then(|spec| spec.at(keys));
        let text = |keys: &[&str]| spec(keys).and_then(Value::as_str);
        let (Some(group), Some(kind)) = (text(&["group"]), text(&["names", "kind"])) else { continue };
        let namespaced = text(&["scope"]) != Some("Cluster");
        let (served, versions) = definitions.entry((group, kind)).or_default();
        for version in spec(&["versions"]).and_then(Value::as_list).unwrap_or_default() {
            let Some(name) = version.at(&["name"]).and_then(Value::as_str) else { continue };
            if version.at(&["served"]) == Some(&Value::Bool(true)) {
                served.push(name);
            }
            // The older form of CRDs says it once for all versions.
            let schema =
                version.at(&["schema", "openAPIV3Schema"]).or_else(|| spec(&["validation", "openAPIV3Schema"]));
            versions.insert(name, Version { namespaced, schema });
        }
        if let Some(name) = text(&["version"]).filter(|_| versions.is_empty()) {
            served.push(name);
            versions.insert(name, Version { namespaced, schema: spec(&["validation", "openAPIV3Schema"]) });
        }
    }
    let mut findings = Vec::new();
    for object in objects {
        let Some((served, versions)) = definitions.get(&(object.id.group(), object.id.kind.as_str())) else { continue };
        let version = object.id.api_version.rsplit('/').next().unwrap_or_default();
        let mut walk = Walk { path: object.field_path.clone(), partial: false, findings: Vec::new() };
        match versions.get(version).filter(|_| served.contains(&version)) {
            Some(found) => {
                walk.scope(object, found.namespaced);
                if let Some(schema) = found.schema {
                    walk.value(&object.body, schema, true);
                }
            }
            None => walk.at("apiVersion", |walk| {
                let hint = Some(format!("it serves {}", served.join(" and ")));
                walk.found(format!("the CRD of {} serves no version {version}", object.id.kind), hint);
            }),
        }
        findings.extend(walk.findings.into_iter().map(|finding| finding.object(&object.id)));
    }
    findings
}

struct Walk {
    path: String,
    /// Inside a combination, a schema says more of fields that are declared outside: unknown ones are none of its business.
    partial: bool,
    findings: Vec<Finding>,
}

impl Walk {
    fn found(&mut self, message: impl Into<String>, hint: Option<String>) {
        const RULE: &Rule = &CUSTOM_OBJECT;
        let mut finding = RULE.finding(message).path(self.path.clone());
        finding.hint = hint;
        self.findings.push(finding);
    }

    fn at(&mut self, part: &str, inner: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        field_path::push(&mut self.path, part);
        inner(self);
        self.path.truncate(length);
    }

    fn scope(&mut self, object: &KubeObject, namespaced: bool) {
        let message = match (namespaced, &object.id.namespace) {
            (true, None) => format!("a {} lives in a namespace, and this one names none", object.id.kind),
            (false, Some(namespace)) => {
                format!("a {} lives in no namespace, and this one names `{namespace}`", object.id.kind)
            }
            _ => return,
        };
        self.path = below(&below(&self.path, "metadata"), "namespace");
        self.found(message, None);
        self.path.clone_from(&object.field_path);
    }

    /// `root`: the object itself, whose apiVersion, kind and metadata are not the CRD's business.
    fn value(&mut self, value: &Value, schema: &Value, root: bool) {
        let Some(rules) = schema.as_map() else { return };
        let flag = |name: &str| rules.get(name) == Some(&Value::Bool(true));
        if *value == Value::Null {
            return; // absent, or refused by `required`
        }
        if flag("x-kubernetes-int-or-string") {
            if !matches!(value, Value::String(_)) && !is_whole(value) {
                self.found(format!("expected a whole number or a string, found {}", described(value)), None);
            }
        } else if let Some(wanted) = rules.get("type").and_then(Value::as_str) {
            let fits = match (wanted, value) {
                ("object", Value::Map(_))
                | ("array", Value::List(_))
                | ("string", Value::String(_))
                | ("boolean", Value::Bool(_))
                | ("number", Value::Number(_)) => true,
                ("integer", value) => is_whole(value),
                _ => false,
            };
            if !fits {
                self.found(format!("expected {}, found {}", article(wanted), described(value)), None);
                return;
            }
        }
        self.limits(value, rules);
        match value {
            Value::Map(map) => self.fields(map, rules, root),
            Value::List(list) => {
                if let Some(items) = rules.get("items") {
                    for (i, item) in list.iter().enumerate() {
                        self.at(&i.to_string(), |walk| walk.value(item, items, false));
                    }
                }
            }
            _ => {}
        }
        self.combinations(value, rules);
    }

    fn fields(&mut self, map: &Map, rules: &Map, root: bool) {
        let properties = rules.get("properties").and_then(Value::as_map);
        let others = rules.get("additionalProperties").filter(|others| !matches!(others, Value::Bool(_)));
        let open = rules.get("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(true))
            || rules.get("additionalProperties") == Some(&Value::Bool(true))
            || properties.is_none() && others.is_none()
            || rules.get("x-kubernetes-embedded-resource") == Some(&Value::Bool(true));
        for (key, value) in map.iter() {
            if root && ["apiVersion", "kind", "metadata"].contains(&key) {
                continue;
            }
            if let Some(schema) = properties.and_then(|properties| properties.get(key)).or(others) {
                self.at(key, |walk| walk.value(value, schema, false));
            } else if !open && !self.partial && *value != Value::Null {
                let known: Vec<&str> = properties.into_iter().flat_map(Map::iter).map(|(name, _)| name).collect();
                let hint = suggest(key, known);
                self.at(key, |walk| walk.found(format!("the CRD has no field `{key}` here"), hint));
            }
        }
        for name in rules.get("required").and_then(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_str)
        {
            if map.get(name).is_none_or(|value| *value == Value::Null) {
                self.found(format!("the required field `{name}` is missing"), None);
            }
        }
    }

    fn limits(&mut self, value: &Value, rules: &Map) {
        let number = |name: &str| match rules.get(name) {
            Some(Value::Number(n)) => Some(*n),
            _ => None,
        };
        if let Some(members) = rules.get("enum").and_then(Value::as_list).filter(|members| !members.contains(value)) {
            let names: Vec<&str> = members.iter().filter_map(Value::as_str).collect();
            let hint = value.as_str().and_then(|text| suggest(text, names));
            self.found("it is none of the values that the CRD allows", hint);
        }
        let size = match value {
            Value::String(text) => Some((text.chars().count(), "minLength", "maxLength", "characters")),
            Value::List(list) => Some((list.len(), "minItems", "maxItems", "items")),
            Value::Map(map) => Some((map.iter().len(), "minProperties", "maxProperties", "fields")),
            _ => None,
        };
        if let Some((size, least, most, what)) = size {
            let exact = u32::try_from(size).map_or(f64::INFINITY, f64::from);
            if number(least).is_some_and(|least| exact < least) || number(most).is_some_and(|most| exact > most) {
                let bound = |name| number(name).map_or_else(|| "any number".to_owned(), |n| n.to_string());
                self.found(format!("it has {size} {what}, and may have {} to {}", bound(least), bound(most)), None);
            }
        }
        match value {
            Value::Number(n) => {
                let exclusive = |name: &str| rules.get(name) == Some(&Value::Bool(true));
                let low =
                    number("minimum").is_some_and(|least| *n < least || exclusive("exclusiveMinimum") && *n <= least);
                let high =
                    number("maximum").is_some_and(|most| *n > most || exclusive("exclusiveMaximum") && *n >= most);
                if low || high {
                    let bound = |name| number(name).map_or_else(|| "anything".to_owned(), |n| n.to_string());
                    self.found(format!("{n} is outside of {} to {}", bound("minimum"), bound("maximum")), None);
                }
                if number("multipleOf").is_some_and(|step| step > 0.0 && n % step != 0.0) {
                    self.found(format!("{n} is no multiple of what the CRD asks for"), None);
                }
            }
            Value::String(text) => {
                if let Some(pattern) = rules.get("pattern").and_then(Value::as_str)
                    // What this crate cannot read, the API server may; it is not ours to refuse.
                    && Regex::new(pattern).is_ok_and(|pattern| !pattern.is_match(text))
                {
                    self.found(format!("`{text}` does not match the pattern `{pattern}`"), None);
                }
                let bad = match rules.get("format").and_then(Value::as_str) {
                    Some("date-time") => !formats::is_time(text),
                    Some("byte") => !formats::is_base64(text),
                    Some("ipv4") => text.parse::<std::net::Ipv4Addr>().is_err(),
                    Some("ipv6") => text.parse::<std::net::Ipv6Addr>().is_err(),
                    Some("cidr") => Cidr::parse(text).is_none(),
                    _ => false,
                };
                if bad {
                    let format = rules.get("format").and_then(Value::as_str).unwrap_or_default();
                    self.found(format!("`{text}` is not of the format {format}"), None);
                }
            }
            _ => {}
        }
    }

    fn combinations(&mut self, value: &Value, rules: &Map) {
        let fits = |schema: &Value| {
            let mut walk = Walk { path: String::new(), partial: true, findings: Vec::new() };
            walk.value(value, schema, false);
            walk.findings.is_empty()
        };
        let schemas = |name: &str| rules.get(name).and_then(Value::as_list).unwrap_or_default();
        let (any, one) = (schemas("anyOf"), schemas("oneOf"));
        if !any.is_empty() && !any.iter().any(fits) {
            self.found("it fits none of the forms that the CRD allows", None);
        }
        let fitting = one.iter().filter(|schema| fits(schema)).count();
        if !one.is_empty() && fitting != 1 {
            self.found(format!("it fits {fitting} of the {} forms of which the CRD allows one", one.len()), None);
        }
        if schemas("allOf").iter().any(|schema| !fits(schema)) {
            self.found("it does not fit all that the CRD asks for", None);
        }
        if rules.get("not").is_some_and(fits) {
            self.found("it has a form that the CRD excludes", None);
        }
    }
}

fn is_whole(value: &Value) -> bool {
    matches!(value, Value::Number(n) if n.fract() == 0.0)
}

fn article(kind: &str) -> String {
    match kind {
        "integer" => "a whole number".to_owned(),
        "array" => "a list".to_owned(),
        "object" => "a map".to_owned(),
        other => format!("a {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, said};
    use super::*;

    const CRD: &str = "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: pools.x.io}, spec: {group: x.io, \
        scope: Cluster, names: {kind: Pool, plural: pools}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: \
        object, properties: {spec: {type: object, required: [cidr], properties: {cidr: {type: string, format: cidr}, size: {type: integer, \
        minimum: 20, maximum: 32}, mode: {type: string, enum: [Always, Never]}, port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, \
        {type: string}]}, names: {type: array, maxItems: 1, items: {type: string, pattern: '^[a-z]+$'}}, labels: {type: object, \
        additionalProperties: {type: string}}, free: {type: object, x-kubernetes-preserve-unknown-fields: true}, a: {type: object, properties: {b: \
        {type: string}, c: {type: string}}, oneOf: [{required: [b]}, {required: [c]}]}}}}}}}, {name: v0, served: false, storage: false}]}}";

    fn findings(version: &str, spec: &str) -> Vec<String> {
        let pool = format!("{{apiVersion: x.io/{version}, kind: Pool, metadata: {{name: a}}, spec: {{{spec}}}}}");
        said(&check(&[object(CRD), object(&pool)]))
            .iter()
            .map(|line| line.replace("CNI020 manifests.c.k.", ""))
            .collect()
    }

    #[test]
    fn a_good_object_fits() {
        let good = "cidr: 10.0.0.0/8, size: 26, mode: Always, port: http, names: [a], labels: {x: y}, free: {x: {y: 1}}, a: {b: x}";
        assert_eq!(findings("v1", good), [""; 0]);
        assert_eq!(findings("v1", "cidr: 'fd00::/8', port: 80, size: null"), [""; 0]);
    }

    #[test]
    fn everything_wrong_comes_at_once() {
        assert_eq!(
            findings(
                "v1",
                "cdir: x, size: 33, mode: always, port: 1.5, names: [A, b], labels: {x: 1}, a: {b: x, c: y}"
            ),
            [
                "spec.labels.x: expected a string, found a whole number",
                "spec.a: it fits 2 of the 2 forms of which the CRD allows one",
                "spec.cdir: the CRD has no field `cdir` here (did you mean `cidr`?)",
                "spec.mode: it is none of the values that the CRD allows (did you mean `Always`?)",
                "spec.names: it has 2 items, and may have any number to 1",
                "spec.names[0]: `A` does not match the pattern `^[a-z]+$`",
                "spec.port: expected a whole number or a string, found a fraction",
                "spec.port: it fits none of the forms that the CRD allows",
                "spec.size: 33 is outside of 20 to 32",
                "spec: the required field `cidr` is missing",
            ]
        );
        assert_eq!(findings("v1", "cidr: 10.0.0.0"), ["spec.cidr: `10.0.0.0` is not of the format cidr"]);
    }

    #[test]
    fn version_and_scope_must_be_the_definitions() {
        assert_eq!(findings("v0", "cidr: x"), ["apiVersion: the CRD of Pool serves no version v0 (it serves v1)"]);
        let pool = "{apiVersion: x.io/v1, kind: Pool, metadata: {name: a, namespace: n}, spec: {cidr: 10.0.0.0/8}}";
        assert_eq!(
            said(&check(&[object(CRD), object(pool)])),
            ["CNI020 manifests.c.k.metadata.namespace: a Pool lives in no namespace, and this one names `n`"]
        );
    }
}
