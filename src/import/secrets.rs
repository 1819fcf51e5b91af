//! What must not leave its source: found by what it is, or by what it is called.

use crate::field_path;
use crate::validate::holds_private_key;
use crate::value::{Map, Value};

/// The value without anything secret, and the paths of what was taken out. A certificate goes with its key.
#[must_use]
pub fn strip(value: &Value) -> (Value, Vec<String>) {
    let mut taken = Vec::new();
    let stripped = strip_below(value, &mut Vec::new(), &mut taken);
    (stripped, taken.iter().map(field_path::join).collect())
}

fn strip_below(value: &Value, path: &mut Vec<String>, taken: &mut Vec<Vec<String>>) -> Value {
    match value {
        Value::Map(map) => {
            let mut entries = Vec::new();
            for (key, inner) in map.iter() {
                path.push(key.to_owned());
                if is_secret(map, path, inner) {
                    taken.push(path.clone());
                } else {
                    entries.push((key.to_owned(), strip_below(inner, path, taken)));
                }
                path.pop();
            }
            Value::Map(Map::from_entries(entries))
        }
        Value::List(items) => Value::List(
            items
                .iter()
                .enumerate()
                .filter_map(|(i, item)| {
                    path.push(i.to_string());
                    // An environment variable without its value would be an empty one.
                    let stripped = if is_secret_variable(item) {
                        taken.push(path.clone());
                        None
                    } else {
                        Some(strip_below(item, path, taken))
                    };
                    path.pop();
                    stripped
                })
                .collect(),
        ),
        scalar => scalar.clone(),
    }
}

fn is_secret(map: &Map, path: &[String], value: &Value) -> bool {
    let Some(text) = value.as_str().filter(|text| !text.is_empty()) else { return false };
    if holds_key(text) {
        return true;
    }
    let Some((name, above)) = path.split_last() else { return false };
    let filled = |key: &str| map.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    match name.as_str() {
        // A pair of TLS: both are base64 in the chart's values, and one is of no use without the other.
        "key" => {
            let has = |names: &[&str]| names.iter().any(|name| map.get(name).is_some());
            let of_tls = above.iter().any(|name| name == "tls") && above.last().is_some_and(|name| name != "caBundle");
            // An entry of a Secret or a ConfigMap is called a key, too.
            has(&["cert", "crt"]) || of_tls && !has(&["path", "name", "operator"])
        }
        "cert" | "crt" => filled("key"),
        name => names_secret(name),
    }
}

/// `{ name: 'API_TOKEN', value: '…' }`
fn is_secret_variable(item: &Value) -> bool {
    let text = |key: &str| item.at(&[key]).and_then(Value::as_str).unwrap_or_default();
    names_secret(text("name")) && !text("value").is_empty()
}

/// Whether what has this name is a secret itself; `existingSecret` and `tokenSecretName` are only names of one.
fn names_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    [
        "password",
        "passwd",
        "passphrase",
        "token",
        "privatekey",
        "secretkey",
        "accesskey",
        "apikey",
        "clientsecret",
        "credentials",
    ]
    .iter()
    .any(|ending| plain.ends_with(ending))
}

/// Whether the text is a private key, or base64 of one.
fn holds_key(text: &str) -> bool {
    holds_private_key(text) || text.len() > 40 && decoded(text).is_some_and(|decoded| holds_private_key(&decoded))
}

/// Base64, if it is that and text behind it.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut buffer, mut bits) = (0_u32, 0);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        buffer = buffer << 6 | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits & 0xff) as u8);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(yaml: &str) -> Value {
        let input = super::super::input::Input { name: String::new(), text: yaml.to_owned() };
        super::super::yaml_reader::read_documents(&input).expect("the test's YAML")[0].value.clone()
    }

    #[test]
    fn secrets_are_taken_out_and_names_of_secrets_stay() {
        // "-----BEGIN EC PRIVATE KEY-----" behind base64.
        let encoded = "LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0tLS0tCmFiYwotLS0tLUVORCBFQyBQUklWQVRFIEtFWS0tLS0tCg==";
        let (left, taken) = strip(&value(&format!(
            "tls: {{ca: {{cert: abc, key: x}}, caBundle: {{key: ca.crt}}}}\n\
             hubble: {{tls: {{server: {{cert: '', key: '', existingSecret: mine}}}}, relay: {{tls: {{client: {{key: x}}}}}}}}\n\
             ui: {{tls: {{certsVolume: {{sources: [{{items: [{{key: tls.crt, path: a}}]}}]}}}}}}\n\
             clustermesh: {{config: {{clusters: [{{name: a, tls: {{cert: b, key: c}}}}]}}}}\n\
             azure: {{clientSecret: x, clientID: z}}\n\
             odd: {encoded}\n\
             extraEnv: [{{name: API_TOKEN, value: x}}, {{name: MODE, value: y}}, {{name: DB_PASSWORD, valueFrom: {{a: b}}}}]\n\
             tolerations: [{{key: node, operator: Exists}}]\n\
             k8sServiceHostRef: {{name: a, key: b}}\n\
             serviceAccounts: {{automountServiceAccountToken: true}}\n\
             encryption: {{ipsec: {{secretName: keys, keyFile: keys}}}}\n"
        )));
        assert_eq!(
            taken,
            [
                "azure.clientSecret",
                "clustermesh.config.clusters[0].tls.key",
                "clustermesh.config.clusters[0].tls.cert",
                "extraEnv[0]",
                "hubble.relay.tls.client.key",
                "odd",
                "tls.ca.key",
                "tls.ca.cert",
            ]
        );
        assert_eq!(left.at(&["tls", "caBundle", "key"]), Some(&Value::String("ca.crt".to_owned())));
        assert_eq!(
            left.at(&["ui"]),
            Some(&value("tls: {certsVolume: {sources: [{items: [{key: tls.crt, path: a}]}]}}"))
        );
        assert_eq!(left.at(&["k8sServiceHostRef", "key"]), Some(&Value::String("b".to_owned())));
        assert_eq!(left.at(&["azure"]), Some(&value("clientID: z")));
        assert_eq!(left.at(&["encryption"]), Some(&value("ipsec: {secretName: keys, keyFile: keys}")));
        assert_eq!(left.at(&["extraEnv"]).and_then(Value::as_list).map(<[Value]>::len), Some(2));
    }
}
