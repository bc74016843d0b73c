#!/usr/bin/python3
"""Holds every record of all replayed stories and of the demo against the JSON Schemas that SIEM users get.

usage: schemas.py --specular PROGRAM

Both formats: the same calls give the same uids, and the same report. With SPECULAR_CORPUS set the OCSF ones are held
against OCSF's own schema too. Exits 77 without python3-jsonschema.
"""
import argparse
import copy
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import replay
import talk as talks

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not here")
    sys.exit(77)

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SCHEMAS = ROOT / "scripts" / "siem" / "schemas"
DEMO = ROOT / "scripts" / "demo.d"
KINDS = ("findings", "exchanges", "usage", "inventory", "health")
PROBLEMS = []


def complain(words):
    PROBLEMS.append(words)
    if len(PROBLEMS) <= 20:
        print("FAIL", words)


def validators():
    made = {}
    for path in sorted(SCHEMAS.glob("*.schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        made[path.name.removesuffix(".schema.json")] = jsonschema.Draft202012Validator(
            schema, format_checker=jsonschema.FormatChecker())
    return made


def name_of(record):
    if "record" in record:
        return record["record"]
    if "class_uid" in record:
        return {2004: "finding.ocsf", 4002: "exchange.ocsf"}[record["class_uid"]]
    return {"alert": "finding.ecs", "event": "exchange.ecs"}[record["event"]["kind"]]


def captures(work):
    """Name, capture, contracts, packs, further arguments."""
    for story in sorted((HERE / "scenarios").iterdir()):
        if (story / "talk.txt").is_file():
            capture = work / f"{story.name}.pcap"
            talks.write_pcap(capture, talks.segments_of(talks.read_talk(story / "talk.txt")))
            yield story.name, capture, replay.folder_of(story, "contracts"), replay.folder_of(story, "packs"), []
    capture = work / "demo.pcap"
    subprocess.run([sys.executable, DEMO / "make_capture.py", capture], check=True, timeout=120,
                   env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))
    yield "demo", capture, str(DEMO / "contracts"), str(DEMO / "packs"), ["--decrypted"]


def run(program, form, capture, contracts, packs, args, work):
    out = {kind: work / f"{form}-{kind}.jsonl" for kind in KINDS}
    command = [program, "replay", "--format", form, "--site", "test", "--hmac-key-file", str(work / "key"),
               "--contracts", contracts, *(["--packs", packs] if packs else []), *args]
    for kind, path in out.items():
        path.unlink(missing_ok=True)
        command += [f"--{kind}", str(path)]
    done = subprocess.run([*command, str(capture)], capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        complain(f"{capture.name}: exit {done.returncode}: {done.stderr.decode()}")
    return out


def check(made, story, paths, counts, kept):
    for path in paths.values():
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            name = name_of(record)
            counts[name] = counts.get(name, 0) + 1
            kept.setdefault(name, record)
            error = jsonschema.exceptions.best_match(made[name].iter_errors(record))
            if error is not None:
                complain(f"{story}: {name}: {error.json_path}: {error.message[:200]}")


def without_each(made, kept):
    """A schema that takes anything proves nothing: no member that it requires may be missing unnoticed."""
    for name, record in kept.items():
        for member in made[name].schema["required"]:
            broken = copy.deepcopy(record)
            broken.pop(member)
            if made[name].is_valid(broken):
                complain(f"{name}: {member} may be missing unnoticed")


def uids(path):
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [record["metadata"]["uid"] if "metadata" in record else record["event"]["id"] for record in records]


def report(program, paths, out):
    subprocess.run([program, "report", *map(str, paths.values()), "-o", str(out)], check=True, timeout=300)
    return out.read_bytes()


def against_ocsf(work):
    corpus = os.environ.get("SPECULAR_CORPUS")
    found = sorted(Path(corpus).rglob("ocsf*1.5.0*.json")) if corpus else []
    if not found:
        print("SPECULAR_CORPUS is not set, or holds no OCSF schema: not held against OCSF's own")
        return
    files = [work / "all-findings.jsonl", work / "all-exchanges.jsonl"]
    done = subprocess.run([sys.executable, HERE / "ocsf_check.py", found[0], *files], capture_output=True, text=True,
                          timeout=900, check=False)
    print(done.stdout.strip())
    if done.returncode != 0:
        complain("OCSF's own schema says no")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--specular", required=True)
    options = parser.parse_args()
    made, counts, kept = validators(), {}, {}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for story, capture, contracts, packs, args in captures(work):
            ocsf = run(options.specular, "ocsf", capture, contracts, packs, args, work)
            ecs = run(options.specular, "ecs", capture, contracts, packs, args, work)
            check(made, story, ocsf, counts, kept)
            check(made, story, {kind: ecs[kind] for kind in ("findings", "exchanges")}, counts, kept)
            for kind in KINDS:
                if uids(ocsf[kind]) != uids(ecs[kind]):
                    complain(f"{story}: {kind} of the two formats differ in their uids")
            if report(options.specular, ocsf, work / "a.html") != report(options.specular, ecs, work / "b.html"):
                complain(f"{story}: the two formats give different reports")
            for kind in ("findings", "exchanges"):
                with open(work / f"all-{kind}.jsonl", "ab") as file:
                    file.write(ocsf[kind].read_bytes())
        without_each(made, kept)
        against_ocsf(work)
    if set(counts) != set(made):
        complain(f"no record of {sorted(set(made) - set(counts))} was seen")
    print(counts, f"{len(PROBLEMS)} problems")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
