#!/usr/bin/python3
"""How the sensor grows: partners, operations, credentials, live connections and patterns against memory, start-up and the
cost of an exchange.

usage: scale.py --specular PROGRAM [--largest] [--check] [--svg FILE]

Contracts and traffic are made by a seeded generator. Each size is run three times: over a capture with one connection, over
one with many exchanges, and over one with the same some times more. The first says what starting costs, the differences
what an exchange does whose partner or operation is seen for the first time, and what one does later: in time of the
program itself, since the system may take a second more or less to clear memory for large contracts. --largest is 10,000 partners with ten
operations and a hundred credentials each, alone. --svg draws what a later exchange costs, with the smallest of each kind
as 1. --check fails when that needs more than MEMORY_MB or START_SECONDS, or
when an exchange costs more than GROWTH times what it costs with ten partners, or with ten operations.
"""
import argparse
import hashlib
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "replay"))
import curves  # noqa: E402
import talk as talks  # noqa: E402

START, SEED, EXCHANGES, A_CONNECTION, LATER = 1768262400.0, 20260113, 40000, 4, 3
# Every look-up is a hash, or one step a path segment; what grows is how much of it the processor's caches miss: a thousand
# times as many partners make an exchange two to three times as dear. What is linear in them would pass GROWTH by far.
MEMORY_MB, START_SECONDS, GROWTH = 1536, 60, 6
# partners, operations of each, credentials of each
SIZES = [(10, 10, 100), (100, 10, 100), (1000, 10, 100), (10000, 10, 100), (10, 1, 100), (10, 1000, 100), (10, 10000, 100)]
LARGEST = (10000, 10, 100)
LIVE = [1, 100, 10000, 100000]  # connections that are open all the time
PATTERNS = [10, 100, 500]      # of the user's own, in a pack
FEW = (10, 10, 100)


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


def pass_of(which, size):
    """The same exchanges in each pass, some time later."""
    chance, count = random.Random(SEED), EXCHANGES // A_CONNECTION
    return [segment for number in range(count) for segment in segments_of(which * count + number, chance, size)]


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


def live_segments(number, passes):
    """That many connections stay open, and take turns; each is opened before the first pass."""
    chance, count, server = random.Random(SEED), max(EXCHANGES, number), ("10.0.0.5", 80)
    clients = [(f"203.0.{i // 50000}.10", 10000 + i % 50000) for i in range(number)]
    at, out, when = [[1001, 5001] for _ in clients], [], START
    for client in clients:
        when += 20.0 / number
        out.append(talks.Segment(when, client, server, 1000, 0, talks.SYN, b""))
        out.append(talks.Segment(when + 0.0001, server, client, 5000, 1001, talks.SYN | talks.ACK, b""))
    body = b'{"id":12,"name":"a parcel"}'
    for turn in range(count * passes):
        client, place = clients[turn % number], at[turn % number]
        name, key, operation = f"p{chance.randrange(FEW[0])}", chance.randrange(FEW[2]), chance.randrange(FEW[1])
        asks = (f"GET /{name}/things{operation}/{chance.randrange(1000)} HTTP/1.1\r\nHost: api.example.com\r\n"
                f"X-API-Key: {key_of(name, key)}\r\n\r\n").encode()
        answers = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        when += 20.0 / count
        out.append(talks.Segment(when, client, server, place[0], place[1], talks.ACK | talks.PSH, asks))
        place[0] += len(asks)
        out.append(talks.Segment(when + 0.0001, server, client, place[1], place[0], talks.ACK | talks.PSH, answers))
        place[1] += len(answers)
    return out, count


def write_pack(file, number):
    """A JSON pack of patterns that all look at the values of the traffic, and fit none."""
    file.write_text(json.dumps({"pack": "many", "classes": [
        {"id": f"many_{i}", "title": f"Number {i}", "pattern": f"M{i}[0-9]{{6}}X", "severity": 1, "mask": {"keep_last": 2},
         "match": [f"M{i}123456X"], "no_match": [f"M{i}12345X"]} for i in range(number)]}))


# A process of its own, small: the kernel counts what stood in memory before exec as the child's peak.
MEASURE = ("import json, os, subprocess, sys; child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL); "
           "_, status, usage = os.wait4(child.pid, 0); "
           "print(json.dumps([status, usage.ru_utime, usage.ru_stime, usage.ru_maxrss / 1024]))")


def run(options, folder, capture):
    """Processor seconds of the program and of the system for it, peak memory in MB."""
    command = [options.specular, "replay", "--decrypted", "--workers", "1", "--hmac-key-file", str(folder / "key"),
               "--contracts", str(folder / "contracts"), "--findings", str(folder / "findings.jsonl"), str(capture)]
    if (folder / "packs").exists():
        command[2:2] = ["--packs", str(folder / "packs")]
    with open(folder / "errors", "wb") as errors:
        told = subprocess.run([sys.executable, "-c", MEASURE, *command], stdout=subprocess.PIPE, stderr=errors, check=True)
    status, seconds, system_seconds, peak_mb = json.loads(told.stdout)
    if status != 0:
        raise SystemExit((folder / "errors").read_text())
    if (folder / "findings.jsonl").read_text():
        raise SystemExit("traffic that keeps its contract raised findings")
    return seconds, system_seconds, peak_mb


