//! Objects of a running cluster as the definition that comes closest to them.
//!
//! `kubectl get -o yaml` or `helm template`: both sides are brought into one normal form and compared, so what is left is a real
//! difference. It is shown, since it is what the first sync would change.

mod addons;
mod calico;
pub mod comparison;
mod corefile;
mod fit;
pub mod normal_form;
mod search;

use std::collections::{BTreeMap, BTreeSet};

use self::addons::{ADDONS, Addon};
use self::comparison::{Objects, diff, key};
use self::fit::{Container, Fit, completed, guess};
use self::normal_form::normal;
use self::search::{Config, Draft, Search};
use super::definition_writer::{Definition, Field, Remark, file_text};
use super::helm::{self, Chart, ClusterFacts};
use super::input::Input;
use super::objects;
use super::workbench::Workbench;
use super::yaml_reader::{Document, read_documents};
use crate::assemble::assemble;
use crate::evaluate::Depth;
use crate::finding::{Finding, Severity};
use crate::object::{ObjectId, is_dns_label};
use crate::report::plural;
use crate::value::{Map, Value};

/// What came of the objects.
#[derive(Debug)]
pub struct ManifestsImport {
    /// The definition.
    pub definition: Definition,
    /// From what runs to what the definition gives.
    pub diff: String,
    /// How many objects of the CNI there were.
    pub compared: usize,
    /// How many objects differ, or are on one side only.
    pub differing: usize,
}

/// The Cilium that TKEStack installs.
const TKESTACK: &str = "1.9.5-tkestack";

/// Kinds that controllers make, or that say nothing about an installation.
const NOT_INSTALLED: [&str; 13] = [
    "CiliumEndpoint",
    "CiliumEndpointSlice",
    "CiliumIdentity",
    "CiliumNode",
    "ControllerRevision",
    "EndpointSlice",
    "Endpoints",
    "Event",
    "Lease",
    "Node",
    "Pod",
    "PodMetrics",
    "ReplicaSet",
];

/// What the names of a CNI's objects begin with.
const CILIUM: &[&str] = &["cilium", "hubble", "clustermesh", "spire"];
const TKESTACK_CILIUM: &[&str] = &["cilium", "ip-masq-agent", "tke-eni-ipamd"];
const CALICO: &[&str] = &["calico"];
const GALAXY: &[&str] = &["flannel", "kube-flannel", "galaxy", "cni-etc", "tke-bridge-agent"];

/// API groups that every cluster serves, and their own parts.
const BUILT_IN: [&str; 4] = ["", "apps", "batch", "policy"];

/// The definition that comes closest to these objects. An empty name in `facts` is the one that Cilium was given.
///
/// # Errors
/// When no CNI is among the objects that the library renders.
pub fn import(bench: &mut Workbench, documents: &[Document], facts: &ClusterFacts) -> Result<ManifestsImport, Finding> {
    let running = Running::read(documents)?;
    let mut facts = facts.clone();
    running.complete(&mut facts);
    if let Some((namespace, agent)) = running.find("DaemonSet", "cilium") {
        facts.namespace = facts.namespace.or(namespace);
        let version = image_version(&agent).ok_or_else(|| {
            Finding::refusal("the DaemonSet cilium has no container cilium-agent with a version in its image's tag")
                .hint("`import helm` takes the version from --version")
        })?;
        if version.starts_with("1.9.") && running.find("Deployment", "tke-eni-ipamd").is_some() {
            return tkestack_cilium(bench, running, facts);
        }
        return cilium(bench, running, facts, &version);
    }
    if running.find("DaemonSet", "galaxy-daemonset").is_some() {
        return galaxy(bench, running, facts);
    }
    if let Some((_, node)) = running.find("DaemonSet", "calico-node") {
        return calico_node(bench, running, facts, &node);
    }
    if let Some(operator) = running.operator {
        return Err(Finding::refusal(format!(
            "DaemonSet calico-node belongs to {operator} of Calico's operator, which would undo what a tree says"
        ))
        .hint("leave the cluster to its operator; what is installed from Calico's manifests can be imported"));
    }
    let objects = plural(running.objects.len(), "object");
    Err(Finding::refusal(format!("{objects} read, and none is the DaemonSet of a CNI that can be imported"))
        .hint("export DaemonSet cilium, calico-node or galaxy-daemonset with the rest: kubectl get ds,deploy,cm,sa,svc -n kube-system -o yaml"))
}

