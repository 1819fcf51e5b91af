//! `cniforge watch`, as a process that runs while files are saved.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use crate::fleet::{Fleet, files_below};

/// A process that watches; ended when dropped.
struct Watching {
    process: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn begin(fleet: &Fleet, args: &[&str]) -> Self {
        let mut command = fleet.command(&[&["watch"], args].concat());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let streams: [Box<dyn std::io::Read + Send>; 2] =
            [Box::new(process.stdout.take().unwrap()), Box::new(process.stderr.take().unwrap())];
        for stream in streams {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        let watching = Self { process, lines };
        watching.until("watching ");
        watching
    }

    /// Everything up to the line that has this, and that line.
    fn until(&self, wanted: &str) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_mins(1);
        let mut seen = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            let found = line.contains(wanted);
            seen.push(line);
            if found {
                return seen;
            }
        }
        panic!("`{wanted}` was never said, but: {seen:#?}");
    }

    /// The same with what the other stream says about it, as one text.
    fn said(&self, last: &str) -> String {
        let mut seen = self.until(last);
        while let Ok(line) = self.lines.recv_timeout(Duration::from_millis(300)) {
            seen.push(line);
        }
        seen.join("\n")
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const DAEMONSET: &str = "galaxy/kube-system/daemonset-galaxy-daemonset.yaml";

/// Whether the cluster's tree has this word.
fn rendered(fleet: &Fleet, cluster: &str, word: &str) -> bool {
    files_below(&fleet.root.join("rendered").join(cluster)).values().any(|text| text.contains(word))
}

#[test]
fn a_save_is_rendered_and_what_it_changes_is_shown() {
    let fleet = Fleet::new();
    fleet.write("overlays/o.libsonnet", "{ networkDevice: 'bond0' }");
    for name in ["a", "b"] {
        fleet.write(
            &format!("clusters/{name}.jsonnet"),
            &format!(
                "(import 'cniforge/main.libsonnet').cluster + (import '../overlays/o.libsonnet') {{ name: '{name}', {} }}\n",
                crate::fleet::GALAXY
            ),
        );
    }
    let watching = Watching::begin(&fleet, &[]);
    assert!(fleet.exists(&format!("rendered/a/{DAEMONSET}")), "what was missing is there from the beginning");

    // An overlay is of both.
    fleet.write("overlays/o.libsonnet", "{ networkDevice: 'bond1' }");
    let said = watching.said("rendered 2 clusters, 4 files changed in ");
    assert!(said.contains("in a, b") && said.contains("bond1"), "{said}");
    assert!(rendered(&fleet, "b", "bond1"));

    // A definition is of one; an error is said, and the tree stays.
    let definition = fleet.read("clusters/a.jsonnet");
    fleet.write("clusters/a.jsonnet", &definition.replace("podCIDRs", "podCIDR"));
    let said = watching.said("1 cluster not rendered");
    assert!(said.contains("unknown key `podCIDR`") && said.contains("clusters/a.jsonnet:1:"), "{said}");
    let mended = definition.replace("10.244.0.0/16", "10.245.0.0/16");
    fleet.write("clusters/a.jsonnet", &mended);
    let said = watching.said("rendered 1 cluster, ");
    assert!(said.contains("10.245.0.0/16") && !said.contains("in a, b"), "{said}");

    // A new cluster, and one that is gone.
    fleet.cluster("c", "");
    watching.until("rendered 1 cluster, 14 files changed");
    assert!(fleet.exists(&format!("rendered/c/{DAEMONSET}")));
    fs::remove_file(fleet.root.join("clusters/c.jsonnet")).unwrap();
    watching.until("clusters/c.jsonnet is gone; its tree stays");
    assert!(fleet.exists(&format!("rendered/c/{DAEMONSET}")));

    // The same as a run of its own would write.
    fleet.ok(&["check", "a", "b"]);
}

#[test]
fn an_import_that_is_written_later_is_seen() {
    let fleet = Fleet::new();
    fleet.write("overlays/there.libsonnet", "{}");
    fleet.write(
        "clusters/a.jsonnet",
        &format!(
            "(import 'cniforge/main.libsonnet').cluster + (import '../overlays/there.libsonnet') + \
             (import '../overlays/later.libsonnet') {{ name: 'a', {} }}\n",
            crate::fleet::GALAXY
        ),
    );
    let watching = Watching::begin(&fleet, &["a"]);
    fleet.write("overlays/later.libsonnet", "{ networkDevice: 'bond7' }");
    watching.until("rendered 1 cluster, 14 files changed");
    assert!(rendered(&fleet, "a", "bond7"));
}

/// The engine is kept from save to save: what one has left behind must not reach the next.
#[test]
fn every_save_is_rendered_by_itself() {
    let fleet = Fleet::new();
    fleet.cilium("a", "");
    let watching = Watching::begin(&fleet, &["--summary"]);
    for round in 0..12 {
        let mask = (25 + round % 2).to_string();
        fleet.cilium("a", &format!("networkArgs: {{ 'cluster-pool-ipv4-mask-size': '{mask}' }}"));
        watching.until("rendered 1 cluster, 1 file changed in ");
        let config = fleet.read("rendered/a/cilium/kube-system/configmap-cilium-config.yaml");
        assert!(config.contains(&format!("cluster-pool-ipv4-mask-size: \"{mask}\"")), "{config}");
    }
}

/// `cniforge watch | head -1` gives the shell back.
#[cfg(unix)]
#[test]
fn it_ends_when_nobody_reads_it_any_more() {
    let fleet = Fleet::new();
    fleet.cluster("a", "");
    let mut process = fleet.command(&["watch"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(said.any(|line| line.contains("watching ")));
    std::thread::sleep(Duration::from_millis(200));
    assert!(process.try_wait().unwrap().is_none(), "it has ended while somebody reads");

    drop(process.stdout.take());
    let deadline = Instant::now() + Duration::from_secs(20);
    let status = loop {
        if let Some(status) = process.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > deadline {
            process.kill().unwrap();
            panic!("it goes on");
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(0));
    assert_eq!(said.collect::<Vec<_>>(), [""; 0]);
}
