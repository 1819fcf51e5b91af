//! `cniforge diff`: two states of the fleet, and what going from one to the other does.

mod causes;
mod sides;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use self::sides::{Definitions, State, Trees};
use super::{Exit, Session};
use crate::cli::{DiffArgs, DiffFormat};
use crate::diff::fields::Extent;
use crate::diff::fleet::{self, FleetDiff};
use crate::diff::impact::Facts;
use crate::diff::objects::Interner;
use crate::diff::{github, html, json, markdown, text};
use crate::discover::Fleet;
use crate::finding::Finding;
use crate::git::{Repository, Snapshot};
use crate::import::input;
use crate::manifest;
use crate::report::plural;
use crate::transition::Network;

pub(super) fn run(session: &Session<'_>, args: &DiffArgs) -> Result<Exit, Finding> {
    let fleet = session.fleet()?;
    let (diff, trouble) = if !args.clusters.is_empty() {
        two_clusters(session, &fleet, &args.clusters)?
    } else if let Some(file) = &args.live {
        live(session, &fleet, file, &args.what)?
    } else {
        two_states(session, &fleet, args)?
    };
    let out = match args.format {
        DiffFormat::Text => text::report(&diff, !args.summary, session.columns()),
        DiffFormat::Json => json::document(&diff),
        DiffFormat::Markdown => markdown::comment(&diff),
        DiffFormat::Github => github::annotations(&diff),
        DiffFormat::Html => html::page(&diff),
    };
    session.print(&out)?;
    // Where its first lines have left the screen, the answer is said once more.
    let left = session.terminal.screen().is_some_and(|(_, lines)| out.lines().count() >= lines);
    if let Some(status) = status(&diff, args.format, left, trouble) {
        session.terminal.status(&status);
    }
    Ok(if trouble {
        Exit::Trouble
    } else if diff.worst().is_some_and(|worst| worst >= args.fail_on.into()) {
        Exit::Differences
    } else {
        Exit::Fine
    })
}

/// What the output itself does not say.
fn status(diff: &FleetDiff, format: DiffFormat, left: bool, trouble: bool) -> Option<String> {
    let unchanged = match diff.unchanged_definitions {
        0 => None,
        count => Some(format!("{} not evaluated: same inputs", plural(count, "definition"))),
    };
    if diff.changes.is_empty() {
        // Below an error, "nothing differs" would be read as the answer to all that was asked.
        return (!trouble || diff.failed > 0).then(|| text::headline(diff));
    }
    if format == DiffFormat::Text && !left {
        return unchanged;
    }
    let worst = diff.worst().filter(|_| left).map(|worst| format!("the worst is {}", worst.word()));
    Some([Some(text::headline(diff)), worst, unchanged].into_iter().flatten().collect::<Vec<_>>().join("; "))
}

/// The definitions, or the committed trees, of two commits or of a commit and the folder.
fn two_states(session: &Session<'_>, fleet: &Fleet, args: &DiffArgs) -> Result<(FleetDiff, bool), Finding> {
    let repository = Repository::open(&fleet.root)?;
    let (mut commits, clusters) = sort_out(fleet, &repository, &args.what)?;
    if commits.is_empty() {
        commits.push(repository.default_base()?);
    }
    let mut commits = commits.into_iter();
    let before = commits.next();
    let after = commits.next();
    let name = |commit: &Option<Arc<Snapshot>>| {
        commit.as_ref().map_or_else(|| "working tree".to_owned(), |commit| commit.name.clone())
    };
    let names = (name(&before), name(&after));
    let at = |commit: Option<Arc<Snapshot>>| match commit {
        None => Ok(Some(fleet.clone())),
        Some(commit) => fleet.at(&commit),
    };
    let interner = Arc::new(Interner::default());
    let mut origins = None;
    let mut failed = 0;
    let (before, after, unchanged, trouble) = if args.committed {
        let trees = |commit: Option<Arc<Snapshot>>| match &commit {
            Some(commit) => fleet.at(commit).map(|at| {
                let rendered = at.unwrap_or_else(|| fleet.clone()).config.rendered;
                Trees::Commit(Arc::clone(commit), rendered)
            }),
            None => Ok(Trees::Folder(fleet.rendered())),
        };
        let (before, after) = (trees(before)?, trees(after)?);
        let (before, after) = sides::committed(&before, &after, &clusters, &interner)?;
        (before, after, 0, false)
    } else {
        let (before, after) = (at(before)?, at(after)?);
        let sides = Definitions { session, selection: &clusters, interner: &interner };
        let mut compared = sides.compare(before.as_ref(), after.as_ref())?;
        origins = compared.origins.take();
        failed = compared.failed;
        (compared.before, compared.after, compared.unchanged, compared.trouble)
    };
    let sudden = report_sudden(session, &before, &after);
    let mut diff = fleet::compare(&before, &after, Extent::Whole);
    (diff.before, diff.after) = names;
    (diff.unchanged_definitions, diff.failed) = (unchanged, failed);
    if let Some(origins) = origins {
        causes::note(session, origins, &after, &mut diff);
    }
    Ok((diff, trouble || sudden))
}