def measure(options, size):
    with tempfile.TemporaryDirectory(prefix="specular-scale-") as name:
        folder = Path(name)
        (folder / "contracts").mkdir()
        write_contracts(folder / "contracts", size)
        first = pass_of(0, size)
        for file, segments in (("one", segments_of(0, random.Random(SEED), size)), ("first", first),
                               ("later", sum((pass_of(i, size) for i in range(1, LATER + 1)), first))):
            talks.write_pcap(folder / f"{file}.pcap", segments)
        start, start_system, start_mb = run(options, folder, folder / "one.pcap")
        first_cpu, _, _ = run(options, folder, folder / "first.pcap")
        cpu, _, peak_mb = run(options, folder, folder / "later.pcap")
    costs = [(first_cpu - start) / EXCHANGES * 1e6, (cpu - first_cpu) / (EXCHANGES * LATER) * 1e6]
    start += start_system
    print(f"| {size[0]:,} | {size[0] * size[1]:,} | {size[0] * size[2]:,} | {start:.1f} | {start_mb:.0f} | {peak_mb:.0f} | "
          f"{costs[0]:.1f} | {costs[1]:.1f} |", flush=True)
    return {"start": start, "peak": peak_mb, "cost": costs[1]}


def measure_cost(options, name, number):
    """Of an exchange, and the peak: with so many live connections, or so many patterns."""
    with tempfile.TemporaryDirectory(prefix="specular-scale-") as place:
        folder, count = Path(place), EXCHANGES
        (folder / "contracts").mkdir()
        write_contracts(folder / "contracts", FEW)
        if name == "patterns":
            (folder / "packs").mkdir()
            write_pack(folder / "packs" / "many.yaml", number)
            passes = [pass_of(0, FEW), pass_of(0, FEW) + pass_of(1, FEW)]
        else:
            passes, count = zip(*(live_segments(number, times) for times in (1, 2)))
            count = count[0]
        for i, segments in enumerate(passes):
            talks.write_pcap(folder / f"{i}.pcap", segments)
        once, _, _ = run(options, folder, folder / "0.pcap")
        twice, _, peak_mb = run(options, folder, folder / "1.pcap")
    cost = (twice - once) / count * 1e6
    print(f"| {number:,} {name} | {peak_mb:.0f} | {cost:.0f} |", flush=True)
    return {"peak": peak_mb, "cost": cost}


def curves_of(seen, others):
    """Each with its smallest as 1."""
    lines = {"partners": [(p, seen[p, o, c]["cost"]) for p, o, c in SIZES if (o, c) == (10, 100)],
             "operations": [(p * o, seen[p, o, c]["cost"]) for p, o, c in SIZES if p == 10]}
    lines["operations"].sort()
    for name, found in others.items():
        lines[name] = [(number, figures["cost"]) for number, figures in found.items()]
    return {name: [(size, cost / max(line[0][1], 1e-9)) for size, cost in line] for name, line in lines.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    parser.add_argument("--largest", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--svg", metavar="FILE")
    options = parser.parse_args()
    print("| partners | operations | credentials | start CPU s | memory after start MB | peak MB | first exchanges us | later us |")
    print("|---|---|---|---|---|---|---|---|")
    seen = {size: measure(options, size) for size in ([LARGEST] if options.largest else SIZES)}
    others = {}
    if not options.largest:
        print("\n| | peak MB | an exchange us |\n|---|---|---|")
        others = {name: {number: measure_cost(options, name, number) for number in numbers}
                  for name, numbers in (("live connections", LIVE), ("patterns", PATTERNS))}
    if options.svg and not options.largest:
        Path(options.svg).write_text(curves.draw("CPU time of an exchange, with the smallest of each as 1",
                                                 curves_of(seen, others)))
    problems = []
    largest = seen[LARGEST]
    if largest["peak"] > MEMORY_MB or largest["start"] > START_SECONDS:
        problems.append(f"{LARGEST}: {largest['peak']:.0f} MB, {largest['start']:.0f} s to start")
    if not options.largest:
        problems += [f"an exchange costs {seen[size]['cost'] / seen[SIZES[0]]['cost']:.1f} times as much with {size}"
                     for size in SIZES if seen[size]["cost"] > GROWTH * seen[SIZES[0]]["cost"]]
        problems += [f"an exchange costs {line[-1][1]:.1f} times as much with {line[-1][0]} {name}"
                     for name, line in curves_of(seen, others).items() if line[-1][1] > GROWTH]
    for problem in problems:
        print("FAIL", problem)
    return 1 if options.check and problems else 0


if __name__ == "__main__":
    sys.exit(main())
