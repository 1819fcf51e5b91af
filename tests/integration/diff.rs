//! What `diff` says of two states of a fleet, with histories that the tests make.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::fleet::{Fleet, Run};

/// git without anything of the user's or the machine's, at a fixed time.
pub fn git(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"]);
    command.args(["-c", "commit.gpgSign=false", "-c", "protocol.file.allow=always"]).args(args);
    command.env_clear().envs([
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z"),
        ("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z"),
    ]);
    let output = command.current_dir(folder).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Fleet {
    /// A repository of its own, with what is there committed.
    pub fn committed(self) -> Self {
        git(&self.root, &["init", "--quiet"]);
        self.commit();
        self
    }

    fn commit(&self) -> String {
        git(&self.root, &["add", "--all"]);
        git(&self.root, &["commit", "--quiet", "--allow-empty", "--message", "change"]);
        git(&self.root, &["rev-parse", "HEAD"])
    }

    /// The changes as JSON; the run must have found some.
    fn changes(&self, args: &[&str]) -> Vec<Value> {
        let run = self.run(&[&["diff", "--format", "json"], args].concat());
        assert_eq!(run.code, 1, "{run:?}");
        json(&run)["changes"].as_array().unwrap().clone()
    }
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|e| panic!("{e}: {run:?}"))
}

/// `changed DaemonSet n/x [restart] in a b: path path`.
fn line(change: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let object = &change["object"];
    let namespace = object["namespace"].as_str().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    let list = |key: &str, of: &dyn Fn(&Value) -> String| {
        change[key].as_array().unwrap().iter().map(of).collect::<Vec<_>>().join(" ")
    };
    format!(
        "{} {} {namespace}{} [{}] in {}: {}",
        text(&change["action"]),
        text(&object["kind"]),
        text(&object["name"]),
        text(&change["impact"]["class"]),
        list("clusters", &|value| text(value)),
        list("fields", &|field| text(&field["path"])),
    )
}

fn lines(changes: &[Value]) -> Vec<String> {
    changes.iter().map(line).collect()
}

/// A definition's object with this data in a `ConfigMap`.
fn extra(data: &str) -> String {
    format!(
        "extraObjects: {{ m: {{ apiVersion: 'v1', kind: 'ConfigMap', metadata: {{ name: 'm', namespace: 'n' }}, data: {data} }} }}"
    )
}

#[test]
fn one_line_of_an_overlay_is_one_change() {
    let fleet = Fleet::new();
    fleet.write("overlays/o.libsonnet", "{ networkDevice: 'bond0' }");
    let names = ["a", "b", "c", "d", "e"];
    for name in names {
        fleet.write(
            &format!("clusters/{name}.jsonnet"),
            &format!(
                "(import 'cniforge/main.libsonnet').cluster + (import '../overlays/o.libsonnet') {{ name: '{name}', {} }}",
                crate::fleet::GALAXY
            ),
        );
    }
    fleet.cluster("other", "");
    let fleet = fleet.committed();
    let run = fleet.ok(&["diff"]);
    assert_eq!(run.out, "");
    assert!(run.err.ends_with("→ working tree: nothing differs\n"), "{run:?}");

    fleet.write("overlays/o.libsonnet", "{ networkDevice: 'bond1' }");
    let changes = fleet.changes(&[]);
    let all = names.join(" ");
    assert!(lines(&changes).iter().any(|line| {
        line.starts_with("changed ConfigMap kube-system/galaxy-etc [restart]") && line.contains(&format!("in {all}: "))
    }));
    let run = fleet.run(&["diff"]);
    assert!(run.out.contains("in all 5 clusters that differ\n"), "{}", run.out);
    assert!(run.out.contains("bond0 → bond1"), "{}", run.out);
    assert_eq!(run.err, "1 definition not evaluated: same inputs\n");

    // One that differs from the others is shown behind them.
    fleet.write("overlays/o.libsonnet", "{ networkDevice: 'bond1' }");
    let text = fleet.read("clusters/c.jsonnet");
    fleet.write("clusters/c.jsonnet", &text.replace("name: 'c',", "name: 'c', networkDevice: 'eth7',"));
    let run = fleet.run(&["diff", "--summary"]);
    let first = run.out.find("in 4 of 5 clusters: a, b, d, …").unwrap();
    assert!(first < run.out.find("bond0 → eth7").unwrap(), "{}", run.out);
    assert_eq!(fleet.changes(&["HEAD", "c"])[0]["clusters"], serde_json::json!(["c"]));
}

