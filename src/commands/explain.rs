//! `cniforge explain`: where a value of an object comes from, and what to do with a cluster step by step.
//!
//! Each line that the definition reads is taken away, or its value changed, and what becomes otherwise is what the line
//! decides. What no line decides is the library's default.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use super::{Exit, Session};
use crate::cli::{ExplainArgs, Topic};
use crate::diff::fields::Extent;
use crate::diff::objects::{Comparer, Interner};
use crate::diff::secret;
use crate::evaluate::{Depth, field_lines};
use crate::experiment::{self, Experiment};
use crate::field_path;
use crate::finding::{Finding, Severity, suggest};
use crate::manifest;
use crate::object::KubeObject;
use crate::pipeline;
use crate::report::{plural, visible};
use crate::sources::Sources;
use crate::value::Value;

/// A line of a file, and its text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct SourceLine {
    file: String,
    /// From 0.
    line: usize,
    text: String,
}

/// What a line decides: the object, and the fields of it.
type Decided = BTreeMap<String, BTreeSet<String>>;

pub(super) fn run(session: &Session<'_>, args: &ExplainArgs) -> Result<Exit, Finding> {
    // An object is written with a `/`, so a cluster of this name can be asked about all the same.
    if let (Some(topic), Some(cluster)) = (Topic::named(&args.cluster), &args.object)
        && !cluster.contains('/')
    {
        return guide(session, topic, cluster);
    }
    values(session, args)
}

/// What to do with a cluster, as its definition has it.
fn guide(session: &Session<'_>, topic: Topic, cluster: &str) -> Result<Exit, Finding> {
    let fleet = session.fleet()?;
    let run = pipeline::run(
        &fleet,
        &[cluster.to_owned()],
        session.options(Depth::Summary, true),
        |_, _| None,
        |_, _| (),
        |_, _| {},
    )?;
    session.report(&run, Severity::Warning);
    let mut trouble = run.failed();
    for cluster in &run.clusters {
        let Some(summary) = &cluster.summary else { continue };
        if let Some(text) = summary.guides.get(topic.name()) {
            session.print(text)?;
        } else {
            trouble = true;
            session.terminal.finding(&nothing_to_say(topic).cluster(cluster.name.clone()));
        }
    }
    Ok(if trouble { Exit::Trouble } else { Exit::Fine })
}

fn nothing_to_say(topic: Topic) -> Finding {
    match topic {
        Topic::Migration => Finding::refusal("this cluster is not on its way from one CNI to another")
            .hint("begin with migration+: { from: 'galaxy', phase: 1, podCIDRs: […] }"),
    }
}

fn values(session: &Session<'_>, args: &ExplainArgs) -> Result<Exit, Finding> {
    let fleet = session.fleet()?;
    let run = pipeline::run(
        &fleet,
        std::slice::from_ref(&args.cluster),
        session.options(Depth::Manifests, true),
        |_, _| None,
        |_, objects| objects.to_vec(),
        |_, _| {},
    )?;
    session.report(&run, Severity::Error);
    let Some(cluster) = run.clusters.iter().find(|cluster| cluster.name == args.cluster) else {
        return Ok(Exit::Trouble);
    };
    let Some(objects) = &cluster.result else { return Ok(Exit::Trouble) };
    let object = args.object.as_deref().map(|wanted| find(objects, wanted)).transpose()?;
    let shown = match (object, args.field.as_deref()) {
        (Some(object), Some(field)) => Some(value_at(object, field)?),
        _ => None,
    };
    let (decided, untried) = lines_that_decide(session, &run.sources, &cluster.definition, &args.cluster, objects);
    let labels = field_lines(&run.sources, &cluster.definition);
    let mut out = String::new();
    if let (Some(object), Some((path, value))) = (object, &shown) {
        let _ = writeln!(out, "{} {}: {}", object.id, path, visible(value));
    }
    let mut any = false;
    for (line, decided) in &decided {
        let mut of_line: Vec<String> = Vec::new();
        for (name, fields) in decided {
            if object.is_some_and(|object| object.id.to_string() != *name) {
                continue;
            }
            let fits = |field: &&String| shown.as_ref().is_none_or(|(path, _)| related(path, field));
            let fields: Vec<&String> = fields.iter().filter(fits).collect();
            match (object, fields.as_slice()) {
                (_, []) => {}
                (Some(_), fields) if shown.is_none() => of_line.extend(fields.iter().map(|field| (*field).clone())),
                (Some(_), _) => of_line.push(String::new()),
                (None, fields) => of_line.push(format!("{name}: {}", plural(fields.len(), "field"))),
            }
        }
        if of_line.is_empty() {
            continue;
        }
        any = true;
        let label = labels.get(&(line.file.clone(), line.line + 1)).map(|path| label(path)).unwrap_or_default();
        let origin = if line.file == cluster.definition { "definition" } else { "overlay" };
        let _ = writeln!(out, "{}:{}: {origin}{label}: {}", line.file, line.line + 1, visible(line.text.trim()));
        for text in of_line.iter().filter(|text| !text.is_empty()) {
            let _ = writeln!(out, "    {}", visible(text));
        }
    }
    if !any {
        let what = object.map_or_else(|| args.cluster.clone(), |object| object.id.to_string());
        let place = object.map(|object| format!(" (`{}`)", object.field_path)).unwrap_or_default();
        let _ = writeln!(
            out,
            "library default{place}: no line of the fleet decides {}",
            match &shown {
                Some((path, _)) => format!("`{path}` of {what}"),
                None => what,
            }
        );
    }
    session.print(&out)?;
    if !untried.is_empty() {
        let places: Vec<String> = untried.iter().map(|line| format!("{}:{}", line.file, line.line + 1)).collect();
        session.terminal.status(&format!(
            "what these lines decide cannot be told, since the definition needs them as they are: {}",
            places.join(", ")
        ));
    }
    Ok(Exit::Fine)
}

