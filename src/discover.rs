//! Where a fleet is and which definitions it has.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use crate::files::{Files, LARGEST_FILE};
use crate::finding::{Finding, Severity, suggest};
use crate::git::{Blob, Snapshot};
use crate::sources::Sources;
use crate::validate::RuleWeights;
use crate::validate::rules;

/// The file that marks a fleet's root.
pub const FLEET_FILE: &str = "cniforge.toml";

/// A git repository of definitions and of the trees rendered from them.
#[derive(Debug, Clone)]
pub struct Fleet {
    /// The folder that holds `cniforge.toml`.
    pub root: PathBuf,
    /// What that file says.
    pub config: FleetConfig,
    /// The commit that its files are read from instead of the folder.
    pub snapshot: Option<Arc<Snapshot>>,
}

/// `cniforge.toml`. Every key has a default; an empty file is a fleet.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FleetConfig {
    /// The folder of definitions, below the root.
    pub clusters: String,
    /// The folder of trees, below the root.
    pub rendered: String,
    /// The folder of the fleet's own rules, below the root; it need not be there.
    pub policies: String,
    /// Rule → how much its findings weigh in this fleet.
    pub rules: RuleWeights,
}

impl Default for FleetConfig {
    fn default() -> Self {
        Self {
            clusters: "clusters".to_owned(),
            rendered: "rendered".to_owned(),
            policies: "policies".to_owned(),
            rules: RuleWeights::new(),
        }
    }
}

/// One definition file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DefinitionFile {
    /// File name without `.jsonnet`: the cluster's name, unless the file is an inventory.
    pub stem: String,
    /// Relative to the root, with `/`.
    pub path: String,
}

impl Fleet {
    /// The fleet that `start` is in: its folder, or the nearest one above, with a `cniforge.toml`.
    ///
    /// # Errors
    /// When there is none, or when the file cannot be read.
    pub fn find(start: &Path) -> Result<Self, Finding> {
        Self::find_if_any(start)?.ok_or_else(|| {
            Finding::refusal(format!("no {FLEET_FILE} here or in any folder above"))
                .hint(format!("go to your fleet, name it with --fleet, or make one: an empty {FLEET_FILE} is enough"))
        })
    }

    /// The same for a command that can do without one.
    ///
    /// # Errors
    /// When the fleet's file cannot be read.
    pub fn find_if_any(start: &Path) -> Result<Option<Self>, Finding> {
        let start = start.canonicalize().map_err(|e| Finding::refusal(format!("{}: {e}", start.display())))?;
        let Some(root) = start.ancestors().find(|folder| folder.join(FLEET_FILE).is_file()) else { return Ok(None) };
        let path = root.join(FLEET_FILE);
        let text = fs::read_to_string(path).map_err(|e| Finding::refusal(format!("{FLEET_FILE}: {e}")))?;
        let config = parse_config(&text)?;
        Ok(Some(Self { root: root.to_owned(), config, snapshot: None }))
    }

