//! A cluster goes from one CNI to another in phases, and not otherwise.

use crate::diff::git;
use crate::fleet::Fleet;

const TARGET: &str = "podCIDRs: ['10.245.0.0/16'], cilium+: { values+: { tunnelPort: 8473 } }";

fn moving(phase: u8) -> String {
    format!("{TARGET}, migration+: {{ from: 'galaxy', phase: {phase}, podCIDRs: ['10.244.0.0/16'] }}")
}

#[test]
fn check_lets_one_phase_follow_the_other_and_nothing_else() {
    let fleet = Fleet::galaxy(&["a"]);
    fleet.ok(&["render"]);

    fleet.cilium("a", TARGET);
    let run = fleet.run(&["check"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("error[CNI084]: a: the tree so far installs galaxy, and this one cilium"), "{run:?}");
    assert!(run.err.contains("migration+: { from: …, phase: 1"), "{run:?}");
    assert_eq!(fleet.run(&["check", "--allow-findings"]).code, 1);

    for phase in 1..=4 {
        fleet.cilium("a", &moving(phase));
        let run = fleet.run(&["check"]);
        assert_eq!(run.code, 1, "phase {phase}: {run:?}");
        if phase < 3 {
            fleet.cilium("a", &moving(phase + 2));
            let run = fleet.run(&["check"]);
            assert_eq!(run.code, 2, "phase {phase}: {run:?}");
            assert!(run.err.contains("one phase at a time"), "{run:?}");
            fleet.cilium("a", &moving(phase));
        }
        fleet.ok(&["render"]);
        fleet.ok(&["check"]);
    }

    // Over: the tree is that of the definition without the migration.
    fleet.cilium("a", TARGET);
    fleet.ok(&["check"]);
}

#[test]
fn diff_says_so_too() {
    let fleet = Fleet::galaxy(&["a"]);
    git(&fleet.root, &["init", "--quiet"]);
    git(&fleet.root, &["add", "."]);
    git(&fleet.root, &["commit", "--quiet", "--message", "a cluster"]);

    fleet.cilium("a", TARGET);
    let run = fleet.run(&["diff", "main"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("error[CNI084]: a: the tree so far installs galaxy, and this one cilium"), "{run:?}");

    fleet.cilium("a", &moving(1));
    let run = fleet.run(&["diff", "main"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(!run.err.contains("error:"), "{run:?}");
}

#[test]
fn both_cnis_are_there_while_a_cluster_moves() {
    let fleet = Fleet::new();
    fleet.cilium("a", &moving(2));
    fleet.ok(&["render"]);
    let objects = fleet.objects("a");
    for key in
        ["DaemonSet/flannel", "DaemonSet/galaxy-daemonset", "DaemonSet/cilium", "CiliumNodeConfig/cilium-default"]
    {
        assert!(objects.contains_key(key), "{key} is missing: {:?}", objects.keys());
    }
    assert_eq!(objects["ConfigMap/cilium-config"]["data"]["enable-policy"].as_str(), Some("never"));
}

#[test]
fn explain_says_what_each_phase_takes() {
    let fleet = Fleet::galaxy(&["b"]);
    fleet.cilium("a", &moving(2));
    let out = fleet.ok(&["explain", "migration", "a"]).out;
    for line in ["Phase 1: Cilium beside it (done)", "Phase 2: node by node (now)", "Phase 4: clean-up"] {
        assert!(out.lines().any(|found| found == line), "{line} is missing:\n{out}");
    }
    assert!(out.contains("kubectl label node NODE --overwrite io.cilium.migration/cilium-default=true"), "{out}");

    let run = fleet.run(&["explain", "migration", "b"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
    assert!(run.err.contains("error: b: this cluster is not on its way from one CNI to another"), "{run:?}");
    assert!(fleet.run(&["explain", "migration", "c"]).err.contains("there is no cluster `c`"));
}
