//! Each row of the tables: what trips it, and what is like it and does not.

use super::super::fields;
use super::super::testing::{object, said};

fn found(yaml: &str) -> Vec<String> {
    let lines = said(&fields::check(34, &object(yaml)));
    lines.iter().map(|line| line.split(": ").next().unwrap_or_default().replace("manifests.c.k.", "")).collect()
}

fn daemon_set(pod: &str, container: &str, spec: &str) -> Vec<String> {
    let lines = found(&format!(
        "{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: a, namespace: n}}, spec: {{selector: {{}}, {spec} template: \
         {{spec: {{{pod} containers: [{{name: c, {container}}}]}}}}}}}}"
    ));
    lines.iter().map(|line| line.replace("spec.template.spec", "pod").replace("pod.containers[0]", "c")).collect()
}

/// What trips, and what is like it and does not.
type Case = (&'static str, &'static str, &'static str);

#[test]
fn containers() {
    let cases: &[Case] = &[
        (
            "CNI014 c.env[0].valueFrom",
            "env: [{name: A, valueFrom: {}}]",
            "env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]",
        ),
        (
            "CNI014 c.env[0].valueFrom.fieldRef.fieldPath",
            "env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.nme}}}]",
            "env: [{name: A, valueFrom: {fieldRef: {fieldPath: 'metadata.labels[''a'']'}}}]",
        ),
        (
            "CNI014 c.env[0].valueFrom.resourceFieldRef.resource",
            "env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpus}}}]",
            "env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}]",
        ),
        (
            "CNI014 c.env[0].valueFrom.configMapKeyRef.key",
            "env: [{name: A, valueFrom: {configMapKeyRef: {name: a, key: a/b}}}]",
            "env: [{name: A, valueFrom: {configMapKeyRef: {name: a, key: a.b}}}]",
        ),
        (
            "CNI014 c.envFrom[0].prefix",
            "envFrom: [{prefix: =, configMapRef: {name: a}}]",
            "envFrom: [{prefix: A_, configMapRef: {name: a}}]",
        ),
        ("CNI014 c.envFrom[0]", "envFrom: [{prefix: A}]", "envFrom: [{secretRef: {name: a}}]"),
        ("CNI014 c.resources.requests.cpu", "resources: {requests: {cpu: '-1'}}", "resources: {requests: {cpu: '0'}}"),
        (
            "CNI018 c.resources.limits.cpus",
            "resources: {limits: {cpus: 1}}",
            "resources: {limits: {example.com/cpus: 1}}",
        ),
        (
            "CNI014 c.resources",
            "resources: {limits: {hugepages-2Mi: 2Mi}}",
            "resources: {limits: {hugepages-2Mi: 2Mi, memory: 1Gi}}",
        ),
        (
            "CNI014 c.volumeMounts[0].subPath",
            "volumeMounts: [{name: a, mountPath: /a, subPath: ../a}]",
            "volumeMounts: [{name: a, mountPath: /a, subPath: ..a/b}]",
        ),
        ("CNI013 c.livenessProbe.exec", "livenessProbe: {exec: {}}", "livenessProbe: {exec: {command: [a]}}"),
        (
            "CNI014 c.livenessProbe.successThreshold",
            "livenessProbe: {exec: {command: [a]}, successThreshold: 2}",
            "readinessProbe: {exec: {command: [a]}, successThreshold: 2}",
        ),
        (
            "CNI014 c.readinessProbe.terminationGracePeriodSeconds",
            "readinessProbe: {exec: {command: [a]}, terminationGracePeriodSeconds: 1}",
            "livenessProbe: {exec: {command: [a]}, terminationGracePeriodSeconds: 1}",
        ),
        (
            "CNI014 c.livenessProbe.httpGet.httpHeaders[0].name",
            "livenessProbe: {httpGet: {port: 1, httpHeaders: [{name: a b, value: c}]}}",
            "livenessProbe: {httpGet: {port: 1, httpHeaders: [{name: a-b, value: null}]}}",
        ),
        ("CNI014 c.lifecycle.preStop", "lifecycle: {preStop: {}}", "lifecycle: {preStop: {exec: {command: [a]}}}"),
        (
            "CNI014 c.lifecycle.preStop.httpGet.port",
            "lifecycle: {preStop: {httpGet: {port: 0}}}",
            "lifecycle: {preStop: {httpGet: {port: 1}}}",
        ),
        (
            "CNI014 c.lifecycle.preStop.sleep.seconds",
            "lifecycle: {preStop: {sleep: {seconds: 31}}}",
            "lifecycle: {preStop: {sleep: {seconds: 30}}}",
        ),
        (
            "CNI014 c.securityContext.allowPrivilegeEscalation",
            "securityContext: {privileged: true, allowPrivilegeEscalation: false}",
            "securityContext: {privileged: false, allowPrivilegeEscalation: false}",
        ),
        ("CNI014 c.securityContext.runAsUser", "securityContext: {runAsUser: -1}", "securityContext: {runAsUser: 0}"),
        (
            "CNI014 c.securityContext.seccompProfile.localhostProfile",
            "securityContext: {seccompProfile: {type: Localhost}}",
            "securityContext: {seccompProfile: {type: Localhost, localhostProfile: a}}",
        ),
        (
            "CNI014 c.securityContext.appArmorProfile.localhostProfile",
            "securityContext: {appArmorProfile: {type: RuntimeDefault, localhostProfile: a}}",
            "securityContext: {appArmorProfile: {type: RuntimeDefault}}",
        ),
    ];
    for (wanted, trip, near) in cases {
        assert_eq!(daemon_set("", trip, ""), [*wanted], "{trip}");
        assert_eq!(daemon_set("", near, ""), [""; 0], "{near}");
    }
}

#[test]
fn pods() {
    let cases: &[Case] = &[
        ("CNI014 pod.dnsConfig", "dnsPolicy: None,", "dnsPolicy: None, dnsConfig: {nameservers: [10.0.0.1]},"),
        (
            "CNI014 pod.dnsConfig.nameservers[0]",
            "dnsConfig: {nameservers: [a]},",
            "dnsConfig: {nameservers: ['fd00::1']},",
        ),
        (
            "CNI014 pod.dnsConfig.nameservers",
            "dnsConfig: {nameservers: [10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4]},",
            "dnsConfig: {nameservers: [10.0.0.1, 10.0.0.2, 10.0.0.3]},",
        ),
        ("CNI014 pod.dnsConfig.searches[0]", "dnsConfig: {searches: [a b]},", "dnsConfig: {searches: [a_b.c.]},"),
        (
            "CNI013 pod.dnsConfig.options[0]",
            "dnsConfig: {options: [{value: '1'}]},",
            "dnsConfig: {options: [{name: ndots, value: '1'}]},",
        ),
        ("CNI014 pod.hostAliases[0].ip", "hostAliases: [{ip: a}],", "hostAliases: [{ip: 10.0.0.1}],"),
        ("CNI014 pod.hostname", "hostname: A_b,", "hostname: a-b,"),
        ("CNI018 pod.nodeSelector.a", "nodeSelector: {a: b c},", "nodeSelector: {a: b-c},"),
        (
            "CNI014 pod.tolerations[0].operator",
            "tolerations: [{operator: Equal, value: b}],",
            "tolerations: [{operator: Exists}],",
        ),
        (
            "CNI014 pod.tolerations[0].value",
            "tolerations: [{key: a, operator: Exists, value: b}],",
            "tolerations: [{key: a, operator: Equal, value: b}],",
        ),
        (
            "CNI014 pod.tolerations[0].effect",
            "tolerations: [{key: a, operator: Exists, effect: NoSchedule, tolerationSeconds: 5}],",
            "tolerations: [{key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 5}],",
        ),
        (
            "CNI014 pod.topologySpreadConstraints[0].maxSkew",
            "topologySpreadConstraints: [{maxSkew: 0, topologyKey: a, whenUnsatisfiable: DoNotSchedule}],",
            "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}],",
        ),
        (
            "CNI014 pod.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms",
            "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}},",
            "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Gt, values: ['4']}]}]}}},",
        ),
        (
            "CNI014 pod.volumes[0].hostPath.path",
            "volumes: [{name: a, hostPath: {path: /a/../b}}],",
            "volumes: [{name: a, hostPath: {path: /a..b}}],",
        ),
        (
            "CNI014 pod.volumes[0].configMap.defaultMode",
            "volumes: [{name: a, configMap: {name: a, defaultMode: 1000}}],",
            "volumes: [{name: a, configMap: {name: a, defaultMode: 511}}],",
        ),
        (
            "CNI013 pod.volumes[0].secret",
            "volumes: [{name: a, secret: {}}],",
            "volumes: [{name: a, secret: {secretName: a}}],",
        ),
        (
            "CNI014 pod.volumes[0].projected.sources[0]",
            "volumes: [{name: a, projected: {sources: [{configMap: {name: a}, secret: {name: a}}]}}],",
            "volumes: [{name: a, projected: {sources: [{configMap: {name: a}}, {secret: {name: a}}]}}],",
        ),
        (
            "CNI014 pod.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds",
            "volumes: [{name: a, projected: {sources: [{serviceAccountToken: {path: a, expirationSeconds: 60}}]}}],",
            "volumes: [{name: a, projected: {sources: [{serviceAccountToken: {path: a, expirationSeconds: 600}}]}}],",
        ),
        ("CNI014 pod.hostUsers", "hostNetwork: true, hostUsers: false,", "hostNetwork: false, hostUsers: false,"),
        (
            "CNI013 pod.volumes[0].projected.sources[0].configMap",
            "volumes: [{name: a, projected: {sources: [{configMap: {optional: true}}]}}],",
            "volumes: [{name: a, projected: {sources: [{configMap: {name: a}}]}}],",
        ),
        (
            "CNI014 pod.shareProcessNamespace",
            "hostPID: true, shareProcessNamespace: true,",
            "hostPID: true, shareProcessNamespace: false,",
        ),
        (
            "CNI014 pod.securityContext.sysctls[0].name",
            "securityContext: {sysctls: [{name: a b, value: '1'}]},",
            "securityContext: {sysctls: [{name: net/ipv4.ip_forward, value: '1'}]},",
        ),
        ("CNI014 pod.os.name", "os: {name: plan9},", "os: {name: linux},"),
    ];
    for (wanted, trip, near) in cases {
        assert_eq!(daemon_set(trip, "", ""), [*wanted], "{trip}");
        assert_eq!(daemon_set(near, "", ""), [""; 0], "{near}");
    }
    let update = |rolling: &str| daemon_set("", "", &format!("updateStrategy: {{rollingUpdate: {{{rolling}}}}},"));
    assert_eq!(update("maxUnavailable: 0"), ["CNI014 spec.updateStrategy.rollingUpdate"]);
    assert_eq!(update("maxSurge: 1"), ["CNI014 spec.updateStrategy.rollingUpdate"]);
    assert_eq!(update("maxSurge: 101%, maxUnavailable: 0"), ["CNI014 spec.updateStrategy.rollingUpdate.maxSurge"]);
    assert_eq!(update("maxSurge: 1, maxUnavailable: 0"), [""; 0]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn other_kinds() {
    let of = |kind: &str, rest: &str| found(&format!("{{{kind}, metadata: {{name: a, namespace: n}}, {rest}}}"));
    let cases: &[(&str, &str, &str, &str)] = &[
        (
            "apiVersion: v1, kind: ConfigMap",
            "CNI014 data.x",
            "data: {x: a}, binaryData: {x: YQ==}",
            "data: {x: a}, binaryData: {y: YQ==}",
        ),
        (
            "apiVersion: v1, kind: Service",
            "CNI014 spec.externalIPs[0]",
            "spec: {externalIPs: [a]}",
            "spec: {externalIPs: [10.0.0.1]}",
        ),
        (
            "apiVersion: v1, kind: Service",
            "CNI014 spec.ports[0].nodePort",
            "spec: {ports: [{port: 1, nodePort: 30000}]}",
            "spec: {type: NodePort, ports: [{port: 1, nodePort: 30000}]}",
        ),
        (
            "apiVersion: v1, kind: Service",
            "CNI014 spec.externalTrafficPolicy",
            "spec: {externalTrafficPolicy: Local}",
            "spec: {type: LoadBalancer, externalTrafficPolicy: Local}",
        ),
        (
            "apiVersion: v1, kind: Service",
            "CNI014 spec.loadBalancerClass",
            "spec: {loadBalancerClass: a}",
            "spec: {type: LoadBalancer, loadBalancerClass: a}",
        ),
        (
            "apiVersion: v1, kind: Service",
            "CNI014 spec.allocateLoadBalancerNodePorts",
            "spec: {allocateLoadBalancerNodePorts: false}",
            "spec: {type: LoadBalancer, allocateLoadBalancerNodePorts: false}",
        ),
        (
            "apiVersion: v1, kind: Service",
            "CNI014 spec.clusterIP",
            "spec: {clusterIP: '10.96.0'}",
            "spec: {clusterIP: None}",
        ),
        (
            "apiVersion: batch/v1, kind: CronJob",
            "CNI014 spec.timeZone",
            "spec: {schedule: '@daily', timeZone: Mars/Olympus, jobTemplate: {}}",
            "spec: {schedule: '@daily', timeZone: Asia/Shanghai, jobTemplate: {}}",
        ),
        (
            "apiVersion: batch/v1, kind: Job",
            "CNI014 spec.selector",
            "spec: {selector: {}, template: {}}",
            "spec: {selector: {}, manualSelector: true, template: {}}",
        ),
        (
            "apiVersion: batch/v1, kind: Job",
            "CNI014 spec.completions",
            "spec: {completionMode: Indexed, parallelism: 2, template: {}}",
            "spec: {completionMode: Indexed, completions: 2, template: {}}",
        ),
        (
            "apiVersion: networking.k8s.io/v1, kind: NetworkPolicy",
            "CNI014 spec.egress[0].to[0]",
            "spec: {podSelector: {}, egress: [{to: [{}]}]}",
            "spec: {podSelector: {}, egress: [{to: [{podSelector: {}, namespaceSelector: {}}]}]}",
        ),
        (
            "apiVersion: networking.k8s.io/v1, kind: NetworkPolicy",
            "CNI014 spec.egress[0].to[0].ipBlock.except[0]",
            "spec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}]}]}",
            "spec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]}",
        ),
        (
            "apiVersion: networking.k8s.io/v1, kind: NetworkPolicy",
            "CNI014 spec.egress[0].ports[0].endPort",
            "spec: {podSelector: {}, egress: [{ports: [{port: 80, endPort: 79}]}]}",
            "spec: {podSelector: {}, egress: [{ports: [{port: 80, endPort: 80}]}]}",
        ),
        (
            "apiVersion: policy/v1, kind: PodDisruptionBudget",
            "CNI014 spec.minAvailable",
            "spec: {minAvailable: 101%}",
            "spec: {minAvailable: 100%}",
        ),
        (
            "apiVersion: policy/v1, kind: PodDisruptionBudget",
            "CNI014 spec.selector.matchExpressions[0].values",
            "spec: {selector: {matchExpressions: [{key: a, operator: In}]}}",
            "spec: {selector: {matchExpressions: [{key: a, operator: Exists}]}}",
        ),
        (
            "apiVersion: v1, kind: PersistentVolumeClaim",
            "CNI013 spec.resources.requests.storage",
            "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: null}}}",
            "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}",
        ),
        (
            "apiVersion: v1, kind: PersistentVolumeClaim",
            "CNI013 spec",
            "spec: {resources: {requests: {storage: 1Gi}}}",
            "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}",
        ),
        ("apiVersion: apps/v1, kind: Deployment", "CNI013 ", "x: null", "spec: {selector: {}, template: {}}"),
        (
            "apiVersion: apps/v1, kind: Deployment",
            "CNI014 spec.progressDeadlineSeconds",
            "spec: {selector: {}, template: {}, progressDeadlineSeconds: 10, minReadySeconds: 10}",
            "spec: {selector: {}, template: {}, progressDeadlineSeconds: 11, minReadySeconds: 10}",
        ),
        (
            "apiVersion: apps/v1, kind: Deployment",
            "CNI014 spec.strategy.rollingUpdate",
            "spec: {selector: {}, template: {}, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}}",
            "spec: {selector: {}, template: {}, strategy: {rollingUpdate: {maxSurge: 0}}}",
        ),
    ];
    for (kind, wanted, trip, near) in cases {
        let lines: Vec<String> = of(kind, trip).iter().map(|line| line.replace("manifests.c.k", "")).collect();
        assert_eq!(lines, [*wanted], "{trip}");
        assert_eq!(of(kind, near), [""; 0], "{near}");
    }
    let definition = |schema: &str| {
        found(&format!(
            "{{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {{name: as.b.c}}, spec: {{group: b.c, \
             scope: Cluster, names: {{plural: as, kind: A}}, versions: [{{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{{schema}}}}}}}]}}}}"
        ))
    };
    let at = "CNI014 spec.versions[0].schema.openAPIV3Schema";
    assert_eq!(definition("type: map"), [format!("{at}.type"), format!("{at}.type")]);
    assert_eq!(definition("type: object, properties: {a: {}}"), [format!("{at}.properties.a").replace("014", "013")]);
    assert_eq!(definition("type: object, properties: {a: {x-kubernetes-int-or-string: true}}"), [""; 0]);
}
