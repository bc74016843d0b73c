#!/usr/bin/python3
"""Makes exchanges out of real contracts, some that keep them and some with one thing changed, and replays them.

usage: SPECULAR_CORPUS=FOLDER generator.py --specular PROGRAM [--folder FOLDER] [--specs N] [--seed N] [--only NAME]
       [--list N]

What keeps the contract must raise nothing; what was changed must raise the keyword of the change, where it was
changed. Nothing here is shared with the program: the values come from the schemas, and Debian's jsonschema has
the last word on whether a value fits. What it cannot make is left out and counted.
"""
import argparse
import json
import os
import random
import re
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import jsonschema
import yaml

try:
    from re import _parser as regex_parser
except ImportError:  # before Python 3.11
    import sre_parse as regex_parser

from exchanges import Case, judge

SAMPLES = {"date": "2026-01-31", "date-time": "2026-01-31T12:00:00Z", "uuid": "123e4567-e89b-42d3-a456-426614174000",
           "email": "ann@example.com", "uri": "https://example.com/a", "url": "https://example.com/a",
           "hostname": "example.com", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "byte": "YWJj", "time": "12:00:00Z",
           "duration": "P1D"}
DEPTH_MAX = 5
SELF_SAID = ("accept", "content-type", "authorization", "content-length", "host")
METHODS = ("get", "put", "post", "delete", "patch")


class Unsupported(Exception):
    pass


class Loader(yaml.CSafeLoader):
    """YAML 1.2 core: dates stay texts, and so do yes and no."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool", ":int"))]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), "tTfF")
Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), "-+0123456789")


def load(path):
    text = path.read_text(encoding="utf-8-sig")
    return json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader)


def text_like(pattern, rng):
    """A text that the pattern, read as Python's, finds; Unsupported where it looks around or back."""
    def choice(members):
        negated = members[0][0].name == "NEGATE"
        allowed = [code for code in range(32, 127) if any(is_in(member, code) for member in members) != negated]
        if not allowed:
            raise Unsupported("pattern")
        return chr(rng.choice(allowed))

    def is_in(member, code):
        kind, value = member
        if kind.name == "LITERAL":
            return value == code
        if kind.name == "RANGE":
            return value[0] <= code <= value[1]
        letter = chr(code)
        return {"CATEGORY_DIGIT": letter.isdigit(), "CATEGORY_NOT_DIGIT": not letter.isdigit(),
                "CATEGORY_SPACE": letter.isspace(), "CATEGORY_NOT_SPACE": not letter.isspace(),
                "CATEGORY_WORD": letter.isalnum() or letter == "_",
                "CATEGORY_NOT_WORD": not (letter.isalnum() or letter == "_")}.get(getattr(value, "name", ""), False)

    def made(parts):
        return "".join(made_one(kind.name, value) for kind, value in parts)

    def made_one(kind, value):
        if kind == "LITERAL":
            return chr(value)
        if kind == "NOT_LITERAL":
            return "b" if value == ord("a") else "a"
        if kind == "ANY":
            return "a"
        if kind == "IN":
            return choice(value)
        if kind == "AT":
            return ""
        if kind == "BRANCH":
            return made(rng.choice(value[1]))
        if kind == "SUBPATTERN":
            return made(value[-1])
        if kind in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = value
            return "".join(made(inner) for _ in range(rng.randint(low, min(int(high), low + 3))))
        raise Unsupported("pattern")

    return made(regex_parser.parse(pattern))


