//! A definition reads the fleet and the built-in library, and nothing else.

use std::fs;
use std::os::unix::fs::symlink;

use crate::fleet::Fleet;

/// The error of a fleet whose cluster `a` imports `path`.
fn refused(fleet: &Fleet, import: &str) -> String {
    fleet.cluster("a", &format!("labels: {{ x: {import} }}"));
    let run = fleet.run(&["render"]);
    assert_eq!(run.code, 2, "{import}: {run:?}");
    assert!(!run.err.contains("S3CRET"), "{run:?}");
    run.err.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn what_lies_outside_is_not_read() {
    let fleet = Fleet::new();
    let outside = fleet.root.with_extension("outside");
    fs::write(&outside, "'S3CRET'").unwrap();
    symlink(&outside, fleet.root.join("clusters/link.libsonnet")).unwrap();
    symlink("/", fleet.root.join("clusters/slash")).unwrap();
    let name = outside.file_name().unwrap().to_str().unwrap().to_owned();
    for (import, message) in [
        (
            "importstr '/etc/passwd'".to_owned(),
            "error: a: the import of `/etc/passwd` is not a relative path".to_owned(),
        ),
        (format!("import '../../{name}'"), format!("error: a: the import of `../../{name}` leaves the fleet's root")),
        (
            "import 'link.libsonnet'".to_owned(),
            "error: a: `clusters/link.libsonnet` is a link that leaves the fleet's root".to_owned(),
        ),
        (
            "importstr 'slash/etc/passwd'".to_owned(),
            "error: a: `clusters/slash/etc/passwd` is a link that leaves the fleet's root".to_owned(),
        ),
        (
            "importstr 'cniforge/../../../../etc/passwd'".to_owned(),
            "error: a: the import of `cniforge/../../../../etc/passwd` leaves the fleet's root".to_owned(),
        ),
        (
            "import '<cniforge>/cniforge/main.libsonnet'".to_owned(),
            "error: a: the import of `<cniforge>/cniforge/main.libsonnet` is not a relative path".to_owned(),
        ),
        ("std.extVar('HOME')".to_owned(), "error: a: there is no external variable `HOME`".to_owned()),
    ] {
        assert_eq!(refused(&fleet, &import), message);
    }
    // Nor are names of files out there offered.
    fleet.cluster("a", "labels: { x: importstr 'slash/etc/passwx' }");
    let run = fleet.run(&["render"]);
    assert!(run.code == 2 && !run.err.contains("passwd"), "{run:?}");
    fs::remove_file(outside).unwrap();
}

#[test]
fn git_and_rendered_trees_are_closed() {
    let fleet = Fleet::galaxy(&["b"]);
    fleet.ok(&["render"]);
    fleet.write(".git/config", "token = S3CRET");
    assert_eq!(refused(&fleet, "importstr '../.git/config'"), "error: a: `.git/config` belongs to git");
    assert_eq!(
        refused(&fleet, "importstr '../rendered/b/galaxy/kube-system/configmap-cni-etc.yaml'"),
        "error: a: `rendered/b/galaxy/kube-system/configmap-cni-etc.yaml` is a rendered file"
    );
}

#[test]
fn pipes_and_devices_are_not_opened() {
    let fleet = Fleet::new();
    let made = std::process::Command::new("mkfifo").arg(fleet.root.join("clusters/pipe")).status().unwrap();
    assert!(made.success());
    assert_eq!(refused(&fleet, "importstr 'pipe'"), "error: a: `clusters/pipe` is not a regular file");
}

#[test]
fn files_of_the_fleet_are_found_in_order() {
    let fleet = Fleet::new();
    fleet.write("clusters/x.libsonnet", "'beside'");
    fleet.write("vendor/x.libsonnet", "'vendor'");
    fleet.write("vendor/y.libsonnet", "'vendor'");
    fleet.write("vendor/net/main.libsonnet", "{ vendored: 'yes' }");
    symlink("y.libsonnet", fleet.root.join("vendor/inner-link.libsonnet")).unwrap();
    fleet.cluster(
        "a",
        "labels: { x: import 'x.libsonnet', y: import 'y.libsonnet', l: import 'inner-link.libsonnet', n: (import 'net/main.libsonnet').vendored }",
    );
    let run = fleet.ok(&["list", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(
        json["clusters"][0]["labels"],
        serde_json::json!({"x": "beside", "y": "vendor", "l": "vendor", "n": "yes"})
    );
}

#[test]
fn a_definition_cannot_move_the_cursor_or_name_a_path() {
    let fleet = Fleet::new();
    fleet.cluster("a", "labels: { ['\\n::error::x']: 1 }, dnsDomain: std.trace('\\n::error::y', 'a.b')");
    let run = fleet.run(&["render"]);
    assert!(run.err.contains("::error::x") && !run.err.contains("\n::error::"), "{run:?}");
    fleet.cluster("a", "networkDevice: error '\\u001b[2Jgone'");
    let run = fleet.run(&["render"]);
    assert!(run.err.contains("\\u{1b}[2Jgone") && !run.err.contains('\u{1b}'), "{run:?}");
    fleet.write(
        "clusters/a.jsonnet",
        "{ findings:: [], summary:: { name: '../../x', type: '', cni: '', kubernetesVersion: '', labels: {} }, manifests: {} }",
    );
    let run = fleet.run(&["render"]);
    assert!(run.err.starts_with("error: a: `../../x` cannot be a cluster's name\n"), "{run:?}");
}
