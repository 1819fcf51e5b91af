//! Which field or object does what when it changes: the tables stand below, one file for each who reads it.

mod actions;
mod calico;
mod cilium;
mod fields;
mod flannel;
mod sources;

use self::actions::ACTIONS;
use self::fields::FIELDS;
use super::told::{Rule, Template};
use super::{Class, Impact};
use crate::diff::fields::{FieldChange, FieldPath};
use crate::diff::objects::{Action, ObjectChange};
use crate::manifest;
use crate::object::KubeObject;
use crate::value::Value;

/// When a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// Whatever it was and is.
    Any,
    /// It becomes true.
    On,
    /// It was true.
    Off,
    /// It becomes this.
    To(&'static str),
    /// Something was there and is not merely added to.
    NotAppended,
    /// Something is there that was not.
    Added,
    /// Something was there before.
    WasSet,
}

impl When {
    /// In words.
    fn told(self) -> String {
        match self {
            Self::Any => "changes".to_owned(),
            Self::On => "becomes true".to_owned(),
            Self::Off => "was true, and is no longer".to_owned(),
            Self::To(word) => format!("becomes `{word}`"),
            Self::NotAppended => "changes, and is not merely added to".to_owned(),
            Self::Added => "is set, or becomes another".to_owned(),
            Self::WasSet => "was set, and is another or gone".to_owned(),
        }
    }
}

/// A row about one key of a `ConfigMap`'s data, or one field of a kind.
struct Row {
    keys: &'static [&'static str],
    when: When,
    class: Class,
    reason: &'static str,
    source: &'static str,
}

const fn row(
    keys: &'static [&'static str],
    when: When,
    class: Class,
    reason: &'static str,
    source: &'static str,
) -> Row {
    Row { keys, when, class, reason, source }
}

/// Which `ConfigMap` is read by which table.
const CONFIG_MAPS: &[(&str, &[Row])] = &[("cilium-config", cilium::CONFIG), ("calico-config", calico::CONFIG)];

/// A row about a field of a kind. A path is keys of maps; it holds for everything below.
struct FieldRow {
    /// API group and kind; an empty group is the core group, `*` any.
    group: &'static str,
    kinds: &'static [&'static str],
    path: &'static [&'static str],
    when: When,
    class: Class,
    reason: &'static str,
    source: &'static str,
}

const fn field(
    group: &'static str,
    kinds: &'static [&'static str],
    path: &'static [&'static str],
    when: When,
    class: Class,
    reason: &'static str,
    source: &'static str,
) -> FieldRow {
    FieldRow { group, kinds, path, when, class, reason, source }
}

/// What the coming or going of a whole object does.
struct ActionRow {
    action: Action,
    group: &'static str,
    kinds: &'static [&'static str],
    class: Class,
    reason: &'static str,
    source: &'static str,
}

const fn whole(
    action: Action,
    group: &'static str,
    kinds: &'static [&'static str],
    class: Class,
    reason: &'static str,
    source: &'static str,
) -> ActionRow {
    ActionRow { action, group, kinds, class, reason, source }
}

/// A `ConfigMap` or Secret that says of itself that it is not to be changed.
const MARKED: Template = Template {
    looks_at: "`data` of a ConfigMap or Secret with `immutable: true`",
    when: "changes",
    class: Class::Immutable,
    reason: "it is marked immutable: delete it, or give it another name",
    source: "https://kubernetes.io/docs/concepts/configuration/configmap/",
};

/// What the rows say of one object's change.
pub fn of_object(change: &ObjectChange) -> Vec<Impact> {
    let Some(object) = change.object() else { return Vec::new() };
    let mut impacts = Vec::new();
    // Under another name it is made anew, and there everything may be otherwise.
    let in_place = change.action != Action::Renamed;
    for row in ACTIONS {
        if row.action == change.action && is_one_of(object, row.group, row.kinds) {
            impacts.push(impact(row.class, row.reason.to_owned(), row.source));
        }
    }
    for field in change.fields.iter() {
        impacts.extend(of_config_map(object, field));
        impacts.extend(of_calico_env(object, field));
        for row in FIELDS.iter().filter(|row| in_place || row.class != Class::Immutable) {
            if is_one_of(object, row.group, row.kinds) && field.path.is_below(row.path) && holds(row.when, field) {
                impacts.push(impact(row.class, format!("{}: {}", shown(&field.path), row.reason), row.source));
            }
        }
        if field.path.is_below(&["data"]) || field.path.is_below(&["stringData"]) {
            let immutable = change.before.as_ref().and_then(|before| before.body.at(&["immutable"]).cloned());
            if in_place
                && immutable == Some(Value::Bool(true))
                && matches!(object.id.kind.as_str(), "ConfigMap" | "Secret")
            {
                impacts.push(MARKED.impact(&[], Vec::new()));
            }
        }
    }
    impacts
}

fn impact(class: Class, reason: String, source: &'static str) -> Impact {
    Impact { class, reason, source: Some(source), workloads: Vec::new() }
}

