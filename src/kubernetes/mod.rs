//! The built-in kinds of Kubernetes 1.18 and later: their fields, types and the versions that have them.
//!
//! One table for all versions, `types.txt`, made by `tools/kubernetes-types.py` from the API descriptions in Kubernetes'
//! own source (`api/openapi-spec/swagger.json` of each minor version). A type library such as k8s-openapi knows one version
//! a build and stops at the first problem; a fleet has many versions, and a reader wants all problems at once.
//!
//! ```text
//! kind apps/v1 DaemonSet namespaced apps.v1.DaemonSet      apiVersion, kind, scope, type
//! kind batch/v1beta1 CronJob namespaced … @-24             served by Kubernetes 1.24 and earlier
//!
//! type core.v1.PodSpec
//! containers! [core.v1.Container]=name                     required; a list of a type, its items told apart by `name`
//! dnsPolicy string(ClusterFirst|Default|…)                 one of these
//! finalizers [string]=*                                    a set
//! hostUsers bool @25-                                      since Kubernetes 1.25
//! nodeSelector {string}                                    a map
//! ```

use std::collections::HashMap;
use std::sync::OnceLock;

const TABLE: &str = include_str!("types.txt");

/// The minor version of Kubernetes: 34 for 1.34.
pub type Minor = u16;

/// The oldest and the newest version that the table describes.
pub const KNOWN: (Minor, Minor) = (18, 36);

/// The minor version in `1.34.1` or TKEStack's `1.21.4-tke.3`.
#[must_use]
pub fn minor(version: &str) -> Option<Minor> {
    let mut parts = version.trim_start_matches('v').split('.');
    (parts.next() == Some("1")).then(|| parts.next()?.parse().ok()).flatten()
}

/// The versions that have something, both ends included; `None` is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// The first version.
    pub since: Option<Minor>,
    /// The last version.
    pub until: Option<Minor>,
}

impl Versions {
    /// Whether a version is one of them. Versions outside of the table count as its nearest.
    #[must_use]
    pub fn has(self, minor: Minor) -> bool {
        let minor = minor.clamp(KNOWN.0, KNOWN.1);
        self.since.is_none_or(|since| since <= minor) && self.until.is_none_or(|until| minor <= until)
    }

    fn parse(text: &str) -> Self {
        let (since, until) = text.split_once('-').unwrap_or((text, text));
        Self { since: since.parse().ok(), until: until.parse().ok() }
    }
}

/// A kind that the API server serves without a CRD.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// `apps/v1`, or `v1` for the core group.
    pub api_version: &'static str,
    /// `DaemonSet`.
    pub kind: &'static str,
    /// Whether its objects live in a namespace.
    pub namespaced: bool,
    /// The name of its type.
    pub type_name: &'static str,
    /// The versions that serve it.
    pub versions: Versions,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// Any number.
    Double,
    /// Text; where members are named, one of them.
    Text(Vec<&'static str>),
    /// Base64.
    Bytes,
    /// RFC 3339.
    Time,
    /// `100m`, `1Gi`.
    Quantity,
    /// A number or a text: ports, percentages.
    IntOrText,
    /// Whatever.
    Any,
    /// Items of one type, told apart by these keys; by the whole item if it is a set.
    List(Box<Type>, Items),
    /// Names to values of one type.
    Map(Box<Type>),
    /// A type of the table.
    Named(&'static str),
}

/// How the items of a list are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Items {
    /// By their place.
    Ordered,
    /// Each by itself.
    Set,
    /// By the values of these fields.
    Keys(Vec<&'static str>),
}

/// One field of a type.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether an object without it is refused.
    pub required: bool,
    /// What it holds.
    pub of: Type,
    /// The versions that have it so.
    pub versions: Versions,
}

struct Table {
    /// apiVersion → kind → a row for each run of versions.
    kinds: HashMap<&'static str, HashMap<&'static str, Vec<BuiltIn>>>,
    /// The fields of a type are parsed when they are first asked for.
    types: HashMap<&'static str, (&'static str, OnceLock<Vec<Field>>)>,
}

