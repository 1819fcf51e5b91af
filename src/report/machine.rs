//! Findings for programs: JSON, SARIF (code scanning), JUnit (test reports of CI systems).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};

use super::visible;
use crate::finding::{Finding, Severity};
use crate::validate::rules::RULES;

#[derive(Serialize)]
struct Location<'a> {
    file: &'a str,
    line: usize,
    column: usize,
}

/// One finding as `--format json` has it; docs/src/validate.md says what each field means.
#[derive(Serialize)]
struct Entry<'a> {
    rule: Option<&'a str>,
    severity: &'static str,
    cluster: Option<&'a str>,
    object: Option<&'a str>,
    path: Option<&'a str>,
    message: &'a str,
    hint: Option<&'a str>,
    allowed: Option<&'a str>,
    location: Option<Location<'a>>,
}

/// What a severity is called where programs read it: whether a finding can be allowed is its rule's business.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Refusal | Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// `{"findings": […]}`, with a newline at the end.
#[must_use]
pub fn json(findings: &[&Finding]) -> String {
    let entry = |finding: &&Finding| {
        let finding = *finding;
        let Finding { cluster, object, path, message, hint, allowed, place, .. } = finding;
        json!(Entry {
            rule: finding.rule,
            severity: word(finding.severity),
            cluster: cluster.as_deref(),
            object: object.as_deref(),
            path: path.as_deref(),
            message,
            hint: hint.as_deref(),
            allowed: allowed.as_deref(),
            location: place.as_ref().map(|place| Location {
                file: &place.file,
                line: place.line,
                column: place.column
            }),
        })
    };
    pretty(&json!({ "findings": findings.iter().map(entry).collect::<Vec<_>>() }))
}

/// SARIF 2.1.0: what GitHub's code scanning shows on the line. A finding without a line is shown on `fallback`, since
/// results without a place are dropped.
#[must_use]
pub fn sarif(findings: &[&Finding], fallback: &str) -> String {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": { "text": rule.title },
                "defaultConfiguration": { "level": word(rule.severity) },
            })
        })
        .collect();
    let results: Vec<Value> = findings
        .iter()
        .map(|finding| {
            let (file, line, column) = finding
                .place
                .as_ref()
                .map_or((fallback, 1, 1), |place| (place.file.as_str(), place.line, place.column));
            let mut result = json!({
                "level": word(finding.severity),
                "message": { "text": said(finding) },
                "locations": [{
                    "physicalLocation": {
                        "artifactLocation": { "uri": uri(file) },
                        "region": { "startLine": line, "startColumn": column },
                    },
                }],
            });
            if let Some(rule) = finding.rule {
                result["ruleId"] = json!(rule);
            }
            if let Some(reason) = &finding.allowed {
                result["suppressions"] = json!([{ "kind": "inSource", "justification": reason }]);
            }
            result
        })
        .collect();
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "cniforge", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

/// JUnit: a suite for each cluster of `clusters`, a failed case for each error, one passed case for a cluster without any.
#[must_use]
pub fn junit(findings: &[&Finding], clusters: &[&str]) -> String {
    let mut suites: BTreeMap<&str, Vec<&Finding>> = clusters.iter().map(|name| (*name, Vec::new())).collect();
    for finding in findings {
        suites.entry(finding.cluster.as_deref().unwrap_or("fleet")).or_default().push(finding);
    }
    let failed = |finding: &&&Finding| finding.severity >= Severity::Error;
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let failures = findings.iter().filter(failed).count();
    let cases: usize = suites.values().map(|findings| findings.len().max(1)).sum();
    let _ = writeln!(out, "<testsuites name=\"cniforge validate\" tests=\"{cases}\" failures=\"{failures}\">");
    for (name, findings) in &suites {
        let failures = findings.iter().filter(failed).count();
        let (name, cases) = (xml(name), findings.len().max(1));
        let _ = writeln!(out, "  <testsuite name=\"{name}\" tests=\"{cases}\" failures=\"{failures}\">");
        if findings.is_empty() {
            let _ = writeln!(out, "    <testcase classname=\"{name}\" name=\"no findings\"/>");
        }
        for finding in findings {
            let title = [finding.rule, finding.object.as_deref(), finding.path.as_deref()];
            let title: Vec<&str> = title.into_iter().flatten().collect();
            let title = if title.is_empty() { finding.message.clone() } else { title.join(" ") };
            let _ = writeln!(out, "    <testcase classname=\"{name}\" name=\"{}\">", xml(&title));
            let (kind, text) = (word(finding.severity), xml(&said(finding)));
            if finding.severity >= Severity::Error {
                let _ = writeln!(
                    out,
                    "      <failure type=\"{kind}\" message=\"{}\">{text}</failure>",
                    xml(&finding.message)
                );
            } else {
                let _ = writeln!(out, "      <system-out>{kind}: {text}</system-out>");
            }
            out += "    </testcase>\n";
        }
        out += "  </testsuite>\n";
    }
    out + "</testsuites>\n"
}

