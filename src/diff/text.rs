//! The changes for somebody at a terminal: first what they do, then what they are.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::fields::FieldChange;
use super::fleet::{CLUSTER, Change, FleetDiff};
use super::impact::Class;
use super::lines::{self, Line, Tag};
use super::objects::Action;
use crate::manifest;
use crate::report::{fold, plural, visible};
use crate::value::Value;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const REMOVED: Style = AnsiColor::Red.on_default();
const ADDED: Style = AnsiColor::Green.on_default();
const GAP: Style = AnsiColor::Cyan.on_default();

/// Longer values are cut: the lines below show them whole.
const LONGEST_VALUE: usize = 80;
/// More fields or lines of one object than this are counted, not shown.
const MOST_FIELDS: usize = 20;
const MOST_LINES: usize = 200;
/// The column in which the meaning of a class stands.
const MEANING: usize = 46;

/// All changes; styled with ANSI escapes, which [`Terminal`](crate::terminal::Terminal) removes where they are not wanted.
/// `with_lines`: with a unified diff of each object. `width`: of the terminal, in columns, for what is prose.
#[must_use]
pub fn report(diff: &FleetDiff, with_lines: bool, width: Option<usize>) -> String {
    let mut out = String::new();
    if diff.changes.is_empty() {
        return out;
    }
    fold(&mut out, &format!("{BOLD}{}{BOLD:#}", visible(&headline(diff))), width, 2);
    for (class, changes, clusters) in diff.classes() {
        let style = style(class);
        let row = format!(
            "  {style}{:<18}{style:#} {:<11} {:<12} {DIM}{}{DIM:#}",
            class.word(),
            plural(changes, "change"),
            plural(clusters, "cluster"),
            class.meaning()
        );
        fold(&mut out, &row, width, MEANING);
    }
    for change in &diff.changes {
        out.push('\n');
        entry(&mut out, diff, change, with_lines, width);
    }
    out
}

/// What was compared and how much differs, in one line.
#[must_use]
pub fn headline(diff: &FleetDiff) -> String {
    let what = match diff.changes.len() {
        0 if diff.failed > 0 => "nothing else differs".to_owned(),
        0 => "nothing differs".to_owned(),
        changes => format!("{} in {}", plural(changes, "change"), plural(diff.changed, "cluster")),
    };
    let failed = match diff.failed {
        0 => String::new(),
        failed => format!("{} cannot be rendered; ", plural(failed, "cluster")),
    };
    format!("{} → {}: {failed}{what}", diff.before, diff.after)
}

/// What becomes of the object, in a word.
#[must_use]
pub fn verb(change: &Change) -> &'static str {
    match change.action {
        Action::Added => "added",
        Action::Removed => "removed",
        Action::Changed => "changed",
        Action::Renamed => "renamed",
    }
}

fn entry(out: &mut String, diff: &FleetDiff, change: &Change, with_lines: bool, width: Option<usize>) {
    let style = style(change.class());
    let title = format!(
        "{style}{}{style:#} {BOLD}{}{BOLD:#} {}, {}",
        change.class().word(),
        visible(&change.title()),
        verb(change),
        visible(&diff.extent_of(change))
    );
    fold(out, &title, width, 2);
    if change.objects > 0 {
        let _ = writeln!(out, "  {}", plural(change.objects, "object"));
    }
    for field in change.fields.iter().take(MOST_FIELDS) {
        fold(out, &format!("  {}", field_line(field)), width, 4);
    }
    if change.fields.len() > MOST_FIELDS {
        let _ = writeln!(out, "  … and {} more", plural(change.fields.len() - MOST_FIELDS, "field"));
    }
    for impact in &change.impacts {
        let style = self::style(impact.class);
        let source = impact.source.map(|source| format!(" {DIM}{source}{DIM:#}")).unwrap_or_default();
        fold(out, &format!("  {style}{}{style:#}: {}{source}", impact.class, visible(&impact.reason)), width, 4);
        for workload in impact.workloads.iter().filter(|_| impact.workloads.len() > 1) {
            let note = workload.network.map(|network| format!(": {network}")).unwrap_or_default();
            fold(out, &format!("    {} {}{note}", visible(&workload.kind), visible(&workload.name)), width, 6);
        }
    }
    if !change.causes.is_empty() {
        let causes: Vec<String> = change.causes.iter().map(|cause| format!("{}:{}", cause.file, cause.line)).collect();
        fold(out, &format!("  {DIM}because of{DIM:#} {}", visible(&causes.join(", "))), width, 4);
    }
    if with_lines && change.object.kind != CLUSTER {
        let lines = lines::of_change(change);
        for line in lines.iter().take(MOST_LINES) {
            write_line(out, line);
        }
        if lines.len() > MOST_LINES {
            let _ = writeln!(out, "    {GAP}… {} more{GAP:#}", plural(lines.len() - MOST_LINES, "line"));
        }
    }
}

