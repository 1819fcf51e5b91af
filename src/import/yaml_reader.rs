//! YAML as kubectl and Helm read it, into plain data.
//!
//! The input comes from a cluster or from somebody's repository, so nothing in it may cost more than it is worth: depth is
//! limited, aliases are paid for with what they expand to, nothing recurses. A key that stands twice is an error, since
//! readers disagree on which one counts. Plain words are read by the rules of YAML 1.1, as both tools do: `yes` is true
//! and `0644` is octal. Errors say line and column, and never repeat what stands there: it may be a password.

use std::collections::HashMap;

use saphyr_parser_bw::{Event, Marker, Parser, ScalarStyle, Tag};

use super::input::Input;
use crate::finding::Finding;
use crate::value::{Map, Value};

/// One document of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// File and line where it begins: `cluster.yaml:12`.
    pub place: String,
    /// What it holds.
    pub value: Value,
}

/// No manifest is nested deeper; the deepest schemas of real CRDs have some sixty levels.
const DEEPEST: usize = 128;

/// Bytes that the values of one input may take, aliases expanded, by a rough count.
const LARGEST_CONTENT: usize = 512 << 20;

/// What a value takes beside its text.
const NODE: usize = 64;

/// What `helm get values` and `helm get values --all` print above the YAML.
const HELM_TITLES: [&str; 2] = ["USER-SUPPLIED VALUES:", "COMPUTED VALUES:"];

/// The documents of the input, empty ones left out. JSON is YAML, too.
///
/// # Errors
/// The first thing that is wrong, with line and column.
pub fn read_documents(input: &Input) -> Result<Vec<Document>, Finding> {
    let mut text = input.text.as_str();
    let mut skipped = 0;
    if let Some(title) = HELM_TITLES.iter().find(|title| text.starts_with(**title)) {
        text = text[title.len()..].trim_start_matches('\r').strip_prefix('\n').unwrap_or_default();
        skipped = 1;
    }
    let mut reader = Reader { input, skipped, frames: Vec::new(), anchors: HashMap::new(), spent: 0 };
    let mut documents = Vec::new();
    let mut begins = 1;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| reader.syntax_error(text, error.marker(), error.info()))?;
        if let Event::DocumentStart(_) = event {
            begins = span.start.line() + skipped;
        }
        if let Some(value) = reader.take(event, &span.start)?
            && value != Value::Null
        {
            documents.push(Document { place: format!("{}:{begins}", input.name), value });
        }
    }
    Ok(documents)
}

struct Reader<'a> {
    input: &'a Input,
    /// Lines above the YAML.
    skipped: usize,
    frames: Vec<Frame>,
    /// What an alias stands for, and what it costs.
    anchors: HashMap<usize, (Value, usize)>,
    spent: usize,
}

/// A collection that is being read.
struct Frame {
    anchor: usize,
    /// What had been spent when it began.
    spent_before: usize,
    content: Content,
}

enum Content {
    List(Vec<Value>),
    Map { entries: Vec<(String, Value)>, lines: HashMap<String, usize>, key: Key, merged: Vec<Map> },
}

/// What stands before the value that comes next in a map.
enum Key {
    None,
    Name(String),
    /// `<<`: the value is a map, or a list of maps, whose entries stand in for those that are missing here.
    Merge,
}

