//! What Calico's objects say of the settings behind them.

use super::comparison::Objects;
use super::fit::{Container, Fit, Guess, guess};
use super::search::Config;
use crate::value::{Map, Value};

/// What a pool is called in calico-node's environment, and in a definition.
const POOLS: [(&str, &str); 2] = [("CALICO_IPV4POOL_", "ipPools.ipv4."), ("CALICO_IPV6POOL_", "ipPools.ipv6.")];

/// Variables that follow from a setting, or from the cluster.
const OF_SETTINGS: [&str; 11] = [
    "CALICO_NETWORKING_BACKEND",
    "CLUSTER_TYPE",
    "DATASTORE_TYPE",
    "FELIX_BPFENABLED",
    "FELIX_NFTABLESMODE",
    "FELIX_TYPHAK8SSERVICENAME",
    "KUBERNETES_SERVICE_HOST",
    "KUBERNETES_SERVICE_PORT",
    "CALICO_IPV4POOL_CIDR",
    "CALICO_IPV6POOL_CIDR",
    "WAIT_FOR_DATASTORE",
];

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// Where pods get their addresses, one range a family.
pub fn pod_cidrs(environment: &std::collections::BTreeMap<&str, &str>) -> Vec<String> {
    let cidrs = ["CALICO_IPV4POOL_CIDR", "CALICO_IPV6POOL_CIDR"].iter().filter_map(|name| environment.get(name));
    cidrs.filter(|cidr| !cidr.is_empty()).map(|cidr| (*cidr).to_owned()).collect()
}

/// What pools' two variables come to.
fn encapsulation(ipip: Option<&&str>, vxlan: Option<&&str>) -> Option<&'static str> {
    match (ipip.copied().unwrap_or("Never"), vxlan.copied().unwrap_or("Never")) {
        ("Always", _) => Some("IPIP"),
        ("CrossSubnet", _) => Some("IPIPCrossSubnet"),
        (_, "Always") => Some("VXLAN"),
        (_, "CrossSubnet") => Some("VXLANCrossSubnet"),
        ("Never", "Never") => Some("None"),
        _ => None,
    }
}

/// Hints, the ones first on which others depend.
pub fn guesses(node: &Value, config: &Config, typha: Option<&Value>, kubernetes: &Config) -> Vec<Guess> {
    let container = Container::of(node, "calico-node");
    let environment = container.environment();
    let of = |name: &str| environment.get(name).copied();
    let mut found = Vec::new();
    let mut say = |path: &str, value: Value| found.push(guess(path, value));

    // eBPF does without kube-proxy, so calico-node is told where the API server is: in one of three ways.
    let address = |host: Option<&str>, port: Option<&str>| {
        let host = host.filter(|host| !host.is_empty())?;
        Some(text(&format!("{host}:{}", port.unwrap_or("443"))))
    };
    let of_map = |map: &Config, host: &str, port: &str| {
        address(map.get(host).map(String::as_str), map.get(port).map(String::as_str))
    };
    let endpoint = address(of("KUBERNETES_SERVICE_HOST"), of("KUBERNETES_SERVICE_PORT"))
        .or_else(|| of_map(kubernetes, "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"))
        .or_else(|| of_map(config, "kubernetes_service_host", "kubernetes_service_port"));
    if of("FELIX_BPFENABLED") == Some("true") {
        say("calico.dataplane", text("eBPF"));
    }
    if of("FELIX_NFTABLESMODE") == Some("Enabled") {
        say("calico.dataplane", text("nftables"));
    }
    if let Some(endpoint) = endpoint {
        say("controlPlaneEndpoint", endpoint);
    }
    let backend = config.get("calico_backend").map(String::as_str).or(of("CALICO_NETWORKING_BACKEND"));
    if let Some(backend) = backend.filter(|backend| ["bird", "vxlan", "none"].contains(backend)) {
        say("calico.backend", text(backend));
    }
    let wrapped = |pool: &str| {
        encapsulation(environment.get(format!("{pool}IPIP").as_str()), environment.get(format!("{pool}VXLAN").as_str()))
    };
    for (pool, path) in POOLS {
        if let Some(encapsulation) = wrapped(pool) {
            say("calico.encapsulation", text(encapsulation));
            say(&format!("calico.{path}encapsulation"), text(encapsulation));
        }
        let number = |name: &str| of(&format!("{pool}{name}")).and_then(|text| text.parse().ok()).map(Value::Number);
        let flag = |name: &str| of(&format!("{pool}{name}")).map(|text| Value::Bool(text == "true"));
        let settings = [
            ("blockSize", number("BLOCK_SIZE")),
            ("natOutgoing", flag("NAT_OUTGOING")),
            ("disableBGPExport", flag("DISABLE_BGP_EXPORT")),
            ("nodeSelector", of(&format!("{pool}NODE_SELECTOR")).map(text)),
        ];
        for (key, value) in settings {
            if let Some(value) = value {
                say(&format!("calico.{path}{key}"), value);
            }
        }
    }
    if let Some(mtu) = config.get("veth_mtu").and_then(|mtu| mtu.parse().ok()) {
        say("calico.mtu", Value::Number(mtu));
    }
    if let Some(typha) = typha {
        let replicas = typha.at(&["spec", "replicas"]).cloned().unwrap_or(Value::Number(1.0));
        let settings = vec![("enabled".to_owned(), Value::Bool(true)), ("replicas".to_owned(), replicas)];
        say("calico.typha", Value::Map(Map::from_entries(settings)));
    }
    if let Some(device) = of("IP_AUTODETECTION_METHOD").and_then(|method| method.strip_prefix("interface=")) {
        say("networkDevice", text(device));
    }
    if let Some(policy) = container.text("imagePullPolicy") {
        say("calico.imagePullPolicy", text(policy));
    }
    found
}

/// What calico-node is told beyond that, one argument a variable.
pub fn arguments(fit: &mut Fit<'_>, wanted: &Objects) -> Vec<Guess> {
    let node = |objects: &Objects| {
        let found = objects.iter().find(|((_, kind, _, name), _)| kind == "DaemonSet" && name == "calico-node");
        found.map(|(_, object)| object.clone()).unwrap_or(Value::Null)
    };
    let (running, rendered) = (node(wanted), node(&fit.objects()));
    let ours = Container::of(&rendered, "calico-node").environment();
    let theirs = Container::of(&running, "calico-node").environment();
    let new = theirs.iter().filter(|(name, value)| ours.get(*name) != Some(value) && !OF_SETTINGS.contains(name));
    new.map(|(name, value)| (vec!["networkArgs".to_owned(), (*name).to_owned()], text(value))).collect()
}
