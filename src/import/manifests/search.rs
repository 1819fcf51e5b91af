//! Which values give the objects that a cluster runs?
//!
//! The library maps values to objects, and only in that direction. So the way back is a search: a table says which values a key
//! of cilium-config depends on, a field's name says which values may fill it; each guess is rendered, and kept only if it
//! brings the objects closer to the cluster's. What no value gives becomes an argument or shows in the diff: a wrong guess
//! can cost time, but never make the result wrong.

use std::collections::{BTreeMap, BTreeSet};

use super::comparison::{Difference, Objects, differences, distance, with};
use super::rendered;
use crate::import::definition_writer::{Definition, file_text, literal};
use crate::import::helm::{Chart, without};
use crate::import::workbench::Workbench;
use crate::value::{Map, Value};

/// A key of cilium-config a line, with the values that it is made of.
const CONFIG_VALUES: &str = include_str!("config-values.txt");

/// Keys that come with one type of encryption, which has to be chosen and switched on at once.
const ENCRYPTIONS: [(&str, &str); 3] =
    [("enable-ipsec", "ipsec"), ("enable-wireguard", "wireguard"), ("enable-ztunnel", "ztunnel")];

/// What values call a field of an object, where not by its own name.
const SYNONYMS: [(&str, &[&str]); 7] = [
    ("annotations", &["podAnnotations", "annotations"]),
    ("args", &["extraArgs"]),
    ("env", &["extraEnv"]),
    ("image", &["image"]),
    ("labels", &["podLabels", "commonLabels", "labels"]),
    ("volumeMounts", &["extraVolumeMounts"]),
    ("volumes", &["extraVolumes"]),
];

/// More than any real cluster takes; what is not found by then shows in the diff.
const MOST_GUESSES: usize = 3000;

/// The cluster's cilium-config.
pub type Config = BTreeMap<String, String>;

/// What a definition says, apart from what is known beforehand.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Of the chart.
    pub values: Value,
    /// `networkArgs`.
    pub args: Config,
    /// Where all images come from.
    pub registry: Option<String>,
}

/// One search.
pub struct Search<'a> {
    bench: &'a mut Workbench,
    chart: &'a Chart,
    wanted: &'a Objects,
    config: &'a Config,
    definition: &'a dyn Fn(&Draft) -> Definition,
    guesses: usize,
    /// Of the draft that was kept last.
    nearest: Option<usize>,
}

impl<'a> Search<'a> {
    /// For the objects and the configuration of a cluster; `definition` is what a draft comes to.
    pub fn new(
        bench: &'a mut Workbench,
        chart: &'a Chart,
        wanted: &'a Objects,
        config: &'a Config,
        definition: &'a dyn Fn(&Draft) -> Definition,
    ) -> Self {
        Self { bench, chart, wanted, config, definition, guesses: 0, nearest: None }
    }

    /// The draft that comes closest.
    pub fn run(mut self, mut draft: Draft, registries: &BTreeSet<String>) -> Draft {
        self.nearest = self.distance(&draft);
        for registry in registries {
            let guess = Draft { registry: Some(registry.clone()), ..draft.clone() };
            self.keep_if_closer(&mut draft, guess);
        }
        self.fit_config(&mut draft);
        self.nearest = self.distance(&draft);
        self.fit_api_server(&mut draft);
        self.flip_switches(&mut draft);
        self.fit_fields(&mut draft);
        self.fit_config(&mut draft);
        self.add_arguments(&mut draft);
        self.simplify(&mut draft);
        draft
    }

    /// How far the draft is from the cluster; `None` if it cannot be rendered.
    fn distance(&mut self, draft: &Draft) -> Option<usize> {
        self.guesses += 1;
        Some(distance(self.wanted, &rendered(self.bench, &(self.definition)(draft))?))
    }

    fn keep_if_closer(&mut self, draft: &mut Draft, guess: Draft) -> bool {
        if self.guesses > MOST_GUESSES || guess == *draft {
            return false;
        }
        let Some(distance) = self.distance(&guess) else { return false };
        let closer = self.nearest.is_none_or(|nearest| distance < nearest);
        if closer {
            self.nearest = Some(distance);
            *draft = guess;
        }
        closer
    }

