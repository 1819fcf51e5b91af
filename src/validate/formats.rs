//! Texts that the API server reads: times, names, schedules.

pub use crate::object::is_dns_label;

/// Standard base64 with its padding.
#[must_use]
pub fn is_base64(text: &str) -> bool {
    let text: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\n' | b'\r')).collect();
    let padding = text.iter().rev().take_while(|b| **b == b'=').count();
    let body = &text[..text.len() - padding];
    text.len().is_multiple_of(4)
        && padding <= 2
        && body.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
}

/// RFC 3339, as `time.Parse(time.RFC3339)` of Go takes it: `2006-01-02T15:04:05.5Z`, `…+02:00`.
#[must_use]
pub fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize, least: u32, most: u32| {
        text.get(from..to)
            .filter(|part| part.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|part| part.parse::<u32>().ok())
            .is_some_and(|n| (least..=most).contains(&n))
    };
    let sign = |at: usize, c: u8| bytes.get(at) == Some(&c);
    let date = number(0, 4, 0, 9999) && sign(4, b'-') && number(5, 7, 1, 12) && sign(7, b'-') && number(8, 10, 1, 31);
    let clock = sign(10, b'T')
        && number(11, 13, 0, 23)
        && sign(13, b':')
        && number(14, 16, 0, 59)
        && sign(16, b':')
        && number(17, 19, 0, 59);
    let Some(rest) = text.get(19..) else { return false };
    let rest =
        rest.strip_prefix('.').map_or(rest, |fraction| fraction.trim_start_matches(|c: char| c.is_ascii_digit()));
    let zone = rest == "Z"
        || rest.len() == 6
            && rest.starts_with(['+', '-'])
            && rest.as_bytes()[3] == b':'
            && rest.bytes().enumerate().all(|(i, b)| i == 0 || i == 3 || b.is_ascii_digit());
    date && clock && zone
}

/// RFC 1123: labels with dots between them, at most 253 characters.
#[must_use]
pub fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_dns_part)
}

/// RFC 1035: as a label of RFC 1123, but it begins with a letter.
#[must_use]
pub fn is_dns_1035_label(text: &str) -> bool {
    is_dns_label(text) && text.starts_with(|c: char| c.is_ascii_lowercase())
}

fn is_dns_part(text: &str) -> bool {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(edge) && text.ends_with(edge) && text.chars().all(|c| edge(c) || c == '-')
}

/// The name of a port: at most 15 characters, one of them a letter, no two hyphens side by side (RFC 6335).
#[must_use]
pub fn is_port_name(text: &str) -> bool {
    text.len() <= 15 && is_dns_part(text) && text.contains(|c: char| c.is_ascii_lowercase()) && !text.contains("--")
}

/// The part of a label's key behind the slash, and a label's value unless it is empty.
#[must_use]
pub fn is_label_part(text: &str) -> bool {
    let edge = |c: char| c.is_ascii_alphanumeric();
    text.len() <= 63
        && text.starts_with(edge)
        && text.ends_with(edge)
        && text.chars().all(|c| edge(c) || matches!(c, '-' | '_' | '.'))
}

/// The key of a label or an annotation: `name`, or `dns.subdomain/name`.
#[must_use]
pub fn is_qualified_name(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_dns_subdomain(prefix) && is_label_part(name),
        None => is_label_part(text),
    }
}

/// A label's value.
#[must_use]
pub fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_label_part(text)
}

/// A key of a ConfigMap or a Secret.
#[must_use]
pub fn is_data_key(text: &str) -> bool {
    (1..=253).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && text != "."
        && !text.starts_with("..")
}

