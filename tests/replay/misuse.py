#!/usr/bin/python3
"""Seeded misuse among an hour of everyday traffic: each kind must be found, and nothing else.

usage: misuse.py --specular PROGRAM [--key NUMBER]

Prints for each kind of misuse after how many calls and seconds it was told first, and the false alarms. What is
counted by estimates depends on the key of the fingerprints: --key takes another one than the tests do.
"""
import argparse
import collections
import hashlib
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import talk as talks

START = 1768478400.0
PACKET = 32000  # no card sends more at once
SPEC = """openapi: 3.0.3
info: {title: Orders, version: "1"}
servers: [{url: "https://api.example.com/v1"}]
security: [{key: []}, {basic: []}, {}]
paths:
  /orders:
    get: {operationId: listOrders, responses: {default: {description: any, content: {application/json: {}}}}}
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {default: {description: any, content: {application/json: {}}}}
  /login:
    post:
      operationId: login
      requestBody: {content: {application/json: {}}}
      responses: {default: {description: any, content: {application/json: {}}}}
  /otp:
    post:
      operationId: otp
      requestBody: {content: {application/json: {}}}
      responses: {default: {description: any, content: {application/json: {}}}}
  /oauth/token:
    post:
      operationId: token
      requestBody: {content: {application/x-www-form-urlencoded: {}}}
      responses: {default: {description: any, content: {application/json: {}}}}
OPERATIONS
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-API-Key}
    basic: {type: http, scheme: basic}
    oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: "https://api.example.com/v1/oauth/token", scopes: {}}}}
"""
ADMIN = "  /admin/task{0}: {{get: {{operationId: adminTask{0}, responses: {{default: {{description: any}}}}}}}}"
PARTNERS = [f"p{i}" for i in range(8)]


