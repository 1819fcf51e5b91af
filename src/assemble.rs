//! Finds the objects in what a definition evaluates to.

use std::collections::BTreeMap;

use crate::field_path;
use crate::finding::{Finding, Severity, nearest};
use crate::object::{KubeObject, Manifest, ObjectId};
use crate::value::Value;

/// The objects of one cluster in the order of their field paths, and what is wrong with them.
///
/// A manifest is a map with `apiVersion` and `kind`; a `List` is its items; `null` is nothing (a conditional that is
/// off); other maps and lists are searched. Anything else under `manifests` is a refusal, as are two objects of one identity.
#[must_use]
pub fn assemble(manifests: &[(String, Manifest)]) -> (Vec<KubeObject>, Vec<Finding>) {
    let mut assembly = Assembly::default();
    for (path, manifest) in manifests {
        let component = field_path::split(path).into_iter().nth(1).unwrap_or_default();
        assembly.search(&component, path.clone(), manifest, Some(manifest));
    }
    assembly.refuse_twins();
    assembly.suggest_patches();
    (assembly.objects, assembly.findings)
}

/// A map with one of these is meant to be an object, or to patch one.
const OBJECT_KEYS: [&str; 5] = ["apiVersion", "kind", "metadata", "spec", "data"];

#[derive(Default)]
struct Assembly {
    objects: Vec<KubeObject>,
    findings: Vec<Finding>,
    /// Which findings are about objects that lack something.
    incomplete: Vec<usize>,
}

