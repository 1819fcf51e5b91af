//! The fleet's own rules: what a policy is asked, and what its answer says.

use super::fields::below;
use super::rules::POLICY;
use crate::evaluate::{ClusterFacts, ClusterSummary};
use crate::field_path;
use crate::finding::{Finding, Severity, suggest};
use crate::object::KubeObject;
use crate::value::{Map, Value};

/// The argument of a policy: `{ name, type, cni, cniVersion, kubernetesVersion, labels, podCIDRs, serviceCIDRs, objects }`.
#[must_use]
pub fn question(summary: &ClusterSummary, facts: &ClusterFacts, objects: &[KubeObject]) -> Value {
    let text = |text: &str| Value::String(text.to_owned());
    let texts = |list: &[String]| Value::List(list.iter().map(|item| text(item)).collect());
    let labels = summary.labels.iter().map(|(key, value)| (key.clone(), text(value))).collect();
    let entries = [
        ("name", text(&summary.name)),
        ("type", text(&summary.cluster_type)),
        ("cni", text(&summary.cni)),
        ("cniVersion", summary.cni_version.as_deref().map_or(Value::Null, text)),
        ("kubernetesVersion", text(&summary.kubernetes_version)),
        ("labels", Value::Map(Map::from_entries(labels))),
        ("podCIDRs", texts(&facts.pod_cidrs)),
        ("serviceCIDRs", texts(&facts.service_cidrs)),
        ("objects", Value::List(objects.iter().map(|object| Value::clone(&object.body)).collect())),
    ];
    Value::Map(Map::from_entries(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
}

/// The findings that a policy has answered with: `[{ message, severity?, object?, path?, hint? }]`, nulls left out. `object` is
/// one of the objects of the question, `path` a field of it.
#[must_use]
pub fn findings(file: &str, answer: &Value, objects: &[KubeObject]) -> Vec<Finding> {
    let stem = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".jsonnet");
    let Value::List(items) = answer else {
        let hint = "return a list; an empty one if all is well";
        return vec![
            Finding::refusal(format!("{file} has returned {}, not a list", super::fields::described(answer)))
                .hint(hint),
        ];
    };
    items.iter().filter(|item| **item != Value::Null).map(|item| one(file, stem, item, objects)).collect()
}

fn one(file: &str, stem: &str, item: &Value, objects: &[KubeObject]) -> Finding {
    const KEYS: [&str; 5] = ["hint", "message", "object", "path", "severity"];
    let bad = |what: String, hint: Option<String>| {
        let mut finding = Finding::refusal(format!("{file} has returned {what}"));
        finding.hint = hint.or_else(|| {
            Some("a finding is { message: '…', severity: 'warning', object: …, path: 'spec.…', hint: '…' }".to_owned())
        });
        finding
    };
    let Some(map) = item.as_map() else {
        return bad(format!("{} where a finding belongs", super::fields::described(item)), None);
    };
    if let Some((unknown, _)) = map.iter().find(|(key, _)| !KEYS.contains(key)) {
        return bad(format!("a finding with an unknown field `{unknown}`"), suggest(unknown, KEYS));
    }
    let text = |key: &str| map.get(key).and_then(Value::as_str);
    let Some(message) = text("message") else { return bad("a finding without a message".to_owned(), None) };
    let severity = match text("severity") {
        None | Some("error") => Severity::Error,
        Some("warning") => Severity::Warning,
        Some("note") => Severity::Note,
        Some(other) => {
            return bad(format!("a finding of severity `{other}`"), suggest(other, ["error", "warning", "note"]));
        }
    };
    let mut finding = POLICY.finding(format!("{stem}: {message}")).severity(severity);
    finding.hint = text("hint").map(str::to_owned);
    let object = map.get("object").and_then(|wanted| objects.iter().find(|object| *object.body == *wanted));
    match (object, map.get("object")) {
        (Some(object), _) => {
            let inner = text("path").map(field_path::split).unwrap_or_default();
            let path = inner.iter().fold(object.field_path.clone(), |path, part| below(&path, part));
            finding.object(&object.id).path(path)
        }
        (None, None | Some(Value::Null)) => match text("path") {
            Some(path) => finding.path(path),
            None => finding,
        },
        (None, Some(_)) => bad(
            "an object that is none of the cluster's".to_owned(),
            Some("return it as it stands in cluster.objects".to_owned()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, said, value};
    use super::*;

    fn answers(yaml: &str) -> Vec<String> {
        let pod = object("{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: n}}");
        said(&findings("policies/own.jsonnet", &value(yaml), &[pod]))
    }

    #[test]
    fn an_answer_becomes_findings() {
        assert_eq!(answers("[]"), [""; 0]);
        assert_eq!(answers("[null]"), [""; 0]);
        assert_eq!(
            answers(
                "[{message: bad, object: {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: n}}, path: 'spec.x[0]', hint: mend}, \
                 {message: worse, path: labels}]"
            ),
            ["CNI090 manifests.c.k.spec.x[0]: own: bad (mend)", "CNI090 labels: own: worse"]
        );
    }

    #[test]
    fn a_wrong_answer_is_explained() {
        for (answer, said) in [
            ("{}", "policies/own.jsonnet has returned a map, not a list"),
            ("[5]", "policies/own.jsonnet has returned a whole number where a finding belongs"),
            ("[{}]", "policies/own.jsonnet has returned a finding without a message"),
            (
                "[{message: a, sevrity: error}]",
                "policies/own.jsonnet has returned a finding with an unknown field `sevrity` (did you mean `severity`?)",
            ),
            (
                "[{message: a, severity: fatal}]",
                "policies/own.jsonnet has returned a finding of severity `fatal` (known are `error`, `warning`, `note`)",
            ),
            (
                "[{message: a, object: {}}]",
                "policies/own.jsonnet has returned an object that is none of the cluster's (return it as it stands in cluster.objects)",
            ),
        ] {
            let answers = answers(answer);
            assert!(answers[0].contains(said), "{answers:?}");
        }
    }
}
