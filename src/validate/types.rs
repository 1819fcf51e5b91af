//! What the API server asks of a type beyond its fields' own types, in whichever kind it stands: numbers in range, texts of a
//! certain form, fields that exclude or need each other (Kubernetes, `pkg/apis/core/validation` and its neighbours).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::OnceLock;

use super::fields::below;
use super::formats;
use super::rules::{BAD_NAME, BAD_VALUE, MISSING_FIELD, Rule};
use crate::cidr::Cidr;
use crate::quantity;
use crate::value::{Map, Value};

/// One problem: the rule, the path below the value, what is wrong, and what to do.
pub type Problem = (&'static Rule, String, String, Option<String>);

const MOST: f64 = 2_147_483_647.0;

/// Numbers: type, field, least and most.
const NUMBERS: [(&str, &str, f64, f64); 36] = [
    ("ConfigMapVolumeSource", "defaultMode", 0.0, 511.0),
    ("CronJobSpec", "failedJobsHistoryLimit", 0.0, MOST),
    ("CronJobSpec", "startingDeadlineSeconds", 0.0, f64::MAX),
    ("CronJobSpec", "successfulJobsHistoryLimit", 0.0, MOST),
    ("DaemonSetSpec", "minReadySeconds", 0.0, MOST),
    ("DaemonSetSpec", "revisionHistoryLimit", 0.0, MOST),
    ("DeploymentSpec", "minReadySeconds", 0.0, MOST),
    ("DeploymentSpec", "replicas", 0.0, MOST),
    ("DeploymentSpec", "revisionHistoryLimit", 0.0, MOST),
    ("DownwardAPIVolumeSource", "defaultMode", 0.0, 511.0),
    ("JobSpec", "activeDeadlineSeconds", 0.0, f64::MAX),
    ("JobSpec", "backoffLimit", 0.0, MOST),
    ("JobSpec", "completions", 0.0, MOST),
    ("JobSpec", "parallelism", 0.0, MOST),
    ("JobSpec", "ttlSecondsAfterFinished", 0.0, MOST),
    ("KeyToPath", "mode", 0.0, 511.0),
    ("PodSecurityContext", "fsGroup", 0.0, MOST),
    ("PodSecurityContext", "runAsGroup", 0.0, MOST),
    ("PodSecurityContext", "runAsUser", 0.0, MOST),
    ("PodSpec", "activeDeadlineSeconds", 1.0, MOST),
    ("PreferredSchedulingTerm", "weight", 1.0, 100.0),
    ("ProjectedVolumeSource", "defaultMode", 0.0, 511.0),
    ("ReplicaSetSpec", "minReadySeconds", 0.0, MOST),
    ("ReplicaSetSpec", "replicas", 0.0, MOST),
    ("ReplicationControllerSpec", "replicas", 0.0, MOST),
    ("SecretVolumeSource", "defaultMode", 0.0, 511.0),
    ("SecurityContext", "runAsGroup", 0.0, MOST),
    ("SecurityContext", "runAsUser", 0.0, MOST),
    ("ServiceAccountTokenProjection", "expirationSeconds", 600.0, 4_294_967_296.0),
    ("ServicePort", "nodePort", 0.0, 65_535.0),
    ("StatefulSetSpec", "minReadySeconds", 0.0, MOST),
    ("StatefulSetSpec", "replicas", 0.0, MOST),
    ("StatefulSetSpec", "revisionHistoryLimit", 0.0, MOST),
    ("TopologySpreadConstraint", "maxSkew", 1.0, MOST),
    ("TopologySpreadConstraint", "minDomains", 1.0, MOST),
    ("WeightedPodAffinityTerm", "weight", 1.0, 100.0),
];

/// A text, and the words for what it has to be.
type Form = (fn(&str) -> bool, &'static str);

const ADDRESS: Form = (|text| text.parse::<IpAddr>().is_ok(), "an IP address, 10.9.8.7 or fd00::1");
const RANGE: Form = (|text| Cidr::parse(text.trim()).is_some(), "a CIDR, 10.9.8.0/24 or fd00::/64");
const LABEL: Form = (
    formats::is_dns_label,
    "lower case letters, digits and `-`, with a letter or digit at both ends, at most 63 characters",
);
const SUBDOMAIN: Form = (formats::is_dns_subdomain, "lower case letters, digits, `-` and `.`, at most 253 characters");
const KEY: Form = (formats::is_data_key, "letters, digits, `-`, `_` and `.`, at most 253 characters");
const INSIDE: Form = (
    |text| !text.starts_with('/') && !text.split('/').any(|part| part == ".."),
    "a path inside of the volume: without `..`, and with no `/` before it",
);
const VARIABLE: Form =
    (|text| text.chars().all(|c| c != '=' && (' '..='~').contains(&c)), "printable ASCII without `=`");
const HEADER: Form =
    (|text| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "letters, digits and `-`");
const SEARCH: Form = (
    |text| {
        text == "."
            || formats::is_dns_subdomain(text.strip_suffix('.').unwrap_or(text).replace('_', "-").trim_matches('-'))
    },
    "a domain: lower case letters, digits, `-`, `_` and `.`",
);
const SYSCTL: Form = (
    |text| {
        let part = |part: &str| {
            let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            part.starts_with(edge) && part.ends_with(edge) && part.chars().all(|c| edge(c) || matches!(c, '-' | '_'))
        };
        text.len() <= 253 && text.split(['.', '/']).all(part)
    },
    "a name like kernel.shm_rmid_forced",
);
const VERSION: Form =
    (formats::is_dns_1035_label, "lower case letters, digits and `-`, beginning with a letter: v1beta1");
const RBAC: Form = (|text| text.is_empty() || text == "rbac.authorization.k8s.io", "rbac.authorization.k8s.io");
const SYSTEM: Form = (|text| matches!(text, "linux" | "windows"), "linux or windows");
const RESOURCE: Form = (
    |text| {
        let (whose, what) = text.split_once('.').unwrap_or_default();
        matches!(whose, "limits" | "requests")
            && (matches!(what, "cpu" | "memory" | "ephemeral-storage") || what.starts_with("hugepages-"))
    },
    "limits or requests, and behind it .cpu, .memory, .ephemeral-storage or .hugepages-…",
);
const OWN_FIELD: Form = (
    |text| {
        const FIELDS: [&str; 12] = [
            "metadata.annotations",
            "metadata.labels",
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "spec.nodeName",
            "spec.serviceAccountName",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs",
            "",
        ];
        let subscript = |map: &str| {
            text.strip_prefix(map).is_some_and(|rest| rest.starts_with("['") && rest.ends_with("']") && rest.len() > 4)
        };
        FIELDS.contains(&text) || subscript("metadata.labels") || subscript("metadata.annotations")
    },
    "a field that a pod can be told: metadata.name, metadata.namespace, metadata.uid, metadata.labels['…'], \
     metadata.annotations['…'], spec.nodeName, spec.serviceAccountName, status.hostIP, status.podIP",
);
// The zones themselves change; the areas that they are in do not.
const ZONE: Form = (
    |text| {
        const AREAS: [&str; 16] = [
            "Africa",
            "America",
            "Antarctica",
            "Arctic",
            "Asia",
            "Atlantic",
            "Australia",
            "Brazil",
            "Canada",
            "Chile",
            "Etc",
            "Europe",
            "Indian",
            "Mexico",
            "Pacific",
            "US",
        ];
        let known = text.split_once('/').is_none_or(|(area, _)| AREAS.contains(&area));
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+');
        known && !text.is_empty() && text.chars().all(plain) && !text.eq_ignore_ascii_case("local")
    },
    "a time zone: Etc/UTC, Asia/Shanghai",
);

/// Texts, or lists of texts: type, field, form.
const TEXTS: [(&str, &str, Form); 31] = [
    ("ConfigMapKeySelector", "key", KEY),
    ("CronJobSpec", "timeZone", ZONE),
    ("CustomResourceDefinitionVersion", "name", VERSION),
    ("EnvFromSource", "prefix", VARIABLE),
    ("HTTPHeader", "name", HEADER),
    ("HostAlias", "hostnames", SUBDOMAIN),
    ("HostAlias", "ip", ADDRESS),
    ("IPBlock", "except", RANGE),
    ("KeyToPath", "path", INSIDE),
    ("ObjectFieldSelector", "fieldPath", OWN_FIELD),
    ("PodDNSConfig", "nameservers", ADDRESS),
    ("PodDNSConfig", "searches", SEARCH),
    ("PodOS", "name", SYSTEM),
    ("PodSpec", "hostname", LABEL),
    ("PodSpec", "priorityClassName", SUBDOMAIN),
    ("PodSpec", "runtimeClassName", SUBDOMAIN),
    ("PodSpec", "serviceAccountName", SUBDOMAIN),
    ("PodSpec", "subdomain", LABEL),
    ("ResourceFieldSelector", "resource", RESOURCE),
    ("RoleRef", "apiGroup", RBAC),
    ("SecretKeySelector", "key", KEY),
    ("ServiceAccountTokenProjection", "path", INSIDE),
    ("ServiceSpec", "clusterIP", (|text| matches!(text, "" | "None") || (ADDRESS.0)(text), "an IP address, or None")),
    ("ServiceSpec", "clusterIPs", (|text| text == "None" || (ADDRESS.0)(text), "an IP address, or None")),
    ("ServiceSpec", "externalIPs", ADDRESS),
    (
        "ServiceSpec",
        "externalName",
        (|text| formats::is_dns_subdomain(text.strip_suffix('.').unwrap_or(text)), SUBDOMAIN.1),
    ),
    ("ServiceSpec", "loadBalancerSourceRanges", RANGE),
    ("Sysctl", "name", SYSCTL),
    ("VolumeMount", "subPath", INSIDE),
    ("VolumeMount", "subPathExpr", INSIDE),
    ("HostPathVolumeSource", "path", (|text| !text.split('/').any(|part| part == ".."), "a path without `..`")),
];

/// Texts and lists that must not be empty or absent: type, field.
const NEEDED: [(&str, &str); 15] = [
    ("ConfigMapKeySelector", "name"),
    ("ConfigMapProjection", "name"),
    ("ConfigMapVolumeSource", "name"),
    ("CronJob", "spec"),
    ("DaemonSet", "spec"),
    ("Deployment", "spec"),
    ("ExecAction", "command"),
    ("Job", "spec"),
    ("PersistentVolumeClaimSpec", "accessModes"),
    ("PodDNSConfigOption", "name"),
    ("ReplicaSet", "spec"),
    ("SecretKeySelector", "name"),
    ("SecretProjection", "name"),
    ("SecretVolumeSource", "secretName"),
    ("StatefulSet", "spec"),
];

/// Types with one of several fields: type, the fields.
const ONE_OF: [(&str, &[&str]); 6] = [
    ("EnvFromSource", &["configMapRef", "secretRef"]),
    ("EnvVarSource", &["configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"]),
    ("Handler", &["exec", "httpGet", "tcpSocket"]),
    ("LifecycleHandler", &["exec", "httpGet", "sleep", "tcpSocket"]),
    (
        "VolumeProjection",
        &["clusterTrustBundle", "configMap", "downwardAPI", "podCertificate", "secret", "serviceAccountToken"],
    ),
    ("NetworkPolicyPeer", &["ipBlock", "namespaceSelector", "podSelector"]),
];

type Check = fn(&mut Found<'_>);

/// What is more than one field's business.
const CHECKS: [(&str, Check); 27] = [
    ("AppArmorProfile", |found| found.local_profile()),
    ("ConfigMap", |found| found.one_key_once()),
    ("Container", |found| found.container()),
    ("CustomResourceValidation", |found| found.root_schema()),
    ("DaemonSetSpec", |found| found.daemon_set()),
    ("DeploymentSpec", |found| found.deployment()),
    ("IPBlock", |found| found.exceptions()),
    ("JSONSchemaProps", |found| found.schema()),
    ("JobSpec", |found| found.job()),
    ("LabelSelector", |found| found.labels("matchLabels")),
    ("LabelSelectorRequirement", |found| found.requirement(&[])),
    ("LifecycleHandler", |found| found.hook()),
    ("NetworkPolicyPort", |found| found.port_range()),
    ("NodeSelector", |found| found.terms()),
    ("NodeSelectorRequirement", |found| found.requirement(&["Gt", "Lt"])),
    ("PersistentVolumeClaimSpec", |found| found.claim()),
    ("PodDNSConfig", |found| found.dns()),
    ("PodDisruptionBudgetSpec", |found| found.shares(&["maxUnavailable", "minAvailable"])),
    ("PodSpec", |found| found.pod()),
    ("ResourceRequirements", |found| found.resources()),
    ("RollingUpdateDaemonSet", |found| found.shares(&["maxSurge", "maxUnavailable"])),
    ("RollingUpdateDeployment", |found| found.shares(&["maxUnavailable"])),
    ("RollingUpdateStatefulSetStrategy", |found| found.shares(&["maxUnavailable"])),
    ("SeccompProfile", |found| found.local_profile()),
    ("SecurityContext", |found| found.privileges()),
    ("ServiceSpec", |found| found.service()),
    ("Toleration", |found| found.toleration()),
];

/// The rows of one type.
#[derive(Default)]
struct Rows {
    numbers: Vec<(&'static str, f64, f64)>,
    texts: Vec<(&'static str, Form)>,
    needed: Vec<&'static str>,
    one_of: Vec<&'static [&'static str]>,
    check: Option<Check>,
}

/// The tables by type: most maps of an object are of a type of which nothing is asked.
fn rows() -> &'static HashMap<&'static str, Rows> {
    static ROWS: OnceLock<HashMap<&'static str, Rows>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut rows: HashMap<&'static str, Rows> = HashMap::new();
        for (name, field, least, most) in NUMBERS {
            rows.entry(name).or_default().numbers.push((field, least, most));
        }
        for (name, field, form) in TEXTS {
            rows.entry(name).or_default().texts.push((field, form));
        }
        for (name, field) in NEEDED {
            rows.entry(name).or_default().needed.push(field);
        }
        for (name, fields) in ONE_OF {
            rows.entry(name).or_default().one_of.push(fields);
        }
        for (name, check) in CHECKS {
            rows.entry(name).or_default().check = Some(check);
        }
        rows
    })
}

/// What is wrong with a map of that type, looked at by itself.
pub fn check(type_name: &str, map: &Map) -> Vec<Problem> {
    let name = type_name.rsplit('.').next().unwrap_or(type_name);
    let Some(rows) = rows().get(name) else { return Vec::new() };
    let mut found = Found { type_name, map, problems: Vec::new() };
    for (field, least, most) in &rows.numbers {
        found.within(field, *least, *most);
    }
    for (field, form) in &rows.texts {
        found.form(field, form);
    }
    for field in rows.needed.iter().filter(|field| found.is_empty(field)).collect::<Vec<_>>() {
        found.say(&MISSING_FIELD, "", format!("the field `{field}` is missing or empty"), None);
    }
    for fields in &rows.one_of {
        found.one_of(fields);
    }
    if let Some(check) = rows.check {
        check(&mut found);
    }
    found.problems
}

struct Found<'a> {
    type_name: &'a str,
    map: &'a Map,
    problems: Vec<Problem>,
}

impl<'a> Found<'a> {
    fn say(&mut self, rule: &'static Rule, path: &str, message: impl Into<String>, hint: Option<&str>) {
        self.problems.push((rule, path.to_owned(), message.into(), hint.map(str::to_owned)));
    }

    fn bad(&mut self, path: &str, message: impl Into<String>, hint: &str) {
        self.say(&BAD_VALUE, path, message, (!hint.is_empty()).then_some(hint));
    }

    fn get(&self, field: &str) -> Option<&'a Value> {
        self.map.get(field).filter(|value| **value != Value::Null)
    }

    fn text(&self, field: &str) -> &'a str {
        self.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    fn list(&self, field: &str) -> &'a [Value] {
        self.get(field).and_then(Value::as_list).unwrap_or_default()
    }

    fn number(&self, field: &str) -> Option<f64> {
        match self.get(field) {
            Some(Value::Number(n)) => Some(*n),
            _ => None,
        }
    }

    fn on(&self, field: &str) -> bool {
        self.get(field) == Some(&Value::Bool(true))
    }

    fn is_empty(&self, field: &str) -> bool {
        match self.get(field) {
            None => true,
            Some(Value::String(text)) => text.is_empty(),
            Some(Value::List(list)) => list.is_empty(),
            Some(_) => false,
        }
    }

    fn within(&mut self, field: &str, least: f64, most: f64) {
        if let Some(n) = self.number(field).filter(|n| !(least..=most).contains(n)) {
            let bounds = if most >= MOST { format!("{least} or more") } else { format!("from {least} to {most}") };
            self.bad(field, format!("{n} is out of range"), &format!("a number {bounds}"));
        }
    }

    fn form(&mut self, field: &str, (fits, hint): &Form) {
        let texts: Vec<(String, &str)> = match self.get(field) {
            Some(Value::String(text)) if !text.is_empty() => vec![(field.to_owned(), text)],
            Some(Value::List(list)) => {
                let items = list.iter().enumerate();
                items.filter_map(|(i, item)| Some((format!("{field}[{i}]"), item.as_str()?))).collect()
            }
            _ => return,
        };
        for (path, text) in texts {
            if !fits(text) {
                self.bad(&path, format!("`{text}` cannot be the value of `{field}`"), hint);
            }
        }
    }

    fn one_of(&mut self, fields: &[&str]) {
        let given: Vec<&str> = fields.iter().copied().filter(|field| self.get(field).is_some()).collect();
        // Both selectors of a peer go together.
        let together = given == ["namespaceSelector", "podSelector"];
        if given.is_empty() {
            self.bad("", format!("one of {} is missing", fields.join(", ")), "");
        } else if given.len() > 1 && !together {
            self.bad("", format!("{} exclude each other", given.join(" and ")), "keep one of them");
        }
    }

    fn terms(&mut self) {
        if self.get("nodeSelectorTerms").is_some_and(|terms| terms.as_list().is_some_and(<[Value]>::is_empty)) {
            self.bad("nodeSelectorTerms", "without a term, no node fits", "");
        }
    }

    fn labels(&mut self, field: &str) {
        for (key, value) in self.get(field).and_then(Value::as_map).into_iter().flat_map(Map::iter) {
            let path = below(field, key);
            if !formats::is_qualified_name(&key.to_ascii_lowercase()) {
                self.say(&BAD_NAME, &path, format!("`{key}` cannot be the key of a label"), None);
            }
            if let Some(text) = value.as_str().filter(|text| !formats::is_label_value(text)) {
                let hint =
                    "letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, at most 63 characters";
                self.say(&BAD_NAME, &path, format!("`{text}` cannot be the value of a label"), Some(hint));
            }
        }
    }

    /// `numeric`: operators that compare with one number.
    fn requirement(&mut self, numeric: &[&str]) {
        let values = self.list("values");
        match self.text("operator") {
            "In" | "NotIn" if values.is_empty() => self.bad("values", "the operator needs values", ""),
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                self.bad("values", "the operator takes no values", "leave them out");
            }
            operator if numeric.contains(&operator) && values.len() != 1 => {
                self.bad("values", format!("{operator} compares with one whole number"), "write it as a text: ['4']");
            }
            _ => {}
        }
    }

    fn toleration(&mut self) {
        let exists = self.text("operator") == "Exists";
        if self.text("key").is_empty() && !exists {
            self.bad("operator", "without a key, the operator has to be Exists", "it tolerates every taint then");
        }
        if exists && !self.text("value").is_empty() {
            self.bad("value", "what exists may have any value", "leave the value out, or use the operator Equal");
        }
        if self.get("tolerationSeconds").is_some() && self.text("effect") != "NoExecute" {
            self.bad("effect", "tolerationSeconds are for the effect NoExecute", "");
        }
    }

    fn local_profile(&mut self) {
        let (local, file) = (self.text("type") == "Localhost", !self.text("localhostProfile").is_empty());
        if local && !file {
            self.bad("localhostProfile", "the type Localhost needs the name of a profile", "");
        } else if file && !local {
            self.bad("localhostProfile", "only the type Localhost has a profile of its own", "leave it out");
        }
    }

    fn privileges(&mut self) {
        if self.get("allowPrivilegeEscalation") != Some(&Value::Bool(false)) {
            return;
        }
        let add = self.get("capabilities").map_or(&[][..], |capabilities| capabilities.list_at(&["add"]));
        if self.on("privileged") || add.iter().any(|name| name.as_str() == Some("CAP_SYS_ADMIN")) {
            let message = "a privileged container cannot be without privilege escalation";
            self.bad("allowPrivilegeEscalation", message, "leave it out, or take the privileges away");
        }
    }

    fn container(&mut self) {
        for probe in ["livenessProbe", "startupProbe"] {
            let successes = self.get(probe).and_then(|probe| probe.at(&["successThreshold"]));
            if matches!(successes, Some(Value::Number(n)) if *n > 1.0) {
                self.bad(&format!("{probe}.successThreshold"), "one success is enough here", "leave it out");
            }
        }
        if self.get("readinessProbe").is_some_and(|probe| probe.at(&["terminationGracePeriodSeconds"]).is_some()) {
            let message = "a readiness probe ends nothing that could have a grace period";
            self.bad("readinessProbe.terminationGracePeriodSeconds", message, "leave it out");
        }
    }

    fn hook(&mut self) {
        for handler in ["httpGet", "tcpSocket"] {
            let port = self.get(handler).and_then(|handler| handler.at(&["port"]));
            if let Some(Value::Number(n)) =
                port.filter(|port| !matches!(port, Value::Number(n) if (1.0..=65_535.0).contains(n)))
            {
                self.bad(&format!("{handler}.port"), format!("{n} is no port"), "a port is a number from 1 to 65535");
            }
        }
    }

    fn resources(&mut self) {
        let mut names = Vec::new();
        for field in ["limits", "requests"] {
            for (name, value) in self.get(field).and_then(Value::as_map).into_iter().flat_map(Map::iter) {
                names.push(name);
                let path = below(field, name);
                let standard = matches!(name, "cpu" | "memory" | "ephemeral-storage" | "storage")
                    || name.starts_with("hugepages-");
                let extended = name.contains('/') && formats::is_qualified_name(&name.to_ascii_lowercase());
                if !standard && !extended {
                    let hint =
                        "cpu, memory, ephemeral-storage, hugepages-…, or a name with its domain: example.com/device";
                    self.say(&BAD_NAME, &path, format!("there is no resource `{name}`"), Some(hint));
                }
                let amount = match value {
                    Value::String(text) => quantity::amount(text),
                    Value::Number(n) => Some(*n),
                    _ => None,
                };
                if amount.is_some_and(|amount| amount < 0.0) {
                    self.bad(&path, "a resource cannot be less than nothing", "");
                }
            }
        }
        let has = |wanted: &str| names.contains(&wanted);
        if names.iter().any(|name| name.starts_with("hugepages-")) && !has("cpu") && !has("memory") {
            self.bad("", "huge pages need cpu or memory beside them", "");
        }
    }

    fn pod(&mut self) {
        if self.text("dnsPolicy") == "None" {
            let servers = self.get("dnsConfig").map_or(&[][..], |config| config.list_at(&["nameservers"]));
            if servers.is_empty() {
                self.bad(
                    "dnsConfig",
                    "with the policy None, nothing says which DNS servers to ask",
                    "name them in dnsConfig.nameservers",
                );
            }
        }
        if self.on("hostPID") && self.on("shareProcessNamespace") {
            self.bad("shareProcessNamespace", "the host's processes are shared already", "leave it or hostPID out");
        }
        if self.on("hostNetwork") && self.get("hostUsers") == Some(&Value::Bool(false)) {
            self.bad("hostUsers", "a pod in the host's network has the host's users", "leave it out");
        }
        self.labels("nodeSelector");
        let grace = self.number("terminationGracePeriodSeconds").unwrap_or(30.0).max(1.0);
        for list in ["containers", "initContainers"] {
            for (i, container) in self.list(list).iter().enumerate() {
                for hook in ["postStart", "preStop"] {
                    let sleeps = container.at(&["lifecycle", hook, "sleep", "seconds"]);
                    if let Some(Value::Number(n)) =
                        sleeps.filter(|seconds| !matches!(seconds, Value::Number(n) if (0.0..=grace).contains(n)))
                    {
                        let path = format!("{list}[{i}].lifecycle.{hook}.sleep.seconds");
                        self.bad(
                            &path,
                            format!("{n} seconds are more than the pod has to end, {grace}"),
                            "raise terminationGracePeriodSeconds",
                        );
                    }
                }
            }
        }
    }

    fn dns(&mut self) {
        if self.list("nameservers").len() > 3 {
            self.bad("nameservers", "a pod has three DNS servers at most", "");
        }
        if self.list("searches").len() > 32 {
            self.bad("searches", "a pod has 32 search domains at most", "");
        }
    }

    /// A number of pods, or a percentage that is not above 100.
    fn shares(&mut self, fields: &[&str]) {
        for field in fields {
            match self.get(field) {
                Some(Value::Number(n)) if *n < 0.0 => self.bad(field, format!("{n} is below zero"), ""),
                Some(Value::String(text)) => {
                    let digits = text.strip_suffix('%').filter(|digits| !digits.is_empty());
                    let share = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
                    match share.and_then(|digits| digits.parse::<u32>().ok()) {
                        None => self.bad(
                            field,
                            format!("`{text}` is no percentage"),
                            "write a whole number, or a text like '50%'",
                        ),
                        Some(share) if share > 100 => {
                            self.bad(field, format!("{text} is more than all"), "100% is the most");
                        }
                        Some(_) => {}
                    }
                }
                _ => {}
            }
        }
    }

    fn daemon_set(&mut self) {
        let Some(rolling) = self.get("updateStrategy").and_then(|strategy| strategy.at(&["rollingUpdate"])) else {
            return;
        };
        // One pod at a time, unless something is said.
        let unavailable = rolling.at(&["maxUnavailable"]).is_none_or(|value| !is_nothing(value));
        let surge = rolling.at(&["maxSurge"]).is_some_and(|value| !is_nothing(value));
        if unavailable && surge {
            let message = "maxSurge and maxUnavailable exclude each other, and without a word maxUnavailable is 1";
            self.bad("updateStrategy.rollingUpdate", message, "set one of them to 0");
        } else if !unavailable && !surge {
            let message = "with maxUnavailable and maxSurge both 0, no pod would ever be updated";
            self.bad("updateStrategy.rollingUpdate", message, "set one of them to 1 or more");
        }
    }

    fn deployment(&mut self) {
        let strategy = self.get("strategy");
        let rolling = strategy.and_then(|strategy| strategy.at(&["rollingUpdate"])).and_then(Value::as_map);
        if rolling.is_some() && strategy.and_then(|strategy| strategy.text_at(&["type"])) == Some("Recreate") {
            self.bad("strategy.rollingUpdate", "the strategy Recreate does not roll", "leave rollingUpdate out");
        }
        let nothing = |key: &str| rolling.and_then(|rolling| rolling.get(key)).is_some_and(is_nothing);
        if nothing("maxSurge") && nothing("maxUnavailable") {
            let message = "with maxUnavailable and maxSurge both 0, no pod would ever be updated";
            self.bad("strategy.rollingUpdate", message, "set one of them to 1 or more");
        }
        let ready = self.number("minReadySeconds").unwrap_or(0.0);
        if let Some(deadline) = self.number("progressDeadlineSeconds").filter(|deadline| *deadline <= ready) {
            let message = format!("the deadline of {deadline} seconds is over before a pod counts as ready");
            self.bad("progressDeadlineSeconds", message, "it has to be more than minReadySeconds");
        }
    }

    fn job(&mut self) {
        if self.get("selector").is_some() && !self.on("manualSelector") {
            self.bad("selector", "a Job's selector is made by Kubernetes", "leave it out");
        }
        // Without either, there is one of each.
        let counted = self.get("completions").is_some() || self.get("parallelism").is_none();
        if self.text("completionMode") == "Indexed" && !counted {
            self.bad("completions", "an indexed Job needs the number of its completions", "");
        }
    }

    fn exceptions(&mut self) {
        let Some(block) = Cidr::parse(self.text("cidr")) else { return };
        for (i, text) in self.list("except").iter().enumerate().filter_map(|(i, item)| Some((i, item.as_str()?))) {
            if Cidr::parse(text).is_some_and(|except| !block.contains(except) || except == block) {
                self.bad(&format!("except[{i}]"), format!("{text} is no part of {block}"), "");
            }
        }
    }

    fn port_range(&mut self) {
        let Some(end) = self.number("endPort") else { return };
        match self.number("port") {
            None => self.bad("endPort", "a range begins with the number of a port", ""),
            Some(start) if end < start || end > 65_535.0 => {
                self.bad("endPort", format!("the range ends at {end} and begins at {start}"), "");
            }
            Some(_) => {}
        }
    }

    fn one_key_once(&mut self) {
        let binary = self.get("binaryData").and_then(Value::as_map);
        for (key, _) in self.get("data").and_then(Value::as_map).into_iter().flat_map(Map::iter) {
            if binary.is_some_and(|binary| binary.get(key).is_some()) {
                self.bad(&below("data", key), format!("`{key}` is in binaryData too"), "keep one of them");
            }
        }
    }

    fn service(&mut self) {
        self.labels("selector");
        let kind = self.text("type");
        let inside = matches!(kind, "" | "ClusterIP");
        let reached = !matches!(kind, "" | "ClusterIP" | "ExternalName") || !self.list("externalIPs").is_empty();
        if !self.text("externalTrafficPolicy").is_empty() && !reached {
            let message = "only Services that are reached from outside have an externalTrafficPolicy";
            self.bad("externalTrafficPolicy", message, "leave it out");
        }
        for field in ["allocateLoadBalancerNodePorts", "loadBalancerClass"] {
            if self.get(field).is_some() && kind != "LoadBalancer" {
                self.bad(field, format!("only Services of type LoadBalancer have {field}"), "leave it out");
            }
        }
        for (i, port) in self.list("ports").iter().enumerate() {
            if inside && matches!(port.at(&["nodePort"]), Some(Value::Number(n)) if *n != 0.0) {
                let message = "a Service of type ClusterIP has no ports on nodes";
                self.bad(&format!("ports[{i}].nodePort"), message, "leave it out, or set `type: NodePort`");
            }
        }
    }

    fn claim(&mut self) {
        let asked = self.get("resources").and_then(|resources| resources.at(&["requests", "storage"]));
        if asked.is_none_or(|size| *size == Value::Null) {
            let hint = "say how much: resources.requests.storage: 1Gi";
            self.say(&MISSING_FIELD, "resources.requests.storage", "the claim asks for no storage", Some(hint));
        }
    }

    fn root_schema(&mut self) {
        let kind = self.get("openAPIV3Schema").and_then(|schema| schema.text_at(&["type"]));
        if self.type_name.ends_with("v1.CustomResourceValidation") && kind != Some("object") {
            self.bad("openAPIV3Schema.type", "the schema of a kind is of type object", "write `type: object`");
        }
    }

    /// Structural schemas have a type for every field (apiextensions-apiserver, `pkg/apiserver/schema`).
    fn schema(&mut self) {
        const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];
        let kind = self.text("type");
        if !kind.is_empty() && !TYPES.contains(&kind) {
            self.bad("type", format!("`{kind}` is no type of a schema"), &TYPES.join(", "));
        }
        let typed = |schema: &Map| {
            let on = |name: &str| schema.get(name) == Some(&Value::Bool(true));
            schema.get("type").is_some_and(|kind| *kind != Value::Null)
                || on("x-kubernetes-int-or-string")
                || on("x-kubernetes-preserve-unknown-fields")
        };
        for (name, schema) in self.get("properties").and_then(Value::as_map).into_iter().flat_map(Map::iter) {
            if schema.as_map().is_some_and(|schema| !typed(schema)) && typed(self.map) {
                self.say(&MISSING_FIELD, &below("properties", name), "the field has no type", None);
            }
        }
    }
}

/// 0, or `0%`.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Number(n) => *n == 0.0,
        Value::String(text) => text.strip_suffix('%').is_some_and(|digits| digits.parse() == Ok(0_u32)),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