fn table() -> &'static Table {
    static PARSED: OnceLock<Table> = OnceLock::new();
    PARSED.get_or_init(|| {
        let mut blocks = TABLE.split("\n\ntype ");
        let mut kinds: HashMap<_, HashMap<_, Vec<BuiltIn>>> = HashMap::new();
        for line in blocks.next().unwrap_or_default().lines() {
            let Some(row) = line.strip_prefix("kind ") else { continue };
            let mut words = row.split(' ');
            let (Some(api_version), Some(kind), Some(scope), Some(type_name)) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                continue;
            };
            let built_in = BuiltIn {
                api_version,
                kind,
                namespaced: scope == "namespaced",
                type_name,
                versions: versions_of(words.next()),
            };
            kinds.entry(api_version).or_default().entry(kind).or_default().push(built_in);
        }
        let types = blocks
            .map(|block| {
                let (name, fields) = block.split_once('\n').unwrap_or((block, ""));
                (name.trim_end(), (fields, OnceLock::new()))
            })
            .collect();
        Table { kinds, types }
    })
}

/// The third word of a row, `@20-24`.
fn versions_of(word: Option<&str>) -> Versions {
    word.and_then(|word| word.strip_prefix('@')).map_or(Versions { since: None, until: None }, Versions::parse)
}

/// The kind of that name, in every run of versions that serve it; empty for what is no built-in kind.
#[must_use]
pub fn built_in(api_version: &str, kind: &str) -> &'static [BuiltIn] {
    table().kinds.get(api_version).and_then(|kinds| kinds.get(kind)).map_or(&[], Vec::as_slice)
}

/// The rows of a kind's name in a group, by API version: what replaces what was removed.
#[must_use]
pub fn of_group(group: &str, kind: &str) -> Vec<&'static BuiltIn> {
    let mut rows: Vec<&BuiltIn> = all().filter(|row| row.kind == kind && group_of(row.api_version) == group).collect();
    rows.sort_by_key(|row| row.api_version);
    rows
}

/// Every kind with its API versions, in no particular order.
pub fn all() -> impl Iterator<Item = &'static BuiltIn> {
    table().kinds.values().flat_map(HashMap::values).flatten()
}

/// Whether a group is one of Kubernetes' own: its kinds need no CRD.
#[must_use]
pub fn is_own_group(group: &str) -> bool {
    table().kinds.keys().any(|api_version| group_of(api_version) == group)
}

fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// The fields of a type, of all versions; empty for a name that the table does not have.
#[must_use]
pub fn fields(type_name: &str) -> &'static [Field] {
    let Some((rows, parsed)) = table().types.get(type_name) else { return &[] };
    parsed.get_or_init(|| rows.lines().filter_map(field).collect())
}

fn field(row: &'static str) -> Option<Field> {
    let mut words = row.split(' ');
    let (name, of) = (words.next()?, words.next()?);
    let required = name.ends_with('!');
    Some(Field { name: name.trim_end_matches('!'), required, of: parse(of)?, versions: versions_of(words.next()) })
}

