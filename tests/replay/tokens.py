#!/usr/bin/python3
"""HTTP/2 joined late and with loss: what is told is what was said, or it is told as unknown.

usage: tokens.py --specular PROGRAM

Every exchange carries one token in all its places: host, path, and the lengths of both bodies. A record that holds two
tokens, or an exchange that is complete and never was, is a wrong value; none may be. The shares that are known are
printed. Nothing in this traffic departs from anything a sensor may say without having seen the request: every
finding is one that the whole capture raises, too.
"""
import argparse
import collections
import random
import sys
import tempfile
from pathlib import Path

import replay
import talk as talks
import talk_http2

STORY = Path(__file__).resolve().parent / "scenarios" / "conforming"
JOINED_AFTER, JOINED_FOR = 500, 500
# Two of four statuses are in no static table: with a table of 64 KiB they were told once, before we joined.
LATE_SHARE = {"h2": 0.9, "h2-odd": 0.45}
CONNECTIONS, EXCHANGES, LOSS = 10, 500, 0.01


def message(start, fields, body):
    return talk_http2.Message(start, fields + [(b"content-length", b"%d" % len(body))], body, 0, b"", [])


def exchange(token, kind):
    """A host of ten, a path and a path parameter of its own, a body whose length is the token's."""
    fields = [(b"host", b"t%d.example.com" % (token % 10)), (b"user-agent", b"token/1"), (b"x-kind", kind)]
    request = message(b"POST /token/%d HTTP/1.1" % token, fields, b"q" * (token % 97))
    status = (200, 201, 202, 404)[token % 4]
    return request, [message(b"HTTP/1.1 %d -" % status, [(b"content-type", b"text/plain"), (b"x-kind", kind)],
                             b"a" * (token % 89))]


def connection(number, count, manner):
    saying = talk_http2.Saying(manner, b"https", number)
    saying.begin()
    for i in range(0, count, 4):
        tokens = [1 + number * count + j for j in range(i, min(count, i + 4))]
        saying.wave(saying.ask([exchange(x, b"k%d" % (x % 7)) for x in tokens]))
    saying.end()
    return talks.Connection("203.0.113.10", 40001 + number, "10.0.0.5", 80, saying.turns)


def check(name, texts):
    """Complains of wrong values; how many exchanges are complete, and how many are told without their path."""
    known = collections.Counter()
    for record in replay.records(texts["exchanges"]):
        request, response = record.get("http_request"), record.get("http_response")
        is_complete = record["unmapped"]["specular"]["capture"]["complete"]
        known["exchanges"] += 1
        known["complete"] += is_complete
        known["requests"] += request is not None
        known["responses"] += response is not None
        if request is None:
            continue
        token = int(request["url"]["path"].rsplit("/", 1)[1])
        host = request["url"].get("hostname", "")
        known["hosts"] += bool(host)
        told = [host in ("", f"t{token % 10}.example.com"),
                not response or response["code"] == (200, 201, 202, 404)[token % 4]]
        if is_complete:
            told += [request.get("body_length", 0) == token % 97, response.get("body_length", 0) == token % 89]
        if not all(told):
            replay.complain(f"{name}: a wrong value: {record}")
    return known


def play(options, name, segments, work):
    capture = work / f"{name}.pcap"
    talks.write_pcap(capture, segments)
    texts = replay.run(options, STORY, ["--decrypted"], capture, work, workers=2)
    replay.check_conservation(name, texts["health"])
    known = check(name, texts)
    fields = 2 * known["requests"] + known["hosts"] + known["responses"]
    print(f"{name}: {100 * fields / max(1, 4 * known['exchanges']):.1f} % of methods, paths, hosts and statuses known:",
          ", ".join(f"{value} {key}" for key, value in known.items()))
    return {(record["finding_info"]["analytic"]["uid"], replay.where(record["evidences"][0].get("data", {})))
            for record in replay.records(texts["findings"])}, known


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="specular-tokens-") as folder:
        for manner in ("h2", "h2-odd"):
            generator = random.Random(7)
            one = talks.Talk("", [], [connection(0, JOINED_AFTER + JOINED_FOR, manner)])
            segments = talks.segments_of(one)
            told, known = play(options, f"{manner}-whole", segments, Path(folder))
            if known["complete"] != JOINED_AFTER + JOINED_FOR:
                replay.complain(f"{manner}: the whole capture is not complete: {known}")
            late, known = play(options, f"{manner}-late", segments[len(segments) // 2:], Path(folder))
            if known["responses"] < JOINED_FOR * LATE_SHARE[manner]:
                replay.complain(f"{manner}: too little is known after a late join: {known}")
            many = talks.Talk("", [], [connection(i, EXCHANGES, manner) for i in range(CONNECTIONS)])
            segments = [x for x in talks.segments_of(many) if not x.data or generator.random() >= LOSS]
            lossy, known = play(options, f"{manner}-loss", segments, Path(folder))
            if known["complete"] < CONNECTIONS * EXCHANGES * 0.5:
                replay.complain(f"{manner}: too little is known after loss: {known}")
            for line in sorted((late | lossy) - told):
                replay.complain(f"{manner}: a finding that never was: {line}")
    print("tokens: " + (f"{len(replay.PROBLEMS)} problems" if replay.PROBLEMS else "good"))
    return 1 if replay.PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
