//! A changed object as lines of YAML: a unified diff with the words that differ marked. No secret is in them.

use std::ops::Range;

use similar::{ChangeTag, TextDiff};

use super::fields::manifest_only;
use super::fleet::Change;
use super::secret;
use crate::value::Value;
use crate::yaml;

/// Lines around a change.
const CONTEXT: usize = 3;

/// One line of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What becomes of it.
    pub tag: Tag,
    /// Without its newline.
    pub text: String,
    /// The bytes that differ from the line that it is paired with.
    pub marks: Vec<Range<usize>>,
    /// Its number before, from 1; `None` for a line that was not there.
    pub old: Option<usize>,
    /// Its number after, from 1; `None` for a line that is gone.
    pub new: Option<usize>,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tag {
    /// It stays.
    Same,
    /// It is gone.
    Removed,
    /// It is new.
    Added,
    /// Here lines that stay are left out.
    Gap,
}

impl Tag {
    /// As a unified diff marks it.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Same => ' ',
            Self::Removed => '-',
            Self::Added => '+',
            Self::Gap => '@',
        }
    }
}

/// The lines of a change with those around them; of what comes or goes, all.
#[must_use]
pub fn of_change(change: &Change) -> Vec<Line> {
    let body =
        |object: &Option<std::sync::Arc<crate::object::KubeObject>>| object.as_ref().map(|o| manifest_only(&o.body));
    let (before, after) = (body(&change.before), body(&change.after));
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => {
            let (before, after) = secret::hide_both(&before, &after);
            (text(&before), text(&after))
        }
        (Some(before), None) => (text(&secret::hide_one(&before)), String::new()),
        (None, Some(after)) => (String::new(), text(&secret::hide_one(&after))),
        (None, None) => return Vec::new(),
    };
    between(&before, &after)
}

fn text(value: &Value) -> String {
    let mut out = String::new();
    yaml::write_document(&mut out, value);
    out
}

fn between(before: &str, after: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for (at, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if at > 0 {
            lines.push(Line { tag: Tag::Gap, text: String::new(), marks: Vec::new(), old: None, new: None });
        }
        for op in group {
            for change in diff.iter_inline_changes(op) {
                let mut text = String::new();
                let mut marks: Vec<Range<usize>> = Vec::new();
                for (marked, part) in change.iter_strings_lossy() {
                    let start = text.len();
                    text.push_str(part.trim_end_matches(['\n', '\r']));
                    if marked && text.len() > start {
                        marks.push(start..text.len());
                    }
                }
                let tag = match change.tag() {
                    ChangeTag::Equal => Tag::Same,
                    ChangeTag::Delete => Tag::Removed,
                    ChangeTag::Insert => Tag::Added,
                };
                let number = |index: Option<usize>| index.map(|index| index + 1);
                lines.push(Line { tag, text, marks, old: number(change.old_index()), new: number(change.new_index()) });
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_differ_are_marked() {
        let lines = between("a: 1\nimage: registry/x:1\nb: 2\n", "a: 1\nimage: registry/x:2\nb: 2\n");
        let shown: Vec<String> = lines.iter().map(|line| format!("{}{}", line.tag.sign(), line.text)).collect();
        assert_eq!(shown, [" a: 1", "-image: registry/x:1", "+image: registry/x:2", " b: 2"]);
        assert!(lines[1].marks.iter().all(|mark| mark.start >= "image: ".len()), "{:?}", lines[1].marks);
        assert!(!lines[1].marks.is_empty());
    }
}
