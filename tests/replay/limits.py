#!/usr/bin/python3
"""A day of fifty partners in three tiers, at up to three times what they agreed to, counted a second time.

usage: limits.py --specular PROGRAM [--restarts N]

--restarts: the sensor ends N times within the day, in the middle of all windows, and begins again with its state.
The count here is the plainest one: a list of all calls, and for each call those that are in its window. What specular
says of limits, quotas and usage must be the same to the last call.
"""
import argparse
import bisect
import collections
import hashlib
import json
import random
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import talk as talks

START = 1768435200.0  # 2026-01-15 00:00:00 UTC
DAY, HOUR, WITHIN = 86400, 3600, 10
SPEC = """openapi: 3.0.3
info: {title: Ping, version: "1"}
servers: [{url: "https://api.example.com/v1"}]
security: [{key: []}]
paths:
  /ping: {get: {operationId: ping, responses: {"200": {description: pong}, "429": {description: wait}}}}
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-API-Key}}}
"""
TIERS = {
    "bronze": [("requests", 12, HOUR, "rolling"), ("requests", 200, DAY, "calendar")],
    "silver": [("requests", 20, HOUR, "calendar"), ("bytes", 3000, DAY, "rolling")],
    "gold": [("requests", 40, HOUR, "flexi"), ("requests", 400, DAY, "flexi")],
}
SEGMENTS_A_CALL = 5
ZONES = ["", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]


def key_of(partner):
    return "key-of-" + partner


def write_contracts(folder, partners):
    (folder / "ping.yaml").write_text(SPEC)
    words = {DAY: "1d", HOUR: "1h"}
    lines = ["tiers:"]
    for tier, limits in TIERS.items():
        text = ", ".join(f"{{{unit}: {n}, per: {words[per]}, window: {window}}}" for unit, n, per, window in limits)
        lines.append(f"  {tier}: {{limits: [{text}]}}")
    (folder / "tiers.yaml").write_text("\n".join(lines) + "\n")
    for name, (tier, zone) in partners.items():
        digest = hashlib.sha256(key_of(name).encode()).hexdigest()
        zone_line = f"timezone: {zone}\n" if zone else ""
        (folder / f"{name}.yaml").write_text(f"partner: {name}\ntier: {tier}\n{zone_line}"
                                             f"identify: {{api_keys: [\"sha256:{digest}\"]}}\napis: [{{spec: ping.yaml}}]\n")


def make_calls(partners, chance):
    """(second, partner, status, response bytes), in order of time; no two at one moment."""
    calls = []
    for number, (name, (tier, _)) in enumerate(partners.items()):
        per_hour = {"bronze": 12, "silver": 20, "gold": 40}[tier]
        is_enforced, load = number % 2 == 0, (0.4, 1.0, 3.0)[number % 3]
        for hour in range(24):
            wave = 1.0 if 9 <= hour < 17 else 0.2
            for _ in range(int(per_hour * load * wave)):
                status = 429 if is_enforced and chance.random() < 0.2 * load else 200
                calls.append([START + hour * HOUR + chance.random() * HOUR, name, status, chance.randrange(20)])
    calls.sort()
    for i in range(1, len(calls)):
        calls[i][0] = max(calls[i][0], calls[i - 1][0] + 0.004)
    return [(round(time, 6), *rest) for time, *rest in calls]


def make_segments(calls):
    """One connection a call."""
    out, port = [], 20000
    for time, name, status, size in calls:
        port = 20000 + (port - 19999) % 40000
        client, server = ("203.0.113.10", port), ("10.0.0.5", 80)
        seq, ack = 1000, 5000
        request = f"GET /v1/ping HTTP/1.1\r\nHost: api.example.com\r\nX-API-Key: {key_of(name)}\r\n\r\n".encode()
        body = b"x" * size
        reason = "OK" if status == 200 else "Too Many Requests"
        response = f"HTTP/1.1 {status} {reason}\r\nContent-Length: {size}\r\n\r\n".encode() + body
        plan = [(client, server, talks.SYN, b""), (server, client, talks.SYN | talks.ACK, b""),
                (client, server, talks.ACK | talks.PSH, request), (server, client, talks.ACK | talks.PSH, response),
                (client, server, talks.RST | talks.ACK, b"")]
        at = {client: seq, server: ack}
        for step, (src, dst, flags, data) in enumerate(plan):
            # The exchange ends, and is counted, with the packet of its response.
            out.append(talks.Segment(time + (step - 3) * 0.0001, src, dst, at[src], at[dst] if step else 0, flags, data))
            at[src] += len(data) + (1 if flags & talks.SYN else 0)
    return out


class Window:
    """All calls of one limit of one partner, and how many are in the window of the newest."""

    def __init__(self, limit, zone):
        self.unit, self.most, self.per, self.kind = limit
        self.zone, self.times, self.sums, self.start = zone, [], [0], None
        self.seen, self.key, self.unenforced, self.near = collections.Counter(), None, 0, 0

    def total(self, time, amount):
        self.times.append(time)
        self.sums.append(self.sums[-1] + amount)
        if self.kind == "rolling":
            return self.sums[-1] - self.sums[bisect.bisect_right(self.times, round(time - self.per, 6))]
        if self.kind == "calendar":
            local = datetime.fromtimestamp(time, timezone.utc).astimezone(ZoneInfo(self.zone or "UTC"))
            key = (local.date(), local.hour if self.per == HOUR else 0)
        else:
            key = self.start if self.start is not None and time < self.start + self.per else time
            self.start = key
        self.seen[key] += amount
        return self.seen[key]


