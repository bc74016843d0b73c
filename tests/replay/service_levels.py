#!/usr/bin/python3
"""What is told only once the usual is known: service levels that are left, calls that stay away, a contract that is broken
all at once. Partners whose traffic is made here leave what is usual for them in one way each; their twins nearly do. The same
must be told when the sensor ends and begins again in the middle of learning and of what is odd.

usage: service_levels.py --specular PROGRAM
"""
import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import talk as talks

START = 1768262400.0  # 2026-01-13 00:00:00 UTC
WINDOW, HOUR, WEEK, LEARNED = 300, 3600, 7 * 86400, 288
KINDS = ("sla.", "conform.regression", "rate.spike")
SPEC = """openapi: 3.0.3
info: {title: Counts, version: "1"}
servers: [{url: "https://api.example.com/v1"}]
security: [{key: []}]
paths:
PATHS
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-API-Key}}
"""
PATH = """  /NAME:
    get:
      operationId: NAME
      responses:
        "200":
          description: counts
          content: {application/json: {schema: {type: object, properties: {n: {type: integer}, pad: {type: string}}}}}
        "500": {description: broken}
"""
# Each leaves what is usual for it in the way of its name; -twin does not quite.
EXPECTED = {("slow", "sla.latency_anomaly"), ("saturated", "sla.saturation"), ("large", "sla.size_anomaly"),
            ("failing", "sla.error_anomaly"), ("dropping", "sla.traffic_drop"), ("deployed", "conform.regression")}
PARTNERS = [name + twin for name, _ in sorted(EXPECTED) for twin in ("", "-twin")] + ["other"]


def body_of(size=0, is_broken=False):
    return json.dumps({"n": "x" if is_broken else 1, "pad": "p" * size}).encode()


def window(name, number, calls=20, server_ms=10, size=500, status=200, broken=0, failing=0):
    """Calls spread over one window of five minutes."""
    return [(START + number * WINDOW + (i + 0.5) * WINDOW / calls, name, 500 if i < failing else status, server_ms,
             body_of(size, i < broken)) for i in range(calls)]


def unusual(name, odd, nearly):
    calls = []
    for partner, last in ((name, odd), (name + "-twin", nearly)):
        for number in range(LEARNED + 1):
            calls += window(partner, number)
        calls += window(partner, LEARNED + 1, **last) + window(partner, LEARNED + 2)
    return calls


def hour_of(name, week, count):
    at = START + week * WEEK + 2 * HOUR
    return [(at + (i + 0.5) * HOUR / count, name, 200, 10, body_of()) for i in range(count)]


def staying_away():
    """Three weeks of one hour. In the fourth nobody is seen at all: that is the mirror, not the partner."""
    calls = []
    for name, third in (("dropping", 10), ("dropping-twin", 40)):
        calls.append((START, name, 200, 10, body_of()))
        calls += hour_of(name, 0, 110) + hour_of(name, 1, 110) + hour_of(name, 2, third)
        calls += [(START + 3 * WEEK + 5 * HOUR, name, 200, 10, body_of())]
    for week in range(3):
        calls += hour_of("other", week, 2)
    return calls


def deployed():
    calls = []
    for name, broken in (("deployed", 10), ("deployed-twin", 3)):
        for number in range(14):
            calls += window(name, number)
        calls += window(name, 14, broken=broken) + window(name, 15)
    return calls


def make_calls():
    calls = unusual("slow", {"server_ms": 50}, {"server_ms": 25})
    calls += unusual("saturated", {"calls": 40, "server_ms": 25}, {"calls": 40, "server_ms": 16})
    calls += unusual("large", {"size": 40000}, {"size": 2000})
    calls += unusual("failing", {"failing": 10}, {"failing": 0})
    return sorted(calls + staying_away() + deployed(), key=lambda call: call[0])


