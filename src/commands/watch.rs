//! `cniforge watch`: renders on every save, and shows what it changes.
//!
//! Files are looked at, and not announced by the system: what a definition reads is a few files, looking costs less than a
//! millisecond, and it works on every system and on folders of other machines, where nothing is announced.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::check::{self, Compared};
use super::render::{in_the_way, report_foreign, write_problem};
use super::{Exit, Session};
use crate::cli::{RenderArgs, RenderFormat, WatchArgs};
use crate::diff::fields::Extent;
use crate::diff::fleet;
use crate::diff::objects::Interner;
use crate::diff::text;
use crate::discover::{FLEET_FILE, Fleet};
use crate::evaluate::Depth;
use crate::finding::{Finding, Severity};
use crate::pipeline::{self, Warm};
use crate::report::plural;
use crate::sources::{Sources, VENDOR};
use crate::tree::{ManifestTree, TreeChanges};
use crate::write::{TreeWriter, WriteError};

/// The time between two looks, unless the looks themselves take long.
const PAUSE: Duration = Duration::from_millis(25);

/// An editor may empty a file before it writes it: what has changed must stay so for this long.
const SETTLE: Duration = Duration::from_millis(10);

/// How long the engine is warmed before the first save.
const WARM_UP: Duration = Duration::from_secs(1);

pub(super) fn run(session: &Session<'_>, args: &WatchArgs) -> Result<Exit, Finding> {
    let everything = RenderArgs {
        selection: args.selection.clone(),
        prune: false,
        fresh: false,
        allow_findings: false,
        format: RenderFormat::Tree,
    };
    // What is out of date is brought up to date as ever, so that what is shown later is what was saved since.
    super::render::run(session, &everything)?;
    let fleet = session.fleet()?;
    let sources = Arc::new(fleet.sources()?);
    let mut watch = Watch {
        session,
        args,
        warm: pipeline::warm(Arc::clone(&sources), session.global.limits()),
        seen: Seen::of(&fleet, &sources, &args.selection.clusters),
    };
    watch.warm_up(&sources);
    let mut look = Look::at(&watch.seen.paths);
    session.terminal.status(&format!("watching {}; Ctrl-C ends it", plural(watch.seen.files, "file")));
    loop {
        let began = Instant::now();
        let now = Look::at(&watch.seen.paths);
        // Looking takes a fiftieth of a core at most, however large the fleet is.
        let pause = PAUSE.max(began.elapsed() * 50);
        if now == look {
            if session.terminal.reader_is_gone() {
                return Ok(Exit::Fine);
            }
            thread::sleep(pause);
            continue;
        }
        let saved = Instant::now();
        look = settled(&watch.seen.paths, now);
        // A fleet whose file is broken for a moment is a fleet again after the next save.
        if let Err(finding) = watch.update(saved) {
            session.terminal.finding(&finding);
        }
        // What is read by now may be more, and what was saved meanwhile is for the next look.
        look = look.and(&watch.seen.paths);
    }
}

struct Watch<'a> {
    session: &'a Session<'a>,
    args: &'a WatchArgs,
    warm: Warm,
    seen: Seen,
}

impl Watch<'_> {
    /// Evaluates definitions for the engine's sake alone, so that the first save does not wait for the library.
    fn warm_up(&mut self, sources: &Arc<Sources>) {
        let began = Instant::now();
        for definition in self.seen.fingerprints.keys() {
            if began.elapsed() > WARM_UP {
                break;
            }
            let (sources, definition) = (Arc::clone(sources), definition.clone());
            self.warm.run(move |evaluator| {
                evaluator.read_from(sources);
                drop(evaluator.definition(&definition, Depth::Manifests));
            });
        }
    }

    /// Renders the definitions that read something else than before.
    fn update(&mut self, saved: Instant) -> Result<(), Finding> {
        let fleet = self.session.fleet()?;
        let sources = Arc::new(fleet.sources()?);
        let seen = Seen::of(&fleet, &sources, &self.args.selection.clusters);
        let changed: Vec<String> = seen
            .fingerprints
            .iter()
            .filter(|(path, fingerprint)| {
                fingerprint.is_none() || self.seen.fingerprints.get(*path) != Some(*fingerprint)
            })
            .map(|(path, _)| stem(path).to_owned())
            .collect();
        let gone: Vec<String> =
            self.seen.fingerprints.keys().filter(|path| !seen.fingerprints.contains_key(*path)).cloned().collect();
        self.seen = seen;
        for path in gone {
            let finding = Finding::refusal(format!("{path} is gone; its tree stays")).severity(Severity::Warning);
            self.session
                .terminal
                .finding(&finding.hint("`cniforge render --prune` removes trees without a definition"));
        }
        if changed.is_empty() {
            return Ok(());
        }
        self.render(&fleet, sources, &changed, saved)
    }

    fn render(
        &mut self,
        fleet: &Fleet,
        sources: Arc<Sources>,
        stems: &[String],
        saved: Instant,
    ) -> Result<(), Finding> {
        let terminal = self.session.terminal;
        let waiting = || terminal.status("waiting for another cniforge that writes this fleet …");
        let writer = TreeWriter::open(&fleet.rendered(), waiting).map_err(|e| write_problem(fleet, &e))?;
        let interner = Interner::default();
        let rendered = fleet.rendered();
        let run = pipeline::run_by(
            Some(&mut self.warm),
            fleet,
            sources,
            stems,
            self.session.options(Depth::Manifests, false),
            |_, _| None,
            move |cluster, objects| {
                let compared = check::compare(rendered.join(cluster), objects, Some(&interner));
                // A tree that cannot be read is for the writer to complain of.
                Rendered {
                    compared: compared.ok(),
                    written: writer.write(cluster, &ManifestTree::from_objects(objects)),
                }
            },
            |_, _| {},
        )?;
        self.session.report(&run, Severity::Warning);
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        let (mut clusters, mut files, mut failed) = (0, 0, 0);
        for cluster in run.clusters {
            let Some(Rendered { compared, written }) = cluster.result else {
                failed += 1;
                continue;
            };
            let problem = match written {
                Ok(changes) if changes.in_the_way.is_empty() => {
                    clusters += 1;
                    files += changes.added.len() + changes.changed.len() + changes.stale.len();
                    report_foreign(self.session, fleet, &cluster.name, &changes);
                    None
                }
                Ok(changes) => Some(in_the_way(fleet, &cluster.name, &changes)),
                Err(error) => Some(write_problem(fleet, &error)),
            };
            if let Some(finding) = problem {
                failed += 1;
                terminal.finding(&finding.cluster(cluster.name));
                continue;
            }
            let Some(compared) = compared else { continue };
            if let Some(finding) = compared.transition {
                terminal.finding(&finding.cluster(cluster.name.clone()));
            }
            if let Some((tree, definition)) = compared.states {
                before.insert(cluster.name.clone(), tree);
                after.insert(cluster.name, definition);
            }
        }
        let mut diff = fleet::compare(&before, &after, Extent::Whole);
        (diff.before, diff.after) = ("before".to_owned(), "saved".to_owned());
        if !diff.changes.is_empty() {
            self.session.print(&text::report(&diff, !self.args.summary, self.session.columns()))?;
        }
        let failed = match failed {
            0 => String::new(),
            failed => format!("; {} not rendered", plural(failed, "cluster")),
        };
        terminal.status(&format!(
            "rendered {}, {} changed in {} ms{failed}",
            plural(clusters, "cluster"),
            plural(files, "file"),
            saved.elapsed().as_millis()
        ));
        Ok(())
    }
}

