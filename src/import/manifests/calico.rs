//! What Calico's objects say of the settings behind them.

use std::collections::{BTreeMap, BTreeSet};

use super::comparison::{Objects, differences};
use super::fit::{Container, Fit, Guess, guess};
use super::parsed;
use super::search::Config;
use crate::cidr::Cidr;
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

/// Where pods get their addresses, a range a family: of the pools that calico-node makes, else of those that are there, else
/// of the cluster. A pool may be a part of the cluster's range, which is the one to name then.
pub fn pod_cidrs(node: &Value, objects: &Objects, of_cluster: &[String]) -> Option<Vec<String>> {
    let environment = Container::of(node, "calico-node").environment();
    // In a cluster without IPv4, calico-node is told `none` lest it make a pool of its own.
    let made = POOLS.iter().filter_map(|(pool, _)| environment.get(format!("{pool}CIDR").as_str()).copied());
    let there = objects.iter().filter(|((_, kind, _, _), _)| kind == "IPPool");
    let there = there.filter_map(|(_, pool)| pool.text_at(&["spec", "cidr"]));
    let sources: [Vec<&str>; 2] = [made.collect(), there.collect()];
    let pools = sources.iter().map(|pools| one_a_family(pools)).find(|pools| !pools.is_empty());
    let Some(pools) = pools else {
        return (!of_cluster.is_empty()).then(|| of_cluster.to_vec());
    };
    let around = |pool: &(&str, Cidr)| {
        let mut ranges = of_cluster.iter();
        let range = ranges.find(|range| Cidr::parse(range).is_some_and(|range| range.contains(pool.1)));
        range.map_or_else(|| pool.0.to_owned(), String::clone)
    };
    Some(pools.iter().map(around).collect())
}

fn one_a_family<'a>(pools: &[&'a str]) -> Vec<(&'a str, Cidr)> {
    let mut first: Vec<(&str, Cidr)> = Vec::new();
    for pool in pools {
        if let Some(cidr) = Cidr::parse(pool)
            && !first.iter().any(|(_, known)| known.is_ipv6() == cidr.is_ipv6())
        {
            first.push((pool, cidr));
        }
    }
    first
}

/// What a pool's two variables come to.
fn encapsulation(ipip: Option<&str>, vxlan: Option<&str>) -> Option<&'static str> {
    match (ipip.unwrap_or("Never"), vxlan.unwrap_or("Never")) {
        ("Always", _) => Some("IPIP"),
        ("CrossSubnet", _) => Some("IPIPCrossSubnet"),
        (_, "Always") => Some("VXLAN"),
        (_, "CrossSubnet") => Some("VXLANCrossSubnet"),
        ("Never" | "Off", "Never" | "Off") => Some("None"),
        _ => None,
    }
}

/// `host:port`, where the host may be an address of IPv6.
fn endpoint(host: Option<&str>, port: Option<&str>) -> Option<Value> {
    let host = host.filter(|host| !host.is_empty())?;
    let bare = host.contains(':') && !host.starts_with('[');
    let host = if bare { format!("[{host}]") } else { host.to_owned() };
    Some(text(&format!("{host}:{}", port.filter(|port| !port.is_empty()).unwrap_or("6443"))))
}

/// The card in `interface=^bond0\.100$`, the form that a definition's `networkDevice` takes; or in one without the anchors.
fn device(method: &str) -> Option<String> {
    let pattern = method.strip_prefix("interface=")?;
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let pattern = pattern.strip_suffix('$').unwrap_or(pattern);
    Some(pattern.replace("\\.", "."))
}