def modern(spec, item, operation):
    """An operation of Swagger 2.0 with the words of 3.0; what stands in it stays."""
    kinds = operation.get("consumes", spec.root.get("consumes")) or ["application/json"]
    out = {"parameters": [], "responses": {}}
    own = [spec.follow(parameter) for parameter in operation.get("parameters") or []]
    names = {(parameter["in"], parameter["name"]) for parameter in own}
    shared = [spec.follow(parameter) for parameter in item.get("parameters") or []]
    for parameter in own + [one for one in shared if (one["in"], one["name"]) not in names]:
        if parameter["in"] == "body":
            out["requestBody"] = {"required": parameter.get("required", False),
                                  "content": {kind: {"schema": parameter["schema"]} for kind in kinds}}
        elif parameter["in"] == "formData":
            if parameter.get("required"):
                raise Unsupported("form")
        else:
            schema = {key: value for key, value in parameter.items()
                      if key not in ("in", "name", "required", "description", "collectionFormat", "allowEmptyValue")}
            style = parameter.get("collectionFormat", "csv") if parameter.get("type") == "array" else "csv"
            if style not in ("csv", "multi"):
                style = "other"
            out["parameters"].append({"in": parameter["in"], "name": parameter["name"], "schema": schema,
                                      "required": parameter.get("required", False), "explode": style == "multi",
                                      **({"style": style} if style == "other" else {})})
    answers = operation.get("produces", spec.root.get("produces")) or ["application/json"]
    for status, response in (operation.get("responses") or {}).items():
        response = spec.follow(response)
        out["responses"][status] = {"content": {kind: {"schema": response["schema"]} for kind in answers}} \
            if "schema" in response else {}
    return out


