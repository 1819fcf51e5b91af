//! What is applied by hand to a cluster that has no pod network yet, so that an engine in it can start and take over.
//!
//! An engine owns the fields that it has applied and lets go only of those. What somebody else has put there first stays
//! for ever once git drops it, unless it was put there in the engine's name. So the objects are those of the tree, and
//! whoever applies them borrows the engine's field manager.

use std::collections::BTreeSet;
use std::fmt;

use crate::object::{KubeObject, ObjectId};
use crate::order::{DefinedKinds, Stage, apply_order, is_custom, stage};
use crate::value::{Map, Value};

/// Who applies the trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Argo CD.
    ArgoCd,
    /// Flux.
    Flux,
}

/// What is known of an engine: its name in a definition, for people, and its field manager.
const ENGINES: [(Engine, &str, &str, &str); 2] = [
    (Engine::ArgoCd, "argocd", "Argo CD", "argocd-controller"),
    (Engine::Flux, "flux", "Flux", "kustomize-controller"),
];

impl Engine {
    /// The engine that a definition calls so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ENGINES.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    fn row(self) -> &'static (Self, &'static str, &'static str, &'static str) {
        &ENGINES[self as usize]
    }

    /// Its name in a definition and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The name under which it owns fields of objects.
    #[must_use]
    pub fn field_manager(self) -> &'static str {
        self.row().3
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().2)
    }
}

/// Which part of a bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// All that one `kubectl apply` can do.
    All,
    /// Namespaces and CRDs.
    Crds,
    /// Everything else, once the CRDs are there.
    Rest,
}

/// Why an object is not among those to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Left {
    /// Its CRD is in the tree, and kubectl looks up every kind before it applies the first object.
    CrdInTheTree,
    /// Its CRD is made by something that the tree installs.
    CrdMadeBy(&'static str),
    /// Nothing that is known makes its CRD.
    CrdElsewhere,
    /// Argo CD runs it at a moment of its own.
    Hook,
}

/// API group → who makes its CRDs, and the workload of the tree that shows it.
const CRD_MAKERS: [(&str, &str, &str); 1] = [("cilium.io", "Cilium's operator", "cilium-operator")];

/// What Argo CD does not apply with the rest.
const HOOK: &str = "argocd.argoproj.io/hook";

/// Namespaces that every cluster has.
const GIVEN_NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// What is applied, and what is not.
#[derive(Debug, PartialEq)]
pub struct Bootstrap {
    /// In the order in which they are applied.
    pub objects: Vec<KubeObject>,
    /// Namespaces among them that the tree does not have.
    pub namespaces: Vec<String>,
    /// What was left out of the tree's objects, whatever the phase.
    pub left: Vec<(ObjectId, Left)>,
}

/// The part of a bootstrap of these objects, for a cluster that the engine takes over.
#[must_use]
pub fn bootstrap(objects: &[KubeObject], engine: Engine, phase: Phase) -> Bootstrap {
    let defined = DefinedKinds::of(objects);
    let mut out = Bootstrap { objects: Vec::new(), namespaces: Vec::new(), left: Vec::new() };
    let mut kept = Vec::new();
    for object in apply_order(objects) {
        match why_left(object, objects, &defined, engine, phase) {
            Some(why) => out.left.push((object.id.clone(), why)),
            None => kept.push(object),
        }
    }
    let wanted = |object: &KubeObject| match phase {
        Phase::All => true,
        Phase::Crds => stage(object) <= Stage::Definitions,
        Phase::Rest => stage(object) > Stage::Definitions,
    };
    if phase != Phase::Rest {
        out.namespaces = missing_namespaces(objects);
        out.objects = out.namespaces.iter().map(|name| namespace(name)).collect();
    }
    out.objects.extend(kept.into_iter().filter(|object| wanted(object)).cloned());
    out
}

fn why_left(
    object: &KubeObject,
    objects: &[KubeObject],
    defined: &DefinedKinds<'_>,
    engine: Engine,
    phase: Phase,
) -> Option<Left> {
    if engine == Engine::ArgoCd && object.body.at(&["metadata", "annotations", HOOK]).is_some() {
        return Some(Left::Hook);
    }
    if !is_custom(object) {
        return None;
    }
    if defined.have(object) {
        return (phase == Phase::All).then_some(Left::CrdInTheTree);
    }
    let makes = |(group, _, workload): &&(&str, &str, &str)| {
        object.id.group() == *group && objects.iter().any(|object| object.id.name == *workload)
    };
    Some(CRD_MAKERS.iter().find(makes).map_or(Left::CrdElsewhere, |(_, maker, _)| Left::CrdMadeBy(maker)))
}