    /// The same fleet at a commit; `None` if there was no fleet yet.
    ///
    /// # Errors
    /// When git does not answer, or its `cniforge.toml` there is wrong.
    pub fn at(&self, snapshot: &Arc<Snapshot>) -> Result<Option<Self>, Finding> {
        let Some(entry) = snapshot.entry(FLEET_FILE)? else { return Ok(None) };
        let text = match snapshot.blobs(&[&entry.hash], LARGEST_FILE)?.pop() {
            Some(Blob::Bytes(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
            _ => return Err(Finding::refusal(format!("{FLEET_FILE} cannot be read at {}", snapshot.name))),
        };
        let config = parse_config(&text).map_err(|mut finding| {
            finding.message = format!("at {}: {}", snapshot.name, finding.message);
            finding
        })?;
        Ok(Some(Self { config, snapshot: Some(Arc::clone(snapshot)), ..self.clone() }))
    }

    fn files(&self) -> Result<Files, Finding> {
        match &self.snapshot {
            Some(snapshot) => Ok(Files::in_commit(Arc::clone(snapshot))),
            None => Files::in_folder(&self.root).map_err(|e| Finding::refusal(format!("{}: {e}", self.root.display()))),
        }
    }

    /// What an evaluation may read.
    ///
    /// # Errors
    /// When the root cannot be resolved.
    pub fn sources(&self) -> Result<Sources, Finding> {
        Ok(Sources::of(self.files()?, &self.config.rendered))
    }

    /// The folder that holds one tree a cluster.
    #[must_use]
    pub fn rendered(&self) -> PathBuf {
        self.root.join(&self.config.rendered)
    }

    /// Every definition, sorted by stem. Two files of one stem are findings, and neither is returned.
    ///
    /// # Errors
    /// When the folder cannot be read or holds no definition.
    pub fn definitions(&self, sources: &Sources) -> Result<(Vec<DefinitionFile>, Vec<Finding>), Finding> {
        let hint = format!("put one definition a cluster there: `{}/<name>.jsonnet`", self.config.clusters);
        let files = sources
            .list(&self.config.clusters, ".jsonnet")
            .map_err(|(path, reason)| Finding::refusal(format!("{path}: {reason}")).hint(hint.clone()))?;
        let mut by_stem: BTreeMap<String, Vec<DefinitionFile>> = BTreeMap::new();
        for path in files.unwrap_or_default() {
            let name = path.rsplit('/').next().unwrap_or(&path);
            let stem = name.strip_suffix(".jsonnet").unwrap_or(name).to_owned();
            by_stem.entry(stem.clone()).or_default().push(DefinitionFile { stem, path });
        }
        if by_stem.is_empty() {
            return Err(Finding::refusal(format!("there is no definition in {}/", self.config.clusters)).hint(hint));
        }
        let mut findings = Vec::new();
        let mut definitions = Vec::new();
        for (stem, mut files) in by_stem {
            if files.len() == 1 {
                definitions.append(&mut files);
                continue;
            }
            let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
            findings.push(
                Finding::refusal(format!("{} files define it: {}", paths.len(), paths.join(", ")))
                    .cluster(stem)
                    .hint("a file's name is its cluster's name, in whatever folder it lies; rename one"),
            );
        }
        Ok((definitions, findings))
    }

    /// Names that clusters have, as far as they are known without evaluating: of definitions, and of trees, which members of
    /// inventories have too. Sorted.
    #[must_use]
    pub fn names(&self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = self.trees().unwrap_or_default().into_iter().collect();
        if let Ok((definitions, _)) = self.sources().and_then(|sources| self.definitions(&sources)) {
            names.extend(definitions.into_iter().map(|file| file.stem));
        }
        names
    }

    /// The files of the fleet's own rules, sorted.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn policies(&self, sources: &Sources) -> Result<Vec<String>, Finding> {
        let files = sources.list(&self.config.policies, ".jsonnet");
        let mut files =
            files.map_err(|(path, reason)| Finding::refusal(format!("{path}: {reason}")))?.unwrap_or_default();
        files.sort();
        Ok(files)
    }

    /// The trees that are there: the folders of `rendered/`, sorted, without those of the tool.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn trees(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.rendered()) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut trees = Vec::new();
        for entry in entries {
            let entry = entry?;
            if let Ok(name) = entry.file_name().into_string()
                && entry.file_type()?.is_dir()
                && !name.starts_with(['.', '_'])
            {
                trees.push(name);
            }
        }
        trees.sort();
        Ok(trees)
    }
}

fn parse_config(text: &str) -> Result<FleetConfig, Finding> {
    let config: FleetConfig = toml::from_str(text).map_err(|e| {
        let finding = Finding::refusal(format!("{FLEET_FILE}: {}", e.message().trim_end()));
        let place = e.span().map(|span| place(text, span));
        let finding = finding.place(place);
        match e.message().split('`').nth(1) {
            Some(key) if e.message().starts_with("unknown field") => {
                let known = ["clusters", "policies", "rendered", "rules"];
                Finding { hint: suggest(key, known), message: format!("unknown key `{key}`"), ..finding }
            }
            _ => finding,
        }
    })?;
    for (key, folder) in
        [("clusters", &config.clusters), ("rendered", &config.rendered), ("policies", &config.policies)]
    {
        let plain = !folder.is_empty()
            && folder.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
            && !folder.contains(['\\', ':', '\0']);
        if !plain {
            return Err(Finding::refusal(format!(
                "{FLEET_FILE}: `{key}` is no folder below the fleet's root: `{folder}`"
            ))
            .hint("write it relative to the root, with `/`, without `..`"));
        }
    }
    for id in config.rules.keys() {
        let Some(rule) = rules::find(id) else {
            let mut finding = Finding::refusal(format!("{FLEET_FILE}: there is no rule `{id}`"));
            finding.hint = suggest(id, rules::RULES.iter().map(|rule| rule.id));
            return Err(finding);
        };
        if rule.severity == Severity::Refusal {
            return Err(Finding::refusal(format!("{FLEET_FILE}: {id} weighs what it weighs: {}", rule.title))
                .hint("what it refuses would be committed to git"));
        }
    }
    if config.clusters == config.rendered {
        return Err(Finding::refusal(format!("{FLEET_FILE}: `clusters` and `rendered` are the same folder")));
    }
    Ok(config)
}

fn place(text: &str, span: std::ops::Range<usize>) -> crate::finding::Place {
    let start = span.start.min(text.len());
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line = text[line_start..].lines().next().unwrap_or_default().to_owned();
    crate::finding::Place {
        file: FLEET_FILE.to_owned(),
        line: text[..start].matches('\n').count() + 1,
        column: text[line_start..start].chars().count() + 1,
        width: span.len().clamp(1, line.len().max(1)),
        text: line,
    }
}