class Spec:
    def __init__(self, root, rng):
        self.root, self.rng = root, rng
        self.is_swagger = "swagger" in root
        self.is_old = self.is_swagger or str(root["openapi"]).startswith("3.0")

    def follow(self, node):
        for _ in range(20):
            if not isinstance(node, dict) or "$ref" not in node:
                return node
            reference = node["$ref"]
            if not isinstance(reference, str) or not reference.startswith("#/"):
                raise Unsupported("reference outside")
            node = self.root
            for token in reference[2:].split("/"):
                token = token.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
                node = node[int(token)] if isinstance(node, list) else node.get(token)
                if node is None:
                    raise Unsupported("broken reference")
        raise Unsupported("circle")

    # -- schemas ---------------------------------------------------------------------
    def plain(self, schema):
        """Without $ref and allOf; None when it is composed of alternatives."""
        schema = self.follow(schema)
        if not isinstance(schema, dict):
            return {}
        if any(key in schema for key in ("oneOf", "anyOf", "not", "if", "discriminator", "patternProperties",
                                         "dependentRequired", "unevaluatedProperties", "$dynamicRef")):
            return None
        if "allOf" not in schema:
            return schema
        merged = {"properties": {}, "required": []}
        for part in [{key: value for key, value in schema.items() if key != "allOf"}] + schema["allOf"]:
            part = self.plain(part)
            if part is None or (part.get("additionalProperties") is False and len(schema["allOf"]) > 1):
                return None
            merged["properties"].update(part.get("properties") or {})
            merged["required"] += part.get("required") if isinstance(part.get("required"), list) else []
            merged.update({key: value for key, value in part.items() if key not in ("properties", "required")})
        return merged

    def types(self, schema):
        given = schema.get("type")
        if given is None:
            return ["object"] if schema.get("properties") else []
        return [given] if isinstance(given, str) else list(given)

    def value(self, schema, direction, depth=0):
        schema = self.plain(schema)
        if schema is None or depth > DEPTH_MAX + 3:
            raise Unsupported("alternatives or depth")
        if isinstance(schema.get("enum"), list) and schema["enum"]:
            return self.rng.choice([item for item in schema["enum"] if item is not None] or [None])
        if "const" in schema:
            return schema["const"]
        types = [kind for kind in self.types(schema) if kind != "null"]
        if not types:
            return "abc" if not schema.keys() & {"pattern", "minimum", "required", "items"} else self.example(schema)
        return getattr(self, "make_" + types[0], self.example)(schema, direction, depth)

    def example(self, schema, *_):
        for key in ("example", "default"):
            if key in schema:
                return schema[key]
        raise Unsupported("no example")

    def make_string(self, schema, *_):
        if "pattern" in schema:
            found = schema.get("example")
            if isinstance(found, str) and re.search(schema["pattern"], found):
                return found
            low, high = schema.get("minLength", 0), schema.get("maxLength", 1 << 30)
            for _ in range(40):
                found = text_like(schema["pattern"], self.rng)
                if low <= len(found) <= high and re.search(schema["pattern"], found):
                    return found
            raise Unsupported("pattern")
        text = SAMPLES.get(schema.get("format"), "abc")
        low, high = schema.get("minLength", 0), schema.get("maxLength", 1 << 30)
        if "format" in schema and schema["format"] in SAMPLES and not low <= len(text) <= high:
            raise Unsupported("format and length")
        return (text + "x" * max(0, low - len(text)))[:high] if not low <= len(text) <= high else text

    def make_integer(self, schema, *_):
        return int(self.make_number(schema))

    def make_number(self, schema, *_):
        low, high = schema.get("minimum"), schema.get("maximum")
        if any(isinstance(bound, str) for bound in (low, high)) or "multipleOf" in schema:
            return self.example(schema)
        value = low if low is not None else min(7, high) if high is not None else 7
        if schema.get("exclusiveMinimum") is True or isinstance(schema.get("exclusiveMinimum"), (int, float)):
            value = max(value, schema["exclusiveMinimum"] if schema["exclusiveMinimum"] is not True else value) + 1
        return value

    def make_boolean(self, *_):
        return self.rng.random() < 0.5

    def make_array(self, schema, direction, depth):
        count = max(schema.get("minItems", 0), 0 if depth >= DEPTH_MAX else 1)
        count = min(count, schema.get("maxItems", count))
        if count > 5 or (count > 1 and schema.get("uniqueItems")):
            raise Unsupported("many items")
        return [self.value(schema.get("items", {}), direction, depth + 1) for _ in range(count)]

    def is_hidden(self, schema, direction):
        schema = self.follow(schema)
        return isinstance(schema, dict) and bool(schema.get("readOnly" if direction == "request" else "writeOnly"))

    def make_object(self, schema, direction, depth):
        out = {}
        required = schema.get("required") if isinstance(schema.get("required"), list) else []
        for name, inner in (schema.get("properties") or {}).items():
            if self.is_hidden(inner, direction):
                continue
            if name not in required and (depth >= DEPTH_MAX or self.rng.random() < 0.3):
                continue
            try:
                out[name] = self.value(inner, direction, depth + 1)
            except (Unsupported, RecursionError):
                if name in required:
                    raise
        if set(required) - set(out) - set(schema.get("properties") or {}) or len(out) < schema.get("minProperties", 0):
            raise Unsupported("required and not described")
        return out

    # -- the second opinion ----------------------------------------------------------
    def translated(self, node, direction):
        """As JSON Schema: nullable, boolean bounds and directions are OpenAPI's own."""
        if isinstance(node, list):
            return [self.translated(item, direction) for item in node]
        if not isinstance(node, dict):
            return node
        if self.is_old and "$ref" in node and isinstance(node["$ref"], str):
            return {"$ref": node["$ref"]}
        out = {key: self.translated(value, direction) for key, value in node.items()
               if key not in ("discriminator", "xml", "example", "examples")}
        if self.is_old and out.get("nullable") is True and isinstance(out.get("type"), str):
            out["type"] = [out["type"], "null"]
        if isinstance(out.get("required"), list) and isinstance(out.get("properties"), dict):
            out["required"] = [name for name in out["required"]
                               if not self.is_hidden_safely(node.get("properties", {}).get(name), direction)] or None
            if out["required"] is None:
                del out["required"]
        return out

    def is_hidden_safely(self, schema, direction):
        try:
            return schema is not None and self.is_hidden(schema, direction)
        except Unsupported:
            return False

    def fits(self, schema, value, direction):
        if not hasattr(self, "roots"):
            self.roots = {}
        if direction not in self.roots:
            self.roots[direction] = self.translated(self.root, direction)
        kind = jsonschema.Draft4Validator if self.is_old else jsonschema.Draft202012Validator
        resolver = jsonschema.RefResolver("", self.roots[direction])
        try:
            return kind(self.translated(schema, direction), resolver=resolver).is_valid(value)
        except Exception as error:  # a broken schema: no opinion
            raise Unsupported("no opinion") from error


# -- changes ---------------------------------------------------------------------------

def replaced(value, path, new):
    if not path:
        return new
    out = dict(value) if isinstance(value, dict) else list(value)
    if new is Unsupported and len(path) == 1:
        del out[path[0]]
        return out
    out[path[0]] = replaced(out[path[0]] if path[0] in range(len(out)) or path[0] in out else None, path[1:], new)
    return out


