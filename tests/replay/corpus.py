#!/usr/bin/python3
"""Replays the open captures and compares every exchange with what tshark saw (X.oracle.jsonl beside them).

usage: corpus.py --specular PROGRAM [--list] [--differ-max SHARE] [FILE...]

Only captures whose features name no layer that specular does not read yet. A half is a request (method, host,
path, body length) or a response (status, body length); lengths are as sent, without chunk framing. A pair of tshark's
must be an exchange of ours; a half that tshark could not pair must be a half of ours; and a complete exchange of
ours must be known to tshark. At most SHARE (default 0.03) of the captures may differ. The folder is $SPECULAR_CORPUS;
without it the test is skipped.
"""
import argparse
import collections
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import conserve

SKIPPED = 77

# Layers and protocols that are not read yet, and conversations in which the oracle is not to be believed.
OTHER = set("""tls socks quic wlan sctp pim arcnet ayiya""".split())


def split_host(host):
    if host is None:
        return ""
    match = re.match(r"^(\[[^\]]*\]|[^:]*)(:\d*)?$", host.strip().lower())
    return (match.group(1) if match else host.lower()).strip("[]")


def split_path(method, target):
    """Host of an absolute-form target (or None) and the path without query."""
    match = re.match(r"^[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#]*)([^?#]*)", target)
    if match and method != "CONNECT":
        return split_host(match.group(1).rsplit("@", 1)[-1]), match.group(2) or "/"
    return None, re.split(r"[?#]", target, maxsplit=1)[0]


def body_len(message):
    """None where the capture does not hold the whole body: no length to compare."""
    return None if message.get("incomplete") else message.get("body_len") or 0


def oracle_http2(messages):
    """Streams name themselves. Stream 1 may be the answer to an HTTP/1 request, which 101 (interim) answered first."""
    upgraded = {m["tcp"]: m["request_in"] for m in messages if m["proto"] == "http1" and m.get("status") == 101}
    streams, asked = {}, {}
    for message in messages:
        if message["proto"] == "http1" and message["kind"] == "request":
            asked[message["frame"]] = message
        if message["proto"] == "http2" and not message.get("interim"):
            kind = "response" if message["kind"] == "response" else "request"
            streams.setdefault((message["tcp"], message["h2_stream"]), {})[kind] = message
    used = set()
    for (tcp, stream), parts in streams.items():
        if stream == 1 and "request" not in parts and upgraded.get(tcp) in asked:
            used.add(upgraded[tcp])
            parts["request"] = asked[upgraded[tcp]]
    return [exchange_of(x.get("request"), x.get("response")) for x in streams.values()], used


def oracle_exchanges(path):
    requests, responses = {}, []
    messages = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    out, upgraded = oracle_http2(messages)
    for message in messages:
        if message["proto"] != "http1" or message.get("interim") or message["frame"] in upgraded:
            continue
        if message["kind"] == "response" and not message["status"]:
            continue  # tshark's word for a status line that has no status
        if message["kind"] == "request":
            requests.setdefault(message["frame"], []).append(message)
        else:
            responses.append(message)
    for response in responses:
        waiting = requests.get(response.get("request_in"), [])
        request = waiting.pop(0) if waiting else None
        out.append(exchange_of(request, response))
    for waiting in requests.values():
        out += [exchange_of(request, None) for request in waiting]
    return out


def exchange_of(request, response):
    """(request half, response half), None for what is not there."""
    asked = answered = None
    if request:
        host, path = split_path(request["method"], request["path"] or "")
        host = host if host is not None else split_host(request.get("host"))
        asked = (request["method"], host, path, body_len(request))
    if response:
        answered = (response["status"], body_len(response))
    return asked, answered


def seen_exchanges(text):
    """As exchange_of, with whether it is complete and tshark, which does not look into CONNECT, should know it."""
    out, records = [], [json.loads(line) for line in text.decode().splitlines()]
    tunnels = {record["unmapped"]["specular"]["connection"] for record in records
               if record.get("http_request", {}).get("http_method") == "CONNECT"}
    for record in records:
        request, response = record.get("http_request"), record.get("http_response")
        asked = answered = None
        if request:
            url = request.get("url", {})
            asked = (request["http_method"], url.get("hostname", ""), url.get("path", ""), request.get("body_length", 0))
        if response:
            answered = (response["code"], response.get("body_length", 0))
        own = record["unmapped"]["specular"]
        out.append(((asked, answered), own["capture"]["complete"] and own["connection"] not in tunnels))
    return out


