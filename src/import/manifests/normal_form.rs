//! An object without what the API server, controllers and delivery tools have put into it.
//!
//! Objects of a cluster and rendered ones go through the same, so whatever is taken away cannot be a difference. Nothing
//! secret stays: a Secret keeps the names of its entries.

use super::comparison::with;
use crate::import::secrets;
use crate::value::{Map, Value};

/// What the API server writes where nothing is said: the name of the map that the field is in, the field, its default.
const DEFAULTS: &[(&[&str], &str, Default)] = &[
    (&["containers", "initContainers"], "imagePullPolicy", Default::Text("IfNotPresent")),
    (&["containers", "initContainers"], "terminationMessagePath", Default::Text("/dev/termination-log")),
    (&["containers", "initContainers"], "terminationMessagePolicy", Default::Text("File")),
    (&["containers", "initContainers"], "resources", Default::Empty),
    (&["containers", "initContainers"], "securityContext", Default::Empty),
    (&["env"], "value", Default::Text("")),
    (PROBES, "failureThreshold", Default::Number(3.0)),
    (PROBES, "initialDelaySeconds", Default::Number(0.0)),
    (PROBES, "periodSeconds", Default::Number(10.0)),
    (PROBES, "successThreshold", Default::Number(1.0)),
    (PROBES, "timeoutSeconds", Default::Number(1.0)),
    (&["httpGet"], "scheme", Default::Text("HTTP")),
    (&["grpc"], "service", Default::Text("")),
    (&["ports"], "protocol", Default::Text("TCP")),
    (&["fieldRef"], "apiVersion", Default::Text("v1")),
    (&["resourceFieldRef"], "divisor", Default::Text("0")),
    (&["hostPath"], "type", Default::Text("")),
    (&["configMap", "secret", "projected", "downwardAPI"], "defaultMode", Default::Number(420.0)),
    (&["serviceAccountToken"], "expirationSeconds", Default::Number(3600.0)),
    (&["subjects"], "apiGroup", Default::Text("")),
    (&["strategy", "updateStrategy"], "type", Default::Text("RollingUpdate")),
    (&["(rolling DaemonSet)"], "maxSurge", Default::Number(0.0)),
    (&["(rolling Deployment)"], "maxSurge", Default::Text("25%")),
    (&["(rolling Deployment)"], "maxUnavailable", Default::Text("25%")),
    (&["volumeMounts"], "readOnly", Default::False),
    (&["Namespace"], "finalizers", Default::Anything),
    (POD, "dnsPolicy", Default::Text("ClusterFirst")),
    (POD, "enableServiceLinks", Default::True),
    (POD, "hostIPC", Default::False),
    (POD, "hostNetwork", Default::False),
    (POD, "hostPID", Default::False),
    (POD, "restartPolicy", Default::Text("Always")),
    (POD, "schedulerName", Default::Text("default-scheduler")),
    (POD, "securityContext", Default::Empty),
    (POD, "serviceAccount", Default::Anything),
    (POD, "terminationGracePeriodSeconds", Default::Number(30.0)),
    (&["DaemonSet", "Deployment", "StatefulSet"], "revisionHistoryLimit", Default::Number(10.0)),
    (&["Deployment"], "progressDeadlineSeconds", Default::Number(600.0)),
    (&["DaemonSet", "Deployment", "StatefulSet"], "minReadySeconds", Default::Number(0.0)),
    (&["Service"], "clusterIPs", Default::Anything),
    (&["Service"], "internalTrafficPolicy", Default::Text("Cluster")),
    (&["Service"], "ipFamilies", Default::Anything),
    (&["Service"], "ipFamilyPolicy", Default::Text("SingleStack")),
    (&["Service"], "sessionAffinity", Default::Text("None")),
    (&["Service"], "type", Default::Text("ClusterIP")),
    (&["CustomResourceDefinition"], "preserveUnknownFields", Default::Anything),
    (&["CronJob"], "concurrencyPolicy", Default::Text("Allow")),
    (&["CronJob"], "failedJobsHistoryLimit", Default::Number(1.0)),
    (&["CronJob"], "successfulJobsHistoryLimit", Default::Number(3.0)),
    (&["CronJob"], "suspend", Default::False),
    (JOB, "backoffLimit", Default::Number(6.0)),
    (JOB, "completionMode", Default::Text("NonIndexed")),
    (JOB, "completions", Default::Number(1.0)),
    (JOB, "manualSelector", Default::Anything),
    (JOB, "parallelism", Default::Number(1.0)),
    (JOB, "podReplacementPolicy", Default::Text("TerminatingOrFailed")),
    (JOB, "selector", Default::Anything),
    (JOB, "suspend", Default::False),
];

