//! Paths of fields, `manifests.galaxy.config.data['a.b'][0]`: text for people, parts for a search.

/// Writes the parts the way jsonnet would: dots where it can, brackets where it must.
#[must_use]
pub fn join<S: AsRef<str>>(parts: impl IntoIterator<Item = S>) -> String {
    let mut out = String::new();
    for part in parts {
        push(&mut out, part.as_ref());
    }
    out
}

/// Appends one part. A number behind something is an index.
pub fn push(out: &mut String, part: &str) {
    let digits = part.chars().all(|c| c.is_ascii_digit()) && !part.is_empty();
    let plain = part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !part.is_empty();
    if digits && !out.is_empty() {
        out.extend(["[", part, "]"]);
    } else if plain {
        if !out.is_empty() {
            out.push('.');
        }
        out.push_str(part);
    } else {
        out.extend(["['", part, "']"]);
    }
}

/// The parts again.
#[must_use]
pub fn split(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix("['") {
            let end = quoted.find("']").unwrap_or(quoted.len());
            parts.push(quoted[..end].to_owned());
            rest = quoted.get(end + 2..).unwrap_or_default();
        } else if let Some(index) = rest.strip_prefix('[') {
            let end = index.find(']').unwrap_or(index.len());
            parts.push(index[..end].to_owned());
            rest = index.get(end + 1..).unwrap_or_default();
        } else {
            let rest_of_name = rest.strip_prefix('.').unwrap_or(rest);
            let end = rest_of_name.find(['.', '[']).unwrap_or(rest_of_name.len());
            parts.push(rest_of_name[..end].to_owned());
            rest = &rest_of_name[end..];
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_joined_and_split() {
        let parts = ["manifests", "galaxy", "config", "data", "a.b", "0", "enable-policy"];
        let path = join(parts);
        assert_eq!(path, "manifests.galaxy.config.data['a.b'][0]['enable-policy']");
        assert_eq!(split(&path), parts);
        assert_eq!(split(""), Vec::<String>::new());
        assert_eq!(split("a['b"), ["a", "b"]);
    }
}
