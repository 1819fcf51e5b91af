//! Rules over the objects of one cluster.

mod addresses;
mod cilium;
mod custom;
mod engines;
mod fields;
pub mod fleet;
mod formats;
mod kinds;
mod metadata;
mod nodes;
pub mod policies;
mod references;
pub mod rules;
mod secrets;
mod supply;
#[cfg(test)]
pub(crate) mod testing;
mod types;
mod workloads;

pub use secrets::holds_private_key;

use std::collections::BTreeMap;

use serde::Deserialize;

use self::rules::{Over, RULES};
use crate::evaluate::ClusterFacts;
use crate::finding::{Finding, Severity, nearest};
use crate::kubernetes::{self, Minor};
use crate::object::KubeObject;

/// What the rules need to know besides the objects.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Names of Secrets that the definition allows to hold data.
    pub allow_secrets: &'a [String],
    /// What the cluster runs, as the definition has it; the rules of Kubernetes' own kinds need it.
    pub kubernetes_version: &'a str,
    /// Whether all objects are there: where one could not be evaluated, others name it in vain.
    pub complete: bool,
    /// `galaxy`, `cilium`, …
    pub cni: &'a str,
    /// Its version; empty for `none`.
    pub cni_version: &'a str,
    /// What else the definition says.
    pub facts: &'a ClusterFacts,
}

impl Default for Context<'_> {
    fn default() -> Self {
        static FACTS: ClusterFacts = ClusterFacts {
            pod_cidrs: Vec::new(),
            service_cidrs: Vec::new(),
            max_node_pod_num: 0,
            node_cidrs: Vec::new(),
            old_pod_cidrs: Vec::new(),
            kernel_version: None,
            registry: None,
            engine: None,
        };
        Self {
            allow_secrets: &[],
            kubernetes_version: "1.34.0",
            complete: true,
            cni: "none",
            cni_version: "",
            facts: &FACTS,
        }
    }
}

/// One entry of a definition's `allowFindings`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The rule's id.
    pub rule: String,
    /// The object as findings show it, `DaemonSet kube-system/cilium`; absent: every object.
    pub object: Option<String>,
    /// Why, for who reads it later.
    pub reason: String,
}

/// What `[rules]` in `cniforge.toml` makes of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// Its findings are not shown at all.
    Off,
    /// They are shown to who asks.
    Note,
    /// They are shown, and hold nothing back.
    Warning,
    /// The cluster is not written.
    Error,
}

/// Rule → how much its findings weigh in a fleet.
pub type RuleWeights = BTreeMap<String, Weight>;

/// Gives findings the weight that the fleet wants them to have. What is known and explained stays a note.
pub fn weigh(weights: &RuleWeights, findings: &mut Vec<Finding>) {
    if weights.is_empty() {
        return;
    }
    // What cannot be rendered at all is said whatever the fleet thinks of its rule.
    let weight =
        |finding: &Finding| weights.get(finding.rule?).copied().filter(|_| finding.severity != Severity::Refusal);
    findings.retain(|finding| weight(finding) != Some(Weight::Off));
    for finding in findings.iter_mut() {
        let usual = finding.rule.and_then(rules::find).is_some_and(|rule| rule.severity == finding.severity);
        match weight(finding).filter(|_| usual) {
            Some(Weight::Note) => finding.severity = Severity::Note,
            Some(Weight::Warning) => finding.severity = Severity::Warning,
            Some(Weight::Error) => finding.severity = Severity::Error,
            Some(Weight::Off) | None => {}
        }
    }
}

type Rule = fn(&Context<'_>, Minor, &KubeObject) -> Vec<Finding>;

/// The rules over a single object that need no more than its manifest and the version of Kubernetes, and the Secrets that are
/// allowed.
const MANIFEST_RULES: &[Rule] = &[
    |context, _, object| secrets::no_secret_data(context, object),
    |_, minor, object| fields::check(minor, object),
    |_, _, object| metadata::check(object),
    |_, _, object| workloads::check(object),
    |_, _, object| kinds::check(object),
    |_, _, object| engines::check(object),
];

/// What the rules over a single object find. What was found sound in one cluster is not looked at again in the next.
fn check_object(context: &Context<'_>, minor: Minor, object: &KubeObject) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !object.body.is_sound(minor) {
        findings.extend(MANIFEST_RULES.iter().flat_map(|rule| rule(context, minor, object)));
        if findings.is_empty() && context.allow_secrets.is_empty() {
            object.body.note_sound(minor);
        }
    }
    findings.extend(supply::check(context, object));
    findings
}

/// What the rules find, in the order of the objects.
#[must_use]
pub fn validate(context: &Context<'_>, objects: &[KubeObject]) -> Vec<Finding> {
    let minor = kubernetes::minor(context.kubernetes_version).unwrap_or(kubernetes::KNOWN.1);
    let mut findings: Vec<Finding> = objects.iter().flat_map(|object| check_object(context, minor, object)).collect();
    findings.extend(addresses::check(context));
    findings.extend(cilium::check(context, objects));
    findings.extend(custom::check(objects));
    findings.extend(nodes::check(objects));
    if context.complete {
        findings.extend(references::check(objects));
    }
    findings
}

