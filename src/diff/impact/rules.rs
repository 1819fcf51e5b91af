//! The tables: which field or object does what when it changes.

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

const IPAM: &str = "https://docs.cilium.io/en/stable/network/concepts/ipam/";
const CLUSTER_POOL: &str = "https://docs.cilium.io/en/stable/network/concepts/ipam/cluster-pool/";
const ROUTING: &str = "https://docs.cilium.io/en/stable/network/concepts/routing/";
const KUBE_PROXY: &str = "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/";
const CLUSTER_MESH: &str = "https://docs.cilium.io/en/stable/network/clustermesh/clustermesh/";
const WIREGUARD: &str = "https://docs.cilium.io/en/stable/security/network/encryption-wireguard/";
const ZTUNNEL: &str = "https://docs.cilium.io/en/stable/security/network/encryption-ztunnel/";
const IPSEC: &str = "https://docs.cilium.io/en/stable/security/network/encryption-ipsec/";
const MASQUERADING: &str = "https://docs.cilium.io/en/stable/network/concepts/masquerading/";
const ENFORCEMENT: &str = "https://docs.cilium.io/en/stable/security/policy/intro/";
const IDENTITIES: &str = "https://docs.cilium.io/en/stable/internals/security-identities/";
const TUNING: &str = "https://docs.cilium.io/en/stable/operations/performance/tuning/";
const MAPS: &str = "https://docs.cilium.io/en/stable/network/ebpf/maps/";
const CONFIGURATION: &str = "https://docs.cilium.io/en/stable/network/kubernetes/configuration/";
const HUBBLE: &str = "https://docs.cilium.io/en/stable/observability/hubble/configuration/tls/";
const HOST_FIREWALL: &str = "https://docs.cilium.io/en/stable/security/host-firewall/";

