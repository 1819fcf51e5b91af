//! A fleet of Cilium clusters with different values, the same at every run.
//!
//! Each cluster's settings are made once, as JSON, and written down twice: as the definition that cniforge and jsonnet
//! read, and as the values files that helm reads.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Map, Value, json};

/// The overlays; clusters are dealt to them in turn.
pub const OVERLAYS: [&str; 3] = ["production", "staging", "edge"];

/// One line of the overlay `production`, and what an operator changes it to.
pub const OVERLAY_EDIT: [&str; 2] = ["policyAuditMode: false,", "policyAuditMode: true,"];

pub const KUBERNETES_VERSION: &str = "1.34.1";
pub const CILIUM_VERSION: &str = "1.20.0";

/// One cluster of the fleet.
pub struct Cluster {
    pub name: String,
    pub overlay: &'static str,
    pub pod_cidr: String,
    pub service_cidr: String,
    /// What this cluster sets of the chart's values, over its overlay.
    pub values: Value,
    pub network_args: Value,
}

/// Writes definitions and overlays for `count` clusters into `folder`.
pub fn write_fleet(folder: &Path, count: usize) -> io::Result<()> {
    fs::create_dir_all(folder.join("clusters"))?;
    fs::create_dir_all(folder.join("overlays"))?;
    fs::write(folder.join("cniforge.toml"), "")?;
    for overlay in OVERLAYS {
        let text = jsonnet(
            &json!({ "cilium": { "version": CILIUM_VERSION, "namespace": "kube-system", "values": overlay_values(overlay) } }),
        );
        fs::write(
            folder.join(format!("overlays/{overlay}.libsonnet")),
            format!("// The {overlay} clusters.\n{text}\n"),
        )?;
    }
    for index in 0..count {
        let cluster = Cluster::new(index);
        fs::write(folder.join(format!("clusters/{}.jsonnet", cluster.name)), cluster.definition())?;
    }
    Ok(())
}

/// What an overlay sets of the chart's values.
pub fn overlay_values(overlay: &str) -> Value {
    match overlay {
        "production" => json!({
            "policyAuditMode": false,
            "kubeProxyReplacement": true,
            "rollOutCiliumPods": true,
            "bpf": { "masquerade": true },
            "prometheus": { "enabled": true },
            "operator": { "replicas": 2, "prometheus": { "enabled": true } },
            "hubble": { "metrics": { "enabled": ["dns", "drop", "tcp", "flow"] } },
            "updateStrategy": { "rollingUpdate": { "maxUnavailable": "10%" } },
            "resources": { "requests": { "cpu": "100m", "memory": "512Mi" } },
        }),
        "staging" => json!({
            "policyAuditMode": false,
            "debug": { "enabled": true },
            "operator": { "replicas": 1 },
            "hubble": { "relay": { "enabled": true } },
        }),
        _ => json!({
            "policyAuditMode": false,
            "operator": { "replicas": 1, "resources": { "limits": { "memory": "256Mi" } } },
            "hubble": { "enabled": false },
            "resources": { "limits": { "memory": "1Gi" }, "requests": { "cpu": "50m", "memory": "256Mi" } },
            "tolerations": [{ "key": "example.com/edge", "operator": "Exists" }],
        }),
    }
}

impl Cluster {
    /// The cluster number `index`; always the same one.
    pub fn new(index: usize) -> Self {
        let mut dice = Dice(index as u64);
        let name = format!("cls-{index:05}");
        let overlay = OVERLAYS[index % OVERLAYS.len()];
        // 4,096 of each kind, all disjoint: the tool may object to clusters that share addresses.
        let (high, low) = (index / 16, index % 16 * 16);
        let pod_cidr = format!("10.{high}.{low}.0/20");
        let service_cidr = format!("172.{}.{}.0/24", 16 + index / 256, index % 256);
        let values = values(&mut dice, &name, overlay, &pod_cidr);
        let network_args =
            if dice.one_in(10) { json!({ "monitor-aggregation": dice.pick(&["none", "low"]) }) } else { json!({}) };
        Self { name, overlay, pod_cidr, service_cidr, values, network_args }
    }

    /// Its jsonnet, as somebody would write it.
    pub fn definition(&self) -> String {
        let mut facts = json!({
            "name": self.name,
            "type": "Baremetal",
            "kubernetesVersion": KUBERNETES_VERSION,
            "podCIDRs": [self.pod_cidr],
            "serviceCIDRs": [self.service_cidr],
            "cni": "cilium",
        });
        if self.network_args.as_object().is_some_and(|args| !args.is_empty()) {
            facts["networkArgs"] = self.network_args.clone();
        }
        facts["cilium"] = json!({ "values": self.values });
        format!(
            "(import 'cniforge/main.libsonnet').cluster + (import '../overlays/{}.libsonnet') {}\n",
            self.overlay,
            jsonnet(&facts)
        )
    }