/// What the definition gives, in normal form; `None` if it is refused.
fn rendered(bench: &mut Workbench, definition: &Definition) -> Option<Objects> {
    let cluster = bench.cluster(&format!("{}.jsonnet", definition.name), &file_text(&[definition]), Depth::Manifests);
    if cluster.findings.iter().any(|finding| finding.severity == Severity::Refusal) {
        return None;
    }
    let (objects, _) = assemble(&cluster.manifests);
    Some(objects.iter().map(|object| (key(&object.id), normal(&object.body))).collect())
}

/// The objects of the cluster, and facts that some of them tell.
struct Running {
    objects: Objects,
    /// `ClusterConfiguration` of kubeadm.
    kubeadm: Option<Value>,
    kubelet: Option<String>,
    /// Of nodes that TKEStack has labelled for BGP.
    autonomous_system: Option<String>,
    switch: Option<String>,
    api_versions: BTreeSet<String>,
    /// Where services get their addresses, by the API server's own arguments or objects.
    services: Vec<String>,
    /// Objects of what stands beside the CNI.
    addons: Objects,
    /// Whose calico-node is, where it is an operator's.
    operator: Option<String>,
}

impl Running {
    fn read(documents: &[Document]) -> Result<Self, Finding> {
        let mut running = Self {
            objects: Objects::new(),
            kubeadm: None,
            kubelet: None,
            autonomous_system: None,
            switch: None,
            api_versions: BTreeSet::new(),
            services: Vec::new(),
            addons: Objects::new(),
            operator: None,
        };
        for object in objects::flatten(documents)? {
            let text = |path: &[&str]| Ok::<_, Finding>(object.text(path)?.unwrap_or_default().to_owned());
            let label =
                |name: &str| object.at(&["metadata", "labels", name]).and_then(Value::as_str).map(str::to_owned);
            if object.kind() == "Node" {
                let version = object.at(&["status", "nodeInfo", "kubeletVersion"]).and_then(Value::as_str);
                running.kubelet = running.kubelet.or(version.map(|version| version.trim_start_matches('v').to_owned()));
                running.autonomous_system = running.autonomous_system.or(label("infra.tce.io/as"));
                running.switch = running.switch.or(label("infra.tce.io/switch-ip"));
            }
            let owner = object.body.list_at(&["metadata", "ownerReferences"]).first();
            if object.kind() == "DaemonSet" && text(&["metadata", "name"])? == "calico-node" {
                let part = |key: &str| owner.and_then(|owner| owner.text_at(&[key]));
                running.operator = part("kind").zip(part("name")).map(|(kind, name)| format!("{kind} {name}"));
            }
            if object.kind() == "Pod" {
                let arguments =
                    object.body.list_at(&["spec", "containers"]).iter().flat_map(|c| c.list_at(&["command"]));
                let mut arguments = arguments.filter_map(Value::as_str);
                let range = arguments.find_map(|argument| argument.strip_prefix("--service-cluster-ip-range="));
                running.services.extend(range.into_iter().flat_map(|range| range.split(',').map(str::to_owned)));
            }
            if object.kind() == "ServiceCIDR" && running.services.is_empty() {
                let cidrs = object.body.list_at(&["spec", "cidrs"]).iter().filter_map(Value::as_str);
                running.services.extend(cidrs.map(str::to_owned));
            }
            if owner.is_some() || NOT_INSTALLED.contains(&object.kind()) {
                continue;
            }
            let id = ObjectId {
                api_version: text(&["apiVersion"])?,
                kind: object.kind().to_owned(),
                namespace: object.text(&["metadata", "namespace"])?.map(str::to_owned),
                name: text(&["metadata", "name"])?,
            };
            if id.kind == "ConfigMap" && id.name == "kubeadm-config" {
                let text = object.at(&["data", "ClusterConfiguration"]).and_then(Value::as_str).unwrap_or_default();
                let input = Input { name: "kubeadm-config".to_owned(), text: text.to_owned() };
                running.kubeadm = read_documents(&input)?.into_iter().next().map(|document| document.value);
            }
            if !BUILT_IN.contains(&id.group()) && !id.group().ends_with(".k8s.io") {
                running.api_versions.insert(id.api_version.clone());
            } else if id.group() == "gateway.networking.k8s.io" {
                running.api_versions.insert(format!("{}/{}", id.api_version, id.kind));
            }
            running.objects.insert(key(&id), normal(object.body));
        }
        Ok(running)
    }

