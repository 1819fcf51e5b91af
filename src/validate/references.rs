//! What objects name of each other: it is in the tree, or something makes it in the cluster.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::below;
use super::rules::{DANGLING_REFERENCE, OUTSIDE_REFERENCE, SELECTS_NOTHING};
use super::workloads::{containers, pod_template};
use crate::finding::{Finding, suggest};
use crate::object::KubeObject;
use crate::value::{Map, Value};

/// What no tree holds since something makes it in the cluster: kind, name (a `*` at the end stands for anything), who makes
/// it, and the workload whose absence shows that an install beside this one makes it.
const MADE_IN_THE_CLUSTER: [(&str, &str, &str, Option<&str>); 15] = [
    ("ClusterRole", "system:*", "the API server", None),
    ("ClusterRole", "cluster-admin", "the API server", None),
    ("ClusterRole", "admin", "the API server", None),
    ("ClusterRole", "edit", "the API server", None),
    ("ClusterRole", "view", "the API server", None),
    ("ConfigMap", "cilium-config", "the install that has the agent", Some("cilium")),
    ("ConfigMap", "clustermesh-remote-users", "`cilium clustermesh connect`", None),
    ("ConfigMap", "extension-apiserver-authentication", "the API server", None),
    ("ConfigMap", "kube-root-ca.crt", "the controller manager", None),
    ("PriorityClass", "system-cluster-critical", "the API server", None),
    ("PriorityClass", "system-node-critical", "the API server", None),
    ("Role", "extension-apiserver-authentication-reader", "the API server", None),
    ("ServiceAccount", "coredns", "kubeadm", None),
    ("ServiceAccount", "default", "the controller manager", None),
    ("ServiceAccount", "prometheus-k8s", "the monitoring stack", None),
];

/// Jobs and controllers of the tree that make Secrets and ConfigMaps: what a workload's arguments or objects say they make.
const CERTGEN: &str = "certgen";

struct Tree<'a> {
    objects: &'a [KubeObject],
    /// kind → (namespace, name) → the object
    index: BTreeMap<&'a str, BTreeMap<(&'a str, &'a str), &'a KubeObject>>,
    /// Names of Secrets that something in the tree makes.
    made: BTreeSet<(String, String)>,
}

/// Every reference of every object.
pub fn check(objects: &[KubeObject]) -> Vec<Finding> {
    let tree = Tree::new(objects);
    let mut findings = Vec::new();
    for object in objects {
        tree.pods(object, &mut findings);
        tree.role(object, &mut findings);
        tree.service(object, &mut findings);
    }
    findings
}

impl<'a> Tree<'a> {
    fn new(objects: &'a [KubeObject]) -> Self {
        let mut index: BTreeMap<&str, BTreeMap<(&str, &str), &KubeObject>> = BTreeMap::new();
        for object in objects {
            let namespace = object.id.namespace.as_deref().unwrap_or_default();
            index.entry(&object.id.kind).or_default().insert((namespace, &object.id.name), object);
        }
        let made = objects.iter().flat_map(made_by).collect();
        Self { objects, index, made }
    }

