//! Plain data: what a jsonnet value is once the engine is done with it.
//!
//! Nothing here knows the engine or Kubernetes. Maps keep their keys in *manifest order*: `apiVersion`, `kind`,
//! `metadata`, then the other keys that Kubernetes' own examples put first, then the alphabet. The order does not
//! depend on how the library wrote an object or on which patch touched it last, so a patch of one field is a diff of
//! one line (jsonnet moves an overridden field behind the untouched ones).

use std::cmp::Ordering;

/// One node of a manifest.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`. Kubernetes treats it as absent; it is kept because a field patched to `null` may be meant.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A finite double, jsonnet's only number.
    Number(f64),
    /// Text, any Unicode.
    String(String),
    /// A sequence; order is meaning.
    List(Vec<Value>),
    /// A map with unique keys, in manifest order.
    Map(Map),
}

/// The entries of a map, unique keys in manifest order. Made by [`Map::from_entries`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map(Vec<(String, Value)>);

/// Keys that come before the alphabet, wherever they occur.
const FIRST: [&str; 13] = [
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "namespace",
    "labels",
    "annotations",
    "key",
    "image",
    "imagePullPolicy",
    "command",
    "args",
    "env",
];

fn rank(key: &str) -> usize {
    FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len())
}

fn manifest_order(a: &str, b: &str) -> Ordering {
    rank(a).cmp(&rank(b)).then_with(|| a.cmp(b))
}

impl Map {
    /// Sorts the entries into manifest order. Keys must be unique, as jsonnet's are.
    #[must_use]
    pub fn from_entries(mut entries: Vec<(String, Value)>) -> Self {
        entries.sort_by(|(a, _), (b, _)| manifest_order(a, b));
        Self(entries)
    }

    /// The value under `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }

    /// Entries in manifest order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v))
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Value {
    /// The text, if this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The map, if this is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The number, if this is a whole one that is not negative and fits.
    #[must_use]
    pub fn as_u32(&self) -> Option<u32> {
        match self {
            // Cast after the check: nothing is lost.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            Self::Number(n) if n.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(n) => Some(*n as u32),
            _ => None,
        }
    }

    /// The elements, if this is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// The value at the end of a chain of map keys.
    #[must_use]
    pub fn at(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter().try_fold(self, |value, key| value.as_map()?.get(key))
    }

    /// The text at the end of a chain of map keys, if there is one.
    #[must_use]
    pub fn text_at(&self, keys: &[&str]) -> Option<&str> {
        self.at(keys)?.as_str()
    }

    /// The elements of the list at the end of a chain of map keys; none if there is no list.
    #[must_use]
    pub fn list_at(&self, keys: &[&str]) -> &[Value] {
        self.at(keys).and_then(Self::as_list).unwrap_or_default()
    }

    /// The word that jsonnet's `std.type` uses.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::List(_) => "array",
            Self::Map(_) => "object",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> Vec<String> {
        let entries = names.iter().map(|n| ((*n).to_owned(), Value::Null)).collect();
        Map::from_entries(entries).iter().map(|(k, _)| k.to_owned()).collect()
    }

    #[test]
    fn customary_keys_come_first_and_the_rest_by_the_alphabet() {
        assert_eq!(
            keys(&["spec", "metadata", "data", "kind", "apiVersion"]),
            ["apiVersion", "kind", "metadata", "data", "spec"]
        );
        assert_eq!(
            keys(&["volumeMounts", "args", "image", "ports", "name"]),
            ["name", "image", "args", "ports", "volumeMounts"]
        );
    }
}