/// Namespaces that objects are in and nothing makes, sorted.
fn missing_namespaces(objects: &[KubeObject]) -> Vec<String> {
    let made: BTreeSet<&str> = objects
        .iter()
        .filter(|object| stage(object) == Stage::Namespaces)
        .map(|object| object.id.name.as_str())
        .chain(GIVEN_NAMESPACES)
        .collect();
    let needed: BTreeSet<&str> = objects.iter().filter_map(|object| object.id.namespace.as_deref()).collect();
    needed.difference(&made).map(|name| (*name).to_owned()).collect()
}

fn namespace(name: &str) -> KubeObject {
    let text = |text: &str| Value::String(text.to_owned());
    let map = |entries: Vec<(&str, Value)>| {
        Value::Map(Map::from_entries(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
    };
    KubeObject {
        id: ObjectId {
            api_version: "v1".to_owned(),
            kind: "Namespace".to_owned(),
            namespace: None,
            name: name.to_owned(),
        },
        component: String::new(),
        field_path: String::new(),
        body: map(vec![
            ("apiVersion", text("v1")),
            ("kind", text("Namespace")),
            ("metadata", map(vec![("name", text(name))])),
        ])
        .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::object;

    fn tree() -> Vec<KubeObject> {
        [
            "{apiVersion: cilium.io/v2, kind: CiliumNodeConfig, metadata: {name: a, namespace: kube-system}}",
            "{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: m, namespace: kube-system}}",
            "{apiVersion: example.com/v1, kind: Widget, metadata: {name: w, namespace: widgets}}",
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: cilium-operator, namespace: kube-system}}",
            "{apiVersion: batch/v1, kind: Job, metadata: {name: j, namespace: kube-system, annotations: {argocd.argoproj.io/hook: PostSync}}}",
            "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: widgets.example.com}, \
             spec: {group: example.com, names: {kind: Widget}}}",
            "{apiVersion: v1, kind: Namespace, metadata: {name: n}}",
        ]
        .map(object)
        .to_vec()
    }

    fn applied(engine: Engine, phase: Phase) -> Vec<String> {
        bootstrap(&tree(), engine, phase).objects.iter().map(|object| object.id.to_string()).collect()
    }

    fn left(phase: Phase) -> Vec<(String, Left)> {
        let left = bootstrap(&tree(), Engine::ArgoCd, phase).left;
        left.into_iter().map(|(id, why)| (id.kind, why)).collect()
    }

    #[test]
    fn engines_stand_where_their_number_says() {
        for (at, row) in ENGINES.iter().enumerate() {
            assert_eq!((row.0 as usize, Engine::named(row.1)), (at, Some(row.0)));
        }
        assert_eq!(Engine::named("helm"), None);
    }

    #[test]
    fn one_apply_takes_all_that_a_bare_cluster_serves() {
        let all = ["Namespace widgets", "Namespace n", "CustomResourceDefinition widgets.example.com"];
        let rest = ["Deployment kube-system/cilium-operator", "Job kube-system/j"];
        assert_eq!(applied(Engine::Flux, Phase::All), [&all[..], &rest].concat());
        assert_eq!(applied(Engine::ArgoCd, Phase::All), [&all[..], &rest[..1]].concat());
    }

    #[test]
    fn the_phases_together_take_custom_objects_of_the_tree_too() {
        assert_eq!(
            applied(Engine::Flux, Phase::Crds),
            ["Namespace widgets", "Namespace n", "CustomResourceDefinition widgets.example.com"]
        );
        assert_eq!(
            applied(Engine::Flux, Phase::Rest),
            ["Deployment kube-system/cilium-operator", "Job kube-system/j", "Widget widgets/w"]
        );
    }

    #[test]
    fn what_is_left_out_has_its_reason() {
        let ever = [
            ("Job".to_owned(), Left::Hook),
            ("CiliumNodeConfig".to_owned(), Left::CrdMadeBy("Cilium's operator")),
            ("ServiceMonitor".to_owned(), Left::CrdElsewhere),
        ];
        assert_eq!(left(Phase::Rest), ever);
        assert_eq!(left(Phase::All), [&ever[..], &[("Widget".to_owned(), Left::CrdInTheTree)]].concat());
    }

    #[test]
    fn an_operator_that_is_not_in_the_tree_makes_nothing() {
        let alone = &tree()[..1];
        assert_eq!(bootstrap(alone, Engine::Flux, Phase::All).left[0].1, Left::CrdElsewhere);
    }

    #[test]
    fn a_namespace_that_nobody_makes_is_made() {
        assert_eq!(bootstrap(&tree(), Engine::Flux, Phase::All).namespaces, ["widgets"]);
        assert_eq!(bootstrap(&tree(), Engine::Flux, Phase::Rest).namespaces, [""; 0]);
    }
}
