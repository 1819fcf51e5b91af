//! The one order in which objects are applied: whatever an object needs to be taken, or to start, comes before it.
//!
//! A tree has no order of its own, since an engine sorts it. A stream is applied as it stands. The order goes by kind, and
//! for workloads by what their pods can do without: those on the host's network start on a node that has no pod network yet,
//! all others wait for them.

use std::collections::BTreeSet;

use crate::kubernetes;
use crate::object::KubeObject;
use crate::value::Value;

/// What is applied together, first to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Namespaces: what is in one cannot be made before it.
    Namespaces,
    /// CRDs: an object of theirs cannot be made before them.
    Definitions,
    /// What the API server and the scheduler hold against pods from the first one on.
    Limits,
    /// `ServiceAccounts`, and what they may do.
    Rights,
    /// What pods read and mount.
    Config,
    /// Addresses, which pods find in their environment.
    Services,
    /// `DaemonSets` on the host's network: they make the pod network.
    Agents,
    /// Other workloads on the host's network.
    Operators,
    /// Workloads that need the pod network.
    Workloads,
    /// What runs once, or by the clock.
    Jobs,
    /// Built-in kinds that no row names; among them what stands in the API server's way until a workload answers.
    Rest,
    /// Objects of a CRD.
    Custom,
}

/// The kinds of a stage by API group; inside a stage in this order.
const KINDS: [(&str, &str, Stage); 29] = [
    ("", "Namespace", Stage::Namespaces),
    ("apiextensions.k8s.io", "CustomResourceDefinition", Stage::Definitions),
    ("scheduling.k8s.io", "PriorityClass", Stage::Limits),
    ("node.k8s.io", "RuntimeClass", Stage::Limits),
    ("policy", "PodSecurityPolicy", Stage::Limits),
    ("policy", "PodDisruptionBudget", Stage::Limits),
    ("networking.k8s.io", "NetworkPolicy", Stage::Limits),
    ("", "ResourceQuota", Stage::Limits),
    ("", "LimitRange", Stage::Limits),
    ("", "ServiceAccount", Stage::Rights),
    ("rbac.authorization.k8s.io", "ClusterRole", Stage::Rights),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", Stage::Rights),
    ("rbac.authorization.k8s.io", "Role", Stage::Rights),
    ("rbac.authorization.k8s.io", "RoleBinding", Stage::Rights),
    ("", "Secret", Stage::Config),
    ("", "ConfigMap", Stage::Config),
    ("storage.k8s.io", "StorageClass", Stage::Config),
    ("", "PersistentVolume", Stage::Config),
    ("", "PersistentVolumeClaim", Stage::Config),
    ("", "Service", Stage::Services),
    ("", "Endpoints", Stage::Services),
    ("discovery.k8s.io", "EndpointSlice", Stage::Services),
    // Of the workloads, those on the host's network come earlier: see `stage`.
    ("apps", "DaemonSet", Stage::Workloads),
    ("apps", "Deployment", Stage::Workloads),
    ("apps", "StatefulSet", Stage::Workloads),
    ("apps", "ReplicaSet", Stage::Workloads),
    ("", "Pod", Stage::Workloads),
    ("batch", "Job", Stage::Jobs),
    ("batch", "CronJob", Stage::Jobs),
];

/// When the object is applied.
#[must_use]
pub fn stage(object: &KubeObject) -> Stage {
    place(object).0
}

/// The objects in the order in which they are applied; those of a kind stay in the order that they have.
#[must_use]
pub fn apply_order(objects: &[KubeObject]) -> Vec<&KubeObject> {
    let mut ordered: Vec<&KubeObject> = objects.iter().collect();
    ordered.sort_by_key(|object| place(object));
    ordered
}

/// The stage, and the row in it.
fn place(object: &KubeObject) -> (Stage, usize) {
    let (group, kind) = (object.id.group(), object.id.kind.as_str());
    match KINDS.iter().position(|(of, name, _)| *of == group && *name == kind) {
        Some(row) if KINDS[row].2 == Stage::Workloads && on_host_network(object) => match kind {
            "DaemonSet" => (Stage::Agents, row),
            _ => (Stage::Operators, row),
        },
        Some(row) => (KINDS[row].2, row),
        None if is_custom(object) => (Stage::Custom, KINDS.len()),
        None => (Stage::Rest, KINDS.len()),
    }
}

fn on_host_network(object: &KubeObject) -> bool {
    let pod = ["spec", "template", "spec", "hostNetwork"];
    let keys = if object.id.kind == "Pod" { &["spec", "hostNetwork"][..] } else { &pod };
    object.body.at(keys) == Some(&Value::Bool(true))
}

/// Whether the object is of a kind that the API server serves only once a CRD says so.
#[must_use]
pub fn is_custom(object: &KubeObject) -> bool {
    kubernetes::built_in(&object.id.api_version, &object.id.kind).is_empty()
}

/// The kinds, by group, of the CRDs among some objects.
#[derive(Debug)]
pub struct DefinedKinds<'a>(BTreeSet<(&'a str, &'a str)>);

impl<'a> DefinedKinds<'a> {
    /// Those that the objects' CRDs define.
    #[must_use]
    pub fn of(objects: &'a [KubeObject]) -> Self {
        let crds = objects.iter().filter(|object| stage(object) == Stage::Definitions);
        Self(
            crds.filter_map(|crd| {
                Some((crd.body.text_at(&["spec", "group"])?, crd.body.text_at(&["spec", "names", "kind"])?))
            })
            .collect(),
        )
    }

