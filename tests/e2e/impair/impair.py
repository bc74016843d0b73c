#!/usr/bin/python3
"""Real stacks seen through a bad mirror: nothing that the sensor says may be wrong.

    impair.py --specular PROGRAM --impairer PROGRAM [--exchanges N] [--seed N] [--keep FOLDER]

nginx, haproxy and a Python HTTP/2 server are asked by h2load, curl and a gRPC-like client, over a veth pair in
namespaces of its own. The provider's port is mirrored; between the mirror port and the sensor the impairer loses one
of a hundred frames, repeats one and delays one. Needs root; exits 77 (skipped) where it cannot be done.
"""
import argparse
import collections
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
import judge as judges
import plan

HERE = pathlib.Path(__file__).resolve().parent
NETWORK = HERE.parents[2] / "scripts" / "demo.d" / "network"
SKIPPED, AT_ONCE, START_SECONDS_MAX, SECONDS_MAX = 77, 3, 30, 120

CONTRACT = """\
partner: impaired
identify: {networks: [203.0.113.0/24]}
apis: [{spec: spec.yaml}]
"""
SPEC = """\
openapi: 3.0.3
info: {title: impaired, version: '1'}
servers: [{url: 'http://198.51.100.10'}]
paths:
  /t/{token}/{status}/{length}:
    parameters:
      - {name: token, in: path, required: true, schema: {type: string}}
      - {name: status, in: path, required: true, schema: {type: string}}
      - {name: length, in: path, required: true, schema: {type: string}}
    get: {operationId: ask, responses: {'200': {description: as asked}}}
"""


