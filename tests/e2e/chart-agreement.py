#!/usr/bin/env python3
"""Values that decide together: random clusters of Cilium, rendered by the official chart and by cniforge, compared object by object.

  tests/e2e/chart-agreement.py --chart DIR [--cases 300] [--seed 1] [--pack FILE] [--keep DIR]

  --chart   the official chart, unpacked; its version is the Cilium of all cases
  --pack    a conformance pack, whose cases are mixed with each other; without it, only the chart's own values are changed
  --keep    leave the fleet there

A case lays the values of up to four cases of the pack over each other, switches some booleans, gives some values another of their
type and takes some away. The same seed gives the same cases. Needs PyYAML, helm (HELM), and the program (CNIFORGE) [default:
target/release/cniforge, or else target/debug/cniforge].

Objects are compared as parsed YAML; null means absent. A text that holds YAML is compared as that. Not compared are checksums
of template text, and dashboards, scripts and foreign configuration, which are cniforge's own. Where the chart makes up
keys, or refuses the values, cniforge must render nothing; where its templates break, cniforge may do either. A text that is no
duration where an agent reads one is refused by cniforge alone, and no difference here. The exit code is 1 if any case differs.
"""

import argparse
import copy
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
KUBERNETES = ["1.21.3", "1.25.4", "1.28.0", "1.30.0", "1.31.0-eks-1", "1.33.1", "1.34.0"]
APIS = ["monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1/GatewayClass", "cert-manager.io/v1", "security.openshift.io/v1"]
# Without these nearly every case would stop at keys that the chart makes up.
START = {
    "cluster": {"name": "default"},
    "hubble": {"tls": {"auto": {"method": "cronJob"}}},
    "clustermesh": {"apiserver": {"tls": {"auto": {"method": "cronJob"}}}},
}
# Templates of the chart that break, in place of refusing.
DEFECT = re.compile(r"YAML parse error|, want null|nil pointer|can't evaluate field")
MADE_UP_NAME = re.compile(r"^((?:hubble|clustermesh-apiserver)-generate-certs)-[0-9a-f]{6,64}$")


def laid_over(below, above):
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return copy.deepcopy(above)
    result = dict(below)
    for key, value in above.items():
        result[key] = laid_over(result[key], value) if key in result else copy.deepcopy(value)
    return result


def leaves(value, path=()):
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def put(values, path, value):
    for key in path[:-1]:
        if not isinstance(values.get(key), dict):
            values[key] = {}
        values = values[key]
    values[path[-1]] = value


class Cases:
    """Makes cases, the same ones for the same seed."""

    def __init__(self, chart, pack, seed):
        self.random = random.Random(seed)
        self.leaves = list(leaves(yaml.load((chart / "values.yaml").read_text(), Loader=LOADER)))
        self.switches = [(path, value) for path, value in self.leaves if isinstance(value, bool)]
        self.seeds = [{}]
        if pack:
            with gzip.open(pack, "rt") as file:
                rows = [json.loads(line) for line in file][1:]
            self.seeds = [row["values"] for row in rows if isinstance(row.get("values"), dict) and "put" in row]
        # Versions of Helm differ in what null makes of a default that is null.
        self.null = {path for path, value in self.leaves if value is None}
        self.seeds = [seed for seed in self.seeds if not any(value is None and path in self.null for path, value in leaves(seed))]

    def another(self, value):
        choose = self.random.choice
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return choose([0, 1, value + 1, value * 2 + 3])
        if isinstance(value, str):
            return choose(["x", "a-b", value + "z"])
        if isinstance(value, list):
            return choose([[], ["a", "b"], value + value[:1]])
        if isinstance(value, dict):
            return choose([{}, {"a": "b"}, {"a.b/c": "d", "e": "f"}])
        return choose([True, "x", 1])

    def one(self, number):
        choose = self.random.choice
        values = START
        for _ in range(choose([1, 2, 2, 3, 4])):
            values = laid_over(values, choose(self.seeds))
        values = copy.deepcopy(values)
        for _ in range(choose([0, 1, 2, 3])):
            path, value = choose(self.switches)
            put(values, path, not value)
        for _ in range(choose([0, 0, 1, 2])):
            path, value = choose(self.leaves)
            put(values, path, self.another(value))
        if choose([False, False, False, True]):
            put(values, choose([path for path, _ in self.leaves if path not in self.null]), None)
        return {
            "name": f"case-{number:05}",
            "values": values,
            "kubernetesVersion": choose(KUBERNETES),
            "apiVersions": [api for api in APIS if choose([False, True])],
            "namespace": choose(["kube-system", "kube-system", "cilium"]),
        }