/// Everything of a finding in one text, for readers who see nothing else of it.
fn said(finding: &Finding) -> String {
    let head: Vec<&str> = [&finding.cluster, &finding.object].into_iter().flatten().map(String::as_str).collect();
    let mut text = if head.is_empty() { String::new() } else { format!("{}: ", head.join(": ")) };
    text += &finding.message;
    if let Some(path) = &finding.path {
        let _ = write!(text, " ({path})");
    }
    if let Some(hint) = &finding.hint {
        let _ = write!(text, "; {hint}");
    }
    visible(&text)
}

/// A path as SARIF wants it: what no URI may have is percent-encoded.
fn uri(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'/');
    path.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn xml(text: &str) -> String {
    let escaped = visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    escaped.replace('"', "&quot;").replace('\'', "&apos;").replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Place;
    use crate::validate::rules;

    fn bad() -> Finding {
        let place =
            Place { file: "clusters/ä b.jsonnet".to_owned(), line: 3, column: 5, width: 1, text: String::new() };
        rules::BAD_VALUE
            .finding("`<x>` & \u{1b} is bad")
            .cluster("a")
            .object("Pod n/p")
            .path("manifests.c.k")
            .hint("mend it")
            .place(Some(place))
    }

    #[test]
    fn json_has_every_field() {
        let text = json(&[&bad(), &Finding::refusal("no fleet")]);
        let value: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(
            value,
            json!({ "findings": [
                { "rule": "CNI014", "severity": "error", "cluster": "a", "object": "Pod n/p", "path": "manifests.c.k",
                  "message": "`<x>` & \u{1b} is bad", "hint": "mend it", "allowed": null,
                  "location": { "file": "clusters/ä b.jsonnet", "line": 3, "column": 5 } },
                { "rule": null, "severity": "error", "cluster": null, "object": null, "path": null, "message": "no fleet",
                  "hint": null, "allowed": null, "location": null },
            ] })
        );
    }

    #[test]
    fn sarif_places_every_result() {
        let mut allowed = bad().severity(Severity::Note);
        allowed.allowed = Some("known".to_owned());
        let value: Value = serde_json::from_str(&sarif(&[&bad(), &allowed, &Finding::refusal("x")], "cniforge.toml"))
            .expect("it is JSON");
        let results = value["runs"][0]["results"].as_array().expect("results");
        let place = &results[0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "clusters/%C3%A4%20b.jsonnet");
        assert_eq!(place["region"]["startLine"], 3);
        assert_eq!(results[0]["ruleId"], "CNI014");
        assert_eq!(results[0]["message"]["text"], "a: Pod n/p: `<x>` & \\u{1b} is bad (manifests.c.k); mend it");
        assert_eq!(results[1]["suppressions"][0]["justification"], "known");
        assert_eq!(results[2]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "cniforge.toml");
        assert_eq!(value["runs"][0]["tool"]["driver"]["rules"].as_array().map(Vec::len), Some(RULES.len()));
    }

    #[test]
    fn junit_escapes_and_counts() {
        let text = junit(&[&bad(), &bad().severity(Severity::Warning)], &["a", "b"]);
        assert!(text.contains("<testsuites name=\"cniforge validate\" tests=\"3\" failures=\"1\">"), "{text}");
        assert!(text.contains("message=\"`&lt;x&gt;` &amp; \\u{1b} is bad\""), "{text}");
        assert!(text.contains("<testcase classname=\"b\" name=\"no findings\"/>"), "{text}");
        assert!(text.contains("<system-out>warning: "), "{text}");
        assert!(!text.contains('\u{1b}'));
    }
}
