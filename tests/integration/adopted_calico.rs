//! Calico as a cluster runs it: rendered, kept as an API server keeps it, imported, rendered again.

use serde_yaml::{Mapping, Value};

use crate::fleet::{Fleet, Run, files_below};

/// The object as `kubectl get` prints it: with what the server, controllers and kubectl add.
fn stored(mut object: Value) -> Value {
    let kind = object["kind"].as_str().unwrap().to_owned();
    let metadata = object["metadata"].as_mapping_mut().unwrap();
    fill(
        metadata,
        "{uid: 0a1b, resourceVersion: '7', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z', \
         managedFields: [{manager: kubectl-client-side-apply, operation: Update}]}",
    );
    let annotations = metadata.entry("annotations".into()).or_insert_with(|| Value::Mapping(Mapping::new()));
    fill(annotations.as_mapping_mut().unwrap(), "{kubectl.kubernetes.io/last-applied-configuration: '{}'}");
    match kind.as_str() {
        "DaemonSet" => {
            at(&mut object, &["spec"], "{revisionHistoryLimit: 10, updateStrategy: {}}");
            at(&mut object, &["spec", "updateStrategy"], "{type: RollingUpdate, rollingUpdate: {}}");
            at(&mut object, &["spec", "updateStrategy", "rollingUpdate"], "{maxSurge: 0, maxUnavailable: 1}");
            at(&mut object, &[], "{status: {numberReady: 3}}");
            pod(&mut object["spec"]["template"]);
        }
        "Deployment" => {
            at(
                &mut object,
                &["spec"],
                "{revisionHistoryLimit: 10, progressDeadlineSeconds: 600, replicas: 1, strategy: {type: RollingUpdate, \
                 rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}}",
            );
            at(&mut object, &[], "{status: {readyReplicas: 1}}");
            pod(&mut object["spec"]["template"]);
        }
        "Service" => {
            at(
                &mut object,
                &["spec"],
                "{clusterIP: 10.96.7.7, clusterIPs: [10.96.7.7], internalTrafficPolicy: Cluster, ipFamilies: [IPv4], \
                 ipFamilyPolicy: SingleStack, sessionAffinity: None, type: ClusterIP}",
            );
            at(&mut object, &[], "{status: {loadBalancer: {}}}");
        }
        "CustomResourceDefinition" => definition_of_a_kind(&mut object),
        _ => {}
    }
    object
}

/// A server that has v1 gives out definitions in it, in whatever version they came.
fn definition_of_a_kind(object: &mut Value) {
    object["apiVersion"] = "apiextensions.k8s.io/v1".into();
    let spec = object["spec"].as_mapping_mut().unwrap();
    if let Some(version) = spec.remove("version") {
        fill(spec, "{preserveUnknownFields: true, versions: [{served: true, storage: true}]}");
        spec["versions"][0]["name"] = version;
    }
    let kind = spec["names"]["kind"].as_str().unwrap().to_owned();
    let names = format!("{{listKind: {kind}List, singular: {}}}", kind.to_lowercase());
    fill(spec["names"].as_mapping_mut().unwrap(), &names);
    fill(spec, "{conversion: {strategy: None}}");
    at(object, &[], "{status: {storedVersions: [v1]}}");
}

fn pod(template: &mut Value) {
    at(template, &["metadata"], "{creationTimestamp: null}");
    at(
        template,
        &["spec"],
        "{dnsPolicy: ClusterFirst, restartPolicy: Always, schedulerName: default-scheduler, securityContext: {}, \
         terminationGracePeriodSeconds: 30}",
    );
    let spec = &mut template["spec"];
    let account = spec["serviceAccountName"].clone();
    spec["serviceAccount"] = account;
    for list in ["initContainers", "containers"] {
        for container in spec[list].as_sequence_mut().into_iter().flatten() {
            at(
                container,
                &[],
                "{imagePullPolicy: IfNotPresent, resources: {}, terminationMessagePath: /dev/termination-log, \
                 terminationMessagePolicy: File}",
            );
            for probe in ["livenessProbe", "readinessProbe"] {
                if container[probe].is_mapping() {
                    at(
                        container,
                        &[probe],
                        "{failureThreshold: 3, successThreshold: 1, periodSeconds: 10, timeoutSeconds: 1}",
                    );
                }
                if container[probe]["httpGet"].is_mapping() {
                    at(container, &[probe, "httpGet"], "{scheme: HTTP}");
                }
            }
            for variable in container["env"].as_sequence_mut().into_iter().flatten() {
                if variable["valueFrom"]["fieldRef"].is_mapping() {
                    at(variable, &["valueFrom", "fieldRef"], "{apiVersion: v1}");
                } else if variable["value"] == "" {
                    variable.as_mapping_mut().unwrap().remove("value");
                }
            }
        }
    }
    for volume in spec["volumes"].as_sequence_mut().into_iter().flatten() {
        if volume["hostPath"].is_mapping() {
            at(volume, &["hostPath"], "{type: ''}");
        }
    }
}

