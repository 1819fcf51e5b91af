//! `tests/import/<case>/`: files to import, `args` for the command line, `expected.txt` for what it says and `expected/` for
//! what it writes. A case whose name begins with `invalid-` must fail and write nothing.
//!
//! After a change that is meant: `UPDATE=1 cargo test import`, and read the diff.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use cniforge::evaluate::Depth;
use cniforge::files::Files;
use cniforge::finding::Severity;
use cniforge::import::definition_writer::file_text;
use cniforge::import::helm::{self, ClusterFacts};
use cniforge::import::input::Input;
use cniforge::import::workbench::Workbench;
use cniforge::import::yaml_reader::read_documents;
use cniforge::limits::Limits;
use cniforge::sources::Sources;

use crate::fleet::{Fleet, Run, files_below, repository};

/// What stands for a password or a key in the inputs, as text and in base64.
const SECRETS: [&str; 2] = ["TOPSECRET", "VE9QU0VDUkVU"];

#[test]
fn every_import_says_and_writes_what_is_expected() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut cases: Vec<_> =
        fs::read_dir(repository().join("tests/import")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let mut failures = Vec::new();
    for case in &cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let (fleet, run, written) = import(case);
        let said = format!(
            "exit {}\n{}{}",
            run.code,
            run.err,
            if run.out.is_empty() { String::new() } else { format!("---\n{}", run.out) }
        );
        let all = format!("{said}{written:?}");
        assert!(!SECRETS.iter().any(|secret| all.contains(secret)), "{name} gives a secret away: {all}");
        if name.starts_with("invalid-") {
            assert_eq!((run.code, written.len()), (2, 0), "{name}: {run:?}");
        } else if written.keys().any(|path| path.starts_with("clusters/")) {
            let checked = fleet.run(&["render", "--allow-findings"]);
            assert!(run.code == 2 || checked.code == 0, "{name} does not render: {checked:?}");
        }
        if update {
            let _ = fs::remove_dir_all(case.join("expected"));
            fs::write(case.join("expected.txt"), &said).unwrap();
            for (path, text) in &written {
                let path = case.join("expected").join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        }
        let expected = fs::read_to_string(case.join("expected.txt")).unwrap_or_default();
        if said != expected {
            failures.push(format!("--- {name}: expected\n{expected}--- {name}: actual\n{said}"));
        }
        if written != files_below(&case.join("expected")) {
            failures.push(format!("--- {name}: other definitions\n{}", written.values().cloned().collect::<String>()));
        }
    }
    assert!(failures.is_empty(), "{}\n{} cases differ; UPDATE=1 accepts them", failures.join("\n"), failures.len());
    assert!(cases.len() > 15);
}

/// Runs a case in a fleet of its own; the files that are there afterwards and were not before.
fn import(case: &Path) -> (Fleet, Run, BTreeMap<String, String>) {
    let fleet = Fleet::new();
    for (path, text) in files_below(case) {
        if !path.starts_with("expected") && path != "args" {
            fleet.write(&path, &text);
        }
    }
    let before = files_below(&fleet.root);
    let args = fs::read_to_string(case.join("args")).unwrap();
    let args: Vec<&str> = ["import"].into_iter().chain(args.split_whitespace()).collect();
    let run = fleet.run(&args);
    let mut written = files_below(&fleet.root);
    written.retain(|path, text| before.get(path) != Some(text));
    (fleet, run, written)
}

/// One TKEStack cluster as YAML.
fn tkestack_cluster(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: platform.tkestack.io/v1\nkind: Cluster\nmetadata: {{name: {name}}}\nspec: {{tenantID: t, type: Baremetal, {spec}}}\n---\n"
    )
}