    fn get(&self, kind: &str, namespace: &str, name: &str) -> Option<&'a KubeObject> {
        self.index.get(kind)?.get(&(namespace, name)).copied()
    }

    /// A finding for what is neither in the tree nor made in the cluster.
    fn missing(&self, kind: &str, namespace: &str, name: &str) -> Option<Finding> {
        let known = |(of, pattern, _, without): &(&str, &str, &str, Option<&str>)| {
            *of == kind
                && pattern.strip_suffix('*').map_or(*pattern == name, |start| name.starts_with(start))
                && without.is_none_or(|agent| self.get("DaemonSet", namespace, agent).is_none())
        };
        if name.is_empty()
            || self.get(kind, namespace, name).is_some()
            || self.made.contains(&(namespace.to_owned(), name.to_owned()))
            || MADE_IN_THE_CLUSTER.iter().any(known)
        {
            return None;
        }
        let place = if namespace.is_empty() { String::new() } else { format!(" in the namespace {namespace}") };
        let message = format!("the tree has no {kind} `{name}`{place}");
        let names = self.index.get(kind).into_iter().flat_map(BTreeMap::keys).filter(|key| key.0 == namespace);
        // A slip of the keyboard; names that differ by more may well be two things.
        let slip = names.map(|key| key.1).filter(|other| strsim::damerau_levenshtein(name, other) <= 2).min();
        Some(match slip.filter(|_| name.len() > 4) {
            Some(near) => DANGLING_REFERENCE.finding(message).hint(format!("did you mean `{near}`?")),
            None => OUTSIDE_REFERENCE.finding(message).hint(
                "it must be in the cluster before the tree is applied; extraObjects can bring it, unless it is a key",
            ),
        })
    }

    fn pods(&self, object: &KubeObject, findings: &mut Vec<Finding>) {
        let Some((template, keys)) = pod_template(object) else { return };
        let Some(spec) = template.at(&["spec"]) else { return };
        let namespace = object.id.namespace.as_deref().unwrap_or_default();
        let path = keys.iter().chain(&["spec"]).fold(object.field_path.clone(), |path, key| below(&path, key));
        let mut note = |finding: Option<Finding>, path: String| {
            findings.extend(finding.map(|finding| finding.object(&object.id).path(path)));
        };
        for key in ["serviceAccountName", "serviceAccount"] {
            if let Some(name) = spec.text_at(&[key]) {
                note(self.missing("ServiceAccount", namespace, name), below(&path, key));
                break;
            }
        }
        if let Some(name) = spec.text_at(&["priorityClassName"]) {
            note(self.missing("PriorityClass", "", name), below(&path, "priorityClassName"));
        }
        for (i, volume) in spec.list_at(&["volumes"]).iter().enumerate() {
            let path = format!("{path}.volumes[{i}]");
            note(self.source(volume, "configMap", "ConfigMap", "name", namespace), format!("{path}.configMap"));
            note(self.source(volume, "secret", "Secret", "secretName", namespace), format!("{path}.secret"));
            for (j, part) in volume.list_at(&["projected", "sources"]).iter().enumerate() {
                let path = format!("{path}.projected.sources[{j}]");
                note(self.source(part, "configMap", "ConfigMap", "name", namespace), format!("{path}.configMap"));
                note(self.source(part, "secret", "Secret", "name", namespace), format!("{path}.secret"));
            }
        }
        for (kind, i, container) in containers(spec) {
            let path = format!("{path}.{kind}[{i}]");
            for (j, from) in container.list_at(&["envFrom"]).iter().enumerate() {
                let path = format!("{path}.envFrom[{j}]");
                note(self.source(from, "configMapRef", "ConfigMap", "name", namespace), format!("{path}.configMapRef"));
                note(self.source(from, "secretRef", "Secret", "name", namespace), format!("{path}.secretRef"));
            }
            for (j, variable) in container.list_at(&["env"]).iter().enumerate() {
                let Some(from) = variable.at(&["valueFrom"]) else { continue };
                let path = format!("{path}.env[{j}].valueFrom");
                note(
                    self.source(from, "configMapKeyRef", "ConfigMap", "name", namespace),
                    format!("{path}.configMapKeyRef"),
                );
                note(self.source(from, "secretKeyRef", "Secret", "name", namespace), format!("{path}.secretKeyRef"));
            }
        }
    }

    /// `{ configMap: { name, items, optional } }` and its kind: the object, and the keys that are asked of it.
    fn source(&self, value: &Value, field: &str, kind: &str, name_key: &str, namespace: &str) -> Option<Finding> {
        let reference = value.at(&[field])?;
        if reference.at(&["optional"]) == Some(&Value::Bool(true)) {
            return None;
        }
        let name = reference.text_at(&[name_key])?;
        if let Some(finding) = self.missing(kind, namespace, name) {
            return Some(finding);
        }
        let target = self.get(kind, namespace, name)?;
        let keys = reference
            .list_at(&["items"])
            .iter()
            .filter_map(|item| item.text_at(&["key"]))
            .chain(reference.text_at(&["key"]));
        let has = |key: &str| {
            ["data", "binaryData", "stringData"].iter().any(|field| target.body.at(&[field, key]).is_some())
        };
        let lacking = keys.into_iter().find(|key| !has(key))?;
        let known: Vec<&str> = target
            .body
            .at(&["data"])
            .and_then(Value::as_map)
            .into_iter()
            .flat_map(Map::iter)
            .map(|(key, _)| key)
            .collect();
        let mut finding = DANGLING_REFERENCE.finding(format!("the {kind} `{name}` has no key `{lacking}`"));
        finding.hint = suggest(lacking, known);
        Some(finding)
    }

    fn role(&self, object: &KubeObject, findings: &mut Vec<Finding>) {
        if object.id.group() != "rbac.authorization.k8s.io" || !object.id.kind.ends_with("Binding") {
            return;
        }
        let (Some(kind), Some(name)) =
            (object.body.text_at(&["roleRef", "kind"]), object.body.text_at(&["roleRef", "name"]))
        else {
            return;
        };
        let namespace = if kind == "Role" { object.id.namespace.as_deref().unwrap_or_default() } else { "" };
        if ["Role", "ClusterRole"].contains(&kind) {
            let path = format!("{}.roleRef.name", object.field_path);
            findings.extend(self.missing(kind, namespace, name).map(|finding| finding.object(&object.id).path(path)));
        }
        for (i, subject) in object.body.list_at(&["subjects"]).iter().enumerate() {
            if subject.text_at(&["kind"]) != Some("ServiceAccount") {
                continue;
            }
            let (Some(name), Some(namespace)) = (subject.text_at(&["name"]), subject.text_at(&["namespace"])) else {
                continue;
            };
            let path = format!("{}.subjects[{i}].name", object.field_path);
            findings.extend(
                self.missing("ServiceAccount", namespace, name).map(|finding| finding.object(&object.id).path(path)),
            );
        }
    }

    fn service(&self, object: &KubeObject, findings: &mut Vec<Finding>) {
        if object.id.kind != "Service" || !object.id.group().is_empty() {
            return;
        }
        let Some(selector) =
            object.body.at(&["spec", "selector"]).and_then(Value::as_map).filter(|map| !map.is_empty())
        else {
            return;
        };
        let selected: Vec<&Value> = self
            .objects
            .iter()
            .filter(|other| other.id.namespace == object.id.namespace)
            .filter_map(pod_template)
            .map(|(template, _)| template)
            .filter(|template| {
                selector.iter().all(|(key, value)| template.at(&["metadata", "labels", key]) == Some(value))
            })
            .collect();
        if selected.is_empty() {
            let labels: Vec<String> =
                selector.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
            findings.push(
                SELECTS_NOTHING
                    .finding(format!("no workload of the tree has pods with the labels {}", labels.join(", ")))
                    .object(&object.id)
                    .path(format!("{}.spec.selector", object.field_path))
                    .hint("give the selector the labels of a pod template in the same namespace"),
            );
            return;
        }
        let names: BTreeSet<&str> = selected
            .iter()
            .filter_map(|template| template.at(&["spec"]))
            .flat_map(|spec| containers(spec).flat_map(|(_, _, container)| container.list_at(&["ports"])))
            .filter_map(|port| port.text_at(&["name"]))
            .collect();
        for (i, port) in object.body.list_at(&["spec", "ports"]).iter().enumerate() {
            let Some(target) = port.text_at(&["targetPort"]).filter(|name| !names.contains(name)) else { continue };
            let mut finding = DANGLING_REFERENCE
                .finding(format!("no pod that the Service selects has a port named `{target}`"))
                .object(&object.id)
                .path(format!("{}.spec.ports[{i}].targetPort", object.field_path));
            finding.hint = suggest(target, names.iter().copied().collect::<Vec<_>>());
            findings.push(finding);
        }
    }
}

