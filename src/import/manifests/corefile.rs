//! A Corefile as data: server block → plugin → what stands behind its name.

use crate::value::{Map, Value};

/// The Corefile; `None` if its braces do not match, or something is said twice that can be told apart by its order alone.
///
/// Comments and blanks at the ends of lines are left out; lines of a plugin's own block stay as they are, without their
/// indentation beyond three blanks.
#[must_use]
pub fn read(text: &str) -> Option<Value> {
    let mut zones: Vec<(String, Value)> = Vec::new();
    let mut lines =
        text.lines().map(|line| line.split(" #").next().unwrap_or_default().trim()).filter(|line| !line.is_empty());
    while let Some(line) = lines.next() {
        if line.starts_with('#') {
            continue;
        }
        let zone = line.strip_suffix('{')?.trim().to_owned();
        let mut plugins: Vec<(String, Value)> = Vec::new();
        loop {
            let line = lines.next()?;
            if line == "}" {
                break;
            }
            if line.starts_with('#') {
                continue;
            }
            let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let mut rest = rest.trim().to_owned();
            if rest.ends_with('{') {
                let mut depth = 1;
                while depth > 0 {
                    let line = lines.next()?;
                    depth += usize::from(line.ends_with('{'));
                    depth -= usize::from(line == "}");
                    rest.push_str(if depth > 0 { "\n   " } else { "\n" });
                    rest.push_str(line);
                }
            }
            if plugins.iter().any(|(known, _)| known == name) {
                return None;
            }
            plugins.push((name.to_owned(), Value::String(rest)));
        }
        if zones.iter().any(|(known, _)| *known == zone) {
            return None;
        }
        zones.push((zone, Value::Map(Map::from_entries(plugins))));
    }
    Some(Value::Map(Map::from_entries(zones)))
}

/// A server block's lines, as text.
#[must_use]
pub fn block(plugins: &Value) -> String {
    let lines = plugins.as_map().into_iter().flat_map(Map::iter).map(|(name, text)| match text.as_str() {
        Some("") | None => name.to_owned(),
        Some(text) => format!("{name} {text}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_their_plugins() {
        let read = read(
            ".:53 {\n    errors\n    health {\n       lameduck 5s\n    }\n    # why\n    forward . /etc/resolv.conf\n}\nexample.org:53 {\n  log\n}\n",
        )
        .expect("a Corefile");
        assert_eq!(read.text_at(&[".:53", "health"]), Some("{\n   lameduck 5s\n}"));
        assert_eq!(read.text_at(&[".:53", "forward"]), Some(". /etc/resolv.conf"));
        assert_eq!(read.text_at(&[".:53", "errors"]), Some(""));
        assert_eq!(read.at(&["example.org:53"]).map(block).as_deref(), Some("log"));
    }

    #[test]
    fn what_cannot_be_told_apart_is_no_data() {
        assert_eq!(read(".:53 {\n  errors\n"), None);
        assert_eq!(read("errors\n"), None);
        assert_eq!(read(".:53 {\n  rewrite name a b\n  rewrite name c d\n}\n"), None);
        assert_eq!(read(".:53 {\n  health {\n}\n"), None);
        assert_eq!(read(""), Some(Value::Map(Map::default())));
    }
}