def write_contracts(folder):
    paths = "".join(PATH.replace("NAME", name) for name in PARTNERS)
    (folder / "counts.yaml").write_text(SPEC.replace("PATHS\n", paths))
    for name in PARTNERS:
        digest = hashlib.sha256(("key-of-" + name).encode()).hexdigest()
        (folder / f"{name}.yaml").write_text(f"partner: {name}\nidentify: {{api_keys: [\"sha256:{digest}\"]}}\n"
                                             "apis: [{spec: counts.yaml}]\n")


def make_segments(calls):
    """One connection a call."""
    out = []
    for number, (time, name, status, server_ms, body) in enumerate(calls):
        client, server = ("203.0.113.10", 20000 + number % 40000), ("10.0.0.5", 80)
        request = f"GET /v1/{name} HTTP/1.1\r\nHost: api.example.com\r\nX-API-Key: key-of-{name}\r\n\r\n".encode()
        head = f"HTTP/1.1 {status} S\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        later = server_ms / 1000
        plan = [(-0.002, client, server, talks.SYN, b""), (-0.001, server, client, talks.SYN | talks.ACK, b""),
                (0, client, server, talks.ACK | talks.PSH, request),
                (later, server, client, talks.ACK | talks.PSH, head + body),
                (later + 0.001, client, server, talks.RST | talks.ACK, b"")]
        at = {client: 1000, server: 5000}
        for step, (wait, src, dst, flags, data) in enumerate(plan):
            out.append(talks.Segment(time + wait, src, dst, at[src], at[dst] if step else 0, flags, data))
            at[src] += len(data) + (1 if flags & talks.SYN else 0)
    return sorted(out, key=lambda segment: segment.time)


def run(options, segments, restarts):
    ends, records = [START + end for end in (*restarts, float("inf"))], []
    with tempfile.TemporaryDirectory(prefix="specular-service-") as name:
        folder = Path(name)
        (folder / "contracts").mkdir()
        write_contracts(folder / "contracts")
        for begin, end in zip([0, *ends], ends):
            talks.write_pcap(folder / "calls.pcap", [segment for segment in segments if begin <= segment.time < end])
            done = subprocess.run([options.specular, "replay", "--decrypted", "--hmac-key-file", str(folder / "key"),
                                   "--contracts", str(folder / "contracts"), "--findings", str(folder / "findings"),
                                   *(["--state-dir", str(folder / "state")] if restarts else []),
                                   str(folder / "calls.pcap")], capture_output=True, timeout=500, check=False)
            if done.returncode != 0:
                raise SystemExit(done.stderr.decode())
            records += [json.loads(line) for line in (folder / "findings").read_text().splitlines()]
    return records


def judge(records):
    told = {}
    for record in records:
        kind = record["finding_info"]["analytic"]["uid"]
        if kind.startswith(KINDS):
            told[record["unmapped"]["specular"]["partner"]["id"], kind] = record["count"]
    for partner, kind in sorted(EXPECTED - set(told)):
        print(f"FAIL {partner}: {kind} is missing")
    for partner, kind in sorted(set(told) - EXPECTED):
        print(f"FAIL {partner}: {kind} was not expected")
    often = [key for key, count in told.items() if count != 1]
    for partner, kind in often:
        print(f"FAIL {partner}: {kind} came {told[partner, kind]} times")
    print(f"{len(set(told) & EXPECTED)} of {len(EXPECTED)} told")
    return set(told) != EXPECTED or bool(often)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    options = parser.parse_args()
    calls = make_calls()
    segments, is_wrong = make_segments(calls), False
    for restarts in ((), (13.5 * WINDOW, (LEARNED + 1.4) * WINDOW, WEEK, 2 * WEEK + 2.5 * HOUR)):
        print(f"{len(calls)} calls of {len(PARTNERS)} partners, {len(restarts)} restarts: ", end="")
        is_wrong |= judge(run(options, segments, restarts))
    return 1 if is_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
