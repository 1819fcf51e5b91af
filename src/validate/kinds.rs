//! What the API server asks of single kinds beyond types: Services, roles, bindings, schedules, budgets, CRDs and so on.
//! The source is Kubernetes' own validation, `pkg/apis/<group>/validation`.

use std::collections::BTreeSet;

use super::fields::below;
use super::formats;
use super::rules::{BAD_NAME, BAD_VALUE, DUPLICATE_ITEM, MISSING_FIELD, Rule};
use crate::cidr::Cidr;
use crate::finding::{Finding, suggest};
use crate::object::KubeObject;
use crate::value::{Map, Value};

/// A ConfigMap or a Secret may hold this many bytes.
const DATA_BYTES: usize = 1024 * 1024;

/// The highest priority that is not Kubernetes' own.
const USERS_MOST: f64 = 1_000_000_000.0;

type Check = fn(&mut Kind<'_>);

/// What is checked of which kind, by group and kind.
const CHECKS: [(&str, &str, Check); 15] = [
    ("", "ConfigMap", |kind| kind.data_keys(&["data", "binaryData"])),
    ("", "Secret", |kind| kind.data_keys(&["data", "stringData"])),
    ("", "Service", |kind| kind.service()),
    ("apiextensions.k8s.io", "CustomResourceDefinition", |kind| kind.definition()),
    ("batch", "CronJob", |kind| kind.schedule()),
    ("policy", "PodDisruptionBudget", |kind| kind.budget()),
    ("rbac.authorization.k8s.io", "ClusterRole", |kind| kind.role(true)),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", |kind| kind.binding(&["ClusterRole"])),
    ("rbac.authorization.k8s.io", "Role", |kind| kind.role(false)),
    ("rbac.authorization.k8s.io", "RoleBinding", |kind| kind.binding(&["ClusterRole", "Role"])),
    ("scheduling.k8s.io", "PriorityClass", |kind| kind.priority()),
    ("networking.k8s.io", "NetworkPolicy", |kind| kind.policy_ports()),
    ("networking.k8s.io", "Ingress", |kind| kind.ingress()),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration", |kind| kind.webhooks()),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", |kind| kind.webhooks()),
];

/// One object by the rules of its kind.
pub fn check(object: &KubeObject) -> Vec<Finding> {
    let row = CHECKS.iter().find(|row| row.1 == object.id.kind && row.0 == object.id.group());
    let Some((_, _, check)) = row else { return Vec::new() };
    let mut kind = Kind { object, findings: Vec::new() };
    check(&mut kind);
    kind.findings.into_iter().map(|finding| finding.object(&object.id)).collect()
}

struct Kind<'a> {
    object: &'a KubeObject,
    findings: Vec<Finding>,
}

fn number(value: &Value, keys: &[&str]) -> Option<f64> {
    match value.at(keys) {
        Some(Value::Number(n)) => Some(*n),
        _ => None,
    }
}