def documents(text):
    return [each for each in yaml.load_all(text, Loader=LOADER) if isinstance(each, dict) and each.get("kind")]


def by_name(objects):
    """Name → object, without what both make of texts of their own."""
    result = {}
    for each in objects:
        metadata = each.get("metadata") or {}
        name = MADE_UP_NAME.sub(r"\1", str(metadata.get("name")))
        if each["kind"] == "Job":
            metadata["name"] = name
        template = (each.get("spec") or {}).get("template")
        annotations = ((template or {}).get("metadata") or {}).get("annotations") if isinstance(template, dict) else None
        for key in annotations or {}:
            if "checksum" in key:
                annotations[key] = "masked"
        result[f"{each['apiVersion']} {each['kind']} {metadata.get('namespace') or ''}/{name}"] = each
    return result


def chart_says(chart, case):
    """What the chart makes of a case: `objects`, or why there are none."""
    command = [os.environ.get("HELM", "helm"), "template", "cilium", str(chart), "-n", case["namespace"], "--kube-version", case["kubernetesVersion"], "-f", "-"]
    for api in case["apiVersions"]:
        command += ["--api-versions", api]

    def render():
        return subprocess.run(command, input=json.dumps(case["values"], ensure_ascii=False), capture_output=True, text=True, check=False)

    result = render()
    if result.returncode:
        return {"defect" if DEFECT.search(result.stderr) else "refused": result.stderr.strip()[-300:]}
    try:
        objects = documents(result.stdout)
    except yaml.YAMLError:
        return {"defect": "no YAML"}
    if any(each["kind"] == "Secret" for each in objects) and render().stdout != result.stdout:
        return {"refused": "the chart makes up keys"}
    return {"objects": objects}


def definition(case, version, secrets):
    cluster = {
        "name": case["name"], "type": "Baremetal", "kubernetesVersion": case["kubernetesVersion"], "apiVersions": case["apiVersions"],
        "podCIDRs": ["10.0.0.0/8"], "serviceCIDRs": ["172.20.0.0/16"], "cni": "cilium", "allowSecrets": secrets,
    }
    cilium = {"version": version, "namespace": case["namespace"], "values": case["values"]}
    return f"(import 'cniforge/main.libsonnet').cluster + {json.dumps(cluster)} + {{ cilium+: {json.dumps(cilium)} }}\n"


def without_nulls(value):
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


def parsed(text):
    try:
        value = yaml.load(text, Loader=LOADER)
    except yaml.YAMLError:
        return None
    return value if isinstance(value, (dict, list)) else None


def same_text(theirs, ours):
    if theirs.rstrip() == ours.rstrip():
        return True
    if len(theirs) > 10000 or theirs.count("\n") >= 15 and not parsed(theirs):
        return ours.count("\n") >= 3
    return ("\n" in theirs + ours or "{" in theirs) and parsed(theirs) is not None and parsed(theirs) == parsed(ours)


def same_number(theirs, ours):
    """The chart writes large and small numbers with an exponent, which YAML takes for text without a dot."""
    try:
        return not isinstance(theirs, bool) and "e" in str(theirs) and float(theirs) == float(ours)
    except (TypeError, ValueError):
        return False


