//! What a diff must not show: the data of Secrets, wherever one stands, and private keys.
//!
//! That something has changed is said; what it was and is, is not. Nor is a hash of it, which would tell a short secret.

use super::fields::{FieldChange, FieldPath};
use crate::manifest;
use crate::value::{Map, Value};

const FIELDS: [&str; 2] = ["data", "stringData"];

/// The field without what must not be shown. `kind` is that of the object.
#[must_use]
pub fn hide_field(kind: &str, change: &FieldChange) -> FieldChange {
    let secret = kind == "Secret" && FIELDS.iter().any(|field| change.path.is_below(&[field]));
    let inner = inside_secret(&change.path);
    let hide = |value: &Option<Value>, word: &str| {
        let value = value.as_ref()?;
        Some(if secret || inner { hidden_keys(value, word) } else { hide(value, word) })
    };
    // Both sides may be there and look alike: the words tell them apart.
    FieldChange {
        path: change.path.clone(),
        before: hide(&change.before, "before"),
        after: hide(&change.after, "after"),
    }
}

/// Whether the path leads through the `data` of something inside of a text, which might be a Secret.
fn inside_secret(path: &FieldPath) -> bool {
    let keys: Vec<&str> = path.keys().collect();
    keys.len() > 2 && keys[0] == "data" && keys[2..].iter().any(|key| FIELDS.contains(key))
}

/// Both manifests without what must not be shown; where that differs, the words in its place differ too.
#[must_use]
pub fn hide_both(before: &Value, after: &Value) -> (Value, Value) {
    (hide_against(before, Some(after), "before"), hide_against(after, Some(before), "after"))
}

/// A manifest of which there is no other side.
#[must_use]
pub fn hide_one(body: &Value) -> Value {
    hide_against(body, None, "")
}

fn hide_against(value: &Value, other: Option<&Value>, word: &str) -> Value {
    if other == Some(value) { hide(value, "") } else { with_other(value, other, word) }
}

fn with_other(value: &Value, other: Option<&Value>, word: &str) -> Value {
    let word_for = |one: &Value, other: Option<&Value>| if Some(one) == other { "" } else { word };
    let Value::Map(map) = value else { return hide(value, word_for(value, other)) };
    let secret = is_secret(map);
    Value::Map(Map::from_entries(
        map.iter()
            .map(|(key, inner)| {
                let twin = other.and_then(Value::as_map).and_then(|other| other.get(key));
                let shown = match inner {
                    Value::Map(entries) if secret && FIELDS.contains(&key) => Value::Map(Map::from_entries(
                        entries
                            .iter()
                            .map(|(key, inner)| {
                                let twin = twin.and_then(Value::as_map).and_then(|twin| twin.get(key));
                                (key.to_owned(), token("secret", word_for(inner, twin)))
                            })
                            .collect(),
                    )),
                    _ if secret && FIELDS.contains(&key) => token("secret", word_for(inner, twin)),
                    _ => with_other(inner, twin, word),
                };
                (key.to_owned(), shown)
            })
            .collect(),
    ))
}

fn is_secret(map: &Map) -> bool {
    map.get("kind").and_then(Value::as_str) == Some("Secret")
}

fn token(what: &str, word: &str) -> Value {
    Value::String(if word.is_empty() { format!("({what})") } else { format!("({what}, {word})") })
}

/// Keys may be seen, values not.
fn hidden_keys(value: &Value, word: &str) -> Value {
    match value {
        Value::Map(map) => {
            Value::Map(Map::from_entries(map.iter().map(|(key, _)| (key.to_owned(), token("secret", word))).collect()))
        }
        _ => token("secret", word),
    }
}

/// The value with every secret inside of it hidden.
fn hide(value: &Value, word: &str) -> Value {
    match value {
        Value::String(text) if crate::validate::holds_private_key(text) => token("private key", word),
        Value::String(text) if may_hold_secret(text) => token("text that holds a Secret", word),
        Value::List(items) => Value::List(items.iter().map(|item| hide(item, word)).collect()),
        Value::Map(map) => {
            let secret = is_secret(map);
            let entries = map.iter().map(|(key, inner)| {
                let shown = if secret && FIELDS.contains(&key) { hidden_keys(inner, word) } else { hide(inner, word) };
                (key.to_owned(), shown)
            });
            Value::Map(Map::from_entries(entries.collect()))
        }
        other => other.clone(),
    }
}

