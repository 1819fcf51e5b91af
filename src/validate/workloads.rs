//! What the API server asks of workloads and their pods beyond types (Kubernetes, `pkg/apis/core/validation` and
//! `pkg/apis/apps/validation`).

use std::collections::BTreeSet;

use super::fields::below;
use super::formats;
use super::rules::{BAD_NAME, BAD_VALUE, DANGLING_REFERENCE, DUPLICATE_ITEM, MISSING_FIELD, Rule, SELECTOR};
use crate::finding::{Finding, suggest};
use crate::object::KubeObject;
use crate::quantity;
use crate::value::{Map, Value};

/// Where a kind keeps the pods that it makes, and which restart policies they may have.
const TEMPLATES: [(&str, &str, &[&str], &[&str]); 8] = [
    ("", "Pod", &[], &["Always", "OnFailure", "Never"]),
    ("", "ReplicationController", &["spec", "template"], &["Always"]),
    ("apps", "DaemonSet", &["spec", "template"], &["Always"]),
    ("apps", "Deployment", &["spec", "template"], &["Always"]),
    ("apps", "ReplicaSet", &["spec", "template"], &["Always"]),
    ("apps", "StatefulSet", &["spec", "template"], &["Always"]),
    ("batch", "CronJob", &["spec", "jobTemplate", "spec", "template"], &["OnFailure", "Never"]),
    ("batch", "Job", &["spec", "template"], &["OnFailure", "Never"]),
];

/// The pods that an object makes: the template (or the Pod itself) and its path below the object.
#[must_use]
pub fn pod_template(object: &KubeObject) -> Option<(&Value, &'static [&'static str])> {
    let row = TEMPLATES.iter().find(|row| row.1 == object.id.kind && row.0 == object.id.group())?;
    Some((object.body.at(row.2)?, row.2))
}

/// The containers of a pod with the names of the lists that they are in.
pub fn containers(spec: &Value) -> impl Iterator<Item = (&'static str, usize, &Value)> {
    ["initContainers", "containers"].into_iter().flat_map(|list| {
        let items = spec.at(&[list]).and_then(Value::as_list).unwrap_or_default();
        items.iter().enumerate().map(move |(i, container)| (list, i, container))
    })
}

/// One workload: its selector and its pods.
pub fn check(object: &KubeObject) -> Vec<Finding> {
    let Some((template, keys)) = pod_template(object) else { return Vec::new() };
    let path = keys.iter().fold(object.field_path.clone(), |path, key| below(&path, key));
    let mut pod = Pod { findings: Vec::new() };
    if object.id.group() == "apps" {
        pod.selector(object, template);
    }
    if let Some(spec) = template.at(&["spec"]) {
        let allowed = TEMPLATES.iter().find(|row| row.1 == object.id.kind).map_or(&[][..], |row| row.3);
        // A StatefulSet's claims are volumes of its pods.
        let claims = object.body.at(&["spec", "volumeClaimTemplates"]).and_then(Value::as_list).unwrap_or_default();
        let claims = claims.iter().filter_map(|claim| claim.at(&["metadata", "name"])?.as_str()).collect();
        pod.spec(spec, &below(&path, "spec"), claims, allowed, &object.id.kind);
    }
    pod.findings.into_iter().map(|finding| finding.object(&object.id)).collect()
}

struct Pod {
    findings: Vec<Finding>,
}

impl Pod {
    fn found(&mut self, rule: &'static Rule, path: String, message: impl Into<String>, hint: Option<&str>) {
        let mut finding = rule.finding(message).path(path);
        finding.hint = hint.map(str::to_owned);
        self.findings.push(finding);
    }

