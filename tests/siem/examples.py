#!/usr/bin/python3
"""Holds the examples under scripts/siem against what the program writes: syntax, topics, and every field and metric that
they name.

usage: examples.py --specular PROGRAM

Uses promtool where it is installed, and says when it is not. Exits 77 without python3-yaml.
"""
import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import yaml
except ImportError:
    print("python3-yaml is not here")
    sys.exit(77)

SIEM = Path(__file__).resolve().parents[2] / "scripts" / "siem"
TOPICS = {f"specular.{kind}.v1" for kind in ("findings", "exchanges", "usage", "inventory", "health")}
PROBLEMS = []


def complain(words):
    PROBLEMS.append(words)
    print("FAIL", words)


def text(name):
    return (SIEM / name).read_text(encoding="utf-8")


def paths_of(schema, root, before=""):
    """Every member that records may have, with dots: unmapped.specular.partner.id."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    for name, below in schema.get("properties", {}).items():
        yield before + name
        yield from paths_of(below, root, before + name + ".")
    if "items" in schema:
        yield from paths_of(schema["items"], root, before)


def known_fields():
    fields = set()
    for path in (SIEM / "schemas").glob("*.schema.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        fields |= set(paths_of(schema, schema))
    return fields


def known_metrics(program, work):
    """The counters of a health record are those of /metrics."""
    capture = work / "empty.pcap"
    capture.write_bytes(bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000"))
    (work / "contracts").mkdir()
    health = work / "health.jsonl"
    subprocess.run([program, "replay", "--contracts", work / "contracts", "--hmac-key-file", work / "key", "--health",
                    health, capture], check=True, timeout=60, stderr=subprocess.DEVNULL)
    counters = json.loads(health.read_text(encoding="utf-8").splitlines()[0])["counters"]
    return {"specular_" + re.sub(r"\W", "_", name) + "_total" for name in counters} | {
        "specular_build_info", "specular_inventory_endpoints", "specular_findings_open", "specular_usage_lines"}


def leaves(mapping, before=""):
    for name, below in mapping.get("properties", {}).items():
        if "properties" in below:
            yield from leaves(below, before + name + ".")
        else:
            yield before + name


def fields_named():
    """(file, field) of each field of a record that an example names."""
    for name in ("logstash/specular.conf",):
        for found in re.findall(r"(?<![@\w\]])((?:\[\w+\])+)(?!\[)", text(name)):
            field = found.strip("[]").replace("][", ".")
            if not field.startswith("@"):
                yield name, field
    for line in text("splunk/props.conf").splitlines():
        if line.startswith("FIELDALIAS"):
            for field in re.findall(r"(\S+) AS", line):
                yield "splunk/props.conf", field
    template = json.loads(text("opensearch/index-template.json"))
    for field in leaves(template["template"]["mappings"]):
        yield "opensearch/index-template.json", field
    for field in re.findall(r"[{'](/\w[\w/]*)", text("opensearch/data-prepper.yaml")):
        yield "opensearch/data-prepper.yaml", field.strip("/").replace("/", ".")
    vector = yaml.safe_load(text("vector/vector.yaml"))
    conditions = [*vector["transforms"]["kind"]["route"].values(), vector["transforms"]["urgent"]["condition"]]
    for field in re.findall(r"(?<!\w)\.(\w+)", " ".join(conditions)):
        yield "vector/vector.yaml", field
    for found in re.findall(r"%\{\[([\w.]+)\]\}|document_id: ([\w.]+)", text("filebeat/filebeat.yml")):
        yield "filebeat/filebeat.yml", found[0] or found[1]
    for path in (SIEM / "webhook").glob("*.json"):
        for found in re.findall(r"\{\{&?([^}]+)\}\}", path.read_text(encoding="utf-8")):
            for pointer in found.split("|"):
                yield path.name, re.sub(r"/\d+(?=/)", "", pointer).strip("/").replace("/", ".")


def wiring(vector):
    names = set(vector["sources"]) | set(vector["transforms"]) | {"kind." + name for name in
                                                                   vector["transforms"]["kind"]["route"]}
    for part in (*vector["transforms"].values(), *vector["sinks"].values()):
        for name in part["inputs"]:
            if name not in names:
                complain(f"vector: no {name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--specular", required=True)
    options = parser.parse_args()
    for path in sorted(SIEM.rglob("*")):
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix in (".yml", ".yaml"):
            yaml.safe_load(path.read_text(encoding="utf-8"))
        elif path.suffix == ".conf" and path.parent.name == "logstash":
            bare = re.sub(r'"[^"]*"|#[^\n]*', "", path.read_text(encoding="utf-8"))
            if any(bare.count(a) != bare.count(b) for a, b in ("{}", "[]")):
                complain(f"{path.name}: brackets do not match")
    wiring(yaml.safe_load(text("vector/vector.yaml")))
    for name in ("logstash/specular.conf", "vector/vector.yaml", "splunk/connect.properties", "opensearch/data-prepper.yaml",
                 "filebeat/filebeat.yml"):
        topics = set(re.findall(r"specular\.\w+\.v\d+", text(name)))
        if not topics or topics - TOPICS:
            complain(f"{name}: topics {topics - TOPICS or 'are missing'}")
    fields, named = known_fields(), list(fields_named())
    for name, field in named:
        if field not in fields:
            complain(f"{name}: no record has {field}")
    with tempfile.TemporaryDirectory() as folder:
        metrics = known_metrics(options.specular, Path(folder))
    asked = [(name, metric) for name in ("grafana/dashboard.json", "prometheus/specular.rules.yml")
             for metric in re.findall(r"\bspecular_\w+", text(name))]
    for name, metric in asked:
        if metric not in metrics:
            complain(f"{name}: there is no metric {metric}")
    promtool = shutil.which("promtool")
    if promtool:
        subprocess.run([promtool, "check", "rules", SIEM / "prometheus" / "specular.rules.yml"], check=True, timeout=60)
    else:
        print("promtool is not here: rules were read as YAML only")
    if len(named) < 40 or len(asked) < 15:
        complain("the check reads less than there is")
    print(f"{len(named)} fields, {len(asked)} metrics, {len(PROBLEMS)} problems")
    return 1 if PROBLEMS else 0


sys.exit(main())