def pointer_of(path):
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def changes(spec, schema, value, path=()):
    """(keyword, path, new value) of all single changes that the schema forbids in one way only."""
    schema = spec.plain(schema)
    if schema is None:
        return
    types = [kind for kind in spec.types(schema) if kind != "null"]
    if len(types) != 1:
        return
    nullable = schema.get("nullable") is True or "null" in (schema.get("type") or [])
    if not nullable and "enum" not in schema and "const" not in schema and isinstance(schema.get("type"), str):
        yield "null", path, None
    if "enum" in schema and types[0] == "string":
        yield "enum", path, "no such value"
    elif types[0] == "string" and "const" not in schema:
        yield "type", path, 7
        if isinstance(schema.get("maxLength"), int) and schema["maxLength"] < 5000 and not schema.keys() & {"pattern", "format"}:
            yield "length", path, "x" * (schema["maxLength"] + 1)
    elif types[0] in ("integer", "number") and "enum" not in schema:
        yield "type", path, "no number"
        if isinstance(schema.get("maximum"), int) and "format" not in schema:
            yield "range", path, schema["maximum"] + 1
    elif types[0] == "boolean" and "enum" not in schema:
        yield "type", path, "no boolean"
    elif types[0] == "array" and isinstance(value, list):
        yield "type", path, {}
        if isinstance(schema.get("minItems"), int) and schema["minItems"] > 0:
            yield "items", path, []
        for index, item in enumerate(value[:1]):
            yield from changes(spec, schema.get("items", {}), item, path + (index,))
    elif types[0] == "object" and isinstance(value, dict):
        if schema.get("additionalProperties") is False:
            yield "additional", path + ("zzz",), 1
        for name in value:
            if name in (schema.get("required") or []):
                yield "required", path + (name,), Unsupported
            if name in (schema.get("properties") or {}):
                yield from changes(spec, schema["properties"][name], value[name], path + (name,))


# -- operations ------------------------------------------------------------------------

def scalar_text(value):
    return "true" if value is True else "false" if value is False else str(value)


def wire_of(parameter, value):
    if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value)):
        raise Unsupported("object parameter")
    style = parameter.get("style")
    if style not in (None, "form", "simple") or "schema" not in parameter:
        raise Unsupported("style")
    items = value if isinstance(value, list) else [value]
    texts = [scalar_text(item) if parameter["in"] == "header" else quote(scalar_text(item), safe="") for item in items]
    if parameter["in"] == "query" and parameter.get("explode", True) is not False:
        return [f"{quote(parameter['name'], safe='[]$')}={text}" for text in texts]
    return [",".join(texts)] if parameter["in"] != "query" else [f"{quote(parameter['name'], safe='[]$')}=" + ",".join(texts)]


