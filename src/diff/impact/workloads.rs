//! Which workloads restart because of a change: those whose pod template differs, and those that read at their start what
//! has changed. Both follow from the objects.

use serde::Serialize;

use super::told::{Rule, Template};
use super::{Class, Cluster, Impact};
use crate::diff::objects::{Action, ObjectChange};
use crate::object::KubeObject;
use crate::value::Value;

/// A workload that restarts, or should.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Workload {
    /// `DaemonSet`, `Deployment`, …
    pub kind: String,
    /// Absent for none.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Whether Kubernetes restarts its pods by itself, because their template differs.
    pub rolls_out: bool,
    /// What other pods notice meanwhile; `null` where nothing is known.
    pub network: Option<&'static str>,
}

const KINDS: [&str; 5] = ["DaemonSet", "Deployment", "StatefulSet", "CronJob", "Job"];

const UPDATES: &str = "https://kubernetes.io/docs/concepts/workloads/controllers/";
const CONFIG_MAP: &str = "https://kubernetes.io/docs/concepts/configuration/configmap/";

/// What pods of others notice while those of a workload restart.
pub(super) const NETWORK: [(&str, &str); 16] = [
    ("calico-kube-controllers", "pods keep their network"),
    (
        "calico-node",
        "pods keep their network; on that node no pod starts meanwhile, and with BGP its routes need graceful restart",
    ),
    (
        "cilium",
        "pods keep their network; on that node no pod starts, no policy changes and names in DNS policies are not learned meanwhile",
    ),
    ("cilium-envoy", "connections through L7 policies, ingress and gateways on that node break"),
    ("cilium-operator", "pods keep their network; no address ranges for new nodes meanwhile"),
    ("clustermesh-apiserver", "pods keep their network; changes in other clusters are not seen meanwhile"),
    ("coredns", "names are answered by its other replicas"),
    ("flannel", "pods keep their network; on that node no pod starts meanwhile"),
    ("galaxy-daemonset", "pods keep their network; on that node no pod starts or ends cleanly meanwhile"),
    ("hubble-relay", "pods keep their network; flows cannot be asked for meanwhile"),
    ("hubble-ui", "pods keep their network"),
    ("kube-flannel-ds", "pods keep their network; on that node no pod starts meanwhile"),
    ("kube-proxy", "Services keep working; their changes are not seen on that node meanwhile"),
    ("tigera-operator", "pods keep their network"),
    ("tke-bridge-agent", "pods keep their network; on that node no pod starts meanwhile"),
    ("typha", "pods keep their network; changes arrive late"),
];

/// Programs that watch the file and read it again: workload and `ConfigMap`.
const RELOADS: [(&str, &str); 1] = [("coredns", "coredns")];

/// Programs that ask the API server for a `ConfigMap` at their start: a word of their command line, and its name.
const ASKS: [(&str, &str); 1] = [("build-config", "cilium-config")];

const READ_AND_RESTARTED: Template = Template {
    looks_at: "a ConfigMap or Secret that workloads read at their start",
    when: "changes or goes, and their pod templates change too",
    class: Class::Restart,
    reason: "its readers restart with this change and read it then",
    source: CONFIG_MAP,
};
const READ: Template = Template {
    when: "changes or goes, and nothing else makes them restart",
    reason: "read at the start by {readers}, which nothing restarts: `kubectl rollout restart` makes it take effect",
    ..READ_AND_RESTARTED
};
const ROLLED_OUT: Template = Template {
    looks_at: "`spec.template` of DaemonSet, Deployment, StatefulSet (apps)",
    when: "changes",
    class: Class::Restart,
    reason: "the pod template changes: its pods restart one after the other{network}",
    source: UPDATES,
};
const KEPT: Template = Template {
    when: "changes, with the update strategy `OnDelete`",
    reason: "the pod template changes, but `OnDelete` keeps old pods until somebody deletes them{network}",
    ..ROLLED_OUT
};

/// All rules about workloads.
pub(super) fn told() -> Vec<Rule> {
    [ROLLED_OUT, KEPT, READ_AND_RESTARTED, READ].iter().map(|rule| rule.told("Workloads that restart")).collect()
}

