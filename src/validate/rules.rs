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
    /// What it looks at.
    pub over: Over,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// One cluster by itself; `render` and `check` go by it, too.
    Cluster,
    /// All clusters together; `validate` goes by it.
    Fleet,
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
    ($($name:ident $id:literal $over:ident $severity:ident $title:literal)*) => {
        $(#[doc = $title]
        pub static $name: Rule =
            Rule { id: $id, severity: Severity::$severity, title: $title, over: Over::$over };)*
        /// Every rule, by id.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    SECRET_DATA "CNI001" Cluster Refusal "no Secret with data, unless `allowSecrets` names it"
    PRIVATE_KEY "CNI002" Cluster Refusal "no private key anywhere"
    SOURCE_KEY "CNI003" Fleet Error "no private key in a definition or in what it reads"
    API_VERSION "CNI010" Cluster Error "the cluster's Kubernetes serves the object's kind"
    UNKNOWN_FIELD "CNI011" Cluster Error "every field is one that the kind has in the cluster's Kubernetes"
    WRONG_TYPE "CNI012" Cluster Error "every field has the type that the kind asks for"
    MISSING_FIELD "CNI013" Cluster Error "no field is missing that the kind requires"
    BAD_VALUE "CNI014" Cluster Error "every value is one that the API server accepts"
    DUPLICATE_ITEM "CNI015" Cluster Error "no list has two items of one key"
    DEPRECATED_API "CNI016" Cluster Warning "no API version that the next Kubernetes does not serve"
    NAMESPACE "CNI017" Cluster Error "namespaced objects have a namespace, others none"
    BAD_NAME "CNI018" Cluster Error "names, labels and annotations keep to the API's rules"
    SELECTOR "CNI019" Cluster Error "a workload's selector matches its own template"
    CUSTOM_OBJECT "CNI020" Cluster Error "custom objects fit the CRD in the tree"
    DANGLING_REFERENCE "CNI030" Cluster Error "what an object names of itself or of the tree is there"
    OUTSIDE_REFERENCE "CNI031" Cluster Warning "what an object names is in the tree, or is made in the cluster"
    SELECTS_NOTHING "CNI032" Cluster Warning "a Service selects a workload of the tree"
    OVERLAP "CNI040" Cluster Error "pods and services of a cluster have addresses of their own"
    POD_RANGE_SIZE "CNI041" Cluster Error "the pod CIDR has room for nodes"
    MESH_OVERLAP "CNI042" Fleet Error "clusters of one mesh have pod CIDRs of their own"
    MESH_IDENTITY "CNI043" Fleet Error "clusters of one mesh have names and ids of their own"
    MESH_LIMIT "CNI044" Fleet Error "clusters of one mesh agree on its size"
    HOST_PORT "CNI050" Cluster Error "no two workloads want one port of a node"
    IMAGE_DIGEST "CNI060" Cluster Note "images are named by digest"
    IMAGE_REGISTRY "CNI061" Cluster Warning "images come from the cluster's registry"
    WILDCARD "CNI062" Cluster Warning "no role allows everything of something"
    CLUSTER_ADMIN "CNI063" Cluster Warning "nothing is bound to cluster-admin"
    VERSION_SPREAD "CNI080" Fleet Warning "the clusters' versions of a CNI are close together"
    STALE_TREE "CNI081" Fleet Warning "rendered/ is what the definitions give"
    ORPHAN_TREE "CNI082" Fleet Warning "every tree has a definition"
    ENVIRONMENT "CNI083" Fleet Warning "a cluster uses the overlay of its environment"
    POLICY "CNI090" Cluster Error "the fleet's own policies find nothing"
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
