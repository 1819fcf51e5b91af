//! Cilium from a definition to files: what the library's own tests say of values, once through the whole program.

use crate::fleet::Fleet;

/// A digest of the right form.
fn digest(of: char) -> String {
    format!("sha256:{}", of.to_string().repeat(64))
}

#[test]
fn a_patch_release_that_is_not_known_renders_with_its_digests_and_not_without() {
    for (version, known) in [("1.18.99", "1.18.12"), ("1.19.99", "1.19.6"), ("1.20.3", "1.20.0")] {
        let fleet = Fleet::new();
        fleet.cilium("a", &format!("cilium+: {{ version: '{version}' }}"));
        let run = fleet.run(&["render"]);
        assert_eq!(run.code, 2, "{run:?}");
        let message = format!(
            "error[CNI104]: a: cniforge does not know the images of Cilium {version}; the digests are missing of cilium, operator\n"
        );
        assert!(run.err.starts_with(&message), "{}", run.err);
        assert!(fleet.rendered().is_empty());

        let (agent, operator) = (digest('a'), digest('b'));
        let images = format!("{{ cilium: {{ digest: '{agent}' }}, operator: {{ genericDigest: '{operator}' }} }}");
        fleet.cilium("a", &format!("cilium+: {{ version: '{version}', images: {images} }}"));
        fleet.cilium("known", &format!("cilium+: {{ version: '{known}', values: {{ cluster: {{ name: 'a' }} }} }}"));
        let run = fleet.ok(&["render"]);
        assert!(!run.err.contains("warning"), "{}", run.err);
        let (ours, theirs) = (fleet.objects("a"), fleet.objects("known"));
        let image =
            |kind: &str| ours[kind]["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap().to_owned();
        assert_eq!(image("DaemonSet/cilium"), format!("quay.io/cilium/cilium:v{version}@{agent}"));
        assert_eq!(
            image("Deployment/cilium-operator"),
            format!("quay.io/cilium/operator-generic:v{version}@{operator}")
        );
        // Everything else is as in the release that is known.
        assert_eq!(ours["ConfigMap/cilium-config"], theirs["ConfigMap/cilium-config"]);
        assert!(ours.keys().eq(theirs.keys()));
    }
}

#[test]
fn what_the_definition_says_reaches_cilium_and_network_args_win() {
    let fleet = Fleet::new();
    fleet.cilium(
        "a",
        "podCIDRs: ['10.50.0.0/16', 'fd00:10:244::/56'], meshID: 7, controlPlaneEndpoint: 'api.example.com:8443', \
         networkArgs: { tunnel: 'geneve', mtu: '9000' }, \
         cilium+: { values: { MTU: 1400, kubeProxyReplacement: true } }",
    );
    fleet.ok(&["render"]);
    let objects = fleet.objects("a");
    let config = &objects["ConfigMap/cilium-config"]["data"];
    for (key, value) in [
        ("cluster-name", "a"),
        ("cluster-id", "7"),
        ("cluster-pool-ipv4-cidr", "10.50.0.0/16"),
        ("cluster-pool-ipv4-mask-size", "24"),
        ("cluster-pool-ipv6-cidr", "fd00:10:244::/56"),
        ("cluster-pool-ipv6-mask-size", "64"),
        ("enable-ipv6", "true"),
        ("routing-mode", "tunnel"),
        ("tunnel-protocol", "geneve"),
        ("mtu", "9000"),
    ] {
        assert_eq!(config[key].as_str(), Some(value), "{key}");
    }
    let agent = fleet.read("rendered/a/cilium/kube-system/daemonset-cilium.yaml");
    assert!(agent.contains("value: api.example.com\n") && agent.contains("value: \"8443\"\n"));
}

#[test]
fn keys_reach_a_tree_only_by_name() {
    let secret = "rendered/a/hubble/kube-system/secret-hubble-server-certs.yaml";
    let values = "hubble: { tls: { auto: { enabled: false }, server: { cert: 'Y2VydA==', key: 'S0VZS0VZ' } } }";
    let fleet = Fleet::new();
    fleet.cilium("a", &format!("cilium+: {{ values: {{ {values} }} }}"));
    let run = fleet.run(&["render"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("or allow it by name: `allowSecrets: ['hubble-server-certs']`"), "{}", run.err);
    assert!(fleet.rendered().is_empty());

    fleet.cilium("a", &format!("allowSecrets: ['hubble-server-certs'], cilium+: {{ values: {{ {values} }} }}"));
    fleet.ok(&["render"]);
    assert!(fleet.read(secret).contains("tls.key: S0VZS0VZ"));

    // What would make keys is refused whatever is allowed, and nothing is written.
    fleet.cilium(
        "a",
        "allowSecrets: ['hubble-server-certs', 'cilium-ca'], cilium+: { values: { hubble: { tls: { auto: { method: 'helm' } } } } }",
    );
    let before = fleet.rendered();
    let run = fleet.run(&["render", "--allow-findings"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("this would make keys while rendering"), "{}", run.err);
    assert_eq!(fleet.rendered(), before);

    // With cert-manager or a Job there is no Secret at all.
    let issuer = "{ group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'mine' }";
    for auto in
        ["{ method: 'cronJob' }".to_owned(), format!("{{ method: 'certmanager', certManagerIssuerRef: {issuer} }}")]
    {
        fleet.cilium("a", &format!("cilium+: {{ values: {{ hubble: {{ tls: {{ auto: {auto} }} }} }} }}"));
        fleet.ok(&["render"]);
        assert!(!fleet.objects("a").keys().any(|name| name.starts_with("Secret/")), "{auto}");
    }
}