#[test]
fn the_exit_code_says_whether_something_differs_and_how_badly() {
    let fleet = Fleet::galaxy(&["a"]).committed();
    assert_eq!(fleet.run(&["diff"]).code, 0);
    fleet.cluster("a", "networkDevice: 'bond1'");
    assert_eq!(fleet.run(&["diff"]).code, 1);
    assert_eq!(fleet.run(&["diff", "--fail-on", "restart"]).code, 1);
    assert_eq!(fleet.run(&["diff", "--fail-on", "drops-connections"]).code, 0);
    fleet.cluster("a", "networkArgs: { backendType: 'udp' }");
    assert_eq!(fleet.run(&["diff", "--fail-on", "drops-connections"]).code, 1);
    assert_eq!(fleet.run(&["diff", "--fail-on", "security"]).code, 0);
    fleet.cluster("a", "nmae: 1");
    let run = fleet.run(&["diff"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.ends_with(": 1 cluster cannot be rendered; nothing else differs\n"), "{run:?}");
    assert!(run.err.contains("unknown key `nmae`") || run.err.contains("nmae"), "{run:?}");

    for (args, words) in [
        (&["diff", "nonsense"][..], "`nonsense` is neither a commit nor a cluster"),
        (&["diff", "HEAD", "zzz"][..], "there is no cluster `zzz`"),
        (&["diff", "--upload-pack=x"][..], "unexpected argument"),
        (&["diff", "--", "--upload-pack=x"][..], "neither a commit nor a cluster"),
    ] {
        let run = fleet.run(args);
        assert!(run.code == 2 && run.err.contains(words), "{args:?}: {run:?}");
    }
}

#[test]
fn renames_deletes_and_whole_clusters_are_told() {
    let fleet = Fleet::new();
    let policy = |name: &str| {
        format!(
            "p: {{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: {{ name: '{name}', namespace: 'n' }}, spec: {{ podSelector: {{}}, policyTypes: ['Ingress'] }} }}"
        )
    };
    fleet.cluster("a", &format!("extraObjects: {{ {} }}", policy("old")));
    fleet.cluster("gone", "");
    let fleet = fleet.committed();
    fleet.cluster(
        "a",
        &format!("extraObjects: {{ {} }}, manifests+: {{ galaxy+: {{ cniConfig: null }} }}", policy("new")),
    );
    fs::remove_file(fleet.root.join("clusters/gone.jsonnet")).unwrap();
    fleet.cluster("new", "");
    assert_eq!(
        lines(&fleet.changes(&[])),
        [
            "removed Cluster gone [manual] in gone: ",
            "added Cluster new [none] in new: ",
            "removed ConfigMap kube-system/cni-etc [restart] in a: ",
            "renamed NetworkPolicy n/new [none] in a: metadata.name",
        ]
    );
    // A cluster that is gone can still be asked for.
    assert_eq!(lines(&fleet.changes(&["HEAD", "gone"])), ["removed Cluster gone [manual] in gone: "]);
}

#[test]
fn a_history_of_twenty_commits_is_replayed() {
    let fleet = Fleet::galaxy(&["steady"]).committed();
    let mut commits = vec![git(&fleet.root, &["rev-parse", "HEAD"])];
    for step in 1..20 {
        match step % 4 {
            0 => {
                fleet
                    .cluster("a", &format!("networkDevice: 'bond{step}', {}", extra(&format!("{{ step: '{step}' }}"))));
            }
            1 => fleet.cluster("a", &extra(&format!("{{ step: '{step}' }}"))),
            2 => fleet.write("overlays/unused.libsonnet", &format!("{{ step: {step} }}")),
            _ => fleet.cluster("b", &extra(&format!("{{ step: '{step}' }}"))),
        }
        fleet.ok(&["render", "--quiet"]);
        commits.push(fleet.commit());
    }
    let strip = |mut changes: Vec<Value>| -> Vec<String> {
        for change in &mut changes {
            change["cause"] = Value::Null;
        }
        let mut changes: Vec<String> = changes.iter().map(Value::to_string).collect();
        changes.sort();
        changes
    };
    let states = |args: &[&str]| {
        let run = fleet.run(&[&["diff", "--format", "json"], args].concat());
        assert!(run.code < 2, "{args:?}: {run:?}");
        strip(json(&run)["changes"].as_array().unwrap().clone())
    };
    let mut differing = 0;
    for pair in commits[1..].windows(2) {
        let (one, other) = (pair[0].as_str(), pair[1].as_str());
        let evaluated = states(&[one, other]);
        // What the definitions say is what was committed with them.
        assert_eq!(evaluated, states(&["--committed", one, other]), "{one} {other}");
        differing += usize::from(!evaluated.is_empty());
        // There and back is the same objects.
        assert_eq!(evaluated.len(), states(&[other, one]).len());
    }
    assert_eq!(differing, 13, "the other commits change nothing that is rendered");
    assert!(states(&[&commits[19], &commits[19]]).is_empty());
    let (first, last) = (states(&[&commits[1], "HEAD"]), states(&[&commits[1]]));
    assert_eq!(first, last, "the folder is the last commit");
}

#[test]
fn a_base_without_a_fleet_or_that_does_not_evaluate_is_no_end() {
    let fleet = Fleet::new();
    fs::remove_file(fleet.root.join("cniforge.toml")).unwrap();
    let fleet = fleet.committed();
    fleet.write("cniforge.toml", "");
    fleet.cluster("a", "");
    assert_eq!(lines(&fleet.changes(&[])), ["added Cluster a [none] in a: "]);

    // Broken now, but its tree was committed with it.
    fleet.ok(&["render"]);
    fleet.write("clusters/b.jsonnet", "error 'broken'");
    fleet.write("clusters/a.jsonnet", "(import 'cniforge/main.libsonnet').cluster { name: 'a', oops: 1 }");
    fleet.commit();
    fleet.cluster("a", "networkDevice: 'bond7'");
    fleet.cluster("b", "");
    let run = fleet.run(&["diff", "--format", "json"]);
    assert_eq!(run.code, 1, "{run:?}");
    let changes = json(&run)["changes"].as_array().unwrap().clone();
    assert!(lines(&changes).iter().any(|l| l.starts_with("changed ConfigMap kube-system/galaxy-etc")), "{changes:?}");
    assert!(lines(&changes).contains(&"added Cluster b [none] in b: ".to_owned()), "{changes:?}");
    assert!(run.err.contains("it is compared with its committed tree instead"), "{run:?}");
    assert!(run.err.contains("it has no committed tree there either"), "{run:?}");
    assert!(!run.err.contains("error:"), "what was wrong is no error of what is: {run:?}");
}

#[test]
fn the_base_is_where_the_branch_left_the_remote() {
    let origin = Fleet::galaxy(&["a"]).committed();
    let clone = Fleet::new();
    fs::remove_dir_all(&clone.root).unwrap();
    let source = format!("file://{}", origin.root.display());
    git(&origin.root, &["clone", "--quiet", &source, clone.root.to_str().unwrap()]);
    // The remote goes on, the branch does too.
    git(&clone.root, &["switch", "--quiet", "--create", "work"]);
    clone.cluster("a", "networkDevice: 'bond1'");
    clone.commit();
    origin.cluster("a", "networkDevice: 'bond9'");
    origin.commit();
    git(&clone.root, &["fetch", "--quiet"]);
    let run = clone.run(&["diff"]);
    assert!(
        run.out.starts_with(&format!(
            "{} on origin/HEAD → working tree: ",
            &git(&clone.root, &["rev-parse", "HEAD~1"])[..12]
        )),
        "{run:?}"
    );
    assert!(!run.out.contains("bond9"), "{run:?}");

    // Without a history there is no such place, and a wrong one is worse than none.
    let shallow = Fleet::new();
    fs::remove_dir_all(&shallow.root).unwrap();
    git(
        &clone.root,
        &[
            "clone",
            "--quiet",
            "--depth",
            "1",
            &format!("file://{}", clone.root.display()),
            shallow.root.to_str().unwrap(),
        ],
    );
    shallow.cluster("a", "networkDevice: 'bond2'");
    let run = shallow.run(&["diff", "HEAD~1"]);
    assert!(run.code == 2 && run.err.contains("this clone is shallow"), "{run:?}");
    git(&shallow.root, &["remote", "remove", "origin"]);
    let run = shallow.run(&["diff"]);
    assert!(run.code == 2 && run.err.contains("shallow") && run.err.contains("fetch-depth: 0"), "{run:?}");
    assert_eq!(shallow.run(&["diff", "HEAD"]).code, 1);
}

#[test]
fn the_index_and_hostile_surroundings_do_not_matter() {
    let fleet = Fleet::galaxy(&["a"]).committed();
    // Staged, and then taken back in the folder.
    fleet.cluster("a", "networkDevice: 'bond1'");
    git(&fleet.root, &["add", "--all"]);
    fleet.cluster("a", "");
    assert_eq!(fleet.run(&["diff"]).code, 0);
    fs::write(fleet.root.join(".git/index"), "broken").unwrap();
    assert_eq!(fleet.run(&["diff"]).code, 0);

    // A hook calls with these set; a repository's configuration can name commands.
    fleet.write("marker.sh", "#!/bin/sh\ntouch ../ran\n");
    let config = fleet.read(".git/config");
    fleet.write(
        ".git/config",
        &format!(
            "{config}[core]\n\tfsmonitor = ../marker.sh\n\tpager = ../marker.sh\n[alias]\n\tcat-file = !../marker.sh\n"
        ),
    );
    fleet.cluster("a", "networkDevice: 'bond1'");
    let mut command = fleet.command(&["diff", "--summary"]);
    command.envs([
        ("GIT_DIR", "/nonexistent"),
        ("GIT_INDEX_FILE", "/nonexistent"),
        ("GIT_OBJECT_DIRECTORY", "/nonexistent"),
    ]);
    let run: Run = command.output().unwrap().into();
    assert_eq!(run.code, 1, "{run:?}");
    assert!(!fleet.exists("../ran") && !fleet.exists("ran"));

    let outside = Fleet::galaxy(&["a"]);
    // The repository around the tests is not this fleet's: its history has none of it.
    let run =
        outside.command(&["diff"]).env("GIT_CEILING_DIRECTORIES", outside.root.parent().unwrap()).output().unwrap();
    let run: Run = run.into();
    assert!(run.code == 2 && run.err.contains("is not in a git repository"), "{run:?}");
}

#[test]
fn links_submodules_and_lfs_pointers_are_named() {
    let fleet = Fleet::new();
    let imports = |what: &str| format!("labels: {{ x: {what} }}");
    fleet.write("overlays/real.txt", "text");
    fs::create_dir_all(fleet.root.join("overlays")).unwrap();
    symlink("real.txt", fleet.root.join("overlays/link.txt")).unwrap();
    fleet.write("overlays/lfs.txt", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4\n");
    fleet.cluster("link", &imports("importstr '../overlays/link.txt'"));
    fleet.cluster("lfs", &imports("importstr '../overlays/lfs.txt'"));
    fleet.cluster("outside", &imports("importstr '../rendered/x'"));
    let fleet = fleet.committed();
    for name in ["link", "lfs", "outside"] {
        fleet.cluster(name, "");
    }
    let run = fleet.run(&["diff"]);
    for words in
        ["`overlays/link.txt` is a link at HEAD", "`overlays/lfs.txt` is in Git LFS", "`rendered/x` is a rendered file"]
    {
        assert!(run.err.contains(words), "{words}: {run:?}");
    }
}

#[test]
fn a_fleet_in_a_folder_of_its_repository_is_found_there() {
    let outer = Fleet::new();
    let inner = outer.root.join("deep/fleet");
    fs::create_dir_all(inner.join("clusters")).unwrap();
    fs::write(inner.join("cniforge.toml"), "").unwrap();
    let definition = format!("(import 'cniforge/main.libsonnet').cluster {{ name: 'a', {} }}", crate::fleet::GALAXY);
    fs::write(inner.join("clusters/a.jsonnet"), &definition).unwrap();
    let outer = outer.committed();
    fs::write(inner.join("clusters/a.jsonnet"), definition.replace("name: 'a',", "name: 'a', networkDevice: 'x',"))
        .unwrap();
    let run: Run = outer.command(&["diff", "--summary"]).current_dir(&inner).output().unwrap().into();
    assert!(run.code == 1 && run.out.contains("galaxy-etc changed, in a"), "{run:?}");
}

#[test]
fn two_clusters_and_a_cluster_that_reports_are_compared_too() {
    let fleet = Fleet::galaxy(&["a"]);
    fleet.cluster("b", "networkDevice: 'bond3'");
    let run = fleet.run(&["diff", "--clusters", "a", "b", "--summary"]);
    assert!(run.code == 1 && run.out.contains("in a → b") && run.out.contains("bond3"), "{run:?}");

    fleet.ok(&["render"]);
    // As kubectl prints it: a list, filled in by the server.
    let items: Vec<String> = fleet
        .rendered()
        .iter()
        .filter(|(path, _)| path.starts_with("a/"))
        .map(|(_, text)| {
            let mut value: Value =
                serde_json::to_value(serde_yaml::from_str::<serde_yaml::Value>(text).unwrap()).unwrap();
            value["metadata"]["uid"] = "1-2-3".into();
            value["metadata"]["resourceVersion"] = "7".into();
            value["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = "S3CRET".into();
            value["status"] = serde_json::json!({"x": 1});
            if value["kind"] == "DaemonSet" {
                value["spec"]["template"]["spec"]["dnsPolicy"] = "ClusterFirst".into();
            }
            value.to_string()
        })
        .collect();
    let list =
        |items: &[String]| format!("{{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{}]}}", items.join(","));
    let stray = r#"{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "namespace": "y"}, "data": {"a": "S3CRET"}}"#;
    fleet.write("live.json", &list(&[items.clone(), vec![stray.to_owned()]].concat()));
    let run = fleet.run(&["diff", "--live", "live.json", "a"]);
    assert_eq!(run.code, 0, "{run:?}");
    fleet.write("live.json", &list(&items[1..]).replace("\"hostPID\":true", "\"hostPID\":false"));
    let run = fleet.run(&["diff", "--live", "live.json", "a", "--format", "json"]);
    assert_eq!(run.code, 1, "{run:?}");
    let found = lines(json(&run)["changes"].as_array().unwrap());
    assert!(found.iter().any(|line| line.contains("spec.template.spec.hostPID")), "{found:?}");
    assert!(found.iter().any(|line| line.starts_with("added ClusterRole")), "{found:?}");
    assert!(!run.out.contains("S3CRET"), "{run:?}");
}

/// Names and values that would be markup, commands or a mention somewhere.
pub const HOSTILE: &str =
    "</script><img src=x onerror=alert(1)> | `code` @everyone ::error:: %0A \u{1b}[31m [x](http://evil) ]]> <!--";

#[test]
fn no_output_carries_a_secret_or_unescaped_text() {
    let fleet = Fleet::new();
    let secret = |value: &str| {
        format!(
            "s: {{ apiVersion: 'v1', kind: 'Secret', metadata: {{ name: 's', namespace: 'n' }}, data: {{ k: '{value}' }}, stringData: {{ l: '{value}' }} }}"
        )
    };
    let map = |value: &str, hostile: &str| {
        format!(
            "m: {{ apiVersion: 'v1', kind: 'ConfigMap', metadata: {{ name: 'm', namespace: 'n' }}, data: {{ 'inner.yaml': 'kind: Secret\\ndata: {{ a: {value} }}\\n', hostile: {hostile} }} }}"
        )
    };
    let quoted = Value::from(HOSTILE).to_string();
    let define = |value: &str, hostile: &str| {
        fleet.cluster(
            "a",
            &format!("allowSecrets: ['s'], extraObjects: {{ {}, {} }}", secret(value), map(value, hostile)),
        );
    };
    define("UzNDUkVUMQ==", "'harmless'");
    git(&fleet.root, &["init", "--quiet"]);
    fleet.commit();
    define("UzNDUkVUMg==", &quoted);
    for format in ["text", "json", "markdown", "github", "html"] {
        let run = fleet.run(&["diff", "--format", format, "--color", "always"]);
        assert_eq!(run.code, 1, "{run:?}");
        assert!(!run.out.contains("UzNDUkVU"), "{format}: {}", run.out);
        assert!(run.out.contains("(secret, before)") || format == "markdown", "{format}: {}", run.out);
        let bad: &[&str] = match format {
            "text" => &["\u{1b}[31m ["],
            "markdown" => &["<img", "</script>", "[x](http", "\u{1b}", "<!--", "| `code`"],
            "github" => &["\n::error:: ", "\u{1b}", " %0A \\u"],
            "html" => &["<img", "</script><", "<!--", "\u{1b}"],
            _ => &["\u{1b}"],
        };
        // In a fence, text is text; nothing in it begins a line of its own.
        let outside: String =
            if format == "markdown" { run.out.split("```").step_by(2).collect() } else { run.out.clone() };
        for word in bad {
            assert!(!outside.contains(word), "{format} has {word:?}: {outside}");
        }
        if format == "github" {
            assert!(run.out.lines().all(|line| line.starts_with("::")), "{}", run.out);
        }
    }
}

#[test]
fn five_thousand_objects_fit_into_a_comment_that_says_what_it_left_out() {
    let fleet = Fleet::new();
    let many = |value: &str| {
        format!(
            "extraObjects: {{ ['m' + i]: {{ apiVersion: 'v1', kind: 'ConfigMap', metadata: {{ name: 'config-' + i, namespace: 'n' }}, data: {{ key: '{value}', text: std.repeat('{value} ', 20) }} }} for i in std.range(1, 5000) }}"
        )
    };
    fleet.cluster("a", &many("before"));
    let fleet = fleet.committed();
    fleet.cluster("a", &many("after"));
    let run = fleet.run(&["diff", "--format", "markdown"]);
    assert_eq!(run.code, 1);
    assert!(run.out.len() <= 65_536, "{}", run.out.len());
    assert!(run.out.len() > 50_000, "the room is used: {}", run.out.len());
    let (opened, closed) = (run.out.matches("<details>").count(), run.out.matches("</details>").count());
    assert_eq!(opened, closed, "no entry is cut");
    assert!(
        run.out.contains(&format!("**{} entries left out here**", 5000 - opened)),
        "{}",
        &run.out[run.out.len() - 300..]
    );
    assert_eq!(fleet.changes(&[]).len(), 5000);
}

#[test]
fn no_entry_of_a_comment_takes_the_room_of_all_others() {
    let fleet = Fleet::galaxy(&["a"]).committed();
    fleet.cluster("a", &format!("networkDevice: 'bond1', {}", extra("{ k: std.repeat('long ', 20000) }")));
    let run = fleet.run(&["diff", "--format", "markdown"]);
    assert!(!run.out.contains("left out"), "{}", run.out);
    assert!(run.out.lines().all(|line| line.chars().count() < 500), "{}", run.out);
    assert!(run.out.len() < 10_000, "{}", run.out.len());
}

#[test]
fn each_change_names_the_lines_that_made_it() {
    let fleet = Fleet::new();
    fleet.write("overlays/o.libsonnet", "{\n  networkDevice: 'bond0',\n  labels: { a: 'b' },\n}\n");
    let definition = |args: &str| {
        format!(
            "(import 'cniforge/main.libsonnet').cluster + (import '../overlays/o.libsonnet') {{\n  name: 'a',\n  {},\n  \
             networkArgs: {{ backendType: '{args}' }},\n}}\n",
            crate::fleet::GALAXY
        )
    };
    fleet.write("clusters/a.jsonnet", &definition("vxlan"));
    fleet.cluster("gone", "");
    let fleet = fleet.committed();
    fleet.write("clusters/a.jsonnet", &definition("host-gw"));
    fleet.write("overlays/o.libsonnet", "// Bonded.\n{\n  networkDevice: 'bond1',\n  labels: { a: 'c' },\n}\n");
    fs::remove_file(fleet.root.join("clusters/gone.jsonnet")).unwrap();
    fleet.cluster("new", "");
    let changes = fleet.changes(&[]);
    let cause = |object: &str| {
        let change = changes.iter().find(|change| line(change).contains(object)).unwrap();
        let causes = change["cause"].as_array().unwrap();
        causes
            .iter()
            .map(|cause| format!("{}:{}", cause["file"].as_str().unwrap(), cause["line"]))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(cause("ConfigMap kube-system/kube-flannel-cfg"), "clusters/a.jsonnet:4");
    assert_eq!(cause("ConfigMap kube-system/galaxy-etc"), "overlays/o.libsonnet:3");
    assert_eq!(cause("added Cluster new"), "clusters/new.jsonnet:1");
    assert_eq!(cause("removed Cluster gone"), "clusters/gone.jsonnet:1");
    let run = fleet.run(&["diff", "--format", "github"]);
    assert!(run.out.contains("::warning file=clusters/a.jsonnet,line=4,title=drops-connections"), "{}", run.out);
}

#[test]
fn affected_clusters_are_those_whose_inputs_differ() {
    let fleet = Fleet::new();
    fleet.write("overlays/o.txt", "b");
    fleet.cluster("a", "labels: { x: importstr '../overlays/o.txt' }");
    fleet.cluster("b", "");
    fleet.cluster("c", "");
    fleet.write(
        "clusters/many.jsonnet",
        &format!(
            "[(import 'cniforge/main.libsonnet').cluster {{ name: n, {} }} for n in ['m1', 'm2']]",
            crate::fleet::GALAXY
        ),
    );
    let fleet = fleet.committed();
    assert_eq!(fleet.ok(&["affected"]).out, "");
    // Another text of the same definition is another input, whatever comes of it.
    fleet.write("overlays/o.txt", "c");
    assert_eq!(fleet.ok(&["affected"]).out, "a\n");
    fs::remove_file(fleet.root.join("overlays/o.txt")).unwrap();
    assert_eq!(fleet.ok(&["affected", "HEAD"]).out, "a\n", "a file that is gone counts too");
    let many = fleet.read("clusters/many.jsonnet");
    fleet.write("clusters/many.jsonnet", &many.replace("'m2'", "'m3'"));
    fs::remove_file(fleet.root.join("clusters/b.jsonnet")).unwrap();
    fleet.write("clusters/c.jsonnet", "error 'broken'");
    assert_eq!(fleet.ok(&["affected"]).out, "a\nc\nm1\nm3\n");
    let run = fleet.ok(&["affected", "--format", "json"]);
    assert_eq!(json(&run), serde_json::json!({"clusters": ["a", "c", "m1", "m3"], "removed": ["b", "m2"]}));
}

/// Whatever an import means otherwise makes another input, and nothing else does.
#[test]
fn a_definition_that_reads_the_same_is_not_evaluated() {
    let fleet = Fleet::new();
    fleet.write("vendor/lent.txt", "vendor");
    fleet.write("overlays/lent.libsonnet", "{ labels+: { l: importstr 'lent.txt' } }");
    fleet.write("overlays/same.libsonnet", "{ labels+: { s: 's' } }");
    fs::create_dir_all(fleet.root.join("links")).unwrap();
    for (name, overlay) in [("a", "overlays/lent"), ("b", "overlays/same"), ("c", "links/o")] {
        fleet.write(
            &format!("clusters/{name}.jsonnet"),
            &format!(
                "(import 'cniforge/main.libsonnet').cluster + (import '../{overlay}.libsonnet') {{ name: '{name}', {} }}",
                crate::fleet::GALAXY
            ),
        );
    }
    symlink("../overlays/same.libsonnet", fleet.root.join("links/o.libsonnet")).unwrap();
    let fleet = fleet.committed();
    let affected = |args: &[&str]| fleet.ok(&[&["affected"], args].concat()).out;
    assert_eq!(affected(&[]), "c\n", "a link is not followed in a commit, so nobody knows what it gave");
    fs::remove_file(fleet.root.join("links/o.libsonnet")).unwrap();
    fleet.write("links/o.libsonnet", "{ labels+: { s: 's' } }");
    let commits = [git(&fleet.root, &["rev-parse", "HEAD"]), fleet.commit()];
    assert_eq!(affected(&[]), "");

    // A file that an import finds before the one that it found.
    fleet.write("overlays/lent.txt", "vendor");
    assert_eq!(affected(&[]), "a\n");
    fleet.commit();
    // The same bytes as another file, or as a link to it, are the same.
    fs::remove_file(fleet.root.join("overlays/lent.txt")).unwrap();
    symlink("../vendor/lent.txt", fleet.root.join("overlays/lent.txt")).unwrap();
    assert_eq!(affected(&[]), "");
    fs::remove_file(fleet.root.join("overlays/lent.txt")).unwrap();
    symlink("/etc/hostname", fleet.root.join("overlays/lent.txt")).unwrap();
    assert_eq!(affected(&[]), "a\n");
    fs::remove_file(fleet.root.join("overlays/lent.txt")).unwrap();
    fs::create_dir(fleet.root.join("overlays/lent.txt")).unwrap();
    assert_eq!(affected(&[]), "a\n");
    fs::remove_dir(fleet.root.join("overlays/lent.txt")).unwrap();

    // Two commits, of which neither is the folder.
    fleet.write("overlays/same.libsonnet", "{ networkDevice: 'eth7' }");
    fleet.commit();
    let run = fleet.run(&["diff", &commits[1], "HEAD", "--summary"]);
    assert!(run.out.contains("galaxy-etc changed, in b\n"), "{run:?}");
    assert!(run.err.contains("2 definitions not evaluated"), "{run:?}");
    let run = fleet.run(&["diff", &commits[1], &commits[1]]);
    assert!(run.code == 0 && run.out.is_empty(), "{run:?}");

    // In a repository that names contents by SHA-256 too.
    fs::remove_dir_all(fleet.root.join(".git")).unwrap();
    git(&fleet.root, &["init", "--quiet", "--object-format=sha256"]);
    fleet.commit();
    assert_eq!(affected(&[]), "");
    fleet.write("overlays/same.libsonnet", "{ networkDevice: 'eth8' }");
    assert_eq!(affected(&[]), "b\n");
}

#[test]
fn explain_finds_the_line_behind_a_value() {
    let fleet = Fleet::new();
    fleet.write("overlays/o.libsonnet", "// All of them.\n{\n  networkDevice: 'bond0',\n}\n");
    fleet.write(
        "clusters/a.jsonnet",
        &format!(
            "(import 'cniforge/main.libsonnet').cluster + (import '../overlays/o.libsonnet') {{\n  name: 'a',\n  {},\n  \
             networkArgs: {{ backendType: 'udp' }},\n  manifests+: {{ galaxy+: {{ daemonset+: {{ spec+: {{ minReadySeconds: 7 }} }} }} }},\n}}\n",
            crate::fleet::GALAXY
        ),
    );
    let first = |args: &[&str]| {
        let run = fleet.ok(&[&["explain", "a"], args].concat());
        run.out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let backend = first(&["configmap/kube-flannel-cfg"]);
    assert!(
        backend
            .iter()
            .any(|line| line == "clusters/a.jsonnet:4: definition (networkArgs): networkArgs: { backendType: 'udp' },"),
        "{backend:#?}"
    );
    let patch = first(&["DaemonSet/kube-system/galaxy-daemonset", "spec.minReadySeconds"]);
    assert_eq!(patch[0], "DaemonSet kube-system/galaxy-daemonset spec.minReadySeconds: 7");
    assert!(patch[1].starts_with("clusters/a.jsonnet:5: definition (manifests patch): "), "{patch:#?}");
    let default = first(&["DaemonSet/galaxy-daemonset", "spec.template.spec.hostPID"]);
    assert!(default[1].starts_with("library default (`manifests.galaxy.daemonset`)"), "{default:#?}");
    let whole = first(&[]);
    assert!(
        whole.iter().any(|line| line.starts_with("overlays/o.libsonnet:3: overlay: networkDevice: 'bond0'")),
        "{whole:#?}"
    );
    for (args, words) in [
        (&["explain", "b"][..], "there is no cluster `b`"),
        (&["explain", "a", "DaemonSet/galaxi-daemonset"], "did you mean `DaemonSet/galaxy-daemonset`?"),
        (&["explain", "a", "DaemonSet/galaxy-daemonset", "spec.templte"], "did you mean `template`?"),
    ] {
        let run = fleet.run(args);
        assert!(run.code == 2 && run.err.contains(words), "{run:?}");
    }
}

/// Where leaving a line out tells nothing, another value does, whatever the value is.
#[test]
fn explain_tells_of_values_of_every_kind() {
    let fleet = Fleet::new();
    fleet.write("overlays/o.libsonnet", "{\n  networkDevice: 'bond0',\n  labels: { env: 'x' },\n}\n");
    let map = |name: &str, rest: &str| {
        format!("{{ apiVersion: 'v1', kind: '{name}', metadata: {{ name: 'm', namespace: 'n' }}, {rest} }}")
    };
    let lines = [
        "(import 'cniforge/main.libsonnet').cluster + (import '../overlays/o.libsonnet') {".to_owned(),
        "  name: 'a',".to_owned(),
        "  // type: 'true' is a comment".to_owned(),
        format!("  {},", crate::fleet::GALAXY),
        "  networkDevice: \"bond1\",".to_owned(),
        "  networkArgs: {".to_owned(),
        "    backendType: 'vxlan',".to_owned(),
        "  },".to_owned(),
        "  local given = [".to_owned(),
        "    { list: [], map: {}, none: null, flag: true, count: 3, 'true': \"d\" },".to_owned(),
        "  ][0],".to_owned(),
        "  extraObjects: {".to_owned(),
        format!("    m: {},", map("ConfigMap", "data: { k: std.manifestJsonMinified(given) }")),
        format!("    s: {},", map("Secret", "data: { k: 'UzNDUkVU' }")),
        "  },".to_owned(),
        "  allowSecrets: ['m'],".to_owned(),
        "}".to_owned(),
    ];
    fleet.write("clusters/a.jsonnet", &(lines.join("\n") + "\n"));
    let run = fleet.ok(&["explain", "a"]);
    let at = |line: usize, file: &str| {
        let start = format!("{file}:{line}: ");
        run.out
            .lines()
            .skip_while(|line| !line.starts_with(&start))
            .take_while(|line| line.starts_with(&start) || line.starts_with("    "))
            .collect::<Vec<_>>()
    };
    // It says what the default is, so only one of the words that galaxy knows shows what it does.
    let backend = at(7, "clusters/a.jsonnet");
    assert_eq!(backend[0], "clusters/a.jsonnet:7: definition (networkArgs): backendType: 'vxlan',", "{run:?}");
    assert!(backend[1].starts_with("    ConfigMap kube-system/kube-flannel-cfg: "), "{run:?}");
    // Both say it, and the definition has the last word.
    let device = at(5, "clusters/a.jsonnet");
    assert_eq!(device[0], "clusters/a.jsonnet:5: definition: networkDevice: \"bond1\",", "{run:?}");
    assert_eq!(*device.last().unwrap(), "    in the place of what the overlay says in overlays/o.libsonnet:2");
    assert!(at(2, "overlays/o.libsonnet").is_empty(), "{run:?}");
    // No line may be left out of the list, and each of its values matters.
    let fields = fleet.ok(&["explain", "a", "ConfigMap/n/m"]).out;
    let given: Vec<&str> =
        fields.lines().skip_while(|line| !line.starts_with("clusters/a.jsonnet:10: ")).skip(1).collect();
    for field in ["list", "map", "none", "flag", "count", "true"] {
        let named = |line: &&&str| line.starts_with("    ") && line.contains(field);
        assert!(given.iter().take_while(|line| line.starts_with("    ")).any(|line| named(&line)), "{field}: {fields}");
    }
    assert_eq!(at(14, "clusters/a.jsonnet")[0], "clusters/a.jsonnet:14: definition (an object of its own): (secret)");
    assert!(!run.out.contains("UzNDUkVU") && !fields.contains("UzNDUkVU"), "{run:?}");
    assert!(run.err.ends_with("needs them as they are: clusters/a.jsonnet:2\n"), "{run:?}");
}

/// A warning that a change brings is said with it; one that was there before is not.
#[test]
fn a_change_shows_what_it_brings_with_it() {
    let fleet = Fleet::galaxy(&["a"]).committed();
    fleet.cluster("a", "networkArgs: { backendType: 'udp' }");
    let run = fleet.run(&["diff"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("warning[CNI130]: a: backend 'udp'"), "{run:?}");

    fleet.commit();
    fleet.cluster("a", "networkDevice: 'eth1', networkArgs: { backendType: 'udp' }");
    let run = fleet.run(&["diff"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(!run.err.contains("CNI130"), "{run:?}");
}
