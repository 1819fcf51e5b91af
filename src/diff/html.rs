//! The changes as one page that loads nothing: overview, filters, side by side or unified; by keyboard, light or dark.
//!
//! The data stands in the page as JSON and is only ever set as text. A content policy lets nothing but the page's own
//! script and style run, by their hashes.

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::fleet::FleetDiff;
use super::impact::Class;
use super::lines;
use super::text::{headline, verb};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
const BODY: &str = include_str!("page.html");

/// One HTML document.
#[must_use]
pub fn page(diff: &FleetDiff) -> String {
    let classes: Vec<_> = diff
        .classes()
        .into_iter()
        .map(|(class, changes, clusters)| json!({"class": class, "meaning": class.meaning(), "changes": changes, "clusters": clusters}))
        .collect();
    let changes: Vec<_> = diff
        .changes
        .iter()
        .map(|change| {
            let mut out = super::json::change(change);
            out["title"] = change.title().into();
            out["verb"] = verb(change).into();
            out["extent"] = diff.extent_of(change).into();
            let lines = lines::of_change(change);
            out["lines"] = lines
                .iter()
                .map(|line| {
                    // The script cuts at characters as JavaScript counts them.
                    let at = |byte: usize| line.text[..byte].encode_utf16().count();
                    let marks: Vec<_> = line.marks.iter().map(|mark| json!([at(mark.start), at(mark.end)])).collect();
                    json!({"tag": line.tag, "text": line.text, "marks": marks, "old": line.old, "new": line.new})
                })
                .collect();
            out
        })
        .collect();
    let data = json!({
        "headline": headline(diff),
        "order": Class::ALL.map(Class::word),
        "classes": classes,
        "changes": changes,
    });
    // `<` could end the element that the data stands in; the rest are line ends to a script.
    let data = data.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    BODY.replace("%STYLE-HASH%", &hash(STYLE))
        .replace("%SCRIPT-HASH%", &hash(SCRIPT))
        .replace("%STYLE%", STYLE)
        .replace("%SCRIPT%", SCRIPT)
        .replacen("%DATA%", &data, 1)
}

/// As a content security policy names a script or style.
fn hash(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().enumerate().fold(0u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for at in 0..4 {
            let six = (bits >> (18 - 6 * at)) & 63;
            out.push(if at <= chunk.len() { char::from(ALPHABET[six as usize]) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded() {
        assert_eq!([&b""[..], b"f", b"fo", b"foo", b"foob"].map(base64), ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }

    #[test]
    fn the_page_asks_for_nothing() {
        let page = page(&FleetDiff::default());
        assert!(!page.contains("%DATA%") && !page.contains("-HASH%"));
        for word in ["src=", "@import", "url(", "fetch(", "XMLHttpRequest", "innerHTML", "<link", "eval("] {
            assert!(!page.contains(word), "{word}");
        }
    }
}
