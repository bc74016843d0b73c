#!/usr/bin/python3
"""Replays a story in every way a mirror could show it, and compares what specular says.

usage: replay.py --specular PROGRAM [--whole] [--http2] STORY_FOLDER

The ways: whole (with 1, 2 and 4 workers), byte by byte, shuffled, repeated, wrapped in each tunnel, with a gap, and
joined midway. With --http2 what the story says in HTTP/1 is said in HTTP/2 (talk_http2.py) and must raise the same.

A story folder holds talk.txt (see talk.py) and expected.tsv: one line a finding that must be raised, no more
and no less: id, operation, where ("in name pointer"), count. If it holds records.tsv, that lists all finding records in
their order: id, activity, count, severity, confidence, alert, owner. Contracts and packs are those of the story, or
the common ones beside it. A specular.yaml of the story is read, too; {{here}} in it is a folder with copies of the
story's files, country.mmdb and isp.mmdb (mmdb.py).
"""
import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import conserve
import mmdb
import talk as talks
import talk_http2

HERE = Path(__file__).resolve().parent
IN_ALL_WRAPPINGS = ("conforming", "shadow")
FEW_WRAPPINGS = ("plain", "vxlan")
# What was not seen could not be learned: a place first seen after the loss is a new one.
LEARNING = ("acquaintance", "acquaintance_kept", "reach", "reach_kept")
# In HTTP/2 a hole takes fields from heads long after it: the pointer of a secret, or the header that says since when.
LESS_KNOWN = ("data-broken", "posture")
# A loss leaves less to say: that a call is unwanted, not that it was answered; that there is a secret, not where from;
# and it makes another call the second of two.
LEFT_TO_SAY = {"data-broken": [("secret.leak", "/", "response.body /note")],
               "posture": [("zombie.deprecated", "listLabels", "request.path")],
               "strangers": [("auth.credential_shared", "listCustomers", "")]}
# A flood is one by when its packets come: in another order, or with a loss, it is another.
IN_ORDER = ("h2_calm", "h2_flood")
FEW_WAYS = ("bytes", "shuffled")
PROBLEMS = []
HTTP2_WAYS = {"h2": (), "h2-odd": ("same", "loss"), "h2c": ()}
OF_MANNER = ("version", "latency", "duration", "time", "number", "connection", "batch")


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
    if (story / "specular.yaml").is_file():
        command += ["-c", str(story / "specular.yaml")]
    packs = folder_of(story, "packs")
    if packs:
        command += ["--packs", packs]
    if (story / "specular.yaml").is_file():  # names files beside it, and databases that are made for it
        mmdb.write_example(work)
        shutil.copytree(story, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("contracts", "talk.txt"))
        text = (story / "specular.yaml").read_text(encoding="utf-8").replace("{{here}}", str(work))
        (work / "specular.yaml").write_text(text, encoding="utf-8")
        command += ["--config", str(work / "specular.yaml")]
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
    """Records without what depends on packet numbers: of findings the connection, of exchanges the uid too (and so
    the order of those that end at one moment)."""
    out = []
    for record in records(text):
        if record["class_uid"] == 4002:
            record["metadata"].pop("uid")
        record["unmapped"]["specular"].pop("connection", None)
        out.append(json.dumps(record, sort_keys=True))
    return out


def without_manner(text):
    """Records without what one protocol says in another way than the other, in an order of their own."""
    out = []
    for line in without_identity(text):
        record = json.loads(line)
        record.pop("metadata")
        out.append(json.dumps(strip_manner(record), sort_keys=True))
    return sorted(out)


def strip_manner(value):
    if isinstance(value, dict):
        return {key: strip_manner(x) for key, x in value.items() if not (key in OF_MANNER or key.endswith("_time"))}
    return [strip_manner(x) for x in value] if isinstance(value, list) else value


def check_conservation(name, health):
    for problem in conserve.problems_of(records(health)):
        complain(f"{name}: {problem}")


