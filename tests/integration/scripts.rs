//! Every shell script that the Cilium library renders is read by shellcheck and run: in a temporary folder that stands for
//! the node, with stubs in the place of the node's programs that note how they were called.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use serde_yaml::Value as Yaml;

use crate::fleet::{Fleet, optional_tool, tool};

const CLUSTERS: &[(&str, &str)] = &[
    (
        "all",
        "nodeinit: { enabled: true, removeCbrBridge: true, reconfigureKubelet: true, revertReconfigureKubelet: true, \
           waitForCloudInit: true, startup: { preScript: 'echo before', postScript: 'echo after' }, \
           prestop: { preScript: 'echo before', postScript: 'echo after' } }, \
         authentication: { enabled: true, mutual: { spire: { enabled: true, install: { enabled: true } } } }, \
         monitor: { enabled: true }, waitForKubeProxy: true, sleepAfterInit: true",
    ),
    (
        "elsewhere",
        "nodeinit: { enabled: true, reconfigureKubelet: true, bootstrapFile: '/var/lib/done/x' }, cni: { binPath: '/opt/my-cni' }",
    ),
    ("plain", "nodeinit: { enabled: true }"),
    ("preflight", "preflight: { enabled: true }"),
];

/// What shellcheck says of scripts that are the official chart's to the letter, since objects are compared with it.
const ACCEPTED: &[(&str, &str)] = &[
    ("all DaemonSet/cilium cilium-monitor", "SC2015"), // `a && break || sleep`: sleeps also when `break` fails; it does not
    ("all DaemonSet/cilium cilium-monitor", "SC2034"), // the loop counts only
    ("all DaemonSet/cilium mount-cgroup", "SC2086"),   // a mount point with blanks would be two
];

/// A script as a container runs it.
#[derive(Clone, Debug)]
struct Script {
    shell: String,
    flag: String,
    text: String,
}

/// Cluster, object and container or hook → script. One that is the same in several clusters is the first one's.
static SCRIPTS: LazyLock<BTreeMap<String, Script>> = LazyLock::new(|| {
    let fleet = Fleet::new();
    for (name, values) in CLUSTERS {
        fleet.cilium(name, &format!("cilium+: {{ values: {{ {values} }} }}"));
    }
    fleet.ok(&["render"]);
    let mut scripts: BTreeMap<String, Script> = BTreeMap::new();
    for (cluster, _) in CLUSTERS {
        let mut found = BTreeMap::new();
        for (name, object) in fleet.objects(cluster) {
            collect(&object, &name, "", &mut found);
        }
        let known: Vec<String> = scripts.values().map(|script| script.text.clone()).collect();
        found.retain(|_, script| !known.contains(&script.text));
        scripts.extend(found.into_iter().map(|(name, script)| (format!("{cluster} {name}"), script)));
    }
    scripts
});

fn collect(value: &Yaml, object: &str, within: &str, found: &mut BTreeMap<String, Script>) {
    match value {
        Yaml::Mapping(map) => {
            let within = value["name"].as_str().unwrap_or(within);
            if within == "STARTUP_SCRIPT" {
                let text = value["value"].as_str().unwrap().to_owned();
                found.insert(format!("{object} {within}"), Script { shell: "bash".into(), flag: "-c".into(), text });
            }
            let words: Vec<&str> = ["command", "args"]
                .iter()
                .flat_map(|key| value[*key].as_sequence().into_iter().flatten().filter_map(Yaml::as_str))
                .collect();
            let shell = words.iter().position(|word| ["bash", "/bin/bash", "sh", "/bin/sh"].contains(word));
            if let Some(at) = shell {
                let script = Script {
                    shell: words[at].rsplit('/').next().unwrap().to_owned(),
                    flag: words[at + 1].to_owned(),
                    text: words.last().copied().unwrap().to_owned(),
                };
                assert!(
                    found.insert(format!("{object} {within}"), script).is_none(),
                    "two scripts of {object} {within}"
                );
            }
            for (key, value) in map {
                collect(
                    value,
                    object,
                    if key == "postStart" || key == "preStop" { key.as_str().unwrap() } else { within },
                    found,
                );
            }
        }
        Yaml::Sequence(items) => items.iter().for_each(|item| collect(item, object, within, found)),
        _ => {}
    }
}

