#!/usr/bin/python3
"""Bodies larger than the sensor keeps: an export of 12 MiB that leaks in its last record, in every framing and coding,
and its twin that leaks nothing. The finding names the record, as if the body were small.

usage: long_bodies.py --specular PROGRAM
"""
import argparse
import gzip
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import talk as talks
import talk_http2

HERE = Path(__file__).resolve().parent
LENGTH = 12 << 20  # of the body; the sensor keeps 8 MiB
TOKEN = "{{jwt azp=acme-prod iss=https://ias.example.com aud=orders-api exp=+3600 iat=-60}}"
SEGMENT = 16000


def orders(chance, last_note):
    """Enough of them, no two alike; the contact is allowed, and so are order numbers that look like cards."""
    lines, length = [], 0
    while length < LENGTH:
        number = len(lines)
        note = "".join(chance.choice("abcdefghijklmnopqrstuvwxyz ") for _ in range(200))
        lines.append(json.dumps({"id": f"AB{number % 10000:04}", "state": "open", "contact": f"c{number}@example.com",
                                 "note": note, "lines": []}))
        length += len(lines[-1]) + 2
    lines.append(json.dumps({"id": "AB1234", "state": "open", "note": last_note, "lines": []}))
    return len(lines) - 1, "[" + ",\n".join(lines) + "]"


def chunked(body):
    pieces = [body[i:i + 50001] for i in range(0, len(body), 50001)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def message(*texts):
    """One gRPC message: each text is a field."""
    fields = b"".join(bytes([number + 4 << 3 | 2, len(text)]) + text for number, text in enumerate(texts))
    return b"\0" + len(fields).to_bytes(4, "big") + fields


def answer(body, media_type, way):
    fields = [b"HTTP/1.1 200 OK", b"Content-Type: " + media_type]
    if "gzip" in way:
        body = gzip.compress(body, 1)
        fields.append(b"Content-Encoding: gzip")
    if "chunked" in way:
        fields.append(b"Transfer-Encoding: chunked")
        body = chunked(body)
    else:
        fields.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(fields) + b"\r\n\r\n" + body


def play(options, body, media_type, path, way):
    """All findings about data: (id, operation, where, class)."""
    ask = talks.expand(f"GET {path} HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer {TOKEN}\r\n\r\n").encode()
    connection = talks.Connection("203.0.113.10", 40000, "10.0.0.5", 80,
                                  [(True, ask), (False, answer(body, media_type, way))])
    story = talks.Talk("", ["--decrypted"], [connection])
    if "h2" in way:
        story = talk_http2.talk_in(story, "h2")
    with tempfile.TemporaryDirectory(prefix="specular-long-") as name:
        folder = Path(name)
        talks.write_pcap(folder / "story.pcap", talks.segments_of(story, SEGMENT))
        subprocess.run([options.specular, "replay", "--decrypted", "--hmac-key-file", str(folder / "key"), "--contracts",
                        str(HERE / "contracts"), "--findings", str(folder / "findings"), str(folder / "story.pcap")],
                       check=True, capture_output=True, timeout=300)
        records = [json.loads(line) for line in (folder / "findings").read_text().splitlines()]
    out = set()
    for record in records:
        kind, data = record["finding_info"]["analytic"]["uid"], record["evidences"][0].get("data", {})
        if kind.split(".")[0] in ("pii", "secret", "attack"):
            where = data.get("in", "") + " " + data.get("pointer", data.get("name", ""))
            out.add((kind, record["evidences"][0]["api"]["operation"], where.strip()))
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    options = parser.parse_args()
    chance = random.Random(20260115)
    last, leaky = orders(chance, "SSN 536-22-8726")
    kept = leaky.replace("SSN 536-22-8726", "order 536228726")
    path, told = "/orders/v1/orders", ("pii.response_leak", "listOrders", f"response.body /{last}/note")
    cases = [(body, b"application/json", path, way, {told} if body is leaky else set())
             for body in (leaky, kept) for way in ("length", "chunked", "gzip", "h2", "h2 gzip")]
    rows = "id;note\n" + "AB1234;nothing to see here\n" * (LENGTH // 27)
    for end, expected in (("AB1;card 4111 1111 1111 1111\n", {("pii.response_leak", "exportOrders", "response.body")}),
                          ("AB1;card 4111 1111 1111 1112\n", set())):
        cases.append((rows + end, b"text/csv", "/orders/v1/orders/export", "length", expected))
    many = b"".join(message(b"parcel %07d" % number, b"left at the door") for number in range(LENGTH // 40))
    for end, expected in ((message(b"536-22-8726", b"no"), {("pii.response_leak", "listOrders", "response.body")}),
                          (message(b"996-22-8726", b"no"), set())):
        cases.append((many + end, b"application/grpc", path, "h2", expected))
    failed = 0
    for body, media_type, where, way, expected in cases:
        found = play(options, body if isinstance(body, bytes) else body.encode(), media_type, where, way)
        found = {one for one in found if one[0] in ("pii.response_leak", "secret.leak") or one[0].startswith("attack")}
        failed += found != expected
        if found != expected:
            print("FAIL", where, way, "expected", sorted(expected), "found", sorted(found)[:5])
    print(f"{len(cases) - failed} passed, {failed} failed: bodies of {LENGTH >> 20} MiB")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