class Exchange:
    """One operation's exchange as values; case() writes it."""

    def __init__(self, spec, path, item, method):
        self.spec, self.path, self.method = spec, path, method
        self.operation = modern(spec, item, item[method]) if spec.is_swagger else item[method]
        self.parameters, self.values = [], {}
        known = set()
        shared = [] if spec.is_swagger else item.get("parameters") or []
        for parameter in (self.operation.get("parameters") or []) + shared:
            parameter = spec.follow(parameter)
            key = (parameter["in"], parameter["name"])
            if key in known or parameter["in"] == "header" and parameter["name"].lower() in SELF_SAID:
                continue
            known.add(key)
            if parameter["in"] != "path" or "{%s}" % parameter["name"] in path:
                self.take(parameter, key)
        self.body_schema, self.body = self.content(self.operation.get("requestBody"), "request")
        self.answer()

    def take(self, parameter, key):
        if parameter["in"] == "cookie" and not parameter.get("required"):
            return
        try:
            schema = parameter.get("schema")
            if schema is None or parameter["in"] == "cookie":
                raise Unsupported("parameter")
            value = self.spec.value(schema, "request")
            wire_of(parameter, value)
            if not self.spec.fits(schema, value, "request") or value in ("", []):
                raise Unsupported("parameter")
        except Unsupported:
            if parameter.get("required") or parameter["in"] == "path":
                raise
            return
        self.parameters.append(parameter)
        self.values[key] = value

    def content(self, holder, direction):
        if holder is None:
            return None, None
        holder = self.spec.follow(holder)
        content = holder.get("content") or {}
        for kind, media in content.items():
            if re.match(r"application/json\s*(;\s*charset=.*)?$", kind) and isinstance(media, dict) and "schema" in media:
                value = self.spec.value(media["schema"], direction)
                if not self.spec.fits(media["schema"], value, direction):
                    raise Unsupported("made badly")
                return media["schema"], value
        if content and (direction == "response" or holder.get("required")):
            raise Unsupported("media type")
        return None, None

    def answer(self):
        responses = self.operation.get("responses") or {}
        key = next((key for key in map(str, responses) if key.startswith("2") and key.isdigit()), None)
        if key is None:
            raise Unsupported("no 2xx")
        response = self.spec.follow(next(value for name, value in responses.items() if str(name) == key))
        self.status, self.headers = int(key), []
        for name, header in (response.get("headers") or {}).items():
            header = self.spec.follow(header)
            if header.get("required"):
                value = self.spec.value(header.get("schema", {}), "response")
                self.headers.append((name, wire_of({"in": "header", "name": name, "schema": {}}, value)[0]))
        self.answer_schema, self.answer_body = (None, None) if self.status == 204 else self.content(response, "response")

    def case(self, values=None, body=None, answer=None, missing=None):
        values = values or self.values
        target, _, words = self.path.partition("#")[0].partition("?")
        query, headers = [pair for pair in words.split("&") if pair], []
        for parameter in self.parameters:
            key = (parameter["in"], parameter["name"])
            if key == missing:
                continue
            wire = wire_of(parameter, values[key])
            if parameter["in"] == "path":
                target = target.replace("{%s}" % parameter["name"], wire[0])
                query = [pair.replace("{%s}" % parameter["name"], wire[0]) for pair in query]
            elif parameter["in"] == "query":
                query += wire
            else:
                headers.append((parameter["name"], wire[0]))
        if "{" in target or "?" in target or "#" in target:
            raise Unsupported("path")
        root = next((server.get("url", "") for server in self.spec.root.get("servers") or []), "")
        if self.spec.is_swagger:
            root = self.spec.root.get("basePath") or ""
        base = "/" + root.split("//", 1)[1].partition("/")[2] if "//" in root else root
        base = "" if "{" in base else base.rstrip("/")
        case = Case(0, self.method.upper(), base + target + ("?" + "&".join(query) if query else ""), headers,
                    status=self.status, response_headers=list(self.headers))
        if self.body_schema is not None:
            case.headers.append(("Content-Type", "application/json"))
            case.body = json.dumps(self.body if body is None else body[0]).encode()
        if self.answer_schema is not None:
            case.response_headers.append(("Content-Type", "application/json"))
            case.response_body = json.dumps(self.answer_body if answer is None else answer[0]).encode()
        return case

    def changed(self):
        """(case, expected finding) for every change."""
        for parameter in self.parameters:
            key = (parameter["in"], parameter["name"])
            is_of_query = "{%s}" % parameter["name"] in self.path.partition("?")[2]
            where = "request." + ("query" if is_of_query else parameter["in"])
            name = parameter["name"].lower() if parameter["in"] == "header" else parameter["name"]
            if parameter.get("required") and parameter["in"] in ("query", "header"):
                yield self.case(missing=key), (f"conform.{where}.required", where, name, "")
            for keyword, path, new in changes(self.spec, parameter["schema"], self.values[key]):
                text = new if isinstance(new, str) else scalar_text(new)
                if path or keyword in ("null", "required", "items", "additional") or isinstance(new, dict) or \
                        (keyword == "type" and not isinstance(new, str)):
                    continue
                yield self.case({**self.values, key: text}), (f"conform.{where}.{keyword}", where, name, "")
        for direction, schema, value in (("request", self.body_schema, self.body),
                                         ("response", self.answer_schema, self.answer_body)):
            if schema is None:
                continue
            for keyword, path, new in changes(self.spec, schema, value):
                other = replaced(value, path, new)
                if self.spec.fits(schema, other, direction):
                    continue
                where = f"{direction}.body"
                case = self.case(body=[other]) if direction == "request" else self.case(answer=[other])
                yield case, (f"conform.{where}.{keyword}", where, "", pointer_of(path))


