//! What the README and the book say is so: console blocks are run, links are followed, every page is in the summary.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::door::empty_folder;
use crate::fleet::{Fleet, Run, files_below, repository};

/// Path below the repository → text, of all that is for readers.
fn pages() -> BTreeMap<String, String> {
    let mut pages: BTreeMap<String, String> = files_below(&repository().join("docs/src"))
        .into_iter()
        .map(|(path, text)| (format!("docs/src/{path}"), text))
        .collect();
    for path in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "benches/README.md"]
    {
        pages.insert(path.to_owned(), fs::read_to_string(repository().join(path)).unwrap());
    }
    for (path, text) in files_below(&repository().join("lib")).into_iter().filter(|(path, _)| is_page(path)) {
        pages.insert(format!("lib/{path}"), text);
    }
    pages.retain(|path, _| is_page(path));
    pages
}

fn is_page(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "md")
}

/// Where the example fleet is in the folder of a test.
const FLEET: &str = "fleet";

/// A folder with a copy of the example fleet, committed.
fn example() -> Fleet {
    let fleet = empty_folder();
    for file in ["clusters", "overlays", "rendered"] {
        for (path, text) in files_below(&repository().join(file)) {
            if !path.starts_with(".cniforge/") {
                fleet.write(&format!("{FLEET}/{file}/{path}"), &text);
            }
        }
    }
    fleet.write(&format!("{FLEET}/cniforge.toml"), &fs::read_to_string(repository().join("cniforge.toml")).unwrap());
    shell(&fleet, "git init -q -b main . && git add -A && git commit -qm fleet");
    fleet
}

/// What a line prints on both streams.
fn shell(fleet: &Fleet, script: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_cniforge")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(program.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let mut command = Command::new("bash");
    command
        .args(["-c", &format!("exec 2>&1\n{script}")])
        .current_dir(fleet.root.join(FLEET))
        .env("PATH", path.unwrap());
    command.env("HOME", &fleet.root).env("GIT_CONFIG_NOSYSTEM", "1").env("NO_COLOR", "1");
    for (key, value) in [("NAME", "reader"), ("EMAIL", "reader@example.com"), ("DATE", "2026-01-01T00:00:00Z")] {
        command.env(format!("GIT_AUTHOR_{key}"), value).env(format!("GIT_COMMITTER_{key}"), value);
    }
    Run::from(command.output().unwrap()).out
}

/// Without what is another one in each run: times, and the names of commits.
fn settled(text: &str) -> String {
    let mut out = String::new();
    for line in text.trim_end().lines() {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for at in 0..words.len() {
            let bare = words[at].trim_matches(['(', ')', ';', ',']).to_owned();
            let time = at > 0 && words[at - 1] == "in" && bare.parse::<f64>().is_ok();
            let commit = bare.len() == 12 && bare.bytes().all(|b| b.is_ascii_hexdigit());
            if time || commit {
                words[at] = words[at].replace(&bare, "…");
            }
        }
        out.push_str(words.join(" ").trim_end());
        out.push('\n');
    }
    out
}

/// The commands of a block, and what it says each prints.
fn commands(block: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), String::new())),
            (None, Some((_, output))) => output.extend([line, "\n"]),
            (None, None) => panic!("a console block begins with a command: {line}"),
        }
    }
    commands
}

/// Runs a block from a clean fleet: each command behind those before it, in one shell.
fn run_block(fleet: &Fleet, block: &str) -> Vec<(String, String)> {
    const END: &str = "\u{1}end of output\u{1}";
    shell(
        fleet,
        "git reset -q --hard && git clean -qfdx && find .. -mindepth 1 -maxdepth 1 ! -name fleet -exec rm -r {} +",
    );
    let lines = commands(block);
    let end = format!("\nprintf '%s' '{END}'\n");
    let script: String = lines.iter().flat_map(|(command, _)| [command, &*end]).collect();
    let printed = shell(fleet, &script);
    let mut outputs = printed.split(END);
    lines.into_iter().map(|(command, _)| (command, outputs.next().unwrap_or_default().to_owned())).collect()
}

