//! `cniforge import`: definitions out of what is there already.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Exit, Session};
use crate::cli::{
    ImportArgs, ImportFactsArgs, ImportHelmArgs, ImportManifestsArgs, ImportOutputArgs, ImportSource,
    ImportTkestackArgs,
};
use crate::discover::Fleet;
use crate::evaluate::{self, Depth};
use crate::files::Files;
use crate::finding::{Finding, Severity};
use crate::import::definition_writer::{Definition, file_text};
use crate::import::destination::{self, Refused};
use crate::import::helm::{self, ClusterFacts};
use crate::import::workbench::{Workbench, renders};
use crate::import::yaml_reader::{Document, read_documents};
use crate::import::{input, manifests, tkestack};
use crate::pool::{self, Outcome};
use crate::report::plural;
use crate::sources::Sources;

pub(super) fn run(session: &Session<'_>, args: &ImportArgs) -> Result<Exit, Finding> {
    match &args.source {
        ImportSource::Tkestack(args) => import_tkestack(session, args),
        ImportSource::Helm(args) => import_helm(session, args),
        ImportSource::Manifests(args) => import_manifests(session, args),
    }
}

fn import_tkestack(session: &Session<'_>, args: &ImportTkestackArgs) -> Result<Exit, Finding> {
    let output = Output::open(session, &args.output)?;
    let documents = documents(&args.files)?;
    let imported = tkestack::import(&documents, args.kubernetes_version.as_deref())?;
    imported.findings.iter().for_each(|finding| session.terminal.finding(finding));
    let failed = imported.findings.iter().any(|finding| finding.severity >= Severity::Error);
    let exit = output.finish(session, imported.definitions)?;
    Ok(if failed { Exit::Trouble } else { exit })
}

fn import_helm(session: &Session<'_>, args: &ImportHelmArgs) -> Result<Exit, Finding> {
    let output = Output::open(session, &args.output)?;
    let values = helm::merge(&documents(&args.files)?)?;
    let (version, facts) = (args.version.clone(), facts(&args.facts, &args.cluster));
    let definition =
        output.at_the_workbench(session, move |bench| helm::import(bench, &values, &version, &facts))??;
    output.finish(session, vec![definition])
}

fn import_manifests(session: &Session<'_>, args: &ImportManifestsArgs) -> Result<Exit, Finding> {
    let output = Output::open(session, &args.output)?;
    let mut documents = Vec::new();
    for path in &args.paths {
        for input in input::read_all(path)? {
            documents.extend(read_documents(&input)?);
        }
    }
    let facts = facts(&args.facts, args.cluster.as_deref().unwrap_or_default());
    let imported = output.at_the_workbench(session, move |bench| manifests::import(bench, &documents, &facts))??;
    let exit = output.finish(session, vec![imported.definition])?;
    if let Place::Stdout = output.place {
        session.terminal.verbatim(&imported.diff);
    } else {
        session.print(&imported.diff)?;
    }
    let differ = if imported.differing == 1 { "differs" } else { "differ" };
    session.terminal.status(&format!(
        "{} of the cluster compared: {} {differ} from what the definition renders",
        plural(imported.compared, "object"),
        imported.differing
    ));
    Ok(exit)
}

fn facts(args: &ImportFactsArgs, name: &str) -> ClusterFacts {
    ClusterFacts {
        name: name.to_owned(),
        namespace: args.namespace.clone(),
        kubernetes_version: args.kubernetes_version.clone(),
        pod_cidrs: args.pod_cidrs.clone(),
        service_cidrs: args.service_cidrs.clone(),
        api_versions: args.api_versions.clone(),
    }
}

/// The documents of all files, in their order.
fn documents(files: &[PathBuf]) -> Result<Vec<Document>, Finding> {
    let mut documents = Vec::new();
    for path in files {
        documents.extend(read_documents(&input::read(path)?)?);
    }
    Ok(documents)
}

/// Where the definitions go, and what the library reads when it is asked about them.
struct Output {
    place: Place,
    force: bool,
    sources: Arc<Sources>,
}

enum Place {
    /// Below the root, as the fleet's file says.
    Fleet(Fleet),
    Folder(PathBuf),
    Stdout,
}

impl Output {
    fn open(session: &Session<'_>, args: &ImportOutputArgs) -> Result<Self, Finding> {
        let fleet = Fleet::find_if_any(&session.global.fleet)?;
        let sources = match &fleet {
            Some(fleet) => fleet.sources()?,
            None => Sources::of(Files::none(), ""),
        };
        let place = match (&args.output, fleet) {
            (Some(folder), _) if folder.as_os_str() == "-" => Place::Stdout,
            (Some(folder), _) => Place::Folder(folder.clone()),
            (None, Some(fleet)) => Place::Fleet(fleet),
            (None, None) => Place::Stdout,
        };
        Ok(Self { place, force: args.force, sources: Arc::new(sources) })
    }

