//! A tree is written whole or not at all, and only what is ours is touched.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use crate::fleet::Fleet;

const DAEMONSET: &str = "rendered/a/galaxy/kube-system/daemonset-galaxy-daemonset.yaml";

#[test]
fn render_says_in_one_line_what_it_did() {
    let fleet = Fleet::galaxy(&["a", "b"]);
    let line = |args: &[&str]| {
        let err = fleet.ok(args).err;
        let last = err.lines().last().unwrap_or_else(|| panic!("nothing was said"));
        let (before, after) = last.split_once(" in ").unwrap_or_else(|| panic!("{err}"));
        assert!(after.ends_with(" s"), "{err}");
        before.to_owned()
    };
    assert_eq!(line(&["render"]), "rendered 2 clusters, 28 objects: 28 files written, 0 unchanged, 0 removed");
    assert_eq!(line(&["render"]), "rendered 2 clusters, 28 objects: 0 files written, 28 unchanged, 0 removed");
    fleet.cluster("b", "networkDevice: 'bond0', manifests+: { galaxy+: { cniConfig: null } }");
    assert_eq!(line(&["render", "b"]), "rendered 1 cluster, 13 objects: 2 files written, 11 unchanged, 1 removed");
    assert_eq!(fleet.ok(&["render", "--quiet", "a"]).err, "");
}

#[test]
fn nothing_is_evaluated_when_nothing_has_changed_but_any_change_is_seen() {
    let fleet = Fleet::new();
    fleet.write("overlays/o.libsonnet", "{ networkDevice: importstr 'o.txt' }");
    fleet.write("overlays/o.txt", "bond0");
    let definition = format!(
        "(import 'cniforge/main.libsonnet').cluster + (import '../overlays/o.libsonnet') {{ name: 'a', {} }}\n",
        crate::fleet::GALAXY
    );
    fleet.write("clusters/a.jsonnet", &definition);
    let rendered = || {
        let err = fleet.ok(&["render"]).err;
        std::thread::sleep(Duration::from_millis(40));
        err
    };
    let memory = "rendered/.cniforge/memory.json";
    rendered();
    rendered();
    // A memory that counts wrong shows when it is used.
    fleet.write(memory, &fleet.read(memory).replace("\"objects\":14", "\"objects\":77"));
    assert!(rendered().contains("77 objects: 0 files written, 77 unchanged"));
    assert!(fleet.ok(&["render", "--fresh"]).err.contains("14 objects: 0 files written, 14 unchanged"));

    // Each of these must be seen.
    rendered();
    fleet.write("overlays/o.txt", "bond1");
    assert!(rendered().contains("2 files written"), "an imported text is seen");
    let text = fleet.read(DAEMONSET);
    fleet.write(DAEMONSET, &text.replace("hostPID: true", "hostPID: false"));
    assert!(rendered().contains("1 file written"), "a changed file is seen");
    assert_eq!(fleet.read(DAEMONSET), text);
    fs::remove_file(fleet.root.join(DAEMONSET)).unwrap();
    assert!(rendered().contains("1 file written"), "a missing file is seen");
    fleet.write("rendered/a/notes.txt", "mine");
    assert!(rendered().contains("notes.txt was not written by cniforge"), "a foreign file is seen");
    fs::remove_file(fleet.root.join("rendered/a/notes.txt")).unwrap();
    fleet.write("vendor/cniforge/main.libsonnet", "{ cluster: error 'vendored' }");
    let run = fleet.run(&["render"]);
    assert!(run.err.contains("vendored"), "a file that now comes first is seen: {run:?}");
}

#[test]
fn unchanged_files_keep_their_modification_time_and_inode() {
    let fleet = Fleet::galaxy(&["a"]);
    fleet.ok(&["render"]);
    let old = SystemTime::now() - Duration::from_hours(1);
    for path in fleet.rendered().keys() {
        let file = fs::File::options().write(true).open(fleet.root.join("rendered").join(path)).unwrap();
        file.set_modified(old).unwrap();
    }
    let meta = |path: &str| fs::metadata(fleet.root.join(path)).unwrap();
    let before = meta(DAEMONSET).ino();
    fleet.cluster("a", "networkDevice: 'bond0'");
    fleet.ok(&["render"]);
    assert_eq!(meta(DAEMONSET).modified().unwrap(), old);
    assert_eq!(meta(DAEMONSET).ino(), before);
    assert_ne!(meta("rendered/a/flannel/kube-system/daemonset-flannel.yaml").modified().unwrap(), old);
}