    /// The same settings for `helm template`: the overlay's values, then the cluster's own with what cniforge adds by itself.
    pub fn helm_values(&self) -> [Value; 2] {
        let mut values = self.values.clone();
        values["cluster"] = json!({ "name": self.name });
        values["hubble"]["tls"] = json!({ "auto": { "method": "cronJob" } });
        [overlay_values(self.overlay), values]
    }
}

fn values(dice: &mut Dice, name: &str, overlay: &str, pod_cidr: &str) -> Value {
    let mut values = json!({
        "ipam": { "operator": { "clusterPoolIPv4PodCIDRList": [pod_cidr], "clusterPoolIPv4MaskSize": 26 } },
    });
    let ingress = dice.one_in(10);
    if overlay == "production" || ingress {
        // Without kube-proxy the agents have to be told where the API server is.
        values["k8sServiceHost"] = json!(format!("api.{name}.example.com"));
        values["k8sServicePort"] = json!(6443);
    }
    if dice.one_in(3) {
        values["routingMode"] = json!("native");
        values["ipv4NativeRoutingCIDR"] = json!(pod_cidr);
        values["autoDirectNodeRoutes"] = json!(true);
    } else if dice.one_in(2) {
        values["tunnelProtocol"] = json!("geneve");
    }
    if dice.one_in(2) {
        values["MTU"] = json!(dice.pick(&[1400, 1450, 8900]));
    }
    if dice.one_in(2) {
        values["policyEnforcementMode"] = json!(dice.pick(&["default", "always", "never"]));
    }
    if dice.one_in(5) {
        values["encryption"] = json!({ "enabled": true, "type": "wireguard" });
    }
    if dice.one_in(4) {
        values["bandwidthManager"] = json!({ "enabled": true });
    }
    if dice.one_in(3) {
        values["bpf"] = json!({ "mapDynamicSizeRatio": 0.0025 + 0.0005 * dice.pick(&[0.0, 1.0, 2.0, 5.0]) });
    }
    if overlay != "edge" && dice.one_in(3) {
        values["hubble"]["relay"] = json!({ "enabled": true, "replicas": dice.pick(&[1, 2, 3]) });
        if dice.one_in(3) {
            values["hubble"]["ui"] = json!({ "enabled": true });
        }
    }
    if dice.one_in(3) {
        let all = ["dns", "drop", "tcp", "flow", "icmp", "http", "port-distribution"];
        let some: Vec<&str> = all.into_iter().filter(|_| dice.one_in(2)).collect();
        values["hubble"]["metrics"] = json!({ "enabled": some });
    }
    if dice.one_in(2) {
        let cpu = format!("{}m", 50 * (1 + dice.roll(10)));
        // The limit of the edge is 1Gi.
        let memory = format!("{}Mi", 128 * (1 + dice.roll(8)));
        values["resources"] = json!({ "requests": { "cpu": cpu, "memory": memory } });
    }
    if dice.one_in(4) {
        values["nodeSelector"] =
            json!({ "kubernetes.io/os": "linux", "example.com/pool": dice.pick(&["a", "b", "gpu"]) });
    }
    if dice.one_in(4) {
        let key = dice.pick(&["example.com/dedicated", "nvidia.com/gpu", "node.example.com/spot"]);
        values["tolerations"] = json!([{ "key": key, "operator": "Exists", "effect": "NoSchedule" }]);
    }
    if dice.one_in(4) {
        values["podAnnotations"] = json!({ "example.com/owner": format!("team-{}", dice.roll(20)) });
    }
    if ingress {
        values["ingressController"] = json!({ "enabled": true, "loadbalancerMode": "shared" });
        values["kubeProxyReplacement"] = json!(true);
    }
    if dice.one_in(5) {
        values["extraConfig"] = json!({ "bpf-events-drop-enabled": "false", "enable-local-node-route": "true" });
    }
    values
}

/// A value as people write jsonnet: keys bare where they can be, maps added to what is there.
fn jsonnet(value: &Value) -> String {
    let mut out = String::new();
    write_jsonnet(&mut out, value, 0);
    out
}

fn write_jsonnet(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(map) if map.is_empty() => out.push_str("{}"),
        Value::Object(map) => write_fields(out, map, indent),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write_jsonnet(out, item, indent);
            }
            out.push(']');
        }
        Value::String(text) => {
            let _ = write!(out, "'{text}'");
        }
        scalar => {
            let _ = write!(out, "{scalar}");
        }
    }
}

fn write_fields(out: &mut String, map: &Map<String, Value>, indent: usize) {
    out.push_str("{\n");
    for (key, value) in map {
        let bare = key.chars().all(|c| c.is_ascii_alphanumeric());
        let quote = if bare { "" } else { "'" };
        let colon = if value.is_object() { "+:" } else { ":" };
        let _ = write!(out, "{:1$}{quote}{key}{quote}{colon} ", "", indent + 2);
        write_jsonnet(out, value, indent + 2);
        out.push_str(",\n");
    }
    let _ = write!(out, "{:indent$}}}", "");
}

/// As good as chance (it is `SplitMix64`), and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.roll(from.len() as u64)).unwrap_or_default()]
    }
}