/// Keys of `cilium-config`. The first row that fits a key is taken.
const CILIUM: &[Row] = &[
    row(
        &["cluster-pool-ipv4-cidr", "cluster-pool-ipv6-cidr"],
        When::NotAppended,
        Class::Immutable,
        "pools can be appended, but one that is in use cannot be changed or taken away: nodes and pods keep their old addresses",
        CLUSTER_POOL,
    ),
    row(
        &["cluster-pool-ipv4-cidr", "cluster-pool-ipv6-cidr"],
        When::Any,
        Class::Restart,
        "a pool is appended; the operator takes it when it restarts",
        CLUSTER_POOL,
    ),
    row(
        &["cluster-pool-ipv4-mask-size", "cluster-pool-ipv6-mask-size"],
        When::Any,
        Class::Immutable,
        "the size of a node's part of the pool cannot be changed once nodes have theirs",
        CLUSTER_POOL,
    ),
    row(
        &["ipam"],
        When::Any,
        Class::Immutable,
        "the IPAM mode of a cluster that runs is not to be changed: pods lose their connectivity for good; make a new cluster",
        IPAM,
    ),
    row(
        &[
            "routing-mode",
            "tunnel",
            "tunnel-protocol",
            "tunnel-port",
            "underlay-protocol",
            "auto-direct-node-routes",
            "enable-endpoint-routes",
        ],
        When::Any,
        Class::DropsConnections,
        "nodes with the old and the new setting do not reach each other's pods until every agent has restarted",
        ROUTING,
    ),
    row(
        &["ipv4-native-routing-cidr", "ipv6-native-routing-cidr"],
        When::Any,
        Class::DropsConnections,
        "it decides which packets keep their pod's address: open connections get another source address",
        MASQUERADING,
    ),
    row(
        &["kube-proxy-replacement", "bpf-lb-sock", "bpf-lb-mode", "bpf-lb-dsr-dispatch", "enable-session-affinity"],
        When::Any,
        Class::DropsConnections,
        "open connections to Services break while the nodes go from one load balancer to the other; a kube-proxy that goes or comes needs its rules cleared",
        KUBE_PROXY,
    ),
    row(
        &["bpf-lb-algorithm", "bpf-lb-acceleration", "bpf-lb-maglev-table-size"],
        When::Any,
        Class::NewConnections,
        "open connections keep their backend, new ones are spread anew",
        KUBE_PROXY,
    ),
    row(
        &["cluster-name", "cluster-id"],
        When::Any,
        Class::Manual,
        "security identities contain it: restart every pod of the cluster afterwards, and other clusters of the mesh must learn it",
        CLUSTER_MESH,
    ),
    row(
        &["max-connected-clusters"],
        When::Any,
        Class::Immutable,
        "it decides how identities are numbered and can be set for a new cluster only",
        CLUSTER_MESH,
    ),
    row(&["enable-wireguard"], When::Off, Class::Security, "traffic between nodes is no longer encrypted", WIREGUARD),
    row(
        &["enable-wireguard"],
        When::On,
        Class::DropsConnections,
        "packets get smaller by WireGuard's header, and nodes reach each other encrypted only once both agents have restarted",
        WIREGUARD,
    ),
    row(&["enable-ipsec"], When::Off, Class::Security, "traffic between nodes is no longer encrypted", IPSEC),
    row(
        &["enable-ipsec"],
        When::On,
        Class::DropsConnections,
        "packets get smaller by IPsec's header, and nodes with and without it do not understand each other; the key's Secret must be there first",
        IPSEC,
    ),
    row(
        &["enable-ztunnel"],
        When::Off,
        Class::Security,
        "traffic between the pods that ztunnel joined is no longer encrypted",
        ZTUNNEL,
    ),
    row(
        &["enable-ztunnel"],
        When::On,
        Class::DropsConnections,
        "connections of the namespaces that join it are cut and begun anew through ztunnel",
        ZTUNNEL,
    ),
    row(
        &[
            "encryption-strict-mode-enabled",
            "enable-encryption-strict-mode",
            "encryption-strict-mode-egress",
            "encryption-strict-egress-enabled",
            "encryption-strict-ingress-enabled",
            "encrypt-node",
        ],
        When::Any,
        Class::Security,
        "it decides whether traffic may go unencrypted",
        WIREGUARD,
    ),
    row(
        &[
            "enable-ipv4-masquerade",
            "enable-ipv6-masquerade",
            "enable-bpf-masquerade",
            "enable-ip-masq-agent",
            "enable-masquerade-to-route-source",
            "egress-masquerade-interfaces",
        ],
        When::Any,
        Class::DropsConnections,
        "connections that leave the cluster get another source address or another table that knows them: open ones break",
        MASQUERADING,
    ),
    row(&["enable-policy"], When::To("never"), Class::Security, "no network policy is enforced any more", ENFORCEMENT),
    row(
        &["enable-policy"],
        When::To("always"),
        Class::Security,
        "every pod that no policy selects loses its traffic",
        ENFORCEMENT,
    ),
    row(
        &[
            "enable-policy",
            "enable-k8s-networkpolicy",
            "enable-cilium-network-policy",
            "enable-cilium-clusterwide-network-policy",
            "enable-k8s-cluster-network-policy",
            "policy-cidr-match-mode",
            "policy-default-local-cluster",
            "allow-localhost",
            "enable-non-default-deny-policies",
        ],
        When::Any,
        Class::Security,
        "it decides which policies are enforced, and on which traffic",
        ENFORCEMENT,
    ),
    row(
        &["policy-audit-mode"],
        When::Any,
        Class::Security,
        "in audit mode a policy drops nothing and only reports",
        "https://docs.cilium.io/en/stable/security/policy-creation/",
    ),
    row(
        &["enable-host-firewall"],
        When::Any,
        Class::Security,
        "policies that select nodes are enforced on the nodes' own traffic from now on, or no longer",
        HOST_FIREWALL,
    ),
    row(
        &["hubble-disable-tls"],
        When::Any,
        Class::Security,
        "it decides whether Hubble's flows are readable on the wire",
        HUBBLE,
    ),
    row(
        &["identity-allocation-mode"],
        When::Any,
        Class::Manual,
        "identities must be migrated through double writing, in steps, or connections are dropped",
        IDENTITIES,
    ),
    row(
        &["labels"],
        When::Any,
        Class::Manual,
        "the labels that make identities change, so every pod gets a new identity; restart the operator first",
        "https://docs.cilium.io/en/stable/operations/performance/scalability/identity-relevant-labels/",
    ),
    row(
        &["datapath-mode"],
        When::Any,
        Class::Manual,
        "pods that run keep their old device: drain or restart the nodes' pods after the agents have restarted",
        TUNING,
    ),
    row(
        &["mtu"],
        When::Any,
        Class::Manual,
        "pods that run keep the old MTU until they are restarted; larger packets are lost where the path does not take them",
        TUNING,
    ),
    row(
        &["cni-exclusive"],
        When::On,
        Class::NewConnections,
        "the agent renames every other CNI configuration on the node: pods that start from now on lose what those did",
        CONFIGURATION,
    ),
    row(
        &[
            "cni-exclusive",
            "cni-chaining-mode",
            "cni-chaining-target",
            "custom-cni-conf",
            "read-cni-conf",
            "write-cni-conf-when-ready",
        ],
        When::Any,
        Class::NewConnections,
        "pods that start from now on get another CNI configuration; those that run keep theirs",
        CONFIGURATION,
    ),
    row(
        &[
            "bpf-auth-map-max",
            "bpf-ct-global-any-max",
            "bpf-ct-global-tcp-max",
            "bpf-distributed-lru",
            "bpf-fragments-map-max",
            "bpf-lb-affinity-map-max",
            "bpf-lb-map-max",
            "bpf-lb-rev-nat-map-max",
            "bpf-lb-service-backend-map-max",
            "bpf-lb-service-map-max",
            "bpf-lb-source-range-map-max",
            "bpf-map-dynamic-size-ratio",
            "bpf-nat-global-max",
            "bpf-neigh-global-max",
            "bpf-policy-map-max",
            "bpf-sock-rev-map-max",
            "preallocate-bpf-maps",
        ],
        When::Any,
        Class::DropsConnections,
        "a map of another size is made anew and empty: connections that the old one knew break when the agent restarts",
        MAPS,
    ),
    row(
        &["enable-ipv4", "enable-ipv6"],
        When::Any,
        Class::Manual,
        "an address family comes or goes: pods that run keep the addresses they have until they are restarted",
        IPAM,
    ),
    row(
        &["devices", "direct-routing-device"],
        When::Any,
        Class::DropsConnections,
        "the datapath moves to other network devices",
        KUBE_PROXY,
    ),
    row(
        &["enable-l7-proxy", "external-envoy-proxy"],
        When::Any,
        Class::DropsConnections,
        "connections that go through an L7 policy are cut and begun anew",
        "https://docs.cilium.io/en/stable/security/network/proxy/envoy/",
    ),
];

