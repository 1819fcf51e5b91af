//! What the tests of the rules share.

use crate::finding::Finding;
use crate::object::{KubeObject, ObjectId};
use crate::value::{Map, Value};

/// YAML as data.
pub fn value(yaml: &str) -> Value {
    fn convert(value: serde_json::Value) -> Value {
        match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(b) => Value::Bool(b),
            serde_json::Value::Number(n) => Value::Number(n.as_f64().expect("a double")),
            serde_json::Value::String(s) => Value::String(s),
            serde_json::Value::Array(list) => Value::List(list.into_iter().map(convert).collect()),
            serde_json::Value::Object(map) => {
                Value::Map(Map::from_entries(map.into_iter().map(|(k, v)| (k, convert(v))).collect()))
            }
        }
    }
    convert(serde_yaml::from_str(yaml).expect("the test's YAML parses"))
}

/// An object under `manifests.c.k`.
pub fn object(yaml: &str) -> KubeObject {
    let body = value(yaml);
    let text = |keys: &[&str]| body.at(keys).and_then(Value::as_str).map(str::to_owned);
    KubeObject {
        id: ObjectId {
            api_version: text(&["apiVersion"]).expect("an apiVersion"),
            kind: text(&["kind"]).expect("a kind"),
            namespace: text(&["metadata", "namespace"]),
            name: text(&["metadata", "name"]).expect("a name"),
        },
        component: "c".to_owned(),
        field_path: "manifests.c.k".to_owned(),
        body: body.into(),
    }
}

/// `RULE path: message (hint)` of each.
pub fn said(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| {
        let rule = finding.rule.unwrap_or_default();
        let path = finding.path.as_deref().unwrap_or_default();
        let hint = finding.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{rule} {path}: {}{hint}", finding.message)
    };
    findings.iter().map(line).collect()
}
