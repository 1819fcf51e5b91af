//! A rendered tree never holds a private key.

use super::Context;
use super::rules::{PRIVATE_KEY, SECRET_DATA};
use crate::finding::Finding;
use crate::object::KubeObject;
use crate::value::Value;

/// A `Secret` with data must be named in `allowSecrets`; a private key in any other object cannot be allowed.
pub fn no_secret_data(context: &Context<'_>, object: &KubeObject) -> Vec<Finding> {
    let is_secret = object.id.kind == "Secret" && object.id.group().is_empty();
    let mut findings = Vec::new();
    let filled = ["data", "stringData"]
        .into_iter()
        .find(|field| is_secret && object.body.at(&[field]).and_then(Value::as_map).is_some_and(|map| !map.is_empty()));
    if let Some(field) = filled
        && !context.allow_secrets.contains(&object.id.name)
    {
        findings.push(
            SECRET_DATA
                .finding(format!("the Secret holds `{field}`, which would be committed to git"))
                .object(&object.id)
                .path(object.field_path.clone())
                .hint(format!(
                    "keep it out of the tree (an existing Secret, cert-manager, External Secrets), or allow it by name: \
                     `allowSecrets: ['{}']`",
                    object.id.name
                )),
        );
    }
    // What a Secret may hold was decided above; its annotations hold no key either.
    let elsewhere = |path: &String| !is_secret || !(path.starts_with("data.") || path.starts_with("stringData."));
    findings.extend(private_keys(&object.body).into_iter().filter(elsewhere).map(|path| {
        PRIVATE_KEY
            .finding(format!("`{path}` holds a private key"))
            .object(&object.id)
            .path(object.field_path.clone())
            .hint("a key belongs into a Secret that is made in the cluster, never into git")
    }));
    findings
}

/// The paths of strings that hold a PEM private key; the key itself goes nowhere. A path is put together on the way back, since
/// nearly always there is none.
fn private_keys(value: &Value) -> Vec<String> {
    let below = |step: &dyn std::fmt::Display, inner: &Value| -> Vec<String> {
        let dot = if matches!(inner, Value::Map(_)) { "." } else { "" };
        private_keys(inner).into_iter().map(|path| format!("{step}{dot}{path}")).collect()
    };
    match value {
        Value::String(text) if holds_private_key(text) => vec![String::new()],
        Value::List(items) => {
            items.iter().enumerate().flat_map(|(i, item)| below(&format_args!("[{i}]"), item)).collect()
        }
        Value::Map(map) => map.iter().flat_map(|(key, inner)| below(&key, inner)).collect(),
        _ => Vec::new(),
    }
}

/// `-----BEGIN … PRIVATE KEY-----`, of any algorithm.
#[must_use]
pub fn holds_private_key(text: &str) -> bool {
    text.split("-----BEGIN ").skip(1).any(|rest| {
        rest.split_once("-----")
            .is_some_and(|(label, _)| label.ends_with("PRIVATE KEY") || label.ends_with("PRIVATE KEY BLOCK"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::object::ObjectId;
    use crate::value::Map;

    fn object(kind: &str, field: &str, text: &str) -> KubeObject {
        let string = |text: &str| Value::String(text.to_owned());
        let data = Value::Map(Map::from_entries(vec![("k".to_owned(), string(text))]));
        KubeObject {
            id: ObjectId {
                api_version: "v1".to_owned(),
                kind: kind.to_owned(),
                namespace: Some("n".to_owned()),
                name: "s".to_owned(),
            },
            component: "c".to_owned(),
            field_path: "manifests.c.s".to_owned(),
            body: Value::Map(Map::from_entries(vec![(field.to_owned(), data)])).into(),
        }
    }

    fn messages(allowed: &[&str], object: &KubeObject) -> Vec<String> {
        let allow_secrets: Vec<String> = allowed.iter().map(|&name| name.to_owned()).collect();
        let findings = no_secret_data(&Context { allow_secrets: &allow_secrets, ..Context::default() }, object);
        findings.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_private_key_is_found_wherever_it_is() {
        let key = "-----BEGIN RSA PRIVATE KEY-----";
        let yaml = format!("{{a: {{'': '{key}', c: [x, {{d.e: '{key}'}}, ['{key}']]}}, f: '{key}', g: y}}");
        assert_eq!(private_keys(&testing::value(&yaml)), ["a.", "a.c[1].d.e", "a.c[2][0]", "f"]);
    }

    #[test]
    fn a_secret_with_data_must_be_allowed_by_name() {
        let secret = object("Secret", "data", "eA==");
        assert_eq!(messages(&[], &secret), ["the Secret holds `data`, which would be committed to git"]);
        assert_eq!(messages(&["other"], &secret).len(), 1);
        assert!(messages(&["s"], &secret).is_empty());
        assert!(messages(&[], &object("Secret", "metadata", "x")).is_empty());
        assert_eq!(messages(&[], &object("Secret", "stringData", "x")).len(), 1);
    }

    #[test]
    fn a_private_key_is_found_anywhere() {
        let key = format!("-----BEGIN EC {} KEY-----\nx", "PRIVATE");
        assert_eq!(messages(&["s"], &object("ConfigMap", "data", &key)), ["`data.k` holds a private key"]);
        assert_eq!(messages(&["s"], &object("Secret", "annotations", &key)), ["`annotations.k` holds a private key"]);
        assert!(messages(&["s"], &object("Secret", "stringData", &key)).is_empty());
        assert!(messages(&[], &object("ConfigMap", "data", "-----BEGIN CERTIFICATE-----")).is_empty());
    }
}
