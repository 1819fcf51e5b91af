//! A first look at jsonnet source, before the engine sees it.
//!
//! The engine's parser and analysis recurse on the source without a limit: a file of a million brackets ends the process.
//! So each file is scanned, without recursion, for how deep it can make them go, and for the files that it imports as code.

use std::ops::Range;

/// What the scan has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The literal paths of `import`, in order.
    pub imports: Vec<String>,
    /// Those of `importstr` and `importbin`, which are read but never parsed.
    pub data: Vec<String>,
    /// Where the source becomes too deep to be parsed: a byte offset.
    pub too_deep: Option<usize>,
    /// Where an import is not a plain quoted path: a byte offset.
    pub odd_import: Option<usize>,
}

/// Levels that the parser may have to recurse: brackets, and operators and keywords that nest without any. Real files
/// stay below 500; a level costs up to 6 kB of stack (measured with 0.5.0-pre98), so these fit into 64 MiB.
const DEEPEST: usize = 8_000;

/// Scans one file. Linear in its length; takes any text, also what is no jsonnet.
#[must_use]
pub fn scan(source: &str) -> Scan {
    let mut scanner = Scanner { source, at: 0 };
    let mut result = Scan { imports: Vec::new(), data: Vec::new(), too_deep: None, odd_import: None };
    // The levels that each open bracket has used up so far, and their sum.
    let mut levels: Vec<usize> = vec![0];
    let mut depth = 0;
    let mut after_import = None;
    while let Some((start, token)) = scanner.next() {
        if let Some((import, code)) = after_import.take() {
            match token {
                Token::Text { plain: true } => {
                    let list = if code { &mut result.imports } else { &mut result.data };
                    list.push(source[start + 1..scanner.at - 1].to_owned());
                }
                _ => result.odd_import = result.odd_import.or(Some(import)),
            }
        }
        match token {
            Token::Open => {
                levels.push(0);
                depth += 1;
            }
            Token::Close => {
                if levels.len() > 1 {
                    depth -= levels.pop().unwrap_or(0) + 1;
                }
            }
            Token::Comma => {
                if let Some(level) = levels.last_mut() {
                    depth -= std::mem::take(level);
                }
            }
            Token::Nesting | Token::Import { .. } => {
                if let Some(level) = levels.last_mut() {
                    *level += 1;
                    depth += 1;
                }
                if let Token::Import { code } = token {
                    after_import = Some((start, code));
                }
            }
            Token::Text { .. } | Token::Other => {}
        }
        if depth > DEEPEST {
            result.too_deep = Some(start);
            return result;
        }
    }
    result
}

/// Where the values stand that a source writes down: strings, numbers, `true`, `false`, `null`, `[]` and `{}`; neither names of
/// fields nor paths of imports. Byte ranges, in order.
#[must_use]
pub fn literals(source: &str) -> Vec<Range<usize>> {
    let mut scanner = Scanner { source, at: 0 };
    let mut tokens: Vec<(Range<usize>, Token)> = Vec::new();
    while let Some((start, token)) = scanner.next() {
        tokens.push((start..scanner.at, token));
    }
    let text = |at: usize| tokens.get(at).map_or("", |(range, _)| &source[range.clone()]);
    let before = |at: usize, back: usize| at.checked_sub(back).map_or("", text);
    let is_word = |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let mut found = Vec::new();
    for (at, (range, token)) in tokens.iter().enumerate() {
        let next = text(at + 1);
        // `name: …`, `name+: …`
        let is_name = next == ":" || (next == "+" && text(at + 2) == ":");
        // `x['name']`, `f()[0]`
        let is_index = before(at, 1) == "["
            && next == "]"
            && (matches!(before(at, 2), "]" | ")" | "}") || (is_word(before(at, 2)) && !is_keyword(before(at, 2))));
        match token {
            Token::Text { .. } if !is_name && !is_index && !before(at, 1).starts_with("import") => {
                found.push(range.clone());
            }
            Token::Other if !is_index && text(at).starts_with(|c: char| c.is_ascii_digit()) => {
                found.push(range.clone());
            }
            Token::Other if !is_name && matches!(text(at), "true" | "false" | "null") => found.push(range.clone()),
            Token::Open if matches!((text(at), next), ("[", "]") | ("{", "}")) => {
                found.push(range.start..tokens[at + 1].0.end);
            }
            _ => {}
        }
    }
    found
}

