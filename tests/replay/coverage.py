#!/usr/bin/python3
"""Holds coverage.tsv against the catalogue: every finding has a story that raises it, and a twin that must not.

usage: coverage.py --specular PROGRAM

A line of coverage.tsv: id, what raises it, its twin, and a regular expression of what the twin does that could have raised
it. Both are stories (folders under scenarios that tests/replay/meson.build plays), or tests that say so by the id or the
expression in their text. The keywords of conform.SIDE.PART are one line, "conform.request.query.*"; sensor.* and spec.* tell
of the sensor and of files, which no talk shows: their tests are named instead.
"""
import argparse
import fnmatch
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def catalogue(program):
    done = subprocess.run([program, "rules", "list"], capture_output=True, text=True, timeout=60, check=True)
    return [line.split()[0] for line in done.stdout.splitlines() if line.strip()]


def rows():
    for number, line in enumerate((HERE / "coverage.tsv").read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            parts = line.split("\t")
            if len(parts) != 4:
                raise SystemExit(f"coverage.tsv:{number}: {len(parts)} columns instead of 4")
            yield parts


def played():
    return set(re.findall(r"'([a-z0-9_-]+)'", (HERE / "meson.build").read_text(encoding="utf-8")))


def raised_by(story):
    lines = (HERE / "scenarios" / story / "expected.tsv").read_text(encoding="utf-8").splitlines()
    return {line.split("\t")[0] for line in lines if line.strip() and not line.startswith("#")}


def text_of(story):
    """What is said, and what was agreed: by contracts of its own, or the common ones."""
    folder = HERE / "scenarios" / story
    paths = [*folder.rglob("*"), *([] if (folder / "contracts").is_dir() else (HERE / "contracts").rglob("*"))]
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in sorted(paths)
                     if path.is_file() and path.name not in ("expected.tsv", "records.tsv"))


def is_story(name):
    return (HERE / "scenarios" / name / "talk.txt").is_file()


def raise_problem(kind, name):
    """Why it does not raise `kind`, or an empty text."""
    if is_story(name):
        if name not in played():
            return f"{name} is not played"
        return "" if fnmatch.filter(raised_by(name), kind) else f"{name} does not expect it"
    if not (ROOT / name).is_file():
        return f"{name} is neither a story nor a test"
    text = (ROOT / name).read_text(encoding="utf-8")
    return "" if kind.removesuffix(".*") in text else f"{name} does not name it"


def twin_problem(kind, name, does):
    if is_story(name):
        if name not in played():
            return f"{name} is not played"
        if fnmatch.filter(raised_by(name), kind):
            return f"its twin {name} raises it"
        return "" if re.search(does, text_of(name)) else f"its twin {name} does nothing like it: no {does}"
    if not (ROOT / name).is_file():
        return f"its twin {name} is neither a story nor a test"
    return "" if re.search(does, (ROOT / name).read_text(encoding="utf-8")) else f"its twin {name} has no {does}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    options = parser.parse_args()
    problems, covered = [], []
    ids = catalogue(options.specular)
    for kind, raiser, twin, does in rows():
        matched = fnmatch.filter(ids, kind)
        if not matched:
            problems.append(f"{kind}: not in the catalogue")
        if "*" in kind and not re.fullmatch(r"conform\.(request|response)\.[a-z]+\.\*", kind):
            problems.append(f"{kind}: each finding has a line of its own")
        covered += matched
        problems += [f"{kind}: {words}" for words in (raise_problem(kind, raiser), twin_problem(kind, twin, does)) if words]
    problems += [f"{kind}: no story" for kind in ids if kind not in covered]
    problems += [f"{kind}: two lines" for kind in sorted({x for x in covered if covered.count(x) > 1})]
    for problem in problems:
        print("FAIL", problem)
    print(f"{len(ids)} findings: {len(set(covered))} with a story and a twin; {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
