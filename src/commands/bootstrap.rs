//! `cniforge bootstrap`: what is applied by hand to a cluster before its engine can start.

use super::one::OneCluster;
use super::{Exit, Session};
use crate::bootstrap::{Bootstrap, Engine, Left, Phase, bootstrap};
use crate::cli::{BootstrapArgs, BootstrapPhase};
use crate::finding::{Finding, Severity};
use crate::object::ObjectId;
use crate::report::plural;
use crate::stream;

pub(super) fn run(session: &Session<'_>, args: &BootstrapArgs) -> Result<Exit, Finding> {
    let fleet = session.fleet()?;
    let Some(cluster) = session.one_cluster(&fleet, &args.cluster, args.allow_findings)? else {
        return Ok(Exit::Trouble);
    };
    let in_cluster = |finding: Finding| finding.cluster(cluster.name.clone());
    let engine = engine(&cluster, args.engine.map(Engine::from)).map_err(in_cluster)?;
    if cluster.objects.is_empty() {
        return Err(in_cluster(Finding::refusal("it has no object: there is nothing to apply")));
    }
    let phase = args.phase.map_or(Phase::All, Phase::from);
    let result = bootstrap(&cluster.objects, engine, phase);
    if result.objects.is_empty() {
        return Err(in_cluster(nothing_in(phase)));
    }
    session.print(&stream::to_yaml(&result.objects))?;
    for finding in remarks(&cluster.name, &result, engine) {
        session.terminal.finding(&in_cluster(finding));
    }
    let objects = plural(result.objects.len(), "object");
    session.terminal.status(&format!("{objects} for {engine} to take over; apply with:"));
    session.terminal.verbatim(&format!(
        "  cniforge bootstrap {}{} --engine {} | kubectl apply --server-side --field-manager={} -f -",
        cluster.name,
        args.phase.map(|phase| format!(" --phase {}", phase.name())).unwrap_or_default(),
        engine.name(),
        engine.field_manager(),
    ));
    Ok(Exit::Fine)
}

/// The definition knows who takes the cluster over; the command line is for definitions that do not say.
fn engine(cluster: &OneCluster, asked: Option<Engine>) -> Result<Engine, Finding> {
    let named = cluster.engine.as_deref().and_then(Engine::named);
    match (named, asked) {
        (Some(named), Some(asked)) if named != asked => Err(Finding::refusal(format!(
            "the definition is delivered by {named}, and --engine says {asked}"
        ))
        .path("delivery.engine")
        .hint("objects applied in the name of the wrong engine keep what git drops later; leave --engine out, or mend the definition")),
        (Some(engine), _) | (None, Some(engine)) => Ok(engine),
        (None, None) => Err(Finding::refusal("it is not known who takes the cluster over")
            .hint("say --engine argocd or --engine flux: each lets go of fields only that were applied in its own name")),
    }
}

fn nothing_in(phase: Phase) -> Finding {
    match phase {
        Phase::Crds => Finding::refusal("it has no CRD and needs no namespace to be made")
            .hint("`--phase rest` is all of it, or leave --phase out"),
        Phase::Rest | Phase::All => Finding::refusal("nothing of it can be applied by hand now")
            .hint("`--phase crds` has its namespaces and CRDs; the engine applies the rest"),
    }
}

/// What somebody who applies the objects should know of the others.
fn remarks(cluster: &str, result: &Bootstrap, engine: Engine) -> Vec<Finding> {
    let mut remarks: Vec<Finding> = result
        .namespaces
        .iter()
        .map(|name| {
            Finding::refusal(format!(
                "the namespace {name} is made too: objects are in it, and the tree does not have it"
            ))
            .severity(Severity::Note)
            .hint("put it into extraObjects, so that labels and pod security are under review as well")
        })
        .collect();
    let mut reasons: Vec<Left> = result.left.iter().map(|(_, why)| *why).collect();
    reasons.sort_unstable();
    reasons.dedup();
    for why in reasons {
        let ids: Vec<&ObjectId> = result.left.iter().filter(|(_, reason)| *reason == why).map(|(id, _)| id).collect();
        let (reason, hint) = said(why, cluster, engine);
        remarks.push(
            Finding::refusal(format!("left out, {reason}: {}", listed(&ids))).severity(Severity::Note).hint(hint),
        );
    }
    remarks
}

fn said(why: Left, cluster: &str, engine: Engine) -> (String, String) {
    let later = format!("{engine} applies it once the CRD is there; nothing is to be done by hand");
    match why {
        Left::CrdInTheTree => (
            "since kubectl knows a kind only after its CRD".to_owned(),
            format!(
                "apply it with `cniforge bootstrap {cluster} --phase rest --engine {}` after this, or leave it to {engine}",
                engine.name()
            ),
        ),
        Left::CrdMadeBy(maker) => (format!("since {maker} makes the CRD when it runs"), later),
        Left::CrdElsewhere => ("since nothing in the tree makes the CRD".to_owned(), later),
        Left::Hook => (
            format!("since it is a hook, which {engine} runs itself"),
            format!("{engine} runs it when it syncs; nothing is to be done by hand"),
        ),
    }
}

/// Some of many: a hundred names help nobody.
fn listed(ids: &[&ObjectId]) -> String {
    const SHOWN: usize = 5;
    let names: Vec<String> = ids.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = if ids.len() > SHOWN { format!(" and {} more", ids.len() - SHOWN) } else { String::new() };
    names.join(", ") + &more
}

impl From<BootstrapPhase> for Phase {
    fn from(phase: BootstrapPhase) -> Self {
        match phase {
            BootstrapPhase::Crds => Self::Crds,
            BootstrapPhase::Rest => Self::Rest,
        }
    }
}
