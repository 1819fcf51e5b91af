//! `cniforge bootstrap`, and `render --format stream`: objects in the order in which they are applied.

use crate::fleet::Fleet;

/// Something for every reason to leave an object out, and a namespace that nobody makes.
const OBJECTS: &str = "extraObjects: {
  crd: {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com', scope: 'Namespaced', names: { kind: 'Widget', plural: 'widgets', singular: 'widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  },
  widget: { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', namespace: 'widgets' } },
  node: {
    apiVersion: 'cilium.io/v2', kind: 'CiliumNodeConfig', metadata: { name: 'c', namespace: 'kube-system' },
    spec: { nodeSelector: {}, defaults: {} },
  },
  job: {
    apiVersion: 'batch/v1', kind: 'Job',
    metadata: { name: 'j', namespace: 'kube-system', annotations: { 'argocd.argoproj.io/hook': 'PostSync' } },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'j', image: 'j:1' }] } } },
  },
}";

/// `Kind name` of each document.
fn listed(stream: &str) -> Vec<String> {
    let documents = stream.split("---\n").filter(|text| !text.is_empty());
    documents
        .map(|text| {
            let object: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
            format!("{} {}", object["kind"].as_str().unwrap(), object["metadata"]["name"].as_str().unwrap())
        })
        .collect()
}

fn small(more: &str) -> Fleet {
    let fleet = Fleet::new();
    fleet.cluster("a", &format!("cni: 'none', {OBJECTS}, {more}"));
    fleet
}

#[test]
fn a_stream_has_the_objects_of_the_tree_and_no_file_is_written() {
    let fleet = Fleet::galaxy(&["a", "b"]);
    let run = fleet.ok(&["render", "--format", "stream", "a"]);
    assert_eq!(run.err, "rendered 14 objects of a; no file was written\n");
    assert!(!fleet.exists("rendered"), "nothing is written, the tool's own folder included");
    let listed = listed(&run.out);
    assert!(listed[0].starts_with("ServiceAccount "), "{listed:?}");
    assert!(listed[13].starts_with("DaemonSet "), "{listed:?}");
    let json = fleet.ok(&["render", "--format", "json", "a"]).out;
    let list: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((list["apiVersion"].as_str(), list["kind"].as_str()), (Some("v1"), Some("List")));
    let items = list["items"].as_array().unwrap();
    let names: Vec<String> = items
        .iter()
        .map(|item| format!("{} {}", item["kind"].as_str().unwrap(), item["metadata"]["name"].as_str().unwrap()))
        .collect();
    assert_eq!(names, listed);
    fleet.ok(&["render"]);
    let mut of_files: Vec<serde_yaml::Value> = fleet
        .rendered()
        .iter()
        .filter(|(path, _)| path.starts_with("a/"))
        .map(|(_, text)| serde_yaml::from_str(text).unwrap())
        .collect();
    for text in run.out.split("---\n").filter(|text| !text.is_empty()) {
        let object: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
        let at = of_files.iter().position(|other| *other == object).expect("the tree has the same object");
        of_files.remove(at);
    }
    assert!(of_files.is_empty(), "{of_files:?}");
}

