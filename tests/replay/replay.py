#!/usr/bin/python3
"""Replays a story in every way a mirror could show it, and compares what specular says.

usage: replay.py --specular PROGRAM [--whole] STORY_FOLDER

A story folder holds talk.txt (see talk.py) and expected.tsv: one line a finding that must be raised, no more
and no less: id, operation, where ("in name pointer"), count. Contracts and packs are those of the story, or
the common ones beside it.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import conserve
import talk as talks

HERE = Path(__file__).resolve().parent
IN_ALL_WRAPPINGS = ("conforming", "shadow")
PROBLEMS = []


def complain(text):
    PROBLEMS.append(text)
    print("FAIL", text)


def folder_of(story, name):
    for folder in (story / name, HERE / name):
        if folder.is_dir():
            return str(folder)
    return None


def run(options, story, args, capture, work, workers=1):
    out = {name: str(work / f"{name}.jsonl") for name in ("findings", "exchanges", "usage", "inventory", "health")}
    command = [options.specular, "replay", "--workers", str(workers), "--site", "test", "--hmac-key-file",
               str(work / "key"), "--contracts", folder_of(story, "contracts")]
    packs = folder_of(story, "packs")
    if packs:
        command += ["--packs", packs]
    for name, path in out.items():
        command += [f"--{name}", path]
    done = subprocess.run(command + args + [str(capture)], capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        complain(f"{capture.name}: exit {done.returncode}: {done.stderr.decode()}")
    if b"do not add up" in done.stderr:
        complain(f"{capture.name}: {done.stderr.decode()}")
    texts = {name: Path(path).read_bytes() if os.path.exists(path) else b"" for name, path in out.items()}
    return texts


def records(text):
    return [json.loads(line) for line in text.decode().splitlines()]


def last_of_each(findings):
    """The newest record of each finding."""
    newest = {}
    for record in findings:
        uid = record["finding_info"]["uid"]
        if uid not in newest or record["count"] >= newest[uid]["count"]:
            newest[uid] = record
    return newest.values()


def where(data):
    return " ".join(x for x in (data.get("in", ""), data.get("name", ""), data.get("pointer", "")) if x)


def summary(findings):
    lines = []
    for record in last_of_each(findings):
        evidence = record["evidences"][0]
        lines.append((record["finding_info"]["analytic"]["uid"], evidence.get("api", {}).get("operation", "-"),
                      where(evidence.get("data", {})), str(record["count"])))
    return sorted(lines)


def expected_of(story):
    lines = []
    for line in (story / "expected.tsv").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            parts = (line.split("\t") + ["", "", "", ""])[:4]
            lines.append(tuple(part.strip() for part in parts))
    return sorted(lines)


def compare(name, expected, seen):
    for line in sorted(set(expected) - set(seen)):
        complain(f"{name}: missing: " + " | ".join(line))
    for line in sorted(set(seen) - set(expected)):
        complain(f"{name}: not expected: " + " | ".join(line))


def without_identity(text):
    """Records without what depends on packet numbers: of findings the connection, of exchanges the uid too."""
    out = []
    for record in records(text):
        if record["class_uid"] == 4002:
            record["metadata"].pop("uid")
        record["unmapped"]["specular"].pop("connection", None)
        out.append(json.dumps(record, sort_keys=True))
    return out


def check_conservation(name, health):
    for problem in conserve.problems_of(records(health)):
        complain(f"{name}: {problem}")


def check_ocsf(options, name, texts, work):
    schema = os.environ.get("SPECULAR_CORPUS")
    if not schema:
        return
    paths = []
    for kind in ("findings", "exchanges"):
        path = work / f"ocsf-{kind}.jsonl"
        path.write_bytes(texts[kind])
        paths.append(str(path))
    done = subprocess.run(["/usr/bin/python3", str(HERE / "ocsf_check.py"),
                           f"{schema}/ocsf/ocsf-1.5.0-resolved.json", *paths],
                          capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        complain(f"{name}: not OCSF: {done.stdout.decode()[:2000]} {done.stderr.decode()[:500]}")


def wrappings_of(story):
    return {**talks.WRAPPINGS, **(talks.MORE_WRAPPINGS if story.name in IN_ALL_WRAPPINGS else {})}


def same_ways(talk, wrappings):
    """Ways that must all say the same: name, segments, wrapping."""
    whole = talks.segments_of(talk)
    ways = [("bytes", talks.segments_of(talk, size=1), "plain"), ("small", talks.segments_of(talk, size=97), "plain"),
            ("shuffled", talks.shuffled(talks.segments_of(talk, size=97)), "plain"),
            ("repeated", talks.repeated(whole), "plain")]
    return ways + [(name, whole, name) for name in wrappings if name != "plain"]


def check_same(options, story, talk, work, base):
    wrappings = wrappings_of(story)
    for name, segments, wrapping in same_ways(talk, wrappings):
        capture = work / f"{name}.pcap"
        talks.write_pcap(capture, segments, wrappings[wrapping])
        texts = run(options, story, talk.args, capture, work, workers=2)
        check_conservation(name, texts["health"])
        if without_identity(texts["findings"]) != without_identity(base["findings"]):
            complain(f"{name}: findings differ from those of the whole capture")
            compare(name, summary(records(base["findings"])), summary(records(texts["findings"])))
        if without_identity(texts["exchanges"]) != without_identity(base["exchanges"]):
            complain(f"{name}: exchanges differ from those of the whole capture")


def complete_exchanges(text):
    """What tells one complete exchange from another, without times."""
    out = []
    for record in records(text):
        if not record["unmapped"]["specular"]["capture"]["complete"]:
            continue
        request, response = record.get("http_request", {}), record.get("http_response", {})
        out.append((request.get("http_method"), request.get("url", {}).get("path"), request.get("body_length"),
                    response.get("code"), response.get("body_length")))
    return out


def check_loss(options, story, talk, work, base):
    """A lost packet and a late start: nothing wrong may be said, and what is missing must be told."""
    whole = talks.segments_of(talk, size=97)
    with_data = [i for i, segment in enumerate(whole) if segment.data]
    ways = {f"gap-{i}": whole[:i] + whole[i + 1:] for i in with_data[:: max(1, len(with_data) // 12)]}
    for share in (3, 2):
        ways[f"midway-{share}"] = whole[len(whole) // share:]
    known = complete_exchanges(base["exchanges"])
    for name, segments in ways.items():
        capture = work / f"{name}.pcap"
        talks.write_pcap(capture, segments)
        texts = run(options, story, talk.args, capture, work, workers=2)
        check_conservation(name, texts["health"])
        left = list(known)
        for exchange in complete_exchanges(texts["exchanges"]):
            if exchange in left:
                left.remove(exchange)
            else:
                complain(f"{name}: an exchange that never was: {exchange}")
        if name.startswith("gap") and known and not left:
            complain(f"{name}: a packet is missing and everything is called complete")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    parser.add_argument("--whole", action="store_true", help="the whole capture only, with 1, 2 and 4 workers")
    parser.add_argument("story", type=Path)
    options = parser.parse_args()
    talk = talks.read_talk(options.story / "talk.txt")
    with tempfile.TemporaryDirectory(prefix="specular-replay-") as folder:
        work = Path(folder)
        capture = work / "whole.pcap"
        talks.write_pcap(capture, talks.segments_of(talk))
        base = run(options, options.story, talk.args, capture, work)
        compare("whole", expected_of(options.story), summary(records(base["findings"])))
        check_conservation("whole", base["health"])
        check_ocsf(options, "whole", base, work)
        for workers in (2, 4):
            if run(options, options.story, talk.args, capture, work, workers) != base:
                complain(f"{workers} workers give other bytes than one")
        if not options.whole:
            check_same(options, options.story, talk, work, base)
            check_loss(options, options.story, talk, work, base)
    print(f"{options.story.name}: {talk.title}: " + (f"{len(PROBLEMS)} problems" if PROBLEMS else "good"))
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