#[test]
fn check_names_what_differs_and_writes_nothing() {
    let fleet = Fleet::galaxy(&["a"]);
    let run = fleet.run(&["check"]);
    assert_eq!((run.code, run.out.lines().count()), (1, 14));
    assert!(run.out.contains(&format!("missing  {DAEMONSET}\n")), "{run:?}");
    assert!(!fleet.exists("rendered"), "check writes nothing");
    fleet.ok(&["render"]);
    let run = fleet.ok(&["check"]);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("", "1 cluster checked: nothing differs\n"));

    let text = fleet.read(DAEMONSET);
    fleet.write(DAEMONSET, &text.replace("hostPID: true", "hostPID: false"));
    let stale = "rendered/a/galaxy/kube-system/configmap-old.yaml";
    fleet.write(stale, &text);
    fs::remove_file(fleet.root.join("rendered/a/galaxy/kube-system/configmap-cni-etc.yaml")).unwrap();
    let run = fleet.run(&["check", "--diff"]);
    assert_eq!(run.code, 1);
    let kinds: Vec<&str> =
        run.out.lines().filter(|line| line.contains(" rendered/")).filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(kinds, ["missing", "stale", "differs"]);
    assert!(run.out.contains("\n    -      hostPID: false\n    +      hostPID: true\n"), "{}", run.out);
    assert!(run.out.contains("security DaemonSet kube-system/galaxy-daemonset changed, in a\n"), "{}", run.out);
    assert_eq!(run.err, "3 files differ in 1 cluster; `cniforge render` brings the trees up to date\n");
    assert!(fleet.exists(stale));
}

#[test]
fn stale_files_go_and_foreign_files_stay() {
    let fleet = Fleet::galaxy(&["a"]);
    fleet.ok(&["render"]);
    let notes = "rendered/a/galaxy/notes.txt";
    fleet.write(notes, "mine");
    symlink("notes.txt", fleet.root.join("rendered/a/galaxy/link")).unwrap();
    fleet.cluster("a", "manifests+: { galaxy+: { cniConfig: null } }");
    let run = fleet.ok(&["render"]);
    assert_eq!(fleet.read(notes), "mine");
    assert_eq!(fs::read_link(fleet.root.join("rendered/a/galaxy/link")).unwrap().to_str(), Some("notes.txt"));
    assert!(!fleet.exists("rendered/a/galaxy/kube-system/configmap-cni-etc.yaml"));
    assert!(
        run.err.contains(&format!(
            "warning: a: {notes} was not written by cniforge; it stays\nhint: move it out of the tree"
        )),
        "{run:?}"
    );
    assert!(run.err.contains("0 files written, 13 unchanged, 1 removed"), "{run:?}");
}

#[test]
fn a_foreign_file_in_the_way_is_not_overwritten() {
    let fleet = Fleet::galaxy(&["a"]);
    fleet.write(DAEMONSET, "mine");
    let run = fleet.run(&["render"]);
    assert_eq!(run.code, 2);
    assert_eq!(fleet.read(DAEMONSET), "mine");
    assert_eq!(fleet.rendered().len(), 1, "nothing else was written");
    assert!(
        run.err.contains(&format!(
            "error: a: {DAEMONSET} was not written by cniforge and stands where a manifest belongs\n\
             hint: move it away; the cluster's tree was left as it is\n"
        )),
        "{run:?}"
    );
}

#[test]
fn a_tree_without_a_definition_goes_only_with_prune() {
    let fleet = Fleet::galaxy(&["a", "gone"]);
    fleet.ok(&["render"]);
    fs::remove_file(fleet.root.join("clusters/gone.jsonnet")).unwrap();
    fleet.write("rendered/gone/README", "mine");
    let run = fleet.ok(&["render"]);
    assert!(
        run.err.contains(
            "warning: rendered/gone has no definition; it stays\nhint: remove it with `cniforge render --prune`"
        ),
        "{run:?}"
    );
    assert!(fleet.exists("rendered/gone/galaxy"));
    let run = fleet.run(&["check"]);
    assert_eq!((run.code, run.out.as_str()), (1, "orphan   rendered/gone\n"), "{run:?}");
    assert!(run.err.contains("rendered/gone has no definition"));
    let run = fleet.ok(&["render", "--prune"]);
    assert!(run.err.contains("14 removed"), "{run:?}");
    assert_eq!(fleet.read("rendered/gone/README"), "mine");
    assert!(!fleet.exists("rendered/gone/galaxy"));
    fs::remove_file(fleet.root.join("rendered/gone/README")).unwrap();
    fleet.ok(&["render", "--prune"]);
}