const FLANNEL: &str = "https://github.com/flannel-io/flannel/blob/master/Documentation/backends.md";
const FLANNEL_CONFIG: &str = "https://github.com/flannel-io/flannel/blob/master/Documentation/configuration.md";

/// What flannel, galaxy's backend, reads in `kube-flannel-cfg`.
const FLANNEL_ROWS: &[Row] = &[
    row(
        &["Backend.Type"],
        When::Any,
        Class::DropsConnections,
        "the backend cannot be changed under running pods: nodes with the old and the new one do not reach each other; restart flannel everywhere at once",
        FLANNEL,
    ),
    row(
        &["Backend"],
        When::Any,
        Class::DropsConnections,
        "nodes whose backends are set up differently do not reach each other's pods until flannel has restarted on both",
        FLANNEL,
    ),
    row(
        &["Network", "IPv6Network", "SubnetLen", "SubnetMin", "SubnetMax", "EnableIPv4", "EnableIPv6"],
        When::Any,
        Class::Immutable,
        "nodes keep the subnets that they have: pods must be made anew, node by node",
        FLANNEL_CONFIG,
    ),
];

const CALICO_POOL: &str = "https://docs.tigera.io/calico/latest/reference/resources/ippool";
const CALICO_MIGRATE: &str = "https://docs.tigera.io/calico/latest/networking/ipam/migrate-pools";
const CALICO_OVERLAY: &str = "https://docs.tigera.io/calico/latest/networking/configuring/vxlan-ipip";
const CALICO_FELIX: &str = "https://docs.tigera.io/calico/latest/reference/felix/configuration";
const CALICO_MTU: &str = "https://docs.tigera.io/calico/latest/networking/configuring/mtu";

