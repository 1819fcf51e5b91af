//! The files that the Cilium library writes for other programs, as those programs read them: Hubble UI's nginx, SPIRE's
//! agent and server, Envoy's bootstrap.

use std::fs;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use crate::fleet::{Fleet, optional_tool};

/// One directive of nginx, or one assignment or block of SPIRE's language: its words, and what stands in its braces.
#[derive(Debug, PartialEq)]
struct Directive {
    words: Vec<String>,
    block: Option<Vec<Directive>>,
}

impl Directive {
    fn is(&self, words: &[&str]) -> bool {
        self.words == words
    }

    /// The block of a directive among `of`, by its words.
    fn find<'a>(of: &'a [Self], words: &[&str]) -> &'a [Self] {
        let found: Vec<_> = of.iter().filter(|directive| directive.is(words)).collect();
        assert_eq!(found.len(), 1, "{words:?} in {of:#?}");
        found[0].block.as_deref().unwrap_or(&[])
    }
}

/// Words by nginx's rules: blanks separate them, quotes keep them together, `;`, `{` and `}` stand alone.
fn nginx_tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in text.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (Some(_), _) => word.as_mut().unwrap().push(letter),
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ';' | '{' | '}') => {
                tokens.extend(word.take());
                tokens.push(letter.to_string());
            }
            (None, _) if letter.is_whitespace() => tokens.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(letter),
        }
    }
    assert!(quote.is_none() && word.is_none(), "the text ends inside a directive: {text}");
    tokens
}

fn nginx(tokens: &mut impl Iterator<Item = String>, nested: bool) -> Vec<Directive> {
    let mut directives = Vec::new();
    let mut words = Vec::new();
    loop {
        match tokens.next().as_deref() {
            None => {
                assert!(!nested && words.is_empty(), "a block is not closed: {directives:#?}");
                return directives;
            }
            Some("}") => {
                assert!(nested && words.is_empty(), "a closing brace too many after {words:?}");
                return directives;
            }
            Some(";") => directives.push(Directive { words: std::mem::take(&mut words), block: None }),
            Some("{") => {
                let words = std::mem::take(&mut words);
                directives.push(Directive { words, block: Some(nginx(tokens, true)) });
            }
            Some(word) => words.push(word.to_owned()),
        }
        assert!(directives.last().is_none_or(|directive| !directive.words.is_empty()), "a directive without a name");
    }
}

/// Hubble UI at the root, below a path, and where nodes have IPv6 only.
static PAGES: LazyLock<Fleet> = LazyLock::new(|| {
    let fleet = Fleet::new();
    for (name, ui) in [
        ("root", ""),
        ("below", "baseUrl: '/hubble/ui/'"),
        ("no-ipv6", "frontend: { server: { ipv6: { enabled: false } } }"),
    ] {
        let hubble = format!("{{ relay: {{ enabled: true }}, ui: {{ enabled: true, {ui} }} }}");
        fleet.cilium(name, &format!("cilium+: {{ values: {{ hubble: {hubble} }} }}"));
    }
    fleet.ok(&["render"]);
    fleet
});

fn page(cluster: &str) -> String {
    PAGES.objects(cluster)["ConfigMap/hubble-ui-nginx"]["data"]["nginx.conf"].as_str().unwrap().to_owned()
}