impl Reader<'_> {
    /// The document's value, once it is whole.
    fn take(&mut self, event: Event<'_>, at: &Marker) -> Result<Option<Value>, Finding> {
        let (value, anchor, before) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                if let Some(Frame { content: Content::Map { key: key @ Key::None, lines, .. }, .. }) =
                    self.frames.last_mut()
                {
                    if let Some(first) = lines.insert(text.to_string(), at.line()) {
                        let first = first + self.skipped;
                        return Err(
                            self.error(at, &format!("this key stands twice in the same map, first in line {first}"))
                        );
                    }
                    *key = if style == ScalarStyle::Plain && text == "<<" && tag.is_none() {
                        Key::Merge
                    } else {
                        Key::Name(text.into_owned())
                    };
                    return Ok(None);
                }
                let before = self.spent;
                self.spend(NODE + text.len(), at)?;
                (self.scalar(&text, style, tag.as_deref(), at)?, anchor, before)
            }
            Event::Alias(anchor) => {
                let before = self.spent;
                let Some((_, cost)) = self.anchors.get(&anchor) else {
                    return Err(self.error(at, "this alias stands inside of what it names"));
                };
                // Paid before it is made: a few lines can name gigabytes.
                self.spend(*cost, at)?;
                (self.anchors[&anchor].0.clone(), 0, before)
            }
            Event::SequenceStart(anchor, _) => {
                self.open(Content::List(Vec::new()), anchor, at)?;
                return Ok(None);
            }
            Event::MappingStart(anchor, _) => {
                let content =
                    Content::Map { entries: Vec::new(), lines: HashMap::new(), key: Key::None, merged: Vec::new() };
                self.open(content, anchor, at)?;
                return Ok(None);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(frame) = self.frames.pop() else { return Ok(None) };
                (frame.content.close(), frame.anchor, frame.spent_before)
            }
            Event::DocumentEnd => {
                self.anchors.clear();
                return Ok(None);
            }
            _ => return Ok(None),
        };
        if anchor > 0 {
            let cost = self.spent - before;
            self.spend(cost, at)?;
            self.anchors.insert(anchor, (value.clone(), cost));
        }
        let problem = match self.frames.last_mut().map(|frame| &mut frame.content) {
            None => return Ok(Some(value)),
            Some(Content::List(items)) => {
                items.push(value);
                return Ok(None);
            }
            Some(Content::Map { entries, key, merged, .. }) => match (std::mem::replace(key, Key::None), value) {
                (Key::Name(name), value) => {
                    entries.push((name, value));
                    return Ok(None);
                }
                (Key::Merge, Value::Map(map)) => {
                    merged.push(map);
                    return Ok(None);
                }
                (Key::Merge, Value::List(items)) if items.iter().all(|item| item.as_map().is_some()) => {
                    merged.extend(items.into_iter().filter_map(|item| match item {
                        Value::Map(map) => Some(map),
                        _ => None,
                    }));
                    return Ok(None);
                }
                (Key::Merge, _) => "`<<` takes a map, or a list of maps",
                (Key::None, _) => "a key must be text",
            },
        };
        Err(self.error(at, problem))
    }

    fn open(&mut self, content: Content, anchor: usize, at: &Marker) -> Result<(), Finding> {
        if let Some(Frame { content: Content::Map { key: Key::None, .. }, .. }) = self.frames.last() {
            return Err(self.error(at, "a key must be text"));
        }
        if self.frames.len() == DEEPEST {
            return Err(self.error(at, &format!("this is nested more than {DEEPEST} levels deep")));
        }
        let spent_before = self.spent;
        self.spend(NODE, at)?;
        self.frames.push(Frame { anchor, spent_before, content });
        Ok(())
    }

    fn spend(&mut self, cost: usize, at: &Marker) -> Result<(), Finding> {
        self.spent += cost;
        if self.spent <= LARGEST_CONTENT {
            return Ok(());
        }
        Err(self
            .error(at, &format!("what is read up to here takes more than {} MiB of memory", LARGEST_CONTENT >> 20))
            .hint("look for aliases (`*name`) that stand for each other over and over"))
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>, at: &Marker) -> Result<Value, Finding> {
        let tag = match tag {
            None if style == ScalarStyle::Plain => return Ok(plain(text)),
            None => "str",
            Some(tag) if tag.is_yaml_core_schema() => tag.suffix.as_str(),
            Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => "str",
            Some(_) => "",
        };
        let value = plain(text);
        match (tag, &value) {
            ("str", _) => Ok(Value::String(text.to_owned())),
            ("int" | "float", Value::Number(_)) | ("bool", Value::Bool(_)) | ("null", Value::Null) => Ok(value),
            _ => Err(self
                .error(at, "this tag does not fit here")
                .hint("an import reads text, numbers, true, false and null")),
        }
    }

    fn error(&self, at: &Marker, problem: &str) -> Finding {
        let (line, column) = (at.line() + self.skipped, at.col() + 1);
        Finding::refusal(format!("{}:{line}:{column}: {problem}", self.input.name))
    }

    fn syntax_error(&self, text: &str, at: &Marker, problem: &str) -> Finding {
        let finding = self.error(at, problem);
        let rest: String = text.chars().skip(at.index()).take(1000).collect();
        if rest.trim().is_empty() || problem.starts_with("unclosed") {
            finding.hint("the text ends in the middle of something: was the file cut off?")
        } else if problem.contains("tab") {
            finding.hint("YAML is indented with blanks")
        } else {
            finding
        }
    }
}

