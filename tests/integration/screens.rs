//! What people see: words, colours, and how it fits on a terminal.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use crate::fleet::{Fleet, Run, optional_tool};

/// Every command that says how much of something there is, in a state where it has something to say.
const COMMANDS: [&[&str]; 9] = [
    &["list"],
    &["check"],
    &["check", "--diff"],
    &["diff"],
    &["diff", "--summary"],
    &["validate"],
    &["affected"],
    &["render"],
    &["render", "--prune"],
];

/// Clusters of which the last changes and, if `broken`, one more cannot be rendered.
fn changed(clusters: usize, broken: bool) -> Fleet {
    let names: Vec<String> = (0..clusters).map(|number| format!("c{number}")).collect();
    let fleet = Fleet::galaxy(&names.iter().map(String::as_str).collect::<Vec<_>>());
    fleet.ok(&["render"]);
    let fleet = fleet.committed();
    for name in &names {
        fleet.cluster(name, "networkArgs: { backendType: 'host-gw' }");
    }
    if broken {
        fleet.write("clusters/broken.jsonnet", "{ name: 'broken', typo: 1 }");
    }
    fleet
}

#[test]
fn one_is_one_and_more_are_more() {
    let counted =
        regex::Regex::new(r"\b(\d+) (cluster|file|object|change|definition|field|line|error|warning|finding)(s?)\b")
            .unwrap();
    let mut said = BTreeSet::new();
    for (clusters, broken) in [(1, false), (1, true), (3, false), (3, true)] {
        let fleet = changed(clusters, broken);
        for args in COMMANDS {
            let run = fleet.run(args);
            let text = format!("{}{}", run.out, run.err);
            for found in counted.captures_iter(&text) {
                assert_eq!(&found[1] == "1", found[3].is_empty(), "`{}` of {args:?}: {text}", &found[0]);
                said.insert((found[2].to_owned(), &found[1] == "1"));
            }
        }
    }
    let both = |word: &str| [true, false].iter().all(|one| said.contains(&(word.to_owned(), *one)));
    assert!(both("cluster") && both("file") && said.len() > 6, "{said:?}");
}

/// Bright colours, black and white are for one kind of background. These are read on both.
#[test]
fn colours_are_read_in_the_light_and_in_the_dark() {
    let escape = regex::Regex::new("\u{1b}\\[([0-9;]*)m").unwrap();
    let mut used = BTreeSet::new();
    let fleet = changed(2, true);
    for args in COMMANDS {
        let run = fleet.run(&[args, &["--color", "always"]].concat());
        for found in escape.captures_iter(&format!("{}{}", run.out, run.err)) {
            used.extend(found[1].split(';').map(|code| code.parse::<u8>().unwrap()));
        }
        let plain = fleet.run(&[args, &["--color", "never"]].concat());
        assert!(!format!("{}{}", plain.out, plain.err).contains('\u{1b}'), "{args:?}");
    }
    // Reset, bold, dim, inverse; red to cyan.
    let allowed: BTreeSet<u8> = [0, 1, 2, 7].into_iter().chain(31..=36).collect();
    assert!(used.is_subset(&allowed) && used.len() > 5, "{used:?}");
}

/// What a terminal of this size shows, without colours. None without the tool.
fn on_a_terminal(fleet: &Fleet, columns: usize, lines: usize, command: &str) -> Option<String> {
    let script = optional_tool("script", "nothing is shown on a terminal")?;
    let program = env!("CARGO_BIN_EXE_cniforge");
    let line = format!("stty cols {columns} rows {lines}; '{program}' --color never {command}");
    let mut shown = Command::new(script);
    shown.args(["-qec", &line, "/dev/null"]).current_dir(&fleet.root).env("SHELL", "/bin/sh").stdin(Stdio::null());
    let run = Run::from(shown.output().unwrap());
    // What a bar has drawn and wiped is not there any more.
    let kept = run
        .out
        .replace("\r\n", "\n")
        .split('\n')
        .map(|line| line.rsplit('\r').next().unwrap().to_owned())
        .collect::<Vec<_>>();
    Some(kept.join("\n").replace("\u{1b}[2K", ""))
}

#[test]
fn prose_fits_the_terminal_and_the_answer_stays_on_it() {
    let fleet = changed(1, false);
    let (Some(narrow), Some(wide)) =
        (on_a_terminal(&fleet, 60, 8, "diff --summary"), on_a_terminal(&fleet, 400, 100, "diff --summary"))
    else {
        return;
    };
    for line in narrow.lines() {
        let word = line.split_whitespace().map(|word| word.chars().count()).max().unwrap_or_default();
        assert!(line.chars().count() <= 60.max(word + 30), "{line:?} in\n{narrow}");
    }
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
    let said = fleet.run(&["diff", "--summary"]);
    assert_eq!(words(&wide), words(&(said.out.clone() + &said.err)), "wide enough for everything");
    assert!(words(&narrow).starts_with(&words(&said.out)), "{narrow}");
    // The first line has left the screen, so it is said again.
    let last = words(&narrow).split_off(words(&said.out).len());
    assert!(last.contains("change") && last.contains(" in 1 cluster; the worst is "), "{last}");

    // Nothing is folded in a pipe.
    assert!(said.out.lines().any(|line| line.chars().count() > 100), "{said:?}");
}

