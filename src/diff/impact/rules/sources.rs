//! Where upstream says so.

pub(super) const IPAM: &str = "https://docs.cilium.io/en/stable/network/concepts/ipam/";
pub(super) const CLUSTER_POOL: &str = "https://docs.cilium.io/en/stable/network/concepts/ipam/cluster-pool/";
pub(super) const ROUTING: &str = "https://docs.cilium.io/en/stable/network/concepts/routing/";
pub(super) const KUBE_PROXY: &str = "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/";
pub(super) const CLUSTER_MESH: &str = "https://docs.cilium.io/en/stable/network/clustermesh/clustermesh/";
pub(super) const WIREGUARD: &str = "https://docs.cilium.io/en/stable/security/network/encryption-wireguard/";
pub(super) const ZTUNNEL: &str = "https://docs.cilium.io/en/stable/security/network/encryption-ztunnel/";
pub(super) const IPSEC: &str = "https://docs.cilium.io/en/stable/security/network/encryption-ipsec/";
pub(super) const MASQUERADING: &str = "https://docs.cilium.io/en/stable/network/concepts/masquerading/";
pub(super) const ENFORCEMENT: &str = "https://docs.cilium.io/en/stable/security/policy/intro/";
pub(super) const IDENTITIES: &str = "https://docs.cilium.io/en/stable/internals/security-identities/";
pub(super) const TUNING: &str = "https://docs.cilium.io/en/stable/operations/performance/tuning/";
pub(super) const MAPS: &str = "https://docs.cilium.io/en/stable/network/ebpf/maps/";
pub(super) const CONFIGURATION: &str = "https://docs.cilium.io/en/stable/network/kubernetes/configuration/";
pub(super) const HUBBLE: &str = "https://docs.cilium.io/en/stable/observability/hubble/configuration/tls/";
pub(super) const HOST_FIREWALL: &str = "https://docs.cilium.io/en/stable/security/host-firewall/";
pub(super) const FLANNEL: &str = "https://github.com/flannel-io/flannel/blob/master/Documentation/backends.md";
pub(super) const FLANNEL_CONFIG: &str =
    "https://github.com/flannel-io/flannel/blob/master/Documentation/configuration.md";
pub(super) const CALICO_POOL: &str = "https://docs.tigera.io/calico/latest/reference/resources/ippool";
pub(super) const CALICO_MIGRATE: &str = "https://docs.tigera.io/calico/latest/networking/ipam/migrate-pools";
pub(super) const CALICO_OVERLAY: &str = "https://docs.tigera.io/calico/latest/networking/configuring/vxlan-ipip";
pub(super) const CALICO_FELIX: &str = "https://docs.tigera.io/calico/latest/reference/felix/configuration";
pub(super) const CALICO_MTU: &str = "https://docs.tigera.io/calico/latest/networking/configuring/mtu";
pub(super) const WORKLOADS: &str = "https://kubernetes.io/docs/concepts/workloads/controllers/";
pub(super) const RBAC: &str = "https://kubernetes.io/docs/reference/access-authn-authz/rbac/";
pub(super) const POD_SECURITY: &str = "https://kubernetes.io/docs/concepts/security/pod-security-standards/";
pub(super) const STATEFUL_SET: &str = "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/";
pub(super) const NETWORK_POLICY: &str = "https://kubernetes.io/docs/concepts/services-networking/network-policies/";