impl Content {
    fn close(self) -> Value {
        match self {
            Self::List(items) => Value::List(items),
            Self::Map { mut entries, mut lines, merged, .. } => {
                for (key, value) in merged.iter().flat_map(Map::iter) {
                    if lines.insert(key.to_owned(), 0).is_none() {
                        entries.push((key.to_owned(), value.clone()));
                    }
                }
                Value::Map(Map::from_entries(entries))
            }
        }
    }
}

/// A word without quotes, by the rules of YAML 1.1 that Go's readers follow.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Value::Bool(false);
        }
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Value::String(text.to_owned());
    }
    number(&text.replace('_', "")).map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

fn number(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, rest) = match (lower.get(..2), lower.strip_prefix('0')) {
        (Some("0x"), _) => (16, &lower[2..]),
        (Some("0o"), _) => (8, &lower[2..]),
        (Some("0b"), _) => (2, &lower[2..]),
        (_, Some(rest)) if !rest.is_empty() && rest.bytes().all(|b| matches!(b, b'0'..=b'7')) => (8, rest),
        _ => return is_float(digits).then(|| digits.parse::<f64>().ok()).flatten().map(|number| sign * number),
    };
    // A sign behind the prefix is no number.
    let whole = rest.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u64::from_str_radix(rest, radix).ok()).flatten()?;
    #[expect(clippy::cast_precision_loss, reason = "jsonnet, and Helm, know no other number")]
    let whole = whole as f64;
    Some(sign * whole)
}

