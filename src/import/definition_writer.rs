//! A definition as a person would write it: jsonnet, in the form that jsonnetfmt gives it.

use crate::finding::Severity;
use crate::value::{Map, Value};

/// How wide a line may get.
const WIDTH: usize = 110;

/// Maps of more entries than this stand one entry a line.
const WIDEST_MAP: usize = 4;

/// One cluster, ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// What stands above it: paragraphs, each a comment.
    pub header: Vec<String>,
    /// The cluster's name, and its file's.
    pub name: String,
    /// Its keys in the order in which they are to be read, `name` not among them.
    pub fields: Vec<Field>,
    /// What could not be carried over.
    pub remarks: Vec<Remark>,
}

/// Something of the source that the definition does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// A note needs no attention, a warning does.
    pub severity: Severity,
    /// One sentence without a full stop, and without anything secret.
    pub text: String,
    /// Whether the definition repeats it at its top.
    pub listed: bool,
}

impl Remark {
    /// Something to look at.
    #[must_use]
    pub fn warning(text: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, text: text.into(), listed: true }
    }

    /// Something to know.
    #[must_use]
    pub fn note(text: impl Into<String>) -> Self {
        Self { severity: Severity::Note, text: text.into(), listed: true }
    }

    /// The same, where the definition says it elsewhere.
    #[must_use]
    pub fn unlisted(mut self) -> Self {
        self.listed = false;
        self
    }
}

/// One key of a cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The key.
    pub name: String,
    /// Whether it is laid over what is there (`+:`).
    pub extends: bool,
    /// Its value.
    pub value: Value,
    /// What is said above it.
    pub comment: Option<String>,
    /// An empty line goes before it.
    pub apart: bool,
}

impl Field {
    /// A key that replaces the default.
    #[must_use]
    pub fn new(name: &str, value: Value) -> Self {
        Self { name: name.to_owned(), extends: false, value, comment: None, apart: false }
    }

    /// The same key, laid over what is there.
    #[must_use]
    pub fn extending(mut self) -> Self {
        self.extends = true;
        self
    }

    /// The same key with something said above it.
    #[must_use]
    pub fn comment(mut self, comment: impl Into<String>) -> Self {
        self.comment = Some(comment.into());
        self
    }

    /// The same key, set apart from those before.
    #[must_use]
    pub fn apart(mut self) -> Self {
        self.apart = true;
        self
    }
}

/// The text of a definition file with one cluster, or of an inventory of several.
#[must_use]
pub fn file_text(definitions: &[&Definition]) -> String {
    const IMPORT: &str = "local cniforge = import 'cniforge/main.libsonnet';\n\n";
    let mut out = String::new();
    if let [definition] = definitions {
        write_header(&mut out, definition, 0);
        out.push_str(IMPORT);
        write_cluster(&mut out, definition, 0);
        out.push('\n');
        return out;
    }
    out.push_str(IMPORT);
    out.push_str("[\n");
    for definition in definitions {
        write_header(&mut out, definition, 2);
        push_blanks(&mut out, 2);
        write_cluster(&mut out, definition, 2);
        out.push_str(",\n");
    }
    out.push_str("]\n");
    out
}

fn write_header(out: &mut String, definition: &Definition, indent: usize) {
    let listed = definition.remarks.iter().filter(|remark| remark.listed);
    let mut list: Vec<String> = listed.map(|remark| format!("- {}", remark.text)).collect();
    if !list.is_empty() {
        list.insert(0, "Not carried over:".to_owned());
    }
    for (i, paragraph) in definition.header.iter().enumerate() {
        if i > 0 {
            write_comment(out, "", indent);
        }
        write_comment(out, paragraph, indent);
    }
    if !list.is_empty() {
        write_comment(out, "", indent);
    }
    for line in list {
        write_comment(out, &line, indent);
    }
}

fn write_cluster(out: &mut String, definition: &Definition, indent: usize) {
    out.push_str("cniforge.cluster {\n");
    let name = Field::new("name", Value::String(definition.name.clone()));
    for field in std::iter::once(&name).chain(&definition.fields) {
        if field.apart {
            out.push('\n');
        }
        if let Some(comment) = &field.comment {
            write_comment(out, comment, indent + 2);
        }
        push_blanks(out, indent + 2);
        let head = format!("{}{} ", field_name(&field.name), if field.extends { "+:" } else { ":" });
        out.push_str(&head);
        write_value(out, &field.value, indent + 2, indent + 2 + head.len());
        out.push_str(",\n");
    }
    push_blanks(out, indent);
    out.push('}');
}