    /// Does the work in a thread whose evaluations are watched.
    fn at_the_workbench<R: Send + 'static>(
        &self,
        session: &Session<'_>,
        work: impl Fn(&mut Workbench) -> R + Send + Sync + 'static,
    ) -> Result<R, Finding> {
        let limits = session.global.limits();
        let sources = Arc::clone(&self.sources);
        let make = move || Workbench::new(Arc::clone(&sources), limits);
        let outcomes = pool::run(vec![()], 1, limits, make, move |bench, ()| work(bench), || {});
        match outcomes.into_iter().next() {
            Some(Outcome::Done(result)) => Ok(result),
            Some(Outcome::Lost(trip)) => Err(evaluate::limit_finding(trip, &limits)),
            Some(Outcome::NotRun) | None => Err(Finding::refusal("nothing was evaluated")),
        }
    }

    /// Says what could not be carried over and what the library thinks of the definitions, and writes them.
    fn finish(&self, session: &Session<'_>, definitions: Vec<Definition>) -> Result<Exit, Finding> {
        let texts: Vec<(String, String)> =
            definitions.iter().map(|definition| (self.path_of(&definition.name), file_text(&[definition]))).collect();
        let to_check = texts.clone();
        let findings = self.at_the_workbench(session, move |bench| {
            let check = |(path, text): &(String, String)| bench.cluster(path, text, Depth::Summary).findings;
            to_check.iter().map(check).collect::<Vec<_>>()
        })?;
        let mut exit = Exit::Fine;
        let mut written = Vec::new();
        for ((definition, (path, text)), findings) in definitions.iter().zip(&texts).zip(findings) {
            for remark in &definition.remarks {
                let finding = Finding::refusal(&remark.text).severity(remark.severity).cluster(&definition.name);
                session.terminal.finding(&finding);
            }
            if !renders(&findings) {
                exit = Exit::Trouble;
            }
            for finding in findings.into_iter().filter(|finding| finding.severity >= Severity::Warning) {
                session.terminal.finding(&finding.cluster(&definition.name));
            }
            if let Err(finding) = self.write(path, text) {
                session.terminal.finding(&finding.cluster(&definition.name));
                exit = Exit::Trouble;
            } else {
                written.push(path.as_str());
            }
        }
        if let Place::Stdout = self.place {
            let definitions: Vec<&Definition> = definitions.iter().collect();
            if !definitions.is_empty() {
                session.print(&file_text(&definitions))?;
            }
        } else {
            let list = if written.is_empty() { String::new() } else { format!(": {}", written.join(", ")) };
            session.terminal.status(&format!("imported {}{list}", plural(written.len(), "cluster")));
        }
        Ok(exit)
    }

    /// The definition's path as people see it; in a fleet, that of the file which defines the cluster already.
    fn path_of(&self, name: &str) -> String {
        match &self.place {
            Place::Stdout => format!("{name}.jsonnet"),
            Place::Folder(folder) => folder.join(format!("{name}.jsonnet")).display().to_string(),
            Place::Fleet(fleet) => {
                let files = self.sources.files().list(&fleet.config.clusters, ".jsonnet").ok().flatten();
                let own = format!("{name}.jsonnet");
                let same = |path: &String| path.rsplit('/').next() == Some(&own);
                files.into_iter().flatten().find(same).unwrap_or_else(|| format!("{}/{own}", fleet.config.clusters))
            }
        }
    }

    fn write(&self, shown: &str, text: &str) -> Result<(), Finding> {
        let path = match &self.place {
            Place::Stdout => return Ok(()),
            Place::Folder(_) => PathBuf::from(shown),
            Place::Fleet(fleet) => fleet.root.join(shown),
        };
        let folder = path.parent().unwrap_or(Path::new("."));
        let problem = |error: &dyn std::fmt::Display| Finding::refusal(format!("{shown}: {error}"));
        if let Place::Fleet(fleet) = &self.place {
            // git can bring a link along, and the definition would go wherever it points.
            let inside = folder.strip_prefix(&fleet.root).unwrap_or(folder);
            let mut above = fleet.root.clone();
            for part in inside.components() {
                above.push(part);
                if above.is_symlink() {
                    return Err(problem(&"a folder above it is a link").hint("make it a folder, or use --output"));
                }
            }
        }
        fs::create_dir_all(folder).map_err(|error| problem(&error))?;
        destination::write(&path, text, self.force).map_err(|refused| match refused {
            Refused::Exists => Finding::refusal(format!("{shown} is there already"))
                .hint("--force replaces it; --output DIR writes elsewhere"),
            Refused::NotAFile => problem(&"this is no regular file").hint("move it away, or use --output"),
            Refused::Io(error) => problem(&error),
        })
    }
}