/// `spec.replicas: 1 → 2`, on one line.
#[must_use]
pub fn field_line(field: &FieldChange) -> String {
    let path = visible(&field.path.to_string());
    match (&field.before, &field.after) {
        (Some(before), Some(after)) => {
            let (before, after) = shown_both(before, after);
            format!("{path}: {before} → {after}")
        }
        (None, Some(after)) => format!("{path}: new, {}", shown(after)),
        (Some(before), None) => format!("{path}: gone, was {}", shown(before)),
        (None, None) => path,
    }
}

fn shown(value: &Value) -> String {
    cut(&whole(value), 0)
}

/// Both sides of a change. What long values have in common is left out, or both would look alike.
fn shown_both(before: &Value, after: &Value) -> (String, String) {
    /// What is shown of what they have in common.
    const LEAD: usize = 16;
    let (before, after) = (whole(before), whole(after));
    let common = before.chars().zip(after.chars()).take_while(|(one, other)| one == other).count();
    let longest = before.chars().count().max(after.chars().count());
    let from = if longest > LONGEST_VALUE && common > LONGEST_VALUE / 2 { common - LEAD } else { 0 };
    (cut(&before, from), cut(&after, from))
}

/// On one line.
fn whole(value: &Value) -> String {
    let text = match value {
        Value::String(text) if !text.is_empty() && !text.contains('\n') => text.clone(),
        other => manifest::to_json(other).to_string(),
    };
    visible(&text)
}

fn cut(text: &str, from: usize) -> String {
    let lead = if from > 0 { "…" } else { "" };
    let tail = if text.chars().count() > from + LONGEST_VALUE { "…" } else { "" };
    lead.chars().chain(text.chars().skip(from).take(LONGEST_VALUE)).chain(tail.chars()).collect()
}

fn write_line(out: &mut String, line: &Line) {
    let style = match line.tag {
        Tag::Same => Style::new(),
        Tag::Removed => REMOVED,
        Tag::Added => ADDED,
        Tag::Gap => {
            let _ = writeln!(out, "    {GAP}⋮{GAP:#}");
            return;
        }
    };
    let _ = write!(out, "    {style}{}", line.tag.sign());
    let mut at = 0;
    // The words that differ stand out from a line that mostly does not.
    for mark in &line.marks {
        let marked = style.invert();
        let _ = write!(out, "{}{style:#}", visible(&line.text[at..mark.start]));
        let _ = write!(out, "{marked}{}{marked:#}{style}", visible(&line.text[mark.clone()]));
        at = mark.end;
    }
    let _ = writeln!(out, "{}{style:#}", visible(&line.text[at..]));
}

fn style(class: Class) -> Style {
    match class {
        Class::None => DIM,
        Class::Restart | Class::NewConnections => AnsiColor::Yellow.on_default(),
        Class::DropsConnections | Class::Manual => AnsiColor::Magenta.on_default().bold(),
        Class::Immutable | Class::Security => AnsiColor::Red.on_default().bold(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_long_values_the_part_that_differs_is_shown() {
        let text = |text: &str| Value::String(text.to_owned());
        let long = "x".repeat(100);
        let (before, after) = shown_both(&text(&format!("{long}a")), &text(&format!("{long}b")));
        assert_eq!((before.as_str(), after.as_str()), ("…xxxxxxxxxxxxxxxxa", "…xxxxxxxxxxxxxxxxb"));
        let (before, after) = shown_both(&text("vxlan"), &text("geneve"));
        assert_eq!((before.as_str(), after.as_str()), ("vxlan", "geneve"));
        let (before, after) = shown_both(&text("a"), &text(&long));
        assert_eq!((before.as_str(), after.chars().count()), ("a", LONGEST_VALUE + 1));
    }
}