impl Assembly {
    /// `whole`: the manifest that the value is, if it is not a part of one.
    fn search(&mut self, component: &str, path: String, value: &Value, whole: Option<&Manifest>) {
        match value {
            Value::Null => {}
            Value::List(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.search(component, format!("{path}[{i}]"), item, None);
                }
            }
            Value::Map(map) if OBJECT_KEYS.iter().any(|key| map.get(key).is_some()) => {
                match map.get("items").and_then(Value::as_list) {
                    Some(items) if map.get("kind").and_then(Value::as_str).is_some_and(|k| k.ends_with("List")) => {
                        for (i, item) in items.iter().enumerate() {
                            self.search(component, format!("{path}.items[{i}]"), item, None);
                        }
                    }
                    _ => self.object(component, path, value, whole),
                }
            }
            Value::Map(map) => {
                for (key, inner) in map.iter() {
                    let mut path = path.clone();
                    field_path::push(&mut path, key);
                    self.search(component, path, inner, None);
                }
            }
            other => {
                self.incomplete.push(self.findings.len());
                self.findings.push(
                    Finding::refusal(format!("expected a Kubernetes object, found a {}", other.type_name()))
                        .path(path)
                        .hint("everything under `manifests` is a map with `apiVersion` and `kind`; hide helpers with `::`"),
                );
            }
        }
    }

    fn object(&mut self, component: &str, path: String, body: &Value, whole: Option<&Manifest>) {
        let mut missing: Vec<String> = Vec::new();
        let mut problems: Vec<String> = Vec::new();
        let mut text = |keys: &[&str], required: bool| {
            let name = keys.join(".");
            match body.at(keys) {
                Some(Value::String(text)) if !text.is_empty() => return Some(text.clone()),
                None | Some(Value::Null) if !required => {}
                None | Some(Value::Null) => missing.push(name),
                Some(Value::String(_)) => problems.push(format!("its {name} is empty")),
                Some(other) => problems.push(format!("its {name} must be a string, not a {}", other.type_name())),
            }
            None
        };
        let api_version = text(&["apiVersion"], true);
        let kind = text(&["kind"], true);
        let name = text(&["metadata", "name"], true);
        let namespace = text(&["metadata", "namespace"], false);
        if let Some(kind) = &kind
            && !(kind.starts_with(|c: char| c.is_ascii_alphabetic()) && kind.chars().all(|c| c.is_ascii_alphanumeric()))
        {
            problems.push("its kind must be one word of letters and digits".to_owned());
        }
        let generated = body.at(&["metadata", "generateName"]).is_some();
        if !missing.is_empty() {
            problems.insert(0, format!("the object has no {}", missing.join(" and no ")));
        }
        let complete = problems.is_empty();
        // The chart, too, renders an object without a name where a value takes it away: what can be told apart is kept.
        let unnamed = matches!(body.at(&["metadata", "name"]), None | Some(Value::Null | Value::String(_)));
        let only_nameless = problems.len() == 1 && name.is_none() && unnamed;
        if let (Some(api_version), Some(kind), true) = (api_version, kind, complete || only_nameless) {
            let id = ObjectId { api_version, kind, namespace, name: name.unwrap_or_default() };
            let body = whole.cloned().unwrap_or_else(|| body.clone().into());
            let component = component.to_owned();
            self.objects.push(KubeObject { id, component, field_path: path.clone(), body });
        }
        if complete {
            return;
        }
        let severity = if only_nameless { Severity::Error } else { Severity::Refusal };
        let finding = Finding::refusal(problems.join(", ")).severity(severity).path(path);
        self.findings.push(if generated {
            finding.hint("`generateName` makes a new object at each apply; a tree in git needs `metadata.name`")
        } else {
            self.incomplete.push(self.findings.len());
            finding.hint("every object needs apiVersion, kind and metadata.name")
        });
    }

    /// A patch whose component or key is misspelt looks like an object that lacks nearly everything.
    fn suggest_patches(&mut self) {
        for index in &self.incomplete {
            let finding = &mut self.findings[*index];
            let paths = self.objects.iter().map(|object| object.field_path.as_str());
            let patched = finding.path.as_deref().map(|path| field_path::join(field_path::split(path).iter().take(3)));
            let near = patched.and_then(|patched| nearest(&patched, paths).into_iter().next());
            if let Some(near) =
                near.filter(|_| !finding.path.as_deref().is_some_and(|path| path.starts_with("manifests.extra")))
            {
                finding.hint = Some(format!(
                    "did you mean to patch `{near}`? A new object needs apiVersion, kind and metadata.name"
                ));
            }
        }
    }

    /// The same object under two fields would be one file, or two that fight in the cluster.
    fn refuse_twins(&mut self) {
        // A file's name has the kind in lower case.
        let mut first: BTreeMap<(&str, String, Option<&str>, &str), &str> = BTreeMap::new();
        for object in &self.objects {
            let id = &object.id;
            let key = (id.group(), id.kind.to_ascii_lowercase(), id.namespace.as_deref(), id.name.as_str());
            let Some(other) = first.insert(key, &object.field_path) else { continue };
            // The user's own object is the one to change, not the library's.
            let mut paths = [object.field_path.as_str(), other];
            paths.sort_by_key(|path| !path.starts_with("manifests.extra."));
            self.findings.push(
                Finding::refusal(format!("it is rendered twice, the other time by `{}`", paths[1]))
                    .object(id)
                    .path(paths[0])
                    .hint("patch the one object instead of adding another: `manifests+: { <component>+: { <key>+: { … } } }`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::value;

    fn assembled(yaml: &str) -> (Vec<String>, Vec<String>) {
        let (objects, findings) = assemble(&[("manifests.c.k".to_owned(), value(yaml).into())]);
        (
            objects.iter().map(|o| format!("{} {} {}", o.component, o.id, o.field_path)).collect(),
            findings.iter().map(|f| format!("{}: {}", f.path.as_deref().unwrap_or_default(), f.message)).collect(),
        )
    }

    #[test]
    fn objects_are_found_at_any_depth() {
        let (objects, findings) = assembled(
            "{a: {apiVersion: v1, kind: Namespace, metadata: {name: n}}, off: null,
              b: [{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: n}}]}]}",
        );
        assert_eq!(objects, ["c Namespace n manifests.c.k.a", "c Secret n/s manifests.c.k.b[0].items[0]"]);
        assert!(findings.is_empty(), "{findings:?}");
    }

    #[test]
    fn what_is_no_object_is_refused_with_its_path() {
        assert_eq!(
            assembled("{a: 1, b: {kind: Secret, metadata: {name: 5}}, c: {apiVersion: '', kind: X, metadata: {generateName: x}}}").1,
            [
                "manifests.c.k.a: expected a Kubernetes object, found a number",
                "manifests.c.k.b: the object has no apiVersion, its metadata.name must be a string, not a number",
                "manifests.c.k.c: the object has no metadata.name, its apiVersion is empty",
            ]
        );
    }

    #[test]
    fn twins_are_refused_even_in_two_versions_of_a_group() {
        let (_, findings) = assembled(
            "[{apiVersion: apps/v1, kind: D, metadata: {name: n}}, {apiVersion: apps/v1beta1, kind: D, metadata: {name: n}}]",
        );
        assert_eq!(findings, ["manifests.c.k[1]: it is rendered twice, the other time by `manifests.c.k[0]`"]);
    }
}
