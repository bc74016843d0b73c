#!/usr/bin/python3
"""Makes captures that are hard on an order, and proves that the number of workers does not show.

usage: workers.py --specular PROGRAM

Hundreds of connections over hours, several of them open at once; idle ones; re-used ports; packets whose time
goes back; requests that nobody answers; several captures of one time.
"""
import argparse
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import talk as talks

HERE = Path(__file__).resolve().parent
KINDS = ("findings", "exchanges", "usage", "inventory", "health")
ROUNDS = 10


def spread(talk, rng):
    """Every connection of the talk many times, each at a time and a port of its own, all mixed."""
    segments = []
    ports = [20000 + n for n in range(97)]
    for number in range(ROUNDS):
        for connection in talk.connections:
            connection.client_port = rng.choice(ports)
            start = number * rng.choice((0.5, 90, 400)) + rng.random()
            pause = rng.choice((0, 0, 0.2, 2, 700))
            for at, segment in enumerate(talks.segments_of(talks.Talk("", [], [connection]), size=400)):
                segment.time += start + at * pause
                segments.append(segment)
    return sorted(segments, key=lambda segment: segment.time)


def times_go_back(segments, rng):
    for segment in segments:
        segment.time -= rng.choice((0, 0, 0, 0, 0.01, 3, 4000))
    return segments


def answers_stay_away(segments, _rng):
    """What is open at the end is told at the end: all of the last window in one moment, after a silence."""
    window = talks.START + 300 * round((segments[len(segments) // 2].time - talks.START) / 300)
    return [segment for segment in segments
            if segment.time < window - 20 or (segment.dst[1] == 80 and segment.time < window + 100)]


def run(options, captures, work, workers):
    out = {kind: work / f"{kind}.jsonl" for kind in KINDS}
    command = [options.specular, "replay", "--workers", str(workers), "--site", "test", "--hmac-key-file",
               str(work / "key"), "--contracts", str(HERE / "contracts"), "--packs", str(HERE / "packs")]
    for kind, path in out.items():
        path.unlink(missing_ok=True)
        command += [f"--{kind}", str(path)]
    done = subprocess.run(command + [str(capture) for capture in captures], capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return {kind: path.read_bytes() for kind, path in out.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    options = parser.parse_args()
    problems = 0
    with tempfile.TemporaryDirectory(prefix="specular-workers-") as folder:
        work = Path(folder)
        captures = {}
        for seed, story in enumerate(("shadow", "auth")):
            rng = random.Random(seed)
            for name, change in (("", None), ("-back", times_go_back), ("-open", answers_stay_away)):
                segments = spread(talks.read_talk(HERE / "scenarios" / story / "talk.txt"), rng)
                captures[story + name] = work / f"{story}{name}.pcap"
                talks.write_pcap(captures[story + name], change(segments, rng) if change else segments)
        sets = {name: [capture] for name, capture in captures.items()}
        sets["several"] = list(captures.values())
        for name, files in sets.items():
            one = run(options, files, work, 1)
            if min(len(one["findings"]), len(one["usage"]), len(one["inventory"])) == 0:
                problems += 1
                print(f"FAIL {name}: nothing is said")
            for workers in (2, 4, 8):
                other = run(options, files, work, workers)
                for kind in KINDS:
                    if one[kind] != other[kind]:
                        problems += 1
                        print(f"FAIL {name}: {kind} of {workers} workers differ from those of one")
    print("workers: " + (f"{problems} problems" if problems else "good"))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
