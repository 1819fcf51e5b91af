//! What each line of a definition decides, found by experiment.
//!
//! First each line is left out. Where that cannot be, or changes nothing, since the line may say what the default is anyway,
//! each value on it is replaced by others until one makes a cluster that differs.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::others::Others;
use crate::commands::Session;
use crate::diff::fields::Extent;
use crate::diff::objects::{Comparer, Interner, ObjectChange};
use crate::diff::secret;
use crate::evaluate::Depth;
use crate::experiment::{self, Answer, Experiment};
use crate::object::KubeObject;
use crate::scan;
use crate::sources::Sources;

/// A line of a file, and its text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SourceLine {
    pub(super) file: String,
    /// From 0.
    pub(super) line: usize,
    pub(super) text: String,
}

/// In the place of the fields of an object that is not there without the line.
pub(super) const WHOLE: &str = "the whole object";

/// What a line decides.
#[derive(Debug, Default)]
pub(super) struct Decided {
    /// The object, and the fields of it.
    pub(super) objects: BTreeMap<String, BTreeSet<String>>,
    /// The line holds what must not be shown.
    pub(super) secret: bool,
}

/// What all lines decide.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Also lines that decide nothing, since others have the last word.
    pub(super) decided: BTreeMap<SourceLine, Decided>,
    /// Lines with a value that the definition needs as it is.
    pub(super) untold: Vec<SourceLine>,
}

/// How many values are tried in the place of one. Each costs an evaluation.
const MOST_VALUES: usize = 6;

/// A value in a text, and what has not been tried in its place.
struct Open {
    line: SourceLine,
    range: Range<usize>,
    others: Others,
}

/// The definition that is asked about, and what it gives.
struct Question<'a> {
    session: &'a Session<'a>,
    sources: &'a Arc<Sources>,
    definition: &'a str,
    cluster: &'a str,
    interner: Interner,
    now: Vec<Arc<KubeObject>>,
    comparer: Comparer,
}

impl Lines {
    /// Of everything that the definition reads.
    pub(super) fn of(
        session: &Session<'_>,
        sources: &Arc<Sources>,
        definition: &str,
        cluster: &str,
        objects: &[KubeObject],
    ) -> Self {
        let text = |file: &String| String::from_utf8(sources.bytes(file).ok()?.to_vec()).ok();
        let files = sources.inputs(definition).into_iter();
        let texts: BTreeMap<String, String> = files.filter_map(|file| Some((file.clone(), text(&file)?))).collect();
        let interner = Interner::default();
        let now = interner.intern(objects);
        let comparer = Comparer::new(Extent::Whole);
        let mut question = Question { session, sources, definition, cluster, interner, now, comparer };
        let mut lines = Self::default();
        let left = question.leave_out(&texts, &mut lines);
        let open = question.replace(&texts, &left, &mut lines);
        // What could not be tried at all, though it has a value.
        lines.untold = open.into_iter().filter(|line| !lines.decided.contains_key(line)).collect();
        lines
    }
}