/// Adds to the map at the path what it does not have.
fn at(value: &mut Value, path: &[&str], yaml: &str) {
    let map = path.iter().fold(value, |value, key| &mut value[*key]);
    fill(map.as_mapping_mut().unwrap(), yaml);
}

fn fill(map: &mut Mapping, yaml: &str) {
    let more: Mapping = serde_yaml::from_str(yaml).unwrap();
    for (key, value) in more {
        map.entry(key).or_insert(value);
    }
}

/// A cluster with these keys, rendered, and all of its objects as one list that kubectl has printed.
fn running(keys: &str) -> (Fleet, Vec<Value>) {
    let fleet = Fleet::new();
    let definition = format!("(import 'cniforge/main.libsonnet').cluster {{ name: 'a', type: 'Baremetal', {keys} }}\n");
    fleet.write("clusters/a.jsonnet", &definition);
    fleet.ok(&["render"]);
    let files = files_below(&fleet.root.join("rendered/a"));
    let items = files.values().map(|text| stored(serde_yaml::from_str(text).unwrap())).collect();
    (fleet, items)
}

/// What the import makes of these objects.
fn import(items: &[Value], more: &[&str]) -> (Fleet, Run) {
    let fleet = Fleet::new();
    let mut list = Mapping::new();
    fill(&mut list, "{apiVersion: v1, kind: List}");
    list.insert("items".into(), items.to_vec().into());
    // Not as YAML: this writer leaves `Off` without the quotes that kubectl puts around it.
    fleet.write("running.json", &serde_json::to_string(&list).unwrap());
    let mut args = vec!["import", "manifests", "running.json", "--cluster", "a"];
    args.extend(more);
    let run = fleet.run(&args);
    (fleet, run)
}

/// Imports what a cluster with these keys runs, and gives the keys that come back; both render the same.
fn adopted(keys: &str, calico: &str) -> String {
    let services = if keys.contains("10.244.") { "10.96.0.0/16" } else { "fd00:10:96::/112" };
    let (before, items) = running(&format!("{keys}, serviceCIDRs: ['{services}'], cni: 'calico', {calico}"));
    let version = if keys.contains("'1.18.0'") { "1.18.0" } else { "1.34.1" };
    let (after, run) =
        import(&items, &["--kubernetes-version", version, "--service-cidr", services, "--pod-cidr", "10.244.0.0/16"]);
    let definition = after.read("clusters/a.jsonnet");
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{definition}\n{run:?}");
    assert!(run.err.ends_with("compared: 0 differ from what the definition renders\n"), "{run:?}");
    after.ok(&["render"]);
    assert_eq!(before.rendered(), after.rendered(), "{definition}");
    let (_, own) = definition.split_once("cni: 'calico',\n").unwrap();
    own.trim_end_matches("}\n").split_whitespace().collect::<Vec<_>>().join(" ")
}

const V4: &str = "kubernetesVersion: '1.34.1', podCIDRs: ['10.244.0.0/16']";
const V6: &str = "kubernetesVersion: '1.34.1', podCIDRs: ['fd00:10:244::/56']";
const BOTH: &str = "kubernetesVersion: '1.34.1', podCIDRs: ['10.244.0.0/16', 'fd00:10:244::/56']";
const OLD: &str = "kubernetesVersion: '1.18.0', podCIDRs: ['10.244.0.0/16']";

#[test]
fn a_running_calico_is_adopted_as_it_is() {
    for (cluster, calico) in [
        (V4, "calico+: { version: '3.32.1' },"),
        (V4, "calico+: { version: '3.32.1', backend: 'vxlan' },"),
        (V4, "calico+: { version: '3.32.1', dataplane: 'nftables', encapsulation: 'IPIPCrossSubnet' },"),
        (BOTH, "calico+: { version: '3.32.1', mtu: 1400, typha: { enabled: true, replicas: 3 } },"),
        (OLD, "calico+: { version: '3.14.2', mtu: 1430 },"),
    ] {
        assert_eq!(adopted(cluster, calico), calico);
    }
}