    /// The draft's cilium-config, without rendering anything else.
    fn config_of(&mut self, draft: &Draft) -> Option<Config> {
        self.guesses += 1;
        let text = file_text(&[&(self.definition)(draft)]);
        let question = format!(
            "local cluster = ({text});\nif [f for f in cluster.findings if f.severity == 'refusal'] != [] then null\n\
             else cluster.manifests.cilium.config.data\n"
        );
        let data = self.bench.value(&question).ok()?;
        let entries = data.as_map()?.iter();
        Some(entries.filter_map(|(key, value)| Some((key.to_owned(), value.as_str()?.to_owned()))).collect())
    }

    /// The keys in which the draft's configuration is not the cluster's.
    fn off(&self, config: &Config) -> BTreeSet<String> {
        let keys = config.keys().chain(self.config.keys());
        keys.filter(|key| config.get(*key) != self.config.get(*key)).cloned().collect()
    }

    /// Values for what differs in cilium-config.
    fn fit_config(&mut self, draft: &mut Draft) {
        const PASSES: usize = 4;
        for _ in 0..PASSES {
            let Some(mut config) = self.config_of(draft) else { return };
            let mut closer = false;
            for key in self.off(&config) {
                if config.get(&key) == self.config.get(&key) {
                    continue;
                }
                let mut best: Option<(usize, Draft, Config)> = None;
                for values in self.guesses_for_key(&key, &draft.values) {
                    if self.guesses > MOST_GUESSES {
                        return;
                    }
                    let guess = Draft { values, ..draft.clone() };
                    let Some(result) = self.config_of(&guess) else { continue };
                    let off = self.off(&result).len();
                    if off < best.as_ref().map_or(self.off(&config).len(), |(off, ..)| *off) {
                        best = Some((off, guess, result));
                    }
                }
                if let Some((_, guess, result)) = best {
                    (*draft, config, closer) = (guess, result, true);
                }
            }
            if !closer {
                return;
            }
        }
    }

    fn guesses_for_key(&self, key: &str, values: &Value) -> Vec<Value> {
        let text = self.config.get(key).map(String::as_str);
        let mut guesses = Vec::new();
        for (_, name) in ENCRYPTIONS.iter().filter(|(of_one, _)| *of_one == key && text.is_some()) {
            let on = with(values, &["encryption", "enabled"], Value::Bool(true));
            guesses.push(with(&on, &["encryption", "type"], Value::String((*name).to_owned())));
        }
        let line = CONFIG_VALUES.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
        for path in line.unwrap_or_default().split(' ').filter(|path| !path.is_empty()) {
            let path: Vec<&str> = path.split('.').collect();
            let Some(default) = self.chart.defaults.at(&path) else { continue };
            let now = values.at(&path).unwrap_or(default);
            guesses.extend(candidates(now, text).into_iter().map(|value| with(values, &path, value)));
        }
        guesses
    }

    /// The address of the API server, which every workload of Cilium has in its environment and nothing else tells.
    fn fit_api_server(&mut self, draft: &mut Draft) {
        let variable =
            |name: &str| self.wanted.values().find_map(|object| environment(object, name)).map(str::to_owned);
        let (host, port) = (variable("KUBERNETES_SERVICE_HOST"), variable("KUBERNETES_SERVICE_PORT"));
        let mut values = draft.values.clone();
        for (name, text) in [("k8sServiceHost", host), ("k8sServicePort", port)] {
            if let Some(text) = text {
                let number = text.parse().ok().filter(|_| name == "k8sServicePort").map(Value::Number);
                values = with(&values, &[name], number.unwrap_or(Value::String(text)));
            }
        }
        let guess = Draft { values, ..draft.clone() };
        self.keep_if_closer(draft, guess);
    }

    /// On what is off and off what is on, from the outer sections to the inner ones.
    fn flip_switches(&mut self, draft: &mut Draft) {
        let in_config: BTreeSet<&str> = CONFIG_VALUES.split_whitespace().collect();
        let mut switches = Vec::new();
        collect_paths(&self.chart.defaults, &mut Vec::new(), &mut |path, value| {
            // What shows in cilium-config has been looked at.
            if matches!(value, Value::Bool(_)) && !in_config.contains(path.join(".").as_str()) {
                switches.push(path.to_vec());
            }
        });
        switches.sort_by_key(Vec::len);
        for path in switches {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let now = draft.values.at(&path).or_else(|| self.chart.defaults.at(&path));
            let Some(Value::Bool(now)) = now else { continue };
            let guess = Draft { values: with(&draft.values, &path, Value::Bool(!now)), ..draft.clone() };
            self.keep_if_closer(draft, guess);
            if self.nearest == Some(0) {
                return;
            }
        }
    }

