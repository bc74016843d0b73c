#!/usr/bin/python3
"""Two gRPC stories, written as HTTP/2 frames and a descriptor set, and played by replay.py: one whose calls and
messages break the contract, in every way a mirror could show it, and its twin that says the same within it.

usage: grpc.py --specular PROGRAM
"""
import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA, HEADERS, SETTINGS = 0, 1, 4
END_STREAM, END_HEADERS = 1, 4

PARTNER = """partner: cargo
identify:
  networks: [203.0.113.0/25]
apis:
  - spec: shop.pb
    hosts: [grpc.example.com]
    sensitive: [{sensitive}]
"""


# -- the bytes -------------------------------------------------------------------


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def descriptor_set(package, services):
    file = field(1, "shop.proto") + field(2, package)
    for service, methods in services.items():
        file += field(6, field(1, service) + b"".join(field(2, field(1, method)) for method in methods))
    return field(1, file)


def frame(kind, flags, stream, payload):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def fields(*pairs):
    """RFC 7541 section 6.2.2: literals that no table remembers."""
    return b"".join(b"\0" + varint(len(name)) + name.encode() + varint(len(value)) + value.encode()
                    for name, value in pairs)


def prefixed(message, is_packed=False):
    message = gzip.compress(message, 9, mtime=0) if is_packed else message
    return bytes([is_packed]) + len(message).to_bytes(4, "big") + message


def coding_of(bodies):
    return [("grpc-encoding", "gzip")] if any(body[0] == 1 for body in bodies) else []


def request(stream, path, *bodies):
    head = fields((":method", "POST"), (":scheme", "https"), (":path", path), (":authority", "grpc.example.com"),
                  ("content-type", "application/grpc"), ("te", "trailers"), *coding_of(bodies))
    frames = frame(HEADERS, END_HEADERS, stream, head)
    for i, body in enumerate(bodies):
        frames += frame(DATA, END_STREAM if i == len(bodies) - 1 else 0, stream, body)
    return frames


def answer(stream, status, *bodies):
    head = [(":status", "200"), ("content-type", "application/grpc"), *coding_of(bodies)]
    trailers = [("grpc-status", str(status))]
    if not bodies:
        return frame(HEADERS, END_HEADERS | END_STREAM, stream, fields(*head, *trailers))
    frames = frame(HEADERS, END_HEADERS, stream, fields(*head))
    for body in bodies:  # a message does not end where its frame does
        frames += frame(DATA, 0, stream, body[:7]) + frame(DATA, 0, stream, body[7:])
    return frames + frame(HEADERS, END_HEADERS | END_STREAM, stream, fields(*trailers))


# -- the stories -----------------------------------------------------------------


def calls(has_unknown):
    order = field(1, "AB1234") + field(2, field(1, "open") + field(3, "SSN 536-22-8726"))
    card = field(4, "card 4111 1111 1111 1111")
    out = [
        (request(1, "/shop.v1.Orders/Get", prefixed(field(1, "AB1234"))),
         answer(1, 0, prefixed(field(1, "AB1234") + field(2, field(1, "open"))))),
        (request(3, "/shop.v1.Orders/Get", prefixed(field(1, "none"))), answer(3, 5)),
        (request(5, "/shop.v1.Orders/List", prefixed(b"")),
         answer(5, 0, prefixed(field(1, "AB1233")), prefixed(order, True))),
        (request(7, "/shop.v1.Orders/Put", prefixed(field(1, "a")), prefixed(field(1, "b"), True)),
         answer(7, 0, prefixed(card))),
    ]
    if has_unknown:
        out.append((request(9, "/shop.v1.Orders/Steal", prefixed(b"")), answer(9, 0, prefixed(b""))))
        out.append((request(11, "/shop.v1.Secrets/Get", prefixed(b"")), answer(11, 12)))
        # A message that says it is longer than what is sent.
        out.append((request(13, "/shop.v1.Orders/Get", b"\0\0\0\0\x09abc"), answer(13, 0, prefixed(b""))))
    return out


def escaped(data):
    return "".join(f"\\x{byte:02x}" for byte in data)


def write_story(folder, title, turns, sensitive, expected):
    contracts = folder / "contracts"
    contracts.mkdir(parents=True)
    (contracts / "cargo.yaml").write_text(PARTNER.format(sensitive=sensitive), encoding="utf-8")
    (contracts / "shop.pb").write_bytes(descriptor_set("shop.v1", {"Orders": ["Get", "List", "Put"]}))
    hello = (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0, b""), frame(SETTINGS, 0, 0, b""))
    lines = [f"# {title}", "@args --decrypted"]
    turns = [(hello[0] + turns[0][0], hello[1] + turns[0][1]), *turns[1:]]
    for said, answered in turns:
        lines += [">>> raw", escaped(said), "<<< raw", escaped(answered)]
    (folder / "talk.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "expected.tsv").write_text("\n".join("\t".join(line) for line in expected) + "\n", encoding="utf-8")


BROKEN = [
    ("pii.response_leak", "shop.v1.Orders/List", "response.body 2.3", "1"),
    ("pii.response_leak", "shop.v1.Orders/Put", "response.body 4", "1"),
    ("pii.unauthenticated", "shop.v1.Orders/List", "response.body 2.3", "1"),
    ("pii.unauthenticated", "shop.v1.Orders/Put", "response.body 4", "1"),
    ("conform.grpc.message_undecodable", "shop.v1.Orders/Get", "request.body", "1"),
    ("conform.grpc.method_unknown", "POST /shop.v1.Orders/Steal", "request.path", "1"),
    ("shadow.path", "POST /shop.v1.Secrets/Get", "request.path", "1"),
]

# What the exchanges of the broken story say of themselves: method, status, messages of both sides.
SAID = [("Get", "OK", 1, 1), ("Get", "NOT_FOUND", 1, 0), ("List", "OK", 1, 2), ("Put", "OK", 2, 1),
        ("Steal", "OK", 1, 1), ("Get", "UNIMPLEMENTED", 1, 0), ("Get", "OK", 0, 1)]


def said_in(options, story, work):
    """What one plain replay says of each call."""
    import replay
    import talk as talks
    talk = talks.read_talk(story / "talk.txt")
    talks.write_pcap(work / "whole.pcap", talks.segments_of(talk))
    texts = replay.run(options, story, talk.args, work / "whole.pcap", work)
    out = []
    for line in texts["exchanges"].decode().splitlines():
        grpc = json.loads(line)["unmapped"]["specular"]["grpc"]
        for side in ("request", "response"):
            if grpc.get(side, {"reading": "read"})["reading"] not in ("read", "truncated"):
                print("FAIL not read:", grpc)
                return []
        out.append((grpc["method"], grpc["status_name"], grpc["request"]["messages"],
                    grpc.get("response", {"messages": 0})["messages"]))
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    options = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory(prefix="specular-grpc-") as folder:
        stories = Path(folder)
        write_story(stories / "grpc", "gRPC: unknown methods, and what is in messages", calls(True), "", BROKEN)
        write_story(stories / "grpc_conforming", "gRPC within its contract", calls(False), "us_ssn, pan", [])
        for story in sorted(stories.iterdir()):
            more = ["--whole"] if story.name == "grpc_conforming" else []
            bad += subprocess.run([sys.executable, str(HERE / "replay.py"), "--specular", options.specular, *more,
                                   str(story)], timeout=280, check=False).returncode != 0
        work = stories / "work"
        work.mkdir()
        said = said_in(options, stories / "grpc", work)
        if said != SAID:
            print("FAIL the calls say", said)
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main())