const PROBES: &[&str] = &["livenessProbe", "readinessProbe", "startupProbe"];

/// Names that [`normal`] gives to what has the same name in several kinds: the `spec` of a pod's and of a job's template, and the
/// limits of a rolling update.
const POD: &[&str] = &["(pod)"];
const JOB: &[&str] = &["(job)", "Job"];

/// Maps that say nothing once what is so anyway is taken out of them.
const EMPTY: [&str; 4] = ["metadata", "rollingUpdate", "strategy", "updateStrategy"];

enum Default {
    Text(&'static str),
    Number(f64),
    True,
    False,
    /// An empty map.
    Empty,
    /// Derived from other fields.
    Anything,
}

impl Default {
    fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text(text), Value::String(value)) => text == value,
            (Self::Number(number), Value::Number(value)) => (number - value).abs() < f64::EPSILON,
            (Self::True, Value::Bool(flag)) => *flag,
            (Self::False, Value::Bool(flag)) => !flag,
            (Self::Empty, Value::Map(map)) => map.is_empty(),
            (Self::Anything, _) => true,
            _ => false,
        }
    }
}

/// Fields of `metadata` that say what the object is; the others say how it came and what became of it.
const METADATA: [&str; 4] = ["annotations", "labels", "name", "namespace"];

/// Labels and annotations of whatever applied the object.
const DELIVERY: [&str; 12] = [
    "argocd.argoproj.io/",
    "batch.kubernetes.io/",
    "controller-gen.kubebuilder.io/",
    "controller-uid",
    "deployment.kubernetes.io/",
    "deprecated.daemonset.template.generation",
    "helm.toolkit.fluxcd.io/",
    "job-name",
    "kubectl.kubernetes.io/",
    "kubernetes.io/metadata.name",
    "kustomize.toolkit.fluxcd.io/",
    "meta.helm.sh/",
];

/// The object without what others have put into it.
#[must_use]
pub fn normal(object: &Value) -> Value {
    let kind = object.at(&["kind"]).and_then(Value::as_str).unwrap_or_default();
    let entries = object.as_map().into_iter().flat_map(Map::iter);
    let kept = entries.filter(|(key, value)| {
        let of_a_controller = *key == "status" || *key == "secrets" && kind == "ServiceAccount";
        // The server gives out an object in whatever version of its API it is asked for.
        let how_asked = *key == "apiVersion";
        !of_a_controller && !how_asked && **value != Value::Null
    });
    let entries = kept.map(|(key, value)| {
        let value = match key {
            "data" | "stringData" if kind == "Secret" => hidden(value),
            "data" => lines(value),
            "spec" if kind == "CustomResourceDefinition" => below(&in_v1(value), kind),
            "spec" => below(value, kind),
            key => below(value, key),
        };
        // A Secret's strings are written as data.
        let key = if key == "stringData" && kind == "Secret" { "data" } else { key };
        (key.to_owned(), value)
    });
    // The server gives a Namespace a spec of its own.
    let says = |(key, value): &(String, Value)| key != "spec" || value.as_map().is_none_or(|map| !map.is_empty());
    let whole = Value::Map(Map::from_entries(entries.filter(says).collect()));
    if kind == "Secret" { whole } else { secrets::strip(&whole).0 }
}

