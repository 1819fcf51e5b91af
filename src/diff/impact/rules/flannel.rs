//! What flannel reads.

use super::super::Class;
use super::sources::{FLANNEL, FLANNEL_CONFIG};
use super::{Row, When, row};

/// What flannel, galaxy's backend, reads in `kube-flannel-cfg`.
pub(super) const NET_CONF: &[Row] = &[
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
