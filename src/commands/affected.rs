//! `cniforge affected`: the clusters whose output can change, without evaluating more than it takes to name them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::json;

use super::{Exit, Session};
use crate::cli::{AffectedArgs, AffectedFormat};
use crate::discover::Fleet;
use crate::evaluate::Depth;
use crate::finding::Finding;
use crate::git::Repository;
use crate::inputs;
use crate::pipeline;
use crate::report::plural;
use crate::sources::Sources;

pub(super) fn run(session: &Session<'_>, args: &AffectedArgs) -> Result<Exit, Finding> {
    let fleet = session.fleet()?;
    let repository = Repository::open(&fleet.root)?;
    let base = match &args.base {
        Some(base) => repository.snapshot(base)?,
        None => repository.default_base()?,
    };
    let before = fleet.at(&base)?;
    let old = before.as_ref().map(|before| before.sources().map(Arc::new)).transpose()?;
    let new = Arc::new(fleet.sources()?);
    let unchanged = match (&before, &old) {
        (Some(before), Some(old)) => {
            Arc::new(inputs::unchanged((before, old), (&fleet, &new), session.global.workers()))
        }
        _ => Arc::default(),
    };
    let mut warm = pipeline::warm(Arc::clone(&new), session.global.limits());
    let mut names = |fleet: &Fleet, sources: &Arc<Sources>| -> Result<BTreeSet<String>, Finding> {
        if fleet.definitions(sources).is_err() {
            // A fleet without a definition is the beginning of one, or its end.
            return Ok(BTreeSet::new());
        }
        let unchanged = Arc::clone(&unchanged);
        let run = pipeline::run_by(
            Some(&mut warm),
            fleet,
            Arc::clone(sources),
            &[],
            session.options(Depth::Kind, true),
            move |_, definition| unchanged.contains(definition).then(Vec::new),
            |_, _| (),
            |_, _| {},
        )?;
        // One that does not evaluate can change too: it is named after its file.
        Ok(run.clusters.into_iter().map(|cluster| cluster.name).collect())
    };
    let clusters = names(&fleet, &new)?;
    let gone: BTreeSet<String> = match (&before, &old) {
        (Some(before), Some(old)) => names(before, old)?.difference(&clusters).cloned().collect(),
        _ => BTreeSet::new(),
    };
    let out = match args.format {
        AffectedFormat::Lines => clusters.iter().flat_map(|name| [name, "\n"]).collect(),
        AffectedFormat::Json => format!("{}\n", json!({"clusters": clusters, "removed": gone})),
    };
    session.print(&out)?;
    if clusters.is_empty() || !gone.is_empty() {
        session.terminal.status(&status(&base.name, clusters.len(), &gone));
    }
    Ok(Exit::Fine)
}

/// What the list does not say: that it is empty, and which clusters are none any more.
fn status(base: &str, affected: usize, gone: &BTreeSet<String>) -> String {
    /// More names are for `--format json`.
    const SHOWN: usize = 12;
    let affected = if affected == 0 { "no cluster".to_owned() } else { plural(affected, "cluster") };
    let mut out = format!("{affected} affected since {base}");
    if !gone.is_empty() {
        let names: Vec<&str> = gone.iter().take(SHOWN).map(String::as_str).collect();
        let more = if gone.len() > SHOWN { ", …" } else { "" };
        let _ = write!(out, "; {} removed: {}{more}", plural(gone.len(), "cluster"), names.join(", "));
    }
    out
}
