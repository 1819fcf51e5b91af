//! Findings as text for people; for programs, see [`machine`].

pub mod machine;

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::finding::{Finding, Place, Severity};

const BOLD: Style = Style::new().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
const FRAME: Style = AnsiColor::Blue.on_default().bold();

/// One finding: what, where with the source line, what to do. Ends with a newline; styled with ANSI escapes, which
/// [`Terminal`](crate::terminal::Terminal) removes where they are not wanted. `width`: of the terminal, in columns ([`fold`]).
#[must_use]
pub fn finding_text(finding: &Finding, width: Option<usize>) -> String {
    let mut out = String::new();
    let (word, style) = match finding.severity {
        Severity::Refusal | Severity::Error => ("error", ERROR),
        Severity::Warning => ("warning", WARNING),
        Severity::Note => ("note", HINT),
    };
    let rule = finding.rule.map(|id| format!("[{id}]")).unwrap_or_default();
    let mut what = format!("{style}{word}{rule}{style:#}{BOLD}:{BOLD:#} ");
    if let Some(cluster) = &finding.cluster {
        let _ = write!(what, "{BOLD}{}{BOLD:#}: ", visible(cluster));
    }
    if let Some(object) = &finding.object {
        let _ = write!(what, "{}: ", visible(object));
    }
    what.push_str(&visible(&finding.message));
    fold(&mut out, &what, width, 2);
    if let Some(reason) = &finding.allowed {
        fold(&mut out, &format!("{HINT}allowed{HINT:#}{BOLD}:{BOLD:#} {}", visible(reason)), width, 2);
    }
    let numbers =
        finding.trace.iter().map(|(_, place)| place).chain(&finding.place).map(|place| digits(place.line)).max();
    let numbers = numbers.unwrap_or(1);
    match (&finding.place, &finding.path) {
        (Some(place), path) => write_place(&mut out, place, path.as_deref(), numbers),
        (None, Some(path)) => {
            let _ = writeln!(out, "{:numbers$}{FRAME}-->{FRAME:#} {}", "", visible(path));
        }
        (None, None) => {}
    }
    for (what, place) in &finding.trace {
        let _ = writeln!(
            out,
            "{:numbers$}{FRAME} ={FRAME:#} {}:{}:{}: {}",
            "",
            visible(&place.file),
            place.line,
            place.column,
            visible(what)
        );
    }
    if let Some(hint) = &finding.hint {
        fold(&mut out, &format!("{HINT}hint{HINT:#}{BOLD}:{BOLD:#} {}", visible(hint)), width, 2);
    }
    out
}

/// Adds a line of prose: in a terminal that is `width` columns wide, broken between words, with what follows `hang` columns in. A
/// word stays whole, so that an address can be clicked. Without a width, as in a pipe, it stays one line, for `grep`. Escapes
/// take no room.
pub fn fold(out: &mut String, line: &str, width: Option<usize>, hang: usize) {
    let width = width.unwrap_or(usize::MAX);
    let hang = hang.min(width / 2);
    let (mut at, mut begun) = (0, false);
    for (number, word) in line.split(' ').enumerate() {
        let columns = anstream::adapter::strip_str(word).map(|text| text.chars().count()).sum::<usize>();
        if columns > 0 && begun && at + 1 + columns > width {
            // What is left of the line is blanks.
            out.truncate(out.trim_end_matches(' ').len());
            let _ = write!(out, "\n{:hang$}", "");
            at = hang;
        } else if number > 0 {
            out.push(' ');
            at += 1;
        }
        out.push_str(word);
        at += columns;
        begun |= columns > 0;
    }
    out.push('\n');
}

