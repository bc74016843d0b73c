#!/usr/bin/python3
"""A live sensor is killed with SIGKILL and started again, between calls and in the middle of them, while partners
call through a mirror. No finding may be created twice, no quota forgotten.

usage: restart.py --specular PROGRAM [--kills N]

In network namespaces, so it needs root; exits 77 without. Prints what was called, told and repeated.
"""
import argparse
import collections
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NETWORK = ROOT / "scripts" / "demo.d" / "network"
PREFIX = f"specular-restart-{os.getpid()}"
KEY = "key-of-partner"
QUOTA = 150
SPEC = """openapi: 3.0.3
info: {title: Ping, version: "1"}
servers: [{url: "http://198.51.100.10:8080/v1"}]
security: [{key: []}]
paths:
  /ping: {get: {operationId: ping, responses: {"200": {description: pong}}}}
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-API-Key}}}
"""
SERVER = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *args):
        pass
http.server.ThreadingHTTPServer(("198.51.100.10", 8080), Handler).serve_forever()
"""
CLIENT = """
import http.client, sys, time
out = http.client.HTTPConnection("198.51.100.10", 8080, timeout=5)
for i in range(int(sys.argv[1])):
    path = "/v1/ping" if i % 10 else f"/v1/secret{sys.argv[3]}"
    out.request("GET", path, headers={"X-API-Key": sys.argv[2]})
    out.getresponse().read()
    time.sleep(float(sys.argv[4]))
"""
PROBLEMS = []


def check(is_so, words):
    if not is_so:
        PROBLEMS.append(words)
        print("FAIL", words)


class Sensor:
    def __init__(self, program, work):
        self.work, self.process = work, None
        self.command = ["ip", "netns", "exec", f"{PREFIX}-sensor", program, "run", "-i", "mirror0", "--decrypted",
                        "--contracts", str(work / "contracts"), "--state-dir", str(work / "state"), "--site", "restart",
                        "--findings", str(work / "findings.jsonl"), "--exchanges", str(work / "exchanges.jsonl")]

    def start(self):
        log = self.work / "sensor.log"
        log.write_bytes(b"")
        with open(log, "ab") as file:
            self.process = subprocess.Popen(self.command, stderr=file)
        deadline = time.monotonic() + 30
        while b"watching mirror0" not in log.read_bytes():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(log.read_text(encoding="utf-8")[-1000:])
            time.sleep(0.05)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(60) == 0, "the sensor ended with an error")


def call(count, path, pause=0.0):
    subprocess.run(["ip", "netns", "exec", f"{PREFIX}-partner", sys.executable, "-c", CLIENT, str(count), KEY, path, str(pause)],
                   check=True, timeout=120)


def records(path):
    """Of the line that a kill tore only its end is there."""
    out = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            out.append(json.loads(line))
        except ValueError:
            continue
    return out


def between_calls(sensor, kills):
    """All calls were judged before each kill: the count must be right to the last call."""
    for number in range(kills):
        sensor.start()
        call(QUOTA // kills + 5, "a")
        time.sleep(3.5)  # what waits for what comes next is judged, and stands in the journal
        sensor.kill() if number < kills - 1 else sensor.stop()
    found = records(sensor.work / "findings.jsonl")
    calls = kills * (QUOTA // kills + 5)
    exceeded = [record for record in found if record["metadata"]["event_code"] == "quota.exceeded"]
    check(len(records(sensor.work / "exchanges.jsonl")) == calls, f"{calls} calls, not as many exchanges")
    check(exceeded and exceeded[-1]["count"] == calls - QUOTA,
          f"{calls} calls, a quota of {QUOTA}, over it {[record['count'] for record in exceeded]}")
    first = exceeded[0]["evidences"][0]["data"]["observed"] if exceeded else ""
    check(first.startswith(f"{QUOTA + 1} "), f"told first at {first!r}")
    print(f"killed {kills - 1} times between calls: {calls} calls, quota {QUOTA}, told from call {first.split(' ')[0]} on")


def within_calls(sensor, kills, chance):
    for number in range(kills):
        sensor.start()
        caller = threading.Thread(target=call, args=(60, f"b{number}", 0.02))
        caller.start()
        time.sleep(chance.uniform(0.2, 4.0))
        sensor.kill()
        caller.join()
    sensor.start()
    call(20, "c")
    time.sleep(3.5)
    sensor.stop()
    print(f"killed {kills} times within calls")


def never_twice(found):
    created, uids = collections.defaultdict(set), collections.Counter()
    for record in found:
        uids[record["metadata"]["uid"]] += 1
        if record["activity_id"] == 1:
            created[record["finding_info"]["uid"]].add(record["metadata"]["uid"])
    twice = {uid: names for uid, names in created.items() if len(names) > 1}
    check(not twice, f"created twice: {twice}")
    print(f"{len(found)} records of {len(created)} findings; {sum(uids.values()) - len(uids)} repeated under the same uid, "
          f"{len(twice)} created twice")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--specular", required=True)
    parser.add_argument("--kills", type=int, default=6)
    options = parser.parse_args()
    if os.geteuid() != 0 or subprocess.run([NETWORK, "up", PREFIX], check=False).returncode != 0:
        print("restart: needs root, and a kernel that can mirror")
        return 77
    server = None
    with tempfile.TemporaryDirectory(prefix="specular-restart.", ignore_cleanup_errors=True) as name:
        work = Path(name)
        os.chmod(work, 0o777)
        (work / "contracts").mkdir()
        (work / "contracts" / "ping.yaml").write_text(SPEC, encoding="utf-8")
        (work / "contracts" / "acme.yaml").write_text(
            "partner: acme\nidentify: {api_keys: [\"sha256:" + hashlib.sha256(KEY.encode()).hexdigest() + "\"]}\n"
            "apis: [{spec: ping.yaml}]\nlimits: [{requests: " + str(QUOTA) + ", per: 30d, window: calendar}]\n", encoding="utf-8")
        sensor = Sensor(options.specular, work)
        try:
            subprocess.run([NETWORK, "mirror", PREFIX, "plain"], check=True)
            server = subprocess.Popen(["ip", "netns", "exec", f"{PREFIX}-provider", sys.executable, "-c", SERVER])
            time.sleep(1)
            between_calls(sensor, options.kills)
            within_calls(sensor, options.kills, random.Random())
            never_twice(records(work / "findings.jsonl"))
        except Exception as problem:
            check(False, f"{type(problem).__name__}: {problem}")
        finally:
            for process in (server, sensor.process):
                if process is not None and process.poll() is None:
                    process.kill()
            subprocess.run([NETWORK, "down", PREFIX], check=False)
    print(f"{len(PROBLEMS)} problems")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
