"""Shows findings as a table, and compares them with what the demo should find: nothing more, nothing less.

    check.py FINDINGS EXPECTED [--exchanges RECORDS]

FINDINGS and RECORDS are JSON Lines, EXPECTED is expected.yaml. A finding is published again when its count grows:
the record with the highest count is the one that stands. Also looks for raw secrets in every record.
"""

import argparse
import json
import sys

import yaml

import talk

SEVERITIES = {1: "info", 2: "low", 3: "medium", 4: "high", 5: "critical"}
KEYS = ["id", "partner", "operation", "in", "name", "pointer", "class", "count"]


def records_of(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def standing(records):
    last = {}
    for record in records:
        uid = record["finding_info"]["uid"]
        if uid not in last or record["count"] >= last[uid]["count"]:
            last[uid] = record
    return sorted(last.values(), key=lambda record: (-record["severity_id"], record["finding_info"]["analytic"]["uid"],
                                                     str(record["evidences"][0].get("data"))))


def row_of(record):
    evidence = record["evidences"][0]
    data = evidence.get("data", {})
    return {
        "id": record["finding_info"]["analytic"]["uid"],
        "partner": record.get("unmapped", {}).get("specular", {}).get("partner", {}).get("id", ""),
        "operation": evidence.get("api", {}).get("operation", ""),
        "in": data.get("in", ""), "name": data.get("name", ""), "pointer": data.get("pointer", ""),
        "class": data.get("class", ""), "count": record["count"],
    }


def show(findings):
    table = [["severity", "finding", "partner", "operation", "where", "seen", "count"]]
    for record in findings:
        row = row_of(record)
        data = record["evidences"][0].get("data", {})
        where = " ".join(piece for piece in (row["in"], row["name"], row["pointer"]) if piece)
        seen = str(data.get("sample") or data.get("observed") or "")
        if row["class"]:
            seen = f"{row['class']} {seen}"
        table.append([SEVERITIES.get(record["severity_id"], "?"), row["id"], row["partner"] or "-", row["operation"],
                      where, seen[:40], str(row["count"])])
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    for line in table:
        print("  " + "  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())


def lines_of(rows):
    return sorted("  ".join(f"{key}={row[key]}" for key in KEYS if row.get(key) not in ("", None)) for row in rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("findings")
    parser.add_argument("expected")
    parser.add_argument("--exchanges")
    arguments = parser.parse_args()
    wrong = []

    records = records_of(arguments.findings)
    findings = standing(records)
    show(findings)
    with open(arguments.expected, encoding="utf-8") as file:
        wanted = lines_of(yaml.safe_load(file)["findings"])
    found = lines_of(row_of(record) for record in findings)
    wrong += ["not found:   " + line for line in wanted if line not in found]
    wrong += ["not expected: " + line for line in found if line not in wanted]
    if len(found) != len(set(found)):
        wrong.append("two findings tell the same")

    paths = [arguments.findings]
    if arguments.exchanges:
        paths.append(arguments.exchanges)
        count = len(records_of(arguments.exchanges))
        if count != talk.exchange_count():
            wrong.append(f"{talk.exchange_count()} exchanges were made, {count} recorded")
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        wrong += [f"{path} holds a raw secret ({secret[:3]}...)" for secret in talk.secrets() if secret in text]

    for words in wrong:
        print("demo: " + words, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
