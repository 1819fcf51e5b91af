//! The changes for programs. `docs/src/diff.md` has the schema.

use serde_json::{Value as Json, json};

use super::fields::FieldChange;
use super::fleet::{Change, FleetDiff};
use crate::manifest;
use crate::object::ObjectId;

/// One JSON document, with a newline behind it.
#[must_use]
pub fn document(diff: &FleetDiff) -> String {
    let document = json!({
        "before": diff.before,
        "after": diff.after,
        "clusters": {
            "changed": diff.changed,
            "compared": diff.compared,
            "failed": diff.failed,
            "unchangedDefinitions": diff.unchanged_definitions,
        },
        "changes": diff.changes.iter().map(change).collect::<Vec<_>>(),
    });
    // What was just made of strings and numbers can be written.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// One change.
#[must_use]
pub fn change(change: &Change) -> Json {
    let mut impact = change.impacts.first().cloned();
    if let Some(impact) = impact.as_mut().filter(|impact| impact.workloads.is_empty()) {
        // Who reads the worst alone must not miss what restarts.
        impact.workloads = change.impacts.iter().flat_map(|impact| impact.workloads.clone()).collect();
        impact.workloads.sort();
        impact.workloads.dedup();
    }
    let mut out = json!({
        "clusters": change.clusters,
        "action": change.action,
        "object": object(&change.object),
        "fields": change.fields.iter().map(field).collect::<Vec<_>>(),
        "impact": impact,
        "also": change.impacts.get(1..).unwrap_or_default(),
        "cause": change.causes,
    });
    if let Some(from) = &change.from {
        out["from"] = object(from);
    }
    if change.objects > 0 {
        out["objects"] = change.objects.into();
    }
    out
}

fn object(id: &ObjectId) -> Json {
    json!({"apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name})
}

/// A side on which the field is not there has no key, since `null` is a value.
fn field(field: &FieldChange) -> Json {
    let mut out = json!({"path": field.path.to_string()});
    for (side, value) in [("before", &field.before), ("after", &field.after)] {
        if let Some(value) = value {
            out[side] = manifest::to_json(value);
        }
    }
    out
}