/// Turns findings that the definition accepts into notes, with the reason. What an allowance names and is no rule, or a rule
/// that cannot be allowed, is a finding itself; so is one that nothing needs any more.
///
/// The rules over the fleet run later than those over a cluster, so each of the two looks at the allowances of its own rules.
pub fn allow(allowances: &[Allowance], over: Over, findings: &mut Vec<Finding>) {
    for (i, allowance) in allowances.iter().enumerate() {
        if rules::find(&allowance.rule).map_or(Over::Cluster, |rule| rule.over) != over {
            continue;
        }
        let path = format!("allowFindings[{i}]");
        let problem = match rules::find(&allowance.rule) {
            None => {
                let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
                let mut finding = Finding::refusal(format!("there is no rule `{}`", allowance.rule));
                finding.hint = nearest(&allowance.rule, ids).first().map(|near| format!("did you mean `{near}`?"));
                finding.hint.get_or_insert_with(|| "`cniforge validate --list-rules` lists them".to_owned());
                finding
            }
            Some(rule) if rule.severity == Severity::Refusal => {
                Finding::refusal(format!("{} cannot be allowed: {}", rule.id, rule.title))
                    .hint("what it refuses would be committed to git; see its page")
            }
            Some(rule) => {
                let object = allowance.object.as_deref();
                let mut used = false;
                // What cannot be rendered at all stays a refusal.
                let of_rule =
                    |finding: &&mut Finding| finding.rule == Some(rule.id) && finding.severity != Severity::Refusal;
                for finding in findings.iter_mut().filter(of_rule) {
                    if object.is_none() || finding.object.as_deref() == object {
                        used = true;
                        finding.severity = Severity::Note;
                        finding.allowed = Some(allowance.reason.clone());
                    }
                }
                if used {
                    continue;
                }
                Finding::refusal(format!("nothing is found that this would allow: {}", rule.title))
                    .severity(Severity::Warning)
                    .hint("remove it, so that it does not hide a later finding")
            }
        };
        findings.push(problem.path(path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowance(rule: &str, object: Option<&str>) -> Allowance {
        Allowance { rule: rule.to_owned(), object: object.map(str::to_owned), reason: "known".to_owned() }
    }

    fn after(allowances: &[Allowance]) -> Vec<String> {
        let mut findings = vec![rules::BAD_VALUE.finding("bad").object("Pod n/a"), rules::PRIVATE_KEY.finding("key")];
        allow(allowances, Over::Cluster, &mut findings);
        let line = |finding: &Finding| format!("{:?} {}", finding.severity, finding.message);
        findings.iter().map(line).collect()
    }

    #[test]
    fn what_is_sound_is_sound_for_one_version_and_without_allowances() {
        let found = |version: &str, allow_secrets: &[String], object: &KubeObject| {
            let context = Context { kubernetes_version: version, allow_secrets, ..Context::default() };
            validate(&context, std::slice::from_ref(object)).len()
        };
        let role =
            testing::object("{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a, namespace: n}}");
        assert_eq!([found("1.34.0", &[], &role), found("1.34.0", &[], &role.clone())], [0, 0]);
        assert!(role.body.is_sound(34) && found("1.20.0", &[], &role) > 0, "policy/v1 came with 1.21");

        let secret =
            testing::object("{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: n}, stringData: {a: b}}");
        assert_eq!([found("1.34.0", &["s".to_owned()], &secret), found("1.34.0", &[], &secret)], [0, 1]);
    }

    #[test]
    fn what_is_allowed_becomes_a_note() {
        assert_eq!(after(&[allowance("CNI014", None)]), ["Note bad", "Refusal key"]);
        assert_eq!(after(&[allowance("CNI014", Some("Pod n/a"))]), ["Note bad", "Refusal key"]);
    }

    #[test]
    fn a_fleet_weighs_rules_its_own_way() {
        let of = |weight: Weight| {
            let mut findings = vec![
                rules::IMAGE_DIGEST.finding("a"),
                rules::BAD_VALUE.finding("b"),
                rules::BAD_VALUE.finding("known").severity(Severity::Note),
            ];
            let weights = ["CNI060", "CNI014"].into_iter().map(|id| (id.to_owned(), weight)).collect();
            weigh(&weights, &mut findings);
            findings.iter().map(|finding| format!("{:?} {}", finding.severity, finding.message)).collect::<Vec<_>>()
        };
        assert_eq!(of(Weight::Error), ["Error a", "Error b", "Note known"]);
        assert_eq!(of(Weight::Warning), ["Warning a", "Warning b", "Note known"]);
        assert_eq!(of(Weight::Off), [""; 0]);
    }

    #[test]
    fn an_allowance_that_allows_nothing_is_found() {
        let of = |rule: &str, object: Option<&str>| after(&[allowance(rule, object)]).pop().expect("three findings");
        let unused = "Warning nothing is found that this would allow: every value is one that the API server accepts";
        assert_eq!(of("CNI014", Some("Pod n/b")), unused);
        assert_eq!(of("CNI002", None), "Refusal CNI002 cannot be allowed: no private key anywhere");
        assert_eq!(of("CNI999", None), "Refusal there is no rule `CNI999`");
    }
}