/// Folders of the node that scripts name; in a dry run they lie below its folder.
const FOLDERS: &[&str] = &["etc", "home", "hostbin", "opt", "proc", "sys", "tmp", "usr", "var"];

/// A folder in the place of a node's file system.
struct Node {
    root: PathBuf,
    fleet: Fleet,
}

/// How a dry run ended.
#[derive(Debug)]
struct Outcome {
    code: Option<i32>,
    out: String,
    err: String,
    calls: Vec<String>,
}

impl Node {
    /// A node whose `stubs` are (name, what they do once their call is noted).
    fn new(stubs: &[(&str, &str)]) -> Self {
        let fleet = Fleet::new();
        let root = fleet.root.join("node");
        let node = Self { root, fleet };
        fs::create_dir_all(node.root.join("bin")).unwrap();
        for folder in FOLDERS {
            fs::create_dir_all(node.root.join(folder)).unwrap();
        }
        for name in [
            "bash", "cat", "chmod", "cp", "dirname", "find", "grep", "head", "mkdir", "mv", "rm", "sed", "seq", "sh",
            "sort", "touch", "wc",
        ] {
            std::os::unix::fs::symlink(tool(name).unwrap(), node.root.join("bin").join(name)).unwrap();
        }
        // Whoever waits forever is ended.
        node.stub("sleep", r#"[ "$(grep -c '^sleep' "$CALLS")" -lt 30 ] || kill "$PPID""#);
        node.stub("date", "echo 1700000000");
        for (name, does) in stubs {
            node.stub(name, does);
        }
        node
    }

    fn stub(&self, name: &str, does: &str) {
        let body = format!("#!/bin/sh\necho \"${{0##*/}}${{*:+ $*}}\" >> \"$CALLS\"\n{}\n", self.moved(does));
        let path = if name.starts_with('/') {
            format!("{}{name}", self.root.display())
        } else {
            self.path(&format!("bin/{name}"))
        };
        fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
        fs::write(&path, body).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn path(&self, path: &str) -> String {
        self.root.join(path).display().to_string()
    }

    fn write(&self, path: &str, text: &str) {
        self.fleet.write(&format!("node/{path}"), text);
    }

    fn read(&self, path: &str) -> String {
        self.fleet.read(&format!("node/{path}"))
    }

    fn exists(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// A text whose absolute paths lead into the node's folder.
    fn moved(&self, text: &str) -> String {
        let mut moved = String::new();
        let mut before = ' ';
        for (at, letter) in text.char_indices() {
            let begins = letter == '/' && (before.is_whitespace() || "\"'=:(>^".contains(before));
            if begins && FOLDERS.iter().any(|folder| text[at + 1..].starts_with(&format!("{folder}/"))) {
                moved += self.root.to_str().unwrap();
            }
            moved.push(letter);
            before = letter;
        }
        moved
    }

    fn run(&self, script: &str) -> Outcome {
        let script = &SCRIPTS.get(script).unwrap_or_else(|| panic!("{script} is not rendered: {:#?}", SCRIPTS.keys()));
        self.command(&script.shell, &[&script.flag, &self.moved(&script.text)])
    }

    fn command(&self, program: &str, args: &[&str]) -> Outcome {
        let calls = self.root.join("calls");
        fs::write(&calls, "").unwrap();
        let output = Command::new(program)
            .args(args)
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("CALLS", &calls)
            .env("BIN_PATH", self.path("opt/cni/bin"))
            .env("CGROUP_ROOT", "/run/cilium/cgroupv2")
            .current_dir(&self.root)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(self.root.to_str().unwrap(), "");
        Outcome {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
            calls: text(fs::read(calls).unwrap()).lines().map(str::to_owned).collect(),
        }
    }

    /// Runs what must succeed and returns the calls of one program, or all of them.
    fn calls(&self, script: &str, of: &str) -> Vec<String> {
        let run = self.run(script);
        assert_eq!(run.code, Some(0), "{script}: {run:#?}");
        run.calls.into_iter().filter(|call| call.starts_with(of)).collect()
    }
}

#[test]
fn shellcheck_finds_nothing() {
    let Some(shellcheck) = optional_tool("shellcheck", "the scripts are run, but not read by it") else { return };
    let fleet = Fleet::new();
    let mut seen: BTreeSet<&(&str, &str)> = BTreeSet::new();
    for (name, script) in SCRIPTS.iter() {
        fleet.write("script", &script.text);
        let output = Command::new(&shellcheck)
            .args(["--norc", "--format=gcc", "--shell", &script.shell, "script"])
            .current_dir(&fleet.root)
            .output()
            .unwrap();
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.code().is_some_and(|code| code < 2), "{name}: {output:?}");
        for line in out.lines() {
            let accepted = ACCEPTED.iter().find(|(script, code)| script == name && line.contains(code));
            assert!(accepted.is_some(), "{name}: {line}\n{}", script.text);
            seen.extend(accepted);
        }
    }
    let stale: Vec<_> = ACCEPTED.iter().filter(|accepted| !seen.contains(accepted)).collect();
    assert!(stale.is_empty(), "shellcheck no longer says {stale:?}");
}

/// The scripts that the tests below run.
const RUN: &[&str] = &[
    "all DaemonSet/cilium cilium-agent",
    "all DaemonSet/cilium cilium-monitor",
    "all DaemonSet/cilium postStart",
    "all DaemonSet/cilium apply-sysctl-overwrites",
    "all DaemonSet/cilium mount-bpf-fs",
    "all DaemonSet/cilium mount-cgroup",
    "all DaemonSet/cilium wait-for-kube-proxy",
    "all DaemonSet/cilium wait-for-node-init",
    "all DaemonSet/cilium-node-init STARTUP_SCRIPT",
    "all DaemonSet/cilium-node-init preStop",
    "all DaemonSet/spire-agent init",
    "all StatefulSet/spire-server cilium-init",
    "elsewhere DaemonSet/cilium wait-for-node-init",
    "elsewhere DaemonSet/cilium-node-init STARTUP_SCRIPT",
    "plain DaemonSet/cilium-node-init STARTUP_SCRIPT",
    "preflight DaemonSet/cilium-pre-flight-check cilium-pre-flight-check",
    "preflight DaemonSet/cilium-pre-flight-check cilium-pre-flight-envoy",
    "preflight Deployment/cilium-pre-flight-check cnp-validator",
];

#[test]
fn no_script_is_left_without_a_dry_run() {
    let mut rendered: Vec<&str> = SCRIPTS.keys().map(String::as_str).collect();
    let mut run = RUN.to_vec();
    rendered.sort_unstable();
    run.sort_unstable();
    assert_eq!(rendered, run);
}

const STARTUP: &str = "all DaemonSet/cilium-node-init STARTUP_SCRIPT";
const STOP: &str = "all DaemonSet/cilium-node-init preStop";
const BOOTSTRAP_FILE: &str = "tmp/cilium-bootstrap.d/cilium-bootstrap-time";

fn with(node: &[(&'static str, &'static str)], more: &[(&'static str, &'static str)]) -> Node {
    Node::new(&[node, more].concat())
}

const NODE: &[(&str, &str)] = &[
    ("ip", "[ \"$1 $2\" != 'link show' ] || [ -e /var/links/$3 ]"),
    ("cloud-init", ""),
    ("systemctl", ""),
    ("kubelet", "echo 'Kubernetes v1.30.2'"),
];

#[test]
fn node_init_marks_the_node_as_ready_last() {
    let node = with(NODE, &[]);
    let run = node.run("plain DaemonSet/cilium-node-init STARTUP_SCRIPT");
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{run:#?}");
    assert_eq!(run.calls, ["ip link", "ip route", "ip -4 address", "ip -6 address", "date"]);
    assert_eq!(node.read(BOOTSTRAP_FILE), "1700000000\n");
    assert!(run.out.ends_with("The node is initialized\n"));

    // What fails before leaves no mark, so that the agents go on waiting.
    let node = with(NODE, &[("cloud-init", "exit 1")]);
    assert_eq!(node.run(STARTUP).code, Some(1));
    assert!(!node.exists(BOOTSTRAP_FILE));
}

#[test]
fn node_init_runs_the_users_scripts_around_its_own() {
    let node = with(NODE, &[]);
    node.write("etc/default/kubelet", "");
    node.write("tmp/node-deinit.cilium.io", "");
    let run = node.run(STARTUP);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{run:#?}");
    let at = |text: &str| run.out.find(text).unwrap_or_else(|| panic!("no {text}: {run:#?}"));
    assert!(at("cloud-init") < at("before\n") && at("before\n") < at("after\n") && at("after\n") < at("initialized"));
    assert!(!node.exists("tmp/node-deinit.cilium.io"), "a node that came back is to be cleaned again");
}

#[test]
fn node_init_deletes_the_bridge_only_where_there_is_one() {
    let node = with(NODE, &[]);
    node.write("etc/default/kubelet", "");
    assert_eq!(node.calls(STARTUP, "ip link del"), [""; 0]);
    node.write("var/links/cbr0", "");
    assert_eq!(node.calls(STARTUP, "ip link del"), ["ip link del cbr0"]);
}

#[test]
fn node_init_makes_an_old_kubelet_use_cni() {
    let defaults = "KUBELET_OPTS=\"--v=2 --network-plugin=kubenet\"\n";
    let node = with(NODE, &[("kubelet", "echo 'Kubernetes v1.23.17'")]);
    node.write("etc/default/kubelet", defaults);
    assert_eq!(node.calls(STARTUP, "systemctl"), ["systemctl restart kubelet"]);
    let bin = node.path("opt/cni/bin");
    assert_eq!(
        node.read("etc/default/kubelet"),
        format!("KUBELET_OPTS=\"--v=2 --network-plugin=cni --cni-bin-dir={bin}\"\n")
    );
    // And back.
    let run = with_containers(&node, STOP, &[]);
    assert_eq!(run.calls.last().map(String::as_str), Some("systemctl restart kubelet"), "{run:#?}");
    assert_eq!(node.read("etc/default/kubelet"), defaults);

    let node = with(NODE, &[]);
    node.write("etc/default/kubelet", defaults);
    assert_eq!(node.calls(STARTUP, "systemctl"), [""; 0], "a newer one asks its runtime");
    assert_eq!(node.read("etc/default/kubelet"), defaults);
}

/// A node of GKE: its kubelet lies in a place of its own, and containerd writes GKE's CNI configuration.
fn google() -> Node {
    let node = with(NODE, &[("containerd", "")]);
    node.write("home/kubernetes/bin/gke", "");
    node.stub("/home/kubernetes/bin/kubelet", "[ \"$1\" != --version ] || echo \"Kubernetes $(cat /etc/version)\"");
    node.write("etc/version", "v1.29.1-gke.900");
    node.write(
        "etc/default/kubelet",
        "KUBELET_OPTS=\"--container-runtime-endpoint=unix:///run/containerd/containerd.sock\"\n",
    );
    node.write("etc/cni/net.d/10-gke-ptp.conflist", "{}");
    node.write("etc/containerd/config.toml", "[cni]\n  bin_dir = \"x\"\n  conf_template = \"y\"\n");
    node
}

#[test]
fn node_init_wraps_the_kubelet_of_google_once() {
    let node = google();
    assert_eq!(node.calls(STARTUP, "systemctl"), ["systemctl restart kubelet"]);
    let wrapper = node.read("home/kubernetes/bin/kubelet");
    assert!(wrapper.starts_with("#!/bin/bash\n"), "{wrapper}");
    assert_eq!(node.calls(STARTUP, "systemctl"), [""; 0], "it is wrapped already");
    assert_eq!(node.read("home/kubernetes/bin/kubelet"), wrapper);

    // The next boot: GKE's configuration goes before the kubelet starts.
    let kubelet = node.path("home/kubernetes/bin/kubelet");
    let run = node.command(&kubelet, &["--v=2", "a b"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{run:#?}");
    assert_eq!(
        run.calls,
        [
            "the-kubelet --version",
            "systemctl disable --now containerd",
            "systemctl enable --now containerd",
            "the-kubelet --v=2 a b"
        ]
    );
    assert!(!node.exists("etc/cni/net.d/10-gke-ptp.conflist"));
    assert_eq!(node.read("etc/containerd/config.toml"), "[cni]\n  bin_dir = \"x\"\n#  conf_template = \"y\"\n");
    let own: serde_json::Value = serde_json::from_str(&node.read("etc/cni/net.d/05-cilium.conf")).unwrap();
    assert_eq!((own["name"].as_str(), own["type"].as_str()), (Some("cilium"), Some("cilium-cni")));

    // The boot after that: nothing to do any more.
    let run = node.command(&kubelet, &["--v=2"]);
    assert_eq!(run.calls, ["the-kubelet --version", "the-kubelet --v=2"], "{run:#?}");

    // An older one has to be told to use CNI.
    node.write("etc/version", "v1.23.8-gke.1");
    let run = node.command(&kubelet, &["--v=2"]);
    assert_eq!(run.calls[1], "the-kubelet --v=2 --network-plugin=cni --cni-bin-dir=/opt/cni/bin", "{run:#?}");

    let original = node.read("home/kubernetes/bin/the-kubelet");
    let run = with_containers(&node, STOP, &[]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert_eq!(node.read("home/kubernetes/bin/kubelet"), original);
    assert!(!node.exists("home/kubernetes/bin/the-kubelet"));
    assert_eq!(node.read("etc/containerd/config.toml"), "[cni]\n  bin_dir = \"x\"\n  conf_template = \"y\"\n");
}

#[test]
fn node_init_goes_by_the_folders_of_the_values() {
    let node = google();
    node.calls("elsewhere DaemonSet/cilium-node-init STARTUP_SCRIPT", "");
    assert_eq!(node.read("var/lib/done/x"), "1700000000\n");
    node.write("etc/version", "v1.23.8-gke.1");
    let run = node.command(&node.path("home/kubernetes/bin/kubelet"), &[]);
    assert_eq!(run.calls.last().unwrap(), "the-kubelet --network-plugin=cni --cni-bin-dir=/opt/my-cni");
    // The agent sees the folder of that file under a path of its own.
    node.write("tmp/cilium-bootstrap.d/x", "done");
    assert_eq!(node.calls("elsewhere DaemonSet/cilium wait-for-node-init", "").len(), 0);
}

#[test]
fn the_kubelets_wrapper_passes_shellcheck() {
    let Some(shellcheck) = optional_tool("shellcheck", "the kubelet's wrapper is run, but not read by it") else {
        return;
    };
    let node = google();
    node.calls(STARTUP, "");
    let run = Command::new(shellcheck).args(["--norc", &node.path("home/kubernetes/bin/kubelet")]).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
}

/// Runs node-init's stop hook while `docker ps` says each of `answers` once, and nothing of Cilium after that.
fn with_containers(node: &Node, script: &str, answers: &[String]) -> Outcome {
    for (i, answer) in answers.iter().enumerate() {
        node.write(&format!("var/ps/{}", i + 1), answer);
    }
    let list = "n=$(grep -c '^docker' \"$CALLS\"); if [ -e /var/ps/$n ]; then cat /var/ps/$n; else echo POD_cilium-node-init-x; fi";
    node.stub("docker", list);
    node.run(script)
}

#[test]
fn node_init_cleans_up_when_ciliums_pods_are_gone_and_once() {
    let node = with(NODE, &[]);
    node.write("etc/default/kubelet", "");
    node.write(BOOTSTRAP_FILE, "x");
    node.write("tmp/node-init.cilium.io", "");
    node.write("var/links/cilium_host", "");
    // The pod stands first in a long list: reading on must not break.
    let long = format!("k8s_POD_cilium-abcde\n{}", "k8s_POD_other\n".repeat(20_000));
    let run = with_containers(&node, STOP, &[long.clone(), long, "k8s_POD_cilium-abcde\n".to_owned()]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{run:#?}");
    assert_eq!(run.calls[..7], ["docker ps", "sleep 1", "docker ps", "sleep 1", "docker ps", "sleep 1", "docker ps"]);
    assert_eq!(run.calls[7..], ["ip link show cilium_host", "ip link del cilium_host", "systemctl restart kubelet"]);
    assert!(!node.exists(BOOTSTRAP_FILE) && !node.exists("tmp/node-init.cilium.io"));
    assert!(run.out.starts_with("before\n") && run.out.contains("after\n"), "{run:#?}");
    assert!(node.exists("tmp/node-deinit.cilium.io"));
    let run = node.run(STOP);
    assert_eq!((run.code, run.calls.len()), (Some(0), 0), "{run:#?}");

    // Where containerd is the runtime, crictl knows.
    let node = with(NODE, &[("crictl", "[ \"$1\" = ps ]")]);
    node.write("etc/default/kubelet", "");
    node.write("etc/crictl.yaml", "runtime-endpoint: unix:///run/containerd/containerd.sock\n");
    assert_eq!(node.calls(STOP, "crictl"), ["crictl ps"]);
}

#[test]
fn the_agents_hook_removes_the_rules_of_aws_and_no_other() {
    let hook = "all DaemonSet/cilium postStart";
    let node = Node::new(&[("iptables-save", "cat /var/rules"), ("iptables-restore", "cat > /var/restored")]);
    // The chain stands first of many rules.
    let others = "-A KUBE-SERVICES -j ACCEPT\n".repeat(20_000);
    node.write(
        "var/rules",
        &format!("*nat\n:AWS-SNAT-CHAIN-0 - [0:0]\n{others}-A X -j AWS-CONNMARK-CHAIN-0\nCOMMIT\n"),
    );
    assert_eq!(node.calls(hook, "iptables-restore").len(), 1);
    assert_eq!(node.read("var/restored"), format!("*nat\n{others}COMMIT\n"));
    node.write("var/rules", &format!("*nat\n{others}COMMIT\n"));
    assert_eq!(node.calls(hook, "iptables-restore").len(), 0, "there is nothing to remove");
}

#[test]
fn programs_for_the_host_are_lent_to_it_and_taken_back() {
    let node = Node::new(&[(
        "nsenter",
        "ls /hostbin > /var/there 2>&1 || :; for there in /hostbin/*; do echo \"there: $there\" >> \"$CALLS\"; done",
    )]);
    for program in ["cilium-mount", "cilium-sysctlfix"] {
        node.write(&format!("usr/bin/{program}"), "");
    }
    assert_eq!(
        node.calls("all DaemonSet/cilium mount-cgroup", ""),
        [
            "nsenter --cgroup=/hostproc/1/ns/cgroup --mount=/hostproc/1/ns/mnt /opt/cni/bin/cilium-mount /run/cilium/cgroupv2",
            "there: /hostbin/cilium-mount",
        ]
    );
    assert_eq!(
        node.calls("all DaemonSet/cilium apply-sysctl-overwrites", ""),
        ["nsenter --mount=/hostproc/1/ns/mnt /opt/cni/bin/cilium-sysctlfix", "there: /hostbin/cilium-sysctlfix"]
    );
    assert_eq!(fs::read_dir(node.root.join("hostbin")).unwrap().count(), 0);
}

#[test]
fn the_bpf_file_system_is_mounted_where_it_is_not() {
    let script = "all DaemonSet/cilium mount-bpf-fs";
    let node = Node::new(&[("mount", "[ $# -gt 0 ] || cat /var/mounts")]);
    node.write("var/mounts", "");
    assert_eq!(node.calls(script, ""), ["mount", "mount -t bpf bpf /sys/fs/bpf"]);
    node.write("var/mounts", &format!("none on {} type bpf (rw)\n", node.path("sys/fs/bpf")));
    assert_eq!(node.calls(script, ""), ["mount"]);
}

#[test]
fn the_agent_waits_for_node_init_and_for_kube_proxy() {
    let script = "all DaemonSet/cilium wait-for-node-init";
    // The file is there at first, and empty: node-init is still writing.
    let node = Node::new(&[(
        "sleep",
        "[ \"$(wc -l < \"$CALLS\")\" -lt 3 ] || echo x > /tmp/cilium-bootstrap.d/cilium-bootstrap-time",
    )]);
    node.write(BOOTSTRAP_FILE, "");
    assert_eq!(node.calls(script, "").len(), 3);

    let script = "all DaemonSet/cilium wait-for-kube-proxy";
    let tables = [
        ("iptables-nft-save", "KUBE-IPTABLES-HINT", "iptables-nft-save -t mangle"),
        ("ip6tables-nft-save", "KUBE-PROXY-CANARY", "ip6tables-nft-save -t mangle"),
        ("iptables-legacy-save", "KUBE-PROXY-CANARY", "iptables-legacy-save"),
        ("ip6tables-legacy-save", "KUBE-PROXY-CANARY", "ip6tables-legacy-save"),
    ];
    for (program, chain, call) in tables {
        let node = Node::new(&tables.map(|(name, ..)| (name, ":")));
        node.stub(program, &format!("[ \"$(grep -c '^sleep' \"$CALLS\")\" -lt 2 ] || echo ':{chain} - [0:0]'"));
        let run = node.run(script);
        assert_eq!(run.code, Some(0), "{program}: {run:#?}");
        assert_eq!(run.calls.last().map(String::as_str), Some(call));
        assert_eq!(run.calls.iter().filter(|call| *call == "sleep 1").count(), 2, "{run:#?}");
    }
}

#[test]
fn the_monitor_starts_when_the_agents_socket_is_there_and_in_the_end_anyway() {
    let script = "all DaemonSet/cilium cilium-monitor";
    let node = Node::new(&[("cilium-dbg", "")]);
    assert_eq!(
        node.calls(script, ""),
        ["sleep 10", "sleep 10", "sleep 10", "sleep 10", "sleep 10", "cilium-dbg monitor"]
    );
    let socket = node.path("var/run/cilium/monitor1_2.sock");
    fs::create_dir_all(Path::new(&socket).parent().unwrap()).unwrap();
    // The path of a socket has some hundred bytes at most, so it is made where it is short.
    let bound = std::env::temp_dir().join(format!("cniforge-{}.sock", std::process::id()));
    let _listener = std::os::unix::net::UnixListener::bind(&bound).unwrap();
    fs::rename(bound, &socket).unwrap();
    assert_eq!(node.calls(script, ""), ["cilium-dbg monitor"]);
}

#[test]
fn an_agent_that_is_to_sleep_does() {
    let node = Node::new(&[("sleep", "[ \"$(wc -l < \"$CALLS\")\" -lt 4 ] || kill \"$PPID\"")]);
    let run = node.run("all DaemonSet/cilium cilium-agent");
    assert_eq!((run.code, run.calls), (None, vec!["sleep 30".to_owned(); 4]), "it sleeps until it is stopped");
}

#[test]
fn spires_agents_wait_a_minute_for_the_server() {
    let script = "all DaemonSet/spire-agent init";
    let node = Node::new(&[("nc", "[ \"$(grep -c '^nc' \"$CALLS\")\" -gt 2 ]")]);
    let calls = node.calls(script, "nc");
    assert_eq!(calls, vec!["nc -z -w 3 spire-server.cilium-spire.svc:8081"; 3]);
    let node = Node::new(&[("nc", "exit 1"), ("date", "echo $((1700000000 + 10 * $(grep -c '^date' \"$CALLS\")))")]);
    let run = node.run(script);
    assert_eq!(run.code, Some(1), "{run:#?}");
    assert_eq!(run.calls.iter().filter(|call| call.starts_with("nc")).count(), 7);
    assert!(run.out.contains("spire-server.cilium-spire.svc:8081 did not answer in time"), "{run:#?}");
}

#[test]
fn spires_server_gets_the_entries_that_it_lacks() {
    // The server starts, then answers, then stops; it has the entry of Cilium's agents already.
    let node = Node::new(&[("pgrep", "n=$(grep -c '^pgrep' \"$CALLS\"); [ $n -gt 2 ] && [ $n -lt 6 ] && echo 42")]);
    node.stub(
        "/proc/42/root/opt/spire/bin/spire-server",
        "n=$(grep -c 'spire-server entry show -socketPath' \"$CALLS\")\n\
         [ $n -gt 2 ] || exit 1\n\
         case \"$*\" in\n\
         *'-spiffeID spiffe://spiffe.cilium/cilium-agent'*) echo 'Found 1 entry' ;;\n\
         *) echo 'Found 0 entries' ;;\n\
         esac",
    );
    let run = node.run("all StatefulSet/spire-server cilium-init");
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{run:#?}");
    let created: Vec<_> = run.calls.iter().filter(|call| call.starts_with("spire-server entry create")).collect();
    let at = "spire-server entry create -socketPath /proc/42/root/tmp/spire-server/private/api.sock";
    let node_id = "spiffe://spiffe.cilium/ns/cilium-spire/sa/spire-agent";
    assert_eq!(
        created,
        [
            &format!(
                "{at} -spiffeID {node_id} -selector k8s_psat:agent_ns:cilium-spire -selector k8s_psat:agent_sa:spire-agent -node"
            ),
            &format!(
                "{at} -spiffeID spiffe://spiffe.cilium/cilium-operator -selector k8s:ns:kube-system \
                 -selector k8s:sa:cilium-operator -parentID {node_id}"
            ),
        ]
    );
    let waits: Vec<_> = run.calls.iter().filter(|call| call.starts_with("sleep")).collect();
    assert_eq!(
        waits,
        ["sleep 5", "sleep 5", "sleep 5", "sleep 5", "sleep 30"],
        "for the start, for the answer, for the next round"
    );
}

#[test]
fn the_pre_flight_check_is_ready_when_it_is_done() {
    let scripts = ["cilium-pre-flight-check", "cilium-pre-flight-envoy"];
    for name in scripts {
        let node = Node::new(&[]);
        assert_eq!(node.calls(&format!("preflight DaemonSet/cilium-pre-flight-check {name}"), ""), ["sleep 1h"]);
        assert!(node.exists("tmp/ready"));
    }
    let script = "preflight Deployment/cilium-pre-flight-check cnp-validator";
    let node = Node::new(&[("cilium-dbg", "")]);
    assert_eq!(node.calls(script, ""), ["cilium-dbg preflight validate-cnp", "sleep 1h"]);
    assert!(node.exists("tmp/ready-validate-cnp"));
    let node = Node::new(&[("cilium-dbg", "exit 1")]);
    let run = node.run(script);
    assert_eq!((run.code, run.calls.len()), (Some(1), 1), "a policy that is refused fails the check: {run:#?}");
    assert!(!node.exists("tmp/ready-validate-cnp"));
}
