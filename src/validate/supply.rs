//! Where images come from, and who may do everything.

use super::Context;
use super::fields::below;
use super::rules::{CLUSTER_ADMIN, IMAGE_DIGEST, IMAGE_REGISTRY, PRIVILEGED, WILDCARD};
use super::workloads::{containers, pod_template};
use crate::finding::{Finding, Severity};
use crate::object::KubeObject;
use crate::value::Value;

/// Roles and bindings that upstream itself makes so: kind, name, and why that is so.
const KNOWN: [(&str, &str, &str); 6] = [
    ("ClusterRole", "calico-kube-controllers", "Calico's own manifest gives it all of its own API groups"),
    ("ClusterRole", "cilium", "TKEStack's Cilium 1.9.5 has all verbs for its own API group"),
    ("ClusterRole", "cilium-operator", "TKEStack's Cilium 1.9.5 has all verbs for its own API group"),
    ("ClusterRoleBinding", "flannel", "TKEStack installs flannel so (galaxy v1.0.0, phases/galaxy/template.go)"),
    ("ClusterRoleBinding", "galaxy", "TKEStack installs galaxy so (galaxy v1.0.0, phases/galaxy/template.go)"),
    ("ClusterRoleBinding", "tke-bridge-agent", "TKEStack installs its bridge agent so (phases/galaxy/template.go)"),
];

/// `DaemonSets` with a privileged container in upstream's own manifests: they set up the network of their node.
const KNOWN_PRIVILEGED: [&str; 8] = [
    "calico-node",
    "cilium",
    "cilium-node-init",
    "flannel",
    "galaxy-daemonset",
    "ip-masq-agent",
    "kube-proxy",
    "tke-bridge-agent",
];

/// One object's images and rights.
pub fn check(context: &Context<'_>, object: &KubeObject) -> Vec<Finding> {
    let mut findings = images(context, object);
    if object.id.group() == "rbac.authorization.k8s.io" {
        findings.extend(rights(object));
    }
    findings.into_iter().map(|finding| finding.object(&object.id)).collect()
}

fn images(context: &Context<'_>, object: &KubeObject) -> Vec<Finding> {
    let Some((template, keys)) = pod_template(object) else { return Vec::new() };
    let Some(spec) = template.at(&["spec"]) else { return Vec::new() };
    let mut findings = Vec::new();
    for (list, i, container) in containers(spec) {
        let Some(image) = container.at(&["image"]).and_then(Value::as_str).filter(|image| !image.is_empty()) else {
            continue;
        };
        let path = || {
            let pod = keys.iter().chain(&["spec"]).fold(object.field_path.clone(), |path, key| below(&path, key));
            format!("{pod}.{list}[{i}].image")
        };
        if !image.contains("@sha256:") {
            findings.push(
                IMAGE_DIGEST
                    .finding(format!("`{image}` is named by a tag alone"))
                    .path(path())
                    .hint("a tag can be moved to other bytes; add the digest: image@sha256:…"),
            );
        }
        let known = object.id.kind == "DaemonSet" && KNOWN_PRIVILEGED.contains(&object.id.name.as_str());
        if container.at(&["securityContext", "privileged"]) == Some(&Value::Bool(true)) && !known {
            findings.push(
                PRIVILEGED
                    .finding("the container is privileged: whoever gets into it has the node")
                    .path(format!("{}.securityContext.privileged", path().trim_end_matches(".image")))
                    .hint("name the capabilities that it needs in securityContext.capabilities.add"),
            );
        }
        let from = |registry: &str| image.strip_prefix(registry).is_some_and(|rest| rest.starts_with('/'));
        if let Some(registry) = context.facts.registry.as_deref().filter(|registry| !from(registry)) {
            findings.push(
                IMAGE_REGISTRY
                    .finding(format!("`{image}` does not come from {registry}"))
                    .path(path())
                    .hint("mirror it there and name it so, or take `registry` out of the definition"),
            );
        }
    }
    findings
}