#[test]
fn every_console_block_is_what_the_program_prints() {
    let fleet = example();
    let update = std::env::var_os("UPDATE").is_some();
    let (mut blocks, mut wrong) = (0, Vec::new());
    for (path, text) in pages() {
        let mut new = String::new();
        let mut rest = text.as_str();
        while let Some((before, behind)) = rest.split_once("```console\n") {
            let (block, behind) = behind.split_once("```\n").unwrap_or_else(|| panic!("{path}: a block has no end"));
            blocks += 1;
            new.extend([before, "```console\n"]);
            for ((command, expected), (_, actual)) in commands(block).into_iter().zip(run_block(&fleet, block)) {
                let same = settled(&expected) == settled(&actual);
                let shown = if same { &expected } else { &actual };
                new.extend(["$ ", &command, "\n", shown]);
                if !same {
                    wrong.push(format!("{path}: $ {command}\n--- the page\n{expected}--- the program\n{actual}"));
                }
            }
            new.push_str("```\n");
            rest = behind;
        }
        new.push_str(rest);
        if update && new != text {
            fs::write(repository().join(path), new).unwrap();
        }
    }
    assert!(blocks > 15, "only {blocks} blocks were found");
    assert!(update || wrong.is_empty(), "UPDATE=1 writes them anew:\n{}", wrong.join("\n"));
}

