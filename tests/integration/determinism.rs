//! The same input gives the same bytes.

use std::fs;

use crate::fleet::{Fleet, repository};

#[test]
fn jobs_place_locale_time_zone_and_user_do_not_show() {
    let names: Vec<String> = (0..12).map(|i| format!("c{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let one = Fleet::galaxy(&names);
    let two = Fleet::galaxy(&names);
    one.ok(&["render", "--jobs", "1"]);
    let environment = [
        ("TZ", "Pacific/Auckland"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("USER", "somebody"),
        ("HOME", "/nowhere"),
        ("HOSTNAME", "x"),
    ];
    let status = two.command(&["render", "--jobs", "4"]).envs(environment).status().unwrap();
    assert!(status.success());
    assert_eq!(one.rendered(), two.rendered());
    assert_eq!(one.rendered().len(), 12 * 14);
}

#[test]
fn the_committed_example_fleet_is_up_to_date() {
    let fleet = Fleet::new();
    for folder in ["clusters", "overlays", "rendered"] {
        copy(&repository().join(folder), &fleet.root.join(folder));
    }
    let run = fleet.run(&["check"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "run `cargo run -- render` and commit the result:\n{run:?}");
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn nothing_of_this_machine_reaches_a_file() {
    let fleet = Fleet::new();
    fleet.cluster(
        "a",
        "extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'n' }, data: { file: std.thisFile } }]",
    );
    fleet.ok(&["render"]);
    let root = fleet.root.to_str().unwrap();
    for (path, text) in fleet.rendered() {
        assert!(!text.contains(root), "{path} names {root}");
    }
}
