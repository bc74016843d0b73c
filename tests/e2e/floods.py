#!/usr/bin/python3
"""Hostile traffic beside well-behaved: memory stays under its ceiling, all is counted, the well-behaved is all told.

    floods.py --specular PROGRAM [--full] [--only KIND]

Makes the traffic as it goes and pipes it into `specular replay -`. --full: a million half-open and two hundred
thousand established connections with the sensor's own ceilings; else a tenth, with ceilings to match.
"""
import argparse
import json
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "replay"))
sys.dont_write_bytecode = True
import conserve  # noqa: E402

START_US = 1772442000 * 1000000
GOOD_CONNECTIONS, GOOD_EXCHANGES = 50, 10
SYN, ACK, FIN, PUSH = 2, 16, 1, 8
SERVER = bytes((198, 51, 100, 10))
GOOD_CLIENT = bytes((203, 0, 113, 10))
MIB = 1 << 20
SECONDS_MAX = 300

# What the ceilings of limits.h and of specular.yaml allow one worker: the program with its packs and rings, then each
# connection with its session and an unfinished exchange, the early bytes, and the bodies, whose buffers grow by half.
PROGRAM_BYTES, CONNECTION_BYTES, BODY_BYTES = 256 * MIB, 20480, 512 * MIB


def frame(client, client_port, to_server, seq, ack, flags, payload=b"", server_port=80):
    ends = (client, SERVER) if to_server else (SERVER, client)
    ports = (client_port, server_port) if to_server else (server_port, client_port)
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(payload), 0, 0x4000, 64, 6, 0) + ends[0] + ends[1]
    tcp = struct.pack(">HHIIBBHHH", *ports, seq & 0xffffffff, ack & 0xffffffff, 0x50, flags, 65535, 0, 0)
    return b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + ip + tcp + payload


class Talk:
    """One connection whose packets are all seen."""

    def __init__(self, client, port, server_port=80):
        self.client, self.port, self.server_port, self.sent = client, port, server_port, [1, 1]

    def open(self):
        yield frame(self.client, self.port, True, 0, 0, SYN, b"", self.server_port)
        yield frame(self.client, self.port, False, 0, 1, SYN | ACK, b"", self.server_port)
        yield frame(self.client, self.port, True, 1, 1, ACK, b"", self.server_port)

    def say(self, to_server, data, size=1400):
        side = 0 if to_server else 1
        for at in range(0, len(data), size):
            piece = data[at:at + size]
            yield frame(self.client, self.port, to_server, self.sent[side], self.sent[not side], ACK | PUSH, piece,
                        self.server_port)
            self.sent[side] += len(piece)

    def close(self):
        for to_server in (True, False):
            side = 0 if to_server else 1
            yield frame(self.client, self.port, to_server, self.sent[side], self.sent[not side], ACK | FIN, b"",
                        self.server_port)
            self.sent[side] += 1


def good():
    """Lists of packets that belong together, exchange by exchange over all connections."""
    talks = [Talk(GOOD_CLIENT, 20000 + i) for i in range(GOOD_CONNECTIONS)]
    for talk in talks:
        yield list(talk.open())
    for turn in range(GOOD_EXCHANGES):
        for number, talk in enumerate(talks):
            body = b"{\"turn\": %d}" % turn
            yield [*talk.say(True, b"GET /good/%d/%d HTTP/1.1\r\nHost: good.test\r\n\r\n" % (number, turn)),
                   *talk.say(False, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                             % len(body) + body)]
    for talk in talks:
        yield list(talk.close())


# -- the hostile ------------------------------------------------------------------------------------------------------