class Stage:
    """The namespaces and all that runs in them; leaves nothing behind."""

    def __init__(self, options, work):
        self.options, self.work, self.prefix = options, work, f"specular-impair-{os.getpid()}"
        self.running = []

    def at(self, place, *command, **more):
        return subprocess.run(["ip", "netns", "exec", f"{self.prefix}-{place}", *map(str, command)], check=True, **more)

    def start(self, place, name, *command):
        with open(self.work / f"{name}.log", "wb") as log:
            process = subprocess.Popen(["ip", "netns", "exec", f"{self.prefix}-{place}", *map(str, command)], stdout=log,
                                       stderr=log, env={**os.environ, "XDG_STATE_HOME": str(self.work / "state")})
        self.running.append(process)
        return process

    def log(self, name):
        return (self.work / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def up(self):
        subprocess.run([NETWORK, "up", self.prefix], check=True, capture_output=True)
        subprocess.run([NETWORK, "mirror", self.prefix, "plain"], check=True, capture_output=True)
        # One frame a packet, as on a wire: the super-packets of the veth pair would hide what is to be tested.
        for place, port in (("partner", "partner0"), ("provider", "provider0"), ("provider", "span0")):
            self.at(place, "ethtool", "-K", port, "tso", "off", "gso", "off", "gro", "off", capture_output=True)
        sensor = f"{self.prefix}-sensor"
        subprocess.run(["ip", "-n", sensor, "link", "add", "worse0", "mtu", "9000", "type", "veth", "peer", "name",
                        "worse1", "mtu", "9000"], check=True)
        for port in ("worse0", "worse1"):
            subprocess.run(["ip", "-n", sensor, "link", "set", port, "up"], check=True)

    def wait(self, what, holds):
        deadline = time.monotonic() + START_SECONDS_MAX
        while not holds():
            if time.monotonic() > deadline:
                raise SystemExit(f"impair: {what} never happened")
            time.sleep(0.05)

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        if process.wait(SECONDS_MAX) != 0:
            raise SystemExit(f"impair: {process.args} ended with {process.returncode}")
        self.running.remove(process)

    def down(self):
        for process in self.running:
            process.kill()
            process.wait()
        # haproxy and nginx have children; the namespace names them all.
        for place in ("partner", "provider", "sensor"):
            found = subprocess.run(["ip", "netns", "pids", f"{self.prefix}-{place}"], capture_output=True, check=False)
            for pid in found.stdout.split():
                os.kill(int(pid), signal.SIGKILL)
        subprocess.run([NETWORK, "down", self.prefix], check=False, capture_output=True)


def serve(stage):
    work = stage.work
    subprocess.run([sys.executable, "-B", HERE / "servers.py", work, str(stage.options.seed)], check=True)
    stage.start("provider", "nginx", "nginx", "-c", work / "nginx.conf")
    stage.start("provider", "haproxy", "haproxy", "-db", "-f", work / "haproxy.cfg")
    stage.start("provider", "grpc", sys.executable, "-B", HERE / "grpc_like.py", "serve")
    for port in sorted({port for _, _, port in plan.KINDS.values()}):
        stage.wait(f"a server on port {port}", lambda: b":%d" % port in stage.at(
            "provider", "ss", "-ltn", capture_output=True).stdout)


def watch(stage):
    contracts, work = stage.work / "contracts", stage.work
    contracts.mkdir()
    (contracts / "impaired.yaml").write_text(CONTRACT, encoding="utf-8")
    (contracts / "spec.yaml").write_text(SPEC, encoding="utf-8")
    impairer = stage.start("sensor", "impairer", stage.options.impairer, "mirror0", "worse0", stage.options.seed,
                           work / "before.pcap", work / "lost.txt")
    sensor = stage.start("sensor", "sensor", stage.options.specular, "run", "-i", "worse1", "--contracts", contracts,
                         "--decrypted", *(x for name in ("findings", "exchanges", "health")
                                          for x in (f"--{name}", work / f"{name}.jsonl")))
    stage.wait("watching", lambda: "carrying" in stage.log("impairer") and "watching worse1" in stage.log("sensor"))
    return impairer, sensor


def command_of(kind, paths, name, work):
    port = plan.KINDS[kind][2]
    address = f"http://{plan.PROVIDER}:{port}"
    listed = work / f"{name}.txt"
    if kind.startswith("gRPC"):
        listed.write_text("\n".join(paths), encoding="utf-8")
        return [sys.executable, "-B", HERE / "grpc_like.py", "call", listed]
    if kind.startswith("curl"):
        lines = []
        for index, path in enumerate(paths):
            body = work / f"{name}.{plan.request_len(path)}"
            body.write_bytes(b"r" * plan.request_len(path))
            lines.append(("next\n" if index else "") + f'url = "{address}{path}"\nheader = "Expect:"\n'
                         f'data-binary = "@{body}"\nhttp1.1\nsilent\noutput = "/dev/null"\n')
        listed.write_text("".join(lines), encoding="utf-8")
        return ["curl", "-K", listed]
    listed.write_text("\n".join(address + path for path in paths) + "\n", encoding="utf-8")
    at_once = {"h1 nginx": 1, "h1 pipelined haproxy": 8}.get(kind, 16)
    return ["h2load", *([] if kind.startswith("h2c") else ["--h1"]), "-c", "1", "-m", at_once, "-n", len(paths), "-i", listed]


def talk(stage, jobs):
    clients = stage.work / "clients"
    clients.mkdir()

    def one(job):
        number, (kind, paths) = job
        done = stage.at("partner", *command_of(kind, paths, str(number), clients), capture_output=True,
                        timeout=SECONDS_MAX)
        if b"h2load" in done.stdout and f"{len(paths)} done".encode() not in done.stdout:
            raise SystemExit(f"impair: {kind}: {done.stdout[-500:]!r}")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(one, enumerate(jobs)):
            pass


def records(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def check(stage, jobs):
    work, failures = stage.work, 0
    judge = judges.Judge(work / "before.pcap", work / "lost.txt")
    for record in records(work / "exchanges.jsonl"):
        judge.take_exchange(record)
    findings = 0
    for record in records(work / "findings.jsonl"):
        judge.take_finding(record)
        findings += 1
    health = list(records(work / "health.jsonl"))[-1]
    carried = (work / "lost.txt").read_text(encoding="utf-8").splitlines()[-1]
    print(carried)
    counters = health["counters"]
    print({name: counters[name] for name in counters if counters[name] and name.startswith(("tcp.gap", "capture"))})
    sums = dict(word.split("=") for word in carried.split()[1:])
    dropped = int(sums["kernel_drops"]) + int(sums["unsent"]) + sum(
        counters[f"capture.{name}_drops"] for name in ("kernel", "interface", "ring"))
    if dropped or int(sums["sent"]) != counters["capture.packets"]:
        print(f"FAIL the machine itself lost frames ({sums['sent']} sent to the sensor): nothing is proved")
        failures += 1
    kinds = {plan.token(path): kind for kind, paths in jobs for path in paths}
    if len(judge.by_token) != len(kinds):
        print(f"FAIL {len(kinds)} exchanges were asked for, {len(judge.by_token)} were on the wire")
        failures += 1
    failures += judges.report(judge, kinds)
    outcomes = collections.Counter(x["unmapped"]["specular"]["capture"]["reason"]
                                   for told in judge.told.values() for x in told)
    told = {name: counters.get(f"exchanges.{name}", 0) for name in outcomes}
    print(f"{len(kinds)} exchanges, {sum(outcomes.values())} records, {findings} finding records; the counters say {told}")
    if any(told[name] < outcomes[name] for name in outcomes) or "do not add up" in stage.log("sensor"):
        print("FAIL the counters do not add up")
        failures += 1
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    parser.add_argument("--impairer", required=True)
    parser.add_argument("--exchanges", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="folder that gets everything the test made")
    options = parser.parse_args()
    missing = [name for name in ("nginx", "haproxy", "h2load", "curl", "ethtool") if not shutil.which(name)]
    if os.geteuid() != 0 or missing:
        print(f"impair: {'is not there: ' + ', '.join(missing) if missing else 'needs root'}")
        return SKIPPED
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="specular-impair.") as folder:
        work = pathlib.Path(folder)
        work.chmod(0o755)
        stage, jobs = Stage(options, work), plan.connections(options.exchanges, options.seed)
        try:
            try:
                stage.up()
            except subprocess.CalledProcessError as error:
                print(f"impair: this kernel cannot mirror: {error.stderr!r}")
                return SKIPPED
            serve(stage)
            impairer, sensor = watch(stage)
            began = time.monotonic()
            talk(stage, jobs)
            time.sleep(1)  # what is on its way arrives
            print(f"talked for {time.monotonic() - began:.0f} s over {len(jobs)} connections")
            stage.end(impairer)
            time.sleep(0.5)
            stage.end(sensor)
            failures = check(stage, jobs)
        finally:
            stage.down()
            if options.keep:
                shutil.copytree(work, options.keep, dirs_exist_ok=True)
    print("impair:", f"{failures} failures" if failures else "nothing wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
