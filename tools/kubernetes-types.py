#!/usr/bin/env python3
"""Writes src/kubernetes/types.txt: the built-in kinds of Kubernetes and their fields, of all versions in one table.

  tools/kubernetes-types.py FOLDER > src/kubernetes/types.txt

FOLDER holds, for each version, the file api/openapi-spec/swagger.json of Kubernetes' source as 1.NN.P.json, and for the
versions whose enumerations are wanted pkg/generated/openapi/zz_generated.openapi.go as 1.NN.P.go. Both are in the Go
module k8s.io/kubernetes, which the Go module proxy serves as a zip. A new version is one more file in the folder.

Names, types and their versions are taken; descriptions are not. The format is described in src/kubernetes/types.rs.
"""
import collections
import glob
import json
import os
import re
import sys

PREFIXES = (
    ("io.k8s.apimachinery.pkg.apis.", ""),
    ("io.k8s.apiextensions-apiserver.pkg.apis.", ""),
    ("io.k8s.kube-aggregator.pkg.apis.", ""),
    ("io.k8s.api.", ""),
)
SCALARS = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "intstr",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "time",
}
# Nobody writes these by hand: what a controller reports, and questions that are answered and not kept.
REPORTED = ("status",)
QUESTIONS = ("authentication.k8s.io", "authorization.k8s.io")


def short(name):
    for prefix, instead in PREFIXES:
        if name.startswith(prefix):
            return instead + name[len(prefix):]
    return name


def minor_of(path):
    return int(os.path.basename(path).split(".")[1])


def enumerations(folder):
    """{(type, field): sorted members} of all Go files; a member of any version counts."""
    found = collections.defaultdict(set)
    for path in sorted(glob.glob(folder + "/1.*.go")):
        owner = field = None
        with open(path) as file:
            for line in file:
                if match := re.match(r"func schema_(\w+)\(", line):
                    owner, field = match.group(1), None
                elif match := re.match(r'\t{5}"([^"]+)": \{$', line):
                    field = match.group(1)
                elif (match := re.match(r"\t+Enum: +\[\]interface\{\}\{(.*)\},$", line)) and owner and field:
                    found[owner, field].update(re.findall(r'"([^"]*)"', match.group(1)))
    return found


def go_name(name):
    """The name that the generated Go code gives a type: io.k8s.api.apps.v1.DaemonSet → k8sio_api_apps_v1_DaemonSet."""
    parts = name.split(".")
    return "_".join(["k8sio"] + [part.replace("-", "_") for part in parts[2:]]) if parts[:2] == ["io", "k8s"] else name


def written(definitions, name, field, schema, enums, told):
    """The type of a field as the table has it; `told` gets what the items of a list are told apart by."""
    if "$ref" in schema:
        target = schema["$ref"].rsplit("/", 1)[1]
        if target in SCALARS:
            return SCALARS[target]
        referred = definitions[target]
        if "properties" in referred:
            return short(target)
        return {"string": "string"}.get(referred.get("type"), "any")
    kind = schema.get("type")
    if kind == "array":
        keys = schema.get("x-kubernetes-list-map-keys") or []
        if keys or schema.get("x-kubernetes-list-type") == "set":
            told[short(name), field] = "=" + (",".join(keys) or "*")
        return "[" + written(definitions, name, field, schema["items"], enums, told) + "]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return "{" + written(definitions, name, field, values, {}, told) + "}" if isinstance(values, dict) else "any"
    if kind == "string":
        if schema.get("format") == "byte":
            return "bytes"
        members = enums.get((go_name(name), field), ())
        # A row's words have blanks between them; the few enumerations with blanks in their members stay plain text.
        plain = members and not any(" " in member for member in members)
        return "string" + ("(" + "|".join(sorted(members)) + ")" if plain else "")
    if kind == "integer":
        return schema.get("format", "int64")
    return {"boolean": "bool", "number": "double", None: "any"}[kind]


def ranges(minors, every):
    """The runs of versions in which something is so: [(first, last)]."""
    runs = []
    for minor in every:
        if minor not in minors:
            continue
        if runs and every.index(minor) == every.index(runs[-1][1]) + 1:
            runs[-1][1] = minor
        else:
            runs.append([minor, minor])
    return runs


def suffix(run, first, last):
    low = "" if run[0] == first else str(run[0])
    high = "" if run[1] == last else str(run[1])
    return " @%s-%s" % (low, high) if low or high else ""


def main(folder):
    enums = enumerations(folder)
    kinds = collections.defaultdict(set)  # (apiVersion, kind, scope, type) → minors
    fields = collections.defaultdict(set)  # (type, field, type of the field, required) → minors
    types = collections.defaultdict(set)
    told = {}  # (type, field) → what its items are told apart by; older versions say it in other words, or not at all
    every = []
    for path in sorted(glob.glob(folder + "/1.*.json"), key=minor_of):
        minor = minor_of(path)
        every.append(minor)
        with open(path) as file:
            swagger = json.load(file)
        definitions = swagger["definitions"]
        wanted = []
        for url, operations in swagger["paths"].items():
            gvk = operations.get("post", {}).get("x-kubernetes-group-version-kind")
            if not gvk or re.search(r"\{name\}", url) or gvk["group"] in QUESTIONS:
                continue
            version = gvk["version"] if not gvk["group"] else gvk["group"] + "/" + gvk["version"]
            body = next(p["schema"]["$ref"] for p in operations["post"]["parameters"] if p["in"] == "body")
            target = body.rsplit("/", 1)[1]
            if not target.endswith("." + gvk["kind"]):
                continue
            scope = "namespaced" if "/namespaces/{namespace}/" in url else "cluster"
            kinds[version, gvk["kind"], scope, short(target)].add(minor)
            wanted.append(target)
        seen = set()
        while wanted:
            name = wanted.pop()
            if name in seen or name in SCALARS or "properties" not in definitions.get(name, {}):
                continue
            seen.add(name)
            types[short(name)].add(minor)
            required = definitions[name].get("required", [])
            top = any(short(name) == kind[3] for kind in kinds)
            for field, schema in definitions[name]["properties"].items():
                if field in REPORTED and top:
                    text = "any"
                else:
                    text = written(definitions, name, field, schema, enums, told)
                    while "items" in schema or isinstance(schema.get("additionalProperties"), dict):
                        schema = schema.get("items") or schema["additionalProperties"]
                    if "$ref" in schema:
                        wanted.append(schema["$ref"].rsplit("/", 1)[1])
                fields[short(name), field, text, field in required].add(minor)
    first, last = every[0], every[-1]
    print("# Kubernetes 1.%d to 1.%d. Made by tools/kubernetes-types.py; not to be changed by hand." % (first, last))
    for (version, kind, scope, name), minors in sorted(kinds.items()):
        for run in ranges(minors, every):
            print("kind %s %s %s %s%s" % (version, kind, scope, name, suffix(run, first, last)))
    for name in sorted(types):
        print("\ntype " + name)
        for (owner, field, text, required), minors in sorted(fields.items()):
            if owner != name:
                continue
            # A field is there as long as its type is, unless it says otherwise.
            whole = sorted(types[name])
            for run in ranges(minors, every):
                items = told.get((name, field), "") if text.startswith("[") else ""
                print("%s%s %s%s%s" % (field, "!" if required else "", text, items, suffix(run, whole[0], whole[-1])))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
