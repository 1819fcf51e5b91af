//! What the objects of CoreDNS and kube-proxy say of the settings behind them.

use super::comparison::{Difference, Objects, differences};
use super::corefile;
use super::fit::{Container, Fit, Guess, guess};
use super::{image_tag, parsed};
use crate::value::{Map, Value};

/// Something that a cluster may have beside its CNI.
pub struct Addon {
    /// The key of a definition.
    pub key: &'static str,
    /// The workload that shows that it is there.
    pub workload: (&'static str, &'static str),
    /// What its objects are called.
    pub names: &'static [&'static str],
}

/// CoreDNS and kube-proxy as kubeadm installs them.
pub const ADDONS: [Addon; 2] = [
    Addon {
        key: "coredns",
        workload: ("Deployment", "coredns"),
        names: &["coredns", "kube-dns", "kube-dns-upstream", "system:coredns"],
    },
    Addon { key: "kubeProxy", workload: ("DaemonSet", "kube-proxy"), names: &["kube-proxy", "kubeadm:node-proxier"] },
];

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn find<'a>(objects: &'a Objects, kind: &str, name: &str) -> Option<&'a Value> {
    objects.iter().find(|((_, k, _, n), _)| k == kind && n == name).map(|(_, object)| object)
}

fn data<'a>(objects: &'a Objects, name: &str, key: &str) -> Option<&'a str> {
    find(objects, "ConfigMap", name)?.text_at(&["data", key])
}

/// Version, or else the whole image.
fn image(found: &mut Vec<Guess>, key: &str, image: Option<&str>) {
    if let Some(image) = image {
        let version = image_tag(image).map(|tag| tag.trim_start_matches('v').to_owned());
        found.extend(version.map(|version| guess(&format!("{key}.version"), Value::String(version))));
        found.push(guess(&format!("{key}.image"), text(image)));
    }
}

/// Fits what CoreDNS is told.
pub fn coredns(fit: &mut Fit<'_>, wanted: &Objects) {
    let mut found = Vec::new();
    if let Some(deployment) = find(wanted, "Deployment", "coredns") {
        image(&mut found, "coredns", Container::of(deployment, "coredns").image());
        found.extend(deployment.at(&["spec", "replicas"]).map(|n| guess("coredns.replicas", n.clone())));
    }
    if let Some(service) = find(wanted, "Service", "kube-dns") {
        found.extend(service.at(&["spec", "clusterIP"]).map(|ip| guess("coredns.clusterIP", ip.clone())));
        found.extend(service.at(&["spec", "ipFamilyPolicy"]).map(|p| guess("coredns.ipFamilyPolicy", p.clone())));
    }
    if find(wanted, "Service", "kube-dns-upstream").is_some() {
        found.push(guess("coredns.nodeLocalCache", Value::Bool(true)));
    }
    let written = data(wanted, "coredns", "Corefile").unwrap_or_default().to_owned();
    let zones = corefile::read(&written);
    let main = zones.as_ref().and_then(|zones| zones.at(&[".:53"]));
    if let Some(domain) = main.and_then(|main| main.text_at(&["kubernetes"])).and_then(|text| text.split(' ').next()) {
        found.push(guess("dnsDomain", text(domain)));
    }
    if let Some(forward) = main.and_then(|main| main.text_at(&["forward"])).and_then(|text| text.strip_prefix(". ")) {
        let servers = forward.split('{').next().unwrap_or_default().split_whitespace().map(text).collect();
        found.push(guess("coredns.upstreams", Value::List(servers)));
    }
    fit.with(found);

    // What stands otherwise in the Corefile: plugins of the main block, then further blocks, then all of it.
    let ours = fit.objects();
    let ours = data(&ours, "coredns", "Corefile").and_then(corefile::read);
    let mut found = Vec::new();
    if let (Some(zones), Some(ours)) = (&zones, &ours) {
        let empty = Value::Map(Map::default());
        let (theirs, known) = (main.unwrap_or(&empty), ours.at(&[".:53"]).unwrap_or(&empty));
        let changed = differences(theirs, known).into_iter().filter_map(|one| Some((one.path.first()?.clone(), one)));
        for (plugin, Difference { wanted, .. }) in changed {
            let path = vec!["coredns".to_owned(), "plugins".to_owned(), plugin];
            found.push((path, wanted.unwrap_or(Value::Null)));
        }
        for (zone, block) in zones.as_map().into_iter().flat_map(Map::iter).filter(|(zone, _)| *zone != ".:53") {
            let servers = block.text_at(&["forward"]).and_then(|text| text.strip_prefix(". "));
            if let (Some(domain), Some(servers)) = (zone.strip_suffix(":53"), servers) {
                let servers = servers.split_whitespace().map(text).collect();
                let path = ["coredns", "stubDomains", domain].map(str::to_owned).to_vec();
                found.push((path, Value::List(servers)));
            }
            let path = ["coredns", "servers", zone].map(str::to_owned).to_vec();
            found.push((path, Value::String(corefile::block(block))));
        }
    }
    if !written.is_empty() {
        found.push(guess("coredns.corefile", Value::String(written)));
    }
    fit.with(found);
}

/// Fits what kube-proxy is told.
pub fn kube_proxy(fit: &mut Fit<'_>, wanted: &Objects) {
    let mut found = Vec::new();
    if let Some(daemonset) = find(wanted, "DaemonSet", "kube-proxy") {
        image(&mut found, "kubeProxy", Container::of(daemonset, "kube-proxy").image());
    }
    let server = |objects: &Objects| {
        let config = parsed(data(objects, "kube-proxy", "kubeconfig.conf")?)?;
        config.list_at(&["clusters"]).first()?.text_at(&["cluster", "server"]).map(str::to_owned)
    };
    if let Some(server) = server(wanted) {
        let endpoint = server.strip_prefix("https://").unwrap_or(&server);
        found.push(guess("controlPlaneEndpoint", text(endpoint)));
        found.push(guess("kubeProxy.endpoint", text(endpoint)));
    }
    let config = |objects: &Objects| data(objects, "kube-proxy", "config.conf").and_then(parsed);
    let Some(theirs) = config(wanted) else { return fit.with(found) };
    for key in ["mode", "clusterCIDR", "bindAddress", "featureGates"] {
        found.extend(theirs.at(&[key]).map(|value| guess(&format!("kubeProxy.{key}"), value.clone())));
    }
    fit.with(found);
    let Some(ours) = config(&fit.objects()) else { return };
    let changed = differences(&theirs, &ours).into_iter().filter_map(|Difference { path, wanted }| {
        let path = ["kubeProxy".to_owned(), "config".to_owned()].into_iter().chain(path).collect();
        Some((path, wanted?))
    });
    fit.with(changed.collect());
}
