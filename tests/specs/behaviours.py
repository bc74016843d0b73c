#!/usr/bin/python3
r"""Holds exchanges against contracts, as behaviours/*.yaml say, by the whole program.

usage: behaviours.py --specular PROGRAM [--list] [FILE...]

A file is a list of groups:

    - what: a literal segment wins, wherever it stands      what is shown, in plain words
      by: OpenAPI 3.1, 4.8.8.2                              the standard's place, where it has one
      spec: {paths: {/a: {get: {}}}}                        a mapping ("openapi: 3.1.0" unless it says so), or the text
      file: api.yaml                                        its name
      files: {other.yaml: text}                             what lies beside it
      partner: {tokens: {...}}                              more of the partner's file; its api is the spec
      api: {base_path: /x}                                  more of that api; "none": there is no partner's file
      problems: [words, ...]                                what `spec check` says, at least; []: nothing at all
      refused: true                                         `spec check` has an error
      calls: |                                            a call a line:
        GET /a?b=c => shadow.query_param b                  what is sent, and all findings: id, name, pointer; " & "
        POST /a {"x": 1} <- 404 {"y": 2}                    with JSON bodies; the answer (without one: 200, empty)
        PUT /a\nContent-Type: text/plain\n\nbody            with fields and a body
        GET /a @ GET /a => ...                              which operation it is taken for; "-": none

\n is a line's end and \xHH a byte. {host} in a text is the call's own host name, {number} its number. An answer "none" was not seen.
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "replay"))

import talk as talks  # noqa: E402


class Plain(yaml.SafeLoader):
    """Dates stay texts, as the program reads them."""


Plain.yaml_implicit_resolvers = {letter: [(tag, pattern) for tag, pattern in pairs if "timestamp" not in tag]
                                 for letter, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def host_of(number):
    return f"g{number}.example.com"


def write_group(folder, number, group):
    """The files of one group; the spec's path."""
    folder.mkdir()
    spec = group["spec"]
    if isinstance(spec, dict):
        head = {} if "openapi" in spec or "swagger" in spec else {"openapi": "3.1.0"}
        spec = json.dumps({**head, "info": {"title": "T", "version": "1"}, **spec})
    path = folder / group.get("file", "api.yaml")
    for name, text in {**group.get("files", {}), path.name: spec}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        text = text.replace("{host}", host_of(number))
        (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    if group.get("api") != "none":
        host = host_of(number)
        api = {"spec": path.name, "hosts": [host], **group.get("api", {})}
        partner = {"partner": f"p{number}", "identify": {"hosts": [host]}, "apis": [api], **group.get("partner", {})}
        (folder / "partner.yaml").write_text(json.dumps(partner), encoding="utf-8")
    return path


def bytes_of(text):
    """The text of a call as it goes over the wire."""
    return re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), text.encode())


def parse_call(line, host):
    """{send, answer, operation, find} of a line."""
    line, _, find = line.partition("=>")
    line, _, operation = line.partition(" @ ")
    send, _, answer = line.partition(" <- ")
    if not operation and " @ " in answer:
        answer, _, operation = answer.partition(" @ ")
    names = {"\\n": "\n", "{host}": host, "{number}": host[1:].partition(".")[0]}
    texts = []
    for text in (send.strip(), answer.strip()):
        for name, value in names.items():
            text = text.replace(name, value)
        texts.append(talks.expand(text))
    return {"send": texts[0], "answer": texts[1] or "200", "operation": operation.strip(),
            "find": [part.strip() for part in find.split(" & ") if part.strip()]}


def message(text):
    """The words of the first line, the fields and the body of a text."""
    head, empty, body = text.partition("\n\n")
    first, *fields = head.split("\n")
    fields = [tuple(part.strip() for part in field.split(":", 1)) for field in fields]
    limit = 1 if first[0].isdigit() else 2
    words = first.split(" ", limit)
    if len(words) > limit:
        body, empty = words.pop(), True
        fields.insert(0, ("Content-Type", "application/json"))
    return words, fields, bytes_of(body) if empty else None


def head_of(first, fields, body):
    is_framed = any(name.lower() in ("transfer-encoding", "content-length") for name, _ in fields)
    lines = [first] + [f"{name}: {value}" for name, value in fields]
    if body is not None and not is_framed:
        lines.append(f"Content-Length: {len(body)}")
    return b"\r\n".join(bytes_of(line) for line in lines) + b"\r\n\r\n" + (body or b"")


def connection_of(number, call):
    (method, target), fields, body = message(call["send"])
    if not any(name.lower() == "host" for name, _ in fields):
        fields.insert(0, ("Host", host_of(number)))
    turns = [(True, head_of(f"{method} {target} HTTP/1.1", fields, body))]
    if call["answer"] != "none":
        (status,), fields, answer = message(call["answer"])
        if method != "HEAD" and status[0] != "1" and status not in ("204", "304") and answer is None:
            answer = b""
        turns.append((False, head_of(f"HTTP/1.1 {status} X", fields, answer)))
    client = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return talks.Connection(client, 20000, "203.0.113.5", 80, turns)


