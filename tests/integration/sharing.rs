//! What the Cilium library shares between clusters (`lib/cilium/sharing.libsonnet`): the table of who reads what is up to
//! date.
//!
//! ```sh
//! UPDATE=1 cargo test --test integration sharing    # writes the table anew
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use cniforge::evaluate::Evaluator;
use cniforge::limits::Limits;
use cniforge::sources::Sources;

use crate::fleet::repository;

const TABLE: &str = "lib/cilium/readers.libsonnet";

const HEAD: &str = "\
// Who reads what: value → group → units, as sharing.libsonnet explains. Made by watching the plain installs of all versions:
//   UPDATE=1 cargo test --test integration sharing
// `*` among the units stands for most of the group, and among the values for any: such a unit is never lent.
";

/// A unit that reads more values than this is different in every cluster, and naming it at each would only take room.
const MANY_VALUES: usize = 250;

/// A value that more units read than this, and most of their group, is not worth telling them apart.
const MANY_UNITS: usize = 30;

/// Group, then unit.
type Unit = (String, String);

#[test]
fn the_table_of_readers_is_up_to_date() {
    let table = table(&reads());
    let path = repository().join(TABLE);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &table).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap();
    assert!(
        found == table,
        "{TABLE} does not say what the library reads now; run: UPDATE=1 cargo test --test integration sharing"
    );
}

/// Unit → the values that it reads, over all versions.
fn reads() -> BTreeMap<Unit, BTreeSet<String>> {
    let sources = Arc::new(Sources::new(&repository(), "rendered").unwrap());
    let limits = Limits { memory: 4 << 30, timeout: std::time::Duration::from_mins(5), ..Limits::default() };
    let mut evaluator = Evaluator::new(sources, limits);
    evaluator.value("lib/cilium/test/reads.libsonnet").unwrap_or_else(|findings| panic!("{findings:#?}"));
    let mut reads: BTreeMap<Unit, BTreeSet<String>> = BTreeMap::new();
    let mut unit = None;
    for line in evaluator.traces() {
        // Behind the place, if it has one.
        let said = line.rsplit_once(": ").map_or(line.as_str(), |(_, said)| said);
        let words: Vec<&str> = said.split(' ').collect();
        match words[..] {
            ["unit", group, name] => unit = Some((group.to_owned(), name.to_owned())),
            ["reads", value] => {
                reads.entry(unit.clone().unwrap()).or_default().insert(value.to_owned());
            }
            _ => panic!("what is this? {line}"),
        }
    }
    assert!(reads.len() > 300, "only {} units were watched", reads.len());
    reads
}

fn table(reads: &BTreeMap<Unit, BTreeSet<String>>) -> String {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut readers: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for ((group, unit), values) in reads {
        *sizes.entry(group).or_default() += 1;
        let many = values.len() > MANY_VALUES;
        for value in values.iter().map(String::as_str).filter(|_| !many).chain(many.then_some("*")) {
            readers.entry(value).or_default().entry(group).or_default().push(unit);
        }
    }
    let mut text = format!("{HEAD}{{\n");
    for (value, groups) in readers {
        let all: Vec<String> = groups
            .iter()
            .map(|(group, units)| {
                let most = units.len() > MANY_UNITS && units.len() * 2 > sizes[group];
                format!("{group}: '{}'", if most { "*".to_owned() } else { units.join(" ") })
            })
            .collect();
        let quote = if value.bytes().all(|c| c.is_ascii_alphanumeric()) { "" } else { "'" };
        let _ = writeln!(text, "  {quote}{value}{quote}: {{ {} }},", all.join(", "));
    }
    text + "}\n"
}
