//! TKEStack's `Cluster` objects as definitions.
//!
//! What TKEStack fills in when a field is empty is filled in here as well, so that a manifest from git and the stored
//! object give the same definition. Machines, credentials and extra arguments are TKEStack's: they are named, never read.

use std::collections::BTreeSet;

use super::definition_writer::{Definition, Field, Remark};
use super::objects::{self, Object};
use super::yaml_reader::Document;
use crate::cidr::Cidr;
use crate::finding::{Finding, Severity, suggest};
use crate::object::is_dns_label;
use crate::value::{Map, Value};

const API_GROUP: &str = "platform.tkestack.io";
const TYPES: [&str; 3] = ["Baremetal", "Edge", "Imported"];

/// What TKEStack takes for an empty field.
mod defaults {
    pub const KUBERNETES: &str = "1.21.4-tke.3";
    pub const CLUSTER_CIDR: &str = "10.244.0.0/16";
    pub const NETWORK_DEVICE: &str = "eth0";
    pub const DNS_DOMAIN: &str = "cluster.local";
    pub const SERVICES: u32 = 256;
    pub const PODS_OF_A_NODE: f64 = 256.0;
}

/// The Cilium that TKEStack installs.
const CILIUM: &str = "1.9.5-tkestack";

/// Fields of `spec` that make the definition.
const READ: [&str; 13] = [
    "clusterCIDR",
    "displayName",
    "dnsDomain",
    "features",
    "finalizers",
    "networkArgs",
    "networkDevice",
    "networkType",
    "properties",
    "serviceCIDR",
    "tenantID",
    "type",
    "version",
];

/// Fields of `spec` that say nothing about the network of pods.
const TKESTACKS_OWN: [&str; 15] = [
    "apiServerExtraArgs",
    "appVersion",
    "bootstrapApps",
    "clusterCredentialRef",
    "clusterLevel",
    "controllerManagerExtraArgs",
    "dockerExtraArgs",
    "etcd",
    "hostnameAsNodename",
    "kubeletExtraArgs",
    "machines",
    "publicAlternativeNames",
    "scalingMachines",
    "schedulerExtraArgs",
    "upgradeStrategy",
];

const FEATURES_READ: [&str; 5] = ["enableCilium", "ha", "ipv6DualStack", "ipvs", "skipConditions"];
const FEATURES_OWN: [&str; 11] = [
    "authzWebhookAddr",
    "containerRuntime",
    "csiOperator",
    "enableMasterSchedule",
    "enableMetricsServer",
    "files",
    "gpuType",
    "hooks",
    "internalLB",
    "publicLB",
    "upgrade",
];

/// Extra arguments that overrule what TKEStack derives from the fields above.
const OVERRULING: [(&str, &[&str]); 3] = [
    ("apiServerExtraArgs", &["service-cluster-ip-range"]),
    (
        "controllerManagerExtraArgs",
        &[
            "allocate-node-cidrs",
            "cluster-cidr",
            "node-cidr-mask-size",
            "node-cidr-mask-size-ipv4",
            "node-cidr-mask-size-ipv6",
            "service-cluster-ip-range",
        ],
    ),
    ("kubeletExtraArgs", &["cluster-domain", "max-pods", "network-plugin", "pod-cidr"]),
];

/// What the documents hold.
#[derive(Debug, Default)]
pub struct TkestackImport {
    /// One a cluster, in the order of the documents.
    pub definitions: Vec<Definition>,
    /// What is wrong with the others, and what was passed over.
    pub findings: Vec<Finding>,
}

/// The definitions of all clusters in the documents. `kubernetes_version` stands in where an object says none and
/// TKEStack would not know one.
///
/// # Errors
/// When a document is no Kubernetes object, or none of them is a cluster.
pub fn import(documents: &[Document], kubernetes_version: Option<&str>) -> Result<TkestackImport, Finding> {
    let objects = objects::flatten(documents)?;
    let mut result = TkestackImport::default();
    let mut names = BTreeSet::new();
    let mut others = BTreeSet::new();
    let mut clusters = 0;
    for object in &objects {
        if object.kind() != "Cluster" {
            others.insert(object.kind());
            continue;
        }
        clusters += 1;
        let imported = ClusterReader::new(object, kubernetes_version).and_then(ClusterReader::definition);
        match imported {
            Ok(definition) if !names.insert(definition.name.clone()) => result.findings.push(
                Finding::refusal(format!("{}: a cluster of this name was there before", object.place))
                    .cluster(definition.name)
                    .hint("cluster names are unique in a fleet; import one of the two"),
            ),
            Ok(definition) => result.definitions.push(definition),
            Err(finding) => result.findings.push(finding),
        }
    }
    if clusters == 0 {
        let place = documents.first().map_or("the input", |document| document.place.as_str());
        let seen: Vec<&str> = others.into_iter().collect();
        let seen = if seen.is_empty() { "nothing".to_owned() } else { seen.join(", ") };
        return Err(Finding::refusal(format!("{place}: there is no Cluster here, only {seen}"))
            .hint("export it with `kubectl get clusters.platform.tkestack.io -o yaml`"));
    }
    if !others.is_empty() {
        let kinds: Vec<&str> = others.into_iter().collect();
        result.findings.push(
            Finding::refusal(format!("passed over: {}; only Cluster objects make definitions", kinds.join(", ")))
                .severity(Severity::Note),
        );
    }
    Ok(result)
}

