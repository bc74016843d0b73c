#!/usr/bin/python3
"""Every record that print_events prints is good OCSF 1.5.0, and the check itself can fail.

    check_ocsf.py PRINT_EVENTS      needs SPECULAR_CORPUS; exits 77 (skipped) without it
"""
import copy
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "replay"))
from ocsf_check import Schema, check_line  # noqa: E402


def set_at(record, path, value):
    *parents, last = path
    for key in parents:
        record = record[key]
    if value is DELETED:
        del record[last]
    else:
        record[last] = value


DELETED = object()

# What must be noticed in a finding: where, the broken value, and a word of the problem.
BREAKS = [
    (["severity_id"], DELETED, "required"),
    (["severity_id"], 7, "enumeration"),
    (["severity_id"], "4", "str"),
    (["severity_id"], True, "bool"),
    (["time"], 1.5, "float"),
    (["is_alert"], 1, "boolean_t"),
    (["message"], None, "string_t"),
    (["partner"], "acme", "unknown attribute"),
    (["class_uid"], 9999, "no class"),
    (["type_uid"], 200499, "should be"),
    (["category_uid"], 4, "should be"),
    (["metadata", "version"], "1.4.0", "the schema is"),
    (["metadata", "product"], {}, "at least one"),
    (["metadata", "profiles"], [], "needs the profile"),
    (["finding_info", "uid"], DELETED, "required"),
    (["finding_info", "types"], "API3", "not an array"),
    (["finding_info", "analytic", "type_id"], 12, "enumeration"),
    (["evidences", 0, "src_endpoint", "ip"], "1.2.3.4.5", "well-formed"),
    (["evidences", 0, "src_endpoint", "port"], 65536, "not within"),
    (["evidences", 0, "src_endpoint"], {"port": 1}, "at least one"),
    (["evidences", 0, "http_response", "code"], DELETED, "required"),
    (["evidences", 0, "http_request", "url", "fragment"], "x", "unknown attribute"),
    (["unmapped"], [], "not an object"),
]


def failures_of_the_check(schema, finding):
    for path, value, word in BREAKS:
        broken = copy.deepcopy(finding)
        set_at(broken, path, value)
        problems = check_line(schema, json.dumps(broken))
        if not any(word in words for _, words in problems):
            yield f"not noticed: {path} = {value!r}: {problems}"
    for line in ("", "[]", "{", '{"a": NaN}', '{"class_uid": 2004, "class_uid": 2004}'):
        if not check_line(schema, line):
            yield f"not noticed: {line}"


def main(program):
    corpus = os.environ.get("SPECULAR_CORPUS")
    if not corpus:
        print("skipped: SPECULAR_CORPUS is not set")
        return 77
    schema = Schema(os.path.join(corpus, "ocsf", "ocsf-1.5.0-resolved.json"))
    lines = subprocess.run([program, "ocsf"], check=True, stdout=subprocess.PIPE).stdout.splitlines()
    problems = [f"{number}: {where}: {words}"
                for number, line in enumerate(lines, start=1) for where, words in check_line(schema, line)]
    problems += list(failures_of_the_check(schema, json.loads(lines[0])))
    print("\n".join(problems[:20]))
    print(f"{len(lines)} records, {len(BREAKS)} broken ones, {len(problems)} problems")
    return 1 if problems or len(lines) < 10 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
