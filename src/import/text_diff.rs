//! Two texts as a unified diff. The one place of an import that knows how.

use similar::TextDiff;

/// What turns `now` into `then`, three lines around each change.
#[must_use]
pub fn unified(name: &str, now: &str, then: &str) -> String {
    TextDiff::from_lines(now, then)
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string()
}