    fn selector(&mut self, object: &KubeObject, template: &Value) {
        let path = format!("{}.spec.selector", object.field_path);
        let Some(selector) = object.body.at(&["spec", "selector"]).and_then(Value::as_map) else { return };
        let empty = Map::default();
        let labels = template.at(&["metadata", "labels"]).and_then(Value::as_map).unwrap_or(&empty);
        let wanted = selector.get("matchLabels").and_then(Value::as_map);
        let expressions = selector.get("matchExpressions").and_then(Value::as_list).unwrap_or_default();
        if wanted.is_none_or(Map::is_empty) && expressions.is_empty() {
            let hint = "name the labels of the template; a selector cannot be changed later";
            self.found(&SELECTOR, path, "the selector is empty", Some(hint));
            return;
        }
        for (key, value) in wanted.into_iter().flat_map(Map::iter) {
            if labels.get(key) != Some(value) {
                let message = format!(
                    "the selector wants the label `{key}: {}`, and the template has {}",
                    value.as_str().unwrap_or_default(),
                    labels
                        .get(key)
                        .and_then(Value::as_str)
                        .map_or_else(|| "none of that key".to_owned(), |has| format!("`{has}`"))
                );
                let path = below(&below(&path, "matchLabels"), key);
                self.found(&SELECTOR, path, message, Some("give the template's metadata.labels the same label"));
            }
        }
        for (i, expression) in expressions.iter().enumerate() {
            let (Some(key), Some(operator)) = (expression.text_at(&["key"]), expression.text_at(&["operator"])) else {
                continue;
            };
            let has = labels.get(key);
            let values = expression.list_at(&["values"]);
            let fits = match operator {
                "In" => has.is_some_and(|has| values.contains(has)),
                "NotIn" => has.is_none_or(|has| !values.contains(has)),
                "Exists" => has.is_some(),
                "DoesNotExist" => has.is_none(),
                other => {
                    let path = format!("{path}.matchExpressions[{i}].operator");
                    let hint = suggest(other, ["In", "NotIn", "Exists", "DoesNotExist"]);
                    self.found(&BAD_VALUE, path, format!("`{other}` is no operator of a selector"), hint.as_deref());
                    continue;
                }
            };
            if !fits {
                let path = format!("{path}.matchExpressions[{i}]");
                let message = format!("the template's labels do not satisfy `{key} {operator}`");
                self.found(&SELECTOR, path, message, Some("give the template's metadata.labels such a label"));
            }
        }
    }

