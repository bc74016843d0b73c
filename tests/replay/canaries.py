#!/usr/bin/python3
"""Replays a talk full of sensitive values and looks for them, in every form, in everything specular says.

usage: canaries.py --specular PROGRAM STORY_FOLDER

A canary is a value of canaries.txt beside talk.txt, one a line, or any token that a macro of the talk makes.
Each must be in the traffic (plain, in base64 or percent-encoded), or the story would prove nothing.
"""
import argparse
import base64
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

import talk as talks

HERE = Path(__file__).resolve().parent
KINDS = ("findings", "exchanges", "usage", "inventory", "health")
PROBLEMS = []


def complain(text):
    PROBLEMS.append(text)
    print("FAIL", text)


def base64_cores(value):
    """What every base64 text that holds the value holds, for each of its three alignments."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + value)
        yield text[(0, 2, 3)[shift]:len(text) - (0, 4, 4)[-(shift + len(value)) % 3] or None]


def forms(canary):
    value = canary.encode()
    digits = re.sub(r"[ .-]", "", canary)
    yield value
    yield value.replace(b"@", b"%40")
    yield quote(canary, safe="").encode()
    yield value.hex().encode()
    if digits.isdigit():
        yield digits.encode()
    for core in base64_cores(value):
        if len(core) >= 8:
            yield core
            yield core.translate(bytes.maketrans(b"+/", b"-_"))


def tokens(traffic):
    """Every JWT that was sent, by the parts that tell something."""
    for token in set(re.findall(rb"eyJ[\w-]{8,}\.[\w-]{2,}\.[\w-]*", traffic)):
        for part in token.split(b".")[1:]:
            if len(part) >= 12:
                yield part.decode()


def run(options, capture, work, more):
    out = {kind: work / f"{kind}.jsonl" for kind in KINDS}
    command = [options.specular, "replay", "--site", "test", "--hmac-key-file", str(work / "key"),
               "--contracts", str(HERE / "contracts"), "--packs", str(HERE / "packs")]
    for kind, path in out.items():
        command += [f"--{kind}", str(path)]
    done = subprocess.run(command + more + [str(capture)], capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        complain(f"exit {done.returncode}: {done.stderr.decode()}")
    said = {kind: path.read_bytes() for kind, path in out.items() if path.exists()}
    return {**said, "stdout": done.stdout, "stderr": done.stderr}


def look(name, said, canaries):
    for kind, text in said.items():
        for line in text.splitlines():
            for canary in canaries:
                found = next((form for form in forms(canary) if form.lower() in line.lower()), None)
                if found is None:
                    continue
                at = line.lower().find(found.lower())
                complain(f"{name}: {kind} holds {canary!r}: ...{line[max(0, at - 60):at + 60].decode(errors='replace')}...")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    parser.add_argument("story", type=Path)
    options = parser.parse_args()
    talk = talks.read_talk(options.story / "talk.txt")
    whole = talks.segments_of(talk)
    traffic = b"".join(data for connection in talk.connections for _, data in connection.turns)
    canaries = (options.story / "canaries.txt").read_text(encoding="utf-8").split()
    for canary in canaries:
        if not any(form in traffic for form in forms(canary)):
            complain(f"{canary!r} is not in the traffic")
    canaries += tokens(traffic)
    with tempfile.TemporaryDirectory(prefix="specular-canaries-") as folder:
        work = Path(folder)
        lossy = [segment for i, segment in enumerate(talks.segments_of(talk, size=97)) if i % 9 != 5]
        for name, segments in (("whole", whole), ("lossy", lossy), ("midway", whole[len(whole) // 3:])):
            capture = work / f"{name}.pcap"
            talks.write_pcap(capture, segments)
            for more in (talk.args, []):
                said = run(options, capture, work, more)
                if name == "whole" and not (said["findings"] and said["exchanges"] and said["inventory"]):
                    complain("the story says nothing")
                look(name, said, canaries)
    print(f"{talk.title}: " + (f"{len(PROBLEMS)} problems" if PROBLEMS else "good"))
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