/// Hints at settings.
pub fn guesses(node: &Value, config: &Config, typha: Option<&Value>, services: &Config) -> Vec<Guess> {
    let container = Container::of(node, "calico-node");
    let environment = container.environment();
    let of = |name: &str| environment.get(name).copied();
    let entry = |config: &'_ Config, name: &str| config.get(name).cloned();
    let mut found = Vec::new();
    let mut say = |path: &str, value: Option<Value>| found.extend(value.map(|value| guess(path, value)));

    say("calico.dataplane", (of("FELIX_BPFENABLED") == Some("true")).then(|| text("eBPF")));
    say("calico.dataplane", (of("FELIX_NFTABLESMODE") == Some("Enabled")).then(|| text("nftables")));
    // As Calico's manifests have it, or as its guide to eBPF has people add it.
    let (host, port) = (entry(config, "kubernetes_service_host"), entry(config, "kubernetes_service_port"));
    say("controlPlaneEndpoint", endpoint(host.as_deref(), port.as_deref()));
    say("controlPlaneEndpoint", endpoint(of("KUBERNETES_SERVICE_HOST"), of("KUBERNETES_SERVICE_PORT")));
    let (host, port) = (entry(services, "KUBERNETES_SERVICE_HOST"), entry(services, "KUBERNETES_SERVICE_PORT"));
    say("controlPlaneEndpoint", endpoint(host.as_deref(), port.as_deref()));
    let backend = config.get("calico_backend").map(String::as_str).or(of("CALICO_NETWORKING_BACKEND"));
    say("calico.backend", backend.map(text));
    for (pool, path) in POOLS {
        let of = |name: &str| environment.get(format!("{pool}{name}").as_str()).copied();
        if let Some(encapsulation) = encapsulation(of("IPIP"), of("VXLAN")) {
            say("calico.encapsulation", Some(text(encapsulation)));
            say(&format!("calico.{path}encapsulation"), Some(text(encapsulation)));
        }
        let flag = |name: &str| of(name).map(|text| Value::Bool(text == "true"));
        say(&format!("calico.{path}cidr"), of("CIDR").map(text));
        say(&format!("calico.{path}blockSize"), of("BLOCK_SIZE").and_then(number));
        say(&format!("calico.{path}natOutgoing"), flag("NAT_OUTGOING"));
        say(&format!("calico.{path}disableBGPExport"), flag("DISABLE_BGP_EXPORT"));
        say(&format!("calico.{path}nodeSelector"), of("NODE_SELECTOR").map(text));
    }
    say("calico.mtu", config.get("veth_mtu").and_then(|mtu| number(mtu)));
    if let Some(typha) = typha {
        say("calico.typha.enabled", Some(Value::Bool(true)));
        say("calico.typha.replicas", typha.at(&["spec", "replicas"]).cloned());
    }
    let method = of("IP_AUTODETECTION_METHOD").or(of("IP6_AUTODETECTION_METHOD"));
    say("networkDevice", method.and_then(device).map(Value::String));
    say("calico.imagePullPolicy", container.text("imagePullPolicy").map(text));
    let secrets = node.list_at(&["spec", "template", "spec", "imagePullSecrets"]);
    let secrets: Vec<Value> = secrets.iter().filter_map(|secret| secret.at(&["name"]).cloned()).collect();
    say("calico.imagePullSecrets", (!secrets.is_empty()).then_some(Value::List(secrets)));
    found
}

fn number(text: &str) -> Option<Value> {
    text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Number)
}

/// What calico-node is told beyond that, one argument a variable.
pub fn arguments(fit: &mut Fit<'_>, running: &Value) -> Vec<Guess> {
    let rendered = object(&fit.objects(), "DaemonSet", "calico-node");
    let ours = Container::of(&rendered, "calico-node").environment();
    let theirs = Container::of(running, "calico-node").environment();
    let new = theirs.iter().filter(|(name, value)| ours.get(*name) != Some(value) && !OF_SETTINGS.contains(name));
    new.map(|(name, value)| (vec!["networkArgs".to_owned(), (*name).to_owned()], text(value))).collect()
}

/// What nodes' CNI configuration says otherwise: settings of the plugin `calico`, and the plugins behind it.
pub fn plugins(fit: &mut Fit<'_>, config: &Config) -> Vec<Guess> {
    let rendered = object(&fit.objects(), "ConfigMap", "calico-config");
    let theirs = config.get("cni_network_config").and_then(|text| by_type(text));
    let ours = rendered.text_at(&["data", "cni_network_config"]).and_then(by_type);
    let (Some(theirs), Some(ours)) = (theirs, ours) else { return Vec::new() };
    let mut found = Vec::new();
    if let (Some(theirs), Some(ours)) = (theirs.get("calico"), ours.get("calico")) {
        for difference in differences(theirs, ours) {
            let (path, setting) = setting(theirs, &difference.path);
            found.push((["calico", "cniConfig"].map(str::to_owned).into_iter().chain(path).collect(), setting));
        }
    }
    let types: BTreeSet<&String> = theirs.keys().chain(ours.keys()).filter(|name| *name != "calico").collect();
    for name in types.into_iter().filter(|name| theirs.get(*name) != ours.get(*name)) {
        let settings = theirs.get(name).map(|plugin| {
            let settings = plugin.as_map().into_iter().flat_map(Map::iter).filter(|(key, _)| *key != "type");
            Value::Map(Map::from_entries(settings.map(|(key, value)| (key.to_owned(), value.clone())).collect()))
        });
        let path = ["calico", "cniPlugins", name].map(str::to_owned).to_vec();
        found.push((path, settings.unwrap_or(Value::Null)));
    }
    found
}

