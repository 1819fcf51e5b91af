#!/usr/bin/env python3
"""What the cases ask about objects: JSON in on stdin (an object or a list of them), lines out, one an object.

  state       what each is, without what the server and controllers write: two states that are alike are the same text
  writes      who has written it last and when: a write that changes nothing leaves no trace here
  names       kind, namespace and name
  carrying    the names of those without which pods lose their network, found from the pods themselves
  extraneous  those that make no difference to Argo CD when the tree does not have them, as gitops-sync writes them
  without     the objects that are not of the kinds given as arguments, as one JSON list again
  served      the objects of API versions that are given as arguments, as one JSON list again; names of others on stderr
"""

import json
import sys

HOOK = "argocd.argoproj.io/hook"
# Whom the API server notes for a write of the object itself, not of its status. The controllers of Kubernetes write, too.
WRITERS = ("argocd-controller", "kustomize-controller", "kubectl")


def name(obj):
    meta = obj["metadata"]
    return f'{obj["kind"]} {meta.get("namespace", "-")} {meta["name"]}'


def state(objects):
    """An engine marks what is its own with an annotation, and a Deployment's generation counts up with one: neither is here.
    A hook is made anew at each sync, and so is no state."""
    for obj in objects:
        if HOOK not in obj["metadata"].get("annotations", {}):
            body = {key: value for key, value in obj.items() if key not in ("metadata", "status")}
            yield f"{name(obj)} {json.dumps(body, sort_keys=True)}"


def writes(objects):
    for obj in objects:
        last = [(entry["manager"], entry["operation"], entry.get("time"))
                for entry in obj["metadata"].get("managedFields", [])
                if entry["manager"] in WRITERS and "subresource" not in entry]
        yield f'{name(obj)} {obj["metadata"].get("generation")} {last}'


def pod(obj):
    return obj.get("spec", {}).get("template", {}).get("spec", {})


def asked_for(spec):
    """The names of what pods are given: kind → names."""
    found = {"ServiceAccount": {spec.get("serviceAccountName")}, "ConfigMap": set(), "Secret": set()}
    sources = [source for volume in spec.get("volumes", [])
               for source in [volume, *volume.get("projected", {}).get("sources", [])]]
    for source in sources:
        found["ConfigMap"].add(source.get("configMap", {}).get("name"))
        found["Secret"].add(source.get("secret", {}).get("secretName") or source.get("secret", {}).get("name"))
    for container in spec.get("initContainers", []) + spec.get("containers", []):
        for entry in container.get("env", []):
            value = entry.get("valueFrom", {})
            found["ConfigMap"].add(value.get("configMapKeyRef", {}).get("name"))
            found["Secret"].add(value.get("secretKeyRef", {}).get("name"))
        for entry in container.get("envFrom", []):
            found["ConfigMap"].add(entry.get("configMapRef", {}).get("name"))
            found["Secret"].add(entry.get("secretRef", {}).get("name"))
    return found


def carrying(objects):
    """Pods on the host's network that run on every node, or that nothing could run without (priority of the system's own);
    what those pods are given; the rights of their accounts; CRDs and Namespaces, with which everything in them goes; and
    names: CoreDNS with its Service."""
    found = set()
    workloads = [obj for obj in objects if obj["kind"] in ("DaemonSet", "Deployment")]
    dns = {obj["metadata"]["name"] for obj in objects if obj["kind"] == "Service" and obj["metadata"]["name"] == "kube-dns"}
    for obj in workloads:
        spec = pod(obj)
        system = spec.get("priorityClassName", "").startswith("system-")
        names = dns and obj["spec"]["selector"]["matchLabels"].get("k8s-app") == "kube-dns"
        if spec.get("hostNetwork") and (obj["kind"] == "DaemonSet" or system) or names:
            found.add(name(obj))
            asked, space = asked_for(spec), obj["metadata"].get("namespace")
            for other in objects:
                meta = other["metadata"]
                if meta["name"] in asked.get(other["kind"], ()) and meta.get("namespace") == space:
                    found.add(name(other))
                subjects = [(s["kind"], s.get("namespace"), s["name"]) for s in other.get("subjects") or []]
                if any(("ServiceAccount", space, account) in subjects for account in asked["ServiceAccount"]):
                    found.add(name(other))
                    role = other["roleRef"]
                    found.update(name(r) for r in objects if (r["kind"], r["metadata"]["name"]) == (role["kind"], role["name"]))
    for obj in objects:
        always = obj["kind"] in ("CustomResourceDefinition", "Namespace")
        if always or obj["kind"] == "Service" and obj["metadata"]["name"] in dns:
            found.add(name(obj))
    return sorted(found)


def extraneous(objects):
    for obj in objects:
        if obj["metadata"].get("annotations", {}).get("argocd.argoproj.io/compare-options") == "IgnoreExtraneous":
            group = obj["apiVersion"].rpartition("/")[0]
            yield f'{group}/{obj["kind"]}/{obj["metadata"].get("namespace", "")}/{obj["metadata"]["name"]}'


def served(objects, versions):
    def is_served(obj):
        return obj["apiVersion"] in versions or obj["apiVersion"].split("/")[0] in defined
    defined = {obj["spec"]["group"] for obj in objects
               if obj["kind"] == "CustomResourceDefinition" and obj["apiVersion"] in versions}
    for obj in objects:
        if not is_served(obj):
            print(name(obj), file=sys.stderr)
    json.dump({"apiVersion": "v1", "kind": "List", "items": [obj for obj in objects if is_served(obj)]}, sys.stdout)


def without(objects, kinds):
    json.dump({"apiVersion": "v1", "kind": "List", "items": [obj for obj in objects if obj["kind"] not in kinds]}, sys.stdout)


def main():
    text = sys.stdin.read()
    got = json.loads(text) if text.strip() else {"items": []}
    objects = sorted(got.get("items", [got]) if "items" in got or "kind" in got else [], key=name)
    command = sys.argv[1]
    if command in LISTS:
        LISTS[command](objects, set(sys.argv[2:]))
        return
    for line in LINES[command](objects):
        print(line)


LINES = {"state": state, "writes": writes, "names": lambda objects: map(name, objects), "carrying": carrying, "extraneous": extraneous}
LISTS = {"without": without, "served": served}


if __name__ == "__main__":
    main()