def differences(theirs, ours, path=""):
    if same_number(theirs, ours):
        return
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in sorted(set(theirs) | set(ours), key=str):
            yield from differences(theirs.get(key), ours.get(key), f"{path}.{key}")
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for index, (one, other) in enumerate(zip(theirs, ours)):
            yield from differences(one, other, f"{path}[{index}]")
    elif isinstance(theirs, str) and isinstance(ours, str):
        if not same_text(theirs, ours):
            yield f"{path}: chart {theirs[:120]!r}, cniforge {ours[:120]!r}"
    elif theirs != ours or isinstance(theirs, bool) != isinstance(ours, bool):
        yield f"{path}: chart {json.dumps(theirs)[:120]}, cniforge {json.dumps(ours)[:120]}"


def problems(said, folder, errors):
    """What cniforge makes of a case otherwise than the chart."""
    if "defect" in said:
        return []
    if "refused" in said:
        return [f"cniforge takes what the chart refuses: {said['refused']}"] if folder.is_dir() else []
    if not folder.is_dir():
        if errors and all("must be a duration" in error for error in errors):
            return []
        return [f"cniforge refuses what the chart takes: {error}" for error in errors or ["and says nothing"]]
    theirs = by_name(said["objects"])
    ours = by_name(each for file in sorted(folder.rglob("*.yaml")) for each in documents(file.read_text()))
    found = [f"{name}: the chart's alone" for name in theirs if name not in ours]
    found += [f"{name}: cniforge's alone" for name in ours if name not in theirs]
    for name in sorted(set(theirs) & set(ours)):
        found += [f"{name} {each}" for each in differences(without_nulls(theirs[name]), without_nulls(ours[name]))]
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--chart", required=True, type=Path)
    arguments.add_argument("--cases", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--pack", type=Path)
    arguments.add_argument("--keep", type=Path)
    options = arguments.parse_args()

    builds = [REPOSITORY / "target" / kind / "cniforge" for kind in ["release", "debug"]]
    program = os.environ.get("CNIFORGE") or next((str(build) for build in builds if build.exists()), None)
    if not program or not shutil.which(os.environ.get("HELM", "helm")):
        print("skip  there is no cniforge, or no helm")
        return 0
    version = yaml.load((options.chart / "Chart.yaml").read_text(), Loader=LOADER)["version"]
    make = Cases(options.chart, options.pack, options.seed)
    cases = [make.one(number) for number in range(options.cases)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        said = list(pool.map(lambda case: chart_says(options.chart, case), cases))

    fleet = options.keep or Path(tempfile.mkdtemp(prefix="chart-agreement-"))
    (fleet / "clusters").mkdir(parents=True, exist_ok=True)
    (fleet / "cniforge.toml").touch()
    for case, answer in zip(cases, said):
        secrets = sorted(each["metadata"]["name"] for each in answer.get("objects", []) if each["kind"] == "Secret")
        (fleet / "clusters" / f"{case['name']}.jsonnet").write_text(definition(case, version, secrets))
    result = subprocess.run([program, "render", "--allow-findings"], cwd=fleet, capture_output=True, text=True, check=False)
    errors = {}
    for name, message in re.findall(r"^error(?:\[\w+\])?: (case-\d+): (.*)$", result.stderr, re.M):
        errors.setdefault(name, []).append(message)

    differ = 0
    for case, answer in zip(cases, said):
        found = problems(answer, fleet / "rendered" / case["name"], errors.get(case["name"]))
        if found:
            differ += 1
            print(f"{case['name']}  {json.dumps(case['values'])[:300]}")
            for each in found[:5]:
                print(f"    {each}")
    kinds = {kind: sum(kind in answer for answer in said) for kind in ["objects", "refused", "defect"]}
    print(f"Cilium {version}, seed {options.seed}: {kinds['objects']} cases rendered by the chart, {kinds['refused']} refused,"
          f" {kinds['defect']} broken by its own defects; cniforge differs in {differ}")
    if not options.keep:
        shutil.rmtree(fleet)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