/// Which part of a definition a field is.
fn label(path: &[String]) -> &'static str {
    match path {
        [first, ..] if first == "networkArgs" => " (networkArgs)",
        [_, second, ..] if second == "values" => " (values)",
        [first, ..] if first == "manifests" => " (manifests patch)",
        [first, ..] if first == "extraObjects" => " (an object of its own)",
        _ => "",
    }
}

/// `DaemonSet/cilium`, `configmap/kube-system/cilium-config`.
fn find<'a>(objects: &'a [KubeObject], wanted: &str) -> Result<&'a KubeObject, Finding> {
    let parts: Vec<&str> = wanted.split('/').collect();
    let (kind, namespace, name) = match parts[..] {
        [kind, name] => (kind, None, name),
        [kind, namespace, name] => (kind, Some(namespace), name),
        _ => {
            return Err(Finding::refusal(format!("`{wanted}` names no object"))
                .hint("write `<kind>/<name>` or `<kind>/<namespace>/<name>`"));
        }
    };
    let fits = |object: &&KubeObject| {
        object.id.kind.eq_ignore_ascii_case(kind)
            && object.id.name == name
            && namespace.is_none_or(|namespace| object.id.namespace.as_deref() == Some(namespace))
    };
    objects.iter().find(fits).ok_or_else(|| {
        let names: Vec<String> = objects.iter().map(|o| format!("{}/{}", o.id.kind, o.id.name)).collect();
        let mut finding = Finding::refusal(format!("the cluster has no object `{wanted}`"));
        finding.hint = suggest(wanted, names.iter().map(String::as_str));
        finding
    })
}

/// The field as it is written in a diff, and its value as text, without secrets.
fn value_at(object: &KubeObject, field: &str) -> Result<(String, String), Finding> {
    let body = secret::hide_one(&object.body);
    let mut at = &body;
    let mut path = String::new();
    for part in field_path::split(field) {
        let next = match at {
            Value::Map(map) => map.get(&part),
            Value::List(items) => items.iter().enumerate().find_map(|(index, item)| {
                let named = part
                    .split_once('=')
                    .is_some_and(|(key, value)| item.at(&[key]).and_then(Value::as_str) == Some(value));
                (named || part == index.to_string()).then_some(item)
            }),
            _ => None,
        };
        let Some(next) = next else {
            let names: Vec<&str> = at.as_map().into_iter().flat_map(|map| map.iter().map(|(key, _)| key)).collect();
            let mut finding = Finding::refusal(format!("{} has no field `{field}`", object.id));
            finding.hint = suggest(&part, names.iter().copied());
            return Err(finding);
        };
        if part.contains('=') {
            path.extend(["[", &part, "]"]);
        } else {
            field_path::push(&mut path, &part);
        }
        at = next;
    }
    let text = at.as_str().map_or_else(|| manifest::to_json(at).to_string(), str::to_owned);
    Ok((path, text))
}

