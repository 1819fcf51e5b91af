//! `cniforge affected`: the clusters whose output can change, without evaluating more than it takes to name them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;

use super::{Exit, Session};
use crate::cli::{AffectedArgs, AffectedFormat};
use crate::discover::Fleet;
use crate::evaluate::Depth;
use crate::finding::Finding;
use crate::git::Repository;
use crate::pipeline;
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
    let fingerprints = |fleet: &Fleet, sources: &Sources| -> BTreeMap<String, Option<String>> {
        let files = fleet.definitions(sources).map(|(files, _)| files).unwrap_or_default();
        files.into_iter().map(|file| (file.path.clone(), sources.fingerprint(&file.path))).collect()
    };
    let now = fingerprints(&fleet, &new);
    let then = match (&before, &old) {
        (Some(before), Some(old)) => fingerprints(before, old),
        _ => BTreeMap::new(),
    };
    let same = |path: &String| match (now.get(path), then.get(path)) {
        (Some(Some(now)), Some(Some(then))) => now == then,
        _ => false,
    };
    let unchanged: Arc<BTreeSet<String>> =
        Arc::new(now.keys().chain(then.keys()).filter(|p| same(p)).cloned().collect());
    let names = |fleet: &Fleet, sources: &Arc<Sources>| -> Result<BTreeSet<String>, Finding> {
        let unchanged = Arc::clone(&unchanged);
        let run = pipeline::run_over(
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
    let clusters = if now.is_empty() { BTreeSet::new() } else { names(&fleet, &new)? };
    let gone: BTreeSet<String> = match (&before, &old) {
        (Some(before), Some(old)) if !then.is_empty() => names(before, old)?.difference(&clusters).cloned().collect(),
        _ => BTreeSet::new(),
    };
    let out = match args.format {
        AffectedFormat::Lines => clusters.iter().flat_map(|name| [name, "\n"]).collect(),
        AffectedFormat::Json => format!("{}\n", json!({"clusters": clusters, "removed": gone})),
    };
    session.print(&out)?;
    Ok(Exit::Fine)
}
