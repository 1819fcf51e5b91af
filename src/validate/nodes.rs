//! What workloads share on a node: the ports of the host.

use super::rules::HOST_PORT;
use super::workloads::{containers, pod_template};
use crate::finding::Finding;
use crate::object::KubeObject;
use crate::value::Value;

struct HostPort<'a> {
    number: u32,
    protocol: &'a str,
    address: &'a str,
    object: &'a KubeObject,
    selector: Option<&'a Value>,
    path: String,
}

/// Pods that every node has, and want a port of the host that another of them wants too: one of the two never starts.
pub fn check(objects: &[KubeObject]) -> Vec<Finding> {
    let ports: Vec<HostPort<'_>> =
        objects.iter().filter(|object| object.id.kind == "DaemonSet").flat_map(host_ports).collect();
    let mut findings = Vec::new();
    for (i, port) in ports.iter().enumerate() {
        let meets = |other: &&HostPort<'_>| {
            other.number == port.number
                && other.protocol == port.protocol
                && (other.address == port.address || anywhere(other.address) || anywhere(port.address))
                && other.object.id != port.object.id
                // Two that name different nodes never meet.
                && (other.selector.is_none() || port.selector.is_none() || other.selector == port.selector)
        };
        if let Some(other) = ports[..i].iter().find(meets) {
            findings.push(
                HOST_PORT
                    .finding(format!(
                        "{} wants port {} of every node too, and only one pod of a node can have it",
                        other.object.id, port.number
                    ))
                    .object(&port.object.id)
                    .path(port.path.clone())
                    .hint("move one of them to another port"),
            );
        }
    }
    findings
}

fn anywhere(address: &str) -> bool {
    ["", "0.0.0.0", "::"].contains(&address)
}

fn host_ports(object: &KubeObject) -> Vec<HostPort<'_>> {
    let Some(spec) = pod_template(object).and_then(|(template, _)| template.at(&["spec"])) else { return Vec::new() };
    let on_host = spec.at(&["hostNetwork"]) == Some(&Value::Bool(true));
    let selector = spec.at(&["nodeSelector"]).filter(|selector| selector.as_map().is_some_and(|map| !map.is_empty()));
    let mut found = Vec::new();
    for (list, i, container) in containers(spec).filter(|(list, ..)| *list == "containers") {
        for (j, port) in container.at(&["ports"]).and_then(Value::as_list).unwrap_or_default().iter().enumerate() {
            let text = |key: &str| port.at(&[key]).and_then(Value::as_str);
            let number = |key: &str| port.at(&[key]).and_then(Value::as_u32).filter(|port| *port > 0);
            let Some(number) = number("hostPort").or_else(|| number("containerPort").filter(|_| on_host)) else {
                continue;
            };
            found.push(HostPort {
                number,
                protocol: text("protocol").unwrap_or("TCP"),
                address: text("hostIP").unwrap_or_default(),
                object,
                selector,
                path: format!("{}.spec.template.spec.{list}[{i}].ports[{j}]", object.field_path),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, said};
    use super::*;

    fn daemon_set(name: &str, spec: &str) -> KubeObject {
        object(&format!(
            "{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: {name}, namespace: n}}, spec: {{template: {{spec: {{{spec}}}}}}}}}"
        ))
    }

    fn findings(a: &str, b: &str) -> Vec<String> {
        said(&check(&[daemon_set("a", a), daemon_set("b", b)]))
    }

    const HOST: &str = "hostNetwork: true, containers: [{ports: [{containerPort: 9090}]}]";

    #[test]
    fn one_port_of_a_node_is_for_one_pod() {
        assert_eq!(
            findings(HOST, HOST),
            [
                "CNI050 manifests.c.k.spec.template.spec.containers[0].ports[0]: DaemonSet n/a wants port 9090 of every node too, and only \
              one pod of a node can have it (move one of them to another port)"
            ]
        );
        assert_eq!(findings(HOST, "containers: [{ports: [{containerPort: 80, hostPort: 9090}]}]").len(), 1);
    }

    #[test]
    fn other_ports_protocols_addresses_and_nodes_do_not_meet() {
        for other in [
            "containers: [{ports: [{containerPort: 9090}]}]",
            "hostNetwork: true, containers: [{ports: [{containerPort: 9091}]}]",
            "hostNetwork: true, containers: [{ports: [{containerPort: 9090, protocol: UDP}]}]",
        ] {
            assert_eq!(findings(HOST, other), [""; 0], "{other}");
        }
        let at = |address: &str| {
            format!("containers: [{{ports: [{{containerPort: 80, hostPort: 80, hostIP: {address}}}]}}]")
        };
        assert_eq!(findings(&at("127.0.0.1"), &at("10.0.0.1")), [""; 0]);
        assert_eq!(findings(&at("127.0.0.1"), &at("0.0.0.0")).len(), 1);
        let on = |pool: &str| format!("nodeSelector: {{pool: {pool}}}, {HOST}");
        assert_eq!(findings(&on("a"), &on("b")), [""; 0]);
        assert_eq!(findings(&on("a"), HOST).len(), 1);
    }
}