    /// Whether the object's kind is one of them.
    #[must_use]
    pub fn have(&self, object: &KubeObject) -> bool {
        self.0.contains(&(object.id.group(), object.id.kind.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::object;
    use proptest::prelude::*;

    fn workload(kind: &str, name: &str, host_network: bool) -> KubeObject {
        object(&format!(
            "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: {name}, namespace: n}}, \
             spec: {{template: {{spec: {{hostNetwork: {host_network}}}}}}}}}"
        ))
    }

    fn plain(api_version: &str, kind: &str, name: &str) -> KubeObject {
        object(&format!("{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: {name}, namespace: n}}}}"))
    }

    fn crd(group: &str, kind: &str) -> KubeObject {
        object(&format!(
            "{{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {{name: {kind}.{group}}}, \
             spec: {{group: {group}, names: {{kind: {kind}}}}}}}"
        ))
    }

    fn names(objects: &[KubeObject]) -> Vec<&str> {
        apply_order(objects).into_iter().map(|object| object.id.name.as_str()).collect()
    }

    #[test]
    fn what_is_needed_comes_before_what_needs_it() {
        let objects = [
            plain("example.com/v1", "Widget", "custom"),
            plain("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "webhook"),
            plain("batch/v1", "CronJob", "cron"),
            plain("batch/v1", "Job", "job"),
            workload("Deployment", "coredns", false),
            workload("Deployment", "operator", true),
            workload("DaemonSet", "node-exporter", false),
            workload("DaemonSet", "agent", true),
            plain("v1", "Service", "service"),
            plain("v1", "ConfigMap", "config"),
            plain("v1", "Secret", "secret"),
            plain("rbac.authorization.k8s.io/v1", "RoleBinding", "binding"),
            plain("rbac.authorization.k8s.io/v1", "ClusterRole", "role"),
            plain("v1", "ServiceAccount", "account"),
            plain("policy/v1", "PodDisruptionBudget", "budget"),
            crd("example.com", "Widget"),
            plain("v1", "Namespace", "n"),
        ];
        assert_eq!(
            names(&objects),
            [
                "n",
                "Widget.example.com",
                "budget",
                "account",
                "role",
                "binding",
                "secret",
                "config",
                "service",
                "agent",
                "operator",
                "node-exporter",
                "coredns",
                "job",
                "cron",
                "webhook",
                "custom",
            ]
        );
    }

    #[test]
    fn objects_of_a_kind_stay_as_they_are() {
        let objects = [plain("v1", "ConfigMap", "b"), plain("v1", "Service", "s"), plain("v1", "ConfigMap", "a")];
        assert_eq!(names(&objects), ["b", "a", "s"]);
    }

    #[test]
    fn the_same_kind_of_another_group_is_another_kind() {
        assert_eq!(stage(&plain("serving.knative.dev/v1", "Service", "s")), Stage::Custom);
        assert_eq!(stage(&plain("networking.k8s.io/v1", "Ingress", "i")), Stage::Rest);
        assert_eq!(stage(&plain("policy/v1beta1", "PodSecurityPolicy", "p")), Stage::Limits);
    }

    #[test]
    fn every_row_is_a_kind_of_kubernetes() {
        for (group, kind, _) in KINDS {
            assert!(!kubernetes::of_group(group, kind).is_empty(), "{group} {kind}");
        }
    }

    fn any_object() -> impl Strategy<Value = KubeObject> {
        let rows = KINDS.map(|(group, kind, _)| (group, kind)).to_vec();
        let namespace = prop::sample::select(vec!["a", "b", "c"]);
        let rows = prop::sample::select([rows, vec![("example.com", "Widget"), ("example.com", "Gadget")]].concat());
        (rows, namespace, "[a-z]{1,3}", any::<bool>()).prop_map(|((group, kind), namespace, name, host)| {
            let version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
            match kind {
                "Namespace" => object(&format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {namespace}}}}}")),
                "CustomResourceDefinition" => crd("example.com", if host { "Widget" } else { "Gadget" }),
                _ => object(&format!(
                    "{{apiVersion: {version}, kind: {kind}, metadata: {{name: x{name}, namespace: {namespace}}}, \
                     spec: {{hostNetwork: {host}, template: {{spec: {{hostNetwork: {host}}}}}}}}}"
                )),
            }
        })
    }

    proptest! {
        #[test]
        fn an_order_leaves_nothing_out_and_nothing_before_what_it_needs(
            objects in prop::collection::vec(any_object(), 0..40)
        ) {
            let ordered = apply_order(&objects);
            let id = |object: &KubeObject| (object.id.clone(), object.body.at(&["spec", "hostNetwork"]).cloned() == Some(Value::Bool(true)));
            let mut before: Vec<_> = objects.iter().map(id).collect();
            let mut after: Vec<_> = ordered.iter().map(|object| id(object)).collect();
            before.sort();
            after.sort();
            prop_assert_eq!(before, after);
            for (at, object) in ordered.iter().enumerate() {
                for later in &ordered[at + 1..] {
                    let namespace = later.id.kind == "Namespace" && object.id.namespace.as_ref() == Some(&later.id.name);
                    prop_assert!(!namespace, "{} before its namespace", object.id);
                    let its_crd = DefinedKinds::of(std::slice::from_ref(*later)).have(object);
                    prop_assert!(!its_crd, "{} before its CRD", object.id);
                }
            }
        }
    }
}
