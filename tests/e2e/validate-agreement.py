#!/usr/bin/env python3
"""What a real API server refuses, `cniforge validate` refuses: broken variants of real objects, shown to both.

  tests/e2e/validate-agreement.py [--all]     --all: name every variant, not only those about which the two disagree

Takes one object of each kind from the example fleet's trees, breaks it in one place at a time (BROKEN below, always in the
same order), and asks the server for a dry run of server-side apply with strict validation. `cniforge` is asked once
about all of them, each in a cluster of its own. Then both are shown every object of the trees as it is.

Works on the cluster that KUBECONFIG names, which must be a throw-away one: namespaces and CRDs are made in it.
  CNIFORGE   the program                [default: target/release/cniforge, or else target/debug/cniforge]
What is not there is skipped, and the script says so. The exit code is 1 if the server refuses what `validate` accepts, or
if an object as it is is refused by either.
"""

import copy
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

REPOSITORY = Path(__file__).resolve().parents[2]
DELETE = object()
NOT_SERVED = "no matches for kind"
POD = "spec.template.spec"
FIRST = POD + ".containers.0"

# Kinds, what is done, where, what is written there. A function gets what is there. Every row is a variant for each kind.
WORKLOADS = ["DaemonSet", "Deployment"]
EVERY = ["DaemonSet", "Deployment", "ConfigMap", "Service", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role",
         "RoleBinding", "CronJob", "Job", "NetworkPolicy", "PodDisruptionBudget", "CustomResourceDefinition", "Namespace"]
