//! Turns what the engine says into findings with a place.

use jrsonnet_evaluator::analyze::DiagLevel;
use jrsonnet_evaluator::error::ErrorKind;
use jrsonnet_evaluator::{Error, Span};

use super::places::{self, Sought, SourceMap};
use crate::finding::{Finding, Place};
use crate::sources::BUILT_IN;

/// Frames that are shown above the place itself.
const SHOWN_FRAMES: usize = 6;

/// One finding an error; several where the engine has found several undefined names at once.
pub fn findings(error: &Error, definition: &str, map: &mut SourceMap<'_>, stack_depth: usize) -> Vec<Finding> {
    match error.error() {
        ErrorKind::StaticAnalysisError(diagnostics) => diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.level == DiagLevel::Error)
            .map(|diagnostic| {
                let finding = Finding::refusal(first_line(&diagnostic.message));
                finding.place(diagnostic.span.as_ref().map(places::span_place))
            })
            .collect(),
        ErrorKind::ImportSyntaxError { error, .. } => {
            let place = places::span_place(&error.location);
            vec![Finding::refusal(format!("syntax error: {}", error.message)).place(Some(place))]
        }
        kind => {
            let frames = frames(error);
            let (message, hint) = message(kind, stack_depth);
            let mut finding = Finding::refusal(message);
            finding.hint = hint;
            finding.place = sought_place(kind, error, definition, map).or_else(|| best_frame(&frames));
            // How the library came to look at a user's field says nothing to the user.
            let in_library = finding.place.as_ref().is_some_and(|place| place.file.starts_with(BUILT_IN));
            finding.trace = frames
                .into_iter()
                .filter(|(_, place)| finding.place.as_ref() != Some(place))
                .filter(|(_, place)| in_library || !place.file.starts_with(BUILT_IN))
                .take(SHOWN_FRAMES)
                .collect();
            vec![finding]
        }
    }
}

/// The frames that have a place, innermost first, without repetition.
fn frames(error: &Error) -> Vec<(String, Place)> {
    let mut frames: Vec<(String, Place)> = Vec::new();
    for frame in &error.trace().0 {
        let Some(span) = &frame.location else { continue };
        let place = places::span_place(span);
        if frames.last().is_none_or(|(_, last)| *last != place) {
            frames.push((frame.desc.clone(), place));
        }
    }
    frames
}

/// The innermost frame in the user's own files; the library's only when there is none.
fn best_frame(frames: &[(String, Place)]) -> Option<Place> {
    let own = frames.iter().find(|(_, place)| !place.file.starts_with(BUILT_IN));
    own.or(frames.first()).map(|(_, place)| place.clone())
}

/// The place of errors for which the engine has none, or only that of a caller.
fn sought_place(kind: &ErrorKind, error: &Error, definition: &str, map: &mut SourceMap<'_>) -> Option<Place> {
    let frames = &error.trace().0;
    let innermost = frames.first();
    let near = frames.iter().find_map(|frame| frame.location.as_ref()).map(places::file_of);
    match kind {
        ErrorKind::NoSuchField(name, _) => {
            if let Some(span) = innermost.and_then(|frame| frame.location.as_ref())
                && mentions(span, name)
            {
                return None;
            }
            let field = innermost.and_then(|frame| between(&frame.desc, "field <", "> evaluation"));
            map.search(definition, near.as_deref(), &Sought::Index { field, name })
        }
        ErrorKind::BinaryOperatorDoesNotOperateOnValues(op, ..) => {
            let function = innermost.and_then(|frame| between(&frame.desc, "function <", "> call"))?;
            map.search(definition, near.as_deref(), &Sought::Operator { function, symbol: &op.to_string() })
        }
        ErrorKind::ImportCallbackError(text) => {
            let wanted = text.split('`').nth(1)?;
            map.search(definition, near.as_deref(), &Sought::Import { wanted })
        }
        _ => None,
    }
}

fn mentions(span: &Span, name: &str) -> bool {
    span.0.code().get(span.1 as usize..span.2 as usize).is_some_and(|text| text.contains(name))
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.strip_prefix(before)?.strip_suffix(after)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Our words, and the next step, for what the engine says.
fn message(kind: &ErrorKind, stack_depth: usize) -> (String, Option<String>) {
    match kind {
        ErrorKind::NoSuchField(name, similar) => {
            let near = similar.first().map(|near| format!("did you mean `{near}`?"));
            (format!("no such field: `{name}`"), near)
        }
        ErrorKind::RuntimeError(text) => split_hint(text),
        ErrorKind::ImportCallbackError(text) => split_hint(text),
        ErrorKind::StackOverflow => (
            format!("endless recursion: more than {stack_depth} calls and fields inside each other"),
            Some(
                "a definition needs about a tenth of that; look for a function or field that always calls itself"
                    .into(),
            ),
        ),
        ErrorKind::InfiniteRecursionDetected => {
            ("infinite recursion: a value needs itself".into(), Some("`self.x` inside `x` needs `super.x`".into()))
        }
        ErrorKind::UndefinedExternalVariable(name) => (
            format!("there is no external variable `{name}`"),
            Some("a definition depends on files alone; import one, or add an overlay".into()),
        ),
        ErrorKind::ImportBadFileUtf8(_) => {
            ("the imported file is not UTF-8 text".into(), Some("save it as UTF-8".into()))
        }
        other => (first_line(&other.to_string()).to_owned(), None),
    }
}

/// A message may bring its hint behind a line break.
fn split_hint(text: &str) -> (String, Option<String>) {
    match text.split_once('\n') {
        Some((message, hint)) => (message.to_owned(), Some(hint.to_owned())),
        None => (text.to_owned(), None),
    }
}