struct Rendered {
    compared: Option<Compared>,
    written: Result<TreeChanges, WriteError>,
}

/// What the definitions read, and what is to be looked at so that no change of it is missed.
struct Seen {
    /// Definition → all that it reads; `None` where that cannot be said.
    fingerprints: BTreeMap<String, Option<String>>,
    paths: BTreeSet<PathBuf>,
    /// How many of them are files.
    files: usize,
}

impl Seen {
    fn of(fleet: &Fleet, sources: &Sources, selection: &[String]) -> Self {
        let definitions = fleet.definitions(sources).map(|(files, _)| files).unwrap_or_default();
        let wanted = |stem: &str| selection.is_empty() || selection.iter().any(|name| name == stem);
        // A name that is no file's may be of any inventory.
        let all = selection.iter().any(|name| !definitions.iter().any(|file| file.stem == *name));
        let mut names = BTreeSet::from([FLEET_FILE.to_owned()]);
        let policies = fleet.policies(sources).unwrap_or_default();
        let judges: Vec<Option<String>> = policies.iter().map(|policy| sources.fingerprint(policy)).collect();
        let judges = format!("{judges:?} {:?}", fleet.config.rules);
        names.extend(policies);
        let mut fingerprints = BTreeMap::new();
        for file in definitions.iter().filter(|file| all || wanted(&file.stem)) {
            names.extend(sources.inputs(&file.path));
            let fingerprint = sources.fingerprint(&file.path).map(|of_file| of_file + &judges);
            fingerprints.insert(file.path.clone(), fingerprint);
        }
        let mut paths: BTreeSet<PathBuf> = names.iter().map(|name| fleet.root.join(name)).collect();
        let files = paths.len();
        // A folder changes when a file comes or goes in it: one that an import looked for, or a definition.
        let folders: Vec<PathBuf> = paths.iter().filter_map(|path| Some(path.parent()?.to_owned())).collect();
        paths.extend(folders);
        paths.insert(fleet.root.join(VENDOR));
        let clusters = walkdir::WalkDir::new(fleet.root.join(&fleet.config.clusters)).into_iter().flatten();
        paths.extend(clusters.filter(|entry| entry.file_type().is_dir()).map(walkdir::DirEntry::into_path));
        Self { fingerprints, paths, files }
    }
}

/// How files and folders look from outside; `None` for what is not there.
#[derive(Debug, PartialEq, Eq)]
struct Look(BTreeMap<PathBuf, Option<(SystemTime, u64)>>);

impl Look {
    fn at(paths: &BTreeSet<PathBuf>) -> Self {
        Self(paths.iter().map(|path| (path.clone(), appearance(path))).collect())
    }

    /// The same of other paths: those that are new are looked at now.
    fn and(mut self, paths: &BTreeSet<PathBuf>) -> Self {
        let one = |path: &PathBuf| {
            let known = self.0.remove(path);
            (path.clone(), known.unwrap_or_else(|| appearance(path)))
        };
        Self(paths.iter().map(one).collect())
    }
}

fn appearance(path: &Path) -> Option<(SystemTime, u64)> {
    let meta = fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

/// The look after which nothing changes for a moment.
fn settled(paths: &BTreeSet<PathBuf>, mut look: Look) -> Look {
    loop {
        thread::sleep(SETTLE);
        let next = Look::at(paths);
        if next == look {
            return look;
        }
        look = next;
    }
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".jsonnet").unwrap_or(name)
}
