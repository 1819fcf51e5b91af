//! Names, labels and annotations, by the API's rules (apimachinery, `pkg/api/validation` and `pkg/util/validation`).

use super::fields::below;
use super::formats;
use super::rules::BAD_NAME;
use crate::finding::Finding;
use crate::kubernetes;
use crate::object::KubeObject;
use crate::value::{Map, Value};

/// All annotations of an object together may hold this many bytes.
const ANNOTATION_BYTES: usize = 256 * 1024;

type Accepts = fn(&str) -> bool;

const SUBDOMAIN: (Accepts, &str) = (
    formats::is_dns_subdomain,
    "lower case letters, digits, `-` and `.`, with a letter or digit at both ends, at most 253 characters",
);
const LABEL: (Accepts, &str) = (
    formats::is_dns_label,
    "lower case letters, digits and `-`, with a letter or digit at both ends, at most 63 characters",
);
const LABEL_1035: (Accepts, &str) =
    (formats::is_dns_1035_label, "lower case letters, digits and `-`, beginning with a letter, at most 63 characters");
const SEGMENT: (Accepts, &str) = (
    |name| !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '%']),
    "no `/` and no `%`, and neither `.` nor `..`",
);
// A Job's or CronJob's pods carry its name as a label; a CronJob's Jobs get 11 characters behind it.
const CRON_JOB: (Accepts, &str) = (
    |name| formats::is_dns_subdomain(name) && name.len() <= 52,
    "lower case letters, digits, `-` and `.`, with a letter or digit at both ends, at most 52 characters",
);

/// What a name may be, by group and kind; everything else is a DNS subdomain.
const NAMES: [(&str, &str, (Accepts, &str)); 9] = [
    ("", "Namespace", LABEL),
    ("", "Service", LABEL_1035),
    ("apps", "StatefulSet", LABEL),
    ("batch", "CronJob", CRON_JOB),
    ("batch", "Job", LABEL),
    ("rbac.authorization.k8s.io", "ClusterRole", SEGMENT),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", SEGMENT),
    ("rbac.authorization.k8s.io", "Role", SEGMENT),
    ("rbac.authorization.k8s.io", "RoleBinding", SEGMENT),
];

/// An object's own metadata, and that of the pods it makes.
pub fn check(object: &KubeObject) -> Vec<Finding> {
    let mut findings = Vec::new();
    let id = &object.id;
    let path = below(&object.field_path, "metadata");
    let row = NAMES.iter().find(|(group, kind, _)| *kind == id.kind && *group == id.group());
    let (accepts, rule) = row.map_or(SUBDOMAIN, |row| row.2);
    // An empty name is said when the objects are found.
    if !id.name.is_empty() && !accepts(&id.name) {
        findings.push(
            BAD_NAME
                .finding(format!("`{}` cannot be the name of a {}", id.name, id.kind))
                .path(below(&path, "name"))
                .hint(rule),
        );
    }
    if let Some(namespace) = id.namespace.as_deref().filter(|namespace| !formats::is_dns_label(namespace)) {
        findings.push(
            BAD_NAME
                .finding(format!("`{namespace}` cannot be a namespace"))
                .path(below(&path, "namespace"))
                .hint(LABEL.1),
        );
    }
    texts(&object.body, &["metadata"], &path, &mut findings);
    if !kubernetes::built_in(&id.api_version, &id.kind).is_empty() {
        for (keys, path) in [
            (&["spec", "template", "metadata"][..], "spec.template.metadata"),
            (&["spec", "jobTemplate", "spec", "template", "metadata"][..], "spec.jobTemplate.spec.template.metadata"),
        ] {
            texts(&object.body, keys, &format!("{}.{path}", object.field_path), &mut findings);
        }
    }
    findings.into_iter().map(|finding| finding.object(id)).collect()
}

/// Labels and annotations of one metadata block.
fn texts(body: &Value, keys: &[&str], path: &str, findings: &mut Vec<Finding>) {
    let Some(metadata) = body.at(keys) else { return };
    let map = |name: &str| metadata.at(&[name]).and_then(Value::as_map);
    if let Some(labels) = map("labels") {
        let path = below(path, "labels");
        bad_keys(labels, &path, "label", findings);
        for (key, value) in labels.iter() {
            if let Some(text) = value.as_str().filter(|text| !formats::is_label_value(text)) {
                findings.push(
                    BAD_NAME.finding(format!("`{text}` cannot be the value of a label")).path(below(&path, key)).hint(
                        "letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, at most 63 characters",
                    ),
                );
            }
        }
    }
    if let Some(annotations) = map("annotations") {
        let path = below(path, "annotations");
        bad_keys(annotations, &path, "annotation", findings);
        let bytes: usize = annotations.iter().map(|(key, value)| key.len() + value.as_str().map_or(0, str::len)).sum();
        if bytes > ANNOTATION_BYTES {
            findings.push(
                BAD_NAME
                    .finding(format!("the annotations hold {bytes} bytes, and {ANNOTATION_BYTES} are the most"))
                    .path(path)
                    .hint("move large data into a ConfigMap"),
            );
        }
    }
}

fn bad_keys(map: &Map, path: &str, what: &str, findings: &mut Vec<Finding>) {
    for (key, _) in map.iter().filter(|(key, _)| !formats::is_qualified_name(&key.to_ascii_lowercase())) {
        findings.push(
            BAD_NAME
                .finding(format!("`{key}` cannot be the key of {} {what}", if what == "label" { "a" } else { "an" }))
                .path(below(path, key))
                .hint("a name of letters, digits, `-`, `_` and `.` with at most 63 characters, before it a DNS name and `/` if wanted"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, said};
    use super::*;

    fn findings(kind: &str, metadata: &str) -> Vec<String> {
        said(&check(&object(&format!("{{{kind}, metadata: {{{metadata}}}}}"))))
    }

    #[test]
    fn names_follow_the_kind() {
        assert_eq!(
            findings("apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole", "name: 'system:a_B'"),
            [""; 0]
        );
        assert_eq!(findings("apiVersion: v1, kind: ConfigMap", "name: a.b, namespace: n"), [""; 0]);
        assert_eq!(
            findings("apiVersion: v1, kind: Service", "name: 1a, namespace: n.m"),
            [
                "CNI018 manifests.c.k.metadata.name: `1a` cannot be the name of a Service (lower case letters, digits and `-`, \
                 beginning with a letter, at most 63 characters)",
                "CNI018 manifests.c.k.metadata.namespace: `n.m` cannot be a namespace (lower case letters, digits and `-`, with \
                 a letter or digit at both ends, at most 63 characters)",
            ]
        );
        let long = "a".repeat(53);
        assert_eq!(findings("apiVersion: batch/v1, kind: CronJob", &format!("name: {long}, namespace: n")).len(), 1);
        assert_eq!(
            findings("apiVersion: rbac.authorization.k8s.io/v1, kind: Role", "name: a/b, namespace: n").len(),
            1
        );
    }

    #[test]
    fn labels_and_annotations_are_read_in_templates_too() {
        let deployment = object(
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: n, annotations: {a b: c}}, \
             spec: {template: {metadata: {labels: {App.io/x: 'a b', ok: ''}}}}}",
        );
        let lines = said(&check(&deployment));
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(
            lines[0].starts_with(
                "CNI018 manifests.c.k.metadata.annotations['a b']: `a b` cannot be the key of an annotation"
            )
        );
        assert!(lines[1].starts_with(
            "CNI018 manifests.c.k.spec.template.metadata.labels['App.io/x']: `a b` cannot be the value of a label"
        ));
    }
}
