//! `cniforge list`: the clusters and what they run.

use serde::Serialize;

use super::{Exit, Session};
use crate::cli::{ListArgs, ListFormat};
use crate::evaluate::{ClusterSummary, Depth};
use crate::finding::{Finding, Severity};
use crate::pipeline;

#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    summary: &'a ClusterSummary,
    definition: &'a str,
}

#[derive(Serialize)]
struct List<'a> {
    clusters: Vec<Listed<'a>>,
}

pub(super) fn run(session: &Session<'_>, args: &ListArgs) -> Result<Exit, Finding> {
    let fleet = session.fleet()?;
    let mut progress = session.terminal.progress("reading");
    let options = session.options(Depth::Summary, true);
    let run = pipeline::run(
        &fleet,
        &args.selection.clusters,
        options,
        |_, _| None,
        |_, _| (),
        |done, total| progress.update(done, total),
    )?;
    session.report(&run, Severity::Note);
    let clusters: Vec<Listed<'_>> = run
        .clusters
        .iter()
        .filter_map(|cluster| Some(Listed { summary: cluster.summary.as_ref()?, definition: &cluster.definition }))
        .collect();
    let empty = clusters.is_empty();
    let text = match args.format {
        ListFormat::Json => {
            let json = serde_json::to_string_pretty(&List { clusters });
            json.map_err(|e| Finding::refusal(format!("the list cannot be written as JSON: {e}")))? + "\n"
        }
        ListFormat::Table => table(&clusters),
    };
    // The head of an empty table would be all that a reader sees below an error.
    if args.format == ListFormat::Json || !empty {
        session.print(&text)?;
    }
    Ok(if run.failed() { Exit::Trouble } else { Exit::Fine })
}

fn table(clusters: &[Listed<'_>]) -> String {
    let mut rows = vec![["CLUSTER", "TYPE", "CNI", "VERSION", "KUBERNETES"]];
    rows.extend(clusters.iter().map(|cluster| {
        let summary = cluster.summary;
        [
            summary.name.as_str(),
            summary.cluster_type.as_str(),
            summary.cni.as_str(),
            summary.cni_version.as_deref().unwrap_or("-"),
            summary.kubernetes_version.as_str(),
        ]
    }));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    let mut out = String::new();
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}
