#!/usr/bin/python3
"""Holds every record of the suites that make their own traffic against the schemas, in both formats. (schemas.py does so
for the stories and the demo.)

usage: every_record.py --specular PROGRAM [SUITE...]

Each suite runs as it is, with this file in the program's place: it runs the program for the suite, and then twice more
over the same captures, with all five outputs, as OCSF and as ECS. Records that differ in nothing but digits and hashes
are looked at once. With SPECULAR_CORPUS set OCSF's own schema is asked too; the suite "corpus", which takes many minutes,
runs when it is named. Exits 77 without python3-jsonschema.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
KINDS = ("findings", "exchanges", "usage", "inventory", "health")
SUITES = {"limits": [], "misuse": [], "tokens": [], "signed": ["--count", "300"], "grpc": [],
          "canaries": [str(HERE / "scenarios" / "canaries")]}
ONLY_WHEN_NAMED = {"corpus": []}
ALIKE = re.compile(rb"[0-9a-f]{16,}|\d+")


def in_its_place(program, folder, arguments):
    """What the suite asked for, with its exit status; the same captures once more in each format."""
    done = subprocess.run([program, *arguments], check=False)
    if not arguments or arguments[0] != "replay" or arguments[-1] == "-" or done.returncode != 0:
        return done.returncode
    rest, at = ["replay"], 1
    while at < len(arguments):
        if arguments[at].removeprefix("--") in (*KINDS, "format", "state-dir"):
            at += 2
            continue
        rest.append(arguments[at])
        at += 1
    for form in ("ocsf", "ecs"):
        # No option behind the captures: some suites say them first.
        own = Path(tempfile.mkdtemp(prefix=f"{form}-", dir=folder))
        outputs = [word for kind in KINDS for word in (f"--{kind}", str(own / kind))]
        subprocess.run([program, "replay", "--format", form, *outputs, *rest[1:]], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=600)
    return done.returncode


def different(folder, form):
    """One record of each kind of likeness, and how many there were."""
    seen, count = {}, 0
    for path in sorted(folder.glob(f"{form}-*/*")):
        for line in path.read_bytes().splitlines():
            count += 1
            seen.setdefault((path.name, ALIKE.sub(b"0", line)), line)
    return list(seen.values()), count


def check(folder, schemas, problems):
    import schemas as made_by_us

    counts = {}
    for form in ("ocsf", "ecs"):
        lines, counts[form] = different(folder, form)
        counts[form] = f"{counts[form]} records, {len(lines)} different"
        for line in lines:
            record = json.loads(line)
            name = made_by_us.name_of(record)
            for error in schemas[name].iter_errors(record):
                problems.append(f"{name}: {error.json_path}: {error.message[:200]}")
        if form == "ocsf":
            of_ocsf = [line for line in lines if b'"class_uid":' in line]
            (folder / "all").write_bytes(b"\n".join(of_ocsf) + b"\n")
    corpus = os.environ.get("SPECULAR_CORPUS")
    own = sorted(Path(corpus).rglob("ocsf*1.5.0*.json")) if corpus else []
    if own and of_ocsf:
        done = subprocess.run([sys.executable, HERE / "ocsf_check.py", own[0], folder / "all"], capture_output=True, text=True,
                              timeout=600, check=False)
        if done.returncode != 0:
            problems.append("OCSF's own schema: " + done.stdout.strip())
    return counts


def main():
    if "SPECULAR_EVERY_RECORD" in os.environ:
        return in_its_place(os.environ["SPECULAR_IN_PLACE_OF"], os.environ["SPECULAR_EVERY_RECORD"], sys.argv[1:])
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--specular", required=True)
    parser.add_argument("suites", nargs="*")
    options = parser.parse_args()
    try:
        import schemas
    except SystemExit:
        return 77
    all_suites = {**SUITES, **ONLY_WHEN_NAMED}
    made, problems = schemas.validators(), []
    for suite in options.suites or SUITES:
        with tempfile.TemporaryDirectory(prefix="specular-records.") as folder:
            environment = {**os.environ, "SPECULAR_EVERY_RECORD": folder, "PYTHONDONTWRITEBYTECODE": "1",
                           "SPECULAR_IN_PLACE_OF": str(Path(options.specular).resolve())}
            done = subprocess.run([sys.executable, HERE / f"{suite}.py", "--specular", str(Path(__file__).resolve()),
                                   *all_suites[suite]], env=environment, capture_output=True, text=True, timeout=900, check=False)
            if done.returncode != 0:
                problems.append(f"{suite}: exit {done.returncode}: {(done.stdout + done.stderr)[-500:]}")
            found = []
            print(f"{suite}: {check(Path(folder), made, found)}", flush=True)
            problems += [f"{suite}: {words}" for words in found]
    for problem in problems[:20]:
        print("FAIL", problem)
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