/// The `spec` of a definition of a kind as `apiextensions.k8s.io/v1` has it, which is how servers give out one of v1beta1.
fn in_v1(spec: &Value) -> Value {
    let Some(version) = spec.at(&["version"]) else { return spec.clone() };
    let of_versions = ["schema", "subresources"];
    let schema = spec.at(&["validation"]);
    let parts = [schema, spec.at(&["subresources"])];
    let parts: Vec<_> = of_versions.iter().zip(parts).filter_map(|(key, part)| Some((*key, part?))).collect();
    let whole = |map: &Map| {
        let own = map.iter().map(|(key, value)| (key.to_owned(), value.clone()));
        let missing = parts.iter().filter(|(key, _)| map.get(key).is_none());
        let entries = own.chain(missing.map(|(key, part)| ((*key).to_owned(), (*part).clone())));
        Value::Map(Map::from_entries(entries.collect()))
    };
    let versions = match spec.list_at(&["versions"]) {
        [] => {
            let only = [("name", version.clone()), ("served", Value::Bool(true)), ("storage", Value::Bool(true))];
            vec![whole(&Map::from_entries(only.map(|(key, value)| (key.to_owned(), value)).to_vec()))]
        }
        given => given.iter().filter_map(Value::as_map).map(whole).collect(),
    };
    let moved = ["subresources", "validation", "version", "versions"];
    let entries = spec.as_map().into_iter().flat_map(Map::iter).filter(|(key, _)| !moved.contains(key));
    let mut entries: Vec<_> = entries.map(|(key, value)| (key.to_owned(), value.clone())).collect();
    entries.push(("versions".to_owned(), Value::List(versions)));
    Value::Map(Map::from_entries(entries))
}

fn hidden(data: &Value) -> Value {
    let names = data.as_map().into_iter().flat_map(Map::iter);
    Value::Map(Map::from_entries(
        names.map(|(name, _)| (name.to_owned(), Value::String("(hidden)".to_owned()))).collect(),
    ))
}

/// `name`: that of the field which the value stands in, or of the kind whose `spec` it is.
fn below(value: &Value, name: &str) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(|item| below(item, name)).collect()),
        Value::Map(map) if name == "metadata" => metadata(map),
        Value::Map(map) if ["requests", "limits"].contains(&name) => {
            // A quantity may be written as a number.
            let text = |value: &Value| match value {
                Value::Number(number) => Value::String(number.to_string()),
                other => other.clone(),
            };
            Value::Map(Map::from_entries(map.iter().map(|(key, value)| (key.to_owned(), text(value))).collect()))
        }
        Value::Map(map) => {
            let is_default = |key: &str, value: &Value| {
                let known = DEFAULTS
                    .iter()
                    .any(|(maps, field, default)| *field == key && maps.contains(&name) && default.is(value));
                known || default_by_its_neighbours(name, key, value, map)
            };
            let kept = map.iter().filter(|(key, value)| **value != Value::Null && !is_default(key, value));
            let inner = |key: &str, value: &Value| match (name, key) {
                ("template", "spec") => below(value, "(pod)"),
                ("jobTemplate", "spec") => below(value, "(job)"),
                ("updateStrategy", "rollingUpdate") => below(value, "(rolling DaemonSet)"),
                ("strategy", "rollingUpdate") => below(value, "(rolling Deployment)"),
                _ => below(value, key),
            };
            let mut entries: Vec<_> = kept.map(|(key, value)| (key.to_owned(), inner(key, value))).collect();
            let empty = |value: &Value| value.as_map().is_some_and(Map::is_empty);
            entries.retain(|(key, value)| !(EMPTY.contains(&key.as_str()) && empty(value)));
            // A schema's descriptions are for people, and the library's schemas have none.
            if ["type", "properties", "anyOf", "x-kubernetes-int-or-string"].iter().any(|key| map.get(key).is_some()) {
                entries.retain(|(key, value)| key != "description" || value.as_str().is_none());
            }
            say_numbers(name, &mut entries);
            Value::Map(Map::from_entries(entries))
        }
        scalar => lines(scalar),
    }
}

/// Defaults that are said on both sides instead of on none: numbers that somebody may have chosen, and a search has to see.
fn say_numbers(name: &str, entries: &mut Vec<(String, Value)>) {
    if ["Deployment", "StatefulSet"].contains(&name) && !entries.iter().any(|(key, _)| key == "replicas") {
        entries.push(("replicas".to_owned(), Value::Number(1.0)));
    }
    if name == "DaemonSet" {
        const ROLLING: [&str; 2] = ["rollingUpdate", "maxUnavailable"];
        let given = entries.iter().position(|(key, _)| key == "updateStrategy").map(|i| entries.remove(i).1);
        let given = given.unwrap_or_else(|| Value::Map(Map::default()));
        let said = given.text_at(&["type"]) == Some("OnDelete") || given.at(&ROLLING).is_some();
        let strategy = if said { given } else { with(&given, &ROLLING, Value::Number(1.0)) };
        entries.push(("updateStrategy".to_owned(), strategy));
    }
}

