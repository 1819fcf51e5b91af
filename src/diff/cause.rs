//! Which lines made a change: each edited line is taken back by itself, and what then differs was its doing.
//!
//! Where one edit alone cannot be taken back (half of a bracket, a name that others use), or where several only work
//! together, all of them are named.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use similar::{DiffOp, TextDiff};

use super::fleet::Cause;

/// An edit of one file, as lines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The file.
    pub file: String,
    /// The lines that it has replaced, from 0.
    before: (usize, usize),
    /// The lines that it has put there.
    after: (usize, usize),
    /// The file is new or gone, so nothing in it can be taken back.
    whole: bool,
}

/// Two texts of each file that differs; `None` where it was or is not there.
pub type Texts = BTreeMap<String, (Option<String>, Option<String>)>;

impl Edit {
    /// Where it is, in the new text.
    #[must_use]
    pub fn cause(&self) -> Cause {
        Cause { file: self.file.clone(), line: self.after.0 + 1 }
    }

    /// The new text of the file without this edit; `None` if that is no text of the file.
    #[must_use]
    pub fn taken_back(&self, texts: &Texts) -> Option<String> {
        let (Some(before), Some(after)) = texts.get(&self.file)? else { return None };
        if self.whole {
            return None;
        }
        let (old, new): (Vec<&str>, Vec<&str>) = (lines(before), lines(after));
        let range = |(start, end): (usize, usize)| Range { start, end };
        Some([&new[..self.after.0], old.get(range(self.before))?, &new[self.after.1..]].concat().concat())
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The edits between two states of the files. Lines that were replaced one by one are edits one by one.
#[must_use]
pub fn edits(texts: &Texts) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (file, (before, after)) in texts {
        let (Some(before), Some(after)) = (before, after) else {
            edits.push(Edit { file: file.clone(), before: (0, 0), after: (0, 0), whole: true });
            continue;
        };
        let diff = TextDiff::from_lines(before, after);
        for op in diff.ops() {
            let (old, new) = (op.old_range(), op.new_range());
            let edit = |old: Range<usize>, new: Range<usize>| Edit {
                file: file.clone(),
                before: (old.start, old.end),
                after: (new.start, new.end),
                whole: false,
            };
            match op {
                DiffOp::Equal { .. } => {}
                DiffOp::Replace { .. } if old.len() == new.len() => {
                    edits.extend(old.zip(new).map(|(old, new)| edit(old..old + 1, new..new + 1)));
                }
                _ => edits.push(edit(old, new)),
            }
        }
    }
    edits
}

/// What each edit alone is the cause of: its index → the fields that are otherwise without it, or `None` if it could not be
/// taken back by itself.
pub type Effects = BTreeMap<usize, Option<BTreeSet<String>>>;

/// The lines that made the fields what they are.
#[must_use]
pub fn of_fields(fields: &[String], edits: &[Edit], effects: &Effects) -> Vec<Cause> {
    /// More say no more than the diff of the files does.
    const MOST: usize = 5;
    if let [edit] = edits {
        return vec![edit.cause()];
    }
    let mut causes: BTreeSet<Cause> = BTreeSet::new();
    let mut unexplained = fields.is_empty();
    for field in fields {
        let makers = edits
            .iter()
            .enumerate()
            .filter(|(at, _)| effects.get(at).and_then(Option::as_ref).is_some_and(|made| made.contains(field)));
        let before = causes.len();
        let mut any = false;
        for (_, edit) in makers {
            any = true;
            causes.insert(edit.cause());
        }
        debug_assert!(causes.len() >= before);
        unexplained |= !any;
    }
    if unexplained {
        let open = edits.iter().enumerate().filter(|(at, _)| effects.get(at).is_none_or(Option::is_none));
        let open: Vec<Cause> = open.map(|(_, edit)| edit.cause()).collect();
        // With every edit tried and none enough alone, it takes several.
        causes.extend(if open.is_empty() && causes.is_empty() {
            edits.iter().map(Edit::cause).collect()
        } else {
            open
        });
    }
    causes.into_iter().take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(before: &str, after: &str) -> Texts {
        BTreeMap::from([("f".to_owned(), (Some(before.to_owned()), Some(after.to_owned())))])
    }

    #[test]
    fn lines_are_taken_back_one_by_one() {
        let texts = texts("a\nb\nc\nd\n", "a\nB\nC\nd\ne\n");
        let edits = edits(&texts);
        let taken: Vec<String> = edits.iter().filter_map(|edit| edit.taken_back(&texts)).collect();
        assert_eq!(taken, ["a\nb\nC\nd\ne\n", "a\nB\nc\nd\ne\n", "a\nB\nC\nd\n"]);
        assert_eq!(edits.iter().map(|edit| edit.cause().line).collect::<Vec<_>>(), [2, 3, 5]);
    }

    #[test]
    fn a_field_is_the_doing_of_what_changes_it() {
        let edits = edits(&texts("a\nb\nc\n", "A\nB\nC\n"));
        let made = |fields: &[&str]| Some(fields.iter().map(|&field| field.to_owned()).collect());
        let lines = |field: &str, effects: &Effects| {
            of_fields(&[field.to_owned()], &edits, effects).iter().map(|cause| cause.line).collect::<Vec<_>>()
        };
        let effects = BTreeMap::from([(0, made(&["x"])), (1, made(&["x", "y"])), (2, None)]);
        assert_eq!(lines("x", &effects), [1, 2]);
        assert_eq!(lines("y", &effects), [2]);
        // The one that could not be tried.
        assert_eq!(lines("z", &effects), [3]);
        let tried = BTreeMap::from([(0, made(&[])), (1, made(&[])), (2, made(&[]))]);
        assert_eq!(lines("z", &tried), [1, 2, 3], "it takes several");
    }
}