#[test]
fn what_tkestack_would_install_is_what_the_import_renders() {
    let fleet = Fleet::new();
    let text = [
        tkestack_cluster("galaxy", "clusterCIDR: 10.9.0.0/16, networkDevice: bond1, networkArgs: {backendType: ipip}"),
        tkestack_cluster(
            "overlay",
            "clusterCIDR: 10.10.0.0/16, properties: {maxNodePodNum: 64}, features: {enableCilium: true}",
        ),
        tkestack_cluster(
            "underlay",
            "clusterCIDR: 10.11.0.0/16, features: {enableCilium: true}, networkArgs: {networkMode: underlay, asn: '7', switch-ip: 10.0.0.1}",
        ),
    ];
    fleet.write("clusters.yaml", &text.concat());
    fleet.ok(&["import", "tkestack", "clusters.yaml"]);
    fleet.ok(&["render"]);
    let trees = fleet.rendered();
    let has = |path: &str, wanted: &[&str]| {
        let text = trees.get(path).unwrap_or_else(|| panic!("no {path} in {:?}", trees.keys()));
        for wanted in wanted {
            assert!(text.contains(wanted), "{path} has no {wanted}:\n{text}");
        }
    };
    let flannel = "galaxy/flannel/kube-system/configmap-kube-flannel-cfg.yaml";
    has(flannel, &["\"Network\": \"10.9.0.0/16\"", "\"Type\": \"ipip\""]);
    has("galaxy/flannel/kube-system/daemonset-flannel.yaml", &["--iface=bond1"]);
    has("overlay/cilium/kube-system/configmap-cilium-config.yaml", &["tunnel: vxlan", "ipam: kubernetes"]);
    has(
        "overlay/ipamd/kube-system/deployment-tke-eni-ipamd.yaml",
        &["--desired-pod-number=64", "--cluster-cidrs=10.10.0.0/16"],
    );
    has("underlay/cilium/kube-system/configmap-cilium-config.yaml", &["tunnel: disabled", "ipam: crd"]);
    has("underlay/router/kube-system/daemonset-cilium-router.yaml", &["-cluster-ip-range=10.11.0.0/16"]);
    assert_eq!(trees.keys().filter(|path| path.starts_with("galaxy/")).count(), 14);
    assert_eq!(trees.keys().filter(|path| path.starts_with("overlay/")).count(), 14);
    assert_eq!(trees.keys().filter(|path| path.starts_with("underlay/")).count(), 20);
}