    fn spec<'a>(&mut self, spec: &'a Value, path: &str, mut volumes: BTreeSet<&'a str>, restart: &[&str], kind: &str) {
        if let Some(policy) = spec.text_at(&["restartPolicy"]).filter(|policy| !restart.contains(policy)) {
            let message = format!("the pods of a {kind} cannot have the restart policy {policy}");
            self.found(
                &BAD_VALUE,
                below(path, "restartPolicy"),
                message,
                Some(&format!("use {}", restart.join(" or "))),
            );
        } else if !restart.contains(&"Always") && spec.text_at(&["restartPolicy"]).is_none() {
            let message = format!("the pods of a {kind} need a restart policy, and the default is Always");
            self.found(
                &MISSING_FIELD,
                below(path, "restartPolicy"),
                message,
                Some(&format!("use {}", restart.join(" or "))),
            );
        }
        if spec.list_at(&["containers"]).is_empty() {
            self.found(&MISSING_FIELD, below(path, "containers"), "the pod has no container", None);
        }
        for (i, volume) in spec.list_at(&["volumes"]).iter().enumerate() {
            let path = format!("{path}.volumes[{i}]");
            if let Some(name) = volume.text_at(&["name"]) {
                volumes.insert(name);
                self.dns_label(name, "a volume", below(&path, "name"));
            }
            let sources = volume
                .as_map()
                .map_or(0, |map| map.iter().filter(|(key, value)| *key != "name" && **value != Value::Null).count());
            if sources > 1 {
                self.found(
                    &BAD_VALUE,
                    path,
                    "a volume has one source, and this one has several",
                    Some("keep one of them"),
                );
            }
        }
        let on_host = spec.at(&["hostNetwork"]) == Some(&Value::Bool(true));
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for (kind, i, container) in containers(spec) {
            let path = format!("{path}.{kind}[{i}]");
            if let Some(name) = container.text_at(&["name"]) {
                self.dns_label(name, "a container", below(&path, "name"));
                if !names.insert(name)
                    && kind == "containers"
                    && spec.list_at(&["initContainers"]).iter().any(|init| init.text_at(&["name"]) == Some(name))
                {
                    let message = format!("an init container is named `{name}` too");
                    self.found(&DUPLICATE_ITEM, below(&path, "name"), message, Some("rename one of them"));
                }
            }
            self.container(container, &path, &volumes, on_host);
        }
    }

    fn dns_label(&mut self, name: &str, what: &str, path: String) {
        if !formats::is_dns_label(name) {
            let hint = "lower case letters, digits and `-`, with a letter or digit at both ends, at most 63 characters";
            self.found(&BAD_NAME, path, format!("`{name}` cannot be the name of {what}"), Some(hint));
        }
    }

    fn container(&mut self, container: &Value, path: &str, volumes: &BTreeSet<&str>, on_host: bool) {
        if container.text_at(&["image"]).is_none_or(str::is_empty) {
            self.found(&MISSING_FIELD, below(path, "image"), "the container has no image", None);
        }
        let mut port_names = BTreeSet::new();
        for (i, port) in container.list_at(&["ports"]).iter().enumerate() {
            let path = format!("{path}.ports[{i}]");
            let number = |key: &str| port.at(&[key]).and_then(number);
            if number("containerPort").is_some() {
                self.port(number("containerPort"), below(&path, "containerPort"));
            }
            if number("hostPort").is_some_and(|port| port != 0.0) {
                self.port(number("hostPort"), below(&path, "hostPort"));
            }
            if on_host && number("hostPort").is_some_and(|host| host != 0.0 && Some(host) != number("containerPort")) {
                let message = "with hostNetwork, hostPort and containerPort are the same port";
                self.found(
                    &BAD_VALUE,
                    below(&path, "hostPort"),
                    message,
                    Some("make them equal, or leave hostPort out"),
                );
            }
            if let Some(name) = port.text_at(&["name"]).filter(|name| !name.is_empty()) {
                if !formats::is_port_name(name) {
                    let hint = "at most 15 lower case letters, digits and `-`, one of them a letter";
                    self.found(
                        &BAD_NAME,
                        below(&path, "name"),
                        format!("`{name}` cannot be the name of a port"),
                        Some(hint),
                    );
                }
                if !port_names.insert(name) {
                    let message = format!("another port of the container is named `{name}` too");
                    self.found(&DUPLICATE_ITEM, below(&path, "name"), message, Some("rename one of them"));
                }
            }
        }
        for (i, variable) in container.list_at(&["env"]).iter().enumerate() {
            let path = format!("{path}.env[{i}]");
            if let Some(name) = variable
                .text_at(&["name"])
                .filter(|name| name.is_empty() || name.contains(|c: char| c == '=' || !(' '..='~').contains(&c)))
            {
                self.found(
                    &BAD_NAME,
                    below(&path, "name"),
                    format!("`{name}` cannot be the name of a variable"),
                    Some("printable ASCII without `=`"),
                );
            }
            let given = |key: &str| {
                variable.at(&[key]).is_some_and(|value| *value != Value::Null && value.as_str() != Some(""))
            };
            if given("value") && given("valueFrom") {
                self.found(
                    &BAD_VALUE,
                    path,
                    "a variable has `value` or `valueFrom`, and this one has both",
                    Some("keep one of them"),
                );
            }
        }
        let mut mounts = BTreeSet::new();
        for (i, mount) in container.list_at(&["volumeMounts"]).iter().enumerate() {
            let path = format!("{path}.volumeMounts[{i}]");
            if let Some(name) = mount.text_at(&["name"]).filter(|name| !volumes.contains(name)) {
                let hint = suggest(name, volumes.iter().copied().collect::<Vec<_>>());
                self.found(
                    &DANGLING_REFERENCE,
                    below(&path, "name"),
                    format!("the pod has no volume `{name}`"),
                    hint.as_deref(),
                );
            }
            match mount.text_at(&["mountPath"]) {
                Some("") => self.found(&MISSING_FIELD, below(&path, "mountPath"), "the mount path is empty", None),
                Some(place) if !mounts.insert(place) => {
                    let message = format!("another volume is mounted at `{place}` too");
                    self.found(&DUPLICATE_ITEM, below(&path, "mountPath"), message, Some("keep one of them"));
                }
                _ => {}
            }
        }
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            if let Some(given) = container.at(&[probe]).filter(|probe| **probe != Value::Null) {
                self.probe(given, &below(path, probe), &port_names);
            }
        }
        self.resources(container, path);
    }

    fn probe(&mut self, probe: &Value, path: &str, port_names: &BTreeSet<&str>) {
        const HANDLERS: [&str; 4] = ["exec", "grpc", "httpGet", "tcpSocket"];
        let handlers: Vec<&str> =
            HANDLERS.into_iter().filter(|key| probe.at(&[key]).is_some_and(|value| *value != Value::Null)).collect();
        if handlers.len() != 1 {
            let message = if handlers.is_empty() {
                "the probe does nothing".to_owned()
            } else {
                format!("the probe has {}", handlers.join(" and "))
            };
            self.found(&BAD_VALUE, path.to_owned(), message, Some("a probe has one of exec, grpc, httpGet, tcpSocket"));
        }
        for handler in handlers {
            let Some(port) = probe.at(&[handler, "port"]) else { continue };
            let path = below(&below(path, handler), "port");
            match port {
                Value::String(name) if !port_names.contains(name.as_str()) => {
                    let hint = suggest(name, port_names.iter().copied().collect::<Vec<_>>());
                    self.found(
                        &DANGLING_REFERENCE,
                        path,
                        format!("the container has no port named `{name}`"),
                        hint.as_deref(),
                    );
                }
                Value::Number(_) => self.port(number(port), path),
                _ => {}
            }
        }
        for key in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
            if let Some(seconds) = probe.at(&[key]).and_then(number).filter(|n| *n < 0.0) {
                self.found(&BAD_VALUE, below(path, key), format!("{seconds} is below zero"), None);
            }
        }
    }

    fn port(&mut self, port: Option<f64>, path: String) {
        if let Some(port) = port.filter(|port| !(1.0..=65_535.0).contains(port)) {
            self.found(&BAD_VALUE, path, format!("{port} is no port"), Some("a port is a number from 1 to 65535"));
        }
    }

    fn resources(&mut self, container: &Value, path: &str) {
        let Some(limits) = container.at(&["resources", "limits"]).and_then(Value::as_map) else { return };
        let requests = container.at(&["resources", "requests"]).and_then(Value::as_map);
        for (name, request) in requests.into_iter().flat_map(Map::iter) {
            let (Some(request), Some(limit)) = (amount(request), limits.get(name).and_then(amount)) else { continue };
            if request > limit {
                let path = below(&format!("{path}.resources.requests"), name);
                self.found(
                    &BAD_VALUE,
                    path,
                    "the request is above the limit",
                    Some("raise the limit or lower the request"),
                );
            }
        }
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => Some(*n),
        _ => None,
    }
}

