//! `rendered/_delivery/`: what the management cluster is given.

use crate::fleet::Fleet;

const REPOSITORY: &str = "repository: 'https://git.example.com/fleet.git'";

fn delivery(engine: &str, more: &str) -> String {
    format!("delivery: {{ engine: '{engine}', {REPOSITORY}, {more} }}")
}

/// `a` by Argo CD, `b` and `c` by Flux, `d` by nobody.
fn fleet() -> Fleet {
    let fleet = Fleet::galaxy(&["d"]);
    fleet.cluster("a", &delivery("argocd", ""));
    fleet.cluster("b", &delivery("flux", ""));
    fleet.cluster("c", &delivery("flux", ""));
    fleet
}

fn delivered(fleet: &Fleet) -> Vec<String> {
    let tree = fleet.rendered();
    tree.keys().filter_map(|path| path.strip_prefix("_delivery/")).map(str::to_owned).collect()
}

const ALL: [&str; 7] = [
    "argocd/argocd/applicationset-cniforge.yaml",
    "argocd/argocd/appproject-cniforge.yaml",
    "flux/flux-system/gitrepository-cniforge.yaml",
    "flux/flux-system/kustomization-b-flannel.yaml",
    "flux/flux-system/kustomization-b-galaxy.yaml",
    "flux/flux-system/kustomization-c-flannel.yaml",
    "flux/flux-system/kustomization-c-galaxy.yaml",
];

/// The last line, without its time.
fn said(err: &str) -> &str {
    let line = err.lines().last().unwrap_or_default();
    line.rsplit_once(" in ").map_or(line, |(start, _)| start)
}

#[test]
fn a_run_over_all_clusters_writes_and_checks_it() {
    let fleet = fleet();
    assert_eq!(
        said(&fleet.ok(&["render"]).err),
        "rendered 4 clusters, 63 objects: 63 files written, 0 unchanged, 0 removed"
    );
    assert_eq!(delivered(&fleet), ALL);
    assert_eq!(fleet.ok(&["check"]).err, "4 clusters checked: nothing differs\n");
    // The clusters are known from the run before, and what they say of their delivery with them.
    std::thread::sleep(std::time::Duration::from_millis(60));
    for _ in 0..2 {
        let run = fleet.ok(&["render"]);
        assert_eq!(said(&run.err), "rendered 4 clusters, 63 objects: 0 files written, 63 unchanged, 0 removed");
        std::thread::sleep(std::time::Duration::from_millis(60));
    }
    assert!(fleet.read("rendered/.cniforge/memory.json").contains("\"_delivery\""));
    fleet.cluster("c", &delivery("argocd", ""));
    fleet.ok(&["render"]);
    assert_eq!(delivered(&fleet), ALL[..5]);
    let set = fleet.read("rendered/_delivery/argocd/argocd/applicationset-cniforge.yaml");
    assert!(set.contains("- path: rendered/a\n      - path: rendered/c\n"), "{set}");

    fleet.write(
        "rendered/_delivery/flux/flux-system/gitrepository-cniforge.yaml",
        "# Rendered by cniforge from the cluster's definition. Change that and render again.\n",
    );
    let run = fleet.run(&["check"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.out, "differs  rendered/_delivery/flux/flux-system/gitrepository-cniforge.yaml\n");
    assert_eq!(run.err, "1 file differs in _delivery; `cniforge render` brings the trees up to date\n");
    fleet.ok(&["render"]);
    fleet.ok(&["check"]);
}

#[test]
fn a_run_over_some_clusters_leaves_it_alone() {
    let fleet = fleet();
    fleet.ok(&["render", "a"]);
    assert_eq!(delivered(&fleet), [""; 0]);
    fleet.ok(&["render"]);
    fleet.cluster("c", "");
    fleet.ok(&["render", "c"]);
    assert_eq!(delivered(&fleet), ALL);
    assert_eq!(fleet.ok(&["check", "c"]).code, 0);
    assert_eq!(fleet.run(&["check"]).code, 1);
}

#[test]
fn nothing_goes_while_a_cluster_is_not_known() {
    let fleet = fleet();
    fleet.ok(&["render"]);
    fleet.cluster("c", "podCIDR: []");
    for command in ["render", "check"] {
        let run = fleet.run(&[command]);
        assert_eq!(run.code, 2);
        let warning = "warning: rendered/_delivery is left as it is, since some clusters are not known\n\
            hint: it is made from all clusters at once; mend the errors above\n";
        assert!(run.err.contains(warning), "{}", run.err);
    }
    assert_eq!(delivered(&fleet), ALL);
}

#[test]
fn it_goes_with_the_last_cluster_that_is_delivered() {
    let fleet = fleet();
    fleet.ok(&["render"]);
    for name in ["a", "b", "c"] {
        fleet.cluster(name, "");
    }
    fleet.ok(&["render"]);
    assert!(!fleet.exists("rendered/_delivery"));
    fleet.ok(&["check"]);
}

#[test]
fn a_file_of_somebody_else_stays_and_is_named() {
    let fleet = fleet();
    fleet.write("rendered/_delivery/notes.yaml", "");
    let run = fleet.ok(&["render"]);
    let warning = "warning: _delivery: rendered/_delivery/notes.yaml was not written by cniforge; it stays\n";
    assert!(run.err.contains(warning), "{}", run.err);
    assert_eq!(delivered(&fleet).len(), ALL.len() + 1);
}

#[test]
fn clusters_that_contradict_each_other_are_named() {
    let fleet = fleet();
    fleet.ok(&["render"]);
    fleet.cluster("c", &delivery("flux", "revision: 'next'"));
    let run = fleet.run(&["render"]);
    assert_eq!(run.code, 2);
    let expected = "error: c: the project 'cniforge' has the revision 'next' here and 'main' in b\n --> clusters/c.jsonnet:1:1 (delivery.revision)\n";
    assert!(run.err.contains(expected), "{}", run.err);
    assert!(
        run.err.contains(
            "hint: Flux reads one repository for a project: say the same in both, or give one another project\n"
        ),
        "{}",
        run.err
    );
    assert_eq!(delivered(&fleet), ALL);
    assert_eq!(fleet.run(&["check"]).code, 2);
}

#[test]
fn no_cluster_can_take_its_place() {
    let fleet = Fleet::new();
    fleet.cluster("_delivery", "");
    let run = fleet.run(&["render"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("error: _delivery: '_delivery' is no name for a cluster"), "{}", run.err);
    assert!(!fleet.exists("rendered/_delivery"));
}

#[test]
fn bootstrap_goes_by_the_engine_that_delivers() {
    let fleet = fleet();
    let run = fleet.ok(&["bootstrap", "b"]);
    assert!(run.err.contains("--field-manager=kustomize-controller"), "{}", run.err);
    let run = fleet.ok(&["bootstrap", "a"]);
    assert!(run.err.contains("--field-manager=argocd-controller"), "{}", run.err);
    let run = fleet.run(&["bootstrap", "a", "--engine", "flux"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert_eq!(
        run.err,
        "error: a: the definition is delivered by Argo CD, and --engine says Flux\n --> delivery.engine\n\
         hint: objects applied in the name of the wrong engine keep what git drops later; leave --engine out, or mend the \
         definition\n"
    );
    assert_eq!(fleet.run(&["bootstrap", "d"]).code, 2, "nobody says who applies it");
}
