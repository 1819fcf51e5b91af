//! `cniforge validate`: what would go wrong if the trees were applied.

use std::collections::BTreeSet;

use super::check::compare;
use super::{Exit, Session};
use crate::cli::{FindingFormat, ValidateArgs};
use crate::discover::{FLEET_FILE, Fleet};
use crate::evaluate::Depth;
use crate::finding::{Finding, Severity, suggest};
use crate::pipeline::{self, FleetRun};
use crate::report::{self, machine, plural};
use crate::tree::TreeChanges;
use crate::validate;
use crate::validate::fleet::{self as rules_over_fleet, Member};
use crate::validate::rules::{self, ORPHAN_TREE, Over, RULES, STALE_TREE};

pub(super) fn run(session: &Session<'_>, args: &ValidateArgs) -> Result<Exit, Finding> {
    if args.list_rules {
        session.print(&rule_list(session.columns()))?;
        return Ok(Exit::Fine);
    }
    if let Some(unknown) = args.rules.iter().find(|id| rules::find(id).is_none()) {
        let mut finding = Finding::refusal(format!("there is no rule `{unknown}`"));
        finding.hint = suggest(unknown, RULES.iter().map(|rule| rule.id));
        return Err(finding);
    }
    let fleet = session.fleet()?;
    let mut progress = session.terminal.progress("validating");
    let rendered = fleet.rendered();
    let mut run = pipeline::run(
        &fleet,
        &args.selection.clusters,
        session.options(Depth::Manifests, true),
        |_, _| None,
        move |cluster, objects| {
            let compared = compare(rendered.join(cluster), objects, None).ok()?;
            Some((compared.changes, compared.transition))
        },
        |done, total| progress.update(done, total),
    )?;
    between_clusters(&fleet, &mut run, args.selection.clusters.is_empty());
    let least = args.severity.least();
    // A rule that was not asked for is not shown; what is no rule's keeps a cluster from being seen at all.
    let wanted = |finding: &&Finding| {
        let asked = finding.rule.is_none_or(|rule| args.rules.is_empty() || args.rules.iter().any(|id| id == rule));
        asked && finding.severity >= least
    };
    let all = || run.clusters.iter().flat_map(|cluster| &cluster.findings).chain(&run.findings);
    let findings: Vec<&Finding> = all().filter(wanted).collect();
    for line in run.clusters.iter().flat_map(|cluster| &cluster.traces) {
        session.terminal.trace(line);
    }
    let names: Vec<&str> = run.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    let width = session.columns();
    session.print(&match args.format {
        FindingFormat::Text => findings.iter().map(|finding| report::finding_text(finding, width)).collect(),
        FindingFormat::Json => machine::json(&findings),
        FindingFormat::Sarif => machine::sarif(&findings, FLEET_FILE),
        FindingFormat::Junit => machine::junit(&findings, &names),
    })?;
    let count = |severity: Severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let errors = count(Severity::Error) + count(Severity::Refusal);
    let allowed = all().filter(|finding| finding.allowed.is_some()).count();
    let found = match (errors, count(Severity::Warning)) {
        (0, 0) => "nothing found".to_owned(),
        (errors, 0) => plural(errors, "error"),
        (0, warnings) => plural(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
    };
    let allowed = if allowed > 0 { format!(", {allowed} allowed") } else { String::new() };
    session.terminal.status(&format!("{} validated: {found}{allowed}", plural(names.len(), "cluster")));
    Ok(if errors > 0 { Exit::Trouble } else { Exit::Fine })
}

/// Adds what the rules over the fleet find, to each cluster its own. `whole`: no cluster was left out.
fn between_clusters(fleet: &Fleet, run: &mut FleetRun<Option<(TreeChanges, Option<Finding>)>>, whole: bool) {
    let members: Vec<Member> = run.clusters.iter().filter_map(|cluster| cluster.member.clone()).collect();
    let definitions: BTreeSet<&str> = run.clusters.iter().map(|cluster| cluster.definition.as_str()).collect();
    let labels: Vec<_> = run
        .clusters
        .iter()
        .filter_map(|cluster| {
            Some((cluster.name.as_str(), cluster.definition.as_str(), &cluster.summary.as_ref()?.labels))
        })
        .collect();
    let mut found = rules_over_fleet::check(&members);
    found.extend(rules_over_fleet::environments(&run.sources, &labels));
    found.extend(rules_over_fleet::keys_in_sources(&run.sources, &definitions));
    for cluster in &run.clusters {
        let Some(Some((changes, transition))) = &cluster.result else { continue };
        found.extend(transition.iter().map(|finding| finding.clone().cluster(cluster.name.clone())));
        let stale = changes.added.len() + changes.changed.len() + changes.stale.len() + changes.in_the_way.len();
        if stale > 0 {
            found.push(
                STALE_TREE
                    .finding(format!("{} of its tree would change", plural(stale, "file")))
                    .cluster(cluster.name.clone())
                    .hint("`cniforge check --diff` shows how, `cniforge render` brings the tree up to date"),
            );
        }
    }
    if let (true, Some(names), Ok(trees)) = (whole, &run.names, fleet.trees()) {
        found.extend(trees.iter().filter(|tree| !names.contains(*tree)).map(|tree| {
            ORPHAN_TREE.finding(format!("{}/{tree} has no definition", fleet.config.rendered)).hint(
                "whatever applies the tree still does; `cniforge render --prune` removes it, and then the network goes",
            )
        }));
    }
    validate::weigh(&fleet.config.rules, &mut found);
    for member in &members {
        let (mut own, others) = found.into_iter().partition(|finding| finding.cluster.as_ref() == Some(&member.name));
        validate::allow(&member.allowances, Over::Fleet, &mut own);
        for finding in &mut own {
            finding.cluster = Some(member.name.clone());
        }
        found = others;
        found.extend(own);
    }
    for finding in found {
        match run.clusters.iter_mut().find(|cluster| finding.cluster.as_ref() == Some(&cluster.name)) {
            Some(cluster) => {
                let place = pipeline::place(&run.sources, &cluster.definition, cluster.index, &finding);
                cluster.findings.push(finding.place(Some(place)));
            }
            None => run.findings.push(finding),
        }
    }
}

fn rule_list(width: Option<usize>) -> String {
    /// The column that the titles stand in.
    const TITLES: usize = 17;
    let word = |severity: Severity| match severity {
        Severity::Refusal => "refusal",
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut out = String::new();
    for rule in RULES {
        report::fold(&mut out, &format!("{}  {:<8} {}", rule.id, word(rule.severity), rule.title), width, TITLES);
    }
    out
}
