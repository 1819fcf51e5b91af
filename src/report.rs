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
        (Some(place), path) => write_place(&mut out, place, path.as_deref(), numbers, width),
        (None, Some(path)) => {
            let _ = writeln!(out, "{:numbers$}{FRAME}-->{FRAME:#} {}", "", visible(path));
        }
        (None, None) => {}
    }
    for (what, place) in &finding.trace {
        let Place { file, line, column, .. } = place;
        let frame = format!("{:numbers$}{FRAME} ={FRAME:#} {}:{line}:{column}: ", "", visible(file));
        fold(&mut out, &(frame + &visible(what)), width, numbers + 3);
    }
    if let Some(hint) = &finding.hint {
        fold(&mut out, &format!("{HINT}hint{HINT:#}{BOLD}:{BOLD:#} {}", visible(hint)), width, 2);
    }
    out
}

/// Adds a line of prose: in a terminal that is `width` columns wide, broken between words, with what follows `hang` columns in. A
/// word stays whole, so that an address can be clicked, and so does what stands in backticks, so that a command can be copied.
/// Without a width, as in a pipe, it stays one line, for `grep`. Escapes take no room.
pub fn fold(out: &mut String, line: &str, width: Option<usize>, hang: usize) {
    let width = width.unwrap_or(usize::MAX);
    let hang = hang.min(width / 3 * 2);
    let (mut at, mut begun) = (0, false);
    for (number, word) in words(line).enumerate() {
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

/// What stands between blanks; those in backticks are none, unless a backtick is left open.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let closed = line.matches('`').count().is_multiple_of(2);
    let mut inside = false;
    line.split(move |c| {
        inside ^= c == '`';
        c == ' ' && !(closed && inside)
    })
}

/// `width` is that of the numbers of lines, `columns` that of the terminal.
fn write_place(out: &mut String, place: &Place, path: Option<&str>, width: usize, columns: Option<usize>) {
    /// Around the number: a blank, the frame, a blank.
    const FRAMED: usize = 3;
    let Place { file, line, column, .. } = place;
    let _ = write!(out, "{:width$}{FRAME}-->{FRAME:#} {}:{line}:{column}", "", visible(file));
    let _ = writeln!(out, "{}", path.map(|path| format!(" ({})", visible(path))).unwrap_or_default());
    let (text, column, marked) = window(place, columns.map(|columns| columns.saturating_sub(width + FRAMED)));
    let _ = writeln!(out, "{:width$} {FRAME}|{FRAME:#}", "");
    let _ = writeln!(out, "{FRAME}{line:>width$} |{FRAME:#} {}", visible(&text));
    let _ = writeln!(out, "{:width$} {FRAME}|{FRAME:#} {:column$}{ERROR}{}{ERROR:#}", "", "", "^".repeat(marked));
}

/// The part of a long line around the place, with how many characters stand before the mark and how long that is. `room` is what
/// a terminal has for it: what the terminal broke itself would have its mark under something else.
fn window(place: &Place, room: Option<usize>) -> (String, usize, usize) {
    const WIDEST: usize = 120;
    const LEAST: usize = 20;
    let widest = room.unwrap_or(WIDEST).clamp(LEAST, WIDEST);
    let chars: Vec<char> = place.text.chars().map(|c| if c == '\t' { ' ' } else { c }).collect();
    let at = (place.column - 1).min(chars.len());
    if chars.len() <= widest {
        return (chars.iter().collect(), at, place.width.min((widest - at).max(1)));
    }
    // In a terminal the two dots have to fit, too.
    let widest = if room.is_some() { widest - 2 } else { widest };
    let from = at.saturating_sub(widest / 3);
    let to = (from + widest).min(chars.len());
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
        assert_eq!(folded("a b", Some(3), 9), "a b\n", "nor is a line broken that fits");
        assert_eq!(folded("one b", Some(3), 9), "one\n  b\n", "there is always room for something");
        assert_eq!(
            folded("see `a b c` or `d e`", Some(8), 2),
            "see\n  `a b c`\n  or\n  `d e`\n",
            "a command can be copied"
        );
        assert_eq!(folded("an ` open one", Some(8), 2), "an `\n  open\n  one\n", "unless nobody knows where it ends");
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
        let (text, column, width) = window(&place, None);
        assert_eq!((text.chars().count(), column, width), (122, 41, 80));
        let (text, column, width) = window(&place, Some(50));
        assert_eq!((text.chars().count(), column, width), (50, 17, 32), "no wider than the terminal");
        let (text, column, width) = window(&place, Some(1));
        assert_eq!((text.chars().count(), column, width), (20, 7, 12), "but there is always something to see");
        let short = Place { column: 1, text: "x".repeat(50), ..place };
        assert_eq!(window(&short, Some(50)), ("x".repeat(50), 0, 50), "what fits is whole");
    }

    #[test]
    fn escape_sequences_are_not_sent_to_the_terminal() {
        assert_eq!(visible("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
    }
}
