//! `cniforge explain cilium.values.hubble.relay.enabled`: what a definition can say by that name.

use std::fmt::Write as _;
use std::sync::Arc;

use super::super::Session;
use crate::discover::Fleet;
use crate::finding::{Finding, nearest, suggest};
use crate::reference::{Entry, Reference, Touched};
use crate::report::fold;

/// More of one kind would scroll the rest away.
const SHOWN: usize = 24;

/// What is known of the name; `None` if it is a cluster's.
pub(super) fn explain(session: &Session<'_>, asked: &str) -> Result<Option<String>, Finding> {
    let fleet = Fleet::find_if_any(&session.global.fleet)?;
    // No cluster's name has a dot or a capital. `labels` or `cilium` may be one's.
    let is_setting = asked.contains(|c: char| c == '.' || c.is_ascii_uppercase());
    if !is_setting && fleet.as_ref().is_some_and(|fleet| fleet.names().contains(asked)) {
        return Ok(None);
    }
    let limits = session.global.limits();
    let mut reference = match &fleet {
        Some(fleet) => Reference::new(Arc::new(fleet.sources()?), limits),
        None => Reference::built_in(&session.global.fleet, limits)?,
    };
    let Some(entry) = reference.describe(asked)? else {
        return if is_setting { Err(unknown(asked, &reference.names()?)) } else { Ok(None) };
    };
    let touched = if entry.touches { reference.touched(&entry.name) } else { None };
    Ok(Some(text(&entry, touched.as_ref(), session.columns())))
}

fn unknown(asked: &str, names: &[String]) -> Finding {
    let mut finding = Finding::refusal(format!("a definition has no `{asked}`"));
    // Values are named as in Helm's files, too.
    let values = names.iter().filter_map(|name| name.strip_prefix("cilium.values."));
    let known: Vec<&str> = names.iter().map(String::as_str).chain(values).collect();
    finding.hint = if nearest(asked, known.iter().copied()).is_empty() {
        Some("name a key, a setting or an argument: `podCIDRs`, `calico.ipPools`, `cilium.values.hubble`, `networkArgs.tunnel`".to_owned())
    } else {
        suggest(asked, known.iter().copied())
    };
    finding
}

fn text(entry: &Entry, touched: Option<&Touched>, width: Option<usize>) -> String {
    /// The column that the texts stand in.
    const TEXTS: usize = 12;
    let mut out = format!("{}\n", entry.name);
    for (label, text) in &entry.rows {
        fold(&mut out, &format!("  {label:<9} {text}"), width, TEXTS);
    }
    if let Some(touched) = touched {
        list(&mut out, "config", &touched.config);
        list(&mut out, "objects", &touched.objects);
    }
    for name in &entry.inside {
        let _ = writeln!(out, "  {}", name.strip_prefix(&entry.name).unwrap_or(name).trim_start_matches('.'));
    }
    out
}

fn list(out: &mut String, label: &str, items: &[String]) {
    for (at, item) in items.iter().take(SHOWN).enumerate() {
        let _ = writeln!(out, "  {:<9} {item}", if at == 0 { label } else { "" });
    }
    if items.len() > SHOWN {
        let _ = writeln!(out, "  {:<9} and {} more", "", items.len() - SHOWN);
    }
}
