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
/// [`Terminal`](crate::terminal::Terminal) removes where they are not wanted.
#[must_use]
pub fn finding_text(finding: &Finding) -> String {
    let mut out = String::new();
    let (word, style) = match finding.severity {
        Severity::Refusal | Severity::Error => ("error", ERROR),
        Severity::Warning => ("warning", WARNING),
        Severity::Note => ("note", HINT),
    };
    let rule = finding.rule.map(|id| format!("[{id}]")).unwrap_or_default();
    let _ = write!(out, "{style}{word}{rule}{style:#}{BOLD}:{BOLD:#} ");
    if let Some(cluster) = &finding.cluster {
        let _ = write!(out, "{BOLD}{}{BOLD:#}: ", visible(cluster));
    }
    if let Some(object) = &finding.object {
        let _ = write!(out, "{}: ", visible(object));
    }
    let _ = writeln!(out, "{}", visible(&finding.message));
    if let Some(reason) = &finding.allowed {
        let _ = writeln!(out, "{HINT}allowed{HINT:#}{BOLD}:{BOLD:#} {}", visible(reason));
    }
    let width =
        finding.trace.iter().map(|(_, place)| place).chain(&finding.place).map(|place| digits(place.line)).max();
    let width = width.unwrap_or(1);
    match (&finding.place, &finding.path) {
        (Some(place), path) => write_place(&mut out, place, path.as_deref(), width),
        (None, Some(path)) => {
            let _ = writeln!(out, "{:width$}{FRAME}-->{FRAME:#} {}", "", visible(path));
        }
        (None, None) => {}
    }
    for (what, place) in &finding.trace {
        let _ = writeln!(
            out,
            "{:width$}{FRAME} ={FRAME:#} {}:{}:{}: {}",
            "",
            visible(&place.file),
            place.line,
            place.column,
            visible(what)
        );
    }
    if let Some(hint) = &finding.hint {
        let _ = writeln!(out, "{HINT}hint{HINT:#}{BOLD}:{BOLD:#} {}", visible(hint));
    }
    out
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

    fn plain(finding: &Finding) -> String {
        anstream::adapter::strip_str(&finding_text(finding)).to_string()
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