/// Keys of `calico-config`.
const CALICO: &[Row] = &[
    row(
        &["calico_backend"],
        When::Any,
        Class::DropsConnections,
        "nodes with and without BGP do not learn each other's routes until calico-node has restarted everywhere",
        CALICO_OVERLAY,
    ),
    row(&["veth_mtu"], When::Any, Class::Manual, "pods that run keep the old MTU until they are restarted", CALICO_MTU),
    row(
        &["cni_network_config"],
        When::Any,
        Class::NewConnections,
        "pods that start from now on get another CNI configuration; those that run keep theirs",
        "https://docs.tigera.io/calico/latest/reference/configure-cni-plugins",
    ),
];

/// Environment variables of calico-node.
const CALICO_ENV: &[Row] = &[
    row(
        &["CALICO_IPV4POOL_CIDR", "CALICO_IPV6POOL_CIDR", "CALICO_IPV4POOL_BLOCK_SIZE", "CALICO_IPV6POOL_BLOCK_SIZE"],
        When::Any,
        Class::Immutable,
        "it is read once, when the first node makes the pool: a cluster that runs keeps the pool it has; migrate pods to a new pool",
        CALICO_MIGRATE,
    ),
    row(
        &["CALICO_IPV4POOL_IPIP", "CALICO_IPV4POOL_VXLAN", "CALICO_IPV6POOL_VXLAN", "CALICO_IPV4POOL_NAT_OUTGOING"],
        When::Any,
        Class::Manual,
        "it is read once, when the first node makes the pool: change the IPPool itself; open connections between nodes break when that is done",
        CALICO_OVERLAY,
    ),
    row(
        &[
            "CALICO_NETWORKING_BACKEND",
            "FELIX_IPINIPENABLED",
            "FELIX_VXLANENABLED",
            "FELIX_VXLANPORT",
            "FELIX_VXLANVNI",
        ],
        When::Any,
        Class::DropsConnections,
        "nodes with the old and the new encapsulation do not reach each other's pods until calico-node has restarted on both",
        CALICO_OVERLAY,
    ),
    row(
        &["FELIX_WIREGUARDENABLED"],
        When::Any,
        Class::Security,
        "it decides whether traffic between nodes is encrypted",
        CALICO_FELIX,
    ),
    row(
        &["FELIX_BPFENABLED"],
        When::Any,
        Class::DropsConnections,
        "the datapath goes from iptables to eBPF or back",
        CALICO_FELIX,
    ),
    row(
        &["FELIX_IPINIPMTU", "FELIX_VXLANMTU", "FELIX_WIREGUARDMTU"],
        When::Any,
        Class::Manual,
        "pods that run keep the old MTU until they are restarted",
        CALICO_MTU,
    ),
    row(
        &["FELIX_DEFAULTENDPOINTTOHOSTACTION"],
        When::Any,
        Class::Security,
        "it decides what pods may reach on their own node",
        CALICO_FELIX,
    ),
];

/// Which `ConfigMap` is read by which table.
const CONFIG_MAPS: &[(&str, &[Row])] = &[("cilium-config", CILIUM), ("calico-config", CALICO)];

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

const WORKLOADS: &str = "https://kubernetes.io/docs/concepts/workloads/controllers/";
const RBAC: &str = "https://kubernetes.io/docs/reference/access-authn-authz/rbac/";
const POD_SECURITY: &str = "https://kubernetes.io/docs/concepts/security/pod-security-standards/";
const STATEFUL_SET: &str = "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/";
const NETWORK_POLICY: &str = "https://kubernetes.io/docs/concepts/services-networking/network-policies/";
const DELETE_FIRST: &str = "the API server refuses another selector: delete the workload and let it be made anew";