def count(partners, calls):
    """(partner, id, limit): how often; and per partner calls and calls over any limit."""
    windows = {name: [Window(limit, zone) for limit in TIERS[tier]] for name, (tier, zone) in partners.items()}
    findings, usage = collections.Counter(), collections.defaultdict(collections.Counter)
    for time, name, status, size in calls:
        is_over = False
        for window in windows[name]:
            total = window.total(time, size if window.unit == "bytes" else 1)
            label = f"{window.most} {window.unit} per {'1d' if window.per == DAY else '1h'} {window.kind}"
            is_quota = window.per == DAY
            near = 95 if total * 100 >= window.most * 95 else 80 if total * 100 >= window.most * 80 else 0
            if is_quota and total <= window.most and near > window.near:
                findings[name, "quota.near", label, near] += 1
            window.near = near
            if total <= window.most:
                window.unenforced = 0
                continue
            is_over = True
            findings[name, "quota.exceeded" if is_quota else "rate.limit_exceeded", label, 0] += 1
            if status == 429:
                window.unenforced = 0
            else:
                window.unenforced += 1
                if window.unenforced >= WITHIN:
                    findings[name, "rate.not_enforced", label, 0] += 1
        usage[name].update(calls=1, over_limit=is_over, billable=status == 200, bytes_out=size)
    return findings, usage


def run(options, folder, segments, *more):
    capture = folder / "day.pcap"
    talks.write_pcap(capture, segments)
    outs = {name: folder / f"{name}.jsonl" for name in ("findings", "usage")}
    command = [options.specular, "replay", "--decrypted", "--hmac-key-file", str(folder / "key"), "--contracts",
               str(folder / "contracts"), *more]
    for name, path in outs.items():
        path.unlink(missing_ok=True)
        command += [f"--{name}", str(path)]
    done = subprocess.run(command + [str(capture)], capture_output=True, timeout=500, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr.decode())
    return [[json.loads(line) for line in outs[name].read_text().splitlines()] for name in ("findings", "usage")]


def run_in_pieces(options, folder, segments, chance):
    """As many sensors as there are pieces, one after the other; a call is in one piece."""
    calls = len(segments) // SEGMENTS_A_CALL
    cuts = [0, *sorted(chance.sample(range(1, calls), options.restarts)), calls]
    out = [[], []]
    for begin, end in zip(cuts, cuts[1:]):
        piece = segments[begin * SEGMENTS_A_CALL:end * SEGMENTS_A_CALL]
        for whole, part in zip(out, run(options, folder, piece, "--state-dir", str(folder / "state"))):
            whole += part
    return out


def told(findings):
    newest = {}
    for record in findings:
        uid = record["finding_info"]["uid"]
        if uid not in newest or record["count"] >= newest[uid]["count"]:
            newest[uid] = record
    out = collections.Counter()
    for record in newest.values():
        kind = record["finding_info"]["analytic"]["uid"]
        data = record["evidences"][0]["data"]
        label = data["expected"].removeprefix("at most ")
        near = 0
        if kind == "quota.near":
            share = int(data["observed"].split()[0]) / int(label.split()[0])
            near = 95 if share >= 0.95 else 80
        out[record["unmapped"]["specular"]["partner"]["id"], kind, label, near] += record["count"]
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    parser.add_argument("--restarts", type=int, default=0)
    options = parser.parse_args()
    tiers = list(TIERS)
    partners = {f"p{i:02}": (tiers[i // 2 % 3], ZONES[i % 4]) for i in range(50)}
    calls = make_calls(partners, random.Random(20260115))
    with tempfile.TemporaryDirectory(prefix="specular-limits-") as name:
        folder = Path(name)
        (folder / "contracts").mkdir()
        write_contracts(folder / "contracts", partners)
        segments = make_segments(calls)
        if options.restarts:
            findings, usage = run_in_pieces(options, folder, segments, random.Random(7))
        else:
            findings, usage = run(options, folder, segments)
    expected, used = count(partners, calls)
    if options.restarts:  # the window that runs at the end goes on after it
        used = count(partners, [call for call in calls if call[0] < calls[-1][0] // 300 * 300])[1]
    seen, problems = told(findings), []
    begun = collections.Counter(record["finding_info"]["uid"] for record in findings if record["activity_id"] == 1)
    problems += [f"{uid}: created {times} times" for uid, times in begun.items() if times > 1]
    for key in sorted(set(expected) | set(seen)):
        if expected[key] != seen[key]:
            problems.append(f"{key}: counted {expected[key]}, told {seen[key]}")
    sums = collections.defaultdict(collections.Counter)
    for line in usage:
        sums[line["partner"]].update({key: line[key] for key in ("calls", "over_limit", "billable", "bytes_out")})
    for partner in partners:
        for key, value in used[partner].items():
            if sums[partner][key] != value:
                problems.append(f"{partner}: {key}: counted {value}, told {sums[partner][key]}")
    for problem in problems[:20]:
        print("FAIL", problem)
    print(f"{len(calls)} calls of {len(partners)} partners, {sum(x['over_limit'] for x in used.values())} over a limit, "
          f"{len(expected)} findings with {sum(expected.values())} sights: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
