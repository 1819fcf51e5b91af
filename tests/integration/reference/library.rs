//! What the book says of the library: from the comments in its sources, and from what it evaluates to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::sync::{Arc, LazyLock};

use cniforge::evaluate::Evaluator;
use cniforge::sources::Sources;
use cniforge::value::Value;

use super::{limits, table};
use crate::fleet::{files_below, repository};

/// `lib/cniforge/library.libsonnet`, evaluated once.
fn known() -> &'static Value {
    static KNOWN: LazyLock<Value> = LazyLock::new(|| {
        let sources = Arc::new(Sources::new(&repository(), "rendered").unwrap());
        Evaluator::new(sources, limits()).value("lib/cniforge/library.libsonnet").unwrap()
    });
    &KNOWN
}

/// What a definition may say, what it can be asked for, and what it renders.
pub(super) fn front() -> String {
    let names = |key: &str| {
        let list = known().list_at(&[key]);
        assert!(!list.is_empty(), "{key} is empty");
        list.iter().map(|name| format!("`{}`", name.as_str().unwrap())).collect::<Vec<_>>().join(", ")
    };
    let rows = [
        ["hidden, to be set", &names("knobs"), "the keys of a definition"],
        [
            "hidden, to be asked for",
            &names("answers"),
            "what is wrong, and what a program needs to know of the cluster",
        ],
        ["visible", &names("visible"), "what a definition evaluates to"],
    ];
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let described = members("cniforge/main.libsonnet", &source("cniforge/main.libsonnet"), "    ");
    format!("{}\n{}", table(&["field", "names", "what it is"], &rows), block(&described))
}

/// Every library: what its head says, and its members with what their comments say.
pub(super) fn libraries() -> String {
    let lib = files_below(&repository().join("lib"));
    let mains: Vec<&str> = lib
        .keys()
        .map(String::as_str)
        .filter(|path| path.matches('/').count() == 1 && path.ends_with("/main.libsonnet"))
        .filter(|path| *path != "cniforge/main.libsonnet")
        .collect();
    assert!(mains.len() > 9, "only {mains:?} were found");
    let lent = lent(&lib);
    let mut out = String::new();
    for main in mains {
        let text = source(main);
        let folder = main.trim_end_matches("/main.libsonnet");
        let _ = writeln!(out, "### {folder}\n\n```jsonnet\nimport '{main}'\n```\n\n{}\n", head(main, &text));
        let mut described = members(main, &text, "  ");
        if described.is_empty() {
            // It is the sum of its parts.
            for part in text.split("import '").skip(1).filter_map(|rest| rest.split_once('\'')) {
                described.extend(members(part.0, &source(&format!("{folder}/{}", part.0)), "  "));
            }
        }
        assert!(!described.is_empty(), "{main} has no members");
        let _ = writeln!(out, "{}\n", block(&described));
        for part in lent.iter().filter(|part| part.starts_with(&format!("{folder}/"))) {
            let text = source(part);
            let _ = writeln!(out, "```jsonnet\nimport '{part}'\n```\n\n{}\n", head(part, &text));
            let described = members(part, &text, "  ");
            if !described.is_empty() {
                let _ = writeln!(out, "{}\n", block(&described));
            }
        }
    }
    out
}

/// Files of a library, beside its `main`, that other libraries import.
fn lent(lib: &BTreeMap<String, String>) -> BTreeSet<String> {
    let imported = |(path, text): (&String, &String)| -> Vec<String> {
        let own = path.split('/').next().unwrap_or_default().to_owned();
        let names = text.split("import '").skip(1).filter_map(|rest| Some(rest.split_once('\'')?.0.to_owned()));
        let names = names.map(|name| name.trim_start_matches("../").to_owned());
        names.filter(|name| name.matches('/').count() == 1 && !name.starts_with(&format!("{own}/"))).collect()
    };
    let sources = lib.iter().filter(|(path, _)| path.ends_with(".libsonnet") && !path.contains("/test/"));
    sources
        .flat_map(imported)
        .filter(|name| lib.contains_key(name))
        .filter(|name| !name.ends_with("/main.libsonnet") && !name.ends_with("/reference.libsonnet"))
        .collect()
}

