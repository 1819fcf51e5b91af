//! `cniforge completions` and `cniforge man`: the command line for shells and for `man`, made of its only description.

use std::fs;
use std::path::Path;

use clap_mangen::Man;

use super::{Exit, Session};
use crate::cli::{self, CompletionsArgs, ManArgs};
use crate::finding::Finding;
use crate::report::plural;

pub(super) fn completions(session: &Session<'_>, args: &CompletionsArgs) -> Result<Exit, Finding> {
    let script = cli::completion_script(args.shell);
    session.print(&script.map_err(|e| Finding::refusal(format!("the script cannot be written: {e}")))?)?;
    Ok(Exit::Fine)
}

pub(super) fn man(session: &Session<'_>, args: &ManArgs) -> Result<Exit, Finding> {
    let pages = pages()?;
    if args.folder == Path::new("-") {
        session.print(pages.first().map_or("", |(_, text)| text))?;
        return Ok(Exit::Fine);
    }
    let problem = |path: &Path, e: std::io::Error| Finding::refusal(format!("{}: {e}", path.display()));
    fs::create_dir_all(&args.folder).map_err(|e| problem(&args.folder, e))?;
    for (name, text) in &pages {
        let path = args.folder.join(format!("{name}.1"));
        fs::write(&path, text).map_err(|e| problem(&path, e))?;
    }
    let folder = args.folder.display();
    session.terminal.status(&format!("{} written to {folder}", plural(pages.len(), "man page")));
    Ok(Exit::Fine)
}

/// Name → text; the program's own first, then one a command, in the order of the help.
fn pages() -> Result<Vec<(String, String)>, Finding> {
    let mut pages = Vec::new();
    let mut left = vec![(String::new(), cli::command())];
    while let Some((above, command)) = left.pop() {
        let name = if above.is_empty() { "cniforge".to_owned() } else { format!("{above}-{}", command.get_name()) };
        let below = command.get_subcommands().filter(|command| command.get_name() != "help");
        let below: Vec<_> = below.map(|command| (name.clone(), command.clone())).collect();
        left.extend(below.into_iter().rev());
        let mut text = Vec::new();
        let shown = command.version(env!("CARGO_PKG_VERSION"));
        // No date: the same program gives the same page.
        Man::new(shown)
            .title(name.clone())
            .date("")
            .render(&mut text)
            .map_err(|e| Finding::refusal(format!("the page {name} cannot be written: {e}")))?;
        pages.push((name, String::from_utf8_lossy(&text).into_owned()));
    }
    Ok(pages)
}