/// Digits with a point somewhere, and an exponent behind.
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|text| {
        let text = text.strip_prefix(['+', '-']).unwrap_or(text);
        !text.is_empty() && digits(text)
    });
    digits(whole) && digits(part) && !(whole.is_empty() && part.is_empty()) && exponent_fits
        // What overflows is no finite number, and jsonnet has no other.
        && text.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn input(text: &str) -> Input {
        Input { name: "in.yaml".to_owned(), text: text.to_owned() }
    }

    fn json(value: &Value) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(flag) => (*flag).into(),
            Value::Number(number) => (*number).into(),
            Value::String(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(json).collect(),
            Value::Map(map) => map.iter().map(|(key, value)| (key.to_owned(), json(value))).collect(),
        }
    }

    fn read(text: &str) -> Result<Vec<String>, String> {
        let documents = read_documents(&input(text)).map_err(|finding| finding.message)?;
        Ok(documents.iter().map(|document| format!("{} {}", document.place, json(&document.value))).collect())
    }

    #[test]
    fn documents_are_read_as_kubectl_and_helm_read_them() {
        let cases = [
            (
                "a: yes\nb: 'yes'\nc: 0644\nd: 08\ne: 1_000\nf: 1e3\ng: ~\nh:\n",
                vec![r#"in.yaml:1 {"a":true,"b":"yes","c":420.0,"d":8.0,"e":1000.0,"f":1000.0,"g":null,"h":null}"#],
            ),
            (
                "- 0x1F\n- 0b11\n- .5\n- 1.2.3\n- 2020-01-01\n- 12:30\n- -3\n- 1e999\n- ''\n",
                vec![r#"in.yaml:1 [31.0,3.0,0.5,"1.2.3","2020-01-01","12:30",-3.0,"1e999",""]"#],
            ),
            ("---\n# nothing\n---\na: 1\n---\nnull\n---\n- b\n", vec![r#"in.yaml:3 {"a":1.0}"#, r#"in.yaml:7 ["b"]"#]),
            ("{\"a\": [1, {\"b\": null}],\n\t\"c\": \"\\u003c\"}", vec![r#"in.yaml:1 {"a":[1.0,{"b":null}],"c":"<"}"#]),
            (
                "a: &x {p: 1, q: 2}\nb: *x\nc:\n  <<: *x\n  q: 3\nd:\n  <<: [*x, {r: 4}]\n",
                vec![
                    r#"in.yaml:1 {"a":{"p":1.0,"q":2.0},"b":{"p":1.0,"q":2.0},"c":{"p":1.0,"q":3.0},"d":{"p":1.0,"q":2.0,"r":4.0}}"#,
                ],
            ),
            (
                "a: !!str 5\nb: ! 6\nc: !!int \"7\"\n1: x\ntrue: y\n",
                vec![r#"in.yaml:1 {"1":"x","a":"5","b":"6","c":7.0,"true":true}"#],
            ),
            ("USER-SUPPLIED VALUES:\nnull\n", vec![]),
            ("COMPUTED VALUES:\r\na:\r\n  b: |\r\n    x\r\n", vec![r#"in.yaml:2 {"a":{"b":"x\n"}}"#]),
            ("", vec![]),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), Ok(expected.iter().map(|&line| line.to_owned()).collect()), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said_with_line_and_column() {
        let deep = "[".repeat(DEEPEST + 1) + &"]".repeat(DEEPEST + 1);
        let cases = [
            ("a: 1\nb: {c: [1, 2\n", "in.yaml:2:8: unclosed bracket '['"),
            ("a: 1\nb: \"text\n", "in.yaml:3:1: invalid indentation in multiline quoted scalar"),
            ("a:\n\tb: 1\n", "in.yaml:2:2: tabs disallowed within this context (block indentation)"),
            ("a: 1\na: 2\n", "in.yaml:2:1: this key stands twice in the same map, first in line 1"),
            ("[a]: 1\n", "in.yaml:1:1: a key must be text"),
            ("{[a]: 1}\n", "in.yaml:1:2: a key must be text"),
            ("a: *b\n", "in.yaml:1:4: while parsing node, found unknown anchor"),
            ("a: &a [*a]\n", "in.yaml:1:8: this alias stands inside of what it names"),
            ("a: !vault x\n", "in.yaml:1:11: this tag does not fit here"),
            ("a: !!int x\n", "in.yaml:1:10: this tag does not fit here"),
            ("a:\n  <<: 1\n", "in.yaml:2:7: `<<` takes a map, or a list of maps"),
            (
                "USER-SUPPLIED VALUES:\na: 1\na: 2\n",
                "in.yaml:3:1: this key stands twice in the same map, first in line 2",
            ),
            (deep.as_str(), "in.yaml:1:129: this is nested more than 128 levels deep"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn aliases_are_paid_for_with_what_they_stand_for() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let before = format!("*a{}", level - 1);
            let line = format!("a{level}: &a{level} [{}]\n", [before.as_str(); 10].join(", "));
            bomb.push_str(&line);
        }
        let problem = read(&bomb).unwrap_err();
        assert!(problem.ends_with("what is read up to here takes more than 512 MiB of memory"), "{problem}");
    }

    proptest! {
        #[test]
        fn no_text_is_too_much_for_the_reader(text in "[-a0 :\\[\\]{}&*!|>'\"\n\t#,<~.]{0,60}") {
            let _ = read_documents(&input(&text));
        }

        #[test]
        fn what_our_writer_writes_is_read_as_it_was(text in any::<String>(), number in -1e15..1e15f64, flag in any::<bool>()) {
            let entries = vec![
                ("list".to_owned(), Value::List(vec![Value::Number(number.trunc()), Value::Bool(flag), Value::Null])),
                ("text".to_owned(), Value::String(text)),
            ];
            let value = Value::Map(Map::from_entries(entries));
            let documents = read_documents(&input(&crate::yaml::to_yaml(&value)));
            prop_assert_eq!(documents.map(|documents| documents[0].value.clone()), Ok(value));
        }
    }
}
