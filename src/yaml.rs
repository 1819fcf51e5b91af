//! Writes one value as YAML that every Kubernetes reader takes the same way.
//!
//! kubectl, Argo CD and Flux read YAML 1.1 (`sigs.k8s.io/yaml`), others read 1.2: a string is written plain only if
//! both read it back as that string. Two-space indent, sequences at the column of their key as `kubectl` prints them,
//! literal block scalars for text of several lines, double quotes for the rest.

use crate::value::{Map, Value};

/// The YAML text of `value`, ended by a newline, without a document marker.
#[must_use]
pub fn to_yaml(value: &Value) -> String {
    let mut out = String::with_capacity(2048);
    write_document(&mut out, value);
    out
}

/// Like [`to_yaml`], appended to `out`.
pub fn write_document(out: &mut String, value: &Value) {
    match value {
        Value::Map(map) if !map.is_empty() => write_map(out, map, 0, false),
        Value::List(list) if !list.is_empty() => write_list(out, list, 0, false),
        scalar => {
            write_scalar(out, scalar, 0);
            out.push('\n');
        }
    }
}

/// `inline`: the first entry continues a line that already holds a dash.
fn write_map(out: &mut String, map: &Map, indent: usize, inline: bool) {
    for (i, (key, value)) in map.iter().enumerate() {
        if i > 0 || !inline {
            push_spaces(out, indent);
        }
        write_line_text(out, key);
        out.push(':');
        match value {
            Value::Map(inner) if !inner.is_empty() => {
                out.push('\n');
                write_map(out, inner, indent + 2, false);
            }
            Value::List(inner) if !inner.is_empty() => {
                out.push('\n');
                write_list(out, inner, indent, false);
            }
            scalar => {
                out.push(' ');
                write_scalar(out, scalar, indent);
                out.push('\n');
            }
        }
    }
}

fn write_list(out: &mut String, list: &[Value], indent: usize, inline: bool) {
    for (i, value) in list.iter().enumerate() {
        if i > 0 || !inline {
            push_spaces(out, indent);
        }
        out.push_str("- ");
        match value {
            Value::Map(inner) if !inner.is_empty() => write_map(out, inner, indent + 2, true),
            Value::List(inner) if !inner.is_empty() => write_list(out, inner, indent + 2, true),
            scalar => {
                write_scalar(out, scalar, indent);
                out.push('\n');
            }
        }
    }
}

/// `indent`: the column of the key or dash that the scalar belongs to.
fn write_scalar(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(out, *number),
        Value::String(text) if text.contains('\n') && block_scalar_holds(text) => write_block(out, text, indent),
        Value::String(text) => write_line_text(out, text),
        Value::List(_) => out.push_str("[]"),
        Value::Map(_) => out.push_str("{}"),
    }
}

/// Whole numbers stay whole: `1000000`, never `1e+06`, which the Cilium agent cannot read.
fn write_number(out: &mut String, number: f64) {
    use std::fmt::Write as _;
    // Adding zero turns a negative zero into a plain one.
    let _ = write!(out, "{}", number + 0.0);
}

fn write_line_text(out: &mut String, text: &str) {
    if is_plain(text) { out.push_str(text) } else { write_quoted(out, text) }
}

fn write_quoted(out: &mut String, text: &str) {
    use std::fmt::Write as _;
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) <= 0xff => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c if u32::from(c) <= 0xffff => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
        }
    }
    out.push('"');
}

fn write_block(out: &mut String, text: &str, indent: usize) {
    out.push('|');
    let first_content = text.trim_start_matches('\n');
    // Readers take the indent from the first line with content, unless it is told to them.
    if first_content.starts_with([' ', '\t']) {
        out.push('2');
    }
    match text.len() - text.trim_end_matches('\n').len() {
        0 => out.push('-'),
        1 => {}
        _ => out.push('+'),
    }
    let body = text.strip_suffix('\n').unwrap_or(text);
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            push_spaces(out, indent + 2);
            out.push_str(line);
        }
    }
}

