"""At which rate does the first packet get lost, live? tcpreplay sends a capture over a veth pair in a network namespace,
again and again with addresses of its own each time, at rising rates, to specular and to Suricata in turn. Reader and
sender have a processor each; both readers have the same kernel ring and see whole packets. A rate is held when
neither the kernel nor the program dropped anything, and when everything that was planted was found.

	scripts/bench --live [--variants json,h2] [--suricata PROGRAM] [--json FILE]
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

LADDER = (25, 50, 100, 200, 400, 600, 800, 1000, 1500, 2000, 3000, 4000, 6000, 8000)  # Mbit/s
FIRST_SHARE = 0.8  # of the rate from a file: where to begin
RING_BYTES, RING_BLOCK_BYTES = 64 << 20, 128 << 10  # as specular has them (sensor/capture/source.c and libpcap)
STEP_S, SENDER_S = 5, 1.5
STEP_S_MIN = 3  # beside the time that fills the ring
READY_S, DRAIN_S, STOP_S = 60, 30, 60
REACHED_SHARE = 0.95  # a slower sender is at its end
QUIET_LOOK_S, QUIET_SHARE = 0.25, 0.05
OUT, IN = "out0", "in0"
COUNTERS = ("capture.kernel_drops", "capture.interface_drops", "capture.ring_drops")
AF_PACKET = f"""af-packet:
  - interface: {IN}
    threads: 1
    cluster-id: 99
    cluster-type: cluster_flow
    use-mmap: yes
    tpacket-v3: yes
    block-size: {RING_BLOCK_BYTES}
    ring-size: %d
    checksum-checks: no