/// Component, key and object of all that is rendered.
pub(super) fn manifests() -> String {
    let mut out = String::new();
    for (library, rows) in known().at(&["manifests"]).and_then(Value::as_map).unwrap().iter() {
        let text = |row: &Value, key: &str| row.text_at(&[key]).unwrap_or_default().to_owned();
        let rows: Vec<Vec<String>> = rows
            .as_list()
            .unwrap()
            .iter()
            .map(|row| {
                let with = match text(row, "with") {
                    with if with.is_empty() || with.contains(' ') => with,
                    with => format!("`{with}`"),
                };
                let code = |key| format!("`{}`", text(row, key));
                vec![code("component"), code("key"), text(row, "object"), with]
            })
            .collect();
        assert!(!rows.is_empty(), "{library} renders nothing");
        let _ =
            writeln!(out, "### Objects of {library}\n\n{}", table(&["component", "key", "object", "only with"], &rows));
    }
    out
}

fn source(path: &str) -> String {
    fs::read_to_string(repository().join("lib").join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The first paragraph of the comment at the head of a file, which has to be there.
fn head(path: &str, text: &str) -> String {
    let lines: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//")).map(str::trim).collect();
    let first: Vec<&str> = lines.iter().take_while(|line| !line.is_empty()).copied().collect();
    assert!(!first.is_empty(), "{path} does not say what it is");
    first.join("\n")
}

/// A member: its comment, line by line, and what it is called.
struct Member {
    comment: Vec<String>,
    signature: String,
}

/// The members of the object that a file evaluates to. One comment may be of several that follow each other.
fn members(path: &str, text: &str, indent: &str) -> Vec<Member> {
    let lines: Vec<&str> = text.lines().collect();
    let Some(start) = lines.iter().rposition(|line| line.starts_with('{')) else { return Vec::new() };
    let mut members: Vec<Member> = Vec::new();
    let (mut comment, mut after_member) = (Vec::new(), false);
    for line in &lines[start + 1..] {
        let Some(inner) = line.strip_prefix(indent).filter(|inner| !inner.starts_with(' ')) else {
            // An empty line ends what a comment is of; a deeper one belongs to the member.
            if line.trim().is_empty() {
                comment.clear();
                after_member = false;
            }
            continue;
        };
        if let Some(words) = inner.strip_prefix("//") {
            if after_member {
                comment.clear();
                after_member = false;
            }
            comment.push(words.strip_prefix(' ').unwrap_or(words).to_owned());
        } else if let Some(signature) = signature(inner) {
            assert!(!comment.is_empty(), "{path}: `{signature}` has no comment");
            members.push(Member { comment: if after_member { Vec::new() } else { comment.clone() }, signature });
            after_member = true;
        }
    }
    members
}

/// `new(params)::` of a line that begins a field.
fn signature(line: &str) -> Option<String> {
    let name = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|end| *end > 0)?;
    let end = if line[name..].starts_with('(') { name + line[name..].find("):")? + 1 } else { name };
    let colons = line[end..].chars().take_while(|c| *c == ':').count();
    (colons > 0).then(|| line[..end + colons].to_owned())
}

fn block(members: &[Member]) -> String {
    let mut out = String::from("```jsonnet\n");
    for (at, member) in members.iter().enumerate() {
        if at > 0 && !member.comment.is_empty() {
            out.push('\n');
        }
        for line in &member.comment {
            let _ = writeln!(out, "{}", format!("// {line}").trim_end());
        }
        let _ = writeln!(out, "{} …", member.signature);
    }
    out + "```"
}

#[test]
fn a_library_is_described_by_its_comments() {
    let text = "// What it is.\nlocal x = {\n  not: 1,\n};\n\n{\n  // Of two.\n  a: 1,\n  b:: 2,\n\n  // Makes\n  //   one\n  new(params, more=')')::\n    local y = 1;\n    { inner: y },\n}\n";
    let found = members("x", text, "  ");
    let names: Vec<&str> = found.iter().map(|member| member.signature.as_str()).collect();
    assert_eq!(names, ["a:", "b::", "new(params, more=')')::"]);
    assert_eq!(found[2].comment, ["Makes", "  one"]);
    assert!(block(&found).contains("// Of two.\na: …\nb:: …\n\n// Makes\n//   one\nnew("), "{}", block(&found));
    assert_eq!(head("x", text), "What it is.");
    let bare = std::panic::catch_unwind(|| members("x", "{\n  a: 1,\n}\n", "  "));
    assert!(bare.is_err(), "a member without a comment is no finding");
}

/// The keys that the page names are those that have a description of their own.
#[test]
fn the_keys_of_the_front_are_those_that_are_described() {
    let keys: BTreeSet<&str> = known().list_at(&["knobs"]).iter().filter_map(Value::as_str).collect();
    let described: BTreeSet<&str> =
        super::entries().iter().map(|entry| entry.name.as_str()).filter(|name| !name.contains('.')).collect();
    assert_eq!(keys, described);
}
