//! `cniforge explain`: where a value of an object comes from, what a setting is, and what to do with a cluster step by step.
//!
//! Each line that the definition reads is left out, or its values replaced ([`lines`]), and what becomes otherwise is what the
//! line decides. What no line decides is the library's default.

mod lines;
mod others;
mod setting;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use self::lines::{Lines, SourceLine, WHOLE};
use super::{Exit, Session};
use crate::cli::{ExplainArgs, Topic};
use crate::diff::secret;
use crate::evaluate::{Depth, field_lines};
use crate::field_path;
use crate::finding::{Finding, Severity, suggest};
use crate::manifest;
use crate::object::KubeObject;
use crate::pipeline;
use crate::report::{plural, visible};
use crate::value::Value;

pub(super) fn run(session: &Session<'_>, args: &ExplainArgs) -> Result<Exit, Finding> {
    // An object is written with a `/`, so a cluster of this name can be asked about all the same.
    if let (Some(topic), Some(cluster)) = (Topic::named(&args.cluster), &args.object)
        && !cluster.contains('/')
    {
        return guide(session, topic, cluster);
    }
    if args.object.is_none()
        && let Some(answer) = setting::explain(session, &args.cluster)?
    {
        session.print(&answer)?;
        return Ok(Exit::Fine);
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
    let lines = Lines::of(session, &run.sources, &cluster.definition, &args.cluster, objects);
    let labels = field_lines(&run.sources, &cluster.definition);
    let mut out = String::new();
    if let (Some(object), Some((path, value))) = (object, &shown) {
        let _ = writeln!(out, "{} {}: {}", object.id, path, visible(value));
    }
    let mut any = false;
    for (line, decided) in &lines.decided {
        let wanted = |name: &str| object.is_none_or(|object| object.id.to_string() == name);
        let mut of_line: Vec<String> = Vec::new();
        for (name, fields) in decided.objects.iter().filter(|(name, _)| wanted(name)) {
            let fits = |field: &&String| shown.as_ref().is_none_or(|(path, _)| related(path, field));
            let fields: Vec<&String> = fields.iter().filter(fits).collect();
            match (object, fields.as_slice()) {
                (_, []) => {}
                (Some(_), fields) if shown.is_none() => of_line.extend(fields.iter().map(|field| (*field).clone())),
                (Some(_), _) => of_line.push(String::new()),
                (None, [whole]) if *whole == WHOLE => of_line.push(format!("{name}: {whole}")),
                (None, fields) => of_line.push(format!("{name}: {}", plural(fields.len(), "field"))),
            }
        }
        if of_line.is_empty() {
            continue;
        }
        any = true;
        let path = labels.get(&(line.file.clone(), line.line + 1));
        let origin = if line.file == cluster.definition { "definition" } else { "overlay" };
        let label = path.map(|path| label(path)).unwrap_or_default();
        let text = if decided.secret { "(secret)".into() } else { visible(line.text.trim()) };
        let _ = writeln!(out, "{}:{}: {origin}{label}: {text}", line.file, line.line + 1);
        for text in of_line.iter().filter(|text| !text.is_empty()) {
            let _ = writeln!(out, "    {}", visible(text));
        }
        for idle in path.into_iter().flat_map(|path| outvoted(&lines, &labels, &line.file, path)) {
            let origin = if idle.file == cluster.definition { "definition" } else { "overlay" };
            let _ = writeln!(out, "    in the place of what the {origin} says in {}:{}", idle.file, idle.line + 1);
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
    if !lines.untold.is_empty() {
        let places: Vec<String> = lines.untold.iter().map(|line| format!("{}:{}", line.file, line.line + 1)).collect();
        session.terminal.status(&format!(
            "what these lines decide cannot be told, since the definition needs them as they are: {}",
            places.join(", ")
        ));
    }
    Ok(Exit::Fine)
}

/// Lines of other files that say the same field and decide nothing, since another one has the last word.
fn outvoted<'a>(
    lines: &'a Lines,
    labels: &'a BTreeMap<(String, usize), Vec<String>>,
    file: &'a str,
    path: &'a [String],
) -> impl Iterator<Item = &'a SourceLine> {
    let idle = lines.decided.iter().filter(|(_, decided)| decided.objects.is_empty()).map(|(line, _)| line);
    idle.filter(move |line| line.file != file)
        .filter(move |line| labels.get(&(line.file.clone(), line.line + 1)).is_some_and(|other| other == path))
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
