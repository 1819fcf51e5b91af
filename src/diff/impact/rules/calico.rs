//! What Calico reads.

use super::super::Class;
use super::sources::{CALICO_FELIX, CALICO_MIGRATE, CALICO_MTU, CALICO_OVERLAY};
use super::{Row, When, row};

/// Keys of `calico-config`.
pub(super) const CONFIG: &[Row] = &[
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
pub(super) const ENVIRONMENT: &[Row] = &[
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