#[test]
fn a_definition_that_is_there_stays_unless_told_otherwise() {
    let fleet = Fleet::new();
    fleet.write("in.yaml", &tkestack_cluster("a", "clusterCIDR: 10.9.0.0/16"));
    fleet.write("clusters/sub/a.jsonnet", "mine");
    let run = fleet.run(&["import", "tkestack", "in.yaml"]);
    assert_eq!(run.code, 2);
    assert_eq!(
        run.err,
        "error: a: clusters/sub/a.jsonnet is there already\nhint: --force replaces it; --output DIR writes elsewhere\n\
         imported 0 clusters\n"
    );
    assert_eq!(fleet.read("clusters/sub/a.jsonnet"), "mine");
    fleet.ok(&["import", "tkestack", "in.yaml", "--force"]);
    assert!(fleet.read("clusters/sub/a.jsonnet").contains("name: 'a'"));
    assert!(!fleet.exists("clusters/a.jsonnet"), "two files define one cluster");
    assert_eq!(files_below(&fleet.root.join("clusters")).len(), 1, "nothing else is left");
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_definition_is_not_followed() {
    let fleet = Fleet::new();
    fleet.write("in.yaml", &tkestack_cluster("a", "clusterCIDR: 10.9.0.0/16"));
    fleet.write("elsewhere/target", "theirs");
    std::os::unix::fs::symlink("../elsewhere/target", fleet.root.join("clusters/a.jsonnet")).unwrap();
    let run = fleet.run(&["import", "tkestack", "in.yaml", "--force"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("clusters/a.jsonnet: this is no regular file"), "{run:?}");
    assert_eq!(fleet.read("elsewhere/target"), "theirs");
    // What a killed run has left is removed, and not written through.
    fs::remove_file(fleet.root.join("clusters/a.jsonnet")).unwrap();
    std::os::unix::fs::symlink("../elsewhere/target", fleet.root.join("clusters/.a.jsonnet.new")).unwrap();
    fleet.ok(&["import", "tkestack", "in.yaml"]);
    assert_eq!(fleet.read("elsewhere/target"), "theirs");
    // Nor is a folder of the fleet that is a link.
    fs::rename(fleet.root.join("clusters"), fleet.root.join("moved")).unwrap();
    std::os::unix::fs::symlink("moved", fleet.root.join("clusters")).unwrap();
    let run = fleet.run(&["import", "tkestack", "in.yaml", "--force"]);
    assert!(run.err.contains("a folder above it is a link"), "{run:?}");
}

#[test]
fn without_a_fleet_the_definitions_go_to_standard_output() {
    let fleet = Fleet::new();
    // The other tests' folders are below this repository, which is a fleet.
    let outside = std::env::temp_dir().join(format!("cniforge-no-fleet-{}", std::process::id()));
    fs::create_dir_all(&outside).unwrap();
    let text = [tkestack_cluster("a", "clusterCIDR: 10.9.0.0/16"), tkestack_cluster("b", "clusterCIDR: 10.10.0.0/16")];
    let mut child = fleet
        .command(&["import", "tkestack", "-"])
        .current_dir(&outside)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.concat().as_bytes()).unwrap();
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(files_below(&outside).len(), 0);
    fs::remove_dir(outside).unwrap();
    // Several of them are an inventory, which is a definition file like any other.
    fleet.write("clusters/imported.jsonnet", &run.out);
    fleet.ok(&["render"]);
    assert_eq!(fleet.rendered().len(), 28);
}

#[test]
fn a_file_of_a_hundred_megabytes_is_refused_before_it_is_read() {
    let fleet = Fleet::new();
    fs::File::create(fleet.root.join("big.yaml")).unwrap().set_len(100 << 20).unwrap();
    let run = fleet.run(&["import", "tkestack", "big.yaml"]);
    assert_eq!(run.code, 2);
    assert_eq!(
        run.err,
        "error: big.yaml has 100 MiB; an import reads 32 MiB\n\
         hint: export the objects of the CNI alone, not those of the whole cluster\n"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn an_input_without_end_is_refused() {
    let run = Fleet::new().run(&["import", "tkestack", "/dev/zero"]);
    assert_eq!(
        (run.code, run.err.lines().next()),
        (2, Some("error: /dev/zero has more than 32 MiB; an import reads 32 MiB"))
    );
}

/// The official chart's test values, where they lie beside this repository.
fn chart_cases(version: &str, step: usize) -> Vec<serde_json::Value> {
    let pack = repository().join(format!("../shared/conformance/cilium/open-{version}.jsonl.gz"));
    if !pack.exists() {
        return Vec::new();
    }
    let output = std::process::Command::new("gzip").arg("-dc").arg(pack).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().skip(1).step_by(step).map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn imported_values_give_the_objects_of_the_values_themselves() {
    let step = std::env::var("IMPORT_STEP").map_or(211, |step| step.parse().unwrap());
    let own = vec![serde_json::json!({
        "id": "own", "kubernetesVersion": "1.34.0", "namespace": "cni", "apiVersions": [], "values": {
            "cluster": { "name": "prod", "id": 3 }, "ipv6": { "enabled": true }, "operator": { "replicas": 1 },
            "kubeProxyReplacement": true, "k8sServiceHost": "10.0.0.1", "k8sServicePort": 6443,
            "nodeSelector": { "kubernetes.io/os": null, "a": "b" }, "hubble": { "relay": { "enabled": true } },
            "ipam": { "operator": { "clusterPoolIPv4PodCIDRList": ["10.9.0.0/16", "10.10.0.0/16"] } },
        },
    })];
    let mut compared = 0;
    for version in ["1.20.0", "1.19.6", "1.18.12"] {
        let sources = std::sync::Arc::new(Sources::of(Files::none(), ""));
        let mut bench = Workbench::new(sources, Limits::default());
        for case in chart_cases(version, step).iter().chain(&own) {
            compared += usize::from(values_round_trip(&mut bench, version, case));
        }
    }
    assert!(compared >= 3, "{compared} were compared");
}

/// Whether there was something to compare: the chart, or this library, refuses some values on purpose.
fn values_round_trip(bench: &mut Workbench, version: &str, case: &serde_json::Value) -> bool {
    let text = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
    let list = |key: &str| -> Vec<String> {
        case[key].as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    };
    let mut values = case["values"].clone();
    let Some(map) = values.as_object_mut() else { return false };
    let input = Input { name: "values.json".to_owned(), text: serde_json::to_string(map).unwrap() };
    let documents = read_documents(&input).unwrap();
    let facts = ClusterFacts {
        name: "a".to_owned(),
        namespace: Some(text("namespace")),
        kubernetes_version: Some(text("kubernetesVersion")),
        pod_cidrs: Vec::new(),
        service_cidrs: vec!["172.20.0.0/16".to_owned()],
        api_versions: list("apiVersions"),
    };
    let imported = match helm::merge(&documents).and_then(|values| helm::import(bench, &values, version, &facts)) {
        Ok(imported) => imported,
        Err(finding) => panic!("{}: {finding:?}", text("id")),
    };
    if imported.remarks.iter().any(|remark| remark.text.contains("do not belong into git")) {
        return false;
    }
    // What the values mean without an import: nothing of the definition comes between.
    let cluster = map.entry("cluster").or_insert_with(|| serde_json::json!({}));
    if let Some(cluster) = cluster.as_object_mut() {
        cluster.entry("name").or_insert_with(|| "default".into());
    }
    let direct = serde_json::json!({
        "name": "a", "type": "Baremetal", "kubernetesVersion": text("kubernetesVersion"), "podCIDRs": ["10.0.0.0/8"],
        "serviceCIDRs": ["172.20.0.0/16"], "apiVersions": list("apiVersions"), "cni": "cilium",
    });
    let settings = serde_json::json!({ "version": version, "namespace": text("namespace"), "values": values });
    let direct = format!("(import 'cniforge/main.libsonnet').cluster + {direct} {{ 'cilium'+: {settings} }}");
    let direct = bench.cluster("a.jsonnet", &direct, Depth::Manifests);
    let refused = direct.findings.iter().any(|finding| finding.severity == Severity::Refusal);
    let imported_text = file_text(&[&imported]);
    let result = bench.cluster("a.jsonnet", &imported_text, Depth::Manifests);
    if refused {
        return false;
    }
    assert!(
        direct.manifests == result.manifests,
        "{}: {}\n{:#?}\n{imported_text}",
        text("id"),
        case["values"],
        result.findings
    );
    true
}

/// Renders a cluster, imports its tree as what a cluster runs, renders that, and gives the definition: both trees are one.
fn adopted(kubernetes: &str, body: &str, more: &str) -> String {
    let before = Fleet::new();
    before.write(
        "clusters/a.jsonnet",
        &format!(
            "(import 'cniforge/main.libsonnet').cluster {{ name: 'a', type: 'Baremetal', kubernetesVersion: '{kubernetes}', \
             podCIDRs: ['10.244.0.0/16'], serviceCIDRs: ['10.96.0.0/16'] }} + {{ {body} }}\n"
        ),
    );
    before.ok(&["render"]);
    let node = format!(
        "{{apiVersion: v1, kind: Node, metadata: {{name: n, labels: {{infra.tce.io/as: '7', infra.tce.io/switch-ip: 10.0.0.1}}}}, \
         status: {{nodeInfo: {{kubeletVersion: v{kubernetes}}}}}}}"
    );
    before.write("rendered/a/nodes.yaml", &node);
    let after = Fleet::new();
    let tree = before.root.join("rendered/a");
    let mut args = vec!["import", "manifests", tree.to_str().unwrap(), "--cluster", "a"];
    if !more.contains("--service-cidr") {
        args.extend(["--service-cidr", "10.96.0.0/16"]);
    }
    args.extend(more.split_whitespace());
    let run = after.ok(&args);
    let definition = after.read("clusters/a.jsonnet");
    assert_eq!(run.out, "", "{definition}\n{run:?}");
    assert!(run.err.ends_with("compared: 0 differ from what the definition renders\n"), "{run:?}");
    after.ok(&["render"]);
    fs::remove_file(before.root.join("rendered/a/nodes.yaml")).unwrap();
    assert_eq!(before.rendered(), after.rendered(), "{definition}");
    definition
}

#[test]
fn a_running_galaxy_is_adopted_as_it_is() {
    let definition = adopted(
        "1.21.4",
        "networkDevice: 'bond1', registry: 'registry.example.com/tke', networkArgs: { backendType: 'host-gw' }",
        "",
    );
    assert!(definition.contains("registry: 'registry.example.com/tke'"), "{definition}");
    let definition = adopted(
        "1.21.4",
        "networkArgs: { backendType: 'vxlan' }, galaxy+: { backendOptions: { VNI: 7 }, images: { flannel: 'example.com/f/flannel:v0.10.0' } }",
        "",
    );
    assert!(definition.contains("backendOptions: { VNI: 7 }"), "{definition}");
}

#[test]
fn tkestacks_running_cilium_is_adopted_as_it_is() {
    adopted("1.21.4", "cni: 'cilium', cilium+: { version: '1.9.5-tkestack' }, maxNodePodNum: 64", "");
    let definition = adopted(
        "1.21.4",
        "cni: 'cilium', cilium+: { version: '1.9.5-tkestack' },
         networkArgs: { networkMode: 'underlay', asn: '7', 'switch-ip': '10.0.0.1' }",
        "",
    );
    assert!(
        definition.contains("networkArgs: { asn: '7', networkMode: 'underlay', 'switch-ip': '10.0.0.1' }"),
        "{definition}"
    );
}

#[test]
fn a_running_cilium_is_adopted_as_it_is() {
    let definition = adopted("1.34.1", "cni: 'cilium', cilium+: { version: '1.20.0' }", "");
    assert!(definition.contains("cilium+: { version: '1.20.0' },\n"), "{definition}");
    let definition = adopted(
        "1.34.1",
        "cni: 'cilium', networkArgs: { 'enable-policy': 'always', 'l2-announcements-lease-duration': '9s' },
         cilium+: { version: '1.20.0', values: {
           hubble: { relay: { enabled: true, replicas: 2 }, metrics: { enabled: ['dns', 'drop'] } },
           operator: { replicas: 1, resources: { limits: { cpu: '1', memory: '1Gi' } } },
           k8sServiceHost: 'api.example.com', k8sServicePort: 6443,
           bpf: { masquerade: true }, encryption: { enabled: true, type: 'wireguard' }, ipam: { mode: 'kubernetes' },
           extraConfig: { 'my-own': '1' }, tolerations: [{ key: 'a', operator: 'Exists' }],
         } }",
        "--pod-cidr 10.244.0.0/16",
    );
    for kept in [
        "masquerade: true",
        "type: 'wireguard'",
        "replicas: 2",
        "metrics: { enabled: ['dns', 'drop'] }",
        "'my-own': '1'",
        "tolerations: [{ key: 'a', operator: 'Exists' }]",
        "mode: 'kubernetes'",
        "k8sServiceHost: 'api.example.com'",
        "k8sServicePort: 6443",
    ] {
        assert!(definition.contains(kept), "no {kept}: {definition}");
    }
}

#[test]
fn what_a_definition_cannot_give_is_shown_without_its_secrets() {
    let fleet = Fleet::galaxy(&["a"]);
    fleet.ok(&["render"]);
    let daemonset = "rendered/a/flannel/kube-system/daemonset-flannel.yaml";
    fleet.write(daemonset, &fleet.read(daemonset).replace("cpu: 100m", "cpu: 250m"));
    fleet.write(
        "rendered/a/more.yaml",
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: galaxy-key, namespace: kube-system}, data: {password: VE9QU0VDUkVU}}\n\
         - {apiVersion: v1, kind: Pod, metadata: {name: galaxy-x, namespace: kube-system}}\n",
    );
    let run = fleet.ok(&["import", "manifests", "rendered/a", "--cluster", "b", "--output", "out"]);
    assert!(
        run.out.contains("-          cpu: 250m\n+          cpu: 100m\n")
            || run.out.contains("-            cpu: 250m\n+            cpu: 100m\n"),
        "{}",
        run.out
    );
    assert!(run.out.contains("only in the cluster: Secret kube-system/galaxy-key\n"), "{}", run.out);
    assert!(!format!("{run:?}{}", fleet.read("out/b.jsonnet")).contains("VE9QU0VDUkVU"));
    assert!(
        run.err.ends_with("15 objects of the cluster compared: 2 differ from what the definition renders\n"),
        "{}",
        run.err
    );
}

#[test]
fn a_running_calico_is_adopted_as_it_is() {
    let contains = |definition: &str, parts: &[&str]| {
        for part in parts {
            assert!(definition.contains(part), "no {part}: {definition}");
        }
    };
    let definition = adopted("1.34.1", "cni: 'calico'", "");
    contains(&definition, &["cni: 'calico',\n  calico+: { version: '3.32.1' },\n}\n"]);
    let definition = adopted(
        "1.34.1",
        "cni: 'calico', podCIDRs: ['10.244.0.0/16', 'fd00::/104'], serviceCIDRs: ['10.96.0.0/16', 'fd01::/112'],
         registry: 'registry.example.com/mirror', networkArgs: { IP_AUTODETECTION_METHOD: 'interface=eth1', FELIX_LOGSEVERITYSCREEN: 'Warning' },
         calico+: { backend: 'vxlan', mtu: 1400, typha: { enabled: true, replicas: 3 }, ipPools: { ipv4: { blockSize: 24 }, ipv6: { natOutgoing: true } } }",
        "--service-cidr 10.96.0.0/16 --service-cidr fd01::/112",
    );
    contains(
        &definition,
        &[
            "podCIDRs: ['10.244.0.0/16', 'fd00::/104']",
            "backend: 'vxlan'",
            "mtu: 1400",
            "typha: { enabled: true, replicas: 3 }",
            "blockSize: 24",
            "natOutgoing: true",
            "registry: 'registry.example.com/mirror'",
            "IP_AUTODETECTION_METHOD: 'interface=eth1'",
        ],
    );
    let definition = adopted(
        "1.34.1",
        "cni: 'calico', controlPlaneEndpoint: '10.0.0.1:6443', calico+: { dataplane: 'eBPF', encapsulation: 'VXLANCrossSubnet' }",
        "",
    );
    contains(&definition, &["dataplane: 'eBPF'", "controlPlaneEndpoint: '10.0.0.1:6443'"]);
    let definition = adopted(
        "1.18.3",
        "cni: 'calico', podCIDRs: ['fd00::/104'], serviceCIDRs: ['fd01::/112'], calico+: { version: '3.14.2' }",
        "--service-cidr fd01::/112",
    );
    contains(&definition, &["version: '3.14.2'", "podCIDRs: ['fd00::/104']"]);
}

#[test]
fn coredns_and_kube_proxy_are_adopted_beside_any_cni() {
    let addons = "coredns+: { enabled: true, replicas: 3, clusterIP: '10.96.0.53', plugins: { log: '', cache: '60' },
           stubDomains: { 'corp.example.com': ['10.0.0.53'] }, servers: { 'example.org:53': 'errors\\nfile /etc/coredns/db' } },
         kubeProxy+: { enabled: true, mode: 'ipvs', config: { ipvs: { scheduler: 'lc' } } }, controlPlaneEndpoint: '10.0.0.1:6443'";
    for cni in ["cni: 'calico'", "cni: 'cilium', cilium+: { version: '1.20.0' }", "kubernetesVersion: '1.21.4'"] {
        let kubernetes = if cni.contains("1.21.4") { "1.21.4" } else { "1.34.1" };
        let definition = adopted(kubernetes, &format!("{cni}, {addons}"), "--pod-cidr 10.244.0.0/16");
        for kept in [
            "replicas: 3",
            "clusterIP: '10.96.0.53'",
            "cache: '60'",
            "stubDomains: { 'corp.example.com': ['10.0.0.53'] }",
            "mode: 'ipvs'",
            "config: { ipvs: { scheduler: 'lc' } }",
            "controlPlaneEndpoint: '10.0.0.1:6443'",
        ] {
            assert!(definition.contains(kept), "no {kept}: {definition}");
        }
        assert!(!definition.contains("corefile:"), "{definition}");
    }
}

/// What the API server makes of an object of kubeadm, and texts in another form.
#[test]
fn a_corefile_and_a_configuration_are_compared_by_what_they_say() {
    let fleet = Fleet::new();
    fleet.cilium(
        "a",
        "coredns+: { enabled: true }, kubeProxy+: { enabled: true }, controlPlaneEndpoint: '10.0.0.1:6443'",
    );
    fleet.ok(&["render"]);
    let edit = |path: &str, from: &str, to: &str| {
        let text = fleet.read(path);
        assert!(text.contains(from), "{path}: {text}");
        fleet.write(path, &text.replace(from, to));
    };
    let corefile = "rendered/a/coredns/kube-system/configmap-coredns.yaml";
    edit(
        corefile,
        "        loop\n        reload\n",
        "        # order means nothing here\n        reload\n        loop\n",
    );
    let service = "rendered/a/coredns/kube-system/service-kube-dns.yaml";
    edit(
        service,
        "clusterIP: 10.96.0.10",
        "clusterIP: 10.96.0.10\n  clusterIPs: [10.96.0.10]\n  internalTrafficPolicy: Cluster",
    );
    let deployment = "rendered/a/coredns/kube-system/deployment-coredns.yaml";
    edit(
        deployment,
        "  strategy:\n    rollingUpdate:\n",
        "  progressDeadlineSeconds: 600\n  strategy:\n    rollingUpdate:\n      maxSurge: 25%\n",
    );
    let config = "rendered/a/kube-proxy/kube-system/configmap-kube-proxy.yaml";
    edit(config, "    metricsBindAddress: \"\"\n", "");
    edit(config, "    mode: \"\"\n", "    mode: ''\n    metricsBindAddress: ''\n");
    let import = [
        "import",
        "manifests",
        "rendered/a",
        "--cluster",
        "a",
        "--kubernetes-version",
        "1.34.1",
        "--service-cidr",
        "10.96.0.0/16",
        "--output",
        "out",
    ];
    let run = fleet.ok(&import);
    assert_eq!(run.out, "", "{run:?}");
    assert!(run.err.ends_with("compared: 0 differ from what the definition renders\n"), "{run:?}");

    // An address that no knob explains would be another kube-dns than the one that kubelets hand out.
    edit(service, "clusterIP: 10.96.0.10\n", "clusterIP: 10.96.0.99\n");
    let run = fleet.ok(&[&import[..], &["--force"]].concat());
    assert!(fleet.read("out/a.jsonnet").contains("clusterIP: '10.96.0.99'"), "{run:?}");
}

#[test]
fn a_calico_that_the_library_does_not_have_is_the_nearest_with_a_warning() {
    let fleet = Fleet::new();
    fleet.cilium("a", "cni: 'calico'");
    fleet.ok(&["render"]);
    for path in files_below(&fleet.root.join("rendered/a")).into_keys() {
        let path = format!("rendered/a/{path}");
        fleet.write(&path, &fleet.read(&path).replace(":v3.32.1", ":v3.31.0"));
    }
    let run = fleet.ok(&[
        "import",
        "manifests",
        "rendered/a",
        "--cluster",
        "b",
        "--kubernetes-version",
        "1.34.1",
        "--service-cidr",
        "10.96.0.0/16",
    ]);
    let warning =
        "warning: b: the cluster runs Calico 3.31.0, which the library does not have; this is Calico 3.32.1\n";
    assert!(run.err.contains(warning), "{run:?}");
    let definition = fleet.read("clusters/b.jsonnet");
    assert!(definition.contains("images: {\n") || definition.contains("images: { "), "{definition}");
    assert!(run.err.ends_with("compared: 0 differ from what the definition renders\n"), "{run:?}");
}