def stranger(number):
    return struct.pack(">I", 0x0a000000 + number // 60000), 1024 + number % 60000


def half_open(count, _):
    for number in range(count):
        yield frame(*stranger(number), True, number * 7919, 0, SYN)


def holes(count, chance):
    """The first bytes never come; what is behind them has to be held."""
    head = b"POST /upload HTTP/1.1\r\nHost: bad.test\r\nContent-Length: 100000\r\n\r\n"
    late = bytes(chance.randrange(32, 127) for _ in range(1400))
    for number in range(count):
        talk = Talk(*stranger(number))
        yield from talk.open()
        yield from talk.say(True, head)
        talk.sent[0] += 1000
        yield from talk.say(True, late)


def slow_bodies(count, chance):
    """Large bodies that never end: each is within its own ceiling, together they are not."""
    part = bytes(chance.randrange(32, 127) for _ in range(60000))
    talks = []
    for number in range(200):
        talk = Talk(*stranger(number))
        talks.append(talk)
        yield from talk.open()
        yield from talk.say(True, b"POST /slow HTTP/1.1\r\nHost: bad.test\r\nContent-Length: 99999999\r\n\r\n")
    for number in range(count):
        yield from talks[number % len(talks)].say(True, part, len(part))


def h2_frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def h2_begin():
    talk = Talk(b"\x0a\1\1\1", 5000)
    yield talk
    yield from talk.open()
    yield from talk.say(True, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + h2_frame(4, 0, 0))
    yield from talk.say(False, h2_frame(4, 0, 0))


GET = b"\x82\x86\x84\x01\x08bad.test"


def continuation(count, _):
    packets = h2_begin()
    talk = next(packets)
    yield from packets
    yield from talk.say(True, h2_frame(1, 0, 1, GET))
    for number in range(count):
        yield from talk.say(True, h2_frame(9, 0, 1, b"\x00\x06x-%04d\x60" % (number % 10000) + b"v" * 96))


def rapid_reset(count, _):
    packets = h2_begin()
    talk = next(packets)
    yield from packets
    for number in range(count):
        yield from talk.say(True, h2_frame(1, 5, 2 * number + 1, GET) + h2_frame(3, 0, 2 * number + 1, b"\0\0\0\x08"))


def hpack_bomb(count, _):
    """A field of 4,000 bytes once into the table, then thousands of references of a byte each."""
    packets = h2_begin()
    talk = next(packets)
    yield from packets
    yield from talk.say(True, h2_frame(1, 5, 1, GET + b"\x40\x01x\x7f\xa1\x1e" + b"v" * 4000))
    for number in range(1, count):
        yield from talk.say(True, h2_frame(1, 5, 2 * number + 1, GET + b"\xbe" * 16000))


def gzip_bomb(count, _):
    made = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(made.compress(bytes(MIB)) for _ in range(256)) + made.flush()
    talk = Talk(b"\x0a\2\2\2", 6000)
    yield from talk.open()
    for number in range(count):
        yield from talk.say(True, b"GET /bomb/%d HTTP/1.1\r\nHost: bad.test\r\n\r\n" % number)
        yield from talk.say(False, b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n"
                            b"Content-Length: %d\r\n\r\n" % len(bomb) + bomb)


# name: (makes packets, how many, how many in full)
KINDS = {
    "half-open": (half_open, 100000, 1000000),
    "holes": (holes, 20000, 200000),
    "slow bodies": (slow_bodies, 10000, 24000),
    "CONTINUATION": (continuation, 20000, 200000),
    "rapid reset": (rapid_reset, 20000, 200000),
    "HPACK bomb": (hpack_bomb, 50, 500),
    "gzip bomb": (gzip_bomb, 5, 50),
}


def mixed(kind, count):
    """The hostile packets, and a well-behaved exchange every so many of them."""
    make, quick, full = KINDS[kind]
    turns = list(good())
    packets = {"holes": 5, "HPACK bomb": 12, "gzip bomb": 190}.get(kind, 1) * count
    every, waiting = max(1, packets // len(turns)), iter(turns)
    for number, packet in enumerate(make(count, random.Random(1))):
        yield packet
        if number % every == 0:
            yield from next(waiting, ())
    for turn in waiting:
        yield from turn


def feed(pipe, packets):
    pipe.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
    count = 0
    for packet in packets:
        now = START_US + count * 20
        pipe.write(struct.pack("<IIII", now // 1000000, now % 1000000, len(packet), len(packet)) + packet)
        count += 1
    pipe.close()
    return count


class Peak(threading.Thread):
    """The peak of a process's memory, as the kernel keeps it. (ru_maxrss would count ours too: the child begins as a
    copy.)"""

    def __init__(self, pid):
        super().__init__()
        self.status, self.kib = pathlib.Path(f"/proc/{pid}/status"), 0
        self.start()

    def run(self):
        while match := re.search(r"VmHWM:\s*(\d+)", self.read()):
            self.kib = int(match.group(1))
            time.sleep(0.01)

    def read(self):
        try:
            return self.status.read_text(encoding="utf-8")
        except OSError:
            return ""


def run(options, kind, work):
    count = KINDS[kind][2 if options.full else 1]
    limits = {"connections": 200000, "held_bytes": 256 * MIB} if options.full else {"connections": 20000,
                                                                                  "held_bytes": 16 * MIB}
    config = work / "specular.yaml"
    config.write_text(f"limits: {json.dumps(limits)}\n", encoding="utf-8")
    out = {name: work / f"{name}.jsonl" for name in ("exchanges", "health", "findings", "usage", "inventory")}
    words = [options.specular, "replay", "-c", config, "--workers", "1", "--contracts", work, "--hmac-key-file", work / "key",
             *(word for name, path in out.items() for word in (f"--{name}", path)), "-"]
    began = time.monotonic()
    with open(work / "log", "wb") as log:
        process = subprocess.Popen([str(word) for word in words], stdin=subprocess.PIPE, stdout=log, stderr=log)
        peak = Peak(process.pid)
        packets = feed(process.stdin, mixed(kind, count))
        process.wait(SECONDS_MAX)
        peak.join()
    records = [json.loads(line) for line in out["exchanges"].read_text(encoding="utf-8").splitlines()]
    told = [(x["http_request"]["url"]["path"], x["http_response"]["code"]) for x in records
            if x["src_endpoint"]["ip"] == "203.0.113.10" and x["unmapped"]["specular"]["capture"]["complete"]]
    wanted = {(f"/good/{number}/{turn}", 200) for number in range(GOOD_CONNECTIONS) for turn in range(GOOD_EXCHANGES)}
    health = [json.loads(line) for line in out["health"].read_text(encoding="utf-8").splitlines()]
    ceiling = PROGRAM_BYTES + limits["connections"] * CONNECTION_BYTES + limits["held_bytes"] + 2 * BODY_BYTES
    problems = list(conserve.problems_of(health))
    if process.returncode != 0:
        problems.append(f"exit {process.returncode}: {(work / 'log').read_text(errors='replace')[-500:]}")
    if peak.kib * 1024 > ceiling or peak.kib == 0:
        problems.append("more memory than its ceiling")
    if sorted(told) != sorted(wanted):
        problems.append(f"{len(set(told) & wanted)} of {len(wanted)} well-behaved exchanges are told")
    counters = health[-1]["counters"] if health else {}
    if counters.get("capture.packets") != packets:
        problems.append(f"{packets} packets were sent, {counters.get('capture.packets')} counted")
    odd = {name: value for name, value in counters.items() if value and name.startswith(
        ("tcp.evicted", "tcp.half", "tcp.gap.", "exchanges.", "http2.", "http1.codings", "http1.heads", "http1.bodies"))
        and name != "exchanges.judged"}
    print(f"{kind:13} {packets:9} {time.monotonic() - began:6.1f} {peak.kib // 1024:9} {ceiling // MIB:8} "
          f"{len(set(told) & wanted):5}/{len(wanted)}  {', '.join(f'{n} {v}' for n, v in odd.items())}")
    for problem in problems:
        print("FAIL", problem)
    return len(problems)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only", choices=list(KINDS))
    options = parser.parse_args()
    failures = 0
    print(f"{'flood':13} {'packets':>9} {'s':>6} {'peak MiB':>9} {'ceiling':>8} {'well-behaved':>9}  counted")
    for kind in [options.only] if options.only else KINDS:
        with tempfile.TemporaryDirectory(prefix="specular-floods.") as folder:
            failures += run(options, kind, pathlib.Path(folder))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