    /// Values by the names of the fields that differ.
    fn fit_fields(&mut self, draft: &mut Draft) {
        let mut by_name: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        collect_paths(&self.chart.defaults, &mut Vec::new(), &mut |path, _| {
            if let Some(name) = path.last() {
                by_name.entry(name.clone()).or_default().push(path.to_vec());
            }
        });
        let mut tried = BTreeSet::new();
        loop {
            let Some(objects) = rendered(self.bench, &(self.definition)(draft)) else { return };
            let mut closer = false;
            for (key, wanted) in self.wanted {
                let Some(object) = objects.get(key) else { continue };
                for difference in differences(wanted, object) {
                    for (path, value) in guesses_for_field(&difference, wanted, object, &by_name) {
                        if !tried.insert((path.clone(), literal(&value))) {
                            continue;
                        }
                        let path: Vec<&str> = path.iter().map(String::as_str).collect();
                        let guess = Draft { values: with(&draft.values, &path, value), ..draft.clone() };
                        closer |= self.keep_if_closer(draft, guess);
                    }
                }
            }
            if !closer || self.guesses > MOST_GUESSES {
                return;
            }
        }
    }

    /// Without guesses that a later one has made idle.
    fn simplify(&mut self, draft: &mut Draft) {
        let Some(nearest) = self.distance(draft) else { return };
        for path in leaves(&draft.values) {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let guess = Draft { values: without(&draft.values, &path), ..draft.clone() };
            if self.distance(&guess).is_some_and(|distance| distance <= nearest) {
                *draft = guess;
            }
        }
    }

    /// What no value gives: known keys as arguments, others as the user's own.
    fn add_arguments(&mut self, draft: &mut Draft) {
        let Some(config) = self.config_of(draft) else { return };
        for key in self.off(&config) {
            let Some(text) = self.config.get(&key) else { continue };
            let mut guess = draft.clone();
            if self.chart.config_keys.contains(&key) {
                guess.args.insert(key, text.clone());
            } else {
                guess.values = with(&guess.values, &["extraConfig", &key], Value::String(text.clone()));
            }
            if self.config_of(&guess).is_some_and(|config| self.off(&config).len() < self.config.len()) {
                *draft = guess;
            }
        }
    }
}

/// What a value may be, if this text comes of it.
fn candidates(now: &Value, text: Option<&str>) -> Vec<Value> {
    let list = |separators: &[char], text: &str| {
        let parts = text.split(|c: char| separators.contains(&c)).filter(|part| !part.is_empty());
        Value::List(parts.map(|part| Value::String(part.to_owned())).collect())
    };
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::Number);
    let mut found = Vec::new();
    match (now, text) {
        (Value::Bool(flag), _) => found.push(Value::Bool(!flag)),
        (Value::List(_), Some(text)) => found.extend([list(&[' ', '\n'], text), list(&[',', ' '], text)]),
        (_, Some(text)) => {
            found.extend(number(text));
            found.extend((text == "true" || text == "false").then(|| Value::Bool(text == "true")));
            found.push(Value::String(text.to_owned()));
            if *now == Value::Null {
                found.extend([Value::Bool(true), list(&[' ', ','], text)]);
            }
        }
        (_, None) => found.push(Value::Null),
    }
    found.retain(|value| value != now);
    found
}

/// The value of an environment variable of any container of the object.
fn environment<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    let inner = |value: &'a Value| environment(value, name);
    match object {
        Value::Map(map) => {
            let own = map.get("name").and_then(Value::as_str) == Some(name);
            let value = map.get("value").and_then(Value::as_str).filter(|_| own);
            value.or_else(|| map.iter().find_map(|(_, value)| inner(value)))
        }
        Value::List(items) => items.iter().find_map(inner),
        _ => None,
    }
}

/// The paths of all that is no map with something in it.
pub fn leaves(value: &Value) -> Vec<Vec<String>> {
    let mut leaves = Vec::new();
    collect_paths(value, &mut Vec::new(), &mut |path, value| {
        if value.as_map().is_none_or(Map::is_empty) {
            leaves.push(path.to_vec());
        }
    });
    leaves
}

