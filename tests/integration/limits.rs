//! A definition that never ends, or never stops growing, is an error of its cluster, and the others go on.

use crate::fleet::Fleet;

#[test]
fn runaway_definitions_end_and_others_go_on() {
    const CASES: [(&str, &str, &str); 9] = [
        ("endless", "maxNodePodNum: (local f(n) = 1 + f(n + 1); f(0))", "endless recursion: more than 2000 calls"),
        ("itself", "dnsDomain: self.dnsDomain", "infinite recursion: a value needs itself"),
        ("array", "extraObjects: [{ x: i } for i in std.range(1, 1000000000)]", "needs more than 64 MiB of memory"),
        ("text", "labels: { a: std.toString(std.range(1, 1000000000)) }", "needs more than 64 MiB of memory"),
        (
            "doubling",
            "labels: { a: (local f(n) = if n == 0 then std.repeat('x', 100) else local s = f(n - 1); s + s; f(40)) }",
            "needs more than 64 MiB of memory",
        ),
        (
            "loop",
            "maxNodePodNum: std.foldl(function(a, b) a + b, std.range(1, 2000000000), 0)",
            "takes longer than 1 s",
        ),
        (
            "nested",
            "extraObjects: [{ apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, spec: (local x = { a: x }; x) }]",
            "is nested more than 256 levels deep",
        ),
        ("repeat", "labels: { a: std.repeat('x', 4000000000) }", "needs more than 64 MiB of memory"),
        (
            "rope",
            "labels: { a: std.foldl(function(a, b) a + std.repeat('x', 101), std.range(1, 9000000), '') }",
            "needs more than 64 MiB",
        ),
    ];
    for (name, more, message) in CASES {
        let fleet = Fleet::galaxy(&["good"]);
        fleet.cluster(name, more);
        let timeout = if name == "loop" { "1" } else { "60" };
        let run = fleet.run(&["render", "--max-memory", "64", "--timeout", timeout]);
        assert_eq!(run.code, 2, "{name}: {run:?}");
        assert!(run.err.contains(&format!("error: {name}: ")) && run.err.contains(message), "{name}: {run:?}");
        assert!(run.err.contains("rendered 1 cluster"), "{name}: {run:?}");
        assert_eq!(fleet.rendered().len(), 14, "{name}");
    }
}

#[test]
fn many_runaway_definitions_do_not_stop_the_others() {
    let fleet = Fleet::galaxy(&["zz-last"]);
    for i in 0..12 {
        fleet.cluster(&format!("greedy-{i:02}"), "labels: { a: std.repeat('x', 4000000000) }");
    }
    let run = fleet.run(&["render", "--max-memory", "64"]);
    assert_eq!(run.err.matches("needs more than 64 MiB of memory").count(), 12, "{run:?}");
    assert!(run.err.contains("rendered 1 cluster, 14 objects"), "{run:?}");
}

#[test]
fn parked_memory_is_bounded_too() {
    let fleet = Fleet::galaxy(&["zz-last"]);
    for i in 0..9 {
        fleet.cluster(&format!("hoarder-{i}"), "extraObjects: [{ x: i } for i in std.range(1, 1000000000)]");
    }
    let run = fleet.run(&["render", "--max-memory", "64", "--jobs", "1"]);
    assert_eq!(run.code, 2);
    let named = (0..9).all(|i| run.err.contains(&format!("error: hoarder-{i}: ")));
    assert!(named, "{run:?}");
}

#[test]
fn sources_that_would_overflow_the_parser_are_refused_with_their_place() {
    for deep in ["[", "(", "!", "{a:", "1+", "if true then ", "local a=1;", "function(x) "] {
        let fleet = Fleet::galaxy(&["good"]);
        fleet.cluster("deep", &format!("labels: {{ a: {} 1 }}", deep.repeat(300_000)));
        let run = fleet.run(&["render"]);
        assert_eq!(run.code, 2, "{deep}");
        assert!(run.err.starts_with("error: deep: this is nested too deeply\n --> clusters/deep.jsonnet:1:"), "{deep}");
        assert!(run.err.contains("rendered 1 cluster, 14 objects"), "{deep}");
    }
}

#[test]
fn memory_stays_flat_over_many_clusters() {
    let fleet = Fleet::new();
    // Each leaves cycles behind that the engine frees only when it is told to.
    let more = "labels: { a: std.toString([{ local o = self, x: i, y: o.x } for i in std.range(1, 300)]) }";
    for i in 0..240 {
        fleet.cluster(&format!("c{i}"), more);
    }
    let peak = |names: &[&str]| {
        let mut args = vec!["render", "--jobs", "1", "--quiet"];
        args.extend(names);
        let mut child = fleet.command(&args).spawn().unwrap();
        let status = format!("/proc/{}/status", child.id());
        let mut peak = 0;
        while child.try_wait().unwrap().is_none() {
            if let Ok(text) = std::fs::read_to_string(&status)
                && let Some(line) = text.lines().find(|line| line.starts_with("VmHWM:"))
            {
                peak = peak.max(line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap());
            }
        }
        peak
    };
    let few: Vec<String> = (0..60).map(|i| format!("c{i}")).collect();
    let few = peak(&few.iter().map(String::as_str).collect::<Vec<_>>());
    let all = peak(&[]);
    // What each definition builds is some 0.4 MB: 180 more of them would show.
    assert!(all < few + 24_000, "60 clusters took {few} kB, 240 took {all} kB");
}
