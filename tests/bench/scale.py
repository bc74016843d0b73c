#!/usr/bin/python3
"""How the sensor grows: partners, operations and credentials against memory, start-up and the cost of an exchange.

usage: scale.py --specular PROGRAM [--largest] [--check]

Contracts and traffic are made by a seeded generator. Each size is run twice, over a capture with one exchange and over one
with many: the first says what starting costs, the difference what an exchange does. --largest is 10,000 partners with ten
operations and a hundred credentials each, alone. --check fails when that needs more than MEMORY_MB or START_SECONDS, or
when an exchange costs more than GROWTH times what it costs with ten partners, or with ten operations.
"""
import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "replay"))
import talk as talks  # noqa: E402

START, SEED, EXCHANGES, A_CONNECTION = 1768262400.0, 20260113, 40000, 4
# The machine of a user who has so many partners has more; a shared test machine is slow at times.
MEMORY_MB, START_SECONDS, GROWTH = 3072, 180, 2.5
# partners, operations of each, credentials of each
SIZES = [(10, 10, 100), (100, 10, 100), (1000, 10, 100), (10000, 10, 100), (10, 1, 100), (10, 1000, 100), (10, 10000, 100)]
LARGEST = (10000, 10, 100)


def key_of(partner, number):
    return f"key-{partner}-{number}-of-a-good-length"


def spec_of(partner, operations):
    """JSON, which is YAML too: one file a partner, each operation with a parameter and a body that is checked."""
    body = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
    answer = {"200": {"description": "ok", "content": {"application/json": {"schema": body}}}}
    paths = {f"/things{i}/{{id}}": {"get": {
        "operationId": f"get{i}", "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
        "responses": answer}} for i in range(operations)}
    return {"openapi": "3.0.3", "info": {"title": f"Things of {partner}", "version": "1"},
            "servers": [{"url": f"https://api.example.com/{partner}"}], "security": [{"key": []}], "paths": paths,
            "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}}}


def write_contracts(folder, size):
    partners, operations, credentials = size
    for i in range(partners):
        name = f"p{i}"
        keys = ["sha256:" + hashlib.sha256(key_of(name, k).encode()).hexdigest() for k in range(credentials)]
        (folder / f"{name}-things.json").write_text(json.dumps(spec_of(name, operations)))
        (folder / f"{name}.json").write_text(json.dumps({"partner": name, "identify": {"api_keys": keys}, "apis": [
            {"spec": f"{name}-things.json"}], "limits": [{"requests": 1000000, "per": "1h", "window": "rolling"}]}))


def segments_of(number, chance, size):
    """One connection with a few exchanges, each of any partner, credential and operation."""
    client, server = (f"203.0.{number // 50000 % 250}.10", 10000 + number % 50000), ("10.0.0.5", 80)
    at, when, out = {client: 1000, server: 5000}, START + number * 0.02, []

    def say(src, dst, flags, data):
        nonlocal when
        out.append(talks.Segment(when, src, dst, at[src], at[dst] if at[dst] != 5000 or src == server else 0, flags, data))
        at[src] += len(data) + (1 if flags & talks.SYN else 0)
        when += 0.001

    say(client, server, talks.SYN, b"")
    say(server, client, talks.SYN | talks.ACK, b"")
    for _ in range(A_CONNECTION):
        name, key, operation = f"p{chance.randrange(size[0])}", chance.randrange(size[2]), chance.randrange(size[1])
        say(client, server, talks.ACK | talks.PSH,
            f"GET /{name}/things{operation}/{chance.randrange(1000)} HTTP/1.1\r\nHost: api.example.com\r\n"
            f"X-API-Key: {key_of(name, key)}\r\n\r\n".encode())
        body = b'{"id":12,"name":"a parcel"}'
        say(server, client, talks.ACK | talks.PSH, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body)
    say(client, server, talks.RST | talks.ACK, b"")
    return out


def run(options, folder, capture):
    """Seconds, processor seconds, peak memory in MB."""
    command = [options.specular, "replay", "--decrypted", "--workers", "1", "--hmac-key-file", str(folder / "key"),
               "--contracts", str(folder / "contracts"), "--findings", str(folder / "findings.jsonl"), str(capture)]
    began = time.monotonic()
    with open(folder / "errors", "wb") as errors:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        raise SystemExit((folder / "errors").read_text())
    if (folder / "findings.jsonl").read_text():
        raise SystemExit("traffic that keeps its contract raised findings")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(options, size):
    with tempfile.TemporaryDirectory(prefix="specular-scale-") as name:
        folder, chance = Path(name), random.Random(SEED)
        (folder / "contracts").mkdir()
        write_contracts(folder / "contracts", size)
        talks.write_pcap(folder / "one.pcap", segments_of(0, chance, size))
        talks.write_pcap(folder / "many.pcap", [segment for number in range(EXCHANGES // A_CONNECTION)
                                                for segment in segments_of(number, chance, size)])
        start, start_cpu, start_mb = run(options, folder, folder / "one.pcap")
        _, cpu, peak_mb = run(options, folder, folder / "many.pcap")
    cost = (cpu - start_cpu) / EXCHANGES * 1e6
    print(f"| {size[0]:,} | {size[0] * size[1]:,} | {size[0] * size[2]:,} | {start:.1f} | {start_mb:.0f} | {peak_mb:.0f} | "
          f"{cost:.0f} |", flush=True)
    return {"start": start, "peak": peak_mb, "cost": cost}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    parser.add_argument("--largest", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    print("| partners | operations | credentials | start s | memory after start MB | peak MB | microseconds an exchange |")
    print("|---|---|---|---|---|---|---|")
    seen = {size: measure(options, size) for size in ([LARGEST] if options.largest else SIZES)}
    problems = []
    largest = seen[LARGEST]
    if largest["peak"] > MEMORY_MB or largest["start"] > START_SECONDS:
        problems.append(f"{LARGEST}: {largest['peak']:.0f} MB, {largest['start']:.0f} s to start")
    if not options.largest:
        problems += [f"an exchange costs {seen[size]['cost'] / seen[SIZES[0]]['cost']:.1f} times as much with {size}"
                     for size in SIZES if seen[size]["cost"] > GROWTH * seen[SIZES[0]]["cost"]]
    for problem in problems:
        print("FAIL", problem)
    return 1 if options.check and problems else 0


if __name__ == "__main__":
    sys.exit(main())
