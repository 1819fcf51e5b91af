//! `cniforge check`: what `render` would change, without changing it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use similar::TextDiff;

use super::{Exit, Session};
use crate::cli::CheckArgs;
use crate::evaluate::Depth;
use crate::finding::{Finding, Severity};
use crate::pipeline;
use crate::report::plural;
use crate::tree::{DiskEntry, DiskTree, ManifestTree, TreeChanges};

struct Compared {
    changes: TreeChanges,
    /// Path → text now and text to be; only with `--diff`.
    texts: BTreeMap<String, (String, String)>,
}

pub(super) fn run(session: &Session<'_>, args: &CheckArgs) -> Result<Exit, Finding> {
    let fleet = session.fleet()?;
    let rendered = fleet.rendered();
    let keep_texts = args.diff;
    let mut progress = session.terminal.progress("checking");
    let run = pipeline::run(
        &fleet,
        &args.selection.clusters,
        session.options(Depth::Manifests, args.allow_findings),
        |_, _| None,
        move |cluster, objects| compare(rendered.join(cluster), &ManifestTree::from_objects(objects), keep_texts),
        |done, total| progress.update(done, total),
    )?;
    session.report(&run, Severity::Warning);
    let mut out = String::new();
    let (mut files, mut clusters, mut failed) = (0, 0, 0);
    for cluster in &run.clusters {
        match &cluster.result {
            None => failed += 1,
            Some(Err((path, error))) => {
                failed += 1;
                let path = path.strip_prefix(&fleet.root).unwrap_or(path).display();
                session.terminal.finding(&Finding::refusal(format!("{path}: {error}")).cluster(cluster.name.clone()));
            }
            Some(Ok(compared)) => {
                super::render::report_foreign(session, &fleet, &cluster.name, &compared.changes);
                let lines = compared.lines(&format!("{}/{}", fleet.config.rendered, cluster.name));
                files += lines.len();
                clusters += usize::from(!lines.is_empty());
                out.extend(lines);
            }
        }
    }
    if let (true, Some(names)) = (args.selection.clusters.is_empty(), &run.names) {
        let trees = fleet.trees().map_err(|e| Finding::refusal(format!("{}: {e}", fleet.config.rendered)))?;
        for tree in trees.iter().filter(|tree| !names.contains(*tree)) {
            files += 1;
            clusters += 1;
            out.extend(["orphan   ", &fleet.config.rendered, "/", tree, "\n"]);
            session.terminal.finding(
                &Finding::refusal(format!("{}/{tree} has no definition", fleet.config.rendered))
                    .severity(Severity::Warning)
                    .hint("remove it with `cniforge render --prune`; whatever applies the tree may then delete the cluster's network"),
            );
        }
    }
    session.print(&out)?;
    let (s, are) = if files == 1 { ("s", "") } else { ("", "") };
    let verdict = if files > 0 {
        format!(
            "{} differ{s}{are} in {}; `cniforge render` brings the trees up to date",
            plural(files, "file"),
            plural(clusters, "cluster")
        )
    } else if failed > 0 && failed == run.clusters.len() {
        "nothing could be compared".to_owned()
    } else {
        format!("{} checked: nothing differs", plural(run.clusters.len() - failed, "cluster"))
    };
    let failures =
        if failed > 0 { format!("; {} could not be checked", plural(failed, "cluster")) } else { String::new() };
    session.terminal.status(&format!("{verdict}{failures}"));
    Ok(if failed > 0 || !run.findings.is_empty() {
        Exit::Trouble
    } else if files > 0 {
        Exit::Differences
    } else {
        Exit::Fine
    })
}

fn compare(folder: PathBuf, tree: &ManifestTree, keep_texts: bool) -> Result<Compared, (PathBuf, std::io::Error)> {
    let disk = DiskTree::read(&folder)?;
    let changes = TreeChanges::between(tree, &disk);
    let mut texts = BTreeMap::new();
    if keep_texts {
        for path in changes.added.iter().chain(&changes.changed).chain(&changes.stale) {
            let now = match disk.entries.get(path) {
                Some(DiskEntry::Own(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
                _ => String::new(),
            };
            texts.insert(path.clone(), (now, tree.get(path).unwrap_or_default().to_owned()));
        }
    }
    Ok(Compared { changes, texts })
}

impl Compared {
    /// One entry a file, in the order of the paths, each with its diff behind it if that is kept.
    fn lines(&self, folder: &str) -> Vec<String> {
        let TreeChanges { added, changed, stale, in_the_way, .. } = &self.changes;
        let words = [("missing", added), ("differs", changed), ("stale", stale), ("foreign", in_the_way)];
        let mut entries: Vec<(&String, &str)> =
            words.iter().flat_map(|(word, paths)| paths.iter().map(|path| (path, *word))).collect();
        entries.sort();
        let line = |(path, word): (&String, &str)| {
            let diff = self.texts.get(path).map(|(now, then)| unified(&format!("{folder}/{path}"), now, then));
            format!("{word:<8} {folder}/{path}\n{}", diff.unwrap_or_default())
        };
        entries.into_iter().map(line).collect()
    }
}

fn unified(path: &str, now: &str, then: &str) -> String {
    let diff = TextDiff::from_lines(now, then);
    diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}
