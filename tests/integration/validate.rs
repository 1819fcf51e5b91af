//! `cniforge validate`: rules, formats, allowances, exit codes.

use crate::fleet::Fleet;

/// A Deployment with a misspelt field, a Secret that the tree does not have, and a Service that selects nothing.
const OBJECTS: &str = "extraObjects: {
  web: {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'n' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [{ name: 'web', image: 'web:1', imagePullPolice: 'Always' }],
          volumes: [{ name: 'key', secret: { secretName: 'key' } }],
        },
      },
    },
  },
  service: {
    apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'n' },
    spec: { selector: { app: 'wbe' }, ports: [{ port: 80 }] },
  },
}";

fn fleet(more: &str) -> Fleet {
    let fleet = Fleet::new();
    fleet.cluster("a", &format!("cni: 'none', {OBJECTS}, {more}"));
    fleet
}

fn rules(out: &str) -> Vec<&str> {
    out.lines().filter_map(|line| line.split_once("[CNI").map(|(_, rest)| &rest[..3])).collect()
}

#[test]
fn all_that_is_wrong_is_said_with_its_rule_and_place() {
    let fleet = fleet("");
    let run = fleet.run(&["validate"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert_eq!(run.err, "1 cluster validated: 1 error, 2 warnings\n");
    assert!(
        run.out.contains(
            "error[CNI011]: a: Deployment n/web: `imagePullPolice` is no field of Container\n --> clusters/a.jsonnet:9:55 \
             (manifests.extra.web.spec.template.spec.containers[0].imagePullPolice)\n"
        ),
        "{}",
        run.out
    );
    assert!(run.out.contains("hint: did you mean `imagePullPolicy`?"), "{}", run.out);
    let mut found = rules(&run.out);
    found.sort_unstable();
    assert_eq!(found, ["011", "031", "032"]);
}

#[test]
fn rules_and_severities_can_be_chosen() {
    let fleet = fleet("");
    let run = fleet.ok(&["validate", "--rule", "CNI031"]);
    assert_eq!(rules(&run.out), ["031"]);
    assert_eq!(rules(&fleet.run(&["validate", "--severity", "error"]).out), ["011"]);
    let run = fleet.run(&["validate", "--rule", "CNI0031"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("there is no rule `CNI0031`"), "{}", run.err);
}

#[test]
fn a_cluster_with_an_error_is_not_rendered_unless_it_is_allowed() {
    let broken = fleet("");
    let run = broken.run(&["render"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(broken.rendered().is_empty());
    let accepted =
        fleet("allowFindings: [{ rule: 'CNI011', object: 'Deployment n/web', reason: 'the webhook reads it' }]");
    let run = accepted.ok(&["render"]);
    assert!(!run.err.contains("CNI011"), "{}", run.err);
    let run = accepted.ok(&["validate", "--severity", "note"]);
    assert!(run.err.contains("2 warnings, 1 allowed"), "{}", run.err);
    assert!(run.out.contains("note[CNI011]: a: Deployment n/web: `imagePullPolice` is no field of Container\nallowed: the webhook reads it\n"), "{}", run.out);
}

#[test]
fn allowances_are_checked() {
    let err = |more: &str| {
        let run = fleet(&format!("allowFindings: [{more}]")).run(&["render"]);
        assert_eq!(run.code, 2, "{run:?}");
        run.err
    };
    assert!(err("{ rule: 'CNI011' }").contains("an allowance names its reason, as a string"));
    assert!(err("{ rule: 'CNI011', reason: 'x', objekt: 'y' }").contains("an allowance has no field `objekt`"));
    assert!(err("{ rule: 'CNI002', reason: 'x' }").contains("CNI002 cannot be allowed"));
    assert!(err("{ rule: 'CNI013', reason: 'x' }").contains("nothing is found that this would allow"));
    assert!(err("{ rule: 'CNI11', reason: 'x' }").contains("there is no rule `CNI11`"));
}

#[test]
fn programs_read_findings_as_json_sarif_and_junit() {
    let fleet = fleet("");
    let json = |format: &str| -> serde_json::Value {
        let run = fleet.run(&["validate", "--format", format, "--quiet"]);
        assert_eq!((run.code, run.err.as_str()), (2, ""));
        serde_json::from_str(&run.out).unwrap_or_else(|e| panic!("{e}: {}", run.out))
    };
    let findings = json("json");
    let first = findings["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "CNI011").unwrap();
    assert_eq!(first["location"]["line"], 9);
    assert_eq!(first["object"], "Deployment n/web");
    let sarif = json("sarif");
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(3));
    let junit = fleet.run(&["validate", "--format", "junit"]).out;
    assert!(junit.contains("<testsuite name=\"a\" tests=\"3\" failures=\"1\">"), "{junit}");
}

#[test]
fn the_examples_of_this_repository_are_without_findings() {
    let root = env!("CARGO_MANIFEST_DIR");
    let run = Fleet::new().ok(&["validate", "--fleet", root]);
    assert!(rules(&run.out).is_empty(), "{}", run.out);
}

/// Every rule has a section in the book, and the book has no other.
#[test]
fn every_rule_is_documented() {
    let listed = Fleet::new().ok(&["validate", "--list-rules"]).out;
    let listed: Vec<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
    let book = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/src/rules.md")).unwrap();
    let sections: Vec<&str> = book.lines().filter_map(|line| line.strip_prefix("## ")?.split(':').next()).collect();
    assert_eq!(sections, listed);
    for part in book.split("\n## ").skip(1) {
        for word in ["**Why.**", "**Mend it.**"] {
            assert!(part.contains(word), "{word} is missing in: {part}");
        }
    }
}