#[test]
fn hubble_uis_page_is_served_where_it_is_wanted() {
    // Where each place of the page leads: (location, what is taken off the front, where to).
    for (cluster, prefix, listens) in [
        ("root", "", vec!["8081", "[::]:8081"]),
        ("below", "/hubble/ui", vec!["8081", "[::]:8081"]),
        ("no-ipv6", "", vec!["8081"]),
    ] {
        let text = page(cluster);
        let parsed = nginx(&mut nginx_tokens(&text).into_iter(), false);
        assert_eq!(parsed.len(), 1);
        let server = Directive::find(&parsed, &["server"]);
        let listening: Vec<&str> =
            server.iter().filter(|d| d.words[0] == "listen").map(|d| d.words[1].as_str()).collect();
        assert_eq!(listening, listens, "{cluster}");
        assert!(
            server.iter().any(|d| d.is(&["root", "/app"])) && server.iter().any(|d| d.is(&["index", "index.html"]))
        );

        let api = Directive::find(server, &["location", &format!("{prefix}/api")]);
        let page = Directive::find(server, &["location", &format!("{prefix}/")]);
        let backend = if prefix.is_empty() { "http://127.0.0.1:8090" } else { "http://127.0.0.1:8090/" };
        assert!(api.iter().any(|d| d.is(&["proxy_pass", backend])), "{cluster}: {api:#?}");
        assert!(api.iter().any(|d| d.is(&["proxy_http_version", "1.1"])), "{cluster}: flows are a stream");
        assert!(page.iter().any(|d| d.is(&["try_files", "$uri", "$uri/", "/index.html", "/index.html"])));
        let rewrite = [&format!("^{prefix}(/.*)$"), "$1", "break"].map(str::to_owned);
        for place in [api, page] {
            let rewrites: Vec<_> =
                place.iter().filter(|d| d.words[0] == "rewrite").map(|d| d.words[1..].to_vec()).collect();
            assert_eq!(rewrites, if prefix.is_empty() { vec![] } else { vec![rewrite.to_vec()] }, "{cluster}");
        }
        // The page's links start with where it is.
        let links: Vec<_> = server.iter().filter(|d| d.words[0] == "sub_filter").map(|d| d.words[2].as_str()).collect();
        assert_eq!(links, if prefix.is_empty() { vec![] } else { vec!["<base href=\"/hubble/ui/\"/>"] }, "{cluster}");
        assert!(Directive::find(server, &["location", "/healthz"]).iter().any(|d| d.is(&["return", "200", "ok"])));
    }
}