"""


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Namespace:
    """A veth pair that nobody else sees; gone at the end, whatever happens."""

    PREFIX = "specular-bench-"

    def __init__(self):
        self.name = f"{self.PREFIX}{os.getpid()}"

    def remove_left(self):
        """By one that was killed."""
        for name in subprocess.run(["ip", "netns", "list"], check=True, capture_output=True, text=True).stdout.split():
            if name.startswith(self.PREFIX) and not os.path.exists(f"/proc/{name.removeprefix(self.PREFIX)}"):
                run("ip", "netns", "del", name)

    def __enter__(self):
        self.remove_left()
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

    def ring_bytes(self):
        """Of the packet socket that is open in it; none: 0."""
        told = subprocess.run(self.command("ss", "-0", "-e"), check=True, capture_output=True, text=True).stdout
        rings = re.findall(r"ring_rx\(.*?blk_size:(\d+),blk_nr:(\d+)", told)
        return sum(int(size) * int(count) for size, count in rings)


class Specular:
    name = "specular"

    def __init__(self, options, folder, here):
        self.folder, self.state = folder, folder / "state"
        self.outputs = [folder / name for name in ("exchanges.jsonl", "findings.jsonl", "health.jsonl")]
        self.line = [f"{options.build}/sensor/specular", "run", "-i", IN, "--workers", "1", "--decrypted", "--site",
                     "bench", "--hmac-key-file", str(folder / "key"), "--state-dir", str(self.state),
                     "--contracts", str(here / "contracts"), "--exchanges", str(self.outputs[0]), "--findings",
                     str(self.outputs[1]), "--health", str(self.outputs[2])]

    def clean(self):
        shutil.rmtree(self.state, ignore_errors=True)
        for output in self.outputs:
            output.unlink(missing_ok=True)

    def packets(self, _):
        """That came, and that were dropped."""
        counters = json.loads(self.outputs[2].read_text(encoding="utf-8").splitlines()[-1])["counters"]
        return counters["capture.packets"], sum(counters[name] for name in COUNTERS)

    def found(self):
        exchanges = findings = 0
        with open(self.outputs[0], "rb") as lines:
            for line in lines:
                exchanges += 1
                findings += int(re.search(rb'"findings":(\d+)', line).group(1))
        return {"exchanges": exchanges, "findings": findings}

    @staticmethod
    def wanted(traffic):
        return {name: traffic["planted"][name] for name in ("exchanges", "findings")}


class Suricata:
    name = "Suricata"

    def __init__(self, options, folder, rules):
        self.folder, self.log = folder, folder / "suricata" / "eve.json"
        self.line = [options.suricata, "-c", str(folder / "suricata-live.yaml"), "-S",
                     str(folder / "data.rules") if rules == "data" else "/dev/null", "--af-packet", "-k", "none",
                     "--runmode", "single", "-l", str(folder / "suricata")]
        text = (folder / "suricata.yaml").read_text(encoding="utf-8")
        # Its ring is asked for in packets of the longest length.
        section = AF_PACKET % (RING_BYTES // RING_BLOCK_BYTES * (RING_BLOCK_BYTES // 1600))
        (folder / "suricata-live.yaml").write_text(
            re.sub(r"(?ms)^af-packet:.*?^(?=[a-z#])", lambda _: section, text, count=1), encoding="utf-8")

    def clean(self):
        self.log.unlink(missing_ok=True)

    def packets(self, log):
        told = re.findall(r"packets: (\d+), drops: (\d+)", log) or re.findall(r"pkts: (\d+), drop: (\d+)", log)
        return (int(told[-1][0]), int(told[-1][1])) if told else (0, 0)

    def found(self):
        return {"exchanges": suricata.exchanges(self.folder)}

    @staticmethod
    def wanted(traffic):
        """As many as it told of when it read the capture: of HTTP/2 it tells more than there are."""
        return {"exchanges": traffic["suricata_told"]}


def cpu_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_quiet(program, limit_s):
    """Until it has nothing to do; how long that took."""
    start, quiet, before = time.monotonic(), 0, cpu_s(program.pid)
    while quiet < 2 and time.monotonic() - start < limit_s:
        time.sleep(QUIET_LOOK_S)
        now = cpu_s(program.pid)
        quiet = quiet + 1 if now - before <= QUIET_SHARE * QUIET_LOOK_S else 0
        before = now
        if program.poll() is not None:
            break
    return max(0.0, time.monotonic() - start - 2 * QUIET_LOOK_S)


def wait_ready(space, program, log):
    end = time.monotonic() + READY_S
    while space.ring_bytes() == 0:
        if program.poll() is not None or time.monotonic() > end:
            sys.exit(f"bench: it does not listen:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)
    wait_quiet(program, READY_S)  # what comes after the socket
    return space.ring_bytes()


def send(options, space, capture, loops, *pace):
    """Packets, bytes and seconds that it took. The addresses of each round are its own, so are its connections."""
    sender = [str(cpu) for cpu in os.sched_getaffinity(0) if cpu != options.cpu] or [str(options.cpu)]
    told = subprocess.run(space.command("taskset", "-c", ",".join(sender), "tcpreplay", "-q", "-K", "--no-flow-stats",
                                        "--unique-ip", "--loop", str(loops), "-i", OUT, *pace, str(capture)),
                          check=True, capture_output=True, text=True, timeout=120).stdout
    count = re.search(r"Actual: (\d+) packets \((\d+) bytes\) sent in ([\d.]+) seconds", told)
    return int(count.group(1)), int(count.group(2)), max(float(count.group(3)), 1e-3)


def sender_alone(options, space, traffic):
    """What tcpreplay reaches when nobody reads."""
    loops = max(2, round(SENDER_S * 4e9 / 8 / traffic["planted"]["bytes"]))
    packets, length, seconds = send(options, space, traffic["capture"], loops, "--topspeed")
    return {"mbit_s": length * 8 / seconds / 1e6, "packets_s": packets / seconds}


def once(options, folder, space, peer, traffic, speed):
    """What came of one rate."""
    log = folder / "live.log"
    seconds = max(STEP_S, STEP_S_MIN + RING_BYTES * 8 / (speed * 1e6))
    loops = max(1, round(speed * 1e6 / 8 * seconds / traffic["planted"]["bytes"]))
    peer.clean()
    with open(log, "wb") as out:
        program = subprocess.Popen(space.command("taskset", "-c", str(options.cpu), *peer.line), stdout=out,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        ring = wait_ready(space, program, log)
        packets, length, seconds = send(options, space, traffic["capture"], loops, "--mbps", str(speed))
        drain = wait_quiet(program, DRAIN_S)
        program.send_signal(signal.SIGINT)
        program.wait(STOP_S)
    finally:
        if program.poll() is None:
            program.kill()
            program.wait()
    came, dropped = peer.packets(log.read_text(errors="replace"))
    found, wanted = peer.found(), {name: count * loops for name, count in peer.wanted(traffic).items()}
    return {"asked_mbit_s": speed, "mbit_s": length * 8 / seconds / 1e6, "seconds": seconds, "drain_s": drain,
            "sent": packets, "came": came, "dropped": dropped, "found": found, "wanted": wanted, "ring_bytes": ring,
            "is_held": dropped == 0 and found == wanted,
            "is_sender_at_end": length * 8 / seconds / 1e6 < REACHED_SHARE * speed}


def climb(step, first):
    """Up from the first rate to one that loses, or down to one that does not; and once between the two."""
    steps, at = [step(LADDER[first])], first
    while steps[-1]["is_held"] == steps[0]["is_held"] and not steps[-1]["is_sender_at_end"]:
        at += 1 if steps[0]["is_held"] else -1
        if not 0 <= at < len(LADDER):
            break
        steps.append(step(LADDER[at]))
    held = max((s["asked_mbit_s"] for s in steps if s["is_held"]), default=0)
    lost = min((s["asked_mbit_s"] for s in steps if not s["is_held"]), default=0)
    if held > 0 and lost > 0:
        steps.append(step((held + lost) / 2))
    return steps


def result_of(steps):
    """The highest rate that was held, and the lowest that was not (None: there was none)."""
    held = [step["mbit_s"] for step in steps if step["is_held"]]
    lost = sorted((step for step in steps if not step["is_held"]), key=lambda step: step["mbit_s"])
    return {"held_mbit_s": max(held, default=0), "lost_mbit_s": lost[0]["mbit_s"] if lost else None,
            "lost_share": 1 - min(1, lost[0]["found"]["exchanges"] / lost[0]["wanted"]["exchanges"]) if lost else None,
            "steps": steps}


def cells(result):
    lost = f"{result['lost_mbit_s']:,.0f}" if result["lost_mbit_s"] else "the sender's end"
    return [f"{result['held_mbit_s']:,.0f}", lost]


def print_table(results, has_peer):
    names = ["specular", "Suricata"] if has_peer else ["specular"]
    head = ["traffic"] + [text for name in names for text in (f"{name}: Mbit/s held", "first loss at")]
    head += (["held: specular / Suricata"] if has_peer else []) + ["tcpreplay alone: Mbit/s (packets/s)"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for variant, result in results.items():
        row = [variant] + [cell for name in names for cell in cells(result[name])]
        if has_peer:
            theirs = result["Suricata"]["held_mbit_s"]
            row.append(f"{result['specular']['held_mbit_s'] / theirs:.1f}" if theirs > 0 else "-")
        sender = result["sender"]
        row.append(f"{sender['mbit_s']:,.0f} ({sender['packets_s']:,.0f})")
        print("| " + " | ".join(row) + " |", flush=True)


def first_rung(offline_mbit_s):
    return max([i for i, speed in enumerate(LADDER) if speed <= FIRST_SHARE * offline_mbit_s], default=0)


def measure_one(options, folder, space, peers, traffic):
    result = {"sender": sender_alone(options, space, traffic)}
    for peer in peers:
        def step(speed, peer=peer):
            done = once(options, folder, space, peer, traffic, speed)
            if done["is_sender_at_end"]:  # or somebody was in its way
                done = once(options, folder, space, peer, traffic, speed)
            print(f"bench: {traffic['name']}: {peer.name}: {done['mbit_s']:,.0f} Mbit/s for {done['seconds']:.1f} s: "
                  f"{'held' if done['is_held'] else 'lost'}; packets {done['sent']} sent, {done['came']} came, "
                  f"{done['dropped']} dropped; found {done['found']} of {done['wanted']}; "
                  f"{done['drain_s']:.1f} s to the end", file=sys.stderr, flush=True)
            return done
        result[peer.name] = result_of(climb(step, first_rung(traffic["offline_mbit_s"][peer.name])))
        peer.clean()
    return result


def measure(options, folder, here, make):
    """`make` one variant's traffic after the other: its capture, what was planted, and the rates from a file."""
    if os.geteuid() != 0 or shutil.which("tcpreplay") is None:
        sys.exit("bench: --live needs root, and tcpreplay")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    results = {}
    with Namespace() as space:
        for name in options.names:
            traffic = make(name)
            peers = [Specular(options, folder, here)]
            if options.suricata:
                peers.append(Suricata(options, folder, traffic["rules"]))
            results[name] = measure_one(options, folder, space, peers, traffic)
            traffic["capture"].unlink()
    print_table(results, options.suricata is not None)
    rings = {step["ring_bytes"] >> 20 for result in results.values() for name in ("specular", "Suricata")
             for step in result.get(name, {"steps": []})["steps"]}
    print(f"\nHeld: for {STEP_S} s and more no packet was dropped, and all exchanges (of specular also all that was planted) "
          f"were found. Both readers have a kernel ring of {' or '.join(str(ring) for ring in sorted(rings))} MiB and see "
          f"whole packets, on processor {options.cpu}; tcpreplay sends beside them on another.")
    return results
