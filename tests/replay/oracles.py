#!/usr/bin/python3
"""Holds what other tools' tests expect of a message against what the program says.

usage: SPECULAR_CORPUS=FOLDER oracles.py --specular PROGRAM [--list]

One line a file of the open test data: how many rows agree. --list shows the others. The verdicts are those of
other tools: where the standard's text says otherwise, the row stands in ARGUED with its reason.
"""
import argparse
import json
import os
import re
import shlex
import sys
from pathlib import Path

import yaml

from exchanges import Case, judge

ARGUED = [
    (r"kin.*number empty", "an empty text is no number (the row wants null)"),
    (r"kin.*oneofSchema string", "no reading fits; the row passes it as null"),
    (r"kin.*(bad index|not an int)", "nesting in deepObject is undefined: nothing is said about its shape"),
    (r"libopenapi.*LabelEncodedPath_ValidMultiParam", "a label begins with a dot in each variable of that style"),
    (r"libopenapi.*QueryParamValid(EnumStringType|ExplodedType)", "the default is exploded: a comma is data"),
    (r"libopenapi.*(HeaderParamStringInvalidFormat|QueryParamInvalidDate(Time)?Format)",
     "OpenAPI 3.1: format is an annotation, unless x-specular-formats says assert"),
    (r"core.*test_combination_not_available", "the standard leaves the combination undefined"),
]


def lifted(parameter):
    """A Swagger 2.0 query parameter as OpenAPI 3 writes it."""
    style, explode = {"csv": ("form", False), "ssv": ("spaceDelimited", False), "pipes": ("pipeDelimited", False),
                      "multi": ("form", True)}[parameter.get("collectionFormat", "csv")]
    schema = {key: value for key, value in parameter.items() if key not in ("name", "in", "collectionFormat")}
    return {"name": parameter["name"], "in": parameter["in"], "style": style, "explode": explode, "schema": schema}


def single(parameter, wire, where):
    """A spec with one parameter, and the case that sends it."""
    path = "/x/{%s}" % parameter["name"] if where == "path" else "/x"
    if "type" in parameter:
        parameter = lifted(parameter)
    if where == "path":
        parameter = {**parameter, "required": True}
    spec = {"openapi": "3.2.0", "info": {"title": "T", "version": "1"},
            "paths": {path: {"get": {"parameters": [parameter], "responses": {"default": {"description": "d"}}}}}}
    target, headers = "/x", []
    if where == "path":
        target = "/x/" + wire
    elif where in ("query", "querystring"):
        target = "/x?" + wire if wire else "/x"
    elif where == "header" and isinstance(wire, dict):
        headers = list(wire.items())
    elif where == "header" and wire:
        headers = [(parameter["name"], wire)]
    elif where == "cookie" and wire:
        headers = [("Cookie", wire)]
    return spec, Case(0, "GET", target, headers)


def rows_matrix(line):
    parameter = line["param"]
    if line["expect"] == "skip":
        return
    spec, case = single(parameter, line["wire"], parameter["in"])
    yield f"{line['id']} {line['wire']}", spec, case, line["expect"] in ("valid", "ignored")


def rows_kin(line):
    parameter = line["param"]
    where = parameter["in"]
    wire = line.get("wire_" + where, "")
    wire = wire[1:] if where == "path" else wire.split(":", 1)[1] if where == "header" else \
        wire.replace(":", "=", 1) if where == "cookie" else wire
    spec, case = single(parameter, wire, where)
    spec["paths"][next(iter(spec["paths"]))]["get"]["parameters"].append(
        {"name": "all", "in": "query", "style": "form", "schema": {"type": "object"}})  # only decoding is asked
    yield f"kin {line['group']}: {line['case']}", spec, case, line["expect"] == "ok"


def rows_core(line):
    given = line["params"]
    where = given.get("location_name") or {"test_matrix_valid": "path", "test_label_valid": "path"}.get(
        line["test"], "query")
    style = given.get("style") or re.search(r"'style': '(\w+)'", line["spec_expr"])
    parameter = {"name": "param", "in": where, "schema": {"type": given.get("schema_type", "string")}}
    if style:
        parameter["style"] = style if isinstance(style, str) else style.group(1)
    if "explode" in given or "'explode': False" in line["spec_expr"]:
        parameter["explode"] = given.get("explode", False)
    wire = given.get("value", next(iter(given.get("location", {}).values()), ""))
    if line["test"] == "test_name_not_found" or parameter.get("style") == "unsupported":
        return
    if where in ("query", "cookie") and not (given.get("explode") and given.get("schema_type") == "object"):
        wire = "param=" + wire
    spec, case = single(parameter, wire, where)
    yield f"core {line['test']} {parameter} {wire}", spec, case, "expected" in given or line["raises"] is None


def split_url(text):
    found = re.search(r'"(?:https?://[^/"]+)?(/(?:[^"\\]|\\.)*)"(?!\s*\+)', text)
    method = re.search(r"http\.Method(\w+)", text)
    return (method.group(1).upper(), re.sub(r"\\(.)", r"\1", found.group(1))) if found and method else None