/// A comment, its words broken into lines. Whatever is in the text, it stays a comment.
fn write_comment(out: &mut String, text: &str, indent: usize) {
    let clean: String = crate::report::visible(text).replace(['\u{2028}', '\u{2029}', '\u{85}'], " ");
    let hanging = if clean.starts_with("- ") { "  " } else { "" };
    let mut line = String::new();
    let mut flush = |line: &mut String| {
        push_blanks(out, indent);
        out.push_str("//");
        if !line.is_empty() {
            out.push(' ');
            out.push_str(line);
        }
        out.push('\n');
        line.clear();
        line.push_str(hanging);
    };
    for word in clean.split_whitespace() {
        let full = indent + 3 + line.chars().count() + 1 + word.chars().count() > WIDTH;
        if full && !line.trim().is_empty() {
            flush(&mut line);
        }
        if !line.is_empty() && !line.ends_with(' ') {
            line.push(' ');
        }
        line.push_str(word);
    }
    flush(&mut line);
}

/// `column`: where the value begins; `indent`: that of the line it begins in.
fn write_value(out: &mut String, value: &Value, indent: usize, column: usize) {
    if let Some(text) = inline(value)
        && column + text.chars().count() < WIDTH
    {
        out.push_str(&text);
        return;
    }
    match value {
        Value::List(items) if !items.is_empty() => {
            out.push_str("[\n");
            for item in items {
                push_blanks(out, indent + 2);
                write_value(out, item, indent + 2, indent + 2);
                out.push_str(",\n");
            }
            push_blanks(out, indent);
            out.push(']');
        }
        Value::Map(map) if !map.is_empty() => {
            out.push_str("{\n");
            for (key, inner) in entries(map) {
                push_blanks(out, indent + 2);
                let head = format!("{}: ", field_name(key));
                out.push_str(&head);
                write_value(out, inner, indent + 2, indent + 2 + head.chars().count());
                out.push_str(",\n");
            }
            push_blanks(out, indent);
            out.push('}');
        }
        Value::String(text) if block_holds(text) => {
            out.push_str("|||\n");
            for line in text.lines() {
                if !line.is_empty() {
                    push_blanks(out, indent + 2);
                    out.push_str(line);
                }
                out.push('\n');
            }
            push_blanks(out, indent);
            out.push_str("|||");
        }
        scalar => out.push_str(&inline(scalar).unwrap_or_default()),
    }
}

/// The value as jsonnet, in one line however long.
#[must_use]
pub fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::List(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Map(map) if !map.is_empty() => {
            let parts: Vec<String> =
                entries(map).map(|(key, value)| format!("{}: {}", field_name(key), literal(value))).collect();
            format!("{{ {} }}", parts.join(", "))
        }
        scalar => inline(scalar).unwrap_or_default(),
    }
}

/// A version before what belongs to it, then as they come.
fn entries(map: &Map) -> impl Iterator<Item = (&str, &Value)> {
    let first = map.iter().filter(|(key, _)| *key == "version");
    first.chain(map.iter().filter(|(key, _)| *key != "version"))
}

/// The value in one line; `None` where that would be hard to read.
fn inline(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => (number + 0.0).to_string(),
        Value::String(text) if block_holds(text) => return None,
        Value::String(text) => quoted(text),
        Value::List(items) => {
            let parts: Option<Vec<String>> = items.iter().map(inline).collect();
            format!("[{}]", parts?.join(", "))
        }
        Value::Map(map) if map.is_empty() => "{}".to_owned(),
        Value::Map(map) if map.iter().len() > WIDEST_MAP => return None,
        Value::Map(map) => {
            let parts: Option<Vec<String>> =
                entries(map).map(|(key, value)| Some(format!("{}: {}", field_name(key), inline(value)?))).collect();
            format!("{{ {} }}", parts?.join(", "))
        }
    })
}

/// Whether the text reads better as a block: lines, each ended, of nothing that would need an escape.
fn block_holds(text: &str) -> bool {
    text.ends_with('\n')
        && text.trim_end().contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && text.chars().all(|c| c == '\n' || !c.is_control())
        && text.lines().all(|line| !line.starts_with("|||"))
}

fn quoted(text: &str) -> String {
    use std::fmt::Write as _;
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c == quote => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

fn field_name(name: &str) -> String {
    const WORDS: [&str; 17] = [
        "assert",
        "else",
        "error",
        "false",
        "for",
        "function",
        "if",
        "import",
        "importbin",
        "importstr",
        "in",
        "local",
        "null",
        "self",
        "super",
        "tailstrict",
        "then",
    ];
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !WORDS.contains(&name)
        && name != "true";
    if plain { name.to_owned() } else { quoted(name) }
}

fn push_blanks(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}
