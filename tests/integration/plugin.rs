//! `cniforge plugin`: what Argo CD's repository server would run, and the files that tell it to.

use std::fs;

use serde_yaml::Value as Yaml;

use crate::fleet::{Fleet, Run, repository};

fn generate(fleet: &Fleet, variables: &[(&str, &str)]) -> Run {
    let mut command = fleet.command(&["plugin", "generate"]);
    command.envs(variables.iter().copied()).output().map(Run::from).unwrap()
}

#[test]
fn the_cluster_of_the_application_is_printed() {
    let fleet = Fleet::galaxy(&["a", "b"]);
    let stream = fleet.ok(&["render", "--format", "stream", "a"]).out;
    for variables in [
        &[("PARAM_CLUSTER", "a"), ("ARGOCD_APP_PARAMETERS", r#"[{"name":"cluster","string":"a"}]"#)][..],
        &[("ARGOCD_ENV_CLUSTER", "a"), ("ARGOCD_APP_PARAMETERS", "[]")],
        &[("PARAM_CLUSTER", "a"), ("ARGOCD_APP_NAME", "x; rm -rf /"), ("KUBE_VERSION", "1.34")],
    ] {
        let run = generate(&fleet, variables);
        assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, stream.as_str(), ""), "{variables:?}");
    }
    assert!(!fleet.exists("rendered"), "nothing is written");
}

#[test]
fn a_fleet_that_cannot_be_written_is_enough() {
    let fleet = Fleet::galaxy(&["a"]);
    let before = fs::read_dir(&fleet.root).unwrap().count();
    let mut permissions = fs::metadata(&fleet.root).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&fleet.root, permissions.clone()).unwrap();
    let run = generate(&fleet, &[("PARAM_CLUSTER", "a")]);
    #[allow(clippy::permissions_set_readonly_false, reason = "a temporary folder, to be removed")]
    permissions.set_readonly(false);
    fs::set_permissions(&fleet.root, permissions).unwrap();
    assert_eq!((run.code, fs::read_dir(&fleet.root).unwrap().count()), (0, before), "{run:?}");
}

#[test]
fn an_answer_is_whole_or_an_error_and_never_empty() {
    let fleet = Fleet::galaxy(&["a"]);
    fleet.cluster("empty", "cni: 'none'");
    fleet.cluster("broken", "serviceCIDR: 'x'");
    let name = "hint: at most 63 lower case letters, digits and `-`, with a letter or digit at both ends\n";
    for (variables, message) in [
        (
            &[][..],
            "error: the Application names no cluster\n\
             hint: set the plugin's parameter: spec.source.plugin.parameters: [{ name: cluster, string: <name> }]\n"
                .to_owned(),
        ),
        (
            &[("PARAM_CLUSTER", "empty")],
            "error: empty: it has no object, and an empty answer would have Argo CD delete what there is\n\
             hint: delete the Application if the cluster is to have nothing from here\n"
                .to_owned(),
        ),
        (
            &[("PARAM_CLUSTER", "a"), ("ARGOCD_ENV_CLUSTER", "empty")],
            "error: PARAM_CLUSTER says `a`, and ARGOCD_ENV_CLUSTER says `empty`\n\
             hint: name the cluster once: as the plugin's parameter `cluster`, or as its env CLUSTER\n"
                .to_owned(),
        ),
        (&[("PARAM_CLUSTER", "../a")], format!("error: PARAM_CLUSTER: `../a` cannot be a cluster's name\n{name}")),
        (
            &[("PARAM_CLUSTER", "--fleet=/")],
            format!("error: PARAM_CLUSTER: `--fleet=/` cannot be a cluster's name\n{name}"),
        ),
        (
            &[("ARGOCD_APP_PARAMETERS", "cluster=a")],
            "error: ARGOCD_APP_PARAMETERS is no JSON\n\
             hint: it is a list as Argo CD writes it: [{\"name\": \"cluster\", \"string\": \"<name>\"}]\n"
                .to_owned(),
        ),
    ] {
        let run = generate(&fleet, variables);
        assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (2, "", message.as_str()), "{variables:?}");
    }
    for cluster in ["broken", "nobody"] {
        let run = generate(&fleet, &[("PARAM_CLUSTER", cluster)]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.starts_with("error: "), "{run:?}");
    }
}

