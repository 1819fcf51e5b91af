//! One file, many clusters.

use crate::fleet::{Fleet, GALAXY};

fn inventory(fleet: &Fleet, file: &str, names: &[&str]) {
    let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    fleet.write(
        &format!("clusters/{file}.jsonnet"),
        &format!(
            "local c = import 'cniforge/main.libsonnet';\n[c.cluster {{ name: n, {GALAXY} }} for n in [{}]]\n",
            names.join(", ")
        ),
    );
}

fn names(fleet: &Fleet, args: &[&str]) -> Vec<String> {
    let out = fleet.ok(args).out;
    out.lines().skip(1).map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

#[test]
fn an_array_is_many_clusters() {
    let fleet = Fleet::galaxy(&["single"]);
    inventory(&fleet, "edge", &["e1", "e2", "edge"]);
    assert_eq!(names(&fleet, &["list"]), ["e1", "e2", "edge", "single"]);
    assert_eq!(names(&fleet, &["list", "e2", "single"]), ["e2", "single"]);
    assert_eq!(names(&fleet, &["list", "edge"]), ["e1", "e2", "edge"], "a file's name selects all its clusters");
    fleet.ok(&["render"]);
    assert_eq!(fleet.rendered().len(), 4 * 14);
}

#[test]
fn a_name_is_taken_once() {
    let fleet = Fleet::galaxy(&["a"]);
    inventory(&fleet, "x", &["a", "b", "c"]);
    inventory(&fleet, "y", &["c", "d"]);
    let run = fleet.run(&["render"]);
    assert_eq!(run.code, 2);
    assert_eq!(
        run.err.lines().filter(|line| line.starts_with("error")).collect::<Vec<_>>(),
        [
            "error: a: it is defined 2 times: clusters/a.jsonnet, clusters/x.jsonnet",
            "error: c: it is defined 2 times: clusters/x.jsonnet, clusters/y.jsonnet",
            "error: c: it is defined 2 times: clusters/x.jsonnet, clusters/y.jsonnet",
        ]
    );
    let clusters: std::collections::BTreeSet<String> =
        fleet.rendered().keys().map(|path| path.split('/').next().unwrap().to_owned()).collect();
    assert_eq!(clusters.into_iter().collect::<Vec<_>>(), ["a", "b", "d"]);
}

#[test]
fn a_name_that_becomes_taken_is_seen_although_nothing_else_has_changed() {
    let fleet = Fleet::new();
    inventory(&fleet, "x", &["a", "b"]);
    fleet.ok(&["render"]);
    std::thread::sleep(std::time::Duration::from_millis(40));
    fleet.ok(&["render"]);
    assert!(fleet.read("rendered/.cniforge/memory.json").contains("clusters/x.jsonnet"));
    fleet.cluster("a", "");
    let run = fleet.run(&["render"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("error: a: it is defined 2 times"), "{run:?}");
}

#[test]
fn an_unknown_cluster_is_an_error_with_the_nearest_name() {
    let fleet = Fleet::galaxy(&["cls-7q46p7mt"]);
    let run = fleet.run(&["render", "cls-7q46p7m"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.starts_with("error: there is no cluster `cls-7q46p7m`\nhint: did you mean `cls-7q46p7mt`?\n"),
        "{run:?}"
    );
}