    /// The object of this kind and name, and its namespace.
    fn find(&self, kind: &str, name: &str) -> Option<(Option<String>, Value)> {
        let mut objects = self.objects.iter();
        objects
            .find(|((_, k, _, n), _)| k == kind && n == name)
            .map(|((_, _, ns, _), object)| (ns.clone(), object.clone()))
    }

    /// The data of a `ConfigMap`.
    fn data(&self, name: &str) -> Config {
        let object = self.find("ConfigMap", name).map(|(_, object)| object);
        let data = object.as_ref().and_then(|object| object.at(&["data"])).and_then(Value::as_map);
        let entries = data.into_iter().flat_map(Map::iter);
        entries.filter_map(|(key, value)| Some((key.to_owned(), value.as_str()?.to_owned()))).collect()
    }

    /// Fills in what nobody said and kubeadm knows.
    fn complete(&self, facts: &mut ClusterFacts) {
        let kubeadm = |path: &[&str]| {
            let text = self.kubeadm.as_ref().and_then(|config| config.at(path)).and_then(Value::as_str);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let version = kubeadm(&["kubernetesVersion"]).map(|version| version.trim_start_matches('v').to_owned());
        facts.kubernetes_version = facts.kubernetes_version.take().or(version).or(self.kubelet.clone());
        let list = |text: String| -> Vec<String> { text.split(',').map(|part| part.trim().to_owned()).collect() };
        if let (true, Some(text)) = (facts.pod_cidrs.is_empty(), kubeadm(&["networking", "podSubnet"])) {
            facts.pod_cidrs = list(text);
        }
        if let (true, Some(text)) = (facts.service_cidrs.is_empty(), kubeadm(&["networking", "serviceSubnet"])) {
            facts.service_cidrs = list(text);
        }
        if facts.service_cidrs.is_empty() {
            facts.service_cidrs.clone_from(&self.services);
        }
        if facts.pod_cidrs.is_empty() {
            let config = self.data("kube-proxy").get("config.conf").and_then(|text| parsed(text));
            let range = config.as_ref().and_then(|config| config.text_at(&["clusterCIDR"])).unwrap_or_default();
            facts.pod_cidrs = list(range.to_owned()).into_iter().filter(|range| !range.is_empty()).collect();
        }
        if facts.api_versions.is_empty() {
            facts.api_versions = self.api_versions.iter().cloned().collect();
        }
    }

    /// Only the objects of one CNI; those of what the library installs beside it are set apart.
    fn keep(&mut self, beginnings: &[&str]) {
        let there = |addon: &&Addon| self.find(addon.workload.0, addon.workload.1).is_some();
        let addons: Vec<&Addon> = ADDONS.iter().filter(there).collect();
        let of_addon = |name: &str| addons.iter().any(|addon| addon.names.contains(&name));
        let calico = beginnings == CALICO;
        let mut kept = Objects::new();
        for (key, object) in std::mem::take(&mut self.objects) {
            let (_, kind, _, name) = &key;
            let part_of = object.text_at(&["metadata", "labels", "app.kubernetes.io/part-of"]);
            let own = match kind.as_str() {
                "CustomResourceDefinition" => calico && CALICO_KINDS.iter().any(|group| name.ends_with(group)),
                _ => part_of == Some("cilium") || beginnings.iter().any(|beginning| name.starts_with(beginning)),
            };
            if own {
                kept.insert(key, object);
            } else if of_addon(name) {
                self.addons.insert(key, object);
            }
        }
        self.objects = kept;
    }

    /// All images of the objects' containers.
    fn images(&self) -> BTreeSet<String> {
        images(&self.objects)
    }

    /// The end: what the definition gives beside what runs, once CoreDNS and kube-proxy are fitted in.
    fn against(mut self, bench: &mut Workbench, mut definition: Definition) -> ManifestsImport {
        let addons = std::mem::take(&mut self.addons);
        let fits: [fn(&mut Fit<'_>, &Objects); 2] = [addons::coredns, addons::kube_proxy];
        self.objects.extend(addons.clone());
        for (addon, fit_in) in ADDONS.iter().zip(fits) {
            if !addons.keys().any(|(_, kind, _, name)| (kind.as_str(), name.as_str()) == addon.workload) {
                continue;
            }
            let nothing = Value::Map(Map::default());
            let on = comparison::with(&nothing, &[addon.key, "enabled"], Value::Bool(true));
            let mut fit = Fit::new(bench, &self.objects, &definition, on);
            fit_in(&mut fit, &addons);
            let settings = fit.finish();
            let with_it = completed(&definition, &settings);
            if rendered(bench, &with_it).is_some() {
                definition = with_it;
            }
        }
        let mut objects = rendered(bench, &definition).unwrap_or_default();
        // Whoever did not export definitions of kinds does not want to read that they are missing.
        let is_crd = |(_, kind, _, _): &(String, String, Option<String>, String)| kind == "CustomResourceDefinition";
        if !self.objects.keys().any(is_crd) {
            objects.retain(|key, _| !is_crd(key));
        }
        let (diff, differing) = diff(&self.objects, &objects);
        ManifestsImport { definition, diff, compared: self.objects.len(), differing }
    }
}

fn images(objects: &Objects) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for object in objects.values() {
        for list in ["containers", "initContainers"] {
            let containers =
                object.at(&["spec", "template", "spec", list]).and_then(Value::as_list).unwrap_or_default();
            found
                .extend(containers.iter().filter_map(|container| Some(container.at(&["image"])?.as_str()?.to_owned())));
        }
    }
    found
}

/// `registry/path/name:tag@digest` → `registry/path/name`.
fn repository(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or_default();
    match image.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => image,
    }
}

/// `registry/path/name:tag@digest` → `tag`
fn image_tag(image: &str) -> Option<&str> {
    image.split('@').next()?.strip_prefix(repository(image))?.strip_prefix(':')
}

fn image_version(agent: &Value) -> Option<String> {
    let tag = image_tag(Container::of(agent, "cilium-agent").image()?)?;
    Some(tag.trim_start_matches('v').to_owned())
}

/// A text that is a map in YAML or JSON.
fn parsed(text: &str) -> Option<Value> {
    let input = Input { name: "a text".to_owned(), text: text.to_owned() };
    let mut documents = read_documents(&input).ok()?.into_iter();
    let value = documents.next()?.value;
    (documents.next().is_none() && value.as_map().is_some()).then_some(value)
}

fn name_of(facts: &ClusterFacts, given: Option<&String>) -> Result<String, Finding> {
    let named = given.map(String::as_str).filter(|name| *name != "default").unwrap_or_default();
    let name = if facts.name.is_empty() { named } else { &facts.name };
    if is_dns_label(name) {
        return Ok(name.to_owned());
    }
    Err(Finding::refusal(if name.is_empty() {
        "the objects do not say what the cluster is called".to_owned()
    } else {
        format!("`{name}` is no name for a cluster")
    })
    .hint("say it: --cluster NAME, at most 63 lower case letters, digits and `-`"))
}

fn cilium(
    bench: &mut Workbench,
    mut running: Running,
    mut facts: ClusterFacts,
    version: &str,
) -> Result<ManifestsImport, Finding> {
    let chart = Chart::ask(bench, version)?;
    let config = running.data("cilium-config");
    facts.name = name_of(&facts, config.get("cluster-name"))?;
    running.keep(CILIUM);
    let (pods, sure) = pod_cidrs(&config, &facts);
    let mut remarks = Vec::new();
    let basics = helm::basics(&facts, (&pods, sure), "cluster.local", "the objects do", &mut remarks);
    let definition = |draft: &Draft| {
        let mut fields = basics.clone();
        if let Some(registry) = &draft.registry {
            fields.insert(fields.len() - 1, Field::new("registry", Value::String(registry.clone())));
        }
        fields.push(helm::settings(version, facts.namespace.as_deref(), draft.values.clone()));
        if !draft.args.is_empty() {
            fields.push(Field::new("networkArgs", text_map(&draft.args)));
        }
        Definition {
            header: vec![format!("Cilium {version}, imported from the objects of a running cluster.")],
            name: facts.name.clone(),
            fields,
            remarks: remarks.clone(),
        }
    };
    let nothing = Value::Map(Map::default());
    let values = match config.get("cluster-name") {
        Some(name) if *name != facts.name => {
            comparison::with(&nothing, &["cluster", "name"], Value::String(name.clone()))
        }
        _ => nothing,
    };
    let draft = Draft { values, args: Config::new(), registry: None };
    let images = running.images();
    let registries = images.iter().filter_map(|image| repository(image).strip_suffix("/cilium/cilium"));
    let registries = registries.filter(|registry| *registry != "quay.io").map(str::to_owned).collect();
    let draft = Search::new(bench, &chart, &running.objects, &config, &definition).run(draft, &registries);
    Ok(running.against(bench, definition(&draft)))
}

/// Where pods get their addresses, as far as the configuration says.
fn pod_cidrs(config: &Config, facts: &ClusterFacts) -> (Vec<String>, bool) {
    let first = |key: &str| {
        let text = config.get(key).map(String::as_str).unwrap_or_default();
        text.split([' ', ',']).find(|part| !part.is_empty()).map(str::to_owned)
    };
    let on = |key: &str| config.get(key).is_some_and(|text| text == "true");
    let family = |on: bool, pool: &str, routed: &str| on.then(|| first(pool).or_else(|| first(routed))).flatten();
    let own: Vec<String> = [
        family(on("enable-ipv4"), "cluster-pool-ipv4-cidr", "ipv4-native-routing-cidr"),
        family(on("enable-ipv6"), "cluster-pool-ipv6-cidr", "ipv6-native-routing-cidr"),
    ]
    .into_iter()
    .flatten()
    .collect();
    match (own.is_empty(), facts.pod_cidrs.is_empty()) {
        (false, _) if config.contains_key("cluster-pool-ipv4-cidr") || facts.pod_cidrs.is_empty() => (own, true),
        (_, false) => (facts.pod_cidrs.clone(), true),
        _ => (vec!["10.244.0.0/16".to_owned()], false),
    }
}

fn tkestack_cilium(
    bench: &mut Workbench,
    mut running: Running,
    mut facts: ClusterFacts,
) -> Result<ManifestsImport, Finding> {
    facts.name = name_of(&facts, None)?;
    let config = running.data("cilium-config");
    let argument = |name: &str| {
        let ipamd = running.find("Deployment", "tke-eni-ipamd")?.1;
        let containers = ipamd.at(&["spec", "template", "spec", "containers"])?.as_list()?;
        let mut all = containers.iter().flat_map(|container| {
            let parts = ["command", "args"].into_iter().filter_map(|key| container.at(&[key])?.as_list());
            parts.flatten().filter_map(Value::as_str).collect::<Vec<_>>()
        });
        all.find_map(|argument| argument.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
    };
    let pods: Vec<String> = match argument("--cluster-cidrs") {
        Some(text) => text.split(',').map(str::to_owned).collect(),
        None => facts.pod_cidrs.clone(),
    };
    let mut args = Config::new();
    if config.get("tunnel").is_some_and(|tunnel| tunnel == "disabled") {
        args.insert("networkMode".to_owned(), "underlay".to_owned());
        args.extend(running.autonomous_system.clone().map(|number| ("asn".to_owned(), number)));
        args.extend(running.switch.clone().map(|address| ("switch-ip".to_owned(), address)));
    }
    let mut more = Vec::new();
    if let Some(number) = argument("--desired-pod-number")
        .and_then(|text| text.parse::<f64>().ok())
        .filter(|number| (number - 256.0).abs() > 0.5)
    {
        more.push(Field::new("maxNodePodNum", Value::Number(number)));
    }
    running.keep(TKESTACK_CILIUM);
    let version = vec![("version".to_owned(), Value::String(TKESTACK.to_owned()))];
    Ok(fixed(
        bench,
        running,
        &facts,
        Fixed { what: "TKEStack's Cilium", cni: "cilium", settings: version, pods, args, more },
    ))
}

/// Whose kinds Calico brings along.
const CALICO_KINDS: [&str; 2] = [".crd.projectcalico.org", ".policy.networking.k8s.io"];

fn calico_node(
    bench: &mut Workbench,
    mut running: Running,
    mut facts: ClusterFacts,
    node: &Value,
) -> Result<ManifestsImport, Finding> {
    facts.name = name_of(&facts, None)?;
    let container = Container::of(node, "calico-node");
    let image = container.image().unwrap_or_default().to_owned();
    let found = image_tag(&image).unwrap_or_default().trim_start_matches('v').to_owned();
    let releases = bench.value("std.objectFields(import 'calico/versions.libsonnet')")?;
    let releases: Vec<&str> = releases.as_list().unwrap_or_default().iter().filter_map(Value::as_str).collect();
    let old = facts.kubernetes_version.as_deref().and_then(crate::kubernetes::minor).is_some_and(|minor| minor < 22);
    let nearest = if old { releases.first() } else { releases.last() }.copied().unwrap_or_default().to_owned();
    let version = if releases.contains(&found.as_str()) { found.clone() } else { nearest };
    let mut remarks = Vec::new();
    if version != found {
        let text =
            format!("the cluster runs Calico {found}, which the library does not have; this is Calico {version}");
        remarks.push(Remark::warning(text));
    }
    let pods = calico::pod_cidrs(node, &running.objects, &facts.pod_cidrs);
    let (pods, sure) = pods.map_or((vec!["192.168.0.0/16".to_owned()], false), |pods| (pods, true));
    let (config, endpoint) = (running.data("calico-config"), running.data("kubernetes-services-endpoint"));
    let typha = running.find("Deployment", "calico-typha").map(|(_, typha)| typha);
    running.keep(CALICO);
    facts.api_versions.clear();
    let mut fields = helm::basics(&facts, (&pods, sure), "cluster.local", "the objects do", &mut remarks);
    fields.retain(|field| field.name != "cni");
    fields.push(Field::new("cni", Value::String("calico".to_owned())).apart());
    fields.push(
        Field::new(
            "calico",
            Value::Map(Map::from_entries(vec![("version".to_owned(), Value::String(version.clone()))])),
        )
        .extending(),
    );
    let definition = Definition {
        header: vec!["Calico, imported from the objects of a running cluster.".to_owned()],
        name: facts.name.clone(),
        fields,
        remarks,
    };
    let images = images(&running.objects);
    let mut guesses = calico::guesses(node, &config, typha.as_ref(), &endpoint);
    let registry = repository(&image).strip_suffix("/calico/node");
    guesses.extend(registry.map(|registry| guess("registry", Value::String(registry.to_owned()))));
    for image in images {
        let name = repository(&image).rsplit('/').next().unwrap_or_default();
        guesses.push((["calico", "images", name].map(str::to_owned).to_vec(), Value::String(image.clone())));
    }
    let mut fit = Fit::new(bench, &running.objects, &definition, Value::Map(Map::default()));
    fit.with(guesses);
    let rest = [calico::arguments(&mut fit, node), calico::plugins(&mut fit, &config)].concat();
    fit.with(rest);
    let settings = fit.finish();
    let definition = completed(&definition, &settings);
    Ok(running.against(bench, definition))
}

fn galaxy(bench: &mut Workbench, mut running: Running, mut facts: ClusterFacts) -> Result<ManifestsImport, Finding> {
    facts.name = name_of(&facts, None)?;
    let flannel = running.data("kube-flannel-cfg");
    let text = flannel.get("net-conf.json").cloned().unwrap_or_default();
    let network = read_documents(&Input { name: "net-conf.json".to_owned(), text })?
        .into_iter()
        .next()
        .map(|document| document.value);
    let at = |path: &[&str]| network.as_ref().and_then(|network| network.at(path));
    let pods = match at(&["Network"]).and_then(Value::as_str) {
        Some(network) => vec![network.to_owned()],
        None => facts.pod_cidrs.clone(),
    };
    let mut args = Config::new();
    if let Some(backend) = at(&["Backend", "Type"]).and_then(Value::as_str).filter(|backend| *backend != "vxlan") {
        args.insert("backendType".to_owned(), backend.to_owned());
    }
    let options = at(&["Backend"]).and_then(Value::as_map).into_iter().flat_map(Map::iter);
    let options: Vec<_> =
        options.filter(|(key, _)| *key != "Type").map(|(key, value)| (key.to_owned(), value.clone())).collect();
    let mut settings = Vec::new();
    if !options.is_empty() {
        settings.push(("backendOptions".to_owned(), Value::Map(Map::from_entries(options))));
    }
    let mut more = Vec::new();
    let device = running.find("DaemonSet", "flannel").and_then(|(_, flannel)| {
        let containers = flannel.at(&["spec", "template", "spec", "containers"])?.as_list()?.to_vec();
        let text: Vec<String> = containers
            .iter()
            .flat_map(|container| ["command", "args"].into_iter().filter_map(|key| container.at(&[key])?.as_list()))
            .flatten()
            .filter_map(|argument| argument.as_str()?.strip_prefix("--iface=").map(str::to_owned))
            .collect();
        text.into_iter().next()
    });
    if let Some(device) = device.filter(|device| device != "eth0") {
        more.push(Field::new("networkDevice", Value::String(device)));
    }
    running.keep(GALAXY);
    Ok(fixed(bench, running, &facts, Fixed { what: "Galaxy", cni: "galaxy", settings, pods, args, more }))
}

/// A CNI whose objects hardly vary.
struct Fixed {
    what: &'static str,
    cni: &'static str,
    settings: Vec<(String, Value)>,
    pods: Vec<String>,
    args: Config,
    more: Vec<Field>,
}

fn fixed(bench: &mut Workbench, running: Running, facts: &ClusterFacts, fixed: Fixed) -> ManifestsImport {
    let mut remarks = Vec::new();
    let facts = ClusterFacts { api_versions: Vec::new(), ..facts.clone() };
    let basics =
        helm::basics(&facts, (&fixed.pods, !fixed.pods.is_empty()), "cluster.local", "the objects do", &mut remarks);
    let definition = |registry: Option<&str>, images: &BTreeMap<String, Value>| {
        let mut fields: Vec<Field> = basics.iter().filter(|field| field.name != "cni").cloned().collect();
        fields.extend(fixed.more.iter().cloned());
        fields.extend(registry.map(|registry| Field::new("registry", Value::String(registry.to_owned()))));
        if fixed.cni != "galaxy" {
            fields.push(Field::new("cni", Value::String(fixed.cni.to_owned())).apart());
        }
        let mut settings = fixed.settings.clone();
        if !images.is_empty() {
            let images = images.iter().map(|(name, image)| (name.clone(), image.clone()));
            settings.push(("images".to_owned(), Value::Map(Map::from_entries(images.collect()))));
        }
        if !settings.is_empty() {
            fields.push(Field::new(fixed.cni, Value::Map(Map::from_entries(settings))).extending());
        }
        if !fixed.args.is_empty() {
            fields.push(Field::new("networkArgs", text_map(&fixed.args)));
        }
        Definition {
            header: vec![format!("{}, imported from the objects of a running cluster.", fixed.what)],
            name: facts.name.clone(),
            fields,
            remarks: remarks.clone(),
        }
    };
    let wanted = running.images();
    let missing = |bench: &mut Workbench, registry: Option<&str>| {
        let objects = rendered(bench, &definition(registry, &BTreeMap::new())).unwrap_or_default();
        let all = images(&objects);
        wanted.iter().filter(|image| !all.contains(*image)).cloned().collect::<Vec<_>>()
    };
    // The registry that leaves the fewest images to be named one by one.
    let registries: BTreeSet<&str> =
        wanted.iter().filter_map(|image| Some(repository(image).rsplit_once('/')?.0)).collect();
    let mut best = (None, missing(bench, None));
    for registry in registries {
        let left = missing(bench, Some(registry));
        if left.len() < best.1.len() {
            best = (Some(registry), left);
        }
    }
    let named = best.1.iter().map(|image| {
        let name = repository(image).rsplit('/').next().unwrap_or_default().to_owned();
        (name, Value::String(image.clone()))
    });
    let with_images = definition(best.0, &named.collect());
    let definition =
        if rendered(bench, &with_images).is_some() { with_images } else { definition(best.0, &BTreeMap::new()) };
    running.against(bench, definition)
}

fn text_map(texts: &Config) -> Value {
    Value::Map(Map::from_entries(texts.iter().map(|(key, text)| (key.clone(), Value::String(text.clone()))).collect()))
}
