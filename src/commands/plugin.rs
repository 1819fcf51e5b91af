//! `cniforge plugin`: what Argo CD asks a config management plugin, for teams that commit no trees.
//!
//! Argo CD speaks to a plugin through the working folder and the environment. Whoever may edit an Application may set
//! both, so of the environment a cluster's name is taken and nothing else. Nothing is written, and no answer is ever
//! empty: with pruning on, Argo CD would delete whatever an empty answer does not have.

use serde_json::json;

use super::{Exit, Session};
use crate::cli::PluginRequest;
use crate::discover::FLEET_FILE;
use crate::finding::Finding;
use crate::object::is_dns_label;
use crate::order::apply_order;
use crate::stream;

/// The parameter that the plugin announces.
const PARAMETER: &str = "cluster";

/// Where Argo CD puts its value: the parameter, or an `env` of the Application's `plugin`.
const VARIABLES: [&str; 2] = ["PARAM_CLUSTER", "ARGOCD_ENV_CLUSTER"];

/// All parameters at once, as JSON.
const PARAMETERS: &str = "ARGOCD_APP_PARAMETERS";

pub(super) fn run(session: &Session<'_>, request: PluginRequest) -> Result<Exit, Finding> {
    match request {
        PluginRequest::Discover => discover(session),
        PluginRequest::Parameters => {
            session.print(&parameters())?;
            Ok(Exit::Fine)
        }
        PluginRequest::Generate => generate(session),
    }
}

/// Says yes, by a line, for a fleet's root alone: an Application of a committed tree below it is none of the plugin's.
fn discover(session: &Session<'_>) -> Result<Exit, Finding> {
    if session.global.fleet.join(FLEET_FILE).is_file() {
        session.print(&format!("{FLEET_FILE}\n"))?;
    }
    Ok(Exit::Fine)
}

fn parameters() -> String {
    let parameter = json!({
        "name": PARAMETER,
        "title": "Cluster",
        "tooltip": "The cluster of the fleet whose objects this Application applies",
        "required": true,
        "collectionType": "string",
    });
    format!("{:#}\n", json!([parameter]))
}

fn generate(session: &Session<'_>) -> Result<Exit, Finding> {
    let name = cluster_name(environment)?;
    let fleet = session.fleet()?;
    let Some(cluster) = session.one_cluster(&fleet, &name, false)? else { return Ok(Exit::Trouble) };
    if cluster.objects.is_empty() {
        return Err(Finding::refusal("it has no object, and an empty answer would have Argo CD delete what there is")
            .cluster(cluster.name)
            .hint("delete the Application if the cluster is to have nothing from here"));
    }
    session.print(&stream::to_yaml(apply_order(&cluster.objects)))?;
    Ok(Exit::Fine)
}

#[allow(clippy::disallowed_methods, reason = "Argo CD tells a plugin by the environment what it is to do")]
fn environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}

/// The one name that all places which name a cluster agree on.
fn cluster_name(environment: impl Fn(&str) -> Option<String>) -> Result<String, Finding> {
    let mut named: Vec<(&str, String)> =
        VARIABLES.iter().filter_map(|variable| Some((*variable, environment(variable)?))).collect();
    if let Some(text) = environment(PARAMETERS) {
        named.extend(parameter(&text)?.map(|value| (PARAMETERS, value)));
    }
    let Some((variable, name)) = named.first() else {
        return Err(Finding::refusal("the Application names no cluster")
            .hint("set the plugin's parameter: spec.source.plugin.parameters: [{ name: cluster, string: <name> }]"));
    };
    if let Some((other, value)) = named.iter().find(|(_, value)| value != name) {
        return Err(Finding::refusal(format!("{variable} says `{name}`, and {other} says `{value}`"))
            .hint("name the cluster once: as the plugin's parameter `cluster`, or as its env CLUSTER"));
    }
    if !is_dns_label(name) {
        return Err(Finding::refusal(format!("{variable}: `{name}` cannot be a cluster's name"))
            .hint("at most 63 lower case letters, digits and `-`, with a letter or digit at both ends"));
    }
    Ok(name.clone())
}

/// The cluster in Argo CD's list of parameters: `[{"name": "cluster", "string": "…"}]`.
fn parameter(text: &str) -> Result<Option<String>, Finding> {
    let wrong = |why: &str| {
        Finding::refusal(format!("{PARAMETERS} {why}"))
            .hint("it is a list as Argo CD writes it: [{\"name\": \"cluster\", \"string\": \"<name>\"}]")
    };
    let parsed: serde_json::Value = serde_json::from_str(text).map_err(|_| wrong("is no JSON"))?;
    // An Application without parameters.
    if parsed.is_null() {
        return Ok(None);
    }
    let list = parsed.as_array().ok_or_else(|| wrong("is no list"))?;
    let mut values = list.iter().filter(|item| item["name"] == PARAMETER);
    let Some(item) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(wrong("has the parameter `cluster` twice"));
    }
    let value = item["string"].as_str().ok_or_else(|| wrong("has the parameter `cluster`, and it is no string"))?;
    Ok(Some(value.to_owned()).filter(|value| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(variables: &[(&str, &str)]) -> Result<String, String> {
        let get =
            |name: &str| variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned());
        cluster_name(get).map_err(|finding| finding.message)
    }

    #[test]
    fn the_name_is_taken_from_where_argo_cd_puts_it() {
        let list = r#"[{"name": "other", "array": ["x"]}, {"name": "cluster", "string": "a"}]"#;
        for variables in [
            &[("PARAM_CLUSTER", "a")][..],
            &[("ARGOCD_ENV_CLUSTER", "a")],
            &[(PARAMETERS, list)],
            &[("PARAM_CLUSTER", "a"), ("ARGOCD_ENV_CLUSTER", "a"), (PARAMETERS, list)],
            &[("ARGOCD_ENV_CLUSTER", "a"), (PARAMETERS, "[]")],
            &[("ARGOCD_ENV_CLUSTER", "a"), (PARAMETERS, "null")],
        ] {
            assert_eq!(name(variables).as_deref(), Ok("a"), "{variables:?}");
        }
    }

    #[test]
    fn nothing_but_one_name_is_taken() {
        let err = |variables: &[(&str, &str)]| name(variables).expect_err("it is refused");
        assert_eq!(err(&[]), "the Application names no cluster");
        assert_eq!(
            err(&[("PARAM_CLUSTER", "a"), ("ARGOCD_ENV_CLUSTER", "b")]),
            "PARAM_CLUSTER says `a`, and ARGOCD_ENV_CLUSTER says `b`"
        );
        for wrong in ["../a", "--fleet=/", "a b", "A", "-a", "a\nb"] {
            assert_eq!(
                err(&[("PARAM_CLUSTER", wrong)]),
                format!("PARAM_CLUSTER: `{wrong}` cannot be a cluster's name")
            );
        }
        assert_eq!(err(&[(PARAMETERS, "{")]), "ARGOCD_APP_PARAMETERS is no JSON");
        assert_eq!(err(&[(PARAMETERS, "{}")]), "ARGOCD_APP_PARAMETERS is no list");
        assert_eq!(
            err(&[(PARAMETERS, r#"[{"name": "cluster", "array": ["a"]}]"#)]),
            "ARGOCD_APP_PARAMETERS has the parameter `cluster`, and it is no string"
        );
        assert_eq!(
            err(&[(PARAMETERS, r#"[{"name": "cluster", "string": "a"}, {"name": "cluster", "string": "b"}]"#)]),
            "ARGOCD_APP_PARAMETERS has the parameter `cluster` twice"
        );
    }
}