impl Question<'_> {
    /// Leaves out each line; comes back with those of which that tells nothing.
    fn leave_out(&mut self, texts: &BTreeMap<String, String>, lines: &mut Lines) -> BTreeSet<SourceLine> {
        let mut tried = Vec::new();
        for (file, text) in texts {
            let mut start = 0;
            for (line, whole) in text.split_inclusive('\n').enumerate() {
                let range = start..start + whole.trim_end_matches(['\r', '\n']).len();
                start += whole.len();
                let words = text[range.clone()].trim();
                if !words.is_empty() && !words.starts_with("//") && !words.starts_with('#') {
                    let line = SourceLine { file: file.clone(), line, text: text[range.clone()].to_owned() };
                    tried.push((line, range));
                }
            }
        }
        let asked = tried.iter().map(|(line, range)| (line.file.as_str(), range.clone(), "")).collect();
        let answers = self.ask(texts, asked);
        let mut left = BTreeSet::new();
        for ((line, _), answer) in tried.into_iter().zip(answers) {
            let decided = answer.objects.map(|objects| self.decided(&objects));
            if decided.as_ref().is_none_or(|decided| decided.objects.is_empty()) {
                left.insert(line.clone());
            }
            lines.decided.extend(decided.map(|decided| (line, decided)));
        }
        left
    }

    /// Replaces the values on these lines; comes back with the lines that have some.
    fn replace(
        &mut self,
        texts: &BTreeMap<String, String>,
        left: &BTreeSet<SourceLine>,
        lines: &mut Lines,
    ) -> BTreeSet<SourceLine> {
        let mut open: Vec<Open> = Vec::new();
        for (file, text) in texts.iter().filter(|(file, _)| file.ends_with("sonnet")) {
            for range in scan::literals(text) {
                let line = text[..range.start].matches('\n').count();
                let text_of_line = text.lines().nth(line).unwrap_or_default().to_owned();
                let line = SourceLine { file: file.clone(), line, text: text_of_line };
                if left.contains(&line) {
                    open.push(Open { line, others: Others::of(&text[range.clone()]), range });
                }
            }
        }
        let with_values = open.iter().map(|open| open.line.clone()).collect();
        for _ in 0..MOST_VALUES {
            let mut tried: Vec<(Open, String)> =
                open.drain(..).filter_map(|mut open| open.others.next().map(|other| (open, other))).collect();
            if tried.is_empty() {
                break;
            }
            let asked = tried.iter().map(|(open, other)| (open.line.file.as_str(), open.range.clone(), other.as_str()));
            let answers = self.ask(texts, asked.collect());
            for ((mut value, _), answer) in tried.drain(..).zip(answers) {
                let mut told = false;
                if let Some(objects) = answer.objects {
                    let found = self.decided(&objects);
                    told = !found.objects.is_empty();
                    let decided = lines.decided.entry(value.line.clone()).or_default();
                    decided.secret |= found.secret;
                    for (object, fields) in found.objects {
                        decided.objects.entry(object).or_default().extend(fields);
                    }
                }
                if !told {
                    value.others.prefer(answer.known);
                    open.push(value);
                }
            }
        }
        with_values
    }

    /// What becomes of the cluster with each text in the place of what is there in a file.
    fn ask(&self, texts: &BTreeMap<String, String>, asked: Vec<(&str, Range<usize>, &str)>) -> Vec<Answer> {
        let experiments: Vec<Experiment> = asked
            .into_iter()
            .map(|(file, range, other)| {
                let text = texts.get(file).map(String::as_str).unwrap_or_default();
                let text = [&text[..range.start], other, &text[range.end..]].concat();
                Experiment {
                    definition: self.definition.to_owned(),
                    cluster: self.cluster.to_owned(),
                    replaced: BTreeMap::from([(file.to_owned(), text)]),
                }
            })
            .collect();
        let mut progress = self.session.terminal.progress("asking each line");
        let (total, mut done) = (experiments.len(), 0);
        experiment::run(None, self.sources, experiments, self.session.options(Depth::Manifests, true), || {
            done += 1;
            progress.update(done, total);
        })
    }

    fn decided(&mut self, objects: &[KubeObject]) -> Decided {
        let other = self.interner.intern(objects);
        let mut decided = Decided::default();
        for change in self.comparer.compare(&self.now, &other) {
            let Some(object) = change.before.as_ref().or(change.after.as_ref()) else { continue };
            let fields = decided.objects.entry(object.id.to_string()).or_default();
            fields.extend(change.fields.iter().map(|field| field.path.to_string()));
            if change.fields.is_empty() {
                fields.insert(WHOLE.to_owned());
            }
            decided.secret |= is_hidden(&change);
        }
        decided
    }
}

/// Whether a part of the change must not be shown.
fn is_hidden(change: &ObjectChange) -> bool {
    let bodies = change.before.iter().chain(&change.after);
    if change.fields.is_empty() {
        return bodies.into_iter().any(|object| secret::hide_one(&object.body) != *object.body);
    }
    let kind = change.object().map_or("", |object| object.id.kind.as_str());
    change.fields.iter().any(|field| secret::hide_field(kind, field) != *field)
}