fn collect_paths(value: &Value, path: &mut Vec<String>, found: &mut impl FnMut(&[String], &Value)) {
    for (key, inner) in value.as_map().into_iter().flat_map(Map::iter) {
        path.push(key.to_owned());
        found(path, inner);
        collect_paths(inner, path, found);
        path.pop();
    }
}

/// Values that may stand behind a field, from the field outwards.
fn guesses_for_field(
    difference: &Difference,
    wanted: &Value,
    rendered: &Value,
    by_name: &BTreeMap<String, Vec<Vec<String>>>,
) -> Vec<(Vec<String>, Value)> {
    let mut guesses = Vec::new();
    for end in (1..=difference.path.len()).rev() {
        let (path, name) = (&difference.path[..end], &difference.path[end - 1]);
        let own = [name.as_str()];
        let names = SYNONYMS.iter().find(|(field, _)| field == name).map_or(&own[..], |(_, names)| names);
        let Some(value) = field(wanted, path) else { continue };
        let value = additions(name, value, field(rendered, path));
        for path in names.iter().filter_map(|name| by_name.get(*name)).flatten() {
            if name != "image" {
                guesses.push((path.clone(), value.clone()));
                continue;
            }
            let Value::String(image) = &value else { continue };
            let below = |key: &str| path.iter().cloned().chain([key.to_owned()]).collect::<Vec<_>>();
            match image.split_once('@') {
                Some((_, digest)) => guesses.push((below("digest"), Value::String(digest.to_owned()))),
                None => guesses.push((below("useDigest"), Value::Bool(false))),
            }
            guesses.push((below("override"), value.clone()));
        }
    }
    guesses
}

/// What is at the path, where a list of named things has names instead of indices.
fn field<'a>(value: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, part| match value {
        Value::List(items) => {
            let named = items.iter().find(|item| item.at(&["name"]).and_then(Value::as_str) == Some(part));
            named.or_else(|| items.get(part.parse::<usize>().ok()?))
        }
        value => value.at(&[part]),
    })
}

/// Of a list that values only add to, what was added; of anything else, all of it.
fn additions(name: &str, wanted: &Value, rendered: Option<&Value>) -> Value {
    let of = |items: &[Value], others: &[Value]| {
        Value::List(items.iter().filter(|item| !others.contains(item)).cloned().collect())
    };
    match (wanted, rendered) {
        (Value::List(items), Some(Value::List(others)))
            if ["args", "env", "volumes", "volumeMounts"].contains(&name) =>
        {
            of(items, others)
        }
        (Value::Map(map), Some(Value::Map(others))) if ["annotations", "labels"].contains(&name) => {
            let added = map.iter().filter(|(key, value)| others.get(key) != Some(value));
            Value::Map(Map::from_entries(added.map(|(key, value)| (key.to_owned(), value.clone())).collect()))
        }
        _ => wanted.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::files::Files;
    use crate::limits::Limits;
    use crate::sources::Sources;

    #[test]
    fn the_table_names_values_that_some_version_has() {
        let mut bench = Workbench::new(Arc::new(Sources::of(Files::none(), "")), Limits::default());
        let charts: Vec<Chart> = ["1.18.12", "1.19.6", "1.20.0"]
            .iter()
            .map(|version| Chart::ask(&mut bench, version).unwrap_or_else(|finding| panic!("{finding:?}")))
            .collect();
        let mut lines = Vec::new();
        for line in CONFIG_VALUES.lines() {
            let (key, paths) = line.split_once(' ').expect("a key and its values");
            assert!(charts.iter().any(|chart| chart.config_keys.iter().any(|known| known == key)), "{key} is no key");
            for path in paths.split(' ') {
                let parts: Vec<&str> = path.split('.').collect();
                let known = |chart: &Chart| {
                    (1..=parts.len()).rev().any(|end| match chart.defaults.at(&parts[..end]) {
                        Some(Value::Map(map)) => end == parts.len() || map.is_empty(),
                        Some(_) => true,
                        None => false,
                    })
                };
                assert!(charts.iter().any(known), "{key}: no version has {path}");
            }
            lines.push(key);
        }
        assert!(lines.is_sorted() && lines.len() > 400);
    }
}
