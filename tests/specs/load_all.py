#!/usr/bin/python3
"""Loads every spec below the folders given, one process each, and prints a table.

	tests/specs/load_all.py --specular build/gcc/sensor/specular DIR...

Says how many load, which are refused and why, and which cost most for their size.
Exit 1 when the program crashed, hung or gave no reason.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

SUFFIXES = {".json", ".yaml", ".yml"}
MIB = 1 << 20
VERSION = re.compile(r"""(^|[{,])\s*["']?(openapi|swagger)["']?\s*:\s*["']?[0-9]""", re.MULTILINE)


def is_spec(path):
	"""The package files and schemas that lie between specs are no specs."""
	with open(path, "rb") as file:
		head = file.read(1 << 16).decode("utf-8", "replace")
	return VERSION.search(head) is not None


def load(specular, path, seconds):
	with tempfile.TemporaryFile() as out:
		start = time.monotonic()
		child = subprocess.Popen([specular, "spec", "check", "--json", str(path)], stdout=out,
			stderr=subprocess.DEVNULL)
		usage = None
		while usage is None:
			pid, code, found = os.wait4(child.pid, os.WNOHANG)
			if pid != 0:
				usage = found
			elif time.monotonic() - start > seconds:
				child.kill()
				_, code, usage = os.wait4(child.pid, 0)
			else:
				time.sleep(0.002)
		child.returncode = os.waitstatus_to_exitcode(code)
		out.seek(0)
		problems = [json.loads(line) for line in out.read().decode("utf-8", "replace").splitlines()]
	errors = [problem for problem in problems if problem["level"] == "error"]
	return {
		"path": path,
		"bytes": path.stat().st_size,
		"code": child.returncode,
		"seconds": usage.ru_utime + usage.ru_stime,
		"peak": usage.ru_maxrss * 1024,
		"errors": errors,
		"problems": len(problems),
	}


def verdict(row):
	if row["code"] == 0:
		return "loaded"
	return "refused" if row["code"] == 1 and row["errors"] else "BROKEN"


def per_mib(row, key):
	"""Above what the program needs for itself; small files would say nothing."""
	return (row[key] - row["least_" + key]) / max(row["bytes"] / MIB, 0.25)


def print_table(rows):
	for row in rows:
		if verdict(row) != "loaded":
			first = row["errors"][0] if row["errors"] else {"line": 0, "what": f"exit {row['code']}"}
			print(f"{verdict(row)}  {row['path']}:{first['line']}: {first['what'][:160]}")
	for name, key, unit in (("slowest", "seconds", 1), ("largest", "peak", MIB)):
		print(f"\nThe ten {name} for their size:")
		for row in sorted(rows, key=lambda row: -per_mib(row, key))[:10]:
			print(f"  {per_mib(row, key) / unit:8.2f} {'s' if unit == 1 else 'MiB'}/MiB"
				f"  {row['bytes'] / MIB:6.2f} MiB  {row['seconds']:6.2f} s"
				f"  {row['peak'] / MIB:7.1f} MiB  {row['path'].name}")
	size = sum(row["bytes"] for row in rows)
	counts = {name: sum(verdict(row) == name for row in rows) for name in ("loaded", "refused", "BROKEN")}
	print(f"\n{len(rows)} files, {size / MIB:.0f} MiB in {sum(row['seconds'] for row in rows):.1f} s: "
		+ ", ".join(f"{count} {name}" for name, count in counts.items()))


def main():
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("--specular", required=True)
	parser.add_argument("--seconds", type=float, default=60, help="for one file")
	parser.add_argument("folders", nargs="+", type=pathlib.Path)
	arguments = parser.parse_args()
	paths = sorted(path for folder in arguments.folders for path in folder.rglob("*")
		if path.suffix in SUFFIXES and path.is_file() and is_spec(path))
	rows = []
	for index, path in enumerate(paths):
		if sys.stderr.isatty():
			print(f"\r{index}/{len(paths)}", end="", file=sys.stderr)
		rows.append(load(arguments.specular, path, arguments.seconds))
	for key in ("seconds", "peak"):
		least = min((row[key] for row in rows), default=0)
		for row in rows:
			row["least_" + key] = least
	print_table(rows)
	return any(verdict(row) == "BROKEN" for row in rows)


if __name__ == "__main__":
	sys.exit(main())
