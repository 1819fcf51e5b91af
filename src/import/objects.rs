//! Kubernetes objects in documents, out of whatever lists they came in.

use super::yaml_reader::Document;
use crate::finding::Finding;
use crate::value::Value;

/// One object and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Object<'a> {
    /// File and line of its document; in a list, its index too: `clusters.yaml:1 items[0]`.
    pub place: String,
    /// All of it.
    pub body: &'a Value,
}

impl<'a> Object<'a> {
    /// What is at the end of a chain of keys.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&'a Value> {
        self.body.at(path)
    }

    /// The text there; `None` where nothing is.
    ///
    /// # Errors
    /// When it is something else.
    pub fn text(&self, path: &[&str]) -> Result<Option<&'a str>, Finding> {
        match self.at(path) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Finding::refusal(format!("{}: {} must be text", self.place, path.join(".")))),
        }
    }

    /// Its kind; empty only for what [`flatten`] has refused.
    #[must_use]
    pub fn kind(&self) -> &'a str {
        self.at(&["kind"]).and_then(Value::as_str).unwrap_or_default()
    }
}

/// All objects of the documents: single ones, and the items of lists (`List`, `ClusterList`, …) and of JSON arrays.
///
/// # Errors
/// The first thing that is no object.
pub fn flatten(documents: &[Document]) -> Result<Vec<Object<'_>>, Finding> {
    let mut objects = Vec::new();
    for document in documents {
        collect(document.place.clone(), &document.value, 0, &mut objects)?;
    }
    Ok(objects)
}

fn collect<'a>(place: String, value: &'a Value, depth: usize, objects: &mut Vec<Object<'a>>) -> Result<(), Finding> {
    const DEEPEST: usize = 8;
    let kind = value.at(&["kind"]).and_then(Value::as_str);
    let items = match value {
        Value::Null => return Ok(()),
        Value::List(items) => items,
        _ => match (kind, value.at(&["items"])) {
            // What kubectl prints where it finds nothing.
            (Some(kind), Some(Value::Null)) if kind.ends_with("List") => return Ok(()),
            (Some(kind), Some(Value::List(items))) if kind.ends_with("List") => items,
            (Some(_), _) => {
                objects.push(Object { place, body: value });
                return Ok(());
            }
            (None, _) => {
                return Err(Finding::refusal(format!("{place}: this is no Kubernetes object: it has no kind"))
                    .hint("an import reads what `kubectl get … -o yaml` prints"));
            }
        },
    };
    if depth == DEEPEST {
        return Err(Finding::refusal(format!("{place}: these are lists of lists of lists")));
    }
    for (i, item) in items.iter().enumerate() {
        collect(format!("{place} items[{i}]"), item, depth + 1, objects)?;
    }
    Ok(())
}