struct ClusterReader<'a> {
    object: &'a Object<'a>,
    name: String,
    cluster_type: &'static str,
    fallback_version: Option<&'a str>,
    remarks: Vec<Remark>,
}

/// What TKEStack installs on the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Installed {
    Galaxy,
    Cilium,
    Nothing,
}

/// Blocks of a field that may hold one of each family.
struct Blocks {
    field: &'static str,
    blocks: Vec<Cidr>,
}

impl<'a> ClusterReader<'a> {
    fn new(object: &'a Object<'a>, fallback_version: Option<&'a str>) -> Result<Self, Finding> {
        let place = &object.place;
        let api_version = object.text(&["apiVersion"])?.unwrap_or_default();
        if api_version.split('/').next() != Some(API_GROUP) {
            return Err(Finding::refusal(format!("{place}: this Cluster is of `{api_version}`, not of TKEStack"))
                .hint(format!("an import reads apiVersion {API_GROUP}/v1")));
        }
        let display = object.text(&["spec", "displayName"])?.unwrap_or_default();
        let name = match object.text(&["metadata", "name"])? {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => slug(display),
        };
        if !is_dns_label(&name) {
            return Err(Finding::refusal(format!("{place}: the cluster has no name that a definition could have"))
                .hint("give it a metadata.name of at most 63 lower case letters, digits and `-`"));
        }
        let reader = Self { object, name, cluster_type: "", fallback_version, remarks: Vec::new() };
        let Some(given) = reader.text(&["spec", "type"])? else {
            return Err(reader.problem("spec.type is missing").hint("it is Baremetal, Edge or Imported"));
        };
        let Some(cluster_type) = TYPES.into_iter().find(|known| *known == given) else {
            let mut finding = reader.problem(&format!("spec.type: `{given}` is no type of cluster"));
            finding.hint = suggest(given, TYPES);
            return Err(finding);
        };
        Ok(Self { cluster_type, ..reader })
    }

    fn definition(mut self) -> Result<Definition, Finding> {
        let installed = self.installed()?;
        let mut fields = self.basics()?;
        fields.extend(self.network()?);
        fields.extend(self.cni(installed));
        self.leftovers();
        let display = self.text(&["spec", "displayName"])?.unwrap_or_default();
        let called = if display.is_empty() || display == self.name { String::new() } else { format!("{display}. ") };
        Ok(Definition {
            header: vec![format!("{called}Imported from TKEStack's Cluster `{}`.", self.name)],
            name: self.name,
            fields,
            remarks: self.remarks,
        })
    }

    /// Type, version, and what the cluster is labelled with.
    fn basics(&self) -> Result<Vec<Field>, Finding> {
        let given = |path: &[&str]| Ok(self.text(path)?.filter(|text| !text.is_empty()));
        let version = match (given(&["spec", "version"])?, given(&["status", "version"])?, self.fallback_version) {
            (Some(version), _, _) | (None, Some(version), _) | (None, None, Some(version)) => version,
            // TKEStack puts its own newest one in, but only where it installs Kubernetes itself.
            _ if self.cluster_type != "Imported" => defaults::KUBERNETES,
            _ => {
                return Err(self
                    .problem("neither spec.version nor status.version says which Kubernetes the cluster runs")
                    .hint("say it: --kubernetes-version 1.34.1"));
            }
        };
        let text = |text: &str| Value::String(text.to_owned());
        Ok(vec![
            Field::new("type", text(self.cluster_type)),
            Field::new("kubernetesVersion", text(version.strip_prefix('v').unwrap_or(version))),
        ])
    }