/// What a reader's blocks call that a test does not have. `kubectl` stands in for a cluster that runs the tree of `$RUNNING`: it
/// prints the objects of the kinds that are asked for, and takes what is applied.
const STAND_INS: [(&str, &str); 3] = [
    (
        "kubectl",
        r#"#!/usr/bin/env bash
set -euo pipefail
declare -A kinds=([ds]=daemonset [deploy]=deployment [cm]=configmap [sa]=serviceaccount [svc]=service)
case " $* " in
*' get clusters.platform.tkestack.io '*) exec cat "$TKESTACK" ;;
*' get '*)
    while [ "$1" != get ]; do shift; done
    for kind in ${2//,/ }; do
        find "rendered/$RUNNING" -name "${kinds[$kind]:-$kind}-*.yaml" -exec printf -- '---\n' \; -exec cat {} \;
    done
    ;;
*' -f - '*) [ "$(wc -c)" -gt 1000 ] || exit 1 ;;
*) for word; do case $word in rendered/* | docs/*) [ -e "$word" ] || exit 1 ;; esac; done ;;
esac
"#,
    ),
    (
        "cargo",
        "#!/bin/sh\ncase \"$*\" in 'run --release -- '*) shift 3; exec cniforge \"$@\";; test) ;; *) exit 1;; esac\n",
    ),
    ("jsonnet", "#!/bin/sh\n[ -e \"$3\" ]\n"),
];

/// The blocks whose output is another one on each cluster.
#[test]
fn every_shell_block_runs() {
    let fleet = example();
    for (name, script) in STAND_INS {
        fleet.write(&format!("{FLEET}/.git/stand-ins/{name}"), script);
    }
    shell(&fleet, "chmod +x .git/stand-ins/*");
    for (path, text) in files_below(&repository().join("docs/plugin")) {
        fleet.write(&format!("{FLEET}/.git/docs/plugin/{path}"), &text);
    }
    let tkestack = repository().join("tests/import/tkestack-many/clusters.yaml");
    assert!(tkestack.exists());
    let (mut blocks, mut failed) = (0, Vec::new());
    let of_readers = |path: &str| path.starts_with("docs/") || path == "README.md";
    for (path, text) in pages().into_iter().filter(|(path, _)| of_readers(path)) {
        // A reader comes from one block of a page to the next.
        shell(&fleet, "git reset -q --hard && git clean -qfdx && cp -r .git/docs .");
        for part in text.split("```sh\n").skip(1) {
            let block = part.split("```").next().unwrap();
            blocks += 1;
            let mut words = block.split_whitespace();
            let running = words.find(|word| word.starts_with("cls-") || *word == "global").unwrap_or("cls-7q46p7mt");
            let mut script = format!(
                "set -euo pipefail\nexport RUNNING={running} TKESTACK={} PATH=\"$PWD/.git/stand-ins:$PATH\"\n",
                tkestack.display()
            );
            // An import replaces nothing.
            if block.contains("import manifests") {
                script += "rm clusters/$RUNNING.jsonnet\n";
            }
            script += &block.replace("cniforge watch", "timeout 1 cniforge watch || [ $? = 124 ]");
            let printed = shell(&fleet, &(script + "\nprintf 'all of it ran'"));
            if !printed.ends_with("all of it ran") {
                failed.push(format!("{path}:\n{block}--- it says\n{printed}"));
            }
        }
    }
    assert!(blocks > 15, "only {blocks} blocks were found");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Commands in the midst of a sentence: there are such commands, and they have such options.
#[test]
fn every_command_that_is_named_exists() {
    let fleet = example();
    let (mut commands, mut wrong) = (BTreeSet::new(), Vec::new());
    for (path, text) in pages().into_iter().filter(|(path, _)| path != "CHANGELOG.md") {
        let prose = text.split("```").step_by(2).collect::<String>();
        for code in prose.split('`').skip(1).step_by(2).filter(|code| code.starts_with("cniforge ")) {
            commands.insert((path.clone(), code.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    for (path, command) in &commands {
        let line = command.split(['|', '\\', '<', '…']).next().unwrap();
        let printed = shell(&fleet, &format!("{line} --help >/dev/null && printf fine"));
        // A word in capitals stands for what a reader puts there.
        let placeholder = line
            .split(' ')
            .filter(|word| word.bytes().all(|byte| byte.is_ascii_uppercase()))
            .any(|word| printed.contains(&format!("invalid value '{word}'")));
        if printed != "fine" && !placeholder {
            wrong.push(format!("{path}: `{command}`\n{printed}"));
        }
    }
    assert!(commands.len() > 30, "only {} commands were found", commands.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The anchor that GitHub and mdBook give a heading.
pub fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn anchors(text: &str) -> BTreeSet<String> {
    let mut code = false;
    text.lines()
        .filter(|line| {
            code ^= line.starts_with("```");
            !code && line.starts_with('#')
        })
        .map(anchor)
        .collect()
}

/// What stands in `](…)`, outside of code.
fn links(text: &str) -> Vec<&str> {
    let mut code = false;
    let mut found = Vec::new();
    for line in text.lines() {
        code ^= line.starts_with("```");
        if !code {
            found.extend(line.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)));
        }
    }
    found
}

#[test]
fn every_link_inside_leads_somewhere() {
    let (mut count, mut broken) = (0, Vec::new());
    for (path, text) in pages() {
        for link in links(&text).into_iter().filter(|link| !link.contains("://")) {
            count += 1;
            let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
            let here = repository().join(&path);
            let target: PathBuf = if file.is_empty() { here } else { here.parent().unwrap().join(file) };
            let reached = match fs::read_to_string(&target) {
                Ok(text) => fragment.is_empty() || anchors(&text).contains(fragment),
                // A folder or a picture.
                Err(_) => target.exists() && fragment.is_empty(),
            };
            if !reached {
                broken.push(format!("{path}: {link}"));
            }
        }
    }
    assert!(count > 30, "only {count} links were found");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_summary_has_every_page() {
    let summary = fs::read_to_string(repository().join("docs/src/SUMMARY.md")).unwrap();
    let listed: BTreeSet<String> = links(&summary).into_iter().map(str::to_owned).collect();
    let mut there: BTreeSet<String> =
        files_below(&repository().join("docs/src")).into_keys().filter(|path| is_page(path)).collect();
    there.remove("SUMMARY.md");
    assert_eq!(listed, there);
}
