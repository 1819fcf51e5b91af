#!/usr/bin/env python3
"""`cniforge validate` beside kubeconform: the same trees, one run, and what each finds of the broken variants.

  tests/e2e/validate-agreement.kubeconform.py SWAGGER.JSON [CLUSTERS]

SWAGGER.JSON is Kubernetes' own API description of a version, `api/openapi-spec/swagger.json` in its source; the schemas that
kubeconform reads are made of it, strict ones. CLUSTERS (default 100) Cilium clusters are rendered, then both look at them,
three times in turn; the best of each counts. kubeconform reads the rendered files; `validate` evaluates the definitions and
checks what would be rendered.
  CNIFORGE     the program, a release build    [default: target/release/cniforge]
  KUBECONFORM  kubeconform                     [default: the one on PATH]
What is not there is skipped, and the script says so. The exit code is 1 if kubeconform refuses a variant that `validate`
accepts.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
VERSION = "1.34.4"


def agreement():
    spec = importlib.util.spec_from_file_location("agreement", Path(__file__).with_name("validate-agreement.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def strict(schema):
    """The same schema, which takes no field that it does not name."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "int-or-string":
        return {"type": ["string", "integer"]}
    made = {key: strict(value) for key, value in schema.items() if not key.startswith("x-kubernetes") and key != "description"}
    if "properties" in schema and "additionalProperties" not in schema:
        made["additionalProperties"] = False
    return made


def closure(definitions, name, seen):
    if name not in seen:
        seen[name] = definitions[name]
        for reference in re.findall(r'"#/definitions/([^"]+)"', json.dumps(definitions[name])):
            closure(definitions, reference, seen)
    return seen


def write_schemas(swagger, folder):
    source = json.loads(Path(swagger).read_text())["definitions"]
    definitions = {name: strict(schema) for name, schema in source.items()}
    # A quantity may be written as a number, and a schema of a schema knows itself.
    for name in definitions:
        if name.endswith(".Quantity"):
            definitions[name] = {"type": ["string", "number"]}
        elif re.search(r"\.(JSON|JSONSchemaPropsOrArray|JSONSchemaPropsOrBool|JSONSchemaPropsOrStringArray|RawExtension)$", name):
            definitions[name] = {}
    for name, schema in source.items():
        for kind in schema.get("x-kubernetes-group-version-kind", []):
            group = "-" + kind["group"].split(".")[0] if kind["group"] else ""
            parts = closure(definitions, name, {})
            Path(folder, f"{kind['kind'].lower()}{group}-{kind['version']}.json").write_text(
                json.dumps({"$ref": f"#/definitions/{name}", "definitions": parts}))


def kubeconform(program, schemas, *targets):
    return subprocess.run(
        [program, "-strict", "-ignore-missing-schemas", "-output", "json", "-schema-location",
         f"{schemas}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json", *targets], capture_output=True, text=True)


def best(run, times=3):
    spent = []
    for _ in range(times):
        start = time.monotonic()
        run()
        spent.append(time.monotonic() - start)
    return min(spent)


def main():
    program = os.environ.get("CNIFORGE", str(REPOSITORY / "target/release/cniforge"))
    other = os.environ.get("KUBECONFORM") or shutil.which("kubeconform")
    module = agreement()
    for there, what in ((os.path.exists(program), "no release build: cargo build --release"), (other, "no kubeconform on PATH"),
                        (module.yaml, "no PyYAML"), (len(sys.argv) > 1, "no SWAGGER.JSON: see the head of this file")):
        if not there:
            module.skip(f"there is {what}")
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    module.version = lambda: VERSION
    with tempfile.TemporaryDirectory() as work:
        schemas, fleet, broken = Path(work, "schemas"), Path(work, "fleet"), Path(work, "broken")
        for folder in (schemas, fleet / "clusters", broken):
            folder.mkdir(parents=True)
        write_schemas(sys.argv[1], schemas)
        (fleet / "cniforge.toml").write_text("")
        for i in range(count):
            (fleet / "clusters" / f"c{i}.jsonnet").write_text(
                f"(import 'cniforge/main.libsonnet').cluster {{ name: 'c{i}', type: 'Baremetal', cni: 'cilium', "
                f"kubernetesVersion: '{VERSION}', podCIDRs: ['10.{i % 200}.0.0/16'], serviceCIDRs: ['10.250.0.0/16'], "
                "cilium+: { values+: { hubble: { relay: { enabled: true }, ui: { enabled: true } } } } }\n")
        subprocess.run([program, "--fleet", str(fleet), "--quiet", "render"], check=True)
        files = [str(path) for path in sorted((fleet / "rendered").rglob("*.yaml"))]
        ours, theirs, render = [], [], []
        for _ in range(3):
            theirs.append(best(lambda: kubeconform(other, schemas, *files), 1))
            ours.append(best(lambda: subprocess.run([program, "--fleet", str(fleet), "validate"], capture_output=True), 1))
            render.append(best(lambda: subprocess.run([program, "--fleet", str(fleet), "render", "--fresh"], capture_output=True), 1))
        print(f"{count} Cilium clusters, {len(files)} files: kubeconform {min(theirs):.2f} s, validate {min(ours):.2f} s "
              f"(evaluating and writing them anew, for comparison: {min(render):.2f} s)")
        named = list(module.variants(list(module.trees())))
        for i, (_, obj) in enumerate(named):
            (broken / f"{i}.json").write_text(json.dumps(obj))
        found = json.loads(kubeconform(other, schemas, str(broken)).stdout)["resources"]
        refused = {int(Path(r["filename"]).stem) for r in found if r["status"] in ("statusInvalid", "statusError")}
        mine = module.refused_by_cniforge(program, [obj for _, obj in named])
        missed = [named[i][0] for i in sorted(refused) if not mine[i]]
        for name in missed:
            print(f"MISS  {name}")
        print(f"{len(named)} broken variants: kubeconform refuses {len(refused)}, validate {len(refused) - len(missed)} of those, "
              f"and {sum(1 for said in mine if said)} in all")
        sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