/// Empty lines and blanks at an end mean nothing in a script or a configuration file.
fn lines(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains('\n') => {
            let kept = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
            Value::String(kept.collect::<Vec<_>>().join("\n") + "\n")
        }
        Value::Map(map) => {
            Value::Map(Map::from_entries(map.iter().map(|(key, value)| (key.to_owned(), lines(value))).collect()))
        }
        other => other.clone(),
    }
}

/// Defaults that depend on what else is said.
fn default_by_its_neighbours(name: &str, key: &str, value: &Value, map: &Map) -> bool {
    match (name, key) {
        // On the node's network a port is the node's.
        ("ports", "hostPort") => map.get("containerPort") == Some(value),
        ("ports", "targetPort") => map.get("port") == Some(value),
        ("subjects", "apiGroup") => {
            value.as_str() == Some("rbac.authorization.k8s.io")
                && map.get("kind").and_then(Value::as_str).is_some_and(|kind| ["Group", "User"].contains(&kind))
        }
        ("CustomResourceDefinition", "conversion") => value.text_at(&["strategy"]) == Some("None"),
        ("names", "listKind") => {
            let kind = map.get("kind").and_then(Value::as_str).unwrap_or_default();
            value.as_str().and_then(|list| list.strip_suffix("List")) == Some(kind)
        }
        ("names", "singular") => {
            let kind = map.get("kind").and_then(Value::as_str).unwrap_or_default();
            value.as_str() == Some(kind.to_ascii_lowercase().as_str())
        }
        _ => false,
    }
}

fn metadata(map: &Map) -> Value {
    let mut entries = Vec::new();
    for (key, value) in map.iter().filter(|(key, value)| METADATA.contains(key) && **value != Value::Null) {
        let Some(names) = value.as_map() else {
            entries.push((key.to_owned(), value.clone()));
            continue;
        };
        let delivered = |name: &str, value: &Value| {
            DELIVERY.iter().any(|prefix| name.starts_with(prefix)) && name != "kubectl.kubernetes.io/default-container"
                || name == "app.kubernetes.io/managed-by" && value.as_str() == Some("Helm")
        };
        let kept: Vec<_> = names
            .iter()
            .filter(|(name, value)| !delivered(name, value))
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect();
        if !kept.is_empty() {
            entries.push((key.to_owned(), Value::Map(Map::from_entries(kept))));
        }
    }
    Value::Map(Map::from_entries(entries))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(yaml: &str) -> Value {
        let input = crate::import::input::Input { name: String::new(), text: yaml.to_owned() };
        crate::import::yaml_reader::read_documents(&input).expect("the test's YAML")[0].value.clone()
    }

    #[test]
    fn what_the_server_adds_is_no_difference() {
        let written = "
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: a, namespace: b, labels: {k8s-app: a}}
spec:
  template:
    metadata: {labels: {k8s-app: a}}
    spec:
      serviceAccountName: a
      containers:
      - {name: a, image: i, ports: [{containerPort: 80, hostPort: 80}], livenessProbe: {httpGet: {path: /, port: 80}}, resources: {limits: {cpu: 1}}}
      volumes: [{name: v, configMap: {name: c}}]
";
        let stored = "
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: a
  namespace: b
  uid: x
  generation: 3
  creationTimestamp: '2026-01-01T00:00:00Z'
  managedFields: [{manager: kubectl}]
  labels: {k8s-app: a, app.kubernetes.io/managed-by: Helm}
  annotations: {deprecated.daemonset.template.generation: '3', meta.helm.sh/release-name: c, kubectl.kubernetes.io/last-applied-configuration: '{}'}
spec:
  revisionHistoryLimit: 10
  updateStrategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}
  template:
    metadata: {creationTimestamp: null, labels: {k8s-app: a}, annotations: {kubectl.kubernetes.io/restartedAt: x}}
    spec:
      serviceAccountName: a
      serviceAccount: a
      dnsPolicy: ClusterFirst
      restartPolicy: Always
      schedulerName: default-scheduler
      securityContext: {}
      terminationGracePeriodSeconds: 30
      containers:
      - name: a
        image: i
        imagePullPolicy: IfNotPresent
        terminationMessagePath: /dev/termination-log
        terminationMessagePolicy: File
        ports: [{containerPort: 80, hostPort: 80, protocol: TCP}]
        livenessProbe: {httpGet: {path: /, port: 80, scheme: HTTP}, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3}
        resources: {limits: {cpu: '1'}}
      volumes: [{name: v, configMap: {name: c, defaultMode: 420}}]