/// Five fields of cron, or `@hourly` and the like; with a zone before them as the scheduler takes it.
#[must_use]
pub fn is_schedule(text: &str) -> bool {
    const NAMED: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let text = text.trim();
    if NAMED.contains(&text) {
        return true;
    }
    if let Some(duration) = text.strip_prefix("@every ") {
        return is_duration(duration);
    }
    let limits: [(u32, u32, &[&str]); 5] = [(0, 59, &[]), (0, 23, &[]), (1, 31, &[]), (1, 12, &MONTHS), (0, 6, &DAYS)];
    let fields: Vec<&str> = text.split_whitespace().collect();
    fields.len() == 5
        && fields.iter().zip(limits).all(|(field, (least, most, names))| {
            let number = |part: &str| {
                let named = names.iter().zip(least..).find(|(name, _)| part.eq_ignore_ascii_case(name)).map(|(_, n)| n);
                named.or_else(|| part.parse().ok()).filter(|n| (least..=most).contains(n))
            };
            field.split(',').all(|item| {
                let (range, step) = item.split_once('/').map_or((item, None), |(range, step)| (range, Some(step)));
                let steps = step.is_none_or(|step| step.parse::<u32>().is_ok_and(|n| n > 0));
                let ranges = match range.split_once('-') {
                    _ if range == "*" || range == "?" => true,
                    Some((from, to)) => number(from).zip(number(to)).is_some_and(|(from, to)| from <= to),
                    None => number(range).is_some(),
                };
                steps && ranges
            })
        })
}

/// A duration of Go: `1h30m`, `500ms`.
#[must_use]
pub fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (digits, unit) = rest.split_at(number);
        if !digits.contains(|c: char| c.is_ascii_digit()) || digits.matches('.').count() > 1 {
            return false;
        }
        let Some(unit) = ["ns", "us", "µs", "ms", "s", "m", "h"].into_iter().find(|known| {
            unit.strip_prefix(known)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
        }) else {
            return false;
        };
        rest = &rest[number + unit.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(of: fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(of(text), "{text} is good");
        }
        for text in bad {
            assert!(!of(text), "{text} is bad");
        }
    }

    #[test]
    fn base64() {
        all(is_base64, &["", "eA==", "eHg=", "eHh4", "eH\nh4"], &["e", "eA=", "e===", "eA==x", "e-h4"]);
    }

    #[test]
    fn times() {
        all(
            is_time,
            &["2006-01-02T15:04:05Z", "2006-01-02T15:04:05.123+02:00"],
            &[
                "",
                "2006-01-02",
                "2006-13-02T15:04:05Z",
                "2006-01-02T15:04:05",
                "2006-01-02 15:04:05Z",
                "2006-01-02T15:04:05+0200",
                "日本語日本語日本語",
            ],
        );
    }

    #[test]
    fn names() {
        let long = "a".repeat(64);
        all(is_dns_label, &["a", "1-a"], &["", "-a", "a-", "A", "a.b", &long]);
        all(is_dns_1035_label, &["a1"], &["1a"]);
        all(is_dns_subdomain, &["a.b", "a"], &["a..b", ".a", "a_b", &"a.".repeat(127)]);
        all(is_port_name, &["http", "a-1"], &["1", "a--b", "abcdefghijklmnop", "A"]);
        all(is_qualified_name, &["a", "k8s.io/A_b.c", "io.cilium/app"], &["", "/a", "a/", "A/b", "a/b/c", "-a"]);
        all(is_label_value, &["", "A.b_c"], &["a b", "-a", &long]);
        all(is_data_key, &["a", ".a", "A_b-c.d"], &["", ".", "..", "..a", "a/b", "a b"]);
    }

    #[test]
    fn schedules_and_durations() {
        all(
            is_schedule,
            &["* * * * *", "0 0 1 */4 *", "*/5 0-6 1,15 JAN mon-fri", "@daily", "@every 1h"],
            &[
                "",
                "* * * *",
                "* * * * * *",
                "60 * * * *",
                "* * 0 * *",
                "@dayly",
                "5-1 * * * *",
                "*/0 * * * *",
                "* * * foo *",
            ],
        );
        all(is_duration, &["0", "1h30m", "500ms", "-1.5s"], &["", "1", "h", "1d", "1h30", "1..5s"]);
    }
}
