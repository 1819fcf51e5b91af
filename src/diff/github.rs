//! The changes as annotations of GitHub Actions, on the lines of definitions and overlays that made them.

use std::fmt::Write as _;

use super::fleet::{Cause, Change, FleetDiff};
use super::impact::Class;
use super::text::{field_line, verb};
use crate::report::plural;

/// GitHub shows ten of each level a step, and drops the rest without a word.
const MOST: usize = 10;
const MOST_FIELDS: usize = 5;

/// One annotation a line, the worst first.
#[must_use]
pub fn annotations(diff: &FleetDiff) -> String {
    let mut out = String::new();
    for level in ["error", "warning", "notice"] {
        let of_level: Vec<&Change> =
            diff.changes.iter().filter(|change| self::level(change.class()) == level).collect();
        let fits = of_level.len() <= MOST;
        let shown = if fits { of_level.len() } else { MOST - 1 };
        for change in &of_level[..shown] {
            annotation(&mut out, level, diff, change);
        }
        if !fits {
            let rest = plural(of_level.len() - shown, "more change");
            let _ = writeln!(out, "::{level} title=cniforge::{rest} of this weight; `cniforge diff` shows all of them");
        }
    }
    out
}

fn level(class: Class) -> &'static str {
    match class {
        Class::Security | Class::Immutable => "error",
        Class::Manual | Class::DropsConnections => "warning",
        Class::NewConnections | Class::Restart | Class::None => "notice",
    }
}

fn annotation(out: &mut String, level: &str, diff: &FleetDiff, change: &Change) {
    let place = match change.causes.first() {
        Some(Cause { file, line }) => format!("file={},line={line},", property(file)),
        None => String::new(),
    };
    let title = format!("{}: {} {}", change.class(), change.title(), verb(change));
    let mut message = diff.extent_of(change);
    for impact in &change.impacts {
        let _ = write!(message, "\n{}: {}", impact.class, impact.reason);
        if let Some(source) = impact.source {
            let _ = write!(message, " ({source})");
        }
    }
    for field in change.fields.iter().take(MOST_FIELDS) {
        let _ = write!(message, "\n{}", field_line(field));
    }
    let _ = writeln!(out, "::{level} {place}title={}::{}", property(&title), data(&message));
}

/// The escapes that the runner undoes; without them a value could begin a command of its own.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
