//! `cniforge validate`: what would go wrong if the trees were applied.

use super::{Exit, Session};
use crate::cli::{FindingFormat, ValidateArgs};
use crate::discover::FLEET_FILE;
use crate::evaluate::Depth;
use crate::finding::{Finding, Severity, suggest};
use crate::pipeline;
use crate::report::{self, machine, plural};
use crate::validate::rules::{self, RULES};

pub(super) fn run(session: &Session<'_>, args: &ValidateArgs) -> Result<Exit, Finding> {
    if args.list_rules {
        session.print(&rule_list())?;
        return Ok(Exit::Fine);
    }
    if let Some(unknown) = args.rules.iter().find(|id| rules::find(id).is_none()) {
        let mut finding = Finding::refusal(format!("there is no rule `{unknown}`"));
        finding.hint = suggest(unknown, RULES.iter().map(|rule| rule.id));
        return Err(finding);
    }
    let fleet = session.fleet()?;
    let mut progress = session.terminal.progress("validating");
    let run = pipeline::run(
        &fleet,
        &args.selection.clusters,
        session.options(Depth::Manifests, true),
        |_, _| None,
        |_, _| (),
        |done, total| progress.update(done, total),
    )?;
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
    session.print(&match args.format {
        FindingFormat::Text => findings.iter().map(|finding| report::finding_text(finding)).collect(),
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

fn rule_list() -> String {
    let word = |severity: Severity| match severity {
        Severity::Refusal => "refusal",
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let line = |rule: &&rules::Rule| format!("{}  {:<8} {}", rule.id, word(rule.severity), rule.title);
    RULES.iter().map(line).collect::<Vec<_>>().join("\n") + "\n"
}