#[test]
fn nginx_accepts_hubble_uis_page() {
    let Some(nginx) = optional_tool("nginx", "Hubble UI's configuration is read by our own parser only") else {
        return;
    };
    for cluster in ["root", "below", "no-ipv6"] {
        let fleet = Fleet::new();
        fleet.write("default.conf", &page(cluster));
        fs::create_dir_all(fleet.root.join("run")).unwrap();
        let folder = fleet.root.display();
        let temporary =
            ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|of| format!("{of}_temp_path {folder}/run;"));
        fleet.write(
            "nginx.conf",
            &format!("events {{}}\nhttp {{ access_log off; {} include default.conf; }}\n", temporary.join(" ")),
        );
        let output = Command::new(&nginx)
            .args(["-t", "-p", &folder.to_string(), "-c", &format!("{folder}/nginx.conf"), "-e", "stderr"])
            .args(["-g", &format!("pid {folder}/run/pid;")])
            .output()
            .unwrap();
        assert!(output.status.success(), "{cluster}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// SPIRE's files, whose lines are `name "label" {`, `name = {`, `name = <JSON>` or `}`.
fn hcl(lines: &mut std::str::Lines<'_>, nested: bool) -> Json {
    let mut map = serde_json::Map::new();
    loop {
        let Some(line) = lines.next().map(str::trim) else {
            assert!(!nested, "a block is not closed: {map:?}");
            return map.into();
        };
        if line == "}" {
            assert!(nested, "a closing brace too many");
            return map.into();
        }
        let (name, value) = if let Some(head) = line.strip_suffix('{') {
            (head.trim().trim_end_matches('=').trim().replace('"', ""), hcl(lines, true))
        } else {
            let (name, value) = line.split_once(" = ").unwrap_or_else(|| panic!("{line}"));
            (name.to_owned(), serde_json::from_str(value).unwrap_or_else(|e| panic!("{line}: {e}")))
        };
        assert!(map.insert(name.clone(), value).is_none(), "{name} is given twice");
    }
}

#[test]
fn spires_server_and_agents_speak_of_the_same_domain_and_cluster() {
    let fleet = Fleet::new();
    fleet.cilium(
        "a",
        "cilium+: { values: { authentication: { enabled: true, mutual: { spire: { enabled: true, trustDomain: 'mesh.example', \
           adminSocketPath: '/run/admin.sock', install: { enabled: true, namespace: 'trust', agent: { \
           skipKubeletVerification: false, serviceAccount: { name: 'guard' } }, server: { ca: { keyType: 'ec-p256', subject: { \
           country: 'DE', organization: 'Example \"Corp\"', commonName: 'Trust' } } } } } } } } }",
    );
    fleet.ok(&["render"]);
    let objects = fleet.objects("a");
    let read = |name: &str, key: &str| {
        hcl(&mut objects[&format!("ConfigMap/{name}")]["data"][key].as_str().unwrap().lines(), false)
    };
    assert_eq!(
        read("spire-agent", "agent.conf"),
        json!({
            "agent": {
                "data_dir": "/run/spire",
                "log_level": "ERROR",
                "server_address": "spire-server",
                "server_port": "8081",
                "socket_path": "/run/spire/sockets/agent/agent.sock",
                "admin_socket_path": "/run/admin.sock",
                "trust_bundle_path": "/run/spire/bundle/bundle.crt",
                "trust_domain": "mesh.example",
                "authorized_delegates": ["spiffe://mesh.example/cilium-agent"],
            },
            "plugins": {
                "KeyManager memory": { "plugin_data": {} },
                "NodeAttestor k8s_psat": { "plugin_data": { "cluster": "a" } },
                "WorkloadAttestor k8s": { "plugin_data": { "skip_kubelet_verification": false } },
            },
            "health_checks": {
                "listener_enabled": true,
                "bind_address": "0.0.0.0",
                "bind_port": "4251",
                "live_path": "/live",
                "ready_path": "/ready",
            },
        })
    );
    let server = read("spire-server", "server.conf");
    assert_eq!(
        server["server"],
        json!({
            "bind_address": "0.0.0.0",
            "bind_port": "8081",
            "socket_path": "/tmp/spire-server/private/api.sock",
            "trust_domain": "mesh.example",
            "data_dir": "/run/spire/data",
            "log_level": "INFO",
            "ca_key_type": "ec-p256",
            "ca_subject": { "country": ["DE"], "organization": ["Example \"Corp\""], "common_name": "Trust" },
            "admin_ids": ["spiffe://mesh.example/cilium-operator"],
        })
    );
    assert_eq!(
        server["plugins"]["NodeAttestor k8s_psat"]["plugin_data"]["clusters"],
        json!({ "a": { "use_token_review_api_validation": true, "service_account_allow_list": ["trust:guard"] } })
    );
    assert_eq!(server["plugins"]["Notifier k8sbundle"]["plugin_data"], json!({ "namespace": "trust" }));
    assert_eq!(server["health_checks"]["bind_port"], "8080");
    // Probes ask where the processes listen.
    let port = |kind: &str, container: usize| {
        let containers = &objects[kind]["spec"]["template"]["spec"]["containers"][container];
        let name = &containers["livenessProbe"]["httpGet"]["port"];
        containers["ports"].as_sequence().unwrap().iter().find(|port| &port["name"] == name).unwrap()["containerPort"]
            .as_u64()
    };
    assert_eq!((port("DaemonSet/spire-agent", 0), port("StatefulSet/spire-server", 1)), (Some(4251), Some(8080)));
}

/// Envoy's bootstrap under some values.
fn bootstrap(objects: &std::collections::BTreeMap<String, serde_yaml::Value>) -> Json {
    serde_json::from_str(objects["ConfigMap/cilium-envoy-config"]["data"]["bootstrap-config.json"].as_str().unwrap())
        .unwrap()
}

/// Listener → the sockets that it listens on.
fn listeners(bootstrap: &Json) -> Vec<(String, Vec<String>)> {
    let socket = |address: &Json| {
        let socket = &address["address"]["socketAddress"];
        format!("{} {}", socket["address"].as_str().unwrap(), socket["portValue"])
    };
    bootstrap["staticResources"]["listeners"]
        .as_array()
        .unwrap()
        .iter()
        .map(|listener| {
            let mut sockets = vec![socket(listener)];
            sockets.extend(listener["additionalAddresses"].as_array().into_iter().flatten().map(socket));
            (listener["name"].as_str().unwrap().to_owned(), sockets)
        })
        .collect()
}

#[test]
fn envoy_starts_with_the_clusters_and_listeners_that_its_agent_expects() {
    let fleet = Fleet::new();
    fleet.cilium("plain", "");
    fleet.cilium("split", "cilium+: { version: '1.19.6' }");
    fleet.cilium(
        "rich",
        "podCIDRs: ['10.0.0.0/10', 'fd00::/48'], cilium+: { values: { envoy: { prometheus: { port: '9999' }, healthPort: 9000, \
           debug: { admin: { enabled: true, port: 9902 } }, nodeLocality: { enabled: true }, log: { format_json: { at: '%t' } } } } }",
    );
    fleet.cilium("six", "podCIDRs: ['fd00::/48'], serviceCIDRs: ['fd01::/112']");
    fleet.ok(&["render"]);
    let of = |cluster: &str| bootstrap(&fleet.objects(cluster));
    let owned = |expected: &[(&str, &[&str])]| -> Vec<(String, Vec<String>)> {
        expected.iter().map(|(name, on)| ((*name).to_owned(), on.iter().map(|on| (*on).to_owned()).collect())).collect()
    };

    let plain = of("plain");
    assert_eq!(
        listeners(&plain),
        owned(&[
            ("envoy-prometheus-metrics-listener", &["0.0.0.0 9964"]),
            ("envoy-health-listener", &["127.0.0.1 9878"]),
        ])
    );
    assert_eq!(
        listeners(&of("rich")),
        owned(&[
            ("envoy-prometheus-metrics-listener", &["0.0.0.0 9999", ":: 9999"]),
            ("envoy-admin-listener", &["127.0.0.1 9902", "::1 9902"]),
            ("envoy-health-listener", &["127.0.0.1 9000", "::1 9000"]),
        ])
    );
    assert_eq!(
        listeners(&of("six")),
        owned(&[("envoy-prometheus-metrics-listener", &[":: 9964"]), ("envoy-health-listener", &["::1 9878"])])
    );

    let names = |bootstrap: &Json| -> Vec<String> {
        let clusters = bootstrap["staticResources"]["clusters"].as_array().unwrap();
        clusters.iter().map(|cluster| cluster["name"].as_str().unwrap().to_owned()).collect()
    };
    let clusters = [
        "ingress-cluster",
        "egress-cluster-tls",
        "egress-cluster",
        "ingress-cluster-tls",
        "xds-grpc-cilium",
        "/envoy-admin",
    ];
    assert_eq!(names(&plain), clusters);
    let rich = of("rich");
    assert_eq!(
        names(&rich).iter().filter(|name| !clusters.contains(&name.as_str())).collect::<Vec<_>>(),
        ["/cilium-locality-cluster"]
    );
    assert_eq!(rich["clusterManager"]["localClusterName"], "/cilium-locality-cluster");
    assert_eq!(rich["applicationLogConfig"]["logFormat"], json!({ "jsonFormat": { "at": "%t" } }));

    // Everything else comes from the agent, over its socket: in one stream since 1.20.
    for (cluster, ads) in [("plain", true), ("split", false)] {
        let config = of(cluster);
        let agent = config["staticResources"]["clusters"]
            .as_array()
            .unwrap()
            .iter()
            .find(|c| c["name"] == "xds-grpc-cilium")
            .unwrap();
        let endpoint = &agent["loadAssignment"]["endpoints"][0]["lbEndpoints"][0]["endpoint"]["address"];
        assert_eq!(endpoint, &json!({ "pipe": { "path": "/var/run/cilium/envoy/sockets/xds.sock" } }));
        let dynamic = &config["dynamicResources"];
        let grpc = if ads { &dynamic["adsConfig"] } else { &dynamic["ldsConfig"]["apiConfigSource"] };
        assert_eq!(grpc["grpcServices"][0]["envoyGrpc"]["clusterName"], "xds-grpc-cilium", "{cluster}");
        assert_eq!(dynamic["ldsConfig"].get("ads").is_some(), ads, "{cluster}");
        assert_eq!(dynamic["cdsConfig"].get("ads").is_some(), ads, "{cluster}");
        // A listener answers one path, from the admin page.
        for listener in config["staticResources"]["listeners"].as_array().unwrap() {
            let manager = &listener["filterChains"][0]["filters"][0]["typedConfig"];
            let routes = &manager["routeConfig"];
            let hosts = routes.get("virtualHosts").or(routes.get("virtual_hosts")).unwrap();
            assert_eq!(hosts[0]["routes"][0]["route"]["cluster"], "/envoy-admin", "{cluster}");
            assert_eq!(
                manager["httpFilters"][0]["name"], "envoy.filters.http.router",
                "the last filter of every chain"
            );
        }
    }
}