/// A word behind which an expression begins.
fn is_keyword(word: &str) -> bool {
    matches!(word, "if" | "then" | "else" | "in" | "assert" | "error" | "local" | "for")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Comma,
    /// An operator, a dot, or a keyword behind which an expression nests.
    Nesting,
    /// `import`, or one of the others.
    Import {
        code: bool,
    },
    /// A string; plain if it is quoted and has no escape.
    Text {
        plain: bool,
    },
    Other,
}

struct Scanner<'a> {
    source: &'a str,
    at: usize,
}

impl Scanner<'_> {
    /// The next token and where it begins.
    fn next(&mut self) -> Option<(usize, Token)> {
        let bytes = self.source.as_bytes();
        loop {
            let start = self.at;
            let rest = &self.source[start..];
            let byte = *bytes.get(start)?;
            let token = match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {
                    self.at += 1;
                    continue;
                }
                b'#' => {
                    self.skip_past("\n");
                    continue;
                }
                b'/' if rest.starts_with("//") => {
                    self.skip_past("\n");
                    continue;
                }
                b'/' if rest.starts_with("/*") => {
                    self.at += 2;
                    self.skip_past("*/");
                    continue;
                }
                b'|' if rest.starts_with("|||") => {
                    self.text_block();
                    return Some((start, Token::Text { plain: false }));
                }
                b'@' if rest.starts_with("@'") || rest.starts_with("@\"") => {
                    self.verbatim(bytes[start + 1]);
                    return Some((start, Token::Text { plain: false }));
                }
                b'\'' | b'"' => {
                    let plain = self.quoted(byte);
                    return Some((start, Token::Text { plain }));
                }
                b'(' | b'[' | b'{' => Token::Open,
                b')' | b']' | b'}' => Token::Close,
                b',' => Token::Comma,
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => return Some((start, self.word())),
                b'0'..=b'9' => {
                    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.');
                    self.at = end.map_or(self.source.len(), |end| start + end);
                    return Some((start, Token::Other));
                }
                b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b'<' | b'>' | b'=' | b'!' | b'~' | b'.'
                | b'$' => Token::Nesting,
                _ => {
                    self.at += rest.chars().next().map_or(1, char::len_utf8);
                    return Some((start, Token::Other));
                }
            };
            self.at += 1;
            return Some((start, token));
        }
    }

    fn skip_past(&mut self, end: &str) {
        self.at = self.source[self.at..].find(end).map_or(self.source.len(), |found| self.at + found + end.len());
    }

    fn word(&mut self) -> Token {
        let rest = &self.source[self.at..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += end;
        match &rest[..end] {
            "if" | "then" | "else" | "local" | "function" | "assert" | "error" | "for" | "in" | "tailstrict" => {
                Token::Nesting
            }
            "import" => Token::Import { code: true },
            "importstr" | "importbin" => Token::Import { code: false },
            _ => Token::Other,
        }
    }

    /// A backslash escapes whatever follows. Tells whether there was none.
    fn quoted(&mut self, quote: u8) -> bool {
        let bytes = self.source.as_bytes();
        let mut plain = true;
        self.at += 1;
        while let Some(&byte) = bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => {
                    plain = false;
                    let next = self.source[self.at..].chars().next();
                    self.at += next.map_or(0, char::len_utf8);
                }
                byte if byte == quote => return plain,
                _ => {}
            }
        }
        false
    }

    /// A doubled quote stands for itself.
    fn verbatim(&mut self, quote: u8) {
        let bytes = self.source.as_bytes();
        self.at += 2;
        while let Some(&byte) = bytes.get(self.at) {
            self.at += 1;
            if byte == quote {
                if bytes.get(self.at) != Some(&quote) {
                    return;
                }
                self.at += 1;
            }
        }
    }

    /// `|||`, lines of at least the first line's indent, and a line that has less and goes on with `|||`.
    fn text_block(&mut self) {
        self.skip_past("\n");
        let body = &self.source[self.at..];
        let indent = body.lines().find(|line| !line.trim_end_matches('\r').is_empty()).map_or("", |line| {
            let end = line.find(|c| c != ' ' && c != '\t').unwrap_or(line.len());
            &line[..end]
        });
        let mut at = self.at;
        for line in body.split_inclusive('\n') {
            let blank = line.trim_end_matches(['\r', '\n']).is_empty();
            if !blank && (indent.is_empty() || !line.starts_with(indent)) {
                let lead = line.len() - line.trim_start_matches([' ', '\t']).len();
                self.at = at + lead + if line[lead..].starts_with("|||") { 3 } else { 0 };
                return;
            }
            at += line.len();
        }
        self.at = self.source.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn imports_of_code_are_found_wherever_code_is() {
        let source = r#"
            // import 'comment'
            # import 'comment'
            /* import 'comment' */
            local a = import 'a.libsonnet', b = importstr 'b.txt', c = (import "c.libsonnet").d;
            { s: "import 'no' \" import 'no'", v: @'it''s import ''no''', t: |||
                import 'no'
                ||| import 'no'
              |||, u: import 'u.libsonnet', important: 1 }
        "#;
        let scan = scan(source);
        assert_eq!(scan.imports, ["a.libsonnet", "c.libsonnet", "u.libsonnet"]);
        assert_eq!(scan.data, ["b.txt"]);
        assert_eq!((scan.too_deep, scan.odd_import), (None, None));
    }

    #[test]
    fn values_are_found_and_names_are_not() {
        let source = r#"
            local a = import 'a.libsonnet';  // true 1 'x'
            { s: 'true', 'k-1': "d", b+: true, "q"+:: null, n: [], m: {}, trueish: 10.5e3, t: |||
                false 7
              |||, v: @'it''s', i: a['x'], l: if a then ['y'] else f(x)[0], null_: [/* 2 */] }
        "#;
        let found: Vec<&str> = literals(source).into_iter().map(|range| source[range].trim()).collect();
        assert_eq!(found.len(), 11, "{found:#?}");
        let expected =
            ["'true'", "\"d\"", "true", "null", "[]", "{}", "10.5e3", found[7], "@'it''s'", "'y'", "[/* 2 */]"];
        assert_eq!(found, expected);
        assert!(found[7].starts_with("|||") && found[7].ends_with("|||"), "{found:#?}");
    }

    #[test]
    fn an_import_that_is_no_plain_path_is_noticed() {
        for source in ["import 'a\\u0062'", "import @'a'", "import x", "import |||\n  a\n|||\n"] {
            assert_eq!(scan(source).odd_import, Some(0), "{source}");
        }
    }

    #[test]
    fn whatever_makes_the_parser_recurse_is_counted() {
        let n = DEEPEST + 1;
        for deep in [
            "[",
            "(",
            "{a:",
            "!",
            "-",
            "1+",
            "if true then ",
            "local a=1;",
            "function(x) ",
            "a.b",
            "import 'x' ",
            "[a+",
            "error ",
        ] {
            assert!(scan(&deep.repeat(n)).too_deep.is_some(), "{deep}");
            assert!(scan(&deep.repeat(100)).too_deep.is_none(), "{deep}");
        }
    }

    #[test]
    fn length_alone_is_no_depth() {
        let rows = "{ key: 'a-long-name', value: [1, 2, 3 + 4], when(v):: v.a.b == 'c' },\n".repeat(10_000);
        assert_eq!(scan(&format!("[{rows}]")).too_deep, None);
    }

    proptest! {
        #[test]
        fn any_text_can_be_scanned(source in any::<String>(), code in "[a-z'\"|@\\\\/*#{}()\\[\\], \n]{0,60}") {
            for text in [source, code] {
                let found = scan(&text);
                prop_assert!(found.imports.iter().all(|path| text.contains(path)));
                let places = literals(&text);
                prop_assert!(places.iter().all(|place| !text[place.clone()].is_empty()));
                prop_assert!(places.windows(2).all(|two| two[0].end <= two[1].start));
                prop_assert!(found.odd_import.is_none_or(|at| text[at..].starts_with("import")));
            }
        }
    }
}