def folded(finding):
    return finding[:3] + (re.sub(r"/\d+(?=/|$)", "/-", finding[3]),)


def on_the_wire(template):
    return re.sub(r"\{[^}]*\}", "{}", re.split("[?#]", template)[0])


def run(options, path, counts):
    rng = random.Random(f"{options.seed} {path.name}")
    try:
        root = load(path)
    except (yaml.YAMLError, ValueError):
        return None
    if not isinstance(root, dict) or not str(root.get("openapi", root.get("swagger", ""))).startswith(("2", "3")):
        return None
    spec, cases, good, bad, told = Spec(root, rng), [], [], [], set()
    looks = Counter(map(on_the_wire, root.get("paths") or {}))
    for template, item in (root.get("paths") or {}).items():
        for method in METHODS:
            if not isinstance(item, dict) or not isinstance(item.get(method), dict) or len(cases) > options.cases_max:
                continue
            counts["operations"] += 1
            try:
                exchange = Exchange(spec, template, item, method)
                case = exchange.case()
            except (Unsupported, RecursionError, KeyError, TypeError, re.error) as error:
                counts["left out: " + (str(error) if isinstance(error, Unsupported) else type(error).__name__)] += 1
                continue
            good.append(len(cases))
            cases.append(case)
            if looks[on_the_wire(template)] > 1:
                counts["kept only: looks like another"] += 1  # what breaks one may keep the other
                continue
            try:
                for case, expected in exchange.changed():
                    key = (template, method) + folded(expected)
                    if key not in told:
                        told.add(key)
                        bad.append((len(cases), expected))
                        cases.append(case)
            except (Unsupported, RecursionError, KeyError, TypeError, re.error):
                continue
    if not cases:
        return None
    found = judge(options.specular, [root], cases)
    wrong = []
    for number in good:
        noise = [finding for finding in found[number] if finding[0].startswith(("conform.", "shadow."))]
        if noise:
            wrong.append(f"  conforming: {cases[number].method} {cases[number].target[:120]}: {noise[:3]}")
    for number, expected in bad:
        if folded(expected) not in [folded(finding) for finding in found[number]]:
            wrong.append(f"  changed: {cases[number].method} {cases[number].target[:100]}: expected {expected}, "
                         f"got {[x for x in found[number] if x[0].startswith(('conform.', 'shadow.'))][:3]}")
    counts["specs"] += 1
    counts["conforming"] += len(good)
    counts["changed"] += len(bad)
    counts["wrong"] += len(wrong)
    print(f"{path.name}: {len(good)} conforming, {len(bad)} changed, {len(wrong)} wrong", flush=True)
    if options.list:
        print("\n".join(wrong[:options.list]))
    return len(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--specular", required=True)
    parser.add_argument("--folder", type=Path, help="of specs; default specs below SPECULAR_CORPUS")
    parser.add_argument("--specs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--cases-max", type=int, default=1500)
    parser.add_argument("--bytes-min", type=int, default=0)
    parser.add_argument("--bytes-max", type=int, default=300000)
    parser.add_argument("--list", type=int, default=0, help="show so many of the wrong ones of each spec")
    options = parser.parse_args()
    corpus = os.environ.get("SPECULAR_CORPUS")
    if not corpus and not options.folder:
        print("skipped: SPECULAR_CORPUS is not set")
        sys.exit(77)
    counts, done = Counter(), 0
    folder = options.folder or Path(corpus) / "specs"
    for path in sorted((path for path in folder.rglob("*") if path.suffix in (".json", ".yaml", ".yml")), key=lambda path: (path.stat().st_size, path.name)):
        if options.only not in path.name or not options.bytes_min <= path.stat().st_size <= options.bytes_max or done == options.specs or \
                "billion" in path.name:
            continue
        done += run(options, path, counts) is not None
    print(dict(counts))
    sys.exit(counts["wrong"] > 0 or counts["changed"] == 0)


if __name__ == "__main__":
    main()
