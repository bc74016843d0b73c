"""At which rate does the first packet get lost, live? tcpreplay sends a capture over a veth pair in a network namespace,
faster and faster, to specular and to Suricata in turn, both alone on the same processor, the sender on another. What
counts as lost is what each says itself: of the kernel's ring, and of its own.

	scripts/bench --live [--quick] [--suricata PROGRAM]
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import suricata

SPEEDS = (10, 20, 50, 100, 200, 400, 700, 1000, 1500, 2000, 3000, 4000, 6000)  # Mbit/s
READY_S, SEND_S, STOP_S = 60, 60, 60
OUT, IN = "out0", "in0"
COUNTERS = ("capture.kernel_drops", "capture.interface_drops", "capture.ring_drops")


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Namespace:
    """A veth pair that nobody else sees; gone at the end, whatever happens."""

    def __init__(self):
        self.name = f"specular-bench-{os.getpid()}"

    def __enter__(self):
        run("ip", "netns", "add", self.name)
        try:
            run(*self.command("sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=1",
                              "net.ipv6.conf.default.disable_ipv6=1"))
            run("ip", "-n", self.name, "link", "add", "name", OUT, "type", "veth", "peer", "name", IN)
            for end in (OUT, IN):
                run("ip", "-n", self.name, "link", "set", "dev", end, "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        run("ip", "netns", "del", self.name)

    def command(self, *command):
        return ["ip", "netns", "exec", self.name, *command]


class Specular:
    name = "specular"

    def __init__(self, options, folder, here):
        self.health = folder / "health.jsonl"
        self.line = [f"{options.build}/sensor/specular", "run", "-i", IN, "--workers", "1",
                     "--decrypted", "--site", "bench", "--hmac-key-file", str(folder / "key"), "--contracts",
                     str(here / "contracts"), "--findings", str(folder / "findings.jsonl"), "--exchanges",
                     str(folder / "exchanges.jsonl"), "--health", str(self.health)]

    def lost(self, _):
        counters = json.loads(self.health.read_text(encoding="utf-8").splitlines()[-1])["counters"]
        return counters["capture.packets"], sum(counters[name] for name in COUNTERS)


class Suricata:
    name = "Suricata"

    def __init__(self, options, folder, rules):
        self.line = [options.suricata, "-c", str(folder / "suricata.yaml"), "-S",
                     str(folder / "data.rules") if rules == "data" else "/dev/null", f"--af-packet={IN}", "-k", "none",
                     "--runmode", "single", "-l", str(folder / "suricata")]

    def lost(self, log):
        told = re.findall(r"packets: (\d+), drops: (\d+)", log) or re.findall(r"pkts: (\d+), drop: (\d+)", log)
        return (int(told[-1][0]), int(told[-1][1])) if told else (0, 0)


def is_listening(space):
    """Some program holds a packet socket in the namespace."""
    told = subprocess.run(space.command("cat", "/proc/net/packet"), check=True, capture_output=True, text=True).stdout
    return len(told.splitlines()) > 1


def wait_ready(space, program, log):
    end = time.monotonic() + READY_S
    while not is_listening(space):
        if program.poll() is not None or time.monotonic() > end:
            sys.exit(f"bench: it does not listen:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.2)
    time.sleep(3)  # rings and threads come after the socket


def once(options, folder, peer, capture, speed):
    """How many packets were sent, came, and were lost; and the rate that was reached, in Mbit/s."""
    log = folder / "live.log"
    with Namespace() as space:
        with open(log, "wb") as out:
            program = subprocess.Popen(space.command("taskset", "-c", str(options.cpu), *peer.line), stdout=out,
                                       stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        try:
            wait_ready(space, program, log)
            sender = [str(cpu) for cpu in os.sched_getaffinity(0) if cpu != options.cpu] or [str(options.cpu)]
            sent = subprocess.run(space.command("taskset", "-c", ",".join(sender), "tcpreplay", "-q", "-K", "-i", OUT,
                                                "--mbps", str(speed), str(capture)), check=True,
                                  capture_output=True, text=True, timeout=SEND_S).stdout
            time.sleep(2)
            program.send_signal(signal.SIGINT)
            program.wait(STOP_S)
        finally:
            if program.poll() is None:
                program.kill()
                program.wait()
    packets = int(re.search(r"Actual: (\d+) packets", sent).group(1))
    reached = float(re.search(r"([\d.]+) Mbps", sent).group(1))
    came, lost = peer.lost(log.read_text(errors="replace"))
    return {"asked_mbit_s": speed, "mbit_s": reached, "sent": packets, "came": came, "lost": lost}


def rise(options, folder, peer, capture):
    """One after the other until one loses, or until the sender cannot go faster."""
    steps = []
    for speed in SPEEDS:
        steps.append(once(options, folder, peer, capture, speed))
        print(f"bench: {peer.name}: {steps[-1]}", file=sys.stderr)
        if steps[-1]["lost"] > 0 or steps[-1]["mbit_s"] < 0.8 * speed:
            break
    return steps


def row(variant, peer, steps):
    kept = [step["mbit_s"] for step in steps if step["lost"] == 0]
    last = steps[-1]
    best = f"{max(kept):,.0f}" if kept else "none"
    if last["lost"] == 0:
        return f"| {variant} | {peer.name} | {best} | not reached |"
    share = last["lost"] / max(last["came"], last["sent"], 1)
    return f"| {variant} | {peer.name} | {best} | {last['mbit_s']:,.0f} ({share:.1%} lost) |"


def measure(options, folder, here, captures):
    """`captures` by variant, with the rules that Suricata gets."""
    if os.geteuid() != 0 or shutil.which("tcpreplay") is None:
        sys.exit("bench: --live needs root, and tcpreplay")
    results = {}
    print("| traffic | program | Mbit/s without loss | Mbit/s of the first loss |\n|---|---|---|---|")
    for variant, (capture, rules) in captures.items():
        peers = [Specular(options, folder, here)]
        if options.suricata:
            peers.append(Suricata(options, folder, rules))
        for peer in peers:
            steps = rise(options, folder, peer, capture)
            results.setdefault(variant, {})[peer.name] = steps
            print(row(variant, peer, steps), flush=True)
    return results