class Traffic:
    def __init__(self, seed):
        self.chance, self.calls = random.Random(seed), []

    def call(self, time, client, method, path, status, body=None, sent=None, key=None, kind="application/json", label=""):
        head = f"{method} /v1{path} HTTP/1.1\r\nHost: api.example.com\r\n" + (f"X-API-Key: {key}\r\n" if key else "")
        content = sent.encode() if sent is not None else b""
        if sent is not None:
            head += f"Content-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
        answer = json.dumps(body).encode() if body is not None else b""
        kind = "Content-Type: application/json\r\n" if answer else ""
        response = f"HTTP/1.1 {status} X\r\n{kind}Content-Length: {len(answer)}\r\n\r\n".encode() + answer
        self.calls.append([START + time, client, head.encode() + b"\r\n" + content, response, label])

    def everyday(self):
        """Each partner lists its orders and fetches them, misses one at times, and its people log in and mistype."""
        self.orders = {p: [f"{self.chance.randrange(10 ** 6)}" for _ in range(120)] for p in PARTNERS}
        for number, partner in enumerate(PARTNERS):
            client, key, time = f"203.0.113.{number + 1}", f"key-{partner}", self.chance.random() * 60
            for start in range(0, 120, 20):
                page = self.orders[partner][start:start + 20]
                self.call(time, client, "GET", "/orders", 200, {"items": [{"id": x} for x in page]}, key=key)
                time += 1
            while time < 3600:
                order = self.chance.choice(self.orders[partner])
                status = 404 if self.chance.random() < 0.02 else 200
                self.call(time, client, "GET", f"/orders/{order}", status, {"id": order} if status == 200 else None, key=key)
                if self.chance.random() < 0.05:
                    status = 401 if self.chance.random() < 0.2 else 200
                    sent = json.dumps({"username": f"{partner}-{self.chance.randrange(30)}", "password": f"{self.chance.random()}"})
                    self.call(time + 0.5, client, "POST", "/login", status, sent=sent)
                time += self.chance.expovariate(0.2)

    def misuse(self):
        """Each from its own address, from its own second on."""
        login = lambda user, word: json.dumps({"username": user, "password": word})
        for i in range(60):
            at = i * 2.0
            self.call(300 + at, "198.51.100.1", "POST", "/login", 401, sent=login("bob", f"word{i}"), label="abuse.bruteforce")
            self.call(500 + at, "198.51.100.2", "POST", "/login", 401, sent=login(f"u{i}", f"w{i}"),
                      label="abuse.credential_stuffing")
            self.call(700 + at, "198.51.100.3", "POST", "/login", 401, sent=login(f"v{i}", "Winter2026"),
                      label="abuse.password_spray")
            self.call(900 + at, "198.51.100.4", "GET", f"/orders/.git/{i}", 404, label="abuse.scanner")
            self.call(1300 + at, "198.51.100.5", "POST", "/otp", 200, sent='{"to": "x"}', label="abuse.otp_flood")
            self.call(1700 + at, f"198.51.101.{i}", "GET", f"/orders/{self.orders['p1'][i]}", 200, {"id": "x"}, key="key-p1",
                      label="abuse.ip_rotation")
        for i in range(150):
            self.call(1100 + i, "203.0.113.3", "GET", f"/orders/{5000000 + i}", 200 if i % 4 else 404, key="key-p2",
                      label="abuse.bola_enumeration")
            self.call(2300 + i, "198.51.100.7", "POST", "/oauth/token", 200, {"access_token": "x"}, sent="grant_type=client_credentials",
                      kind="application/x-www-form-urlencoded", label="abuse.token_farming")
        for i in range(5):
            self.call(2600 + i, "203.0.113.4", "GET", f"/orders/{self.orders['p5'][i]}", 200, {"id": "x"}, key="key-p3",
                      label="abuse.bola_foreign_object")
        for i in range(20):
            self.call(2800 + i, "203.0.113.5", "GET", f"/admin/task{i}", 403, key="key-p4", label="abuse.function_probe")

    def segments(self):
        out = []
        self.calls.sort(key=lambda call: call[:2])
        for i in range(1, len(self.calls)):
            self.calls[i][0] = max(self.calls[i][0], self.calls[i - 1][0] + 0.004)
        for i, (time, address, request, response, _) in enumerate(self.calls):
            client, server = (address, 20000 + i % 40000), ("10.0.0.5", 80)
            at = {client: 1000, server: 5000}
            for step, (src, dst, flags, data) in enumerate((
                    (client, server, talks.SYN, b""), (server, client, talks.SYN | talks.ACK, b""),
                    (client, server, talks.ACK | talks.PSH, request),
                    *((server, client, talks.ACK | talks.PSH, response[at:at + PACKET]) for at in range(0, len(response), PACKET)),
                    (client, server, talks.RST | talks.ACK, b""))):
                out.append(talks.Segment(time + min(step - 3, 1) * 0.0001, src, dst, at[src], at[dst] if step else 0, flags, data))
                at[src] += len(data) + (1 if flags & talks.SYN else 0)
        return out


def options_of():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    parser.add_argument("--key", type=int, default=0)
    return parser.parse_args()