/// A literal block can hold any printable text with at least one line that is more than a newline.
fn block_scalar_holds(text: &str) -> bool {
    text.chars().any(|c| c != '\n')
        && text.chars().all(|c| c == '\n' || c == '\t' || is_printable(c))
        // A line of blanks alone is a trap for editors and for readers that guess the indent.
        && text.split('\n').all(|line| line.is_empty() || !line.trim_matches([' ', '\t']).is_empty())
}

/// The characters that YAML 1.1 readers accept raw, less the line breaks and the byte order mark.
fn is_printable(c: char) -> bool {
    matches!(c,
        ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}'
        | '\u{10000}'..='\u{10ffff}')
}

/// Whether the text, written as it is, is read back as the same string by YAML 1.1 and 1.2.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    let starts_well = match first {
        b'-' => bytes.get(1).is_some_and(|&next| next != b' ') && !text.starts_with("---"),
        b'.' => !text.starts_with("..."),
        b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"'
        | b'%' | b'@' | b'`' | b' ' => false,
        _ => true,
    };
    starts_well
        && last != b':'
        && last != b' '
        && !bytes.windows(2).any(|pair| pair == b": " || pair == b" #")
        && text.chars().all(is_printable)
        && !is_reserved_word(text)
        && !reads_as_number_or_time(text)
}

/// Words that YAML 1.1 or 1.2 read as something other than a string, in any case.
fn is_reserved_word(text: &str) -> bool {
    const WORDS: [&str; 16] =
        ["~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "-.inf", "+.inf", "=", "<<"];
    text.len() <= 5 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Integers (also `0x1f`, `0o17`, `0b1`, `1_000`), floats, base 60 (`12:30:45`) and dates of YAML 1.1.
fn reads_as_number_or_time(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return false;
    }
    is_integer(unsigned) || is_float(unsigned) || is_sexagesimal(unsigned) || is_date(text)
}

fn is_integer(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.get(..2) {
        Some("0x") => (&lower[2..], 16),
        Some("0o") => (&lower[2..], 8),
        Some("0b") => (&lower[2..], 2),
        _ => (lower.as_str(), 10),
    };
    digits.chars().all(|c| c == '_' || c.is_digit(radix))
}

fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let mantissa_fits = mantissa.chars().all(|c| c.is_ascii_digit() || c == '_' || c == '.')
        && mantissa.matches('.').count() <= 1
        && mantissa.contains(|c: char| c.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|e| {
        let digits = e.strip_prefix(['+', '-']).unwrap_or(e);
        digits.chars().all(|c| c.is_ascii_digit() || c == '_')
    });
    mantissa_fits && exponent_fits
}

fn is_sexagesimal(text: &str) -> bool {
    let Some((whole, last)) = text.rsplit_once(':') else { return false };
    whole.chars().all(|c| c.is_ascii_digit() || matches!(c, '_' | ':'))
        && last.chars().all(|c| c.is_ascii_digit() || matches!(c, '_' | '.'))
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 8 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-' && bytes[5].is_ascii_digit()
}

