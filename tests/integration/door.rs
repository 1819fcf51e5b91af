//! What a new user meets first: `init`, completions, man pages.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::fleet::{Fleet, Run, files_below, optional_tool};

/// A folder that is no fleet and lies in none, as this repository's own are.
pub fn empty_folder() -> Fleet {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let root = std::env::temp_dir().join(format!("cniforge-door-{}-{number}", std::process::id()));
    fs::create_dir_all(&root).unwrap();
    Fleet { root }
}

#[test]
fn what_init_writes_renders_passes_check_and_validate_and_is_a_workflow() {
    let home = empty_folder();
    for args in [&["init", "My.Site"][..], &["init", "other", "--example"]] {
        let clusters = if args.len() == 2 { 1 } else { 3 };
        let run = home.ok(args);
        assert!(run.err.contains("next: `cniforge --fleet"), "{run:?}");
        for args in [&["render"][..], &["check"], &["validate"]] {
            let whole: Vec<&str> = ["--fleet", if clusters == 1 { "My.Site" } else { "other" }]
                .into_iter()
                .chain(args.iter().copied())
                .collect();
            let run = home.ok(&whole);
            assert!(!run.err.contains("warning") && !run.err.contains("error"), "{run:?}");
        }
        let list = home.ok(&["list", "--fleet", args[1]]);
        assert_eq!(list.out.lines().count(), clusters + 1, "{list:?}");
    }
    assert!(home.exists("My.Site/rendered/my-site/cilium/kube-system/daemonset-cilium.yaml"));
    if let Some(actionlint) = optional_tool("actionlint", "the workflow that init writes is not linted") {
        let mut lint = Command::new(actionlint);
        lint.arg(".github/workflows/cniforge.yml").current_dir(home.root.join("other"));
        let run = Run::from(lint.output().unwrap());
        assert_eq!(run.code, 0, "{run:?}");
    }
    if let Some(jsonnetfmt) = optional_tool("jsonnetfmt", "what init writes is not looked at by the formatter") {
        let definitions = files_below(&home.root.join("other"));
        let jsonnet = definitions.keys().filter(|path| path.ends_with("sonnet"));
        let run = Command::new(jsonnetfmt).arg("--test").args(jsonnet).current_dir(home.root.join("other")).output();
        assert_eq!(Run::from(run.unwrap()).code, 0);
    }
}

#[test]
fn init_overwrites_nothing() {
    let home = empty_folder();
    home.write(".gitignore", "mine\n");
    home.write("clusters/a.jsonnet", "{}\n");
    let run = home.ok(&["init"]);
    assert!(run.out.contains("kept   .gitignore\n") && run.out.contains("wrote  cniforge.toml\n"), "{run:?}");
    assert_eq!(home.read(".gitignore"), "mine\n");
    assert_eq!(files_below(&home.root.join("clusters")).len(), 1, "there are definitions already");
    assert!(!home.exists("overlays"));
    let before = files_below(&home.root);
    let again = home.ok(&["init"]);
    assert!(!again.out.contains("wrote") && again.err.starts_with("0 files written"), "{again:?}");
    assert_eq!(files_below(&home.root), before);

    let inside = home.run(&["init", "below"]);
    assert_eq!(inside.code, 2);
    assert!(inside.err.contains("is a fleet, and this folder lies in it"), "{inside:?}");
    // Not through a link either.
    let linked = empty_folder();
    std::os::unix::fs::symlink("elsewhere", linked.root.join(".gitattributes")).unwrap();
    linked.ok(&["init"]);
    assert!(!linked.exists("elsewhere"));
}

#[test]
fn init_names_the_engine_and_where_the_trees_are() {
    for (engine, url, said) in [
        ("argocd", None, "repository: 'https://git.example.com/fleet.git',"),
        ("flux", Some("git@git.example.org:site/fleet.git"), "repository: 'ssh://git@git.example.org/site/fleet.git',"),
        // A token in the address is one machine's own.
        ("argocd", Some("https://me:secret@git.example.org/fleet"), "repository: 'https://git.example.org/fleet',"),
    ] {
        let home = empty_folder();
        let git = |args: &[&str]| {
            let run = Run::from(Command::new("git").args(args).current_dir(&home.root).output().unwrap());
            assert_eq!(run.code, 0, "{run:?}");
        };
        if let Some(url) = url {
            git(&["init", "-q", "."]);
            git(&["remote", "add", "origin", url]);
        }
        let run = home.ok(&["init", "sites", "--engine", engine, "--example"]);
        assert!(!run.out.contains("secret") && !run.err.contains("secret"), "{run:?}");
        let overlay = home.read("sites/overlays/common.libsonnet");
        assert!(overlay.contains(&format!("engine: '{engine}',")) && overlay.contains(said), "{overlay}");
        assert_eq!(overlay.contains("path: 'sites/rendered',"), url.is_some(), "{overlay}");
        for command in ["render", "check", "validate"] {
            let run = home.ok(&[command, "--fleet", "sites"]);
            assert!(!run.err.contains("warning") && !run.err.contains("error"), "{run:?}");
        }
        let agent = home.read("sites/rendered/sites/cilium/kube-system/daemonset-cilium.yaml");
        let mark = if engine == "argocd" { "argocd.argoproj.io/sync-wave" } else { "kustomize.toolkit.fluxcd.io/" };
        assert!(agent.contains(mark), "{agent}");
        if let Some(jsonnetfmt) = optional_tool("jsonnetfmt", "what init writes is not looked at by the formatter") {
            let mut format = Command::new(jsonnetfmt);
            format.args(["--test", "sites/overlays/common.libsonnet"]).current_dir(&home.root);
            assert_eq!(Run::from(format.output().unwrap()).code, 0, "{overlay}");
        }
    }
}

