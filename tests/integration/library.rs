//! The library's own tests, written in jsonnet beside it: `lib/*/test/*.jsonnet`, each an object of
//! `<case>: { actual, expected }`.

use std::sync::Arc;

use cniforge::evaluate::Evaluator;
use cniforge::limits::Limits;
use cniforge::sources::Sources;
use cniforge::yaml::to_yaml;

use crate::fleet::{files_below, repository};

#[test]
fn every_case_of_the_librarys_tests_gives_what_is_expected() {
    let sources = Arc::new(Sources::new(&repository(), "rendered").unwrap());
    let mut evaluator = Evaluator::new(sources, Limits::default());
    let (mut cases, mut failures) = (0, Vec::new());
    for path in files_below(&repository().join("lib"))
        .keys()
        .filter(|path| path.contains("/test/") && path.ends_with(".jsonnet"))
    {
        let value = evaluator.value(&format!("lib/{path}")).unwrap_or_else(|findings| panic!("{path}: {findings:#?}"));
        for (name, case) in value.as_map().unwrap_or_else(|| panic!("{path} is no object of cases")).iter() {
            cases += 1;
            let (Some(actual), Some(expected)) = (case.at(&["actual"]), case.at(&["expected"])) else {
                failures.push(format!("{path}: {name}: not of the form {{ actual, expected }}"));
                continue;
            };
            if actual != expected {
                failures.push(format!(
                    "{path}: {name}\n  actual:\n{}  expected:\n{}",
                    to_yaml(actual),
                    to_yaml(expected)
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {cases} cases fail:\n{}", failures.len(), failures.join("\n"));
    assert!(cases > 500, "only {cases} cases were found");
}