fn push_spaces(out: &mut String, count: usize) {
    const SPACES: &str = "                                ";
    let mut left = count;
    while left > 0 {
        let now = left.min(SPACES.len());
        out.push_str(&SPACES[..now]);
        left -= now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(value: &str) -> String {
        let map = Map::from_entries(vec![("k".to_owned(), Value::String(value.to_owned()))]);
        to_yaml(&Value::Map(map))
    }

    fn read_back(yaml: &str) -> Value {
        fn convert(value: serde_yaml::Value) -> Value {
            match value {
                serde_yaml::Value::Null => Value::Null,
                serde_yaml::Value::Bool(b) => Value::Bool(b),
                serde_yaml::Value::Number(n) => Value::Number(n.as_f64().expect("a number is a double")),
                serde_yaml::Value::String(s) => Value::String(s),
                serde_yaml::Value::Sequence(list) => Value::List(list.into_iter().map(convert).collect()),
                serde_yaml::Value::Mapping(map) => Value::Map(Map::from_entries(
                    map.into_iter()
                        .map(|(k, v)| (k.as_str().expect("keys are strings").to_owned(), convert(v)))
                        .collect(),
                )),
                serde_yaml::Value::Tagged(tagged) => panic!("nothing here has a tag: {tagged:?}"),
            }
        }
        convert(serde_yaml::from_str(yaml).unwrap_or_else(|e| panic!("{e}\n{yaml}")))
    }

    #[test]
    fn strings_are_plain_where_every_reader_agrees() {
        for plain in [
            "vxlan",
            "10.0.0.0/8",
            "1.20.0",
            "v1.20.0",
            "5m0s",
            "100m",
            "--config-dir=/tmp",
            "/var/run",
            "a b",
            "node:x",
            "fd00:10::/64",
            "quay.io/cilium/cilium:v1.20.0@sha256:00",
            "$(HOST_IP)",
            "é",
            "a'b",
            "1.2.3.4",
            "0.0.0.0",
            "127.0.0.1:9234",
            "2026-x",
        ] {
            assert_eq!(text(plain), format!("k: {plain}\n"));
        }
    }

    #[test]
    fn strings_that_some_reader_takes_for_something_else_are_quoted() {
        for quoted in [
            "",
            "true",
            "True",
            "yes",
            "NO",
            "on",
            "Off",
            "y",
            "N",
            "null",
            "~",
            "1",
            "-1",
            "+1",
            "0755",
            "0o17",
            "0x1F",
            "0b11",
            "1_000",
            "1.5",
            ".5",
            "5.",
            "1e3",
            "1.5E-7",
            "1e",
            "12:30:45",
            "1:30",
            "2026-11-22",
            "2026-11-22T10:00:00Z",
            ".inf",
            "-.INF",
            ".nan",
            "=",
            "<<",
            "-",
            "- a",
            "---",
            "...",
            ":4244",
            "?x",
            "fd00::",
            "a: b",
            "a #b",
            " a",
            "a ",
            "#a",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "[a",
            "{a",
            "'a",
            "|",
            ">",
            "0.0025",
            "65536",
        ] {
            assert_eq!(text(quoted), format!("k: \"{quoted}\"\n"));
        }
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(text("a\tb\r\u{1}\u{85}\u{2028}\u{feff}\u{1f600}"), "k: \"a\\tb\\r\\x01\\x85\\u2028\\ufeff😀\"\n");
    }

    #[test]
    fn text_of_several_lines_is_a_block() {
        assert_eq!(text("a\nb"), "k: |-\n  a\n  b\n");
        assert_eq!(text("a\nb\n"), "k: |\n  a\n  b\n");
        assert_eq!(text("a\n\n\n"), "k: |+\n  a\n\n\n");
        assert_eq!(text("  a\nb\n"), "k: |2\n    a\n  b\n");
        assert_eq!(text("\n  a\n"), "k: |2\n\n    a\n");
        assert_eq!(text("\n"), "k: \"\\n\"\n");
        assert_eq!(text("a\n \nb"), "k: \"a\\n \\nb\"\n");
        assert_eq!(text("a\r\nb"), "k: \"a\\r\\nb\"\n");
    }

    #[test]
    fn numbers_have_no_exponent() {
        for (number, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1e6, "1000000"),
            (0.0025, "0.0025"),
            (-3.5, "-3.5"),
            (1e21, "1000000000000000000000"),
            (1e-7, "0.0000001"),
            (9_007_199_254_740_993.0, "9007199254740992"),
        ] {
            assert_eq!(to_yaml(&Value::Number(number)), format!("{expected}\n"));
        }
    }

    #[test]
    fn nesting_is_indented_as_kubectl_does() {
        let value = read_back("a: {b: [{c: 1, d: [[x, y], {}]}, []], e: {}}");
        assert_eq!(
            to_yaml(&value),
            "a:\n  b:\n  - c: 1\n    d:\n    - - x\n      - \"y\"\n    - {}\n  - []\n  e: {}\n"
        );
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof!["[ -~]{0,12}", "[-+.:0-9_eExob ]{0,10}", "[ \t\na-c#:'\"|>-]{0,16}", any::<String>(),]
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i32>().prop_map(|n| Value::Number(f64::from(n))),
            any_text().prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
                prop::collection::btree_map(any_text(), inner, 0..4)
                    .prop_map(|map| Value::Map(Map::from_entries(map.into_iter().collect()))),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_back(value in any_value()) {
            prop_assert_eq!(read_back(&to_yaml(&value)), value);
        }
    }
}
