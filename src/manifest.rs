//! Text back to plain data: YAML and JSON as committed trees, clusters and `ConfigMap`s hold it.

use crate::import::input::Input;
use crate::import::yaml_reader::read_documents;
use crate::object::{KubeObject, ObjectId};
use crate::value::{Map, Value};

/// Integers beyond this are no exact doubles; two of them could look equal and differ.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// The documents of a YAML or JSON text, without empty ones.
///
/// # Errors
/// Where it is neither: line, column and what is wrong, without the text itself.
pub fn documents(text: &str) -> Result<Vec<Value>, String> {
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(text) {
        return Ok(vec![from_json(json).ok_or("it holds a number that is too large to be compared")?]);
    }
    let documents = read_documents(&Input { name: String::new(), text: text.to_owned() });
    let documents = documents.map_err(|finding| finding.message.trim_start_matches(':').to_owned())?;
    if !documents.iter().all(|document| is_exact(&document.value)) {
        return Err("it holds a number that is too large to be compared".to_owned());
    }
    Ok(documents.into_iter().map(|document| document.value).collect())
}

/// The Kubernetes objects of a text; a `List` is its items.
///
/// # Errors
/// Where it is no YAML or JSON, or holds something that is no object.
pub fn objects(text: &str, component: &str) -> Result<Vec<KubeObject>, String> {
    let mut objects = Vec::new();
    for document in documents(text)? {
        collect(document, component, &mut objects)?;
    }
    Ok(objects)
}

fn collect(document: Value, component: &str, objects: &mut Vec<KubeObject>) -> Result<(), String> {
    let text = |keys: &[&str]| document.at(keys).and_then(Value::as_str).map(str::to_owned);
    let (Some(api_version), Some(kind)) = (text(&["apiVersion"]), text(&["kind"])) else {
        return Err("a document without apiVersion and kind is no Kubernetes object".to_owned());
    };
    if let (true, Some(Value::List(items))) = (kind.ends_with("List"), document.at(&["items"])) {
        return items.iter().try_for_each(|item| collect(item.clone(), component, objects));
    }
    let name = text(&["metadata", "name"]).ok_or_else(|| format!("a {kind} has no metadata.name"))?;
    let id = ObjectId { api_version, kind, namespace: text(&["metadata", "namespace"]), name };
    objects.push(KubeObject { id, component: component.to_owned(), field_path: String::new(), body: document.into() });
    Ok(())
}

/// What a string holds that is itself a map or a list in JSON or YAML; several YAML documents are a list.
///
/// `name` is what the string is called: YAML is so generous that a plain text needs a hint that it is meant.
#[must_use]
pub fn embedded(name: &str, text: &str) -> Option<Value> {
    let start = text.trim_start();
    let json = start.starts_with(['{', '[']);
    let named = [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending));
    if !json && !named && !start.contains(": ") && !start.contains(":\n") {
        return None;
    }
    let mut documents = documents(text).ok()?;
    let value = if documents.len() == 1 { documents.pop()? } else { Value::List(documents) };
    matches!(value, Value::Map(_) | Value::List(_)).then_some(value)
}

/// `None` for what a manifest cannot hold exactly.
#[must_use]
pub fn from_json(value: serde_json::Value) -> Option<Value> {
    Some(match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => Value::Number(exact(number.as_f64()?)?),
        serde_json::Value::String(text) => Value::String(text),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(from_json).collect::<Option<_>>()?),
        serde_json::Value::Object(entries) => {
            let entries = entries.into_iter().map(|(key, value)| Some((key, from_json(value)?)));
            Value::Map(Map::from_entries(entries.collect::<Option<_>>()?))
        }
    })
}

fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => exact(*number).is_some(),
        Value::List(items) => items.iter().all(is_exact),
        Value::Map(map) => map.iter().all(|(_, value)| is_exact(value)),
        _ => true,
    }
}

fn exact(number: f64) -> Option<f64> {
    (number.is_finite() && number.abs() < LARGEST_EXACT).then_some(number)
}

/// The same value as JSON, for output.
#[must_use]
pub fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        // As the manifest has it: whole numbers without a point.
        #[allow(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
        Value::Number(number) if number.fract() == 0.0 && number.abs() < LARGEST_EXACT => (*number as i64).into(),
        Value::Number(number) => (*number).into(),
        Value::String(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Map(map) => map.iter().map(|(key, value)| (key.to_owned(), to_json(value))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_their_items() {
        let text = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a, namespace: ns}}\n\
                    ---\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: o}\n";
        let ids: Vec<String> = objects(text, "c").expect("it is YAML").iter().map(|o| o.id.to_string()).collect();
        assert_eq!(ids, ["Secret ns/a", "Namespace o"]);
        assert!(objects("a: 1", "c").is_err());
        assert!(objects("kind: [", "c").is_err());
    }

    #[test]
    fn a_string_is_data_only_where_it_is_meant() {
        assert!(matches!(embedded("x", "{\"a\": 1}"), Some(Value::Map(_))));
        assert!(matches!(embedded("x.yaml", "- 1"), Some(Value::List(_))));
        assert!(matches!(embedded("x", "a: 1\nb: 2\n"), Some(Value::Map(_))));
        for text in [
            ".:53 {\n  errors\n  health { lameduck 5s }\n}\n",
            "true",
            "10.0.0.0/8",
            "",
            "a=b",
            "{\"n\": 90071992547409931}",
        ] {
            assert_eq!(embedded("Corefile", text), None, "{text}");
        }
    }
}