pub fn of_object(change: &ObjectChange, cluster: &Cluster<'_>) -> Vec<Impact> {
    let Some(object) = change.object() else { return Vec::new() };
    if KINDS.contains(&object.id.kind.as_str()) {
        return of_workload(change, object);
    }
    if !matches!(object.id.kind.as_str(), "ConfigMap" | "Secret") || change.action == Action::Added {
        return Vec::new();
    }
    let mut workloads: Vec<Workload> = Vec::new();
    for reader in cluster.after.iter().filter(|reader| reads(reader, object)) {
        // One that comes with this change has nothing to restart.
        if !cluster.before.iter().any(|before| before.id == reader.id) {
            continue;
        }
        let rolls_out = cluster.changes.iter().any(|change| {
            change.after.as_ref().is_some_and(|after| after.id == reader.id)
                && change.fields.iter().any(|field| field.path.is_below(&["spec", "template"]))
        });
        workloads.push(workload(reader, rolls_out));
    }
    if workloads.is_empty() {
        return Vec::new();
    }
    let waiting: Vec<String> =
        workloads.iter().filter(|w| !w.rolls_out).map(|w| format!("{} {}", w.kind, w.name)).collect();
    let rule = if waiting.is_empty() { READ_AND_RESTARTED } else { READ };
    vec![rule.impact(&[("readers", &waiting.join(", "))], workloads)]
}

fn of_workload(change: &ObjectChange, object: &KubeObject) -> Vec<Impact> {
    // Jobs are done when they are done; a CronJob's next run is new anyway.
    if change.action != Action::Changed || matches!(object.id.kind.as_str(), "CronJob" | "Job") {
        return Vec::new();
    }
    if !change.fields.iter().any(|field| field.path.is_below(&["spec", "template"])) {
        return Vec::new();
    }
    let on_delete = object.body.at(&["spec", "updateStrategy", "type"]).and_then(Value::as_str) == Some("OnDelete");
    let workload = workload(object, !on_delete);
    let network = workload.network.map(|network| format!("; {network}")).unwrap_or_default();
    let rule = if on_delete { KEPT } else { ROLLED_OUT };
    vec![rule.impact(&[("network", &network)], vec![workload])]
}

fn workload(object: &KubeObject, rolls_out: bool) -> Workload {
    let name = object.id.name.as_str();
    Workload {
        kind: object.id.kind.clone(),
        namespace: object.id.namespace.clone(),
        name: name.to_owned(),
        rolls_out,
        network: NETWORK.iter().find(|(known, _)| *known == name).map(|(_, network)| *network),
    }
}

/// Whether the workload reads the `ConfigMap` or Secret when its pods start: mounted, in the environment, or asked for.
fn reads(workload: &KubeObject, config: &KubeObject) -> bool {
    // A CronJob's pods are short; they read whatever is there at their next run.
    if !matches!(workload.id.kind.as_str(), "DaemonSet" | "Deployment" | "StatefulSet")
        || workload.id.namespace != config.id.namespace
        || RELOADS.contains(&(workload.id.name.as_str(), config.id.name.as_str()))
    {
        return false;
    }
    let Some(pod) = workload.body.at(&["spec", "template", "spec"]) else { return false };
    let (reference, volume, name_key) = match config.id.kind.as_str() {
        "Secret" => ("secretRef", "secret", "secretName"),
        _ => ("configMapRef", "configMap", "name"),
    };
    let key_reference = if volume == "secret" { "secretKeyRef" } else { "configMapKeyRef" };
    let name = config.id.name.as_str();
    let named = |value: Option<&Value>, key: &str| value.and_then(|v| v.at(&[key])?.as_str()) == Some(name);
    let list = |value: &Value, key: &str| value.at(&[key]).and_then(Value::as_list).unwrap_or_default().to_vec();
    let mounted = list(pod, "volumes").iter().any(|found| {
        let projected = found.at(&["projected", "sources"]).and_then(Value::as_list).unwrap_or_default();
        named(found.at(&[volume]), name_key) || projected.iter().any(|source| named(source.at(&[volume]), "name"))
    });
    mounted
        || ["initContainers", "containers"].iter().flat_map(|field| list(pod, field)).any(|container| {
            let words = ["command", "args"].iter().flat_map(|field| list(&container, field));
            let mut words = words.filter_map(|word| word.as_str().map(str::to_owned));
            list(&container, "envFrom").iter().any(|source| named(source.at(&[reference]), "name"))
                || list(&container, "env").iter().any(|env| named(env.at(&["valueFrom", key_reference]), "name"))
                || words.any(|word| {
                    ASKS.contains(&(word.as_str(), name))
                        || (volume == "configMap" && word.starts_with("--") && word.ends_with(&format!("={name}")))
                })
        })
}