class Told:
    """What the records of a run tell, beside what its calls were. A caller that is at its misuse makes its everyday calls
    as well, and whichever of them takes the count over the line is told of: that is no false alarm."""

    def __init__(self, traffic, findings):
        self.at, self.spans, self.calls = {}, {}, collections.defaultdict(list)
        for time, client, _, _, label in traffic.calls:
            self.at[round(time * 1000)] = label, client
            if label:
                first = self.spans.get((label, client), (time,))[0]
                self.spans[label, client] = first, time
                self.calls[label].append(time)
        self.first, self.alarms = {}, []
        self.kinds = collections.defaultdict(set)  # told of the calls of a misuse
        for record in findings:
            self.kinds[self.label(record)[0]].add(kind_of(record))
        for record in findings:
            self.take(record)

    def label(self, record):
        return next((self.at[record["time"] + d] for d in (0, 1, -1) if record["time"] + d in self.at), ("", None))

    def misuse_of(self, record):
        label, client = self.label(record)
        return label or next((label for (label, who), (first, last) in self.spans.items()
                              if who == client and first <= record["time"] / 1000 <= last
                              and kind_of(record) in self.kinds[label]), "")

    def take(self, record):
        label = self.misuse_of(record)
        if record["activity_name"] == "Create" and not label:
            self.alarms.append(f"{kind_of(record)} {record['message']}")
        elif label and label == kind_of(record):
            self.first.setdefault(label, record["time"] / 1000)

    def show(self, seed):
        """How soon each misuse was told; how many were not."""
        missed = 0
        for alarm in self.alarms:
            print("FALSE ALARM", seed, alarm)
        for label, times in sorted(self.calls.items()):
            if label not in self.first:
                missed += 1
                print("FAIL", seed, label, "was not told")
                continue
            calls = sum(time <= self.first[label] + 0.002 for time in times)
            beside = ", ".join(sorted(self.kinds[label] - {label}))
            print(f"seed {seed}: {label}: told after {calls} of {len(times)} calls, {self.first[label] - times[0]:.0f} s"
                  + (f"; beside it {beside}" if beside else ""))
        return missed


def kind_of(record):
    return record["finding_info"]["analytic"]["uid"]


def run(options, folder, segments, spec, restarts=()):
    """The findings. `restarts`: the sensor ends then, in seconds from the start, and begins again with what it remembers."""
    (folder / "key").write_bytes(hashlib.sha256(str(options.key).encode()).digest())
    contracts = folder / "contracts"
    contracts.mkdir()
    (contracts / "orders.yaml").write_text(spec)
    for name in PARTNERS:
        keys = ", ".join(f'"sha256:{hashlib.sha256(key.encode()).hexdigest()}"' for key in (f"key-{name}", f"bot-{name}"))
        (contracts / f"{name}.yaml").write_text(f"partner: {name}\nidentify: {{api_keys: [{keys}]}}\n"
                                                "apis: [{spec: orders.yaml}]\n")
    findings, ends = [], [START + end for end in (*restarts, float("inf"))]
    for begin, end in zip([0, *ends], ends):
        talks.write_pcap(folder / "x.pcap", [segment for segment in segments if begin <= segment.time < end])
        done = subprocess.run([options.specular, "replay", "--decrypted", "--hmac-key-file", str(folder / "key"), "--contracts",
                               str(contracts), *(["--state-dir", str(folder / "state")] if restarts else []), "--findings",
                               str(folder / "f.jsonl"), str(folder / "x.pcap")], capture_output=True, timeout=300, check=False)
        if done.returncode != 0:
            raise SystemExit(done.stderr.decode())
        findings += [json.loads(line) for line in (folder / "f.jsonl").read_text().splitlines()]
    return findings


def main():
    options = options_of()
    missed = alarms = 0
    for seed, has_misuse in ((1, False), (2, True), (3, True)):
        traffic = Traffic(seed)
        traffic.everyday()
        if has_misuse:
            traffic.misuse()
        with tempfile.TemporaryDirectory(prefix="specular-misuse-") as name:
            findings = run(options, Path(name), traffic.segments(),
                           SPEC.replace("OPERATIONS", "\n".join(ADMIN.format(i) for i in range(20))))
        told = Told(traffic, [x for x in findings if kind_of(x).startswith(("abuse.", "attack.", "rate."))])
        missed += told.show(seed)
        wrong = len(told.alarms) + sum(len(told.kinds[label] - {label}) for label in told.calls)  # each is one kind alone
        alarms += wrong
        print(f"seed {seed}: {len(traffic.calls)} calls, {wrong} false alarms")
    print(f"{missed} missed, {alarms} false alarms")
    return 1 if missed or alarms else 0


if __name__ == "__main__":
    sys.exit(main())
