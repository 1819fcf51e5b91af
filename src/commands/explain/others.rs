//! Other values in the place of a value, of its kind as far as possible.

use std::collections::{BTreeSet, VecDeque};

/// The values to try in the place of one, the likeliest first, as they are written in jsonnet.
#[derive(Debug)]
pub(super) struct Others {
    queue: VecDeque<String>,
    /// Also the value itself.
    seen: BTreeSet<String>,
}

impl Others {
    /// Those of a literal.
    pub(super) fn of(literal: &str) -> Self {
        let mut others = Self { queue: VecDeque::new(), seen: BTreeSet::from([literal.to_owned()]) };
        let all: Vec<String> = match literal.as_bytes() {
            b"true" => vec!["false".to_owned()],
            b"false" => vec!["true".to_owned()],
            // Left out, so anything might be meant.
            b"null" => ["'x'", "1", "true", "{}", "[]"].map(str::to_owned).into(),
            [b'[', ..] => ["['x']", "[1]", "[{}]"].map(str::to_owned).into(),
            [b'{', ..] => ["{ x: 'x' }", "{ x: {} }"].map(str::to_owned).into(),
            [b'0'..=b'9', ..] => of_number(literal),
            [b'|', ..] => of_block(literal),
            _ => of_text(literal),
        };
        for other in all {
            if others.seen.insert(other.clone()) {
                others.queue.push_back(other);
            }
        }
        others
    }

    /// The next one to try.
    pub(super) fn next(&mut self) -> Option<String> {
        self.queue.pop_front()
    }

    /// Words that were offered in the place of one that was refused: they are tried before all others.
    pub(super) fn prefer(&mut self, words: Vec<String>) {
        for word in words.into_iter().rev() {
            let single = format!("'{word}'");
            if word.contains(['\'', '\\']) || self.seen.contains(&format!("\"{word}\"")) {
                continue;
            }
            if self.seen.insert(single.clone()) {
                self.queue.push_front(single);
            }
        }
    }
}

fn of_number(literal: &str) -> Vec<String> {
    let Ok(number) = literal.parse::<u64>() else {
        // 0.5, 1e9
        return vec!["1".to_owned(), "0".to_owned(), "2".to_owned()];
    };
    [number.checked_add(1), number.checked_sub(1), number.checked_mul(2), Some(number / 2)]
        .into_iter()
        .flatten()
        .map(|number| number.to_string())
        .collect()
}

/// The last line of the block, and a letter behind it.
fn of_block(literal: &str) -> Vec<String> {
    let end = literal.rfind("|||").and_then(|end| literal[..end].rfind('\n'));
    end.map(|end| format!("{}x{}", &literal[..end], &literal[end..])).into_iter().collect()
}

/// `'10.244.0.0/16'` → `/17`, `/15`, `10.244.0.1`, …: another number keeps an address an address and a version a version.
fn of_text(literal: &str) -> Vec<String> {
    let Some(open) = literal.find(['\'', '"']).map(|at| at + 1).filter(|open| *open < literal.len()) else {
        return Vec::new();
    };
    let close = literal.len() - 1;
    let inner = &literal[open..close];
    let with = |text: &str| format!("{}{text}{}", &literal[..open], &literal[close..]);
    let mut all = Vec::new();
    for (start, end) in numbers(inner).into_iter().rev() {
        let Ok(number) = inner[start..end].parse::<u64>() else { continue };
        for other in [number.checked_add(1), number.checked_sub(1)].into_iter().flatten() {
            all.push(with(&format!("{}{other}{}", &inner[..start], &inner[end..])));
        }
    }
    // After two numbers a letter is as good as a third.
    all.insert(all.len().min(4), with(&format!("{inner}x")));
    all.push(with(""));
    all
}

fn numbers(text: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
        match found.last_mut() {
            Some((_, end)) if *end == at => *end = at + 1,
            _ => found.push((at, at + 1)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(literal: &str) -> Vec<String> {
        let mut others = Others::of(literal);
        std::iter::from_fn(|| others.next()).collect()
    }

    #[test]
    fn a_value_stays_one_of_its_kind() {
        assert_eq!(all("true"), ["false"]);
        assert_eq!(all("7"), ["8", "6", "14", "3"]);
        assert_eq!(all("0"), ["1"]);
        assert_eq!(all("'vxlan'"), ["'vxlanx'", "''"]);
        assert_eq!(all("\"a\""), ["\"ax\"", "\"\""]);
        assert_eq!(all("@'a'"), ["@'ax'", "@''"]);
        assert_eq!(all("''"), ["'x'"]);
        assert_eq!(
            all("'10.4.0.0/16'")[..5],
            ["'10.4.0.0/17'", "'10.4.0.0/15'", "'10.4.0.1/16'", "'10.4.1.0/16'", "'10.4.0.0/16x'"]
        );
        assert_eq!(all("|||\n  a\n  b\n|||"), ["|||\n  a\n  bx\n|||"]);
        for literal in ["null", "[]", "{}", "1.5", "[ ]"] {
            assert!(all(literal).len() > 1, "{literal}");
        }
    }

    #[test]
    fn words_that_were_offered_come_first() {
        let mut others = Others::of("'host-gw'");
        assert_eq!(others.next().as_deref(), Some("'host-gwx'"));
        others.prefer(vec!["host-gw".to_owned(), "udp".to_owned(), "vxlan".to_owned(), "it's".to_owned()]);
        assert_eq!(others.next().as_deref(), Some("'udp'"));
        assert_eq!(others.next().as_deref(), Some("'vxlan'"));
        assert_eq!(others.next().as_deref(), Some("''"));
    }
}
