//! The rules by id. What each is for stands in docs/src/rules.md, a section a rule.

use crate::finding::{Finding, Severity};

/// One rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// `CNI011`; never given to another rule.
    pub id: &'static str,
    /// How much a finding of it weighs, as long as nobody allows it.
    pub severity: Severity,
    /// What it asks for, in a few words.
    pub title: &'static str,
}

impl Rule {
    /// A finding of this rule.
    #[must_use]
    pub fn finding(&'static self, message: impl Into<String>) -> Finding {
        let mut finding = Finding::refusal(message).severity(self.severity);
        finding.rule = Some(self.id);
        finding
    }
}

macro_rules! rules {
    ($($name:ident $id:literal $severity:ident $title:literal)*) => {
        $(#[doc = $title] pub static $name: Rule = Rule { id: $id, severity: Severity::$severity, title: $title };)*
        /// Every rule, by id.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    SECRET_DATA "CNI001" Refusal "no Secret with data, unless `allowSecrets` names it"
    PRIVATE_KEY "CNI002" Refusal "no private key anywhere"
    API_VERSION "CNI010" Error "the cluster's Kubernetes serves the object's kind"
    UNKNOWN_FIELD "CNI011" Error "every field is one that the kind has in the cluster's Kubernetes"
    WRONG_TYPE "CNI012" Error "every field has the type that the kind asks for"
    MISSING_FIELD "CNI013" Error "no field is missing that the kind requires"
    BAD_VALUE "CNI014" Error "every value is one that the API server accepts"
    DUPLICATE_ITEM "CNI015" Error "no list has two items of one key"
    DEPRECATED_API "CNI016" Warning "no API version that the next Kubernetes does not serve"
    NAMESPACE "CNI017" Error "namespaced objects have a namespace, others none"
    BAD_NAME "CNI018" Error "names, labels and annotations keep to the API's rules"
    SELECTOR "CNI019" Error "a workload's selector matches its own template"
    CUSTOM_OBJECT "CNI020" Error "custom objects fit the CRD in the tree"
    DANGLING_REFERENCE "CNI030" Error "what an object names of itself or of the tree is there"
    OUTSIDE_REFERENCE "CNI031" Warning "what an object names is in the tree, or is made in the cluster"
    SELECTS_NOTHING "CNI032" Warning "a Service selects a workload of the tree"
}

/// The rule of that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_sorted() {
        let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(ids, sorted);
    }
}
