//! Which settings give the objects that a cluster runs, where few settings give them all: Calico, CoreDNS, kube-proxy.
//!
//! The objects are read for what they hint at; each hint is rendered, and kept only if that brings the objects closer to what
//! runs. A wrong hint costs time and nothing else.

use std::collections::BTreeMap;

use super::comparison::{Objects, distance, with};
use super::rendered;
use super::search::leaves;
use crate::import::definition_writer::{Definition, Field};
use crate::import::helm::without;
use crate::import::workbench::Workbench;
use crate::value::{Map, Value};

/// A field of the definition and what it may be.
pub type Guess = (Vec<String>, Value);

/// A guess at a dotted path.
#[must_use]
pub fn guess(path: &str, value: Value) -> Guess {
    (path.split('.').map(str::to_owned).collect(), value)
}

/// A definition with these settings laid over its fields: maps are merged (`key+:`), everything else replaces.
#[must_use]
pub fn completed(definition: &Definition, settings: &Value) -> Definition {
    let mut definition = definition.clone();
    for (key, value) in settings.as_map().into_iter().flat_map(Map::iter) {
        if value.as_map().is_some_and(Map::is_empty) {
            continue;
        }
        let field = Field::new(key, value.clone());
        let field = if value.as_map().is_some() && key != "networkArgs" { field.extending() } else { field };
        match definition.fields.iter_mut().find(|known| known.name == key) {
            Some(known) => known.value = merged(&known.value, value),
            None => definition.fields.push(field),
        }
    }
    definition
}

/// Definitions of kinds are most of what Calico's objects weigh, and no setting changes them: they are the same distance away
/// from what runs, whatever is tried.
fn without_kinds(definition: Definition) -> Definition {
    let calico = |field: &Field| field.name == "cni" && field.value.as_str() == Some("calico");
    if !definition.fields.iter().any(calico) {
        return definition;
    }
    let nothing = Value::Map(Map::default());
    completed(&definition, &with(&nothing, &["manifests", "calico-crds"], nothing.clone()))
}

fn merged(under: &Value, over: &Value) -> Value {
    match (under, over) {
        (Value::Map(_), Value::Map(map)) => map.iter().fold(under.clone(), |all, (key, value)| {
            let value = all.at(&[key]).map_or_else(|| value.clone(), |known| merged(known, value));
            with(&all, &[key], value)
        }),
        _ => over.clone(),
    }
}

/// One search.
pub struct Fit<'a> {
    bench: &'a mut Workbench,
    wanted: &'a Objects,
    definition: &'a Definition,
    settings: Value,
    /// How far the settings are from what runs; `None` if they cannot be rendered.
    nearest: Option<usize>,
}

impl<'a> Fit<'a> {
    /// Begins with these settings over the definition.
    pub fn new(bench: &'a mut Workbench, wanted: &'a Objects, definition: &'a Definition, settings: Value) -> Self {
        let mut fit = Self { bench, wanted, definition, settings, nearest: None };
        fit.nearest = fit.distance(&fit.settings.clone());
        fit
    }

    fn distance(&mut self, settings: &Value) -> Option<usize> {
        let definition = without_kinds(completed(self.definition, settings));
        Some(distance(self.wanted, &rendered(self.bench, &definition)?))
    }

    /// What the settings give by now, without definitions of kinds.
    pub fn objects(&mut self) -> Objects {
        rendered(self.bench, &without_kinds(completed(self.definition, &self.settings))).unwrap_or_default()
    }

    /// Takes what brings the objects closer. A hint may need another one first, so what was not taken is tried again.
    pub fn with(&mut self, mut guesses: Vec<Guess>) {
        loop {
            let before = guesses.len();
            guesses.retain(|(path, value)| {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                let settings = with(&self.settings, &path, value.clone());
                !self.take_if_closer(settings)
            });
            if guesses.is_empty() || guesses.len() == before {
                return;
            }
        }
    }

    fn take_if_closer(&mut self, settings: Value) -> bool {
        if settings == self.settings {
            return true;
        }
        let Some(distance) = self.distance(&settings) else { return false };
        let closer = self.nearest.is_none_or(|nearest| distance < nearest);
        if closer {
            (self.settings, self.nearest) = (settings, Some(distance));
        }
        closer
    }

    /// The settings, without those that a later one has made idle.
    #[must_use]
    pub fn finish(mut self) -> Value {
        for path in leaves(&self.settings) {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let fewer = without(&self.settings, &path);
            if let (Some(distance), Some(nearest)) = (self.distance(&fewer), self.nearest)
                && distance <= nearest
            {
                self.settings = fewer;
            }
        }
        self.settings
    }
}

/// What a workload's container says of itself.
#[derive(Debug, Default)]
pub struct Container<'a>(Option<&'a Value>);

impl<'a> Container<'a> {
    /// That of a workload, by its name.
    #[must_use]
    pub fn of(workload: &'a Value, name: &str) -> Self {
        let all = workload.list_at(&["spec", "template", "spec", "containers"]);
        Self(all.iter().find(|container| container.text_at(&["name"]) == Some(name)))
    }

    /// Its image.
    #[must_use]
    pub fn image(&self) -> Option<&'a str> {
        self.0?.text_at(&["image"])
    }

    /// Its variables that have a value of their own.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<&'a str, &'a str> {
        let list = self.0.map(|container| container.list_at(&["env"])).unwrap_or_default();
        // The server's normal form has no empty value.
        let literal = |variable: &'a Value| {
            let value = if variable.at(&["valueFrom"]).is_some() { None } else { Some(variable.text_at(&["value"])) };
            Some((variable.text_at(&["name"])?, value?.unwrap_or_default()))
        };
        list.iter().filter_map(literal).collect()
    }

    /// A text of its own.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.0?.text_at(&[key])
    }
}