#[test]
fn a_fleets_root_is_discovered_and_nothing_else() {
    let fleet = Fleet::galaxy(&["a"]);
    fleet.ok(&["render"]);
    let discover = |folder: &str| {
        let mut command = fleet.command(&["plugin", "discover"]);
        Run::from(command.current_dir(fleet.root.join(folder)).output().unwrap())
    };
    let run = discover(".");
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "cniforge.toml\n", ""));
    for folder in ["rendered/a", "clusters"] {
        let run = discover(folder);
        assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""), "{folder}");
    }
}

#[test]
fn the_parameter_is_announced_as_argo_cd_reads_it() {
    let run = Fleet::galaxy(&["a"]).ok(&["plugin", "parameters"]);
    let announced: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let list = announced.as_array().unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!((list[0]["name"].as_str(), list[0]["required"].as_bool()), (Some("cluster"), Some(true)));
    let known = ["name", "title", "tooltip", "required", "itemType", "collectionType", "string", "array", "map"];
    assert!(list[0].as_object().unwrap().keys().all(|key| known.contains(&key.as_str())), "{announced}");
}

fn document(path: &str) -> Yaml {
    serde_yaml::from_str(&fs::read_to_string(repository().join(path)).unwrap()).unwrap()
}

/// The commands of the file that Argo CD reads are run as they stand there.
#[test]
fn the_config_map_names_commands_that_there_are() {
    let config_map = document("docs/plugin/configmap.yaml");
    assert_eq!(config_map["kind"], "ConfigMap");
    let plugin: Yaml = serde_yaml::from_str(config_map["data"]["plugin.yaml"].as_str().unwrap()).unwrap();
    assert_eq!(plugin["apiVersion"], "argoproj.io/v1alpha1");
    assert_eq!(plugin["kind"], "ConfigManagementPlugin");
    let spec = &plugin["spec"];
    let fleet = Fleet::galaxy(&["a"]);
    for command in [&spec["discover"]["find"], &spec["parameters"]["dynamic"], &spec["generate"]] {
        let words: Vec<&str> =
            command["command"].as_sequence().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        assert_eq!(words[0], "cniforge");
        let mut program = fleet.command(&words[1..]);
        let run = Run::from(program.env("PARAM_CLUSTER", "a").output().unwrap());
        assert_eq!((run.code, run.out.is_empty()), (0, false), "{words:?}: {run:?}");
    }
}

#[test]
fn the_sidecar_mounts_what_the_config_map_holds() {
    let patch = document("docs/plugin/repo-server-patch.yaml");
    let config_map = document("docs/plugin/configmap.yaml");
    let pod = &patch["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    assert_eq!(container["command"][0], "/var/run/argocd/argocd-cmp-server");
    assert_eq!(container["securityContext"]["runAsUser"], 999);
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
    let mounts = container["volumeMounts"].as_sequence().unwrap();
    let config =
        mounts.iter().find(|mount| mount["mountPath"] == "/home/argocd/cmp-server/config/plugin.yaml").unwrap();
    let volumes = pod["volumes"].as_sequence().unwrap();
    let volume = volumes.iter().find(|volume| volume["name"] == config["name"]).unwrap();
    assert_eq!(volume["configMap"]["name"], config_map["metadata"]["name"]);
    assert!(config_map["data"].get(config["subPath"].as_str().unwrap()).is_some());
    // The rest of the volumes are the repository server's own.
    for mount in mounts {
        let own = volumes.iter().any(|volume| volume["name"] == mount["name"]);
        assert!(own || ["var-files", "plugins"].contains(&mount["name"].as_str().unwrap()), "{mount:?}");
    }
}
