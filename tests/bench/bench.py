"""Measures specular, and Suricata beside it: whole processes on the same captures, pinned to the same processor, in
turn (A B A B ...). Every run of specular must find exactly what was planted in the traffic, or the benchmark fails; so
must one run that looks for data the plain way, and its records are the same, byte for byte.

Both read the capture, reassemble, parse HTTP, look at whole bodies and write a log of all exchanges and their alerts.
specular also checks every body against its contract; Suricata searches the bodies for ten patterns of data (suricata.py).
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import live_rate
import picture
import real_run
import suricata

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# What is measured; with the rules that Suricata gets; megabytes, beside those of the others.
VARIANTS = {
    "json": ("2 KB orders, 4 KB receipts", "data", 1.0),
    "h2": ("the same over HTTP/2, multiplexed", "data", 1.0),
    "small": ("GET, 1 KB of headers, 0.3 KB back", "data", 1.0),
    "large": ("64 KB back", "data", 1.0),
    "short": ("a connection for each exchange", "none", 0.5),
    "gzip": ("json, both bodies compressed", "data", 0.5),
    "tls-ready": ("json as a decrypting mirror shows it: port 443, half of it HTTP/2", "data", 1.0),
    "real": ("nginx, curl and h2load, recorded once, all calls mixed (as root)", "data", 1.0),
}
# What costs each stage the most.
WORST = {
    "deep": ("bodies: objects and arrays in each other", "data", 1.0),
    "nearly": ("bodies: values that are nearly what is looked for", "data", 1.0),
    "digits": ("bodies: groups of digits without an end", "data", 1.0),
    "escapes": ("bodies: every character escaped", "data", 1.0),
    "numbers": ("bodies: long numbers, nothing else", "data", 1.0),
    "keys": ("bodies: 500 members in an object", "data", 1.0),
    "values": ("bodies: 2,500 values in an array", "data", 1.0),
    "shapes": ("bodies: oneOf whose forms differ at the end, uniqueItems", "data", 1.0),
    "hostile": ("bodies: the first seven, mixed", "data", 1.0),
    "packed": ("bodies: 100 KB in one packet", "data", 0.1),
    "fields": ("60 header fields more", "data", 1.0),
    "table": ("60 header fields more, HTTP/2, never the same", "data", 1.0),
    "frames": ("json in HTTP/2 frames of one byte", "data", 1.0),
    "chunks": ("json in chunks of one byte", "data", 1.0),
    "backwards": ("json, its segments in the wrong order", "data", 1.0),
    "tiny": ("json in segments of 64 bytes", "data", 1.0),
    "bytes": ("json in segments of one byte", "data", 1.0),
}
QUICK = (*VARIANTS, "hostile")
ALL = VARIANTS | WORST
CLASSES = ("us_ssn", "pan", "iban")


def options_of(arguments):
    variants = "\n".join(f"  {name:<10} {what}" for name, (what, _, _) in ALL.items())
    parser = argparse.ArgumentParser(prog="scripts/bench", description="How fast specular is, and beside Suricata.",
                                     formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog=f"traffic (from {next(iter(WORST))} on: --worst):\n{variants}")
    parser.add_argument("--quick", action="store_true", help="about a minute: small files, three runs, no Suricata")
    parser.add_argument("--variants", metavar="NAME,...", help="which traffic; the names are below")
    parser.add_argument("--worst", action="store_true", help="instead: what costs each stage the most")
    parser.add_argument("--megabytes", type=int, help="size of a capture (default 100, quick: 20)")
    parser.add_argument("--pairs", type=int, help="runs of each (default 5, quick: 3)")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--cpu", type=int, default=max(os.sched_getaffinity(0)), help="the processor to run on")
    parser.add_argument("--build", default=str(ROOT / "build" / "release"), help="folder of the release build")
    parser.add_argument("--suricata", default=os.environ.get("SURICATA") or shutil.which("suricata"),
                        help="its program (default: from PATH); its suricata.yaml is looked for under ../../etc of it")
    parser.add_argument("--no-suricata", action="store_true")
    parser.add_argument("--profile", action="store_true", help="and the stages, from inside")
    parser.add_argument("--live", action="store_true",
                        help="instead: at which rate is the first packet lost, over a veth pair (as root; tcpreplay)")
    parser.add_argument("--json", metavar="FILE", help="all figures")
    parser.add_argument("--svg", metavar="FILE", help="a picture of them")
    options = parser.parse_args(arguments)
    options.megabytes = options.megabytes or (20 if options.quick else 30 if options.live else 100)
    options.pairs = options.pairs or (3 if options.quick else 5)
    usual = list(WORST) if options.worst else list(VARIANTS) if options.live or not options.quick else QUICK
    options.names = options.variants.split(",") if options.variants else usual
    unknown = [name for name in options.names if name not in ALL]
    if unknown:
        parser.error(f"no such variant: {', '.join(unknown)}")
    reason = real_run.missing()
    if reason is not None and not options.variants and "real" in options.names:
        print(f"bench: real is left out: it {reason}", file=sys.stderr)
        options.names = [name for name in options.names if name != "real"]
    if options.no_suricata or (options.quick and not options.live):
        options.suricata = None
    return options


def build(folder):
    if not (folder / "build.ninja").exists():
        subprocess.run(["meson", "setup", str(folder), str(ROOT), "--buildtype=release", "-Db_lto=true"],
                       check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", str(folder), "sensor/specular", "tests/bench/bench_traffic",
                    "tests/bench/bench_bodies"], check=True, stdout=subprocess.DEVNULL)


def make_traffic(options, folder, name):
    """The capture, and what was planted in it."""
    capture, truth = folder / f"{name}.pcap", folder / f"{name}.json"
    megabytes = max(1, int(options.megabytes * ALL[name][2]))
    if name == "real":
        recording, planted = real_run.recording(f"{options.build}/tests/bench/bench_bodies", folder, megabytes,
                                                options.seed)
        capture.unlink(missing_ok=True)
        capture.hardlink_to(recording)
        return capture, planted
    made = subprocess.run([f"{options.build}/tests/bench/bench_traffic", name, str(megabytes), str(options.seed),
                           str(capture)], check=True, capture_output=True, text=True)
    truth.write_text(made.stdout)
    return capture, json.loads(made.stdout)


def timed(command, cpu, log):
    """CPU seconds and peak MiB of one whole process."""
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                   preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"bench: {command[0]} ended with {process.returncode}:\n{Path(log).read_text(errors='replace')[-2000:]}")
    return {"cpu_s": usage.ru_utime + usage.ru_stime, "user_s": usage.ru_utime, "rss_mib": usage.ru_maxrss / 1024}


def specular_command(options, folder, capture, more=()):
    return [f"{options.build}/sensor/specular", "replay", "--workers", "1", "--decrypted", "--site", "bench",
            "--hmac-key-file", str(folder / "key"), "--contracts", str(HERE / "contracts"), "--findings",
            str(folder / "findings.jsonl"), "--exchanges", str(folder / "exchanges.jsonl"), *more, str(capture)]


def check(folder, name, planted):
    """What was found is what was planted, no more and no less."""
    found = {"exchanges": 0, "findings": 0, **{data_class: 0 for data_class in CLASSES}}
    with open(folder / "exchanges.jsonl", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)["unmapped"]["specular"]
            found["exchanges"] += 1
            found["findings"] += record["findings"]
            for data_class in record.get("classes", []):
                if data_class in CLASSES:
                    found[data_class] += 1
    wanted = {name: planted[name] for name in ("exchanges", *CLASSES)}
    wanted["findings"] = planted["violations"] + sum(planted[data_class] for data_class in CLASSES)
    if found != wanted:
        sys.exit(f"bench: {name}: found {found}, but planted were {wanted}")


def check_both_ways(options, folder, name, capture, planted):
    """The fast and the reference way of looking for data write the same records, with what was planted."""
    outputs = ("findings.jsonl", "exchanges.jsonl")
    written = []
    for more in ((), ("--plain-scan",)):
        timed(specular_command(options, folder, capture, more), options.cpu, folder / "specular.log")
        check(folder, name, planted)
        written.append([(folder / output).read_bytes() for output in outputs])
    for output, fast, plain in zip(outputs, *written):
        if fast != plain:
            sys.exit(f"bench: {name}: with --plain-scan there are other records in {output}")


def measure(options, folder, name):
    capture, planted = make_traffic(options, folder, name)
    ours, theirs = [], []
    command = specular_command(options, folder, capture)
    for _ in range(options.pairs):
        ours.append(timed(command, options.cpu, folder / "specular.log"))
        check(folder, name, planted)
        if options.suricata:
            theirs.append(timed(suricata.command(options.suricata, folder, capture, ALL[name][1]), options.cpu,
                                folder / "suricata.log"))
            told = suricata.exchanges(folder)
            if told < planted["exchanges"]:
                print(f"bench: {name}: Suricata told of {told} of {planted['exchanges']} exchanges", file=sys.stderr)
    check_both_ways(options, folder, name, capture, planted)
    capture.unlink()
    return {"variant": name, "planted": planted, "specular": ours, "suricata": theirs,
            "rules": ALL[name][1]}


def figures(result, start_s):
    """Rates count from the CPU seconds of the median run, without those that an empty capture takes."""
    planted, runs = result["planted"], result["specular"]
    cpu = statistics.median(run["cpu_s"] for run in runs)
    net = max(cpu - start_s, 1e-3)
    row = {"variant": result["variant"], "gbit_s": planted["bytes"] * 8 / net / 1e9,
           "exchanges_s": planted["exchanges"] / net, "cpu_s": cpu,
           "rss_mib": max(run["rss_mib"] for run in runs)}
    if result["suricata"]:
        ratios = [b["cpu_s"] / a["cpu_s"] for a, b in zip(runs, result["suricata"])]
        row["suricata_cpu_s"] = statistics.median(run["cpu_s"] for run in result["suricata"])
        row["suricata_rss_mib"] = max(run["rss_mib"] for run in result["suricata"])
        row["ratio"] = {"min": min(ratios), "median": statistics.median(ratios), "max": max(ratios)}
    return row


def print_table(rows, has_peer):
    head = ["traffic", "Gbit/s", "exchanges/s", "CPU s", "peak MiB"]
    if has_peer:
        head += ["Suricata CPU s", "peak MiB", "Suricata / specular CPU: median (min-max)"]
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        cells = [row["variant"], f"{row['gbit_s']:.2f}", f"{row['exchanges_s']:,.0f}", f"{row['cpu_s']:.2f}",
                 f"{row['rss_mib']:.0f}"]
        if has_peer:
            ratio = row["ratio"]
            cells += [f"{row['suricata_cpu_s']:.2f}", f"{row['suricata_rss_mib']:.0f}",
                      f"{ratio['median']:.1f} ({ratio['min']:.1f}-{ratio['max']:.1f})"]
        print("| " + " | ".join(cells) + " |", flush=True)


def print_profile(options, folder, names):
    for name in names:
        capture, _ = make_traffic(options, folder, name)
        done = subprocess.run(specular_command(options, folder, capture, ["--profile"]), check=True,
                              capture_output=True, text=True)
        print(f"\n{name}: {ALL[name][0]}")
        print(done.stderr.strip())
        capture.unlink()


def starts(options, folder, empty):
    """CPU seconds of a capture with next to nothing in it; those of Suricata 0 where it does not run."""
    ours = [timed(specular_command(options, folder, empty), options.cpu, folder / "specular.log")["cpu_s"]
            for _ in range(3)]
    theirs = [timed(suricata.command(options.suricata, folder, empty, "data"), options.cpu,
                    folder / "suricata.log")["cpu_s"] for _ in range(3 if options.suricata else 0)]
    return statistics.median(ours), statistics.median(theirs) if theirs else 0


def measure_live(options, folder):
    """For each variant also how fast both are with a file: that says where to begin."""
    def make(name):
        capture, planted = make_traffic(options, folder, name)
        planted["findings"] = planted["violations"] + sum(planted[data_class] for data_class in CLASSES)
        bits = planted["bytes"] * 8 / 1e6
        ours = timed(specular_command(options, folder, capture), options.cpu, folder / "specular.log")
        check(folder, name, planted)
        traffic = {"name": name, "capture": capture, "planted": planted, "rules": ALL[name][1],
                   "offline_mbit_s": {"specular": bits / ours["cpu_s"]}}
        if options.suricata:
            theirs = timed(suricata.command(options.suricata, folder, capture, ALL[name][1]), options.cpu,
                           folder / "suricata.log")
            traffic["offline_mbit_s"]["Suricata"] = bits / theirs["cpu_s"]
            traffic["suricata_told"] = suricata.exchanges(folder)
        return traffic

    results = live_rate.measure(options, folder, HERE, make)
    if options.json:
        Path(options.json).write_text(json.dumps({"live": results}, indent=1))


def main():
    options = options_of(sys.argv[1:])
    build(Path(options.build))
    folder = Path(options.build) / "bench"
    folder.mkdir(exist_ok=True)
    if options.suricata:
        suricata.prepare(options.suricata, folder)
    if options.live:
        measure_live(options, folder)
        return
    empty = folder / "empty.pcap"
    empty.write_bytes(bytes.fromhex("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000"  # one frame of nothing known
                                    "00000000 00000000 3c000000 3c000000") + bytes(12) + b"\x88\xb5" + bytes(46))
    start_s, peer_start_s = starts(options, folder, empty)
    results, rows = [], []
    for name in options.names:
        results.append(measure(options, folder, name))
        rows.append(figures(results[-1], start_s))
        print(f"bench: {name}: {rows[-1]['cpu_s']:.2f} s", file=sys.stderr)
    print_table(rows, options.suricata is not None)
    print(f"\nOne worker on one processor; all that was planted was found, and nothing else, the same the fast and the "
          f"reference way. Starting takes {start_s:.2f} s of CPU"
          f"{f' (Suricata: {peer_start_s:.2f} s)' if peer_start_s else ''}, which CPU s and the ratios contain and the "
          f"rates do not.")
    if options.json:
        told = {"start_s": start_s, "peer_start_s": peer_start_s, "rows": rows, "runs": results}
        Path(options.json).write_text(json.dumps(told, indent=1))
    if options.svg:
        Path(options.svg).write_text(picture.draw(rows))
    if options.profile:
        print_profile(options, folder, options.names)


if __name__ == "__main__":
    main()