/// Says which clusters would change their CNI otherwise than in the phases of a migration.
fn report_sudden(session: &Session<'_>, before: &BTreeMap<String, State>, after: &BTreeMap<String, State>) -> bool {
    let network = |state: &State| Network::of_objects(state.objects.iter().map(|object| &**object));
    let mut sudden = false;
    for (name, new) in after {
        let Some(finding) = before.get(name).and_then(|old| network(new).after(network(old))) else { continue };
        session.terminal.finding(&finding.cluster(name.clone()));
        sudden = true;
    }
    sudden
}

/// Which arguments are commits and which are clusters. A cluster's name is never taken for a commit.
fn sort_out(
    fleet: &Fleet,
    repository: &Arc<Repository>,
    what: &[String],
) -> Result<(Vec<Arc<Snapshot>>, Vec<String>), Finding> {
    if what.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let names = fleet.names();
    let (mut commits, mut clusters): (Vec<Arc<Snapshot>>, Vec<String>) = (Vec::new(), Vec::new());
    for argument in what {
        if commits.len() == 2 || !clusters.is_empty() || names.contains(argument) {
            clusters.push(argument.clone());
            continue;
        }
        match repository.snapshot(argument) {
            Ok(commit) => commits.push(commit),
            // The first word is most likely meant as what to compare with; a later one as a cluster, perhaps one that is gone.
            Err(finding) if commits.is_empty() => {
                let near = crate::finding::nearest(argument, names.iter().map(String::as_str));
                return Err(Finding {
                    message: format!("`{argument}` is neither a commit nor a cluster of this fleet"),
                    hint: match near.first() {
                        Some(near) => Some(format!("did you mean the cluster `{near}`?")),
                        None => finding.hint,
                    },
                    ..finding
                });
            }
            Err(_) => clusters.push(argument.clone()),
        }
    }
    Ok((commits, clusters))
}

fn two_clusters(session: &Session<'_>, fleet: &Fleet, names: &[String]) -> Result<(FleetDiff, bool), Finding> {
    let interner = Arc::new(Interner::default());
    let side = Definitions { session, selection: names, interner: &interner }.evaluate(fleet)?;
    let [before, after] = names else { return Err(Finding::refusal("--clusters needs two names")) };
    let mut diff = FleetDiff::default();
    if let (Some(one), Some(other)) = (side.states.get(before), side.states.get(after)) {
        let as_one = |state: &State| BTreeMap::from([(format!("{before} → {after}"), state.clone())]);
        diff = fleet::compare(&as_one(one), &as_one(other), Extent::Whole);
    }
    diff.failed = names.iter().filter(|name| !side.states.contains_key(*name)).count();
    (diff.before, diff.after) = (before.clone(), after.clone());
    Ok((diff, side.trouble))
}

/// What a cluster reports against what its definition says: what applying the tree would change.
fn live(session: &Session<'_>, fleet: &Fleet, file: &Path, names: &[String]) -> Result<(FleetDiff, bool), Finding> {
    let [name] = names else {
        return Err(Finding::refusal("--live needs the name of the cluster that the file is of")
            .hint("cniforge diff --live FILE CLUSTER"));
    };
    let input = input::read(file)?;
    let objects = manifest::objects(&input.text, "").map_err(|e| {
        Finding::refusal(format!("{}: {e}", input.name)).hint("give it the output of `kubectl get … -o yaml` (or json)")
    })?;
    let interner = Arc::new(Interner::default());
    let side = Definitions { session, selection: names, interner: &interner }.evaluate(fleet)?;
    let mut diff = FleetDiff::default();
    if let Some(state) = side.states.get(name) {
        let objects = interner.intern(&objects);
        let facts = Facts::of_objects(&objects);
        // A dump without the agents says nothing about the CNI.
        let facts = if facts.version.is_some() { facts } else { Facts::default() };
        let before = BTreeMap::from([(name.clone(), State { facts, objects })]);
        let after = State { facts: Facts::of_objects(&state.objects), ..state.clone() };
        diff = fleet::compare(&before, &BTreeMap::from([(name.clone(), after)]), Extent::SaidByAfter);
    } else {
        diff.failed = 1;
    }
    (diff.before, diff.after) = (format!("{name} as it reports"), "working tree".to_owned());
    Ok((diff, side.trouble))
}