fn write_place(out: &mut String, place: &Place, path: Option<&str>, width: usize) {
    let Place { file, line, column, .. } = place;
    let _ = write!(out, "{:width$}{FRAME}-->{FRAME:#} {}:{line}:{column}", "", visible(file));
    let _ = writeln!(out, "{}", path.map(|path| format!(" ({})", visible(path))).unwrap_or_default());
    let (text, column, marked) = window(place);
    let _ = writeln!(out, "{:width$} {FRAME}|{FRAME:#}", "");
    let _ = writeln!(out, "{FRAME}{line:>width$} |{FRAME:#} {}", visible(&text));
    let _ = writeln!(out, "{:width$} {FRAME}|{FRAME:#} {:column$}{ERROR}{}{ERROR:#}", "", "", "^".repeat(marked));
}

/// The part of a long line around the place, with how many characters stand before the mark and how long that is.
fn window(place: &Place) -> (String, usize, usize) {
    const WIDEST: usize = 120;
    const BEFORE: usize = 40;
    let chars: Vec<char> = place.text.chars().map(|c| if c == '\t' { ' ' } else { c }).collect();
    let at = (place.column - 1).min(chars.len());
    if chars.len() <= WIDEST {
        return (chars.iter().collect(), at, place.width.min(WIDEST));
    }
    let from = at.saturating_sub(BEFORE);
    let to = (from + WIDEST).min(chars.len());
    let before = if from > 0 { "…" } else { "" };
    let after = if to < chars.len() { "…" } else { "" };
    let text = format!("{before}{}{after}", chars[from..to].iter().collect::<String>());
    (text, at - from + before.chars().count(), place.width.min(to - at).max(1))
}

fn digits(number: usize) -> usize {
    number.to_string().len()
}

/// A definition can put anything into a message, also what would move the cursor: control characters are shown, not sent.
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let shown: Box<dyn Iterator<Item = char>> =
                if c.is_control() { Box::new(c.escape_default()) } else { Box::new(std::iter::once(c)) };
            shown
        })
        .collect()
}

/// `1 file`, `2 files`.
#[must_use]
pub fn plural(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_folded_between_words_and_hangs() {
        let folded = |line: &str, width: Option<usize>, hang: usize| {
            let mut out = String::new();
            fold(&mut out, line, width, hang);
            out
        };
        assert_eq!(folded("  one two three four", Some(12), 4), "  one two\n    three\n    four\n");
        assert_eq!(folded("  one two three four", None, 4), "  one two three four\n");
        assert_eq!(folded("ab   cd", Some(5), 1), "ab\n cd\n", "blanks are not what a line begins with");
        assert_eq!(folded("see https://example.com/a/b now", Some(10), 2), "see\n  https://example.com/a/b\n  now\n");
        assert_eq!(folded("a b", Some(2), 9), "a\n b\n", "there is always room for something");
        let styled = format!("{BOLD}one{BOLD:#} two");
        assert_eq!(folded(&styled, Some(7), 0), format!("{styled}\n"), "escapes take no room");
        assert_eq!(folded("", Some(5), 2), "\n");
    }

    fn plain(finding: &Finding) -> String {
        anstream::adapter::strip_str(&finding_text(finding, None)).to_string()
    }

    #[test]
    fn a_finding_shows_place_cause_and_next_step() {
        let place = Place {
            file: "clusters/a.jsonnet".to_owned(),
            line: 12,
            column: 3,
            width: 4,
            text: "  nmae: 'a',".to_owned(),
        };
        let finding = Finding::refusal("unknown key `nmae`")
            .cluster("a")
            .path("nmae")
            .place(Some(place))
            .hint("did you mean `name`?");
        assert_eq!(
            plain(&finding),
            "error: a: unknown key `nmae`\n  --> clusters/a.jsonnet:12:3 (nmae)\n   |\n12 |   nmae: 'a',\n   |   ^^^^\n\
             hint: did you mean `name`?\n"
        );
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let place = Place { file: String::new(), line: 1, column: 501, width: 900, text: "x".repeat(1000) };
        let (text, column, width) = window(&place);
        assert_eq!((text.chars().count(), column, width), (122, 41, 80));
    }

    #[test]
    fn escape_sequences_are_not_sent_to_the_terminal() {
        assert_eq!(visible("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
    }
}