/// Whether one of two paths leads through the other.
fn related(one: &str, other: &str) -> bool {
    let below = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', ' ']))
    };
    below(one, other) || below(other, one)
}

fn lines_that_decide(
    session: &Session<'_>,
    sources: &Arc<Sources>,
    definition: &str,
    cluster: &str,
    objects: &[KubeObject],
) -> (BTreeMap<SourceLine, Decided>, Vec<SourceLine>) {
    let texts: BTreeMap<String, String> = sources
        .inputs(definition)
        .into_iter()
        .filter_map(|file| Some((file.clone(), String::from_utf8(sources.bytes(&file).ok()?.to_vec()).ok()?)))
        .collect();
    let mut left: Vec<SourceLine> = Vec::new();
    for (file, text) in &texts {
        for (line, text) in text.lines().enumerate() {
            let words = text.trim();
            if !words.is_empty() && !words.starts_with("//") && !words.starts_with('#') {
                left.push(SourceLine { file: file.clone(), line, text: text.to_owned() });
            }
        }
    }
    let interner = Interner::default();
    let now = interner.intern(objects);
    let mut comparer = Comparer::new(Extent::Whole);
    let mut found: BTreeMap<SourceLine, Decided> = BTreeMap::new();
    let mut progress = session.terminal.progress("asking each line");
    let (total, mut done) = (2 * left.len(), 0);
    // Taken away where it can be; else with another value.
    for (round, edit) in [|_: &str| Some(String::new()), otherwise].into_iter().enumerate() {
        let tried: Vec<(SourceLine, Experiment)> = left
            .iter()
            .filter_map(|line| {
                let text = texts.get(&line.file)?;
                let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
                *lines.get_mut(line.line)? = edit(&line.text)?;
                let replaced = BTreeMap::from([(line.file.clone(), lines.join("\n") + "\n")]);
                let experiment =
                    Experiment { definition: definition.to_owned(), cluster: cluster.to_owned(), replaced };
                Some((line.clone(), experiment))
            })
            .collect();
        let experiments = tried.iter().map(|(_, experiment)| experiment.clone()).collect();
        let answers = experiment::run(None, sources, experiments, session.options(Depth::Manifests, true), || {
            done += 1;
            progress.update(done, total);
        });
        left.clear();
        for ((line, _), answer) in tried.into_iter().zip(answers) {
            let Some(answer) = answer else {
                left.push(line);
                continue;
            };
            let answer = interner.intern(&answer);
            let mut decided = Decided::new();
            for change in comparer.compare(&now, &answer) {
                let name = change.before.as_ref().or(change.after.as_ref()).map(|object| object.id.to_string());
                let Some(name) = name else { continue };
                let fields = decided.entry(name).or_default();
                fields.extend(change.fields.iter().map(|field| field.path.to_string()));
                if change.fields.is_empty() {
                    fields.insert("the whole object".to_owned());
                }
            }
            // It may say what the default is, which another value will show.
            if decided.is_empty() && round == 0 {
                left.push(line.clone());
            }
            found.insert(line, decided);
        }
    }
    progress.update(total, total);
    // Brackets, names of locals and imports, which carry no value of their own.
    left.retain(|line| line.text.contains(':') && !line.text.trim_start().starts_with("local "));
    (found, left)
}

/// The line with its last value changed, so that it stays a value of its kind.
fn otherwise(line: &str) -> Option<String> {
    for (from, to) in [("true", "false"), ("false", "true")] {
        if let Some(at) = line.rfind(from) {
            return Some(format!("{}{to}{}", &line[..at], &line[at + from.len()..]));
        }
    }
    // Another digit keeps an address an address and a version a version, mostly.
    let digit = line.rfind(|c: char| c.is_ascii_digit());
    if let Some(at) = digit {
        let other = if line[at..].starts_with('0') { '1' } else { '0' };
        return Some(format!("{}{other}{}", &line[..at], &line[at + 1..]));
    }
    let at = line.rfind('\'').filter(|at| line[..*at].contains('\''))?;
    Some(format!("{}x{}", &line[..at], &line[at..]))
}