def check_spec(name, story, findings):
    """Every finding about a spec names the very file it was judged by."""
    files = [path.read_bytes() for path in Path(folder_of(story, "contracts")).rglob("*") if path.is_file()]
    texts = {hashlib.sha256(data).hexdigest(): data.decode(errors="replace") for data in files}
    for record in records(findings):
        spec = record["unmapped"]["specular"]["spec"]
        if not spec.get("file") or spec["file"].endswith(".pb"):
            continue
        if spec["file"].endswith(".xml") and spec["sha256"] in texts:
            continue  # a $metadata has neither title nor version
        text = texts.get(spec["sha256"], "")
        if not spec["name"] or spec["name"] not in text or not spec["version"] or spec["version"] not in text:
            complain(f"{name}: a finding of another spec than there is: {spec}")


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


def wrappings_of(options, story, talk):
    """A tunnel carries what is said in HTTP/1 or HTTP/2 alike: of the latter few stories are wrapped."""
    if options.few:
        return {name: talks.WRAPPINGS[name] for name in FEW_WRAPPINGS}
    if talk.manner != "http1" and story.name not in IN_ALL_WRAPPINGS:
        return {"plain": talks.WRAPPINGS["plain"]}
    return {**talks.WRAPPINGS, **(talks.MORE_WRAPPINGS if story.name in IN_ALL_WRAPPINGS else {})}


def same_ways(options, talk, wrappings):
    """Ways that must all say the same: name, segments, wrapping."""
    whole = talks.segments_of(talk)
    ways = [("bytes", talks.segments_of(talk, size=1), "plain"), ("small", talks.segments_of(talk, size=97), "plain"),
            ("shuffled", talks.shuffled(talks.segments_of(talk, size=97)), "plain"),
            ("repeated", talks.repeated(whole), "plain")]
    if options.few:
        ways = [way for way in ways if way[0] in FEW_WAYS]
    return ways + [(name, whole, name) for name in wrappings if name != "plain"]


def check_same(options, story, talk, work, base):
    wrappings = wrappings_of(options, story, talk)
    for name, segments, wrapping in same_ways(options, talk, wrappings):
        capture = work / f"{name}.pcap"
        talks.write_pcap(capture, segments, wrappings[wrapping])
        texts = run(options, story, talk.args, capture, work, workers=2)
        check_conservation(name, texts["health"])
        if without_identity(texts["findings"]) != without_identity(base["findings"]):
            complain(f"{name}: findings differ from those of the whole capture")
            compare(name, summary(records(base["findings"])), summary(records(texts["findings"])))
        if sorted(without_identity(texts["exchanges"])) != sorted(without_identity(base["exchanges"])):
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


def check_no_more(name, story, expected, seen):
    """Every finding is one of those expected, and not more often."""
    most = {line: 1 for line in LEFT_TO_SAY.get(story.name, ())}
    for line in expected:
        most[line[:3]] = max(most.get(line[:3], 0), int(line[3]))
    for line in seen:
        if int(line[3]) > most.get(line[:3], 0):
            complain(f"{name}: a finding that never was: " + " | ".join(line))


def check_gap_told(name, talk, health, is_all_complete):
    """The packet may have held padding, frames that belong to no exchange, or what is no HTTP (any more)."""
    counters = next(x["counters"] for x in records(health) if x.get("id") == "sensor.coverage")
    if is_all_complete and talk.manner == "http1" and not counters["sessions.opaque_bytes"]:
        complain(f"{name}: a packet is missing and everything is called complete")
    if not counters["tcp.gap_bytes"]:
        complain(f"{name}: a packet is missing and no gap is counted")


