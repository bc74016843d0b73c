"""exchanges: messages held against contracts by the program itself, many at a time.

Each case is one exchange with a spec of its own. Cases become one capture (a connection each, a host each) and
one folder of contracts; what the program says comes back by case.
"""
import json
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import talk as talks


@dataclass
class Case:
    spec: int  # which of the specs
    method: str
    target: str
    headers: list = field(default_factory=list)
    body: bytes = None
    status: int = 200  # 0: no response was seen
    response_headers: list = field(default_factory=list)
    response_body: bytes = None


def host_of(number):
    return f"s{number}.example.com"


def head(first, headers, body):
    lines = [first] + [f"{name}: {value}" for name, value in headers]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + (body or b"")


def connection_of(number, case):
    request = head(f"{case.method} {case.target} HTTP/1.1", [("Host", host_of(case.spec))] + case.headers, case.body)
    turns = [(True, request)]
    if case.status:
        has_body = case.method != "HEAD" and case.status not in (204, 304)
        turns.append((False, head(f"HTTP/1.1 {case.status} X", case.response_headers,
                                  (case.response_body or b"") if has_body else None)))
    client = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return talks.Connection(client, 20000, "203.0.113.5", 80, turns)


def write_specs(folder, specs):
    for number, spec in enumerate(specs):
        base = next((server.get("url", "") for server in spec.get("servers") or [] if isinstance(server, dict)), "")
        base = "/" + base.split("//", 1)[1].partition("/")[2] if "//" in base else base
        base = "" if "{" in base else base.rstrip("/")
        if "swagger" in spec:
            spec = {**spec, "host": host_of(number), "schemes": ["http"]}
        else:
            spec = {**spec, "servers": [{"url": f"http://{host_of(number)}{base}"}]}
        (folder / f"s{number}.json").write_text(json.dumps(spec, default=str), encoding="utf-8")


def judge(specular, specs, cases):
    """A list of findings for each case: (id, in, name, pointer)."""
    out = [[] for _ in cases]
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        contracts = work / "contracts"
        contracts.mkdir()
        (work / "key").write_text("0123456789abcdef" * 4, encoding="ascii")
        write_specs(contracts, specs)
        talk = talks.Talk("", [], [connection_of(number, case) for number, case in enumerate(cases)])
        talks.write_pcap(work / "talk.pcap", talks.segments_of(talk))
        done = subprocess.run([specular, "replay", "--workers", "1", "--site", "test", "--hmac-key-file",
                               str(work / "key"), "--contracts", str(contracts), "--exchanges",
                               str(work / "exchanges.jsonl"), "--findings", str(work / "findings.jsonl"),
                               str(work / "talk.pcap")], capture_output=True, timeout=600, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode()[-2000:])
        for line in (work / "findings.jsonl").read_text(encoding="utf-8").splitlines():
            take(json.loads(line), out)
    return out


def take(record, out):
    """The case is told by the client's address."""
    if record["class_uid"] != 2004:
        return
    evidence = record["evidences"][0]
    _, high, middle, low = (int(part) for part in evidence["src_endpoint"]["ip"].split("."))
    data = evidence.get("data", {})
    out[high << 16 | middle << 8 | low].append((record["finding_info"]["analytic"]["uid"], data.get("in", ""),
                                               data.get("name", ""), data.get("pointer", "")))