/// Fields of kinds. Every row that fits is told.
const FIELDS: &[FieldRow] = &[
    field(
        "apps",
        &["DaemonSet"],
        &["spec", "selector"],
        When::Any,
        Class::Immutable,
        DELETE_FIRST,
        "https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/",
    ),
    field(
        "apps",
        &["Deployment", "ReplicaSet"],
        &["spec", "selector"],
        When::Any,
        Class::Immutable,
        DELETE_FIRST,
        "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/",
    ),
    field("apps", &["StatefulSet"], &["spec", "selector"], When::Any, Class::Immutable, DELETE_FIRST, STATEFUL_SET),
    field(
        "apps",
        &["StatefulSet"],
        &["spec", "serviceName"],
        When::Any,
        Class::Immutable,
        "the API server refuses another service: delete the StatefulSet with `--cascade=orphan` first",
        STATEFUL_SET,
    ),
    field(
        "apps",
        &["StatefulSet"],
        &["spec", "volumeClaimTemplates"],
        When::Any,
        Class::Immutable,
        "the API server refuses other claims: delete the StatefulSet with `--cascade=orphan` first",
        STATEFUL_SET,
    ),
    field(
        "apps",
        &["StatefulSet"],
        &["spec", "podManagementPolicy"],
        When::Any,
        Class::Immutable,
        "the API server refuses another policy: delete the StatefulSet with `--cascade=orphan` first",
        STATEFUL_SET,
    ),
    field(
        "batch",
        &["Job"],
        &["spec", "template"],
        When::Any,
        Class::Immutable,
        "a Job's template is fixed: delete the Job, or give it another name",
        "https://kubernetes.io/docs/concepts/workloads/controllers/job/",
    ),
    field(
        "batch",
        &["Job"],
        &["spec", "selector"],
        When::Any,
        Class::Immutable,
        "a Job's selector is fixed: delete the Job, or give it another name",
        "https://kubernetes.io/docs/concepts/workloads/controllers/job/",
    ),
    field(
        "batch",
        &["Job"],
        &["spec", "completionMode"],
        When::Any,
        Class::Immutable,
        "a Job's completion mode is fixed: delete the Job, or give it another name",
        "https://kubernetes.io/docs/concepts/workloads/controllers/job/",
    ),
    field(
        "rbac.authorization.k8s.io",
        &["ClusterRoleBinding", "RoleBinding"],
        &["roleRef"],
        When::Any,
        Class::Immutable,
        "a binding's role is fixed: delete the binding and let it be made anew",
        RBAC,
    ),
    field(
        "rbac.authorization.k8s.io",
        &["ClusterRoleBinding", "RoleBinding"],
        &["roleRef"],
        When::Any,
        Class::Security,
        "its subjects get the rights of another role",
        RBAC,
    ),
    field(
        "rbac.authorization.k8s.io",
        &["ClusterRoleBinding", "RoleBinding"],
        &["subjects"],
        When::Added,
        Class::Security,
        "somebody else gets these rights",
        RBAC,
    ),
    field(
        "rbac.authorization.k8s.io",
        &["ClusterRole", "Role"],
        &["rules"],
        When::Added,
        Class::Security,
        "it may do more than before",
        RBAC,
    ),
    field(
        "",
        &["Service"],
        &["spec", "clusterIP"],
        When::WasSet,
        Class::Immutable,
        "a Service keeps its address: delete it and let it be made anew; clients lose it meanwhile",
        "https://kubernetes.io/docs/concepts/services-networking/service/",
    ),
    field(
        "",
        &["Service"],
        &["spec", "clusterIPs"],
        When::WasSet,
        Class::Immutable,
        "a Service keeps its address: delete it and let it be made anew; clients lose it meanwhile",
        "https://kubernetes.io/docs/concepts/services-networking/service/",
    ),
    field(
        "",
        &["Service"],
        &["spec", "ports"],
        When::WasSet,
        Class::NewConnections,
        "connections that are open keep their port, new ones go to the other",
        "https://kubernetes.io/docs/concepts/services-networking/service/",
    ),
    field(
        "",
        &["Secret"],
        &["type"],
        When::Any,
        Class::Immutable,
        "a Secret's type is fixed: delete it first",
        "https://kubernetes.io/docs/concepts/configuration/secret/",
    ),
    field(
        "",
        &["PersistentVolumeClaim"],
        &["spec"],
        When::Any,
        Class::Immutable,
        "of a claim that is bound, only the size can grow",
        "https://kubernetes.io/docs/concepts/storage/persistent-volumes/",
    ),
    field(
        "scheduling.k8s.io",
        &["PriorityClass"],
        &["value"],
        When::Any,
        Class::Immutable,
        "a class keeps its value: delete it and let it be made anew",
        "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",
    ),
    field(
        "storage.k8s.io",
        &["StorageClass"],
        &["parameters"],
        When::Any,
        Class::Immutable,
        "a class keeps its parameters: delete it and let it be made anew",
        "https://kubernetes.io/docs/concepts/storage/storage-classes/",
    ),
    field(
        "storage.k8s.io",
        &["StorageClass"],
        &["provisioner"],
        When::Any,
        Class::Immutable,
        "a class keeps its provisioner: delete it and let it be made anew",
        "https://kubernetes.io/docs/concepts/storage/storage-classes/",
    ),
    field(
        "networking.k8s.io",
        &["IngressClass"],
        &["spec", "controller"],
        When::Any,
        Class::Immutable,
        "a class keeps its controller: delete it and let it be made anew",
        "https://kubernetes.io/docs/concepts/services-networking/ingress/",
    ),
    field(
        "node.k8s.io",
        &["RuntimeClass"],
        &["handler"],
        When::Any,
        Class::Immutable,
        "a class keeps its handler: delete it and let it be made anew",
        "https://kubernetes.io/docs/concepts/containers/runtime-class/",
    ),
    field(
        "apiextensions.k8s.io",
        &["CustomResourceDefinition"],
        &["spec", "scope"],
        When::Any,
        Class::Immutable,
        "a kind keeps its scope: delete it, with all its objects, and let it be made anew",
        "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/",
    ),
    field(
        "apiextensions.k8s.io",
        &["CustomResourceDefinition"],
        &["spec", "versions"],
        When::Any,
        Class::Manual,
        "objects that are stored in a version that goes must be rewritten first",
        "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/",
    ),
    field(
        "networking.k8s.io",
        &["NetworkPolicy"],
        &["spec"],
        When::Any,
        Class::Security,
        "other traffic is allowed",
        NETWORK_POLICY,
    ),
    field(
        "cilium.io",
        &["CiliumClusterwideNetworkPolicy", "CiliumNetworkPolicy"],
        &["*"],
        When::Any,
        Class::Security,
        "other traffic is allowed",
        ENFORCEMENT,
    ),
    field(
        "*",
        &["GlobalNetworkPolicy"],
        &["spec"],
        When::Any,
        Class::Security,
        "other traffic is allowed",
        "https://docs.tigera.io/calico/latest/reference/resources/globalnetworkpolicy",
    ),
    field(
        "*",
        &["DaemonSet", "Deployment", "StatefulSet"],
        &["spec", "template", "spec", "containers", "securityContext"],
        When::Any,
        Class::Security,
        "its containers have other rights on the node",
        POD_SECURITY,
    ),
    field(
        "*",
        &["DaemonSet", "Deployment", "StatefulSet"],
        &["spec", "template", "spec", "initContainers", "securityContext"],
        When::Any,
        Class::Security,
        "its containers have other rights on the node",
        POD_SECURITY,
    ),
    field(
        "*",
        &["DaemonSet", "Deployment", "StatefulSet"],
        &["spec", "template", "spec", "hostNetwork"],
        When::On,
        Class::Security,
        "its pods are in the node's own network",
        POD_SECURITY,
    ),
    field(
        "*",
        &["DaemonSet", "Deployment", "StatefulSet"],
        &["spec", "template", "spec", "hostPID"],
        When::On,
        Class::Security,
        "its pods see the node's processes",
        POD_SECURITY,
    ),
    field(
        "*",
        &["DaemonSet", "Deployment", "StatefulSet"],
        &["spec", "template", "spec", "serviceAccountName"],
        When::WasSet,
        Class::Security,
        "its pods have the rights of another account",
        RBAC,
    ),
    field(
        "*",
        &["DaemonSet", "Deployment", "StatefulSet"],
        &["spec", "template", "spec", "volumes", "hostPath"],
        When::Any,
        Class::Security,
        "its pods reach other files of the node",
        POD_SECURITY,
    ),
    field(
        "*",
        &["IPPool"],
        &["spec", "cidr"],
        When::Any,
        Class::Immutable,
        "a pool keeps its addresses: make a second pool and migrate the pods",
        CALICO_MIGRATE,
    ),
    field(
        "*",
        &["IPPool"],
        &["spec", "blockSize"],
        When::Any,
        Class::Immutable,
        "a pool keeps its block size: make a second pool and migrate the pods",
        CALICO_POOL,
    ),
    field(
        "*",
        &["IPPool"],
        &["spec", "ipipMode"],
        When::Any,
        Class::DropsConnections,
        "nodes send with another encapsulation: open connections between nodes break",
        CALICO_OVERLAY,
    ),
    field(
        "*",
        &["IPPool"],
        &["spec", "vxlanMode"],
        When::Any,
        Class::DropsConnections,
        "nodes send with another encapsulation: open connections between nodes break",
        CALICO_OVERLAY,
    ),
    field(
        "*",
        &["IPPool"],
        &["spec", "natOutgoing"],
        When::Any,
        Class::DropsConnections,
        "connections that leave the cluster get another source address",
        CALICO_POOL,
    ),
    field(
        "*",
        &["IPPool"],
        &["spec", "disabled"],
        When::Any,
        Class::NewConnections,
        "pods that start from now on get addresses of this pool, or no longer",
        CALICO_POOL,
    ),
    field(
        "*",
        &["IPPool"],
        &["spec", "nodeSelector"],
        When::Any,
        Class::NewConnections,
        "pods that start from now on get addresses of other pools",
        CALICO_POOL,
    ),
    field(
        "operator.tigera.io",
        &["Installation"],
        &["spec", "calicoNetwork", "ipPools", "cidr"],
        When::Any,
        Class::Immutable,
        "a pool keeps its addresses: make a second pool and migrate the pods",
        CALICO_MIGRATE,
    ),
    field(
        "operator.tigera.io",
        &["Installation"],
        &["spec", "calicoNetwork", "ipPools", "blockSize"],
        When::Any,
        Class::Immutable,
        "a pool keeps its block size: make a second pool and migrate the pods",
        CALICO_POOL,
    ),
    field(
        "operator.tigera.io",
        &["Installation"],
        &["spec", "calicoNetwork", "ipPools", "encapsulation"],
        When::Any,
        Class::DropsConnections,
        "nodes send with another encapsulation: open connections between nodes break",
        CALICO_OVERLAY,
    ),
    field(
        "operator.tigera.io",
        &["Installation"],
        &["spec", "calicoNetwork", "bgp"],
        When::Any,
        Class::DropsConnections,
        "nodes with and without BGP do not learn each other's routes",
        CALICO_OVERLAY,
    ),
    field(
        "operator.tigera.io",
        &["Installation"],
        &["spec", "calicoNetwork", "linuxDataplane"],
        When::Any,
        Class::DropsConnections,
        "the datapath goes from one to the other",
        "https://docs.tigera.io/calico/latest/operations/ebpf/enabling-ebpf",
    ),
    field(
        "operator.tigera.io",
        &["Installation"],
        &["spec", "calicoNetwork", "mtu"],
        When::Any,
        Class::Manual,
        "pods that run keep the old MTU until they are restarted",
        CALICO_MTU,
    ),
    field(
        "*",
        &["FelixConfiguration"],
        &["spec", "wireguardEnabled"],
        When::Any,
        Class::Security,
        "it decides whether traffic between nodes is encrypted",
        CALICO_FELIX,
    ),
    field(
        "*",
        &["FelixConfiguration"],
        &["spec", "bpfEnabled"],
        When::Any,
        Class::DropsConnections,
        "the datapath goes from iptables to eBPF or back",
        CALICO_FELIX,
    ),
    field(
        "*",
        &["FelixConfiguration"],
        &["spec", "ipipEnabled"],
        When::Any,
        Class::DropsConnections,
        "nodes send with another encapsulation: open connections between nodes break",
        CALICO_OVERLAY,
    ),
    field(
        "*",
        &["FelixConfiguration"],
        &["spec", "vxlanEnabled"],
        When::Any,
        Class::DropsConnections,
        "nodes send with another encapsulation: open connections between nodes break",
        CALICO_OVERLAY,
    ),
];

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