BROKEN = [
    # Any object.
    (EVERY, "unknown field", "sepc", {}),
    (EVERY, "unknown metadata", "metadata.labls", {}),
    (EVERY, "bad name", "metadata.name", "-a/b"),
    (EVERY, "bad label value", "metadata.labels.x", "a b"),
    (EVERY, "bad label key", "metadata.labels", {"a b": "c"}),
    (EVERY, "label of wrong type", "metadata.labels.x", True),
    (EVERY, "bad annotation key", "metadata.annotations", {"/a": "c"}),
    (EVERY, "annotation of wrong type", "metadata.annotations.x", 1),
    (EVERY, "labels are a list", "metadata.labels", ["a"]),
    (EVERY, "no such version", "apiVersion", lambda old: old.replace("v1", "v1beta9")),
    (EVERY, "misspelt kind", "kind", lambda old: old + "x"),
    (["Role", "ConfigMap", "Service", "DaemonSet"], "bad namespace", "metadata.namespace", "a.b"),
    # Workloads.
    (WORKLOADS, "unknown field", "spec.replica", 1),
    (WORKLOADS, "unknown field of a container", FIRST + ".imge", "a"),
    (WORKLOADS, "no image", FIRST + ".image", DELETE),
    (WORKLOADS, "no name of a container", FIRST + ".name", DELETE),
    (WORKLOADS, "bad name of a container", FIRST + ".name", "A_b"),
    (WORKLOADS, "args of wrong type", FIRST + ".args", "-v"),
    (WORKLOADS, "an arg of wrong type", FIRST + ".args", [1]),
    (WORKLOADS, "bad pull policy", FIRST + ".imagePullPolicy", "always"),
    (WORKLOADS, "bad quantity", FIRST + ".resources", {"limits": {"memory": "1GB"}}),
    (WORKLOADS, "empty quantity", FIRST + ".resources", {"limits": {"cpu": ""}}),
    (WORKLOADS, "negative quantity", FIRST + ".resources", {"requests": {"cpu": "-1"}}),
    (WORKLOADS, "fraction of a byte below a thousandth", FIRST + ".resources", {"requests": {"cpu": "0.1m"}, "limits": {"cpu": "1 m"}}),
    (WORKLOADS, "requests above limits", FIRST + ".resources", {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}),
    (WORKLOADS, "unknown resource", FIRST + ".resources", {"limits": {"cpus": "1"}}),
    (WORKLOADS, "hugepages without cpu or memory", FIRST + ".resources", {"limits": {"hugepages-2Mi": "2Mi"}}),
    (WORKLOADS, "port too high", FIRST + ".ports", [{"containerPort": 65536}]),
    (WORKLOADS, "port zero", FIRST + ".ports", [{"containerPort": 0}]),
    (WORKLOADS, "port as text", FIRST + ".ports", [{"containerPort": "80"}]),
    (WORKLOADS, "port name too long", FIRST + ".ports", [{"containerPort": 80, "name": "a-very-long-name-of-a-port"}]),
    (WORKLOADS, "port names twice", FIRST + ".ports", [{"containerPort": 80, "name": "a"}, {"containerPort": 81, "name": "a"}]),
    (WORKLOADS, "ports twice", FIRST + ".ports", [{"containerPort": 80}, {"containerPort": 80}]),
    (WORKLOADS, "bad protocol", FIRST + ".ports", [{"containerPort": 80, "protocol": "tcp"}]),
    (WORKLOADS, "bad address of a port", FIRST + ".ports", [{"containerPort": 80, "hostIP": "10.0.0"}]),
    (WORKLOADS, "env twice", FIRST + ".env", [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]),
    (WORKLOADS, "env of wrong type", FIRST + ".env", [{"name": "A", "value": 1}]),
    (WORKLOADS, "env with value and source", FIRST + ".env", [{"name": "A", "value": "1", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]),
    (WORKLOADS, "env with an empty source", FIRST + ".env", [{"name": "A", "valueFrom": {}}]),
    (WORKLOADS, "env with a bad name", FIRST + ".env", [{"name": "A=B"}]),
    (WORKLOADS, "env with no such field", FIRST + ".env", [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.nme"}}}]),
    (WORKLOADS, "env with no such resource", FIRST + ".env", [{"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpus"}}}]),
    (WORKLOADS, "env of a key with a bad name", FIRST + ".env", [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "a", "key": "a/b"}}}]),
    (WORKLOADS, "envFrom with a bad prefix", FIRST + ".envFrom", [{"prefix": "=", "configMapRef": {"name": "a"}}]),
    (WORKLOADS, "envFrom without a source", FIRST + ".envFrom", [{"prefix": "A"}]),
    (WORKLOADS, "mount of no volume", FIRST + ".volumeMounts", [{"name": "no-such", "mountPath": "/a"}]),
    (WORKLOADS, "mounts twice", FIRST + ".volumeMounts", lambda old: old + [dict(old[0])]),
    (WORKLOADS, "mount without a path", FIRST + ".volumeMounts.0.mountPath", DELETE),
    (WORKLOADS, "mount with a path that climbs", FIRST + ".volumeMounts.0.subPath", "../a"),
    (WORKLOADS, "mount with an absolute subPath", FIRST + ".volumeMounts.0.subPath", "/a"),
    (WORKLOADS, "bad propagation of a mount", FIRST + ".volumeMounts.0.mountPropagation", "Both"),
    (WORKLOADS, "probe without a handler", FIRST + ".livenessProbe", {"periodSeconds": 1}),
    (WORKLOADS, "probe with two handlers", FIRST + ".livenessProbe", {"exec": {"command": ["a"]}, "tcpSocket": {"port": 80}}),
    (WORKLOADS, "probe with a negative period", FIRST + ".livenessProbe", {"tcpSocket": {"port": 80}, "periodSeconds": -1}),
    (WORKLOADS, "liveness with two successes", FIRST + ".livenessProbe", {"tcpSocket": {"port": 80}, "successThreshold": 2}),
    (WORKLOADS, "probe with a bad scheme", FIRST + ".livenessProbe", {"httpGet": {"port": 80, "path": "/", "scheme": "http"}}),
    (WORKLOADS, "probe with port 0", FIRST + ".livenessProbe", {"httpGet": {"port": 0, "path": "/"}}),
    (WORKLOADS, "probe with a bad port name", FIRST + ".livenessProbe", {"httpGet": {"port": "A_B", "path": "/"}}),
    (WORKLOADS, "probe without a command", FIRST + ".livenessProbe", {"exec": {}}),
    (WORKLOADS, "probe with a bad header", FIRST + ".livenessProbe", {"httpGet": {"port": 80, "httpHeaders": [{"name": "a b", "value": "c"}]}}),
    (WORKLOADS, "readiness with a grace period", FIRST + ".readinessProbe", {"tcpSocket": {"port": 80}, "terminationGracePeriodSeconds": 1}),
    (WORKLOADS, "hook without a handler", FIRST + ".lifecycle", {"preStop": {}}),
    (WORKLOADS, "hook with port 0", FIRST + ".lifecycle", {"preStop": {"httpGet": {"port": 0}}}),
    (WORKLOADS, "hook that sleeps forever", FIRST + ".lifecycle", {"preStop": {"sleep": {"seconds": 100000000}}}),
    (WORKLOADS, "bad capability", FIRST + ".securityContext", {"capabilities": {"add": "NET_ADMIN"}}),
    (WORKLOADS, "privileged without escalation", FIRST + ".securityContext", {"privileged": True, "allowPrivilegeEscalation": False}),
    (WORKLOADS, "SYS_ADMIN without escalation", FIRST + ".securityContext", {"capabilities": {"add": ["CAP_SYS_ADMIN"]}, "allowPrivilegeEscalation": False}),
    (WORKLOADS, "negative user", FIRST + ".securityContext", {"runAsUser": -1}),
    (WORKLOADS, "bad proc mount", FIRST + ".securityContext", {"procMount": "all"}),
    (WORKLOADS, "bad seccomp profile", FIRST + ".securityContext", {"seccompProfile": {"type": "runtime"}}),
    (WORKLOADS, "seccomp profile with a file of none", FIRST + ".securityContext", {"seccompProfile": {"type": "RuntimeDefault", "localhostProfile": "a"}}),
    (WORKLOADS, "seccomp profile without its file", FIRST + ".securityContext", {"seccompProfile": {"type": "Localhost"}}),
    (WORKLOADS, "apparmor profile without its file", FIRST + ".securityContext", {"appArmorProfile": {"type": "Localhost"}}),
    (WORKLOADS, "bad termination policy", FIRST + ".terminationMessagePolicy", "Log"),
    (WORKLOADS, "containers twice", POD + ".containers", lambda old: old + [dict(old[0])]),
    (WORKLOADS, "no containers", POD + ".containers", []),
    (WORKLOADS, "containers are a map", POD + ".containers", {"name": "a"}),
    (WORKLOADS, "bad restart policy", POD + ".restartPolicy", "Never"),
    (WORKLOADS, "no such restart policy", POD + ".restartPolicy", "always"),
    (WORKLOADS, "bad dns policy", POD + ".dnsPolicy", "Cluster"),
    (WORKLOADS, "dns policy none without servers", POD + ".dnsPolicy", "None"),
    (WORKLOADS, "bad dns server", POD + ".dnsConfig", {"nameservers": ["a"]}),
    (WORKLOADS, "too many dns servers", POD + ".dnsConfig", {"nameservers": ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]}),
    (WORKLOADS, "bad search domain", POD + ".dnsConfig", {"searches": ["a_b c"]}),
    (WORKLOADS, "option without a name", POD + ".dnsConfig", {"options": [{"value": "1"}]}),
    (WORKLOADS, "bad alias of a host", POD + ".hostAliases", [{"ip": "a", "hostnames": ["b"]}]),
    (WORKLOADS, "bad host name", POD + ".hostname", "A_b"),
    (WORKLOADS, "bad subdomain", POD + ".subdomain", "A_b"),
    (WORKLOADS, "hostNetwork as text", POD + ".hostNetwork", "true"),
    (WORKLOADS, "negative grace period", POD + ".terminationGracePeriodSeconds", -5),
    (WORKLOADS, "bad selector of nodes", POD + ".nodeSelector", {"a": "b c"}),
    (WORKLOADS, "node selector key", POD + ".nodeSelector", {"a b": "c"}),
    (WORKLOADS, "bad operator of a toleration", POD + ".tolerations", [{"operator": "Exist"}]),
    (WORKLOADS, "bad effect of a toleration", POD + ".tolerations", [{"operator": "Exists", "effect": "NoRun"}]),
    (WORKLOADS, "toleration with a value that exists", POD + ".tolerations", [{"key": "a", "operator": "Exists", "value": "b"}]),
    (WORKLOADS, "toleration of no key", POD + ".tolerations", [{"operator": "Equal", "value": "b"}]),
    (WORKLOADS, "seconds of a wrong effect", POD + ".tolerations", [{"key": "a", "operator": "Exists", "effect": "NoSchedule", "tolerationSeconds": 5}]),
    (WORKLOADS, "affinity with an empty term", POD + ".affinity", {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"labelSelector": {"matchLabels": {"a": "b"}}}]}}),
    (WORKLOADS, "affinity with a bad weight", POD + ".affinity", {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 101, "podAffinityTerm": {"topologyKey": "a"}}]}}),
    (WORKLOADS, "affinity with a bad operator", POD + ".affinity", {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Is", "values": ["b"]}]}]}}}),
    (WORKLOADS, "affinity with values that exist", POD + ".affinity", {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}]}}}),
    (WORKLOADS, "affinity with no terms", POD + ".affinity", {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}}),
    (WORKLOADS, "greater than a word", POD + ".affinity", {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["b"]}]}]}}}),
    (WORKLOADS, "spread without a key", POD + ".topologySpreadConstraints", [{"maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}]),
    (WORKLOADS, "spread with skew 0", POD + ".topologySpreadConstraints", [{"maxSkew": 0, "topologyKey": "a", "whenUnsatisfiable": "DoNotSchedule"}]),
    (WORKLOADS, "volume without a source of two", POD + ".volumes", lambda old: (old or []) + [{"name": "two", "emptyDir": {}, "hostPath": {"path": "/a"}}]),
    (WORKLOADS, "volumes twice", POD + ".volumes", lambda old: (old or []) + [{"name": "two", "emptyDir": {}}, {"name": "two", "emptyDir": {}}]),
    (WORKLOADS, "volume without a name", POD + ".volumes", lambda old: (old or []) + [{"emptyDir": {}}]),
    (WORKLOADS, "volume with a bad name", POD + ".volumes", lambda old: (old or []) + [{"name": "A_b", "emptyDir": {}}]),
    (WORKLOADS, "volume of a bad path", POD + ".volumes", lambda old: (old or []) + [{"name": "two", "hostPath": {"path": "/a/../b"}}]),
    (WORKLOADS, "volume of no path", POD + ".volumes", lambda old: (old or []) + [{"name": "two", "hostPath": {"type": "Directory"}}]),
    (WORKLOADS, "volume of a bad type", POD + ".volumes", lambda old: (old or []) + [{"name": "two", "hostPath": {"path": "/a", "type": "Folder"}}]),
    (WORKLOADS, "volume with a bad mode", POD + ".volumes", lambda old: (old or []) + [{"name": "two", "configMap": {"name": "a", "defaultMode": 1000}}]),
    (WORKLOADS, "volume of no ConfigMap", POD + ".volumes", lambda old: (old or []) + [{"name": "two", "configMap": {}}]),
    (WORKLOADS, "volume of no Secret", POD + ".volumes", lambda old: (old or []) + [{"name": "two", "secret": {}}]),
    (WORKLOADS, "volume with an item that climbs", POD + ".volumes", lambda old: (old or []) + [{"name": "two", "configMap": {"name": "a", "items": [{"key": "a", "path": "../b"}]}}]),
    (WORKLOADS, "volume with an item without a path", POD + ".volumes", lambda old: (old or []) + [{"name": "two", "configMap": {"name": "a", "items": [{"key": "a"}]}}]),
    (WORKLOADS, "projected volume with two sources", POD + ".volumes", lambda old: (old or []) + [{"name": "two", "projected": {"sources": [{"configMap": {"name": "a"}, "secret": {"name": "a"}}]}}]),
    (WORKLOADS, "token that lives a minute", POD + ".volumes", lambda old: (old or []) + [{"name": "two", "projected": {"sources": [{"serviceAccountToken": {"path": "a", "expirationSeconds": 60}}]}}]),
    (WORKLOADS, "emptyDir with a bad limit", POD + ".volumes", lambda old: (old or []) + [{"name": "two", "emptyDir": {"sizeLimit": "1GB"}}]),
    (WORKLOADS, "bad secret for pulling", POD + ".imagePullSecrets", [{"nme": "a"}]),
    (WORKLOADS, "bad service account", POD + ".serviceAccountName", "A_b"),
    (WORKLOADS, "bad priority class", POD + ".priorityClassName", "A_b"),
    (WORKLOADS, "bad os", POD + ".os", {"name": "plan9"}),
    (WORKLOADS, "bad sysctl", POD + ".securityContext", {"sysctls": [{"name": "a b", "value": "1"}]}),
    (WORKLOADS, "bad fsGroupChangePolicy", POD + ".securityContext", {"fsGroupChangePolicy": "Never"}),
    (WORKLOADS, "shared processes on the host", POD, lambda old: {**old, "hostPID": True, "shareProcessNamespace": True}),
    (WORKLOADS, "selector of another template", "spec.selector.matchLabels", {"no": "such"}),
    (WORKLOADS, "empty selector", "spec.selector", {}),
    (WORKLOADS, "no selector", "spec.selector", DELETE),
    (WORKLOADS, "selector with a bad value", "spec.selector.matchLabels.x", "a b"),
    (WORKLOADS, "selector with a bad operator", "spec.selector.matchExpressions", [{"key": "a", "operator": "Is"}]),
    (WORKLOADS, "selector without its values", "spec.selector.matchExpressions", [{"key": "a", "operator": "NotIn"}]),
    (WORKLOADS, "selector that exists with values", "spec.selector.matchExpressions", [{"key": "no", "operator": "DoesNotExist", "values": ["a"]}]),
    (WORKLOADS, "no template", "spec.template", DELETE),
    (WORKLOADS, "no spec", "spec", DELETE),
    (WORKLOADS, "bad label of a template", "spec.template.metadata.labels.x", "a b"),
    (WORKLOADS, "negative history", "spec.revisionHistoryLimit", -1),
    (WORKLOADS, "negative seconds", "spec.minReadySeconds", -1),
    (["DaemonSet"], "update of nothing", "spec.updateStrategy", {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0}}),
    (["DaemonSet"], "no such strategy", "spec.updateStrategy", {"type": "Recreate"}),
    (["DaemonSet"], "surge and unavailable", "spec.updateStrategy", {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 1}}),
    (["DaemonSet"], "bad share", "spec.updateStrategy", {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "two"}}),
    (["Deployment"], "negative replicas", "spec.replicas", -1),
    (["Deployment"], "replicas as text", "spec.replicas", "1"),
    (["Deployment"], "fraction of replicas", "spec.replicas", 1.5),
    (["Deployment"], "no such strategy", "spec.strategy", {"type": "OnDelete"}),
    (["Deployment"], "recreate rolling", "spec.strategy", {"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}),
    (["Deployment"], "update of nothing", "spec.strategy", {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 0}}),
    (["Deployment"], "more than all", "spec.strategy", {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "101%"}}),
    (["Deployment"], "deadline within ready seconds", "spec", lambda old: {**old, "progressDeadlineSeconds": 5, "minReadySeconds": 10}),
    # The rest.
    (["ConfigMap"], "number in the data", "data.x", 1),
    (["ConfigMap"], "map in the data", "data.x", {"a": "b"}),
    (["ConfigMap"], "bad key", "data", {"a/b": "c"}),
    (["ConfigMap"], "key of two dots", "data", {"..": "c"}),
    (["ConfigMap"], "bad base64", "binaryData", {"x": "%"}),
    (["ConfigMap"], "one key in both", "", lambda old: {**old, "data": {"x": "a"}, "binaryData": {"x": "YQ=="}}),
    (["ConfigMap"], "immutable as text", "immutable", "yes"),
    (["ConfigMap"], "too large", "data", {"x": "a" * (1 << 20), "y": "a"}),
    (["Service"], "port too high", "spec.ports.0.port", 65536),
    (["Service"], "no port", "spec.ports", []),
    (["Service"], "bad target", "spec.ports.0.targetPort", "A_B"),
    (["Service"], "ports without names", "spec.ports", [{"port": 80}, {"port": 81}]),
    (["Service"], "names twice", "spec.ports", [{"port": 80, "name": "a"}, {"port": 81, "name": "a"}]),
    (["Service"], "ports twice", "spec.ports", [{"port": 80, "name": "a"}, {"port": 80, "name": "b"}]),
    (["Service"], "bad type", "spec.type", "Loadbalancer"),
    (["Service"], "bad selector", "spec.selector", {"a": "b c"}),
    (["Service"], "bad address", "spec", lambda old: {**old, "clusterIP": "10.96.0"}),
    (["Service"], "bad external address", "spec.externalIPs", ["a"]),
    (["Service"], "bad affinity", "spec.sessionAffinity", "Client"),
    (["Service"], "bad source range", "spec", lambda old: {**{k: v for k, v in old.items() if k != "clusterIP"}, "type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0"]}),
    (["Service"], "node port of a cluster address", "spec", lambda old: {**old, "type": "ClusterIP", "ports": [{"port": 80, "nodePort": 30000}]}),
    (["Service"], "policy of a cluster address", "spec.externalTrafficPolicy", "Local"),
    (["Service"], "bad traffic policy", "spec.internalTrafficPolicy", "Locally"),
    (["Service"], "bad family", "spec.ipFamilies", ["IPv5"]),
    (["Service"], "bad family policy", "spec.ipFamilyPolicy", "Dual"),
    (["Service"], "external name without a name", "spec", {"type": "ExternalName"}),
    (["Service"], "bad external name", "spec", {"type": "ExternalName", "externalName": "a_b c"}),
    (["ServiceAccount"], "bad secret", "secrets", ["a"]),
    (["ServiceAccount"], "token as text", "automountServiceAccountToken", "false"),
    (["ClusterRole", "Role"], "rule without verbs", "rules.0.verbs", DELETE),
    (["ClusterRole", "Role"], "rule with no verbs", "rules.0.verbs", []),
    (["ClusterRole", "Role"], "rule without groups", "rules.0.apiGroups", DELETE),
    (["ClusterRole", "Role"], "rule without resources", "rules.0.resources", DELETE),
    (["ClusterRole", "Role"], "verbs as text", "rules.0.verbs", "get"),
    (["ClusterRole", "Role"], "misspelt resources", "rules.0.resource", ["pods"]),
    (["ClusterRole"], "urls beside resources", "rules.0.nonResourceURLs", ["/a"]),
    (["ClusterRole"], "bad aggregation", "aggregationRule", {"clusterRoleSelectors": [{"matchLabels": {"a": "b c"}}]}),
    (["Role"], "urls in a Role", "rules", [{"nonResourceURLs": ["/a"], "verbs": ["get"]}]),
    (["ClusterRoleBinding", "RoleBinding"], "no role", "roleRef", DELETE),
    (["ClusterRoleBinding", "RoleBinding"], "bad kind of role", "roleRef.kind", "Roles"),
    (["ClusterRoleBinding", "RoleBinding"], "no name of a role", "roleRef.name", ""),
    (["ClusterRoleBinding", "RoleBinding"], "bad group of a role", "roleRef.apiGroup", "rbac"),
    (["ClusterRoleBinding", "RoleBinding"], "bad kind of subject", "subjects.0.kind", "Serviceaccount"),
    (["ClusterRoleBinding", "RoleBinding"], "no name of a subject", "subjects.0.name", DELETE),
    (["ClusterRoleBinding"], "no namespace of a subject", "subjects.0.namespace", DELETE),
    (["ClusterRoleBinding"], "role of a namespace", "roleRef.kind", "Role"),
    (["CronJob"], "bad schedule", "spec.schedule", "0 0 1 */4"),
    (["CronJob"], "hour 24", "spec.schedule", "0 24 * * *"),
    (["CronJob"], "zone in the schedule", "spec.schedule", "TZ=UTC 0 0 * * *"),
    (["CronJob"], "no schedule", "spec.schedule", DELETE),
    (["CronJob"], "bad concurrency", "spec.concurrencyPolicy", "Never"),
    (["CronJob"], "bad zone", "spec.timeZone", "Mars/Olympus"),
    (["CronJob"], "negative deadline", "spec.startingDeadlineSeconds", -1),
    (["CronJob"], "negative history", "spec.successfulJobsHistoryLimit", -1),
    (["CronJob"], "bad restart policy", "spec.jobTemplate.spec.template.spec.restartPolicy", "Always"),
    (["CronJob"], "name too long", "metadata.name", "a" * 53),
    (["Job"], "bad restart policy", "spec.template.spec.restartPolicy", "Always"),
    (["Job"], "no restart policy", "spec.template.spec.restartPolicy", DELETE),
    (["Job"], "negative parallelism", "spec.parallelism", -1),
    (["Job"], "negative backoff", "spec.backoffLimit", -1),
    (["Job"], "bad mode", "spec.completionMode", "All"),
    (["Job"], "indexed without a count", "spec", lambda old: {**{k: v for k, v in old.items() if k != "completions"}, "completionMode": "Indexed", "parallelism": 2}),
    (["Job"], "selector of its own", "spec.selector", {"matchLabels": {"a": "b"}}),
    (["Job"], "negative ttl", "spec.ttlSecondsAfterFinished", -1),
    (["NetworkPolicy"], "bad type", "spec.policyTypes", ["In"]),
    (["NetworkPolicy"], "bad block", "spec.egress", [{"to": [{"ipBlock": {"cidr": "10.0.0.0"}}]}]),
    (["NetworkPolicy"], "exception outside", "spec.egress", [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]}}]}]),
    (["NetworkPolicy"], "peer of nothing", "spec.egress", [{"to": [{}]}]),
    (["NetworkPolicy"], "block beside a selector", "spec.egress", [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": {}}]}]),
    (["NetworkPolicy"], "port 0", "spec.egress", [{"ports": [{"port": 0}]}]),
    (["NetworkPolicy"], "bad protocol", "spec.egress", [{"ports": [{"port": 80, "protocol": "ICMP"}]}]),
    (["NetworkPolicy"], "range backwards", "spec.egress", [{"ports": [{"port": 80, "endPort": 79}]}]),
    (["NetworkPolicy"], "range of a name", "spec.egress", [{"ports": [{"port": "http", "endPort": 80}]}]),
    (["NetworkPolicy"], "bad selector", "spec.podSelector", {"matchLabels": {"a": "b c"}}),
    (["PodDisruptionBudget"], "both", "spec", lambda old: {**old, "minAvailable": 1, "maxUnavailable": 1}),
    (["PodDisruptionBudget"], "negative", "spec", lambda old: {"selector": old["selector"], "minAvailable": -1}),
    (["PodDisruptionBudget"], "bad share", "spec", lambda old: {"selector": old["selector"], "minAvailable": "half"}),
    (["PodDisruptionBudget"], "more than all", "spec", lambda old: {"selector": old["selector"], "minAvailable": "101%"}),
    (["PodDisruptionBudget"], "bad selector", "spec.selector", {"matchExpressions": [{"key": "a", "operator": "In"}]}),
    (["PodDisruptionBudget"], "bad eviction policy", "spec.unhealthyPodEvictionPolicy", "Always"),
    (["CustomResourceDefinition"], "name of another", "metadata.name", "others.example.com"),
    (["CustomResourceDefinition"], "no stored version", "spec.versions.0.storage", False),
    (["CustomResourceDefinition"], "no schema", "spec.versions.0.schema", DELETE),
    (["CustomResourceDefinition"], "bad scope", "spec.scope", "Global"),
    (["CustomResourceDefinition"], "no kind", "spec.names.kind", DELETE),
    (["CustomResourceDefinition"], "bad plural", "spec.names.plural", "A_b"),
    (["CustomResourceDefinition"], "bad version", "spec.versions.0.name", "V_1"),
    (["CustomResourceDefinition"], "bad type in the schema", "spec.versions.0.schema.openAPIV3Schema.type", "map"),
    (["CustomResourceDefinition"], "schema that is no structure", "spec.versions.0.schema.openAPIV3Schema", {"properties": {"a": {"properties": {}}}}),
    (["Namespace"], "bad finalizer", "spec", {"finalizers": ["a b"]}),
    (["Namespace"], "name with a dot", "metadata.name", "a.b"),
]


def place(obj, path, value):
    """Writes `value` at `path`; False where the object has no such place."""
    parts = [int(p) if p.isdigit() else p for p in path.split(".")] if path else []
    if not parts:
        changed = value(obj)
        obj.clear()
        obj.update(changed)
        return True
    at = obj
    for part in parts[:-1]:
        if isinstance(at, list):
            if part >= len(at):
                return False
            at = at[part]
        else:
            if part not in at and isinstance(part, str) and path.startswith("metadata."):
                at[part] = {}
            at = at.get(part)
        if not isinstance(at, (dict, list)):
            return False
    last = parts[-1]
    old = at.get(last) if isinstance(at, dict) else at[last]
    if value is DELETE:
        if last not in at:
            return False
        del at[last]
    elif callable(value):
        if old is None and last != "volumes":
            return False
        at[last] = value(copy.deepcopy(old))
    else:
        at[last] = copy.deepcopy(value)
    return True


def trees():
    """Every object of the example fleet's trees, in the order of the paths."""
    for path in sorted((REPOSITORY / "rendered").glob("[!_]*/*/*/*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            yield str(path.relative_to(REPOSITORY / "rendered")), document


def variants(objects):
    for kinds, what, path, value in BROKEN:
        for kind in kinds:
            for _, real in objects:
                broken = copy.deepcopy(real)
                if real["kind"] == kind and place(broken, path, value):
                    yield f"{kind}: {what}", broken
                    break
            else:
                sys.exit(f"no {kind} of the trees has a place for: {what} ({path})")


class Server:
    """The API server, asked as `kubectl apply --server-side --dry-run=server --validate=strict` asks it; through
    `kubectl proxy`, since a process a question would take minutes."""

    def __enter__(self):
        self.proxy = subprocess.Popen(["kubectl", "proxy", "--port=0"], stdout=subprocess.PIPE, text=True)
        self.address = re.search(r"127\.0\.0\.1:\d+", self.proxy.stdout.readline()).group(0)
        self.kinds = {}
        for version in ["api/v1"] + [f"apis/{v}" for v in subprocess.run(
                ["kubectl", "api-versions"], capture_output=True, text=True).stdout.split() if "/" in v]:
            for resource in self.ask("GET", f"/{version}")[1].get("resources", []):
                if "/" not in resource["name"]:
                    self.kinds[(version.split("/", 1)[1], resource["kind"])] = (f"/{version}", resource["name"], resource["namespaced"])
        if not self.kinds:
            sys.exit("the server did not say what it serves")
        return self

    def __exit__(self, *_):
        self.proxy.terminate()
        self.proxy.wait()

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.address)
        connection.request(method, path, body, {"Content-Type": "application/apply-patch+yaml"} if body else {})
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        return response.status, answer

    def refused(self, obj):
        """Why the object is refused; None if it is not."""
        served = self.kinds.get((obj["apiVersion"], obj["kind"]))
        if served is None:
            return NOT_SERVED
        root, plural, namespaced = served
        meta = obj["metadata"]
        inside = f"/namespaces/{quote(meta.get('namespace', 'default'), '')}" if namespaced else ""
        path = f"{root}{inside}/{plural}/{quote(meta['name'], '')}?fieldManager=test&force=true&dryRun=All&fieldValidation=Strict"
        status, answer = self.ask("PATCH", path, json.dumps(obj))
        return None if status < 300 else answer.get("message", "refused")


def refused_by_cniforge(program, objects):
    """For each object what `validate` says: a fleet with a cluster for each."""
    with tempfile.TemporaryDirectory() as fleet:
        Path(fleet, "cniforge.toml").write_text("")
        clusters = Path(fleet, "clusters")
        clusters.mkdir()
        for i, obj in enumerate(objects):
            Path(clusters, f"v{i}.jsonnet").write_text(
                f"(import 'cniforge/main.libsonnet').cluster {{ name: 'v{i}', type: 'Imported', kubernetesVersion: '{version()}', "
                f"extraObjects: [{json.dumps(obj)}] }}\n")
        run = subprocess.run([program, "--fleet", fleet, "--quiet", "validate", "--format", "json"], capture_output=True, text=True)
        said = [[] for _ in objects]
        for finding in json.loads(run.stdout)["findings"]:
            if finding["severity"] in ("error", "refusal"):
                said[int(finding["cluster"][1:])].append(f"{finding.get('rule') or ''} {finding['message']}")
        return ["; ".join(lines) or None for lines in said]


def version():
    run = subprocess.run(["kubectl", "version", "-o", "json"], capture_output=True, text=True)
    return re.match(r"v?(\d+\.\d+\.\d+)", json.loads(run.stdout)["serverVersion"]["gitVersion"]).group(1)


def skip(why):
    print(f"skip  {why}")
    sys.exit(0)


def main():
    program = os.environ.get("CNIFORGE") or next(
        (str(p) for p in (REPOSITORY / "target/release/cniforge", REPOSITORY / "target/debug/cniforge") if p.exists()), None)
    if not program:
        skip("there is no cniforge: cargo build")
    if yaml is None:
        skip("there is no PyYAML")
    if not shutil.which("kubectl"):
        skip("there is no kubectl on PATH")
    ready = os.environ.get("KUBECONFIG") and subprocess.run(["kubectl", "get", "--raw", "/readyz"], capture_output=True).returncode == 0
    if not ready:
        skip("KUBECONFIG names no cluster that answers")
    objects = list(trees())
    for name in sorted({o["metadata"]["namespace"] for _, o in objects if "namespace" in o["metadata"]}):
        subprocess.run(["kubectl", "create", "namespace", name], capture_output=True)
    named = list(variants(objects))
    with Server() as asked, ThreadPoolExecutor(4) as pool:
        server = list(pool.map(asked.refused, (obj for _, obj in named)))
        whole = list(pool.map(asked.refused, (obj for _, obj in objects)))
    ours = refused_by_cniforge(program, [obj for _, obj in named])
    own = refused_by_cniforge(program, [obj for _, obj in objects])
    missed, stricter = [], []
    for (name, _), theirs, mine in zip(named, server, ours):
        if theirs and not mine:
            missed.append(name)
            print(f"MISS  {name}: the server says: {theirs[:300]}")
        elif mine and not theirs:
            stricter.append(name)
            print(f"more  {name}: validate says: {mine[:300]}")
        elif "--all" in sys.argv:
            print(f"ok    {name}: {(mine or 'both accept it')[:120]}")
    wrong = other = 0
    for (path, obj), theirs, mine in zip(objects, whole, own):
        # What a cluster of an older Kubernetes has: both say so.
        if theirs == NOT_SERVED and mine and "CNI010" in mine:
            other += 1
            continue
        for who, said in (("the server", theirs), ("validate", mine)):
            if said:
                wrong += 1
                print(f"FALSE {path}: {who} says: {said[:300]}")
    refused = sum(1 for said in server if said)
    print(f"{len(named)} broken variants: the server refuses {refused}, validate {refused - len(missed)} of those and {len(stricter)} more; "
          f"they agree about {len(named) - len(missed) - len(stricter)}")
    print(f"{len(objects)} objects as they are: {wrong} refusals; both say of {other} that their API is of an older Kubernetes")
    sys.exit(1 if missed or wrong else 0)


try:
    import yaml
except ImportError:
    yaml = None
if __name__ == "__main__":
    main()