#[test]
fn a_message_is_folded_and_its_source_is_cut_around_the_place() {
    let fleet = Fleet::new();
    fleet.cluster("a", &format!("networkArgz: {{ backendType: '{}' }}", "x".repeat(70)));
    let (Some(narrow), Some(wide)) =
        (on_a_terminal(&fleet, 50, 30, "render"), on_a_terminal(&fleet, 200, 30, "render"))
    else {
        return;
    };
    for (shown, columns) in [(&narrow, 50), (&wide, 200)] {
        let lines: Vec<&str> = shown.lines().collect();
        let at = lines.iter().position(|line| line.contains('^')).unwrap_or_else(|| panic!("nothing marked: {shown}"));
        let (source, mark): (Vec<char>, Vec<char>) = (lines[at - 1].chars().collect(), lines[at].chars().collect());
        assert!(source.len() <= columns && mark.len() <= columns, "{columns}: {shown}");
        let under: String = source.iter().zip(&mark).filter(|(_, mark)| **mark == '^').map(|(c, _)| c).collect();
        assert_eq!(under, "networkArgz", "{shown}");
    }
    assert!(narrow.lines().all(|line| line.chars().count() <= 50), "{narrow}");
}

/// What somebody copies has no line ends but its own.
#[test]
fn commands_stay_whole_on_a_narrow_terminal() {
    let fleet = Fleet::galaxy(&["a"]);
    let Some(shown) = on_a_terminal(&fleet, 40, 30, "bootstrap a --engine flux") else { return };
    let line =
        "  cniforge bootstrap a --engine flux | kubectl apply --server-side --field-manager=kustomize-controller -f -";
    assert!(shown.lines().any(|shown| shown == line), "{shown}");
    let Some(shown) = on_a_terminal(&fleet, 28, 30, "validate") else { return };
    assert!(shown.contains("\n  `cniforge check --diff`\n"), "{shown}");
}

/// An error has the last word, and what was not looked at is not said to be fine.
#[test]
fn nothing_is_no_answer_to_a_name_that_is_not_there() {
    let fleet = Fleet::galaxy(&["a"]);
    fleet.ok(&["render"]);
    let fleet = fleet.committed();
    let error = "error: there is no cluster `nosuch`\nhint: the only one known is `a`\n";
    for (args, more) in [
        (&["list", "nosuch"][..], ""),
        (&["check", "nosuch"], "nothing could be compared\n"),
        (&["diff", "HEAD", "nosuch"], ""),
        (&["bootstrap", "nosuch", "--engine", "flux"], ""),
        (&["explain", "nosuch"], ""),
    ] {
        let run = fleet.run(args);
        assert_eq!((run.code, run.out.as_str(), run.err), (2, "", format!("{error}{more}")), "{args:?}");
    }
    let run = fleet.run(&["list", "nosuch", "--format", "json"]);
    assert_eq!((run.code, run.out.as_str()), (2, "{\n  \"clusters\": []\n}\n"), "a program gets its list");
}

#[test]
fn affected_says_what_its_list_does_not() {
    let fleet = Fleet::galaxy(&["a", "b", "c"]).committed();
    let run = fleet.ok(&["affected", "HEAD"]);
    assert!(run.out.is_empty() && run.err.starts_with("no cluster affected since HEAD"), "{run:?}");
    fleet.cluster("a", "networkArgs: { backendType: 'host-gw' }");
    let run = fleet.ok(&["affected", "HEAD"]);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("a\n", ""));
    for (gone, said) in [("b", "; 1 cluster removed: b\n"), ("c", "; 2 clusters removed: b, c\n")] {
        std::fs::remove_file(fleet.root.join(format!("clusters/{gone}.jsonnet"))).unwrap();
        let run = fleet.ok(&["affected", "HEAD"]);
        assert_eq!(run.out, "a\n");
        assert!(run.err.starts_with("1 cluster affected since HEAD") && run.err.ends_with(said), "{run:?}");
        assert_eq!(fleet.ok(&["affected", "HEAD", "--quiet"]).err, "");
    }
}

#[test]
fn explain_fits_the_terminal() {
    let fleet = Fleet::galaxy(&["a"]);
    let Some(narrow) = on_a_terminal(&fleet, 60, 30, "explain podCIDRs") else { return };
    let said = fleet.ok(&["explain", "podCIDRs"]).out;
    assert!(narrow.lines().all(|line| line.chars().count() <= 60), "{narrow}");
    assert!(said.lines().any(|line| line.chars().count() > 80), "nothing is folded in a pipe: {said}");
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&narrow), words(&said));
}