const ACTIONS: &[ActionRow] = &[
    whole(
        Action::Removed,
        "apiextensions.k8s.io",
        &["CustomResourceDefinition"],
        Class::Manual,
        "every object of this kind is deleted with it: save those that are still needed",
        "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/",
    ),
    whole(
        Action::Removed,
        "",
        &["Namespace"],
        Class::Manual,
        "everything in the namespace is deleted with it",
        "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
    ),
    whole(
        Action::Removed,
        "networking.k8s.io",
        &["NetworkPolicy"],
        Class::Security,
        "what it has forbidden is allowed",
        NETWORK_POLICY,
    ),
    whole(
        Action::Added,
        "networking.k8s.io",
        &["NetworkPolicy"],
        Class::Security,
        "pods that it selects lose what it does not allow",
        NETWORK_POLICY,
    ),
    whole(
        Action::Removed,
        "cilium.io",
        &["CiliumClusterwideNetworkPolicy", "CiliumNetworkPolicy"],
        Class::Security,
        "what it has forbidden is allowed",
        ENFORCEMENT,
    ),
    whole(
        Action::Added,
        "cilium.io",
        &["CiliumClusterwideNetworkPolicy", "CiliumNetworkPolicy"],
        Class::Security,
        "endpoints that it selects lose what it does not allow",
        ENFORCEMENT,
    ),
    whole(
        Action::Added,
        "rbac.authorization.k8s.io",
        &["ClusterRoleBinding", "RoleBinding"],
        Class::Security,
        "somebody gets rights",
        RBAC,
    ),
    whole(
        Action::Removed,
        "",
        &["Service"],
        Class::DropsConnections,
        "its clients reach nothing under its address any more",
        "https://kubernetes.io/docs/concepts/services-networking/service/",
    ),
    whole(
        Action::Renamed,
        "",
        &["Service"],
        Class::DropsConnections,
        "clients that use the old name or address reach nothing",
        "https://kubernetes.io/docs/concepts/services-networking/service/",
    ),
    whole(
        Action::Renamed,
        "",
        &["Namespace"],
        Class::Manual,
        "everything in the old namespace is deleted with it: move what is still needed",
        "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
    ),
    whole(
        Action::Renamed,
        "*",
        &["IPPool"],
        Class::Immutable,
        "the old pool goes, and one with addresses in use cannot: migrate its pods first",
        CALICO_MIGRATE,
    ),
    whole(
        Action::Removed,
        "apps",
        &["DaemonSet", "Deployment", "StatefulSet"],
        Class::DropsConnections,
        "its pods end, and whatever needs them fails",
        WORKLOADS,
    ),
    whole(
        Action::Renamed,
        "apps",
        &["DaemonSet", "Deployment", "StatefulSet"],
        Class::DropsConnections,
        "to Kubernetes, one workload ends and another begins; until it runs there is none",
        WORKLOADS,
    ),
    whole(
        Action::Renamed,
        "apiextensions.k8s.io",
        &["CustomResourceDefinition"],
        Class::Manual,
        "every object of the old kind is deleted with it: save those that are still needed",
        "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/",
    ),
    whole(
        Action::Removed,
        "*",
        &["IPPool"],
        Class::Immutable,
        "a pool with addresses in use cannot go: migrate its pods first",
        CALICO_MIGRATE,
    ),
];

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
                let reason = "it is marked immutable: delete it, or give it another name";
                impacts.push(impact(
                    Class::Immutable,
                    reason.to_owned(),
                    "https://kubernetes.io/docs/concepts/configuration/configmap/",
                ));
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
        let row = FLANNEL_ROWS
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
    let row = CALICO_ENV.iter().find(|row| row.keys.contains(&name))?;
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

/// The reason of every row, to see that each has a case.
#[cfg(test)]
pub fn reasons() -> Vec<&'static str> {
    let keyed = [CILIUM, FLANNEL_ROWS, CALICO, CALICO_ENV].into_iter().flatten().map(|row| row.reason);
    keyed.chain(FIELDS.iter().map(|row| row.reason)).chain(ACTIONS.iter().map(|row| row.reason)).collect()
}
