#!/usr/bin/python3
"""The contracts that README shows are good ones: each is checked and loaded, and every key has its line in the table.

usage: readme.py --specular PROGRAM
"""
import argparse
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OVERLAY = "overlay: 1.0.0\ninfo: {title: Deltas, version: '1'}\nactions: [{target: $.info, update: {x-of: nordwind}}]\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    options = parser.parse_args()
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    problems = []
    blocks = dict(re.findall(r"```yaml\n# contracts/(\S+)\n(.*?)```", text, re.S))
    with tempfile.TemporaryDirectory(prefix="specular-readme-") as name:
        folder = Path(name) / "contracts"
        folder.mkdir()
        for file, block in blocks.items():
            (folder / file).write_text(block, encoding="utf-8")
        shutil.copy(ROOT / "scripts" / "demo.d" / "contracts" / "orders.yaml", folder)
        for file in re.findall(r"jwks: (\S+)", text):
            (folder / file).write_text('{"keys": []}')
        (folder / "nordwind-overlay.yaml").write_text(OVERLAY)
        for file in blocks:
            done = subprocess.run([options.specular, "spec", "check", str(folder / file)], capture_output=True, text=True,
                                  timeout=60, check=False)
            if done.returncode != 0 or "contract file, good" not in done.stdout:
                problems.append(f"{file}: {done.stdout}{done.stderr}")
        # Nothing but the head of a capture: what counts is that everything loads.
        capture = Path(name) / "none.pcap"
        capture.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        done = subprocess.run([options.specular, "replay", "--hmac-key-file", f"{name}/key", "--contracts", str(folder),
                               str(capture)], capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0 or "error" in done.stderr:
            problems.append(f"the contracts do not load: {done.stderr}")
    source = (ROOT / "specs" / "partner.c").read_text(encoding="utf-8")
    keys = re.findall(r'"(\w+)"', re.search(r"CHECK_KEYS\(&values, root, (.*?)\);", source, re.S).group(1))
    rows = "".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    problems += [f"README's table has no key {key}" for key in keys if f"`{key}`" not in rows]
    problems += [f"README's example has no key {key}" for key in keys
                 if not re.search(rf"^{key}:", blocks.get("nordwind.yaml", ""), re.M)]
    for problem in problems:
        print("FAIL", problem)
    print(f"{len(blocks)} files and {len(keys)} keys of README: {len(problems)} problems")
    return 1 if problems or not {"nordwind.yaml", "tiers.yaml", "risk.yaml"} <= set(blocks) else 0


if __name__ == "__main__":
    sys.exit(main())