def fits(expected, seen):
    """Equal, where the oracle knows; invalid bytes are shown in different ways by the two."""
    for want, have in zip(expected, seen):
        if want == have or want is None and isinstance(have, int):
            continue
        if isinstance(want, str) and isinstance(have, str):
            clean = [re.sub(r"[^\x21-\x7e]+", "?", x) for x in (want, have)]
            if clean[0] == clean[1] or "{masked}" in have:
                continue
        return False
    return True


def compare(expected, seen):
    """What of tshark's is missing here, and which complete exchanges tshark does not know."""
    left, missing = [list(halves) for halves, _ in seen], []
    for one in sorted(expected, key=lambda x: x.count(None)):
        wanted = [i for i in (0, 1) if one[i]]
        for halves in left:
            if all(halves[i] and fits(one[i], halves[i]) for i in wanted):
                for i in wanted:
                    halves[i] = None
                break
        else:
            missing.append(one)
    extra = [halves for (halves, is_complete), rest in zip(seen, left) if is_complete and list(halves) == rest]
    return missing, extra


def run(options, path, work):
    out = work / (str(path).replace("/", "_") + ".jsonl")
    health = Path(f"{out}.health")
    done = subprocess.run([options.specular, "replay", "--workers", "1", "--contracts", str(work), "--hmac-key-file",
                           str(work / "key"), "--exchanges", str(out), "--health", str(health), str(path)],
                          capture_output=True, timeout=60, check=False)
    text = out.read_bytes() if out.exists() else b""
    if out.exists():
        out.unlink()
    broken = list(conserve.problems_of([json.loads(line) for line in health.read_text(encoding="utf-8").splitlines()]
                                       if health.exists() else []))
    health.unlink(missing_ok=True)
    trouble = broken or b"do not add up" in done.stderr or done.returncode not in (0, 1)
    return text, (f"exit {done.returncode}: {done.stderr.decode(errors='replace')} {broken}" if trouble else "")


def check(options, corpus, name, work):
    path = corpus / name
    text, trouble = run(options, path, work)
    missing, extra = compare(oracle_exchanges(Path(f"{path}.oracle.jsonl")), seen_exchanges(text))
    return name, missing, extra, trouble


def chosen(corpus, files):
    odd = {line.split("\t")[0] for line in (corpus / "ODD.tsv").read_text(encoding="utf-8").splitlines()}
    with open(corpus / "INDEX.tsv", encoding="utf-8") as index:
        for row in csv.DictReader(index, delimiter="\t"):
            features = set(row["features"].split(","))
            if files and row["file"] not in files:
                continue
            if files or (features & {"http1", "http2"} and not features & OTHER and row["file"] not in odd):
                if Path(f"{corpus / row['file']}.oracle.jsonl").exists():
                    yield row["file"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    parser.add_argument("--list", action="store_true", help="show every difference")
    parser.add_argument("--differ-max", type=float, default=0.03)
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    if not os.environ.get("SPECULAR_CORPUS"):
        print("skipped: SPECULAR_CORPUS does not name the folder of open captures")
        return SKIPPED
    corpus = Path(os.environ["SPECULAR_CORPUS"]) / "pcaps"
    names, counts, different = list(chosen(corpus, options.files)), collections.Counter(), []
    with tempfile.TemporaryDirectory(prefix="specular-corpus-") as folder, ThreadPoolExecutor(2) as pool:
        work = Path(folder)
        for name, missing, extra, trouble in pool.map(lambda name: check(options, corpus, name, work), names):
            counts["trouble"] += bool(trouble)
            if not missing and not extra and not trouble:
                continue
            different.append(name)
            print(f"differs: {name} {trouble}")
            for mark, lines in (("-", missing), ("+", extra)):
                for line in lines if options.list or len(lines) < 4 else lines[:3]:
                    print("   ", mark, line)
    share = len(different) / max(1, len(names))
    print(f"{len(names)} captures, {len(different)} differ ({100 * share:.1f} %)")
    return 1 if counts["trouble"] or share > options.differ_max else 0


if __name__ == "__main__":
    sys.exit(main())