/// What the program offers behind these words, asked as bash does.
fn offered(fleet: &Fleet, words: &[&str]) -> Vec<String> {
    let mut command = fleet.command(&["--", "cniforge"]);
    command.args(words).env("CNIFORGE_COMPLETE", "bash").env("_CLAP_IFS", "\n");
    command.env("_CLAP_COMPLETE_INDEX", words.len().to_string()).env("_CLAP_COMPLETE_COMP_TYPE", "9");
    command.env("_CLAP_COMPLETE_SPACE", "true");
    let run = Run::from(command.output().unwrap());
    assert_eq!(run.code, 0, "{run:?}");
    run.out.lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_shell_is_offered_commands_options_and_clusters() {
    let fleet = Fleet::galaxy(&["cls-a", "cls-b", "other"]);
    // Nothing is evaluated for it.
    fleet.write("clusters/cls-broken.jsonnet", "error 'no'");
    fleet.write("rendered/cls-member/galaxy/x.yaml", "");
    assert_eq!(offered(&fleet, &["ren"]), ["render"]);
    for command in ["render", "check", "diff", "validate", "list", "explain", "watch"] {
        assert_eq!(offered(&fleet, &[command, "cls-"]), ["cls-a", "cls-b", "cls-broken", "cls-member"], "{command}");
    }
    assert!(offered(&fleet, &["diff", "--form"]).contains(&"--format".to_owned()));
    assert_eq!(offered(&fleet, &["diff", "--format", "m"]), ["markdown"]);
    let elsewhere = empty_folder();
    assert_eq!(offered(&elsewhere, &["render", "cls-"]), Vec::<String>::new());
    let named = fleet.root.to_str().unwrap();
    assert_eq!(offered(&elsewhere, &["--fleet", named, "render", "ot"]), ["other"]);
}

#[test]
fn every_shell_gets_a_script_that_it_can_read() {
    let fleet = Fleet::galaxy(&["cls-a"]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = fleet.ok(&["completions", shell]).out;
        assert!(script.contains("CNIFORGE_COMPLETE") && script.contains("cniforge"), "{shell}: {script}");
        assert_eq!(script, fleet.ok(&["completions", shell]).out);
        if !["bash", "zsh", "fish"].contains(&shell) {
            continue;
        }
        let Some(program) = optional_tool(shell, "its completions are not read by it") else { continue };
        fleet.write("script", &script);
        let run = Run::from(Command::new(program).args(["-n", "script"]).current_dir(&fleet.root).output().unwrap());
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{shell}");
    }
    // What bash itself makes of it.
    let path = std::path::Path::new(env!("CARGO_BIN_EXE_cniforge")).parent().unwrap().to_str().unwrap();
    let script = "source <(cniforge completions bash)\nCOMP_WORDS=(cniforge render cls)\nCOMP_CWORD=2\n\
                  COMP_TYPE=9\n_clap_complete_cniforge cniforge cls render\necho \"${COMPREPLY[*]}\"";
    let output = Command::new("bash")
        .args(["-c", script])
        .env("PATH", format!("{path}:{}", std::env::var("PATH").unwrap()))
        .current_dir(&fleet.root)
        .output();
    assert_eq!(Run::from(output.unwrap()).out.trim(), "cls-a");
}

#[test]
fn each_command_has_a_man_page() {
    let home = empty_folder();
    home.ok(&["man", "pages"]);
    let pages = files_below(&home.root.join("pages"));
    for name in ["cniforge", "cniforge-render", "cniforge-import-helm", "cniforge-man"] {
        let page = pages.get(&format!("{name}.1")).unwrap_or_else(|| panic!("no {name} in {:?}", pages.keys()));
        assert!(page.contains(&format!(".TH {name} 1")), "{page}");
    }
    assert!(pages["cniforge-render.1"].contains("cniforge render \\-\\-prune"), "{}", pages["cniforge-render.1"]);
    assert_eq!(home.ok(&["man"]).out, pages["cniforge.1"]);
    if let Some(man) = optional_tool("man", "the pages are not formatted") {
        for name in pages.keys() {
            let mut format = Command::new(&man);
            format.args(["--warnings", "-l", "-P", "cat", name]).current_dir(home.root.join("pages"));
            let run = Run::from(format.output().unwrap());
            assert_eq!((run.code, run.err.as_str()), (0, ""), "{name}");
        }
    }
}

/// Of the program and of each command: two screens, and an example wherever something can be given.
#[test]
fn help_fits_on_two_screens_and_has_examples() {
    let home = empty_folder();
    let top = home.ok(&["--help"]).out;
    let commands = top.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let mut names: Vec<Vec<String>> = commands
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| Some(vec![line.split_whitespace().next()?.to_owned()]))
        .filter(|names| names[0] != "help")
        .collect();
    assert!(names.len() >= 12, "{top}");
    names.extend(["tkestack", "helm", "manifests"].map(|source| vec!["import".to_owned(), source.to_owned()]));
    names.push(Vec::new());
    for words in names {
        let mut args: Vec<&str> = words.iter().map(String::as_str).collect();
        args.push("--help");
        let help = home.ok(&args).out;
        assert!(help.lines().count() <= 96, "{words:?} takes {} lines", help.lines().count());
        assert!(words.is_empty() || help.contains("Examples:\n"), "{words:?} has no example:\n{help}");
    }
}