def number_of(address):
    _, high, middle, low = (int(part) for part in address.split("."))
    return high << 16 | middle << 8 | low


def finding_text(record):
    data = record["evidences"][0].get("data", {})
    parts = [record["finding_info"]["analytic"]["uid"], data.get("name", ""), data.get("pointer", ""),
             "(doubtful)" if record["confidence_id"] < 3 and "auth." in record["metadata"]["event_code"] else ""]
    return " ".join(part for part in parts if part)


def replay(specular, folder, groups, calls):
    """For each call its findings and its operation. A call has a host and a contract of its own: a finding that
    comes again would be counted and not told."""
    contracts = folder / "contracts"
    contracts.mkdir()
    for number, (group, _) in enumerate(calls):
        write_group(contracts / f"g{number}", number, groups[group])
    (folder / "key").write_text("0123456789abcdef" * 4, encoding="ascii")
    connections = [connection_of(number, call) for number, (_, call) in enumerate(calls)]
    talks.write_pcap(folder / "talk.pcap", talks.segments_of(talks.Talk("", [], connections)))
    command = [specular, "replay", "--workers", "1", "--decrypted", "--site", "test", "--hmac-key-file",
               str(folder / "key"), "--exchanges", str(folder / "exchanges"), "--findings", str(folder / "findings"),
               "--contracts", str(contracts)]
    done = subprocess.run(command + [str(folder / "talk.pcap")], capture_output=True, timeout=600, check=False)
    if done.returncode != 0:
        raise SystemExit(f"exit {done.returncode}: {done.stderr.decode()[-4000:]}")
    found, operations = [[] for _ in calls], ["-" for _ in calls]
    for line in (folder / "findings").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["class_uid"] == 2004 and record.get("evidences") and record["activity_id"] == 1:
            address = record["evidences"][0]["src_endpoint"]["ip"]
            found[number_of(address)].append(finding_text(record))
    for line in (folder / "exchanges").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        operation = record["unmapped"]["specular"].get("operation", {})
        if operation.get("documented"):
            operations[number_of(record["src_endpoint"]["ip"])] = f"{operation['method']} {operation['template']}"
    return found, operations


def check_specs(specular, folder, groups):
    """For each group what `spec check` says of its spec."""
    out, paths = {}, {}
    for number, group in enumerate(groups):
        if "problems" in group or "refused" in group:
            paths[str(write_group(folder / f"check{number}", number, group))] = number
            out[number] = []
    if paths:
        done = subprocess.run([specular, "spec", "check", "--json", *paths], capture_output=True, timeout=600,
                              check=False)
        if done.returncode not in (0, 1):
            raise SystemExit(f"spec check: exit {done.returncode}: {done.stderr.decode()[-4000:]}")
        for line in done.stdout.decode().splitlines():
            problem = json.loads(line)
            number = next((n for path, n in paths.items() if problem["file"] == path), None)
            if number is not None:
                out[number].append(problem)
    return out


def compare(groups, calls, found, operations, problems):
    wrong = []
    for (number, call), got, operation in zip(calls, found, operations):
        wanted = sorted(call["find"])
        where = f"{groups[number]['what']}: {call['send']!r}"
        if sorted(got) != wanted:
            wrong.append(f"{where}: wants {wanted}, got {sorted(got)}")
        if call["operation"] not in ("", operation):
            wrong.append(f"{where}: wants operation {call['operation']}, got {operation}")
    for number, said in problems.items():
        group = groups[number]
        texts = [f"{problem.get('level')} {problem.get('id')} {problem.get('what')}" for problem in said]
        for words in group.get("problems", []):
            if not any(words in text for text in texts):
                wrong.append(f"{group['what']}: no problem says {words!r} but {texts}")
        if group.get("problems") == [] and texts:
            wrong.append(f"{group['what']}: no problem is wanted, got {texts}")
        is_refused = any(problem.get("level") == "error" for problem in said)
        if is_refused != group.get("refused", False):
            wrong.append(f"{group['what']}: refused: {is_refused}, {texts}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--specular", required=True)
    parser.add_argument("--list", action="store_true", help="say what is shown, too")
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args()
    failed = 0
    for path in options.files or sorted((HERE / "behaviours").glob("*.yaml")):
        groups = yaml.load(path.read_text(encoding="utf-8"), Plain)
        lines = [(number, line) for number, group in enumerate(groups) for line in group.get("calls", "").splitlines()]
        calls = [(group, parse_call(line, host_of(number))) for number, (group, line) in enumerate(lines)]
        with tempfile.TemporaryDirectory() as work:
            found, operations = replay(options.specular, Path(work), groups, calls)
            wrong = compare(groups, calls, found, operations, check_specs(options.specular, Path(work), groups))
        print(f"{path.stem}: {len(groups)} behaviours, {len(calls)} calls, {len(wrong)} wrong")
        if options.list:
            for group in groups:
                print(f"  {group['what']}" + (f" ({group['by']})" if "by" in group else ""))
        for line in wrong:
            print("  WRONG", line)
        failed += len(wrong)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
