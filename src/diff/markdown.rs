//! The changes as a comment on a pull request: what they do in a table, what they are in folds below.
//!
//! GitHub takes 65,536 characters. What does not fit is left out in whole entries and counted. Names and values come from
//! definitions that nobody may have read: all of them are escaped, and none can mention anybody.

use std::fmt::Write as _;

use super::fleet::{CLUSTER, Change, FleetDiff};
use super::lines::{self, Tag};
use super::text::{field_line, headline, verb};
use crate::report::{plural, visible};

/// Of GitHub's 65,536, in bytes, so that it holds however characters are counted; with room for a line of the caller's.
const BUDGET: usize = 65_000;
/// What the table may take of it.
const TABLE: usize = 20_000;
/// What the last line may take.
const CLOSING: usize = 400;
/// More lines of one object than this are counted.
const MOST_LINES: usize = 120;
const MOST_FIELDS: usize = 30;
/// One entry must not take the room of all others, whatever stands in a line and in however many clusters it is.
const LONGEST_LINE: usize = 300;
const MOST_CLUSTERS: usize = 200;

/// One comment.
#[must_use]
pub fn comment(diff: &FleetDiff) -> String {
    let mut out = String::from("## What this changes in the clusters\n\n");
    if diff.changes.is_empty() {
        let _ = writeln!(out, "{}.", escape(&headline(diff)));
        return out;
    }
    let _ = writeln!(out, "{}\n", escape(&headline(diff)));
    let _ = writeln!(out, "| impact | changes | clusters | |\n| --- | --- | --- | --- |");
    for (class, changes, clusters) in diff.classes() {
        let _ = writeln!(out, "| **{class}** | {changes} | {clusters} | {} |", class.meaning());
    }
    out.push_str("\n| impact | object | | where |\n| --- | --- | --- | --- |\n");
    let limit = out.len() + TABLE;
    let mut rows = 0;
    for change in &diff.changes {
        let row = row(diff, change);
        if out.len() + row.len() > limit {
            break;
        }
        out.push_str(&row);
        rows += 1;
    }
    if rows < diff.changes.len() {
        let _ = writeln!(out, "\n{} not in this table.", plural(diff.changes.len() - rows, "more change"));
    }
    out.push('\n');
    let mut left_out = 0;
    for change in &diff.changes {
        let entry = entry(diff, change);
        // A later one may be smaller, but an order with holes misleads.
        if left_out > 0 || out.len() + entry.len() + CLOSING > BUDGET {
            left_out += 1;
            continue;
        }
        out.push_str(&entry);
    }
    if left_out > 0 {
        let _ = writeln!(
            out,
            "\n**{} left out here**, since a comment has room for 65,536 characters. `cniforge diff` shows all of them, \
             `cniforge diff --format html` on one page.",
            plural(left_out, "entry").replace("entrys", "entries")
        );
    }
    out
}

fn row(diff: &FleetDiff, change: &Change) -> String {
    format!(
        "| **{}** | {} | {} | {} |\n",
        change.class(),
        code(&change.title()),
        verb(change),
        cell(&diff.extent_of(change))
    )
}

fn entry(diff: &FleetDiff, change: &Change) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<details><summary><b>{}</b> {} {}, {}</summary>\n",
        change.class(),
        code(&change.title()),
        verb(change),
        escape(&diff.extent_of(change))
    );
    for impact in &change.impacts {
        let source = impact.source.map(|source| format!(" ([source]({source}))")).unwrap_or_default();
        let _ = writeln!(out, "- **{}**: {}{source}", impact.class, escape(&impact.reason));
        for workload in &impact.workloads {
            let namespace = workload.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
            let note = workload.network.map(|network| format!(": {network}")).unwrap_or_default();
            let how = if workload.rolls_out { "restarts by itself" } else { "waits for a restart" };
            let _ =
                writeln!(out, "  - {} {how}{note}", code(&format!("{} {namespace}{}", workload.kind, workload.name)));
        }
    }
    if !change.causes.is_empty() {
        let causes: Vec<String> =
            change.causes.iter().map(|cause| code(&format!("{}:{}", cause.file, cause.line))).collect();
        let _ = writeln!(out, "- because of {}", causes.join(", "));
    }
    if change.objects > 0 {
        let _ = writeln!(out, "- {}", plural(change.objects, "object"));
    }
    if change.clusters.len() > 3 {
        let shown = &change.clusters[..change.clusters.len().min(MOST_CLUSTERS)];
        let more = match change.clusters.len() - shown.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let _ = writeln!(out, "- clusters: {}{more}", escape(&shown.join(", ")));
    }
    for field in change.fields.iter().take(MOST_FIELDS) {
        let _ = writeln!(out, "- {}", code(&field_line(field)));
    }
    if change.fields.len() > MOST_FIELDS {
        let _ = writeln!(out, "- and {}", plural(change.fields.len() - MOST_FIELDS, "more field"));
    }
    if change.object.kind != CLUSTER {
        fence(&mut out, change);
    }
    out.push_str("\n</details>\n");
    out
}

fn fence(out: &mut String, change: &Change) {
    let lines = lines::of_change(change);
    let mut body = String::new();
    for line in lines.iter().take(MOST_LINES) {
        match line.tag {
            Tag::Gap => body.push_str("@@\n"),
            tag => {
                let text = visible(&line.text);
                let cut = if text.chars().nth(LONGEST_LINE).is_some() { "…" } else { "" };
                let text: String = text.chars().take(LONGEST_LINE).collect();
                let _ = writeln!(body, "{}{text}{cut}", tag.sign());
            }
        }
    }
    if lines.len() > MOST_LINES {
        let _ = writeln!(body, "@@ {}", plural(lines.len() - MOST_LINES, "more line"));
    }
    // A fence is longer than any inside of it.
    let longest = body.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = writeln!(out, "\n{fence}diff\n{body}{fence}");
}

/// Text that is text and nothing else, wherever in the comment it stands.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Names have these; the rest would be formatting, a link, a mention, a reference or a table cell.
            '"' | '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '@' | '#' | '!' | '$' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    // GitHub links what looks like an address.
    out.replace("://", "&#58;//").replace("www.", "www&#46;")
}

fn cell(text: &str) -> String {
    escape(text)
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}
