//! Objects as one text, in the order that they are given.
//!
//! No document begins with the line that marks a file as ours: a stream that somebody saves is theirs.

use serde_json::json;

use crate::manifest;
use crate::object::KubeObject;
use crate::yaml;

/// YAML, a document an object, each behind its marker.
#[must_use]
pub fn to_yaml<'a>(objects: impl IntoIterator<Item = &'a KubeObject>) -> String {
    let mut out = String::new();
    for object in objects {
        out.push_str("---\n");
        yaml::write_document(&mut out, &object.body);
    }
    out
}

/// One `List` in JSON.
#[must_use]
pub fn to_json<'a>(objects: impl IntoIterator<Item = &'a KubeObject>) -> String {
    let items: Vec<_> = objects.into_iter().map(|object| manifest::to_json(&object.body)).collect();
    format!("{:#}\n", json!({ "apiVersion": "v1", "kind": "List", "items": items }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::object;

    #[test]
    fn both_forms_are_read_back_as_the_same_objects() {
        let objects = [
            object(
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: n}, data: {text: \"a\\n---\\nb\\n\", n: \"1\"}}",
            ),
            object("{apiVersion: v1, kind: Namespace, metadata: {name: n}}"),
        ];
        for text in [to_yaml(&objects), to_json(&objects)] {
            let read = manifest::objects(&text, "c").expect("it is what we wrote");
            let pairs = read.iter().map(|object| (&object.id, &object.body));
            assert!(pairs.eq(objects.iter().map(|object| (&object.id, &object.body))), "{text}");
        }
        assert!(to_yaml(&objects).starts_with("---\napiVersion: v1\nkind: ConfigMap\n"));
        assert_eq!(to_yaml([]), "");
    }
}
