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

/// Its trees are up to date.
fn rendered(more: &str) -> Fleet {
    let fleet = fleet(more);
    fleet.ok(&["render", "--allow-findings"]);
    fleet
}

fn rules(out: &str) -> Vec<&str> {
    out.lines().filter_map(|line| line.split_once("[CNI").map(|(_, rest)| &rest[..3])).collect()
}

#[test]
fn all_that_is_wrong_is_said_with_its_rule_and_place() {
    let fleet = rendered("");
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
    let fleet = rendered("");
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
fn a_fleet_weighs_rules_in_its_configuration() {
    let fleet = rendered("");
    fleet.write("cniforge.toml", "[rules]\nCNI011 = 'off'\nCNI031 = 'error'\n");
    let run = fleet.run(&["validate"]);
    assert_eq!((run.code, rules(&run.out)), (2, vec!["031", "032"]));
    fleet.write("cniforge.toml", "[rules]\nCNI11 = 'off'\n");
    assert!(fleet.run(&["validate"]).err.contains("there is no rule `CNI11`"));
    fleet.write("cniforge.toml", "[rules]\nCNI002 = 'off'\n");
    assert!(fleet.run(&["render"]).err.contains("CNI002 weighs what it weighs"));
    fleet.write("cniforge.toml", "[rules]\nCNI011 = 'none'\n");
    assert!(fleet.run(&["render"]).err.contains("unknown variant `none`"));
}

#[test]
fn a_change_of_weights_is_seen_although_no_definition_has_changed() {
    let fleet = Fleet::galaxy(&["a"]);
    fleet.ok(&["render"]);
    std::thread::sleep(std::time::Duration::from_millis(40));
    fleet.ok(&["render"]);
    fleet.write("cniforge.toml", "[rules]\nCNI060 = 'error'\n");
    let run = fleet.run(&["render"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("error[CNI060]: a: DaemonSet kube-system/"), "{}", run.err);
}

#[test]
fn clusters_of_a_fleet_are_looked_at_together() {
    let fleet = Fleet::new();
    let mesh = |id: u32, peer: &str| {
        format!(
            "labels: {{ env: 'production' }}, allowSecrets: ['cilium-clustermesh', 'cilium-kvstoremesh'], cilium+: {{ values: {{ cluster: {{ id: {id} }}, clustermesh: \
             {{ useAPIServer: true, config: {{ enabled: true, clusters: [{{ name: '{peer}', ips: ['10.0.0.1'], port: 2379 }}] }} }} }} }}"
        )
    };
    fleet.write("overlays/production.libsonnet", "{}");
    fleet.cilium("a", &mesh(1, "b"));
    fleet.cilium("b", &mesh(1, "a"));
    fleet.write("overlays/key.txt", &format!("-----BEGIN {} KEY-----\n", "PRIVATE"));
    fleet.write("clusters/c.jsonnet", "(import 'cniforge/main.libsonnet').cluster { name: 'c', type: 'Imported', kubernetesVersion: '1.34.1', labels: { key: std.substr(importstr '../overlays/key.txt', 0, 0) } }");
    fleet.ok(&["render"]);
    fleet.write(
        "rendered/old/galaxy/_cluster/namespace-x.yaml",
        "# Rendered by cniforge from the cluster's definition. Change that and render again.\n",
    );
    fleet.write(
        "rendered/c/x/_cluster/namespace-x.yaml",
        "# Rendered by cniforge from the cluster's definition. Change that and render again.\n",
    );
    let run = fleet.run(&["validate"]);
    let mut found = rules(&run.out);
    found.sort_unstable();
    assert_eq!(found, ["003", "042", "043", "081", "082", "083", "083"], "{}", run.out);
    assert!(!run.out.contains("BEGIN"), "the key's line is not shown: {}", run.out);
    assert!(
        run.out.contains(
            "error[CNI043]: b: it has the id 1 in the mesh, and so has the cluster a\n --> clusters/b.jsonnet:1:309 (cilium.values.cluster.id)"
        ),
        "{}",
        run.out
    );
}

#[test]
fn a_finding_between_clusters_can_be_allowed_too() {
    let fleet = Fleet::new();
    fleet.write("overlays/production.libsonnet", "{}");
    let labels = "labels: { env: 'production' }";
    let allowed = "allowFindings: [{ rule: 'CNI083', reason: 'it is being moved' }]";
    fleet.cluster("a", &format!("cni: 'none', {labels}, {allowed}"));
    fleet.ok(&["render"]);
    assert!(fleet.ok(&["validate"]).err.contains("nothing found, 1 allowed"));
    fleet.cluster("a", &format!("cni: 'none', {allowed}"));
    let run = fleet.ok(&["validate"]);
    assert!(run.out.contains("nothing is found that this would allow"), "{}", run.out);
}

#[test]
fn a_fleet_has_rules_of_its_own() {
    let fleet = Fleet::galaxy(&["a", "b"]);
    fleet.ok(&["render"]);
    std::thread::sleep(std::time::Duration::from_millis(40));
    fleet.ok(&["render"]);
    fleet.write(
        "policies/device.jsonnet",
        "local words = import 'words.libsonnet'; function(cluster) [
           if object.kind == 'DaemonSet' && cluster.name == 'a' then { message: words.no, object: object, path: 'metadata.name', hint: 'ask' }
           for object in cluster.objects
         ]",
    );
    fleet.write("policies/words.libsonnet", "{ no: 'no DaemonSet here' }");
    let run = fleet.run(&["render"]);
    assert_eq!(run.code, 2, "a new policy is asked although no definition has changed: {run:?}");
    assert!(
        run.err.contains("error[CNI090]: a: DaemonSet kube-system/galaxy-daemonset: device: no DaemonSet here\n --> clusters/a.jsonnet:"),
        "{}",
        run.err
    );
    assert!(run.err.contains("1 cluster not rendered"), "{}", run.err);
    fleet.write("policies/words.libsonnet", "{ no: error 'broken' }");
    let run = fleet.run(&["validate"]);
    assert!(run.out.contains("error: a: broken\n --> policies/words.libsonnet:1:7"), "{}", run.out);
    fleet.write("policies/device.jsonnet", "[]");
    let run = fleet.run(&["validate"]);
    assert!(run.out.contains("error: b: policies/device.jsonnet is no function"), "{}", run.out);
    fleet.write("policies/device.jsonnet", "function(cluster) std.repeat('x', 1e12)");
    assert_eq!(fleet.run(&["validate", "--timeout", "2"]).code, 2);
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

/// What is wrong between clusters stands in one of them, and there in a line.
#[test]
fn a_finding_between_clusters_is_shown_at_its_field() {
    let fleet = Fleet::new();
    let mesh = "allowSecrets: ['cilium-clustermesh', 'cilium-kvstoremesh'], cilium+: { values: { clustermesh: { useAPIServer: true, config: { enabled: true, clusters: [{ name: 'c', ips: ['10.0.0.9'] }] }, apiserver: { tls: { auto: { method: 'cronJob' } } } } } }";
    fleet.cilium("a", &format!("meshID: 1, {mesh}"));
    fleet.write(
        "clusters/many.jsonnet",
        &format!(
            "local cniforge = import 'cniforge/main.libsonnet';\n[\n  cniforge.cluster {{ name: 'b', {0},\n    podCIDRs: ['10.245.0.0/16'] }},\n  \
             cniforge.cluster {{\n    name: 'c', {0}, meshID: 2,\n    podCIDRs: ['10.244.128.0/17'],\n    {mesh} }},\n]\n",
            crate::fleet::CILIUM.replace(", podCIDRs: ['10.244.0.0/16']", "").replace("podCIDRs: ['10.244.0.0/16'], ", "")
        ),
    );
    let run = fleet.run(&["validate"]);
    assert!(
        run.out.contains(
            "overlaps 10.244.0.0/16 of the cluster a in the same mesh\n --> clusters/many.jsonnet:7:5 (podCIDRs[0])"
        ),
        "{}",
        run.out
    );
}