    fn network(&mut self) -> Result<Vec<Field>, Finding> {
        let mut fields = Vec::new();
        if let Some(pods) = self.pod_blocks()? {
            let (services, comment) = self.service_blocks(&pods)?;
            fields.push(pods.field("podCIDRs"));
            if let Some(services) = services {
                let field = services.field("serviceCIDRs");
                fields.push(Field { comment, ..field });
            }
        }
        if let Some(endpoint) = self.endpoint()? {
            fields.push(Field::new("controlPlaneEndpoint", Value::String(endpoint)));
        }
        for (key, default) in [("dnsDomain", defaults::DNS_DOMAIN), ("networkDevice", defaults::NETWORK_DEVICE)] {
            if let Some(text) = self.text(&["spec", key])?.filter(|text| !text.is_empty() && *text != default) {
                fields.push(Field::new(key, Value::String(text.to_owned())));
            }
        }
        if let Some(pods) = self.number(&["spec", "properties", "maxNodePodNum"])?
            && (pods - defaults::PODS_OF_A_NODE).abs() > f64::EPSILON
        {
            fields.push(Field::new("maxNodePodNum", Value::Number(pods)));
            if self.flag(&["spec", "features", "ipv6DualStack"])? {
                self.remarks.push(Remark::warning(
                    "on dual stack TKEStack gives each node a /24 of IPv4, whatever spec.properties.maxNodePodNum says",
                ));
            }
        }
        let labels =
            self.object.at(&["metadata", "labels"]).and_then(Value::as_map).filter(|labels| !labels.is_empty());
        if let Some(labels) = labels {
            fields.push(Field::new("labels", Value::Map(labels.clone())).extending());
        }
        Ok(fields)
    }

    fn pod_blocks(&mut self) -> Result<Option<Blocks>, Finding> {
        let given = self.text(&["spec", "clusterCIDR"])?.filter(|text| !text.is_empty());
        let given = given.or((self.cluster_type != "Imported").then_some(defaults::CLUSTER_CIDR));
        let Some(text) = given else { return Ok(None) };
        let pods = self.blocks("spec.clusterCIDR", text)?;
        let dual = self.flag(&["spec", "features", "ipv6DualStack"])?;
        if dual != (pods.blocks.len() == 2) {
            let (is, says) = if dual { ("one CIDR", "true") } else { ("a CIDR of each family", "not set") };
            self.remarks.push(Remark::warning(format!(
                "spec.clusterCIDR is {is}, but spec.features.ipv6DualStack is {says}; the CIDRs were carried over"
            )));
        }
        Ok(Some(pods))
    }