/// Whether a text may be, or contain, the manifest of a Secret with data.
fn may_hold_secret(text: &str) -> bool {
    if !text.contains("Secret") || !text.contains("kind") {
        return false;
    }
    if let Ok(documents) = manifest::documents(text) {
        return documents.iter().any(|document| holds_secret(document, text.len()));
    }
    // A template of something: what it becomes nobody knows, so its words decide.
    let squeezed: String = text.chars().filter(|c| !c.is_whitespace() && !"\"'".contains(*c)).collect();
    squeezed.contains("kind:Secret") && FIELDS.iter().any(|field| squeezed.contains(&format!("{field}:")))
}

/// A text inside of a text is shorter, so this comes to an end.
fn holds_secret(value: &Value, length: usize) -> bool {
    match value {
        Value::Map(map) => {
            (is_secret(map) && FIELDS.iter().any(|field| map.get(field).is_some()))
                || map.iter().any(|(_, inner)| holds_secret(inner, length))
        }
        Value::List(items) => items.iter().any(|item| holds_secret(item, length)),
        Value::String(text) => text.len() < length && may_hold_secret(text),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::fields::{Extent, compare};

    fn shown(before: &str, after: &str) -> String {
        let object = |yaml: &str| manifest::objects(yaml, "c").expect("YAML").remove(0);
        let (before, after) = (object(before), object(after));
        let (one, other) = hide_both(&before.body, &after.body);
        let mut out = String::new();
        crate::yaml::write_document(&mut out, &one);
        crate::yaml::write_document(&mut out, &other);
        crate::yaml::write_document(&mut out, &hide_one(&before.body));
        for change in compare(&before, &after, Extent::Whole) {
            out.extend([format!("{:?}", hide_field(&after.id.kind, &change))]);
        }
        out
    }

    #[test]
    fn no_value_of_a_secret_is_shown_but_that_it_changed_is() {
        let secret = |value: &str| {
            format!(
                "{{apiVersion: v1, kind: Secret, metadata: {{name: s}}, data: {{a: {value}, same: S3CRET}}, stringData: {{b: {value}}}, type: Opaque}}"
            )
        };
        let out = shown(&secret("S3CRET1"), &secret("S3CRET2"));
        assert!(!out.contains("S3CRET"), "{out}");
        assert!(out.contains("a: (secret, before)") && out.contains("a: (secret, after)"), "{out}");
        assert!(out.contains("same: (secret)\n") && out.contains("Opaque"), "{out}");
        assert!(
            shown(&secret("S3CRET1"), "{apiVersion: v1, kind: Secret, metadata: {name: s}}").find("S3CRET").is_none()
        );
    }

    #[test]
    fn nor_of_one_inside_of_something_else() {
        let key = format!("-----BEGIN EC {} KEY-----\\nS3CRET\\n", "PRIVATE");
        for text in [
            "kind: Secret\\ndata: {a: S3CRET}\\n".to_owned(),
            "{\\\"kind\\\": \\\"Secret\\\", \\\"stringData\\\": {\\\"a\\\": \\\"S3CRET\\\"}}".to_owned(),
            "- kind: List\\n  items:\\n  - kind: Secret\\n    data: {a: S3CRET}\\n".to_owned(),
            "{{ if x }}\\nkind: Secret\\ndata:\\n  a: S3CRET\\n".to_owned(),
            key,
        ] {
            let map = |text: &str| {
                format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: s}}, data: {{x: \"{text}\", y: '1'}}}}")
            };
            let out = shown(&map(&text), &map(&text.replace("S3CRET", "S3CRET2")));
            assert!(!out.contains("S3CRET"), "{text}: {out}");
            let out = shown(&map(&text), &map("none"));
            assert!(!out.contains("S3CRET"), "{text}: {out}");
        }
        let out = shown(
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: s}, data: {x: 'kind of Secret'}}",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: s}, data: {x: no}}",
        );
        assert!(out.contains("kind of Secret"), "an innocent text is shown: {out}");
    }
}