#[test]
fn a_stream_is_of_one_cluster() {
    let fleet = Fleet::galaxy(&["a", "b"]);
    let hint = "hint: objects of two clusters in one stream would overwrite each other; run it once for each cluster\n";
    for (args, what) in [(&["a", "b"][..], "several are named"), (&[], "none is named")] {
        let run = fleet.run(&[&["render", "--format", "stream"], args].concat());
        let message = format!("error: --format stream and --format json print one cluster, and {what}\n{hint}");
        assert_eq!((run.code, run.out.as_str(), run.err), (2, "", message));
    }
    fleet.write(
        "clusters/shops.jsonnet",
        "local c = import 'cniforge/main.libsonnet'; [c.cluster { name: n, type: 'Imported', kubernetesVersion: '1.34.1' } for n in ['x', 'y']]",
    );
    let run = fleet.run(&["render", "--format", "json", "shops"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert_eq!(run.err, "error: shops is 2 clusters: x, y\nhint: what is printed goes to one cluster; name that one\n");
    assert_eq!(fleet.run(&["render", "--format", "json", "nobody"]).code, 2);
}

#[test]
fn a_cluster_with_an_error_prints_nothing() {
    let fleet = Fleet::new();
    fleet.cluster("a", "serviceCIDR: 'x'");
    fleet.cluster(
        "b",
        "extraObjects: { x: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', namespace: 'n' }, spec: { port: 1 } } }",
    );
    for args in
        [&["render", "--format", "stream"][..], &["render", "--format", "json"], &["bootstrap", "--engine", "flux"]]
    {
        for cluster in ["a", "b"] {
            let run = fleet.run(&[args, &[cluster]].concat());
            assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?} {run:?}");
            assert!(run.err.starts_with("error"), "{run:?}");
        }
        let run = fleet.ok(&[args, &["b", "--allow-findings"]].concat());
        assert!(!run.out.is_empty());
    }
}

#[test]
fn bootstrap_prints_what_one_apply_takes_and_says_the_rest() {
    let fleet = small("");
    let run = fleet.ok(&["bootstrap", "a", "--engine", "argocd"]);
    assert_eq!(listed(&run.out), ["Namespace widgets", "CustomResourceDefinition widgets.example.com"]);
    assert_eq!(
        run.err,
        "note: a: the namespace widgets is made too: objects are in it, and the tree does not have it\n\
         hint: put it into extraObjects, so that labels and pod security are under review as well\n\
         note: a: left out, since kubectl knows a kind only after its CRD: Widget widgets/w\n\
         hint: apply it with `cniforge bootstrap a --phase rest --engine argocd` after this, or leave it to Argo CD\n\
         note: a: left out, since nothing in the tree makes the CRD: CiliumNodeConfig kube-system/c\n\
         hint: Argo CD applies it once the CRD is there; nothing is to be done by hand\n\
         note: a: left out, since it is a hook, which Argo CD runs itself: Job kube-system/j\n\
         hint: Argo CD runs it when it syncs; nothing is to be done by hand\n\
         2 objects for Argo CD to take over; apply with:\n  \
         cniforge bootstrap a --engine argocd | kubectl apply --server-side --field-manager=argocd-controller -f -\n"
    );
    let run = fleet.ok(&["bootstrap", "a", "--engine", "flux", "--phase", "rest"]);
    assert_eq!(listed(&run.out), ["Job j", "Widget w"]);
    assert!(
        run.err.ends_with(
            "2 objects for Flux to take over; apply with:\n  cniforge bootstrap a --phase rest --engine flux | \
             kubectl apply --server-side --field-manager=kustomize-controller -f -\n"
        ),
        "{}",
        run.err
    );
    let run = fleet.ok(&["bootstrap", "a", "--engine", "flux", "--phase", "crds", "--quiet"]);
    assert_eq!(listed(&run.out), ["Namespace widgets", "CustomResourceDefinition widgets.example.com"]);
    assert!(!fleet.exists("rendered"));
}

#[test]
fn the_operator_that_makes_a_crd_is_named() {
    let fleet = Fleet::new();
    fleet.cilium("a", OBJECTS);
    let run = fleet.ok(&["bootstrap", "a", "--engine", "flux"]);
    let note =
        "note: a: left out, since Cilium's operator makes the CRD when it runs: CiliumNodeConfig kube-system/c\n";
    assert!(run.err.contains(note), "{}", run.err);
}

#[test]
fn the_engine_is_the_definitions_or_the_command_lines() {
    let fleet = Fleet::galaxy(&["a"]);
    let run = fleet.run(&["bootstrap", "a"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert_eq!(
        run.err,
        "error: a: it is not known who takes the cluster over\n\
         hint: say --engine argocd or --engine flux: each lets go of fields only that were applied in its own name\n"
    );
    assert_eq!(fleet.run(&["bootstrap", "a", "--engine", "helm"]).code, 2);
}

#[test]
fn nothing_to_apply_is_an_error() {
    let fleet = Fleet::galaxy(&["a"]);
    let run = fleet.run(&["bootstrap", "a", "--engine", "flux", "--phase", "crds"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert_eq!(
        run.err,
        "error: a: it has no CRD and needs no namespace to be made\nhint: `--phase rest` is all of it, or leave --phase out\n"
    );
    fleet.cluster("b", "cni: 'none'");
    let run = fleet.run(&["bootstrap", "b", "--engine", "flux"]);
    assert_eq!((run.code, run.err.as_str()), (2, "error: b: it has no object: there is nothing to apply\n"));
}