#[test]
fn prune_does_nothing_while_it_is_not_known_which_clusters_there_are() {
    let fleet = Fleet::galaxy(&["a", "b"]);
    fleet.ok(&["render"]);
    fs::remove_file(fleet.root.join("clusters/b.jsonnet")).unwrap();
    fleet.write("clusters/inventory.jsonnet", "[error 'broken']\n");
    let run = fleet.run(&["render", "--prune"]);
    assert_eq!(run.code, 2);
    assert!(fleet.exists("rendered/b/galaxy"), "b may be a cluster of the broken inventory");
    assert!(run.err.contains("nothing was pruned"), "{run:?}");
    // A cluster that is refused is known by its name all the same.
    fs::remove_file(fleet.root.join("clusters/inventory.jsonnet")).unwrap();
    fleet.cluster("a", "networkArg: {}");
    assert!(fleet.run(&["render", "--prune"]).err.contains("14 removed"));
    assert!(!fleet.exists("rendered/b") && fleet.exists("rendered/a/galaxy"));
}

#[test]
fn a_broken_cluster_writes_nothing_and_stops_no_other() {
    let fleet = Fleet::galaxy(&["a", "b"]);
    fleet.ok(&["render"]);
    let before = fleet.rendered();
    fleet.cluster("a", "networkDevice: 'bond0', manifests+: { galaxy+: { config+: { data: error 'broken' } } }");
    fleet.cluster("b", "networkDevice: 'bond0'");
    let run = fleet.run(&["render"]);
    assert_eq!(run.code, 2);
    let after = fleet.rendered();
    let of = |files: &std::collections::BTreeMap<String, String>, cluster: &str| {
        files.iter().filter(|(path, _)| path.starts_with(cluster)).map(|(_, text)| text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of(&before, "a/"), of(&after, "a/"));
    assert_ne!(of(&before, "b/"), of(&after, "b/"));
    assert!(run.err.contains("1 cluster not rendered"), "{run:?}");
}

#[test]
fn a_killed_run_leaves_each_tree_old_or_new() {
    let names: Vec<String> = (0..30).map(|i| format!("c{i:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fleet = Fleet::galaxy(&names);
    let states: Vec<std::collections::BTreeMap<String, String>> = ["eth0", "bond0"]
        .iter()
        .map(|device| {
            for name in &names {
                fleet.cluster(name, &format!("networkDevice: '{device}', labels: {{ device: '{device}' }}"));
            }
            fleet.ok(&["render"]);
            fleet.rendered()
        })
        .collect();
    let of = |files: &std::collections::BTreeMap<String, String>, cluster: &str| {
        let prefix = format!("{cluster}/");
        files
            .iter()
            .filter(|(path, _)| path.starts_with(&prefix))
            .map(|(p, t)| (p.clone(), t.clone()))
            .collect::<Vec<_>>()
    };
    let mut killed = 0;
    for round in 0..24_u64 {
        let device = ["eth0", "bond0"][(round % 2) as usize];
        for name in &names {
            fleet.cluster(name, &format!("networkDevice: '{device}'"));
        }
        let mut child = fleet.command(&["render"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(1500 * round));
        child.kill().unwrap();
        killed += i32::from(!child.wait().unwrap().success());
        let now = fleet.rendered();
        for name in &names {
            let tree = of(&now, name);
            assert!(
                states.iter().any(|state| of(state, name) == tree),
                "{name} is a mixture after a kill in round {round}"
            );
        }
    }
    assert!(killed > 0, "no run was killed in time: this test tests nothing");
    fleet.ok(&["render"]);
    let entries = fs::read_dir(fleet.root.join("rendered/.cniforge")).unwrap();
    let left: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(
        !left.iter().any(|name| name.starts_with("new-") || name.starts_with("old-")),
        "left by killed runs: {left:?}"
    );
}

#[test]
fn two_runs_at_once_do_not_harm_each_other() {
    let names: Vec<String> = (0..20).map(|i| format!("c{i:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fleet = Fleet::galaxy(&names);
    let runs: Vec<_> = (0..4)
        .map(|_| fleet.command(&["render"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    let written: Vec<String> =
        runs.into_iter().map(|run| String::from_utf8(run.wait_with_output().unwrap().stderr).unwrap()).collect();
    assert_eq!(written.iter().filter(|err| err.contains(" 280 files written")).count(), 1, "{written:?}");
    assert_eq!(written.iter().filter(|err| err.contains(" 280 unchanged")).count(), 3, "{written:?}");
    fleet.ok(&["check"]);
}

#[test]
fn links_in_the_place_of_folders_are_refused() {
    let outside = Fleet::new();
    let fleet = Fleet::galaxy(&["a"]);
    fs::create_dir_all(fleet.root.join("rendered")).unwrap();
    symlink(&outside.root, fleet.root.join("rendered/a")).unwrap();
    let run = fleet.run(&["render"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("error: a: rendered/a: this must be a folder, not a link or a file"), "{run:?}");

    let fleet = Fleet::galaxy(&["a"]);
    symlink(&outside.root, fleet.root.join("rendered")).unwrap();
    let run = fleet.run(&["render"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("error: rendered: this must be a folder, not a link or a file"), "{run:?}");
    assert!(!outside.exists("a") && !outside.exists(".cniforge"));

    for name in ["clock", "memory.new", "lock", ".gitignore"] {
        let fleet = Fleet::galaxy(&["a"]);
        outside.write("victim", "precious");
        fs::create_dir_all(fleet.root.join("rendered/.cniforge")).unwrap();
        symlink(outside.root.join("victim"), fleet.root.join("rendered/.cniforge").join(name)).unwrap();
        let run = fleet.run(&["render"]);
        assert_eq!(run.code, 2, "{name}");
        assert!(run.err.contains("this must not be a link; remove it"), "{run:?}");
        assert_eq!(outside.read("victim"), "precious");
    }
}

#[test]
fn no_name_of_an_object_can_leave_the_tree() {
    let fleet = Fleet::new();
    fleet.cluster(
        "a",
        "cni: 'none', manifests+: { '../../x': { y: { apiVersion: 'v1', kind: 'K', metadata: { name: '../../../n', namespace: '..' } } } }",
    );
    fleet.ok(&["render", "--allow-findings"]);
    assert_eq!(
        fleet.rendered().keys().map(String::as_str).collect::<Vec<_>>(),
        ["a/%2e.%2f..%2fx/%2e./k-..%2f..%2f..%2fn.yaml"]
    );
    fleet.cluster(
        "a",
        "extraObjects: [{ apiVersion: 'v1', kind: '../K', metadata: { name: 'x' } }, \
         { apiVersion: 'v1', kind: 'Configmap', metadata: { name: 'cni-etc', namespace: 'kube-system' } }]",
    );
    let err = fleet.run(&["render"]).err;
    assert!(err.contains("its kind must be one word of letters and digits"), "{err}");
    assert!(err.contains("it is rendered twice"), "kinds that differ by case alone share a file: {err}");
}

#[test]
fn list_is_a_table_or_json() {
    let fleet = Fleet::galaxy(&["a"]);
    fleet.cluster("own", "cni: 'none', labels: { env: 'test' }");
    assert_eq!(
        fleet.ok(&["list"]).out,
        "CLUSTER  TYPE       CNI     VERSION  KUBERNETES\n\
         a        Baremetal  galaxy  v1.0.0   1.21.4\n\
         own      Baremetal  none    -        1.21.4\n"
    );
    let json: serde_json::Value = serde_json::from_str(&fleet.ok(&["list", "own", "--format", "json"]).out).unwrap();
    assert_eq!(
        json,
        serde_json::json!({"clusters": [{
            "name": "own", "type": "Baremetal", "cni": "none", "cniVersion": null, "kubernetesVersion": "1.21.4",
            "labels": {"env": "test"}, "definition": "clusters/own.jsonnet",
        }]})
    );
}

#[test]
fn the_fleet_is_found_upward() {
    let fleet = Fleet::galaxy(&["a"]);
    fs::create_dir_all(fleet.root.join("deep/er")).unwrap();
    let run: crate::fleet::Run =
        fleet.command(&["list"]).current_dir(fleet.root.join("deep/er")).output().unwrap().into();
    assert_eq!(run.code, 0, "{run:?}");
    let run = fleet.run(&["list", "--fleet", "/"]);
    assert_eq!(run.code, 2);
    assert_eq!(
        run.err,
        "error: no cniforge.toml here or in any folder above\n\
         hint: go to your fleet, name it with --fleet, or make one: an empty cniforge.toml is enough\n"
    );
}
