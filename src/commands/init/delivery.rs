//! What the first overlay says of the engine that applies the trees from git.

use std::fmt::Write as _;
use std::path::Path;

use crate::bootstrap::Engine;
use crate::git;

/// Where a repository is that nobody has named yet; no such host exists.
const EXAMPLE: &str = "https://git.example.com/fleet.git";

/// The key `delivery` of the overlay.
pub(super) fn overlay(engine: Engine, root: &Path) -> String {
    let (url, prefix) = git::origin(root);
    let known = url.and_then(|url| readable(&url, engine));
    let comment = match &known {
        Some(_) => "Who applies the trees, and from where. rendered/_delivery is what the management cluster is given.",
        None => {
            "Who applies the trees, and from where: say which repository this is. rendered/_delivery is what the\n  // management cluster is given."
        }
    };
    let path = if prefix.is_empty() {
        String::new()
    } else {
        format!("    path: {},\n", quoted(&format!("{prefix}rendered")))
    };
    format!(
        "\n  // {comment}\n  delivery+: {{\n    engine: '{}',\n    repository: {},\n{path}  }},\n",
        engine.name(),
        quoted(known.as_deref().unwrap_or(EXAMPLE)),
    )
}

/// The address as the engine takes it, without what only this machine is meant to know; `None` for a folder and the like.
fn readable(url: &str, engine: Engine) -> Option<String> {
    if let Some((scheme, rest)) = url.split_once("://") {
        let (host, path) = rest.split_once('/')?;
        return match scheme {
            // A name and a token before the host are somebody's own.
            "https" | "http" => {
                Some(format!("{scheme}://{}/{path}", host.rsplit_once('@').map_or(host, |(_, host)| host)))
            }
            "ssh" => Some(url.to_owned()),
            _ => None,
        };
    }
    // git's short form: `git@host:path`.
    let (host, path) = url.split_once(':')?;
    match engine {
        Engine::ArgoCd if host.starts_with("git@") => Some(url.to_owned()),
        _ if host.contains('@') && !host.contains('/') => {
            Some(format!("ssh://{host}/{}", path.trim_start_matches('/')))
        }
        _ => None,
    }
}

/// As jsonnetfmt writes a text.
fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\\' | '\'' => out.extend(['\\', c]),
            // A folder's name may have any.
            c if c.is_ascii_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_what_the_engine_can_read() {
        for (url, argocd, flux) in [
            (
                "https://git.example.com/a.git",
                Some("https://git.example.com/a.git"),
                Some("https://git.example.com/a.git"),
            ),
            (
                "https://me:token@git.example.com/a",
                Some("https://git.example.com/a"),
                Some("https://git.example.com/a"),
            ),
            (
                "git@git.example.com:a/b.git",
                Some("git@git.example.com:a/b.git"),
                Some("ssh://git@git.example.com/a/b.git"),
            ),
            ("me@git.example.com:/a", Some("ssh://me@git.example.com/a"), Some("ssh://me@git.example.com/a")),
            (
                "ssh://git@git.example.com:22/a",
                Some("ssh://git@git.example.com:22/a"),
                Some("ssh://git@git.example.com:22/a"),
            ),
            ("/srv/fleet.git", None, None),
            ("../fleet", None, None),
            ("file:///srv/fleet", None, None),
            ("C:/fleet", None, None),
        ] {
            assert_eq!(readable(url, Engine::ArgoCd).as_deref(), argocd, "{url}");
            assert_eq!(readable(url, Engine::Flux).as_deref(), flux, "{url}");
        }
    }

    #[test]
    fn no_text_ends_its_quotes() {
        assert_eq!(quoted("it's \\\n"), "'it\\'s \\\\\\u000a'");
    }
}