fn rights(object: &KubeObject) -> Vec<Finding> {
    let mut findings = Vec::new();
    let known = KNOWN.iter().find(|(kind, name, _)| *kind == object.id.kind && *name == object.id.name);
    if object.body.at(&["roleRef", "name"]).and_then(Value::as_str) == Some("cluster-admin") {
        let finding = CLUSTER_ADMIN
            .finding("it is bound to cluster-admin: whoever gets into such a pod owns the cluster")
            .path(format!("{}.roleRef", object.field_path));
        findings.push(match known {
            Some((.., why)) => finding.severity(Severity::Note).hint(format!("known: {why}")),
            None => finding.hint("bind it to a role with the rights that it needs"),
        });
    }
    for (i, rule) in object.body.at(&["rules"]).and_then(Value::as_list).unwrap_or_default().iter().enumerate() {
        let every = |key: &str| {
            let items = rule.at(&[key]).and_then(Value::as_list).unwrap_or_default();
            items.iter().any(|item| item.as_str() == Some("*"))
        };
        let wide: Vec<&str> = ["apiGroups", "resources", "verbs"].into_iter().filter(|key| every(key)).collect();
        if !wide.is_empty() {
            let finding = WILDCARD
                .finding(format!("the rule allows `*` for {}", wide.join(" and ")))
                .path(format!("{}.rules[{i}]", object.field_path));
            findings.push(match known {
                Some((.., why)) => finding.severity(Severity::Note).hint(format!("known: {why}")),
                None => finding.hint("name what is needed; `*` includes what a later version adds"),
            });
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, said};
    use super::*;
    use crate::evaluate::ClusterFacts;

    fn pod(image: &str, registry: Option<&str>) -> Vec<String> {
        let facts = ClusterFacts { registry: registry.map(str::to_owned), ..ClusterFacts::default() };
        let context = Context { facts: &facts, ..Context::default() };
        let pod = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: a, namespace: n}}, spec: {{containers: [{{image: '{image}'}}]}}}}"
        );
        said(&check(&context, &object(&pod)))
    }

    #[test]
    fn images_have_a_digest_and_the_clusters_registry() {
        let digest = format!("r.example/m/a:1@sha256:{}", "0".repeat(64));
        assert_eq!(pod(&digest, Some("r.example/m")), [""; 0]);
        assert_eq!(pod(&digest, None), [""; 0]);
        assert_eq!(
            pod("r.example/mirror/a:1", Some("r.example/m")),
            [
                "CNI060 manifests.c.k.spec.containers[0].image: `r.example/mirror/a:1` is named by a tag alone (a tag can be moved to \
                 other bytes; add the digest: image@sha256:…)",
                "CNI061 manifests.c.k.spec.containers[0].image: `r.example/mirror/a:1` does not come from r.example/m (mirror it there \
                 and name it so, or take `registry` out of the definition)",
            ]
        );
    }

    #[test]
    fn privileges_are_shown_where_upstream_has_none() {
        let of = |kind: &str, name: &str, context: &str| {
            said(&check(
                &Context::default(),
                &object(&format!(
                    "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: {name}, namespace: n}}, spec: {{template: {{spec: {{containers: \
                     [{{image: 'a@sha256:0', securityContext: {{{context}}}}}]}}}}}}}}"
                )),
            ))
        };
        assert_eq!(of("DaemonSet", "calico-node", "privileged: true"), [""; 0]);
        assert_eq!(of("DaemonSet", "agent", "privileged: false, capabilities: {add: [NET_ADMIN]}"), [""; 0]);
        let found = of("Deployment", "calico-node", "privileged: true");
        assert!(
            found[0].starts_with("CNI064 manifests.c.k.spec.template.spec.containers[0].securityContext.privileged: ")
        );
    }

    #[test]
    fn wide_rights_are_shown() {
        let role = |rules: &str| {
            let yaml = format!(
                "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: a}}, rules: [{rules}]}}"
            );
            said(&check(&Context::default(), &object(&yaml)))
        };
        assert_eq!(role("{apiGroups: [''], resources: [pods], verbs: [get]}"), [""; 0]);
        assert_eq!(
            role("{apiGroups: [''], resources: ['*'], verbs: ['*']}"),
            [
                "CNI062 manifests.c.k.rules[0]: the rule allows `*` for resources and verbs (name what is needed; `*` includes what a \
              later version adds)"
            ]
        );
        let binding = |name: &str| {
            let yaml = format!(
                "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {{name: {name}}}, roleRef: {{name: cluster-admin}}}}"
            );
            check(&Context::default(), &object(&yaml))
        };
        assert_eq!(binding("web")[0].severity, Severity::Warning);
        assert_eq!(binding("galaxy")[0].severity, Severity::Note);
    }
}