/// What stands at the path; a list on the way is one setting as a whole, and what is not there is taken away.
fn setting(plugin: &Value, path: &[String]) -> (Vec<String>, Value) {
    let (mut known, mut here) = (Vec::new(), plugin);
    for key in path {
        if here.as_map().is_none() {
            break;
        }
        known.push(key.clone());
        match here.at(&[key]) {
            Some(inner) => here = inner,
            None => return (known, Value::Null),
        }
    }
    (known, here.clone())
}

/// The plugins of a list of network configurations.
fn by_type(text: &str) -> Option<BTreeMap<String, Value>> {
    let config = parsed(text)?;
    let plugins = config.list_at(&["plugins"]).iter();
    Some(plugins.filter_map(|plugin| Some((plugin.text_at(&["type"])?.to_owned(), plugin.clone()))).collect())
}

fn object(objects: &Objects, kind: &str, name: &str) -> Value {
    let found = objects.iter().find(|((_, k, _, n), _)| k == kind && n == name);
    found.map_or(Value::Null, |(_, object)| object.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(yaml: &str) -> Value {
        parsed(yaml).expect("the test's YAML")
    }

    fn node(environment: &str) -> Value {
        value(&format!(
            "{{spec: {{template: {{spec: {{containers: [{{name: calico-node, env: [{environment}]}}]}}}}}}}}"
        ))
    }

    fn pool(name: &str, cidr: &str) -> ((String, String, Option<String>, String), Value) {
        let key = ("crd.projectcalico.org".to_owned(), "IPPool".to_owned(), None, name.to_owned());
        (key, value(&format!("{{spec: {{cidr: '{cidr}'}}}}")))
    }

    #[test]
    fn pods_have_the_range_around_their_pool() {
        let none = node("");
        let v4 = node("{name: CALICO_IPV4POOL_CIDR, value: 10.244.0.0/17}");
        let v6 =
            node("{name: CALICO_IPV4POOL_CIDR, value: none}, {name: CALICO_IPV6POOL_CIDR, value: 'fd00:10:244::/56'}");
        let there: Objects =
            [pool("a", "10.1.0.0/16"), pool("b", "10.2.0.0/16"), pool("c", "fd00:1::/64")].into_iter().collect();
        let nothing = Objects::new();
        let cluster = ["10.244.0.0/16".to_owned()];
        for (node, objects, cluster, expected) in [
            (&v4, &nothing, &cluster[..], Some(vec!["10.244.0.0/16"])),
            (&v4, &there, &[], Some(vec!["10.244.0.0/17"])),
            (&v6, &nothing, &cluster, Some(vec!["fd00:10:244::/56"])),
            (&none, &there, &cluster, Some(vec!["10.1.0.0/16", "fd00:1::/64"])),
            (&none, &nothing, &cluster, Some(vec!["10.244.0.0/16"])),
            (&none, &nothing, &[], None),
        ] {
            let expected = expected.map(|list| list.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(pod_cidrs(node, objects, cluster), expected);
        }
    }

    #[test]
    fn a_card_is_read_out_of_its_pattern() {
        assert_eq!(device(r"interface=^bond0\.100$").as_deref(), Some("bond0.100"));
        assert_eq!(device("interface=eth1").as_deref(), Some("eth1"));
        assert_eq!(device("can-reach=8.8.8.8"), None);
    }

    #[test]
    fn an_endpoint_has_brackets_around_ipv6() {
        assert_eq!(endpoint(Some("fd00::1"), Some("6443")), Some(text("[fd00::1]:6443")));
        assert_eq!(endpoint(Some("[fd00::1]"), None), Some(text("[fd00::1]:6443")));
        assert_eq!(endpoint(Some("api.example.com"), Some("443")), Some(text("api.example.com:443")));
        assert_eq!(endpoint(Some(""), Some("443")), None);
    }
}
