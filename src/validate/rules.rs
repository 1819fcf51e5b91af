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
    NODE_OVERLAP "CNI045" Cluster Error "nodes have addresses that neither pods nor services have"
    HOST_PORT "CNI050" Cluster Error "no two workloads want one port of a node"
    IMAGE_DIGEST "CNI060" Cluster Note "images are named by digest"
    IMAGE_REGISTRY "CNI061" Cluster Warning "images come from the cluster's registry"
    WILDCARD "CNI062" Cluster Warning "no role allows everything of something"
    CLUSTER_ADMIN "CNI063" Cluster Warning "nothing is bound to cluster-admin"
    PRIVILEGED "CNI064" Cluster Warning "nothing is privileged that upstream does not make so"
    VERSION_SPREAD "CNI080" Fleet Warning "the clusters' versions of a CNI are close together"
    STALE_TREE "CNI081" Fleet Warning "rendered/ is what the definitions give"
    ORPHAN_TREE "CNI082" Fleet Warning "every tree has a definition"
    ENVIRONMENT "CNI083" Fleet Warning "a cluster uses the overlay of its environment"
    SUDDEN_CHANGE "CNI084" Fleet Error "a running cluster keeps its CNI, or migrates one phase at a time"
    POLICY "CNI090" Cluster Error "the fleet's own policies find nothing"
    CILIUM_IGNORED "CNI100" Cluster Error "Cilium reads every value and argument that the definition gives"
    CILIUM_VALUE "CNI101" Cluster Error "every value is one that Cilium's agents and objects can have"
    CILIUM_VERSION "CNI102" Cluster Error "Cilium's version fits Kubernetes and the nodes' kernel"
    CILIUM_UPGRADE "CNI103" Fleet Error "Cilium goes one minor version at a time"
    CILIUM_IMAGES "CNI104" Cluster Error "the images of Cilium's release are known by digest"
    CILIUM_CONTRADICTION "CNI105" Cluster Error "Cilium's values do not contradict each other"
    CILIUM_DEFECT "CNI106" Cluster Warning "no value is on its way out, or broken in this Cilium"
    API_SERVER_ADDRESS "CNI110" Cluster Warning "a replacement of kube-proxy knows where the API server is"
    ONE_FORWARDER "CNI111" Cluster Error "one program forwards Services, in a way that the network allows"
    ROUTING "CNI112" Cluster Error "tunnel and native routing do not contradict each other"
    NATIVE_RANGE "CNI113" Cluster Error "masquerading knows what is routed natively"
    MTU "CNI114" Cluster Error "the MTU leaves room for tunnel and encryption"
    ADDRESS_POOLS "CNI115" Cluster Error "each family of addresses has pools that fit"
    GATEWAY "CNI116" Cluster Error "Ingress and Gateway API have what they need"
    BGP "CNI117" Cluster Error "BGP has what it needs"
    L2 "CNI118" Cluster Error "L2 announcements have what they need"
    EGRESS_GATEWAY "CNI119" Cluster Error "egress gateways have what they need"
    ENCRYPTION "CNI120" Cluster Error "encryption has what it needs"
    HOST_FIREWALL "CNI121" Cluster Error "the host firewall has what it needs"
    NETKIT "CNI122" Cluster Error "netkit has what it needs"
    HUBBLE "CNI123" Cluster Error "the parts of Hubble fit together"
    CERTIFICATES "CNI124" Cluster Error "certificates are made in the cluster, or brought whole"
    MESH_MEMBER "CNI125" Cluster Error "a cluster of a mesh has a name and a number that the mesh takes"
    HUBBLE_CERTIFICATES "CNI126" Cluster Warning "Hubble with TLS gets certificates"
    GALAXY_BACKEND "CNI130" Cluster Warning "flannel knows the backend, and the network carries it"
    GALAXY_ADDRESSES "CNI131" Cluster Error "galaxy has one IPv4 network that is large enough"
    GALAXY_NETWORKS "CNI132" Cluster Warning "galaxy's default networks are there"
    CALICO_VERSION "CNI140" Cluster Error "Calico's CRDs fit Kubernetes"
    CALICO_ENCAPSULATION "CNI141" Cluster Error "Calico's backend carries the encapsulation of its pools"
    CALICO_POOLS "CNI142" Cluster Error "Calico's pools lie within podCIDRs"
    CALICO_FAMILIES "CNI143" Cluster Error "Calico's pods have the families that Services have"
    TYPHA "CNI144" Cluster Error "Typha has replicas enough, and not more than are of use"
    CALICO_MTU "CNI145" Cluster Error "Calico's MTU is one that IP can work with"
    CALICO_DATAPLANE "CNI146" Cluster Error "Calico has the dataplane, and it knows where the API server is"
    COREDNS "CNI150" Cluster Error "cluster DNS has an address that Services can have"
    KUBE_PROXY "CNI151" Cluster Warning "kube-proxy fits the control plane and reaches it"
    KUBEADM_VERSION "CNI152" Cluster Warning "kubeadm's own manifests are known for this Kubernetes"
    MIGRATION_ADDRESSES "CNI160" Cluster Error "both CNIs of a migration have addresses of their own"
    MIGRATION_NETWORKS "CNI161" Cluster Error "both CNIs of a migration reach each other's pods"
    TKESTACK_MODE "CNI170" Cluster Error "TKEStack's Cilium has what its network mode needs"
    TKESTACK_ADDRESSES "CNI171" Cluster Error "TKEStack's Cilium has IPv4 alone"
    GUARD "CNI180" Cluster Error "what carries the network is kept from deletion"
    REPLACED "CNI181" Cluster Error "what carries the network is changed in place"
    CARELESS_DELIVERY "CNI182" Cluster Error "an engine's own objects take no network with them"
    UNSEEN "CNI183" Cluster Warning "the engine sees every object of the tree"
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