/// The Secrets and ConfigMaps that an object of the tree has made in the cluster: (namespace, name).
pub fn made_by(object: &KubeObject) -> Vec<(String, String)> {
    let namespace = object.id.namespace.clone().unwrap_or_default();
    if object.id.group() == "cert-manager.io" && object.id.kind == "Certificate" {
        return object
            .body
            .text_at(&["spec", "secretName"])
            .map(|name| (namespace, name.to_owned()))
            .into_iter()
            .collect();
    }
    let Some(spec) = pod_template(object).and_then(|(template, _)| template.at(&["spec"])) else { return Vec::new() };
    containers(spec).flat_map(|(_, _, container)| certificates(container, &namespace)).collect()
}

/// What Cilium's certgen is told to make: the Secrets of its configuration, and the CA's own.
fn certificates(container: &Value, namespace: &str) -> Vec<(String, String)> {
    if container.text_at(&["name"]) != Some(CERTGEN) {
        return Vec::new();
    }
    let mut made = Vec::new();
    let flag = |name: &str| {
        container
            .list_at(&["args"])
            .iter()
            .filter_map(Value::as_str)
            .find_map(|arg| arg.strip_prefix(name)?.strip_prefix('='))
    };
    if let Some(name) = flag("--ca-secret-name") {
        made.push((flag("--ca-secret-namespace").unwrap_or(namespace).to_owned(), name.to_owned()));
    }
    let config = container
        .list_at(&["env"])
        .iter()
        .find(|variable| variable.text_at(&["name"]) == Some("CILIUM_CERTGEN_CONFIG"));
    for line in config.and_then(|variable| variable.text_at(&["value"])).unwrap_or_default().lines() {
        let line = line.trim_start().trim_start_matches("- ");
        if let Some(name) = line.strip_prefix("name: ") {
            made.push((namespace.to_owned(), name.trim().trim_matches(['"', '\'']).to_owned()));
        } else if let (Some(place), Some(last)) = (line.strip_prefix("namespace: "), made.last_mut()) {
            place.trim().trim_matches(['"', '\'']).clone_into(&mut last.0);
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, said};
    use super::*;

    fn findings(objects: &[&str]) -> Vec<String> {
        let objects: Vec<KubeObject> = objects.iter().map(|yaml| object(yaml)).collect();
        said(&check(&objects)).iter().map(|line| line.replace("manifests.c.k.", "")).collect()
    }

    const ACCOUNT: &str = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: agent, namespace: n}}";
    const CONFIG: &str = "{apiVersion: v1, kind: ConfigMap, metadata: {name: config, namespace: n}, data: {a: b}}";

    fn daemon_set(spec: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: d, namespace: n}}, spec: {{template: {{metadata: \
             {{labels: {{app: d}}}}, spec: {{{spec}}}}}}}}}"
        )
    }

    #[test]
    fn what_a_pod_names_is_in_the_tree() {
        let good = daemon_set(
            "serviceAccountName: agent, priorityClassName: system-node-critical, volumes: [{name: v, configMap: {name: config, items: \
             [{key: a}]}}, {name: w, secret: {secretName: s, optional: true}}], containers: [{name: c, env: [{name: A, valueFrom: \
             {configMapKeyRef: {name: config, key: a}}}]}]",
        );
        assert_eq!(findings(&[ACCOUNT, CONFIG, &good]), [""; 0]);
        let bad = daemon_set(
            "serviceAccountName: agnet, priorityClassName: high, volumes: [{name: v, configMap: {name: config, items: [{key: A}]}}, \
             {name: w, secret: {secretName: s}}], containers: [{name: c, envFrom: [{configMapRef: {name: cfg}}]}]",
        );
        assert_eq!(
            findings(&[ACCOUNT, CONFIG, &bad]),
            [
                "CNI030 spec.template.spec.serviceAccountName: the tree has no ServiceAccount `agnet` in the namespace n (did you mean `agent`?)",
                "CNI031 spec.template.spec.priorityClassName: the tree has no PriorityClass `high` (it must be in the cluster before the tree is applied; extraObjects can bring it, unless it is a key)",
                "CNI030 spec.template.spec.volumes[0].configMap: the ConfigMap `config` has no key `A` (did you mean `a`?)",
                "CNI031 spec.template.spec.volumes[1].secret: the tree has no Secret `s` in the namespace n (it must be in the cluster before the tree is applied; extraObjects can bring it, unless it is a key)",
                "CNI031 spec.template.spec.containers[0].envFrom[0].configMapRef: the tree has no ConfigMap `cfg` in the namespace n (it must be in the cluster before the tree is applied; extraObjects can bring it, unless it is a key)",
            ]
        );
    }

    #[test]
    fn what_the_tree_makes_in_the_cluster_counts() {
        let user = daemon_set(
            "volumes: [{name: w, secret: {secretName: hubble-server-certs}}, {name: x, secret: {secretName: web}}]",
        );
        let job = "{apiVersion: batch/v1, kind: Job, metadata: {name: j, namespace: n}, spec: {template: {spec: {containers: [{name: certgen, \
                   env: [{name: CILIUM_CERTGEN_CONFIG, value: \"certs:\\n- name: hubble-server-certs\\n  namespace: n\\n\"}]}]}}}}";
        let certificate = "{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: c, namespace: n}, spec: {secretName: web}}";
        assert_eq!(findings(&[&user, job, certificate]), [""; 0]);
        assert_eq!(findings(&[&user]).len(), 2);
    }

    #[test]
    fn bindings_name_a_role_and_accounts() {
        let binding = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b}, roleRef: {kind: ClusterRole, \
                       name: agent}, subjects: [{kind: ServiceAccount, name: agent, namespace: n}]}";
        let role = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: agent}}";
        assert_eq!(findings(&[binding, role, ACCOUNT]), [""; 0]);
        assert_eq!(findings(&[binding]).len(), 2);
        assert_eq!(findings(&[&binding.replace("name: agent}, sub", "name: cluster-admin}, sub"), ACCOUNT]), [""; 0]);
    }

    #[test]
    fn a_service_selects_pods_that_have_its_port() {
        let pods = daemon_set("containers: [{name: c, ports: [{name: http, containerPort: 80}]}]");
        let service = |selector: &str, port: &str| {
            format!(
                "{{apiVersion: v1, kind: Service, metadata: {{name: s, namespace: n}}, spec: {{selector: {{app: {selector}}}, ports: [{{targetPort: {port}}}]}}}}"
            )
        };
        assert_eq!(findings(&[&pods, &service("d", "http")]), [""; 0]);
        assert_eq!(findings(&[&pods, &service("d", "8080")]), [""; 0]);
        assert_eq!(
            findings(&[&pods, &service("d", "htp")]),
            [
                "CNI030 spec.ports[0].targetPort: no pod that the Service selects has a port named `htp` (did you mean `http`?)"
            ]
        );
        assert_eq!(
            findings(&[&pods, &service("x", "http")]),
            [
                "CNI032 spec.selector: no workload of the tree has pods with the labels app=x (give the selector the labels of a pod template in the same namespace)"
            ]
        );
    }
}
