//! What a definition can say, by name: keys of a cluster, settings of each library, Cilium's values, arguments. The library's
//! own tables, asked by `explain` and by the reference in the book, so that neither is written by hand.

use std::path::Path;
use std::sync::Arc;

use crate::finding::Finding;
use crate::import::workbench::Workbench;
use crate::limits::Limits;
use crate::sources::Sources;
use crate::value::Value;

/// The file of the library that answers.
const TABLES: &str = "cniforge/reference.libsonnet";

/// What is known of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The full name: `cilium.values.hubble.relay.enabled`.
    pub name: String,
    /// Label and text, in the order in which they are shown.
    pub rows: Vec<(String, String)>,
    /// The names one step below, if it is a section; those that are sections themselves end in `.…`.
    pub inside: Vec<String>,
    /// Whether [`Reference::touched`] may know more.
    pub touches: bool,
}

impl Entry {
    /// The text of the first row of this label.
    #[must_use]
    pub fn row(&self, label: &str) -> Option<&str> {
        self.rows.iter().find(|(found, _)| found == label).map(|(_, text)| text.as_str())
    }
}

/// What another value makes different.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Keys of `cilium-config`, of a value of Cilium's.
    pub config: Vec<String>,
    /// Objects, as `DaemonSet/cilium`; of a key of a cluster with what they belong to, as `calico: DaemonSet/calico-node`.
    pub objects: Vec<String>,
}

/// The library, asked for its tables.
pub struct Reference {
    workbench: Workbench,
}

impl Reference {
    /// Over a fleet's files, so that a library in its `vendor/` wins.
    #[must_use]
    pub fn new(sources: Arc<Sources>, limits: Limits) -> Self {
        Self { workbench: Workbench::new(sources, limits) }
    }

    /// Of the built-in library alone. `folder` is where the answer may be asked for; no file of it is read.
    ///
    /// # Errors
    /// The folder is none.
    pub fn built_in(folder: &Path, limits: Limits) -> Result<Self, Finding> {
        let sources =
            Sources::new(folder, "rendered").map_err(|e| Finding::refusal(format!("{}: {e}", folder.display())))?;
        Ok(Self::new(Arc::new(sources), limits))
    }

    /// What is known of a name; values may be named as in a file of Helm's values, too. What stands in a list, or in an object
    /// with names of one's own, is told by the whole.
    ///
    /// # Errors
    /// The library cannot be evaluated.
    pub fn describe(&mut self, name: &str) -> Result<Option<Entry>, Finding> {
        let answer = self.ask(&format!("describe({})", quoted(name)))?;
        Ok(answer.as_map().is_some().then(|| entry(&answer)))
    }

    /// Every name of which something is known, sorted.
    ///
    /// # Errors
    /// The library cannot be evaluated.
    pub fn names(&mut self) -> Result<Vec<String>, Finding> {
        Ok(texts(self.ask("names")?.as_list().unwrap_or_default()))
    }

    /// What is known of every name, sorted by name.
    ///
    /// # Errors
    /// The library cannot be evaluated.
    pub fn entries(&mut self) -> Result<Vec<Entry>, Finding> {
        let answer = self.ask("[describe(name) for name in names]")?;
        Ok(answer.as_list().unwrap_or_default().iter().map(entry).collect())
    }

    /// What another value of this name makes different; nothing if no example of one can be made up or renders.
    #[must_use]
    pub fn touched(&mut self, name: &str) -> Option<Touched> {
        let answer = self.ask(&format!("touched({})", quoted(name))).ok()?;
        Some(Touched { config: texts(answer.list_at(&["config"])), objects: texts(answer.list_at(&["objects"])) })
    }

    fn ask(&mut self, question: &str) -> Result<Value, Finding> {
        let code = format!(
            "local tables = import '{TABLES}'; local describe = tables.describe, names = std.objectFields(tables.entries), \
             touched = tables.touched; {question}"
        );
        self.workbench.value(&code)
    }
}

/// As jsonnet reads it, which every JSON is.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn texts(list: &[Value]) -> Vec<String> {
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn entry(answer: &Value) -> Entry {
    let text = |value: &Value, key: &str| value.text_at(&[key]).unwrap_or_default().to_owned();
    Entry {
        name: text(answer, "name"),
        rows: answer.list_at(&["rows"]).iter().map(|row| (text(row, "label"), text(row, "text"))).collect(),
        inside: texts(answer.list_at(&["inside"])),
        touches: answer.at(&["touches"]) == Some(&Value::Bool(true)),
    }
}
