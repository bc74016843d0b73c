#!/usr/bin/python3
"""Usage, inventory and health records hold against the JSON Schemas that SIEM users get.

    check_schemas.py PRINT_EVENTS SCHEMA_FOLDER

Knows the few keywords that those schemas use, and refuses a schema that uses another.
"""
import json
import os
import re
import subprocess
import sys

KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
SILENT = {"$schema", "$id", "$defs", "title", "description"}


def is_kind(value, kind):
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "integer":
        return is_number and isinstance(value, int)
    if kind == "number":
        return is_number
    return isinstance(value, KINDS[kind])


def problems_of(root, schema, value, path="record"):
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    for keyword, rule in schema.items():
        if keyword == "type":
            if not any(is_kind(value, kind) for kind in ([rule] if isinstance(rule, str) else rule)):
                yield f"{path}: {value!r} is not {rule}"
        elif keyword == "const":
            if value != rule:
                yield f"{path}: is not {rule!r}"
        elif keyword == "enum":
            if value not in rule:
                yield f"{path}: {value!r} is not one of {rule}"
        elif keyword == "minimum":
            if value is not None and value < rule:
                yield f"{path}: below {rule}"
        elif keyword == "maximum":
            if value is not None and value > rule:
                yield f"{path}: above {rule}"
        elif keyword == "pattern":
            if not re.search(rule, value):
                yield f"{path}: {value!r} does not match {rule}"
        elif keyword == "required":
            yield from (f"{path}.{name}: missing" for name in rule if name not in value)
        elif keyword == "properties":
            for name in rule.keys() & value.keys():
                yield from problems_of(root, rule[name], value[name], f"{path}.{name}")
        elif keyword == "additionalProperties":
            for name in value.keys() - schema.get("properties", {}).keys():
                if rule is False:
                    yield f"{path}.{name}: not in the schema"
                else:
                    yield from problems_of(root, rule, value[name], f"{path}.{name}")
        elif keyword == "items":
            for index, item in enumerate(value):
                yield from problems_of(root, rule, item, f"{path}[{index}]")
        elif keyword not in SILENT:
            yield f"schema: this check does not know {keyword!r}"


def main(program, folder):
    schemas, problems = {}, []
    for name in ("usage", "inventory", "health"):
        with open(os.path.join(folder, f"{name}.schema.json"), encoding="utf-8") as file:
            schemas[name] = json.load(file)
    lines = subprocess.run([program, "rollup"], check=True, stdout=subprocess.PIPE).stdout.splitlines()
    for number, line in enumerate(lines, start=1):
        record = json.loads(line)
        schema = schemas[record["record"]]
        problems += [f"{number}: {problem}" for problem in problems_of(schema, schema, record)]
        for name in record:  # a schema that takes anything proves nothing
            if name in schema["required"]:
                broken = {key: value for key, value in record.items() if key != name}
                if not list(problems_of(schema, schema, broken)):
                    problems.append(f"{number}: {name} may be missing unnoticed")
        if not list(problems_of(schema, schema, dict(record, unknown=1))):
            problems.append(f"{number}: an unknown member goes unnoticed")
    print("\n".join(problems[:20]))
    print(f"{len(lines)} records, {len(problems)} problems")
    return 1 if problems or len(lines) < 6 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