fn parse(text: &'static str) -> Option<Type> {
    if let Some(rest) = text.strip_prefix('[') {
        let (item, told) = rest.rsplit_once(']')?;
        let items = match told.strip_prefix('=') {
            None => Items::Ordered,
            Some("*") => Items::Set,
            Some(keys) => Items::Keys(keys.split(',').collect()),
        };
        return Some(Type::List(Box::new(parse(item)?), items));
    }
    if let Some(rest) = text.strip_prefix('{') {
        return Some(Type::Map(Box::new(parse(rest.strip_suffix('}')?)?)));
    }
    if let Some(members) = text.strip_prefix("string(") {
        return Some(Type::Text(members.strip_suffix(')')?.split('|').collect()));
    }
    Some(match text {
        "bool" => Type::Bool,
        "int32" => Type::Int32,
        "int64" => Type::Int64,
        "double" => Type::Double,
        "string" => Type::Text(Vec::new()),
        "bytes" => Type::Bytes,
        "time" => Type::Time,
        "quantity" => Type::Quantity,
        "intstr" => Type::IntOrText,
        "any" => Type::Any,
        name => Type::Named(name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named<'a>(of: &'a Type, found: &mut Vec<&'a str>) {
        match of {
            Type::Named(name) => found.push(name),
            Type::List(inner, _) | Type::Map(inner) => named(inner, found),
            _ => {}
        }
    }

    #[test]
    fn every_row_of_the_table_can_be_read_and_every_type_is_there() {
        let names: Vec<&str> = table().types.keys().copied().collect();
        assert!(names.len() > 500, "{} types", names.len());
        for name in names {
            let rows = table().types[name].0.lines().filter(|line| !line.is_empty()).count();
            assert_eq!(fields(name).len(), rows, "{name}");
            for field in fields(name) {
                let mut referred = Vec::new();
                named(&field.of, &mut referred);
                for other in referred {
                    assert!(table().types.contains_key(other), "{name}.{}: {other}", field.name);
                }
            }
        }
        for built_in in all() {
            assert!(table().types.contains_key(built_in.type_name), "{built_in:?}");
        }
    }

    #[test]
    fn the_table_covers_the_versions_that_it_says() {
        let first = TABLE.lines().next().expect("the table has a first line");
        assert!(first.starts_with(&format!("# Kubernetes 1.{} to 1.{}.", KNOWN.0, KNOWN.1)), "{first}");
    }

    #[test]
    fn a_kind_knows_its_scope_and_versions() {
        let [cron] = built_in("batch/v1beta1", "CronJob") else { panic!("one row is expected") };
        assert!(cron.namespaced && cron.versions.has(24) && !cron.versions.has(25) && cron.versions.has(3));
        let [role] = built_in("rbac.authorization.k8s.io/v1", "ClusterRole") else { panic!("one row is expected") };
        assert!(!role.namespaced && role.versions.has(18) && role.versions.has(99));
        assert!(built_in("cilium.io/v2", "CiliumNode").is_empty());
        assert!(is_own_group("apps") && is_own_group("") && !is_own_group("cilium.io"));
        let versions: Vec<&str> = of_group("batch", "CronJob").iter().map(|row| row.api_version).collect();
        assert_eq!(versions, ["batch/v1", "batch/v1beta1", "batch/v2alpha1"]);
    }

    #[test]
    fn a_field_knows_its_type() {
        let of = |name: &str, field: &str| {
            let rows: Vec<Field> = fields(name).iter().filter(|row| row.name == field).cloned().collect();
            (rows.len(), rows[0].required, rows[0].of.clone())
        };
        assert_eq!(of("core.v1.PodSpec", "hostUsers"), (1, false, Type::Bool));
        let containers = Type::List(Box::new(Type::Named("core.v1.Container")), Items::Keys(vec!["name"]));
        assert_eq!(of("core.v1.PodSpec", "containers"), (1, true, containers));
        assert_eq!(of("core.v1.PodSpec", "nodeSelector"), (1, false, Type::Map(Box::new(Type::Text(Vec::new())))));
        assert_eq!(of("core.v1.ContainerPort", "protocol").2, Type::Text(vec!["SCTP", "TCP", "UDP"]));
        assert_eq!(of("core.v1.ResourceRequirements", "limits").2, Type::Map(Box::new(Type::Quantity)));
    }

    #[test]
    fn a_version_is_read() {
        assert_eq!(minor("1.34.1"), Some(34));
        assert_eq!(minor("v1.21.4-tke.3"), Some(21));
        assert_eq!(minor("2.0.0"), None);
        assert_eq!(minor("1"), None);
    }
}
