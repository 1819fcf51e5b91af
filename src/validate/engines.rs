//! Objects of Argo CD and Flux that a tree itself has, and that apply rendered trees: what of them would cost a network.
//!
//! What cniforge makes of them (`rendered/_delivery/`) keeps to this by itself; these are somebody's own.

use super::fields::below;
use super::rules::CARELESS_DELIVERY;
use crate::finding::Finding;
use crate::object::KubeObject;
use crate::value::Value;

/// One thing that must not be: group and kind, the field at fault, when it is, what follows and what to do.
type Row = (&'static str, &'static str, &'static str, fn(&Value) -> bool, &'static str, &'static str);

const ROWS: [Row; 6] = [
    (
        "kustomize.toolkit.fluxcd.io",
        "Kustomization",
        "spec.postBuild",
        |body| body.at(&["spec", "postBuild"]).is_some_and(|value| *value != Value::Null),
        "Flux would expand `${…}` in all that it applies, and a CNI's scripts are full of that",
        "take postBuild out; what differs between clusters is in their definitions",
    ),
    (
        "kustomize.toolkit.fluxcd.io",
        "Kustomization",
        "spec.force",
        |body| body.at(&["spec", "force"]) == Some(&Value::Bool(true)),
        "Flux would delete what it cannot change, and make it anew: agents too",
        "take force out",
    ),
    (
        "argoproj.io",
        "Application",
        "spec.syncPolicy.syncOptions",
        |body| replaces(body.list_at(&["spec", "syncPolicy", "syncOptions"])),
        "Argo CD would delete what it cannot change, and make it anew: agents too",
        "take Replace=true and Force=true out",
    ),
    (
        "argoproj.io",
        "ApplicationSet",
        "spec.template.spec.syncPolicy.syncOptions",
        replaces_somewhere,
        "Argo CD would delete what it cannot change, and make it anew: agents too",
        "take Replace=true and Force=true out, of generators' templates and of templatePatch too",
    ),
    (
        "argoproj.io",
        "ApplicationSet",
        "spec.syncPolicy.preserveResourcesOnDeletion",
        |body| body.at(&["spec", "syncPolicy", "preserveResourcesOnDeletion"]) != Some(&Value::Bool(true)),
        "a folder that goes from git would take the cluster's network with it",
        "set preserveResourcesOnDeletion: true",
    ),
    (
        "argoproj.io",
        "ApplicationSet",
        "spec.syncPolicy.applicationsSync",
        |body| {
            !matches!(body.text_at(&["spec", "syncPolicy", "applicationsSync"]), Some("create-update" | "create-only"))
        },
        "the Application of a folder that goes would be deleted",
        "set applicationsSync: create-update",
    ),
];

fn replaces(options: &[Value]) -> bool {
    options.iter().filter_map(Value::as_str).any(|option| matches!(option, "Replace=true" | "Force=true"))
}

/// In the template, in that of a generator, or in the text that is laid over both.
fn replaces_somewhere(value: &Value) -> bool {
    match value {
        Value::Map(map) => map.iter().any(|(key, value)| match (key, value) {
            ("syncOptions", Value::List(options)) => replaces(options),
            ("templatePatch", Value::String(text)) => text.contains("Replace=true") || text.contains("Force=true"),
            (_, value) => replaces_somewhere(value),
        }),
        Value::List(list) => list.iter().any(replaces_somewhere),
        _ => false,
    }
}

/// Whether a path in it leads to rendered trees; what else an engine applies is not ours to judge.
fn applies_trees(value: &Value) -> bool {
    match value {
        Value::Map(map) => map.iter().any(|(key, value)| match value {
            Value::String(path) => key == "path" && path.split('/').any(|part| part == "rendered"),
            value => applies_trees(value),
        }),
        Value::List(list) => list.iter().any(applies_trees),
        _ => false,
    }
}

/// What is wrong with one object of an engine.
pub fn check(object: &KubeObject) -> Vec<Finding> {
    let of_it = |row: &&Row| row.0 == object.id.group() && row.1 == object.id.kind;
    if !ROWS.iter().any(|row| of_it(&row)) || !applies_trees(&object.body) {
        return Vec::new();
    }
    ROWS.iter()
        .filter(of_it)
        .filter(|row| (row.3)(&object.body))
        .map(|(_, _, field, _, message, hint)| {
            let path = field.split('.').fold(object.field_path.clone(), |path, part| below(&path, part));
            CARELESS_DELIVERY.finding(*message).path(path).hint(*hint).object(&object.id)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, said};
    use super::check;

    fn found(body: &str) -> Vec<String> {
        said(&check(&object(body)))
    }

    #[test]
    fn each_row_trips_and_misses() {
        let flux = |spec: &str| {
            found(&format!(
                "{{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {{name: a, namespace: n}}, \
                 spec: {{path: ./rendered/a, {spec}}}}}"
            ))
        };
        assert_eq!(flux("prune: true"), [""; 0]);
        assert_eq!(flux("force: false, postBuild: null"), [""; 0]);
        assert!(flux("force: true")[0].starts_with("CNI182 manifests.c.k.spec.force: "));
        assert!(flux("postBuild: {}")[0].starts_with("CNI182 manifests.c.k.spec.postBuild: "));

        let set = |policy: &str, options: &str| {
            found(&format!(
                "{{apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet, metadata: {{name: a, namespace: n}}, spec: {{\
                 generators: [{{git: {{directories: [{{path: fleet/rendered/*}}]}}}}], syncPolicy: {{{policy}}}, \
                 template: {{spec: {{syncPolicy: {{syncOptions: [{options}]}}}}}}}}}}"
            ))
        };
        let careful = "preserveResourcesOnDeletion: true, applicationsSync: create-update";
        assert_eq!(set(careful, "ServerSideApply=true"), [""; 0]);
        assert_eq!(set(careful, "Force=true").len(), 1);
        let patch = format!("{careful}}}, templatePatch: \"syncOptions: [Replace=true]\", more: {{");
        assert_eq!(set(&patch, "").len(), 1);
        assert_eq!(set("", "").len(), 2);

        let app = |path: &str, option: &str| {
            found(&format!(
                "{{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {{name: a, namespace: n}}, spec: {{source: \
                 {{path: {path}}}, syncPolicy: {{syncOptions: [{option}]}}}}}}"
            ))
        };
        assert_eq!(app("rendered/a", "Replace=true").len(), 1);
        assert_eq!(app("rendered/a", "Replace=false"), [""; 0]);
        assert_eq!(app("shop/rendering", "Replace=true"), [""; 0], "this is no tree of a cluster");
    }
}