#[test]
fn what_somebody_has_set_of_calico_comes_back() {
    for (cluster, calico, expected) in [
        // The endpoint shows in the objects only once the data plane is known.
        (
            V4,
            "controlPlaneEndpoint: 'api.example.com:6443', calico+: { dataplane: 'eBPF' },",
            "calico+: { version: '3.32.1', dataplane: 'eBPF' }, controlPlaneEndpoint: 'api.example.com:6443',",
        ),
        (
            V6,
            "calico+: { backend: 'vxlan', mtu: 1400 },",
            "calico+: { version: '3.32.1', backend: 'vxlan', mtu: 1400 },",
        ),
        (
            BOTH,
            "networkDevice: 'bond0.100', networkArgs: { FELIX_LOGSEVERITYSCREEN: 'Warning' }, \
             calico+: { ipPools: { ipv4: { cidr: '10.244.0.0/17', blockSize: 24 }, ipv6: { encapsulation: 'VXLAN' } } },",
            "calico+: { version: '3.32.1', ipPools: { ipv4: { blockSize: 24, cidr: '10.244.0.0/17' }, ipv6: { encapsulation: 'VXLAN' } }, }, \
             networkArgs: { FELIX_LOGSEVERITYSCREEN: 'Warning' }, networkDevice: 'bond0.100',",
        ),
        (
            V4,
            "registry: 'registry.example.com/mirror', calico+: { backend: 'none', images: { typha: 'example.com/typha:v3.32.1' }, \
             typha: { enabled: true }, imagePullPolicy: 'Always', imagePullSecrets: ['pull'] },",
            "calico+: { version: '3.32.1', imagePullPolicy: 'Always', backend: 'none', imagePullSecrets: ['pull'], \
             images: { typha: 'example.com/typha:v3.32.1' }, typha: { enabled: true }, }, registry: 'registry.example.com/mirror',",
        ),
        (
            V4,
            "calico+: { cniConfig: { container_settings: { allow_ip_forwarding: true }, ipam: { ipv4_pools: ['a', 'b'] } }, \
             cniPlugins: { tuning: { sysctl: { 'net.core.somaxconn': '500' } }, portmap: null } },",
            "calico+: { version: '3.32.1', cniConfig: { container_settings: { allow_ip_forwarding: true }, ipam: { ipv4_pools: ['a', 'b'] } }, \
             cniPlugins: { portmap: null, tuning: { sysctl: { 'net.core.somaxconn': '500' } } }, },",
        ),
    ] {
        assert_eq!(adopted(cluster, calico), expected);
    }
}

/// The objects of one kind and name, changed.
fn changed(items: &mut [Value], kind: &str, name: &str, change: impl Fn(&mut Value)) {
    let mut found = items.iter_mut().filter(|item| item["kind"] == kind && item["metadata"]["name"] == name);
    change(found.next().unwrap());
}

#[test]
fn another_release_is_said_and_its_images_go_on() {
    let (_, mut items) = running(&format!("{V4}, serviceCIDRs: ['10.96.0.0/16'], cni: 'calico'"));
    changed(&mut items, "DaemonSet", "calico-node", |node| {
        node["spec"]["template"]["spec"]["containers"][0]["image"] = "quay.io/calico/node:v3.31.0".into();
        node["spec"]["template"]["spec"]["initContainers"][2]["image"] = "quay.io/calico/node:v3.31.0".into();
    });
    let (fleet, run) = import(&items, &["--kubernetes-version", "1.34.1", "--service-cidr", "10.96.0.0/16"]);
    let said = "the cluster runs Calico 3.31.0, which the library does not have; this is Calico 3.32.1";
    assert!(run.err.contains(&format!("warning: a: {said}\n")), "{run:?}");
    let definition = fleet.read("clusters/a.jsonnet");
    assert!(definition.contains(said), "{definition}");
    assert!(definition.contains("images: { node: 'quay.io/calico/node:v3.31.0' }"), "{definition}");
    assert!(run.err.ends_with("compared: 0 differ from what the definition renders\n"), "{run:?}");
}

#[test]
fn where_nobody_said_it_pods_have_the_range_of_the_pools_that_are_there() {
    let (_, mut items) = running(&format!("{V4}, serviceCIDRs: ['10.96.0.0/16'], cni: 'calico'"));
    changed(&mut items, "DaemonSet", "calico-node", |node| {
        let variables = node["spec"]["template"]["spec"]["containers"][0]["env"].as_sequence_mut().unwrap();
        variables.retain(|variable| variable["name"] != "CALICO_IPV4POOL_CIDR");
    });
    let pool = "{apiVersion: crd.projectcalico.org/v1, kind: IPPool, metadata: {name: default-ipv4-ippool}, spec: {cidr: 10.9.0.0/16}}";
    items.push(serde_yaml::from_str(pool).unwrap());
    let (fleet, run) = import(&items, &["--kubernetes-version", "1.34.1", "--service-cidr", "10.96.0.0/16"]);
    let definition = fleet.read("clusters/a.jsonnet");
    assert!(definition.contains("podCIDRs: ['10.9.0.0/16'],"), "{definition}");
    assert!(run.out.contains("CALICO_IPV4POOL_CIDR\n"), "{run:?}");
    assert!(run.err.ends_with("compared: 1 differs from what the definition renders\n"), "{run:?}");
}

#[test]
fn what_calicos_operator_has_made_is_not_taken_from_it() {
    let (_, mut items) = running(&format!("{V4}, serviceCIDRs: ['10.96.0.0/16'], cni: 'calico'"));
    changed(&mut items, "DaemonSet", "calico-node", |node| {
        at(
            node,
            &["metadata"],
            "{ownerReferences: [{apiVersion: operator.tigera.io/v1, kind: Installation, name: default, uid: a, controller: true}]}",
        );
    });
    let (_, run) = import(&items, &[]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (
            2,
            "error: DaemonSet calico-node belongs to Installation default of Calico's operator, which would undo what a tree says\n\
             hint: leave the cluster to its operator; what is installed from Calico's manifests can be imported\n"
        )
    );
}