/// Without what stands in brackets: `spec.template.spec.containers.securityContext` is enough for a reason.
fn shown(path: &FieldPath) -> String {
    path.keys().collect::<Vec<_>>().join(".")
}

fn is_one_of(object: &KubeObject, group: &str, kinds: &[&str]) -> bool {
    (group == "*" || object.id.group() == group) && kinds.contains(&object.id.kind.as_str())
}

fn of_config_map(object: &KubeObject, field: &FieldChange) -> Option<Impact> {
    if object.id.kind != "ConfigMap" || !field.path.is_below(&["data"]) {
        return None;
    }
    let keys: Vec<&str> = field.path.keys().collect();
    let key = *keys.get(1)?;
    if object.id.name == "kube-flannel-cfg" && key == "net-conf.json" {
        let inner = keys[2..].join(".");
        let row = flannel::NET_CONF
            .iter()
            .find(|row| row.keys.iter().any(|key| inner == *key || inner.starts_with(&format!("{key}."))))?;
        return Some(impact(row.class, format!("{inner}: {}", row.reason), row.source));
    }
    let (_, rows) = CONFIG_MAPS.iter().find(|(name, _)| *name == object.id.name)?;
    let row = rows.iter().find(|row| row.keys.contains(&key) && holds(row.when, field))?;
    Some(impact(row.class, format!("{key}: {}", row.reason), row.source))
}

fn of_calico_env(object: &KubeObject, field: &FieldChange) -> Option<Impact> {
    use crate::diff::fields::Step;
    if object.id.kind != "DaemonSet" || !object.id.name.starts_with("calico") {
        return None;
    }
    let name = field.path.0.iter().zip(field.path.0.iter().skip(1)).find_map(|steps| match steps {
        (Step::Key(list), Step::Item(key)) if list == "env" => key.first().map(|(_, name)| name.as_str()),
        _ => None,
    })?;
    let row = calico::ENVIRONMENT.iter().find(|row| row.keys.contains(&name))?;
    Some(impact(row.class, format!("{name}: {}", row.reason), row.source))
}

fn holds(when: When, field: &FieldChange) -> bool {
    let text = |value: &Option<Value>| {
        value.as_ref().map(|value| match value {
            Value::String(text) => text.clone(),
            other => manifest::to_json(other).to_string(),
        })
    };
    let (before, after) = (text(&field.before), text(&field.after));
    let is_true = |text: &Option<String>| text.as_deref() == Some("true");
    match when {
        When::Any => true,
        When::On => is_true(&after) && !is_true(&before),
        When::Off => is_true(&before) && !is_true(&after),
        When::To(wanted) => after.as_deref() == Some(wanted),
        When::NotAppended => before.as_deref().is_some_and(|before| {
            let list = |text: &str| -> Vec<String> {
                text.split([' ', ',']).filter(|part| !part.is_empty()).map(str::to_owned).collect()
            };
            !after.as_deref().is_some_and(|after| list(after).starts_with(&list(before)))
        }),
        When::Added => after.is_some(),
        When::WasSet => before.is_some(),
    }
}

/// All rows.
pub(super) fn told() -> Vec<Rule> {
    let keyed = [
        ("Keys of Cilium's ConfigMap cilium-config", cilium::CONFIG),
        ("Keys of flannel's net-conf.json", flannel::NET_CONF),
        ("Keys of Calico's ConfigMap calico-config", calico::CONFIG),
        ("Environment of calico-node", calico::ENVIRONMENT),
    ];
    let mut told: Vec<Rule> = Vec::new();
    for (about, rows) in keyed {
        told.extend(rows.iter().map(|row| Rule {
            about,
            looks_at: row.keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "),
            when: row.when.told(),
            class: row.class,
            reason: row.reason,
            source: Some(row.source),
        }));
    }
    told.extend(FIELDS.iter().map(|row| Rule {
        about: "Fields of objects",
        looks_at: format!("`{}` of {}", row.path.join("."), kinds(row.group, row.kinds)),
        when: row.when.told(),
        class: row.class,
        reason: row.reason,
        source: Some(row.source),
    }));
    told.push(MARKED.told("Fields of objects"));
    told.extend(ACTIONS.iter().map(|row| {
        Rule {
            about: "Objects that come, go or get another name",
            looks_at: kinds(row.group, row.kinds),
            when: match row.action {
                Action::Added => "comes",
                Action::Removed => "goes",
                Action::Changed => "changes",
                Action::Renamed => "gets another name or namespace",
            }
            .to_owned(),
            class: row.class,
            reason: row.reason,
            source: Some(row.source),
        }
    }));
    told
}

/// The kinds with their group, unless that is Kubernetes' core or any.
fn kinds(group: &str, kinds: &[&str]) -> String {
    let kinds = kinds.join(", ");
    if matches!(group, "" | "*") { kinds } else { format!("{kinds} ({group})") }
}