impl<'a> Kind<'a> {
    fn body(&self) -> &'a Value {
        &self.object.body
    }

    /// `path` is below the object.
    fn found(&mut self, rule: &'static Rule, path: &str, message: impl Into<String>, hint: &str) {
        let mut finding = rule.finding(message).path(format!("{}.{path}", self.object.field_path));
        finding.hint = (!hint.is_empty()).then(|| hint.to_owned());
        self.findings.push(finding);
    }

    fn data_keys(&mut self, fields: &[&str]) {
        let mut bytes = 0;
        for field in fields {
            let map = self.body().at(&[field]).and_then(Value::as_map);
            for (key, value) in map.into_iter().flat_map(Map::iter) {
                bytes += value.as_str().map_or(0, str::len);
                if !formats::is_data_key(key) {
                    let message = format!("`{key}` cannot be a key of a {}", self.object.id.kind);
                    self.found(
                        &BAD_NAME,
                        &below(field, key),
                        message,
                        "letters, digits, `-`, `_` and `.`, at most 253 characters",
                    );
                }
            }
        }
        if bytes > DATA_BYTES {
            self.found(
                &BAD_VALUE,
                fields[0],
                format!("it holds {bytes} bytes, and {DATA_BYTES} are the most"),
                "split it",
            );
        }
    }

    fn port(&mut self, port: Option<f64>, path: &str) {
        if let Some(port) = port.filter(|port| !(1.0..=65_535.0).contains(port)) {
            self.found(&BAD_VALUE, path, format!("{port} is no port"), "a port is a number from 1 to 65535");
        }
    }

    fn service(&mut self) {
        let body = self.body();
        let ports = body.list_at(&["spec", "ports"]);
        let external = body.text_at(&["spec", "type"]) == Some("ExternalName");
        let headless = body.text_at(&["spec", "clusterIP"]) == Some("None");
        if ports.is_empty() && !external && !headless {
            self.found(
                &MISSING_FIELD,
                "spec.ports",
                "the Service has no port",
                "only headless ones may have none: `clusterIP: None`",
            );
        }
        if external && body.text_at(&["spec", "externalName"]).is_none_or(str::is_empty) {
            self.found(&MISSING_FIELD, "spec.externalName", "a Service of type ExternalName needs an externalName", "");
        }
        let mut names = BTreeSet::new();
        let mut numbers = Vec::new();
        for (i, port) in ports.iter().enumerate() {
            let path = format!("spec.ports[{i}]");
            self.port(number(port, &["port"]), &format!("{path}.port"));
            // 0 is as if left out.
            let target = number(port, &["targetPort"]).filter(|target| *target != 0.0);
            self.port(target, &format!("{path}.targetPort"));
            if let Some(name) = port.text_at(&["targetPort"]).filter(|name| !formats::is_port_name(name)) {
                let hint = "at most 15 lower case letters, digits and `-`, one of them a letter";
                self.found(
                    &BAD_NAME,
                    &format!("{path}.targetPort"),
                    format!("`{name}` cannot be the name of a port"),
                    hint,
                );
            }
            match port.text_at(&["name"]).filter(|name| !name.is_empty()) {
                None if ports.len() > 1 => {
                    self.found(&MISSING_FIELD, &format!("{path}.name"), "each of several ports needs a name", "");
                }
                Some(name) if !formats::is_dns_label(name) => {
                    let hint = "lower case letters, digits and `-`, with a letter or digit at both ends";
                    self.found(
                        &BAD_NAME,
                        &format!("{path}.name"),
                        format!("`{name}` cannot be the name of a port"),
                        hint,
                    );
                }
                Some(name) if !names.insert(name) => {
                    let message = format!("another port is named `{name}` too");
                    self.found(&DUPLICATE_ITEM, &format!("{path}.name"), message, "rename one of them");
                }
                _ => {}
            }
            let key = (number(port, &["port"]).map(f64::to_bits), port.text_at(&["protocol"]).unwrap_or("TCP"));
            if numbers.contains(&key) && key.0.is_some() {
                let message = "another item has the same port and protocol";
                self.found(&DUPLICATE_ITEM, &path, message, "keep one of them");
            }
            numbers.push(key);
        }
    }

    fn role(&mut self, cluster: bool) {
        for (i, rule) in self.body().list_at(&["rules"]).iter().enumerate() {
            let path = format!("rules[{i}]");
            let urls = !rule.list_at(&["nonResourceURLs"]).is_empty();
            let resources = !rule.list_at(&["resources"]).is_empty();
            if rule.list_at(&["verbs"]).is_empty() {
                self.found(&MISSING_FIELD, &format!("{path}.verbs"), "the rule has no verb", "");
            }
            if urls && !cluster {
                self.found(
                    &BAD_VALUE,
                    &format!("{path}.nonResourceURLs"),
                    "a Role cannot give access to URLs",
                    "use a ClusterRole",
                );
            } else if urls && resources {
                self.found(
                    &BAD_VALUE,
                    &path,
                    "a rule is about resources or about URLs, and this one about both",
                    "split it",
                );
            } else if !urls && !resources {
                self.found(&MISSING_FIELD, &format!("{path}.resources"), "the rule names no resource", "");
            }
            if resources && rule.list_at(&["apiGroups"]).is_empty() {
                self.found(
                    &MISSING_FIELD,
                    &format!("{path}.apiGroups"),
                    "the rule names no API group",
                    "the core group is ''",
                );
            }
        }
    }

    fn binding(&mut self, kinds: &[&str]) {
        let body = self.body();
        if let Some(kind) = body.text_at(&["roleRef", "kind"]).filter(|kind| !kinds.contains(kind)) {
            let message = format!("a {} cannot refer to a {kind}", self.object.id.kind);
            self.found(&BAD_VALUE, "roleRef.kind", message, &format!("it refers to a {}", kinds.join(" or a ")));
        }
        if body.text_at(&["roleRef", "name"]).is_some_and(str::is_empty) {
            self.found(&MISSING_FIELD, "roleRef.name", "the role has no name", "");
        }
        for (i, subject) in body.list_at(&["subjects"]).iter().enumerate() {
            let path = format!("subjects[{i}]");
            let group = subject.text_at(&["apiGroup"]).unwrap_or_default();
            match subject.text_at(&["kind"]) {
                Some("ServiceAccount") => {
                    if subject.text_at(&["namespace"]).is_none_or(str::is_empty) {
                        self.found(
                            &MISSING_FIELD,
                            &format!("{path}.namespace"),
                            "a ServiceAccount is named with its namespace",
                            "",
                        );
                    }
                    if !group.is_empty() {
                        let message = format!("a ServiceAccount is in the core group, not in `{group}`");
                        self.found(&BAD_VALUE, &format!("{path}.apiGroup"), message, "leave apiGroup out");
                    }
                }
                Some("User" | "Group") if group.is_empty() || group == "rbac.authorization.k8s.io" => {}
                Some("User" | "Group") => {
                    let message = format!("users and groups are in rbac.authorization.k8s.io, not in `{group}`");
                    self.found(&BAD_VALUE, &format!("{path}.apiGroup"), message, "leave apiGroup out");
                }
                Some(kind) => {
                    let hint = suggest(kind, ["Group", "ServiceAccount", "User"]).unwrap_or_default();
                    self.found(&BAD_VALUE, &format!("{path}.kind"), format!("a {kind} cannot be bound"), &hint);
                }
                None => {}
            }
            if subject.text_at(&["name"]).is_some_and(str::is_empty) {
                self.found(&MISSING_FIELD, &format!("{path}.name"), "the subject has no name", "");
            }
        }
    }

    fn schedule(&mut self) {
        if let Some(schedule) = self.body().text_at(&["spec", "schedule"]) {
            let message = format!("`{schedule}` is no schedule");
            if schedule.contains("TZ=") {
                self.found(&BAD_VALUE, "spec.schedule", message, "name the zone in spec.timeZone");
            } else if !formats::is_schedule(schedule) {
                let hint = "write minute, hour, day of the month, month, day of the week: '0 4 * * 0'; or @daily";
                self.found(&BAD_VALUE, "spec.schedule", message, hint);
            }
        }
    }

    fn budget(&mut self) {
        let given = |key: &str| self.body().at(&["spec", key]).is_some_and(|value| *value != Value::Null);
        if given("minAvailable") && given("maxUnavailable") {
            let message = "a budget has minAvailable or maxUnavailable, and this one has both";
            self.found(&BAD_VALUE, "spec", message, "keep one of them");
        }
    }

    fn priority(&mut self) {
        let name = &self.object.id.name;
        let system = ["system-node-critical", "system-cluster-critical"].contains(&name.as_str());
        if name.starts_with("system-") && !system {
            self.found(&BAD_NAME, "metadata.name", "names that begin with `system-` are Kubernetes' own", "rename it");
        }
        if let Some(value) = number(self.body(), &["value"]).filter(|value| *value > USERS_MOST && !system) {
            self.found(
                &BAD_VALUE,
                "value",
                format!("{value} is kept for Kubernetes' own classes"),
                "1000000000 is the most",
            );
        }
    }

    fn policy_ports(&mut self) {
        for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
            for (i, rule) in self.body().list_at(&["spec", direction]).iter().enumerate() {
                for (j, port) in rule.list_at(&["ports"]).iter().enumerate() {
                    self.port(number(port, &["port"]), &format!("spec.{direction}[{i}].ports[{j}].port"));
                }
                for (j, peer) in rule.list_at(&[peers]).iter().enumerate() {
                    if let Some(cidr) = peer.text_at(&["ipBlock", "cidr"]).filter(|cidr| Cidr::parse(cidr).is_none()) {
                        let path = format!("spec.{direction}[{i}].{peers}[{j}].ipBlock.cidr");
                        self.found(
                            &BAD_VALUE,
                            &path,
                            format!("`{cidr}` is no CIDR"),
                            "write it as 10.0.0.0/8 or fd00::/8",
                        );
                    }
                }
            }
        }
    }

    fn ingress(&mut self) {
        for (i, rule) in self.body().list_at(&["spec", "rules"]).iter().enumerate() {
            for (j, path) in rule.list_at(&["http", "paths"]).iter().enumerate() {
                let at = format!("spec.rules[{i}].http.paths[{j}]");
                let kind = path.text_at(&["pathType"]);
                if let Some(route) = path
                    .text_at(&["path"])
                    .filter(|route| !route.starts_with('/') && kind != Some("ImplementationSpecific"))
                {
                    self.found(&BAD_VALUE, &format!("{at}.path"), format!("`{route}` does not begin with `/`"), "");
                }
                let service = path.at(&["backend", "service"]).and_then(|service| service.at(&["port"]));
                if let Some(port) = service {
                    self.port(number(port, &["number"]), &format!("{at}.backend.service.port.number"));
                }
            }
        }
    }

    fn webhooks(&mut self) {
        for (i, hook) in self.body().list_at(&["webhooks"]).iter().enumerate() {
            let path = format!("webhooks[{i}]");
            if let Some(name) =
                hook.text_at(&["name"]).filter(|name| !formats::is_dns_subdomain(name) || name.split('.').count() < 3)
            {
                let message = format!("`{name}` cannot be the name of a webhook");
                self.found(
                    &BAD_NAME,
                    &format!("{path}.name"),
                    message,
                    "a DNS name of three parts or more: `check.example.com`",
                );
            }
            let given = |key: &str| hook.at(&["clientConfig", key]).is_some_and(|value| *value != Value::Null);
            if given("url") == given("service") {
                let message = "a webhook is reached by url or by service, one of the two";
                self.found(&BAD_VALUE, &format!("{path}.clientConfig"), message, "");
            }
            if let Some(seconds) = number(hook, &["timeoutSeconds"]).filter(|seconds| !(1.0..=30.0).contains(seconds)) {
                self.found(&BAD_VALUE, &format!("{path}.timeoutSeconds"), format!("{seconds} is not from 1 to 30"), "");
            }
        }
    }

    fn definition(&mut self) {
        let body = self.body();
        let (Some(group), Some(plural)) =
            (body.text_at(&["spec", "group"]), body.text_at(&["spec", "names", "plural"]))
        else {
            return;
        };
        let name = format!("{plural}.{group}");
        if self.object.id.name != name {
            let message = format!("a CRD is named by its plural and group, and this one is `{}`", self.object.id.name);
            self.found(&BAD_NAME, "metadata.name", message, &format!("name it `{name}`"));
        }
        let versions = body.list_at(&["spec", "versions"]);
        let stored = versions.iter().filter(|version| version.at(&["storage"]) == Some(&Value::Bool(true))).count();
        if !versions.is_empty() && stored != 1 {
            let message = format!("one version of a CRD is the stored one, and here {stored} are");
            self.found(&BAD_VALUE, "spec.versions", message, "set `storage: true` on one of them");
        }
        let mut names = BTreeSet::new();
        for (i, version) in versions.iter().enumerate() {
            let path = format!("spec.versions[{i}]");
            if let Some(name) = version.text_at(&["name"]).filter(|name| !names.insert(*name)) {
                self.found(
                    &DUPLICATE_ITEM,
                    &format!("{path}.name"),
                    format!("there is another version `{name}`"),
                    "keep one of them",
                );
            }
            if self.object.id.api_version.ends_with("/v1") && version.at(&["schema", "openAPIV3Schema"]).is_none() {
                self.found(
                    &MISSING_FIELD,
                    &format!("{path}.schema"),
                    "the version has no schema",
                    "apiextensions.k8s.io/v1 requires one",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, said};
    use super::*;

    /// Rule and path of each finding.
    fn heads(yaml: &str) -> Vec<String> {
        let lines = said(&check(&object(yaml)));
        lines.iter().map(|line| line.split(": ").next().unwrap_or_default().replace("manifests.c.k.", "")).collect()
    }

    fn service(spec: &str) -> Vec<String> {
        heads(&format!("{{apiVersion: v1, kind: Service, metadata: {{name: a, namespace: n}}, spec: {{{spec}}}}}"))
    }

    #[test]
    fn services() {
        assert_eq!(service("clusterIP: None"), [""; 0]);
        assert_eq!(service("ports: [{port: 80, targetPort: http}]"), [""; 0]);
        assert_eq!(service("ports: [{port: 53, name: a, protocol: UDP}, {port: 53, name: b}]"), [""; 0]);
        assert_eq!(service("type: ExternalName"), ["CNI013 spec.externalName"]);
        assert_eq!(
            service("ports: [{port: 0, name: a}, {port: 80, name: a}, {port: 80, targetPort: A_}]"),
            [
                "CNI014 spec.ports[0].port",
                "CNI015 spec.ports[1].name",
                "CNI018 spec.ports[2].targetPort",
                "CNI013 spec.ports[2].name",
                "CNI015 spec.ports[2]"
            ]
        );
        assert_eq!(service(""), ["CNI013 spec.ports"]);
    }

    #[test]
    fn roles_and_bindings() {
        let role = |kind: &str, rules: &str| {
            heads(&format!(
                "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: a}}, rules: [{rules}]}}"
            ))
        };
        assert_eq!(role("ClusterRole", "{nonResourceURLs: [/healthz], verbs: [get]}"), [""; 0]);
        assert_eq!(role("Role", "{nonResourceURLs: [/healthz], verbs: [get]}"), ["CNI014 rules[0].nonResourceURLs"]);
        assert_eq!(
            role(
                "ClusterRole",
                "{resources: [pods], verbs: [get]}, {apiGroups: [''], resources: [pods]}, {verbs: [get]}"
            ),
            ["CNI013 rules[0].apiGroups", "CNI013 rules[1].verbs", "CNI013 rules[2].resources"]
        );
        let binding = |kind: &str, rest: &str| {
            heads(&format!("{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: a}}, {rest}}}"))
        };
        assert_eq!(
            binding(
                "ClusterRoleBinding",
                "roleRef: {kind: Role, name: a}, subjects: [{kind: ServiceAccount, name: a}, {kind: Serviceaccount, name: a}]"
            ),
            ["CNI014 roleRef.kind", "CNI013 subjects[0].namespace", "CNI014 subjects[1].kind"]
        );
        assert_eq!(
            binding(
                "RoleBinding",
                "roleRef: {kind: Role, name: a}, subjects: [{kind: ServiceAccount, name: a, namespace: n}, {kind: User, name: u, apiGroup: rbac.authorization.k8s.io}]"
            ),
            [""; 0]
        );
    }

    #[test]
    fn schedules_budgets_and_classes() {
        let cron = |schedule: &str| {
            heads(&format!(
                "{{apiVersion: batch/v1, kind: CronJob, metadata: {{name: a}}, spec: {{schedule: '{schedule}'}}}}"
            ))
        };
        assert_eq!(cron("0 0 1 */4 *"), [""; 0]);
        assert_eq!(cron("0 0 1 */4"), ["CNI014 spec.schedule"]);
        assert_eq!(cron("TZ=UTC 0 0 1 */4 *"), ["CNI014 spec.schedule"]);
        let budget = |spec: &str| {
            heads(&format!(
                "{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: a}}, spec: {{{spec}}}}}"
            ))
        };
        assert_eq!(budget("maxUnavailable: 50%"), [""; 0]);
        assert_eq!(budget("maxUnavailable: 1, minAvailable: 1"), ["CNI014 spec"]);
        let class = |name: &str, value: &str| {
            heads(&format!(
                "{{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {{name: {name}}}, value: {value}}}"
            ))
        };
        assert_eq!(class("a", "1000000000"), [""; 0]);
        assert_eq!(class("system-a", "1000000001"), ["CNI018 metadata.name", "CNI014 value"]);
    }

    #[test]
    fn keys_of_data() {
        assert_eq!(
            heads("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a.b: c, 'a/b': c}}"),
            ["CNI018 data['a/b']"]
        );
        let large = "x".repeat(1024 * 1024 + 1);
        assert_eq!(
            heads(&format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a}}, data: {{a: {large}}}}}")),
            ["CNI014 data"]
        );
    }

    #[test]
    fn policies_ingresses_webhooks_and_definitions() {
        assert_eq!(
            heads(
                "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {egress: [{ports: [{port: 0}], to: [{ipBlock: {cidr: 10.0.0.0/33}}]}]}}"
            ),
            ["CNI014 spec.egress[0].ports[0].port", "CNI014 spec.egress[0].to[0].ipBlock.cidr"]
        );
        assert_eq!(
            heads(
                "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {rules: [{http: {paths: [{path: x, pathType: Prefix, backend: {service: {port: {number: 0}}}}]}}]}}"
            ),
            [
                "CNI014 spec.rules[0].http.paths[0].path",
                "CNI014 spec.rules[0].http.paths[0].backend.service.port.number"
            ]
        );
        assert_eq!(
            heads(
                "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: a}, webhooks: [{name: a.b, clientConfig: {}, timeoutSeconds: 31}]}"
            ),
            ["CNI018 webhooks[0].name", "CNI014 webhooks[0].clientConfig", "CNI014 webhooks[0].timeoutSeconds"]
        );
        assert_eq!(
            heads(
                "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: as.b.c}, spec: {group: b.c, names: {plural: bs}, versions: [{name: v1, storage: false}, {name: v1, schema: {openAPIV3Schema: {}}}]}}"
            ),
            [
                "CNI018 metadata.name",
                "CNI014 spec.versions",
                "CNI013 spec.versions[0].schema",
                "CNI015 spec.versions[1].name"
            ]
        );
    }
}