status: {numberReady: 3}
";
        assert_eq!(normal(&value(written)), normal(&value(stored)));
    }

    #[test]
    fn what_somebody_has_chosen_is_one() {
        for (one, other) in [
            ("{kind: Service, spec: {clusterIP: 10.96.0.10}}", "{kind: Service, spec: {clusterIP: 10.96.0.11}}"),
            (
                "{kind: Deployment, spec: {strategy: {rollingUpdate: {maxSurge: 0}}}}",
                "{kind: Deployment, spec: {strategy: {rollingUpdate: {maxSurge: 25%}}}}",
            ),
            (
                "{kind: DaemonSet, spec: {updateStrategy: {rollingUpdate: {maxUnavailable: 2}}}}",
                "{kind: DaemonSet, spec: {}}",
            ),
            ("{kind: DaemonSet, spec: {updateStrategy: {type: OnDelete}}}", "{kind: DaemonSet, spec: {}}"),
        ] {
            assert_ne!(normal(&value(one)), normal(&value(other)), "{one}");
        }
    }

    #[test]
    fn what_means_the_same_is_none() {
        for (one, other) in [
            (
                "{kind: Deployment, spec: {strategy: {rollingUpdate: {maxUnavailable: 1}}}}",
                "{kind: Deployment, spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1, maxSurge: 25%}}}}",
            ),
            (
                "{kind: Deployment, spec: {}}",
                "{kind: Deployment, spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 25%, maxSurge: 25%}}}}",
            ),
            ("{kind: DaemonSet, spec: {}}", "{kind: DaemonSet, spec: {updateStrategy: {type: RollingUpdate}}}"),
            (
                "{kind: RoleBinding, subjects: [{kind: Group, name: a}]}",
                "{kind: RoleBinding, subjects: [{kind: Group, name: a, apiGroup: rbac.authorization.k8s.io}]}",
            ),
            (
                "{kind: DaemonSet, spec: {template: {spec: {hostNetwork: false, containers: [{name: a, volumeMounts: [{name: b, readOnly: false}]}]}}}}",
                "{kind: DaemonSet, spec: {template: {spec: {containers: [{name: a, volumeMounts: [{name: b}]}]}}}}",
            ),
            (
                "{kind: CronJob, spec: {jobTemplate: {spec: {}}}}",
                "{kind: CronJob, spec: {jobTemplate: {metadata: {creationTimestamp: null}, spec: {}}}}",
            ),
            (
                "{kind: Namespace, metadata: {name: a}}",
                "{kind: Namespace, metadata: {name: a, labels: {kubernetes.io/metadata.name: a}}, spec: {finalizers: [kubernetes]}}",
            ),
            (
                "{apiVersion: policy/v1, kind: PodDisruptionBudget}",
                "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget}",
            ),
            (
                "{kind: CustomResourceDefinition, spec: {names: {kind: A, plural: as}, versions: [{schema: {openAPIV3Schema: {type: object}}}]}}",
                "{kind: CustomResourceDefinition, spec: {conversion: {strategy: None}, names: {kind: A, plural: as, singular: a, listKind: AList}, \
                 versions: [{schema: {openAPIV3Schema: {type: object, description: why}}}]}}",
            ),
            (
                "{kind: CustomResourceDefinition, spec: {version: v1, validation: {openAPIV3Schema: {type: object}}}}",
                "{kind: CustomResourceDefinition, spec: {preserveUnknownFields: true, versions: \
                 [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}}",
            ),
        ] {
            assert_eq!(normal(&value(one)), normal(&value(other)), "{one}");
        }
    }

    #[test]
    fn nothing_secret_stays() {
        let secret =
            normal(&value("{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {tls.key: TOPSECRET}}"));
        assert_eq!(secret.at(&["data", "tls.key"]).and_then(Value::as_str), Some("(hidden)"));
        let pod = normal(&value("{kind: Pod, spec: {containers: [{env: [{name: DB_PASSWORD, value: TOPSECRET}]}]}}"));
        assert!(!crate::yaml::to_yaml(&pod).contains("TOPSECRET"));
    }
}