def rows_libopenapi(line):
    steps = [(next(iter(step)), next(iter(step.values()))) for step in line["steps"]]
    kinds = [kind for kind, _ in steps]
    if not line["spec"] or kinds.count("call") != 1 or "request" not in kinds or "valid" not in kinds \
            or "go_map_body" in kinds or "status" in kinds:
        return
    steps = dict((kind, value) for kind, value in steps if kind not in ("header", "cookie"))
    url = split_url(steps["request"])
    call = steps["call"]
    if url is None or "Response" in call or "Security" in call or "bodyBytes" in steps["request"] \
            or "Body" in call or "Strict" in line["test"]:
        return
    if "Header" in call and "header" not in kinds and steps["valid"]:
        return  # the field is set in a way that the extract does not show
    headers, cookies = [], []
    for kind, value in [(next(iter(step)), next(iter(step.values()))) for step in line["steps"]]:
        if kind == "header":
            pair = re.findall(r'"((?:[^"\\]|\\.)*)"', value)
            if len(pair) != 2:
                return
            headers.append(tuple(pair))
        if kind == "cookie":
            cookies.append("=".join(value))
    if cookies:
        headers.append(("Cookie", "; ".join(cookies)))
    try:
        spec = yaml.safe_load(line["spec"])
    except yaml.YAMLError:
        return
    if not isinstance(spec, dict) or not str(spec.get("openapi", "")).startswith("3") or spec.get("servers"):
        return
    yield f"libopenapi {line['test']}", spec, Case(0, url[0], url[1].replace(" ", "%20"), headers), steps["valid"]


def rows_prism(line):
    try:
        spec = yaml.safe_load(line["spec"])
    except yaml.YAMLError:
        return
    if not isinstance(spec, dict) or "openapi" not in spec or spec.get("servers"):
        return
    if line["category"] not in ("validate-body-params", "validate-query-params", "validate-header-params",
                                "validate-path-params", "routing", "serialization"):
        return
    words = shlex.split(line["command"])
    url = next((word for word in words if "://" in word), None)
    method, headers, body = "GET", [], None
    for i, word in enumerate(words[:-1]):
        if word in ("-X", "--request"):
            method = words[i + 1]
        elif word in ("-H", "--header"):
            headers.append(tuple(part.strip() for part in words[i + 1].split(":", 1)))
        elif word in ("-d", "--data"):
            body = words[i + 1].encode()
        elif word == "-F":
            return
    if url is None or line["expect_status"] not in (200, 422) or any(len(pair) != 2 for pair in headers):
        return
    target = "/" + url.split("//", 1)[1].partition("/")[2]
    yield f"prism {line['file']}", spec, Case(0, method, target, headers, body), line["expect_status"] == 200


FILES = {
    "oas-style-matrix.jsonl": rows_matrix,
    "kin-openapi-param-decode.jsonl": rows_kin,
    "openapi-core-style-deserialize.jsonl": rows_core,
    "libopenapi-validator.jsonl": rows_libopenapi,
    "prism-harness.jsonl": rows_prism,
}


def is_refused(findings):
    """A departure of the request: of its parameters or body, or no such path."""
    return [finding for finding in findings if finding[0].startswith("conform.request.") or
            finding[0] in ("shadow.path", "shadow.method", "shadow.base_path")]


def run(options, name, rows):
    taken, total = [], 0
    for line in (Path(options.corpus) / "oracles" / name).read_text(encoding="utf-8").splitlines():
        total += 1
        taken += rows(json.loads(line))
    specs = [spec for _, spec, _, _ in taken]
    cases = []
    for number, (_, _, case, _) in enumerate(taken):
        case.spec = number
        cases.append(case)
    differ, argued = [], []
    for (title, _, case, is_valid), findings in zip(taken, judge(options.specular, specs, cases)):
        refused = is_refused(findings)
        if (not refused) == is_valid:
            continue
        reason = next((reason for pattern, reason in ARGUED if re.search(pattern, title)), None)
        text = f"  {title}: {case.method} {case.target}: to be {'valid' if is_valid else 'refused'}, got {refused}"
        (argued if reason else differ).append(text + (f" -- {reason}" if reason else ""))
    print(f"{name}: {total} rows, {len(taken)} read, {len(taken) - len(differ) - len(argued)} agree, "
          f"{len(argued)} argued, {len(differ)} differ")
    if options.list:
        print("\n".join(argued + differ))
    return len(differ)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--specular", required=True)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--differ-max", type=int, default=None, help="fail when more rows differ")
    options = parser.parse_args()
    options.corpus = os.environ.get("SPECULAR_CORPUS")
    if not options.corpus:
        print("skipped: SPECULAR_CORPUS is not set")
        sys.exit(77)
    differ = sum(run(options, name, rows) for name, rows in FILES.items())
    sys.exit(options.differ_max is not None and differ > options.differ_max)


if __name__ == "__main__":
    main()