    /// The blocks for services, and what is to be said of where they come from.
    fn service_blocks(&mut self, pods: &Blocks) -> Result<(Option<Blocks>, Option<String>), Finding> {
        let stored = self.text(&["status", "serviceCIDR"])?.filter(|text| !text.is_empty());
        if let Some(text) = self.text(&["spec", "serviceCIDR"])?.filter(|text| !text.is_empty()) {
            let services = self.blocks("spec.serviceCIDR", text)?;
            for service in &services.blocks {
                if let Some(pod) = pods.blocks.iter().find(|pod| pod.overlaps(*service)) {
                    return Err(self
                        .problem(&format!("spec.serviceCIDR {service} overlaps spec.clusterCIDR {pod}"))
                        .hint("pods and services need addresses of their own"));
                }
            }
            if let Some(stored) = stored.and_then(Cidr::parse)
                && !services.blocks.contains(&stored)
            {
                self.remarks.push(Remark::warning(format!(
                    "status.serviceCIDR is {stored}, not what spec.serviceCIDR says: on dual stack TKEStack writes pod \
                     CIDRs there; spec was carried over, so look at --service-cluster-ip-range of the API server"
                )));
            }
            return Ok((Some(services), None));
        }
        if self.cluster_type == "Imported" {
            return Ok((None, None));
        }
        let [pod] = pods.blocks[..] else {
            return Err(self
                .problem("a cluster of two address families says no spec.serviceCIDR")
                .hint("name one CIDR of each family there: '10.96.0.0/16,fd00:10:96::/112'"));
        };
        let comment = Some("TKEStack cuts these addresses from the end of the pod CIDR.".to_owned());
        if let Some(text) = stored {
            return Ok((Some(self.blocks("status.serviceCIDR", text)?), comment));
        }
        let wanted = self.number(&["spec", "properties", "maxClusterServiceNum"])?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturating, which is too much anyway"
        )]
        let wanted = wanted.map_or(defaults::SERVICES, |number| number as u32);
        let Some(services) = pod.tail(wanted) else {
            return Err(self
                .problem(&format!("spec.clusterCIDR {pod} has no room for {wanted} addresses of services"))
                .hint("TKEStack cuts them from its end; name spec.serviceCIDR, or correct maxClusterServiceNum"));
        };
        Ok((Some(Blocks { field: "spec.serviceCIDR", blocks: vec![services] }), comment))
    }

    fn blocks(&self, field: &'static str, text: &str) -> Result<Blocks, Finding> {
        let mut blocks: Vec<Cidr> = Vec::new();
        for part in text.split(',').map(str::trim) {
            let Some(block) = Cidr::parse(part) else {
                return Err(self
                    .problem(&format!("{field}: '{part}' is no CIDR"))
                    .hint("it is one such as '10.244.0.0/16', or one of each family with a comma between"));
            };
            if blocks.len() == 2 || blocks.iter().any(|other| other.is_ipv6() == block.is_ipv6()) {
                return Err(self
                    .problem(&format!("{field}: '{text}' has two CIDRs of one family"))
                    .hint("a cluster has one CIDR, or one of each family (dual stack)"));
            }
            blocks.push(block);
        }
        Ok(Blocks { field, blocks })
    }

    /// Where the API server is reached, if that is more than one machine's address.
    fn endpoint(&self) -> Result<Option<String>, Finding> {
        let ha = ["spec", "features", "ha"];
        let ours = self.text(&[&ha[..], &["tke", "vip"]].concat())?;
        let theirs = self.text(&[&ha[..], &["thirdParty", "vip"]].concat())?;
        let filled = |text: Option<&'a str>| text.filter(|text| !text.is_empty());
        if let Some(address) = filled(ours) {
            return Ok(Some(endpoint(address, 6443.0)));
        }
        if let Some(address) = filled(theirs) {
            let port = self.number(&[&ha[..], &["thirdParty", "vport"]].concat())?;
            return Ok(Some(endpoint(address, port.unwrap_or(6443.0))));
        }
        if self.cluster_type != "Imported" {
            return Ok(None);
        }
        // The addresses of an imported cluster are all that is known of it.
        let addresses = self.object.at(&["status", "addresses"]).and_then(Value::as_list).unwrap_or_default();
        let of = |wanted: &str| {
            addresses.iter().find(|address| address.at(&["type"]).and_then(Value::as_str) == Some(wanted))
        };
        let Some(address) = of("Advertise").or_else(|| of("Real")) else { return Ok(None) };
        let host = address.at(&["host"]).and_then(Value::as_str).unwrap_or_default();
        let port = match address.at(&["port"]) {
            Some(Value::Number(port)) => *port,
            _ => 6443.0,
        };
        Ok((!host.is_empty()).then(|| endpoint(host, port)))
    }

    fn installed(&mut self) -> Result<Installed, Finding> {
        let wants_cilium = self.flag(&["spec", "features", "enableCilium"])?;
        let skipped =
            self.object.at(&["spec", "features", "skipConditions"]).and_then(Value::as_list).unwrap_or_default();
        let skips = |condition: &str| skipped.iter().any(|name| name.as_str() == Some(condition));
        Ok(match (self.cluster_type, wants_cilium) {
            ("Imported", true) => {
                self.remarks.push(Remark::note("spec.features.enableCilium has no effect on an Imported cluster"));
                Installed::Nothing
            }
            ("Imported", false) => Installed::Nothing,
            (_, true) if !skips("EnsureCilium") => Installed::Cilium,
            (_, false) if !skips("EnsureGalaxy") => Installed::Galaxy,
            _ => Installed::Nothing,
        })
    }

    /// The CNI and its arguments.
    fn cni(&mut self, installed: Installed) -> Vec<Field> {
        let cni = |name: &str| Field::new("cni", Value::String(name.to_owned())).apart();
        let mut fields = Vec::new();
        let arguments: &[(&str, &str)] = match (installed, self.cluster_type) {
            (Installed::Galaxy, _) => &[("backendType", "vxlan")],
            (Installed::Cilium, "Baremetal") => {
                let version = Map::from_entries(vec![("version".to_owned(), Value::String(CILIUM.to_owned()))]);
                fields.push(cni("cilium"));
                fields.push(Field::new("cilium", Value::Map(version)).extending());
                &[("networkMode", "overlay"), ("asn", ""), ("switch-ip", "")]
            }
            (Installed::Cilium, _) => {
                self.remarks.push(Remark::warning(
                    "TKEStack has put Cilium on this Edge cluster, which cniforge does not do; cni is 'none' so that no \
                     second CNI comes beside it",
                ));
                fields.push(cni("none"));
                &[]
            }
            (Installed::Nothing, "Imported") => &[],
            (Installed::Nothing, _) => {
                self.remarks.push(Remark::warning(
                    "TKEStack skips the CNI of this cluster (spec.features.skipConditions): what runs was applied by hand",
                ));
                fields.push(cni("none").comment(
                    "If this is the Calico of TKEStack's IPv6 documents: cni: 'calico', calico+: { version: '3.14.2' }",
                ));
                &[]
            }
        };
        let arguments = self.arguments(arguments);
        if !arguments.is_empty() {
            let field = Field::new("networkArgs", Value::Map(Map::from_entries(arguments)));
            fields.push(Field { apart: fields.is_empty(), ..field });
        }
        fields
    }

    /// The arguments that the CNI reads, without those at their default.
    fn arguments(&mut self, known: &[(&str, &str)]) -> Vec<(String, Value)> {
        let given = self.object.at(&["spec", "networkArgs"]).and_then(Value::as_map);
        if known.is_empty() {
            if given.is_some_and(|given| !given.is_empty()) {
                self.remarks.push(Remark::warning("spec.networkArgs: no CNI comes from here that could take them"));
            }
            return Vec::new();
        }
        let mut kept = Vec::new();
        for (key, value) in given.into_iter().flat_map(Map::iter) {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                _ => String::new(),
            };
            match known.iter().find(|(name, _)| *name == key) {
                None => self
                    .remarks
                    .push(Remark::warning(format!("spec.networkArgs.{key}: TKEStack reads no such argument here"))),
                Some((_, default)) if *default == text || text.is_empty() => {}
                Some(_) => kept.push((key.to_owned(), Value::String(text))),
            }
        }
        kept
    }

    /// Everything that has not become a field by now.
    fn leftovers(&mut self) {
        if self.object.at(&["spec", "features", "ipvs"]) == Some(&Value::Bool(true)) {
            self.remarks.push(Remark::warning(
                "spec.features.ipvs: kubeadm has installed kube-proxy in IPVS mode; say so if kube-proxy is to come from here",
            ));
        }
        for (field, arguments) in OVERRULING {
            let given = self.object.at(&["spec", field]).and_then(Value::as_map);
            for name in arguments.iter().filter(|name| given.is_some_and(|map| map.get(name).is_some())) {
                self.remarks.push(Remark::warning(format!(
                    "spec.{field}.{name} overrules what TKEStack derives; see that the definition says the same"
                )));
            }
        }
        let mut own = Vec::new();
        for (above, read, known) in
            [(&["spec"][..], &READ[..], &TKESTACKS_OWN[..]), (&["spec", "features"], &FEATURES_READ, &FEATURES_OWN)]
        {
            for (key, _) in self.object.at(above).and_then(Value::as_map).into_iter().flat_map(Map::iter).filter(filled)
            {
                let field = format!("{}.{key}", above.join("."));
                if known.contains(&key) {
                    own.push(field);
                } else if !read.contains(&key) {
                    self.remarks.push(Remark::warning(format!("{field}: cniforge does not know this field")));
                }
            }
        }
        if !own.is_empty() {
            self.remarks.push(Remark::note(format!("what is TKEStack's and stays there: {}", own.join(", "))));
        }
    }

    fn text(&self, path: &[&str]) -> Result<Option<&'a str>, Finding> {
        self.object.text(path).map_err(|finding| finding.cluster(self.name.clone()))
    }

    fn number(&self, path: &[&str]) -> Result<Option<f64>, Finding> {
        match self.object.at(path) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) if number.fract() == 0.0 && *number >= 0.0 => Ok(Some(*number)),
            Some(_) => Err(self.problem(&format!("{} must be a whole number", path.join(".")))),
        }
    }

    fn flag(&self, path: &[&str]) -> Result<bool, Finding> {
        match self.object.at(path) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.problem(&format!("{} must be true or false", path.join(".")))),
        }
    }

    fn problem(&self, message: &str) -> Finding {
        Finding::refusal(format!("{}: {message}", self.object.place)).cluster(self.name.clone())
    }
}

impl Blocks {
    fn field(&self, name: &str) -> Field {
        debug_assert!(!self.blocks.is_empty(), "{} was read", self.field);
        Field::new(name, Value::List(self.blocks.iter().map(|block| Value::String(block.to_string())).collect()))
    }
}

/// `10.0.0.100:6443`, `[fd00::1]:6443`.
fn endpoint(host: &str, port: f64) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// Whether there is anything in the field.
fn filled((_, value): &(&str, &Value)) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    }
}

/// What a display name becomes where the object has no other; empty if nothing of it can be used.
fn slug(display: &str) -> String {
    let plain: String =
        display.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    parts.join("-")
}