def check_loss(options, story, talk, work, base):
    """A lost packet and a late start: nothing wrong may be said, and what is missing must be told."""
    whole = talks.segments_of(talk, size=97)
    with_data = [i for i, segment in enumerate(whole) if segment.data]
    gaps = 2 if options.few else 12
    ways = {f"gap-{i}": whole[:i] + whole[i + 1:] for i in with_data[:: max(1, len(with_data) // gaps)]}
    for share in (2,) if options.few else (3, 2):
        ways[f"midway-{share}"] = whole[len(whole) // share:]
    known = complete_exchanges(base["exchanges"])
    for name, segments in ways.items():
        capture = work / f"{name}.pcap"
        talks.write_pcap(capture, segments)
        texts = run(options, story, talk.args, capture, work, workers=2)
        check_conservation(name, texts["health"])
        if story.name not in LEARNING and not (options.http2 and story.name in LESS_KNOWN):
            check_no_more(name, story, summary(records(base["findings"])), summary(records(texts["findings"])))
        left = list(known)
        for exchange in complete_exchanges(texts["exchanges"]):
            if exchange in left:
                left.remove(exchange)
            else:
                complain(f"{name}: an exchange that never was: {exchange}")
        if name.startswith("gap"):
            check_gap_told(name, talk, texts["health"], known and not left)


def check_records(options, texts):
    """Each record of a finding's life, where the story lists them."""
    path = options.story / "records.tsv"
    if not path.exists():
        return
    wanted = [line for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    seen = []
    for record in records(texts["findings"]):
        owner = record["resources"][0].get("owner", {}).get("name", "-")
        seen.append("\t".join((record["finding_info"]["analytic"]["uid"], record["activity_name"], str(record["count"]),
                               str(record["severity_id"]), str(record["confidence_id"]),
                               "alert" if record["is_alert"] else "-", owner)))
    if seen != wanted:
        complain("whole: the records are others than those listed:\n  " + "\n  ".join(seen))


def play(options, talk, work, base, ways):
    """The whole capture has given `base`: the other ways."""
    compare("whole", expected_of(options.story), summary(records(base["findings"])))
    check_conservation("whole", base["health"])
    check_ocsf(options, "whole", base, work)
    check_spec("whole", options.story, base["findings"])
    check_records(options, base)
    for workers in (2, 4):
        if run(options, options.story, talk.args, work / "whole.pcap", work, workers) != base:
            complain(f"{workers} workers give other bytes than one")
    if "same" in ways:
        check_same(options, options.story, talk, work, base)
    if "loss" in ways:
        check_loss(options, options.story, talk, work, base)


def whole(options, talk, work):
    talks.write_pcap(work / "whole.pcap", talks.segments_of(talk))
    return run(options, options.story, talk.args, work / "whole.pcap", work)


def play_http2(options, talk, work):
    """What is said in HTTP/1 is said in HTTP/2 and must be judged alike."""
    spoken = whole(options, talk, work)
    for manner, ways in HTTP2_WAYS.items():
        print(f"-- {manner}")
        other = talk_http2.talk_in(talk, manner)
        base = whole(options, other, work)
        for kind in ("findings", "exchanges") if manner == "h2" else ("exchanges",):
            told = [without_manner(x[kind]) for x in (spoken, base)]
            for mark, left, right in (("-", *told), ("+", *told[::-1])):
                for line in [x for x in left if x not in right][:3]:
                    complain(f"{manner}: {kind} differ: {mark} {line}")
        play(options, other, work, base, ways)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    parser.add_argument("--whole", action="store_true", help="the whole capture only, with 1, 2 and 4 workers")
    parser.add_argument("--http2", action="store_true", help="said in HTTP/2, which must raise the same")
    parser.add_argument("--few", action="store_true",
                        help="some of the ways only: for a slow build, beside a fast one that does all")
    parser.add_argument("story", type=Path)
    options = parser.parse_args()
    talk = talks.read_talk(options.story / "talk.txt")
    if options.http2 and talk.manner != "http1":
        parser.error("this story is told in HTTP/2 already")
    with tempfile.TemporaryDirectory(prefix="specular-replay-") as folder:
        if options.http2:
            play_http2(options, talk, Path(folder))
        else:
            talk = talk_http2.talk_in(talk, talk.manner)
            ways = () if options.whole or options.story.name in IN_ORDER else ("same", "loss")
            play(options, talk, Path(folder), whole(options, talk, Path(folder)), ways)
    print(f"{options.story.name}: {talk.title}: " + (f"{len(PROBLEMS)} problems" if PROBLEMS else "good"))
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