/// A quantity as a number, near enough to compare two.
fn amount(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => quantity::amount(text),
        other => number(other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, said};
    use super::*;

    const SPEC: &str = "manifests.c.k.spec.template.spec";

    fn workload(kind: &str, selector: &str, spec: &str) -> Vec<String> {
        said(&check(&object(&format!(
            "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: a, namespace: n}}, spec: {{selector: {{{selector}}}, \
             template: {{metadata: {{labels: {{app: a}}}}, spec: {{{spec}}}}}}}}}"
        ))))
    }

    fn container(spec: &str) -> Vec<String> {
        workload(
            "DaemonSet",
            "matchLabels: {app: a}",
            &format!("volumes: [{{name: v}}], containers: [{{name: c, image: i, {spec}}}]"),
        )
    }

    #[test]
    fn a_selector_matches_its_own_template() {
        let pod = "containers: [{name: c, image: i}]";
        assert_eq!(workload("Deployment", "matchLabels: {app: a}", pod), [""; 0]);
        assert_eq!(
            workload("Deployment", "matchExpressions: [{key: app, operator: In, values: [a, b]}]", pod),
            [""; 0]
        );
        assert_eq!(
            workload("Deployment", "matchLabels: {app: b, tier: x}", pod),
            [
                "CNI019 manifests.c.k.spec.selector.matchLabels.app: the selector wants the label `app: b`, and the template has `a` \
                 (give the template's metadata.labels the same label)",
                "CNI019 manifests.c.k.spec.selector.matchLabels.tier: the selector wants the label `tier: x`, and the template has \
                 none of that key (give the template's metadata.labels the same label)",
            ]
        );
        assert_eq!(workload("Deployment", "", pod).len(), 1);
        assert_eq!(
            workload("Deployment", "matchExpressions: [{key: app, operator: NotIn, values: [a]}]", pod).len(),
            1
        );
        assert_eq!(workload("Deployment", "matchExpressions: [{key: app, operator: in, values: [a]}]", pod).len(), 1);
    }

    #[test]
    fn restart_policies_follow_the_kind() {
        assert_eq!(
            workload("DaemonSet", "matchLabels: {app: a}", "restartPolicy: Never, containers: [{name: c, image: i}]"),
            [format!(
                "CNI014 {SPEC}.restartPolicy: the pods of a DaemonSet cannot have the restart policy Never (use Always)"
            )]
        );
        let job = object(
            "{apiVersion: batch/v1, kind: Job, metadata: {name: a, namespace: n}, spec: {template: {spec: {containers: [{name: c, image: i}]}}}}",
        );
        assert_eq!(
            said(&check(&job)),
            [format!(
                "CNI013 {SPEC}.restartPolicy: the pods of a Job need a restart policy, and the default is Always (use OnFailure or Never)"
            )]
        );
    }

    #[test]
    fn a_pod_is_checked_within_itself() {
        assert_eq!(
            container(
                "ports: [{containerPort: 80, name: http}, {containerPort: 0, name: http}, {containerPort: 70000, name: UPPER}], \
                 volumeMounts: [{name: v, mountPath: /a}, {name: w, mountPath: /a}], env: [{name: 'a=b'}, {name: x, value: y, valueFrom: {}}], \
                 livenessProbe: {httpGet: {port: htp}}, readinessProbe: {exec: {}, tcpSocket: {port: 0}}, startupProbe: {}, \
                 resources: {limits: {cpu: 100m, memory: 1Gi}, requests: {cpu: 1, memory: 1024Mi}}"
            )
            .iter()
            .map(|line| line.split(" manifests.c.k.spec.template.spec.containers[0].").collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>(),
            [
                "CNI014 ports[1].containerPort: 0 is no port (a port is a number from 1 to 65535)",
                "CNI015 ports[1].name: another port of the container is named `http` too (rename one of them)",
                "CNI014 ports[2].containerPort: 70000 is no port (a port is a number from 1 to 65535)",
                "CNI018 ports[2].name: `UPPER` cannot be the name of a port (at most 15 lower case letters, digits and `-`, one of them a letter)",
                "CNI018 env[0].name: `a=b` cannot be the name of a variable (printable ASCII without `=`)",
                "CNI014 env[1]: a variable has `value` or `valueFrom`, and this one has both (keep one of them)",
                "CNI030 volumeMounts[1].name: the pod has no volume `w` (the only one known is `v`)",
                "CNI015 volumeMounts[1].mountPath: another volume is mounted at `/a` too (keep one of them)",
                "CNI030 livenessProbe.httpGet.port: the container has no port named `htp` (did you mean `http`?)",
                "CNI014 readinessProbe: the probe has exec and tcpSocket (a probe has one of exec, grpc, httpGet, tcpSocket)",
                "CNI014 readinessProbe.tcpSocket.port: 0 is no port (a port is a number from 1 to 65535)",
                "CNI014 startupProbe: the probe does nothing (a probe has one of exec, grpc, httpGet, tcpSocket)",
                "CNI014 resources.requests.cpu: the request is above the limit (raise the limit or lower the request)",
            ]
        );
        assert_eq!(
            container(
                "ports: [{containerPort: 80, hostPort: 80}], volumeMounts: [{name: v, mountPath: /a}], livenessProbe: {tcpSocket: {port: 80}}"
            ),
            [""; 0]
        );
    }

    #[test]
    fn names_in_a_pod_are_checked() {
        let lines = workload(
            "DaemonSet",
            "matchLabels: {app: a}",
            "hostNetwork: true, volumes: [{name: V, emptyDir: {}, hostPath: {}}], initContainers: [{name: c, image: i}], \
             containers: [{name: c, image: '', ports: [{containerPort: 1, hostPort: 2}]}]",
        );
        let heads: Vec<&str> = lines.iter().map(|line| line.split(": ").next().unwrap_or_default()).collect();
        assert_eq!(
            heads,
            [
                format!("CNI018 {SPEC}.volumes[0].name"),
                format!("CNI014 {SPEC}.volumes[0]"),
                format!("CNI015 {SPEC}.containers[0].name"),
                format!("CNI013 {SPEC}.containers[0].image"),
                format!("CNI014 {SPEC}.containers[0].ports[0].hostPort"),
            ]
        );
    }
}
