#!/usr/bin/python3
"""Holds OCSF records against the resolved schema of one OCSF version, as a closed world.

    ocsf_check.py SCHEMA FILE...        FILE holds JSON Lines; '-' is standard input

Checked at every depth: required attributes are there, no attribute is unknown to its class or object,
profiles are named when their attributes are used, types and formats hold, enumerated ids are in range,
type_uid is class_uid * 100 + activity_id, and at-least-one / just-one constraints hold.
Prints the first 20 problems and exits 1 when there are any; 2 when it was called wrongly.
"""
import json
import re
import sys

PROBLEMS_SHOWN = 20

# The resolved schema carries the base event's values here; the class itself says what is right.
CLASS_NUMBERS = {"class_uid", "category_uid"}

# 1.5.0 lists eight methods and not PATCH; RFC 9110 section 9.1 lets any token be one.
OPEN_ENUMS = {"http_method"}


class Schema:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        self.version = document["version"]
        self.objects = document["objects"]
        self.types = document["types"]
        self.classes = {item["uid"]: item for item in document["classes"].values()}
        self.patterns = {name: re.compile(rule["regex"]) for name, rule in self.types.items() if "regex" in rule}

    def base_type(self, name):
        while "type" in self.types[name]:
            name = self.types[name]["type"]
        return name


class Check:
    """One record. Problems are (path, words)."""

    def __init__(self, schema, record):
        self.schema = schema
        self.record = record
        self.problems = []
        metadata = record.get("metadata")
        profiles = metadata.get("profiles") if isinstance(metadata, dict) else None
        self.profiles = {item for item in profiles if isinstance(item, str)} if isinstance(profiles, list) else set()

    def fail(self, path, words):
        self.problems.append((path or "record", words))

    def run(self):
        event_class = self.schema.classes.get(self.record.get("class_uid"))
        if event_class is None:
            self.fail("class_uid", f"no class {self.record.get('class_uid')!r} in this schema")
            return self.problems
        self.check_object("", self.record, event_class)
        self.check_numbers(event_class["uid"])
        return self.problems

    def check_numbers(self, class_uid):
        if self.record.get("category_uid") != class_uid // 1000:
            self.fail("category_uid", f"should be {class_uid // 1000}")
        activity = self.record.get("activity_id")
        if is_integer(activity) and self.record.get("type_uid") != class_uid * 100 + activity:
            self.fail("type_uid", f"should be {class_uid * 100 + activity}")
        version = self.record.get("metadata", {}).get("version") if isinstance(self.record.get("metadata"), dict) else None
        if version != self.schema.version:
            self.fail("metadata.version", f"is {version!r}, the schema is {self.schema.version}")

    def applies(self, attribute):
        return "profile" not in attribute or attribute["profile"] in self.profiles

    def check_object(self, path, value, definition):
        attributes = definition["attributes"]
        for name, attribute in attributes.items():
            if attribute["req"] == "required" and name not in value and self.applies(attribute):
                self.fail(join(path, name), "required and missing")
        self.check_constraints(path, value, definition.get("constraints") or {})
        for name, member in value.items():
            attribute = attributes.get(name)
            if attribute is None:
                self.fail(join(path, name), "unknown attribute")
            elif not self.applies(attribute):
                self.fail(join(path, name), f"needs the profile {attribute['profile']!r} in metadata.profiles")
            else:
                self.check_attribute(join(path, name), name, member, attribute)

    def check_constraints(self, path, value, constraints):
        for kind, names in constraints.items():
            count = sum(name in value for name in names)
            if kind == "at_least_one" and count < 1:
                self.fail(path, f"needs at least one of {', '.join(names)}")
            if kind == "just_one" and count != 1:
                self.fail(path, f"needs just one of {', '.join(names)}")

    def check_attribute(self, path, name, value, attribute):
        if not attribute.get("array"):
            self.check_value(path, name, value, attribute)
        elif not isinstance(value, list):
            self.fail(path, "is not an array")
        else:
            for index, item in enumerate(value):
                self.check_value(f"{path}[{index}]", name, item, attribute)

    def check_value(self, path, name, value, attribute):
        kind = attribute["type"]
        if kind == "object":  # the schema's word for "anything in it"
            if not isinstance(value, dict):
                self.fail(path, "is not an object")
        elif kind in self.schema.types:
            self.check_scalar(path, value, kind)
            self.check_enum(path, name, value, attribute)
        elif not isinstance(value, dict):
            self.fail(path, f"is not an object ({kind})")
        else:
            self.check_object(path, value, self.schema.objects[kind])

    def check_enum(self, path, name, value, attribute):
        if name in CLASS_NUMBERS or name in OPEN_ENUMS or "enum" not in attribute:
            return
        if str(value) not in attribute["enum"]:
            self.fail(path, f"{value!r} is not in the enumeration")

    def check_scalar(self, path, value, kind):
        base = self.schema.base_type(kind)
        fits = {
            "boolean_t": isinstance(value, bool),
            "float_t": is_integer(value) or isinstance(value, float),
            "integer_t": is_integer(value),
            "json_t": True,
            "long_t": is_integer(value) and -(2**63) <= value < 2**63,
            "string_t": isinstance(value, str),
        }[base]
        if not fits:
            self.fail(path, f"{type(value).__name__} where {kind} belongs")
            return
        rule = self.schema.types[kind]
        if kind in self.schema.patterns and not self.schema.patterns[kind].search(value):
            self.fail(path, f"is not a well-formed {kind}")
        if "max_len" in rule and len(value) > rule["max_len"]:
            self.fail(path, f"is longer than {rule['max_len']}")
        if "range" in rule and not rule["range"][0] <= value <= rule["range"][1]:
            self.fail(path, f"{value} is not within {rule['range'][0]}..{rule['range'][1]}")


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def join(path, name):
    return f"{path}.{name}" if path else name


def refuse_twins(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("an object has a member twice")
    return dict(pairs)


def refuse_constant(text):
    raise ValueError(f"{text} is not JSON")


def check_line(schema, line):
    """Problems of one line of text or bytes; empty when it is a good record."""
    try:
        record = json.loads(line, object_pairs_hook=refuse_twins, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        return [("record", f"not JSON: {error}")]
    if not isinstance(record, dict):
        return [("record", "not an object")]
    return Check(schema, record).run()


def check_file(schema, path):
    """(number of records, problems as lines of text)"""
    count, problems = 0, []
    with sys.stdin.buffer if path == "-" else open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            count += 1
            problems += [f"{path}:{number}: {where}: {words}" for where, words in check_line(schema, line)]
    return count, problems


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    count, problems = 0, []
    try:
        schema = Schema(arguments[0])
        for path in arguments[1:]:
            found_count, found = check_file(schema, path)
            count += found_count
            problems += found
    except (OSError, KeyError, ValueError) as error:
        print(f"ocsf_check: {error}", file=sys.stderr)
        return 2
    for problem in problems[:PROBLEMS_SHOWN]:
        print(problem)
    print(f"{count} records, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
